//! What is published about a tenant's domains, asked name by name.

use futures_util::future::try_join_all;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::dns_records::{Dmarc, DnsRecords, DomainRecords};
use regain_ports::{Names, ProviderError, Seen};

/// Microsoft's own domains: nobody else can publish anything there.
const MICROSOFTS: &[&str] = &[".onmicrosoft.com", ".onmicrosoft.us", ".partner.onmschina.cn"];

/// The records of every domain that is the tenant's to publish for. Each name must be known, or nothing is read.
pub(crate) async fn read(names: &dyn Names, domains: Vec<String>) -> Result<Seen<TenantReading>, ProviderError> {
    let own = domains.into_iter().filter(|domain| !MICROSOFTS.iter().any(|end| domain.ends_with(end)));
    let each = try_join_all(own.map(|domain| of_domain(names, domain))).await?;
    let raw = each.iter().flat_map(|(_, raw)| raw.clone()).collect();
    let domains = each.into_iter().map(|(records, _)| records).collect();
    Ok(Seen::new(DnsRecords { domains }.into(), raw))
}

async fn of_domain(names: &dyn Names, name: String) -> Result<(DomainRecords, Vec<String>), ProviderError> {
    let at_domain = names.text_records(&name).await?;
    let mut raw = vec![evidence(&name, &at_domain)];
    let begins = |text: &&String| text.split_ascii_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("v=spf1"));
    let spf = at_domain.iter().filter(begins).cloned().collect();
    let dmarc = dmarc(names, &name, &mut raw).await?;
    Ok((DomainRecords { name, spf, dmarc }, raw))
}

/// At the domain itself, or at the next above it that has one: receivers look in that order.
async fn dmarc(names: &dyn Names, domain: &str, raw: &mut Vec<String>) -> Result<Vec<Dmarc>, ProviderError> {
    let mut of = domain;
    loop {
        let at = format!("_dmarc.{of}");
        let texts = names.text_records(&at).await?;
        raw.push(evidence(&at, &texts));
        let begins =
            |text: &String| text.split(';').next().is_some_and(|tag| tag.replace(' ', "").eq_ignore_ascii_case("v=dmarc1"));
        let found: Vec<Dmarc> = texts.into_iter().filter(begins).map(|text| Dmarc { of: of.to_owned(), text }).collect();
        match of.split_once('.') {
            Some((_, above)) if found.is_empty() && above.contains('.') => of = above,
            _ => return Ok(found),
        }
    }
}

fn evidence(name: &str, texts: &[String]) -> String {
    serde_json::json!({"name": name, "type": "TXT", "texts": texts}).to_string()
}

#[cfg(test)]
mod tests {
    use regain_ports::GivenNames;

    use super::*;

    async fn records(given: &str, domains: &[&str]) -> Result<DnsRecords, ProviderError> {
        let names = GivenNames::parse(given).expect("understood");
        let domains = domains.iter().map(|name| (*name).to_owned()).collect();
        match read(&names, domains).await?.value {
            Some(TenantReading::DnsRecords(records)) => Ok(records),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_domain_without_a_record_has_that_of_the_one_above() {
        let given = "contoso.com TXT \"v=spf1 -all\"\ncontoso.com TXT \"v=spf10\"\nmail.contoso.com TXT\n\
                     _dmarc.contoso.com TXT \"v=DMARC1; p=reject\"\n_dmarc.mail.contoso.com TXT\n";
        let read = records(given, &["contoso.com", "mail.contoso.com", "contoso.onmicrosoft.com"]).await.expect("all known");
        let found: Vec<_> = read.domains.iter().map(|one| (one.name.as_str(), one.spf.len(), one.dmarc[0].of.as_str())).collect();
        assert_eq!(found, [("contoso.com", 1, "contoso.com"), ("mail.contoso.com", 0, "contoso.com")]);
    }

    #[tokio::test]
    async fn a_name_that_is_not_known_is_no_reading() {
        let error = records("contoso.com TXT \"v=spf1 -all\"", &["contoso.com"]).await.expect_err("no DMARC was given");
        assert!(error.kind.to_string().contains("_dmarc.contoso.com"), "{error:?}");
    }
}
