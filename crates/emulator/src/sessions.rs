//! Passwords and refresh tokens: what lets somebody in again.
//!
//! Invariant: a sign-in compares the password for real, and a refresh token dies of what kills a real one:
//! revocation, a password change, a block. Nothing here ends an access token.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

/// A refresh token that was handed out.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// Object id of the account.
    pub account: String,
    /// Client id it was issued to.
    pub client_id: String,
    /// Delegated permissions it stands for.
    pub scopes: Vec<String>,
    /// When.
    pub issued: Timestamp,
    /// What the person had shown.
    pub proof: Proof,
    serial: u64,
}

/// What a person has shown at a sign-in, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The password alone.
    Password,
    /// A second factor.
    Mfa,
    /// Something stronger in place of the password.
    Passwordless,
    /// Something that cannot be phished.
    Resistant,
}

/// What a person has shown, and on which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// How strong.
    pub strength: Strength,
    /// By a code that was typed on another device. Tokens that come of it keep the mark.
    pub device_code: bool,
}

impl Proof {
    /// The password alone.
    pub const PASSWORD: Self = Self { strength: Strength::Password, device_code: false };
    /// What the session of an honest person has, whoever holds it now.
    pub const SESSION: Self = Self { strength: Strength::Mfa, device_code: false };
}

impl Refresh {
    /// A token for an account, through an app.
    pub fn new(account: &str, client_id: &str, scopes: &[String], issued: Timestamp) -> Self {
        Self {
            account: account.to_owned(),
            client_id: client_id.to_owned(),
            scopes: scopes.to_vec(),
            issued,
            proof: Proof::SESSION,
            serial: 0,
        }
    }

    /// The same with what the person had shown.
    pub fn with_proof(self, proof: Proof) -> Self {
        Self { proof, ..self }
    }
}

/// Passwords and refresh tokens of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    passwords: BTreeMap<String, String>,
    former: BTreeMap<String, Vec<String>>,
    ended: BTreeMap<String, u64>,
    revoked: BTreeMap<String, u64>,
    refresh: BTreeMap<String, Refresh>,
    must_change: BTreeMap<String, bool>,
    watched: BTreeMap<String, (String, u64)>,
    challenged: BTreeSet<String>,
    serial: u64,
}

impl Sessions {
    /// Sets a password, remembering the one before, and ends what was issued under it. A first password ends nothing.
    pub fn set_password(&mut self, account: &str, password: &str, must_change: bool) {
        if let Some(old) = self.passwords.insert(account.to_owned(), password.to_owned()) {
            self.former.entry(account.to_owned()).or_default().push(old);
            self.serial += 1;
            self.ended.insert(account.to_owned(), self.serial);
        }
        self.must_change.insert(account.to_owned(), must_change);
    }

    /// Ends every refresh token issued to the account so far.
    pub fn end_refresh(&mut self, account: &str) {
        self.serial += 1;
        self.ended.insert(account.to_owned(), self.serial);
        self.revoked.insert(account.to_owned(), self.serial);
    }

    /// For a fork on which no password was ever changed: only what was revoked stays ended.
    pub fn forget_password_changes(&mut self, account: &str) {
        match self.revoked.get(account) {
            Some(revoked) => self.ended.insert(account.to_owned(), *revoked),
            None => self.ended.remove(account),
        };
    }

    /// Whether this is the password. An account without one lets nobody in.
    pub fn is_password(&self, account: &str, password: &str) -> bool {
        self.passwords.get(account).is_some_and(|known| known == password)
    }

    /// The password, for those who are meant to know it.
    pub fn password(&self, account: &str) -> Option<&str> {
        self.passwords.get(account).map(String::as_str)
    }

    /// Whether the account has to choose a new password at its next sign-in.
    pub fn must_change(&self, account: &str) -> bool {
        self.must_change.get(account).copied().unwrap_or(false)
    }

    /// Whether this is or was a password of the account.
    pub fn was_password(&self, account: &str, password: &str) -> bool {
        self.is_password(account, password)
            || self.former.get(account).is_some_and(|old| old.iter().any(|known| known == password))
    }

    /// Keeps a refresh token.
    pub fn issue(&mut self, token: String, refresh: Refresh) {
        self.serial += 1;
        self.refresh.insert(token, Refresh { serial: self.serial, ..refresh });
    }

    /// A refresh token as it was issued, dead or alive.
    pub fn refresh(&self, token: &str) -> Option<&Refresh> {
        self.refresh.get(token)
    }

    /// Keeps an eye on an access token whose client copes with claims challenges.
    pub fn watch_access(&mut self, token: &str, principal: &str) {
        self.serial += 1;
        self.watched.insert(token.to_owned(), (principal.to_owned(), self.serial));
    }

    /// Whether somebody keeps an eye on this access token.
    pub fn is_watched(&self, token: &str) -> bool {
        self.watched.contains_key(token)
    }

    /// Makes the services ask for a new token instead of this one; nothing happens to one that is not watched.
    pub fn challenge(&mut self, token: &str) {
        if self.is_watched(token) {
            self.challenged.insert(token.to_owned());
        }
    }

    /// Whether a new token is wanted instead of this one: asked for, or revoked since.
    pub fn is_challenged(&self, token: &str) -> bool {
        let Some((principal, serial)) = self.watched.get(token) else { return false };
        self.challenged.contains(token) || self.ended.get(principal).is_some_and(|ended| ended > serial)
    }

    /// Whether a revocation or a password change came after the token.
    ///
    /// Order decides, not time: the two may share an instant of a clock that stands still.
    pub fn has_ended(&self, refresh: &Refresh) -> bool {
        self.ended.get(&refresh.account).is_some_and(|ended| *ended > refresh.serial)
    }
}

#[cfg(test)]
mod tests {
    use super::{Refresh, Sessions};

    fn token() -> Refresh {
        Refresh::new("a", "app", &[], jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_old_password_lets_nobody_in() {
        let mut sessions = Sessions::default();
        sessions.set_password("a", "old", false);
        sessions.set_password("a", "new", false);
        assert!(sessions.is_password("a", "new"));
        assert!(!sessions.is_password("a", "old"));
        assert!(sessions.was_password("a", "old"));
    }

    #[test]
    fn a_token_dies_of_what_comes_after_it() {
        let mut sessions = Sessions::default();
        sessions.issue("one".to_owned(), token());
        sessions.end_refresh("a");
        sessions.issue("two".to_owned(), token());
        assert!(sessions.has_ended(sessions.refresh("one").unwrap()));
        assert!(sessions.has_ended(&token()), "one that is not kept counts as older than all");
        assert!(!sessions.has_ended(sessions.refresh("two").unwrap()));
    }
}
