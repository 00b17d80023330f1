//! What Graph's objects look like, and how addresses are spelt. Unknown members are tolerated.

use regain_incident::Timestamp;
use regain_incident::facets::identity::{Identity, MailboxPurpose, UserType};
use regain_incident::facets::roles::Named;
use regain_incident::ids::AccountId;
use serde::Deserialize;
use serde_json::Value;

/// A text as one segment of a path: everything but plain letters is encoded, `#` of guests too.
pub(crate) fn path(text: &str) -> String {
    encode(text, b"-._~@")
}

/// An expression as the value of a query option.
pub(crate) fn query(text: &str) -> String {
    encode(text, b"-._~@'():/,$*")
}

fn encode(text: &str, kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend(
                [byte >> 4, byte & 15]
                    .into_iter()
                    .filter_map(|half| char::from_digit(u32::from(half), 16))
                    .map(|digit| digit.to_ascii_uppercase()),
            );
        }
    }
    encoded
}

/// A text within a filter: quotes are doubled.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The address of a user by object id or sign-in name.
pub(crate) fn user(name: &str) -> String {
    if name.starts_with('$') { format!("/users({})", query(&quoted(name))) } else { format!("/users/{}", path(name)) }
}

/// A member that is a text and not empty.
pub(crate) fn text<'a>(row: &'a Value, member: &str) -> Option<&'a str> {
    row.get(member)?.as_str().filter(|text| !text.is_empty())
}

/// A member that is a time. One without a zone is in UTC.
pub(crate) fn time(row: &Value, member: &str) -> Option<Timestamp> {
    let text = text(row, member)?;
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

/// Everything that is read of a user: what is not named does not come.
pub(crate) const USER: &str = "id,userPrincipalName,displayName,jobTitle,mail,proxyAddresses,accountEnabled,userType,\
onPremisesSyncEnabled,isManagementRestricted,passwordPolicies,assignedLicenses,createdDateTime,\
lastPasswordChangeDateTime,signInSessionsValidFromDateTime";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the wire's own names")]
pub(crate) struct User {
    id: AccountId,
    user_principal_name: String,
    display_name: Option<String>,
    job_title: Option<String>,
    mail: Option<String>,
    #[serde(default)]
    proxy_addresses: Vec<String>,
    /// Without it nothing could be said of the lock: an answer without it is not understood.
    account_enabled: bool,
    user_type: Option<String>,
    on_premises_sync_enabled: Option<bool>,
    is_management_restricted: Option<bool>,
    password_policies: Option<String>,
    #[serde(default)]
    assigned_licenses: Vec<Value>,
    created_date_time: Option<Timestamp>,
    last_password_change_date_time: Option<Timestamp>,
    sign_in_sessions_valid_from_date_time: Option<Timestamp>,
}

impl User {
    /// As the core knows it.
    pub(crate) fn identity(self, purpose: MailboxPurpose) -> Identity {
        let guest = self.user_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("guest"));
        let mut addresses: Vec<String> = self.proxy_addresses.iter().filter_map(|proxy| smtp(proxy)).collect();
        addresses.extend(self.mail.as_deref().map(str::to_lowercase));
        addresses.sort();
        addresses.dedup();
        Identity {
            account: self.id,
            name: self.display_name.unwrap_or_else(|| self.user_principal_name.clone()),
            upn: self.user_principal_name,
            job_title: self.job_title,
            mail: self.mail,
            addresses,
            enabled: self.account_enabled,
            user_type: if guest { UserType::Guest } else { UserType::Member },
            synchronised: self.on_premises_sync_enabled == Some(true),
            management_restricted: self.is_management_restricted == Some(true),
            password_never_expires: self.password_policies.is_some_and(|set| set.contains("DisablePasswordExpiration")),
            licensed: !self.assigned_licenses.is_empty(),
            purpose,
            created: self.created_date_time,
            password_changed: self.last_password_change_date_time,
            sessions_valid_from: self.sign_in_sessions_valid_from_date_time,
        }
    }
}

/// The address in `smtp:x@y`, in lower case; other kinds of address are none of mail's.
pub(crate) fn smtp(proxy: &str) -> Option<String> {
    let (kind, address) = proxy.split_once(':')?;
    kind.eq_ignore_ascii_case("smtp").then(|| address.to_lowercase())
}

/// A group, from a list of many kinds of object.
pub(crate) struct Group {
    pub(crate) named: Named,
    pub(crate) role_assignable: bool,
}

/// The groups in a list of directory objects.
pub(crate) fn groups(rows: &[Value]) -> impl Iterator<Item = Group> + '_ {
    rows.iter().filter_map(|row| {
        // Answers that were cast to groups do not name the type.
        let is_group = text(row, "@odata.type").is_none_or(|kind| kind == "#microsoft.graph.group");
        let id = text(row, "id").filter(|_| is_group)?;
        let name = text(row, "displayName").unwrap_or(id);
        let role_assignable = row.get("isAssignableToRole").and_then(Value::as_bool) == Some(true);
        Some(Group { named: Named { id: id.to_owned(), name: name.to_owned() }, role_assignable })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row() -> Value {
        json!({
            "id": "A1000000-0000-4000-8000-000000000001", "userPrincipalName": "alex.berg@contoso.com",
            "displayName": "Alex Berg", "jobTitle": null, "mail": "alex.berg@contoso.com", "userType": "Member",
            "accountEnabled": true, "proxyAddresses": ["SMTP:Alex.Berg@contoso.com", "smtp:a.berg@contoso.com", "SIP:x@contoso.com"],
            "createdDateTime": "2024-03-11T08:00:00Z", "lastPasswordChangeDateTime": "2026-01-07T06:12:44Z",
            "signInSessionsValidFromDateTime": "2026-01-07T06:12:44Z", "passwordPolicies": "DisablePasswordExpiration",
            "onPremisesSyncEnabled": null, "isManagementRestricted": null, "assignedLicenses": [{"skuId": "x"}],
        })
    }

    #[test]
    fn a_user_becomes_an_identity() {
        let user: User = serde_json::from_value(row()).unwrap();
        let identity = user.identity(MailboxPurpose::User);
        assert_eq!(identity.addresses, ["a.berg@contoso.com", "alex.berg@contoso.com"]);
        assert_eq!(identity.account.as_str(), "a1000000-0000-4000-8000-000000000001");
        assert!(identity.enabled && identity.licensed && identity.password_never_expires && !identity.synchronised);
    }

    #[test]
    fn an_answer_without_account_enabled_is_not_understood() {
        let mut row = row();
        row.as_object_mut().unwrap().remove("accountEnabled");
        assert!(serde_json::from_value::<User>(row).is_err());
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(user("eve_mail.net#EXT#@contoso.com"), "/users/eve_mail.net%23EXT%23@contoso.com");
        assert_eq!(user("$o'x@contoso.com"), "/users('$o''x@contoso.com')");
        assert_eq!(query("mail eq 'a+b@x.se'"), "mail%20eq%20'a%2Bb@x.se'");
        assert_eq!(user("../admin"), "/users/..%2Fadmin");
    }
}
