//! Conditional Access, case by case: policies, somebody, a sign-in, and what must be said of it.

#[path = "access/builder.rs"]
mod builder;
#[path = "access/coverage.rs"]
mod coverage;
#[path = "access/properties.rs"]
mod properties;

use std::collections::{BTreeMap, BTreeSet};

use builder::*;
use regain_incident::posture::access::defaults::Standing;
use regain_incident::posture::access::demand::Requirement;
use regain_incident::posture::access::place::Place;
use regain_incident::posture::access::policy::{
    AccessPolicy, ClientApps, Control as C, Filter, FilterMode, Id, LocationName as L, Operator, Person, PlatformName as N,
    Resource as R, ServicePrincipals, State, Tenants,
};
use regain_incident::posture::access::resource::{AZURE_MANAGEMENT, AZURE_PORTAL, DIRECTORY, EXCHANGE, SHAREPOINT};
use regain_incident::posture::access::session::{ContinuousAccess, Every, Persistence, Session};
use regain_incident::posture::access::situation::{
    ClientApp, Device, Flow, InsiderRisk, Platform, Registered, Risk, Situation, Target, UserAction,
};
use regain_incident::posture::access::strength::{Method, Strength};
use regain_incident::posture::access::subject::{GuestKind as G, Home, Memberships, Subject, roles_of};
use regain_incident::posture::access::truth::{Condition as On, Open, Why};
use regain_incident::posture::access::{By, Known, Miss, Outcome, Together, Truth, Verdict};

/// The three values, short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum T {
    Yes,
    No,
    Unclear,
}

/// One thing that must be so.
#[derive(Debug, Clone)]
enum Says {
    Mfa(T),
    Resistant(T),
    Managed(T),
    Blocked(T),
    /// This policy applies, and this condition is met by this.
    Applies(&'static str, On, By),
    /// This policy fails at this condition.
    Misses(&'static str, On, Miss),
    /// Of this policy it cannot be told, for this reason in this condition.
    Unclear(&'static str, On, Why),
    /// These report-only policies would apply.
    WouldApply(&'static str),
    /// How security defaults stand.
    Defaults(Standing),
}
use Says::{Applies, Blocked, Defaults, Managed, Mfa, Misses, Resistant, Unclear, WouldApply};
use T::{No, Yes};

struct Case {
    name: &'static str,
    tenant: Tenant,
    who: Subject,
    sign_in: Situation,
    says: Vec<Says>,
}

fn case<const N: usize, const M: usize>(
    name: &'static str,
    policies: [AccessPolicy; N],
    who: Subject,
    sign_in: Situation,
    says: [Says; M],
) -> Case {
    Case { name, tenant: Tenant::of(policies.into()), who, sign_in, says: says.into() }
}

fn value(truth: &Truth) -> T {
    match truth {
        Truth::Yes => T::Yes,
        Truth::No => T::No,
        Truth::CannotBeTold(doubts) => {
            assert!(!doubts.is_empty(), "what cannot be told has a reason");
            T::Unclear
        }
    }
}

fn holds(says: &Says, verdict: &Verdict) -> bool {
    let outcome = |name: &str| {
        let judged = verdict.policies.iter().find(|one| one.policy.name == name).expect("a policy of the case");
        &judged.outcome
    };
    match says {
        Mfa(wanted) => value(verdict.demands_mfa()) == *wanted,
        Resistant(wanted) => value(verdict.demands_phishing_resistant()) == *wanted,
        Managed(wanted) => value(verdict.demands_managed_device()) == *wanted,
        Blocked(wanted) => value(verdict.is_blocked()) == *wanted,
        Applies(name, on, by) => matches!(outcome(name), Outcome::Applies(all) if all.get(on) == Some(by)),
        Misses(name, on, miss) => *outcome(name) == Outcome::DoesNotApply(*on, miss.clone()),
        Unclear(name, on, why) => match outcome(name) {
            Outcome::CannotBeTold(doubts) => doubts.iter().any(|one| one.condition == *on && one.why == *why),
            _ => false,
        },
        WouldApply(name) => verdict.would_apply().any(|one| one.policy.name == *name),
        Defaults(wanted) => verdict.defaults == *wanted,
    }
}

/// Every case of a table; a failure names all that are wrong.
fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        assert!(!case.says.is_empty(), "{}: says nothing", case.name);
        let verdict = case.tenant.verdict(&case.who, &case.sign_in);
        for says in &case.says {
            if !holds(says, &verdict) {
                wrong.push(format!("{}: expected {says:?}, got {verdict:#?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn account(who: &Subject) -> Person {
    Person::Account(who.account.as_str().into())
}

fn app(id: &str) -> R {
    R::Application(id.into())
}

fn value_of(text: &str) -> By {
    By::Value(text.to_owned())
}

fn unknown(text: &str) -> Why {
    Why::UnknownValue(text.to_owned())
}

fn people() -> Vec<Case> {
    let other = person(2);
    vec![
        case("all users, all resources", [mfa()], anna(), stranger(), [Mfa(Yes), Applies("mfa", On::Who, By::All)]),
        case("no policy at all", [], anna(), stranger(), [Mfa(No), Blocked(No), Defaults(Standing::Off)]),
        case(
            "a policy for nobody",
            [nobody("none").apps([R::All]).grants([C::Mfa])],
            anna(),
            stranger(),
            [Mfa(No), Misses("none", On::Who, Miss::NotIncluded)],
        ),
        case("the word none", [mfa().users([Person::Nobody])], anna(), stranger(), [Misses("mfa", On::Who, Miss::NotIncluded)]),
        case("by name", [mfa().user(&anna())], anna(), stranger(), [Applies("mfa", On::Who, By::Account)]),
        case("by another name", [mfa().user(&other)], anna(), stranger(), [Misses("mfa", On::Who, Miss::NotIncluded)]),
        case(
            "exclusion wins over inclusion",
            [mfa().users([Person::All, account(&anna())]).but_user(&anna())],
            anna(),
            stranger(),
            [Mfa(No), Misses("mfa", On::Who, Miss::Excluded(By::Account))],
        ),
        case("break-glass excluded, the others not", [mfa().but_user(&other)], anna(), stranger(), [Mfa(Yes)]),
        case("the break-glass account itself", [mfa().but_user(&other)], other.clone(), stranger(), [Mfa(No)]),
        case(
            "through a group",
            [nobody("g").group("finance").apps([R::All]).grants([C::Mfa])],
            in_groups(["finance"]),
            stranger(),
            [Applies("g", On::Who, By::Group("finance".into()))],
        ),
        case(
            "excluded through a group",
            [mfa().but_group("travel")],
            in_groups(["staff", "travel"]),
            stranger(),
            [Misses("mfa", On::Who, Miss::Excluded(By::Group("travel".into())))],
        ),
        case("ids know no case", [mfa().but_group("TRAVEL")], in_groups(["travel"]), stranger(), [Mfa(No)]),
        case(
            "groups not read",
            [mfa().but_group("travel")],
            Subject { groups: Known::Unknown, ..anna() },
            stranger(),
            [Mfa(T::Unclear), Unclear("mfa", On::Who, Why::NotStated)],
        ),
        case("groups not read, and none named", [mfa()], Subject { groups: Known::Unknown, ..anna() }, stranger(), [Mfa(Yes)]),
        case(
            "excluded by name, groups not read",
            [mfa().but_user(&anna())],
            Subject { groups: Known::Unknown, ..anna() },
            stranger(),
            [Mfa(No)],
        ),
        case(
            "by role",
            [nobody("r").role(GLOBAL_ADMINISTRATOR).apps([R::All]).grants([C::Mfa])],
            with_role(GLOBAL_ADMINISTRATOR),
            stranger(),
            [Applies("r", On::Who, By::Role(GLOBAL_ADMINISTRATOR.into()))],
        ),
        case(
            "excluded by role",
            [mfa().but_role(GLOBAL_ADMINISTRATOR)],
            with_role(GLOBAL_ADMINISTRATOR),
            stranger(),
            [Misses("mfa", On::Who, Miss::Excluded(By::Role(GLOBAL_ADMINISTRATOR.into())))],
        ),
        case(
            "an eligible role is no role yet",
            [nobody("r").role(GLOBAL_ADMINISTRATOR).apps([R::All]).grants([C::Mfa])],
            anna(),
            stranger(),
            [Misses("r", On::Who, Miss::NotIncluded)],
        ),
        case(
            "a word that nobody knows, included",
            [mfa().users([Person::Other("Robots".to_owned())])],
            anna(),
            stranger(),
            [Mfa(T::Unclear), Unclear("mfa", On::Who, unknown("Robots"))],
        ),
        case(
            "a word that nobody knows, beside one that includes",
            [mfa().users([Person::All, Person::Other("Robots".to_owned())])],
            anna(),
            stranger(),
            [Mfa(Yes)],
        ),
    ]
}

fn guests() -> Vec<Case> {
    let these = |tenant: &str| Tenants::These(BTreeSet::from([tenant.into()]));
    let invited = || guest(G::CollaborationGuest, Some("fabrikam"));
    let for_guests = |kinds: [G; 1], tenants| nobody("guests").guests(kinds, tenants).apps([R::All]).grants([C::Mfa]);
    vec![
        case("all users are guests too", [mfa()], invited(), stranger(), [Mfa(Yes)]),
        case(
            "the old word for guests",
            [mfa().users([Person::GuestsOrExternalUsers])],
            invited(),
            stranger(),
            [Applies("mfa", On::Who, By::AnyGuest)],
        ),
        case("the old word, and a member", [mfa().users([Person::GuestsOrExternalUsers])], anna(), stranger(), [Mfa(No)]),
        case(
            "guests by kind",
            [for_guests([G::CollaborationGuest], Tenants::All)],
            invited(),
            stranger(),
            [Applies("guests", On::Who, By::Guest(G::CollaborationGuest))],
        ),
        case(
            "guests of another kind",
            [for_guests([G::LocalGuest], Tenants::All)],
            invited(),
            stranger(),
            [Misses("guests", On::Who, Miss::NotIncluded)],
        ),
        case("guests of one tenant", [for_guests([G::CollaborationGuest], these("fabrikam"))], invited(), stranger(), [Mfa(Yes)]),
        case(
            "guests of another tenant",
            [for_guests([G::CollaborationGuest], these("tailspin"))],
            invited(),
            stranger(),
            [Mfa(No)],
        ),
        case(
            "a guest whose home is not known",
            [for_guests([G::CollaborationGuest], these("fabrikam"))],
            guest(G::CollaborationGuest, None),
            stranger(),
            [Mfa(T::Unclear)],
        ),
        case(
            "guests excluded from all users",
            [mfa().but_guests([G::CollaborationGuest], Tenants::All)],
            invited(),
            stranger(),
            [Misses("mfa", On::Who, Miss::Excluded(By::Guest(G::CollaborationGuest)))],
        ),
        case(
            "guests of one tenant excluded, of another not",
            [mfa().but_guests([G::CollaborationGuest], these("tailspin"))],
            invited(),
            stranger(),
            [Mfa(Yes)],
        ),
        case(
            "a member is no guest of a kind that nobody knows",
            [mfa().but_guests([G::Other("moon".to_owned())], Tenants::All)],
            anna(),
            stranger(),
            [Mfa(Yes)],
        ),
        case(
            "a guest may be of a kind that nobody knows",
            [mfa().but_guests([G::Other("moon".to_owned())], Tenants::All)],
            invited(),
            stranger(),
            [Unclear("mfa", On::Who, unknown("moon"))],
        ),
        case(
            "all users, and a partner without an object",
            [mfa()],
            guest(G::DirectConnect, Some("fabrikam")),
            stranger(),
            [Unclear("mfa", On::Who, Why::Open(Open::AllUsersWithoutObject))],
        ),
        case(
            "partners of both kinds in SharePoint",
            [for_guests([G::DirectConnect], Tenants::All)],
            invited(),
            stranger().opening(SHAREPOINT),
            [Unclear("guests", On::Who, Why::Open(Open::DirectConnectOverlap))],
        ),
        case(
            "partners of both kinds elsewhere",
            [for_guests([G::DirectConnect], Tenants::All)],
            invited(),
            stranger(),
            [Mfa(No)],
        ),
        case(
            "tenants of local guests",
            [for_guests([G::LocalGuest], these("fabrikam"))],
            guest(G::LocalGuest, None),
            stranger(),
            [Unclear("guests", On::Who, Why::Open(Open::TenantsOfLocalGuests))],
        ),
        case(
            "nobody knows who is a guest",
            [for_guests([G::LocalGuest], Tenants::All)],
            Subject { home: Known::Unknown, ..anna() },
            stranger(),
            [Mfa(T::Unclear)],
        ),
        case(
            "a guest of unknown kind",
            [for_guests([G::LocalGuest], Tenants::All)],
            Subject { home: Known::Known(Home::External { kind: Known::Unknown, tenant: Known::Unknown }), ..anna() },
            stranger(),
            [Mfa(T::Unclear)],
        ),
    ]
}

fn resources() -> Vec<Case> {
    let actions = |action| nobody("action").users([Person::All]).action(action).grants([C::Mfa]);
    let registering = || stranger().doing(Target::Action(UserAction::RegisterSecurityInformation));
    vec![
        case(
            "all but one, the one",
            [mfa().but_app(PAYROLL)],
            anna(),
            stranger().opening(PAYROLL),
            [Mfa(No), Misses("mfa", On::What, Miss::Excluded(By::Application(PAYROLL.into())))],
        ),
        case("all but one, another", [mfa().but_app(PAYROLL)], anna(), stranger().opening(EXCHANGE), [Mfa(Yes)]),
        case(
            "all but one, the directory",
            [mfa().but_app(PAYROLL)],
            anna(),
            stranger().opening(DIRECTORY),
            [Unclear("mfa", On::What, Why::Open(Open::BaselineScopes))],
        ),
        case("all, the directory", [mfa()], anna(), stranger().opening(DIRECTORY), [Mfa(Yes)]),
        case(
            "one resource, another opened",
            [mfa().apps([app(EXCHANGE)])],
            anna(),
            stranger(),
            [Misses("mfa", On::What, Miss::NotIncluded)],
        ),
        case(
            "the suite, Exchange",
            [mfa().apps([R::Office365])],
            anna(),
            stranger().opening(EXCHANGE),
            [Applies("mfa", On::What, By::Office365)],
        ),
        case("the suite, Azure", [mfa().apps([R::Office365])], anna(), stranger().opening(AZURE_MANAGEMENT), [Mfa(No)]),
        case(
            "the suite, an application of which nobody knows",
            [mfa().apps([R::Office365])],
            anna(),
            stranger().opening(PAYROLL),
            [Unclear("mfa", On::What, Why::Open(Open::SuiteContents))],
        ),
        case(
            "a part of the suite",
            [mfa().apps([app(EXCHANGE)])],
            anna(),
            stranger().doing(Target::Office365),
            [Unclear("mfa", On::What, Why::Open(Open::SuitePart))],
        ),
        case(
            "portals for administration",
            [mfa().apps([R::AdminPortals])],
            anna(),
            stranger().opening(AZURE_PORTAL),
            [Applies("mfa", On::What, By::AdminPortals)],
        ),
        case(
            "portals are not the interface behind them",
            [mfa().apps([R::AdminPortals])],
            anna(),
            stranger().opening(AZURE_MANAGEMENT),
            [Mfa(No)],
        ),
        case(
            "Azure's interface reaches its portal",
            [mfa().apps([app(AZURE_MANAGEMENT)])],
            anna(),
            stranger().opening(AZURE_PORTAL),
            [Mfa(Yes)],
        ),
        case("no resource", [mfa().apps([R::Nothing])], anna(), stranger(), [Misses("mfa", On::What, Miss::NotIncluded)]),
        case(
            "a resource word that nobody knows",
            [mfa().apps([R::Other("AllAgents".to_owned())])],
            anna(),
            stranger(),
            [Unclear("mfa", On::What, unknown("AllAgents"))],
        ),
        case(
            "a filter on applications",
            [mfa().apps([]).change(|p| {
                p.what.filter =
                    Some(Filter { mode: FilterMode::Include, rule: "CustomSecurityAttribute.x -eq \"y\"".to_owned() });
            })],
            anna(),
            stranger(),
            [Mfa(T::Unclear)],
        ),
        case(
            "registering methods",
            [actions(UserAction::RegisterSecurityInformation)],
            anna(),
            registering(),
            [Applies("action", On::What, By::Action(UserAction::RegisterSecurityInformation))],
        ),
        case(
            "all resources is not registering methods",
            [mfa()],
            anna(),
            registering(),
            [Mfa(No), Misses("mfa", On::What, Miss::NotIncluded)],
        ),
        case(
            "registering a device is another action",
            [actions(UserAction::RegisterOrJoinDevice)],
            anna(),
            registering(),
            [Mfa(No)],
        ),
        case("an action is no resource", [actions(UserAction::RegisterSecurityInformation)], anna(), stranger(), [Mfa(No)]),
        case(
            "an authentication context",
            [nobody("c").users([Person::All]).change(|p| p.what.contexts = BTreeSet::from(["c1".into()])).grants([C::Mfa])],
            anna(),
            stranger().doing(Target::Context("C1".into())),
            [Applies("c", On::What, By::Context("c1".into()))],
        ),
        case(
            "nobody said what is opened",
            [mfa().apps([app(EXCHANGE)])],
            anna(),
            Situation { target: Known::Unknown, ..stranger() },
            [Unclear("mfa", On::What, Why::NotStated)],
        ),
        case(
            "applications that sign in by themselves",
            [mfa().change(|p| {
                p.service_principals = ServicePrincipals {
                    include: BTreeSet::from(["ServicePrincipalsInMyTenant".to_owned()]),
                    ..ServicePrincipals::default()
                }
            })],
            anna(),
            stranger(),
            [Mfa(No), Misses("mfa", On::ServicePrincipals, Miss::NotForPeople)],
        ),
        case(
            "risk of applications",
            [mfa().change(|p| p.service_principals.risk = BTreeSet::from([Risk::High]))],
            anna(),
            stranger(),
            [Misses("mfa", On::ServicePrincipals, Miss::NotForPeople)],
        ),
    ]
}

fn clients() -> Vec<Case> {
    let modern = || mfa().clients([ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients]);
    let blocked = || block().clients([ClientApp::ExchangeActiveSync, ClientApp::Other]);
    let chrome = || Situation { platform: Known::Known(Platform::Unsupported), ..stranger() };
    let all_but = || block().platforms([N::All], [Platform::Windows, Platform::MacOs, Platform::Ios, Platform::Android]);
    vec![
        case(
            "modern clients only, a browser",
            [modern()],
            anna(),
            stranger(),
            [Applies("mfa", On::ClientApp, value_of("browser"))],
        ),
        case(
            "modern clients only, a legacy one",
            [modern()],
            anna(),
            legacy(),
            [Blocked(No), Misses("mfa", On::ClientApp, Miss::NotIncluded)],
        ),
        case("legacy clients blocked", [blocked()], anna(), legacy(), [Blocked(Yes), Mfa(Yes)]),
        case("ActiveSync blocked", [blocked()], anna(), active_sync(), [Blocked(Yes)]),
        case("legacy clients blocked, a browser", [blocked()], anna(), stranger(), [Blocked(No)]),
        case("a second factor that a legacy client cannot show", [mfa()], anna(), legacy(), [Blocked(Yes)]),
        case("a second factor that ActiveSync cannot show", [mfa()], anna(), active_sync(), [Blocked(Yes)]),
        case(
            "a compliant device, and ActiveSync",
            [policy("d").grants([C::CompliantDevice])],
            anna(),
            active_sync(),
            [Blocked(T::Unclear), Managed(Yes)],
        ),
        case(
            "only the other legacy clients are blocked",
            [block().clients([ClientApp::Other])],
            anna(),
            active_sync(),
            [Blocked(No)],
        ),
        case("no kind of client named, a browser", [mfa().clients([])], anna(), stranger(), [Mfa(Yes)]),
        case(
            "no kind of client named, a legacy one",
            [mfa().clients([])],
            anna(),
            legacy(),
            [Unclear("mfa", On::ClientApp, Why::Open(Open::ClientAppsEmpty)), Blocked(T::Unclear)],
        ),
        case(
            "ActiveSync where it is supported",
            [block().change(|p| p.client_apps = BTreeSet::from([ClientApps::ActiveSyncSupported]))],
            anna(),
            active_sync(),
            [Blocked(T::Unclear)],
        ),
        case(
            "a client that nobody knows",
            [mfa().change(|p| p.client_apps = BTreeSet::from([ClientApps::Other("toaster".to_owned())]))],
            anna(),
            stranger(),
            [Unclear("mfa", On::ClientApp, unknown("toaster"))],
        ),
        case(
            "nobody said which client",
            [modern()],
            anna(),
            Situation { client: Known::Unknown, ..stranger() },
            [Mfa(T::Unclear)],
        ),
        case(
            "one platform, that one",
            [mfa().platforms([N::One(Platform::Windows)], [])],
            anna(),
            stranger(),
            [Applies("mfa", On::Platform, value_of("windows"))],
        ),
        case("one platform, another", [mfa().platforms([N::One(Platform::Ios)], [])], anna(), stranger(), [Mfa(No)]),
        case("all but the supported platforms, ChromeOS", [all_but()], anna(), chrome(), [Blocked(Yes)]),
        case(
            "all but the supported platforms, Windows",
            [all_but()],
            anna(),
            stranger(),
            [Misses("block", On::Platform, Miss::Excluded(value_of("windows")))],
        ),
        case(
            "nobody said which platform",
            [all_but()],
            anna(),
            Situation { platform: Known::Unknown, ..stranger() },
            [Blocked(T::Unclear)],
        ),
        case(
            "a platform excluded from nothing",
            [mfa().platforms([], [Platform::Ios])],
            anna(),
            stranger(),
            [Unclear("mfa", On::Platform, Why::Open(Open::ExclusionOnly))],
        ),
        case(
            "a platform that nobody knows",
            [mfa().platforms([N::Other("visionOS".to_owned())], [])],
            anna(),
            stranger(),
            [Unclear("mfa", On::Platform, unknown("visionOS"))],
        ),
    ]
}

fn places() -> Vec<Case> {
    let outside = || mfa().from([L::All], [L::AllTrusted]);
    let abroad = || block().from([L::All], [named("nordic")]);
    vec![
        case(
            "all places but trusted, from the office",
            [outside()],
            anna(),
            at("198.51.100.7"),
            [Mfa(No), Misses("mfa", On::Location, Miss::Excluded(By::AllTrusted))],
        ),
        case("all places but trusted, from the office over IPv6", [outside()], anna(), at("2001:db8::1"), [Mfa(No)]),
        case(
            "all places but trusted, from the office in another spelling",
            [outside()],
            anna(),
            at("::ffff:198.51.100.7"),
            [Mfa(No)],
        ),
        case("all places but trusted, from a place that is not", [outside()], anna(), stranger(), [Mfa(Yes)]),
        case(
            "all places but trusted, from an address that no list has",
            [outside()],
            anna(),
            at("192.0.2.1"),
            [Unclear("mfa", On::Location, Why::Open(Open::MfaTrustedAddresses))],
        ),
        case(
            "all places but trusted, place unknown",
            [outside()],
            anna(),
            anywhere(Place::default()),
            [Mfa(T::Unclear), Unclear("mfa", On::Location, Why::NotStated)],
        ),
        case("all places, place unknown", [mfa().from([L::All], [])], anna(), anywhere(Place::default()), [Mfa(Yes)]),
        case(
            "trusted places only",
            [mfa().from([L::AllTrusted], [])],
            anna(),
            anywhere(Place::trusted()),
            [Applies("mfa", On::Location, By::AllTrusted)],
        ),
        case(
            "a named place that is not trusted",
            [mfa().from([named("branch")], [])],
            anna(),
            at("203.0.113.200"),
            [Applies("mfa", On::Location, By::Location("branch".into()))],
        ),
        case(
            "just outside its range",
            [mfa().from([named("branch")], [])],
            anna(),
            at("203.0.113.127"),
            [Misses("mfa", On::Location, Miss::NotIncluded)],
        ),
        case("a named place, address unknown", [mfa().from([named("branch")], [])], anna(), stranger(), [Mfa(T::Unclear)]),
        case(
            "a trusted place by name, from outside",
            [block().from([L::All], [named("office")])],
            anna(),
            stranger(),
            [Blocked(Yes)],
        ),
        case(
            "a place that was not read",
            [mfa().from([L::All], [named("gone")])],
            anna(),
            stranger(),
            [Unclear("mfa", On::Location, Why::NotRead("gone".to_owned()))],
        ),
        case("countries, inside", [abroad()], anna(), in_country(Some("se")), [Blocked(No)]),
        case("countries, outside", [abroad()], anna(), in_country(Some("US")), [Blocked(Yes)]),
        case("countries, an address of no country", [abroad()], anna(), in_country(None), [Blocked(Yes)]),
        case(
            "countries, an address of no country counts",
            [block().from([named("nowhere")], [])],
            anna(),
            in_country(None),
            [Blocked(Yes)],
        ),
        case("countries, unknown", [abroad()], anna(), stranger(), [Blocked(T::Unclear)]),
        case(
            "countries by telephone",
            [block().from([L::All], [named("by-telephone")])],
            anna(),
            in_country(Some("SE")),
            [Unclear("block", On::Location, Why::Open(Open::PositionByTelephone))],
        ),
        case(
            "a range that nobody can read",
            [mfa().from([named("odd")], [])],
            anna(),
            at("192.0.2.1"),
            [Unclear("mfa", On::Location, Why::NotRead("odd".to_owned()))],
        ),
        case(
            "a place word that nobody knows",
            [mfa().from([L::Other("AllCompliant".to_owned())], [])],
            anna(),
            stranger(),
            [Unclear("mfa", On::Location, unknown("AllCompliant"))],
        ),
    ]
}

fn devices() -> Vec<Case> {
    let extension = || block().but_devices("device.extensionAttribute1 -eq \"SAW\"");
    let with = |value: Option<&str>, device: Registered| {
        let mut device = device;
        device.properties.insert("extensionattribute1".to_owned(), value.map(str::to_owned));
        on(device)
    };
    let rule =
        "device.isCompliant -eq True -or (device.trustType -eq \"ServerAD\" -and device.operatingSystem -in [\"Windows\"])";
    vec![
        case(
            "a rule that affirms, device unregistered",
            [block().only_devices("device.isCompliant -eq \"False\"")],
            anna(),
            stranger(),
            [Misses("block", On::Device, Miss::NotIncluded)],
        ),
        case(
            "a rule that denies, device unregistered",
            [block().only_devices("device.isCompliant -ne True")],
            anna(),
            stranger(),
            [Blocked(Yes)],
        ),
        case(
            "devices excluded by a rule, a compliant one",
            [block().but_devices("device.isCompliant -eq True")],
            anna(),
            on(compliant()),
            [Misses("block", On::Device, Miss::Excluded(By::Rule("device.isCompliant -eq True".to_owned())))],
        ),
        case(
            "devices excluded by a rule, another",
            [block().but_devices("device.isCompliant -eq True")],
            anna(),
            on(registered()),
            [Blocked(Yes)],
        ),
        case("or, and, parentheses, a list: hybrid joined", [block().but_devices(rule)], anna(), on(hybrid()), [Blocked(No)]),
        case("or, and, parentheses, a list: registered", [block().but_devices(rule)], anna(), on(registered()), [Blocked(Yes)]),
        case("a workstation for administration", [extension()], anna(), with(Some("saw"), compliant()), [Blocked(No)]),
        case("a workstation without the mark", [extension()], anna(), with(None, compliant()), [Blocked(Yes)]),
        case(
            "a mark that nobody checks",
            [extension()],
            anna(),
            with(Some("SAW"), registered()),
            [Unclear("block", On::Device, Why::Open(Open::ExtensionAttributes))],
        ),
        case(
            "a property that was not read",
            [block().only_devices("device.model -startsWith \"Surface\"")],
            anna(),
            on(registered()),
            [Unclear("block", On::Device, Why::NotStated)],
        ),
        case(
            "a certain part decides",
            [block().only_devices("device.model -startsWith \"Surface\" -and device.isCompliant -eq True")],
            anna(),
            on(registered()),
            [Blocked(No)],
        ),
        case(
            "a comparison that nobody knows",
            [block().only_devices("device.model -match \"S.*\"")],
            anna(),
            on(registered()),
            [Unclear("block", On::Device, Why::Rule("device.model -match \"S.*\"".to_owned()))],
        ),
        case(
            "a rule that ends too early",
            [block().only_devices("(device.isCompliant -eq True")],
            anna(),
            on(registered()),
            [Blocked(T::Unclear)],
        ),
        case(
            "a mode that nobody knows",
            [block().change(|p| {
                p.devices = Some(Filter {
                    mode: FilterMode::Other("perhaps".to_owned()),
                    rule: "device.isCompliant -eq True".to_owned(),
                });
            })],
            anna(),
            stranger(),
            [Unclear("block", On::Device, unknown("perhaps"))],
        ),
        case(
            "nobody said which device",
            [block().only_devices("device.isCompliant -ne True")],
            anna(),
            Situation { device: Known::Unknown, ..stranger() },
            [Blocked(T::Unclear)],
        ),
        case(
            "denied around a rule, device unregistered",
            [block().only_devices("-not (device.isCompliant -eq True)")],
            anna(),
            stranger(),
            [Unclear("block", On::Device, Why::Open(Open::NegatedRule))],
        ),
    ]
}

fn risks_and_flows() -> Vec<Case> {
    let risky = |level| Situation { user_risk: Known::Known(level), ..stranger() };
    let signing = |level| Situation { sign_in_risk: Known::Known(level), ..stranger() };
    let insider = |level| Situation { insider_risk: Known::Known(level), ..stranger() };
    let changed = || policy("reset").user_risk([Risk::High]).grants([C::PasswordChange]);
    let code = || block().flows([Flow::DeviceCode]);
    vec![
        case(
            "a new password at high risk",
            [changed()],
            anna(),
            risky(Risk::High),
            [Mfa(Yes), Applies("reset", On::UserRisk, value_of("high"))],
        ),
        case(
            "a new password at high risk, at none",
            [changed()],
            anna(),
            risky(Risk::None),
            [Misses("reset", On::UserRisk, Miss::NotIncluded)],
        ),
        case(
            "a risk that the licence hides",
            [changed()],
            anna(),
            risky(Risk::Hidden),
            [Unclear("reset", On::UserRisk, Why::NotStated)],
        ),
        case(
            "a sign-in's risk, one of two levels",
            [mfa().sign_in_risk([Risk::Medium, Risk::High])],
            anna(),
            signing(Risk::Medium),
            [Mfa(Yes)],
        ),
        case(
            "a sign-in's risk, unknown",
            [mfa().sign_in_risk([Risk::High])],
            anna(),
            Situation { sign_in_risk: Known::Unknown, ..stranger() },
            [Mfa(T::Unclear)],
        ),
        case(
            "a level that nobody knows",
            [mfa().sign_in_risk([Risk::High, Risk::Other("extreme".to_owned())])],
            anna(),
            signing(Risk::Low),
            [Unclear("mfa", On::SignInRisk, unknown("extreme"))],
        ),
        case(
            "two levels that nobody knows are not the same",
            [mfa().sign_in_risk([Risk::Other("unknownFutureValue".to_owned())])],
            anna(),
            signing(Risk::Other("unknownFutureValue".to_owned())),
            [Mfa(T::Unclear)],
        ),
        case(
            "risk from inside",
            [block().insider_risk([InsiderRisk::Elevated])],
            anna(),
            insider(InsiderRisk::Elevated),
            [Blocked(Yes)],
        ),
        case(
            "risk from inside, minor",
            [block().insider_risk([InsiderRisk::Elevated])],
            anna(),
            insider(InsiderRisk::Minor),
            [Blocked(No)],
        ),
        case(
            "both risks are needed",
            [mfa().user_risk([Risk::High]).sign_in_risk([Risk::High])],
            anna(),
            signing(Risk::High),
            [Misses("mfa", On::UserRisk, Miss::NotIncluded)],
        ),
        case(
            "device code blocked",
            [code()],
            anna(),
            by(Flow::DeviceCode),
            [Blocked(Yes), Applies("block", On::Flow, value_of("device-code"))],
        ),
        case("device code blocked, an ordinary sign-in", [code()], anna(), by(Flow::Ordinary), [Blocked(No)]),
        case("device code blocked, a transfer", [code()], anna(), by(Flow::AuthenticationTransfer), [Blocked(No)]),
        case(
            "both flows blocked",
            [block().flows([Flow::DeviceCode, Flow::AuthenticationTransfer])],
            anna(),
            by(Flow::AuthenticationTransfer),
            [Blocked(Yes)],
        ),
        case("nobody said how", [code()], anna(), Situation { flow: Known::Unknown, ..stranger() }, [Blocked(T::Unclear)]),
        case(
            "a flow that nobody knows",
            [block().flows([Flow::Other("telepathy".to_owned())])],
            anna(),
            stranger(),
            [Blocked(T::Unclear)],
        ),
        case(
            "device code and a compliant device",
            [policy("d").grants([C::CompliantDevice])],
            anna(),
            by(Flow::DeviceCode),
            [Managed(Yes), Blocked(T::Unclear)],
        ),
        case(
            "a condition that nobody knows",
            [mfa().change(|p| p.other_conditions = BTreeMap::from([("weather".to_owned(), "rain".to_owned())]))],
            anna(),
            stranger(),
            [Mfa(T::Unclear), Unclear("mfa", On::Other, unknown("weather"))],
        ),
        case(
            "a condition that nobody knows, of a policy that fails anyway",
            [mfa()
                .but_user(&anna())
                .change(|p| p.other_conditions = BTreeMap::from([("weather".to_owned(), "rain".to_owned())]))],
            anna(),
            stranger(),
            [Mfa(No)],
        ),
    ]
}

fn demands() -> Vec<Case> {
    let either = || policy("either").one_of([C::Mfa, C::CompliantDevice]);
    let both = || policy("both").grants([C::Mfa, C::CompliantDevice]);
    vec![
        case(
            "one of two, on an unknown device",
            [either()],
            anna(),
            Situation { device: Known::Unknown, ..stranger() },
            [Mfa(T::Unclear), Managed(No)],
        ),
        case("one of two, on a compliant device", [either()], anna(), on(compliant()), [Mfa(No), Managed(No), Blocked(No)]),
        case(
            "one of two, on a device that can only show the other",
            [either()],
            anna(),
            stranger(),
            [Mfa(Yes), Managed(No), Blocked(No)],
        ),
        case("both, on a compliant device", [both()], anna(), on(compliant()), [Mfa(Yes), Managed(Yes), Blocked(No)]),
        case("both, on a device that cannot", [both()], anna(), stranger(), [Blocked(Yes)]),
        case(
            "two policies add up",
            [mfa(), policy("device").grants([C::CompliantDevice])],
            anna(),
            on(compliant()),
            [Mfa(Yes), Managed(Yes)],
        ),
        case(
            "hybrid joined or compliant",
            [policy("d").one_of([C::CompliantDevice, C::HybridJoinedDevice])],
            anna(),
            on(hybrid()),
            [Managed(Yes), Blocked(No)],
        ),
        case(
            "an approved application is no managed device",
            [policy("a").one_of([C::ApprovedApplication, C::ProtectedApplication])],
            anna(),
            stranger(),
            [Managed(No), Mfa(No)],
        ),
        case("block wins", [mfa(), block()], anna(), stranger(), [Blocked(Yes)]),
        case(
            "block with a partner that is required too",
            [policy("b").grants([C::Block, C::Mfa])],
            anna(),
            stranger(),
            [Blocked(Yes)],
        ),
        case("block as one of two", [policy("b").one_of([C::Block, C::Mfa])], anna(), stranger(), [Blocked(T::Unclear)]),
        case(
            "policies that cancel each other: nobody is left",
            [block().from([L::All], [L::AllTrusted]), policy("inside").from([L::AllTrusted], []).grants([C::Block])],
            anna(),
            anywhere(Place::trusted()),
            [Blocked(Yes)],
        ),
        case(
            "policies that cancel each other: what one excludes the other includes",
            [mfa().but_group("travel"), nobody("travel").group("travel").apps([R::All]).grants([C::Mfa])],
            in_groups(["travel"]),
            stranger(),
            [Mfa(Yes)],
        ),
        case(
            "a control that nobody knows",
            [policy("x").grants([C::Other("dna".to_owned())])],
            anna(),
            stranger(),
            [Mfa(T::Unclear), Blocked(T::Unclear)],
        ),
        case(
            "a control that nobody knows, beside one that is required",
            [policy("x").grants([C::Other("dna".to_owned()), C::Mfa])],
            anna(),
            stranger(),
            [Mfa(Yes)],
        ),
        case(
            "a control that nobody knows is enough",
            [policy("x").one_of([C::Other("dna".to_owned()), C::Mfa])],
            anna(),
            stranger(),
            [Mfa(T::Unclear)],
        ),
        case(
            "an operator that nobody knows",
            [policy("x").grant(Operator::Other("XOR".to_owned()), [C::Mfa, C::ApprovedApplication].into(), None)],
            anna(),
            stranger(),
            [Mfa(T::Unclear)],
        ),
        case(
            "an operator that nobody knows, over one control",
            [policy("x").grant(Operator::Other("XOR".to_owned()), [C::Mfa].into(), None)],
            anna(),
            stranger(),
            [Mfa(Yes)],
        ),
        case("risk remediation", [policy("x").grants([C::RiskRemediation])], anna(), stranger(), [Mfa(T::Unclear), Blocked(No)]),
        case(
            "session controls only",
            [policy("s").change(|p| p.session.sign_in_again = Some(Every::Hours(1)))],
            anna(),
            stranger(),
            [Mfa(No), Applies("s", On::Who, By::All)],
        ),
        case(
            "the strength for all multi-factor methods",
            [policy("s").strength(MFA_STRENGTH)],
            anna(),
            stranger(),
            [Mfa(Yes), Resistant(No)],
        ),
        case(
            "the strength that resists phishing",
            [policy("s").strength(RESISTANT_STRENGTH)],
            anna(),
            stranger(),
            [Mfa(Yes), Resistant(Yes)],
        ),
        case("a strength of the tenant, keys alone", [policy("s").strength("keys")], anna(), stranger(), [Resistant(Yes)]),
        case(
            "a strength of the tenant, keys or text messages",
            [policy("s").strength("keys-or-text")],
            anna(),
            stranger(),
            [Mfa(Yes), Resistant(No)],
        ),
        case("a strength that a password meets", [policy("s").strength("password-only")], anna(), stranger(), [Mfa(No)]),
        case(
            "a strength with a method that nobody knows",
            [policy("s").strength("new-method")],
            anna(),
            stranger(),
            [Mfa(T::Unclear), Resistant(T::Unclear)],
        ),
        case("a strength that allows nothing", [policy("s").strength("empty")], anna(), stranger(), [Mfa(T::Unclear)]),
        case("a strength that was not read", [policy("s").strength("gone")], anna(), stranger(), [Mfa(T::Unclear)]),
        case("a strength, and a legacy client", [policy("s").strength("keys")], anna(), legacy(), [Blocked(Yes)]),
        case("multi-factor is not resistance", [mfa()], anna(), stranger(), [Resistant(No)]),
    ]
}

fn states() -> Vec<Case> {
    let administrator = || with_role(GLOBAL_ADMINISTRATOR);
    let defaults = |name, who, sign_in, says: Vec<Says>| Case {
        name,
        tenant: Tenant::of(vec![]).defaults(Known::Known(true)),
        who,
        sign_in,
        says,
    };
    let beside = |name, policy: AccessPolicy, says: Vec<Says>| Case {
        name,
        tenant: Tenant::of(vec![policy]).defaults(Known::Known(true)),
        who: administrator(),
        sign_in: stranger(),
        says,
    };
    vec![
        case("off", [mfa().state(State::Disabled)], anna(), stranger(), [Mfa(No), Misses("mfa", On::State, Miss::Off)]),
        case("only reported", [mfa().state(State::ReportOnly)], anna(), stranger(), [Mfa(No), WouldApply("mfa")]),
        case("only reported, a block", [block().state(State::ReportOnly), mfa()], anna(), stranger(), [Blocked(No), Mfa(Yes)]),
        case(
            "a state that nobody knows",
            [mfa().state(State::Other("paused".to_owned()))],
            anna(),
            stranger(),
            [Mfa(T::Unclear), Unclear("mfa", On::State, unknown("paused"))],
        ),
        defaults(
            "defaults, an administrator",
            administrator(),
            stranger(),
            vec![Mfa(Yes), Resistant(No), Defaults(Standing::InForce)],
        ),
        defaults(
            "defaults, anybody else: when Microsoft finds it necessary",
            anna(),
            stranger(),
            vec![Mfa(T::Unclear), Blocked(No)],
        ),
        defaults("defaults, anybody else in Azure", anna(), stranger().opening(AZURE_MANAGEMENT), vec![Mfa(Yes)]),
        defaults("defaults, a legacy client", anna(), legacy(), vec![Blocked(Yes)]),
        defaults("defaults, ActiveSync", anna(), active_sync(), vec![Blocked(T::Unclear)]),
        defaults("defaults do not block device code", administrator(), by(Flow::DeviceCode), vec![Blocked(No), Mfa(Yes)]),
        defaults("defaults ask for no device", administrator(), stranger(), vec![Managed(No)]),
        defaults("defaults leave the synchronisation account out", with_role(SYNCHRONISATION), stranger(), vec![Mfa(No)]),
        defaults("defaults, roles not read", Subject { roles: Known::Unknown, ..anna() }, stranger(), vec![Mfa(T::Unclear)]),
        defaults(
            "defaults do not protect registration",
            administrator(),
            stranger().doing(Target::Action(UserAction::RegisterSecurityInformation)),
            vec![Mfa(No)],
        ),
        beside("defaults beside an enabled policy", nobody("x"), vec![Mfa(No), Defaults(Standing::Contradicted)]),
        beside(
            "defaults beside a policy that is only reported",
            mfa().state(State::ReportOnly),
            vec![Mfa(Yes), Defaults(Standing::InForce)],
        ),
        beside("defaults beside a policy that is off", mfa().state(State::Disabled), vec![Mfa(Yes)]),
        beside(
            "defaults beside a policy of unknown state",
            nobody("x").state(State::Other("paused".to_owned())),
            vec![Mfa(T::Unclear), Defaults(Standing::Unknown)],
        ),
        Case {
            name: "defaults not read",
            tenant: Tenant::of(vec![]).defaults(Known::Unknown),
            who: administrator(),
            sign_in: stranger(),
            says: vec![Mfa(T::Unclear), Defaults(Standing::Unknown)],
        },
        Case {
            name: "defaults not read, and ruled out by an enabled policy",
            tenant: Tenant::of(vec![block().clients([ClientApp::Other])]).defaults(Known::Unknown),
            who: administrator(),
            sign_in: stranger(),
            says: vec![Mfa(No), Defaults(Standing::Off)],
        },
    ]
}

#[test]
fn who_is_meant() {
    check(&people());
}

#[test]
fn guests_by_kind_and_tenant() {
    check(&guests());
}

#[test]
fn what_is_opened() {
    check(&resources());
}

#[test]
fn with_which_client_on_which_platform() {
    check(&clients());
}

#[test]
fn from_where() {
    check(&places());
}

#[test]
fn on_which_device() {
    check(&devices());
}

#[test]
fn at_which_risk_and_by_which_flow() {
    check(&risks_and_flows());
}

#[test]
fn what_is_demanded_together() {
    check(&demands());
}

#[test]
fn switched_on_or_not_and_the_defaults() {
    check(&states());
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let tables = [people(), guests(), resources(), clients(), places(), devices(), risks_and_flows(), demands(), states()];
    let names: Vec<&str> = tables.iter().flatten().map(|case| case.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.len() >= 60, "{} cases", names.len());
}

#[test]
fn groups_are_followed_down_and_circles_end() {
    let mut all = Memberships::default();
    all.add("anna", "payroll");
    all.add("payroll", "finance");
    all.add("finance", "staff");
    all.add("staff", "payroll");
    all.add("someone", "board");
    let groups = all.groups_of(&"ANNA".into());
    assert_eq!(groups, ["finance", "payroll", "staff"].map(Id::from).into());
    assert_eq!(all.groups_of(&"nobody".into()), BTreeSet::new());

    let nested = Subject { groups: Known::Known(groups.clone()), ..anna() };
    let verdict = Tenant::of(vec![mfa().but_group("staff")]).verdict(&nested, &stranger());
    assert!(verdict.demands_mfa().is_no(), "excluded two groups up");

    let given = BTreeMap::from([("finance".into(), BTreeSet::from([GLOBAL_ADMINISTRATOR.into()]))]);
    let roles = roles_of(&BTreeSet::new(), &groups, &given);
    let administrator = Subject { roles: Known::Known(roles), ..anna() };
    let for_role = nobody("r").role(GLOBAL_ADMINISTRATOR).apps([R::All]).grants([C::Mfa]);
    assert!(Tenant::of(vec![for_role]).verdict(&administrator, &stranger()).demands_mfa().is_yes(), "a role through a group");
}

#[test]
fn the_strictest_session_control_wins() {
    let session = |with: fn(&mut Session)| policy("s").change(|p| with(&mut p.session));
    let policies = vec![
        session(|s| {
            s.sign_in_again = Some(Every::days(7));
            s.persistent_browser = Some(Persistence::Always);
            s.continuous_access = Some(ContinuousAccess::Strict);
        }),
        session(|s| {
            s.sign_in_again = Some(Every::Hours(4));
            s.second_factor_again = Some(Every::Time);
            s.persistent_browser = Some(Persistence::Never);
            s.token_protection = true;
        }),
        session(|s| {
            s.continuous_access = Some(ContinuousAccess::Disabled);
            s.resilience_defaults_off = true;
            s.other = BTreeMap::from([("globalSecureAccess".to_owned(), "on".to_owned())]);
        }),
    ];
    let verdict = Tenant::of(policies).verdict(&anna(), &stranger());
    let Together::Granted { demands, session } = &verdict.together else { panic!("nothing blocks") };
    assert!(demands.is_empty());
    let expected = Session {
        sign_in_again: Some(Every::Hours(4)),
        second_factor_again: Some(Every::Time),
        persistent_browser: Some(Persistence::Never),
        resilience_defaults_off: true,
        continuous_access: Some(ContinuousAccess::Contradictory),
        token_protection: true,
        other: BTreeMap::from([("globalSecureAccess".to_owned(), "on".to_owned())]),
        ..Session::default()
    };
    assert_eq!(*session, expected);
    assert!(Every::Time < Every::Hours(0), "each time is stricter than any number");
}

#[test]
fn demands_stay_apart_by_policy_and_a_block_leaves_nothing_else() {
    let tenant = Tenant::of(vec![mfa(), policy("either").one_of([C::Mfa, C::CompliantDevice])]);
    let verdict = tenant.verdict(&anna(), &stranger());
    let Together::Granted { demands, .. } = &verdict.together else { panic!("nothing blocks") };
    let told: Vec<_> = demands.iter().map(|one| (one.policy.name.as_str(), one.operator.clone(), one.of.len())).collect();
    assert_eq!(told, [("mfa", Operator::All, 1), ("either", Operator::One, 2)]);
    assert!(demands.iter().all(|one| one.of.contains(&Requirement::Control(C::Mfa))));
    assert_eq!(verdict.applying().count(), 2);

    let verdict = Tenant::of(vec![mfa(), block()]).verdict(&anna(), &stranger());
    let Together::Blocked(by) = &verdict.together else { panic!("a policy blocks") };
    assert_eq!(by.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["block"]);
}

#[test]
fn strengths_are_worth_their_weakest_combination() {
    let worth = |allowed: &[&[Method]]| {
        let one = strength("x", allowed);
        (one.is_multi_factor(), one.is_passwordless(), one.is_phishing_resistant())
    };
    let [mfa, passwordless, resistant] = Strength::built_in();
    assert_eq!((mfa.is_multi_factor(), mfa.is_passwordless()), (Some(true), Some(false)));
    assert_eq!((passwordless.is_passwordless(), passwordless.is_phishing_resistant()), (Some(true), Some(false)));
    assert_eq!((resistant.is_phishing_resistant(), mfa.allowed.len()), (Some(true), 17));

    assert_eq!(worth(&[&[Method::Sms]]), (Some(false), Some(false), Some(false)));
    assert_eq!(worth(&[&[Method::TemporaryPassOnce]]), (Some(true), Some(false), Some(false)));
    assert_eq!(worth(&[&[Method::Password, Method::Fido2]]), (Some(true), Some(true), Some(true)));
    assert_eq!(worth(&[&[Method::CertificateSingleFactor, Method::Sms]]), (None, Some(false), Some(false)));
    assert_eq!(worth(&[&[Method::Other("x".to_owned())]]), (None, None, None));
    assert_eq!(worth(&[]), (None, None, None));
}

#[test]
fn ranges_that_cannot_be_read_are_no_miss() {
    for text in ["198.51.100.0", "198.51.100.0/33", "198.51.100.0/x", "office/24", "::ffff:198.51.100.0/120", ""] {
        let mut tenant = Tenant::of(vec![mfa().from([named("odd")], [])]);
        tenant.locations.push(ranges("odd", false, &[text]));
        let verdict = tenant.verdict(&anna(), &at("198.51.100.0"));
        assert!(matches!(verdict.demands_mfa(), Truth::CannotBeTold(_)), "{text:?}");
    }
    for (range, address, inside) in [
        ("0.0.0.0/0", "203.0.113.9", true),
        ("203.0.113.9/32", "203.0.113.9", true),
        ("203.0.113.9/32", "203.0.113.8", false),
        ("2001:db8::/127", "2001:db8::1", true),
        ("2001:db8::/127", "2001:db8::2", false),
        ("::/0", "203.0.113.9", false),
    ] {
        let mut tenant = Tenant::of(vec![mfa().from([named("odd")], [])]);
        tenant.locations.push(ranges("odd", false, &[range]));
        assert_eq!(tenant.verdict(&anna(), &at(address)).demands_mfa().is_yes(), inside, "{address} in {range}");
    }
}

#[test]
fn rules_that_nobody_writes_end_without_a_guess() {
    let deep = format!("{}device.isCompliant -eq True{}", "(".repeat(900), ")".repeat(900));
    let odd = [
        deep.as_str(),
        "",
        "device.isCompliant",
        "device.isCompliant -eq",
        "device.isCompliant -eq null",
        "device.isCompliant -eq True trailing",
        "user.department -eq \"x\"",
        "device.physicalIds -contains \"x\"",
        "device.extensionAttribute16 -eq \"x\"",
        "device.model -eq \"unclosed",
        "device.model -eq \"a`\"b\"",
        "device.model -in \"x\"",
        "device.model -in []",
        "device.modèle -eq \"x\"",
        "()",
    ];
    for rule in odd {
        for device in [Device::Unregistered, Device::Registered(compliant())] {
            let situation = Situation { device: Known::Known(device), ..stranger() };
            let verdict = Tenant::of(vec![block().only_devices(rule)]).verdict(&anna(), &situation);
            assert!(matches!(verdict.is_blocked(), Truth::CannotBeTold(_)), "{rule:?}");
        }
    }
}

#[test]
fn a_verdict_is_kept_as_it_was() {
    let tenant = Tenant::of(vec![mfa().but_group("travel"), block().state(State::ReportOnly), policy("s").strength("gone")]);
    let verdict = tenant.verdict(&in_groups(["travel"]), &stranger());
    let text = serde_json::to_string(&verdict).expect("a verdict is data");
    assert_eq!(serde_json::from_str::<Verdict>(&text).expect("and comes back"), verdict);
    let text = serde_json::to_string(&tenant.policies).expect("policies are data");
    assert_eq!(serde_json::from_str::<Vec<AccessPolicy>>(&text).expect("and come back"), tenant.policies);
}
