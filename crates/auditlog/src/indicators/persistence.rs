//! What one record sets up to stay or to hide, judged by its parameters alone. What an intruder's
//! record does weighs more; that is decided in [`crate::find`], where it is known whose it is.

use std::collections::BTreeSet;

use regain_incident::finding::{Finding, Speaks, Verdict};

use super::{Evidence, Strength, evidence, rules};
use crate::analysis::Why;
use crate::event::{Event, Outcome};

/// What was seen in one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// The indicator, or the code of a judgement: `inbox-rule`, `mailbox-forwarding`, `transport-rule`.
    pub code: &'static str,
    /// How strong, whoever did it.
    pub strength: Strength,
    /// What was seen.
    pub evidence: Evidence,
    /// Reasons of a judgement.
    pub reasons: Vec<Why>,
    /// Whether it is a judgement of a rule or of forwarding.
    pub is_judged: bool,
    /// Whether mail is hidden, deleted or sent away.
    pub hides: bool,
}

impl Thing {
    /// Whether it is more than context, or a rule, of which is told where it was made.
    pub fn matters(&self) -> bool {
        self.is_judged || self.strength > Strength::C
    }
}

/// Everything that `event` sets up. `domains` are the tenant's own.
pub fn things(event: &Event, domains: &BTreeSet<String>) -> Vec<Thing> {
    if matches!(event.outcome, Outcome::Failed) {
        return Vec::new();
    }
    let mut all = judged(event, domains);
    let name = event.operation.trim().trim_end_matches('.').trim_end().to_lowercase();
    let mut seen = Seen { event, all: &mut all };
    seen.device_code();
    match name.as_str() {
        "new-transportrule" | "set-transportrule" => seen.unaudited(),
        "set-mailbox" => seen.mailbox(),
        "add-mailboxpermission" => seen.mailbox_permission(),
        "add-recipientpermission" => seen.send_as(),
        "add-mailboxfolderpermission"
        | "set-mailboxfolderpermission"
        | "addfolderpermissions"
        | "modifyfolderpermissions"
        | "updatefolderpermissions" => seen.folder(),
        "consent to application" => seen.consent(),
        "add service principal credentials" => seen.secret(Strength::B),
        "update application – certificates and secrets management" => seen.secret(Strength::C),
        "add app role assignment to service principal" => seen.app_role(),
        "set federation settings on domain" => seen.federation(true),
        "set domain authentication" => seen.federation(false),
        "authentication methods policy update" | "update authentication methods policy" => seen.sign_in_provider(),
        "update conditional access policy" => seen.policy_weakened(),
        "delete conditional access policy" | "delete policy" => seen.policy_removed(),
        "set-adminauditlogconfig" | "set-mailboxauditbypassassociation" => seen.audit(),
        "new-inboundconnector" | "set-inboundconnector" | "new-outboundconnector" | "set-outboundconnector" => {
            seen.tell("connector-made", Strength::BMinus, [("name", rules::name_of(event).unwrap_or_default())]);
        }
        "new-journalrule" => {
            let target = event.parameter("JournalEmailAddress").unwrap_or_default().to_owned();
            seen.tell("journal-rule", Strength::B, [("target", target)]);
        }
        "set-remotedomain" | "new-remotedomain" if is_on(event.parameter("AutoForwardEnabled")) => {
            let name = event.parameter("Identity").or_else(|| event.parameter("Name")).unwrap_or_default().to_owned();
            seen.tell("auto-forward-allowed", Strength::BMinus, [("name", name)]);
        }
        "update user" | "disable strong authentication" => seen.second_factor(&name),
        "user deleted security info" | "admin deleted security info" => seen.of_user("mfa-removed", Strength::C),
        "user registered security info"
        | "user registered all required security info"
        | "user changed default security info"
        | "admin registered security info"
        | "admin updated security info"
        | "create temporary access pass" => seen.of_user("mfa-added", Strength::C),
        "add device" | "register device" | "update device" => seen.device(&name),
        "add registered owner to device" | "add registered users to device" => {
            let device = unquoted(&seen.value("Device.DisplayName"));
            seen.tell("device-added", Strength::C, [("device", device)]);
        }
        "add service principal" | "add application" | "update application" => seen.application(),
        "add user" => seen.of_user("user-added", Strength::C),
        "invite external user" => seen.guest(domains),
        "reset user password" | "change user password" | "reset password (by admin)" => {
            seen.of_user("password-changed", Strength::C);
        }
        "searchqueryinitiatedexchange" | "searchqueryinitiatedsharepoint" | "searchqueryperformed" => seen.search(),
        other if is_role(other) => seen.role(),
        _ => {}
    }
    all
}

fn judged(event: &Event, domains: &BTreeSet<String>) -> Vec<Thing> {
    let findings = [
        ("inbox-rule", rules::inbox_rule(event, domains)),
        ("mailbox-forwarding", rules::forwarding(event, domains)),
        ("transport-rule", rules::transport_rule(event, domains)),
    ];
    findings.into_iter().filter_map(|(code, finding)| finding.map(|finding| judgement(code, &finding, event))).collect()
}

fn judgement(code: &'static str, finding: &Finding, event: &Event) -> Thing {
    let reasons = finding.reasons.iter().map(|reason| Why { code: reason.code.clone(), evidence: reason.evidence.clone() });
    let hides = finding.reasons.iter().any(|reason| {
        let acts = matches!(
            reason.code.as_str(),
            "deletes" | "hiding-folder" | "folder-not-for-mail" | "junk-folder" | "deleted-folder" | "archive-folder"
        );
        reason.speaks == Speaks::For && (acts || reason.code.starts_with("target-"))
    });
    let mut strength = super::score::of_finding(finding);
    if code == "transport-rule" && finding.verdict == Verdict::Benign {
        strength = Strength::C;
    }
    Thing {
        code,
        strength,
        evidence: evidence([("name", finding.name.clone()), ("operation", event.operation.clone())]),
        reasons: reasons.collect(),
        is_judged: true,
        hides,
    }
}

/// `Add member to role`, and what Privileged Identity Management makes of it once it is done.
fn is_role(name: &str) -> bool {
    let is_grant = name.starts_with("add member to role") || name.starts_with("add eligible member to role");
    (is_grant && !name.contains("requested") && !name.contains("approval") && !name.contains("denied"))
        || matches!(name, "add-rolegroupmember" | "new-managementroleassignment" | "add scoped member to role")
}

struct Seen<'a> {
    event: &'a Event,
    all: &'a mut Vec<Thing>,
}

impl Seen<'_> {
    fn tell<const N: usize>(&mut self, code: &'static str, strength: Strength, pairs: [(&str, String); N]) {
        let evidence = evidence(pairs);
        self.all.push(Thing { code, strength, evidence, reasons: Vec::new(), is_judged: false, hides: false });
    }

    fn value(&self, name: &str) -> String {
        self.event.parameter(name).unwrap_or_default().trim().to_owned()
    }

    /// What the record is about.
    fn about(&self) -> String {
        self.event.target.clone().unwrap_or_default()
    }

    fn of_user(&mut self, code: &'static str, strength: Strength) {
        let who = self.about();
        self.tell(code, strength, [("who", who)]);
    }

    /// A sign-in by device code; in the audit log only its confirmation page shows.
    fn device_code(&mut self) {
        if self.value("authenticationProtocol").eq_ignore_ascii_case("deviceCode") {
            self.tell("device-code", Strength::B, []);
        } else if self.value("RequestType").eq_ignore_ascii_case("Cmsi:Cmsi") {
            self.tell("device-code", Strength::BMinus, []);
        }
    }

    fn unaudited(&mut self) {
        if self.value("SetAuditSeverity").eq_ignore_ascii_case("DoNotAudit") {
            self.tell("rule-unaudited", Strength::B, []);
        }
    }

    fn mailbox(&mut self) {
        let to = self.value("GrantSendOnBehalfTo");
        if !to.is_empty() {
            let mailbox = self.about();
            self.tell("send-as-granted", Strength::BMinus, [("who", last(&to)), ("mailbox", mailbox)]);
        }
        if is_off(self.event.parameter("AuditEnabled")) {
            let what = self.about();
            self.tell("audit-off", Strength::B, [("what", what)]);
        }
    }

    fn mailbox_permission(&mut self) {
        let who = last(&self.value("User"));
        let is_own = who.to_lowercase().starts_with("nt authority") || who.eq_ignore_ascii_case("SELF");
        if self.value("AccessRights").to_lowercase().contains("fullaccess") && !is_own {
            let mailbox = last(&self.value("Identity"));
            self.tell("mailbox-opened-to", Strength::BMinus, [("who", who), ("mailbox", mailbox)]);
        }
    }

    fn send_as(&mut self) {
        let who = last(&self.value("Trustee"));
        if !who.to_lowercase().starts_with("nt authority") {
            let mailbox = last(&self.value("Identity"));
            self.tell("send-as-granted", Strength::BMinus, [("who", who), ("mailbox", mailbox)]);
        }
    }

    /// A folder opened to everybody. Calendars are shared so every day, with little in them.
    fn folder(&mut self) {
        let who = [self.value("User"), self.value("MemberUpn")].concat();
        let rights = [self.value("AccessRights"), self.value("MemberRights")].concat().to_lowercase();
        let is_all = ["default", "anonymous", "everyone"].iter().any(|all| who.eq_ignore_ascii_case(all));
        let reads = ["read", "reviewer", "editor", "owner", "author", "contributor"].iter().any(|right| rights.contains(right));
        let folder = self.value("Identity");
        let is_calendar = folder.to_lowercase().contains("calend") || rights.contains("freebusy");
        if is_all && reads && !is_calendar {
            self.tell("folder-opened-to-all", Strength::B, [("folder", folder), ("who", who)]);
        }
    }

    fn consent(&mut self) {
        let app = self.about();
        let known = APPS_OF_INTRUDERS.iter().find(|(id, _)| app.eq_ignore_ascii_case(id));
        if let Some((_, name)) = known {
            self.tell("app-of-intruders", Strength::BPlus, [("app", (*name).to_owned())]);
        }
        let granted = self.value("ConsentAction.Permissions");
        let all = granted.split_once("=>").map_or(granted.as_str(), |(_, new)| new);
        let scopes: BTreeSet<&str> = all
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '[' | ';'))
            .filter(|scope| is_grave(scope))
            .collect();
        let for_all = is_on(self.event.parameter("ConsentContext.OnBehalfOfAll"))
            || is_on(self.event.parameter("ConsentContext.IsAppOnly"));
        let name = self.value("TargetName");
        let is_odd = is_odd_name(&name, &self.event.account);
        let strength = match (scopes.is_empty(), for_all || is_odd) {
            (true, _) => Strength::C,
            (false, false) => Strength::B,
            (false, true) => Strength::BPlus,
        };
        if is_odd {
            self.tell("app-named-oddly", Strength::C, [("app", app.clone()), ("name", name)]);
        }
        let scopes = scopes.into_iter().collect::<Vec<_>>().join(" ");
        self.tell("app-consented", strength, [("app", app), ("scopes", scopes)]);
    }

    /// What an application says of itself. Much that is honest does the same, so it is context; with rights to
    /// mail or files in the same record it is more.
    fn application(&mut self) {
        let app = self.about();
        let name = [unquoted(&self.value("DisplayName")), self.value("TargetName")].into_iter().find(|name| !name.is_empty());
        if let Some(name) = name.filter(|name| is_odd_name(name, &self.event.account)) {
            self.tell("app-named-oddly", Strength::C, [("app", app.clone()), ("name", name)]);
        }
        let answers = self.value("AppAddress").to_lowercase();
        if let Some(local) =
            ["http://localhost", "https://localhost", "http://127.0.0.1"].iter().find(|local| answers.contains(**local))
        {
            self.tell("app-answers-locally", Strength::C, [("app", app), ("address", (*local).to_owned())]);
        }
    }

    fn secret(&mut self, strength: Strength) {
        let app = self.about();
        self.tell("app-secret-added", strength, [("app", app)]);
    }

    fn app_role(&mut self) {
        let role = unquoted(&self.value("AppRole.Value"));
        if is_grave(&role) {
            let app = self.about();
            self.tell("app-role-given", Strength::B, [("app", app), ("role", role)]);
        }
    }

    fn federation(&mut self, is_federation: bool) {
        let trusts = ["issueruri", "federat", "signingcertificate", "livetype", "passivelogonuri", "passivesigninuri"];
        let touches = self.event.parameters.iter().any(|pair| {
            let (name, value) = (pair.name.to_lowercase(), pair.value.to_lowercase());
            trusts.iter().any(|word| name.contains(word)) || !name.starts_with("old:") && value.contains("federated")
        });
        if is_federation || touches {
            let domain = self.about();
            self.tell("federation-changed", Strength::BPlus, [("domain", domain)]);
        }
    }

    fn sign_in_provider(&mut self) {
        let now = self.value("OpenIdConnectConfiguration");
        let host = now.split("://").nth(1).and_then(|rest| rest.split(['/', '"', '\\', ':']).next()).unwrap_or_default();
        let is_microsofts =
            host == "login.microsoftonline.com" || host.ends_with(".microsoftonline.com") || host == "sts.windows.net";
        if !host.is_empty() && !is_microsofts {
            self.tell("sign-in-provider-changed", Strength::BPlus, [("provider", host.to_owned())]);
        }
    }

    /// A policy that asked for a second factor and no longer does, or was switched off.
    fn policy_weakened(&mut self) {
        let before = self.value("old:ConditionalAccessPolicy").to_lowercase();
        let now = self.value("ConditionalAccessPolicy").to_lowercase();
        let asks = |text: &str| controls(text).iter().any(|control| control.contains("mfa") || control.contains("strength"));
        let lost = asks(&before) && !asks(&now) && !now.is_empty();
        let off = before.contains("\"state\":\"enabled\"") && now.contains("\"state\":\"disabled\"");
        if lost || off {
            let policy = self.about();
            self.tell("policy-weakened", Strength::B, [("policy", policy)]);
        }
    }

    fn policy_removed(&mut self) {
        let policy = self.about();
        self.tell("policy-removed", Strength::B, [("policy", policy)]);
    }

    fn audit(&mut self) {
        let is_off_now = is_off(self.event.parameter("UnifiedAuditLogIngestionEnabled"))
            || is_off(self.event.parameter("AdminAuditLogEnabled"))
            || is_on(self.event.parameter("AuditBypassEnabled"));
        if is_off_now {
            let what = [self.about(), self.value("Identity")].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
            self.tell("audit-off", Strength::AMinus, [("what", what)]);
        }
    }

    fn second_factor(&mut self, name: &str) {
        let changed =
            |list: &str| (self.value(&format!("old:{list}")), self.event.parameter(list).map(str::trim).map(str::to_owned));
        let is_none =
            |text: &str| text.chars().all(|c| c.is_whitespace() || matches!(c, '[' | ']' | '"' | '{' | '}')) || text == "null";
        for list in ["StrongAuthenticationMethod", "StrongAuthenticationRequirement", "StrongAuthenticationPhoneAppDetail"] {
            let (before, Some(now)) = changed(list) else { continue };
            if !is_none(&before) && is_none(&now) {
                return self.of_user("mfa-removed", Strength::B);
            }
            if is_none(&before) && !is_none(&now) {
                return self.of_user("mfa-added", Strength::C);
            }
        }
        if name.starts_with("disable") {
            self.of_user("mfa-removed", Strength::B);
        }
    }

    /// Builds of Windows that tools for joining devices claim unless told otherwise (elastic's public
    /// detection rules for ROADtools and phishing kits).
    fn device(&mut self, name: &str) {
        const BUILDS: &[(&str, Strength)] = &[("10.0.19041.928", Strength::AMinus), ("10.0.19045.2006", Strength::BPlus)];
        let device =
            [unquoted(&self.value("DisplayName")), self.about()].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        let mut values = self.event.parameters.iter().filter(|pair| !pair.name.starts_with("old:"));
        let claimed = values.find_map(|pair| BUILDS.iter().find(|(build, _)| pair.value.contains(build)));
        match claimed {
            Some((build, strength)) => {
                self.tell("device-of-a-tool", *strength, [("device", device.clone()), ("build", (*build).to_owned())]);
            }
            None if name != "update device" => self.tell("device-added", Strength::C, [("device", device.clone())]),
            None => {}
        }
        // Windows gives such a name to most machines that nobody names.
        let by_default = device.strip_prefix("DESKTOP-").is_some_and(|rest| rest.len() == 7);
        if by_default && name != "update device" {
            self.tell("device-named-by-default", Strength::C, [("device", device)]);
        }
    }

    /// A guest. Everyday business, so context; one of ours is none.
    fn guest(&mut self, domains: &BTreeSet<String>) {
        let who = self.value("invitedUserEmailAddress");
        let domain = who.rsplit('@').next().unwrap_or_default().to_lowercase();
        let own = self.event.account.rsplit('@').next().unwrap_or_default();
        if domain != own && !domains.contains(&domain) {
            self.tell("guest-invited", Strength::C, [("who", who)]);
        }
    }

    fn role(&mut self) {
        const MIGHTY: &[&str] = &[
            "global administrator",
            "company administrator",
            "privileged role administrator",
            "privileged authentication administrator",
            "exchange administrator",
            "exchange service administrator",
            "application administrator",
            "cloud application administrator",
            "security administrator",
            "conditional access administrator",
            "user administrator",
            "authentication administrator",
            "hybrid identity administrator",
            "sharepoint administrator",
            "organization management",
            "applicationimpersonation",
            "discovery management",
            "ediscovery manager",
        ];
        let said = [self.value("Role.DisplayName"), self.value("Identity"), self.value("Role"), self.value("RoleName")];
        let mut role = unquoted(&said.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
        let mut who = [self.about(), last(&self.value("Member"))].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
        if role.is_empty() {
            // Privileged Identity Management names the role first, and nobody beside it.
            std::mem::swap(&mut role, &mut who);
        }
        let strength = match role.to_lowercase().as_str() {
            _ if !self.event.account.contains('@') => Strength::C, // a service set something up
            mighty if MIGHTY.contains(&mighty) => Strength::B,
            reader if reader.contains("reader") => Strength::C,
            _ => Strength::BMinus,
        };
        self.tell("role-given", strength, [("who", who), ("role", role)]);
    }

    fn search(&mut self) {
        const TELLING: &[&str] = &[
            "password",
            "passwd",
            "lösenord",
            "passwort",
            "invoice",
            "faktura",
            "wire",
            "payroll",
            "iban",
            "swift",
            "mfa",
            "credential",
            "vpn",
            "bank",
        ];
        let text = [self.value("QueryText"), self.value("SearchQuery"), self.value("SearchQueryText")].concat();
        let text = if text.is_empty() { self.about() } else { text };
        let lower = text.to_lowercase();
        if lower.split(|c: char| !c.is_alphanumeric()).any(|word| TELLING.contains(&word)) {
            self.tell("searched", Strength::BMinus, [("words", text)]);
        }
    }
}

/// Applications that public reports name as used by intruders (huntresslabs/rogueapps, Darktrace).
/// Many have honest users as well: a reason to ask, not a verdict.
pub const APPS_OF_INTRUDERS: &[(&str, &str)] = &[
    ("e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "eM Client"),
    ("ff8d92dc-3d82-41d6-bcbd-b9174d163620", "PerfectData Software"),
    ("a245e8c0-b53c-4b67-9b45-751d1dff8e6b", "Newsletter Software Supermailer"),
    ("b15665d9-eda6-4092-8539-0eec376afd59", "rclone"),
    ("a43e5392-f48b-46a4-a0f1-098b5eeb4757", "CloudSponge"),
    ("caffae8c-0882-4c81-9a27-d1803af53a40", "SigParser"),
];

/// Only signs, a word for trying things out, or the name of whoever lets it in (after Huntress' lists).
fn is_odd_name(name: &str, account: &str) -> bool {
    let name = name.trim().to_lowercase();
    let local = account.split('@').next().unwrap_or_default().to_lowercase();
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let own: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
    !name.is_empty() && (plain.is_empty() || matches!(plain.as_str(), "test" | "app" | "testapp") || plain == own)
}

/// Whether a permission opens mail, files, the directory or the future.
fn is_grave(scope: &str) -> bool {
    const GRAVE: &[&str] = &[
        "mail.",
        "mailboxsettings.",
        "files.",
        "sites.",
        "full_access_as",
        "ews.accessasuser",
        "imap.",
        "pop.",
        "smtp.",
        "directory.",
        "rolemanagement.",
        "application.",
        "approleassignment.",
        "user.readwrite.all",
        "contacts.",
        "chat.",
        "notes.",
        "exchange.manageasapp",
    ];
    let scope = scope.to_lowercase();
    GRAVE.iter().any(|start| scope.starts_with(start))
}

/// The controls that a policy asks for.
fn controls(policy: &str) -> Vec<&str> {
    let list = policy.split_once("\"grantcontrols\"").map_or("", |(_, rest)| rest);
    let list = list.split_once("\"sessioncontrols\"").map_or(list, |(before, _)| before);
    list.split('"').collect()
}

fn is_on(value: Option<&str>) -> bool {
    value.is_some_and(|value| unquoted(value).trim_start_matches('$').eq_ignore_ascii_case("true"))
}

fn is_off(value: Option<&str>) -> bool {
    value.is_some_and(|value| unquoted(value).trim_start_matches('$').eq_ignore_ascii_case("false"))
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches('"').to_owned()
}

/// The name at the end of a path in the directory: `…/contoso.onmicrosoft.com/Anna`.
fn last(path: &str) -> String {
    let path = path.trim();
    if path.contains('@') { path.to_owned() } else { path.rsplit('/').next().unwrap_or(path).to_owned() }
}

#[cfg(test)]
mod tests {
    use super::Strength::{AMinus, B, BMinus, BPlus, C};
    use super::*;
    use crate::event::Pair;

    fn seen(operation: &str, target: &str, pairs: &[(&str, &str)]) -> Vec<(&'static str, Strength)> {
        let pair = |(name, value): &(&str, &str)| Pair { name: (*name).to_owned(), value: (*value).to_owned() };
        let event = Event {
            operation: operation.to_owned(),
            account: "admin@contoso.com".to_owned(),
            target: Some(target.to_owned()),
            parameters: pairs.iter().map(pair).collect(),
            ..Event::default()
        };
        let domains = BTreeSet::from(["contoso.com".to_owned()]);
        things(&event, &domains).into_iter().map(|thing| (thing.code, thing.strength)).collect()
    }

    fn check(operation: &str, pairs: &[(&str, &str)], expected: &[(&'static str, Strength)]) {
        assert_eq!(seen(operation, "target", pairs), expected, "{operation} {pairs:?}");
    }

    #[test]
    fn mailboxes_opened() {
        check("Add-MailboxPermission", &[("User", "x/y/Bo"), ("AccessRights", "FullAccess")], &[("mailbox-opened-to", BMinus)]);
        check("Add-MailboxPermission", &[("User", "Bo"), ("AccessRights", "ReadPermission")], &[]);
        check("Add-MailboxPermission", &[("User", "NT AUTHORITY\\SELF"), ("AccessRights", "FullAccess")], &[]);
        check("Add-RecipientPermission", &[("Trustee", "Bo"), ("AccessRights", "SendAs")], &[("send-as-granted", BMinus)]);
        check("Set-Mailbox", &[("GrantSendOnBehalfTo", "Bo")], &[("send-as-granted", BMinus)]);
        check("Set-Mailbox", &[("ProhibitSendQuota", "5 GB")], &[]);
        let folder = [("Identity", "anna:\\Inbox"), ("User", "Default"), ("AccessRights", "Reviewer")];
        check("Set-MailboxFolderPermission", &folder, &[("folder-opened-to-all", B)]);
        check(
            "Set-MailboxFolderPermission",
            &[("Identity", "anna:\\Calendar"), ("User", "Default"), ("AccessRights", "Reviewer")],
            &[],
        );
        check("Set-MailboxFolderPermission", &[("Identity", "anna:\\Inbox"), ("User", "Bo"), ("AccessRights", "Reviewer")], &[]);
        check("Set-MailboxFolderPermission", &[("Identity", "anna:\\Inbox"), ("User", "Default"), ("AccessRights", "None")], &[]);
    }

    #[test]
    fn roles_given() {
        check("Add member to role.", &[("Role.DisplayName", "\"Global Administrator\"")], &[("role-given", B)]);
        check("Add member to role.", &[("Role.DisplayName", "Teams Administrator")], &[("role-given", BMinus)]);
        check("Add member to role.", &[("Role.DisplayName", "Directory Readers")], &[("role-given", C)]);
        check("Add member to role in PIM completed (permanent)", &[], &[("role-given", BMinus)]);
        check("Add member to role in PIM requested (permanent)", &[], &[]);
        check("Remove member from role.", &[("Role.DisplayName", "Global Administrator")], &[]);
    }

    #[test]
    fn applications_let_in() {
        let of = |scopes: &str, all: &str| {
            let granted = format!("[] => [[Id: x, ConsentType: Principal, Scope:  {scopes}]]; ");
            seen(
                "Consent to application.",
                "app",
                &[("ConsentAction.Permissions", &granted), ("ConsentContext.OnBehalfOfAll", all)],
            )
        };
        assert_eq!(of("openid profile User.Read", "False"), [("app-consented", C)]);
        assert_eq!(of("offline_access Mail.Read", "False"), [("app-consented", B)]);
        assert_eq!(of("Mail.Read", "True"), [("app-consented", BPlus)]);
        let known = seen("Consent to application.", APPS_OF_INTRUDERS[1].0, &[]);
        assert_eq!(known, [("app-of-intruders", BPlus), ("app-consented", C)]);
        check("Add service principal credentials.", &[], &[("app-secret-added", B)]);
        check("Add service principal.", &[], &[]);
        check("Add app role assignment to service principal.", &[("AppRole.Value", "Mail.ReadWrite")], &[("app-role-given", B)]);
        check("Add app role assignment to service principal.", &[("AppRole.Value", "User.Read.All")], &[]);
    }

    #[test]
    fn the_tenants_locks() {
        check("Set federation settings on domain", &[], &[("federation-changed", BPlus)]);
        check("Set domain authentication", &[("LiveType", "Federated")], &[("federation-changed", BPlus)]);
        check("Set domain authentication", &[("SomeOtherProperty", "value2")], &[]);
        let provider = |url: &str| format!("{{\"discoveryUrl\":\"{url}\"}}");
        let of = |url: &str| seen("Update authentication methods policy", "", &[("OpenIdConnectConfiguration", &provider(url))]);
        assert_eq!(of("https://idp.evil.example/x"), [("sign-in-provider-changed", BPlus)]);
        assert_eq!(of("https://login.microsoftonline.com/x"), []);
        let with = r#"{"state":"enabled","grantControls":{"builtInControls":["mfa"]},"sessionControls":null}"#;
        let without = r#"{"state":"enabled","grantControls":null,"sessionControls":{"signInFrequency":1}}"#;
        let policy = |before: &str, now: &str| {
            seen(
                "Update conditional access policy",
                "p",
                &[("old:ConditionalAccessPolicy", before), ("ConditionalAccessPolicy", now)],
            )
        };
        assert_eq!(policy(with, without), [("policy-weakened", B)]);
        assert_eq!(policy(without, with), []);
        assert_eq!(policy(with, &with.replace("enabled", "disabled")), [("policy-weakened", B)]);
        check("Delete conditional access policy", &[], &[("policy-removed", B)]);
    }

    #[test]
    fn traces_hidden_and_mail_led_away() {
        check("Set-AdminAuditLogConfig", &[("UnifiedAuditLogIngestionEnabled", "False")], &[("audit-off", AMinus)]);
        check("Set-AdminAuditLogConfig", &[("UnifiedAuditLogIngestionEnabled", "True")], &[]);
        check("Set-MailboxAuditBypassAssociation", &[("AuditBypassEnabled", "True")], &[("audit-off", AMinus)]);
        check("Set-Mailbox", &[("AuditEnabled", "False")], &[("audit-off", B)]);
        check("New-OutboundConnector", &[("Name", "x")], &[("connector-made", BMinus)]);
        check("New-JournalRule", &[("JournalEmailAddress", "a@b.example")], &[("journal-rule", B)]);
        check("Set-RemoteDomain", &[("AutoForwardEnabled", "True")], &[("auto-forward-allowed", BMinus)]);
        check("Set-RemoteDomain", &[("AutoForwardEnabled", "False")], &[]);
        let rule = [("Name", "Notice"), ("SetAuditSeverity", "DoNotAudit"), ("FromScope", "InOrganization")];
        check("New-TransportRule", &rule, &[("transport-rule", C), ("rule-unaudited", B)]);
    }

    #[test]
    fn second_factors_and_devices() {
        let gone = [("old:StrongAuthenticationMethod", "[{\"MethodType\":7}]"), ("StrongAuthenticationMethod", "[]")];
        check("Update user.", &gone, &[("mfa-removed", B)]);
        let came = [("old:StrongAuthenticationMethod", "[]"), ("StrongAuthenticationMethod", "[{\"MethodType\":7}]")];
        check("Update user.", &came, &[("mfa-added", C)]);
        check("Update user.", &[("Department", "Sales")], &[]);
        check("Disable Strong Authentication.", &[], &[("mfa-removed", B)]);
        check("User registered security info", &[], &[("mfa-added", C)]);
        check("Add device.", &[("DeviceOSVersion", "[\"10.0.19041.928\"]")], &[("device-of-a-tool", AMinus)]);
        check("Add device.", &[("DeviceOSVersion", "[\"10.0.26100.1\"]")], &[("device-added", C)]);
        check("Update device.", &[("DeviceOSVersion", "[\"10.0.26100.1\"]")], &[]);
        check(
            "Register device.",
            &[("DisplayName", "\"DESKTOP-AB12CD3\"")],
            &[("device-added", C), ("device-named-by-default", C)],
        );
        check("Register device.", &[("DisplayName", "DESKTOP-RECEPTION")], &[("device-added", C)]);
        check("Add registered owner to device.", &[], &[("device-added", C)]);
    }

    #[test]
    fn applications_that_hide_what_they_are() {
        let granted = [("ConsentAction.Permissions", "[] => [[Scope: Mail.Read]]"), ("TargetName", "..")];
        check("Consent to application.", &granted, &[("app-named-oddly", C), ("app-consented", BPlus)]);
        let tidy = [("ConsentAction.Permissions", "[] => [[Scope: Mail.Read]]"), ("TargetName", "Tidy Mail")];
        check("Consent to application.", &tidy, &[("app-consented", B)]);
        let own = [("DisplayName", "admin"), ("AppAddress", "[{\"Address\":\"https://localhost:8400/x\"}]")];
        check("Add service principal.", &own, &[("app-named-oddly", C), ("app-answers-locally", C)]);
        check("Add application.", &[("DisplayName", "Testing tools"), ("AppAddress", "https://x.example")], &[]);
    }

    #[test]
    fn guests_searches_and_device_codes() {
        check("Invite external user", &[("invitedUserEmailAddress", "x@partner.example")], &[("guest-invited", C)]);
        check("Invite external user", &[("invitedUserEmailAddress", "x@contoso.com")], &[]);
        check("SearchQueryInitiatedExchange", &[("QueryText", "wire invoice")], &[("searched", BMinus)]);
        check("SearchQueryInitiatedExchange", &[("QueryText", "wireless summer party")], &[]);
        check("Sign-in activity", &[("authenticationProtocol", "deviceCode")], &[("device-code", B)]);
        check("Sign-in activity", &[("authenticationProtocol", "oAuth2")], &[]);
        check("UserLoggedIn", &[("RequestType", "Cmsi:Cmsi")], &[("device-code", BMinus)]);
    }

    #[test]
    fn what_failed_set_nothing_up() {
        let event =
            Event { operation: "Add service principal credentials.".to_owned(), outcome: Outcome::Failed, ..Event::default() };
        assert_eq!(things(&event, &BTreeSet::new()), []);
    }
}
