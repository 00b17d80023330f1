//! What leaves by itself.

use super::Measure;
use crate::facet::{FacetName, Gap};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::outbound_policy::{Applies, AutoForwarding, OutboundPolicies, OutboundPolicy, WhenReached};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "external-forwarding-off",
        remarks: &["forwarding-automatic", "forwarding-allowed", "forwarding-unknown", "remote-domain-forwards"],
        take: external_forwarding_off,
    },
    Measure { name: "senders-blocked-at-limit", remarks: &["limit-only-told", "limit-unknown"], take: senders_blocked_at_limit },
    Measure {
        name: "no-mailbox-forwards-outside",
        remarks: &[
            "mailbox-forwards-outside",
            "mailbox-forwards-by-name",
            // As a sweep tells it.
            "mailbox-forwards",
            "swept",
            "mailboxes-undecided",
            "mailboxes-not-read",
            "list-not-whole",
            "sweep-is-old",
        ],
        take: no_mailbox_forwards_outside,
    },
];

/// The policies that apply to somebody; there is always one.
fn applied(read: &OutboundPolicies) -> Result<Vec<&OutboundPolicy>, Answer> {
    let applied: Vec<_> = read.policies.iter().filter(|policy| policy.applies != Applies::ToNobody).collect();
    if applied.iter().any(|policy| policy.applies == Applies::ToTheRest) {
        return Ok(applied);
    }
    let detail = "the policy that is for everybody was not sent".to_owned();
    Err(Answer::NotMeasurable { facet: FacetName::OutboundPolicies, gap: Gap::Incomplete { detail } })
}

/// Off in every policy that applies, in so many words, and in every remote domain.
fn external_forwarding_off(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.outbound_policies()?;
    let (mut lacking, mut closed) = (Vec::new(), false);
    for policy in applied(read)? {
        let remark = |code| Remark::new(code).with("policy", &policy.object.name);
        match Estate::said(FacetName::OutboundPolicies, "AutoForwardingMode", policy.forwarding.as_ref())? {
            AutoForwarding::Off => closed = true,
            AutoForwarding::Automatic => lacking.push(remark("forwarding-automatic")),
            AutoForwarding::On => lacking.push(remark("forwarding-allowed")),
            AutoForwarding::Other(word) => lacking.push(remark("forwarding-unknown").with("word", word)),
        }
    }
    for remote in &read.remote_domains {
        if Estate::said(FacetName::OutboundPolicies, "AutoForwardEnabled", remote.forwards)? {
            lacking.push(Remark::new("remote-domain-forwards").with("domain", &remote.domain));
        } else {
            closed = true;
        }
    }
    Ok(Answer::lacking(lacking, closed))
}

/// An account that sends too much is stopped, and not only reported.
fn senders_blocked_at_limit(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (mut lacking, mut blocks) = (Vec::new(), false);
    for policy in applied(estate.outbound_policies()?)? {
        let remark = |code| Remark::new(code).with("policy", &policy.object.name);
        match Estate::said(FacetName::OutboundPolicies, "ActionWhenThresholdReached", policy.when_reached.as_ref())? {
            WhenReached::Block | WhenReached::BlockForToday => blocks = true,
            WhenReached::Alert => lacking.push(remark("limit-only-told")),
            WhenReached::Other(word) => lacking.push(remark("limit-unknown").with("word", word)),
        }
    }
    Ok(Answer::lacking(lacking, blocks))
}

/// By the mailbox's own setting. A name from the address book may stand for a contact outside: it is said.
fn no_mailbox_forwards_outside(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (mailboxes, inside) = match (estate.mailbox_forwarding(), estate.dkim()) {
        (Ok(mailboxes), Ok(inside)) => (mailboxes, inside),
        // A list that the service would not give whole: a sweep asked one mailbox after the other.
        (Err(unread), _) | (_, Err(unread)) => return as_swept(estate).unwrap_or(Err(unread)),
    };
    let (mut lacking, mut outside) = (Vec::new(), false);
    for mailbox in &mailboxes.forwarding {
        let remark = |code, to: &str| Remark::new(code).with("who", &mailbox.who).with("to", to);
        match (&mailbox.recipient, &mailbox.address) {
            // With both set only this one works.
            (Some(name), _) => lacking.push(remark("mailbox-forwards-by-name", name)),
            (None, Some(address)) if !inside.is_inside(address) => {
                outside = true;
                lacking.push(remark("mailbox-forwards-outside", address));
            }
            (None, _) => {}
        }
    }
    Ok(Answer::lacking(lacking, !outside))
}

/// The same as a sweep tells it, if there was one.
fn as_swept(estate: &Estate<'_>) -> Option<Result<Answer, Answer>> {
    let sweep = estate.sweep(FacetName::Forwarding).ok()?;
    Some(super::swept::answer(estate, sweep, FacetName::Forwarding, |swept, finding| {
        Remark::new("mailbox-forwards").with("who", &swept.account.upn).with("to", &finding.name)
    }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Land, check, inside, object};
    use super::*;
    use crate::posture::measure;
    use crate::tenant::mailbox_forwarding::{Forwards, MailboxForwarding};
    use crate::tenant::outbound_policy::RemoteDomain;

    fn policy(name: &str, applies: Applies, mode: &str) -> OutboundPolicy {
        let when_reached = Some(if mode == "On" { WhenReached::Alert } else { WhenReached::BlockForToday });
        OutboundPolicy { object: object(name), applies, forwarding: (!mode.is_empty()).then(|| mode.into()), when_reached }
    }

    fn outbound(policies: Vec<OutboundPolicy>, remote: Option<bool>) -> Land {
        let remote_domains = vec![RemoteDomain { object: object("Default"), domain: "*".to_owned(), forwards: remote }];
        Land::new().with(OutboundPolicies { policies, remote_domains })
    }

    #[test]
    fn forwarding() {
        use Applies::{ByRule, ToNobody, ToTheRest};
        let one = |mode, remote| outbound(vec![policy("Default", ToTheRest, mode)], remote);
        check(external_forwarding_off, one("Off", Some(false)), "met", &[]);
        check(external_forwarding_off, one("Off", Some(true)), "partly", &["remote-domain-forwards"]);
        check(
            external_forwarding_off,
            one("Automatic", Some(true)),
            "not-met",
            &["forwarding-automatic", "remote-domain-forwards"],
        );
        check(external_forwarding_off, one("Automatic", Some(false)), "partly", &["forwarding-automatic"]);
        check(external_forwarding_off, one("On", Some(true)), "not-met", &["forwarding-allowed", "remote-domain-forwards"]);
        check(
            external_forwarding_off,
            one("Sometimes", Some(true)),
            "not-met",
            &["forwarding-unknown", "remote-domain-forwards"],
        );
        check(external_forwarding_off, one("", Some(false)), "not-measurable", &[]);
        check(external_forwarding_off, one("Off", None), "not-measurable", &[]);
        let two = |applies| outbound(vec![policy("Default", ToTheRest, "Off"), policy("Sales", applies, "On")], Some(false));
        check(external_forwarding_off, two(ByRule), "partly", &["forwarding-allowed"]);
        check(external_forwarding_off, two(ToNobody), "met", &[]);
        check(external_forwarding_off, outbound(vec![policy("Sales", ByRule, "Off")], Some(false)), "not-measurable", &[]);
        check(external_forwarding_off, Land::new().blind(FacetName::OutboundPolicies), "not-measurable", &[]);
    }

    #[test]
    fn limits() {
        let one = |mode| outbound(vec![policy("Default", Applies::ToTheRest, mode)], Some(false));
        check(senders_blocked_at_limit, one("Off"), "met", &[]);
        check(senders_blocked_at_limit, one("On"), "not-met", &["limit-only-told"]);
        let two = vec![policy("Default", Applies::ToTheRest, "Off"), policy("Sales", Applies::ByRule, "On")];
        check(senders_blocked_at_limit, outbound(two, Some(false)), "partly", &["limit-only-told"]);
        let unsaid = OutboundPolicy { when_reached: None, ..policy("Default", Applies::ToTheRest, "Off") };
        check(senders_blocked_at_limit, outbound(vec![unsaid], Some(false)), "not-measurable", &[]);
    }

    #[test]
    fn mailboxes() {
        let land = |address: Option<&str>, recipient: Option<&str>| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            let one = Forwards { who: "a@contoso.com".to_owned(), address: text(address), recipient: text(recipient) };
            Land::new().with(inside()).with(MailboxForwarding { read: 2, forwarding: vec![one] })
        };
        check(no_mailbox_forwards_outside, land(Some("b@contoso.com"), None), "met", &[]);
        check(no_mailbox_forwards_outside, land(Some("drop@example.net"), None), "not-met", &["mailbox-forwards-outside"]);
        check(no_mailbox_forwards_outside, land(None, Some("Sam Lind")), "partly", &["mailbox-forwards-by-name"]);
        let blind = Land::new().with(MailboxForwarding::default()).blind(FacetName::Dkim);
        check(no_mailbox_forwards_outside, blind, "not-measurable", &[]);
    }

    #[test]
    fn where_no_list_is_whole_a_sweep_tells() {
        let land = Land::new().with(inside()).blind(FacetName::MailboxForwarding);
        check(no_mailbox_forwards_outside, land.clone(), "not-measurable", &[]);
        let swept = super::super::swept::tests::clear();
        let answer = no_mailbox_forwards_outside(&land.estate().swept(&swept)).expect("measured");
        assert_eq!((answer.as_str(), answer.remarks()[0].code.as_str()), ("met", "swept"));
        let of = |name: &str| measure::named(name).expect("a measure").remarks;
        let missing = of("no-rule-bears-the-marks")
            .iter()
            .find(|code| **code != "rule-found" && !of("no-mailbox-forwards-outside").contains(code));
        assert_eq!(missing, None, "whatever a sweep can say stands in the table");
    }
}
