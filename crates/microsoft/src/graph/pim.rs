//! Privileged Identity Management: requests that change schedules, and the schedules themselves.
//!
//! Invariant: a request is a log entry, never a state. What it answers is checked against the
//! schedules, for PIM says `RoleAssignmentDoesNotExist` even to a removal that it carried out.

use regain_incident::Timestamp;
use regain_incident::account::Account;
use regain_incident::facets::roles::{GrantKind, RoleGrant};
use regain_incident::ids::CaseId;
use regain_ports::{Notes, ProviderError, ProviderErrorKind, Urgency};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::wire::{quoted, text};
use super::{Graph, error, query};
use crate::call::Doing;
use crate::http::Content;

/// Withdrawing a grant of this kind.
pub(crate) fn take(kind: GrantKind) -> Doing {
    Doing { what: "withdraw the role", needs: needs(kind) }
}

/// Giving one back.
pub(crate) fn give(kind: GrantKind) -> Doing {
    Doing { what: "give the role back", needs: needs(kind) }
}

/// The least application permissions, as the published list has them.
fn needs(kind: GrantKind) -> &'static str {
    use GrantKind as K;
    match kind {
        K::Direct => "RoleManagement.ReadWrite.Directory",
        K::PimActive | K::PimActivated => "RoleManagement.ReadWrite.Directory or RoleAssignmentSchedule.ReadWrite.Directory",
        K::PimEligible => "RoleManagement.ReadWrite.Directory or RoleEligibilitySchedule.ReadWrite.Directory",
        K::GroupMember => "GroupMember.ReadWrite.All with RoleManagement.ReadWrite.Directory",
        K::GroupOwner => "Group.ReadWrite.All with RoleManagement.ReadWrite.Directory",
        K::GroupPimActiveMember | K::GroupPimActiveOwner => "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
        K::GroupEligibleMember | K::GroupEligibleOwner => "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
        K::ExchangeGroup | K::ExchangeDirect => "a role in Exchange that may change roles there",
    }
}

/// Reading a role's settings. For an app, the published list does not name `RoleManagementPolicy.Read.Directory`.
const SETTINGS: Doing = Doing { what: "read the role's settings", needs: "RoleManagement.Read.Directory" };
/// The same of a group.
const GROUP_SETTINGS: Doing = Doing { what: "read the group's settings", needs: "RoleManagement.Read.All" };

/// Where the requests of a kind go.
fn requests(kind: GrantKind) -> Option<&'static str> {
    use GrantKind as K;
    Some(match kind {
        K::Direct | K::PimActive | K::PimActivated => "/roleManagement/directory/roleAssignmentScheduleRequests",
        K::PimEligible => "/roleManagement/directory/roleEligibilityScheduleRequests",
        K::GroupMember | K::GroupOwner | K::GroupPimActiveMember | K::GroupPimActiveOwner => {
            "/identityGovernance/privilegedAccess/group/assignmentScheduleRequests"
        }
        K::GroupEligibleMember | K::GroupEligibleOwner => {
            "/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests"
        }
        K::ExchangeGroup | K::ExchangeDirect => return None,
    })
}

/// The way in which a group is held, for the kinds that are about groups.
pub(crate) fn access(kind: GrantKind) -> Option<&'static str> {
    use GrantKind as K;
    match kind {
        K::GroupMember | K::GroupPimActiveMember | K::GroupEligibleMember => Some("member"),
        K::GroupOwner | K::GroupPimActiveOwner | K::GroupEligibleOwner => Some("owner"),
        _ => None,
    }
}

/// The body of a request, without its schedule.
fn body(action: &str, account: &Account, grant: &RoleGrant, case: CaseId) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: &str| {
        body.insert(name.to_owned(), Value::from(value));
    };
    put("action", action);
    put("principalId", account.id.as_str());
    put("justification", &format!("regain case {case}"));
    if let Some(access) = access(grant.kind) {
        put("accessId", access);
        put("groupId", &grant.of.id);
    } else {
        put("roleDefinitionId", &grant.of.id);
        match &grant.app_scope {
            Some(scope) => put("appScopeId", scope),
            None => put("directoryScopeId", &grant.scope),
        }
    }
    body
}

/// When something begins and ends.
fn schedule(now: Timestamp, until: Option<Timestamp>) -> Value {
    let expiration = match until {
        Some(end) => json!({"type": "afterDateTime", "endDateTime": end}),
        None => json!({"type": "noExpiration"}),
    };
    json!({"startDateTime": now, "expiration": expiration})
}

impl Graph {
    /// `adminRemove`. That there is nothing to remove is success, if the schedules agree.
    pub(crate) async fn pim_remove(&self, account: &Account, grant: &RoleGrant, case: CaseId) -> Result<Notes, ProviderError> {
        let request = body("adminRemove", account, grant, case);
        match self.pim_request(take(grant.kind), grant.kind, request).await {
            Err(error) if error::says(&error, "DoesNotExist") || error::is_gone(&error) => {
                if self.holds(account, grant).await? {
                    Err(error)
                } else {
                    Ok(Notes::new())
                }
            }
            other => other,
        }
    }

    /// `adminAssign`, with the longest expiry that the role's settings allow where they want one.
    pub(crate) async fn pim_assign(&self, account: &Account, grant: &RoleGrant, case: CaseId) -> Result<Notes, ProviderError> {
        let now = self.caller.clock.now();
        if grant.until.is_some_and(|end| end <= now) {
            return Err(refused("EndDatePassed", "it has ended by itself meanwhile"));
        }
        let mut request = body("adminAssign", account, grant, case);
        request.insert("scheduleInfo".to_owned(), schedule(now, grant.until));
        let mut notes = Notes::new();
        // At most one answer to each of the two rules that can be met.
        for _ in 0..2 {
            match self.pim_request(give(grant.kind), grant.kind, request.clone()).await {
                Err(error) if error::says(&error, "ExpirationRule") => {
                    let longest = self.longest(grant).await?;
                    let expiration = json!({"type": "afterDuration", "duration": longest});
                    request.insert("scheduleInfo".to_owned(), json!({"startDateTime": now, "expiration": expiration}));
                    notes.push(format!("the role's settings want an end date: given for {longest}, the longest they allow"));
                }
                Err(error) if error::says(&error, "TicketingRule") => {
                    request.insert("ticketInfo".to_owned(), json!({"ticketNumber": case.to_string(), "ticketSystem": "regain"}));
                    notes.push("the role's settings want a ticket: the case was named as one".to_owned());
                }
                Err(error) if error::says(&error, "Exists") => {
                    return if self.holds(account, grant).await? { Ok(notes) } else { Err(error) };
                }
                other => return other.map(|more| [notes, more].concat()),
            }
        }
        self.pim_request(give(grant.kind), grant.kind, request).await.map(|more| [notes, more].concat())
    }

    async fn pim_request(&self, doing: Doing, kind: GrantKind, body: Map<String, Value>) -> Result<Notes, ProviderError> {
        let Some(below) = requests(kind) else { return Err(stray(doing)) };
        let heard = self.post(doing, below, &Value::Object(body)).await?;
        let status = text(&heard.body, "status").unwrap_or_default();
        if matches!(status, "Failed" | "Denied" | "Canceled" | "TimedOut" | "AdminDenied") {
            let kind = ProviderErrorKind::Rejected { code: status.to_owned(), detail: "PIM ended the request so".to_owned() };
            return Err(error::of(doing, heard.attempts, kind));
        }
        Ok(Notes::new())
    }

    /// Whether the account has the grant now, by the list that its kind is read from.
    pub(crate) async fn holds(&self, account: &Account, grant: &RoleGrant) -> Result<bool, ProviderError> {
        let seen = self.roles(&account.id, grant.kind.facet(), Urgency::Normal).await?;
        Ok(seen.value.unwrap_or_default().iter().any(|held| held.is_same(grant)))
    }

    /// The longest duration that the settings of a role (or group) allow an administrator to assign.
    async fn longest(&self, grant: &RoleGrant) -> Result<String, ProviderError> {
        let eligible =
            matches!(grant.kind, GrantKind::PimEligible | GrantKind::GroupEligibleMember | GrantKind::GroupEligibleOwner);
        let rule = if eligible { "Expiration_Admin_Eligibility" } else { "Expiration_Admin_Assignment" };
        let (scope, kind, of, doing) = match access(grant.kind) {
            Some(access) => (grant.of.id.as_str(), "Group", access, GROUP_SETTINGS),
            None => ("/", "DirectoryRole", grant.of.id.as_str(), SETTINGS),
        };
        let filter = format!("scopeId eq {} and scopeType eq '{kind}' and roleDefinitionId eq {}", quoted(scope), quoted(of));
        let below = format!("policies/roleManagementPolicyAssignments?$filter={}&$expand=policy($expand=rules)", query(&filter));
        let url = self.request(Method::GET, &below, Content::Nothing).map_err(|kind| error::of(doing, 0, kind))?.url;
        let heard = self.get(doing, Urgency::Normal, url, false).await?;
        longest_in(&heard.body, rule).ok_or_else(|| refused("ExpirationRule", "the role's settings name no longest duration"))
    }
}

/// The duration of one rule. Unverified: the rule's id; any expiration rule for administrators will do.
fn longest_in(body: &Value, wanted: &str) -> Option<String> {
    let assignments = body.get("value")?.as_array()?;
    let rules: Vec<&Value> = assignments.iter().filter_map(|one| one.pointer("/policy/rules")?.as_array()).flatten().collect();
    let by_id = |id: &str| rules.iter().find(|rule| text(rule, "id").is_some_and(|known| known.contains(id)));
    let rule = by_id(wanted).or_else(|| by_id("Expiration_Admin"))?;
    text(rule, "maximumDuration").map(str::to_owned)
}

pub(crate) fn refused(code: &str, detail: &str) -> ProviderError {
    error::of(give(GrantKind::Direct), 0, ProviderErrorKind::Rejected { code: code.to_owned(), detail: detail.to_owned() })
}

/// A grant that is not the directory's: a mistake of ours.
pub(crate) fn stray(doing: Doing) -> ProviderError {
    error::of(doing, 0, ProviderErrorKind::Surprise("this kind of grant is not the directory's".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_expiry_is_the_one_for_this_kind() {
        let rules = json!([
            {"id": "Expiration_EndUser_Assignment", "maximumDuration": "PT8H"},
            {"id": "Expiration_Admin_Assignment", "maximumDuration": "P180D"},
            {"id": "Expiration_Admin_Eligibility", "maximumDuration": "P365D"},
        ]);
        let body = json!({"value": [{"policy": {"rules": rules}}]});
        assert_eq!(longest_in(&body, "Expiration_Admin_Eligibility").as_deref(), Some("P365D"));
        assert_eq!(longest_in(&body, "Expiration_Admin_Assignment").as_deref(), Some("P180D"));
    }

    #[test]
    fn an_end_is_kept_and_no_end_is_none() {
        let now: Timestamp = "2026-11-02T09:00:00Z".parse().unwrap();
        assert_eq!(schedule(now, None)["expiration"], json!({"type": "noExpiration"}));
        assert_eq!(schedule(now, Some(now))["expiration"]["endDateTime"], "2026-11-02T09:00:00Z");
    }
}
