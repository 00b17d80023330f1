//! Time, as an argument.

use async_trait::async_trait;
use regain_incident::Timestamp;

/// The only clock. A test moves one by hand; the demonstration shares one with its tenant.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Returns once `now()` is at or past `until`.
    async fn sleep_until(&self, until: Timestamp);
}
