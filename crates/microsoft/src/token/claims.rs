//! Claims: those that a token can be read for, and those that one is asked with.
//!
//! Tokens are opaque: what [`Claims`] reads of one is for a friendly self-check, and for the tenant's
//! id where only a domain was given.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regain_incident::secret::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Token;

/// What is readable in a token, without any promise that it is there.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Claims {
    pub(crate) tid: Option<String>,
    pub(crate) oid: Option<String>,
    pub(crate) appid: Option<String>,
    /// Application permissions.
    pub(crate) roles: Vec<String>,
    /// Delegated permissions, parted by spaces.
    pub(crate) scp: String,
    pub(crate) wids: Vec<String>,
    // Of an id token:
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) nonce: Option<String>,
}

impl Claims {
    /// The claims of a token, or none where it is not a readable one.
    pub(crate) fn of(token: &Secret) -> Self {
        let middle = token.expose().split('.').nth(1).unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(middle.trim_end_matches('=')).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// What the token allows: an app's permissions, or a person's.
    pub(crate) fn permissions(self) -> Vec<String> {
        let delegated = self.scp.split_whitespace().map(str::to_owned);
        self.roles.into_iter().chain(delegated).collect()
    }
}

/// The claims to ask a token with: that we understand a challenge, and what one asked for.
pub(super) fn capable(challenge: Option<&str>) -> String {
    let mut claims = json!({"access_token": {"xms_cc": {"values": ["cp1"]}}});
    let asked: Option<Value> = challenge.and_then(|text| serde_json::from_str(text).ok());
    if let (Some(Value::Object(asked)), Some(all)) = (asked, claims.as_object_mut()) {
        for (token, wanted) in asked {
            match (all.get_mut(&token).and_then(Value::as_object_mut), wanted) {
                (Some(known), Value::Object(wanted)) => known.extend(wanted),
                (_, wanted) => drop(all.insert(token, wanted)),
            }
        }
    }
    claims.to_string()
}

impl Token {
    /// The claims, or none where the token is not a readable one.
    pub(crate) fn claims(&self) -> Claims {
        Claims::of(&self.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_if_they_can_be() {
        let of = |body: &str| Claims::of(&Secret::new(format!("x.{}.y", URL_SAFE_NO_PAD.encode(body))));
        assert_eq!(of(r#"{"tid":"t","roles":["User.Read.All"],"wids":["w"]}"#).permissions(), ["User.Read.All"]);
        assert_eq!(of(r#"{"scp":"User.Read.All Domain.Read.All"}"#).permissions(), ["User.Read.All", "Domain.Read.All"]);
        assert_eq!(Claims::of(&Secret::new("opaque".to_owned())), Claims::default());
    }

    #[test]
    fn a_challenge_is_added_to_what_we_can() {
        let asked = capable(Some(r#"{"access_token":{"nbf":{"essential":true,"value":"1"}},"id_token":{"a":null}}"#));
        let asked: Value = serde_json::from_str(&asked).unwrap();
        assert_eq!(asked["access_token"]["xms_cc"]["values"], json!(["cp1"]));
        assert_eq!(asked["access_token"]["nbf"]["value"], "1");
        assert!(asked["id_token"].is_object());
        assert_eq!(capable(Some("nonsense")), capable(None));
    }
}
