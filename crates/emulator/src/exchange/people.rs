//! Recipients: taken from the directory, and written the way rules and listings write them.
//!
//! This is the only place of the Exchange part that knows how the directory stores a user.

use serde_json::Value;

use super::load::{guid, text};
use super::parameters::texts;
use super::reply::Failure;
use super::state::{Exchange, Recipient};
use crate::world::Directory;

/// All users of the directory.
pub fn users(directory: &Directory) -> impl Iterator<Item = &Value> {
    directory.users.values()
}

/// One user by object id.
pub fn user<'a>(directory: &'a Directory, id: &str) -> Option<&'a Value> {
    directory.users.get(&id.to_ascii_lowercase())
}

/// The recipient that a user is; what the mailbox row says comes first.
pub fn recipient(user: &Value, row: &Value) -> Recipient {
    let id = text(user, "id").to_ascii_lowercase();
    let pick = |exchange: &str, graph: &str| match row[exchange].as_str() {
        Some(own) => own.to_owned(),
        None => text(user, graph),
    };
    let upn = pick("UserPrincipalName", "userPrincipalName");
    let address = match pick("PrimarySmtpAddress", "mail") {
        address if address.is_empty() => upn.clone(),
        address => address,
    };
    let alias = row["Alias"].as_str().map_or_else(|| local_part(&upn), str::to_owned);
    let mut addresses = vec![address.clone()];
    for one in texts(&row["EmailAddresses"]).into_iter().chain(texts(&user["proxyAddresses"])) {
        let plain = one.split_once(':').map_or(one.as_str(), |(_, plain)| plain).to_owned();
        if !addresses.iter().any(|known| known.eq_ignore_ascii_case(&plain)) {
            addresses.push(plain);
        }
    }
    Recipient {
        guid: guid(&id),
        legacy_dn: legacy_dn(&id, &alias),
        display_name: pick("DisplayName", "displayName"),
        recipient_type: "UserMailbox".into(),
        details: row["RecipientTypeDetails"].as_str().unwrap_or("UserMailbox").to_owned(),
        synchronised: user["onPremisesSyncEnabled"] == Value::Bool(true),
        id,
        upn,
        alias,
        address,
        addresses,
    }
}

/// The same for a user without a mailbox here.
pub fn without_mailbox(mut recipient: Recipient, user: &Value) -> Recipient {
    let guest = user["userType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("guest"));
    let (kind, details) = if guest { ("MailUser", "GuestMailUser") } else { ("User", "User") };
    recipient.recipient_type = kind.into();
    recipient.details = details.into();
    recipient
}

/// A contact or group, from its row.
pub fn other(row: &Value) -> Recipient {
    let address = text(row, "PrimarySmtpAddress");
    let name = text(row, "DisplayName");
    let id = row["ExternalDirectoryObjectId"].as_str().map_or_else(|| name.clone(), str::to_ascii_lowercase);
    let alias = row["Alias"].as_str().map_or_else(|| local_part(&address), str::to_owned);
    Recipient {
        guid: guid(&id),
        upn: String::new(),
        legacy_dn: legacy_dn(&id, &alias),
        display_name: name,
        recipient_type: row["RecipientType"].as_str().unwrap_or("MailContact").to_owned(),
        details: row["RecipientTypeDetails"].as_str().unwrap_or("MailContact").to_owned(),
        synchronised: row["IsDirSynced"] == Value::Bool(true),
        addresses: vec![address.clone()],
        id,
        alias,
        address,
    }
}

impl Exchange {
    /// How a rule stores somebody: our own by their legacy name, all others by address.
    pub fn person(&self, identity: &str) -> Result<String, Failure> {
        match self.recipient(identity) {
            Ok(recipient) => Ok(format!("\"{}\" [EX:{}]", recipient.display_name, recipient.legacy_dn)),
            Err(_) if is_address(identity) => Ok(format!("\"{identity}\" [SMTP:{identity}]")),
            Err(failure) => Err(failure),
        }
    }

    /// The same for a scenario, where the stored form may be given as well.
    pub fn stored_person(&self, text: &str) -> String {
        if text.ends_with(']') { text.to_owned() } else { self.person(text).unwrap_or_else(|_| text.to_owned()) }
    }

    /// The address a stored recipient stands for, when it still stands for one.
    pub fn address_of(&self, stored: &str) -> Option<String> {
        let inner = stored.rsplit_once('[')?.1.trim_end_matches(']');
        match inner.split_once(':')? {
            ("SMTP", address) => Some(address.to_owned()),
            ("EX", dn) => self.recipients().find(|one| one.legacy_dn.eq_ignore_ascii_case(dn)).map(|one| one.address.clone()),
            _ => None,
        }
    }

    /// The name that listings show for a recipient's id.
    pub fn name_of(&self, id: &str) -> String {
        self.recipients()
            .find(|one| one.id.eq_ignore_ascii_case(id))
            .map_or_else(|| id.to_owned(), |one| one.display_name.clone())
    }
}

/// The name in a stored recipient; any other text as it is.
pub fn person_name(stored: &str) -> &str {
    stored.strip_prefix('"').and_then(|rest| rest.split_once("\" [")).map_or(stored, |(name, _)| name)
}

/// Whether a text is an address.
pub fn is_address(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !text.contains([' ', '[', '"']))
}

fn local_part(address: &str) -> String {
    address.split('@').next().unwrap_or_default().to_owned()
}

fn legacy_dn(id: &str, alias: &str) -> String {
    let number: String = guid(id).chars().filter(char::is_ascii_hexdigit).collect();
    format!("/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={number}-{alias}")
}
