//! Fresh passwords.

use regain_incident::secret::Secret;

/// Makes passwords that fit Entra's rules and are not to be guessed.
pub trait Passwords: Send + Sync {
    /// One that nobody will ever type: as long as the service takes.
    fn to_forget(&self) -> Secret;
    /// One that a person types once, and must then change.
    fn to_hand_over(&self) -> Secret;
}
