//! Directory roles, and who takes and gives them.
//!
//! Which list shows a power is decided here, once, so that nothing is told twice:
//! - *Entra roles* (`Direct`) are assignments without an end: those in `roleAssignments` that PIM
//!   does not call activated or ending, and those that PIM calls assigned, direct and endless. Where
//!   PIM cannot be read, everything in `roleAssignments` stands here.
//! - *PIM roles* are what the person activated, what was assigned as active until a date, and what
//!   he may activate.
//! - What comes through a group is the group's, in *group roles*.

use std::collections::BTreeSet;

use regain_incident::account::Account;
use regain_incident::facet::FacetName;
use regain_incident::facets::roles::{GLOBAL_ADMINISTRATOR, GrantKind, Named, RoleGrant};
use regain_incident::ids::{AccountId, CaseId};
use regain_ports::{AdminCandidate, Holders, Notes, ProviderError, ProviderErrorKind, Seen, Urgency};
use reqwest::Method;
use serde_json::{Value, json};

use super::batch::Inner;
use super::pim::{access, give, refused, stray, take};
use super::wire::{USER, path, quoted, text, time, user};
use super::{Get, Graph, error, query};
use crate::call::Doing;
use crate::http::Content;

const READ: Doing = Doing { what: "read the directory roles", needs: "RoleManagement.Read.Directory" };
const READ_PIM: Doing = Doing {
    what: "read the roles of PIM",
    needs: "RoleAssignmentSchedule.Read.Directory and RoleEligibilitySchedule.Read.Directory",
};
const ADMINS: Doing =
    Doing { what: "read who is a Global Administrator", needs: "RoleManagement.Read.Directory and User.Read.All" };

/// What is asked of a member of a group. Unverified: that members of a user can be selected where any kind of
/// object may stand; one that does not come makes an administrator who is not counted.
const CANDIDATE: &str = "id,userPrincipalName,userType,accountEnabled,createdDateTime,lastPasswordChangeDateTime";

pub(crate) fn assignments(filter: &str) -> Get {
    let expand = "$expand=roleDefinition($select=id,displayName,isBuiltIn)";
    Get::plain(format!("/roleManagement/directory/roleAssignments?$filter={}&{expand}", query(filter)))
}

fn pim(list: &str, filter: &str) -> Get {
    Get::plain(format!("/roleManagement/directory/{list}?$filter={}&$expand=roleDefinition", query(filter)))
}

/// The role of a row, named if it came expanded.
pub(crate) fn role(row: &Value) -> Option<Named> {
    let id = text(row, "roleDefinitionId")?;
    let name = row.pointer("/roleDefinition/displayName").and_then(Value::as_str).unwrap_or(id);
    Some(Named { id: id.to_owned(), name: name.to_owned() })
}

fn grant(kind: GrantKind, row: &Value) -> Option<RoleGrant> {
    Some(RoleGrant {
        kind,
        assignment: text(row, "id")?.to_owned(),
        of: role(row)?,
        scope: text(row, "directoryScopeId").unwrap_or("/").to_owned(),
        app_scope: text(row, "appScopeId").map(str::to_owned),
        since: time(row, "startDateTime").or_else(|| time(row, "createdDateTime")),
        until: time(row, "endDateTime"),
        gives: Vec::new(),
    })
}

/// What an active instance of PIM is here, or nothing where a group has it.
fn kind_of(instance: &Value) -> Option<GrantKind> {
    let is = |member: &str, what: &str| text(instance, member).is_some_and(|text| text.eq_ignore_ascii_case(what));
    if is("assignmentType", "Activated") {
        return Some(GrantKind::PimActivated);
    }
    if is("memberType", "Group") || is("memberType", "Inherited") {
        return None;
    }
    Some(if time(instance, "endDateTime").is_some() { GrantKind::PimActive } else { GrantKind::Direct })
}

/// Endless direct assignments, out of what both lists say.
fn direct(assignments: &[Value], instances: &[Value]) -> Vec<RoleGrant> {
    let by_pim: Vec<RoleGrant> = instances.iter().filter_map(|row| grant(kind_of(row)?, row)).collect();
    let same_power = |one: &RoleGrant, other: &RoleGrant| {
        one.of.id == other.of.id && one.scope == other.scope && one.app_scope == other.app_scope
    };
    let mut grants: Vec<RoleGrant> = assignments.iter().filter_map(|row| grant(GrantKind::Direct, row)).collect();
    for pim in &by_pim {
        match grants.iter_mut().find(|held| same_power(held, pim)) {
            Some(held) if pim.kind == GrantKind::Direct => held.since = pim.since,
            // An activation beside an endless assignment of the same role is one assignment: PIM's.
            Some(_) => {
                let endless = by_pim.iter().any(|other| other.kind == GrantKind::Direct && same_power(other, pim));
                grants.retain(|held| endless || !same_power(held, pim));
            }
            None if pim.kind == GrantKind::Direct => grants.push(pim.clone()),
            None => {}
        }
    }
    grants
}

/// What PIM adds: activated, active until a date, eligible.
fn managed(eligible: &[Value], instances: &[Value]) -> Vec<RoleGrant> {
    let through_group = |row: &Value| text(row, "memberType").is_some_and(|kind| !kind.eq_ignore_ascii_case("Direct"));
    let may = eligible.iter().filter(|row| !through_group(row)).filter_map(|row| {
        let mut grant = grant(GrantKind::PimEligible, row)?;
        let schedule = row.get("scheduleInfo").unwrap_or(&Value::Null);
        grant.since = time(row, "createdDateTime").or_else(|| time(schedule, "startDateTime"));
        grant.until = schedule.get("expiration").and_then(|expiration| time(expiration, "endDateTime"));
        Some(grant)
    });
    let active = instances.iter().filter_map(|row| grant(kind_of(row)?, row)).filter(|grant| grant.kind != GrantKind::Direct);
    may.chain(active).collect()
}

impl Graph {
    /// One facet of roles. One round trip; group roles two where there are groups.
    pub(crate) async fn roles(
        &self,
        account: &AccountId,
        facet: FacetName,
        urgency: Urgency,
    ) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        match facet {
            FacetName::EntraRoles => self.entra_roles(account, urgency).await,
            FacetName::PimRoles => self.pim_roles(account, urgency).await,
            FacetName::GroupRoles => self.group_roles(account, urgency).await,
            _ => Err(stray(READ)),
        }
    }

    async fn entra_roles(&self, account: &AccountId, urgency: Urgency) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        let mine = format!("principalId eq {}", quoted(account.as_str()));
        let gets = [assignments(&mine), pim("roleAssignmentScheduleInstances", &mine)];
        let answers = self.batch(READ, urgency, &gets).await?;
        let ([get, pim_get], [inner, pim_inner]) = (&gets, answers.as_slice()) else { return Err(few(READ)) };
        let list = self.list(READ, urgency, get, inner).await?;
        // Without a licence, or leave to read PIM, its list takes nothing away from this one. Unverified: how a
        // tenant without the licence says so.
        let instances = match self.list(READ_PIM, urgency, pim_get, pim_inner).await {
            Err(error) if error::is_refused(&error) || error::is_gone(&error) => {
                super::page::List { rows: Vec::new(), raw: vec![pim_inner.raw()] }
            }
            other => other?,
        };
        Ok(Seen::new(direct(&list.rows, &instances.rows), [list.raw, instances.raw].concat()))
    }

    /// Without a licence for PIM nothing can be eligible or activated, so an empty list is the truth
    /// there, and not a gap.
    async fn pim_roles(&self, account: &AccountId, urgency: Urgency) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        let mine = format!("principalId eq {}", quoted(account.as_str()));
        let gets = [pim("roleEligibilitySchedules", &mine), pim("roleAssignmentScheduleInstances", &mine)];
        let answers = self.batch(READ_PIM, urgency, &gets).await?;
        let ([first, second], [eligible, instances]) = (&gets, answers.as_slice()) else { return Err(few(READ_PIM)) };
        let eligible = self.licensed_list(READ_PIM, urgency, first, eligible).await?;
        let instances = self.licensed_list(READ_PIM, urgency, second, instances).await?;
        Ok(Seen::new(managed(&eligible.rows, &instances.rows), [eligible.raw, instances.raw].concat()))
    }

    /// A list that is empty where the tenant has no licence for what it lists.
    pub(crate) async fn licensed_list(
        &self,
        doing: Doing,
        urgency: Urgency,
        get: &Get,
        inner: &Inner,
    ) -> Result<super::page::List, ProviderError> {
        match self.list(doing, urgency, get, inner).await {
            Err(error) if error::is_unlicensed(&error) => Ok(super::page::List { rows: Vec::new(), raw: vec![inner.raw()] }),
            other => other,
        }
    }

    /// Who holds the role Global Administrator now.
    pub(crate) async fn administrator_holders(&self) -> Result<Holders, ProviderError> {
        let filter = format!("roleDefinitionId eq {}", quoted(GLOBAL_ADMINISTRATOR));
        let gets = [
            Get::plain(format!("/roleManagement/directory/roleAssignments?$filter={}&$expand=principal", query(&filter))),
            Get::plain(format!("/roleManagement/directory/roleAssignmentScheduleInstances?$filter={}", query(&filter))),
        ];
        let answers = self.batch(ADMINS, Urgency::Lock, &gets).await?;
        let ([get, pim_get], [inner, pim_inner]) = (&gets, answers.as_slice()) else { return Err(few(ADMINS)) };
        let mut rows = self.list(ADMINS, Urgency::Lock, get, inner).await?.rows;
        // An instance that cannot be read leaves somebody out, which only makes the rail stricter.
        if let Ok(list) = self.list(ADMINS, Urgency::Lock, pim_get, pim_inner).await {
            rows.extend(list.rows);
        }
        let all: BTreeSet<String> = rows
            .iter()
            .filter(|row| text(row, "directoryScopeId").unwrap_or("/") == "/")
            .filter_map(|row| text(row, "principalId"))
            .map(str::to_owned)
            .collect();
        let groups: BTreeSet<String> = rows
            .iter()
            .filter(|row| row.pointer("/principal/@odata.type").and_then(Value::as_str) == Some("#microsoft.graph.group"))
            .filter_map(|row| text(row, "principalId"))
            .map(str::to_owned)
            .collect();
        let others = all.difference(&groups).cloned().collect();
        Ok(Holders { groups, others })
    }

    /// Reads holders as accounts, and what is in those that are groups.
    pub(crate) async fn administrators_of(&self, holders: &Holders) -> Result<Vec<AdminCandidate>, ProviderError> {
        let one = |id: &String| Get::plain(format!("{}?$select={USER}", user(id)));
        // A group that roles can be given to takes no group as a member: its direct members are all.
        let members = |id: &String| Get::plain(format!("/groups/{}/members?$select={CANDIDATE}", path(id)));
        let gets: Vec<Get> = holders.groups.iter().map(members).chain(holders.others.iter().map(one)).collect();
        let answers = self.batch(ADMINS, Urgency::Lock, &gets).await?;
        let mut found = Vec::new();
        for (at, (get, inner)) in gets.iter().zip(&answers).enumerate() {
            if at < holders.groups.len() {
                found.extend(self.list(ADMINS, Urgency::Lock, get, inner).await?.rows);
            } else if inner.status != 404 {
                // A holder that is no user is a service principal, which no person can sign in as.
                found.push(inner.success(ADMINS)?.clone());
            }
        }
        let mut candidates: Vec<AdminCandidate> = found.iter().filter_map(candidate).collect();
        candidates.sort_by(|one, other| one.account.cmp(&other.account));
        candidates.dedup_by(|one, other| one.account == other.account);
        Ok(candidates)
    }

    /// Takes a grant by the road that its kind has, and by the other where that one is closed: a
    /// tenant with PIM may refuse the plain removal, one without a licence refuses PIM's.
    pub(crate) async fn withdraw(&self, account: &Account, grant: &RoleGrant, case: CaseId) -> Result<Notes, ProviderError> {
        match grant.kind {
            GrantKind::Direct => {
                let plain = self.unassign(grant.kind, &grant.assignment).await;
                self.or(plain, self.pim_remove(account, grant, case)).await
            }
            GrantKind::PimActive | GrantKind::PimActivated => {
                let by_pim = self.pim_remove(account, grant, case).await;
                self.or(by_pim, self.unassign_same(account, grant)).await
            }
            GrantKind::GroupMember | GrantKind::GroupOwner => {
                let plain = self.leave(account, grant).await;
                self.or(plain, self.pim_remove(account, grant, case)).await
            }
            _ if grant.kind.facet() == FacetName::ExchangeRoles => Err(stray(take(grant.kind))),
            _ => self.pim_remove(account, grant, case).await,
        }
    }

    /// Gives a grant back.
    pub(crate) async fn give_back(&self, account: &Account, grant: &RoleGrant, case: CaseId) -> Result<Notes, ProviderError> {
        match grant.kind {
            GrantKind::Direct => {
                let plain = self.assign(account, grant).await;
                self.or(plain, self.pim_assign(account, grant, case)).await
            }
            GrantKind::PimActivated => Err(refused("Activation", "the person activates this role himself")),
            GrantKind::GroupMember | GrantKind::GroupOwner => {
                let plain = self.join(account, grant).await;
                self.or(plain, self.pim_assign(account, grant, case)).await
            }
            _ if grant.kind.facet() == FacetName::ExchangeRoles => Err(stray(give(grant.kind))),
            _ => self.pim_assign(account, grant, case).await,
        }
    }

    /// The first answer, unless it was a refusal and the second road is open. Two refusals are told
    /// as the first: that is the road that should have worked.
    async fn or(
        &self,
        first: Result<Notes, ProviderError>,
        second: impl Future<Output = Result<Notes, ProviderError>>,
    ) -> Result<Notes, ProviderError> {
        match first {
            Err(refusal) if error::is_refused(&refusal) => match second.await {
                Err(also) if error::is_refused(&also) || error::is_gone(&also) => Err(refusal),
                other => other,
            },
            other => other,
        }
    }

    async fn unassign(&self, kind: GrantKind, assignment: &str) -> Result<Notes, ProviderError> {
        let below = format!("/roleManagement/directory/roleAssignments/{}", path(assignment));
        match self.write(take(kind), Urgency::Lock, Method::DELETE, &below, Content::Nothing).await {
            Err(error) if error::is_gone(&error) => Ok(vec!["it was gone already".to_owned()]),
            other => other.map(|_| Notes::new()),
        }
    }

    /// Removes the plain assignment of the same power, whatever its id.
    async fn unassign_same(&self, account: &Account, grant: &RoleGrant) -> Result<Notes, ProviderError> {
        let get = assignments(&format!("principalId eq {}", quoted(account.id.as_str())));
        let answers = self.batch(READ, Urgency::Normal, std::slice::from_ref(&get)).await?;
        let Some(inner) = answers.first() else { return Err(few(READ)) };
        let rows = self.list(READ, Urgency::Normal, &get, inner).await?.rows;
        let held = rows.iter().filter_map(|row| self::grant(grant.kind, row)).find(|held| held.is_same(grant));
        match held {
            Some(held) => self.unassign(grant.kind, &held.assignment).await,
            None => Ok(vec!["it was gone already".to_owned()]),
        }
    }

    async fn assign(&self, account: &Account, grant: &RoleGrant) -> Result<Notes, ProviderError> {
        let mut body = json!({
            "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
            "principalId": account.id.as_str(),
            "roleDefinitionId": grant.of.id,
        });
        let (scope, value) = match &grant.app_scope {
            Some(app_scope) => ("appScopeId", app_scope),
            None => ("directoryScopeId", &grant.scope),
        };
        if let Some(members) = body.as_object_mut() {
            members.insert(scope.to_owned(), Value::from(value.as_str()));
        }
        match self.post(give(grant.kind), "/roleManagement/directory/roleAssignments", &body).await {
            Err(error) if error::says(&error, "conflicting object") || error::says(&error, "RoleAssignmentExists") => {
                if self.holds(account, grant).await? { Ok(vec!["it was there already".to_owned()]) } else { Err(error) }
            }
            other => other.map(|_| Notes::new()),
        }
    }

    /// `/$ref` always: without it this is another operation.
    async fn leave(&self, account: &Account, grant: &RoleGrant) -> Result<Notes, ProviderError> {
        if grant.assignment.starts_with(super::groups::NESTED) {
            return Err(error::of(
                take(grant.kind),
                0,
                ProviderErrorKind::Rejected {
                    code: "NestedMembership".to_owned(),
                    detail: "the account is in this group through another one: take it there".to_owned(),
                },
            ));
        }
        let Some(list) = access(grant.kind) else { return Err(stray(take(grant.kind))) };
        let below = format!("/groups/{}/{list}s/{}/$ref", path(&grant.of.id), path(account.id.as_str()));
        match self.write(take(grant.kind), Urgency::Normal, Method::DELETE, &below, Content::Nothing).await {
            Err(error) if error::is_gone(&error) => Ok(vec!["it was gone already".to_owned()]),
            other => other.map(|_| Notes::new()),
        }
    }

    async fn join(&self, account: &Account, grant: &RoleGrant) -> Result<Notes, ProviderError> {
        let Some(list) = access(grant.kind) else { return Err(stray(give(grant.kind))) };
        let below = format!("/groups/{}/{list}s/$ref", path(&grant.of.id));
        let object = format!("{}directoryObjects/{}", self.base, account.id);
        match self.post(give(grant.kind), &below, &json!({"@odata.id": object})).await {
            Err(error) if error::says(&error, "already exist") => Ok(vec!["it was there already".to_owned()]),
            other => other.map(|_| Notes::new()),
        }
    }
}

fn few(doing: Doing) -> ProviderError {
    error::of(doing, 1, ProviderErrorKind::Surprise("the batch did not answer every request".into()))
}

/// An account among the administrators. One that does not say whether it may sign in cannot be
/// counted as working.
fn candidate(row: &Value) -> Option<AdminCandidate> {
    let account: AccountId = text(row, "id")?.parse().ok()?;
    let upn = text(row, "userPrincipalName")?.to_owned();
    let member = text(row, "userType").is_none_or(|kind| !kind.eq_ignore_ascii_case("guest"));
    Some(AdminCandidate {
        account,
        upn,
        enabled: row.get("accountEnabled").and_then(Value::as_bool) == Some(true),
        member,
        created: time(row, "createdDateTime"),
        password_changed: time(row, "lastPasswordChangeDateTime"),
    })
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over what `json!` makes")]
mod tests {
    use super::*;

    fn row(id: &str, role: &str, more: Value) -> Value {
        let mut row = json!({"id": id, "principalId": "p", "roleDefinitionId": role, "directoryScopeId": "/"});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    }

    fn instance(id: &str, role: &str, kind: &str, member: &str, end: Value) -> Value {
        row(id, role, json!({"assignmentType": kind, "memberType": member, "endDateTime": end}))
    }

    #[test]
    fn a_power_is_told_once() {
        let assignments = [row("a1", "ga", json!({})), row("a2", "exchange", json!({})), row("a3", "helpdesk", json!({}))];
        let end = json!("2026-12-01T00:00:00Z");
        let instances = [
            instance("a1", "ga", "Assigned", "Direct", Value::Null),
            instance("a2", "exchange", "Activated", "Direct", end.clone()),
            instance("a3", "helpdesk", "Assigned", "Direct", end.clone()),
            instance("a4", "teams", "Assigned", "Group", Value::Null),
        ];
        let here = direct(&assignments, &instances);
        assert_eq!(here.iter().map(|grant| grant.of.id.as_str()).collect::<Vec<_>>(), ["ga"]);
        let there = managed(&[row("e1", "ga", json!({"memberType": "Direct"}))], &instances);
        let kinds: Vec<_> = there.iter().map(|grant| (grant.of.id.as_str(), grant.kind)).collect();
        assert_eq!(
            kinds,
            [("ga", GrantKind::PimEligible), ("exchange", GrantKind::PimActivated), ("helpdesk", GrantKind::PimActive)]
        );
    }

    #[test]
    fn where_pim_is_silent_everything_is_direct() {
        assert_eq!(direct(&[row("a1", "ga", json!({}))], &[]).len(), 1);
    }

    #[test]
    fn a_scope_is_kept() {
        let scoped = row("a1", "helpdesk", json!({"directoryScopeId": "/administrativeUnits/x"}));
        assert_eq!(direct(&[scoped], &[])[0].scope, "/administrativeUnits/x");
    }
}
