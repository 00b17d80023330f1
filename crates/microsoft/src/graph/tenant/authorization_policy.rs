//! `/policies/authorizationPolicy` and `/policies/adminConsentRequestPolicy`.

use regain_incident::tenant::authorization_policy::{AuthorizationPolicy, ConsentRight, GuestAccess, Invites};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::text;
use super::{Graph, flag, needed, words};
use crate::call::Doing;

const READ: Doing = Doing { what: "read what users may do by default", needs: "Policy.Read.All" };
const REQUESTS: Doing = Doing { what: "read how requests for apps are answered", needs: "Policy.Read.All" };

const FOR_SELF: &str = "ManagePermissionGrantsForSelf.";
const FOR_OWNED: &str = "ManagePermissionGrantsForOwnedResource.";

impl Graph {
    pub(super) async fn authorization_policy(&self) -> Result<Seen<AuthorizationPolicy>, ProviderError> {
        let (body, raw) = self.object(READ, "policies/authorizationPolicy").await?;
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
    match assigned.strip_prefix(FOR_SELF).unwrap_or(assigned) {
        "microsoft-user-default-legacy" => ConsentRight::Anything,
        "microsoft-user-default-low" => ConsentRight::LowImpact,
        "microsoft-user-default-recommended" => ConsentRight::Recommended,
        own => ConsentRight::Own(own.to_owned()),
    }
}

fn invites(word: &str) -> Invites {
    match word {
        "none" => Invites::Nobody,
        "adminsAndGuestInviters" => Invites::AdministratorsAndInviters,
        "adminsGuestInvitersAndAllMembers" => Invites::Members,
        "everyone" => Invites::Everybody,
        other => Invites::Other(other.to_owned()),
    }
}

/// The three roles that a guest can be given, by their published ids.
fn guests(id: &str) -> GuestAccess {
    match id.to_ascii_lowercase().as_str() {
        "a0b1b346-4d3e-4e8b-98f8-753987be4970" => GuestAccess::LikeMembers,
        "10dae51f-b6af-4016-8d66-8c2a99b929b3" => GuestAccess::Limited,
        "2af84b1e-32c8-42b7-82bc-daa82404023b" => GuestAccess::Restricted,
        _ => GuestAccess::Other(id.to_owned()),
    }
}
