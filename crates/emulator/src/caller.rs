//! Who a verified bearer token speaks for.
//!
//! Invariant: permissions and roles are those of the token, not of this moment: what was taken from an
//! account still works until its access token ends.

use std::collections::BTreeSet;

/// The bearer of a verified token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// App or user.
    pub kind: Kind,
    /// The resource the token is for, in its canonical form.
    pub aud: String,
}

/// App or user.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Client credentials.
    App {
        /// Client id.
        app_id: String,
        /// Object id of the service principal.
        service_principal: String,
        /// Application permissions.
        permissions: BTreeSet<String>,
        /// Template ids of directory roles.
        roles: BTreeSet<String>,
    },
    /// A signed-in user.
    User {
        /// Object id of the account.
        account: String,
        /// Client id the user signed in through.
        app_id: String,
        /// Delegated permissions.
        scopes: BTreeSet<String>,
        /// Template ids of directory roles.
        roles: BTreeSet<String>,
    },
}

impl Caller {
    /// The client id.
    pub fn app_id(&self) -> &str {
        match &self.kind {
            Kind::App { app_id, .. } | Kind::User { app_id, .. } => app_id,
        }
    }

    /// The object id of the app's service principal or of the account.
    pub fn principal(&self) -> &str {
        match &self.kind {
            Kind::App { service_principal, .. } => service_principal,
            Kind::User { account, .. } => account,
        }
    }

    /// The account, when a user is speaking.
    pub fn account(&self) -> Option<&str> {
        match &self.kind {
            Kind::App { .. } => None,
            Kind::User { account, .. } => Some(account),
        }
    }

    /// Whether an app is speaking for itself.
    pub fn is_app(&self) -> bool {
        matches!(self.kind, Kind::App { .. })
    }

    /// Application permissions of an app, delegated ones of a user.
    pub fn permissions(&self) -> &BTreeSet<String> {
        match &self.kind {
            Kind::App { permissions, .. } => permissions,
            Kind::User { scopes, .. } => scopes,
        }
    }

    /// Whether a permission is among them.
    pub fn has(&self, permission: &str) -> bool {
        self.permissions().contains(permission)
    }

    /// Template ids of directory roles.
    pub fn roles(&self) -> &BTreeSet<String> {
        match &self.kind {
            Kind::App { roles, .. } | Kind::User { roles, .. } => roles,
        }
    }

    /// Whether one of these roles, by template id, is held.
    pub fn has_role(&self, templates: &[&str]) -> bool {
        templates.iter().any(|template| self.roles().contains(*template))
    }
}
