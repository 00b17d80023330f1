//! What the world is told about mail from the tenant's domains: the records of SPF, DKIM and DMARC.

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
    /// Texts of SPF at other names that the domain's refers to, each name once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referred: Vec<Referred>,
    /// The keys that Microsoft signs with, by selector.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<PublishedKey>,
    /// Names that could not be asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadName>,
}

/// A name that a text of SPF refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referred {
    /// The name, in lower case.
    pub name: String,
    /// Its texts that begin with `v=spf1`; none where there are none.
    pub spf: Vec<String>,
}

/// Where a receiver looks for the key of a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// The selector.
    pub selector: String,
    /// Whether a key stands there, and was not taken back.
    pub there: bool,
}

/// A name about which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadName {
    /// The name.
    pub name: String,
    /// What happened.
    pub why: String,
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

impl DomainRecords {
    /// Whether `name` could not be asked.
    pub fn is_unread(&self, name: &str) -> bool {
        self.unread.iter().any(|unread| unread.name == name)
    }

    /// The first name below `below` (`_dmarc.`, `._domainkey.`), or the domain itself for an empty one, that could not be asked.
    pub fn unread_at(&self, below: &str) -> Option<&UnreadName> {
        self.unread.iter().find(|unread| if below.is_empty() { unread.name == self.name } else { unread.name.contains(below) })
    }
}

/// Whether a text at a selector is a key that was not taken back (RFC 6376, 3.6.1).
pub fn is_key(text: &str) -> bool {
    let version = tag(text, "v").is_none_or(|version| version == "DKIM1");
    version && tag(text, "p").is_some_and(|key| !key.is_empty())
}

/// The value of a tag in a list of them, as DKIM and DMARC write it.
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let tags = text.split(';').filter_map(|tag| tag.split_once('='));
    tags.map(|(name, value)| (name.trim(), value.trim())).find(|(tag, _)| tag.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

impl Dmarc {
    /// Whether a text is one of DMARC.
    pub fn is_dmarc(text: &str) -> bool {
        text.split(';').next().is_some_and(|tag| tag.replace([' ', '\t'], "").eq_ignore_ascii_case("v=dmarc1"))
    }

    /// What is asked for mail from `domain`: of a domain below the one whose text it is, another thing may be asked.
    /// None where the text cannot be understood.
    pub fn wanted(&self, domain: &str) -> Option<Wanted> {
        if domain == self.of { self.own() } else { self.existing() }
    }

    fn own(&self) -> Option<Wanted> {
        if !Self::is_dmarc(&self.text) {
            return None;
        }
        word(tag(&self.text, "p")?).map(|wanted| self.as_tested(wanted))
    }

    /// What is asked for mail from domains below that exist.
    fn existing(&self) -> Option<Wanted> {
        self.or("sp", self.own()?)
    }

    /// What is asked for mail from domains below, whether they exist or not: the least of both.
    pub fn below(&self) -> Option<Wanted> {
        let existing = self.existing()?;
        Some(self.or("np", existing)?.min(existing))
    }

    /// What a tag says, or `otherwise` where it is not there.
    fn or(&self, name: &str, otherwise: Wanted) -> Option<Wanted> {
        tag(&self.text, name).map_or(Some(otherwise), |text| word(text).map(|wanted| self.as_tested(wanted)))
    }

    /// Under test (`t=y`), receivers do the next lesser thing.
    fn as_tested(&self, wanted: Wanted) -> Wanted {
        let tested = tag(&self.text, "t").is_some_and(|tested| tested.eq_ignore_ascii_case("y"));
        match wanted {
            Wanted::Reject if tested => Wanted::Quarantine,
            Wanted::Quarantine if tested => Wanted::Nothing,
            wanted => wanted,
        }
    }

    /// For how much of it, in a hundred. None where the number is none.
    pub fn percent(&self) -> Option<u8> {
        tag(&self.text, "pct").map_or(Some(100), |number| number.parse().ok().filter(|number| *number <= 100))
    }
}

fn word(text: &str) -> Option<Wanted> {
    match text.to_ascii_lowercase().as_str() {
        "none" => Some(Wanted::Nothing),
        "quarantine" => Some(Wanted::Quarantine),
        "reject" => Some(Wanted::Reject),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dmarc_text_says_what_is_asked_for_whom() {
        let said = |text: &str, domain: &str| Dmarc { of: "contoso.com".to_owned(), text: text.to_owned() }.wanted(domain);
        assert_eq!(said("v=DMARC1; p=reject; rua=mailto:a@contoso.com", "contoso.com"), Some(Wanted::Reject));
        assert_eq!(said("v=DMARC1;p=Quarantine", "contoso.com"), Some(Wanted::Quarantine));
        assert_eq!(said("v=DMARC1; p=reject; sp=none", "mail.contoso.com"), Some(Wanted::Nothing));
        assert_eq!(said("v=DMARC1; p=reject; np=none", "mail.contoso.com"), Some(Wanted::Reject), "it exists");
        assert_eq!(said("v=DMARC1; p=reject; sp=none", "contoso.com"), Some(Wanted::Reject));
        assert_eq!(said("v=DMARC1; p=quarantine; t=y", "contoso.com"), Some(Wanted::Nothing));
        assert_eq!(said("v=DMARC1; p=perhaps", "contoso.com"), None);
        assert_eq!(said("p=reject", "contoso.com"), None);
        let below = |text: &str| Dmarc { of: "contoso.com".to_owned(), text: text.to_owned() }.below();
        assert_eq!(below("v=DMARC1; p=reject"), Some(Wanted::Reject));
        assert_eq!(below("v=DMARC1; p=reject; np=none"), Some(Wanted::Nothing));
        assert_eq!(below("v=DMARC1; p=reject; sp=quarantine; np=reject"), Some(Wanted::Quarantine));
        assert_eq!(below("v=DMARC1; p=none; sp=reject; np=perhaps"), None);
        let part = Dmarc { of: "contoso.com".to_owned(), text: "v=DMARC1; p=reject; pct=20".to_owned() };
        assert_eq!(part.percent(), Some(20));
    }

    #[test]
    fn a_key_that_was_taken_back_is_none() {
        assert!(is_key("v=DKIM1; k=rsa; p=MIGfMA0"));
        assert!(is_key("p=MIGfMA0"), "the version may be left out");
        assert!(!is_key("v=DKIM1; p="));
        assert!(!is_key("v=DKIM2; p=MIGfMA0"));
        assert!(!is_key("v=spf1 -all"));
    }
}
