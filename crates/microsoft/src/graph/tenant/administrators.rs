//! Who holds directory roles: assignments, PIM's schedules, and the members of groups that hold them.
//!
//! An assignment is permanent unless PIM says when it ends or that it was activated. A group is replaced by its
//! members, each with the shorter of both: a permanent role through a membership that ends, ends.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::facets::roles::Named;
use regain_incident::tenant::administrators::{AdministratorAccount, Administrators, Held, Holder, HolderKind, Holding};
use regain_ports::{ProviderError, Seen, Urgency};
use serde_json::Value;

use super::super::page::List;
use super::super::wire::{path, quoted};
use super::super::{Get, error, query, text, time};
use super::{Graph, flag, is_restricted, needed, rows_of};
use crate::call::Doing;

const READ: Doing = Doing { what: "read who holds directory roles", needs: "RoleManagement.Read.Directory" };
const PIM: Doing = Doing {
    what: "read the roles of PIM",
    needs: "RoleAssignmentSchedule.Read.Directory and RoleEligibilitySchedule.Read.Directory",
};
const GROUPS: Doing = Doing {
    what: "read the groups that hold roles",
    needs: "GroupMember.Read.All, PrivilegedAssignmentSchedule.Read.AzureADGroup and \
            PrivilegedEligibilitySchedule.Read.AzureADGroup",
};
const PEOPLE: Doing = Doing { what: "read the accounts of administrators", needs: "User.Read.All" };

const SELECT: &str = "id,userPrincipalName,accountEnabled,userType,onPremisesSyncEnabled,isManagementRestricted,\
assignedLicenses,assignedPlans,createdDateTime";
/// A plan that comes with everything and gives no mailbox by itself.
const EXCHANGE_FOUNDATION: &str = "113feb6c-3fe4-4440-bddc-54d774bf0318";
const GROUP: &str = "#microsoft.graph.group";
const APPLICATION: &str = "#microsoft.graph.servicePrincipal";

/// A role held by somebody or by a group, before it is known which.
#[derive(Debug, Clone)]
struct Raw {
    principal: String,
    holding: Holding,
}

/// How somebody belongs to a group.
struct Belongs {
    member: String,
    how: Held,
    until: Option<regain_incident::Timestamp>,
}

#[derive(Default)]
struct Read {
    raw: Vec<String>,
    kinds: BTreeMap<String, String>,
}

impl Graph {
    pub(super) async fn administrators(&self) -> Result<Seen<Administrators>, ProviderError> {
        let mut read = Read::default();
        let assigned = self.rows(READ, "roleManagement/directory/roleAssignments?$expand=principal").await?;
        let definitions = self.rows(READ, "roleManagement/directory/roleDefinitions?$select=id,displayName").await?;
        let active = self.scheduled("roleAssignmentScheduleInstances").await?;
        let eligible = self.scheduled("roleEligibilityScheduleInstances").await?;
        let has_pim = active.is_some() && eligible.is_some();
        let (active, eligible) = (active.unwrap_or_default(), eligible.unwrap_or_default());
        let names: BTreeMap<&str, &str> =
            definitions.rows.iter().filter_map(|row| Some((text(row, "id")?, text(row, "displayName")?))).collect();
        let held = held(&assigned.rows, &active.rows, &eligible.rows, &names)?;
        for row in &assigned.rows {
            if let (Some(id), Some(kind)) =
                (text(row, "principalId"), row.pointer("/principal/@odata.type").and_then(Value::as_str))
            {
                read.kinds.insert(id.to_owned(), kind.to_owned());
            }
        }
        read.raw = [assigned.raw, definitions.raw, active.raw, eligible.raw].concat();
        let held = self.without_groups(held, &mut read).await?;
        let holders = self.holders(held, &mut read).await?;
        Ok(Seen::new(Administrators { holders, has_pim }, read.raw))
    }

    /// A list of PIM; none where the tenant has no licence for it.
    async fn scheduled(&self, list: &str) -> Result<Option<List>, ProviderError> {
        match self.rows(PIM, &format!("roleManagement/directory/{list}")).await {
            Err(refused) if error::is_unlicensed(&refused) => Ok(None),
            other => other.map(Some),
        }
    }

    /// The same, with every group replaced by those who are in it or may be.
    async fn without_groups(&self, held: Vec<Raw>, read: &mut Read) -> Result<Vec<Raw>, ProviderError> {
        let unknown: BTreeSet<&str> = held
            .iter()
            .map(|raw| raw.principal.as_str())
            .filter(|id| read.kinds.get(*id).is_none_or(|kind| kind == GROUP))
            .collect();
        let gets: Vec<Get> =
            unknown.iter().map(|id| Get::plain(format!("/groups/{}?$select=id,displayName", path(id)))).collect();
        let answers = self.batch(GROUPS, Urgency::Normal, &gets).await?;
        let mut groups: BTreeMap<String, (Named, Vec<Belongs>)> = BTreeMap::new();
        for (id, inner) in unknown.iter().zip(&answers) {
            if inner.status == 404 {
                continue;
            }
            let name = text(inner.success(GROUPS)?, "displayName").unwrap_or(id).to_owned();
            read.raw.push(inner.raw());
            let members = self.belonging(id, read).await?;
            groups.insert((*id).to_owned(), (Named { id: (*id).to_owned(), name }, members));
        }
        let mut all = Vec::new();
        for raw in held {
            match groups.get(&raw.principal) {
                Some((group, members)) => all.extend(members.iter().map(|one| through(group, one, &raw.holding))),
                None => all.push(raw),
            }
        }
        Ok(all)
    }

    /// Members of a group that roles can be given to, and who may become one. No group is in such a group.
    async fn belonging(&self, group: &str, read: &mut Read) -> Result<Vec<Belongs>, ProviderError> {
        let filter = query(&format!("groupId eq {}", quoted(group)));
        let schedules = |list: &str| Get::plain(format!("/identityGovernance/privilegedAccess/group/{list}?$filter={filter}"));
        let gets = [
            Get::plain(format!("/groups/{}/members?$select=id", path(group))),
            schedules("assignmentScheduleInstances"),
            schedules("eligibilityScheduleInstances"),
        ];
        let answers = self.batch(GROUPS, Urgency::Normal, &gets).await?;
        let [members, active, eligible] = answers.as_slice() else {
            return Err(error::of(GROUPS, 1, regain_ports::ProviderErrorKind::Surprise("three reads, other answers".into())));
        };
        let [get_members, get_active, get_eligible] = &gets;
        let members = self.list(GROUPS, Urgency::Normal, get_members, members).await?;
        let active = self.licensed_list(GROUPS, Urgency::Normal, get_active, active).await?;
        let eligible = self.licensed_list(GROUPS, Urgency::Normal, get_eligible, eligible).await?;
        for row in &members.rows {
            if text(row, "@odata.type") == Some(GROUP) {
                let why = "a group is in a group that roles can be given to".into();
                return Err(error::of(GROUPS, 1, regain_ports::ProviderErrorKind::Surprise(why)));
            }
            if let (Some(id), Some(kind)) = (text(row, "id"), text(row, "@odata.type")) {
                read.kinds.insert(id.to_owned(), kind.to_owned());
            }
        }
        let belonging = belong(&members.rows, &active.rows, &eligible.rows);
        read.raw.extend([members.raw, active.raw, eligible.raw].concat());
        Ok(belonging)
    }

    /// What each holder is.
    async fn holders(&self, held: Vec<Raw>, read: &mut Read) -> Result<Vec<Holder>, ProviderError> {
        let mut by_holder: BTreeMap<String, Vec<Holding>> = BTreeMap::new();
        for raw in held {
            by_holder.entry(raw.principal).or_default().push(raw.holding);
        }
        let people: Vec<String> =
            by_holder.keys().filter(|id| read.kinds.get(*id).is_none_or(|kind| kind != APPLICATION)).cloned().collect();
        let gets: Vec<Get> = people.iter().map(|id| Get::plain(format!("/users/{}?$select={SELECT}", path(id)))).collect();
        let answers = self.batch(PEOPLE, Urgency::Normal, &gets).await?;
        let mut known: BTreeMap<String, (String, HolderKind)> = BTreeMap::new();
        for (id, inner) in people.iter().zip(&answers) {
            if inner.status == 404 {
                let kind = read.kinds.get(id).cloned().unwrap_or_default();
                known.insert(id.clone(), (id.clone(), HolderKind::Other(kind)));
                continue;
            }
            let body = inner.success(PEOPLE)?;
            let name = needed(PEOPLE, "userPrincipalName", text(body, "userPrincipalName"))?.to_owned();
            known.insert(id.clone(), (name, HolderKind::Person(account(body))));
            read.raw.push(inner.raw());
        }
        let holder = |(id, holdings): (String, Vec<Holding>)| {
            let (name, kind) = known.remove(&id).unwrap_or_else(|| (id.clone(), HolderKind::Application));
            Holder { id, name, kind, holdings }
        };
        Ok(by_holder.into_iter().map(holder).collect())
    }
}

/// Every role that somebody or a group holds directly.
fn held(
    assigned: &[Value],
    active: &[Value],
    eligible: &[Value],
    names: &BTreeMap<&str, &str>,
) -> Result<Vec<Raw>, ProviderError> {
    let direct = |rows: &[Value]| -> Vec<Value> {
        rows.iter()
            .filter(|row| text(row, "memberType").is_none_or(|kind| kind.eq_ignore_ascii_case("Direct")))
            .cloned()
            .collect()
    };
    let active = direct(active);
    let mut all = Vec::new();
    for row in &active {
        all.push(raw(row, how(row), names)?);
    }
    for row in assigned {
        let permanent = raw(row, Held::Permanent, names)?;
        // What PIM knows of the same is better: it has an end, or was activated.
        if !all.iter().any(|known| is_same(known, &permanent)) {
            all.push(permanent);
        }
    }
    for row in direct(eligible) {
        all.push(raw(&row, Held::Eligible, names)?);
    }
    Ok(all)
}

fn is_same(one: &Raw, other: &Raw) -> bool {
    one.principal == other.principal
        && one.holding.role.id == other.holding.role.id
        && one.holding.whole_tenant == other.holding.whole_tenant
}

fn how(instance: &Value) -> Held {
    if text(instance, "assignmentType").is_some_and(|kind| kind.eq_ignore_ascii_case("Activated")) {
        return Held::Activated;
    }
    if time(instance, "endDateTime").is_some() { Held::TimeBound } else { Held::Permanent }
}

fn raw(row: &Value, how: Held, names: &BTreeMap<&str, &str>) -> Result<Raw, ProviderError> {
    let role = needed(READ, "roleDefinitionId", text(row, "roleDefinitionId"))?;
    let principal = needed(READ, "principalId", text(row, "principalId"))?.to_owned();
    let name = names.get(role).copied().unwrap_or(role).to_owned();
    let whole_tenant = text(row, "appScopeId").unwrap_or("/") == "/" && text(row, "directoryScopeId").unwrap_or("/") == "/";
    let holding =
        Holding { role: Named { id: role.to_owned(), name }, how, whole_tenant, through: None, until: time(row, "endDateTime") };
    Ok(Raw { principal, holding })
}

/// A role through a group: held as the weaker of both.
fn through(group: &Named, belongs: &Belongs, holding: &Holding) -> Raw {
    let until = [belongs.until, holding.until].into_iter().flatten().min();
    let holding = Holding { how: holding.how.max(belongs.how), through: Some(group.clone()), until, ..holding.clone() };
    Raw { principal: belongs.member.clone(), holding }
}

fn belong(members: &[Value], active: &[Value], eligible: &[Value]) -> Vec<Belongs> {
    let is_membership = |row: &&Value| text(row, "accessId").is_none_or(|access| access.eq_ignore_ascii_case("member"));
    let one = |row: &Value, how: Held| {
        Some(Belongs { member: text(row, "principalId")?.to_owned(), how, until: time(row, "endDateTime") })
    };
    let mut all: Vec<Belongs> = active.iter().filter(is_membership).filter_map(|row| one(row, how(row))).collect();
    for id in members.iter().filter_map(|row| text(row, "id")) {
        if !all.iter().any(|known| known.member == id) {
            all.push(Belongs { member: id.to_owned(), how: Held::Permanent, until: None });
        }
    }
    all.extend(eligible.iter().filter(is_membership).filter_map(|row| one(row, Held::Eligible)));
    all
}

fn account(body: &Value) -> AdministratorAccount {
    let plans = body.get("assignedPlans").and_then(Value::as_array);
    let gives_mailbox = |plan: &Value| {
        text(plan, "service").is_some_and(|service| service.eq_ignore_ascii_case("exchange"))
            && matches!(text(plan, "capabilityStatus"), Some("Enabled" | "Warning"))
            && text(plan, "servicePlanId") != Some(EXCHANGE_FOUNDATION)
    };
    AdministratorAccount {
        enabled: flag(body, "accountEnabled"),
        guest: text(body, "userType").map(|kind| kind.eq_ignore_ascii_case("guest")),
        synchronised: flag(body, "onPremisesSyncEnabled") == Some(true),
        mailbox: plans.map(|_| rows_of(body, "assignedPlans").iter().any(gives_mailbox)),
        licensed: body.get("assignedLicenses").and_then(Value::as_array).map(|all| !all.is_empty()),
        restricted: is_restricted(body),
        created: time(body, "createdDateTime"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(principal: &str, role: &str, more: &Value) -> Value {
        let mut row = json!({"id": "x", "principalId": principal, "roleDefinitionId": role, "directoryScopeId": "/"});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    }

    #[test]
    fn what_pim_knows_of_an_assignment_is_told_once_and_as_what_it_is() {
        let assigned =
            [row("a", "r", &json!({})), row("b", "r", &json!({})), row("c", "r", &json!({})), row("c", "q", &json!({}))];
        let active = [
            row("b", "r", &json!({"assignmentType": "Activated", "memberType": "Direct", "endDateTime": "2026-11-02T18:00:00Z"})),
            row("c", "r", &json!({"assignmentType": "Assigned", "memberType": "Direct", "endDateTime": "2026-12-02T18:00:00Z"})),
            row("d", "r", &json!({"assignmentType": "Assigned", "memberType": "Group"})),
        ];
        let eligible = [row("e", "r", &json!({"memberType": "Direct"}))];
        let names = BTreeMap::from([("r", "Reader")]);
        let told: Vec<_> = held(&assigned, &active, &eligible, &names)
            .unwrap()
            .into_iter()
            .map(|raw| (raw.principal, raw.holding.role.name, raw.holding.how))
            .collect();
        let one = |principal: &str, role: &str, how| (principal.to_owned(), role.to_owned(), how);
        assert_eq!(
            told,
            [
                one("b", "Reader", Held::Activated),
                one("c", "Reader", Held::TimeBound),
                one("a", "Reader", Held::Permanent),
                one("c", "q", Held::Permanent),
                one("e", "Reader", Held::Eligible),
            ]
        );
    }

    #[test]
    fn a_role_through_a_group_is_as_weak_as_its_weaker_half() {
        let members = [json!({"id": "a"}), json!({"id": "b"})];
        let active = [
            json!({"principalId": "b", "accessId": "member", "assignmentType": "activated", "endDateTime": "2026-11-02T18:00:00Z"}),
        ];
        let eligible = [json!({"principalId": "c", "accessId": "member"}), json!({"principalId": "d", "accessId": "owner"})];
        let names = BTreeMap::new();
        let role = raw(&row("g", "r", &json!({})), Held::Permanent, &names).unwrap().holding;
        let group = Named { id: "g".to_owned(), name: "Group".to_owned() };
        let told: Vec<_> = belong(&members, &active, &eligible)
            .iter()
            .map(|one| through(&group, one, &role))
            .map(|raw| (raw.principal, raw.holding.how))
            .collect();
        let one = |principal: &str, how| (principal.to_owned(), how);
        assert_eq!(told, [one("b", Held::Activated), one("a", Held::Permanent), one("c", Held::Eligible)]);
    }

    #[test]
    fn a_mailbox_is_what_an_exchange_plan_gives() {
        let with = |plan: &str, status: &str| {
            let plans = json!([{"service": "exchange", "capabilityStatus": status, "servicePlanId": plan}]);
            account(&json!({"assignedPlans": plans})).mailbox
        };
        assert_eq!(with("efb87545-963c-4e0d-99df-69c6916d9eb0", "Enabled"), Some(true));
        assert_eq!(with("efb87545-963c-4e0d-99df-69c6916d9eb0", "Deleted"), Some(false));
        assert_eq!(with(EXCHANGE_FOUNDATION, "Enabled"), Some(false));
        assert_eq!(account(&json!({})).mailbox, None);
    }
}
