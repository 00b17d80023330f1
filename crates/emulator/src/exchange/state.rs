//! The Exchange side of the tenant: mailboxes with their rules, recipients, role groups, the block list.
//!
//! Each thing that can be written keeps the state before its last write: a read that was routed to the
//! wrong server is answered from there. Loading is in `load`, what may be done to it in the cmdlet files.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::reply::{Failure, Row};

/// The Exchange organisation.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    pub(crate) mailboxes: BTreeMap<String, Versioned<Mailbox>>,
    /// Everybody who can be addressed and has no mailbox here: contacts, groups, guests.
    pub(crate) others: Vec<Recipient>,
    pub(crate) role_groups: Versioned<Vec<RoleGroup>>,
    /// Management roles held without a role group, as listed.
    pub(crate) assignments: Versioned<Vec<Row>>,
    pub(crate) blocked: Vec<Block>,
    /// Settings of the organisation, by the cmdlet that reads them.
    pub(crate) lists: BTreeMap<String, Versioned<Vec<Row>>>,
    pub(crate) behaviour: Behaviour,
    pub(crate) next_rule: u64,
}

/// A value and what it was before the last write.
#[derive(Debug, Clone, Default)]
pub struct Versioned<T> {
    now: T,
    before: Option<T>,
}

impl<T: Clone + PartialEq> Versioned<T> {
    /// Something never written.
    pub fn new(now: T) -> Self {
        Self { now, before: None }
    }

    /// The value as it is.
    pub fn now(&self) -> &T {
        &self.now
    }

    /// The value as a server sees it that may be behind.
    pub fn seen(&self, fresh: bool) -> &T {
        if fresh { &self.now } else { self.before.as_ref().unwrap_or(&self.now) }
    }

    /// Puts a new value in place; says whether anything changed.
    pub fn put(&mut self, value: T) -> bool {
        let changed = value != self.now;
        if changed {
            self.before = Some(std::mem::replace(&mut self.now, value));
        }
        changed
    }
}

/// One mailbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Mailbox {
    pub who: Recipient,
    /// Members of the listing that nothing here interprets.
    pub more: Row,
    /// The recipient's id, for `ForwardingAddress`.
    pub forwarding_address: Option<String>,
    /// With its `smtp:`.
    pub forwarding_smtp_address: Option<String>,
    pub deliver_to_mailbox_and_forward: bool,
    /// Ids of recipients.
    pub grant_send_on_behalf_to: Vec<String>,
    pub account_disabled: bool,
    /// In the order in which they run.
    pub rules: Vec<Rule>,
    /// Names of rules that only Outlook itself carries out.
    pub client_rules: Vec<String>,
    /// Folder paths without a leading separator.
    pub folders: Vec<String>,
    pub permissions: Vec<Row>,
    pub recipient_permissions: Vec<Row>,
    pub cas: Row,
    pub auto_reply: Row,
    pub sweep_rules: Vec<Row>,
}

/// One inbox rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub id: u64,
    pub name: String,
    pub enabled: bool,
    pub kind: RuleKind,
    /// Conditions, exceptions and actions that are set; recipients in their stored form.
    pub fields: Row,
}

/// What sort of rule it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    Visible,
    /// Listed only when asked for.
    Hidden,
    /// Made by the service: junk mail, automatic replies, delegates.
    System,
    /// Its stored form is broken.
    Unreadable,
}

/// Somebody who can be addressed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recipient {
    /// The directory's object id, or the name for things that have none.
    pub id: String,
    pub guid: String,
    pub upn: String,
    pub display_name: String,
    pub alias: String,
    /// The primary address.
    pub address: String,
    /// All addresses, without prefixes.
    pub addresses: Vec<String>,
    pub legacy_dn: String,
    pub recipient_type: String,
    pub details: String,
    pub synchronised: bool,
}

/// An Exchange role group.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleGroup {
    pub name: String,
    /// Ids of recipients, or names that stand for Entra roles.
    pub members: Vec<String>,
    pub roles: Vec<String>,
    pub more: Row,
}

/// An address that may not send.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub address: String,
    pub reason: String,
    pub created: String,
    pub changed: String,
    pub temporary: bool,
    pub lifts_left: u32,
    pub lifted: Option<Timestamp>,
}

/// How this organisation behaves where the real ones differ, or where nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    /// A broken rule makes the whole listing fail instead of being marked.
    pub unreadable_fails_listing: bool,
    /// Asking for an address that is not blocked is an error.
    pub unknown_sender_is_error: bool,
    pub global_reader_reads_rules: bool,
    /// A next link answers; else it has always expired.
    pub next_link_works: bool,
    pub page_size: usize,
    /// So many writes that Entra keeps a copy of fail first.
    pub dual_write_failures: u32,
    pub block_list_lag: SignedDuration,
    pub sending_lag: SignedDuration,
    /// Recipients outside within an hour, over which a sender is blocked.
    pub outbound_limit: usize,
    /// What a lift is told when none is left.
    pub lift_limit: Said,
    /// A temporary block ends by itself after a day.
    pub temporary_block_ends: bool,
    /// What the removal of a rule that is gone is told.
    pub missing_rule: Said,
    /// What a member is told who is added again, or removed without being one.
    pub membership: Said,
    /// A management role assignment says how its holder comes by it.
    pub assignment_method_told: bool,
    /// An object id in `X-AnchorMailbox` finds the mailbox.
    pub anchor_by_id: bool,
    /// A shared mailbox is reached by the organisation's anchor, and not by its own name.
    pub shared_by_organisation: bool,
    /// The Purview endpoint sends callers to the host of their region first.
    pub purview_redirects: bool,
}

/// How a refusal is said that nobody has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// In the words that this emulator made up from the documentation.
    Constructed,
    /// In others, of another class, with 400.
    Otherwise,
    /// 403, without a body.
    Forbidden,
    /// Not at all: 200, and nothing changed.
    Silent,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            unreadable_fails_listing: false,
            unknown_sender_is_error: false,
            global_reader_reads_rules: true,
            next_link_works: true,
            page_size: 1000,
            dual_write_failures: 0,
            block_list_lag: SignedDuration::from_mins(4),
            sending_lag: SignedDuration::from_mins(25),
            outbound_limit: 100,
            lift_limit: Said::Constructed,
            temporary_block_ends: false,
            missing_rule: Said::Constructed,
            membership: Said::Constructed,
            assignment_method_told: true,
            anchor_by_id: false,
            shared_by_organisation: false,
            purview_redirects: false,
        }
    }
}

impl Block {
    /// Whether the list still shows it.
    pub fn is_listed(&self, now: Timestamp, behaviour: &Behaviour) -> bool {
        !self.has_ended(now, behaviour) && self.lifted.is_none_or(|lifted| now.duration_since(lifted) < behaviour.block_list_lag)
    }

    /// Whether it went by itself.
    fn has_ended(&self, now: Timestamp, behaviour: &Behaviour) -> bool {
        let since = self.changed.parse::<Timestamp>().ok().filter(|_| self.temporary && behaviour.temporary_block_ends);
        since.is_some_and(|since| now.duration_since(since) >= SignedDuration::from_hours(24))
    }

    /// Whether it still stops mail: longer than the list shows.
    pub fn stops(&self, now: Timestamp, behaviour: &Behaviour) -> bool {
        !self.has_ended(now, behaviour) && self.lifted.is_none_or(|lifted| now.duration_since(lifted) < behaviour.sending_lag)
    }
}

impl Recipient {
    /// Whether this text names it.
    pub fn answers_to(&self, identity: &str) -> bool {
        let plain = identity.strip_prefix("smtp:").or_else(|| identity.strip_prefix("SMTP:")).unwrap_or(identity);
        let same = |own: &str| !own.is_empty() && own.eq_ignore_ascii_case(plain);
        [&self.id, &self.guid, &self.upn, &self.alias, &self.legacy_dn, &self.display_name].into_iter().any(|own| same(own))
            || self.addresses.iter().any(|own| same(own))
            || plain.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("CN=")) && same(&self.distinguished_name())
    }

    /// Its place in the service's own directory.
    pub fn distinguished_name(&self) -> String {
        format!(
            "CN={},OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR01A001,DC=PROD,DC=OUTLOOK,DC=COM",
            self.id
        )
    }
}

impl Exchange {
    /// What the directory says of an account's sign-in, where the mailbox hears of it.
    pub fn set_account_disabled(&mut self, account: &str, disabled: bool) {
        if let Some(mut mailbox) = self.mailbox_of(account).filter(|mailbox| mailbox.account_disabled != disabled).cloned() {
            mailbox.account_disabled = disabled;
            self.put_mailbox(mailbox);
        }
    }

    /// How this organisation behaves.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// All mailboxes as they are.
    pub fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        self.mailboxes.values().map(Versioned::now)
    }

    /// The role groups as they are.
    pub fn role_groups(&self) -> &[RoleGroup] {
        self.role_groups.now()
    }

    /// Management roles held without a role group, as they are.
    pub fn assignments(&self) -> &[Row] {
        self.assignments.now()
    }

    /// Addresses that are blocked and were not lifted.
    pub fn blocked(&self) -> impl Iterator<Item = &Block> {
        self.blocked.iter().filter(|block| block.lifted.is_none())
    }

    /// Everybody who can be addressed.
    pub fn recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.mailboxes.values().map(|mailbox| &mailbox.now().who).chain(&self.others)
    }

    /// The one recipient that this text names.
    pub fn recipient(&self, identity: &str) -> Result<&Recipient, Failure> {
        // An object id names one thing only, and a sweep asks for thousands.
        if let Some(mailbox) = self.mailboxes.get(identity) {
            return Ok(&mailbox.now().who);
        }
        let mut found = self.recipients().filter(|recipient| recipient.answers_to(identity));
        match (found.next(), found.next()) {
            (None, _) => Err(Failure::object_missing(identity)),
            (Some(one), None) => Ok(one),
            (Some(_), Some(_)) => Err(Failure::refused(
                "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException",
                format!("The operation couldn't be performed because '{identity}' matches multiple entries."),
            )),
        }
    }

    /// The recipient with this address, if it is one of ours.
    pub fn by_address(&self, address: &str) -> Option<&Recipient> {
        self.recipients()
            .find(|recipient| recipient.addresses.iter().chain([&recipient.upn]).any(|own| own.eq_ignore_ascii_case(address)))
    }

    /// A mailbox by any of its names.
    pub fn mailbox(&self, identity: &str) -> Result<&Versioned<Mailbox>, Failure> {
        let id = &self.recipient(identity)?.id;
        self.mailboxes.get(id).ok_or_else(|| Failure::object_missing(identity))
    }

    /// A mailbox by the directory's object id.
    pub fn mailbox_of(&self, id: &str) -> Option<&Mailbox> {
        self.mailboxes.get(&id.to_ascii_lowercase()).map(Versioned::now)
    }

    /// Writes a mailbox; says whether anything changed.
    pub fn put_mailbox(&mut self, mailbox: Mailbox) -> bool {
        match self.mailboxes.get_mut(&mailbox.who.id) {
            Some(place) => place.put(mailbox),
            None => false,
        }
    }

    /// Whether a domain is one of the organisation's own.
    pub fn accepts(&self, domain: &str) -> bool {
        self.rows("Get-AcceptedDomain").iter().any(|row| {
            let own = row.get("DomainName").and_then(Value::as_str).unwrap_or_default();
            let below = row.get("MatchSubDomains").and_then(Value::as_bool).unwrap_or(false);
            let subdomain =
                domain.len() > own.len() && domain.to_ascii_lowercase().ends_with(&format!(".{}", own.to_ascii_lowercase()));
            own.eq_ignore_ascii_case(domain) || (below && subdomain)
        })
    }

    /// Whether this address lies outside.
    pub fn is_outside(&self, address: &str) -> bool {
        address.rsplit_once('@').is_some_and(|(_, domain)| !self.accepts(domain))
    }

    /// Whether this sender's mail is stopped.
    pub fn sending_blocked(&self, address: &str, now: Timestamp) -> bool {
        let Some(owner) = self.by_address(address) else { return false };
        self.blocked.iter().any(|block| owner.answers_to(&block.address) && block.stops(now, &self.behaviour))
    }

    /// The next number for a rule. The service hands out numbers beyond 2^63.
    pub fn take_rule_id(&mut self) -> u64 {
        self.next_rule += 2;
        self.next_rule
    }
}
