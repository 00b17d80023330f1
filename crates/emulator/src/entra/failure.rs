//! Sign-in failures in the shape that Entra gives them.
//!
//! Invariant: `error`, `error_codes` and the number in the text agree.

use serde_json::{Value, json};

use super::{Form, authorize, page};
use crate::message::Answer;
use crate::world::World;

/// A refused sign-in.
#[derive(Clone, Debug)]
pub struct Failure {
    status: u16,
    error: &'static str,
    code: u32,
    text: String,
    suberror: Option<&'static str>,
}

impl Failure {
    /// A failure of any kind.
    pub fn new(status: u16, error: &'static str, code: u32, text: &str) -> Self {
        Self { status, error, code, text: text.to_owned(), suberror: None }
    }

    /// The number in the text.
    pub fn number(&self) -> u32 {
        self.code
    }

    /// A grant that does not hold.
    pub fn grant(code: u32, text: &str) -> Self {
        Self::new(400, "invalid_grant", code, text)
    }

    /// The person has to do something first.
    pub fn interaction(code: u32, text: &str) -> Self {
        Self { suberror: Some("basic_action"), ..Self::new(400, "interaction_required", code, text) }
    }

    /// The tenant is not here.
    pub fn no_tenant(tenant: &str) -> Self {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        );
        Self::new(400, "invalid_request", 90_002, &text)
    }

    /// The app is not in the tenant.
    pub fn no_app(client_id: &str, tenant: &str) -> Self {
        let text = format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been \
             installed by the administrator of the tenant or consented to by any user in the tenant."
        );
        Self::new(400, "unauthorized_client", 700_016, &text)
    }

    /// The secret is not the app's.
    pub fn wrong_secret(client_id: &str) -> Self {
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, \
             for a secret added to app '{client_id}'."
        );
        Self::new(401, "invalid_client", 7_000_215, &text)
    }

    /// The resource is not in the tenant.
    pub fn no_resource(resource: &str, tenant: &str) -> Self {
        let text = format!("The resource principal named {resource} was not found in the tenant named {tenant}.");
        Self::new(400, "invalid_resource", 500_011, &text)
    }

    /// Nobody consented.
    pub fn no_consent(client_id: &str) -> Self {
        let text = format!("The user or administrator has not consented to use the application with ID '{client_id}'.");
        Self { suberror: Some("consent_required"), ..Self::grant(65_001, &text) }
    }

    /// The grant was revoked, or the password changed.
    pub fn revoked() -> Self {
        let text = "The provided grant has expired due to it being revoked, a fresh auth token is needed.";
        Self { suberror: Some("bad_token"), ..Self::grant(50_173, text) }
    }

    /// Number and text, as a person sees them.
    pub fn text(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    /// As a page, where it would be wrong to send anything to the client.
    pub fn page(&self, world: &mut World) -> Answer {
        let correlation = world.tenant.mint.uuid();
        let text = format!("<p role=\"alert\">{}</p><p>Correlation ID: {correlation}</p>", page::escape(&self.text()));
        page::page(400, "Sorry, but we're having trouble signing you in.", &text)
    }

    /// To the client, through the person's browser.
    pub fn redirect(&self, world: &mut World, asked: &Form) -> Answer {
        let body = self.answer(world).value();
        let description = body["error_description"].as_str().unwrap_or_default();
        authorize::redirect(asked, &[("error", self.error), ("error_description", description)])
    }

    /// As it goes over the wire.
    pub fn answer(&self, world: &mut World) -> Answer {
        let (trace, correlation) = (world.tenant.mint.uuid(), world.tenant.mint.uuid());
        let stamp = world.now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let mut body = json!({
            "error": self.error,
            "error_description": format!("{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}", self.text()),
            "error_codes": [self.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        });
        if let Some(suberror) = self.suberror {
            body["suberror"] = Value::from(suberror);
        }
        if self.suberror == Some("basic_action") {
            body["claims"] = Value::from("{\"access_token\":{}}");
        }
        Answer::json(self.status, &body)
    }
}
