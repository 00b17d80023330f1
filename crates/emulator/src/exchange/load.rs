//! Builds the Exchange organisation from the `exchange` part of a scenario.
//!
//! Objects have the wire's own shapes, so that a listing of a real tenant can be pasted in; everything that
//! is left out is filled in from the directory. What the loader does not know is refused.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::catalogue::{self, Kind};
use super::parameters::texts;
use super::reply::Row;
use super::state::{Behaviour, Block, Exchange, Mailbox, Recipient, RoleGroup, Rule, RuleKind, Said, Versioned};
use super::{folders, people};
use crate::seed::named_uuid;
use crate::world::Directory;

/// The member under which a mailbox keeps whether it escapes the audit; `Get-Mailbox` does not show it.
pub const AUDIT_BYPASS: &str = "AuditBypassEnabled";

/// The first number given to a rule, less two: beyond 2^63, as real ones are.
const FIRST_RULE: u64 = 15_394_007_230_974_001_151;

const MEMBERS: &[&str] = &[
    "mailboxes",
    "recipients",
    "roleGroups",
    "managementRoleAssignments",
    "blockedSenders",
    "lists",
    "organisation",
    "behaviour",
];

impl Exchange {
    /// Reads the organisation; the directory says whose mailboxes they are.
    pub fn from_scenario(scenario: &Value, directory: &Directory) -> Result<Self, String> {
        known(scenario, MEMBERS, "exchange")?;
        let mut exchange = Self { behaviour: behaviour(&scenario["behaviour"])?, next_rule: FIRST_RULE, ..Self::default() };
        exchange.load_people(scenario, directory)?;
        exchange.load_lists(scenario, directory)?;
        for row in rows(scenario, "mailboxes") {
            exchange.load_mailbox(row)?;
        }
        exchange.load_bypasses()?;
        exchange.load_roles(scenario)?;
        for row in rows(scenario, "blockedSenders") {
            exchange.blocked.push(block(row)?);
        }
        Ok(exchange)
    }

    fn load_people(&mut self, scenario: &Value, directory: &Directory) -> Result<(), String> {
        let mut with_mailbox = BTreeSet::new();
        for row in rows(scenario, "mailboxes") {
            let id = text(row, "ExternalDirectoryObjectId").to_ascii_lowercase();
            let user = people::user(directory, &id).ok_or_else(|| format!("exchange.mailboxes: no user has the id {id:?}"))?;
            let mailbox = Mailbox::new(people::recipient(user, row));
            if self.mailboxes.insert(id.clone(), Versioned::new(mailbox)).is_some() {
                return Err(format!("exchange.mailboxes: {id} is there twice"));
            }
            with_mailbox.insert(id);
        }
        for user in people::users(directory) {
            let recipient = people::recipient(user, &json!({}));
            if !with_mailbox.contains(&recipient.id) {
                self.others.push(people::without_mailbox(recipient, user));
            }
        }
        self.others.extend(rows(scenario, "recipients").map(people::other));
        Ok(())
    }

    fn load_lists(&mut self, scenario: &Value, directory: &Directory) -> Result<(), String> {
        self.lists = super::organisation::defaults(directory);
        for (name, list) in scenario["lists"].as_object().into_iter().flatten() {
            let cmdlet = catalogue::find(name).filter(|cmdlet| !cmdlet.writes());
            let name = cmdlet.ok_or_else(|| format!("exchange.lists: no listing is called {name}"))?.name;
            let list = list.as_array().ok_or_else(|| format!("exchange.lists.{name}: not a list"))?;
            self.lists.insert(name.to_owned(), Versioned::new(list.iter().filter_map(Value::as_object).cloned().collect()));
        }
        self.load_organisation(&scenario["organisation"])
    }

    fn load_mailbox(&mut self, row: &Value) -> Result<(), String> {
        let id = text(row, "ExternalDirectoryObjectId").to_ascii_lowercase();
        let Some(mut mailbox) = self.mailbox_of(&id).cloned() else { return Ok(()) };
        for (name, value) in row.as_object().into_iter().flatten() {
            self.load_member(&mut mailbox, name, value).map_err(|why| format!("mailbox {}: {why}", mailbox.who.upn))?;
        }
        self.mailboxes.insert(id, Versioned::new(mailbox));
        Ok(())
    }

    /// Who escapes the mailbox audit is kept with the mailboxes.
    fn load_bypasses(&mut self) -> Result<(), String> {
        for row in self.lists.remove("Get-MailboxAuditBypassAssociation").map(|list| list.now().clone()).unwrap_or_default() {
            let name = row.get("Identity").and_then(Value::as_str).unwrap_or_default();
            let mut mailbox = self.mailbox(name).map_err(|_| format!("no mailbox is called {name:?}"))?.now().clone();
            mailbox.more.insert(AUDIT_BYPASS.to_owned(), row.get(AUDIT_BYPASS).cloned().unwrap_or_default());
            self.mailboxes.insert(mailbox.who.id.clone(), Versioned::new(mailbox));
        }
        Ok(())
    }

    /// Sets a member of a mailbox, for a test; nothing takes it away.
    pub fn set_mailbox(&mut self, mailbox: &str, path: &[&str], value: Option<&Value>) -> Result<(), String> {
        let mut own = self.mailbox(mailbox).map_err(|_| format!("no mailbox {mailbox}"))?.now().clone();
        match path {
            ["cas", member] => match value {
                Some(value) => drop(own.cas.insert((*member).to_owned(), value.clone())),
                None => drop(own.cas.remove(*member)),
            },
            [member] => self.load_member(&mut own, member, value.unwrap_or(&Value::Null))?,
            _ => return Err(format!("a mailbox has no {}", path.join("/"))),
        }
        self.mailboxes.insert(own.who.id.clone(), Versioned::new(own));
        Ok(())
    }

    fn load_member(&mut self, mailbox: &mut Mailbox, name: &str, value: &Value) -> Result<(), String> {
        let list = || value.as_array().into_iter().flatten();
        match name {
            "ForwardingAddress" => mailbox.forwarding_address = self.load_recipient(value)?,
            "ForwardingSmtpAddress" => mailbox.forwarding_smtp_address = value.as_str().map(with_smtp),
            "DeliverToMailboxAndForward" => mailbox.deliver_to_mailbox_and_forward = value == &Value::Bool(true),
            "AccountDisabled" => mailbox.account_disabled = value == &Value::Bool(true),
            "GrantSendOnBehalfTo" => {
                let ids = list().map(|one| self.load_recipient(one)).collect::<Result<Vec<_>, _>>()?;
                mailbox.grant_send_on_behalf_to = ids.into_iter().flatten().collect();
            }
            "rules" => {
                for rule in list() {
                    let rule = self.load_rule(mailbox, rule)?;
                    mailbox.rules.push(rule);
                }
            }
            "clientRules" => mailbox.client_rules = texts(value),
            "folders" => mailbox.folders.extend(texts(value)),
            "permissions" => mailbox.permissions.extend(list().filter_map(Value::as_object).cloned()),
            "recipientPermissions" => mailbox.recipient_permissions.extend(list().filter_map(Value::as_object).cloned()),
            "sweepRules" => mailbox.sweep_rules.extend(list().filter_map(Value::as_object).cloned()),
            "cas" => mailbox.cas.extend(value.as_object().cloned().unwrap_or_default()),
            "autoReply" => mailbox.auto_reply.extend(value.as_object().cloned().unwrap_or_default()),
            _ if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
                mailbox.more.insert(name.to_owned(), value.clone());
            }
            _ => return Err(format!("unknown member {name:?}")),
        }
        Ok(())
    }

    fn load_recipient(&self, value: &Value) -> Result<Option<String>, String> {
        let Some(identity) = value.as_str() else { return Ok(None) };
        match self.recipient(identity) {
            Ok(recipient) => Ok(Some(recipient.id.clone())),
            Err(_) => Err(format!("no single recipient is called {identity:?}")),
        }
    }

    fn load_rule(&mut self, mailbox: &mut Mailbox, row: &Value) -> Result<Rule, String> {
        let kind = match row["kind"].as_str() {
            None | Some("visible") => RuleKind::Visible,
            Some("hidden") => RuleKind::Hidden,
            Some("system") => RuleKind::System,
            Some("unreadable") => RuleKind::Unreadable,
            Some(other) => return Err(format!("unknown kind of rule {other:?}")),
        };
        let mut fields = Row::new();
        for (name, value) in row.as_object().into_iter().flatten() {
            let Some(field) = catalogue::rule_fields().find(|field| field.name == name) else {
                let known = ["Name", "Enabled", "RuleIdentity", "Priority", "kind"].contains(&name.as_str());
                if known || name.contains('@') {
                    continue;
                }
                return Err(format!("a rule has no member {name:?}"));
            };
            let value = self.load_field(mailbox, field.name, field.kind, value);
            if super::rules::is_set(&value) {
                fields.insert(field.name.to_owned(), value);
            }
        }
        let id = row["RuleIdentity"].as_u64().unwrap_or_else(|| self.take_rule_id());
        self.next_rule = self.next_rule.max(id);
        let enabled = row["Enabled"] != Value::Bool(false);
        Ok(Rule { id, name: text(row, "Name"), enabled, kind, fields })
    }

    fn load_field(&self, mailbox: &mut Mailbox, name: &str, kind: Kind, value: &Value) -> Value {
        if super::rules::names_people(name) {
            return texts(value).iter().map(|one| self.stored_person(one)).collect::<Vec<_>>().into();
        }
        if matches!(name, "MoveToFolder" | "CopyToFolder") {
            let path = folders::plain(value.as_str().unwrap_or_default()).to_owned();
            if folders::find(mailbox, &path).is_none() {
                mailbox.folders.push(path.clone());
            }
            return path.into();
        }
        if kind == Kind::List { texts(value).into() } else { value.clone() }
    }

    fn load_roles(&mut self, scenario: &Value) -> Result<(), String> {
        let mut groups = Vec::new();
        for row in rows(scenario, "roleGroups") {
            let members = texts(&row["Members"]);
            let id = |name: String| self.recipient(&name).map_or(name, |recipient| recipient.id.clone());
            let mut more = row.as_object().cloned().unwrap_or_default();
            more.retain(|name, _| !matches!(name.as_str(), "Name" | "Members" | "Roles"));
            groups.push(RoleGroup {
                name: text(row, "Name"),
                members: members.into_iter().map(id).collect(),
                roles: texts(&row["Roles"]),
                more,
            });
        }
        self.role_groups = Versioned::new(groups);
        let mut assignments = Vec::new();
        for row in rows(scenario, "managementRoleAssignments") {
            let mut row = row.as_object().cloned().ok_or("managementRoleAssignments: not an object")?;
            let assignee = row.get("RoleAssignee").or_else(|| row.get("RoleAssigneeName")).cloned().unwrap_or_default();
            let id = self.load_recipient(&assignee)?.ok_or("managementRoleAssignments: RoleAssignee is missing")?;
            row.remove("RoleAssignee");
            row.insert("RoleAssigneeName".into(), id.into());
            assignments.push(row);
        }
        self.assignments = Versioned::new(assignments);
        Ok(())
    }
}

impl Mailbox {
    /// A mailbox as it is when nobody has touched it.
    pub fn new(who: Recipient) -> Self {
        Self {
            who,
            more: Row::new(),
            forwarding_address: None,
            forwarding_smtp_address: None,
            deliver_to_mailbox_and_forward: false,
            grant_send_on_behalf_to: Vec::new(),
            account_disabled: false,
            rules: Vec::new(),
            client_rules: Vec::new(),
            folders: folders::STANDARD.iter().map(|(name, _)| (*name).to_owned()).collect(),
            permissions: Vec::new(),
            recipient_permissions: Vec::new(),
            cas: Row::new(),
            auto_reply: Row::new(),
            sweep_rules: Vec::new(),
        }
    }
}

fn block(row: &Value) -> Result<Block, String> {
    known(
        row,
        &["SenderAddress", "Reason", "CreatedDatetime", "ChangedDatetime", "TemporaryBlock", "liftsLeft"],
        "exchange.blockedSenders",
    )?;
    let created = text(row, "CreatedDatetime");
    let changed = row["ChangedDatetime"].as_str().unwrap_or(&created).to_owned();
    Ok(Block {
        address: text(row, "SenderAddress"),
        reason: text(row, "Reason"),
        created,
        changed,
        temporary: row["TemporaryBlock"] == Value::Bool(true),
        lifts_left: row["liftsLeft"].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(3),
        lifted: None,
    })
}

fn behaviour(value: &Value) -> Result<Behaviour, String> {
    let mut out = Behaviour::default();
    for (name, value) in value.as_object().into_iter().flatten() {
        let wrong = || format!("exchange.behaviour.{name}: {value} does not fit");
        let count = || value.as_u64().and_then(|number| usize::try_from(number).ok()).ok_or_else(wrong);
        let choice = |yes: &str, no: &str| match value.as_str() {
            Some(text) if text == yes => Ok(true),
            Some(text) if text == no => Ok(false),
            _ => Err(wrong()),
        };
        let said = || match value.as_str() {
            Some("constructed") => Ok(Said::Constructed),
            Some("otherwise") => Ok(Said::Otherwise),
            Some("forbidden") => Ok(Said::Forbidden),
            Some("silent") => Ok(Said::Silent),
            _ => Err(wrong()),
        };
        let span = || value.as_str().and_then(|text| text.parse::<SignedDuration>().ok()).ok_or_else(wrong);
        match name.as_str() {
            "unreadableRule" => out.unreadable_fails_listing = choice("failsListing", "inError")?,
            "unknownSender" => out.unknown_sender_is_error = choice("error", "empty")?,
            "globalReaderReadsRules" => out.global_reader_reads_rules = value.as_bool().ok_or_else(wrong)?,
            "nextLink" => out.next_link_works = choice("works", "dead")?,
            "pageSize" => out.page_size = count()?.max(1),
            "dualWriteFailures" => out.dual_write_failures = u32::try_from(count()?).map_err(|_| wrong())?,
            "blockListLag" => out.block_list_lag = span()?,
            "sendingLag" => out.sending_lag = span()?,
            "liftLimit" => out.lift_limit = said()?,
            "temporaryBlock" => out.temporary_block_ends = choice("ends", "stays")?,
            "missingRule" => out.missing_rule = said()?,
            "membership" => out.membership = said()?,
            "assignmentMethod" => out.assignment_method_told = choice("told", "missing")?,
            "anchorById" => out.anchor_by_id = value.as_bool().ok_or_else(wrong)?,
            "sharedMailboxAnchor" => out.shared_by_organisation = choice("organisation", "own")?,
            "purviewRedirects" => out.purview_redirects = value.as_bool().ok_or_else(wrong)?,
            "outboundLimit" => out.outbound_limit = count()?,
            _ => return Err(format!("exchange.behaviour has no member {name:?}")),
        }
    }
    Ok(out)
}

/// A guid that is always the same for the same thing.
pub fn guid(id: &str) -> String {
    named_uuid(&format!("exchange guid {id}"))
}

/// The text of a member, or nothing.
pub fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

/// With the prefix that the service stores.
pub fn with_smtp(address: &str) -> String {
    let plain = address.get(..5).filter(|head| head.eq_ignore_ascii_case("smtp:")).map_or(address, |_| &address[5..]);
    format!("smtp:{plain}")
}

fn rows<'a>(scenario: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    scenario[name].as_array().into_iter().flatten()
}

fn known(value: &Value, members: &[&str], place: &str) -> Result<(), String> {
    match value.as_object().into_iter().flatten().find(|(name, _)| !members.contains(&name.as_str())) {
        Some((name, _)) => Err(format!("{place} has no member {name:?}")),
        None => Ok(()),
    }
}
