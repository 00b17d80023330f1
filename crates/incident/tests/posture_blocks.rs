//! A way of signing in is blocked in two plans, and none of them locks out whoever must get in: tests that try.

use regain_incident::Timestamp;
use regain_incident::account::Account;
use regain_incident::facet::{Facet, FacetName, Gap};
use regain_incident::facets::roles::{GLOBAL_ADMINISTRATOR, Named};
use regain_incident::ids::{AccountId, TenantId};
use regain_incident::policy::Policy;
use regain_incident::posture::access::AccessPolicy;
use regain_incident::posture::access::policy::{Control, Id, Person, State};
use regain_incident::posture::answer::Answer;
use regain_incident::posture::estate::Estate;
use regain_incident::posture::fix::{self, Hindrance};
use regain_incident::posture::measure;
use regain_incident::snapshot::Snapshot;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::{Block, BlockedWay};
use regain_incident::tenant::administrators::{AdministratorAccount, Administrators, Held, Holder, HolderKind, Holding};
use regain_incident::tenant::conditional_access::{ConditionalAccess, GroupMembers};
use regain_incident::tenant::people::{DirectoryPerson, People, PersonHome};
use regain_incident::tenant::security_defaults::SecurityDefaults;
use regain_incident::tenant::setting::{Change, Value};

/// A plain member.
const ANNA: u32 = 1;
/// Sits at the keyboard.
const OPERATOR: u32 = 2;
/// A Global Administrator of whom nothing else is known.
const CARL: u32 = 3;
/// A device's account.
const PRINTER: u32 = 4;
const EMERGENCY: u32 = 8;
const OTHER_EMERGENCY: u32 = 9;
const GROUP: &str = "b2000000-0000-4000-8000-000000000001";

fn now() -> Timestamp {
    "2026-11-24T02:00:00Z".parse().expect("an id or a time")
}

fn id(n: u32) -> String {
    format!("a1000000-0000-4000-8000-{n:012}")
}

fn name(n: u32) -> String {
    format!("person{n}@contoso.com")
}

fn ids(all: &[u32]) -> std::collections::BTreeSet<Id> {
    all.iter().map(|n| Id::from(id(*n))).collect()
}

fn person(n: u32) -> DirectoryPerson {
    DirectoryPerson {
        id: id(n),
        name: name(n),
        enabled: Some(true),
        home: PersonHome::Member,
        synchronised: false,
        licensed: Some(true),
        restricted: None,
        created: None,
        signed_in: None,
        mailbox: None,
    }
}

fn global_administrator(n: u32) -> Holder {
    let account = AdministratorAccount { enabled: Some(true), guest: Some(false), ..AdministratorAccount::default() };
    let holding = Holding {
        role: Named { id: GLOBAL_ADMINISTRATOR.to_owned(), name: "Global Administrator".to_owned() },
        how: Held::Permanent,
        whole_tenant: true,
        through: None,
        until: None,
    };
    Holder { id: id(n), name: name(n), kind: HolderKind::Person(account), holdings: vec![holding] }
}

struct Tenant {
    defaults: SecurityDefaults,
    access: ConditionalAccess,
    people: People,
    administrators: Administrators,
    policy: Policy,
    operators: Option<Vec<AccountId>>,
    unread: Vec<FacetName>,
}

impl Tenant {
    /// Nothing is blocked; one emergency account is named, and somebody is at the keyboard.
    fn open() -> Self {
        let people = [ANNA, OPERATOR, CARL, PRINTER, EMERGENCY, OTHER_EMERGENCY].map(person).into();
        Self {
            defaults: SecurityDefaults { enabled: false },
            access: ConditionalAccess::default(),
            people: People { people, sign_ins_unread: None },
            administrators: Administrators {
                holders: [OPERATOR, CARL, EMERGENCY, OTHER_EMERGENCY].map(global_administrator).into(),
                has_pim: false,
            },
            policy: Policy { break_glass: vec![name(EMERGENCY)], service_accounts: vec![name(PRINTER)], ..Policy::default() },
            operators: Some(vec![id(OPERATOR).parse().expect("an id or a time")]),
            unread: Vec::new(),
        }
    }

    /// As after a plan that was carried out.
    fn with(mut self, way: BlockedWay, block: &Block) -> Self {
        self.access.policies.retain(|policy| policy.name != way.policy_name());
        self.access.policies.push(way.policy(block));
        self
    }

    /// A policy for everybody but these, and but the members of the group.
    fn leaving_out(mut self, accounts: &[u32], grouped: &[u32]) -> Self {
        let mut policy = BlockedWay::LegacyAuthentication.policy(&block(true, accounts));
        "MFA for all".clone_into(&mut policy.name);
        policy.client_apps = AccessPolicy::new("x", "x").client_apps;
        policy.who.exclude.groups.insert(Id::from(GROUP));
        policy.grant.as_mut().expect("a demand").controls = [Control::Mfa].into();
        self.access.policies.push(policy);
        let members = grouped.iter().map(|n| Id::from(id(*n))).collect();
        self.access.groups.push(GroupMembers { group: Id::from(GROUP), members: Some(members) });
        self
    }

    fn ask<T>(&self, what: impl FnOnce(&Estate<'_>) -> T) -> T {
        let tenant: TenantId = "7e000000-0000-4000-8000-000000000001".parse().expect("an id or a time");
        let organisation = Account::organisation(AccountId::of_organisation(&tenant), "contoso.com");
        let mut snapshot = Snapshot::begun(organisation, now());
        let readings = [
            TenantReading::SecurityDefaults(self.defaults),
            TenantReading::ConditionalAccess(self.access.clone()),
            TenantReading::People(self.people.clone()),
            TenantReading::Administrators(self.administrators.clone()),
        ];
        for reading in readings {
            let facet = reading.facet();
            let read = if self.unread.contains(&facet) {
                Facet::Unread { gap: Gap::Throttled, at: now() }
            } else {
                Facet::Read { value: reading.into(), at: now() }
            };
            snapshot.facets.insert(facet, read);
        }
        what(&Estate::of(&snapshot, now()).under(&self.policy).operated_by(self.operators.as_deref()))
    }

    fn plan(&self, way: BlockedWay) -> Result<Vec<Change>, Hindrance> {
        self.ask(|estate| (fix::named(item(way)).expect("a fix").plan)(estate))
    }

    /// What the only change comes to.
    #[track_caller]
    fn planned(&self, way: BlockedWay) -> Block {
        let changes = self.plan(way).expect("a plan");
        let block = match changes.as_slice() {
            [Change { to: Value::Block(block), .. }] => Some(block.clone()),
            _ => None,
        };
        block.expect("one block")
    }

    /// The codes of the reach, each with whom it names.
    fn reach(&self, way: BlockedWay) -> Vec<(String, String)> {
        let remarks = self.ask(|estate| (fix::named(item(way)).expect("a fix").reach)(estate));
        let fix = fix::named(item(way)).expect("a fix");
        assert!(remarks.iter().all(|remark| fix.remarks.contains(&remark.code.as_str())), "{remarks:?}");
        let named = |names: &std::collections::BTreeMap<String, String>| names.values().cloned().collect::<Vec<_>>().join(" ");
        remarks.iter().map(|remark| (remark.code.clone(), named(&remark.names))).collect()
    }

    fn answer(&self, way: BlockedWay) -> Answer {
        self.ask(|estate| measure::named(item(way)).expect("a measure").answer(estate))
    }
}

fn block(enforced: bool, accounts: &[u32]) -> Block {
    Block { enforced, accounts: ids(accounts), groups: std::collections::BTreeSet::new() }
}

fn item(way: BlockedWay) -> &'static str {
    match way {
        BlockedWay::DeviceCode => "device-code-blocked",
        BlockedWay::LegacyAuthentication => "legacy-authentication-blocked",
    }
}

/// Why nothing was planned, for both ways.
#[track_caller]
fn hindered(change: impl Fn(&mut Tenant)) -> String {
    let why = BlockedWay::ALL.iter().map(|way| {
        let mut tenant = Tenant::open();
        change(&mut tenant);
        let code = match tenant.plan(*way) {
            Err(Hindrance::InTheWay(remark)) => Some(remark.code),
            Ok(_) | Err(Hindrance::Unread(_)) => None,
        };
        let code = code.expect("something in the way");
        assert!(fix::named(item(*way)).expect("a fix").remarks.contains(&code.as_str()), "{code}");
        code
    });
    let mut codes: Vec<String> = why.collect();
    codes.dedup();
    assert_eq!(codes.len(), 1, "{codes:?}");
    codes.remove(0)
}

#[test]
fn the_first_plan_reports_the_second_switches_on_and_then_nothing_is_left() {
    for way in BlockedWay::ALL {
        let tenant = Tenant::open();
        assert_eq!(tenant.answer(*way).as_str(), "not-met");
        let first = tenant.planned(*way);
        assert_eq!(first, block(false, &[EMERGENCY, OPERATOR]));
        let reports = tenant.with(*way, &first);
        assert_eq!(reports.answer(*way).as_str(), "not-met", "what only reports blocks nobody");
        let second = reports.planned(*way);
        assert_eq!(second, block(true, &[EMERGENCY, OPERATOR]), "the same, switched on");
        let mut on = reports.with(*way, &second);
        assert_eq!(on.plan(*way), Ok(Vec::new()));
        assert_eq!(on.answer(*way).as_str(), "partly", "who was at the keyboard is not covered, and that is said");
        on.operators = Some(Vec::new());
        assert_eq!(on.plan(*way), Ok(Vec::new()));
    }
}

#[test]
fn the_reach_names_who_would_be_refused_and_who_is_left_out() {
    let tenant = Tenant::open();
    let way = BlockedWay::DeviceCode;
    let reach = tenant.reach(way);
    let has = |code: &str, names: &str| reach.contains(&(code.to_owned(), names.to_owned()));
    assert_eq!(reach[0].0, "reach-block-reports");
    assert!(has("reach-block-people", "4") && has("reach-block-service-account", &name(PRINTER)), "{reach:?}");
    assert!(has("reach-block-person", &name(ANNA)) && !has("reach-block-person", &name(OPERATOR)), "{reach:?}");
    assert!(has("reach-block-emergency", &name(EMERGENCY)) && has("reach-block-operator", &name(OPERATOR)), "{reach:?}");
    let mut reports = tenant.with(way, &block(false, &[EMERGENCY, OPERATOR]));
    assert_eq!(reports.reach(way)[0].0, "reach-block-on");
    reports.operators = Some(Vec::new());
    assert!(reports.reach(way).iter().any(|(code, _)| code == "reach-block-no-operator"));
    let theirs = AccessPolicy { name: "Theirs".to_owned(), ..way.policy(&block(true, &[ANNA])) };
    reports.access.policies.push(theirs);
    let fewer = reports.reach(way);
    assert!(fewer.contains(&("reach-block-people".to_owned(), "1".to_owned())), "Anna alone comes this way: {fewer:?}");
}

#[test]
fn nothing_is_planned_while_somebody_who_must_get_in_is_not_known() {
    assert_eq!(hindered(|tenant| tenant.policy.break_glass.clear()), "block-without-emergency-account");
    assert_eq!(
        hindered(|tenant| tenant.policy.break_glass.push("emergenzy@contoso.com".to_owned())),
        "block-emergency-not-found"
    );
    assert_eq!(hindered(|tenant| tenant.policy.break_glass = vec![GROUP.to_owned()]), "block-emergency-not-found", "a group");
    assert_eq!(hindered(|tenant| tenant.people.people[4].enabled = Some(false)), "block-emergency-off");
    assert_eq!(hindered(|tenant| tenant.operators = None), "block-operator-unknown");
    let stranger = || Some(vec![id(77).parse().expect("an id or a time")]);
    assert_eq!(hindered(|tenant| tenant.operators = stranger()), "block-operator-not-found");
    assert_eq!(hindered(|tenant| tenant.defaults.enabled = true), "block-under-security-defaults");
    for facet in [FacetName::SecurityDefaults, FacetName::ConditionalAccess, FacetName::People, FacetName::Administrators] {
        let tenant = Tenant { unread: vec![facet], ..Tenant::open() };
        for way in BlockedWay::ALL {
            assert!(matches!(tenant.plan(*way), Err(Hindrance::Unread(_))), "{facet}");
        }
    }
}

#[test]
fn a_global_administrator_whom_every_policy_leaves_out_is_left_out_of_this_one_too() {
    let way = BlockedWay::DeviceCode;
    // By name in one policy; the other one only through a group.
    let tenant = Tenant::open().leaving_out(&[ANNA, CARL], &[OTHER_EMERGENCY]);
    let planned = tenant.planned(way);
    assert_eq!(planned.accounts, ids(&[OPERATOR, CARL, EMERGENCY, OTHER_EMERGENCY]), "Anna administers nothing");
    let reach = tenant.reach(way);
    assert!(reach.contains(&("reach-block-left-out".to_owned(), name(OTHER_EMERGENCY))), "{reach:?}");
    let reached = tenant.leaving_out(&[], &[OTHER_EMERGENCY]);
    assert_eq!(reached.planned(way).accounts, ids(&[OPERATOR, EMERGENCY, OTHER_EMERGENCY]), "one policy reaches Carl");
    // What our own policies leave out is no reason to leave it out again.
    let ours = Tenant::open().with(BlockedWay::LegacyAuthentication, &block(true, &[CARL, EMERGENCY]));
    assert_eq!(ours.planned(way).accounts, ids(&[OPERATOR, EMERGENCY]));
}

#[test]
fn an_account_that_was_taken_out_of_the_exclusions_is_put_back_before_anything_is_switched_on() {
    for way in BlockedWay::ALL {
        for kept in [&[OPERATOR][..], &[EMERGENCY][..], &[][..]] {
            let tenant = Tenant::open().with(*way, &block(false, kept));
            let mended = tenant.planned(*way);
            assert_eq!(mended, block(false, &[EMERGENCY, OPERATOR]), "{kept:?}: it still only reports");
            assert_eq!(tenant.reach(*way)[0].0, "reach-block-mended");
            assert!(tenant.with(*way, &mended).planned(*way).enforced);
        }
        let on = Tenant::open().with(*way, &block(true, &[OPERATOR]));
        assert_eq!(on.planned(*way), block(true, &[EMERGENCY, OPERATOR]), "one that is on is mended at once");
        // Whoever is at the keyboard got in all the while: the mend is not held up for their sake.
        let reached = Tenant::open().with(*way, &block(true, &[]));
        let mend = reached.plan(*way).expect("a plan").remove(0);
        assert_eq!(mend.to, Value::Block(block(true, &[EMERGENCY])));
        assert_eq!(reached.ask(|estate| fix::locks_out(&mend, estate)), None);
        let none = Change { to: Value::Block(block(true, &[ANNA])), ..mend };
        let why = reached.ask(|estate| fix::locks_out(&none, estate)).expect("refused");
        assert!(why.contains(&name(EMERGENCY)), "{why}");
    }
}

#[test]
fn what_others_left_out_meanwhile_stays_left_out_and_what_they_remade_is_left_alone() {
    let way = BlockedWay::DeviceCode;
    let mut theirs = block(false, &[ANNA, EMERGENCY, OPERATOR]);
    theirs.groups.insert(Id::from(GROUP));
    let tenant = Tenant::open().with(way, &theirs);
    assert_eq!(tenant.planned(way), Block { enforced: true, ..theirs.clone() });
    let remade: [fn(&mut AccessPolicy); 3] = [
        |policy| policy.flows.clear(),
        |policy| policy.who.include.users = std::collections::BTreeSet::from([Person::Nobody]),
        |policy| policy.state = State::Other("later".to_owned()),
    ];
    for change in remade {
        let mut tenant = Tenant::open().with(way, &theirs);
        change(&mut tenant.access.policies[0]);
        let hindrance = tenant.plan(way).expect_err("left alone");
        assert!(matches!(&hindrance, Hindrance::InTheWay(why) if why.code == "block-policy-changed"), "{hindrance:?}");
    }
}

#[test]
fn a_plan_is_held_against_whoever_is_at_the_keyboard_when_it_is_carried_out() {
    let way = BlockedWay::DeviceCode;
    let change = |to: Block| Change { name: way.setting(), of: None, from: Value::Unset, to: Value::Block(to) };
    let mut tenant = Tenant::open();
    let on = change(block(true, &[EMERGENCY, OPERATOR]));
    assert_eq!(tenant.ask(|estate| fix::locks_out(&on, estate)), None);
    let reports = change(block(false, &[]));
    assert_eq!(tenant.ask(|estate| fix::locks_out(&reports, estate)), None, "what reports locks nobody out");
    let lost = |tenant: &Tenant| tenant.ask(|estate| fix::locks_out(&on, estate)).expect("refused");
    tenant.operators = Some(vec![id(CARL).parse().expect("an id or a time")]);
    assert!(lost(&tenant).contains(&name(CARL)), "somebody else carries it out");
    tenant.operators = Some(Vec::new());
    tenant.policy.break_glass.push(name(OTHER_EMERGENCY));
    assert!(lost(&tenant).contains(&name(OTHER_EMERGENCY)), "another account was named meanwhile");
    tenant.policy.break_glass.clear();
    assert!(lost(&tenant).contains("name the emergency accounts in policy.toml, then plan again"));
    tenant.unread = vec![FacetName::People];
    assert!(lost(&tenant).contains("could not be read"));
}
