//! What is published about a tenant's domains, asked name by name.
//!
//! Invariant: a name that could not be asked is kept as such, and never taken for one that has nothing.

use futures_util::stream::{self, StreamExt};
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::dns_records::{Dmarc, DnsRecords, DomainRecords, PublishedKey, Referred, UnreadName, is_key};
use regain_incident::tenant::spf::{Ending, ending, is_spf};
use regain_ports::{Names, ProviderError, ProviderErrorKind, Seen};

use crate::step::chain_of;

/// Microsoft's own domains: nobody else can publish anything there.
const MICROSOFTS: &[&str] = &[".onmicrosoft.com", ".onmicrosoft.us", ".partner.onmschina.cn"];
/// As many domains are asked about at once.
const AT_ONCE: usize = 16;
/// Where Exchange Online's keys stand in every domain that signs.
const SELECTORS: &[&str] = &["selector1", "selector2"];

/// The records of every domain that is the tenant's to publish for. An error where no name at all could be asked.
pub(crate) async fn read(names: &dyn Names, domains: Vec<String>) -> Result<Seen<TenantReading>, ProviderError> {
    let own = domains.into_iter().filter(|domain| !MICROSOFTS.iter().any(|end| domain.ends_with(end)));
    let asked: Vec<Asked<'_>> = stream::iter(own).map(|domain| of_domain(names, domain)).buffered(AT_ONCE).collect().await;
    let (mut domains, mut raw, mut answered, mut failed) = (Vec::new(), Vec::new(), 0, None);
    for one in asked {
        answered += one.raw.len();
        failed = failed.or(one.failed);
        domains.push(one.records);
        raw.extend(one.raw);
    }
    match failed {
        Some(error) if answered == 0 => Err(error),
        _ => Ok(Seen::new(DnsRecords { domains }.into(), raw)),
    }
}

async fn of_domain(names: &dyn Names, name: String) -> Asked<'_> {
    let mut asked = Asked::about(names, name.clone());
    let texts = asked.texts(&name).await.unwrap_or_default();
    asked.records.spf = texts.into_iter().filter(|text| is_spf(text)).collect();
    asked.dmarc(&name).await;
    for selector in SELECTORS {
        if let Some(texts) = asked.texts(&format!("{selector}._domainkey.{name}")).await {
            let there = texts.iter().any(|text| is_key(text));
            asked.records.keys.push(PublishedKey { selector: (*selector).to_owned(), there });
        }
    }
    asked.follow().await;
    asked
}

/// One domain, and what was heard of it.
struct Asked<'a> {
    names: &'a dyn Names,
    records: DomainRecords,
    raw: Vec<String>,
    /// The first name that could not be asked.
    failed: Option<ProviderError>,
    /// Nobody answered about this domain, at two of its names: the rest would only be waited for.
    silent: bool,
}

impl<'a> Asked<'a> {
    fn about(names: &'a dyn Names, name: String) -> Self {
        let records = DomainRecords { name, ..DomainRecords::default() };
        Self { names, records, raw: Vec::new(), failed: None, silent: false }
    }

    /// The texts at a name; none where it could not be asked, which is kept.
    async fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        if self.silent {
            self.unread(name, "nobody answered about this domain".to_owned());
            return None;
        }
        match self.names.text_records(name).await {
            Ok(texts) => {
                self.raw.push(evidence(name, &texts));
                Some(texts)
            }
            Err(error) => {
                // One name may be silent for a reason of its own: too long for one packet where no other way is open, or on
                // somebody else's server.
                let is_silent = matches!(error.kind, ProviderErrorKind::Unreachable(_));
                self.silent = is_silent && self.failed.is_some() && self.raw.is_empty();
                self.unread(name, chain_of(&error.kind));
                self.failed.get_or_insert(error);
                None
            }
        }
    }

    fn unread(&mut self, name: &str, why: String) {
        self.records.unread.push(UnreadName { name: name.to_owned(), why });
    }

    /// At the domain itself, or at the next above it that has one: receivers look in that order. A name on the way that
    /// could not be asked may have had one.
    async fn dmarc(&mut self, domain: &str) {
        let mut of = domain;
        loop {
            let Some(texts) = self.texts(&format!("_dmarc.{of}")).await else { return };
            let found = texts.into_iter().filter(|text| Dmarc::is_dmarc(text));
            self.records.dmarc = found.map(|text| Dmarc { of: of.to_owned(), text }).collect();
            match of.split_once('.') {
                Some((_, above)) if self.records.dmarc.is_empty() && above.contains('.') => of = above,
                _ => return,
            }
        }
    }

    /// Reads what the text of SPF refers to. It ends: each round reads a new name, and after ten the text is broken.
    async fn follow(&mut self) {
        let [text] = self.records.spf.as_slice() else { return };
        let text = text.clone();
        while let Ending::Wants(wanted) = ending(&self.records, &text) {
            for name in wanted {
                if let Some(texts) = self.texts(&name).await {
                    let spf = texts.into_iter().filter(|text| is_spf(text)).collect();
                    self.records.referred.push(Referred { name, spf });
                }
            }
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

    const KEYS: &str = "selector1._domainkey.contoso.com TXT \"v=DKIM1; p=MIGf\"\nselector2._domainkey.contoso.com TXT\n";

    async fn records(given: &str, domains: &[&str]) -> Result<DnsRecords, ProviderError> {
        let names = GivenNames::parse(given).expect("understood");
        let domains = domains.iter().map(|name| (*name).to_owned()).collect();
        match read(&names, domains).await?.value {
            Some(TenantReading::DnsRecords(records)) => Ok(records),
            other => panic!("{other:?}"),
        }
    }

    /// Nobody answers at these names; the others are as they were given.
    struct Silent(GivenNames, Vec<&'static str>, std::sync::Mutex<usize>);

    #[async_trait::async_trait]
    impl Names for Silent {
        async fn text_records(&self, name: &str) -> Result<Vec<String>, ProviderError> {
            *self.2.lock().expect("whole") += 1;
            if !self.1.contains(&name) {
                return self.0.text_records(name).await;
            }
            let mut error = self.0.text_records("nowhere.invalid").await.expect_err("not given");
            error.kind = ProviderErrorKind::Unreachable("no answer".into());
            Err(error)
        }
    }

    #[tokio::test]
    async fn one_silent_name_hides_no_other_and_a_dead_domain_is_given_up_after_two() {
        let given = || GivenNames::parse(&format!("_dmarc.contoso.com TXT \"v=DMARC1; p=reject\"\n{KEYS}")).expect("understood");
        let names = Silent(given(), vec!["contoso.com"], std::sync::Mutex::default());
        let one = of_domain(&names, "contoso.com".to_owned()).await;
        assert_eq!((one.records.dmarc.len(), one.records.keys.len(), unread(&one.records)), (1, 2, vec!["contoso.com"]));
        let all =
            vec!["contoso.com", "_dmarc.contoso.com", "selector1._domainkey.contoso.com", "selector2._domainkey.contoso.com"];
        let names = Silent(given(), all, std::sync::Mutex::default());
        let one = of_domain(&names, "contoso.com".to_owned()).await;
        assert_eq!((*names.2.lock().expect("whole"), one.records.unread.len()), (2, 4), "asked twice, and all is kept as unread");
    }

    fn unread(one: &DomainRecords) -> Vec<&str> {
        one.unread.iter().map(|unread| unread.name.as_str()).collect()
    }

    #[tokio::test]
    async fn a_domain_without_a_record_has_that_of_the_one_above() {
        let given = "contoso.com TXT \"v=spf1 -all\"\ncontoso.com TXT \"v=spf10\"\nmail.contoso.com TXT\n\
                     _dmarc.contoso.com TXT \"v=DMARC1; p=reject\"\n_dmarc.mail.contoso.com TXT\n";
        let read = records(given, &["contoso.com", "mail.contoso.com", "contoso.onmicrosoft.com"]).await.expect("asked");
        let found: Vec<_> = read.domains.iter().map(|one| (one.name.as_str(), one.spf.len(), one.dmarc[0].of.as_str())).collect();
        assert_eq!(found, [("contoso.com", 1, "contoso.com"), ("mail.contoso.com", 0, "contoso.com")]);
    }

    #[tokio::test]
    async fn keys_and_what_spf_refers_to_are_read() {
        let given = format!(
            "contoso.com TXT \"v=spf1 include:a.example redirect=b.example\"\na.example TXT \"v=spf1 ?all\"\n\
             b.example TXT \"v=spf1 include:a.example include:gone.example -all\"\ngone.example TXT\n_dmarc.contoso.com TXT\n{KEYS}"
        );
        let read = records(&given, &["contoso.com"]).await.expect("asked");
        let one = &read.domains[0];
        let referred: Vec<_> = one.referred.iter().map(|one| (one.name.as_str(), one.spf.len())).collect();
        assert_eq!(referred, [("a.example", 1), ("b.example", 1), ("gone.example", 0)], "each once");
        assert_eq!(one.keys.iter().map(|key| key.there).collect::<Vec<_>>(), [true, false]);
        assert_eq!(unread(one), Vec::<&str>::new());
    }

    #[tokio::test]
    async fn a_name_that_could_not_be_asked_is_kept_and_the_others_are_read() {
        let given = format!("contoso.com TXT \"v=spf1 include:dead.example -all\"\n{KEYS}");
        let read = records(&given, &["contoso.com"]).await.expect("some were asked");
        assert_eq!(unread(&read.domains[0]), ["_dmarc.contoso.com", "dead.example"]);
        assert_eq!(read.domains[0].spf.len(), 1);
        let error = records("fabrikam.com TXT", &["contoso.com"]).await.expect_err("nothing was known");
        assert!(error.kind.to_string().contains("contoso.com"), "{error:?}");
    }
}
