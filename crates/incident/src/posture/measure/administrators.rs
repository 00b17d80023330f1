//! Those who administer: how many, with what accounts, held how, and the two that are kept for emergencies.

use super::Measure;
use crate::facet::{FacetName, Gap};
use crate::facets::roles::GLOBAL_ADMINISTRATOR;
use crate::posture::access::family;
use crate::posture::access::policy::{AccessPolicy, State};
use crate::posture::access::{Outcome, Rules, Subject, evaluate};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::posture::population::{is_powerful, kept_for_emergencies, only, rules};
use crate::tenant::administrators::{AdministratorAccount, Held, Holder, HolderKind};
use crate::tenant::registration::RegisteredMethod;

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "dedicated-administrators",
        remarks: &["administrator-with-mailbox", "administrator-synchronised", "administrator-guest"],
        take: dedicated_administrators,
    },
    Measure {
        name: "few-global-administrators",
        remarks: &["global-administrators-few", "global-administrators-many", "global-administrator-application"],
        take: few_global_administrators,
    },
    Measure { name: "roles-on-demand", remarks: &["standing-role", "no-pim"], take: roles_on_demand },
    Measure {
        name: "emergency-accounts",
        remarks: &[
            "emergency-none-named",
            "emergency-one-only",
            "emergency-not-found",
            "emergency-not-global",
            "emergency-synchronised",
            "emergency-blocked",
            "emergency-not-excluded",
            "emergency-without-key",
        ],
        take: emergency_accounts,
    },
];

const FEWEST: usize = 2;
const MOST: usize = 4;

/// Accounts that hold a powerful role or may.
fn powerful<'a>(estate: &Estate<'a>) -> Result<Vec<(&'a Holder, &'a AdministratorAccount)>, Answer> {
    let holders = estate.administrators()?.holders.iter();
    let people = holders.filter_map(|holder| Some((holder, holder.account()?)));
    let counts = |(holder, account): &(&Holder, &AdministratorAccount)| {
        account.enabled != Some(false) && holder.holdings.iter().any(|one| is_powerful(&one.role.id))
    };
    let all: Vec<_> = people.filter(counts).collect();
    // Somebody administers every tenant: an empty list was not read whole.
    if all.is_empty() {
        let gap = Gap::Incomplete { detail: "nobody who administers was among the accounts".to_owned() };
        return Err(Answer::NotMeasurable { facet: FacetName::Administrators, gap });
    }
    Ok(all)
}

/// No mailbox, no other home: nothing that a message can reach.
fn dedicated_administrators(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let all = powerful(estate)?;
    let (mut lacking, mut good, mut unsaid) = (Vec::new(), 0, Ok(()));
    for (holder, account) in &all {
        let mut codes = Vec::new();
        match account.mailbox {
            Some(true) => codes.push("administrator-with-mailbox"),
            Some(false) => {}
            None => unsaid = Estate::said(FacetName::Administrators, "the plans of an account", None::<bool>).map(drop),
        }
        if account.synchronised {
            codes.push("administrator-synchronised");
        }
        if account.guest == Some(true) {
            codes.push("administrator-guest");
        }
        good += usize::from(codes.is_empty());
        lacking.extend(codes.into_iter().map(|code| Remark::new(code).with("who", &holder.name)));
    }
    if lacking.is_empty() {
        unsaid?;
    }
    Ok(Answer::lacking(lacking, good > 0))
}

/// From two to four, and people all of them.
fn few_global_administrators(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let holds = |holder: &&Holder| holder.holds(GLOBAL_ADMINISTRATOR, |_| true);
    let holders: Vec<&Holder> = estate.administrators()?.holders.iter().filter(holds).collect();
    let people: Vec<&&Holder> =
        holders.iter().filter(|holder| holder.account().is_some_and(|account| account.enabled != Some(false))).collect();
    let count = people.len();
    let mut lacking = Vec::new();
    let names = people.iter().map(|holder| holder.name.as_str()).collect::<Vec<_>>().join(", ");
    if count < FEWEST {
        lacking.push(Remark::new("global-administrators-few").with("count", count.to_string()));
    } else if count > MOST {
        lacking.push(Remark::new("global-administrators-many").with("count", count.to_string()).with("names", names));
    }
    let applications = holders.iter().filter(|holder| holder.kind == HolderKind::Application);
    lacking.extend(applications.map(|holder| Remark::new("global-administrator-application").with("who", &holder.name)));
    Ok(Answer::lacking(lacking, (FEWEST..=MOST).contains(&count)))
}

/// No powerful role is held always, but by the accounts that are kept for emergencies.
fn roles_on_demand(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let has_pim = estate.administrators()?.has_pim;
    let (mut lacking, mut on_demand) = (Vec::new(), false);
    for (holder, _) in powerful(estate)? {
        for holding in holder.holdings.iter().filter(|one| is_powerful(&one.role.id)) {
            on_demand |= holding.how != Held::Permanent;
            if holding.how == Held::Permanent && !estate.policy.keeps(&holder.name, &holder.id) {
                lacking.push(Remark::new("standing-role").with("who", &holder.name).with("role", &holding.role.name));
            }
        }
    }
    if !has_pim && !lacking.is_empty() {
        lacking.insert(0, Remark::new("no-pim"));
    }
    Ok(Answer::lacking(lacking, on_demand))
}

/// Two that are named in the policy, can sign in, hold the highest role always, are stopped by nothing and carry a key.
fn emergency_accounts(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let named = &estate.policy.break_glass;
    if named.is_empty() {
        return Ok(Answer::not_met([Remark::new("emergency-none-named")]));
    }
    let (administrators, kept, rules) = (estate.administrators()?, kept_for_emergencies(estate)?, rules(estate)?);
    let found = |name: &&String| {
        kept.iter().any(|one| one.name.eq_ignore_ascii_case(name) || one.account.as_str().eq_ignore_ascii_case(name))
    };
    let missing = named.iter().filter(|name| !found(name));
    let mut lacking: Vec<Remark> = missing.map(|name| Remark::new("emergency-not-found").with("who", name)).collect();
    if kept.len() == 1 {
        lacking.push(Remark::new("emergency-one-only"));
    }
    for one in &kept {
        let holder = administrators.holders.iter().find(|holder| holder.id.eq_ignore_ascii_case(one.account.as_str()));
        if !holder.is_some_and(|holder| holder.holds(GLOBAL_ADMINISTRATOR, |how| how == Held::Permanent)) {
            lacking.push(Remark::new("emergency-not-global").with("who", &one.name));
        }
        if holder.and_then(Holder::account).is_some_and(|account| account.synchronised) {
            lacking.push(Remark::new("emergency-synchronised").with("who", &one.name));
        }
        if is_blocked(rules, one) {
            lacking.push(Remark::new("emergency-blocked").with("who", &one.name));
        }
    }
    lacking.extend(catching_all(rules, &kept).map(|policy| Remark::new("emergency-not-excluded").with("policy", policy)));
    let without_key = without_key(estate, &kept);
    match without_key {
        Err(unread) if lacking.is_empty() => Err(unread),
        without => {
            lacking.extend(without.unwrap_or_default());
            Ok(Answer::lacking(lacking, !kept.is_empty()))
        }
    }
}

/// Whether it is certainly kept out of every portal.
fn is_blocked(rules: Rules<'_>, one: &Subject) -> bool {
    family::administration().iter().all(|named| evaluate(rules, one, &named.situation).is_blocked().is_yes())
}

/// Enabled policies that reach every one of them: when such a policy fails, nobody is left.
fn catching_all<'a>(rules: Rules<'a>, kept: &'a [Subject]) -> impl Iterator<Item = &'a str> {
    let demands = |policy: &&AccessPolicy| policy.state == State::Enabled && policy.grant.is_some();
    let reaches = move |policy: &AccessPolicy, one: &Subject| {
        [family::administration(), family::modern()].concat().iter().any(|named| {
            let verdict = evaluate(only(rules, std::slice::from_ref(policy)), one, &named.situation);
            verdict.policies.iter().any(|judged| matches!(judged.outcome, Outcome::Applies(_)))
        })
    };
    let all = move |policy: &&AccessPolicy| !kept.is_empty() && kept.iter().all(|one| reaches(policy, one));
    rules.policies.iter().filter(demands).filter(all).map(|policy| policy.name.as_str())
}

fn without_key(estate: &Estate<'_>, kept: &[Subject]) -> Result<Vec<Remark>, Answer> {
    let registration = estate.registration()?;
    let has_key = |one: &&Subject| {
        registration.of(one.account.as_str()).is_some_and(|known| known.methods.iter().any(RegisteredMethod::resists_phishing))
    };
    Ok(kept.iter().filter(|one| !has_key(one)).map(|one| Remark::new("emergency-without-key").with("who", &one.name)).collect())
}
