//! Ways of signing in that a policy of ours blocks for everybody: what the policy is called, how it is told from others,
//! and whom it spares.
//!
//! Invariant: a policy that is off blocks nothing and counts as none, for a policy cannot be removed; and one of which
//! somebody made something else is never taken for ours.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::conditional_access::ConditionalAccess;
use super::setting::{SettingName, Value};
use crate::posture::access::AccessPolicy;
use crate::posture::access::policy::{ClientApps, Control, Grant, Id, Operator, Person, Resource, State};
use crate::posture::access::situation::{ClientApp, Flow};

/// A way of signing in that hardly anybody needs and intruders like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockedWay {
    /// By a code that is typed on another device.
    DeviceCode,
    /// By a protocol that knows no second factor.
    LegacyAuthentication,
}

/// The block of one way, as it stands in a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Whoever comes this way is refused; otherwise it is only reported who would be.
    pub enforced: bool,
    /// Accounts that are left out of it.
    pub accounts: BTreeSet<Id>,
    /// Groups that are left out of it.
    pub groups: BTreeSet<Id>,
}

/// The value where somebody made another thing of the policy.
pub const CHANGED: &str = "changed-by-somebody";
/// The value where there are several policies of its name.
pub const SEVERAL: &str = "there-several-times";

impl fmt::Display for Block {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spared: Vec<&str> = self.accounts.iter().chain(&self.groups).map(Id::as_str).collect();
        write!(to, "{}, not for {}", if self.enforced { "on" } else { "only reported" }, spared.join(", "))
    }
}

impl BlockedWay {
    /// Both.
    pub const ALL: &[Self] = &[Self::DeviceCode, Self::LegacyAuthentication];

    /// The way that a setting blocks; none where it is another kind of setting.
    pub fn of(name: SettingName) -> Option<Self> {
        Self::ALL.iter().copied().find(|way| way.setting() == name)
    }

    /// The setting that blocks it.
    pub fn setting(self) -> SettingName {
        match self {
            Self::DeviceCode => SettingName::BlockDeviceCode,
            Self::LegacyAuthentication => SettingName::BlockLegacyAuthentication,
        }
    }

    /// The item of the roadmap that asks for it: its measure and its fix have this name too.
    pub const fn item(self) -> &'static str {
        match self {
            Self::DeviceCode => "device-code-blocked",
            Self::LegacyAuthentication => "legacy-authentication-blocked",
        }
    }

    /// What the policy is called: by this it is found again, and administrators read in it what it does and who made it.
    pub fn policy_name(self) -> &'static str {
        match self {
            Self::DeviceCode => "Block device code flow (made by regain)",
            Self::LegacyAuthentication => "Block legacy authentication (made by regain)",
        }
    }

    /// The policy that blocks it so.
    pub fn policy(self, block: &Block) -> AccessPolicy {
        let mut policy = AccessPolicy::new(Id::from(""), self.policy_name());
        policy.state = if block.enforced { State::Enabled } else { State::ReportOnly };
        policy.who.include.users = BTreeSet::from([Person::All]);
        policy.who.exclude.users = block.accounts.iter().cloned().map(Person::Account).collect();
        policy.who.exclude.groups.clone_from(&block.groups);
        policy.what.applications.include = BTreeSet::from([Resource::All]);
        match self {
            Self::DeviceCode => policy.flows = BTreeSet::from([Flow::DeviceCode]),
            Self::LegacyAuthentication => {
                policy.client_apps =
                    BTreeSet::from([ClientApps::One(ClientApp::ExchangeActiveSync), ClientApps::One(ClientApp::Other)]);
            }
        }
        policy.grant = Some(Grant {
            operator: Operator::One,
            controls: BTreeSet::from([Control::Block]),
            strength: None,
            terms_of_use: BTreeSet::new(),
            custom: BTreeSet::new(),
        });
        policy
    }

    /// The block that `policy` is, whatever it is called and whether it is off; none if it is another thing.
    pub fn block_of(self, policy: &AccessPolicy) -> Option<Block> {
        let account = |person: &Person| match person {
            Person::Account(id) => Some(id.clone()),
            Person::All | Person::Nobody | Person::GuestsOrExternalUsers | Person::Other(_) => None,
        };
        let block = Block {
            enforced: policy.state == State::Enabled,
            accounts: policy.who.exclude.users.iter().filter_map(account).collect(),
            groups: policy.who.exclude.groups.clone(),
        };
        let mut same = AccessPolicy { id: policy.id.clone(), name: policy.name.clone(), ..self.policy(&block) };
        same.state.clone_from(&policy.state);
        if let (Some(same), Some(grant)) = (&mut same.grant, &policy.grant) {
            // With one control, all of it and one of it are the same.
            same.operator.clone_from(&grant.operator);
        }
        (same == *policy).then_some(block)
    }

    /// How it stands in what was read.
    pub fn value_in(self, read: &ConditionalAccess) -> Value {
        let ours = |policy: &&AccessPolicy| policy.name == self.policy_name() && policy.state != State::Disabled;
        let mut found = read.policies.iter().filter(ours);
        match (found.next(), found.next()) {
            (None, _) => Value::Unset,
            (Some(_), Some(_)) => Value::Text(SEVERAL.to_owned()),
            (Some(policy), None) => match (self.block_of(policy), &policy.state) {
                (Some(block), State::Enabled | State::ReportOnly) => Value::Block(block),
                (None, _) | (_, State::Disabled | State::Other(_)) => Value::Text(CHANGED.to_owned()),
            },
        }
    }
}

impl ConditionalAccess {
    pub(super) fn value_of(&self, name: SettingName) -> Option<Value> {
        BlockedWay::of(name).map(|way| way.value_in(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posture::access::policy::Sides;

    fn block(enforced: bool, accounts: &[&str]) -> Block {
        Block { enforced, accounts: accounts.iter().map(|id| Id::from(*id)).collect(), groups: BTreeSet::new() }
    }

    fn read(policies: Vec<AccessPolicy>) -> ConditionalAccess {
        ConditionalAccess { policies, ..ConditionalAccess::default() }
    }

    #[test]
    fn a_policy_reads_back_as_the_block_that_it_was_made_of() {
        for way in BlockedWay::ALL {
            for enforced in [true, false] {
                let mut wanted = block(enforced, &["A1", "a2"]);
                wanted.groups.insert(Id::from("b1"));
                assert_eq!(way.value_in(&read(vec![way.policy(&wanted)])), Value::Block(wanted));
            }
            assert_eq!(way.value_in(&read(Vec::new())), Value::Unset);
            assert_eq!(BlockedWay::of(way.setting()), Some(*way));
        }
        assert_eq!(BlockedWay::of(SettingName::UserConsent), None);
    }

    #[test]
    fn what_is_off_is_none_and_what_is_called_otherwise_is_somebody_elses() {
        let way = BlockedWay::DeviceCode;
        let mut off = way.policy(&block(true, &[]));
        off.state = State::Disabled;
        let theirs = AccessPolicy { name: "No device codes".to_owned(), ..way.policy(&block(true, &[])) };
        assert_eq!(way.value_in(&read(vec![off.clone(), theirs])), Value::Unset);
        let ours = way.policy(&block(false, &["a1"]));
        assert_eq!(way.value_in(&read(vec![off, ours.clone()])), Value::Block(block(false, &["a1"])));
        assert_eq!(way.value_in(&read(vec![ours.clone(), ours])), Value::Text(SEVERAL.to_owned()));
    }

    #[test]
    fn a_policy_that_somebody_made_another_thing_of_is_not_ours() {
        let changes: [fn(&mut AccessPolicy); 6] = [
            |policy| policy.who.include.users = BTreeSet::from([Person::Nobody]),
            |policy| policy.who.exclude.roles = BTreeSet::from([Id::from("r1")]),
            |policy| policy.what.applications.exclude = BTreeSet::from([Resource::Office365]),
            |policy| policy.grant = None,
            |policy| policy.platforms = Sides { include: BTreeSet::new(), exclude: BTreeSet::new() },
            |policy| policy.state = State::Other("later".to_owned()),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            for way in BlockedWay::ALL {
                let mut policy = way.policy(&block(true, &["a1"]));
                change(&mut policy);
                let value = way.value_in(&read(vec![policy]));
                let is_ours = number == 4; // platforms that limit nothing are no change
                assert_eq!(value != Value::Text(CHANGED.to_owned()), is_ours, "change {number}");
            }
        }
    }
}
