//! Graph's view of the inbox rules.
//!
//! The same rules as the cmdlets see, under other ids. Hidden and system rules do not exist here; a rule that Graph
//! has no words for comes without conditions and actions, read-only, and cannot be told from an empty one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::{Map, Value, json};

use super::folders;
use super::parameters::texts;
use super::people::person_name;
use super::reply::Row;
use super::rules::{bytes, is_action, is_set, priorities};
use super::state::{Exchange, Mailbox, Rule, RuleKind};
use crate::caller::Caller;
use crate::message::{Answer, Request};
use crate::world::World;

/// How a field is written on the two sides.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Plain,
    /// Members of an enumeration differ in case.
    Word,
    People,
    Folder,
}

const FIELDS: &[(&str, &str, Shape)] = &[
    ("SubjectContainsWords", "subjectContains", Shape::Plain),
    ("BodyContainsWords", "bodyContains", Shape::Plain),
    ("SubjectOrBodyContainsWords", "bodyOrSubjectContains", Shape::Plain),
    ("FromAddressContainsWords", "senderContains", Shape::Plain),
    ("RecipientAddressContainsWords", "recipientContains", Shape::Plain),
    ("HeaderContainsWords", "headerContains", Shape::Plain),
    ("From", "fromAddresses", Shape::People),
    ("SentTo", "sentToAddresses", Shape::People),
    ("HasAttachment", "hasAttachments", Shape::Plain),
    ("MyNameInToBox", "sentToMe", Shape::Plain),
    ("MyNameInCcBox", "sentCcMe", Shape::Plain),
    ("MyNameInToOrCcBox", "sentToOrCcMe", Shape::Plain),
    ("MyNameNotInToBox", "notSentToMe", Shape::Plain),
    ("SentOnlyToMe", "sentOnlyToMe", Shape::Plain),
    ("AssignedCategories", "categories", Shape::Plain),
    ("WithImportance", "importance", Shape::Word),
    ("WithSensitivity", "sensitivity", Shape::Word),
    ("MoveToFolder", "moveToFolder", Shape::Folder),
    ("CopyToFolder", "copyToFolder", Shape::Folder),
    ("DeleteMessage", "delete", Shape::Plain),
    ("PermanentDelete", "permanentDelete", Shape::Plain),
    ("MarkAsRead", "markAsRead", Shape::Plain),
    ("MarkImportance", "markImportance", Shape::Word),
    ("StopProcessingRules", "stopProcessingRules", Shape::Plain),
    ("ApplyCategory", "assignCategories", Shape::Plain),
    ("ForwardTo", "forwardTo", Shape::People),
    ("ForwardAsAttachmentTo", "forwardAsAttachmentTo", Shape::People),
    ("RedirectTo", "redirectTo", Shape::People),
];

/// Answers `…/mailFolders/inbox/messageRules` and what lies below it.
pub fn graph_rules(world: &mut World, request: &Request, caller: &Caller, user_id: &str, tail: &str) -> Answer {
    let read = request.method == "GET";
    let permitted = caller.has("MailboxSettings.ReadWrite") || (read && caller.has("MailboxSettings.Read"));
    let own = caller.account().is_none_or(|account| account.eq_ignore_ascii_case(user_id));
    if !permitted || !own {
        return Answer::graph_error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
    }
    let Some(mailbox) = world.tenant.exchange.mailbox_of(user_id).cloned() else {
        let text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise.";
        return Answer::graph_error(404, "MailboxNotEnabledForRESTAPI", text);
    };
    let id = tail.rsplit("messageRules").next().unwrap_or_default().trim_matches('/');
    let id = crate::encoding::decode(id);
    let place = Place { base: format!("{}/v1.0", world.tenant.bases.graph), user: user_id.to_owned() };
    let exchange = &mut world.tenant.exchange;
    match (request.method.as_str(), id.as_str()) {
        ("GET", "") => list(exchange, &mailbox, &place),
        ("POST", "") => create(exchange, mailbox, &place, &request.json().unwrap_or_default()),
        ("GET", id) => with(&mailbox, id, |at| entity(exchange, &mailbox, at, &place, 200)),
        ("PATCH", id) => {
            with(&mailbox.clone(), id, |at| update(exchange, mailbox, at, &place, &request.json().unwrap_or_default()))
        }
        ("DELETE", id) => with(&mailbox.clone(), id, |at| delete(exchange, mailbox, at)),
        _ => Answer::graph_error(405, "ErrorMethodNotAllowed", "The method is not allowed."),
    }
}

/// The id Graph gives to a folder.
pub fn folder_id(path: &str) -> String {
    format!("AQMkAD{}", URL_SAFE.encode(path))
}

struct Place {
    base: String,
    user: String,
}

impl Place {
    fn context(&self, entity: &str) -> String {
        format!("{}/$metadata#users('{}')/mailFolders('inbox')/messageRules{entity}", self.base, self.user)
    }
}

fn list(exchange: &Exchange, mailbox: &Mailbox, place: &Place) -> Answer {
    let shown = (0..mailbox.rules.len()).filter(|at| is_shown(&mailbox.rules[*at]));
    let value: Vec<Value> = shown.map(|at| rule_json(exchange, mailbox, at)).collect();
    Answer::json(200, &json!({"@odata.context": place.context(""), "value": value}))
}

fn entity(exchange: &Exchange, mailbox: &Mailbox, at: usize, place: &Place, status: u16) -> Answer {
    let mut rule = rule_json(exchange, mailbox, at);
    rule["@odata.context"] = place.context("/$entity").into();
    Answer::json(status, &rule)
}

fn with(mailbox: &Mailbox, id: &str, then: impl FnOnce(usize) -> Answer) -> Answer {
    match mailbox.rules.iter().position(|rule| is_shown(rule) && rule_id(rule) == id) {
        Some(at) => then(at),
        None => Answer::graph_error(404, "ErrorItemNotFound", "The specified object was not found in the store."),
    }
}

fn create(exchange: &mut Exchange, mut mailbox: Mailbox, place: &Place, body: &Value) -> Answer {
    let mut rule =
        Rule { id: exchange.take_rule_id(), name: String::new(), enabled: true, kind: RuleKind::Visible, fields: Row::new() };
    if let Err(why) = change(exchange, &mailbox, &mut rule, body) {
        return bad(&why);
    }
    if !rule.fields.keys().any(|field| is_action(field)) {
        return bad("The rule must have at least one action.");
    }
    let sequence = body["sequence"].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(1);
    let at = place_of(&mailbox, sequence);
    mailbox.rules.insert(at, rule);
    save(exchange, &mut mailbox);
    entity(exchange, &mailbox, at, place, 201)
}

fn update(exchange: &mut Exchange, mut mailbox: Mailbox, at: usize, place: &Place, body: &Value) -> Answer {
    let mut rule = mailbox.rules.remove(at);
    if !is_expressible(&rule) {
        return bad("The rule is read-only and cannot be changed.");
    }
    if let Err(why) = change(exchange, &mailbox, &mut rule, body) {
        return bad(&why);
    }
    let sequence = body["sequence"].as_u64().and_then(|number| usize::try_from(number).ok());
    let at = sequence.map_or(at, |sequence| place_of(&mailbox, sequence));
    mailbox.rules.insert(at, rule);
    save(exchange, &mut mailbox);
    entity(exchange, &mailbox, at, place, 200)
}

fn delete(exchange: &mut Exchange, mut mailbox: Mailbox, at: usize) -> Answer {
    if !is_expressible(&mailbox.rules[at]) {
        return bad("The rule is read-only and cannot be deleted.");
    }
    mailbox.rules.remove(at);
    save(exchange, &mut mailbox);
    Answer::empty(204)
}

fn save(exchange: &mut Exchange, mailbox: &mut Mailbox) {
    mailbox.client_rules.clear();
    exchange.put_mailbox(mailbox.clone());
}

fn place_of(mailbox: &Mailbox, sequence: usize) -> usize {
    let places = priorities(&mailbox.rules);
    places.iter().position(|place| *place >= sequence.max(1)).unwrap_or(places.len())
}

fn bad(message: &str) -> Answer {
    Answer::graph_error(400, "ErrorInvalidRequest", message)
}

fn is_shown(rule: &Rule) -> bool {
    matches!(rule.kind, RuleKind::Visible | RuleKind::Unreadable)
}

fn rule_id(rule: &Rule) -> String {
    let [.., a, b, c, d] = rule.id.to_be_bytes();
    URL_SAFE.encode([1, 0, 0, 0, a, b, c, d])
}

fn is_expressible(rule: &Rule) -> bool {
    let has_words = |field: &String| {
        let plain = field.strip_prefix("ExceptIf").unwrap_or(field);
        plain.starts_with("WithinSizeRange") || FIELDS.iter().any(|(own, ..)| *own == plain)
    };
    rule.kind == RuleKind::Visible && rule.fields.keys().all(has_words)
}

fn rule_json(exchange: &Exchange, mailbox: &Mailbox, at: usize) -> Value {
    let rule = &mailbox.rules[at];
    let mut out = json!({
        "id": rule_id(rule), "displayName": rule.name, "sequence": priorities(&mailbox.rules)[at], "isEnabled": rule.enabled,
        "hasError": rule.kind == RuleKind::Unreadable, "isReadOnly": !is_expressible(rule),
    });
    if is_expressible(rule) {
        let sections = [
            ("conditions", section(exchange, &rule.fields, "", false)),
            ("actions", section(exchange, &rule.fields, "", true)),
            ("exceptions", section(exchange, &rule.fields, "ExceptIf", false)),
        ];
        for (name, section) in sections {
            if !section.is_empty() {
                out[name] = section.into();
            }
        }
    }
    out
}

fn section(exchange: &Exchange, fields: &Row, prefix: &str, actions: bool) -> Map<String, Value> {
    let mut out = Map::new();
    for (own, graph, shape) in FIELDS.iter().filter(|(own, ..)| is_action(own) == actions) {
        if let Some(value) = fields.get(&format!("{prefix}{own}")) {
            out.insert((*graph).to_owned(), to_graph(exchange, *shape, value));
        }
    }
    let size = |end: &str| {
        fields.get(&format!("{prefix}WithinSizeRange{end}")).and_then(Value::as_str).and_then(bytes).map(|size| size >> 10)
    };
    let (least, most) = (size("Minimum"), size("Maximum"));
    if !actions && (least.is_some() || most.is_some()) {
        out.insert("withinSizeRange".into(), json!({"minimumSize": least, "maximumSize": most}));
    }
    out
}

fn to_graph(exchange: &Exchange, shape: Shape, value: &Value) -> Value {
    let person = |stored: &String| json!({"emailAddress": {"name": person_name(stored), "address": exchange.address_of(stored)}});
    match (shape, value) {
        (Shape::People, value) => texts(value).iter().map(person).collect(),
        (Shape::Folder, Value::String(path)) => folder_id(path).into(),
        (Shape::Word, Value::String(word)) => word.replace("CompanyConfidential", "confidential").to_lowercase().into(),
        (_, value) => value.clone(),
    }
}

/// Puts what the body says into the rule; a section that is given replaces the one before.
fn change(exchange: &Exchange, mailbox: &Mailbox, rule: &mut Rule, body: &Value) -> Result<(), String> {
    for (name, value) in body.as_object().ok_or("The request body is not an object.")? {
        match name.as_str() {
            "displayName" => value.as_str().unwrap_or_default().clone_into(&mut rule.name),
            "isEnabled" => rule.enabled = value.as_bool().ok_or("isEnabled must be true or false.")?,
            "conditions" => replace(exchange, mailbox, rule, value, ("", false))?,
            "actions" => replace(exchange, mailbox, rule, value, ("", true))?,
            "exceptions" => replace(exchange, mailbox, rule, value, ("ExceptIf", false))?,
            "sequence" | "@odata.type" => {}
            other => return Err(format!("Invalid property '{other}'.")),
        }
    }
    Ok(())
}

fn replace(
    exchange: &Exchange,
    mailbox: &Mailbox,
    rule: &mut Rule,
    given: &Value,
    (prefix, actions): (&str, bool),
) -> Result<(), String> {
    let here = |field: &str| field.starts_with("ExceptIf") != prefix.is_empty() && is_action(field) == actions;
    rule.fields.retain(|field, _| !here(field));
    for (name, value) in given.as_object().into_iter().flatten().filter(|(_, value)| is_set(value)) {
        if name == "withinSizeRange" && !actions {
            for (end, member) in [("Minimum", "minimumSize"), ("Maximum", "maximumSize")] {
                if let Some(size) = value[member].as_u64() {
                    rule.fields.insert(format!("{prefix}WithinSizeRange{end}"), format!("{size} KB").into());
                }
            }
            continue;
        }
        let known = FIELDS.iter().find(|(own, graph, _)| graph == name && is_action(own) == actions);
        let (own, _, shape) = known.ok_or_else(|| format!("Invalid property '{name}'."))?;
        rule.fields.insert(format!("{prefix}{own}"), from_graph(exchange, mailbox, *shape, value)?);
    }
    Ok(())
}

fn from_graph(exchange: &Exchange, mailbox: &Mailbox, shape: Shape, value: &Value) -> Result<Value, String> {
    let people = || {
        let addresses = value.as_array().into_iter().flatten().filter_map(|one| one["emailAddress"]["address"].as_str());
        addresses
            .map(|address| exchange.person(address).map_err(|_| format!("'{address}' is not an address.")))
            .collect::<Result<Vec<_>, _>>()
    };
    match (shape, value.as_str()) {
        (Shape::People, _) => people().map(Value::from),
        (Shape::Folder, Some(id)) => folder(mailbox, id).map(Value::from).ok_or_else(|| "The folder was not found.".to_owned()),
        (Shape::Word, Some("confidential")) => Ok("CompanyConfidential".into()),
        (Shape::Word, Some(word)) => {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            Ok(format!("{}{rest}", first.to_uppercase()).into())
        }
        _ => Ok(value.clone()),
    }
}

/// A folder by its id or by a well-known name.
fn folder(mailbox: &Mailbox, id: &str) -> Option<String> {
    let known = mailbox.folders.iter().find(|path| folder_id(path) == id || folders::kind(path).eq_ignore_ascii_case(id));
    known.cloned()
}
