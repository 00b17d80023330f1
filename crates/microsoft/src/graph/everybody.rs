//! Who holds directory roles in the whole tenant: a few lists that answer for hundreds of accounts,
//! where the memberships of each would cost more than the directory's limit allows within a lock.

use std::collections::{BTreeMap, BTreeSet};

use regain_ports::{ProviderError, ProviderErrorKind, Urgency};

use super::users::Powers;
use super::wire::{path, text};
use super::{Get, Graph, error};
use crate::call::Doing;

const READ: Doing = Doing {
    what: "read who holds directory roles",
    needs: "RoleManagement.Read.Directory and, for groups, Group.Read.All with GroupMember.Read.All",
};

/// Holders of roles, by object id in lower case.
#[derive(Debug, Default)]
pub(crate) struct Everybody {
    /// Roles of an account or group, as template ids.
    roles: BTreeMap<String, BTreeSet<String>>,
    /// The role-assignable groups of an account.
    groups: BTreeMap<String, BTreeSet<String>>,
}

impl Everybody {
    /// What an account holds. The lists are the whole tenant's: they are no evidence of one account.
    pub(crate) fn powers_of(&self, id: &str) -> Powers {
        let id = id.to_ascii_lowercase();
        let groups = self.groups.get(&id);
        let through = groups.into_iter().flatten().filter_map(|group| self.roles.get(group));
        let active: BTreeSet<String> = self.roles.get(&id).into_iter().chain(through).flatten().cloned().collect();
        Powers { active_roles: active.into_iter().collect(), in_role_group: groups.is_some(), read: true, raw: Vec::new() }
    }
}

impl Graph {
    /// Two round trips: the lists, and the members of the groups that roles can be given to.
    pub(crate) async fn everybody_with_roles(&self) -> Result<Everybody, ProviderError> {
        let gets = [
            Get::plain("/roleManagement/directory/roleAssignments".to_owned()),
            Get::eventual("/groups?$filter=isAssignableToRole%20eq%20true&$select=id&$count=true".to_owned()),
        ];
        let [assigned, groups] = self.lists_of(&gets).await?;
        let mut all = Everybody::default();
        for row in &assigned {
            if let (Some(holder), Some(role)) = (text(row, "principalId"), text(row, "roleDefinitionId")) {
                all.roles.entry(holder.to_ascii_lowercase()).or_default().insert(role.to_ascii_lowercase());
            }
        }
        let ids: Vec<&str> = groups.iter().filter_map(|row| text(row, "id")).collect();
        // A role-assignable group takes no group as a member: its direct members are all.
        let members = |id: &&str| Get::plain(format!("/groups/{}/members?$select=id", path(id)));
        let gets: Vec<Get> = ids.iter().map(members).collect();
        let answers = self.batch(READ, Urgency::Lock, &gets).await?;
        for ((id, get), inner) in ids.iter().zip(&gets).zip(&answers) {
            for row in self.list(READ, Urgency::Lock, get, inner).await?.rows {
                if text(&row, "@odata.type") == Some("#microsoft.graph.group") {
                    let why = "a group is in a group that roles can be given to".into();
                    return Err(error::of(READ, 1, ProviderErrorKind::Surprise(why)));
                }
                if let Some(member) = text(&row, "id") {
                    all.groups.entry(member.to_ascii_lowercase()).or_default().insert(id.to_ascii_lowercase());
                }
            }
        }
        Ok(all)
    }

    async fn lists_of<const N: usize>(&self, gets: &[Get; N]) -> Result<[Vec<serde_json::Value>; N], ProviderError> {
        let answers = self.batch(READ, Urgency::Lock, gets).await?;
        let mut lists = std::array::from_fn(|_| Vec::new());
        for ((list, get), inner) in lists.iter_mut().zip(gets).zip(&answers) {
            *list = self.list(READ, Urgency::Lock, get, inner).await?.rows;
        }
        Ok(lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_counts_whether_it_is_held_or_comes_through_a_group() {
        let set = |items: &[&str]| items.iter().map(|&item| item.to_owned()).collect::<BTreeSet<_>>();
        let all = Everybody {
            roles: BTreeMap::from([("a".to_owned(), set(&["r1"])), ("g".to_owned(), set(&["r2"]))]),
            groups: BTreeMap::from([("a".to_owned(), set(&["g"])), ("b".to_owned(), set(&["h"]))]),
        };
        assert_eq!(all.powers_of("A").active_roles, ["r1", "r2"]);
        let other = all.powers_of("b");
        assert!(other.active_roles.is_empty() && other.in_role_group && other.read);
        assert!(!all.powers_of("c").in_role_group);
    }
}
