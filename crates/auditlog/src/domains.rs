//! The domains in a log that look like the tenant's own or a correspondent's ([`crate::lookalike`]):
//! of mail that came and went, of guests, and of addresses that rules and settings name.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use regain_incident::Timestamp;
use serde::Serialize;

use crate::event::{Event, Kind};
use crate::log::Log;
use crate::lookalike::{Genuine, How, resembles};
use crate::names::Sym;
use crate::row::Row;
use crate::survey::{DAY, Span, at, domain_of};
use crate::time::Micros;

/// A domain that looks like another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookalike {
    /// It. Hostile.
    pub domain: String,
    /// The one that it looks like.
    pub resembles: String,
    /// Whose that is: `tenant` or `correspondent`.
    pub of: &'static str,
    /// How it resembles it: `same-look`, `one-sign`, `other-ending`, `word-beside`.
    pub how: &'static str,
    /// Messages that came from there.
    pub received: u64,
    /// Messages that were sent there.
    pub sent: u64,
    /// Accounts here that wrote there or heard from there, the first by name.
    pub accounts: Vec<String>,
    /// Operations that name an address there: a rule, a forwarding, an invitation, a domain added.
    pub named_by: Vec<String>,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
}

/// Accounts named for one domain.
const ACCOUNTS_MAX: usize = 20;
/// Correspondents that others are compared with: those with the most messages.
const CORRESPONDENTS_MAX: usize = 5_000;
/// Domains that settings name, at most.
const NAMED_MAX: usize = 50_000;
/// A correspondent is one with so many messages at least, and for so long before.
const MESSAGES_MIN: u64 = 3;

#[derive(Debug, Clone, Default)]
struct Traffic {
    received: u64,
    sent: u64,
    span: Option<Span<Micros>>,
    named_by: BTreeSet<String>,
}

impl Traffic {
    fn see(&mut self, time: Option<Micros>) {
        if let Some(time) = time {
            match &mut self.span {
                Some(span) => span.add(time),
                none => *none = Some(Span::of(time)),
            }
        }
    }

    fn messages(&self) -> u64 {
        self.received + self.sent
    }
}

/// The domains that look like another.
pub fn lookalikes(log: &Log) -> io::Result<Vec<Lookalike>> {
    let mut scene = Scene::of(log);
    scene.read(log)?;
    let own = Genuine::of(scene.own().iter().map(String::as_str));
    let mut all = Vec::new();
    let correspondents = scene.correspondents(&own);
    for (domain, traffic) in &scene.traffic {
        if own.holds(domain) {
            continue;
        }
        let of_own = own.all().find_map(|meant| resembles(domain, meant).map(|how| (meant, "tenant", how)));
        let found = of_own.or_else(|| scene.like_a_correspondent(domain, traffic, &correspondents));
        if let Some((meant, of, how)) = found {
            all.push(told(domain, traffic, meant, of, how));
        }
    }
    scene.name_accounts(log, &mut all)?;
    all.sort_by(|a, b| (b.of, a.first, &a.domain).cmp(&(a.of, b.first, &b.domain)));
    Ok(all)
}

fn told(domain: &str, traffic: &Traffic, meant: &str, of: &'static str, how: How) -> Lookalike {
    let time = |at: Micros| Timestamp::from_microsecond(at).ok();
    Lookalike {
        domain: domain.to_owned(),
        resembles: meant.to_owned(),
        of,
        how: how.as_str(),
        received: traffic.received,
        sent: traffic.sent,
        accounts: Vec::new(),
        named_by: traffic.named_by.iter().cloned().collect(),
        first: traffic.span.and_then(|span| time(span.first)),
        last: traffic.span.and_then(|span| time(span.last)),
    }
}

/// Who is whose, by the number of the account.
struct Scene {
    /// The domain of each account's name, by number.
    of: Vec<Option<String>>,
    owns_mailbox: Vec<bool>,
    traffic: BTreeMap<String, Traffic>,
}

impl Scene {
    fn of(log: &Log) -> Self {
        let mut of = vec![None; log.names.accounts.len()];
        log.names.accounts.all().for_each(|(sym, name)| of[at(sym)] = domain(name));
        Self { owns_mailbox: vec![false; of.len()], of, traffic: BTreeMap::new() }
    }

    fn read(&mut self, log: &Log) -> io::Result<()> {
        let (mut by_number, mut whose) = (vec![Traffic::default(); self.of.len()], vec![false; self.of.len()]);
        log.rows(|row| {
            if row.kind == Kind::Trace {
                let (from, to) = (at(row.account), at(row.mailbox));
                by_number[from].received += 1;
                by_number[from].see(row.at);
                by_number[to].sent += 1;
                by_number[to].see(row.at);
            } else {
                whose[at(row.mailbox)] = true;
                by_number[at(row.account)].see(row.at);
            }
        })?;
        for (domain, seen) in self.of.iter().zip(&by_number) {
            let Some(domain) = domain.as_ref().filter(|_| seen.span.is_some() || seen.messages() > 0) else { continue };
            let traffic = self.traffic.entry(domain.clone()).or_default();
            traffic.received += seen.received;
            traffic.sent += seen.sent;
            seen.span.iter().for_each(|span| [span.first, span.last].into_iter().for_each(|time| traffic.see(Some(time))));
        }
        self.owns_mailbox = whose;
        let mut named_in: BTreeMap<String, Traffic> = BTreeMap::new();
        log.notable(|_, event| {
            for domain in named(&event) {
                let one = named_in.entry(domain).or_default();
                one.see(event.at.map(Timestamp::as_microsecond));
                one.named_by.insert(event.operation.clone());
                // The last by name go, and would go again: what is kept does not depend on the order.
                if named_in.len() > NAMED_MAX {
                    named_in.pop_last();
                }
            }
        })?;
        for (domain, named) in named_in {
            let traffic = self.traffic.entry(domain).or_default();
            named.span.iter().for_each(|span| [span.first, span.last].into_iter().for_each(|time| traffic.see(Some(time))));
            traffic.named_by = named.named_by;
        }
        Ok(())
    }

    /// Domains of mailboxes here; where no record names one, of those who are here the most.
    fn own(&self) -> BTreeSet<String> {
        let owners = self.of.iter().zip(&self.owns_mailbox).filter(|(_, owns)| **owns).filter_map(|(domain, _)| domain.clone());
        owners.collect()
    }

    fn correspondents(&self, own: &Genuine) -> Genuine {
        let mut all: Vec<(u64, &String)> = self
            .traffic
            .iter()
            .filter(|(domain, traffic)| traffic.messages() >= MESSAGES_MIN && !own.holds(domain))
            .map(|(domain, traffic)| (traffic.messages(), domain))
            .collect();
        all.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
        Genuine::of(all.into_iter().take(CORRESPONDENTS_MAX).map(|(_, domain)| domain.as_str()))
    }

    /// A newcomer that looks like somebody who wrote for a week before, and more.
    fn like_a_correspondent<'a>(
        &self,
        domain: &str,
        traffic: &Traffic,
        known: &'a Genuine,
    ) -> Option<(&'a str, &'static str, How)> {
        let first = traffic.span?.first;
        let is_older = |meant: &&str| {
            let old = self.traffic.get(*meant);
            old.is_some_and(|old| {
                old.messages() > traffic.messages() && old.span.is_some_and(|span| span.first + 7 * DAY <= first)
            })
        };
        known.near(domain).into_iter().find(|(meant, _)| is_older(meant)).map(|(meant, how)| (meant, "correspondent", how))
    }

    /// Who wrote there and who heard from there.
    fn name_accounts(&self, log: &Log, all: &mut [Lookalike]) -> io::Result<()> {
        let mut by_domain: BTreeMap<String, BTreeSet<&str>> =
            all.iter().map(|one| (one.domain.clone(), BTreeSet::new())).collect();
        if by_domain.is_empty() {
            return Ok(());
        }
        let mut note = |of: Sym, other: Sym| {
            if let Some(accounts) = self.of[at(of)].as_ref().and_then(|domain| by_domain.get_mut(domain)) {
                accounts.insert(log.names.accounts.name(other));
                if accounts.len() > ACCOUNTS_MAX {
                    accounts.pop_last();
                }
            }
        };
        log.rows(|row: &Row| {
            if row.kind == Kind::Trace {
                note(row.account, row.mailbox);
                note(row.mailbox, row.account);
            } else {
                note(row.account, row.account);
            }
        })?;
        for one in all {
            let accounts = by_domain.remove(&one.domain).unwrap_or_default();
            one.accounts = accounts.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect();
        }
        Ok(())
    }
}

/// The domain of an address, also of a guest's: `x_contoso.com#ext#@tenant` is of `contoso.com`.
fn domain(account: &str) -> Option<String> {
    if let Some((before, _)) = account.split_once("#ext#") {
        let (_, domain) = before.rsplit_once('_')?;
        return domain.contains('.').then(|| domain.to_owned());
    }
    domain_of(account)
}

/// Domains that an event names: in its parameters, or as what it added to the tenant.
fn named(event: &Event) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let operation = event.operation.to_lowercase();
    if operation.contains("domain") {
        all.extend(event.target.iter().map(|target| target.trim().to_lowercase()).filter(|target| is_domain(target)));
    }
    for text in event.parameters.iter().map(|pair| pair.value.as_str()) {
        for part in text.split('@').skip(1) {
            let domain: String = part.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-')).collect();
            let domain = domain.trim_end_matches('.').to_lowercase();
            if is_domain(&domain) {
                all.insert(domain);
            }
        }
    }
    all
}

fn is_domain(text: &str) -> bool {
    text.contains('.') && text.len() <= 253 && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_are_of_their_own_domain() {
        assert_eq!(domain("bo_fabrikam.com#ext#@contoso.onmicrosoft.com").as_deref(), Some("fabrikam.com"));
        assert_eq!(domain("bo@contoso.com").as_deref(), Some("contoso.com"));
        assert_eq!(domain("system"), None);
    }
}
