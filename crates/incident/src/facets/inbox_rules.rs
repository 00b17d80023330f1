//! Inbox rules, hidden and broken ones too. A rule carries what is judged in typed members, and a
//! whole copy from which the adapter can make it again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::forwarding::Recipient;
use super::{Reading, Reversal, Verified, of};
use crate::digest::Digest;
use crate::plan::Action;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRule {
    /// The server's id of it, as text: it is larger than 2^63 (docs/wire.md, 9).
    pub id: String,
    /// Its name; may be empty, and need not be unique.
    pub name: String,
    /// Its place, from one; lower runs first.
    pub priority: u32,
    /// Whether it acts.
    pub enabled: bool,
    /// Seen only when hidden rules are asked for.
    pub hidden: bool,
    /// One of the service's own (junk mail, out of office, delegates): left alone.
    pub system: bool,
    /// What it does could be read. If not, its members here mean nothing.
    pub readable: bool,
    /// The service says it is broken.
    pub in_error: bool,
    /// Words it looks for, and where.
    pub words: Vec<Words>,
    /// Senders it looks for, as shown.
    pub from: Vec<String>,
    /// The smallest message it takes, in bytes.
    pub size_bytes_min: Option<u64>,
    /// What else it asks of a message, by the adapter's names: an attachment, importance, a recipient.
    /// A condition that every new message meets (received after a day in the past) is not among them.
    #[serde(default)]
    pub narrowed_by: Vec<String>,
    /// Whether it has any condition at all.
    pub has_conditions: bool,
    /// Whether it has any exception.
    pub has_exceptions: bool,
    /// The folder it moves or copies to, in the mailbox's language.
    pub moves_to: Option<String>,
    /// It deletes.
    pub deletes: bool,
    /// It marks as read.
    pub marks_read: bool,
    /// It keeps later rules from running.
    pub stops: bool,
    /// Where it sends mail.
    pub sends_to: Vec<SendsTo>,
    /// The whole rule in the adapter's own words: conditions, exceptions, actions. The core only
    /// compares it.
    pub copy: BTreeMap<String, serde_json::Value>,
    /// Members of the rule that cannot be made again.
    pub lost_if_removed: Vec<String>,
}

/// Words that a rule looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Subject, body, sender's address and so on.
    pub place: String,
    /// The words, as they are.
    pub words: Vec<String>,
}

/// One way in which a rule sends mail on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendsTo {
    /// How.
    pub way: SendsAs,
    /// To whom.
    pub to: Recipient,
}

/// How a rule sends mail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendsAs {
    /// A copy, from the mailbox's owner.
    Forward,
    /// A copy as an attachment.
    Attachment,
    /// The message itself, from its first sender.
    Redirect,
}

impl InboxRule {
    /// The same for two rules that do the same, whatever their names, ids and places.
    pub fn signature(&self) -> Digest {
        let text = serde_json::to_vec(&self.copy).unwrap_or_default();
        Digest::of(&text)
    }

    /// Whether `other`, under whatever id and name, is this rule made again.
    pub fn is_same_act(&self, other: &Self) -> bool {
        self.readable && other.readable && self.signature() == other.signature()
    }

    /// Equal but for the id that the server gives: the normal form of a rule.
    pub fn equals_but_for_id(&self, other: &Self) -> bool {
        self.name == other.name && self.priority == other.priority && self.enabled == other.enabled && self.is_same_act(other)
    }
}

/// What can be done to a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Switch it off; it stays where it is.
    Disable(Box<InboxRule>),
    /// Switch it on again.
    Enable(Box<InboxRule>),
    /// Remove it; only by policy.
    Remove(Box<InboxRule>),
    /// Make it again, with its place, conditions, actions and state.
    Restore(Box<InboxRule>),
}

impl Change {
    /// The rule in question, as it was when this was planned.
    pub fn rule(&self) -> &InboxRule {
        match self {
            Self::Disable(rule) | Self::Enable(rule) | Self::Remove(rule) | Self::Restore(rule) => rule,
        }
    }
}

/// The rule of `change` among `rules`, by its id.
fn by_id<'a>(change: &Change, rules: &'a [InboxRule]) -> Option<&'a InboxRule> {
    rules.iter().find(|rule| rule.id == change.rule().id)
}

/// Whether `now` shows the change.
pub(crate) fn shows(change: &Change, now: &Reading) -> Verified {
    let Some(rules) = of!(now, InboxRules) else { return Verified::NotYet };
    Verified::when(match change {
        Change::Disable(_) => by_id(change, rules).is_none_or(|rule| !rule.enabled),
        Change::Enable(_) => by_id(change, rules).is_some_and(|rule| rule.enabled),
        Change::Remove(_) => by_id(change, rules).is_none(),
        Change::Restore(former) => rules.iter().filter(|rule| rule.equals_but_for_id(former)).count() == 1,
    })
}

/// Why the change no longer fits what is there, if it does not.
pub(crate) fn conflict(change: &Change, now: &Reading) -> Option<String> {
    let rules = of!(now, InboxRules)?;
    match (change, by_id(change, rules)) {
        (Change::Disable(planned) | Change::Remove(planned), Some(rule))
            if rule.signature() != planned.signature() || rule.name != planned.name =>
        {
            Some("the rule was changed after the plan was made".to_owned())
        }
        (Change::Enable(planned), Some(rule)) if rule.signature() != planned.signature() => {
            Some("the rule was changed after the plan was made".to_owned())
        }
        (Change::Enable(_), None) => Some("the rule is gone".to_owned()),
        (Change::Restore(former), _) if rules.iter().any(|rule| rule.is_same_act(former)) => {
            Some("a rule that does the same is there already".to_owned())
        }
        _ => None,
    }
}

/// What brings the state before the change back.
pub(crate) fn reversal(change: &Change, now: &Reading) -> Reversal {
    let Some(rules) = of!(now, InboxRules) else {
        return Reversal::Conflict("the rules could not be read".to_owned());
    };
    let changed = |rule: &InboxRule| rule.signature() != change.rule().signature();
    match (change, by_id(change, rules)) {
        (Change::Disable(_) | Change::Enable(_), Some(rule)) if changed(rule) => {
            Reversal::Conflict("the rule was changed by somebody since".to_owned())
        }
        (Change::Disable(former), Some(rule)) if rule.enabled == former.enabled => Reversal::AlreadyBack,
        (Change::Disable(former), Some(_)) => Reversal::by(Action::InboxRule(Change::Enable(former.clone()))),
        (Change::Enable(former), Some(_)) => Reversal::by(Action::InboxRule(Change::Disable(former.clone()))),
        (Change::Disable(_) | Change::Enable(_), None) => Reversal::Conflict("somebody removed the rule since".to_owned()),
        (Change::Remove(former), _) => match rules.iter().filter(|rule| rule.equals_but_for_id(former)).count() {
            0 => Reversal::by(Action::InboxRule(Change::Restore(former.clone()))),
            _ => Reversal::AlreadyBack,
        },
        (Change::Restore(former), _) => match rules.iter().find(|rule| rule.equals_but_for_id(former)) {
            Some(rule) => Reversal::by(Action::InboxRule(Change::Remove(Box::new(rule.clone())))),
            None => Reversal::AlreadyBack,
        },
    }
}
