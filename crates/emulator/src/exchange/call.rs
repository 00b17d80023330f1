//! One call of a cmdlet: what was given, by whom, and how far the caller's hand reaches.

use jiff::Timestamp;

use super::parameters::Parameters;
use super::reply::Failure;
use super::state::{Exchange, Mailbox, Versioned};

/// Whose things a caller may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everybody's.
    Everybody,
    /// Only the caller's own mailbox.
    Own,
}

/// One call.
#[derive(Debug)]
pub struct Call<'a> {
    pub parameters: &'a Parameters,
    pub reach: Reach,
    /// The calling account, when a user calls.
    pub account: Option<&'a str>,
    /// Whether the request was routed to the server that has the newest state.
    pub fresh: bool,
    pub now: Timestamp,
}

impl Call<'_> {
    /// The mailbox that a parameter names; without one, the caller's own. What lies beyond the caller's reach
    /// does not exist for him.
    pub fn mailbox<'e>(&self, exchange: &'e Exchange, parameter: &str) -> Result<&'e Versioned<Mailbox>, Failure> {
        let identity = self.parameters.text(parameter).or(self.account);
        let Some(identity) = identity else {
            return Err(Failure::binding(format!(
                "Cannot process command because of one or more missing mandatory parameters: {parameter}."
            )));
        };
        let missing = |failure| match failure {
            Failure::Cmdlet(exception) if exception.status == 404 && parameter == "Mailbox" => Failure::mailbox_missing(identity),
            other => other,
        };
        let mailbox = exchange.mailbox(identity).map_err(missing)?;
        if self.reach == Reach::Own && self.account != Some(mailbox.now().who.id.as_str()) {
            return Err(missing(Failure::object_missing(identity)));
        }
        Ok(mailbox)
    }
}
