//! Authorization codes and device codes that are under way.
//!
//! Invariant: each is good once, for the client that asked, for a limited time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::message::Service;

/// Life of an authorization code.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Life of a device code.
pub const DEVICE_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// What a person agreed to at the authorization endpoint.
#[derive(Clone, Debug)]
pub struct Code {
    /// Object id of the account.
    pub account: String,
    /// Client id.
    pub client_id: String,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// Hash that the verifier must have, with its method.
    pub challenge: Option<(String, String)>,
    /// Delegated permissions.
    pub scopes: Vec<String>,
    /// The resource of the first token.
    pub service: Service,
    /// An identity token was asked for.
    pub wants_identity: bool,
    /// Goes into the identity token.
    pub nonce: Option<String>,
    /// When it was given out.
    pub issued: Timestamp,
    /// Used already.
    pub is_spent: bool,
}

/// What a person was asked to confirm on another device.
#[derive(Clone, Debug)]
pub struct Device {
    /// What the person types.
    pub user_code: String,
    /// Client id.
    pub client_id: String,
    /// Delegated permissions.
    pub scopes: Vec<String>,
    /// The resource of the first token.
    pub service: Service,
    /// An identity token was asked for.
    pub wants_identity: bool,
    /// When it was given out.
    pub issued: Timestamp,
    /// What the person answered.
    pub state: DeviceState,
}

/// What became of a device code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// Nobody has answered.
    Pending,
    /// This account signed in.
    Approved(String),
    /// Somebody refused.
    Declined,
    /// Tokens were handed out.
    Spent,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// By the code.
    pub codes: BTreeMap<String, Code>,
    /// By the device code.
    pub devices: BTreeMap<String, Device>,
}

impl Grants {
    /// The device code that shows this user code, whatever its case.
    pub fn device_of(&mut self, user_code: &str) -> Option<&mut Device> {
        self.devices.values_mut().find(|device| device.user_code.eq_ignore_ascii_case(user_code.trim()))
    }
}
