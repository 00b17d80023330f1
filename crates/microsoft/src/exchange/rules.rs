//! Inbox rules, read through the only interface that shows hidden ones, and changed through it.
//!
//! Invariant: every row that is listed becomes a rule; one that cannot be read is a rule that says
//! so. Two listings, with and without hidden rules, travel side by side: their difference is what
//! is hidden. Any change here loses the rules that Outlook keeps for itself (docs/wire.md, 10).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use regain_incident::account::Account;
use regain_incident::facets::inbox_rules::{Change, InboxRule, SendsAs, SendsTo, Words};
use regain_ports::{Age, Notes, ProviderError, ProviderErrorKind, Seen, Urgency};
use serde_json::{Map, Value, json};

use super::members::{self, Kind};
use super::recipient::{Known, Shown};
use super::wire::{bytes, is_side_field, text, texts, yes};
use super::{Cmdlet, Exchange, error, or_no_mailbox};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the inbox rules", needs: "a role that may run Get-InboxRule" };
const SWITCH: Doing =
    Doing { what: "switch the inbox rule", needs: "a role that may run Disable-InboxRule and Enable-InboxRule" };
const REMOVE: Doing = Doing { what: "remove the inbox rule", needs: "a role that may run Remove-InboxRule" };
const RESTORE: Doing = Doing { what: "make the inbox rule again", needs: "a role that may run New-InboxRule" };

/// The rules of a mailbox as both listings last told them, by id.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    every: BTreeSet<String>,
    shown: BTreeSet<String>,
}

impl Exchange {
    /// One round trip, and a second where recipients of the tenant have to be resolved.
    pub(crate) async fn inbox_rules(
        &self,
        account: &Account,
        age: Age,
        urgency: Urgency,
    ) -> Result<Seen<Vec<InboxRule>>, ProviderError> {
        or_no_mailbox(self.read_rules(account, age, urgency).await)
    }

    async fn read_rules(&self, account: &Account, age: Age, urgency: Urgency) -> Result<Seen<Vec<InboxRule>>, ProviderError> {
        let visible = json!({"Mailbox": account.id.as_str(), "ResultSize": "Unlimited"});
        let mut every = visible.clone();
        if let Some(members) = every.as_object_mut() {
            members.insert("IncludeHidden".to_owned(), Value::from(true));
            members.insert("BypassScopeCheck".to_owned(), Value::from(true));
        }
        let every = Cmdlet::new(READ, "Get-InboxRule", every).of(account).urgency(urgency);
        let visible = Cmdlet::new(READ, "Get-InboxRule", visible).of(account).urgency(urgency);
        if urgency == Urgency::Background {
            return self.rules_one_by_one(account, &every, &visible).await;
        }
        let known = self.shown_before(account).filter(|_| age == Age::Again);
        let (every, visible) = match known {
            // Which rules are hidden does not change while a step switches one: one listing shows what it did.
            Some(known) => {
                let every = self.run(&every).await?;
                let ids: BTreeSet<String> = every.rows.iter().map(id).collect::<Result<_, _>>()?;
                if ids.is_subset(&known.every) {
                    return self.told(account, &every, &super::Output::default(), &known.shown, urgency).await;
                }
                (every, self.run(&visible).await?)
            }
            None => futures_util::future::try_join(self.run(&every), self.run(&visible)).await?,
        };
        let shown: BTreeSet<String> = visible.rows.iter().map(id).collect::<Result<_, _>>()?;
        self.told(account, &every, &visible, &shown, urgency).await
    }

    /// One listing after the other, where nobody waits: a mailbox without any rule needs one alone.
    async fn rules_one_by_one(
        &self,
        account: &Account,
        every: &Cmdlet<'_>,
        visible: &Cmdlet<'_>,
    ) -> Result<Seen<Vec<InboxRule>>, ProviderError> {
        let every = self.run(every).await?;
        if every.rows.is_empty() {
            return Ok(Seen::new(Vec::new(), every.raw));
        }
        let visible = self.run(visible).await?;
        let shown: BTreeSet<String> = visible.rows.iter().map(id).collect::<Result<_, _>>()?;
        self.told(account, &every, &visible, &shown, Urgency::Background).await
    }

    fn shown_before(&self, account: &Account) -> Option<Listed> {
        self.lists.rules.lock().unwrap_or_else(PoisonError::into_inner).get(account.id.as_str()).cloned()
    }

    /// The rules of both listings; those that are not in `shown` are hidden.
    async fn told(
        &self,
        account: &Account,
        every: &super::Output,
        visible: &super::Output,
        shown: &BTreeSet<String>,
        urgency: Urgency,
    ) -> Result<Seen<Vec<InboxRule>>, ProviderError> {
        let mut rows: BTreeMap<String, &Value> = BTreeMap::new();
        for row in every.rows.iter().chain(&visible.rows) {
            rows.entry(id(row)?).or_insert(row);
        }
        if urgency != Urgency::Background {
            // Of thousands of mailboxes nothing is changed, and nothing has to be known again.
            let listed = Listed { every: rows.keys().cloned().collect(), shown: shown.clone() };
            self.lists.rules.lock().unwrap_or_else(PoisonError::into_inner).insert(account.id.as_str().to_owned(), listed);
        }
        let (known, resolved) = self.resolve(&legacy(rows.values().copied()), urgency).await?;
        let mut rules: Vec<InboxRule> = rows.iter().map(|(id, row)| rule(id, row, !shown.contains(id), &known)).collect();
        rules.sort_by(|one, other| (one.priority, &one.id).cmp(&(other.priority, &other.id)));
        Ok(Seen::new(rules, [every.raw.clone(), visible.raw.clone(), resolved].concat()))
    }

    /// One round trip; a restore two, and one more for a rule that was off.
    pub(crate) async fn change_rule(&self, account: &Account, change: &Change) -> Result<Notes, ProviderError> {
        match change {
            Change::Disable(rule) => gone_is_done(self.switch(account, &rule.id, false).await),
            Change::Enable(rule) => self.switch(account, &rule.id, true).await,
            Change::Remove(rule) => {
                let cmdlet = Cmdlet::new(REMOVE, "Remove-InboxRule", by_id(account, &rule.id)).of(account);
                // Unverified: that a missing rule is a 404.
                gone_is_done(self.change(&cmdlet).await)
            }
            Change::Restore(rule) => self.restore(account, rule).await,
        }
    }

    async fn switch(&self, account: &Account, id: &str, on: bool) -> Result<Notes, ProviderError> {
        let name = if on { "Enable-InboxRule" } else { "Disable-InboxRule" };
        self.change(&Cmdlet::new(SWITCH, name, by_id(account, id)).of(account)).await
    }

    /// Looks first: a creation whose answer was lost must not make a second rule.
    async fn restore(&self, account: &Account, former: &InboxRule) -> Result<Notes, ProviderError> {
        let there = self.read_rules(account, Age::New, Urgency::Normal).await?.value.unwrap_or_default();
        if let Some(twin) = there.iter().find(|rule| rule.name == former.name && rule.is_same_act(former)) {
            if twin.enabled != former.enabled {
                self.switch(account, &twin.id, former.enabled).await?;
            }
            return Ok(vec!["an equal rule was there already".to_owned()]);
        }
        let cmdlet = Cmdlet::new(RESTORE, "New-InboxRule", parameters(account, former)).of(account);
        let made = self.run(&cmdlet).await?;
        if !former.enabled {
            let new = made.rows.first().ok_or_else(|| {
                error::of(RESTORE, 1, ProviderErrorKind::Surprise("the new rule was not named, and is on".into()))
            })?;
            self.switch(account, &id(new)?, false).await?;
        }
        Ok(made.warnings)
    }
}

fn gone_is_done(answer: Result<Notes, ProviderError>) -> Result<Notes, ProviderError> {
    match answer {
        Err(error) if error::is_gone(&error) => Ok(vec!["the rule was gone already".to_owned()]),
        other => other,
    }
}

fn by_id(account: &Account, id: &str) -> Value {
    json!({"Mailbox": account.id.as_str(), "Identity": id, "Force": true, "Confirm": false})
}

/// The server's id of a rule. It is an unsigned 64-bit number beyond 2^63, so the text in `Identity`
/// is taken before a number that may have passed through floating point somewhere.
fn id(row: &Value) -> Result<String, ProviderError> {
    let tail = text(row, "Identity").and_then(|identity| identity.rsplit('\\').next());
    let number = || row.get("RuleIdentity").and_then(Value::as_u64).map(|number| number.to_string());
    let by_text = tail.filter(|tail| tail.parse::<u64>().is_ok()).map(str::to_owned);
    by_text
        .or_else(number)
        .or_else(|| tail.map(str::to_owned))
        .ok_or_else(|| error::of(READ, 1, ProviderErrorKind::Surprise("a rule without an id".into())))
}

/// Legacy addresses that stand anywhere in the rules.
fn legacy<'a>(rows: impl Iterator<Item = &'a Value>) -> BTreeSet<String> {
    rows.flat_map(|row| members::all().filter(|(_, kind)| *kind == Kind::Recipients).flat_map(|(name, _)| texts(row, name)))
        .filter_map(|shown| Shown::read(&shown).legacy)
        .collect()
}

fn rule(id: &str, row: &Value, hidden: bool, known: &Known) -> InboxRule {
    let (copy, lost) = copy(row, known);
    let name = row.get("Name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let supported = row.get("SupportedByTask").and_then(Value::as_bool) != Some(false);
    let acts = copy.keys().any(|member| member != "StopProcessingRules");
    let asks = |name: &str, exception| members::is_condition(name) && name.starts_with("ExceptIf") == exception;
    let has = |exception: bool| copy.keys().any(|name| asks(name, exception) && name != "ReceivedAfterDate");
    InboxRule {
        id: id.to_owned(),
        priority: row.get("Priority").and_then(Value::as_u64).and_then(|place| u32::try_from(place).ok()).unwrap_or_default(),
        enabled: yes(row, "Enabled"),
        hidden,
        // Whoever gives his own rule such a name is betrayed by its being seen, or by what it does.
        system: hidden && !supported && !acts && is_system_name(&name),
        readable: supported || acts,
        in_error: yes(row, "InError"),
        words: words(row),
        from: recipients(row, "From", known).into_iter().map(|to| to.address.unwrap_or(to.name)).collect(),
        size_bytes_min: row.get("WithinSizeRangeMinimum").and_then(bytes),
        narrowed_by: copy.keys().filter(|name| is_narrowing(name)).cloned().collect(),
        has_conditions: has(false),
        has_exceptions: has(true),
        moves_to: text(row, "MoveToFolder").or_else(|| text(row, "CopyToFolder")).map(str::to_owned),
        deletes: ["DeleteMessage", "SoftDeleteMessage", "PermanentDelete"].iter().any(|member| yes(row, member)),
        marks_read: yes(row, "MarkAsRead"),
        stops: yes(row, "StopProcessingRules"),
        sends_to: sends_to(row, known),
        lost_if_removed: lost_if_removed(&name, supported, lost),
        name,
        copy,
    }
}

/// Rules of the service itself.
fn is_system_name(name: &str) -> bool {
    let delegate = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    name == "Junk E-mail Rule"
        || name.starts_with("Microsoft.Exchange.OOF.")
        || name.strip_prefix("Delegate Rule -").is_some_and(delegate)
}

fn lost_if_removed(name: &str, supported: bool, mut lost: Vec<String>) -> Vec<String> {
    if !supported {
        lost.push("whatever of it this interface does not show".to_owned());
    }
    if name.is_empty() {
        // Unverified: that a rule can be made without a name.
        lost.push("Name".to_owned());
    }
    lost
}

/// Conditions on words, and where the words are looked for.
const PLACES: &[(&str, &str)] = &[
    ("SubjectContainsWords", "subject"),
    ("BodyContainsWords", "body"),
    ("SubjectOrBodyContainsWords", "subject or body"),
    ("FromAddressContainsWords", "sender's address"),
    ("RecipientAddressContainsWords", "recipient's address"),
    ("HeaderContainsWords", "header"),
];

/// Whether `member` is a condition that is not judged by its value, and that not every new message
/// meets.
fn is_narrowing(member: &str) -> bool {
    const BY_VALUE: &[&str] = &["From", "WithinSizeRangeMinimum", "ReceivedAfterDate"];
    let by_value = BY_VALUE.contains(&member) || PLACES.iter().any(|(place, _)| *place == member);
    members::is_condition(member) && !member.starts_with("ExceptIf") && !by_value
}

fn words(row: &Value) -> Vec<Words> {
    let found = PLACES.iter().map(|(member, place)| Words { place: (*place).to_owned(), words: texts(row, member) });
    found.filter(|words| !words.words.is_empty()).collect()
}

fn recipients(row: &Value, member: &str, known: &Known) -> Vec<regain_incident::facets::forwarding::Recipient> {
    texts(row, member).iter().map(|shown| Shown::read(shown).resolved(known)).collect()
}

fn sends_to(row: &Value, known: &Known) -> Vec<SendsTo> {
    const WAYS: &[(&str, SendsAs)] =
        &[("ForwardTo", SendsAs::Forward), ("ForwardAsAttachmentTo", SendsAs::Attachment), ("RedirectTo", SendsAs::Redirect)];
    WAYS.iter().flat_map(|(member, way)| recipients(row, member, known).into_iter().map(|to| SendsTo { way: *way, to })).collect()
}

/// The whole rule as `New-InboxRule` would take it, and the members for which it has no parameter.
fn copy(row: &Value, known: &Known) -> (BTreeMap<String, Value>, Vec<String>) {
    let (mut copy, mut lost) = (BTreeMap::new(), Vec::new());
    for (name, value) in row.as_object().into_iter().flatten() {
        if is_side_field(name) || members::is_about_the_rule(name) || is_nothing(value) {
            continue;
        }
        match members::kind(name) {
            Some(Kind::Recipients) => {
                let known = recipients(row, name, known).into_iter().map(|to| to.address.or(to.id).unwrap_or(to.name));
                copy.insert(name.clone(), Value::from(known.collect::<Vec<_>>()));
            }
            Some(Kind::Size) => {
                let size = bytes(value).map_or_else(|| value.clone(), |bytes| Value::from(bytes.to_string()));
                copy.insert(name.clone(), size);
            }
            Some(kind) => {
                copy.insert(name.clone(), value.clone());
                lost.extend((kind == Kind::Doubtful).then(|| name.clone()));
            }
            None => lost.push(name.clone()),
        }
    }
    (copy, lost)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// What makes a rule again: its copy, its name and place, folders as `mailbox:\path`.
fn parameters(account: &Account, former: &InboxRule) -> Value {
    let mut parameters: Map<String, Value> = former.copy.clone().into_iter().collect();
    for member in ["MoveToFolder", "CopyToFolder"] {
        if let Some(Value::String(folder)) = parameters.get_mut(member)
            && !folder.contains(":\\")
        {
            *folder = format!("{}:\\{folder}", account.upn);
        }
    }
    for (name, value) in [
        ("Mailbox", Value::from(account.id.as_str())),
        ("Name", Value::from(former.name.as_str())),
        ("Priority", Value::from(former.priority)),
        ("Force", Value::from(true)),
        ("Confirm", Value::from(false)),
    ] {
        parameters.insert(name.to_owned(), value);
    }
    Value::Object(parameters)
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "tests hand over what `json!` makes")]
mod tests;
