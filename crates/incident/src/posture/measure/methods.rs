//! Methods of signing in: which are allowed, and who has registered one.

use super::Measure;
use crate::facet::FacetName;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::methods_policy::{Migration, PolicyMethod, Switch};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "weak-methods-off",
        remarks: &["method-sms", "method-voice", "method-email", "methods-older-policies"],
        take: weak_methods_off,
    },
    Measure {
        name: "authenticator-shows-context",
        remarks: &["authenticator-hides-application", "authenticator-hides-place", "authenticator-off"],
        take: authenticator_shows_context,
    },
    Measure { name: "temporary-pass-ready", remarks: &["temporary-pass-off", "temporary-pass-long"], take: temporary_pass_ready },
    Measure { name: "second-factor-registered", remarks: &["no-second-factor-registered"], take: second_factor_registered },
];

const FACET: FacetName = FacetName::MethodsPolicy;
/// A pass that is good for longer is a password.
const PASS_MINUTES_MOST: u32 = 8 * 60;

fn weak_methods_off(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let policy = estate.methods_policy()?;
    let weak = [(PolicyMethod::Sms, "method-sms"), (PolicyMethod::Voice, "method-voice"), (PolicyMethod::Email, "method-email")];
    let (mut lacking, mut off) = (Vec::new(), false);
    for (method, code) in weak {
        let setting = Estate::said(FACET, code, policy.of(&method))?;
        let enabled = Estate::said(FACET, "the state of a method", setting.enabled)?;
        off |= !enabled;
        if enabled {
            lacking.push(Remark::new(code));
        }
    }
    // As long as the older policies count, what is off here may be on there.
    match Estate::said(FACET, "the state of the migration", policy.migration.as_ref()) {
        Ok(Migration::Done) => {}
        Ok(_) => lacking.push(Remark::new("methods-older-policies")),
        Err(unsaid) if lacking.is_empty() => return Err(unsaid),
        Err(_) => {}
    }
    Ok(Answer::lacking(lacking, off))
}

fn authenticator_shows_context(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let setting = Estate::said(FACET, "the authenticator", estate.methods_policy()?.of(&PolicyMethod::Authenticator))?;
    if !Estate::said(FACET, "the state of the authenticator", setting.enabled)? {
        return Ok(Answer::NotApplicable { seen: vec![Remark::new("authenticator-off")] });
    }
    let parts =
        [(&setting.shows_application, "authenticator-hides-application"), (&setting.shows_place, "authenticator-hides-place")];
    let mut lacking = Vec::new();
    for (switch, code) in parts {
        if *Estate::said(FACET, "what the authenticator shows", switch.as_ref())? != Switch::On {
            lacking.push(Remark::new(code));
        }
    }
    let some = lacking.len() < parts.len();
    Ok(Answer::lacking(lacking, some))
}

fn temporary_pass_ready(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let setting = Estate::said(FACET, "the temporary pass", estate.methods_policy()?.of(&PolicyMethod::TemporaryPass))?;
    if !Estate::said(FACET, "the state of the temporary pass", setting.enabled)? {
        return Ok(Answer::not_met([Remark::new("temporary-pass-off")]));
    }
    let longest = Estate::said(FACET, "the longest time of a temporary pass", setting.longest_minutes)?;
    let hours = (longest / 60).to_string();
    let long = (longest > PASS_MINUTES_MOST).then(|| Remark::new("temporary-pass-long").with("hours", hours));
    Ok(Answer::lacking(long.into_iter().collect(), true))
}

/// Members who have nothing to show when a second factor is asked for: whoever has the password first, registers one.
fn second_factor_registered(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let report = estate.registration()?;
    let people = &estate.people()?.people;
    let (mut lacking, mut some) = (Vec::new(), false);
    for person in people.iter().filter(|person| !person.is_guest() && person.enabled != Some(false)) {
        let known = report.of(&person.id);
        let has = match known {
            Some(known) => Estate::said(FacetName::Registration, "whether a second factor is there", known.second_factor)?,
            // The report is some hours old, and has no word on who was made since.
            None => false,
        };
        some |= has;
        if !has {
            lacking.push(Remark::new("no-second-factor-registered").with("who", &person.name));
        }
    }
    Ok(Answer::lacking(lacking, some))
}
