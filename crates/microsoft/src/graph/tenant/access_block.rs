//! A policy of Conditional Access that blocks a way of signing in: made, changed, and switched off, since the
//! description has no way to remove one.
//!
//! Invariant: the policies are read again right before, and one of ours that is there is changed. So a creation whose
//! answer was lost is found, and never made a second time; and what somebody made of it since is never overwritten.

use std::collections::BTreeSet;

use regain_incident::posture::access::policy::{AccessPolicy, Id, State};
use regain_incident::tenant::access_block::{Block, BlockedWay};
use regain_incident::tenant::conditional_access::ConditionalAccess;
use regain_incident::tenant::setting::Value as Wanted;
use regain_ports::{Notes, ProviderError, ProviderErrorKind};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::wire::path;
use super::super::{error, text};
use super::{Graph, conditional_access, needed};
use crate::call::Doing;

const PATH: &str = "identity/conditionalAccess/policies";
/// The permission to write is worth nothing without those to read the policies and the applications that they name.
const CHANGE: Doing = Doing {
    what: "change Conditional Access",
    needs: "Policy.ReadWrite.ConditionalAccess, Policy.Read.All and Application.Read.All",
};

impl Graph {
    /// Blocks a way as `to` says, or blocks it no more.
    pub(super) async fn change_block(&self, way: BlockedWay, to: &Wanted) -> Result<Notes, ProviderError> {
        let there = self.ours(way).await?;
        match (to, there) {
            (Wanted::Unset, Some(policy)) if policy.is_off => Ok(Notes::new()),
            (Wanted::Unset, None) => Ok(Notes::new()),
            (Wanted::Unset, Some(policy)) => {
                self.written(CHANGE, Method::PATCH, &policy.below(), &json!({"state": "disabled"})).await
            }
            // All of it each time: whether the service merges what is below `conditions` or replaces it is not published.
            (Wanted::Block(block), Some(policy)) => self.written(CHANGE, Method::PATCH, &policy.below(), &body(way, block)).await,
            (Wanted::Block(block), None) => self.written(CHANGE, Method::POST, PATH, &body(way, block)).await,
            (Wanted::Flag(_) | Wanted::Text(_) | Wanted::Texts(_), _) => {
                Err(error::of(CHANGE, 0, ProviderErrorKind::Surprise("no value of a block".into())))
            }
        }
    }

    /// The policy of ours: the one that is on or reports before one that is off, for that is used again. Where somebody
    /// made another of it, or there are several, none is touched: it is a conflict.
    async fn ours(&self, way: BlockedWay) -> Result<Option<Ours>, ProviderError> {
        let (mut off, mut counts) = (None, Vec::new());
        for row in self.rows(CHANGE, PATH).await?.rows {
            if text(&row, "displayName") != Some(way.policy_name()) {
                continue;
            }
            let policy = conditional_access::policy(&row)?;
            let is_off = policy.state == State::Disabled;
            let ours = Ours { id: needed(CHANGE, "id", text(&row, "id"))?.to_owned(), is_off };
            if !is_off {
                counts.push((ours, policy));
            } else if way.block_of(&policy).is_some() {
                off.get_or_insert(ours);
            }
        }
        let (found, policies): (Vec<Ours>, Vec<AccessPolicy>) = counts.into_iter().unzip();
        match way.value_in(&ConditionalAccess { policies, ..ConditionalAccess::default() }) {
            Wanted::Unset => Ok(off),
            Wanted::Block(_) => Ok(found.into_iter().next()),
            Wanted::Flag(_) | Wanted::Text(_) | Wanted::Texts(_) => Err(error::of(CHANGE, 0, ProviderErrorKind::Conflict)),
        }
    }
}

/// A policy of ours that is there.
struct Ours {
    id: String,
    is_off: bool,
}

impl Ours {
    fn below(&self) -> String {
        format!("{PATH}/{}", path(&self.id))
    }
}

fn body(way: BlockedWay, block: &Block) -> Value {
    let ids = |ids: &BTreeSet<Id>| ids.iter().map(Id::as_str).collect::<Value>();
    let applications = json!({"includeApplications": ["All"]});
    let users = json!({
        "includeUsers": ["All"], "excludeUsers": ids(&block.accounts), "excludeGroups": ids(&block.groups),
    });
    let conditions = match way {
        BlockedWay::DeviceCode => json!({
            "clientAppTypes": ["all"], "authenticationFlows": {"transferMethods": "deviceCodeFlow"},
            "applications": applications, "users": users,
        }),
        BlockedWay::LegacyAuthentication => json!({
            "clientAppTypes": ["exchangeActiveSync", "other"], "applications": applications, "users": users,
        }),
    };
    json!({
        "displayName": way.policy_name(),
        "state": if block.enforced { "enabled" } else { "enabledForReportingButNotEnforced" },
        "conditions": conditions,
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    })
}
