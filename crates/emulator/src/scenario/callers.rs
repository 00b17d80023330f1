//! The apps that may sign in, and what each of them proves itself with.

use jiff::Timestamp;
use serde_json::Value;

use super::ScenarioError;
use super::place::Place;
use crate::entra::EXCHANGE_AUDIENCE;
use crate::entra::certificate::Certificate;
use crate::permissions;
use crate::world::{App, Federated};

const MEMBERS: &[&str] = &[
    "client_id",
    "client_secret",
    "secret_expires",
    "name",
    "service_principal_id",
    "permissions",
    "delegated",
    "roles",
    "certificates",
    "federated",
    "redirect_uris",
    "public",
];

/// An app, and what its registration and its consents say of it at the start.
pub struct Caller {
    /// The app.
    pub app: App,
    /// When its secret ends.
    pub secret_expires: Option<Timestamp>,
    /// Names of application permissions, Graph's and `Exchange.ManageAsApp`.
    pub permissions: Vec<String>,
    /// Names of delegated permissions that were consented to.
    pub delegated: Vec<String>,
    /// Certificates that its assertions may be signed with, in PEM.
    pub certificates: Vec<(String, Certificate)>,
}

/// Reads one app.
pub fn read(caller: &Place) -> Result<Caller, ScenarioError> {
    caller.only(MEMBERS)?;
    let app = App {
        client_id: caller.get("client_id")?.id()?,
        client_secret: caller.optional("client_secret").map(|place| place.text()).transpose()?,
        name: caller.get("name")?.text()?,
        service_principal_id: caller.get("service_principal_id")?.id()?,
        federated: each(caller, "federated", federated)?,
        redirect_uris: texts(caller, "redirect_uris")?,
        is_public: caller.optional("public").map(|place| place.flag()).transpose()?.unwrap_or_default(),
    };
    Ok(Caller {
        app,
        secret_expires: caller.optional("secret_expires").map(|place| place.time()).transpose()?,
        permissions: permissions_of(caller)?,
        delegated: texts(caller, "delegated")?,
        certificates: each(caller, "certificates", certificate)?,
    })
}

fn texts(caller: &Place, name: &str) -> Result<Vec<String>, ScenarioError> {
    caller.optional(name).map(|place| place.texts()).transpose().map(Option::unwrap_or_default)
}

fn each<T>(caller: &Place, name: &str, read: fn(&Place) -> Result<T, ScenarioError>) -> Result<Vec<T>, ScenarioError> {
    let Some(place) = caller.optional(name) else { return Ok(Vec::new()) };
    place.items()?.iter().map(read).collect()
}

fn permissions_of(caller: &Place) -> Result<Vec<String>, ScenarioError> {
    each(caller, "permissions", |item| match item.text()? {
        name if permissions::is_known(&name) => Ok(name),
        _ => Err(item.wrong("no application permission of this name")),
    })
}

fn certificate(item: &Place) -> Result<(String, Certificate), ScenarioError> {
    let text = item.text()?;
    Certificate::from_pem(&text).map(|certificate| (text, certificate)).ok_or_else(|| item.wrong("no certificate in PEM"))
}

fn federated(item: &Place) -> Result<Federated, ScenarioError> {
    item.only(&["issuer", "subject", "audience", "keys"])?;
    let keys: &Value = item.get("keys")?.value;
    if !keys["keys"].is_array() {
        return Err(item.get("keys")?.wrong("a JSON Web Key Set is wanted"));
    }
    let (issuer, subject) = (item.get("issuer")?.text()?, item.get("subject")?.text()?);
    Ok(Federated {
        id: crate::seed::named_uuid(&format!("federated/{}/{issuer}/{subject}", item.path)),
        issuer,
        subject,
        audience: item.optional("audience").map_or_else(|| Ok(EXCHANGE_AUDIENCE.to_owned()), |place| place.text())?,
        keys: keys.clone(),
    })
}
