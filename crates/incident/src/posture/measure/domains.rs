//! What keeps others from sending in the name of the tenant's domains.

use super::Measure;
use crate::facet::{FacetName, Gap};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::dns_records::{Dmarc, DomainRecords, UnreadName, Wanted};
use crate::tenant::spf::{Broken, Ending, Rest, ending};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "dkim-on",
        remarks: &["domains-only-microsofts", "dkim-off", "dkim-not-valid", "dkim-key-missing"],
        take: dkim_on,
    },
    Measure {
        name: "dmarc-enforced",
        remarks: &[
            "domains-only-microsofts",
            "dmarc-missing",
            "dmarc-several",
            "dmarc-not-understood",
            "dmarc-none",
            "dmarc-part",
            "dmarc-below-open",
            "domain-unread",
        ],
        take: dmarc_enforced,
    },
    Measure {
        name: "spf-hard",
        remarks: &[
            "domains-only-microsofts",
            "spf-missing",
            "spf-several",
            "spf-open",
            "spf-soft",
            "spf-too-many",
            "spf-leads-nowhere",
            "domain-unread",
        ],
        take: spf_hard,
    },
];

/// Signing is on, and its keys were found, for each domain that is not Microsoft's. Exchange says whether they were; where
/// the domain name system was asked as well, it has to say so too.
fn dkim_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.dkim()?;
    let published = estate.dns_records().ok();
    let (mut lacking, mut some, mut own) = (Vec::new(), false, 0);
    for domain in read.domains.iter().filter(|domain| !domain.is_microsofts()) {
        own += 1;
        let remark = |code| Remark::new(code).with("domain", &domain.name);
        let signing = read.signing.iter().find(|signing| signing.domain == domain.name);
        let on = signing.map(|signing| Estate::said(FacetName::Dkim, "Enabled", signing.on)).transpose()?;
        match (on, signing.and_then(|signing| signing.status.as_deref())) {
            (Some(true), None | Some("Valid")) => {
                let records = published.and_then(|read| read.domains.iter().find(|one| one.name == domain.name));
                if records.is_some_and(lacks_keys) {
                    lacking.push(remark("dkim-key-missing"));
                } else {
                    some = true;
                }
            }
            (Some(true), Some(status)) => lacking.push(remark("dkim-not-valid").with("status", status)),
            _ => lacking.push(remark("dkim-off")),
        }
    }
    Ok(of_domains(own, lacking, some))
}

/// Every selector was asked, and none has a key.
fn lacks_keys(records: &DomainRecords) -> bool {
    !records.keys.is_empty() && records.unread_at("._domainkey.").is_none() && records.keys.iter().all(|key| !key.there)
}

/// How one domain stands.
enum Stands {
    Well,
    /// As far as the domain itself goes, but for the rest.
    Partly(&'static str),
    Badly(Remark),
    NotRead(UnreadName),
}

impl Stands {
    fn badly(code: &str, domain: &DomainRecords) -> Self {
        Self::Badly(Remark::new(code).with("domain", &domain.name))
    }
}

/// Receivers are asked to refuse forged mail, or to put it aside, all of it, from domains below as well.
fn dmarc_enforced(estate: &Estate<'_>) -> Result<Answer, Answer> {
    by_domain(estate, |domain| {
        let badly = |code| Stands::badly(code, domain);
        match domain.dmarc.as_slice() {
            // A record further up might be found where a name on the way could not be asked.
            [] => domain.unread_at("_dmarc.").map_or_else(|| badly("dmarc-missing"), |unread| Stands::NotRead(unread.clone())),
            [one] => match (one.wanted(&domain.name), one.percent()) {
                (None, _) | (_, None) => badly("dmarc-not-understood"),
                (Some(Wanted::Nothing), _) => badly("dmarc-none"),
                (Some(_), Some(100)) => below(one),
                (Some(_), Some(_)) => badly("dmarc-part"),
            },
            _ => badly("dmarc-several"),
        }
    })
}

fn below(text: &Dmarc) -> Stands {
    match text.below() {
        Some(Wanted::Quarantine | Wanted::Reject) => Stands::Well,
        Some(Wanted::Nothing) | None => Stands::Partly("dmarc-below-open"),
    }
}

/// Mail from servers that are not named is to be refused.
fn spf_hard(estate: &Estate<'_>) -> Result<Answer, Answer> {
    by_domain(estate, |domain| {
        let badly = |code| Stands::badly(code, domain);
        match domain.spf.as_slice() {
            [] => domain.unread_at("").map_or_else(|| badly("spf-missing"), |unread| Stands::NotRead(unread.clone())),
            [one] => match ending(domain, one) {
                Ending::Known(Rest::Fail) => Stands::Well,
                Ending::Known(Rest::SoftFail) => badly("spf-soft"),
                Ending::Known(Rest::Taken) => badly("spf-open"),
                Ending::Broken(Broken::TooMany) => badly("spf-too-many"),
                Ending::Broken(Broken::NoRecord(name)) => {
                    Stands::Badly(Remark::new("spf-leads-nowhere").with("domain", &domain.name).with("name", name))
                }
                Ending::Wants(names) => not_followed(domain, names.into_iter().next().unwrap_or_default()),
                Ending::Open(name) => not_followed(domain, name),
            },
            _ => badly("spf-several"),
        }
    })
}

fn not_followed(domain: &DomainRecords, name: String) -> Stands {
    let known = domain.unread.iter().find(|unread| unread.name == name).cloned();
    Stands::NotRead(known.unwrap_or_else(|| UnreadName { name, why: "where it leads depends on the message".to_owned() }))
}

/// What is known to be wrong is told, and what could not be asked beside it; where nothing is and not all was read, it cannot
/// be told.
fn by_domain(estate: &Estate<'_>, stands: impl Fn(&DomainRecords) -> Stands) -> Result<Answer, Answer> {
    let domains = &estate.dns_records()?.domains;
    let (mut lacking, mut some, mut unread) = (Vec::new(), false, Vec::new());
    for domain in domains {
        match stands(domain) {
            Stands::Well => some = true,
            Stands::Partly(code) => {
                some = true;
                lacking.push(Remark::new(code).with("domain", &domain.name));
            }
            Stands::Badly(remark) => lacking.push(remark),
            Stands::NotRead(name) => unread.push(name),
        }
    }
    if let Some(UnreadName { name, why }) = unread.first().filter(|_| lacking.is_empty()) {
        let gap = Gap::Incomplete { detail: format!("{name}: {why}") };
        return Err(Answer::NotMeasurable { facet: FacetName::DnsRecords, gap });
    }
    lacking.extend(unread.iter().map(|one| Remark::new("domain-unread").with("name", &one.name)));
    Ok(of_domains(domains.len(), lacking, some))
}

/// A tenant that has only Microsoft's domains can publish nothing.
fn of_domains(own: usize, lacking: Vec<Remark>, some: bool) -> Answer {
    if own == 0 {
        return Answer::NotApplicable { seen: vec![Remark::new("domains-only-microsofts")] };
    }
    Answer::lacking(lacking, some)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Land, check};
    use super::*;
    use crate::tenant::dkim::{AcceptedDomain, Dkim, Signing};
    use crate::tenant::dns_records::{DnsRecords, PublishedKey, Referred};

    #[test]
    fn signing() {
        let land = |of: &[(&str, Option<bool>, &str)]| {
            let domain = |name: &str| AcceptedDomain { name: name.to_owned(), initial: Some(false) };
            let mut domains: Vec<_> = of.iter().map(|(name, ..)| domain(name)).collect();
            domains.push(AcceptedDomain { name: "contoso.onmicrosoft.com".to_owned(), initial: Some(true) });
            let signing = of.iter().filter(|(.., status)| !status.is_empty()).map(|(name, on, status)| Signing {
                domain: (*name).to_owned(),
                on: *on,
                status: Some((*status).to_owned()),
                selectors: Vec::new(),
            });
            Land::new().with(Dkim { domains, signing: signing.collect() })
        };
        check(dkim_on, land(&[("contoso.com", Some(true), "Valid")]), "met", &[]);
        check(dkim_on, land(&[("contoso.com", Some(true), "CnameMissing")]), "not-met", &["dkim-not-valid"]);
        check(dkim_on, land(&[("contoso.com", Some(true), "Valid"), ("contoso.se", None, "")]), "partly", &["dkim-off"]);
        check(dkim_on, land(&[("contoso.com", Some(false), "Valid")]), "not-met", &["dkim-off"]);
        check(dkim_on, land(&[("contoso.com", None, "Valid")]), "not-measurable", &[]);
        check(dkim_on, land(&[]), "not-applicable", &["domains-only-microsofts"]);
    }

    fn records(spf: &[&str], dmarc: &[&str]) -> DomainRecords {
        let text = |text: &&str| Dmarc { of: "contoso.com".to_owned(), text: (*text).to_owned() };
        DomainRecords {
            name: "contoso.com".to_owned(),
            spf: spf.iter().map(|text| (*text).to_owned()).collect(),
            dmarc: dmarc.iter().map(text).collect(),
            ..DomainRecords::default()
        }
    }

    fn unread(name: &str) -> Vec<UnreadName> {
        vec![UnreadName { name: name.to_owned(), why: "SERVFAIL".to_owned() }]
    }

    #[test]
    fn keys_that_were_asked_for_have_to_be_there() {
        let domain = AcceptedDomain { name: "contoso.com".to_owned(), initial: Some(false) };
        let valid =
            Signing { domain: domain.name.clone(), on: Some(true), status: Some("Valid".to_owned()), selectors: Vec::new() };
        let land = |there: &[bool], unread| {
            let keys = there.iter().map(|there| PublishedKey { selector: "selector1".to_owned(), there: *there }).collect();
            let one = DomainRecords { keys, unread, ..records(&[], &[]) };
            let dkim = Dkim { domains: vec![domain.clone()], signing: vec![valid.clone()] };
            Land::new().with(dkim).with(DnsRecords { domains: vec![one] })
        };
        check(dkim_on, land(&[true, false], Vec::new()), "met", &[]);
        check(dkim_on, land(&[false, false], Vec::new()), "not-met", &["dkim-key-missing"]);
        // Exchange's word stands where nothing else is known.
        check(dkim_on, land(&[false], unread("selector2._domainkey.contoso.com")), "met", &[]);
        check(dkim_on, land(&[], Vec::new()), "met", &[]);
    }

    #[test]
    fn what_could_not_be_asked_is_never_met() {
        let land = |one: DomainRecords| Land::new().with(DnsRecords { domains: vec![one] });
        let dead = |name: &str| DomainRecords { unread: unread(name), ..records(&[], &[]) };
        check(spf_hard, land(dead("contoso.com")), "not-measurable", &[]);
        check(dmarc_enforced, land(dead("_dmarc.contoso.com")), "not-measurable", &[]);
        check(spf_hard, land(dead("_dmarc.contoso.com")), "not-met", &["spf-missing"]);
        let redirect = records(&["v=spf1 redirect=example.net"], &[]);
        check(spf_hard, land(redirect.clone()), "not-measurable", &[]);
        check(spf_hard, land(DomainRecords { unread: unread("example.net"), ..redirect.clone() }), "not-measurable", &[]);
        let to = |text: &str| {
            let referred = vec![Referred { name: "example.net".to_owned(), spf: vec![text.to_owned()] }];
            land(DomainRecords { referred, ..redirect.clone() })
        };
        check(spf_hard, to("v=spf1 -all"), "met", &[]);
        check(spf_hard, to("v=spf1 ~all"), "not-met", &["spf-soft"]);
        let two = vec![dead("contoso.com"), DomainRecords { name: "contoso.se".to_owned(), ..records(&["v=spf1 ~all"], &[]) }];
        check(spf_hard, Land::new().with(DnsRecords { domains: two }), "not-met", &["spf-soft", "domain-unread"]);
    }

    #[test]
    fn published() {
        let land = |spf: &[&str], dmarc: &[&str]| Land::new().with(DnsRecords { domains: vec![records(spf, dmarc)] });
        for (text, answer, code) in [
            ("v=DMARC1; p=reject", "met", ""),
            ("v=DMARC1; p=quarantine", "met", ""),
            ("v=DMARC1; p=none", "not-met", "dmarc-none"),
            ("v=DMARC1; p=reject; pct=50", "not-met", "dmarc-part"),
            ("v=DMARC1; p=reject; pct=many", "not-met", "dmarc-not-understood"),
            ("v=DMARC1", "not-met", "dmarc-not-understood"),
            ("v=DMARC1; p=reject; sp=none", "partly", "dmarc-below-open"),
            ("v=DMARC1; p=reject; sp=quarantine", "met", ""),
            ("v=DMARC1; p=quarantine; t=y", "not-met", "dmarc-none"),
        ] {
            let codes: Vec<&str> = [code].into_iter().filter(|code| !code.is_empty()).collect();
            check(dmarc_enforced, land(&[], &[text]), answer, &codes);
        }
        check(dmarc_enforced, land(&[], &[]), "not-met", &["dmarc-missing"]);
        check(dmarc_enforced, land(&[], &["v=DMARC1; p=reject", "v=DMARC1; p=none"]), "not-met", &["dmarc-several"]);
        check(spf_hard, land(&["v=spf1 -all"], &[]), "met", &[]);
        check(spf_hard, land(&["v=spf1 ~all"], &[]), "not-met", &["spf-soft"]);
        check(spf_hard, land(&["v=spf1 mx"], &[]), "not-met", &["spf-open"]);
        check(spf_hard, land(&[&format!("v=spf1 {}-all", "a:x.example ".repeat(11))], &[]), "not-met", &["spf-too-many"]);
        check(spf_hard, land(&[], &[]), "not-met", &["spf-missing"]);
        check(spf_hard, land(&["v=spf1 -all", "v=spf1 -all"], &[]), "not-met", &["spf-several"]);
        let two = DomainRecords { name: "contoso.se".to_owned(), ..records(&[], &[]) };
        let both = DnsRecords { domains: vec![records(&["v=spf1 -all"], &[]), two] };
        check(spf_hard, Land::new().with(both), "partly", &["spf-missing"]);
        check(spf_hard, Land::new().blind(FacetName::DnsRecords), "not-measurable", &[]);
        check(dmarc_enforced, Land::new().with(DnsRecords::default()), "not-applicable", &["domains-only-microsofts"]);
    }
}
