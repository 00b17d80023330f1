//! `doctor --setup`: the exact grants, and the commands that give them. All of it is made from the
//! table of [`needs`](super::needs).

use std::fmt::Write as _;

use serde::Serialize;

use super::needs::{EXCHANGE, EXCHANGE_PERMISSION, NEEDS, PRIVILEGED_AUTHENTICATION, template};

const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
const EXCHANGE_APP: &str = "00000002-0000-0ff1-ce00-000000000000";
const MANAGE_AS_APP: &str = "dc50a0fb-09a3-484d-be87-e023b12c6440";

/// App role ids of the permissions that are asked for.
const IDS: &[(&str, &str)] = &[
    ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
    ("MailboxSettings.Read", "40f97065-369a-49f4-947c-6a255697ae91"),
    ("Domain.Read.All", "dbb9058a-0e50-45d7-ae91-66909b5d4664"),
    ("Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"),
    ("User.EnableDisableAccount.All", "3011c876-62b7-4ada-afa2-506cbbecc68c"),
    ("User-PasswordProfile.ReadWrite.All", "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7"),
    ("User.RevokeSessions.All", "77f3a031-c388-4f99-b373-dc68676a979e"),
    ("RoleManagement.ReadWrite.Directory", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"),
    ("GroupMember.ReadWrite.All", "dbaae8cf-10b5-4b86-a4a1-f871c94c6695"),
    ("Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09"),
    ("PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", "41202f2c-f7ab-45be-b001-85c9728b9d69"),
    ("PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", "618b6020-bca8-4de6-99f6-ef445fa4d857"),
];

/// Roles of Exchange, and which of our cmdlets are taken from each. Unverified in a real tenant:
/// that each parent has them (docs/unverified.md); `Get-ManagementRole -Cmdlet` tells.
const PARENTS: &[(&str, &[&str])] = &[
    ("Mail Recipients", &["Get-Mailbox", "Set-Mailbox", "Get-Recipient"]),
    ("User Options", &["Get-InboxRule", "New-InboxRule", "Enable-InboxRule", "Disable-InboxRule", "Remove-InboxRule"]),
    (
        "Role Management",
        &[
            "Get-RoleGroup",
            "Get-RoleGroupMember",
            "Add-RoleGroupMember",
            "Remove-RoleGroupMember",
            "Get-ManagementRoleAssignment",
            "New-ManagementRoleAssignment",
            "Remove-ManagementRoleAssignment",
        ],
    ),
    ("Security Admin", &["Get-BlockedSenderAddress", "Remove-BlockedSenderAddress"]),
    ("View-Only Configuration", &["Get-AcceptedDomain"]),
];

/// All that has to be granted, once.
#[derive(Debug, Serialize)]
pub struct Setup {
    /// Application permissions.
    pub permissions: Vec<Permission>,
    /// Directory roles on the app.
    pub roles: Vec<Role>,
    /// The same by the Azure command line.
    pub commands: Vec<String>,
    /// In place of the role Exchange Administrator: a role group with exactly the cmdlets used.
    pub exchange_role_group: Vec<String>,
}

/// An application permission.
#[derive(Debug, Serialize)]
pub struct Permission {
    /// On which API.
    pub api: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its id.
    pub id: &'static str,
    /// The features that need it.
    pub features: Vec<&'static str>,
}

/// A directory role.
#[derive(Debug, Serialize)]
pub struct Role {
    /// Its name.
    pub name: &'static str,
    /// Its template id.
    pub id: &'static str,
    /// What for.
    pub why: &'static str,
}

/// Everything, for the app with this client id.
pub fn setup(client: &str) -> Setup {
    let (permissions, roles) = (permissions(), roles());
    let commands = commands(client, &permissions, &roles);
    Setup { permissions, roles, commands, exchange_role_group: role_group(client) }
}

/// The least permission of each group, unless one that is asked for anyway serves it too.
fn permissions() -> Vec<Permission> {
    let groups = || NEEDS.iter().flat_map(|need| need.permissions.iter().map(move |group| (need.feature, *group)));
    let forced: Vec<&str> =
        groups().filter(|(_, group)| group.len() == 1).filter_map(|(_, group)| group.first().copied()).collect();
    let mut chosen: Vec<Permission> = Vec::new();
    for (feature, group) in groups() {
        let served = group
            .iter()
            .copied()
            .find(|name| forced.contains(name) || chosen.iter().any(|one| one.name == *name && !is_broad(name)));
        let Some(name) = served.or_else(|| group.first().copied()) else { continue };
        match chosen.iter_mut().find(|one| one.name == name) {
            Some(one) if !one.features.contains(&feature) => one.features.push(feature),
            Some(_) => {}
            None => {
                let id = IDS.iter().find(|(known, _)| *known == name).map_or("", |(_, id)| *id);
                chosen.push(Permission { api: "Microsoft Graph", name, id, features: vec![feature] });
            }
        }
    }
    let features = NEEDS.iter().filter(|need| need.is_exchange()).map(|need| need.feature).collect();
    chosen.push(Permission { api: "Office 365 Exchange Online", name: EXCHANGE_PERMISSION, id: MANAGE_AS_APP, features });
    chosen
}

/// A permission to write everything is no substitute for a narrow one, even where it is held.
fn is_broad(name: &str) -> bool {
    matches!(name, "Directory.ReadWrite.All" | "User.ReadWrite.All")
}

fn roles() -> Vec<Role> {
    let role = |name, why| template(name).map(|id| Role { name, id, why });
    let lock = role(PRIVILEGED_AUTHENTICATION, "replaces passwords, and locks administrators too");
    let mail = role(EXCHANGE, "mailboxes and roles in Exchange; or the role group below instead");
    lock.into_iter().chain(mail).collect()
}

fn commands(client: &str, permissions: &[Permission], roles: &[Role]) -> Vec<String> {
    let mut commands = Vec::new();
    for (api, resource) in [("Microsoft Graph", GRAPH_APP), ("Office 365 Exchange Online", EXCHANGE_APP)] {
        let ids = permissions.iter().filter(|one| one.api == api).map(|one| format!("{}=Role", one.id)).collect::<Vec<_>>();
        commands.push(format!("az ad app permission add --id {client} --api {resource} --api-permissions {}", ids.join(" ")));
    }
    commands.push(format!("az ad app permission admin-consent --id {client}"));
    commands.push(format!("principal=$(az ad sp show --id {client} --query id --output tsv)"));
    for role in roles {
        commands.push(format!(
            "az rest --method POST --url https://graph.microsoft.com/v1.0/roleManagement/directory/roleAssignments \
             --body \"{{\\\"principalId\\\":\\\"$principal\\\",\\\"roleDefinitionId\\\":\\\"{}\\\",\\\"directoryScopeId\\\":\\\"/\\\"}}\"",
            role.id
        ));
    }
    commands
}

fn role_group(client: &str) -> Vec<String> {
    let mut lines =
        vec![format!("New-ServicePrincipal -AppId {client} -ObjectId <object id of the service principal> -DisplayName regain")];
    let mut names = Vec::new();
    for (parent, cmdlets) in PARENTS {
        let name = format!("\"regain {parent}\"");
        lines.push(format!("New-ManagementRole -Name {name} -Parent \"{parent}\" -EnabledCmdlets {}", cmdlets.join(",")));
        names.push(name);
    }
    lines.push(format!("New-RoleGroup -Name regain -Roles {} -Members {client}", names.join(",")));
    lines
}

/// The same for a person.
pub fn text(setup: &Setup) -> String {
    let mut text = "GRANT to the app, once (an administrator consents):\n".to_owned();
    let width = setup.permissions.iter().map(|one| one.name.len()).max().unwrap_or_default();
    for one in &setup.permissions {
        let _ = writeln!(text, "  {:<width$}  {}  {}", one.name, one.id, one.api);
    }
    text.push_str("DIRECTORY ROLES on the app:\n");
    for role in &setup.roles {
        let _ = writeln!(text, "  {}  {}: {}", role.name, role.id, role.why);
    }
    text.push_str("BY COMMAND:\n");
    for line in &setup.commands {
        let _ = writeln!(text, "  {line}");
    }
    text.push_str("IN PLACE OF Exchange Administrator (in Exchange Online PowerShell, once):\n");
    for line in &setup.exchange_role_group {
        let _ = writeln!(text, "  {line}");
    }
    text.push_str("  # a cmdlet that its parent does not have: Get-ManagementRole -Cmdlet NAME tells which role does\n");
    text.push_str("Whoever holds this app's secret can take over the tenant: keep it like a Global Administrator's password.");
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_asked_for_serves_every_need_and_is_not_too_much() {
        let setup = setup("c3000000-0000-4000-8000-000000000001");
        let asked: Vec<String> = setup.permissions.iter().map(|one| one.name.to_owned()).collect();
        for need in NEEDS {
            assert_eq!(need.lacking(&asked), Vec::<&[&str]>::new(), "{}", need.feature);
        }
        assert!(setup.permissions.iter().all(|one| !one.id.is_empty()), "{asked:?}");
        assert!(!asked.iter().any(|name| is_broad(name)), "{asked:?}");
    }

    #[test]
    fn the_role_group_has_exactly_the_cmdlets_used() {
        let used: BTreeSet<_> = NEEDS.iter().flat_map(|need| need.cmdlets).collect();
        let given: BTreeSet<_> = PARENTS.iter().flat_map(|(_, cmdlets)| *cmdlets).collect();
        assert_eq!(used, given);
    }
}
