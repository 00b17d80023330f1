//! What the directory's facets say of a tenant, measure by measure: a hardened tenant in which everything is met, and
//! for each row one thing changed in it.

use std::collections::{BTreeMap, BTreeSet};

use regain_incident::Timestamp;
use regain_incident::account::Account;
use regain_incident::facet::{Facet, FacetName, Gap};
use regain_incident::facets::identity::MailboxPurpose;
use regain_incident::facets::roles::{GLOBAL_ADMINISTRATOR, Named};
use regain_incident::ids::{AccountId, TenantId};
use regain_incident::policy::Policy;
use regain_incident::posture::access::AccessPolicy;
use regain_incident::posture::access::policy::{
    ClientApps, Control, Filter, FilterMode, Grant, Id, LocationName, Operator, Person, Resource, State,
};
use regain_incident::posture::access::session::{ContinuousAccess, Every};
use regain_incident::posture::access::situation::{ClientApp, Flow, Risk, UserAction};
use regain_incident::posture::answer::Answer;
use regain_incident::posture::estate::Estate;
use regain_incident::posture::measure;
use regain_incident::snapshot::Snapshot;
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::administrative_units::{AdministrativeUnits, Unit};
use regain_incident::tenant::administrators::{AdministratorAccount, Administrators, Held, Holder, HolderKind, Holding};
use regain_incident::tenant::applications::{AppRight, Application, Applications, Consent, Credential, Owner};
use regain_incident::tenant::authorization_policy::{AuthorizationPolicy, ConsentRight, GuestAccess, Invites};
use regain_incident::tenant::conditional_access::{ConditionalAccess, GroupMembers};
use regain_incident::tenant::federation::{Federation, SecondFactorTrust, SignInAt, SignInDomain, Trust};
use regain_incident::tenant::licences::{Licences, Plan};
use regain_incident::tenant::methods_policy::{MethodSetting, MethodsPolicy, Migration, PolicyMethod, Switch};
use regain_incident::tenant::people::{DirectoryPerson, People, PersonHome};
use regain_incident::tenant::registration::{Registered, RegisteredMethod, Registration};
use regain_incident::tenant::secure_score::{OpenControl, Score, SecureScore};
use regain_incident::tenant::security_defaults::SecurityDefaults;

const TENANT: &str = "7e000000-0000-4000-8000-000000000001";
const EXCHANGE_ADMINISTRATOR: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";
const PHISHING_RESISTANT: &str = "00000000-0000-0000-0000-000000000004";

/// Plain members.
const ANNA: u32 = 1;
const BO: u32 = 2;
/// They administer.
const CARL: u32 = 3;
const DORA: u32 = 4;
const GUEST: u32 = 5;
/// Kept for emergencies.
const EMERGENCY: [u32; 2] = [8, 9];

fn now() -> Timestamp {
    time("2026-11-24T02:00:00Z")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn id(n: u32) -> String {
    format!("a1000000-0000-4000-8000-{n:012}")
}

fn name(n: u32) -> String {
    if n == GUEST { "guest_fabrikam.com#EXT#@contoso.com".to_owned() } else { format!("person{n}@contoso.com") }
}

struct Tenant {
    defaults: SecurityDefaults,
    access: ConditionalAccess,
    methods: MethodsPolicy,
    authorization: AuthorizationPolicy,
    administrators: Administrators,
    registration: Registration,
    applications: Applications,
    federation: Federation,
    licences: Licences,
    people: People,
    score: SecureScore,
    units: AdministrativeUnits,
    policy: Policy,
    unread: BTreeSet<FacetName>,
}

/// A policy for everybody but the accounts kept for emergencies.
fn everybody(number: u32, name: &str) -> AccessPolicy {
    let mut policy = AccessPolicy::new(format!("ca000000-0000-4000-8000-{number:012}"), name);
    policy.who.include.users.insert(Person::All);
    policy.who.exclude.users = EMERGENCY.iter().map(|n| Person::Account(Id::from(id(*n)))).collect();
    policy.what.applications.include.insert(Resource::All);
    policy
}

fn grant(controls: &[Control]) -> Grant {
    Grant {
        operator: Operator::All,
        controls: controls.iter().cloned().collect(),
        strength: None,
        terms_of_use: BTreeSet::new(),
        custom: BTreeSet::new(),
    }
}

fn strength(id: &str) -> Grant {
    Grant { strength: Some(Id::from(id)), ..grant(&[]) }
}

const RESISTANT: usize = 0;
const LEGACY: usize = 1;
const DEVICE_CODE: usize = 2;
const SIGN_IN_RISK: usize = 3;
const USER_RISK: usize = 4;
const REGISTRATION: usize = 5;
const WORKSTATIONS: usize = 6;
const SESSIONS: usize = 7;

fn policies() -> Vec<AccessPolicy> {
    let mut all = vec![
        everybody(1, "Resistant for all"),
        everybody(2, "No legacy"),
        everybody(3, "No device code"),
        everybody(4, "Risky sign-ins"),
        everybody(5, "Risky accounts"),
        everybody(6, "Registration"),
        everybody(7, "Workstations"),
        everybody(8, "Sessions"),
    ];
    all[RESISTANT].grant = Some(strength(PHISHING_RESISTANT));
    all[LEGACY].client_apps = BTreeSet::from([ClientApps::One(ClientApp::ExchangeActiveSync), ClientApps::One(ClientApp::Other)]);
    all[LEGACY].grant = Some(grant(&[Control::Block]));
    all[DEVICE_CODE].flows = BTreeSet::from([Flow::DeviceCode]);
    all[DEVICE_CODE].grant = Some(grant(&[Control::Block]));
    all[SIGN_IN_RISK].sign_in_risk = BTreeSet::from([Risk::High, Risk::Medium]);
    all[SIGN_IN_RISK].grant = Some(grant(&[Control::Mfa]));
    all[USER_RISK].user_risk = BTreeSet::from([Risk::High]);
    all[USER_RISK].grant = Some(grant(&[Control::Mfa, Control::PasswordChange]));
    all[REGISTRATION].what.applications.include.clear();
    all[REGISTRATION].what.actions = BTreeSet::from([UserAction::RegisterSecurityInformation]);
    all[REGISTRATION].locations.include.insert(LocationName::All);
    all[REGISTRATION].locations.exclude.insert(LocationName::AllTrusted);
    all[REGISTRATION].grant = Some(grant(&[Control::Block]));
    all[WORKSTATIONS].who.include.users.clear();
    all[WORKSTATIONS].who.include.roles = [GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR].map(Id::from).into();
    all[WORKSTATIONS].devices =
        Some(Filter { mode: FilterMode::Exclude, rule: r#"device.extensionAttribute1 -eq "PAW""#.to_owned() });
    all[WORKSTATIONS].grant = Some(grant(&[Control::Block]));
    all[SESSIONS].session.sign_in_again = Some(Every::Hours(12));
    all[SESSIONS].session.token_protection = true;
    all
}

fn person(n: u32) -> DirectoryPerson {
    DirectoryPerson {
        id: id(n),
        name: name(n),
        enabled: Some(true),
        home: if n == GUEST { PersonHome::Guest } else { PersonHome::Member },
        synchronised: false,
        licensed: Some(n <= 2),
        restricted: Some(n > GUEST),
        created: Some(time("2022-01-01T00:00:00Z")),
        signed_in: Some(time("2026-11-20T08:00:00Z")),
        mailbox: (n != GUEST).then_some(if n <= 2 { MailboxPurpose::User } else { MailboxPurpose::None }),
    }
}

fn holding(role: &str, how: Held) -> Holding {
    let name = if role == GLOBAL_ADMINISTRATOR { "Global Administrator" } else { "Exchange Administrator" };
    Holding { role: Named { id: role.to_owned(), name: name.to_owned() }, how, whole_tenant: true, through: None, until: None }
}

fn holder(n: u32, holdings: Vec<Holding>) -> Holder {
    let account = AdministratorAccount {
        enabled: Some(true),
        guest: Some(false),
        synchronised: false,
        mailbox: Some(false),
        licensed: Some(false),
        restricted: Some(true),
        created: None,
    };
    Holder { id: id(n), name: name(n), kind: HolderKind::Person(account), holdings }
}

fn app(n: u32, owner: Owner) -> Application {
    Application {
        id: format!("a9000000-0000-4000-8000-{n:012}"),
        app: format!("a8000000-0000-4000-8000-{n:012}"),
        name: format!("App {n}"),
        owner,
        enabled: Some(true),
        verified: false,
        credentials: Vec::new(),
    }
}

fn secret(since: &str, until: Option<&str>) -> Credential {
    Credential { id: "k".to_owned(), secret: true, since: Some(time(since)), until: until.map(time) }
}

impl Tenant {
    fn hardened() -> Self {
        use PolicyMethod as M;
        let mut methods: Vec<MethodSetting> = [
            (M::Sms, false),
            (M::Voice, false),
            (M::Email, false),
            (M::Fido2, true),
            (M::Authenticator, true),
            (M::TemporaryPass, true),
        ]
        .map(|(method, on)| MethodSetting::of(method, Some(on)))
        .into();
        methods[4].shows_application = Some(Switch::On);
        methods[4].shows_place = Some(Switch::On);
        methods[5].longest_minutes = Some(60);
        let everyone = || [ANNA, BO, CARL, DORA, GUEST].into_iter().chain(EMERGENCY);
        let registered = |n: u32| Registered {
            id: id(n),
            name: name(n),
            administrator: None,
            guest: Some(n == GUEST),
            second_factor: Some(true),
            methods: vec![if n > GUEST { RegisteredMethod::Passkey } else { RegisteredMethod::Authenticator }],
        };
        let mut ours = app(1, Owner::Us);
        ours.credentials = vec![secret("2026-06-01T00:00:00Z", Some("2027-06-01T00:00:00Z"))];
        Self {
            defaults: SecurityDefaults { enabled: false },
            access: ConditionalAccess { policies: policies(), ..ConditionalAccess::default() },
            methods: MethodsPolicy { methods, migration: Some(Migration::Done), campaign: None },
            authorization: AuthorizationPolicy {
                consent: Some(vec![ConsentRight::LowImpact]),
                risky_consent: Some(false),
                users_register_apps: Some(false),
                users_create_tenants: Some(false),
                joins_by_mail: Some(false),
                invites: Some(Invites::AdministratorsAndInviters),
                guests_read: Some(GuestAccess::Restricted),
                requests_taken: Some(true),
                request_reviewers: Some(1),
            },
            administrators: Administrators {
                holders: vec![
                    holder(CARL, vec![holding(GLOBAL_ADMINISTRATOR, Held::Eligible)]),
                    holder(DORA, vec![holding(EXCHANGE_ADMINISTRATOR, Held::Eligible)]),
                    holder(EMERGENCY[0], vec![holding(GLOBAL_ADMINISTRATOR, Held::Permanent)]),
                    holder(EMERGENCY[1], vec![holding(GLOBAL_ADMINISTRATOR, Held::Permanent)]),
                ],
                has_pim: true,
            },
            registration: Registration { people: everyone().map(registered).collect() },
            applications: Applications { apps: vec![ours], rights: Vec::new(), consents: Vec::new() },
            federation: Federation {
                domains: vec![SignInDomain { name: "contoso.com".to_owned(), verified: Some(true), sign_in: SignInAt::Here }],
            },
            licences: Licences { plans: [Plan::AuditPremium, Plan::CloudApps].into(), products: Vec::new() },
            people: People { people: everyone().map(person).collect(), sign_ins_unread: None },
            score: SecureScore { latest: Some(Score { at: now(), reached: 51_250, most: 100_000 }), open: Vec::new() },
            units: AdministrativeUnits { units: vec![Unit { id: "u".to_owned(), name: "Kept".to_owned(), restricted: true }] },
            policy: Policy { break_glass: EMERGENCY.map(name).into(), ..Policy::default() },
            unread: BTreeSet::new(),
        }
    }

    fn person(&mut self, n: u32) -> &mut DirectoryPerson {
        self.people.people.iter_mut().find(|one| one.id == id(n)).expect("somebody known")
    }

    fn holder(&mut self, n: u32) -> &mut Holder {
        self.administrators.holders.iter_mut().find(|one| one.id == id(n)).expect("somebody known")
    }

    fn account(&mut self, n: u32) -> &mut AdministratorAccount {
        let person = match &mut self.holder(n).kind {
            HolderKind::Person(account) => Some(account),
            _ => None,
        };
        person.expect("an account")
    }

    fn policy(&mut self, at: usize) -> &mut AccessPolicy {
        &mut self.access.policies[at]
    }

    fn spare(&mut self, at: usize, n: u32) {
        self.policy(at).who.exclude.users.insert(Person::Account(Id::from(id(n))));
    }

    fn method(&mut self, method: &PolicyMethod) -> &mut MethodSetting {
        self.methods.methods.iter_mut().find(|one| one.method == *method).expect("a known method")
    }

    fn snapshot(self) -> (Snapshot, Policy) {
        let tenant: TenantId = TENANT.parse().expect("an id");
        let organisation = Account::organisation(AccountId::of_organisation(&tenant), "contoso.com");
        let mut snapshot = Snapshot::begun(organisation, now());
        let readings = [
            TenantReading::SecurityDefaults(self.defaults),
            TenantReading::ConditionalAccess(self.access),
            TenantReading::MethodsPolicy(self.methods),
            TenantReading::AuthorizationPolicy(self.authorization),
            TenantReading::Administrators(self.administrators),
            TenantReading::Registration(self.registration),
            TenantReading::Applications(self.applications),
            TenantReading::Federation(self.federation),
            TenantReading::Licences(self.licences),
            TenantReading::People(self.people),
            TenantReading::SecureScore(self.score),
            TenantReading::AdministrativeUnits(self.units),
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
        (snapshot, self.policy)
    }
}

fn answer(measure: &str, change: impl FnOnce(&mut Tenant)) -> Answer {
    let mut tenant = Tenant::hardened();
    change(&mut tenant);
    let (snapshot, policy) = tenant.snapshot();
    let estate = Estate::of(&snapshot, now()).under(&policy);
    measure::named(measure).expect(measure).answer(&estate)
}

fn codes(answer: &Answer) -> Vec<&str> {
    answer.remarks().iter().map(|remark| remark.code.as_str()).collect()
}

/// Each row: what is changed, the answer, the codes of its remarks.
type Row = (fn(&mut Tenant), &'static str, &'static [&'static str]);

fn check(measure: &str, rows: &[Row]) {
    for (number, (change, expected, remarks)) in rows.iter().enumerate() {
        let answer = answer(measure, change);
        assert_eq!((answer.as_str(), codes(&answer).as_slice()), (*expected, *remarks), "{measure}, row {number}: {answer:?}");
    }
}

/// Measures of the directory, with the answer of the hardened tenant and the facets that each cannot do without.
const ALL: &[(&str, &str, &[FacetName])] = {
    use FacetName as F;
    &[
        ("administrators-resist-phishing", "met", &[F::ConditionalAccess, F::Administrators]),
        ("second-factor-for-all", "met", &[F::ConditionalAccess, F::People]),
        ("legacy-authentication-blocked", "met", &[F::ConditionalAccess, F::People]),
        ("device-code-blocked", "met", &[F::ConditionalAccess, F::People]),
        ("risk-answered", "met", &[F::ConditionalAccess, F::People]),
        ("registration-protected", "met", &[F::ConditionalAccess, F::People]),
        ("stolen-session-useless", "met", &[F::ConditionalAccess, F::People]),
        ("sessions-limited", "met", &[F::ConditionalAccess, F::Administrators]),
        ("access-policy-set", "met", &[F::ConditionalAccess, F::People, F::Administrators]),
        ("administrators-on-own-devices", "met", &[F::ConditionalAccess, F::Administrators]),
        ("dedicated-administrators", "met", &[F::Administrators]),
        ("few-global-administrators", "met", &[F::Administrators]),
        ("roles-on-demand", "met", &[F::Administrators]),
        ("emergency-accounts", "met", &[F::ConditionalAccess, F::Administrators, F::People, F::Registration]),
        ("weak-methods-off", "met", &[F::MethodsPolicy]),
        ("authenticator-shows-context", "met", &[F::MethodsPolicy]),
        ("temporary-pass-ready", "met", &[F::MethodsPolicy]),
        ("second-factor-registered", "met", &[F::Registration, F::People]),
        ("consent-restricted", "met", &[F::AuthorizationPolicy]),
        ("users-register-no-apps", "met", &[F::AuthorizationPolicy]),
        ("app-credentials-expire", "met", &[F::Applications]),
        ("no-tenant-wide-mail", "met", &[F::Applications]),
        ("no-unknown-apps", "met", &[F::Applications]),
        ("guests-restricted", "met", &[F::AuthorizationPolicy]),
        ("no-stale-accounts", "met", &[F::People]),
        ("shared-mailboxes-closed", "met", &[F::People]),
        ("restricted-management", "met", &[F::AdministrativeUnits, F::Administrators]),
        ("score-noted", "met", &[F::SecureScore]),
        ("score-recommendations", "met", &[F::SecureScore]),
        ("records-for-a-year", "met", &[F::Licences]),
        ("cloud-apps-watched", "open", &[F::Licences]),
        ("federation-guarded", "not-applicable", &[F::Federation]),
    ]
};

#[test]
fn a_hardened_tenant_meets_everything() {
    for (measure, expected, _) in ALL {
        let answer = answer(measure, |_| {});
        assert_eq!(answer.as_str(), *expected, "{measure}: {answer:?}");
    }
}

#[test]
fn what_was_not_read_is_not_measurable() {
    for (measure, _, needed) in ALL {
        for facet in *needed {
            let answer = answer(measure, |tenant| {
                tenant.unread.insert(*facet);
            });
            assert!(matches!(answer, Answer::NotMeasurable { .. }), "{measure} without {facet}: {answer:?}");
        }
    }
}

/// A bare tenant: nothing set, nothing read wrongly.
#[test]
fn a_tenant_without_policies_meets_nothing_that_policies_give() {
    let bare = |tenant: &mut Tenant| tenant.access.policies.clear();
    let by_policies = ALL.iter().filter(|(_, _, needed)| needed.contains(&FacetName::ConditionalAccess));
    let met: BTreeMap<&str, Answer> =
        by_policies.map(|(measure, ..)| (*measure, answer(measure, bare))).filter(|(_, answer)| answer.is_met()).collect();
    // With no policy at all none stops the accounts for emergencies.
    assert_eq!(met.keys().copied().collect::<Vec<_>>(), ["emergency-accounts"]);
}

#[test]
fn administrators_and_phishing() {
    check(
        "administrators-resist-phishing",
        &[
            (|tenant| tenant.policy(RESISTANT).grant = Some(grant(&[Control::Mfa])), "met", &[]),
            (
                |tenant| {
                    tenant.policy(RESISTANT).grant = Some(grant(&[Control::Mfa]));
                    tenant.policy(WORKSTATIONS).state = State::Disabled;
                },
                "partly",
                &["administrators-phishable"],
            ),
            (
                |tenant| {
                    tenant.spare(RESISTANT, CARL);
                    tenant.policy(WORKSTATIONS).state = State::ReportOnly;
                },
                "partly",
                &["administrator-without-second-factor"],
            ),
            (|tenant| tenant.access.policies.clear(), "not-met", &["administrators-without-second-factor"]),
        ],
    );
}

#[test]
fn a_second_factor_for_all() {
    check(
        "second-factor-for-all",
        &[
            (|tenant| tenant.spare(RESISTANT, ANNA), "partly", &["without-second-factor"]),
            (|tenant| tenant.policy(RESISTANT).state = State::ReportOnly, "not-met", &["nobody-with-second-factor"]),
            (
                |tenant| {
                    tenant.access.policies.clear();
                    tenant.defaults.enabled = true;
                },
                "partly",
                &["defaults-decide"],
            ),
            (|tenant| tenant.access.policies.clear(), "not-met", &["nobody-with-second-factor"]),
            // A group that is left out, and somebody in a group within.
            (
                |tenant| {
                    tenant.policy(RESISTANT).who.exclude.groups.insert(Id::from("outer"));
                    let members = |ids: &[&str]| Some(ids.iter().map(|id| Id::from(*id)).collect());
                    tenant.access.groups = vec![
                        GroupMembers { group: Id::from("outer"), members: members(&["inner"]) },
                        GroupMembers { group: Id::from("inner"), members: members(&[&id(BO)]) },
                    ];
                },
                "partly",
                &["without-second-factor"],
            ),
        ],
    );
    let reported = answer("second-factor-for-all", |tenant| tenant.policy(RESISTANT).state = State::ReportOnly);
    let names = &reported.remarks()[0].names;
    assert_eq!((names["how"].as_str(), names["policy"].as_str()), ("only-reported", "Resistant for all"));
    let spared = answer("second-factor-for-all", |tenant| tenant.spare(RESISTANT, ANNA));
    let names = &spared.remarks()[0].names;
    assert_eq!(
        (names["who"].as_str(), names["how"].as_str(), names["policy"].as_str()),
        (name(ANNA).as_str(), "excluded", "Resistant for all")
    );
}

#[test]
fn blocks_of_protocols_and_flows() {
    check(
        "legacy-authentication-blocked",
        &[
            (
                |tenant| {
                    tenant.spare(LEGACY, ANNA);
                    tenant.spare(RESISTANT, ANNA);
                },
                "partly",
                &["legacy-not-blocked"],
            ),
            // A second factor that an old client cannot show keeps it out as well.
            (|tenant| tenant.spare(LEGACY, ANNA), "met", &[]),
            (
                |tenant| {
                    tenant.access.policies.clear();
                    tenant.defaults.enabled = true;
                },
                "met",
                &[],
            ),
            (|tenant| tenant.access.policies.clear(), "not-met", &["legacy-blocked-for-nobody"]),
        ],
    );
    check(
        "device-code-blocked",
        &[
            (|tenant| tenant.spare(DEVICE_CODE, BO), "partly", &["device-code-not-blocked"]),
            (|tenant| tenant.policy(DEVICE_CODE).state = State::ReportOnly, "not-met", &["device-code-blocked-for-nobody"]),
            (|tenant| tenant.policy(DEVICE_CODE).state = State::Other("dreaming".to_owned()), "not-measurable", &[]),
        ],
    );
}

#[test]
fn risk_and_registration() {
    check(
        "risk-answered",
        &[
            (|tenant| tenant.policy(SIGN_IN_RISK).state = State::Disabled, "partly", &["sign-in-risk-unanswered-for-all"]),
            (|tenant| tenant.spare(USER_RISK, ANNA), "partly", &["user-risk-unanswered"]),
            (|tenant| tenant.policy(USER_RISK).grant = Some(grant(&[Control::RiskRemediation])), "met", &[]),
            (
                |tenant| {
                    tenant.policy(SIGN_IN_RISK).sign_in_risk.clear();
                    tenant.policy(USER_RISK).user_risk.clear();
                },
                "not-met",
                &["sign-in-risk-unanswered-for-all", "user-risk-unanswered-for-all"],
            ),
        ],
    );
    check(
        "registration-protected",
        &[
            (|tenant| tenant.policy(REGISTRATION).grant = Some(grant(&[Control::Mfa])), "met", &[]),
            (|tenant| tenant.spare(REGISTRATION, ANNA), "partly", &["registration-open"]),
            (|tenant| tenant.policy(REGISTRATION).state = State::Disabled, "not-met", &["registration-open-for-all"]),
        ],
    );
}

#[test]
fn sessions() {
    check(
        "stolen-session-useless",
        &[
            (|tenant| tenant.policy(RESISTANT).grant = Some(grant(&[Control::CompliantDevice])), "met", &[]),
            (|tenant| tenant.spare(RESISTANT, ANNA), "partly", &["session-can-be-stolen"]),
            (|tenant| tenant.access.policies.clear(), "not-met", &["session-can-be-stolen-of-all"]),
        ],
    );
    check(
        "sessions-limited",
        &[
            (|tenant| tenant.policy(SESSIONS).session.token_protection = false, "partly", &["no-token-protection"]),
            (
                |tenant| tenant.policy(SESSIONS).session.continuous_access = Some(ContinuousAccess::Disabled),
                "partly",
                &["continuous-access-off"],
            ),
            (
                |tenant| {
                    tenant.policy(SESSIONS).state = State::ReportOnly;
                    tenant.policy(WORKSTATIONS).state = State::ReportOnly;
                },
                "not-met",
                &["no-token-protection", "administrator-stays-signed-in", "administrator-stays-signed-in"],
            ),
        ],
    );
}

#[test]
fn the_set_names_the_kinds_that_are_lacking() {
    check(
        "access-policy-set",
        &[
            (|tenant| tenant.policy(DEVICE_CODE).state = State::Disabled, "partly", &["set-lacks-device-code"]),
            (|tenant| tenant.spare(RESISTANT, GUEST), "partly", &["set-lacks-guests"]),
            (|tenant| tenant.spare(USER_RISK, BO), "partly", &["set-lacks-risk"]),
            (
                |tenant| tenant.access.policies.clear(),
                "not-met",
                &[
                    "set-lacks-legacy-authentication",
                    "set-lacks-device-code",
                    "set-lacks-risk",
                    "set-lacks-administrators",
                    "set-lacks-guests",
                    "set-lacks-registration",
                ],
            ),
        ],
    );
}

#[test]
fn devices_of_administrators() {
    check(
        "administrators-on-own-devices",
        &[
            (|tenant| tenant.spare(WORKSTATIONS, DORA), "partly", &["administrator-on-any-device"]),
            (
                |tenant| {
                    tenant.policy(WORKSTATIONS).devices = None;
                    tenant.policy(WORKSTATIONS).grant = Some(grant(&[Control::CompliantDevice]));
                },
                "partly",
                &["administrators-on-any-managed-device"],
            ),
            (|tenant| tenant.policy(WORKSTATIONS).state = State::Disabled, "not-met", &["administrators-on-any-device"]),
        ],
    );
}

#[test]
fn accounts_of_administrators() {
    check(
        "dedicated-administrators",
        &[
            (|tenant| tenant.account(CARL).mailbox = Some(true), "partly", &["administrator-with-mailbox"]),
            (
                |tenant| {
                    tenant.account(CARL).synchronised = true;
                    tenant.account(CARL).guest = Some(true);
                },
                "partly",
                &["administrator-synchronised", "administrator-guest"],
            ),
            (|tenant| tenant.account(DORA).mailbox = None, "not-measurable", &[]),
            (
                |tenant| tenant.administrators.holders.iter_mut().for_each(|one| one.kind = HolderKind::Application),
                "not-measurable",
                &[],
            ),
            (
                |tenant| [CARL, DORA, EMERGENCY[0], EMERGENCY[1]].iter().for_each(|n| tenant.account(*n).mailbox = Some(true)),
                "not-met",
                &["administrator-with-mailbox"; 4],
            ),
        ],
    );
    check(
        "few-global-administrators",
        &[
            (
                |tenant| {
                    (10..15).for_each(|n| {
                        tenant.administrators.holders.push(holder(n, vec![holding(GLOBAL_ADMINISTRATOR, Held::Permanent)]));
                    });
                },
                "not-met",
                &["global-administrators-many"],
            ),
            (|tenant| tenant.administrators.holders.truncate(2), "not-met", &["global-administrators-few"]),
            (|tenant| tenant.account(CARL).enabled = Some(false), "met", &[]),
            (
                |tenant| {
                    let mut app = holder(20, vec![holding(GLOBAL_ADMINISTRATOR, Held::Permanent)]);
                    app.kind = HolderKind::Application;
                    tenant.administrators.holders.push(app);
                },
                "partly",
                &["global-administrator-application"],
            ),
        ],
    );
    check(
        "roles-on-demand",
        &[
            (|tenant| tenant.holder(CARL).holdings[0].how = Held::Permanent, "partly", &["standing-role"]),
            (|tenant| tenant.holder(CARL).holdings[0].how = Held::Activated, "met", &[]),
            (
                |tenant| {
                    tenant.administrators.has_pim = false;
                    tenant.holder(CARL).holdings[0].how = Held::Permanent;
                    tenant.holder(DORA).holdings[0].how = Held::Permanent;
                },
                "not-met",
                &["no-pim", "standing-role", "standing-role"],
            ),
        ],
    );
}

#[test]
fn accounts_for_emergencies() {
    check(
        "emergency-accounts",
        &[
            (|tenant| tenant.policy.break_glass.clear(), "not-met", &["emergency-none-named"]),
            (
                |tenant| tenant.policy.break_glass = vec![name(EMERGENCY[0]), "nobody@contoso.com".to_owned()],
                "partly",
                &["emergency-not-found", "emergency-one-only"],
            ),
            (|tenant| tenant.holder(EMERGENCY[0]).holdings[0].how = Held::Eligible, "partly", &["emergency-not-global"]),
            (|tenant| tenant.registration.people.last_mut().unwrap().methods.clear(), "partly", &["emergency-without-key"]),
            (|tenant| tenant.policy(RESISTANT).who.exclude.users.clear(), "partly", &["emergency-not-excluded"]),
            (
                |tenant| {
                    tenant.policy(RESISTANT).who.exclude.users.clear();
                    tenant.policy(RESISTANT).grant = Some(grant(&[Control::Block]));
                },
                "partly",
                &["emergency-blocked", "emergency-blocked", "emergency-not-excluded"],
            ),
            (
                |tenant| tenant.person(EMERGENCY[1]).enabled = Some(false),
                "partly",
                &["emergency-not-found", "emergency-one-only"],
            ),
        ],
    );
}

#[test]
fn methods() {
    use PolicyMethod as M;
    check(
        "weak-methods-off",
        &[
            (|tenant| tenant.method(&M::Sms).enabled = Some(true), "partly", &["method-sms"]),
            (|tenant| tenant.methods.migration = Some(Migration::Begun), "partly", &["methods-older-policies"]),
            (|tenant| tenant.methods.migration = None, "not-measurable", &[]),
            (|tenant| tenant.method(&M::Voice).enabled = None, "not-measurable", &[]),
            (
                |tenant| [M::Sms, M::Voice, M::Email].iter().for_each(|method| tenant.method(method).enabled = Some(true)),
                "not-met",
                &["method-sms", "method-voice", "method-email"],
            ),
        ],
    );
    check(
        "authenticator-shows-context",
        &[
            (
                |tenant| tenant.method(&M::Authenticator).shows_place = Some(Switch::LeftToService),
                "partly",
                &["authenticator-hides-place"],
            ),
            (
                |tenant| {
                    tenant.method(&M::Authenticator).shows_place = Some(Switch::Off);
                    tenant.method(&M::Authenticator).shows_application = Some(Switch::Off);
                },
                "not-met",
                &["authenticator-hides-application", "authenticator-hides-place"],
            ),
            (|tenant| tenant.method(&M::Authenticator).enabled = Some(false), "not-applicable", &["authenticator-off"]),
            (|tenant| tenant.method(&M::Authenticator).shows_place = None, "not-measurable", &[]),
        ],
    );
    check(
        "temporary-pass-ready",
        &[
            (|tenant| tenant.method(&M::TemporaryPass).enabled = Some(false), "not-met", &["temporary-pass-off"]),
            (|tenant| tenant.method(&M::TemporaryPass).longest_minutes = Some(43_200), "partly", &["temporary-pass-long"]),
            (|tenant| tenant.methods.methods.clear(), "not-measurable", &[]),
        ],
    );
    check(
        "second-factor-registered",
        &[
            (|tenant| tenant.registration.people[0].second_factor = Some(false), "partly", &["no-second-factor-registered"]),
            (|tenant| drop(tenant.registration.people.remove(1)), "partly", &["no-second-factor-registered"]),
            (|tenant| tenant.registration.people[0].second_factor = None, "not-measurable", &[]),
            (|tenant| tenant.registration.people.clear(), "not-met", &["no-second-factor-registered"; 6]),
        ],
    );
}

#[test]
fn applications() {
    check(
        "consent-restricted",
        &[
            (|tenant| tenant.authorization.consent = Some(vec![ConsentRight::Anything]), "not-met", &["consent-to-anything"]),
            (|tenant| tenant.authorization.consent = Some(Vec::new()), "met", &[]),
            (|tenant| tenant.authorization.consent = Some(vec![ConsentRight::Own("ours".to_owned())]), "not-measurable", &[]),
            (|tenant| tenant.authorization.consent = None, "not-measurable", &[]),
            (|tenant| tenant.authorization.risky_consent = Some(true), "partly", &["consent-to-risky"]),
            (|tenant| tenant.authorization.requests_taken = Some(false), "partly", &["consent-requests-off"]),
            (|tenant| tenant.authorization.request_reviewers = Some(0), "partly", &["consent-without-reviewers"]),
        ],
    );
    check(
        "users-register-no-apps",
        &[
            (|tenant| tenant.authorization.users_register_apps = Some(true), "not-met", &["users-register-apps"]),
            (|tenant| tenant.authorization.users_register_apps = None, "not-measurable", &[]),
        ],
    );
    check(
        "app-credentials-expire",
        &[
            (
                |tenant| tenant.applications.apps[0].credentials.push(secret("2026-01-01T00:00:00Z", None)),
                "partly",
                &["app-credential-endless"],
            ),
            (
                |tenant| {
                    tenant.applications.apps[0].credentials = vec![secret("2026-01-01T00:00:00Z", Some("2099-01-01T00:00:00Z"))];
                },
                "not-met",
                &["app-credential-long"],
            ),
            // What has ended opens nothing.
            (
                |tenant| {
                    tenant.applications.apps[0].credentials.push(secret("2000-01-01T00:00:00Z", Some("2020-01-01T00:00:00Z")));
                },
                "met",
                &[],
            ),
            (|tenant| tenant.applications.apps[0].owner = Owner::Microsoft, "not-met", &["app-credential-on-foreign"]),
        ],
    );
    check(
        "no-tenant-wide-mail",
        &[(
            |tenant| {
                let right = |right: &str| AppRight {
                    holder: app(1, Owner::Us).id,
                    name: "App 1".to_owned(),
                    right: right.to_owned(),
                    of: "Microsoft Graph".to_owned(),
                };
                tenant.applications.rights = vec![right("Mail.ReadWrite"), right("User.Read.All"), right("Mail.Send")];
            },
            "not-met",
            &["app-reads-all-mail", "app-reads-all-mail"],
        )],
    );
    check(
        "no-unknown-apps",
        &[(
            |tenant| {
                let consent = |by: Option<u32>, app: &Application| Consent {
                    app: app.id.clone(),
                    by: by.map(id),
                    rights: vec!["Mail.Read".to_owned()],
                };
                let mut verified = app(3, Owner::Others);
                verified.verified = true;
                let (unknown, by_admin) = (app(2, Owner::Others), app(4, Owner::Others));
                tenant.applications.consents = vec![
                    consent(Some(ANNA), &unknown),
                    consent(Some(BO), &unknown),
                    consent(Some(ANNA), &verified),
                    consent(None, &by_admin),
                    consent(Some(ANNA), &app(1, Owner::Us)),
                ];
                tenant.applications.apps.extend([unknown, verified, by_admin]);
            },
            "not-met",
            &["unverified-app-let-in"],
        )],
    );
}

#[test]
fn people() {
    check(
        "guests-restricted",
        &[
            (|tenant| tenant.authorization.invites = Some(Invites::Everybody), "partly", &["anybody-invites"]),
            (|tenant| tenant.authorization.invites = Some(Invites::Other("x".to_owned())), "not-measurable", &[]),
            (
                |tenant| {
                    tenant.authorization.invites = Some(Invites::Members);
                    tenant.authorization.guests_read = Some(GuestAccess::LikeMembers);
                    tenant.authorization.joins_by_mail = Some(true);
                },
                "not-met",
                &["members-invite", "guests-read-like-members", "anybody-joins-by-mail"],
            ),
        ],
    );
    check(
        "no-stale-accounts",
        &[
            (|tenant| tenant.person(ANNA).signed_in = Some(time("2026-01-01T00:00:00Z")), "partly", &["stale-account-licensed"]),
            (|tenant| tenant.person(GUEST).signed_in = None, "partly", &["stale-account"]),
            (
                |tenant| {
                    tenant.person(BO).signed_in = None;
                    tenant.person(BO).created = Some(time("2026-11-20T00:00:00Z"));
                },
                "met",
                &[],
            ),
            (|tenant| tenant.person(EMERGENCY[0]).signed_in = None, "met", &[]),
            (|tenant| tenant.people.sign_ins_unread = Some(Gap::Unlicensed { detail: "P1".to_owned() }), "not-measurable", &[]),
        ],
    );
    check(
        "shared-mailboxes-closed",
        &[
            (|tenant| tenant.person(BO).mailbox = Some(MailboxPurpose::Shared), "not-met", &["shared-mailbox-signs-in"]),
            (|tenant| tenant.person(BO).mailbox = Some(MailboxPurpose::Unknown), "not-measurable", &[]),
            (
                |tenant| {
                    tenant.person(BO).mailbox = Some(MailboxPurpose::Shared);
                    tenant.person(BO).enabled = Some(false);
                },
                "met",
                &[],
            ),
        ],
    );
    check(
        "restricted-management",
        &[
            (|tenant| tenant.units.units[0].restricted = false, "not-met", &["no-restricted-unit"]),
            (|tenant| tenant.account(EMERGENCY[0]).restricted = Some(false), "partly", &["not-under-restricted-management"]),
            (|tenant| tenant.account(EMERGENCY[0]).restricted = None, "not-measurable", &[]),
        ],
    );
}

#[test]
fn the_service() {
    check("score-noted", &[(|tenant| tenant.score.latest = None, "not-met", &["no-score"]), (|_| {}, "met", &["score"])]);
    check(
        "score-recommendations",
        &[
            (
                |tenant| {
                    let open = |n: u64| OpenControl { id: n.to_string(), title: format!("Do {n}"), missing: 100 * n };
                    tenant.score.open = (1..=20).rev().map(open).collect();
                },
                "partly",
                &["score-to-be-had"; 10],
            ),
            (|tenant| tenant.score.latest = None, "not-measurable", &[]),
        ],
    );
    check("records-for-a-year", &[(|tenant| tenant.licences.plans.clear(), "not-met", &["records-for-half-a-year"])]);
    check("cloud-apps-watched", &[(|tenant| tenant.licences.plans.clear(), "not-met", &["no-cloud-apps-licence"])]);
    let elsewhere =
        |second_factor| SignInAt::Elsewhere(vec![Trust { issuer: "https://sts.contoso.com".to_owned(), second_factor }]);
    let at = |sign_in: SignInAt| answer("federation-guarded", |tenant| tenant.federation.domains[0].sign_in = sign_in);
    assert_eq!(at(elsewhere(Some(SecondFactorTrust::Refused))), Answer::Open);
    for weak in [elsewhere(Some(SecondFactorTrust::Taken)), elsewhere(None), SignInAt::Elsewhere(Vec::new())] {
        assert_eq!(codes(&at(weak)), ["second-factor-elsewhere"]);
    }
    assert_eq!(codes(&at(SignInAt::Other("?".to_owned()))), ["sign-in-unknown"]);
    let points = answer("score-noted", |_| {});
    assert_eq!((points.remarks()[0].names["per-cent"].as_str(), points.remarks()[0].names["reached"].as_str()), ("51", "512.5"));
}
