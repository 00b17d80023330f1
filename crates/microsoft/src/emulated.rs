//! An emulated tenant: the line that it prints holds its endpoints and all that it is signed in to with.
//!
//! Invariant: every address in the line is a loopback literal, those that are not used here too. Its
//! identities have no other way in, so no credential of a real tenant is ever sent to one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use regain_incident::secret::Secret;
use serde::Deserialize;

use crate::credential::{Certificate, Credential, Duty, Identities, Identity};
use crate::endpoints::{Cloud, Endpoints, SetupError, loopback};

/// The line that an emulated tenant prints: its endpoints, and the identities for exactly those.
pub struct EmulatedTenant {
    /// Its bases.
    pub(crate) endpoints: Endpoints,
    /// Its id.
    pub(crate) tenant: String,
    /// Who may sign in there; good for nothing else.
    pub(crate) identities: Identities,
}

/// The members of the line that matter here; others are tolerated.
#[derive(Deserialize)]
struct Line {
    login: String,
    graph: String,
    exchange: String,
    #[serde(default)]
    purview: Option<String>,
    tenant_id: String,
    #[serde(default)]
    cloud: CloudName,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    #[serde(flatten)]
    all: Option<Named>,
    /// Beside the one above, or in its place.
    #[serde(default)]
    identities: Several,
}

/// The cloud whose names of the services a token is asked for by.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CloudName {
    #[default]
    Global,
    UsGovernment,
    UsDefense,
    China,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Several {
    see: Option<Named>,
    lock: Option<Named>,
    clean: Option<Named>,
}

/// An identity: the first way of these that is named.
#[derive(Deserialize)]
struct Named {
    client_id: String,
    #[serde(default)]
    certificate_file: Option<PathBuf>,
    #[serde(default)]
    certificate_password: Option<String>,
    #[serde(default)]
    federated_token_file: Option<PathBuf>,
    #[serde(default)]
    person: bool,
    #[serde(default)]
    client_secret: Option<String>,
}

impl EmulatedTenant {
    /// Reads the line, and the files that it names.
    pub fn parse(line: &str) -> Result<Self, SetupError> {
        let line: Line = serde_json::from_str(line.trim()).map_err(SetupError::NotUnderstood)?;
        let authority = match line.ca_file.filter(|path| !path.as_os_str().is_empty()) {
            Some(path) => Some(file(&path)?),
            None => None,
        };
        let purview = line.purview.filter(|address| !address.is_empty());
        let endpoints = Endpoints {
            login: vec![loopback("sign-in", &line.login)?],
            graph: loopback("Graph", &line.graph)?,
            exchange: loopback("Exchange", &line.exchange)?,
            purview: purview.map(|address| loopback("Purview", &address)).transpose()?,
            cloud: line.cloud.cloud(),
            emulated: true,
            authority,
        };
        let mut identities = match line.all {
            Some(all) => Identities::one(all.identity()?),
            None => Identities::default(),
        };
        let Several { see, lock, clean } = line.identities;
        for (duty, named) in [(Duty::See, see), (Duty::Lock, lock), (Duty::Clean, clean)] {
            if let Some(named) = named {
                identities = identities.with(duty, Arc::new(named.identity()?));
            }
        }
        Ok(Self { endpoints, tenant: line.tenant_id, identities })
    }
}

impl CloudName {
    fn cloud(self) -> Cloud {
        match self {
            Self::Global => Cloud::Global,
            Self::UsGovernment => Cloud::UsGov,
            Self::UsDefense => Cloud::Dod,
            Self::China => Cloud::China,
        }
    }
}

impl Named {
    fn identity(self) -> Result<Identity, SetupError> {
        let credential = match (self.certificate_file, self.federated_token_file, self.person, self.client_secret) {
            (Some(path), ..) => {
                let password = self.certificate_password.map(Secret::new);
                let bytes = zeroize::Zeroizing::new(file(&path)?);
                Credential::Certificate(Box::new(Certificate::read(&bytes, password.as_ref()).map_err(SetupError::Certificate)?))
            }
            (None, Some(path), ..) => Credential::FederatedToken(path),
            (None, None, true, _) => Credential::Person,
            (None, None, false, Some(secret)) => Credential::ClientSecret(Secret::new(secret)),
            (None, None, false, None) => return Err(SetupError::NoIdentity),
        };
        Ok(Identity { client_id: self.client_id, credential })
    }
}

fn file(path: &Path) -> Result<Vec<u8>, SetupError> {
    std::fs::read(path).map_err(|source| SetupError::EmulatedFile { path: path.to_owned(), source })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn line(login: &str, graph: &str, exchange: &str) -> String {
        line_of(login, graph, exchange, "").to_string()
    }

    fn line_of(login: &str, graph: &str, exchange: &str, purview: &str) -> serde_json::Value {
        serde_json::json!({
            "login": login, "graph": graph, "exchange": exchange, "purview": purview, "control": "",
            "tenant_id": "0f1e2d3c-4b5a-4678-9a0b-c0de00000001", "client_id": "c3000000-0000-4000-8000-000000000001",
            "client_secret": "emulated", "ca_file": null,
        })
    }

    #[test]
    fn an_emulated_tenant_lives_on_a_loopback_literal_only() {
        let here = "http://127.0.0.1:9";
        assert!(EmulatedTenant::parse(&line(here, here, "http://[::1]:9")).is_ok());
        for elsewhere in ["http://localhost:9", "https://graph.microsoft.com", "http://10.0.0.1", "http://127.0.0.1.evil.example"]
        {
            let lines = [
                line_of(elsewhere, here, here, here),
                line_of(here, elsewhere, here, here),
                line_of(here, here, elsewhere, here),
                line_of(here, here, here, elsewhere),
            ];
            for line in lines {
                let parsed = EmulatedTenant::parse(&line.to_string());
                assert!(matches!(parsed, Err(SetupError::NotLoopback { .. })), "{line}");
            }
        }
    }

    #[test]
    fn a_line_may_name_an_identity_for_each_duty() {
        let here = "http://127.0.0.1:9";
        let mut line = line_of(here, here, here, here);
        line["identities"] = serde_json::json!({
            "see": {"client_id": "s", "client_secret": "x"}, "lock": {"client_id": "l", "federated_token_file": "/token"},
        });
        let identities = EmulatedTenant::parse(&line.to_string()).unwrap().identities;
        let told = Duty::ALL.map(|duty| identities.of(duty).unwrap().client_id.clone());
        assert_eq!(told, ["s", "l", "c3000000-0000-4000-8000-000000000001"]);
        assert!(matches!(identities.of(Duty::Lock).unwrap().credential, Credential::FederatedToken(_)));
        line["identities"]["see"] = serde_json::json!({"client_id": "s"});
        assert!(matches!(EmulatedTenant::parse(&line.to_string()), Err(SetupError::NoIdentity)));
    }
}
