//! What mail passes through, and what may be shared.

use super::Measure;
use crate::facet::FacetName;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::dkim::Dkim;
use crate::tenant::mail_flow::{InboundConnector, MailFlow, OutboundConnector};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure { name: "no-rule-bypasses-filtering", remarks: &["rule-bypasses"], take: no_rule_bypasses_filtering },
    Measure {
        name: "no-mail-led-outside",
        remarks: &["rule-leads-outside", "rule-leads-to-name", "journal-leads-outside", "connector-leads-all"],
        take: no_mail_led_outside,
    },
    Measure {
        name: "connectors-restricted",
        remarks: &["connectors-none", "connector-by-address", "connector-open", "connector-in-plain-text"],
        take: connectors_restricted,
    },
    Measure { name: "calendars-not-shared-with-all", remarks: &["shared-with-all"], take: calendars_not_shared_with_all },
];

/// No rule that acts marks mail as clean, or keeps it from being looked into.
fn no_rule_bypasses_filtering(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let mut lacking = Vec::new();
    for rule in estate.mail_flow()?.rules.iter().filter(|rule| rule.marks_as_clean || rule.skips_checks) {
        if Estate::said(FacetName::MailFlow, "State", rule.acts)? {
            lacking.push(Remark::new("rule-bypasses").with("rule", &rule.object.name));
        }
    }
    Ok(Answer::lacking(lacking, false))
}

/// No rule, journal or connector takes mail, or copies of it, out of the organisation.
fn no_mail_led_outside(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (flow, inside) = (estate.mail_flow()?, estate.dkim()?);
    let mut lacking = led_by_rules(flow, inside)?;
    for journal in &flow.journals {
        let to = journal.to.as_deref().filter(|to| !inside.is_inside(to));
        if let Some(to) = to
            && Estate::said(FacetName::MailFlow, "Enabled", journal.on)?
        {
            lacking.push(Remark::new("journal-leads-outside").with("rule", &journal.object.name).with("to", to));
        }
    }
    for connector in flow.outbound.iter().filter(|connector| takes_all(connector)) {
        if Estate::said(FacetName::MailFlow, "Enabled", connector.on)? {
            let to = connector.servers.join(", ");
            lacking.push(Remark::new("connector-leads-all").with("connector", &connector.object.name).with("to", to));
        }
    }
    Ok(Answer::lacking(lacking, false))
}

fn led_by_rules(flow: &MailFlow, inside: &Dkim) -> Result<Vec<Remark>, Answer> {
    let mut led = Vec::new();
    for rule in &flow.rules {
        let outside = rule.redirects.iter().chain(&rule.copies).filter(|to| !inside.is_inside(to)).collect::<Vec<_>>();
        if outside.is_empty() || !Estate::said(FacetName::MailFlow, "State", rule.acts)? {
            continue;
        }
        led.extend(outside.into_iter().map(|to| {
            // A name from the address book may stand for a contact outside.
            let code = if to.contains('@') { "rule-leads-outside" } else { "rule-leads-to-name" };
            Remark::new(code).with("rule", &rule.object.name).with("to", to)
        }));
    }
    Ok(led)
}

/// It takes everything that leaves, to a server of somebody.
fn takes_all(connector: &OutboundConnector) -> bool {
    connector.domains.iter().any(|domain| domain == "*") && !connector.servers.is_empty() && connector.by_rule_only != Some(true)
}

/// Whoever uses a connector shows a certificate.
fn connectors_restricted(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (mut lacking, mut strict) = (Vec::new(), false);
    let mut on = 0;
    for connector in &estate.mail_flow()?.inbound {
        if !Estate::said(FacetName::MailFlow, "Enabled", connector.on)? {
            continue;
        }
        on += 1;
        match weakness(connector)? {
            Some(code) => lacking.push(Remark::new(code).with("connector", &connector.object.name)),
            None => strict = true,
        }
    }
    Ok(if on == 0 { Answer::met([Remark::new("connectors-none")]) } else { Answer::lacking(lacking, strict) })
}

/// Own servers are known by what they show; of a partner's the connector has to say that nothing else is taken.
fn weakness(connector: &InboundConnector) -> Result<Option<&'static str>, Answer> {
    let own = Estate::said(FacetName::MailFlow, "ConnectorType", connector.own_servers)?;
    let by_certificate = connector.certificate.is_some() && (own || connector.only_certificate == Some(true));
    let by_address = !connector.addresses.is_empty() && (own || connector.only_addresses == Some(true));
    Ok(match (by_certificate, by_address) {
        (true, _) if connector.sealed == Some(false) => Some("connector-in-plain-text"),
        (true, _) => None,
        (false, true) => Some("connector-by-address"),
        (false, false) => Some("connector-open"),
    })
}

/// No more than when somebody is busy is shown to everybody.
fn calendars_not_shared_with_all(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let mut lacking = Vec::new();
    for policy in &estate.sharing_policies()?.policies {
        let open: Vec<_> = policy.shares.iter().filter(|share| share.is_for_all() && share.tells_more()).collect();
        if !open.is_empty() && Estate::said(FacetName::SharingPolicies, "Enabled", policy.on)? {
            lacking
                .extend(open.into_iter().map(|share| {
                    Remark::new("shared-with-all").with("policy", &policy.name).with("what", share.what.join(", "))
                }));
        }
    }
    Ok(Answer::lacking(lacking, false))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Land, check, inside, object};
    use super::*;
    use crate::tenant::mail_flow::{Journal, TransportRule};
    use crate::tenant::sharing_policies::{Share, SharingPolicies, SharingPolicy};

    fn rule(acts: Option<bool>, clean: bool, to: &[&str]) -> TransportRule {
        TransportRule {
            object: object("compliance copy"),
            acts,
            marks_as_clean: clean,
            skips_checks: false,
            redirects: Vec::new(),
            copies: to.iter().map(|to| (*to).to_owned()).collect(),
            deletes: false,
            by: None,
            changed: None,
        }
    }

    fn rules(rule: TransportRule) -> Land {
        Land::new().with(inside()).with(MailFlow { rules: vec![rule], ..MailFlow::default() })
    }

    #[test]
    fn rules_that_bypass() {
        check(no_rule_bypasses_filtering, rules(rule(Some(true), false, &[])), "met", &[]);
        check(no_rule_bypasses_filtering, rules(rule(Some(true), true, &[])), "not-met", &["rule-bypasses"]);
        check(no_rule_bypasses_filtering, rules(rule(Some(false), true, &[])), "met", &[]);
        check(no_rule_bypasses_filtering, rules(rule(None, true, &[])), "not-measurable", &[]);
        let skips = TransportRule { skips_checks: true, ..rule(Some(true), false, &[]) };
        check(no_rule_bypasses_filtering, rules(skips), "not-met", &["rule-bypasses"]);
        check(no_rule_bypasses_filtering, Land::new().blind(FacetName::MailFlow), "not-measurable", &[]);
    }

    #[test]
    fn ways_out() {
        let outside = &["drop@example.net"];
        check(no_mail_led_outside, rules(rule(Some(true), false, &["b@contoso.com"])), "met", &[]);
        check(no_mail_led_outside, rules(rule(Some(true), false, outside)), "not-met", &["rule-leads-outside"]);
        check(no_mail_led_outside, rules(rule(Some(true), false, &["Sam Lind"])), "not-met", &["rule-leads-to-name"]);
        check(no_mail_led_outside, rules(rule(Some(false), false, outside)), "met", &[]);
        check(no_mail_led_outside, rules(rule(None, false, outside)), "not-measurable", &[]);
        let journal = Journal { object: object("journal"), on: Some(true), to: Some("drop@example.net".to_owned()) };
        let land = Land::new().with(inside()).with(MailFlow { journals: vec![journal], ..MailFlow::default() });
        check(no_mail_led_outside, land, "not-met", &["journal-leads-outside"]);
        let out = |by_rule| OutboundConnector {
            object: object("out"),
            on: Some(true),
            domains: vec!["*".to_owned()],
            servers: vec!["203.0.113.9".to_owned()],
            by_rule_only: Some(by_rule),
        };
        let land = |by_rule| Land::new().with(inside()).with(MailFlow { outbound: vec![out(by_rule)], ..MailFlow::default() });
        check(no_mail_led_outside, land(false), "not-met", &["connector-leads-all"]);
        check(no_mail_led_outside, land(true), "met", &[]);
        check(no_mail_led_outside, Land::new().with(MailFlow::default()).blind(FacetName::Dkim), "not-measurable", &[]);
    }

    fn connector(own: Option<bool>, certificate: bool, address: bool) -> InboundConnector {
        InboundConnector {
            object: object("relay"),
            on: Some(true),
            own_servers: own,
            addresses: address.then(|| "203.0.113.9".to_owned()).into_iter().collect(),
            certificate: certificate.then(|| "mx.contoso.com".to_owned()),
            sealed: Some(true),
            only_addresses: None,
            only_certificate: None,
            as_internal: None,
        }
    }

    #[test]
    fn connectors() {
        let land = |inbound| Land::new().with(MailFlow { inbound, ..MailFlow::default() });
        let one = |own, certificate, address| land(vec![connector(own, certificate, address)]);
        check(connectors_restricted, land(Vec::new()), "met", &["connectors-none"]);
        check(connectors_restricted, one(Some(true), true, false), "met", &[]);
        check(connectors_restricted, one(Some(true), false, true), "not-met", &["connector-by-address"]);
        check(connectors_restricted, one(Some(false), true, true), "not-met", &["connector-open"]);
        check(connectors_restricted, one(Some(true), false, false), "not-met", &["connector-open"]);
        check(connectors_restricted, one(None, true, false), "not-measurable", &[]);
        let partner = InboundConnector { only_certificate: Some(true), ..connector(Some(false), true, false) };
        check(
            connectors_restricted,
            land(vec![partner.clone(), connector(Some(true), false, true)]),
            "partly",
            &["connector-by-address"],
        );
        let plain = InboundConnector { sealed: Some(false), ..partner };
        check(connectors_restricted, land(vec![plain]), "not-met", &["connector-in-plain-text"]);
        let off = InboundConnector { on: Some(false), ..connector(Some(true), false, false) };
        check(connectors_restricted, land(vec![off]), "met", &["connectors-none"]);
    }

    #[test]
    fn sharing() {
        let land = |with: &str, what: &str, on| {
            let share = Share { with: with.to_owned(), what: vec![what.to_owned()] };
            let policies = vec![SharingPolicy { name: "Default".to_owned(), on, shares: vec![share] }];
            Land::new().with(SharingPolicies { policies })
        };
        let (busy, more) = ("CalendarSharingFreeBusySimple", "CalendarSharingFreeBusyReviewer");
        check(calendars_not_shared_with_all, land("*", busy, Some(true)), "met", &[]);
        check(calendars_not_shared_with_all, land("*", more, Some(true)), "not-met", &["shared-with-all"]);
        check(calendars_not_shared_with_all, land("Anonymous", more, Some(true)), "not-met", &["shared-with-all"]);
        check(calendars_not_shared_with_all, land("example.net", more, Some(true)), "met", &[]);
        check(calendars_not_shared_with_all, land("*", more, Some(false)), "met", &[]);
        check(calendars_not_shared_with_all, land("*", more, None), "not-measurable", &[]);
    }
}
