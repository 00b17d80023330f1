//! Applications, service principals, and what they were given.
//!
//! Invariant: every caller has a registration, a service principal, and its credentials and consents in the lists that
//! Graph shows; what the file says of the same objects is kept.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::callers::Caller;
use super::graph::{ids, overlay, service_principal, without};
use super::{Place, ScenarioError};
use crate::directory::{Directory, is, text};
use crate::entra::certificate::bytes_of;
use crate::graph::app_shape::{blank_application, has};
use crate::graph::apps::Sort;
use crate::graph::{consents, credentials};

/// What stands beside the object's own properties in the file.
const BESIDE: &[&str] = &["owners", "federatedIdentityCredentials", "@odata.type"];

/// Reads the objects.
pub fn read(place: &Place, directory: &mut Directory) -> Result<(), ScenarioError> {
    for application in place.list("applications")? {
        let id = read_one(&application, Sort::Application, directory)?;
        for (index, row) in application.list("federatedIdentityCredentials")?.iter().enumerate() {
            let row = federated(row, &format!("{id}/{index}"))?;
            directory.federated.entry(id.clone()).or_default().push(row);
        }
    }
    for principal in place.list("servicePrincipals")? {
        read_one(&principal, Sort::Principal, directory)?;
    }
    Ok(())
}

fn read_one(place: &Place, sort: Sort, directory: &mut Directory) -> Result<String, ScenarioError> {
    let (id, app_id, name) = (place.get("id")?.id()?, place.get("appId")?.id()?, place.get("displayName")?.text()?);
    let names = place.value.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    if let Some(name) = names.into_iter().find(|name| !BESIDE.contains(name) && !has(sort, name)) {
        return Err(ScenarioError {
            place: format!("{}.{name}", place.path),
            problem: format!("no property of {}", sort.collection()),
        });
    }
    let mut object = match sort {
        Sort::Application => blank_application(&id, &app_id, &name),
        Sort::Principal => service_principal(&id, &app_id, &name),
    };
    overlay(&mut object, &without(place.value, BESIDE));
    object["passwordCredentials"] = passwords(place, directory)?;
    object["id"] = json!(id);
    directory.owners.insert(id.clone(), ids(place, "owners")?);
    match sort.all_mut(directory).insert(id.clone(), object) {
        Some(_) => Err(place.wrong("a second object with this id")),
        None => Ok(id),
    }
}

/// The secrets, in the wire's shape; the texts themselves are kept where no answer comes from.
fn passwords(place: &Place, directory: &mut Directory) -> Result<Value, ScenarioError> {
    let mut all = Vec::new();
    for one in place.list("passwordCredentials")? {
        let key_id = one.get("keyId")?.any_id()?;
        let secret = one.optional("secretText").map(|place| place.text()).transpose()?.unwrap_or_default();
        let mut shown = credentials::password(&key_id, None, &secret, None);
        overlay(&mut shown, &without(one.value, &["secretText"]));
        if !secret.is_empty() {
            directory.secrets.insert(key_id, secret);
        }
        all.push(shown);
    }
    Ok(Value::Array(all))
}

fn federated(place: &Place, seed: &str) -> Result<Value, ScenarioError> {
    place.only(&["id", "name", "issuer", "subject", "audiences", "description"])?;
    let mut row = json!({
        "id": crate::seed::named_uuid(&format!("federated/{seed}")), "name": place.get("name")?.text()?, "issuer": place.get("issuer")?.text()?,
        "subject": place.get("subject")?.text()?, "audiences": [crate::entra::EXCHANGE_AUDIENCE], "description": null,
    });
    overlay(&mut row, place.value);
    Ok(row)
}

/// Adds to what an application can be signed in to with.
pub fn add_ways(place: &Place, directory: &mut Directory) -> Result<(), ScenarioError> {
    place.only(&["appId", "passwordCredentials", "federatedIdentityCredentials"])?;
    let app = place.get("appId")?;
    let key = format!("appId={}", app.id()?);
    let id = Sort::Application.id(directory, &key).ok_or_else(|| app.wrong("no application has this client id"))?;
    let secrets = passwords(place, directory)?;
    for row in place.list("federatedIdentityCredentials")? {
        let rows = directory.federated.entry(id.clone()).or_default();
        rows.push(federated(&row, &format!("{id}/{}", rows.len()))?);
    }
    let listed = directory.applications.get_mut(&id).and_then(|object| object["passwordCredentials"].as_array_mut());
    if let (Some(listed), Value::Array(secrets)) = (listed, secrets) {
        listed.extend(secrets);
    }
    Ok(())
}

/// Reads what apps were given, once all objects are known.
pub fn read_consents(place: &Place, directory: &mut Directory) -> Result<(), ScenarioError> {
    for grant in place.list("oauth2PermissionGrants")? {
        let row = consents::grant(directory, grant.value).map_err(|problem| grant.wrong(&problem))?;
        directory.grants.push(row);
    }
    for assignment in place.list("appRoleAssignments")? {
        let row = consents::assignment(directory, assignment.value).map_err(|problem| assignment.wrong(&problem))?;
        directory.app_role_assignments.push(row);
    }
    let is_app = |id: &String| directory.applications.contains_key(id) || directory.service_principals.contains_key(id);
    let nobody =
        directory.owners.iter().filter(|(id, _)| is_app(id)).flat_map(|(id, owners)| owners.iter().map(move |owner| (id, owner)));
    match nobody.into_iter().find(|(_, owner)| directory.object(owner).is_none()) {
        Some((id, owner)) => Err(place.wrong(&format!("{id} is owned by {owner}, who is nobody"))),
        None => Ok(()),
    }
}

/// Puts a caller into the directory.
pub fn register(caller: &Caller, tenant: &str, directory: &mut Directory) {
    let app = &caller.app;
    let principal = directory
        .service_principals
        .entry(app.service_principal_id.clone())
        .or_insert_with(|| service_principal(&app.service_principal_id, &app.client_id, &app.name));
    principal["appOwnerOrganizationId"] = json!(tenant);
    let known = directory.applications.iter().find(|(_, one)| is(one, "appId", &app.client_id)).map(|(id, _)| id.clone());
    let id = known.unwrap_or_else(|| crate::seed::named_uuid(&format!("application/{}", app.client_id)));
    let mut ways = (Vec::new(), Vec::new());
    if let Some(secret) = &app.client_secret {
        let key_id = crate::seed::named_uuid(&format!("secret/{}", app.client_id));
        ways.0.push(credentials::password(&key_id, Some("emulated"), secret, caller.secret_expires));
        directory.secrets.insert(key_id, secret.clone());
    }
    for (pem, certificate) in &caller.certificates {
        let key_id = crate::seed::named_uuid(&format!("certificate/{}/{}", app.client_id, certificate.sha256));
        let key = STANDARD.encode(bytes_of(pem).unwrap_or_default());
        ways.1.push(credentials::credential(&key_id, Some("emulated"), &key, certificate));
    }
    let object = directory.applications.entry(id.clone()).or_insert_with(|| blank_application(&id, &app.client_id, &app.name));
    for (member, more) in [("passwordCredentials", ways.0), ("keyCredentials", ways.1)] {
        if let Some(list) = object[member].as_array_mut() {
            list.extend(more);
        }
    }
    let rows = app.federated.iter().enumerate().map(|(index, one)| {
        json!({"id": one.id, "name": format!("federated-{index}"), "issuer": one.issuer, "subject": one.subject, "audiences": [one.audience], "description": null})
    });
    directory.federated.entry(id).or_default().extend(rows);
    consent(caller, directory);
}

fn consent(caller: &Caller, directory: &mut Directory) {
    let principal = &caller.app.service_principal_id;
    for name in &caller.permissions {
        let offered = directory.service_principals.values().find_map(|resource| {
            let role = credentials::listed(resource, "appRoles").find(|role| text(role, "value") == name)?;
            Some(json!({"principalId": principal, "resourceId": resource["id"], "appRoleId": role["id"]}))
        });
        let row = offered.and_then(|given| consents::assignment(directory, &given).ok());
        directory.app_role_assignments.extend(row);
    }
    for (service, is_exchange) in [("graph", false), ("exchange", true)] {
        let scopes: Vec<&str> =
            caller.delegated.iter().map(String::as_str).filter(|name| name.starts_with("Exchange.") == is_exchange).collect();
        if scopes.is_empty() {
            continue;
        }
        let given = json!({
            "clientId": principal, "consentType": "AllPrincipals", "resourceId": crate::seed::named_uuid(service), "scope": scopes.join(" "),
        });
        directory.grants.extend(consents::grant(directory, &given).ok());
    }
}
