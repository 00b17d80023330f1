//! `/policies/authorizationPolicy` and `/policies/adminConsentRequestPolicy`.

use regain_incident::tenant::authorization_policy::{AuthorizationPolicy, ConsentRight, GuestAccess, Invites};
use regain_incident::tenant::setting::{SettingName, Value as Wanted};
use regain_ports::{ProviderError, Seen};
use serde_json::{Value, json};

use super::super::text;
use super::{Graph, flag, needed, words};
use crate::call::Doing;

const READ: Doing = Doing { what: "read what users may do by default", needs: "Policy.Read.All" };
const REQUESTS: Doing = Doing { what: "read how requests for apps are answered", needs: "Policy.Read.All" };

pub(super) const PATH: &str = "policies/authorizationPolicy";
pub(super) const CHANGE: Doing = Doing { what: "change what users may do by default", needs: "Policy.ReadWrite.Authorization" };

const FOR_SELF: &str = "ManagePermissionGrantsForSelf.";
const FOR_OWNED: &str = "ManagePermissionGrantsForOwnedResource.";
const ANYTHING: &str = "microsoft-user-default-legacy";
const LOW: &str = "microsoft-user-default-low";
const RECOMMENDED: &str = "microsoft-user-default-recommended";

impl Graph {
    pub(super) async fn authorization_policy(&self) -> Result<Seen<AuthorizationPolicy>, ProviderError> {
        let (body, raw) = self.object(READ, PATH).await?;
        // Older answers are a list of one.
        let policy = body.pointer("/value/0").unwrap_or(&body);
        needed(READ, "defaultUserRolePermissions", policy.get("defaultUserRolePermissions"))?;
        let (requests, more) = self.object(REQUESTS, "policies/adminConsentRequestPolicy").await?;
        Ok(Seen::new(read(policy, &requests), [raw, more].concat()))
    }
}

fn read(policy: &Value, requests: &Value) -> AuthorizationPolicy {
    let users = policy.get("defaultUserRolePermissions").unwrap_or(&Value::Null);
    let reviewers = requests.get("reviewers").and_then(Value::as_array).map(Vec::len);
    AuthorizationPolicy {
        consent: users.get("permissionGrantPoliciesAssigned").map(|_| consent(&words(users, "permissionGrantPoliciesAssigned"))),
        // Nothing set is said as null, and is no: the documented default.
        risky_consent: policy.get("allowUserConsentForRiskyApps").map(|said| said.as_bool() == Some(true)),
        users_register_apps: flag(users, "allowedToCreateApps"),
        users_create_tenants: flag(users, "allowedToCreateTenants"),
        joins_by_mail: flag(policy, "allowEmailVerifiedUsersToJoinOrganization"),
        invites: text(policy, "allowInvitesFrom").map(invites),
        guests_read: text(policy, "guestUserRoleId").map(guests),
        requests_taken: flag(requests, "isEnabled"),
        request_reviewers: reviewers.and_then(|count| u32::try_from(count).ok()),
    }
}

fn consent(assigned: &[String]) -> Vec<ConsentRight> {
    assigned.iter().map(|one| right(one)).collect()
}

fn right(assigned: &str) -> ConsentRight {
    if let Some(policy) = assigned.strip_prefix(FOR_OWNED) {
        return ConsentRight::ForOwnedGroups(policy.to_owned());
    }
    match assigned.strip_prefix(FOR_SELF) {
        Some(ANYTHING) => ConsentRight::Anything,
        Some(LOW) => ConsentRight::LowImpact,
        Some(RECOMMENDED) => ConsentRight::Recommended,
        Some(own) => ConsentRight::Own(own.to_owned()),
        None => ConsentRight::Other(assigned.to_owned()),
    }
}

/// As the service wants it: the reverse of [`right`].
fn assigned(right: &ConsentRight) -> String {
    match right {
        ConsentRight::Anything => format!("{FOR_SELF}{ANYTHING}"),
        ConsentRight::LowImpact => format!("{FOR_SELF}{LOW}"),
        ConsentRight::Recommended => format!("{FOR_SELF}{RECOMMENDED}"),
        ConsentRight::Own(own) => format!("{FOR_SELF}{own}"),
        ConsentRight::ForOwnedGroups(policy) => format!("{FOR_OWNED}{policy}"),
        ConsentRight::Other(word) => word.clone(),
    }
}

/// The body of a change; none for a setting or a value that is not of this policy.
pub(super) fn body_of(name: SettingName, to: &Wanted) -> Option<Value> {
    let users = |member: &str, value: Value| json!({"defaultUserRolePermissions": {member: value}});
    Some(match (name, to) {
        (SettingName::UserConsent, Wanted::Texts(texts)) => {
            let rights = texts.iter().map(|text| ConsentRight::parse(text)).collect::<Option<Vec<_>>>()?;
            users("permissionGrantPoliciesAssigned", rights.iter().map(assigned).collect())
        }
        (SettingName::UsersRegisterApps, Wanted::Flag(may)) => users("allowedToCreateApps", json!(may)),
        (SettingName::RiskyConsent, Wanted::Flag(may)) => json!({"allowUserConsentForRiskyApps": may}),
        (SettingName::JoinsByMail, Wanted::Flag(may)) => json!({"allowEmailVerifiedUsersToJoinOrganization": may}),
        (SettingName::GuestInvites, Wanted::Text(who)) => json!({"allowInvitesFrom": invites_word(&Invites::from(who.as_str()))}),
        (SettingName::GuestsRead, Wanted::Text(what)) => {
            json!({"guestUserRoleId": guest_role(&GuestAccess::from(what.as_str()))})
        }
        _ => return None,
    })
}

const INVITES: &[(&str, Invites)] = &[
    ("none", Invites::Nobody),
    ("adminsAndGuestInviters", Invites::AdministratorsAndInviters),
    ("adminsGuestInvitersAndAllMembers", Invites::Members),
    ("everyone", Invites::Everybody),
];

fn invites(word: &str) -> Invites {
    let known = INVITES.iter().find(|(known, _)| *known == word);
    known.map_or_else(|| Invites::Other(word.to_owned()), |(_, invites)| invites.clone())
}

fn invites_word(invites: &Invites) -> &str {
    INVITES.iter().find(|(_, known)| known == invites).map_or(invites.as_str(), |(word, _)| word)
}

/// The three roles that a guest can be given, by their published ids.
const GUESTS: &[(&str, GuestAccess)] = &[
    ("a0b1b346-4d3e-4e8b-98f8-753987be4970", GuestAccess::LikeMembers),
    ("10dae51f-b6af-4016-8d66-8c2a99b929b3", GuestAccess::Limited),
    ("2af84b1e-32c8-42b7-82bc-daa82404023b", GuestAccess::Restricted),
];

fn guests(id: &str) -> GuestAccess {
    let known = GUESTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(id));
    known.map_or_else(|| GuestAccess::Other(id.to_owned()), |(_, access)| access.clone())
}

fn guest_role(access: &GuestAccess) -> &str {
    GUESTS.iter().find(|(_, known)| known == access).map_or(access.as_str(), |(id, _)| id)
}
