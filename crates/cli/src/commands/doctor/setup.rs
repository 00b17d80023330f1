//! `doctor --setup`: the exact grants, and the commands that give them. All of it is made from the
//! table of [`needs`](super::needs).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use regain_microsoft::{Duty, Seat};
use serde::Serialize;

use super::needs::{EXCHANGE, EXCHANGE_PERMISSION, GLOBAL_READER, NEEDS, Need, PRIVILEGED_AUTHENTICATION, template};
use crate::texts::Texts;

const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
const EXCHANGE_APP: &str = "00000002-0000-0ff1-ce00-000000000000";
const MANAGE_AS_APP: &str = "dc50a0fb-09a3-484d-be87-e023b12c6440";

/// App role ids of the permissions that are asked for.
const IDS: &[(&str, &str)] = &[
    ("User.Read.All", "df021288-bdef-4463-88db-98f22de89214"),
    ("MailboxSettings.Read", "40f97065-369a-49f4-947c-6a255697ae91"),
    ("AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da"),
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
    ("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
    ("RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c"),
    ("RoleAssignmentSchedule.Read.Directory", "d5fe8ce8-684c-4c83-a52c-46e882ce4be1"),
    ("RoleEligibilitySchedule.Read.Directory", "ff278e11-4a33-4d0c-83d2-d01dc58929a5"),
    ("PrivilegedAssignmentSchedule.Read.AzureADGroup", "cd4161cb-f098-48f8-a884-1eda9a42434c"),
    ("PrivilegedEligibilitySchedule.Read.AzureADGroup", "edb419d6-7edc-42a3-9345-509bfdf5d87c"),
    ("Policy.Read.All", "246dd0d5-5bd0-4def-940b-0421030a5b68"),
    ("Policy.ReadWrite.Authorization", "fb221be6-99f2-473f-bd32-01c6a0e9ca3b"),
    ("Policy.ReadWrite.ConditionalAccess", "01c0a623-fc9b-48e9-b794-0756f8e8f067"),
    ("GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6"),
    ("AdministrativeUnit.Read.All", "134fd756-38ce-4afd-ba33-e9623dbe66c2"),
    ("Domain-InternalFederation.Read.All", "c0e5a7b0-e8b7-40a7-b8e0-8249e6ea81d5"),
    ("LicenseAssignment.Read.All", "e2f98668-2877-4f38-a2f4-8202e0717aa1"),
    ("SecurityEvents.Read.All", "bf394140-e372-4bf9-a898-299cfc7564e5"),
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
    (
        "View-Only Configuration",
        &[
            "Get-AcceptedDomain",
            "Get-AdminAuditLogConfig",
            "Get-OrganizationConfig",
            "Get-MailboxAuditBypassAssociation",
            "Get-TransportConfig",
            "Get-ExternalInOutlook",
            "Get-HostedOutboundSpamFilterPolicy",
            "Get-HostedOutboundSpamFilterRule",
            "Get-RemoteDomain",
            "Get-EOPProtectionPolicyRule",
            "Get-AntiPhishPolicy",
            "Get-HostedContentFilterPolicy",
            "Get-MalwareFilterPolicy",
            "Get-HostedConnectionFilterPolicy",
            "Get-ATPProtectionPolicyRule",
            "Get-SafeLinksPolicy",
            "Get-SafeAttachmentPolicy",
            "Get-AtpPolicyForO365",
            "Get-TransportRule",
            "Get-InboundConnector",
            "Get-OutboundConnector",
            "Get-JournalRule",
            "Get-DkimSigningConfig",
            "Get-SharingPolicy",
        ],
    ),
    ("View-Only Recipients", &["Get-CASMailbox"]),
    ("Audit Logs", &["Set-AdminAuditLogConfig"]),
    ("Organization Configuration", &["Set-OrganizationConfig", "Set-ExternalInOutlook"]),
    ("Organization Transport Settings", &["Set-TransportConfig"]),
    ("Transport Hygiene", &["Set-HostedOutboundSpamFilterPolicy"]),
    ("Remote and Accepted Domains", &["Set-RemoteDomain"]),
];

/// Roles of Purview, least first, and our cmdlets that each has. Unverified like those above.
const AT_PURVIEW: &[(&str, &str)] =
    &[("View-Only Manage Alerts", "Get-ProtectionAlert"), ("Manage Alerts", "Set-ProtectionAlert")];

/// All that has to be granted, once: to one app for everything, or to three.
#[derive(Debug, Serialize)]
pub struct Setup {
    /// For one app that does everything.
    #[serde(flatten)]
    pub one: Grants,
    /// For an app for each duty: what each needs, and no more.
    pub identities: Vec<ForIdentity>,
    /// Whether the tenant has several identities, so that those are what is asked for.
    #[serde(skip)]
    several: bool,
}

/// What is granted to one app.
#[derive(Debug, Serialize)]
pub struct Grants {
    /// Application permissions.
    pub permissions: Vec<Permission>,
    /// Directory roles on the app.
    pub roles: Vec<Role>,
    /// The same by the Azure command line.
    pub commands: Vec<String>,
    /// In place of a directory role for Exchange: a role group with exactly the cmdlets used.
    pub exchange_role_group: Vec<String>,
    /// In place of a directory role for Purview, where alert policies are kept: a role group there.
    pub purview_role_group: Vec<String>,
}

/// What is granted to the app of one duty.
#[derive(Debug, Serialize)]
pub struct ForIdentity {
    /// Which.
    pub identity: &'static str,
    /// What.
    #[serde(flatten)]
    pub grants: Grants,
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
    /// What for, in English.
    pub why: String,
    /// The key of the same.
    #[serde(skip)]
    says: &'static str,
}

/// Everything, for the app with this client id, and for three. Where none is known yet the commands
/// make the apps.
pub fn setup(client: &str, seats: &[Seat], english: &Texts) -> Setup {
    let each = |duty: Duty| {
        let seat = seats.iter().find(|seat| seat.duties == [duty]);
        let app = seat.map_or(App::New(duty), |seat| App::Known(seat.client.clone()));
        ForIdentity { identity: duty.name(), grants: grants(&app, &[duty], english) }
    };
    let app = if client.trim().is_empty() { App::NewForAll } else { App::Known(client.to_owned()) };
    Setup { one: grants(&app, &Duty::ALL, english), identities: Duty::ALL.map(each).into(), several: seats.len() != 1 }
}

/// The app that is granted to.
enum App {
    Known(String),
    New(Duty),
    NewForAll,
}

impl App {
    fn name(&self) -> String {
        match self {
            Self::New(duty) => format!("regain {}", duty.name()),
            Self::Known(_) | Self::NewForAll => "regain".to_owned(),
        }
    }

    /// How the commands speak of it.
    fn client(&self) -> &str {
        match self {
            Self::Known(client) => client,
            Self::New(_) | Self::NewForAll => "$app",
        }
    }
}

fn grants(app: &App, duties: &[Duty], english: &Texts) -> Grants {
    let needs: Vec<&Need> = NEEDS.iter().filter(|need| need.duties.iter().any(|duty| duties.contains(duty))).collect();
    let permissions = permissions(&needs);
    let cmdlets: BTreeSet<&str> = needs.iter().flat_map(|need| need.cmdlets).copied().collect();
    let roles = roles(&needs, english);
    let commands = commands(app, &permissions, &roles);
    Grants {
        permissions,
        roles,
        commands,
        exchange_role_group: role_group(app, &cmdlets),
        purview_role_group: purview_role_group(app, &cmdlets),
    }
}

/// The least permission of each group, unless one that is asked for anyway serves it too.
fn permissions(needs: &[&Need]) -> Vec<Permission> {
    let groups = || needs.iter().flat_map(|need| need.permissions.iter().map(move |group| (need.feature, *group)));
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
    let features: Vec<&str> = needs.iter().filter(|need| need.is_exchange()).map(|need| need.feature).collect();
    if !features.is_empty() {
        chosen.push(Permission { api: "Office 365 Exchange Online", name: EXCHANGE_PERMISSION, id: MANAGE_AS_APP, features });
    }
    chosen
}

/// A permission to write everything is no substitute for a narrow one, even where it is held.
fn is_broad(name: &str) -> bool {
    matches!(name, "Directory.ReadWrite.All" | "User.ReadWrite.All")
}

fn roles(needs: &[&Need], english: &Texts) -> Vec<Role> {
    let role = |name, says| template(name).map(|id| Role { name, id, why: english.get(says), says });
    let locks = needs.iter().any(|need| need.roles.contains(&PRIVILEGED_AUTHENTICATION));
    let writes = needs.iter().any(|need| need.is_exchange() && need.duties.contains(&Duty::Clean));
    let reads = needs.iter().any(|need| need.is_exchange());
    let lock = role(PRIVILEGED_AUTHENTICATION, "setup-role-locks").filter(|_| locks);
    let mail = if writes { role(EXCHANGE, "setup-role-mail") } else { role(GLOBAL_READER, "setup-role-reads").filter(|_| reads) };
    // Exchange Administrator does not reach into Purview. What changes an alert is left to a role group: every
    // directory role that may is a mighty one.
    let sees = needs.iter().any(|need| need.is_at_purview() && need.duties.contains(&Duty::See));
    let alerts = role(GLOBAL_READER, "setup-role-alerts").filter(|_| sees && writes);
    lock.into_iter().chain(mail).chain(alerts).collect()
}

fn commands(app: &App, permissions: &[Permission], roles: &[Role]) -> Vec<String> {
    let (name, client) = (app.name(), app.client());
    let mut commands = Vec::new();
    if !matches!(app, App::Known(_)) {
        commands.push(format!("app=$(az ad app create --display-name \"{name}\" --query appId --output tsv)"));
        commands.push("az ad sp create --id $app".to_owned());
        commands.push(format!(
            "az ad app credential reset --id $app --append --create-cert --display-name \"{name}\" # prints where the PEM file is: chmod 600"
        ));
    }
    for (api, resource) in [("Microsoft Graph", GRAPH_APP), ("Office 365 Exchange Online", EXCHANGE_APP)] {
        let ids = permissions.iter().filter(|one| one.api == api).map(|one| format!("{}=Role", one.id)).collect::<Vec<_>>();
        if !ids.is_empty() {
            commands.push(format!("az ad app permission add --id {client} --api {resource} --api-permissions {}", ids.join(" ")));
        }
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

fn role_group(app: &App, cmdlets: &BTreeSet<&str>) -> Vec<String> {
    if cmdlets.is_empty() {
        return Vec::new();
    }
    let (name, client) = (app.name(), app.client());
    let mut lines = vec![format!(
        "New-ServicePrincipal -AppId {client} -ObjectId <object id of the service principal> -DisplayName \"{name}\""
    )];
    let mut names = Vec::new();
    for (parent, theirs) in PARENTS {
        let used: Vec<&str> = theirs.iter().copied().filter(|cmdlet| cmdlets.contains(cmdlet)).collect();
        if !used.is_empty() {
            let role = format!("\"{name} {parent}\"");
            lines.push(format!("New-ManagementRole -Name {role} -Parent \"{parent}\" -EnabledCmdlets {}", used.join(",")));
            names.push(role);
        }
    }
    lines.push(format!("New-RoleGroup -Name \"{name}\" -Roles {} -Members {client}", names.join(",")));
    lines
}

fn purview_role_group(app: &App, cmdlets: &BTreeSet<&str>) -> Vec<String> {
    let (name, client) = (app.name(), app.client());
    // The role that writes reads as well.
    let Some((role, _)) = AT_PURVIEW.iter().rev().find(|(_, cmdlet)| cmdlets.contains(cmdlet)) else { return Vec::new() };
    vec![
        format!("New-ServicePrincipal -AppId {client} -ObjectId <object id of the service principal> -DisplayName \"{name}\""),
        format!("New-RoleGroup -Name \"{name}\" -Roles \"{role}\" -Members {client}"),
    ]
}

/// The same for a person: for each duty, or for the one app where that is what the tenant has.
pub fn text(setup: &Setup, texts: &Texts) -> String {
    let mut text = String::new();
    let mut line = |what: String| {
        let _ = writeln!(text, "{what}");
    };
    if setup.several {
        for one in &setup.identities {
            line(texts.with("setup-identity", &[("duty", one.identity)]));
            part(&mut line, &one.grants, texts);
        }
        line(texts.get("setup-one-app"));
        line(texts.get("setup-administrators"));
    } else {
        part(&mut line, &setup.one, texts);
    }
    line(format!("  {}", texts.get("setup-parent")));
    line(texts.get("setup-keep"));
    text.trim_end().to_owned()
}

fn part(line: &mut impl FnMut(String), grants: &Grants, texts: &Texts) {
    line(texts.get("setup-grant"));
    let width = grants.permissions.iter().map(|one| one.name.len()).max().unwrap_or_default();
    for one in &grants.permissions {
        line(format!("  {:<width$}  {}  {}", one.name, one.id, one.api));
    }
    line(texts.get("setup-roles"));
    for role in &grants.roles {
        line(format!("  {}  {}: {}", role.name, role.id, texts.get(role.says)));
    }
    line(texts.get("setup-commands"));
    grants.commands.iter().for_each(|command| line(format!("  {command}")));
    if !grants.exchange_role_group.is_empty() {
        line(texts.get("setup-role-group"));
        grants.exchange_role_group.iter().for_each(|command| line(format!("  {command}")));
    }
    if !grants.purview_role_group.is_empty() {
        line(texts.get("setup-purview-group"));
        grants.purview_role_group.iter().for_each(|command| line(format!("  {command}")));
    }
}

#[cfg(test)]
mod tests {
    use super::super::needs;
    use super::*;
    use crate::texts::Language;

    fn english() -> Texts {
        Texts::load(Language::En).unwrap()
    }

    #[test]
    fn what_is_asked_for_serves_every_need_and_is_not_too_much() {
        let setup = setup("c3000000-0000-4000-8000-000000000001", &[], &english());
        let each = setup.identities.iter().map(|one| (vec![one.identity], &one.grants));
        for (duties, grants) in each.chain([(vec!["see", "lock", "clean"], &setup.one)]) {
            let asked: Vec<String> = grants.permissions.iter().map(|one| one.name.to_owned()).collect();
            for need in NEEDS.iter().filter(|need| need.duties.iter().any(|duty| duties.contains(&duty.name()))) {
                assert_eq!(need.lacking(&asked), Vec::<&[&str]>::new(), "{duties:?} {}", need.feature);
            }
            assert!(grants.permissions.iter().all(|one| !one.id.is_empty()), "{asked:?}");
            assert!(!asked.iter().any(|name| is_broad(name)), "{asked:?}");
        }
    }

    #[test]
    fn who_sees_cannot_write_and_who_locks_needs_no_exchange() {
        let setup = setup("", &[], &english());
        let [see, lock, clean] = setup.identities.as_slice() else { panic!() };
        let names = |one: &ForIdentity| one.grants.permissions.iter().map(|it| it.name).collect::<Vec<_>>();
        assert!(names(see).iter().all(|name| !name.contains("Write") && !name.contains("Revoke")), "{:?}", names(see));
        assert!(!see.grants.exchange_role_group.iter().any(|line| line.contains("Set-") || line.contains("Remove-")));
        assert!(!names(lock).contains(&EXCHANGE_PERMISSION) && lock.grants.exchange_role_group.is_empty());
        assert!(lock.grants.purview_role_group.is_empty());
        let alerts = |one: &ForIdentity| one.grants.purview_role_group.join("\n");
        assert!(alerts(see).contains("\"View-Only Manage Alerts\"") && alerts(clean).contains("\"Manage Alerts\""));
        assert!(!names(clean).iter().any(|name| name.contains("Password") || name.contains("Revoke")), "{:?}", names(clean));
        assert!(clean.grants.commands[0].contains("az ad app create --display-name \"regain clean\""));
    }

    #[test]
    fn the_role_group_has_exactly_the_cmdlets_used() {
        let all: BTreeSet<&str> = NEEDS.iter().flat_map(|need| need.cmdlets).copied().collect();
        let (purview, used): (BTreeSet<&str>, BTreeSet<&str>) = all.iter().partition(|cmdlet| needs::AT_PURVIEW.contains(cmdlet));
        let given: BTreeSet<&str> = PARENTS.iter().flat_map(|(_, cmdlets)| *cmdlets).copied().collect();
        assert_eq!(used, given);
        assert_eq!(purview, AT_PURVIEW.iter().map(|(_, cmdlet)| *cmdlet).collect::<BTreeSet<_>>());
        let lines = setup("c", &[], &english()).one.exchange_role_group.join("\n");
        assert!(used.iter().all(|cmdlet| lines.contains(*cmdlet)), "{lines}");
        assert!(!purview.iter().any(|cmdlet| lines.contains(*cmdlet)), "{lines}");
    }
}
