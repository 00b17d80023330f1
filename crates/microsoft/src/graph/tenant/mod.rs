//! What the tenant is set to, as far as the directory keeps it: one file a facet.

mod access_block;
mod administrative_units;
mod administrators;
mod applications;
mod authorization_policy;
mod conditional_access;
mod federation;
mod licences;
mod methods_policy;
mod people;
mod registration;
mod secure_score;
mod security_defaults;

use regain_incident::facet::{FacetName, Gap};
use regain_incident::tenant::TenantReading;
use regain_incident::tenant::access_block::BlockedWay;
use regain_incident::tenant::setting::{self, SettingName, Value as Wanted};
use regain_ports::{Notes, ProviderError, ProviderErrorKind, Seen, Urgency};
use reqwest::Method;
use serde_json::{Value, json};

use super::page::List;
use super::{Graph, error};
use crate::call::Doing;
use crate::http::Content;
use crate::redact;

const UNKNOWN: Doing = Doing { what: "read what the tenant is set to", needs: "" };

impl Graph {
    /// A facet of the tenant.
    pub(crate) async fn tenant_facet(&self, facet: FacetName) -> Result<Seen<TenantReading>, ProviderError> {
        match facet {
            FacetName::SecurityDefaults => self.security_defaults().await.map(|seen| seen.map(TenantReading::SecurityDefaults)),
            FacetName::ConditionalAccess => {
                self.conditional_access().await.map(|seen| seen.map(TenantReading::ConditionalAccess))
            }
            FacetName::MethodsPolicy => self.methods_policy().await.map(|seen| seen.map(TenantReading::MethodsPolicy)),
            FacetName::AuthorizationPolicy => {
                self.authorization_policy().await.map(|seen| seen.map(TenantReading::AuthorizationPolicy))
            }
            FacetName::Administrators => self.administrators().await.map(|seen| seen.map(TenantReading::Administrators)),
            FacetName::Registration => self.registration().await.map(|seen| seen.map(TenantReading::Registration)),
            FacetName::Applications => self.applications().await.map(|seen| seen.map(TenantReading::Applications)),
            FacetName::Federation => self.federation().await.map(|seen| seen.map(TenantReading::Federation)),
            FacetName::Licences => self.licences().await.map(|seen| seen.map(TenantReading::Licences)),
            FacetName::People => self.people().await.map(|seen| seen.map(TenantReading::People)),
            FacetName::SecureScore => self.secure_score().await.map(|seen| seen.map(TenantReading::SecureScore)),
            FacetName::AdministrativeUnits => {
                self.administrative_units().await.map(|seen| seen.map(TenantReading::AdministrativeUnits))
            }
            other => Err(not_ours(other)),
        }
    }

    /// Changes a setting, once.
    pub(crate) async fn change_setting(&self, change: &setting::Change) -> Result<Notes, ProviderError> {
        if let Some(way) = BlockedWay::of(change.name) {
            return self.change_block(way, &change.to).await;
        }
        let (doing, below, body) = match (change.facet(), change.name, &change.to) {
            (_, SettingName::SecurityDefaults, Wanted::Flag(on)) => {
                (security_defaults::CHANGE, security_defaults::PATH, json!({"isEnabled": on}))
            }
            (FacetName::AuthorizationPolicy, name, to) => {
                let body = authorization_policy::body_of(name, to).ok_or_else(|| not_ours(change.facet()))?;
                (authorization_policy::CHANGE, authorization_policy::PATH, body)
            }
            _ => return Err(not_ours(change.facet())),
        };
        self.written(doing, Method::PATCH, below, &body).await
    }

    /// Writes `body` to `below`, once.
    async fn written(&self, doing: Doing, method: Method, below: &str, body: &Value) -> Result<Notes, ProviderError> {
        let content = Content::Json(body.to_string().into_bytes());
        self.write(doing, Urgency::Normal, method, below, content).await?;
        Ok(Notes::new())
    }

    /// One object at `below`, with its raw answer.
    async fn object(&self, doing: Doing, below: &str) -> Result<(Value, Vec<String>), ProviderError> {
        let url = self.request(Method::GET, below, Content::Nothing).map_err(|kind| error::of(doing, 0, kind))?.url;
        let heard = self.get(doing, Urgency::Normal, url, false).await?;
        let raw = vec![redact::part(&heard.body)];
        Ok((heard.body, raw))
    }

    /// The whole list at `below`.
    async fn rows(&self, doing: Doing, below: &str) -> Result<List, ProviderError> {
        let url = self.request(Method::GET, below, Content::Nothing).map_err(|kind| error::of(doing, 0, kind))?.url;
        let first = self.get(doing, Urgency::Normal, url, false).await?;
        self.whole(doing, Urgency::Normal, first.body, false).await
    }
}

fn not_ours(facet: FacetName) -> ProviderError {
    let detail = format!("{facet} is not kept by the directory: {:?}", Gap::NotInThisVersion);
    error::of(UNKNOWN, 0, ProviderErrorKind::Surprise(detail.into()))
}

/// A member that must be there.
fn needed<T>(doing: Doing, member: &str, value: Option<T>) -> Result<T, ProviderError> {
    value.ok_or_else(|| error::of(doing, 1, ProviderErrorKind::Surprise(format!("an answer without {member}").into())))
}

/// A member that is true or false; nothing else is either.
fn flag(row: &Value, member: &str) -> Option<bool> {
    row.get(member)?.as_bool()
}

/// Whether an account is under restricted management. Null was never set, and means no; what was not sent is not known.
fn is_restricted(row: &Value) -> Option<bool> {
    match row.get("isManagementRestricted")? {
        Value::Null => Some(false),
        value => value.as_bool(),
    }
}

/// The objects in a member that is a list.
fn rows_of<'a>(row: &'a Value, member: &str) -> &'a [Value] {
    row.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts in a member that is a list.
fn words(row: &Value, member: &str) -> Vec<String> {
    rows_of(row, member).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
