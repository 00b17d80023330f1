//! A block is switched on only after it was read anew whom it has to spare; and what a case that is named must be.

#[cfg(test)]
#[expect(dead_code, reason = "each test takes its own part of the harness")]
mod harness;

use std::sync::Arc;

use harness::people::{Person, id, person, tenant_id};
use harness::tenant::Blind;
use harness::{HOLDER, Stage, run};
use regain_engine::driver::{Known, drive};
use regain_engine::{EngineError, Scribe, World, posture};
use regain_incident::case::StepState;
use regain_incident::facet::FacetName;
use regain_incident::facets::roles::{GLOBAL_ADMINISTRATOR, Named};
use regain_incident::ids::{PlanId, StepId};
use regain_incident::journal::{Entry, Purpose};
use regain_incident::plan::{Action, Approval, ApprovedHow, PlanKind};
use regain_incident::posture::access::AccessPolicy;
use regain_incident::posture::access::policy::{Control, Id, Person as Whom};
use regain_incident::posture::fix;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::{Block, BlockedWay};
use regain_incident::tenant::administrators::{AdministratorAccount, Administrators, Held, Holder, HolderKind, Holding};
use regain_incident::tenant::conditional_access::ConditionalAccess;
use regain_incident::tenant::people::{DirectoryPerson, People, PersonHome};
use regain_incident::tenant::security_defaults::SecurityDefaults;
use regain_incident::tenant::setting::{Change, Value};

const WAY: BlockedWay = BlockedWay::DeviceCode;
const ORGANISATION: u32 = 999;
const EMERGENCY: u32 = 8;
/// A Global Administrator; an emergency account that nobody named, once every policy leaves it out.
const CARL: u32 = 3;

fn block(enforced: bool) -> Block {
    Block { enforced, accounts: [Id::from(id(EMERGENCY).as_str())].into(), groups: [].into() }
}

/// A policy for everybody but these.
fn for_all_but(accounts: &[u32]) -> AccessPolicy {
    let mut policy = BlockedWay::LegacyAuthentication.policy(&block(true));
    "MFA for all".clone_into(&mut policy.name);
    policy.client_apps = AccessPolicy::new("x", "x").client_apps;
    policy.who.exclude.users = accounts.iter().map(|n| Whom::Account(Id::from(id(*n).as_str()))).collect();
    policy.grant.as_mut().expect("a demand").controls = [Control::Mfa].into();
    policy
}

fn access(policies: Vec<AccessPolicy>) -> TenantReading {
    TenantReading::ConditionalAccess(ConditionalAccess { policies, ..ConditionalAccess::default() })
}

fn in_the_directory(n: u32) -> DirectoryPerson {
    DirectoryPerson {
        id: id(n).to_string(),
        name: format!("person{n}@contoso.com"),
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
    let name = format!("person{n}@contoso.com");
    Holder { id: id(n).to_string(), name, kind: HolderKind::Person(account), holdings: vec![holding] }
}

/// A tenant whose block only reports, and that keeps one account for emergencies.
fn tenant() -> Stage {
    let mut stage = Stage::new();
    stage.policy.break_glass = vec![format!("person{EMERGENCY}@contoso.com")];
    let mut organisation: Person = Person { has_mailbox: false, ..person(ORGANISATION) };
    let people = People { people: [1, CARL, EMERGENCY].map(in_the_directory).into(), sign_ins_unread: None };
    let holders = [CARL, EMERGENCY].map(global_administrator).into();
    for reading in [
        TenantReading::People(people),
        TenantReading::Administrators(Administrators { holders, has_pim: false }),
        TenantReading::SecurityDefaults(SecurityDefaults { enabled: false }),
        access(vec![WAY.policy(&block(false)), for_all_but(&[EMERGENCY])]),
    ] {
        organisation.settings.insert(reading.facet(), reading);
    }
    stage.tenant.add(organisation);
    stage
}

/// Measured, planned as the fix plans it, and approved.
async fn approved(stage: &Stage) -> (World, Scribe, PlanId) {
    let world = stage.world();
    let scribe = posture::begin(&world, &tenant_id(), HOLDER, Arc::new(())).await.expect("a record");
    posture::measure(&world, &scribe, Vec::new()).await.expect("measured");
    let fixing = posture::fixing(&world, &scribe, &[fix::named(WAY.item()).expect("a fix")]).await;
    assert_eq!(fixing.changes.iter().map(|change| &change.to).collect::<Vec<_>>(), [&Value::Block(block(true))], "{fixing:?}");
    let plan = posture::make_plan(&world, &scribe, &fixing.changes).await.expect("a plan").expect("a change");
    let approval = Approval { digest: plan.digest(), by: "tester".to_owned(), how: ApprovedHow::ByDigest, at: plan.made_at() };
    scribe.write(&world, vec![Entry::PlanApproved { plan: plan.id(), approval }]).await.expect("recorded");
    (world, scribe, plan.id())
}

/// Where the only step stands after it was carried out, and why.
async fn carried_out(world: &World, scribe: &Scribe, plan: PlanId) -> (StepState, String) {
    drive(world, scribe, plan, Known::new()).await.expect("carried out");
    let step = StepId { plan, step: 1 };
    scribe.ask(|case| (case.state(step), case.steps[&step].why.clone().unwrap_or_default())).await
}

#[test]
fn it_is_switched_on_where_whoever_must_get_in_is_still_left_out() {
    run(async {
        let stage = tenant();
        let (world, scribe, plan) = approved(&stage).await;
        assert_eq!(carried_out(&world, &scribe, plan).await, (StepState::Done, String::new()));
    });
}

#[test]
fn whom_it_has_to_spare_is_read_anew_before_it_is_switched_on() {
    run(async {
        let stage = tenant();
        let (world, scribe, plan) = approved(&stage).await;
        stage.tenant.meddle(&id(ORGANISATION), |organisation| {
            let policies = vec![WAY.policy(&block(false)), for_all_but(&[EMERGENCY, CARL])];
            organisation.settings.insert(FacetName::ConditionalAccess, access(policies));
        });
        let (state, why) = carried_out(&world, &scribe, plan).await;
        assert!(state == StepState::Failed && why.contains("person3@contoso.com"), "{state:?}: {why}");
        assert!(stage.tenant.writes().is_empty());
    });
}

#[test]
fn where_it_cannot_be_read_any_more_it_is_not_switched_on() {
    run(async {
        for facet in [FacetName::People, FacetName::Administrators] {
            let stage = tenant();
            let (world, scribe, plan) = approved(&stage).await;
            stage.tenant.blind(facet, Blind::Denied, None);
            let (state, why) = carried_out(&world, &scribe, plan).await;
            assert!(state == StepState::Failed && why.contains("could not be read"), "{facet}: {state:?}: {why}");
            assert!(stage.tenant.writes().is_empty(), "{facet}");
        }
    });
}

#[test]
fn a_record_without_an_organisation_switches_nothing_on() {
    run(async {
        let stage = tenant();
        let (from, to) = (Value::Block(block(false)), Value::Block(block(true)));
        let change = Action::Setting(Change { name: WAY.setting(), of: None, from, to });
        let step = stage.with_plan(PlanKind::Clean, vec![(id(ORGANISATION), change)]).await[0];
        stage.drive(step.plan).await.expect("carried out");
        let record = stage.record(step);
        assert_eq!(record.state, StepState::Failed);
        assert!(record.why.expect("a reason").contains("not known") && stage.tenant.writes().is_empty());
    });
}

#[test]
fn a_case_that_is_named_and_tells_nothing_of_the_tenant_is_an_error() {
    run(async {
        let stage = tenant();
        let (world, scribe, _) = approved(&stage).await;
        let own = scribe.id();
        let survey = async |only: Vec<_>| posture::survey(world.journal.as_ref(), &tenant_id(), &only).await;
        assert_eq!(survey(vec![]).await.expect("looked through").record.map(|record| record.id), Some(own));
        let error = survey(vec![own]).await.expect_err("a record of a posture");
        assert!(matches!(error, EngineError::NoIncident(id) if id == own), "{error}");
        let theirs = world.journal.new_case(2026).await.expect("a case");
        let other = Scribe::open(&world, theirs, HOLDER, Arc::new(())).await.expect("opened");
        let tenant = "b0000000-0000-4000-8000-000000000001".parse().expect("an id");
        let opened = Entry::CaseOpened { tenant, incident_since: harness::people::incident_since(), purpose: Purpose::Incident };
        other.write(&world, vec![opened]).await.expect("recorded");
        let error = survey(vec![theirs]).await.expect_err("of another tenant");
        assert!(matches!(error, EngineError::OtherTenant(id) if id == theirs), "{error}");
        assert!(survey(vec![]).await.is_ok(), "passed over where it is not named");
    });
}
