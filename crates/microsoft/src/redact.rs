//! Raw answers on their way to become evidence: secret members are removed here.
//!
//! Invariant: everything else stays as it was said, large numbers too; only the order of members and
//! the white space may differ.

use serde_json::Value;

/// Members whose value is a secret, or opens a door. Compared without regard to case.
const SECRET: &[&str] = &[
    "newpassword",
    "password",
    "currentpassword",
    "temporaryaccesspass",
    "secrettext",
    "access_token",
    "refresh_token",
    "id_token",
    "token",
    "client_secret",
    "client_assertion",
    "assertion",
    "device_code",
    "clientstate",
    "publishedcalendarurl",
    "publishedicalurl",
    "hashedsecret",
    "secretkey",
    "sessiontoken",
];

/// An answer, or a part of one, as text that may be stored.
pub(crate) fn part(value: &Value) -> String {
    clean(value.clone()).to_string()
}

fn is_secret(name: &str) -> bool {
    SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

fn clean(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| if is_secret(&name) { (name, Value::from("(removed)")) } else { (name, clean(value)) })
            .collect(),
        Value::Array(values) => values.into_iter().map(clean).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_members_are_removed_at_any_depth() {
        let said = r#"{"value":[{"temporaryAccessPass":"hunter2","id":"x","passwordProfile":{"Password":"hunter2"}}]}"#;
        let kept = part(&serde_json::from_str(said).unwrap());
        assert!(!kept.contains("hunter2"));
        assert!(kept.contains("\"id\":\"x\""));
    }

    #[test]
    fn large_numbers_and_dates_stay() {
        let said = r#"{"RuleIdentity":15394007230974001153,"lastPasswordChangeDateTime":"x"}"#;
        assert_eq!(part(&serde_json::from_str(said).unwrap()), said);
    }
}
