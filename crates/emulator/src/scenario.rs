//! A scenario file, read and checked: the tenant, its callers, its attacker and what goes wrong.
//!
//! Invariant: what is read is what the file says. Unknown members, wrong types and ids that point nowhere
//! are errors that name their place, never guesses.

mod apps;
mod behaviour;
mod callers;
mod graph;
mod names;
mod place;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::directory::{self, Directory};
use crate::dns::Zone;
use crate::entra::grants::Grants;
use crate::exchange::UnderWay;
use crate::faults::{Faults, Rule};
use crate::graph::throttle::Meters;
use crate::history::History;
use crate::seed::Mint;
use crate::sessions::Sessions;
use crate::world::{App, Bases, Behaviour, Tenant, World};
use crate::{attacker::Attacker, clock::Clock, exchange::Exchange, licences, mail::Mail, permissions, roles};
use place::Place;

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scenario: {place}: {problem}")]
pub struct ScenarioError {
    /// Where in the file, as in `graph.users[2].id`.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Short name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// When the emulated clock starts.
    pub clock: Timestamp,
    tenant_id: String,
    cloud: Cloud,
    tenant_name: String,
    initial_domain: String,
    licences: Vec<String>,
    behaviour: Behaviour,
    apps: Vec<App>,
    directory: Directory,
    passwords: BTreeMap<String, String>,
    exchange: Value,
    attacker: Value,
    faults: Vec<Rule>,
    honest: Vec<String>,
    names: Option<Zone>,
}

const MEMBERS: &[&str] = &[
    "$schema",
    "format",
    "name",
    "description",
    "clock",
    "tenant",
    "callers",
    "graph",
    "exchange",
    "attacker",
    "faults",
    "honest",
    "names",
];
const TENANT: &[&str] = &["id", "name", "cloud", "initialDomain", "licences", "behaviour"];

impl Scenario {
    /// Reads a scenario from its text.
    pub fn from_text(text: &str) -> Result<Self, ScenarioError> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| ScenarioError { place: "$".to_owned(), problem: error.to_string() })?;
        Self::from_value(&value)
    }

    /// Reads a scenario.
    pub fn from_value(value: &Value) -> Result<Self, ScenarioError> {
        let root = Place::root(value);
        root.only(MEMBERS)?;
        if root.get("format")?.value != &json!(1) {
            return Err(root.get("format")?.wrong("only format 1 is known"));
        }
        let tenant = root.get("tenant")?;
        tenant.only(TENANT)?;
        let mut scenario = Self {
            name: root.get("name")?.text()?,
            description: root.optional("description").map(|place| place.text()).transpose()?.unwrap_or_default(),
            clock: root.get("clock")?.time()?,
            tenant_id: tenant.get("id")?.id()?,
            cloud: cloud_of(&tenant)?,
            tenant_name: tenant.get("name")?.text()?,
            initial_domain: tenant.get("initialDomain")?.text()?,
            licences: licences_of(&tenant)?,
            behaviour: behaviour::read(tenant.optional("behaviour"))?,
            apps: Vec::new(),
            directory: Directory { role_definitions: directory::built_in_definitions(), ..Directory::default() },
            passwords: BTreeMap::new(),
            exchange: root.optional("exchange").map_or_else(|| json!({}), |place| place.value.clone()),
            attacker: root.optional("attacker").map_or_else(|| json!({}), |place| place.value.clone()),
            faults: faults_of(root.optional("faults"))?,
            honest: root.optional("honest").map(|place| place.texts()).transpose()?.unwrap_or_default(),
            names: names::read(root.optional("names"))?,
        };
        scenario.read_tenant_objects();
        if let Some(place) = root.optional("graph") {
            graph::read(&place, &mut scenario.directory, &mut scenario.passwords)?;
        }
        scenario.read_callers(&root.get("callers")?)?;
        graph::check_principals(&scenario.directory)?;
        if let Some(place) = root.optional("graph") {
            apps::read_consents(&place, &mut scenario.directory)?;
        }
        Ok(scenario)
    }

    /// The first caller, which is the responder's app.
    pub fn first_caller(&self) -> Option<&App> {
        self.apps.first()
    }

    /// Lets more go wrong than the file says, after what it says.
    pub fn add_faults(&mut self, rules: Vec<Rule>) {
        self.faults.extend(rules);
    }

    /// Where the tenant lives.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// What the name server knows, where there is one.
    pub fn names(&self) -> Option<&Zone> {
        self.names.as_ref()
    }

    /// The tenant id.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// Makes the world that the scenario describes.
    pub fn world(&self, seed: u64, bases: Bases, clock: Clock) -> Result<World, ScenarioError> {
        let at = |place: &str| {
            let place = place.to_owned();
            move |problem: String| ScenarioError { place, problem }
        };
        let exchange = Exchange::from_scenario(&self.exchange, &self.directory).map_err(at("exchange"))?;
        let tenant = Tenant {
            id: self.tenant_id.clone(),
            cloud: self.cloud,
            name: self.tenant_name.clone(),
            initial_domain: self.initial_domain.clone(),
            licences: self.licences.clone(),
            apps: self.apps.clone(),
            directory: Directory { as_of: self.clock, ..self.directory.clone() },
            exchange,
            mail: Mail::default(),
            sessions: self.sessions(),
            grants: Grants::default(),
            bases,
            behaviour: self.behaviour.clone(),
            mint: Mint::new(seed),
        };
        let attacker = Attacker::from_scenario(&self.attacker, &tenant).map_err(at("attacker"))?;
        let mut world = World {
            now: self.clock,
            clock,
            initial: std::sync::Arc::new(tenant.clone()),
            next_sync: self.clock.saturating_add(self.behaviour.sync_every).unwrap_or(Timestamp::MAX),
            tenant,
            attacker,
            honest: self.honest.clone(),
            faults: Faults::new(self.faults.clone()),
            struck: Vec::new(),
            record: Vec::new(),
            unimplemented: BTreeMap::new(),
            pending: Vec::new(),
            history: History::default(),
            under_way: UnderWay::default(),
            meters: Meters::default(),
            ordinal: 0,
            withheld: Vec::new(),
            names_asked: Vec::new(),
        };
        crate::attacker::plant(&mut world);
        Ok(world)
    }

    fn sessions(&self) -> Sessions {
        let mut sessions = Sessions::default();
        for (account, password) in &self.passwords {
            sessions.set_password(account, password, false);
        }
        sessions
    }

    fn read_tenant_objects(&mut self) {
        let (id, name) = (&self.tenant_id, &self.tenant_name);
        self.directory.skus = skus_of(id, name, &self.licences);
        self.directory.domains = vec![graph::domain(&self.initial_domain, true)];
        for principal in [graph_principal(), exchange_principal()] {
            let id = directory::text(&principal, "id").to_owned();
            self.directory.service_principals.insert(id, principal);
        }
    }

    fn read_callers(&mut self, place: &Place) -> Result<(), ScenarioError> {
        for caller in place.items()? {
            let caller = callers::read(&caller).and_then(|read| {
                self.read_caller_roles(&caller, &read.app.service_principal_id)?;
                Ok(read)
            })?;
            apps::register(&caller, &self.tenant_id, &mut self.directory);
            self.apps.push(caller.app);
        }
        if self.apps.is_empty() {
            return Err(place.wrong("at least one caller is needed"));
        }
        Ok(())
    }

    fn read_caller_roles(&mut self, caller: &Place, principal: &str) -> Result<(), ScenarioError> {
        let Some(place) = caller.optional("roles") else { return Ok(()) };
        for role in place.items()? {
            let template =
                roles::template(&role.text()?).ok_or_else(|| role.wrong("no built-in role has this name or template id"))?;
            self.directory.role_assignments.push(graph::role_assignment(template, principal, "/"));
        }
        Ok(())
    }
}

/// The products of a tenant, as it lists them.
pub fn skus_of(id: &str, name: &str, licences: &[String]) -> Vec<Value> {
    licences.iter().filter_map(|sku| licences::subscribed_sku(id, name, sku)).collect()
}

fn licences_of(tenant: &Place) -> Result<Vec<String>, ScenarioError> {
    let Some(place) = tenant.optional("licences") else { return Ok(Vec::new()) };
    let check = |item: Place| match item.text()? {
        sku if licences::is_known(&sku) => Ok(sku),
        _ => Err(item.wrong("no SKU part number known here")),
    };
    place.items()?.into_iter().map(check).collect()
}

fn cloud_of(tenant: &Place) -> Result<Cloud, ScenarioError> {
    let Some(place) = tenant.optional("cloud") else { return Ok(Cloud::default()) };
    Cloud::named(&place.text()?).ok_or_else(|| place.wrong("one of global, us-government, us-defense, china is wanted"))
}

/// Reads a list of faults.
pub fn faults(value: &Value) -> Result<Faults, ScenarioError> {
    faults_of(Some(Place::new("faults", value))).map(Faults::new)
}

fn faults_of(place: Option<Place>) -> Result<Vec<Rule>, ScenarioError> {
    let Some(place) = place else { return Ok(Vec::new()) };
    let read = |item: Place| {
        let rule: Rule = serde_json::from_value(item.value.clone()).map_err(|error| item.wrong(&error.to_string()))?;
        rule.problem().map_or(Ok(rule), |problem| Err(item.wrong(problem)))
    };
    place.items()?.into_iter().map(read).collect()
}

fn graph_principal() -> Value {
    let roles: Vec<Value> = permissions::APP_ROLES.iter().map(|(name, id)| app_role(name, id)).collect();
    let mut principal =
        graph::service_principal(&crate::seed::named_uuid("graph"), "00000003-0000-0000-c000-000000000000", "Microsoft Graph");
    principal["appRoles"] = Value::Array(roles);
    principal
}

fn exchange_principal() -> Value {
    let (name, id) = permissions::EXCHANGE_MANAGE_AS_APP;
    let mut principal = graph::service_principal(
        &crate::seed::named_uuid("exchange"),
        "00000002-0000-0ff1-ce00-000000000000",
        "Office 365 Exchange Online",
    );
    // The newer one's id is in no description.
    let newer = permissions::EXCHANGE_MANAGE_AS_APP_V2;
    principal["appRoles"] = json!([app_role(name, id), app_role(newer, &crate::seed::named_uuid(newer))]);
    principal
}

fn app_role(name: &str, id: &str) -> Value {
    json!({"id": id, "value": name, "displayName": name, "description": name, "isEnabled": true, "origin": "Application", "allowedMemberTypes": ["Application"]})
}

/// Adds secrets and federated credentials to a registered application: `{"appId", "passwordCredentials",
/// "federatedIdentityCredentials"}`, as a scenario has them.
pub fn add_ways(value: &Value, directory: &mut Directory) -> Result<(), ScenarioError> {
    apps::add_ways(&Place::new("ways", value), directory)
}

pub use graph::assignment_id;
