//! The apps that may sign in, and what each of them proves itself with.

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

/// Reads one app.
pub fn read(caller: &Place) -> Result<App, ScenarioError> {
    caller.only(MEMBERS)?;
    Ok(App {
        client_id: caller.get("client_id")?.id()?,
        client_secret: caller.optional("client_secret").map(|place| place.text()).transpose()?,
        secret_expires: caller.optional("secret_expires").map(|place| place.time()).transpose()?,
        name: caller.get("name")?.text()?,
        service_principal_id: caller.get("service_principal_id")?.id()?,
        permissions: permissions_of(caller)?,
        delegated: texts(caller, "delegated")?,
        certificates: each(caller, "certificates", certificate)?,
        federated: each(caller, "federated", federated)?,
        redirect_uris: texts(caller, "redirect_uris")?,
        is_public: caller.optional("public").map(|place| place.flag()).transpose()?.unwrap_or_default(),
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

fn certificate(item: &Place) -> Result<Certificate, ScenarioError> {
    Certificate::from_pem(&item.text()?).ok_or_else(|| item.wrong("no certificate in PEM"))
}

fn federated(item: &Place) -> Result<Federated, ScenarioError> {
    item.only(&["issuer", "subject", "audience", "keys"])?;
    let keys: &Value = item.get("keys")?.value;
    if !keys["keys"].is_array() {
        return Err(item.get("keys")?.wrong("a JSON Web Key Set is wanted"));
    }
    Ok(Federated {
        issuer: item.get("issuer")?.text()?,
        subject: item.get("subject")?.text()?,
        audience: item.optional("audience").map_or_else(|| Ok(EXCHANGE_AUDIENCE.to_owned()), |place| place.text())?,
        keys: keys.clone(),
    })
}
