//! Domains that mail is accepted for, and whether what leaves from them is signed.

use serde::{Deserialize, Serialize};

/// Domains and their signing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dkim {
    /// The accepted domains.
    pub domains: Vec<AcceptedDomain>,
    /// What is signed.
    pub signing: Vec<Signing>,
}

/// A domain that mail is accepted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedDomain {
    /// Its name, in lower case.
    pub name: String,
    /// It came with the tenant: Microsoft keeps its records.
    pub initial: Option<bool>,
}

impl Dkim {
    /// Whether an address is of one of the accepted domains. What is no address (a name from the address book) is not
    /// known to be.
    pub fn is_inside(&self, address: &str) -> bool {
        let bare = address.split_once(':').map_or(address, |(_, bare)| bare).trim_end_matches(['>', ']', '"']);
        let Some((_, domain)) = bare.rsplit_once('@') else { return false };
        self.domains.iter().any(|known| known.name.eq_ignore_ascii_case(domain))
    }
}

impl AcceptedDomain {
    /// Microsoft keeps its records, so that nobody else can publish any.
    pub fn is_microsofts(&self) -> bool {
        self.initial == Some(true) || self.name.ends_with(".onmicrosoft.com") || self.name.ends_with(".onmicrosoft.us")
    }
}

/// How mail from a domain is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signing {
    /// The domain, in lower case.
    pub domain: String,
    /// On or off.
    pub on: Option<bool>,
    /// Whether the records were found: `Valid`, or what is wrong.
    pub status: Option<String>,
    /// Where the keys are to be found.
    pub selectors: Vec<String>,
}
