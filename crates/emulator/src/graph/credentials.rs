//! Secrets and certificates of an app.
//!
//! Invariant: what is listed can be signed in with, and nothing else; the secret itself is kept apart and never shown.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::apps::Sort;
use super::odata::bad;
use super::{Call, Outcome};
use crate::directory::is;
use crate::entra::certificate::{Certificate, bytes_of};
use crate::entra::jwt::Jwt;
use crate::message::Answer;
use crate::seed::Mint;
use crate::world::World;

/// Members of a certificate that a client may send.
const KEY: &[&str] =
    &["customKeyIdentifier", "displayName", "endDateTime", "key", "keyId", "startDateTime", "type", "usage", "@odata.type"];

/// What the directory says when there is no such credential.
const NONE: &str = "No credentials found to be removed.";

/// The credentials of an object, secrets or certificates.
pub fn listed<'a>(object: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    object[member].as_array().into_iter().flatten()
}

/// The certificate that a credential holds.
pub fn certificate(credential: &Value) -> Option<Certificate> {
    Certificate::from_der(&bytes_of(credential["key"].as_str()?)?)
}

/// An object as it is shown: with the keys of its certificates or with null in their place.
pub fn shown(object: &Value, with_keys: bool) -> Value {
    let mut object = object.clone();
    if !with_keys {
        let listed = object.get_mut("keyCredentials").and_then(Value::as_array_mut);
        for credential in listed.into_iter().flatten() {
            credential["key"] = Value::Null;
        }
    }
    object
}

/// `removePassword`.
pub fn remove_password(world: &mut World, id: &str, sort: Sort, call: &Call) -> Outcome {
    let body = call.request.json().unwrap_or(Value::Null);
    remove(world, id, sort, "passwordCredentials", body["keyId"].as_str().unwrap_or_default())
}

/// `removeKey`: the caller proves that it holds a key of the object.
pub fn remove_key(world: &mut World, id: &str, sort: Sort, call: &Call) -> Outcome {
    let body = call.request.json().unwrap_or(Value::Null);
    let object = sort.all(&world.tenant.directory).get(id).unwrap_or(&Value::Null);
    let proof = Jwt::read(body["proof"].as_str().unwrap_or_default());
    let holds = |jwt: &Jwt| {
        let known = listed(object, "keyCredentials").filter_map(certificate);
        jwt.text("iss").eq_ignore_ascii_case(id) && known.into_iter().any(|one| jwt.is_signed_by(&one.public_key))
    };
    if !proof.as_ref().is_some_and(holds) {
        return Err(Answer::graph_error(403, "Authentication_MissingOrMalformed", "Access Token missing or malformed."));
    }
    remove(world, id, sort, "keyCredentials", body["keyId"].as_str().unwrap_or_default())
}

fn remove(world: &mut World, id: &str, sort: Sort, member: &str, key_id: &str) -> Outcome {
    let object = sort.all_mut(&mut world.tenant.directory).get_mut(id);
    let Some(all) = object.and_then(|object| object[member].as_array_mut()) else { return Err(bad(NONE)) };
    let before = all.len();
    all.retain(|one| !is(one, "keyId", key_id));
    if all.len() == before { Err(bad(NONE)) } else { Ok(Answer::empty(204)) }
}

/// The certificates that a `PATCH` leaves: those it names stay as they are, those it brings are new, the others go.
pub fn merged(object: &Value, given: &Value, mint: &mut Mint) -> Result<Value, String> {
    given
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| merged_one(object, one, mint))
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

fn merged_one(object: &Value, given: &Value, mint: &mut Mint) -> Result<Value, String> {
    let wrong = || "Invalid value specified for property 'keyCredentials'.".to_owned();
    let members = given.as_object().ok_or_else(wrong)?;
    if members.keys().any(|name| !KEY.contains(&name.as_str())) {
        return Err(wrong());
    }
    let key_id = given["keyId"].as_str().unwrap_or_default();
    let known = listed(object, "keyCredentials").find(|one| is(one, "keyId", key_id));
    if let (Some(known), true) = (known, given["key"].is_null()) {
        return Ok(known.clone());
    }
    let held = certificate(given).ok_or("Key value is invalid: a certificate is wanted.".to_owned())?;
    let texts = ["displayName", "type", "usage", "startDateTime", "endDateTime", "keyId"];
    if texts.iter().any(|name| !(given[*name].is_string() || given[*name].is_null())) {
        return Err(wrong());
    }
    let uuid = |text: &str| uuid::Uuid::parse_str(text).map(|id| id.to_string());
    let key_id = if given["keyId"].is_null() { mint.uuid() } else { uuid(key_id).map_err(|_| wrong())? };
    Ok(credential(&key_id, given["displayName"].as_str(), given["key"].as_str().unwrap_or_default(), &held))
}

/// A certificate as the directory lists it: it is good for as long as it says itself.
pub fn credential(key_id: &str, name: Option<&str>, key: &str, held: &Certificate) -> Value {
    json!({
        "keyId": key_id, "displayName": name, "type": "AsymmetricX509Cert", "usage": "Verify", "customKeyIdentifier": held.identifier(),
        "startDateTime": super::time(held.begins), "endDateTime": super::time(held.ends), "key": key,
    })
}

/// A secret as the directory lists it.
pub fn password(key_id: &str, name: Option<&str>, secret: &str, ends: Option<Timestamp>) -> Value {
    json!({
        "keyId": key_id, "displayName": name, "hint": secret.chars().take(3).collect::<String>(), "customKeyIdentifier": null, "secretText": null,
        "startDateTime": "2024-01-01T00:00:00Z", "endDateTime": ends.map_or_else(|| "2299-12-31T00:00:00Z".to_owned(), super::time),
    })
}
