//! A tenant in memory. Reads may lag, be refused or be lost; writes may be refused, lost before or
//! lost after they were done. Every write is counted, and none is taken without its durable start.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use regain_incident::Timestamp;
use regain_incident::account::Account;
use regain_incident::facet::FacetName;
use regain_incident::facets::forwarding::Forwarding;
use regain_incident::facets::identity::{Identity, UserType};
use regain_incident::facets::inbox_rules::{Change as RuleChange, InboxRule};
use regain_incident::facets::roles::{GrantKind, RoleGrant};
use regain_incident::facets::sending_block::{Block, SendingBlock};
use regain_incident::ids::{AccountId, Seq, StepId};
use regain_incident::policy::Policy;
use regain_incident::posture::access::AccessPolicy;
use regain_incident::posture::access::policy::State;
use regain_incident::secret::Secret;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::BlockedWay;
use regain_incident::tenant::setting::{self, SettingName, Value};
use regain_ports::{
    AdminCandidate, Age, Clock, Directory, Found, Holders, Intent, Mail, Mailbox, Mailboxes, Notes, Operator, Provider,
    ProviderError, ProviderErrorKind, Seen, SignIns, SomeSignIns, Urgency,
};

use super::clock::TestClock;
use super::journal::MemoryJournal;
use super::people::{Person, tenant_id};

/// What goes wrong with one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is done, and the answer is lost.
    LostAfter,
    /// It is lost on the way.
    LostBefore,
    /// A right is missing.
    Denied,
    /// The service will not.
    Rejected,
    /// Throttled until patience ended.
    Throttled,
    /// A replica has not heard of the object.
    NotFound,
}

/// What goes wrong with the reads of one facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blind {
    /// A right is missing.
    Denied,
    /// Throttled.
    Throttled,
    /// No answer.
    Unreachable,
}

/// What is wrong with every call about one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ailing {
    /// It takes so many turns of everybody else.
    Slow(u32),
    /// Reads get no answer, changes are refused.
    Fails,
}

/// One write that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub account: AccountId,
    /// The verb, as the port names it.
    pub verb: &'static str,
    /// To what: a grant, a rule.
    pub object: String,
    /// Whether the tenant is another one since.
    pub changed: bool,
    /// The step.
    pub step: StepId,
    /// The durable entry that allowed it.
    pub leave: Seq,
}

/// Faults at random, from a seed.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    pub seed: u64,
    /// Of a hundred writes, so many answers are lost.
    pub lost: u64,
    /// Of a hundred writes, so many are throttled out.
    pub throttled: u64,
    /// Of a hundred reads, so many are throttled out.
    pub blind: u64,
    /// Of a hundred writes, so many are refused.
    pub rejected: u64,
}

struct Inner {
    people: BTreeMap<AccountId, Person>,
    /// Former states, for reads that lag.
    past: Vec<(Timestamp, BTreeMap<AccountId, Person>)>,
    lag_s: i64,
    faults: Vec<(&'static str, Fault, u32)>,
    blind: BTreeMap<FacetName, (Blind, Option<Timestamp>)>,
    administrators_unreadable: bool,
    weather: Option<Weather>,
    writes: Vec<Write>,
    made: u32,
    /// Verbs that take so many turns.
    slow: BTreeMap<&'static str, u32>,
    ailing: BTreeMap<AccountId, Ailing>,
    /// Every read of an account, in its order.
    reads: Vec<(FacetName, AccountId)>,
    /// The list of mailboxes ends after so many.
    list_ends: Option<usize>,
    /// So many mailboxes name no account.
    unnamed: usize,
    /// The right to read a facet ends after so many reads.
    right_ends: Option<(FacetName, usize)>,
}

/// The tenant.
pub struct FakeTenant {
    clock: Arc<TestClock>,
    journal: Arc<MemoryJournal>,
    inner: Mutex<Inner>,
}

fn error(kind: ProviderErrorKind) -> ProviderError {
    ProviderError { provider: Provider::Graph, doing: "do what was asked", attempts: 1, kind }
}

/// Finds the policy again by its name, as the adapter does; one that is off stays as it is.
fn set_block(policies: &mut Vec<AccessPolicy>, way: BlockedWay, to: &Value) {
    let ours = |policy: &AccessPolicy| policy.name == way.policy_name() && policy.state != State::Disabled;
    match to {
        Value::Block(block) if !policies.iter().any(ours) => policies.push(way.policy(block)),
        Value::Block(block) => policies.iter_mut().filter(|policy| ours(policy)).for_each(|policy| *policy = way.policy(block)),
        _ => policies.iter_mut().filter(|policy| ours(policy)).for_each(|policy| policy.state = State::Disabled),
    }
}

/// Sets what the change names, if the reading has it.
fn set(reading: &mut TenantReading, change: &setting::Change) -> Result<(), ProviderErrorKind> {
    match (reading, change.name, &change.to) {
        (TenantReading::SecurityDefaults(read), SettingName::SecurityDefaults, Value::Flag(to)) => read.enabled = *to,
        (TenantReading::AuditSettings(read), SettingName::UnifiedAuditLog, Value::Flag(to)) => read.unified_log = Some(*to),
        (TenantReading::AuditSettings(read), SettingName::MailboxAuditOff, Value::Flag(to)) => {
            read.mailbox_audit_off = Some(*to);
        }
        (TenantReading::ConditionalAccess(read), name, to) => {
            let way = BlockedWay::of(name).ok_or_else(|| rejected("no such setting"))?;
            set_block(&mut read.policies, way, to);
        }
        _ => return Err(rejected("no such setting")),
    }
    Ok(())
}

fn lost() -> ProviderErrorKind {
    ProviderErrorKind::Unanswered("the connection broke".into())
}

fn rejected(code: &str) -> ProviderErrorKind {
    ProviderErrorKind::Rejected { code: code.to_owned(), detail: "no".to_owned() }
}

/// The next number of a sequence that one seed gives (SplitMix64).
pub fn dice(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl FakeTenant {
    /// An empty one.
    pub fn new(clock: Arc<TestClock>, journal: Arc<MemoryJournal>) -> Self {
        let inner = Inner {
            people: BTreeMap::new(),
            past: vec![],
            lag_s: 0,
            faults: vec![],
            blind: BTreeMap::new(),
            administrators_unreadable: false,
            weather: None,
            writes: vec![],
            made: 0,
            slow: BTreeMap::new(),
            ailing: BTreeMap::new(),
            reads: vec![],
            list_ends: None,
            unnamed: 0,
            right_ends: None,
        };
        Self { clock, journal, inner: Mutex::new(inner) }
    }

    fn inner<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().expect("no panic while held"))
    }

    /// Who stands for the organisation: it has settings.
    fn organisation(&self) -> Result<Account, ProviderError> {
        let one = self.people().into_iter().find(|person| !person.settings.is_empty()).ok_or_else(|| error(denied()))?;
        let kind = regain_incident::account::Kind::Organisation;
        let (id, upn) = (one.identity.account, one.identity.upn);
        Ok(Account { id, name: upn.clone(), upn, kind, synchronised: false })
    }

    /// What the tenant is set to, whichever service keeps it.
    async fn setting(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        let organisation = self.organisation()?;
        self.read(facet, &organisation.id, |person| person.settings.get(&facet).cloned()).await
    }

    async fn set_setting(&self, change: &setting::Change, intent: &Intent) -> Result<Notes, ProviderError> {
        let organisation = self.organisation()?;
        let facet = change.facet();
        let set = |person: &mut Person, _: &mut u32, _| match person.settings.get_mut(&facet) {
            Some(reading) => set(reading, change),
            None => Err(rejected("no such setting")),
        };
        self.write("change-setting", change.name.as_str().to_owned(), &organisation, intent, set).await
    }

    /// Somebody moves in.
    pub fn add(&self, person: Person) {
        self.inner(|inner| inner.people.insert(person.identity.account.clone(), person));
    }

    /// The account, as it is and not as it is read.
    pub fn person(&self, account: &AccountId) -> Person {
        self.inner(|inner| inner.people.get(account).expect("somebody").clone())
    }

    /// Everybody.
    pub fn people(&self) -> Vec<Person> {
        self.inner(|inner| inner.people.values().cloned().collect())
    }

    /// Everybody, as a case names them.
    pub fn accounts(&self) -> Vec<Account> {
        let account = |person: &Person| {
            let identity = &person.identity;
            Account {
                id: identity.account.clone(),
                upn: identity.upn.clone(),
                name: identity.name.clone(),
                kind: regain_incident::account::kind_of(identity, &[], &Policy::default(), None),
                synchronised: identity.synchronised,
            }
        };
        self.people().iter().map(account).collect()
    }

    /// Somebody else changes something, behind our back.
    pub fn meddle(&self, account: &AccountId, change: impl FnOnce(&mut Person)) {
        let now = self.clock.now();
        self.inner(|inner| {
            inner.remember(now);
            change(inner.people.get_mut(account).expect("somebody"));
        });
    }

    /// From now on reads show what was there so many seconds ago.
    pub fn lag(&self, seconds: i64) {
        self.inner(|inner| inner.lag_s = seconds);
    }

    /// The next `times` writes by `verb` go wrong.
    pub fn fail(&self, verb: &'static str, fault: Fault, times: u32) {
        self.inner(|inner| inner.faults.push((verb, fault, times)));
    }

    /// Reads of a facet go wrong, until a time or for good.
    pub fn blind(&self, facet: FacetName, how: Blind, until: Option<Timestamp>) {
        self.inner(|inner| inner.blind.insert(facet, (how, until)));
    }

    /// Who is Global Administrator cannot be read.
    pub fn hide_administrators(&self) {
        self.inner(|inner| inner.administrators_unreadable = true);
    }

    /// Faults at random, or none.
    pub fn weather(&self, weather: Option<Weather>) {
        self.inner(|inner| inner.weather = weather);
    }

    /// Writes by `verb` arrive after so many turns of everybody else.
    pub fn slow(&self, verb: &'static str, turns: u32) {
        self.inner(|inner| inner.slow.insert(verb, turns));
    }

    /// Every call about `account` goes wrong in this way.
    pub fn ails(&self, account: &AccountId, how: Ailing) {
        self.inner(|inner| inner.ailing.insert(account.clone(), how));
    }

    /// A call about an account takes its turns: one, unless told otherwise.
    async fn turns(&self, account: &AccountId, verb: Option<&str>) {
        let turns = self.inner(|inner| match inner.ailing.get(account) {
            Some(Ailing::Slow(turns)) => *turns,
            _ => verb.and_then(|verb| inner.slow.get(verb)).copied().unwrap_or(1),
        });
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    /// Calls about `account` go well again.
    pub fn recovers(&self, account: &AccountId) {
        self.inner(|inner| inner.ailing.remove(account));
    }

    /// Reads of a facet go well again.
    pub fn sees(&self, facet: FacetName) {
        self.inner(|inner| inner.blind.remove(&facet));
    }

    /// The list of mailboxes is cut after so many.
    pub fn cuts_the_list(&self, after: usize) {
        self.inner(|inner| inner.list_ends = Some(after));
    }

    /// So many mailboxes of the list name no account.
    pub fn leaves_unnamed(&self, mailboxes: usize) {
        self.inner(|inner| inner.unnamed = mailboxes);
    }

    /// After so many reads of a facet the right to read it is gone.
    pub fn denies_after(&self, facet: FacetName, reads: usize) {
        self.inner(|inner| inner.right_ends = Some((facet, reads)));
    }

    /// Whose `facet` was asked for, in the order of asking.
    pub fn reads_of(&self, facet: FacetName) -> Vec<AccountId> {
        self.inner(|inner| inner.reads.iter().filter(|(of, _)| *of == facet).map(|(_, account)| account.clone()).collect())
    }

    /// Every write that arrived.
    pub fn writes(&self) -> Vec<Write> {
        self.inner(|inner| inner.writes.clone())
    }

    /// How many writes of a step changed the tenant.
    pub fn changes_of(&self, step: StepId) -> usize {
        self.writes().iter().filter(|write| write.step == step && write.changed).count()
    }

    /// The verbs of one account's writes, in their order.
    pub fn verbs_of(&self, account: &AccountId) -> Vec<&'static str> {
        self.writes().iter().filter(|write| write.account == *account).map(|write| write.verb).collect()
    }

    async fn read<T>(
        &self,
        facet: FacetName,
        account: &AccountId,
        take: impl FnOnce(&Person) -> Option<T>,
    ) -> Result<Seen<T>, ProviderError> {
        self.turns(account, None).await;
        self.clock.advance(SignedDuration::from_millis(20));
        let now = self.clock.now();
        self.inner(|inner| {
            inner.reads.push((facet, account.clone()));
            if inner.fails(account) {
                return Err(error(Blind::Unreachable.kind()));
            }
            if let Some((of, reads)) = inner.right_ends
                && of == facet
                && inner.reads.iter().filter(|(read, _)| *read == facet).count() > reads
            {
                return Err(error(denied()));
            }
            let at_random = inner.weather.as_mut().is_some_and(|weather| dice(&mut weather.seed) % 100 < weather.blind);
            match inner.blind.get(&facet) {
                Some((how, until)) if until.is_none_or(|until| now < until) => return Err(error(how.kind())),
                _ if at_random => return Err(error(Blind::Throttled.kind())),
                _ => {}
            }
            let person = inner.seen(account, now).ok_or_else(|| error(ProviderErrorKind::NotFound))?;
            let raw = vec![format!("{{\"facet\":\"{facet}\",\"of\":\"{account}\"}}")];
            Ok(Seen { value: take(&person), raw })
        })
    }

    async fn write(
        &self,
        verb: &'static str,
        object: String,
        account: &Account,
        intent: &Intent,
        change: impl FnOnce(&mut Person, &mut u32, Timestamp) -> Result<(), ProviderErrorKind> + Send,
    ) -> Result<Notes, ProviderError> {
        assert!(
            self.journal.has_started(intent.case(), intent.step(), intent.seq()),
            "{verb} of {} without a durable start",
            intent.step()
        );
        self.turns(&account.id, Some(verb)).await;
        self.clock.advance(SignedDuration::from_millis(20));
        let now = self.clock.now();
        self.inner(|inner| {
            let fault = if inner.fails(&account.id) { Some(Fault::Rejected) } else { inner.next_fault(verb) };
            let (step, leave) = (intent.step(), intent.seq());
            inner.writes.push(Write { account: account.id.clone(), verb, object, changed: false, step, leave });
            if let Some(kind) = fault.and_then(Fault::before_it_is_done) {
                return Err(error(kind));
            }
            inner.remember(now);
            let mut made = inner.made;
            let person = inner.people.get_mut(&account.id).ok_or_else(|| error(ProviderErrorKind::NotFound))?;
            let before = person.clone();
            change(person, &mut made, now).map_err(error)?;
            let changed = before != *person || matches!(verb, "revoke-sessions" | "replace-password");
            inner.made = made;
            inner.writes.last_mut().expect("just pushed").changed = changed;
            if fault == Some(Fault::LostAfter) { Err(error(lost())) } else { Ok(vec![]) }
        })
    }
}

impl Inner {
    fn fails(&self, account: &AccountId) -> bool {
        self.ailing.get(account) == Some(&Ailing::Fails)
    }

    fn remember(&mut self, now: Timestamp) {
        self.past.push((now, self.people.clone()));
    }

    /// The account as a read shows it: what it was `lag_s` ago.
    fn seen(&self, account: &AccountId, now: Timestamp) -> Option<Person> {
        let then = now - SignedDuration::from_secs(self.lag_s);
        // Each former state held until the moment that is noted with it.
        let people = self.past.iter().find(|(until, _)| *until > then).map_or(&self.people, |(_, people)| people);
        people.get(account).cloned()
    }

    fn next_fault(&mut self, verb: &'static str) -> Option<Fault> {
        if let Some((_, fault, times)) = self.faults.iter_mut().find(|(of, _, times)| *of == verb && *times > 0) {
            *times -= 1;
            return Some(*fault);
        }
        let weather = self.weather.as_mut()?;
        let throw = dice(&mut weather.seed) % 100;
        let (lost, throttled, rejected) = (weather.lost, weather.throttled, weather.rejected);
        if throw < lost {
            return Some(if throw.is_multiple_of(2) { Fault::LostAfter } else { Fault::LostBefore });
        }
        if throw < lost + throttled {
            return Some(Fault::Throttled);
        }
        (throw < lost + throttled + rejected).then_some(Fault::Rejected)
    }
}

impl Fault {
    fn before_it_is_done(self) -> Option<ProviderErrorKind> {
        Some(match self {
            Self::LostAfter => return None,
            Self::LostBefore => lost(),
            Self::Denied => denied(),
            Self::Rejected => rejected("BadRequest"),
            Self::Throttled => ProviderErrorKind::Throttled { wait: Duration::from_secs(30) },
            Self::NotFound => ProviderErrorKind::NotFound,
        })
    }
}

impl Blind {
    fn kind(self) -> ProviderErrorKind {
        match self {
            Self::Denied => denied(),
            Self::Throttled => ProviderErrorKind::Throttled { wait: Duration::from_secs(30) },
            Self::Unreachable => ProviderErrorKind::Unreachable("no route".into()),
        }
    }
}

fn denied() -> ProviderErrorKind {
    ProviderErrorKind::Denied { missing: "User.ReadWrite.All".to_owned() }
}

/// What the service shows of a time.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).expect("in range")
}

fn may_touch(person: &Person) -> Result<(), ProviderErrorKind> {
    if person.outranks_us && !person.roles.is_empty() { Err(denied()) } else { Ok(()) }
}

fn withdraw(person: &mut Person, grant: &RoleGrant) -> Result<(), ProviderErrorKind> {
    let before = person.roles.len();
    person.roles.retain(|held| !held.is_same(grant));
    if person.roles.len() == before { Err(ProviderErrorKind::NotFound) } else { Ok(()) }
}

fn give_back(person: &mut Person, grant: &RoleGrant, made: &mut u32) -> Result<(), ProviderErrorKind> {
    if person.roles.iter().any(|held| held.is_same(grant)) {
        return Err(rejected("RoleAssignmentExists"));
    }
    *made += 1;
    person.roles.push(RoleGrant { assignment: format!("given-{made}"), ..grant.clone() });
    Ok(())
}

/// Places are counted from one without a hole, as the service keeps them.
fn close_ranks(rules: &mut [InboxRule]) {
    for (place, rule) in (1..).zip(rules) {
        rule.priority = place;
    }
}

fn change_rule(person: &mut Person, change: &RuleChange, made: &mut u32) -> Result<(), ProviderErrorKind> {
    let at = person.rules.iter().position(|rule| rule.id == change.rule().id);
    match (change, at) {
        (RuleChange::Restore(former), _) => {
            *made += 1;
            let place = usize::try_from(former.priority).expect("few").saturating_sub(1).min(person.rules.len());
            let again = InboxRule { id: format!("{}", 9_000_000_000_000_000_000_u64 + u64::from(*made)), ..(**former).clone() };
            person.rules.insert(place, again);
        }
        (_, None) => return Err(ProviderErrorKind::NotFound),
        (RuleChange::Disable(_), Some(at)) => person.rules[at].enabled = false,
        (RuleChange::Enable(_), Some(at)) => person.rules[at].enabled = true,
        (RuleChange::Remove(_), Some(at)) => {
            person.rules.remove(at);
        }
    }
    close_ranks(&mut person.rules);
    Ok(())
}

fn is_active(kind: GrantKind) -> bool {
    !matches!(
        kind,
        GrantKind::PimEligible | GrantKind::GroupEligibleMember | GrantKind::GroupEligibleOwner | GrantKind::GroupOwner
    ) && !matches!(kind, GrantKind::ExchangeGroup | GrantKind::ExchangeDirect)
}

#[async_trait]
impl Directory for FakeTenant {
    async fn operator(&self) -> Result<Operator, ProviderError> {
        Ok(Operator {
            tenant: tenant_id(),
            object: None,
            people: Some(vec![]),
            client: "client".to_owned(),
            permissions: vec![],
            roles: vec![],
        })
    }

    async fn find(&self, name: &str) -> Result<Vec<Found>, ProviderError> {
        let named = |person: &Person| {
            let identity = &person.identity;
            identity.upn == name || identity.account.as_str() == name || identity.addresses.iter().any(|address| address == name)
        };
        let found = |person: Person, roles_read: bool| {
            let active = person.roles.iter().filter(|grant| is_active(grant.kind));
            let active_roles =
                active.flat_map(|grant| std::iter::once(&grant.of.id).chain(grant.gives.iter().map(|role| &role.id)));
            Found {
                active_roles: active_roles.filter(|_| roles_read).cloned().collect(),
                in_role_group: roles_read && person.roles.iter().any(|grant| grant.kind.facet() == FacetName::GroupRoles),
                roles_read,
                raw: vec![format!("{{\"id\":\"{}\"}}", person.identity.account)],
                identity: person.identity,
            }
        };
        let readable = self.inner(|inner| !inner.blind.contains_key(&FacetName::EntraRoles));
        Ok(self.people().into_iter().filter(named).map(|person| found(person, readable)).collect())
    }

    async fn identity(&self, account: &AccountId, _: Urgency) -> Result<Seen<Identity>, ProviderError> {
        self.read(FacetName::Identity, account, |person| Some(person.identity.clone())).await
    }

    async fn roles(&self, account: &AccountId, facet: FacetName, _: Urgency) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        let of = |person: &Person| person.roles.iter().filter(|grant| grant.kind.facet() == facet).cloned().collect();
        self.read(facet, account, |person| Some(of(person))).await
    }

    async fn sign_ins(&self, _: Option<&AccountId>, _: Timestamp) -> SignIns {
        tokio::task::yield_now().await;
        let none = || Ok(SomeSignIns::default());
        SignIns { interactive: none(), sessions: none() }
    }

    async fn administrator_holders(&self) -> Result<Holders, ProviderError> {
        tokio::task::yield_now().await;
        if self.inner(|inner| inner.administrators_unreadable) {
            return Err(error(denied()));
        }
        let is_one = |person: &Person| person.roles.iter().any(RoleGrant::makes_global_administrator);
        let others = self.people().into_iter().filter(is_one).map(|person| person.identity.account.to_string()).collect();
        Ok(Holders { others, ..Holders::default() })
    }

    async fn administrators_of(&self, holders: &Holders) -> Result<Vec<AdminCandidate>, ProviderError> {
        let candidate = |person: Person| AdminCandidate {
            account: person.identity.account.clone(),
            upn: person.identity.upn.clone(),
            enabled: person.identity.enabled,
            member: person.identity.user_type == UserType::Member,
            created: person.identity.created,
            password_changed: person.identity.password_changed,
        };
        let is_one = |person: &Person| holders.others.contains(person.identity.account.as_str());
        Ok(self.people().into_iter().filter(is_one).map(candidate).collect())
    }

    async fn domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        Ok(Seen::new(vec!["contoso.com".to_owned()], vec![]))
    }

    async fn tenant(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        self.setting(facet).await
    }

    async fn change_setting(&self, change: &setting::Change, intent: &Intent) -> Result<Notes, ProviderError> {
        self.set_setting(change, intent).await
    }

    async fn set_sign_in(&self, account: &Account, allowed: bool, intent: &Intent) -> Result<Notes, ProviderError> {
        let change = |person: &mut Person, _: &mut u32, _| {
            may_touch(person)?;
            person.identity.enabled = allowed;
            Ok(())
        };
        self.write("set-sign-in", allowed.to_string(), account, intent, change).await
    }

    async fn replace_password(
        &self,
        account: &Account,
        password: &Secret,
        _: bool,
        intent: &Intent,
    ) -> Result<Notes, ProviderError> {
        let change = |person: &mut Person, _: &mut u32, now| {
            may_touch(person)?;
            password.expose().clone_into(&mut person.password);
            // A new password ends the sessions too.
            person.identity.password_changed = Some(whole_seconds(now));
            person.identity.sessions_valid_from = Some(whole_seconds(now));
            Ok(())
        };
        self.write("replace-password", String::new(), account, intent, change).await
    }

    async fn revoke_sessions(&self, account: &Account, intent: &Intent) -> Result<Notes, ProviderError> {
        let change = |person: &mut Person, _: &mut u32, now| {
            person.identity.sessions_valid_from = Some(whole_seconds(now));
            Ok(())
        };
        self.write("revoke-sessions", String::new(), account, intent, change).await
    }

    async fn withdraw(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.write("withdraw", grant.object(), account, intent, |person, _, _| withdraw(person, grant)).await
    }

    async fn give_back(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.write("give-back", grant.object(), account, intent, |person, made, _| give_back(person, grant, made)).await
    }
}

#[async_trait]
impl Mail for FakeTenant {
    async fn mailboxes(&self, _: Urgency) -> Result<Mailboxes, ProviderError> {
        tokio::task::yield_now().await;
        let mailbox = |(person, account): (Person, Account)| {
            person.has_mailbox.then(|| Mailbox { account, forwards: Some(person.forwarding.is_set()) })
        };
        let mut all: Vec<Mailbox> = self.people().into_iter().zip(self.accounts()).filter_map(mailbox).collect();
        let ends = self.inner(|inner| inner.list_ends).unwrap_or(all.len());
        let cut = ends < all.len();
        all.truncate(ends);
        Ok(Mailboxes { all, cut, unnamed: self.inner(|inner| inner.unnamed) })
    }

    async fn forwarding(&self, account: &Account, _: Urgency) -> Result<Seen<Forwarding>, ProviderError> {
        let of = |person: &Person| person.has_mailbox.then(|| person.forwarding.clone());
        self.read(FacetName::Forwarding, &account.id, of).await
    }

    async fn inbox_rules(&self, account: &Account, _: Age, _: Urgency) -> Result<Seen<Vec<InboxRule>>, ProviderError> {
        let of = |person: &Person| person.has_mailbox.then(|| person.rules.clone());
        self.read(FacetName::InboxRules, &account.id, of).await
    }

    async fn sending_block(&self, account: &Account, _: Age) -> Result<Seen<SendingBlock>, ProviderError> {
        let of = |person: &Person| person.has_mailbox.then(|| SendingBlock { block: person.block.clone() });
        self.read(FacetName::SendingBlock, &account.id, of).await
    }

    async fn roles(&self, account: &Account, _: Age) -> Result<Seen<Vec<RoleGrant>>, ProviderError> {
        let facet = FacetName::ExchangeRoles;
        let of = |person: &Person| person.roles.iter().filter(|grant| grant.kind.facet() == facet).cloned().collect();
        self.read(facet, &account.id, |person| Some(of(person))).await
    }

    async fn accepted_domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        Ok(Seen::new(vec!["contoso.com".to_owned()], vec![]))
    }

    async fn tenant(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        self.setting(facet).await
    }

    async fn change_setting(&self, change: &setting::Change, intent: &Intent) -> Result<Notes, ProviderError> {
        self.set_setting(change, intent).await
    }

    async fn set_forwarding(&self, account: &Account, wanted: &Forwarding, intent: &Intent) -> Result<Notes, ProviderError> {
        let change = |person: &mut Person, _: &mut u32, _| {
            person.forwarding = wanted.clone();
            Ok(())
        };
        self.write("set-forwarding", String::new(), account, intent, change).await
    }

    async fn change_rule(&self, account: &Account, change: &RuleChange, intent: &Intent) -> Result<Notes, ProviderError> {
        let object = change.rule().id.clone();
        self.write("change-rule", object, account, intent, |person, made, _| change_rule(person, change, made)).await
    }

    async fn lift_sending_block(&self, account: &Account, _: &Block, intent: &Intent) -> Result<Notes, ProviderError> {
        let change = |person: &mut Person, _: &mut u32, _| {
            person.block = None;
            Ok(())
        };
        self.write("lift-sending-block", String::new(), account, intent, change).await
    }

    async fn withdraw(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.write("withdraw", grant.object(), account, intent, |person, _, _| withdraw(person, grant)).await
    }

    async fn give_back(&self, account: &Account, grant: &RoleGrant, intent: &Intent) -> Result<Notes, ProviderError> {
        self.write("give-back", grant.object(), account, intent, |person, made, _| give_back(person, grant, made)).await
    }
}
