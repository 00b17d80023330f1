//! What Entra takes for a password.
//!
//! Invariant: no answer and no error ever contains the password.

use serde_json::Value;

use crate::directory::text;

/// Words that no password may be built on, after the usual substitutions are undone.
const BANNED: &[&str] = &[
    "password",
    "welcome",
    "qwerty",
    "letmein",
    "contoso",
    "microsoft",
    "admin",
    "summer",
    "winter",
    "spring",
    "autumn",
    "12345678",
];

/// Whether the password keeps the rules for this account.
pub fn is_acceptable(password: &str, user: &Value) -> bool {
    (8..=256).contains(&password.chars().count())
        && classes(password) >= 3
        && !contains_name(password, user)
        && !is_banned(password)
}

fn classes(password: &str) -> usize {
    let kinds: [fn(&char) -> bool; 4] = [char::is_ascii_lowercase, char::is_ascii_uppercase, char::is_ascii_digit, |character| {
        !character.is_ascii_alphanumeric()
    }];
    kinds.iter().filter(|is| password.chars().any(|character| is(&character))).count()
}

fn contains_name(password: &str, user: &Value) -> bool {
    let name = text(user, "userPrincipalName").split('@').next().unwrap_or_default().to_ascii_lowercase();
    name.len() > 3 && password.to_ascii_lowercase().contains(&name)
}

/// A banned word with little around it. Long passwords may contain one, as the real score allows.
fn is_banned(password: &str) -> bool {
    let plain = normalised(password);
    BANNED.iter().any(|word| plain.contains(&normalised(word)) && plain.chars().count() < word.len() + 5)
}

fn normalised(password: &str) -> String {
    let undo = |character: char| match character {
        '0' => 'o',
        '1' | '!' | '|' => 'l',
        '3' => 'e',
        '$' | '5' => 's',
        '@' | '4' => 'a',
        other => other,
    };
    password.to_ascii_lowercase().chars().map(undo).collect()
}

#[cfg(test)]
mod tests {
    use super::is_acceptable;
    use serde_json::json;

    #[test]
    fn weak_passwords_are_refused() {
        let user = json!({"userPrincipalName": "alex.berg@contoso.com"});
        for weak in ["Short1!", "alllowercaseletters", "Password1", "P@$$w0rd12", "Alex.Berg-2026-x"] {
            assert!(!is_acceptable(weak, &user), "{weak}");
        }
        assert!(is_acceptable("Tr4il-Copper-Lantern", &user));
    }
}
