//! The inbox rule cmdlets.
//!
//! Every change from the server drops the rules that only Outlook carries out, warned of or not. A rule that
//! is made gets a new number and a place in the order; those behind it move. System rules stay as they are.

use jiff::Timestamp;
use serde_json::Value;

use super::call::Call;
use super::catalogue::{self, Kind, Parameter};
use super::describe::describe;
use super::folders;
use super::parameters::{ListChange, texts};
use super::reply::{Failure, Output, Row};
use super::state::{Exchange, Mailbox, Rule, RuleKind};

const OUTLOOK_WARNING: &str = "The Inbox rules modified here will be saved; client-side rules that were created in \
                               Outlook are removed by this change.";

/// Actions: a rule without one is refused.
const ACTIONS: &[&str] = &[
    "ApplyCategory",
    "ApplySystemCategory",
    "ClearCategories",
    "ClearFlag",
    "CompleteFlag",
    "CopyToFolder",
    "DeleteMessage",
    "DeleteSystemCategory",
    "DisplayAlert",
    "FlagMessage",
    "ForwardAsAttachmentTo",
    "ForwardTo",
    "MarkAsRead",
    "MarkImportance",
    "MoveToFolder",
    "PermanentDelete",
    "PinMessage",
    "PlaySound",
    "RedirectTo",
    "SoftDeleteMessage",
    "StopProcessingRules",
];

/// Whether a field says what to do, rather than when.
pub fn is_action(field: &str) -> bool {
    ACTIONS.contains(&field)
}

/// Whether a field holds recipients.
pub fn names_people(field: &str) -> bool {
    matches!(
        field.strip_prefix("ExceptIf").unwrap_or(field),
        "From" | "SentTo" | "ForwardTo" | "ForwardAsAttachmentTo" | "RedirectTo"
    )
}

/// Whether a value means anything: null, false and empty do not.
pub fn is_set(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// The place of each rule in the order, as it is shown: system rules stand at nought.
pub fn priorities(rules: &[Rule]) -> Vec<usize> {
    let mut next = 0;
    let place = |rule: &Rule| {
        if rule.kind == RuleKind::System {
            return 0;
        }
        next += 1;
        next
    };
    rules.iter().map(place).collect()
}

/// `Get-InboxRule`.
pub fn get(exchange: &Exchange, call: &Call) -> Result<Output, Failure> {
    let mailbox = call.mailbox(exchange, "Mailbox")?.seen(call.fresh);
    if exchange.behaviour.unreadable_fails_listing && mailbox.rules.iter().any(|rule| rule.kind == RuleKind::Unreadable) {
        return Err(Failure::refused(
            "Microsoft.Exchange.Data.Storage.RuleParseException",
            "The Inbox rules of this mailbox couldn't be read because a rule is corrupt.",
        ));
    }
    if let Some(identity) = call.parameters.text("Identity") {
        let at = position(mailbox, identity)?;
        return Ok(Output::rows(listing(mailbox).into_iter().skip(at).take(1).collect()));
    }
    let hidden = call.parameters.on("IncludeHidden");
    let shown = |rule: &Rule| hidden || matches!(rule.kind, RuleKind::Visible | RuleKind::Unreadable);
    let rows = mailbox.rules.iter().zip(listing(mailbox)).filter(|(rule, _)| shown(rule));
    let skip = call.parameters.number("SkipCount").unwrap_or(0);
    Ok(Output::rows(rows.map(|(_, row)| row).skip(skip).collect()))
}

/// `New-InboxRule`.
pub fn new(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let mut mailbox = call.mailbox(exchange, "Mailbox")?.now().clone();
    let name = call.parameters.text("Name").unwrap_or_default();
    if name.trim().is_empty() {
        return Err(Failure::binding("Cannot bind argument to parameter 'Name' because it is an empty string."));
    }
    let mut fields = Row::new();
    fields.insert("StopProcessingRules".into(), true.into());
    apply(exchange, &mailbox, call, &mut fields)?;
    if !fields.keys().any(|field| is_action(field)) {
        return Err(Failure::refused(
            "Microsoft.Exchange.Data.Storage.Management.InvalidInboxRuleException",
            "At least one action must be specified for the Inbox rule.",
        ));
    }
    if call.parameters.on("WhatIf") {
        return Ok(Output::default());
    }
    let rule = Rule { id: exchange.take_rule_id(), name: name.to_owned(), enabled: true, kind: RuleKind::Visible, fields };
    let id = rule.id;
    insert(&mut mailbox, rule, call.parameters.number("Priority").unwrap_or(1));
    let warnings = save(exchange, mailbox, call);
    let mailbox = call.mailbox(exchange, "Mailbox")?.now();
    let rows = mailbox.rules.iter().zip(listing(mailbox)).filter(|(rule, _)| rule.id == id).map(|(_, row)| row);
    Ok(Output { rows: rows.collect(), warnings })
}

/// `Set-InboxRule`.
pub fn set(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let (mut mailbox, at) = changeable(exchange, call)?;
    let mut rule = mailbox.rules.remove(at);
    let before = rule.clone();
    if let Some(name) = call.parameters.text("Name") {
        name.clone_into(&mut rule.name);
    }
    apply(exchange, &mailbox, call, &mut rule.fields)?;
    let place = priorities_before(&mailbox, at) + 1;
    let wanted = call.parameters.number("Priority").unwrap_or(place);
    if rule == before && wanted == place {
        let identity = identity(&mailbox, rule.id);
        return Ok(Output::done(Some(nothing_modified(&identity))));
    }
    if call.parameters.on("WhatIf") {
        return Ok(Output::default());
    }
    insert(&mut mailbox, rule, wanted);
    Ok(Output { rows: Vec::new(), warnings: save(exchange, mailbox, call) })
}

/// `Enable-InboxRule` and `Disable-InboxRule`.
pub fn switch(exchange: &mut Exchange, call: &Call, on: bool) -> Result<Output, Failure> {
    let (mut mailbox, at) = changeable(exchange, call)?;
    if call.parameters.on("WhatIf") {
        return Ok(Output::default());
    }
    if let Some(rule) = mailbox.rules.get_mut(at) {
        rule.enabled = on;
    }
    Ok(Output { rows: Vec::new(), warnings: save(exchange, mailbox, call) })
}

/// `Remove-InboxRule`.
pub fn remove(exchange: &mut Exchange, call: &Call) -> Result<Output, Failure> {
    let said = exchange.behaviour.missing_rule;
    let (mut mailbox, at) = match changeable(exchange, call) {
        Err(Failure::Cmdlet(missing)) if missing.status == 404 => return said.instead_of(Failure::Cmdlet(missing)),
        found => found?,
    };
    if call.parameters.on("WhatIf") {
        return Ok(Output::default());
    }
    mailbox.rules.remove(at);
    Ok(Output { rows: Vec::new(), warnings: save(exchange, mailbox, call) })
}

/// What the service says when a change changed nothing.
pub fn nothing_modified(identity: &str) -> String {
    format!("The command completed successfully but no settings of '{identity}' have been modified.")
}

fn changeable(exchange: &Exchange, call: &Call) -> Result<(Mailbox, usize), Failure> {
    let mailbox = call.mailbox(exchange, "Mailbox")?.now().clone();
    let at = position(&mailbox, call.parameters.text("Identity").unwrap_or_default())?;
    match mailbox.rules.get(at).map(|rule| rule.kind) {
        Some(RuleKind::System) => Err(Failure::refused(
            "Microsoft.Exchange.Data.Storage.Management.InvalidInboxRuleException",
            "The rule is maintained by the system and can't be changed.",
        )),
        _ => Ok((mailbox, at)),
    }
}

fn position(mailbox: &Mailbox, identity: &str) -> Result<usize, Failure> {
    let number = identity.rsplit('\\').next().unwrap_or(identity).parse::<u64>().ok();
    if let Some(at) = mailbox.rules.iter().position(|rule| number == Some(rule.id)) {
        return Ok(at);
    }
    let named: Vec<usize> = (0..mailbox.rules.len()).filter(|at| mailbox.rules[*at].name == identity).collect();
    match named[..] {
        [at] => Ok(at),
        [] => Err(Failure::rule_missing(&mailbox.who.id, identity)),
        _ => Err(Failure::refused(
            "Microsoft.Exchange.Configuration.Tasks.ManagementObjectAmbiguousException",
            format!("The operation couldn't be performed because '{identity}' matches multiple entries."),
        )),
    }
}

fn insert(mailbox: &mut Mailbox, rule: Rule, priority: usize) {
    let places = priorities(&mailbox.rules);
    let at = places.iter().position(|place| *place >= priority.max(1)).unwrap_or(places.len());
    mailbox.rules.insert(at, rule);
}

fn priorities_before(mailbox: &Mailbox, at: usize) -> usize {
    mailbox.rules.iter().take(at).filter(|rule| rule.kind != RuleKind::System).count()
}

fn save(exchange: &mut Exchange, mut mailbox: Mailbox, call: &Call) -> Vec<String> {
    mailbox.client_rules.clear();
    exchange.put_mailbox(mailbox);
    let silent = call.parameters.on("Force") || call.parameters.on("AlwaysDeleteOutlookRulesBlob");
    if silent { Vec::new() } else { vec![OUTLOOK_WARNING.to_owned()] }
}

/// Puts the given conditions and actions into the fields; null takes one out.
fn apply(exchange: &Exchange, mailbox: &Mailbox, call: &Call, fields: &mut Row) -> Result<(), Failure> {
    for field in catalogue::rule_fields() {
        let Some(given) = call.parameters.given(field.name) else { continue };
        let value = stored(exchange, mailbox, &field, given, fields.get(field.name))?;
        if is_set(&value) {
            fields.insert(field.name.to_owned(), value);
        } else {
            fields.remove(field.name);
        }
    }
    Ok(())
}

fn stored(
    exchange: &Exchange,
    mailbox: &Mailbox,
    field: &Parameter,
    given: &Value,
    old: Option<&Value>,
) -> Result<Value, Failure> {
    let name = field.name.strip_prefix("ExceptIf").unwrap_or(field.name);
    let text = given.as_str();
    match (name, text) {
        (_, _) if field.kind == Kind::List => list(exchange, field.name, given, old),
        ("MoveToFolder" | "CopyToFolder", Some(folder)) => folders::resolve(mailbox, folder).map(Value::from),
        ("ReceivedAfterDate" | "ReceivedBeforeDate", Some(date)) => match date.parse::<Timestamp>() {
            Ok(date) => Ok(format!("{}.0000000+00:00", date.strftime("%Y-%m-%dT%H:%M:%S")).into()),
            Err(_) => Err(Failure::binding(format!("Cannot convert value \"{date}\" to type \"ExDateTime\"."))),
        },
        ("WithinSizeRangeMinimum" | "WithinSizeRangeMaximum", Some(size)) => match bytes(size) {
            Some(bytes) => Ok(size_text(bytes).into()),
            None => Err(Failure::binding(format!("Cannot convert value \"{size}\" to type \"ByteQuantifiedSize\"."))),
        },
        _ => Ok(given.clone()),
    }
}

fn list(exchange: &Exchange, field: &str, given: &Value, old: Option<&Value>) -> Result<Value, Failure> {
    let mut change = match given.as_object() {
        Some(table) => {
            let part = |key: &str| table.get(key).map(texts).unwrap_or_default();
            ListChange::Partial { add: part("add"), remove: part("remove") }
        }
        None => ListChange::Replace(texts(given)),
    };
    if names_people(field) {
        change = change.try_map(|identity| exchange.person(&identity))?;
    }
    Ok(change.apply(&old.map(texts).unwrap_or_default()).into())
}

/// All rules as they are listed, in order.
fn listing(mailbox: &Mailbox) -> Vec<Row> {
    let places = priorities(&mailbox.rules);
    mailbox.rules.iter().zip(places).map(|(rule, place)| row(mailbox, rule, place)).collect()
}

fn row(mailbox: &Mailbox, rule: &Rule, place: usize) -> Row {
    let readable = rule.kind != RuleKind::Unreadable;
    let mut row = Row::new();
    for field in catalogue::rule_fields() {
        let unset = if field.kind == Kind::Bool { Value::Bool(false) } else { Value::Null };
        let value = rule.fields.get(field.name).filter(|_| readable).cloned().unwrap_or(unset);
        row.insert(field.name.to_owned(), value);
    }
    let supported = rule.kind == RuleKind::Visible;
    let text = if supported { describe(rule) } else { String::new() };
    let own = mailbox.who.id.clone();
    let more: [(&str, Value); 14] = [
        ("Description", text.into()),
        ("Enabled", rule.enabled.into()),
        ("Identity", identity(mailbox, rule.id).into()),
        ("InError", (!readable).into()),
        ("ErrorType", if readable { "None" } else { "InvalidRule" }.into()),
        ("Name", rule.name.clone().into()),
        ("Priority", place.into()),
        ("RuleIdentity", rule.id.into()),
        ("SupportedByTask", supported.into()),
        ("Legacy", false.into()),
        ("IsValid", readable.into()),
        ("MailboxOwnerId", own.into()),
        ("ObjectState", "Unchanged".into()),
        ("SendTextMessageNotificationTo", Vec::<String>::new().into()),
    ];
    row.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    row
}

/// A rule's identity as it is listed.
pub fn identity(mailbox: &Mailbox, rule: u64) -> String {
    format!("{}\\{rule}", mailbox.who.id)
}

/// The number of bytes in a size such as `10 KB`, `10240` or `10 KB (10,240 bytes)`.
pub fn bytes(size: &str) -> Option<u64> {
    if let Some((_, exact)) = size.split_once('(') {
        let digits: String = exact.chars().filter(char::is_ascii_digit).collect();
        return digits.parse().ok();
    }
    let size = size.trim();
    let end = size.find(|char: char| !char.is_ascii_digit()).unwrap_or(size.len());
    let (number, unit) = size.split_at(end);
    let factor: u64 = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn size_text(bytes: u64) -> String {
    let (unit, factor) = match bytes {
        0..=1023 => ("B", 1),
        1024..=1_048_575 => ("KB", 1 << 10),
        1_048_576..=1_073_741_823 => ("MB", 1 << 20),
        _ => ("GB", 1 << 30),
    };
    let digits = bytes.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{} {unit} ({grouped} bytes)", bytes / factor)
}
