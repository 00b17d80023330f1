//! What holds for any policies, anybody and any sign-in.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use regain_incident::posture::access::place::Place;
use regain_incident::posture::access::policy::{
    AccessPolicy, ClientApps, Control, Id, LocationName, Operator, Person, PlatformName, Resource, State, Tenants,
};
use regain_incident::posture::access::resource::{AZURE_PORTAL, DIRECTORY, EXCHANGE};
use regain_incident::posture::access::situation::{ClientApp, Device, Flow, Platform, Risk, Situation, Target};
use regain_incident::posture::access::subject::{GuestKind, Home, Subject};
use regain_incident::posture::access::{Known, Truth, Verdict};

use crate::builder::*;

fn set<T: Ord + Clone + std::fmt::Debug + 'static>(of: Vec<T>) -> impl Strategy<Value = std::collections::BTreeSet<T>> {
    let most = of.len();
    subsequence(of, 0..=most).prop_map(|some| some.into_iter().collect())
}

fn who() -> impl Strategy<Value = regain_incident::posture::access::policy::Who> {
    let users = || {
        set(vec![
            Person::All,
            Person::Nobody,
            Person::GuestsOrExternalUsers,
            Person::Account(anna().account.as_str().into()),
            Person::Other("x".to_owned()),
        ])
    };
    let side = move || {
        let guests = prop::option::of((
            set(vec![GuestKind::CollaborationGuest, GuestKind::DirectConnect, GuestKind::Other("x".to_owned())]),
            select(vec![Tenants::All, Tenants::These([Id::from("fabrikam")].into())]),
        ));
        (users(), set(vec![Id::from("g1"), Id::from("g2")]), set(vec![Id::from(GLOBAL_ADMINISTRATOR)]), guests).prop_map(
            |(users, groups, roles, guests)| regain_incident::posture::access::policy::People {
                users,
                groups,
                roles,
                guests: guests.map(|(kinds, tenants)| regain_incident::posture::access::policy::Guests { kinds, tenants }),
            },
        )
    };
    (side(), side()).prop_map(|(include, exclude)| regain_incident::posture::access::policy::Who { include, exclude })
}

fn any_policy() -> impl Strategy<Value = AccessPolicy> {
    let state = select(vec![State::Enabled, State::Enabled, State::ReportOnly, State::Disabled, State::Other("x".to_owned())]);
    let apps = || {
        set(vec![
            Resource::All,
            Resource::Office365,
            Resource::AdminPortals,
            Resource::Application(EXCHANGE.into()),
            Resource::Other("x".to_owned()),
        ])
    };
    let clients = set(vec![
        ClientApps::All,
        ClientApps::One(ClientApp::Browser),
        ClientApps::One(ClientApp::Other),
        ClientApps::ActiveSyncSupported,
        ClientApps::Other("x".to_owned()),
    ]);
    let platforms = || set(vec![PlatformName::All, PlatformName::One(Platform::Windows), PlatformName::Other("x".to_owned())]);
    let places = || set(vec![LocationName::All, LocationName::AllTrusted, named("office"), named("nordic"), named("gone")]);
    let rules = prop::option::of((
        any::<bool>(),
        select(vec![
            "device.isCompliant -eq True",
            "device.isCompliant -ne True",
            "device.model -contains \"x\" -or device.trustType -eq \"ServerAD\"",
            "-not (device.isCompliant -eq True)",
            "nonsense",
        ]),
    ));
    let risks = set(vec![Risk::High, Risk::Low, Risk::Other("x".to_owned())]);
    let flows = set(vec![Flow::DeviceCode, Flow::Other("x".to_owned())]);
    let grant = (
        select(vec![Operator::All, Operator::One, Operator::Other("x".to_owned())]),
        set(vec![
            Control::Block,
            Control::Mfa,
            Control::CompliantDevice,
            Control::HybridJoinedDevice,
            Control::ApprovedApplication,
            Control::Other("x".to_owned()),
        ]),
        prop::option::of(select(vec![RESISTANT_STRENGTH, "keys-or-text", "new-method", "gone"])),
    );
    ((state, who(), apps(), apps(), clients), (platforms(), platforms(), places(), places()), (rules, risks, flows, grant))
        .prop_map(|((state, who, apps, but_apps, clients), (on, not_on, at, not_at), (rule, risk, flows, grant))| {
            let base = nobody("any").state(state).grant(grant.0, grant.1, grant.2.map(Id::from)).change(|p| {
                p.who = who;
                p.what.applications.include = apps;
                p.what.applications.exclude = but_apps;
                p.client_apps = clients;
                p.platforms.include = on;
                p.platforms.exclude = not_on;
                p.locations.include = at;
                p.locations.exclude = not_at;
                p.sign_in_risk = risk;
                p.flows = flows;
            });
            match rule {
                Some((true, rule)) => base.only_devices(rule),
                Some((false, rule)) => base.but_devices(rule),
                None => base,
            }
        })
}

fn any_subject() -> impl Strategy<Value = Subject> {
    let home = select(vec![
        Home::Member,
        Home::External { kind: Known::Known(GuestKind::CollaborationGuest), tenant: Known::Known("fabrikam".into()) },
        Home::External { kind: Known::Known(GuestKind::DirectConnect), tenant: Known::Known("tailspin".into()) },
    ]);
    (set(vec![Id::from("g1"), Id::from("g2")]), set(vec![Id::from(GLOBAL_ADMINISTRATOR), Id::from(SYNCHRONISATION)]), home)
        .prop_map(|(groups, roles, home)| Subject {
            groups: Known::Known(groups),
            roles: Known::Known(roles),
            home: Known::Known(home),
            ..anna()
        })
}

fn any_situation() -> impl Strategy<Value = Situation> {
    let target = select(vec![
        Target::Unnamed,
        Target::Office365,
        Target::AdminPortals,
        Target::Application(EXCHANGE.into()),
        Target::Application(AZURE_PORTAL.into()),
        Target::Application(DIRECTORY.into()),
    ]);
    let client =
        select(vec![ClientApp::Browser, ClientApp::MobileAppsAndDesktopClients, ClientApp::ExchangeActiveSync, ClientApp::Other]);
    let place =
        (any::<bool>(), select(vec![None, Some("SE".to_owned()), Some("US".to_owned())])).prop_map(|(office, country)| {
            let address = if office { "198.51.100.1" } else { "192.0.2.1" };
            let address = Known::Known(address.parse().expect("an address"));
            Place { address, country: Known::Known(country), trusted: Known::Known(office) }
        });
    let device = select(vec![
        Device::Unregistered,
        Device::Registered(registered()),
        Device::Registered(compliant()),
        Device::Registered(hybrid()),
    ]);
    let flow = select(vec![Flow::Ordinary, Flow::DeviceCode]);
    let risk = select(vec![Risk::None, Risk::Low, Risk::High]);
    let platform = select(vec![Platform::Windows, Platform::Ios, Platform::Unsupported]);
    (target, client, platform, place, device, flow, risk).prop_map(|(target, client, platform, place, device, flow, risk)| {
        Situation {
            target: Known::Known(target),
            client: Known::Known(client),
            platform: Known::Known(platform),
            place,
            device: Known::Known(device),
            flow: Known::Known(flow),
            sign_in_risk: Known::Known(risk),
            ..stranger()
        }
    })
}

/// Forgets the `number`th part of what is known.
fn forget(number: usize, subject: &Subject, situation: &Situation) -> (Subject, Situation) {
    let (mut subject, mut situation) = (subject.clone(), situation.clone());
    match number {
        0 => subject.groups = Known::Unknown,
        1 => subject.roles = Known::Unknown,
        2 => subject.home = Known::Unknown,
        3 => situation.target = Known::Unknown,
        4 => situation.client = Known::Unknown,
        5 => situation.platform = Known::Unknown,
        6 => situation.place = Place::default(),
        7 => situation.device = Known::Unknown,
        8 => situation.flow = Known::Unknown,
        9 => situation.sign_in_risk = Known::Unknown,
        10 => situation.place.country = Known::Unknown,
        _ => situation.place.address = Known::Unknown,
    }
    (subject, situation)
}

fn answers(verdict: &Verdict) -> [&Truth; 4] {
    [verdict.demands_mfa(), verdict.demands_phishing_resistant(), verdict.demands_managed_device(), verdict.is_blocked()]
}

fn tenant(policies: Vec<AccessPolicy>, defaults: Known<bool>) -> Tenant {
    Tenant::of(policies).defaults(defaults)
}

fn any_defaults() -> impl Strategy<Value = Known<bool>> {
    select(vec![Known::Known(true), Known::Known(false), Known::Unknown])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// To know less never makes a certain answer the opposite one: it stays, or cannot be told any more.
    #[test]
    fn knowing_less_turns_no_answer_round(
        policies in prop::collection::vec(any_policy(), 0..4),
        defaults in any_defaults(),
        subject in any_subject(),
        situation in any_situation(),
        number in 0usize..12,
    ) {
        let tenant = tenant(policies, defaults);
        let (less, fewer) = forget(number, &subject, &situation);
        let (known, forgotten) = (tenant.verdict(&subject, &situation), tenant.verdict(&less, &fewer));
        for (known, forgotten) in answers(&known).into_iter().zip(answers(&forgotten)) {
            prop_assert!(!(known.is_yes() && forgotten.is_no()), "forgetting {number}");
            prop_assert!(!(known.is_no() && forgotten.is_yes()), "forgetting {number}");
        }
    }

    /// One more enforced policy takes nothing away, where the defaults are off.
    #[test]
    fn another_policy_only_adds(
        policies in prop::collection::vec(any_policy(), 0..3),
        more in any_policy(),
        subject in any_subject(),
        situation in any_situation(),
    ) {
        let before = tenant(policies.clone(), Known::Known(false)).verdict(&subject, &situation);
        let mut with = policies;
        with.insert(0, more);
        let after = tenant(with, Known::Known(false)).verdict(&subject, &situation);
        for (before, after) in answers(&before).into_iter().zip(answers(&after)) {
            prop_assert!(!before.is_yes() || after.is_yes());
            prop_assert!(before.is_no() || !after.is_no());
        }
    }

    /// The order of policies changes no answer; what is off or only reported changes none either.
    #[test]
    fn neither_order_nor_what_is_not_enforced_matters(
        policies in prop::collection::vec(any_policy(), 0..4),
        idle in any_policy(),
        reported in any::<bool>(),
        defaults in any_defaults(),
        subject in any_subject(),
        situation in any_situation(),
    ) {
        let before = tenant(policies.clone(), defaults).verdict(&subject, &situation);
        let mut other = policies;
        other.reverse();
        other.push(idle.state(if reported { State::ReportOnly } else { State::Disabled }));
        let after = tenant(other, defaults).verdict(&subject, &situation);
        prop_assert_eq!(answers(&before), answers(&after));
    }

    /// Whoever cannot get in meets every demand, and who is asked for a resistant method is asked for several factors.
    #[test]
    fn answers_imply_each_other(
        policies in prop::collection::vec(any_policy(), 0..4),
        defaults in any_defaults(),
        subject in any_subject(),
        situation in any_situation(),
    ) {
        let verdict = tenant(policies, defaults).verdict(&subject, &situation);
        if verdict.is_blocked().is_yes() {
            prop_assert!(answers(&verdict).iter().all(|one| one.is_yes()));
        }
        prop_assert!(!verdict.demands_phishing_resistant().is_yes() || verdict.demands_mfa().is_yes());
        prop_assert!(!verdict.demands_mfa().is_no() || verdict.is_blocked().is_no());
    }

    /// Whatever stands in a rule, it is read without an accident.
    #[test]
    fn any_text_is_a_rule_or_is_not(rule in "\\PC{0,60}", parts in prop::collection::vec(
        select(vec!["(", ")", "[", "]", ",", "device.model", "-eq", "-in", "-and", "-or", "-not", "\"a\"", "true", "é"]), 0..12,
    )) {
        for rule in [rule, parts.join(" ")] {
            let verdict = Tenant::of(vec![block().only_devices(&rule)]).verdict(&anna(), &on(compliant()));
            prop_assert_eq!(verdict.policies.len(), 1);
        }
    }
}
