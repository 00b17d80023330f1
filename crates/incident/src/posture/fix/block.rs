//! A way of signing in, blocked by a policy of Conditional Access, in two plans: the first makes the policy and only
//! reports, the second switches it on.
//!
//! Invariant: no plan switches a policy on that does not leave out everybody whom [`spared`] names; one that lost
//! somebody of them is mended first, and switched on by another plan.

use std::collections::BTreeSet;

use super::Hindrance;
use crate::posture::access::family::{self, Named};
use crate::posture::access::policy::{AccessPolicy, Id};
use crate::posture::access::situation::Flow;
use crate::posture::access::{Known, Rules, Subject, evaluate};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::posture::measure;
use crate::posture::population::{Of, only, rules, subjects};
use crate::posture::spared::{Because, Spared, spared};
use crate::tenant::access_block::{Block, BlockedWay};
use crate::tenant::setting::{Change, Value};

/// The codes of the remarks about these fixes.
pub(super) const REMARKS: &[&str] = &[
    "block-without-emergency-account",
    "block-emergency-not-found",
    "block-emergency-off",
    "block-operator-unknown",
    "block-operator-not-found",
    "block-under-security-defaults",
    "block-policy-changed",
    "reach-block-reports",
    "reach-block-on",
    "reach-block-mended",
    "reach-block-people",
    "reach-block-person",
    "reach-block-service-account",
    "reach-block-unread",
    "reach-block-emergency",
    "reach-block-operator",
    "reach-block-left-out",
    "reach-block-no-operator",
];

/// People who are named in the reach; more are counted.
const NAMED: usize = 10;

pub(super) fn device_code(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    plan(BlockedWay::DeviceCode, estate)
}

pub(super) fn reach_of_device_code(estate: &Estate<'_>) -> Vec<Remark> {
    reach(BlockedWay::DeviceCode, estate)
}

pub(super) fn legacy(estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    plan(BlockedWay::LegacyAuthentication, estate)
}

pub(super) fn reach_of_legacy(estate: &Estate<'_>) -> Vec<Remark> {
    reach(BlockedWay::LegacyAuthentication, estate)
}

/// Why making `change` now would lock somebody out, if it would: asked again when the plan is carried out, of what was
/// read right before, since somebody else may be at the keyboard by then, and other accounts be kept for emergencies.
pub fn locks_out(change: &Change, estate: &Estate<'_>) -> Option<String> {
    let Value::Block(to @ Block { enforced: true, .. }) = &change.to else { return None };
    let enforced = matches!(&change.from, Value::Block(from) if from.enforced);
    match spared(estate) {
        Ok(all) => {
            let reaches = Block { enforced, ..to.clone() };
            let name = lost(&reaches, &all).next()?.name.clone();
            Some(format!("it would lock out {name}: plan it again"))
        }
        Err(Hindrance::Unread(_)) => Some("whom it has to spare could not be read: measure and plan again".to_owned()),
        Err(Hindrance::InTheWay(why)) => Some(format!("whom it has to spare is not known: {}, then plan again", settled(&why))),
    }
}

/// What a person has to do before it is known whom to spare, in the record's words.
fn settled(why: &Remark) -> &'static str {
    match why.code.as_str() {
        "block-without-emergency-account" => "name the emergency accounts in policy.toml",
        "block-emergency-not-found" => "name each emergency account in policy.toml as the directory spells it",
        "block-emergency-off" => "enable an emergency account, or name another in policy.toml",
        "block-operator-unknown" => "sign in again",
        "block-operator-not-found" => "sign in with an account of the tenant",
        // Nothing else keeps anybody from being known today.
        _ => "measure the tenant",
    }
}

fn plan(way: BlockedWay, estate: &Estate<'_>) -> Result<Vec<Change>, Hindrance> {
    if estate.security_defaults()?.enabled {
        return Err(Hindrance::InTheWay(Remark::new("block-under-security-defaults")));
    }
    let from = way.value_in(estate.conditional_access()?);
    let to = match &from {
        Value::Block(block) => next(way, block, estate)?,
        Value::Unset if is_met(way, estate) => None,
        Value::Unset => Some(first(&spared(estate)?)),
        Value::Flag(_) | Value::Text(_) | Value::Texts(_) => {
            return Err(Hindrance::InTheWay(Remark::new("block-policy-changed").with("policy", way.policy_name())));
        }
    };
    let change = |to| Change { name: way.setting(), of: None, from, to: Value::Block(to) };
    Ok(to.map(change).into_iter().collect())
}

fn is_met(way: BlockedWay, estate: &Estate<'_>) -> bool {
    measure::named(way.item()).is_some_and(|measure| measure.answer(estate).is_met())
}

fn first(spared: &[Spared]) -> Block {
    Block { enforced: false, accounts: spared.iter().map(|one| one.id.clone()).collect(), groups: BTreeSet::new() }
}

/// What follows on a block that is there: it is mended, switched on, or left as it is. What others left out of it stays so.
fn next(way: BlockedWay, block: &Block, estate: &Estate<'_>) -> Result<Option<Block>, Hindrance> {
    let lost: BTreeSet<Id> = lost(block, &spared(estate)?).map(|one| one.id.clone()).collect();
    if !lost.is_empty() {
        return Ok(Some(Block { accounts: block.accounts.union(&lost).cloned().collect(), ..block.clone() }));
    }
    let is_done = block.enforced || is_met(way, estate);
    Ok((!is_done).then(|| Block { enforced: true, ..block.clone() }))
}

/// Whom it has to leave out and does not. One that is on reaches whoever is at the keyboard by somebody's decision.
fn lost<'a>(block: &'a Block, spared: &'a [Spared]) -> impl Iterator<Item = &'a Spared> {
    let counts = |one: &&Spared| !block.enforced || one.because == Because::Emergency;
    spared.iter().filter(counts).filter(|one| !block.accounts.contains(&one.id))
}

/// What the plan does, whom it would refuse, and whom it leaves out.
fn reach(way: BlockedWay, estate: &Estate<'_>) -> Vec<Remark> {
    let unread = || vec![Remark::new("reach-block-unread")];
    let (Ok(changes), Ok(spared)) = (plan(way, estate), spared(estate)) else { return unread() };
    let Some(Change { from, to: Value::Block(to), .. }) = changes.first() else { return Vec::new() };
    let mut remarks = match from {
        Value::Block(from) if from.enforced == to.enforced => {
            lost(from, &spared).map(|one| Remark::new("reach-block-mended").with("who", &one.name)).collect()
        }
        Value::Block(_) => vec![Remark::new("reach-block-on")],
        Value::Unset | Value::Flag(_) | Value::Text(_) | Value::Texts(_) => vec![Remark::new("reach-block-reports")],
    };
    remarks.extend(refused(way, to, estate).unwrap_or_else(|_| unread()));
    remarks.extend(left_out(&spared, estate));
    remarks
}

fn left_out(spared: &[Spared], estate: &Estate<'_>) -> Vec<Remark> {
    let code = |because| match because {
        Because::Emergency => "reach-block-emergency",
        Because::Operator => "reach-block-operator",
        Because::LeftOutSoFar => "reach-block-left-out",
    };
    let mut all: Vec<Remark> = spared.iter().map(|one| Remark::new(code(one.because)).with("who", &one.name)).collect();
    if estate.operators.is_some_and(<[_]>::is_empty) {
        all.push(Remark::new("reach-block-no-operator"));
    }
    all
}

/// Who comes this way unhindered today and would be refused; devices and programs that are known by name first.
fn refused(way: BlockedWay, block: &Block, estate: &Estate<'_>) -> Result<Vec<Remark>, Answer> {
    let rules = rules(estate)?;
    let ours = way.policy(&Block { enforced: true, ..block.clone() });
    let others: Vec<AccessPolicy> = rules.policies.iter().filter(|policy| policy.name != ours.name).cloned().collect();
    let today = Rules { policies: &others, ..rules };
    let people: Vec<Subject> =
        subjects(estate, Of::Everybody)?.into_iter().filter(|one| is_newly_refused(one, way, today, &ours)).collect();
    let named = people.iter().take(NAMED).map(|one| Remark::new("reach-block-person").with("who", &one.name));
    let is_service = |one: &&Subject| {
        let names = [one.name.as_str(), one.account.as_str()];
        estate.policy.service_accounts.iter().any(|known| names.iter().any(|name| known.eq_ignore_ascii_case(name)))
    };
    let services = people.iter().filter(is_service);
    let services = services.map(|one| Remark::new("reach-block-service-account").with("who", &one.name));
    let number = Remark::new("reach-block-people").with("number", people.len().to_string());
    Ok([number].into_iter().chain(services).chain(named).collect())
}

fn is_newly_refused(subject: &Subject, way: BlockedWay, today: Rules<'_>, ours: &AccessPolicy) -> bool {
    situations(way).iter().any(|named| {
        let would = evaluate(only(today, std::slice::from_ref(ours)), subject, &named.situation);
        would.applying().next().is_some() && !evaluate(today, subject, &named.situation).is_blocked().is_yes()
    })
}

/// The sign-ins that it is about.
fn situations(way: BlockedWay) -> Vec<Named> {
    match way {
        BlockedWay::DeviceCode => {
            let by_code = |named: &Named| named.situation.flow == Known::Known(Flow::DeviceCode);
            family::flows().into_iter().filter(by_code).collect()
        }
        BlockedWay::LegacyAuthentication => family::legacy(),
    }
}
