//! Short words for policies, people and sign-ins.

use std::collections::BTreeSet;

use regain_incident::posture::access::place::{Extent, FoundBy, NamedLocation, Place};
use regain_incident::posture::access::policy::{
    AccessPolicy, ClientApps, Control, Filter, FilterMode, Grant, Guests, Id, LocationName, Operator, Person, PlatformName,
    Resource, State, Tenants,
};
use regain_incident::posture::access::situation::{
    ClientApp, Device, Flow, InsiderRisk, Platform, Registered, Risk, Situation, Trust, UserAction,
};
use regain_incident::posture::access::strength::{Method, Strength};
use regain_incident::posture::access::subject::{GuestKind, Home, Subject};
use regain_incident::posture::access::{Known, Rules, Verdict, evaluate};

pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
pub const SYNCHRONISATION: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";
pub const MFA_STRENGTH: &str = "00000000-0000-0000-0000-000000000002";
pub const RESISTANT_STRENGTH: &str = "00000000-0000-0000-0000-000000000004";
pub const PAYROLL: &str = "aaaaaaaa-0000-4000-8000-00000000000a";

fn account(number: u8) -> String {
    format!("a1000000-0000-4000-8000-0000000000{number:02}")
}

/// An enabled policy, by name, for everybody, everything and every client, that demands nothing yet.
pub fn policy(name: &str) -> AccessPolicy {
    nobody(name).users([Person::All]).apps([Resource::All])
}

/// The same for nobody and nothing.
pub fn nobody(name: &str) -> AccessPolicy {
    AccessPolicy::new(name, name)
}

/// A policy that demands multi-factor authentication of everybody.
pub fn mfa() -> AccessPolicy {
    policy("mfa").grants([Control::Mfa])
}

/// A policy that blocks everybody.
pub fn block() -> AccessPolicy {
    policy("block").grants([Control::Block])
}

pub trait Build: Sized {
    fn change(self, with: impl FnOnce(&mut AccessPolicy)) -> Self;

    fn state(self, state: State) -> Self {
        self.change(|p| p.state = state)
    }
    fn users<const N: usize>(self, users: [Person; N]) -> Self {
        self.change(|p| p.who.include.users = users.into())
    }
    fn user(self, subject: &Subject) -> Self {
        self.users([Person::Account(subject.account.as_str().into())])
    }
    fn but_user(self, subject: &Subject) -> Self {
        let one = Person::Account(subject.account.as_str().into());
        self.change(|p| {
            p.who.exclude.users.insert(one);
        })
    }
    fn group(self, group: &str) -> Self {
        self.change(|p| {
            p.who.include.groups.insert(group.into());
        })
    }
    fn but_group(self, group: &str) -> Self {
        self.change(|p| {
            p.who.exclude.groups.insert(group.into());
        })
    }
    fn role(self, role: &str) -> Self {
        self.change(|p| {
            p.who.include.roles.insert(role.into());
        })
    }
    fn but_role(self, role: &str) -> Self {
        self.change(|p| {
            p.who.exclude.roles.insert(role.into());
        })
    }
    fn guests<const N: usize>(self, kinds: [GuestKind; N], tenants: Tenants) -> Self {
        self.change(|p| p.who.include.guests = Some(Guests { kinds: kinds.into(), tenants }))
    }
    fn but_guests<const N: usize>(self, kinds: [GuestKind; N], tenants: Tenants) -> Self {
        self.change(|p| p.who.exclude.guests = Some(Guests { kinds: kinds.into(), tenants }))
    }
    fn apps<const N: usize>(self, apps: [Resource; N]) -> Self {
        self.change(|p| p.what.applications.include = apps.into())
    }
    fn but_app(self, app: &str) -> Self {
        self.change(|p| {
            p.what.applications.exclude.insert(Resource::Application(app.into()));
        })
    }
    fn action(self, action: UserAction) -> Self {
        self.change(|p| {
            p.what.applications.include.clear();
            p.what.actions.insert(action);
        })
    }
    fn clients<const N: usize>(self, clients: [ClientApp; N]) -> Self {
        self.change(|p| p.client_apps = clients.into_iter().map(ClientApps::One).collect())
    }
    fn platforms<const N: usize, const M: usize>(self, include: [PlatformName; N], exclude: [Platform; M]) -> Self {
        self.change(|p| {
            p.platforms.include = include.into();
            p.platforms.exclude = exclude.into_iter().map(PlatformName::One).collect();
        })
    }
    fn from<const N: usize, const M: usize>(self, include: [LocationName; N], exclude: [LocationName; M]) -> Self {
        self.change(|p| {
            p.locations.include = include.into();
            p.locations.exclude = exclude.into();
        })
    }
    fn only_devices(self, rule: &str) -> Self {
        self.change(|p| p.devices = Some(Filter { mode: FilterMode::Include, rule: rule.to_owned() }))
    }
    fn but_devices(self, rule: &str) -> Self {
        self.change(|p| p.devices = Some(Filter { mode: FilterMode::Exclude, rule: rule.to_owned() }))
    }
    fn user_risk<const N: usize>(self, levels: [Risk; N]) -> Self {
        self.change(|p| p.user_risk = levels.into())
    }
    fn sign_in_risk<const N: usize>(self, levels: [Risk; N]) -> Self {
        self.change(|p| p.sign_in_risk = levels.into())
    }
    fn insider_risk<const N: usize>(self, levels: [InsiderRisk; N]) -> Self {
        self.change(|p| p.insider_risk = levels.into())
    }
    fn flows<const N: usize>(self, flows: [Flow; N]) -> Self {
        self.change(|p| p.flows = flows.into())
    }
    /// All of the controls are required.
    fn grants<const N: usize>(self, controls: [Control; N]) -> Self {
        self.grant(Operator::All, controls.into(), None)
    }
    /// One of the controls is enough.
    fn one_of<const N: usize>(self, controls: [Control; N]) -> Self {
        self.grant(Operator::One, controls.into(), None)
    }
    fn strength(self, id: &str) -> Self {
        self.grant(Operator::One, BTreeSet::new(), Some(id.into()))
    }
    fn grant(self, operator: Operator, controls: BTreeSet<Control>, strength: Option<Id>) -> Self {
        self.change(|p| {
            p.grant = Some(Grant { operator, controls, strength, terms_of_use: BTreeSet::new(), custom: BTreeSet::new() });
        })
    }
}

impl Build for AccessPolicy {
    fn change(mut self, with: impl FnOnce(&mut AccessPolicy)) -> Self {
        with(&mut self);
        self
    }
}

/// A member, by number.
pub fn person(number: u8) -> Subject {
    Subject::member(account(number).parse().expect("an id"), format!("person{number}@contoso.com"))
}

/// The member that most cases are about.
pub fn anna() -> Subject {
    person(1)
}

pub fn in_groups<const N: usize>(groups: [&str; N]) -> Subject {
    Subject { groups: Known::Known(groups.into_iter().map(Id::from).collect()), ..anna() }
}

pub fn with_role(role: &str) -> Subject {
    Subject { roles: Known::Known(BTreeSet::from([role.into()])), ..anna() }
}

/// A guest whose home is the tenant `tenant`, where that is known.
pub fn guest(kind: GuestKind, tenant: Option<&str>) -> Subject {
    let tenant = tenant.map_or(Known::Unknown, |tenant| Known::Known(tenant.into()));
    Subject { home: Known::Known(Home::External { kind: Known::Known(kind), tenant }), ..anna() }
}

pub fn stranger() -> Situation {
    Situation::stranger()
}

pub fn legacy() -> Situation {
    Situation { device: Known::Unknown, ..stranger().with(ClientApp::Other) }
}

pub fn active_sync() -> Situation {
    Situation { device: Known::Unknown, ..stranger().with(ClientApp::ExchangeActiveSync) }
}

pub fn at(address: &str) -> Situation {
    let address = Known::Known(address.parse().expect("an address"));
    Situation { place: Place { address, ..Place::default() }, ..stranger() }
}

pub fn in_country(country: Option<&str>) -> Situation {
    let country = Known::Known(country.map(str::to_owned));
    Situation { place: Place { country, ..Place::untrusted() }, ..stranger() }
}

pub fn anywhere(place: Place) -> Situation {
    Situation { place, ..stranger() }
}

pub fn on(device: Registered) -> Situation {
    Situation { device: Known::Known(Device::Registered(device)), ..stranger() }
}

pub fn registered() -> Registered {
    Registered {
        compliant: Known::Known(false),
        trust: Known::Known(Trust::Registered),
        managed: Known::Known(false),
        properties: [("operatingsystem".to_owned(), Some("Windows".to_owned()))].into(),
    }
}

pub fn compliant() -> Registered {
    Registered { compliant: Known::Known(true), managed: Known::Known(true), ..registered() }
}

pub fn hybrid() -> Registered {
    Registered { trust: Known::Known(Trust::HybridJoined), ..registered() }
}

pub fn by(flow: Flow) -> Situation {
    Situation { flow: Known::Known(flow), ..stranger() }
}

pub fn ranges(id: &str, trusted: bool, ranges: &[&str]) -> NamedLocation {
    let ranges = ranges.iter().map(|one| (*one).to_owned()).collect();
    NamedLocation { id: id.into(), name: id.to_owned(), extent: Extent::Ranges { ranges, trusted } }
}

pub fn countries(id: &str, unknown_too: bool, countries: &[&str], found_by: FoundBy) -> NamedLocation {
    let countries = countries.iter().map(|one| (*one).to_owned()).collect();
    NamedLocation { id: id.into(), name: id.to_owned(), extent: Extent::Countries { countries, unknown_too, found_by } }
}

pub fn named(id: &str) -> LocationName {
    LocationName::Named(id.into())
}

pub fn strength(id: &str, allowed: &[&[Method]]) -> Strength {
    let allowed = allowed.iter().map(|methods| methods.iter().cloned().collect()).collect();
    Strength { id: id.into(), name: id.to_owned(), allowed }
}

/// Everything that the cases share: an office, a branch, two lists of countries, three strengths.
pub struct Tenant {
    pub policies: Vec<AccessPolicy>,
    pub locations: Vec<NamedLocation>,
    pub strengths: Vec<Strength>,
    pub security_defaults: Known<bool>,
}

impl Tenant {
    pub fn of(policies: Vec<AccessPolicy>) -> Self {
        Self {
            policies,
            locations: vec![
                ranges("office", true, &["198.51.100.0/24", "2001:db8::/32"]),
                ranges("branch", false, &["203.0.113.128/25"]),
                countries("nordic", false, &["SE", "NO"], FoundBy::Address),
                countries("nowhere", true, &["AQ"], FoundBy::Address),
                countries("by-telephone", false, &["SE"], FoundBy::Telephone),
            ],
            strengths: vec![
                strength("keys", &[&[Method::Fido2], &[Method::WindowsHello]]),
                strength("keys-or-text", &[&[Method::Fido2], &[Method::Password, Method::Sms]]),
                strength("password-only", &[&[Method::Password], &[Method::Fido2]]),
                strength("new-method", &[&[Method::Fido2], &[Method::Other("retinaScan".to_owned())]]),
                strength("empty", &[]),
            ],
            security_defaults: Known::Known(false),
        }
    }

    pub fn defaults(self, security_defaults: Known<bool>) -> Self {
        Self { security_defaults, ..self }
    }

    pub fn rules(&self) -> Rules<'_> {
        Rules {
            policies: &self.policies,
            locations: &self.locations,
            strengths: &self.strengths,
            security_defaults: self.security_defaults,
        }
    }

    pub fn verdict(&self, subject: &Subject, situation: &Situation) -> Verdict {
        evaluate(self.rules(), subject, situation)
    }
}
