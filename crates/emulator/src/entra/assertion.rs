//! How an app proves that it is itself: a secret, an assertion signed with its certificate, or the token of
//! an issuer that it trusts.
//!
//! From "Microsoft identity platform application authentication certificate credentials" and "Workload
//! identity federation". Invariant: an assertion is good for the endpoint it names, for the time it names,
//! and with a key that the app's registration holds.

use jiff::Timestamp;
use serde_json::Value;

use super::certificate::{Certificate, bytes_of};
use super::failure::Failure;
use super::jwt::Jwt;
use super::{Form, Place};
use crate::directory::{is, text};
use crate::graph::credentials::{certificate, listed};
use crate::world::{App, Federated, World};

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The audience of a federated token when the registration names none.
pub const EXCHANGE_AUDIENCE: &str = "api://AzureADTokenExchange";

/// How far the two clocks may be apart, in seconds.
const SKEW: f64 = 300.0;

/// Checks what the form brings to prove that it comes from the app.
pub fn check_app(world: &World, app: &App, place: &Place, form: &Form) -> Result<(), Failure> {
    match (form.get("client_assertion"), form.get("client_secret")) {
        (Some(assertion), _) => check_assertion(world, app, place, form, assertion),
        (None, Some(secret)) => check_secret(world, app, secret),
        (None, None) => Err(missing()),
    }
}

/// The same where a person signs in: a public client has nothing to prove.
pub fn check_app_of_user(world: &World, client_id: &str, place: &Place, form: &Form) -> Result<(), Failure> {
    let Some(app) = world.tenant.app(client_id) else { return Ok(()) };
    let proves = form.contains_key("client_assertion") || form.contains_key("client_secret");
    if app.is_public && !proves { Ok(()) } else { check_app(world, app, place, form) }
}

fn missing() -> Failure {
    let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    Failure::new(401, "invalid_client", 7_000_218, text)
}

fn check_secret(world: &World, app: &App, secret: &str) -> Result<(), Failure> {
    let directory = &world.tenant.directory;
    let mut listed = directory.objects_of_app(&app.client_id).flat_map(|object| listed(object, "passwordCredentials"));
    let is_it = |one: &&Value| directory.secrets.get(text(one, "keyId")).is_some_and(|known| known == secret);
    let Some(found) = listed.find(is_it) else { return Err(Failure::wrong_secret(&app.client_id)) };
    let end = text(found, "endDateTime").parse::<Timestamp>();
    if end.is_ok_and(|end| end <= world.now) {
        let text = format!("The provided client secret keys for app '{}' are expired.", app.client_id);
        return Err(Failure::new(401, "invalid_client", 7_000_222, &text));
    }
    Ok(())
}

fn check_assertion(world: &World, app: &App, place: &Place, form: &Form, assertion: &str) -> Result<(), Failure> {
    if form.get("client_assertion_type").map(String::as_str) != Some(BEARER) {
        let text = "The request body must contain the following parameter: 'client_assertion_type'.";
        return Err(Failure::new(400, "invalid_request", 900_144, text));
    }
    let jwt = Jwt::read(assertion).ok_or_else(|| client(50_027, "JWT token is invalid or malformed."))?;
    check_time(world, &jwt)?;
    if jwt.text("iss").eq_ignore_ascii_case(&app.client_id) {
        check_own(world, app, place, &jwt)
    } else if trusted(world, app).is_empty() && jwt.text("sub") == jwt.text("iss") {
        Err(client(700_021, "Client assertion application identifier doesn't match 'client_id' parameter."))
    } else {
        check_federated(world, app, &jwt)
    }
}

fn check_time(world: &World, jwt: &Jwt) -> Result<(), Failure> {
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century are exact")]
    let now = world.now.as_second() as f64;
    let has_begun = jwt.seconds("nbf").is_none_or(|begin| begin <= now + SKEW);
    let lasts = jwt.seconds("exp").is_some_and(|end| end > now - SKEW);
    if has_begun && lasts { Ok(()) } else { Err(client(700_024, "Client assertion is not within its valid time range.")) }
}

/// An assertion of the app's own, signed with a certificate that is registered for it.
fn check_own(world: &World, app: &App, place: &Place, jwt: &Jwt) -> Result<(), Failure> {
    if !jwt.text("sub").eq_ignore_ascii_case(&app.client_id) {
        return Err(client(700_021, "Client assertion application identifier doesn't match 'client_id' parameter."));
    }
    if !audiences(world, place).iter().any(|audience| audience.eq_ignore_ascii_case(jwt.text("aud"))) {
        return Err(client(700_023, "Client assertion audience claim does not match Realm issuer. Review the documentation."));
    }
    let certificate = named(world, app, jwt).ok_or_else(|| {
        client(700_027, "The certificate with identifier used to sign the client assertion is not registered on application.")
    })?;
    if world.now < certificate.begins || certificate.ends <= world.now {
        return Err(client(700_027, "Client assertion failed signature validation: the certificate used is expired."));
    }
    if jwt.is_signed_by(&certificate.public_key) {
        return Ok(());
    }
    Err(client(700_027, "Client assertion contains an invalid signature. Review the documentation."))
}

/// The token endpoint by the name that the request used and by the tenant's id.
fn audiences(world: &World, place: &Place) -> [String; 2] {
    [place.tenant, world.tenant.id.as_str()].map(|tenant| format!("{}/{tenant}/oauth2/v2.0/token", world.tenant.bases.login))
}

/// The registered certificate that the header names, by a thumbprint or by bringing it along.
fn named(world: &World, app: &App, jwt: &Jwt) -> Option<Certificate> {
    let objects = world.tenant.directory.objects_of_app(&app.client_id);
    let mut registered = objects.flat_map(|object| listed(object, "keyCredentials")).filter_map(certificate);
    let (sha1, sha256) = (jwt.header["x5t"].as_str(), jwt.header["x5t#S256"].as_str());
    let brought = brought(&jwt.header["x5c"]);
    registered.find(|registered| match &brought {
        Some(one) if sha1.is_none() && sha256.is_none() => one.sha256 == registered.sha256,
        Some(one) => registered.is_named(sha1, sha256) && one.sha256 == registered.sha256,
        None => registered.is_named(sha1, sha256),
    })
}

/// The first of the chain: a list as the standard has it, or one text as some clients send it.
fn brought(chain: &Value) -> Option<Certificate> {
    let first = chain.as_str().or_else(|| chain[0].as_str())?;
    Certificate::from_der(&bytes_of(first)?)
}

/// The issuers of the app that its registration still lists.
fn trusted<'a>(world: &World, app: &'a App) -> Vec<&'a Federated> {
    let directory = &world.tenant.directory;
    let owns = |id: &str| directory.applications.get(id).is_some_and(|object| is(object, "appId", &app.client_id));
    let rows: Vec<&Value> = directory.federated.iter().filter(|(id, _)| owns(id)).flat_map(|(_, rows)| rows).collect();
    app.federated.iter().filter(|one| rows.iter().any(|row| is(row, "id", &one.id))).collect()
}

fn check_federated(world: &World, app: &App, jwt: &Jwt) -> Result<(), Failure> {
    let no = |code, what: &str, value: &str| {
        Err(client(code, &format!("No matching federated identity record found for presented assertion {what} '{value}'.")))
    };
    let by_issuer: Vec<&Federated> = trusted(world, app).into_iter().filter(|one| one.issuer == jwt.text("iss")).collect();
    if by_issuer.is_empty() {
        return no(700_211, "issuer", jwt.text("iss"));
    }
    let by_subject: Vec<&&Federated> = by_issuer.iter().filter(|one| one.subject == jwt.text("sub")).collect();
    if by_subject.is_empty() {
        return no(700_213, "subject", jwt.text("sub"));
    }
    let Some(trusted) = by_subject.iter().find(|one| is_for(&jwt.claims["aud"], &one.audience)) else {
        return no(700_212, "audience", jwt.text("aud"));
    };
    if jwt.is_signed_by_one_of(&trusted.keys) {
        return Ok(());
    }
    Err(client(50_027, "JWT token is invalid or malformed: its signature does not hold."))
}

fn is_for(claim: &Value, audience: &str) -> bool {
    claim == audience || claim.as_array().is_some_and(|all| all.iter().any(|one| one == audience))
}

fn client(code: u32, text: &str) -> Failure {
    Failure::new(401, "invalid_client", code, text)
}
