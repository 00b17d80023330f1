//! Applications: who lets them in, what opens them, what they may do.

use jiff::ToSpan;

use super::Measure;
use crate::Timestamp;
use crate::facet::{FacetName, Gap};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::applications::{Application, Applications, Credential, Owner};
use crate::tenant::authorization_policy::ConsentRight;

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "consent-restricted",
        remarks: &["consent-to-anything", "consent-to-risky", "consent-requests-off", "consent-without-reviewers"],
        take: consent_restricted,
    },
    Measure { name: "users-register-no-apps", remarks: &["users-register-apps"], take: users_register_no_apps },
    Measure {
        name: "app-credentials-expire",
        remarks: &["app-credential-endless", "app-credential-long", "app-credential-on-foreign"],
        take: app_credentials_expire,
    },
    Measure { name: "no-tenant-wide-mail", remarks: &["app-reads-all-mail"], take: no_tenant_wide_mail },
    Measure { name: "no-unknown-apps", remarks: &["unverified-app-let-in"], take: no_unknown_apps },
];

const AUTHORIZATION: FacetName = FacetName::AuthorizationPolicy;
/// Permissions to the mail of everybody, as administrators know them.
const MAIL: &[&str] = &[
    "Mail.Read",
    "Mail.ReadBasic",
    "Mail.ReadBasic.All",
    "Mail.ReadWrite",
    "Mail.Send",
    "full_access_as_app",
    "IMAP.AccessAsApp",
    "POP.AccessAsApp",
    "SMTP.SendAsApp",
];
/// A credential that is good for longer is not changed by anybody.
const CREDENTIAL_DAYS_MOST: i64 = 2 * 366;

fn consent_restricted(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let policy = estate.authorization_policy()?;
    let mut lacking = Vec::new();
    let consent = Estate::said(AUTHORIZATION, "to what users may consent", policy.consent.as_ref())?;
    if consent.contains(&ConsentRight::Anything) {
        lacking.push(Remark::new("consent-to-anything"));
    }
    if Estate::said(AUTHORIZATION, "consent to risky apps", policy.risky_consent)? {
        lacking.push(Remark::new("consent-to-risky"));
    }
    if !Estate::said(AUTHORIZATION, "whether requests are taken", policy.requests_taken)? {
        lacking.push(Remark::new("consent-requests-off"));
    } else if policy.request_reviewers == Some(0) {
        lacking.push(Remark::new("consent-without-reviewers"));
    }
    let own = consent.iter().find_map(|right| match right {
        ConsentRight::Own(policy) | ConsentRight::Other(policy) => Some(policy),
        ConsentRight::Anything | ConsentRight::LowImpact | ConsentRight::Recommended | ConsentRight::ForOwnedGroups(_) => None,
    });
    match own {
        // What a policy of the tenant's own allows is not read.
        Some(policy) if lacking.is_empty() => {
            let detail = format!("the tenant's own policy for consent, {policy}, is not read");
            Err(Answer::NotMeasurable { facet: AUTHORIZATION, gap: Gap::Incomplete { detail } })
        }
        _ => Ok(Answer::lacking(lacking, !consent.contains(&ConsentRight::Anything))),
    }
}

fn users_register_no_apps(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let may =
        Estate::said(AUTHORIZATION, "whether users register applications", estate.authorization_policy()?.users_register_apps)?;
    Ok(Answer::lacking(may.then(|| Remark::new("users-register-apps")).into_iter().collect(), false))
}

fn app_credentials_expire(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (mut lacking, mut good) = (Vec::new(), false);
    for app in &estate.applications()?.apps {
        for credential in &app.credentials {
            let found = credential_remark(app, credential, estate.now);
            good |= found.is_none();
            lacking.extend(found);
        }
    }
    Ok(Answer::lacking(lacking, good))
}

fn credential_remark(app: &Application, credential: &Credential, now: Timestamp) -> Option<Remark> {
    let remark = |code: &str| Remark::new(code).with("app", &app.name);
    if credential.until.is_some_and(|until| until < now) {
        return None;
    }
    // Whoever made the application has no business with a secret that was added here; certificates for sign-in pages have.
    if credential.secret && matches!(app.owner, Owner::Others | Owner::Microsoft) {
        return Some(remark("app-credential-on-foreign"));
    }
    let Some(until) = credential.until else { return Some(remark("app-credential-endless")) };
    let since = credential.since.unwrap_or(now);
    let longest = since.checked_add((CREDENTIAL_DAYS_MOST * 24).hours()).ok()?;
    (credential.secret && until > longest).then(|| remark("app-credential-long").with("date", until.strftime("%F").to_string()))
}

fn no_tenant_wide_mail(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let all = estate.applications()?;
    let counts = |holder: &str| all.of(holder).is_none_or(|app| app.owner != Owner::Microsoft && app.enabled != Some(false));
    let mail = all.rights.iter().filter(|right| MAIL.contains(&right.right.as_str()) && counts(&right.holder));
    Ok(Answer::not_met_or_met(
        mail.map(|right| Remark::new("app-reads-all-mail").with("app", &right.name).with("right", &right.right)),
    ))
}

/// Applications of makers whom nobody has verified, that people let in by themselves.
fn no_unknown_apps(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let all = estate.applications()?;
    let lacking = all.apps.iter().filter(|app| is_unknown(app)).filter_map(|app| {
        let people = by_people(all, app);
        (people > 0).then(|| Remark::new("unverified-app-let-in").with("app", &app.name).with("count", people.to_string()))
    });
    Ok(Answer::not_met_or_met(lacking))
}

fn is_unknown(app: &Application) -> bool {
    !app.verified && app.enabled != Some(false) && matches!(app.owner, Owner::Others | Owner::Unknown)
}

fn by_people(all: &Applications, app: &Application) -> usize {
    all.consents.iter().filter(|consent| consent.by.is_some() && consent.app.eq_ignore_ascii_case(&app.id)).count()
}
