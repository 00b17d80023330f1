//! A value to use and never to show.

use secrecy::{ExposeSecret, SecretString};

/// A password, token or key: no `Display`, no `Serialize`, a blind `Debug`, wiped when dropped.
///
/// ```compile_fail
/// fn wants_serialize<T: serde::Serialize>(_: T) {}
/// wants_serialize(regain_incident::secret::Secret::new("hunter2".to_owned()));
/// ```
/// ```compile_fail
/// let shown = format!("{}", regain_incident::secret::Secret::new("hunter2".to_owned()));
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes ownership of the text, which should be the only copy.
    pub fn new(value: String) -> Self {
        Self(value.into())
    }

    /// The only way in; search for this name to audit every use.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_blind() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".to_owned())), "Secret(…)");
    }
}
