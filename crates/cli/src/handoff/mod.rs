//! How a fresh password leaves: once on the controlling terminal, or in a file sealed to its reader.
//! There is no way by e-mail or chat.
//!
//! Invariant: the password stands in no log, error, argument, environment or standard output; the
//! buffers that held it are wiped. What cannot succeed is refused before anything is changed.

mod sealed;
mod terminal;

#[cfg(test)]
use async_trait::async_trait;
use regain_incident::account::Account;
use regain_incident::secret::Secret;
use regain_incident::text::harmless;
#[cfg(test)]
use regain_ports::Handoff;
use regain_ports::HandoffRefused;
use zeroize::Zeroizing;

pub use sealed::SealedFile;
pub use terminal::Terminal;

/// What a person reads around a password.
#[derive(Debug, Clone)]
pub struct Words {
    /// What this is.
    pub heading: String,
    /// Before the account.
    pub account: String,
    /// Before the password.
    pub password: String,
    /// What to do with it, a line each.
    pub advice: Vec<String>,
    /// How to make it go away, on a terminal.
    pub close: String,
}

impl Words {
    /// In English.
    pub fn english() -> Self {
        Self {
            heading: "A fresh password, shown once".to_owned(),
            account: "Account".to_owned(),
            password: "Password".to_owned(),
            advice: vec![
                "Give it to the owner in person or by telephone, never by e-mail or chat.".to_owned(),
                "It must be changed at the first sign-in.".to_owned(),
            ],
            close: "Press a key when you are done. The screen is wiped after 60 seconds.".to_owned(),
        }
    }

    /// In Swedish.
    pub fn swedish() -> Self {
        Self {
            heading: "Ett nytt lösenord, visas en gång".to_owned(),
            account: "Konto".to_owned(),
            password: "Lösenord".to_owned(),
            advice: vec![
                "Lämna det till ägaren personligen eller per telefon, aldrig via e-post eller chatt.".to_owned(),
                "Det måste bytas vid första inloggningen.".to_owned(),
            ],
            close: "Tryck på en tangent när du är klar. Skärmen rensas efter 60 sekunder.".to_owned(),
        }
    }

    /// The text around a password, lines ended by `end`. Made in one piece: growing would leave
    /// copies behind.
    fn around(&self, account: &Account, password: &Secret, end: &str) -> Zeroizing<String> {
        let width = self.account.chars().count().max(self.password.chars().count());
        let who = harmless(&format!("{} ({})", account.upn, account.name), 120);
        let before = format!("{}{end}{end}{:<width$}  {who}{end}{:<width$}  ", self.heading, self.account, self.password);
        let after = format!("{end}{end}{}{end}", self.advice.join(end));
        let mut text = Zeroizing::new(String::with_capacity(before.len() + password.expose().len() + after.len()));
        text.push_str(&before);
        text.push_str(password.expose());
        text.push_str(&after);
        text
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::english()
    }
}

fn refused(why: impl Into<String>) -> HandoffRefused {
    HandoffRefused { why: why.into() }
}

/// No way at all, and why: for runs that hand nothing over.
#[cfg(test)]
#[derive(Debug, Clone)]
pub struct NoHandoff {
    why: String,
}

#[cfg(test)]
impl NoHandoff {
    /// Refuses with this reason.
    pub fn because(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}

#[cfg(test)]
#[async_trait]
impl Handoff for NoHandoff {
    fn check(&self, _: usize) -> Result<(), HandoffRefused> {
        Err(refused(self.why.clone()))
    }

    async fn hand_over(&self, _: &Account, _: &Secret) -> Result<String, HandoffRefused> {
        Err(refused(self.why.clone()))
    }
}

#[cfg(test)]
mod tests {
    use regain_incident::account::Kind;

    use super::*;

    pub(super) fn anna() -> Account {
        Account {
            id: "a1000000-0000-4000-8000-000000000001".parse().unwrap(),
            upn: "anna.berg@contoso.com".to_owned(),
            name: "Anna\u{1b}[2J Berg".to_owned(),
            kind: Kind::Person,
            synchronised: false,
        }
    }

    pub(super) fn password() -> Secret {
        Secret::new("tkhw-92px-vfmr-3dcn-7jkt".to_owned())
    }

    #[test]
    fn a_name_from_the_tenant_does_nothing_to_a_terminal() {
        for words in [Words::english(), Words::swedish()] {
            let text = words.around(&anna(), &password(), "\r\n");
            assert!(text.contains("anna.berg@contoso.com") && text.contains("  tkhw-92px-vfmr-3dcn-7jkt\r\n"));
            assert!(!text.contains('\u{1b}'));
        }
    }

    #[tokio::test]
    async fn no_way_is_refused_with_its_reason() {
        let none = NoHandoff::because("this command hands nothing over");
        assert_eq!(none.check(1).unwrap_err().to_string(), "this command hands nothing over");
        assert!(none.hand_over(&anna(), &password()).await.is_err());
    }
}
