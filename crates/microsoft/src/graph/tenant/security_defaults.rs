//! `/policies/identitySecurityDefaultsEnforcementPolicy`.

use regain_incident::tenant::security_defaults::SecurityDefaults;
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::{Graph, needed};
use crate::call::Doing;

pub(super) const PATH: &str = "policies/identitySecurityDefaultsEnforcementPolicy";
const READ: Doing = Doing { what: "read security defaults", needs: "Policy.Read.All" };
pub(super) const CHANGE: Doing = Doing { what: "switch security defaults", needs: "Policy.ReadWrite.SecurityDefaults" };

impl Graph {
    pub(super) async fn security_defaults(&self) -> Result<Seen<SecurityDefaults>, ProviderError> {
        let (body, raw) = self.object(READ, PATH).await?;
        let enabled = needed(READ, "isEnabled", body.get("isEnabled").and_then(Value::as_bool))?;
        Ok(Seen::new(SecurityDefaults { enabled }, raw))
    }
}
