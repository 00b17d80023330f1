//! Whether anybody is told.

use super::Measure;
use crate::facet::FacetName;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::alert_policies::{ALL_ADMINISTRATORS, AlertPolicy, Recipient};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[Measure {
    name: "alerts-reach-somebody",
    remarks: &[
        "alert-missing",
        "alert-off",
        "alert-silent",
        "alert-to-nobody",
        "alert-recipient-gone",
        "alert-recipient-outside",
    ],
    take: alerts_reach_somebody,
}];

/// What has to be reported, by the names of Microsoft's own policies: one of each row. A tenant may have made another
/// with the same purpose; nothing in it says so.
const WANTED: &[&[&str]] = &[
    &["Creation of forwarding/redirect rule", "Suspicious email forwarding activity"],
    &["User restricted from sending email"],
    &["Suspicious email sending patterns detected"],
    &["Elevation of Exchange admin privilege"],
];

/// Whether a policy is among those that are wanted.
pub(crate) fn is_wanted(policy: &AlertPolicy) -> bool {
    WANTED.iter().any(|row| row.iter().any(|name| name.eq_ignore_ascii_case(&policy.object.name)))
}

/// Somebody who is there may be told.
pub(crate) fn is_there(recipient: &Recipient) -> bool {
    recipient.address == ALL_ADMINISTRATORS || recipient.exists == Some(true)
}

fn alerts_reach_somebody(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let policies = &estate.alert_policies()?.policies;
    let (mut lacking, mut some) = (Vec::new(), false);
    for row in WANTED {
        let named = |policy: &&AlertPolicy| row.iter().any(|name| name.eq_ignore_ascii_case(&policy.object.name));
        let mut of_row = Vec::new();
        let mut reached = false;
        for policy in policies.iter().filter(named) {
            let lacks = lacks(policy)?;
            reached |= lacks.is_empty();
            of_row.extend(lacks);
        }
        match (reached, of_row.is_empty()) {
            (true, _) => some = true,
            (false, true) => lacking.push(Remark::new("alert-missing").with("policy", row.join(" / "))),
            (false, false) => lacking.extend(of_row),
        }
    }
    Ok(Answer::lacking(lacking, some))
}

/// What keeps an alert policy from reaching somebody.
fn lacks(policy: &AlertPolicy) -> Result<Vec<Remark>, Answer> {
    let remark = |code: &str| Remark::new(code).with("policy", &policy.object.name);
    if !Estate::said(FacetName::AlertPolicies, "Disabled", policy.on)? {
        return Ok(vec![remark("alert-off")]);
    }
    if policy.sends_mail == Some(false) {
        return Ok(vec![remark("alert-silent")]);
    }
    if policy.recipients.iter().any(is_there) {
        return Ok(Vec::new());
    }
    let each = policy.recipients.iter().map(|recipient| {
        let code = if recipient.exists.is_none() { "alert-recipient-outside" } else { "alert-recipient-gone" };
        remark(code).with("who", &recipient.address)
    });
    let each: Vec<Remark> = each.collect();
    Ok(if each.is_empty() { vec![remark("alert-to-nobody")] } else { each })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Land, check, object};
    use super::*;
    use crate::tenant::alert_policies::AlertPolicies;

    fn policy(name: &str, to: &[(&str, Option<bool>)]) -> AlertPolicy {
        let recipient = |(address, exists): &(&str, Option<bool>)| Recipient { address: (*address).to_owned(), exists: *exists };
        AlertPolicy {
            object: object(name),
            on: Some(true),
            sends_mail: Some(true),
            recipients: to.iter().map(recipient).collect(),
            built_in: Some(true),
        }
    }

    fn others() -> Vec<AlertPolicy> {
        let admins = [(ALL_ADMINISTRATORS, None)];
        WANTED.iter().skip(1).filter_map(|row| row.first()).map(|name| policy(name, &admins)).collect()
    }

    fn land(first: AlertPolicy) -> Land {
        Land::new().with(AlertPolicies { policies: [vec![first], others()].concat() })
    }

    #[test]
    fn each_alert_reaches_somebody_who_is_there() {
        let name = "Creation of forwarding/redirect rule";
        let to = |recipients: &[(&str, Option<bool>)]| land(policy(name, recipients));
        let take = alerts_reach_somebody;
        check(take, to(&[(ALL_ADMINISTRATORS, None)]), "met", &[]);
        check(take, to(&[("soc@contoso.com", Some(true))]), "met", &[]);
        check(take, to(&[("left@contoso.com", Some(false)), ("soc@contoso.com", Some(true))]), "met", &[]);
        check(take, to(&[("left@contoso.com", Some(false))]), "partly", &["alert-recipient-gone"]);
        check(take, to(&[("soc@example.net", None)]), "partly", &["alert-recipient-outside"]);
        check(take, to(&[]), "partly", &["alert-to-nobody"]);
        let admins = [(ALL_ADMINISTRATORS, None)];
        check(take, land(AlertPolicy { on: Some(false), ..policy(name, &admins) }), "partly", &["alert-off"]);
        check(take, land(AlertPolicy { sends_mail: Some(false), ..policy(name, &admins) }), "partly", &["alert-silent"]);
        check(take, land(AlertPolicy { on: None, ..policy(name, &admins) }), "not-measurable", &[]);
        check(take, Land::new().with(AlertPolicies { policies: others() }), "partly", &["alert-missing"]);
        let none = ["alert-missing"; 4];
        check(take, Land::new().with(AlertPolicies::default()), "not-met", &none);
        check(take, Land::new().blind(FacetName::AlertPolicies), "not-measurable", &[]);
    }
}
