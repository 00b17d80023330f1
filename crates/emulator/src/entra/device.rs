//! Device code: a code to type on another device, and tokens for whoever waits for it.
//!
//! From "Microsoft identity platform and the OAuth 2.0 device authorization grant flow".

use serde_json::json;

use super::asked::Asked;
use super::failure::Failure;
use super::grants::{DEVICE_LIFE, Device, DeviceState};
use super::user::{self, Granted};
use super::{Form, Place, access, assertion, page};
use crate::message::Answer;
use crate::sessions::Proof;
use crate::world::World;

/// Seconds between two questions of the client.
const INTERVAL: u64 = 5;

/// Signs of a user code: none that is mistaken for another.
const SIGNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// `POST /{tenant}/oauth2/v2.0/devicecode`.
pub fn begin(world: &mut World, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    user::check_client(world, client_id)?;
    let asked = Asked::parse(world, form)?;
    let scopes = asked.scopes(world, client_id)?;
    let user_code: String = (0..9).map(|_| sign(world)).collect();
    let device_code = format!("D{}{}", world.tenant.mint.opaque(), world.tenant.mint.opaque());
    let device = Device {
        user_code: user_code.clone(),
        client_id: client_id.to_owned(),
        scopes,
        service: asked.service,
        wants_identity: asked.wants_identity,
        issued: world.now,
        state: DeviceState::Pending,
    };
    world.tenant.grants.devices.insert(device_code.clone(), device);
    let page = format!("{}/device", world.tenant.bases.login);
    let message =
        format!("To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate.");
    let body = json!({
        "user_code": user_code, "device_code": device_code, "verification_uri": page,
        "expires_in": DEVICE_LIFE.as_secs(), "interval": INTERVAL, "message": message,
    });
    Ok(Answer::json(200, &body))
}

fn sign(world: &mut World) -> char {
    let index = world.tenant.mint.below(SIGNS.len());
    SIGNS.get(index).copied().map_or('A', char::from)
}

/// `GET /device`: where the code is typed.
pub fn form_page(problem: Option<&str>) -> Answer {
    let problem = problem.map(|text| format!("<p role=\"alert\">{}</p>", page::escape(text))).unwrap_or_default();
    let buttons = "<button name=\"go\" value=\"1\">Sign in</button> <button name=\"cancel\" value=\"1\">Cancel</button>";
    let fields = [("otc", "text", ""), ("login", "text", ""), ("passwd", "password", "")];
    page::page(200, "Enter code", &format!("{problem}{}", page::form("/device", &[], &fields, buttons)))
}

/// `POST /device`: the code with name and password.
pub fn typed(world: &mut World, form: &Form) -> Answer {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if form.contains_key("cancel") {
        return match decide(world, field("otc"), DeviceState::Declined) {
            Ok(()) => page::page(200, "You declined", "<p>You can close this window.</p>"),
            Err(problem) => form_page(Some(problem)),
        };
    }
    let account = match user::by_password(world, field("login"), field("passwd")) {
        Ok(account) => account,
        Err(failure) => return form_page(Some(&failure.text())),
    };
    if let Err(failure) = check_access(world, &account, form) {
        return form_page(Some(&failure.text()));
    }
    match decide(world, field("otc"), DeviceState::Approved(account)) {
        Ok(()) => page::page(200, "You have signed in", "<p>You can close this window.</p>"),
        Err(problem) => form_page(Some(problem)),
    }
}

/// What the tenant demands is asked for at the page already.
fn check_access(world: &mut World, account: &str, form: &Form) -> Result<(), Failure> {
    let typed = form.get("otc").map(String::as_str).unwrap_or_default();
    let Some(device) = world.tenant.grants.device_of(typed).cloned() else { return Ok(()) };
    let proof = Proof { device_code: true, ..access::at_a_page(world, account) };
    user::check_access(world, (account, proof), &device.client_id, device.service, form)
}

/// Settles a code that is still open.
pub fn decide(world: &mut World, user_code: &str, state: DeviceState) -> Result<(), &'static str> {
    let now = world.now;
    let device = world.tenant.grants.device_of(user_code).ok_or("That code didn't work. Check the code and try again.")?;
    if device.state != DeviceState::Pending || now.duration_since(device.issued) >= DEVICE_LIFE {
        return Err("That code has expired. Ask for a new one.");
    }
    device.state = state;
    Ok(())
}

/// The grant `device_code`, asked again and again.
pub(crate) fn redeem(world: &mut World, place: &Place, client_id: &str, form: &Form) -> Result<Answer, Failure> {
    user::check_client(world, client_id)?;
    assertion::check_app_of_user(world, client_id, place, form)?;
    // One client library still sends the member of the older endpoint.
    let presented = form.get("device_code").or_else(|| form.get("code")).map(String::as_str).unwrap_or_default();
    let device = world.tenant.grants.devices.get(presented).cloned();
    let device = device.filter(|device| device.client_id.eq_ignore_ascii_case(client_id)).ok_or_else(|| {
        Failure::new(
            400,
            "bad_verification_code",
            70_018,
            "Invalid verification code due to user typing in wrong user code for device code flow.",
        )
    })?;
    let account = match &device.state {
        DeviceState::Approved(account) => account.clone(),
        DeviceState::Declined => {
            return Err(Failure::new(400, "authorization_declined", 65_004, "User declined to consent to access the app."));
        }
        DeviceState::Spent => return Err(Failure::grant(54_005, "The device code was already redeemed.")),
        DeviceState::Pending if world.now.duration_since(device.issued) >= DEVICE_LIFE => {
            return Err(Failure::new(
                400,
                "expired_token",
                70_020,
                "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
            ));
        }
        DeviceState::Pending => {
            let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
            return Err(Failure::new(400, "authorization_pending", 70_016, text));
        }
    };
    user::check_enabled(world, &account)?;
    if let Some(kept) = world.tenant.grants.devices.get_mut(presented) {
        kept.state = DeviceState::Spent;
    }
    let asked = Asked::parse(world, form)?;
    let granted = Granted {
        account: &account,
        proof: Proof { device_code: true, ..access::at_a_page(world, &account) },
        client_id,
        scopes: &device.scopes,
        service: device.service,
        copes_with_challenges: asked.copes_with_challenges,
        wants_identity: device.wants_identity || asked.wants_identity,
        nonce: None,
    };
    user::answer(world, &granted, form)
}
