//! Recipients: Exchange shows those inside the tenant by name or legacy address, and only
//! `Get-Recipient` says who that is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use regain_incident::facets::forwarding::Recipient;
use regain_ports::{Age, ProviderError, ProviderErrorKind, Urgency};
use serde_json::{Value, json};

use super::wire::text;
use super::{Cmdlet, Exchange, error};
use crate::call::Doing;

const RESOLVE: Doing = Doing { what: "learn who a recipient is", needs: "a role that may run Get-Recipient" };

/// What is asked of a recipient.
pub(crate) const MEMBERS: &str = "Name,DisplayName,Alias,Guid,PrimarySmtpAddress,ExternalEmailAddress,EmailAddresses,\
RecipientType,RecipientTypeDetails,ExternalDirectoryObjectId";

/// A recipient as a rule shows it: a name, and an address or a legacy one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) address: Option<String>,
    pub(crate) legacy: Option<String>,
}

impl Shown {
    /// Reads `"Name" [SMTP:x@y]` and `"Name" [EX:/o=…]`. The address is the last bracket: a name may
    /// hold brackets of its own, to look like somebody else.
    pub(crate) fn read(shown: &str) -> Self {
        let shown = shown.trim();
        let parts = shown.strip_suffix(']').and_then(|rest| rest.rsplit_once(" ["));
        let Some((name, (kind, address))) = parts.and_then(|(name, address)| Some((name, address.split_once(':')?))) else {
            let address = shown.contains('@').then(|| shown.to_owned());
            return Self { name: shown.to_owned(), address, legacy: None };
        };
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name).to_owned();
        if kind.eq_ignore_ascii_case("smtp") {
            Self { name, address: Some(address.to_owned()), legacy: None }
        } else {
            Self { name, address: None, legacy: Some(address.to_owned()) }
        }
    }

    /// As the core knows it, with what was found out about legacy addresses.
    pub(crate) fn resolved(&self, known: &Known) -> Recipient {
        let found = self.legacy.as_ref().and_then(|legacy| known.get(legacy));
        match (found, &self.address) {
            (Some(found), _) => Recipient { name: self.name.clone(), ..found.clone() },
            (None, Some(address)) => {
                Recipient { name: self.name.clone(), address: Some(address.clone()), id: Some(address.clone()) }
            }
            (None, None) => Recipient { name: self.name.clone(), address: None, id: self.legacy.clone() },
        }
    }
}

/// Recipients by what they were asked for as.
pub(crate) type Known = BTreeMap<String, Recipient>;

impl Exchange {
    /// Resolves all of `asked` side by side. Whoever is unknown, ambiguous or not to be seen is left
    /// out: the name stays, without an address.
    pub(crate) async fn resolve(
        &self,
        asked: &BTreeSet<String>,
        urgency: Urgency,
    ) -> Result<(Known, Vec<String>), ProviderError> {
        let each = asked.iter().map(|identity| self.recipient(identity, urgency));
        let (mut known, mut raw) = (Known::new(), Vec::new());
        for (identity, answer) in asked.iter().zip(futures_util::future::join_all(each).await) {
            match answer {
                Ok((recipient, pages)) => {
                    known.extend(recipient.map(|found| (identity.clone(), found)));
                    raw.extend(pages);
                }
                Err(error) if error::is_refused(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((known, raw))
    }

    async fn recipient(&self, identity: &str, urgency: Urgency) -> Result<(Option<Recipient>, Vec<String>), ProviderError> {
        let cmdlet = Cmdlet::new(RESOLVE, "Get-Recipient", json!({"Identity": identity})).select(MEMBERS);
        let output = self.run(&cmdlet.urgency(urgency)).await?;
        let found = match output.rows.as_slice() {
            [one] => Some(recipient(one)),
            // Several of one name: to guess would put somebody else in the place of the forwarder's.
            _ => None,
        };
        Ok((found, output.raw))
    }

    /// The row of an account, or nothing where Exchange has none.
    pub(crate) async fn own(&self, id: &str, age: Age) -> Result<(Option<Value>, Vec<String>), ProviderError> {
        let cmdlet = Cmdlet::new(RESOLVE, "Get-Recipient", json!({"Identity": id})).select(MEMBERS);
        let one = {
            let mut all = self.lists.recipients.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(id.to_owned()).or_default().clone()
        };
        match one.get(&*self.caller.clock, age, self.run(&cmdlet)).await {
            Ok(output) => Ok((output.rows.first().cloned(), output.raw.clone())),
            Err(error) if matches!(error.kind, ProviderErrorKind::NotFound) => Ok((None, Vec::new())),
            Err(error) => Err(error),
        }
    }
}

/// A row as a recipient. A contact's own address is the outside one.
fn recipient(row: &Value) -> Recipient {
    let outside = text(row, "ExternalEmailAddress").map(|address| address.rsplit_once(':').map_or(address, |(_, bare)| bare));
    let address = outside.or_else(|| text(row, "PrimarySmtpAddress")).map(str::to_owned);
    let id = text(row, "ExternalDirectoryObjectId").map(str::to_owned).or_else(|| address.clone());
    let name = text(row, "DisplayName").or_else(|| text(row, "Name")).unwrap_or_default().to_owned();
    Recipient { name, address, id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_pose_as_an_address() {
        let shown = Shown::read(r#""x" [SMTP:friend@contoso.com]" [SMTP:drop@example.net]"#);
        assert_eq!(shown.address.as_deref(), Some("drop@example.net"));
        let inside = Shown::read(r#""Sam Lind" [EX:/o=ExchangeLabs/ou=Group (X)/cn=Recipients/cn=01-sam]"#);
        assert_eq!((inside.name.as_str(), inside.address.is_none()), ("Sam Lind", true));
        assert_eq!(inside.legacy.as_deref(), Some("/o=ExchangeLabs/ou=Group (X)/cn=Recipients/cn=01-sam"));
        assert_eq!(Shown::read("plain@example.net").address.as_deref(), Some("plain@example.net"));
    }

    #[test]
    fn a_contact_lies_outside() {
        let row =
            json!({"DisplayName": "C", "PrimarySmtpAddress": "c@contoso.com", "ExternalEmailAddress": "SMTP:c@example.net"});
        assert_eq!(recipient(&row).address.as_deref(), Some("c@example.net"));
    }
}
