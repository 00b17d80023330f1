//! Who is never locked out by a change of ours: whoever is at the keyboard, the accounts that are kept for emergencies,
//! and administrators whom every policy leaves out so far.
//!
//! Invariant: where one of them is not known for certain, there is no list, but the reason. A shorter list would lock
//! somebody out.

use super::access::policy::{AccessPolicy, Id, Person, State};
use super::access::truth::Condition;
use super::access::{Miss, Outcome, Situation, Subject, evaluate};
use super::answer::Remark;
use super::estate::Estate;
use super::fix::Hindrance;
use super::population::{self, only, rules};
use crate::facets::roles::GLOBAL_ADMINISTRATOR;
use crate::tenant::access_block::BlockedWay;
use crate::tenant::people::DirectoryPerson;

/// Somebody who is left out of every block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spared {
    /// The account.
    pub id: Id,
    /// Its sign-in name. Hostile.
    pub name: String,
    /// Why.
    pub because: Because,
}

/// Why somebody is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// `policy.toml` names it as kept for emergencies.
    Emergency,
    /// Its owner is at the keyboard.
    Operator,
    /// It is a Global Administrator whom every policy for everybody leaves out: as an emergency account that nobody named.
    LeftOutSoFar,
}

/// Everybody whom no block may reach, each once, by the strongest reason.
pub fn spared(estate: &Estate<'_>) -> Result<Vec<Spared>, Hindrance> {
    let people = &estate.people()?.people;
    let mut all = emergency(estate, people)?;
    let known_operators = operators(estate, people)?;
    let left_out = left_out_so_far(estate)?;
    for one in known_operators.into_iter().chain(left_out) {
        if !all.iter().any(|known| known.id == one.id) {
            all.push(one);
        }
    }
    Ok(all)
}

fn in_the_way<T>(remark: Remark) -> Result<T, Hindrance> {
    Err(Hindrance::InTheWay(remark))
}

fn of(person: &DirectoryPerson, because: Because) -> Spared {
    Spared { id: Id::from(person.id.as_str()), name: person.name.clone(), because }
}

/// Every account that is named has to be there: one that is not may be misspelt, and then stands for a real one.
fn emergency(estate: &Estate<'_>, people: &[DirectoryPerson]) -> Result<Vec<Spared>, Hindrance> {
    let named = &estate.policy.break_glass;
    if named.is_empty() {
        return in_the_way(Remark::new("block-without-emergency-account"));
    }
    let is =
        |name: &str, person: &DirectoryPerson| name.eq_ignore_ascii_case(&person.name) || name.eq_ignore_ascii_case(&person.id);
    if let Some(unknown) = named.iter().find(|name| !people.iter().any(|person| is(name, person))) {
        return in_the_way(Remark::new("block-emergency-not-found").with("who", unknown));
    }
    let kept = || people.iter().filter(|person| estate.policy.keeps(&person.name, &person.id));
    if !kept().any(|person| person.enabled == Some(true)) {
        return in_the_way(Remark::new("block-emergency-off"));
    }
    Ok(kept().map(|person| of(person, Because::Emergency)).collect())
}

fn operators(estate: &Estate<'_>, people: &[DirectoryPerson]) -> Result<Vec<Spared>, Hindrance> {
    let Some(operators) = estate.operators else { return in_the_way(Remark::new("block-operator-unknown")) };
    let mut found = Vec::new();
    for operator in operators {
        match people.iter().find(|person| person.id.eq_ignore_ascii_case(operator.as_str())) {
            Some(person) => found.push(of(person, Because::Operator)),
            None => return in_the_way(Remark::new("block-operator-not-found").with("who", operator.as_str())),
        }
    }
    Ok(found)
}

/// Nobody named them, and yet somebody took care that no policy reaches them.
fn left_out_so_far(estate: &Estate<'_>) -> Result<Vec<Spared>, Hindrance> {
    let rules = rules(estate)?;
    let ours = |policy: &&AccessPolicy| BlockedWay::ALL.iter().any(|way| way.policy_name() == policy.name);
    let for_all: Vec<&AccessPolicy> = rules
        .policies
        .iter()
        .filter(|policy| policy.state == State::Enabled && policy.grant.is_some() && !ours(policy))
        .filter(|policy| policy.who.include.users.contains(&Person::All))
        .collect();
    let is_left_out = |subject: &Subject, policy: &AccessPolicy| {
        let verdict = evaluate(only(rules, std::slice::from_ref(policy)), subject, &Situation::stranger());
        let excluded = |outcome: &Outcome| matches!(outcome, Outcome::DoesNotApply(Condition::Who, Miss::Excluded(_)));
        verdict.policies.iter().all(|judged| excluded(&judged.outcome))
    };
    let global = Id::from(GLOBAL_ADMINISTRATOR);
    let administers = |subject: &Subject| match &subject.roles {
        super::access::Known::Known(roles) => roles.contains(&global),
        super::access::Known::Unknown => false,
    };
    let all = population::administrators(estate)?.into_iter().filter(administers);
    let left_out = all.filter(|subject| !for_all.is_empty() && for_all.iter().all(|policy| is_left_out(subject, policy)));
    let spared =
        |subject: Subject| Spared { id: Id::from(subject.account.as_str()), name: subject.name, because: Because::LeftOutSoFar };
    Ok(left_out.map(spared).collect())
}
