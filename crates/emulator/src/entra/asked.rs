//! What the `scope` and `claims` parameters ask for.

use serde_json::Value;

use super::Form;
use super::failure::Failure;
use crate::cloud::Cloud;
use crate::message::Service;
use crate::world::World;

/// Microsoft's own public clients, which hold consent for everything in every tenant.
pub const FIRST_PARTY: &[&str] = &[
    "1b730954-1685-4b74-9bfd-dac224a7b894",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "fb78d390-0c51-40cd-8e17-fdbfab77341b",
];

/// What `.default` means for a client of Microsoft's own: the person's roles are the limit.
const FIRST_PARTY_SCOPES: &[&str] = &[
    "Directory.AccessAsUser.All",
    "Exchange.Manage",
    "Mail.ReadWrite",
    "Mail.Send",
    "MailboxSettings.ReadWrite",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "RoleManagement.ReadWrite.Directory",
    "User.ReadWrite.All",
];

const OPENID: &[&str] = &["openid", "profile", "email", "offline_access"];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The resource.
    pub service: Service,
    /// `.default`: all that was consented to.
    pub is_default: bool,
    /// Permissions by name.
    pub named: Vec<String>,
    /// `openid`: an identity token as well.
    pub wants_identity: bool,
    /// The client copes with claims challenges (`cp1`).
    pub copes_with_challenges: bool,
}

impl Asked {
    /// Reads the form.
    pub fn parse(world: &World, form: &Form) -> Result<Self, Failure> {
        let scope = form.get("scope").map(String::as_str).unwrap_or_default();
        let mut asked = Self {
            service: Service::Graph,
            is_default: false,
            named: Vec::new(),
            wants_identity: scope.split_whitespace().any(|item| item == "openid"),
            copes_with_challenges: copes_with_challenges(form.get("claims").map(String::as_str).unwrap_or_default()),
        };
        for item in scope.split_whitespace().filter(|item| !OPENID.contains(item)) {
            let (resource, name) = split_scope(item);
            if let Some(resource) = resource {
                asked.service = service_of(world, resource).ok_or_else(|| Failure::no_resource(resource, &world.tenant.name))?;
            }
            match name {
                ".default" => asked.is_default = true,
                name => asked.named.push(name.to_owned()),
            }
        }
        Ok(asked)
    }

    /// The delegated permissions that a client gets for it: what was consented to, and no more.
    pub fn scopes(&self, world: &World, client_id: &str) -> Result<Vec<String>, Failure> {
        let Some(app) = world.tenant.app(client_id) else {
            let all = || FIRST_PARTY_SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
            let is_first_party = FIRST_PARTY.contains(&client_id);
            return Ok(if self.named.is_empty() && is_first_party { all() } else { self.named.clone() });
        };
        let here = |name: &&String| name.starts_with("Exchange.") == matches!(self.service, Service::Exchange | Service::Purview);
        let consented = world.tenant.directory.scopes_for_all(&app.service_principal_id);
        if self.is_default || self.named.is_empty() {
            return Ok(consented.into_iter().filter(|name| here(&name)).collect());
        }
        let is_consented = |name: &String| consented.iter().any(|known| known.eq_ignore_ascii_case(name));
        if self.named.iter().all(is_consented) { Ok(self.named.clone()) } else { Err(Failure::no_consent(client_id)) }
    }
}

/// Whether the `claims` parameter lists the capability.
fn copes_with_challenges(claims: &str) -> bool {
    let claims: Value = serde_json::from_str(claims).unwrap_or(Value::Null);
    let listed = claims["access_token"]["xms_cc"]["values"].as_array();
    listed.into_iter().flatten().any(|value| value.as_str().is_some_and(|value| value.eq_ignore_ascii_case("cp1")))
}

/// Splits `https://resource/Name`; a bare name has no resource.
fn split_scope(item: &str) -> (Option<&str>, &str) {
    let is_resource = item.contains("://") || item.len() > 36 && item.as_bytes().get(36) == Some(&b'/');
    match item.rsplit_once('/') {
        Some((resource, name)) if is_resource => (Some(resource.trim_end_matches('/')), name),
        _ => (None, item),
    }
}

fn service_of(world: &World, resource: &str) -> Option<Service> {
    let (bases, cloud) = (&world.tenant.bases, world.tenant.cloud);
    let is = |known: &[&str]| known.iter().any(|known| resource.eq_ignore_ascii_case(known));
    let [graph, exchange, purview] = [Service::Graph, Service::Exchange, Service::Purview].map(|service| cloud.audience(service));
    if is(&["00000003-0000-0000-c000-000000000000", &graph, &bases.graph]) {
        Some(Service::Graph)
    } else if world.tenant.behaviour.exchange_is_global && cloud != Cloud::Global {
        // Which name Exchange has there is not known: here it is the global cloud's alone.
        is(&[&Cloud::Global.audience(Service::Exchange)]).then_some(Service::Exchange)
    } else if is(&["https://outlook.office.com", "00000002-0000-0ff1-ce00-000000000000", &exchange, &bases.exchange]) {
        Some(Service::Exchange)
    } else if is(&[&purview, &bases.purview]) {
        Some(Service::Purview)
    } else {
        None
    }
}
