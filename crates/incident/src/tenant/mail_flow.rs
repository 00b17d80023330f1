//! Rules, connectors and journals through which mail passes: each may lead mail out, or let it in unseen.

use serde::{Deserialize, Serialize};

use super::setting::Object;
use crate::Timestamp;

/// What mail passes through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFlow {
    /// The rules of the organisation, in their order.
    pub rules: Vec<TransportRule>,
    /// Ways in.
    pub inbound: Vec<InboundConnector>,
    /// Ways out.
    pub outbound: Vec<OutboundConnector>,
    /// Copies of everything.
    pub journals: Vec<Journal>,
}

/// A rule of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransportRule {
    /// Which.
    pub object: Object,
    /// On, and not as a trial.
    pub acts: Option<bool>,
    /// It marks mail as no spam.
    pub marks_as_clean: bool,
    /// It keeps links or attachments from being looked into.
    pub skips_checks: bool,
    /// Where it leads mail instead.
    pub redirects: Vec<String>,
    /// Who gets a copy.
    pub copies: Vec<String>,
    /// It deletes.
    pub deletes: bool,
    /// Who made it.
    pub by: Option<String>,
    /// When it was last changed.
    pub changed: Option<Timestamp>,
}

/// A way in for mail from a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundConnector {
    /// Which.
    pub object: Object,
    /// On or off.
    pub on: Option<bool>,
    /// From the organisation's own servers: what comes through may be sent on to anybody.
    pub own_servers: Option<bool>,
    /// Addresses that may use it.
    pub addresses: Vec<String>,
    /// The name in the certificate that it asks for.
    pub certificate: Option<String>,
    /// It takes nothing in plain text.
    pub sealed: Option<bool>,
    /// Whoever comes from another address is refused.
    pub only_addresses: Option<bool>,
    /// Whoever has another certificate is refused.
    pub only_certificate: Option<bool>,
    /// What comes through counts as internal.
    pub as_internal: Option<bool>,
}

/// A way out for mail, to a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundConnector {
    /// Which.
    pub object: Object,
    /// On or off.
    pub on: Option<bool>,
    /// For which domains.
    pub domains: Vec<String>,
    /// The servers that it leads to.
    pub servers: Vec<String>,
    /// It is used only where a rule says so.
    pub by_rule_only: Option<bool>,
}

/// A rule that gives somebody a copy of everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// Which.
    pub object: Object,
    /// On or off.
    pub on: Option<bool>,
    /// Where the copies go.
    pub to: Option<String>,
}
