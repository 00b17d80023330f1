//! Role-assignable groups: who is in them, owns them, or may come to be in them, and what they give.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::facets::roles::{GrantKind, Named, RoleGrant};
use regain_incident::ids::AccountId;
use regain_ports::{ProviderError, ProviderErrorKind, Seen, Urgency};
use serde_json::Value;

use super::page::List;
use super::roles::{assignments, role};
use super::wire::{groups, path, quoted, text, time, user};
use super::{Get, Graph, error, query};
use crate::call::Doing;

const READ: Doing = Doing {
    what: "read the groups that give roles",
    needs: "Directory.Read.All, RoleManagement.Read.Directory, PrivilegedAssignmentSchedule.Read.AzureADGroup and \
            PrivilegedEligibilitySchedule.Read.AzureADGroup",
};

/// Marks a membership that is held through another group: it cannot be taken here.
pub(crate) const NESTED: &str = "nested:";

/// One way of holding a group, before it is known what the group gives.
struct Holding {
    kind: GrantKind,
    assignment: String,
    group: String,
    since: Option<regain_incident::Timestamp>,
    until: Option<regain_incident::Timestamp>,
}

fn objects(account: &AccountId, list: &str) -> Get {
    Get::plain(format!("{}/{list}?$select=id,displayName,isAssignableToRole", user(account.as_str())))
}

fn schedules(account: &AccountId, list: &str) -> Get {
    let filter = query(&format!("principalId eq {}", quoted(account.as_str())));
    Get::plain(format!("/identityGovernance/privilegedAccess/group/{list}?$filter={filter}"))
}

/// What PIM for groups says of a group.
fn scheduled(row: &Value, eligible: bool) -> Option<Holding> {
    let is = |member: &str, what: &str| text(row, member).is_some_and(|text| text.eq_ignore_ascii_case(what));
    let owner = is("accessId", "owner");
    let (since, until) = (time(row, "startDateTime"), time(row, "endDateTime"));
    let endless = until.is_none() && !is("assignmentType", "activated");
    let kind = match (eligible, owner) {
        (true, true) => GrantKind::GroupEligibleOwner,
        (true, false) => GrantKind::GroupEligibleMember,
        // Endless and assigned: the plain membership that the other list shows as well.
        (false, true) if endless => GrantKind::GroupOwner,
        (false, false) if endless => GrantKind::GroupMember,
        (false, true) => GrantKind::GroupPimActiveOwner,
        (false, false) => GrantKind::GroupPimActiveMember,
    };
    Some(Holding { kind, assignment: text(row, "id")?.to_owned(), group: text(row, "groupId")?.to_owned(), since, until })
}

/// Memberships and ownerships; those that PIM ends some day are PIM's.
fn holdings(direct: &[Value], all: &[Value], owned: &[Value], active: &[Value], eligible: &[Value]) -> Vec<Holding> {
    let mut holdings: Vec<Holding> = active.iter().filter_map(|row| scheduled(row, false)).collect();
    let mut add = |kind: GrantKind, by_pim: GrantKind, group: &Named, assignment: String| {
        let known = |one: &Holding| one.group == group.id && (one.kind == kind || one.kind == by_pim);
        if !holdings.iter().any(known) {
            holdings.push(Holding { kind, assignment, group: group.id.clone(), since: None, until: None });
        }
    };
    let directly: BTreeSet<String> = groups(direct).map(|group| group.named.id).collect();
    for group in groups(all).chain(groups(direct)).filter(|group| group.role_assignable) {
        let mark = if directly.contains(&group.named.id) { "" } else { NESTED };
        add(GrantKind::GroupMember, GrantKind::GroupPimActiveMember, &group.named, format!("{mark}{}", group.named.id));
    }
    for group in groups(owned).filter(|group| group.role_assignable) {
        add(GrantKind::GroupOwner, GrantKind::GroupPimActiveOwner, &group.named, group.named.id.clone());
    }
    holdings.extend(eligible.iter().filter_map(|row| scheduled(row, true)));
    holdings
}

impl Graph {
    /// One round trip, and a second where there are such groups.
    pub(crate) async fn group_roles(&self, account: &AccountId, urgency: Urgency) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        let gets = [
            objects(account, "memberOf"),
            objects(account, "transitiveMemberOf"),
            objects(account, "ownedObjects"),
            schedules(account, "assignmentScheduleInstances"),
            schedules(account, "eligibilityScheduleInstances"),
        ];
        let answers = self.batch(READ, urgency, &gets).await?;
        let mut lists = Vec::new();
        for (get, inner) in gets.iter().zip(&answers) {
            lists.push(self.licensed_list(READ, urgency, get, inner).await?);
        }
        let [direct, all, owned, active, eligible] = lists.as_slice() else {
            return Err(error::of(READ, 1, ProviderErrorKind::Surprise("five reads, but not five answers".into())));
        };
        let holdings = holdings(&direct.rows, &all.rows, &owned.rows, &active.rows, &eligible.rows);
        let ids: BTreeSet<&str> = holdings.iter().map(|holding| holding.group.as_str()).collect();
        let (details, raw) = self.details(&ids, urgency).await?;
        let grants = holdings.into_iter().filter_map(|holding| grant(holding, &details)).collect();
        let raw = lists.iter().flat_map(|list| list.raw.clone()).chain(raw).collect();
        Ok(Seen::new(grants, raw))
    }

    /// Name and roles of each group that is role-assignable.
    async fn details(
        &self,
        ids: &BTreeSet<&str>,
        urgency: Urgency,
    ) -> Result<(BTreeMap<String, (Named, Vec<Named>)>, Vec<String>), ProviderError> {
        let gets: Vec<Get> = ids
            .iter()
            .flat_map(|id| {
                let group = Get::plain(format!("/groups/{}?$select=id,displayName,isAssignableToRole", path(id)));
                [group, assignments(&format!("principalId eq {}", quoted(id)))]
            })
            .collect();
        let answers = self.batch(READ, urgency, &gets).await?;
        let (mut details, mut raw) = (BTreeMap::new(), Vec::new());
        for ((id, pair), get) in ids.iter().zip(answers.chunks(2)).zip(gets.chunks(2)) {
            let ([group, roles], [_, get]) = (pair, get) else { continue };
            let List { rows, raw: pages } = self.list(READ, urgency, get, roles).await?;
            raw.push(group.raw());
            raw.extend(pages);
            let body = group.success(READ)?;
            if body.get("isAssignableToRole").and_then(Value::as_bool) == Some(true) || !rows.is_empty() {
                let named = Named { id: (*id).to_owned(), name: text(body, "displayName").unwrap_or(id).to_owned() };
                details.insert((*id).to_owned(), (named, rows.iter().filter_map(role).collect()));
            }
        }
        Ok((details, raw))
    }
}

fn grant(holding: Holding, details: &BTreeMap<String, (Named, Vec<Named>)>) -> Option<RoleGrant> {
    let (of, gives) = details.get(&holding.group)?.clone();
    Some(RoleGrant {
        kind: holding.kind,
        assignment: holding.assignment,
        of,
        scope: "/".to_owned(),
        app_scope: None,
        since: holding.since,
        until: holding.until,
        gives,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_group_is_told_once_and_as_what_it_is() {
        let group =
            |id: &str| json!({"@odata.type": "#microsoft.graph.group", "id": id, "displayName": id, "isAssignableToRole": true});
        let all = [group("plain"), group("timed"), group("nested")];
        let direct = [group("plain"), group("timed")];
        let timed = json!({"id": "s1", "groupId": "timed", "accessId": "member", "assignmentType": "assigned", "endDateTime": "2026-12-01T00:00:00Z"});
        let may = json!({"id": "s2", "groupId": "other", "accessId": "owner"});
        let held = holdings(&direct, &all, &[group("plain")], &[timed], &[may]);
        let told: Vec<_> = held.iter().map(|one| (one.group.as_str(), one.kind, one.assignment.starts_with(NESTED))).collect();
        assert_eq!(
            told,
            [
                ("timed", GrantKind::GroupPimActiveMember, false),
                ("plain", GrantKind::GroupMember, false),
                ("nested", GrantKind::GroupMember, true),
                ("plain", GrantKind::GroupOwner, false),
                ("other", GrantKind::GroupEligibleOwner, false),
            ]
        );
    }
}
