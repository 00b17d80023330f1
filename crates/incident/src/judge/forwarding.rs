//! Forwarding on the mailbox: every mail goes to one address, or would to a second one as soon as
//! the first is cleared. Both are judged.

use super::domains::{Home, bare};
use super::targets::{Targets, placed};
use super::verdict::{Case, Strength, unread};
use crate::facet::{Facet, FacetName};
use crate::facets::forwarding::Forwarding;
use crate::finding::{Finding, Group};
use crate::policy::Policy;
use crate::snapshot::Snapshot;

/// What the service would call it, had it a name.
const OBJECT: &str = "forwarding";

pub(super) fn judge(snapshot: &Snapshot, policy: &Policy) -> Vec<Finding> {
    match snapshot.forwarding() {
        Facet::Read { value, .. } if value.is_set() => vec![judge_set(snapshot, policy, value)],
        Facet::Unread { gap, .. } => vec![unread(&snapshot.account, FacetName::Forwarding, &gap)],
        Facet::Read { .. } | Facet::NotApplicable { .. } => Vec::new(),
    }
}

fn judge_set(snapshot: &Snapshot, policy: &Policy, forwarding: &Forwarding) -> Finding {
    let home = Home::of(snapshot, policy);
    let facet = FacetName::Forwarding;
    let recipient = forwarding.recipient.as_ref().map(|to| placed(&home, facet, to));
    let smtp = forwarding.smtp.as_deref().map(|address| (bare(address).to_owned(), home.place(facet, address)));
    let active = Targets::of(recipient.clone().or_else(|| smtp.clone()));
    let mut case = Case::default();
    if let (Some(_), Some((dormant, _))) = (&recipient, &smtp) {
        case.speaks_for("second-forwarding", Group::Disguise, Strength::C, "T1114.003", &[("target", dormant.clone())]);
    }
    Targets::of(recipient.into_iter().chain(smtp)).tell(&mut case);
    if active.go_outside() && !forwarding.keeps_copy {
        let evidence = [("target", active.outside_shown())];
        case.speaks_for("no-copy-kept", Group::Concealment, Strength::BPlus, "T1564.008", &evidence);
    }
    let name = forwarding.targets().map(bare).collect::<Vec<_>>().join(", ");
    case.close(&snapshot.account, facet, OBJECT, &name)
}
