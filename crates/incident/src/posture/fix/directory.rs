//! What users and guests may do by default, in the directory.

use super::{Hindrance, switch};
use crate::facet::FacetName;
use crate::posture::answer::Remark;
use crate::posture::estate::Estate;
use crate::tenant::authorization_policy::{ConsentRight, GuestAccess, Invites, consent_value};
use crate::tenant::setting::{Change, SettingName, Value};

const FACET: FacetName = FacetName::AuthorizationPolicy;

/// Consent to anything becomes consent to what is marked as low, of verified publishers. Every other right is kept.
pub(super) fn consent_restricted(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let policy = estate.authorization_policy()?;
    let is = Estate::said(FACET, "to what users may consent", policy.consent.as_ref())?;
    let risky = switch(SettingName::RiskyConsent, "consent to risky apps", policy.risky_consent, false)?;
    let to = if is.contains(&ConsentRight::Anything) { restricted(is) } else { is.clone() };
    let consent =
        (to != *is).then(|| Change { name: SettingName::UserConsent, of: None, from: consent_value(is), to: consent_value(&to) });
    Ok(consent.into_iter().chain(risky).collect())
}

fn restricted(rights: &[ConsentRight]) -> Vec<ConsentRight> {
    let kept = rights.iter().filter(|right| !matches!(right, ConsentRight::Anything | ConsentRight::LowImpact));
    kept.cloned().chain([ConsentRight::LowImpact]).collect()
}

/// What was let in before stays; and requests to administrators are switched on by a person.
pub(super) fn reach_of_consent(estate: &Estate<'_>) -> Vec<Remark> {
    let stay = match estate.applications() {
        Ok(read) => {
            let by_people = read.consents.iter().filter(|consent| consent.by.is_some()).count();
            Remark::new("reach-consents-stay").with("number", by_people.to_string())
        }
        Err(_) => Remark::new("reach-consents-unread"),
    };
    let policy = estate.authorization_policy().ok();
    let answered = policy.is_some_and(|read| read.requests_taken == Some(true) && read.request_reviewers != Some(0));
    let by_hand = (!answered).then(|| Remark::new("reach-requests-by-hand"));
    [stay].into_iter().chain(by_hand).collect()
}

/// Off for everybody without a role that allows it.
pub(super) fn users_register_no_apps(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let is = estate.authorization_policy()?.users_register_apps;
    let change = switch(SettingName::UsersRegisterApps, "whether users register applications", is, false)?;
    Ok(change.into_iter().collect())
}

/// Only administrators and inviters invite; guests read the little that is Microsoft's own default.
pub(super) fn guests_restricted(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    let policy = estate.authorization_policy()?;
    let invites = Estate::said(FACET, "who may invite guests", policy.invites.as_ref())?;
    let reads = Estate::said(FACET, "what guests may read", policy.guests_read.as_ref())?;
    let joins = switch(SettingName::JoinsByMail, "whether anybody joins by mail", policy.joins_by_mail, false)?;
    let word = |name, from: &str, to: &str| Change {
        name,
        of: None,
        from: Value::Text(from.to_owned()),
        to: Value::Text(to.to_owned()),
    };
    let invites = match invites {
        Invites::Everybody | Invites::Members => {
            Some(word(SettingName::GuestInvites, invites.as_str(), Invites::AdministratorsAndInviters.as_str()))
        }
        Invites::Nobody | Invites::AdministratorsAndInviters | Invites::Other(_) => None,
    };
    let reads = match reads {
        GuestAccess::LikeMembers => Some(word(SettingName::GuestsRead, reads.as_str(), GuestAccess::Limited.as_str())),
        GuestAccess::Limited | GuestAccess::Restricted | GuestAccess::Other(_) => None,
    };
    Ok(invites.into_iter().chain(reads).chain(joins).collect())
}

/// How many guests there are, who read less from then on.
pub(super) fn reach_of_guests(estate: &Estate<'_>) -> Vec<Remark> {
    let Ok(read) = estate.people() else { return vec![Remark::new("reach-guests-unread")] };
    let guests = read.people.iter().filter(|person| person.is_guest()).count();
    vec![Remark::new("reach-guests").with("number", guests.to_string())]
}
