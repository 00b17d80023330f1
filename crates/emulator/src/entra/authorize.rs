//! The authorization endpoint: a page where a person signs in, and the code that the client gets for it.
//!
//! From "Microsoft identity platform and OAuth 2.0 authorization code flow". Invariant: nothing is sent to an
//! address that the app did not register; a code holds only with the verifier whose hash came first.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::asked::{Asked, FIRST_PARTY};
use super::failure::Failure;
use super::grants::{CODE_LIFE, Code};
use super::user::{self, Granted};
use super::{Form, Place, access, assertion, page};
use crate::encoding;
use crate::message::{Answer, Request};
use crate::world::World;

/// `GET /{tenant}/oauth2/v2.0/authorize`: the page to sign in on.
pub fn begin(world: &mut World, tenant: &str, request: &Request) -> Answer {
    let asked: Form = encoding::pairs(&request.query).into_iter().collect();
    if let Err(failure) = check_client(world, tenant, &asked) {
        return failure.page(world);
    }
    match check_request(world, &asked) {
        Err(failure) => failure.redirect(world, &asked),
        Ok(()) => sign_in(tenant, &request.query, asked.get("login_hint").map_or("", String::as_str), None),
    }
}

/// `POST /{tenant}/login`: name and password from that page.
pub fn signed_in(world: &mut World, tenant: &str, form: &Form) -> Answer {
    let context = form.get("ctx").map(String::as_str).unwrap_or_default();
    let asked: Form = encoding::pairs(context).into_iter().collect();
    if let Err(failure) = check_client(world, tenant, &asked) {
        return failure.page(world);
    }
    if form.contains_key("cancel") {
        return Failure::new(400, "access_denied", 65_004, "User declined to consent to access the app.").redirect(world, &asked);
    }
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    match user::by_password(world, field("login"), field("passwd")) {
        Err(failure) => sign_in(tenant, context, field("login"), Some(&failure.text())),
        Ok(account) => match code(world, &account, &asked, form) {
            Ok(code) => redirect(&asked, &[("code", &code), ("session_state", &crate::seed::named_uuid(&code))]),
            Err(failure) => failure.redirect(world, &asked),
        },
    }
}

fn sign_in(tenant: &str, context: &str, login: &str, problem: Option<&str>) -> Answer {
    let problem = problem.map(|text| format!("<p role=\"alert\">{}</p>", page::escape(text))).unwrap_or_default();
    let buttons = "<button name=\"go\" value=\"1\">Sign in</button> <button name=\"cancel\" value=\"1\">Cancel</button>";
    let fields = [("login", "text", login), ("passwd", "password", "")];
    let form = page::form(&format!("/{tenant}/login"), &[("ctx", context)], &fields, buttons);
    page::page(200, "Sign in to your account", &format!("{problem}{form}"))
}

/// What must hold before anything may be sent to the redirect address.
fn check_client(world: &World, tenant: &str, asked: &Form) -> Result<(), Failure> {
    if !super::is_tenant_or_shared(world, tenant) {
        return Err(Failure::no_tenant(tenant));
    }
    let client_id = asked.get("client_id").map(String::as_str).unwrap_or_default();
    user::check_client(world, client_id)?;
    let redirect = asked.get("redirect_uri").map(String::as_str).unwrap_or_default();
    if is_registered(world, client_id, redirect) {
        return Ok(());
    }
    let text = format!(
        "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client_id}'."
    );
    Err(Failure::new(400, "invalid_request", 50_011, &text))
}

fn check_request(world: &World, asked: &Form) -> Result<(), Failure> {
    if asked.get("response_type").map(String::as_str) != Some("code") {
        let text = "The response type is not supported: 'code' is.";
        return Err(Failure::new(400, "unsupported_response_type", 700_054, text));
    }
    if asked.get("prompt").map(String::as_str) == Some("none") {
        let text = "Session information is not sufficient for single-sign-on.";
        return Err(Failure::new(400, "login_required", 50_058, text));
    }
    let method = asked.get("code_challenge_method").map(String::as_str);
    if asked.contains_key("code_challenge") && !matches!(method, None | Some("S256" | "plain")) {
        return Err(Failure::new(400, "invalid_request", 501_491, "The code challenge method is not supported."));
    }
    Asked::parse(world, asked).map(|_| ())
}

/// Registered addresses hold as they are; on loopback the port is the client's choice.
fn is_registered(world: &World, client_id: &str, redirect: &str) -> bool {
    let loopback = ["http://localhost".to_owned(), "http://127.0.0.1".to_owned()];
    let registered: &[String] = match world.tenant.app(client_id) {
        Some(app) => &app.redirect_uris,
        None if FIRST_PARTY.contains(&client_id) => &loopback,
        None => &[],
    };
    registered.iter().any(|known| {
        let known = known.trim_end_matches('/');
        redirect.trim_end_matches('/') == known
            || loopback.iter().any(|host| known.starts_with(host)) && without_port(redirect) == known
    })
}

/// `http://localhost:8400/x` without its port.
fn without_port(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(host, _)| host);
    format!("{scheme}://{host}/{path}").trim_end_matches('/').to_owned()
}

fn code(world: &mut World, account: &str, asked: &Form, form: &Form) -> Result<String, Failure> {
    let client_id = asked.get("client_id").cloned().unwrap_or_default();
    let wanted = Asked::parse(world, asked)?;
    let scopes = wanted.scopes(world, &client_id)?;
    let proof = access::at_a_page(world, account);
    user::check_access(world, (account, proof), &client_id, wanted.service, form)?;
    let challenge = asked.get("code_challenge").map(|hash| {
        let method = asked.get("code_challenge_method").map_or("plain", String::as_str);
        (hash.clone(), method.to_owned())
    });
    let code = format!("0.AX{}", world.tenant.mint.opaque());
    let kept = Code {
        account: account.to_owned(),
        client_id,
        redirect_uri: asked.get("redirect_uri").cloned().unwrap_or_default(),
        challenge,
        scopes,
        service: wanted.service,
        wants_identity: wanted.wants_identity,
        nonce: asked.get("nonce").cloned(),
        issued: world.now,
        is_spent: false,
    };
    world.tenant.grants.codes.insert(code.clone(), kept);
    Ok(code)
}

/// Sends the answer to the client, in the way it asked for.
pub fn redirect(asked: &Form, fields: &[(&str, &str)]) -> Answer {
    let address = asked.get("redirect_uri").map(String::as_str).unwrap_or_default();
    let state = asked.get("state").map(|state| ("state", state.as_str()));
    let fields: Vec<(&str, &str)> = fields.iter().copied().chain(state).collect();
    if asked.get("response_mode").map(String::as_str) == Some("form_post") {
        let form = page::form(address, &fields, &[], "<button>Go on</button>");
        return page::page(200, "Working...", &form);
    }
    let line: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoding::encode(value))).collect();
    let between = match asked.get("response_mode").map(String::as_str) {
        Some("fragment") => '#',
        _ if address.contains('?') => '&',
        _ => '?',
    };
    Answer::empty(302).with_header("location", &format!("{address}{between}{}", line.join("&")))
}

/// The grant `authorization_code`.
pub(crate) fn redeem(world: &mut World, place: &Place, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    user::check_client(world, client_id)?;
    assertion::check_app_of_user(world, client_id, place, form)?;
    let presented = form.get("code").map(String::as_str).unwrap_or_default();
    let code = world.tenant.grants.codes.get(presented).cloned();
    let code = code.ok_or_else(|| Failure::grant(9_002_313, "Invalid request. Request is malformed or invalid."))?;
    check_code(world, &code, client_id, form)?;
    if let Some(kept) = world.tenant.grants.codes.get_mut(presented) {
        kept.is_spent = true;
    }
    user::check_enabled(world, &code.account)?;
    let asked = Asked::parse(world, form)?;
    let granted = Granted {
        account: &code.account,
        proof: access::at_a_page(world, &code.account),
        client_id,
        scopes: &code.scopes,
        service: code.service,
        copes_with_challenges: asked.copes_with_challenges,
        wants_identity: code.wants_identity || asked.wants_identity,
        nonce: code.nonce.as_deref(),
    };
    user::answer(world, &granted, form)
}

fn check_code(world: &World, code: &Code, client_id: &str, form: &Form) -> Result<(), Failure> {
    if !code.client_id.eq_ignore_ascii_case(client_id) {
        return Err(Failure::grant(70_000, "The provided value for the input parameter 'code' is not valid."));
    }
    if code.is_spent {
        return Err(Failure::grant(
            54_005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        ));
    }
    if world.now.duration_since(code.issued) >= CODE_LIFE {
        return Err(Failure::grant(70_008, "The provided authorization code or refresh token has expired due to inactivity."));
    }
    if form.get("redirect_uri").is_some_and(|redirect| *redirect != code.redirect_uri) {
        let text = "The reply address does not match the reply address provided when requesting Authorization code.";
        return Err(Failure::grant(500_112, text));
    }
    let holds = code
        .challenge
        .as_ref()
        .is_none_or(|(hash, method)| form.get("code_verifier").is_some_and(|verifier| *hash == hashed(verifier, method)));
    if holds {
        Ok(())
    } else {
        Err(Failure::grant(501_481, "The Code_Verifier does not match the code_challenge supplied in the authorization request."))
    }
}

fn hashed(verifier: &str, method: &str) -> String {
    if method == "S256" { URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) } else { verifier.to_owned() }
}
