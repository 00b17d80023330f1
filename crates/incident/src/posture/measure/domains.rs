//! What keeps others from sending in the name of the tenant's domains.

use super::Measure;
use crate::facet::FacetName;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::dns_records::{DomainRecords, Rest, Wanted, rest_of};

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure { name: "dkim-on", remarks: &["domains-only-microsofts", "dkim-off", "dkim-not-valid"], take: dkim_on },
    Measure {
        name: "dmarc-enforced",
        remarks: &[
            "domains-only-microsofts",
            "dmarc-missing",
            "dmarc-several",
            "dmarc-not-understood",
            "dmarc-none",
            "dmarc-part",
        ],
        take: dmarc_enforced,
    },
    Measure {
        name: "spf-hard",
        remarks: &["domains-only-microsofts", "spf-missing", "spf-several", "spf-open", "spf-soft", "spf-elsewhere"],
        take: spf_hard,
    },
];

/// Signing is on, and its keys were found, for each domain that is not Microsoft's.
fn dkim_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let read = estate.dkim()?;
    let (mut lacking, mut some, mut own) = (Vec::new(), false, 0);
    for domain in read.domains.iter().filter(|domain| !domain.is_microsofts()) {
        own += 1;
        let remark = |code| Remark::new(code).with("domain", &domain.name);
        let signing = read.signing.iter().find(|signing| signing.domain == domain.name);
        let on = signing.map(|signing| Estate::said(FacetName::Dkim, "Enabled", signing.on)).transpose()?;
        match (on, signing.and_then(|signing| signing.status.as_deref())) {
            (Some(true), None | Some("Valid")) => some = true,
            (Some(true), Some(status)) => lacking.push(remark("dkim-not-valid").with("status", status)),
            _ => lacking.push(remark("dkim-off")),
        }
    }
    Ok(of_domains(own, lacking, some))
}

/// Receivers are asked to refuse forged mail, or to put it aside, all of it.
fn dmarc_enforced(estate: &Estate<'_>) -> Result<Answer, Answer> {
    by_domain(estate, |domain| {
        let remark = |code| Some(Remark::new(code).with("domain", &domain.name));
        match domain.dmarc.as_slice() {
            [] => remark("dmarc-missing"),
            [one] => match (one.wanted(&domain.name), one.percent()) {
                (None, _) | (_, None) => remark("dmarc-not-understood"),
                (Some(Wanted::Nothing), _) => remark("dmarc-none"),
                (Some(_), Some(100)) => None,
                (Some(_), Some(_)) => remark("dmarc-part"),
            },
            _ => remark("dmarc-several"),
        }
    })
}

/// Mail from servers that are not named is to be refused.
fn spf_hard(estate: &Estate<'_>) -> Result<Answer, Answer> {
    by_domain(estate, |domain| {
        let remark = |code| Some(Remark::new(code).with("domain", &domain.name));
        match domain.spf.as_slice() {
            [] => remark("spf-missing"),
            [one] => match rest_of(one) {
                Rest::Fail => None,
                Rest::SoftFail => remark("spf-soft"),
                Rest::Taken => remark("spf-open"),
                Rest::AsElsewhere => remark("spf-elsewhere"),
            },
            _ => remark("spf-several"),
        }
    })
}

fn by_domain(estate: &Estate<'_>, lacks: impl Fn(&DomainRecords) -> Option<Remark>) -> Result<Answer, Answer> {
    let domains = &estate.dns_records()?.domains;
    let lacking: Vec<Remark> = domains.iter().filter_map(lacks).collect();
    let some = lacking.len() < domains.len();
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
    use crate::tenant::dns_records::{Dmarc, DnsRecords};

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
        }
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
        ] {
            let codes: Vec<&str> = [code].into_iter().filter(|code| !code.is_empty()).collect();
            check(dmarc_enforced, land(&[], &[text]), answer, &codes);
        }
        check(dmarc_enforced, land(&[], &[]), "not-met", &["dmarc-missing"]);
        check(dmarc_enforced, land(&[], &["v=DMARC1; p=reject", "v=DMARC1; p=none"]), "not-met", &["dmarc-several"]);
        check(spf_hard, land(&["v=spf1 -all"], &[]), "met", &[]);
        check(spf_hard, land(&["v=spf1 ~all"], &[]), "not-met", &["spf-soft"]);
        check(spf_hard, land(&["v=spf1 mx"], &[]), "not-met", &["spf-open"]);
        check(spf_hard, land(&["v=spf1 redirect=example.net"], &[]), "not-met", &["spf-elsewhere"]);
        check(spf_hard, land(&[], &[]), "not-met", &["spf-missing"]);
        check(spf_hard, land(&["v=spf1 -all", "v=spf1 -all"], &[]), "not-met", &["spf-several"]);
        let two = DomainRecords { name: "contoso.se".to_owned(), ..records(&[], &[]) };
        let both = DnsRecords { domains: vec![records(&["v=spf1 -all"], &[]), two] };
        check(spf_hard, Land::new().with(both), "partly", &["spf-missing"]);
        check(spf_hard, Land::new().blind(FacetName::DnsRecords), "not-measurable", &[]);
        check(dmarc_enforced, Land::new().with(DnsRecords::default()), "not-applicable", &["domains-only-microsofts"]);
    }
}
