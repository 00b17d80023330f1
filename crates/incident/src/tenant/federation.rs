//! The tenant's domains: where people of each sign in.

use serde::{Deserialize, Serialize};

/// Every domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Federation {
    /// One for each.
    pub domains: Vec<SignInDomain>,
}

impl Federation {
    /// The name that people know the tenant by: its first verified domain that is not Microsoft's own, else the first.
    pub fn known_as(&self) -> Option<&str> {
        let verified = || self.domains.iter().filter(|domain| domain.verified == Some(true)).map(|domain| domain.name.as_str());
        let own = |name: &&str| !name.ends_with(".onmicrosoft.com");
        verified().find(own).or_else(|| verified().next())
    }
}

/// A domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInDomain {
    /// Its name. Hostile.
    pub name: String,
    /// The tenant has shown that it is its own.
    pub verified: Option<bool>,
    /// Where people sign in.
    pub sign_in: SignInAt,
}

/// Where people of a domain sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignInAt {
    /// Here.
    Here,
    /// Elsewhere: whoever holds that place can sign in as anybody.
    Elsewhere(Vec<Trust>),
    /// It is not said, or in a word that this version does not know.
    Other(String),
}

/// A place that is trusted to say who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// What it calls itself. Hostile.
    pub issuer: String,
    /// What is made of a second factor shown there.
    pub second_factor: Option<SecondFactorTrust>,
}

/// What is made of a second factor that was shown elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactorTrust {
    /// It is taken if it was shown, and asked for here if not.
    Taken,
    /// It is asked for there.
    AskedThere,
    /// It is not taken: asked for here, always.
    Refused,
    /// A word that this version does not know.
    Other(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_known_by_a_domain_of_its_own() {
        let domain = |name: &str, verified| SignInDomain { name: name.to_owned(), verified, sign_in: SignInAt::Here };
        let of = |domains: &[SignInDomain]| Federation { domains: domains.to_vec() }.known_as().map(str::to_owned);
        let first = domain("contoso.onmicrosoft.com", Some(true));
        assert_eq!(of(&[first.clone(), domain("contoso.com", Some(true))]).as_deref(), Some("contoso.com"));
        assert_eq!(of(&[domain("contoso.com", None), first]).as_deref(), Some("contoso.onmicrosoft.com"));
        assert_eq!(of(&[]), None);
    }
}
