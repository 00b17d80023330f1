//! A record, half read: where each thing stands in the file, nothing decoded yet. From a draft comes
//! the [`Row`](crate::row::Row) that is kept of every record, and the [`Event`] that is made for few.

use jiff::Timestamp;

use crate::address::Address;
use crate::event::{Event, Item, Kind, Outcome, Pair};
use crate::json::{Items, Value, member, members};
use crate::row::{Flags, RecordId};
use crate::text::Text;
use crate::time;

/// A record, half read.
#[derive(Debug, Clone, Default)]
pub struct Draft<'a> {
    /// Which kind.
    pub kind: Kind,
    /// When.
    pub time: Option<time::Read>,
    /// The record's id.
    pub id: Text<'a>,
    /// What makes a record without an id the same as another: a second and a third part of it.
    pub id_more: [Text<'a>; 2],
    /// What.
    pub operation: Text<'a>,
    /// The service.
    pub workload: Text<'a>,
    /// Type number, or its name.
    pub record_type: Text<'a>,
    /// Who.
    pub actor: Text<'a>,
    /// Who, by id.
    pub actor_id: Text<'a>,
    /// Whose mailbox.
    pub mailbox: Text<'a>,
    /// From where: the first of the record's addresses that says it, else the first that is one.
    pub address: Address,
    /// Session.
    pub session: Text<'a>,
    /// Token.
    pub token: Text<'a>,
    /// Program.
    pub agent: Text<'a>,
    /// The mailbox's own words for the client; may hold the program.
    pub client: Text<'a>,
    /// Application id.
    pub app: Text<'a>,
    /// Application name.
    pub app_name: Text<'a>,
    /// Resource.
    pub resource: Text<'a>,
    /// On what.
    pub target: Text<'a>,
    /// How it ended.
    pub outcome: Outcome,
    /// Error code.
    pub error: Option<i64>,
    /// What it says beside.
    pub detail: Text<'a>,
    /// Interactive sign-in.
    pub interactive: Option<bool>,
    /// Country.
    pub country: Text<'a>,
    /// Lists of parameters: arrays of objects with a name and a value, in the order of the record.
    pub parameters: [Text<'a>; 4],
    /// What a directory operation was done to: ids and names, each with its type.
    pub targets: Text<'a>,
    /// What else is told, by its name: parameters too.
    pub beside: Vec<(Text<'a>, Text<'a>)>,
    /// Items: arrays or objects, each with what surrounds it.
    pub items: [Text<'a>; 3],
    /// A file or message that stands in the record itself: id, name, folder, size.
    pub single: Option<[Text<'a>; 4]>,
    /// Operations that the record stands for.
    pub count: Option<i64>,
}

impl<'a> Draft<'a> {
    /// Takes one more of the record's addresses.
    #[inline]
    pub fn take_address(&mut self, text: Text<'a>) {
        if text.is_empty() || self.address.says_where() {
            return;
        }
        let address = crate::address::read(text.bytes);
        if self.address == Address::NONE || address.says_where() {
            self.address = address;
        }
    }

    /// The program, from the text that names it or from the mailbox's words for the client.
    pub fn program(&self) -> Text<'a> {
        let text = self.agent.or(program_in(self.client));
        Text::new(trimmed(text.bytes), text.form)
    }

    /// Whether the mailbox service itself read on behalf of its own features.
    pub fn is_service_noise(&self) -> bool {
        self.client.bytes.starts_with(b"Client=REST;Client=RESTSystem")
    }

    /// Whether it is a sign-in by device code, or shows the page on which one is confirmed.
    #[inline]
    pub fn is_device_code(&self) -> bool {
        self.beside.iter().any(|(name, value)| name.is("authenticationProtocol") && value.is("deviceCode"))
            || self.operation.is("UserLoggedIn") && memchr::memmem::find(self.parameters[3].bytes, b"Cmsi:Cmsi").is_some()
    }

    /// How mail was read, for records that say it.
    #[inline]
    pub fn note_access(&self, flags: &mut Flags) {
        if self.operation.bytes != b"MailItemsAccessed" {
            return;
        }
        for entry in Items::of(self.parameters[1]) {
            let entry = entry.nested();
            let value = |name| member(entry, name).map(Value::text).unwrap_or_default();
            let name = value("Name");
            if name.is("MailAccessType") {
                flags.set(Flags::SYNC, value("Value").is("Sync"));
            } else if name.is("IsThrottled") {
                flags.set(Flags::THROTTLED, value("Value").is("True"));
            }
        }
    }

    /// The event with everything.
    pub fn event(&self) -> Event {
        let actor = self.actor.decode().into_owned();
        Event {
            kind: self.kind,
            id: RecordId::dashed(&self.id.decode()),
            at: self.time.and_then(|at| Timestamp::from_microsecond(at.micros()).ok()),
            operation: self.operation.decode().trim().to_owned(),
            workload: self.workload.said(),
            record_type: self.record_type.number(),
            account: account(&actor),
            actor,
            actor_id: self.actor_id.said(),
            mailbox: self.mailbox.said().map(|owner| account(&owner)),
            address: self.address.ip(),
            session: self.session.said(),
            token: self.token.said(),
            agent: self.program().said(),
            client: self.client.said(),
            app: self.app.said(),
            app_name: self.app_name.said(),
            resource: self.resource.said(),
            target: self.target.said(),
            outcome: self.outcome,
            error: self.error,
            detail: self.detail.said(),
            interactive: self.interactive,
            country: self.country.said(),
            parameters: self.pairs(),
            items: self.item_list(),
            count: self.count,
            either_date: matches!(self.time, Some(time::Read::Either(_))),
        }
    }

    fn pairs(&self) -> Vec<Pair> {
        let mut all = Vec::new();
        for list in self.parameters {
            for item in Items::of(list) {
                pairs_of(item.nested(), &mut all);
            }
        }
        for target in Items::of(self.targets) {
            // Type 1 is a name.
            if member(target.nested(), "Type").is_some_and(|of| of.text().is("1")) {
                let value = member(target.nested(), "ID").map(as_text).unwrap_or_default();
                all.push(Pair { name: "TargetName".to_owned(), value });
            }
        }
        let beside = self.beside.iter().filter(|(_, value)| !value.is_empty());
        all.extend(beside.map(|(name, value)| Pair { name: name.decode().into_owned(), value: value.decode().into_owned() }));
        all
    }

    fn item_list(&self) -> Vec<Item> {
        let mut all = Vec::new();
        if let Some([id, name, folder, size]) = self.single {
            let text = |text: Text<'_>| text.decode().into_owned();
            let size = size.number().and_then(|size| u64::try_from(size).ok());
            let (id, message_id) = if self.kind == Kind::Trace { (String::new(), text(id)) } else { (text(id), String::new()) };
            all.push(Item { id, message_id, name: text(name), folder: text(folder), attachments: String::new(), size });
        }
        for list in self.items {
            match list.bytes.first() {
                Some(b'[') => Items::of(list).for_each(|item| items_of(item.nested(), &mut all)),
                Some(_) => items_of(list, &mut all),
                None => {}
            }
        }
        all
    }
}

/// How accounts are compared: in lower case, trimmed.
pub fn account(actor: &str) -> String {
    actor.trim().to_lowercase()
}

/// The part of `Client=OWA;Mozilla/5.0 …;` that names a program, if one does.
fn program_in(client: Text<'_>) -> Text<'_> {
    let rest = match client.bytes.strip_prefix(b"Client=") {
        Some(rest) => match memchr::memchr(b';', rest) {
            Some(at) => &rest[at + 1..],
            None => b"",
        },
        None => client.bytes,
    };
    let is_program = !rest.starts_with(b"Client=") && !rest.starts_with(b"Action=") && memchr::memchr(b'/', rest).is_some();
    if is_program { Text::new(rest, client.form) } else { Text::default() }
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes.trim_ascii();
    while let [rest @ .., b';' | b' '] = bytes {
        bytes = rest;
    }
    bytes
}

/// What a value says, nested ones as they stand.
fn as_text(value: Value<'_>) -> String {
    value.raw().decode().into_owned()
}

/// One entry of a list of parameters. Lists differ: `Name`/`Value`, `Key`/`Value`,
/// `Name`/`NewValue`/`OldValue`, `displayName`/`newValue`/`oldValue`.
fn pairs_of(entry: Text<'_>, all: &mut Vec<Pair>) {
    let (mut name, mut value, mut old) = (String::new(), None, None);
    for (key, member) in members(entry) {
        if is_one_of(key, &["modifiedproperties"]) {
            // A target of a directory operation: what was changed on it.
            Items::of(member.raw()).for_each(|change| pairs_of(change.nested(), all));
            return;
        }
        if is_one_of(key, &["name", "key", "displayname"]) {
            name = as_text(member);
        } else if is_one_of(key, &["value", "newvalue"]) {
            value = Some(as_text(member));
        } else if is_one_of(key, &["oldvalue"]) {
            old = Some(as_text(member)).filter(|old| !old.is_empty());
        }
    }
    if let Some(old) = old {
        all.push(Pair { name: format!("old:{name}"), value: old });
    }
    if !name.is_empty() || value.as_ref().is_some_and(|value| !value.is_empty()) {
        all.push(Pair { name, value: value.unwrap_or_default() });
    }
}

fn is_one_of(key: &[u8], names: &[&str]) -> bool {
    names.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes()))
}

/// An item, or a folder that lists items.
fn items_of(entry: Text<'_>, all: &mut Vec<Item>) {
    let text = |name: &str| member(entry, name).map(|value| value.text().decode().into_owned()).unwrap_or_default();
    if let Some(inside) = member(entry, "FolderItems") {
        let folder = text("Path");
        for item in Items::of(inside.nested()) {
            let before = all.len();
            items_of(item.nested(), all);
            all[before..].iter_mut().for_each(|item| item.folder.clone_from(&folder));
        }
        return;
    }
    let parent = member(entry, "ParentFolder").map(Value::nested).unwrap_or_default();
    all.push(Item {
        id: text("Id"),
        message_id: text("InternetMessageId"),
        name: text("Subject"),
        folder: member(parent, "Path").map(|path| path.text().decode().into_owned()).unwrap_or_default(),
        attachments: text("Attachments"),
        size: member(entry, "SizeInBytes").and_then(|size| size.text().number()).and_then(|size| u64::try_from(size).ok()),
    });
}
