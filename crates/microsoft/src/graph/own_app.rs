//! Our own app: what it can be signed in to with, and who may add to that. Whoever adds a secret to it
//! is it from then on.

use regain_incident::Timestamp;
use regain_ports::{ProviderError, ProviderErrorKind, Urgency};
use serde_json::Value;

use super::batch::Inner;
use super::wire::{path, text, time};
use super::{Get, Graph, error};
use crate::call::Doing;

const READ: Doing = Doing { what: "read our own app", needs: "Application.Read.All" };

/// A way in to an app, or somebody who may make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WayKind {
    /// A client secret.
    Secret,
    /// A certificate.
    Certificate,
    /// Tokens of another issuer are taken.
    Federated,
    /// Somebody who may add any of these.
    Owner,
    /// A secret on the service principal, where no portal shows it.
    PrincipalSecret,
    /// A certificate there.
    PrincipalCertificate,
    /// An owner of the service principal.
    PrincipalOwner,
}

impl WayKind {
    /// Its name in output and on the disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::Federated => "federated-credential",
            Self::Owner => "owner",
            Self::PrincipalSecret => "service-principal-secret",
            Self::PrincipalCertificate => "service-principal-certificate",
            Self::PrincipalOwner => "service-principal-owner",
        }
    }
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppWay {
    /// What it is.
    pub kind: WayKind,
    /// The service's own id of it.
    pub id: String,
    /// What it is called; of a federated credential, issuer and subject.
    pub name: String,
    /// Since when it is good.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// What is known of an app.
#[derive(Debug, Default)]
pub struct OwnApp {
    /// Its name.
    pub name: Option<String>,
    /// What was read.
    pub ways: Vec<AppWay>,
    /// What was not, and why.
    pub unread: Vec<(&'static str, ProviderErrorKind)>,
}

impl OwnApp {
    fn note(&mut self, part: &'static str, error: ProviderError) {
        self.unread.push((part, error.kind));
    }
}

impl Graph {
    /// Two round trips. Parts that were refused are named; an app of another tenant has no application
    /// here, only a service principal.
    pub(crate) async fn own_app(&self, client: &str) -> Result<OwnApp, ProviderError> {
        let of = |list: &str| {
            Get::plain(format!("/{list}(appId='{}')?$select=id,displayName,passwordCredentials,keyCredentials", path(client)))
        };
        let answers = self.batch(READ, Urgency::Normal, &[of("applications"), of("servicePrincipals")]).await?;
        let [application, principal] = answers.as_slice() else { return Err(few()) };
        let mut app = OwnApp::default();
        let mut next: Vec<(&'static str, WayKind, Get)> = Vec::new();
        match application.success(READ) {
            Err(error) => app.note("application", error),
            Ok(body) => {
                app.name = text(body, "displayName").map(str::to_owned);
                app.ways.extend(credentials(body, WayKind::Secret, WayKind::Certificate));
                let id = path(text(body, "id").unwrap_or_default());
                next.push(("owners", WayKind::Owner, owners("applications", &id)));
                let federated = Get::plain(format!("/applications/{id}/federatedIdentityCredentials"));
                next.push(("federated credentials", WayKind::Federated, federated));
            }
        }
        match principal.success(READ) {
            Err(error) => app.note("service principal", error),
            Ok(body) => {
                app.ways.extend(credentials(body, WayKind::PrincipalSecret, WayKind::PrincipalCertificate));
                let id = path(text(body, "id").unwrap_or_default());
                next.push(("owners of the service principal", WayKind::PrincipalOwner, owners("servicePrincipals", &id)));
            }
        }
        self.lists(&mut app, next).await?;
        app.ways.sort_by(|one, other| (one.kind, &one.id).cmp(&(other.kind, &other.id)));
        Ok(app)
    }

    async fn lists(&self, app: &mut OwnApp, next: Vec<(&'static str, WayKind, Get)>) -> Result<(), ProviderError> {
        if next.is_empty() {
            return Ok(());
        }
        let gets: Vec<Get> = next.iter().map(|(_, _, get)| get.clone()).collect();
        let answers: Vec<Inner> = self.batch(READ, Urgency::Normal, &gets).await?;
        for ((part, kind, get), inner) in next.into_iter().zip(&answers) {
            match self.list(READ, Urgency::Normal, &get, inner).await {
                Err(error) => app.note(part, error),
                Ok(list) => app.ways.extend(list.rows.iter().filter_map(|row| way(kind, row))),
            }
        }
        Ok(())
    }
}

fn owners(list: &str, id: &str) -> Get {
    Get::plain(format!("/{list}/{id}/owners?$select=id,displayName"))
}

fn few() -> ProviderError {
    error::of(READ, 1, ProviderErrorKind::Surprise("two reads, but not two answers".into()))
}

fn credentials(body: &Value, secret: WayKind, certificate: WayKind) -> Vec<AppWay> {
    let rows = |member: &str| body.get(member).and_then(Value::as_array).into_iter().flatten();
    let secrets = rows("passwordCredentials").filter_map(|row| way(secret, row));
    secrets.chain(rows("keyCredentials").filter_map(|row| way(certificate, row))).collect()
}

/// A way without an id would never be known again: it gets one of what it shows.
fn way(kind: WayKind, row: &Value) -> Option<AppWay> {
    let name = match kind {
        WayKind::Federated => {
            format!("{} {}", text(row, "issuer").unwrap_or_default(), text(row, "subject").unwrap_or_default())
        }
        _ => text(row, "displayName").unwrap_or_default().to_owned(),
    };
    let id = text(row, "keyId").or_else(|| text(row, "id")).unwrap_or(&name).to_owned();
    (!id.trim().is_empty()).then(|| AppWay { kind, id, name, since: time(row, "startDateTime"), until: time(row, "endDateTime") })
}
