//! What the world is told about mail from the tenant's domains: the records of SPF and DMARC.

use serde::{Deserialize, Serialize};

/// The records, domain by domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DnsRecords {
    /// Each accepted domain that is not Microsoft's.
    pub domains: Vec<DomainRecords>,
}

/// The records of one domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRecords {
    /// Its name, in lower case.
    pub name: String,
    /// Texts at the domain itself that begin with `v=spf1`.
    pub spf: Vec<String>,
    /// Texts at `_dmarc` of the domain, or of the next above it that has one.
    pub dmarc: Vec<Dmarc>,
}

/// A text about forged mail, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dmarc {
    /// Whose it is: the domain, or one above it.
    pub of: String,
    /// The text.
    pub text: String,
}

/// What receivers are asked to do with forged mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// Nothing.
    Nothing,
    /// To put it aside.
    Quarantine,
    /// To refuse it.
    Reject,
}

/// How mail from servers that are not named is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Refused (`-all`).
    Fail,
    /// Marked (`~all`).
    SoftFail,
    /// Taken, or nothing is said.
    Taken,
    /// As another domain says.
    AsElsewhere,
}

/// How a text of SPF ends.
pub fn rest_of(spf: &str) -> Rest {
    let terms = || spf.split_ascii_whitespace().skip(1);
    // The first `all` decides; a redirect counts only without one.
    let all = terms().find(|term| term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all"));
    match all.map(|term| term.as_bytes().first().copied()) {
        Some(Some(b'-')) => Rest::Fail,
        Some(Some(b'~')) => Rest::SoftFail,
        None if terms().any(|term| term.to_ascii_lowercase().starts_with("redirect=")) => Rest::AsElsewhere,
        Some(_) | None => Rest::Taken,
    }
}

impl Dmarc {
    fn tag(&self, name: &str) -> Option<&str> {
        let tags = self.text.split(';').filter_map(|tag| tag.split_once('='));
        tags.map(|(name, value)| (name.trim(), value.trim()))
            .find(|(tag, _)| tag.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// What is asked for mail from `domain`: of a domain below the one whose text it is, another thing may be asked.
    /// None where the text cannot be understood.
    pub fn wanted(&self, domain: &str) -> Option<Wanted> {
        if !self.tag("v")?.eq_ignore_ascii_case("DMARC1") {
            return None;
        }
        let below = (domain != self.of).then(|| self.tag("sp")).flatten();
        match below.or_else(|| self.tag("p"))?.to_ascii_lowercase().as_str() {
            "none" => Some(Wanted::Nothing),
            "quarantine" => Some(Wanted::Quarantine),
            "reject" => Some(Wanted::Reject),
            _ => None,
        }
    }

    /// For how much of it, in a hundred. None where the number is none.
    pub fn percent(&self) -> Option<u8> {
        self.tag("pct").map_or(Some(100), |number| number.parse().ok().filter(|number| *number <= 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_spf_text() {
        for (text, rest) in [
            ("v=spf1 include:spf.protection.outlook.com -all", Rest::Fail),
            ("v=spf1 ip4:203.0.113.9 ~ALL", Rest::SoftFail),
            ("v=spf1 include:x.example ?all", Rest::Taken),
            ("v=spf1 +all", Rest::Taken),
            ("v=spf1 all", Rest::Taken),
            ("v=spf1 include:small-all.example", Rest::Taken),
            ("v=spf1 redirect=_spf.example.net", Rest::AsElsewhere),
            ("v=spf1 redirect=_spf.example.net -all", Rest::Fail),
        ] {
            assert_eq!(rest_of(text), rest, "{text}");
        }
    }

    #[test]
    fn a_dmarc_text_says_what_is_asked_for_whom() {
        let said = |text: &str, domain: &str| Dmarc { of: "contoso.com".to_owned(), text: text.to_owned() }.wanted(domain);
        assert_eq!(said("v=DMARC1; p=reject; rua=mailto:a@contoso.com", "contoso.com"), Some(Wanted::Reject));
        assert_eq!(said("v=DMARC1;p=Quarantine", "contoso.com"), Some(Wanted::Quarantine));
        assert_eq!(said("v=DMARC1; p=reject; sp=none", "mail.contoso.com"), Some(Wanted::Nothing));
        assert_eq!(said("v=DMARC1; p=reject; sp=none", "contoso.com"), Some(Wanted::Reject));
        assert_eq!(said("v=DMARC1; p=perhaps", "contoso.com"), None);
        assert_eq!(said("p=reject", "contoso.com"), None);
        let part = Dmarc { of: "contoso.com".to_owned(), text: "v=DMARC1; p=reject; pct=20".to_owned() };
        assert_eq!(part.percent(), Some(20));
    }
}
