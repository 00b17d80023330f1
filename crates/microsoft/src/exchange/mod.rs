//! The Exchange admin endpoint: one request is one cmdlet. Undocumented, and kept behind this.
//!
//! Invariant: a list is never its first page. A link to more is tried once, at once; if it dies, or
//! a warning says that there is more, the answer is `Incomplete`.

mod error;
mod forwarding;
mod mailboxes;
mod members;
mod purview;
mod recipient;
mod restricted;
mod roles;
mod rules;
mod shared;
mod tenant;
mod wire;

use std::sync::Arc;

use regain_incident::account::Account;
use regain_incident::ids::TenantId;
use regain_ports::{Notes, ProviderError, ProviderErrorKind, Seen, Urgency};
use reqwest::{Method, Url};
use serde_json::{Map, Value, json};

use crate::call::{Caller, Doing, How};
use crate::guard::Guard;
use crate::http::{Content, Count, Request};
use crate::lanes::Lane;
use crate::redact;
use crate::retry::Deed;
use crate::token::Resource;

pub(crate) use purview::Purview;
pub(crate) use shared::Shared;

/// Routes what concerns the whole organisation.
const SYSTEM_MAILBOX: &str = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";
/// More pages than any list here can have.
const PAGES: usize = 1_000;

const DOMAINS: Doing = Doing { what: "read the accepted domains", needs: "a role that may run Get-AcceptedDomain" };

pub(crate) struct Exchange {
    pub(crate) caller: Arc<Caller>,
    pub(crate) base: Url,
    pub(crate) purview: Purview,
    /// The tenant's id, where the settings name it; otherwise it is read from the token.
    pub(crate) tenant: Option<TenantId>,
    /// The same in every request of this run.
    pub(crate) connection: String,
    /// Lists of the whole tenant, read once for all accounts.
    pub(crate) lists: Lists,
}

/// Lists of the whole tenant.
#[derive(Default)]
pub(crate) struct Lists {
    pub(crate) role_groups: Shared,
    pub(crate) blocked_senders: Shared,
    /// Of each mailbox, which rules are hidden.
    pub(crate) rules: std::sync::Mutex<std::collections::BTreeMap<String, rules::Listed>>,
    /// One recipient each: several facets of one account ask for it side by side.
    pub(crate) recipients: std::sync::Mutex<std::collections::BTreeMap<String, Arc<Shared>>>,
}

/// A cmdlet, ready to run.
pub(crate) struct Cmdlet<'a> {
    doing: Doing,
    name: &'static str,
    parameters: Map<String, Value>,
    select: &'static str,
    /// The mailbox in question; without one, the organisation.
    mailbox: Option<&'a Account>,
    /// It runs at Purview, whose anchor is at the tenant's initial domain: this one.
    purview: Option<String>,
    urgency: Urgency,
}

/// One answer.
enum Heard {
    Body(Value),
    /// Purview answers from a region.
    Moved(Url),
}

/// What a cmdlet gave.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) rows: Vec<Value>,
    pub(crate) warnings: Vec<String>,
    pub(crate) raw: Vec<String>,
    /// There is more than came.
    pub(crate) cut: bool,
}

impl<'a> Cmdlet<'a> {
    pub(crate) fn new(doing: Doing, name: &'static str, parameters: Value) -> Self {
        let parameters = match parameters {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        Self { doing, name, parameters, select: "", mailbox: None, purview: None, urgency: Urgency::Normal }
    }

    pub(crate) fn of(mut self, account: &'a Account) -> Self {
        self.mailbox = Some(account);
        self
    }

    pub(crate) fn at_purview(mut self, initial_domain: &str) -> Self {
        self.purview = Some(initial_domain.to_owned());
        self
    }

    /// Whether it comes after everything of an incident. Nothing comes before: the lock does not wait for Exchange, and
    /// a look that overtook the others would show what a change that is still on its way has not done yet.
    pub(crate) fn urgency(mut self, urgency: Urgency) -> Self {
        self.urgency = urgency.max(Urgency::Normal);
        self
    }

    pub(crate) fn select(mut self, members: &'static str) -> Self {
        self.select = members;
        self
    }

    /// By its verb: what only looks may be asked again.
    fn deed(&self) -> Deed {
        if self.name.starts_with("Get-") { Deed::Read } else { Deed::Write }
    }

    fn resource(&self) -> Resource {
        if self.purview.is_some() { Resource::Purview } else { Resource::Exchange }
    }

    fn lanes(&self) -> Vec<(Lane, u32)> {
        if self.purview.is_some() {
            return vec![(Lane::Purview, 1)];
        }
        let mailbox = self.mailbox.map(|account| Lane::Mailbox(account.id.as_str().to_owned()));
        mailbox.into_iter().chain([Lane::Exchange]).map(|lane| (lane, 1)).collect()
    }

    /// A mailbox is found by its sign-in name: an object id is not accepted everywhere (unverified).
    fn anchor(&self, tenant: &TenantId) -> String {
        match (&self.purview, self.mailbox) {
            (Some(domain), _) => format!("UPN:{SYSTEM_MAILBOX}@{domain}"),
            (None, Some(account)) => format!("UPN:{}", account.upn),
            (None, None) => format!("APP:{SYSTEM_MAILBOX}@{tenant}"),
        }
    }
}

impl Exchange {
    /// Runs a cmdlet; a list is whole when it returns.
    pub(crate) async fn run(&self, cmdlet: &Cmdlet<'_>) -> Result<Output, ProviderError> {
        let output = self.run_as_far(cmdlet).await?;
        if output.cut { Err(incomplete(cmdlet)) } else { Ok(output) }
    }

    /// Runs a cmdlet; a list may have been cut, and then says so.
    pub(crate) async fn run_as_far(&self, cmdlet: &Cmdlet<'_>) -> Result<Output, ProviderError> {
        let tenant = self.tenant().await?;
        let failed = |kind| error::of(cmdlet.doing, 0, kind);
        let base = if cmdlet.purview.is_some() { self.purview.base().map_err(failed)? } else { self.base.clone() };
        let mut url = base
            .join(&format!("adminapi/beta/{tenant}/InvokeCommand"))
            .map_err(|why| failed(ProviderErrorKind::Surprise(why.into())))?;
        if !cmdlet.select.is_empty() {
            url.set_query(Some(&format!("$select={}", cmdlet.select)));
        }
        let mut output = Output::default();
        let mut moved = false;
        for page in 0..PAGES {
            let body = match self.invoke(cmdlet, &tenant, url.clone()).await {
                Ok(Heard::Body(body)) => {
                    if moved && page == 1 {
                        self.purview.remember(&url);
                    }
                    body
                }
                Ok(Heard::Moved(to)) if !moved => {
                    (url, moved) = (to, true);
                    continue;
                }
                Ok(Heard::Moved(_)) => return Err(failed(ProviderErrorKind::Surprise("one region sent us to another".into()))),
                Err(error) if page > 0 && error::is_refused(&error) => return Ok(output.cut()),
                Err(error) => return Err(error),
            };
            let next = output.take(&body);
            if output.warnings.iter().any(|warning| wire::says_more(warning)) {
                return Ok(output.cut());
            }
            match next {
                None => return Ok(output),
                Some(link) => url = Guard::next(&url, &link).map_err(|why| failed(ProviderErrorKind::Surprise(why.into())))?,
            }
        }
        Ok(output.cut())
    }

    /// Runs a cmdlet that changes something; gives its warnings, but those that nothing changed.
    pub(crate) async fn change(&self, cmdlet: &Cmdlet<'_>) -> Result<Notes, ProviderError> {
        let output = self.run(cmdlet).await?;
        Ok(output.warnings.into_iter().filter(|warning| !wire::says_nothing_to_do(warning)).collect())
    }

    /// The permission without which every cmdlet is refused, if the token can be read and has it not.
    async fn lacking(&self, resource: Resource) -> Option<&'static str> {
        let claims = self.caller.tokens.get(resource).await.ok()?.claims();
        claims.tid.as_ref()?;
        let needed = if claims.scp.is_empty() { "Exchange.ManageAsApp" } else { "Exchange.Manage" };
        let is_held = claims.permissions().iter().any(|held| held == needed);
        (!is_held).then_some(needed)
    }

    async fn tenant(&self) -> Result<TenantId, ProviderError> {
        if let Some(tenant) = &self.tenant {
            return Ok(tenant.clone());
        }
        let claims = self.caller.tokens.get(Resource::Exchange).await?.claims();
        claims.tid.and_then(|id| id.parse().ok()).ok_or_else(|| {
            let doing = Doing { what: "learn the tenant's id", needs: "" };
            error::of(doing, 1, ProviderErrorKind::Surprise("the token does not name it: give the tenant's id".into()))
        })
    }

    async fn invoke(&self, cmdlet: &Cmdlet<'_>, tenant: &TenantId, url: Url) -> Result<Heard, ProviderError> {
        let body = json!({"CmdletInput": {"CmdletName": cmdlet.name, "Parameters": cmdlet.parameters}});
        let headers = vec![
            ("accept", "application/json".to_owned()),
            ("prefer", "odata.maxpagesize=1000".to_owned()),
            ("x-anchormailbox", cmdlet.anchor(tenant)),
            ("x-cmdletname", cmdlet.name.to_owned()),
            ("x-responseformat", "json".to_owned()),
            ("connection-id", self.connection.clone()),
        ];
        let content = Content::Json(body.to_string().into_bytes());
        let request = Request { method: Method::POST, url: url.clone(), headers, content, count: Count::Work };
        let how = How { doing: cmdlet.doing, deed: cmdlet.deed(), urgency: cmdlet.urgency, lanes: cmdlet.lanes() };
        let told = self.caller.call(cmdlet.resource(), &how, &request).await?;
        let failed = |kind| error::of(cmdlet.doing, told.attempts, kind);
        if let (Some(_), Some(to)) = (&cmdlet.purview, purview::moved_to(&told.answer, &url)) {
            return Ok(Heard::Moved(to));
        }
        if !told.answer.is_success() {
            return Err(failed(error::kind(cmdlet.name, &told.answer, self.lacking(cmdlet.resource()).await)));
        }
        if told.answer.body.is_empty() {
            return Ok(Heard::Body(json!({"value": []})));
        }
        told.answer.json().map(Heard::Body).map_err(|error| failed(ProviderErrorKind::Surprise(error.into())))
    }

    pub(crate) async fn accepted_domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        let cmdlet = Cmdlet::new(DOMAINS, "Get-AcceptedDomain", json!({"ResultSize": "Unlimited"}));
        let output = self.run(&cmdlet).await?;
        let names = output.rows.iter().filter_map(|row| wire::text(row, "DomainName")).map(str::to_lowercase).collect();
        Ok(Seen::new(names, output.raw))
    }
}

impl Output {
    fn cut(self) -> Self {
        Self { cut: true, ..self }
    }

    /// Adds a page; gives the link to the next.
    fn take(&mut self, body: &Value) -> Option<String> {
        self.raw.push(redact::part(body));
        self.rows.extend(body.get("value").and_then(Value::as_array).cloned().unwrap_or_default());
        let warnings = body.get("@adminapi.warnings").and_then(Value::as_array);
        self.warnings.extend(warnings.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        body.get("@odata.nextLink").and_then(Value::as_str).map(str::to_owned)
    }
}

/// A facet of a mailbox, or "not applicable" where there is none.
pub(crate) fn or_no_mailbox<T>(read: Result<Seen<T>, ProviderError>) -> Result<Seen<T>, ProviderError> {
    match read {
        Err(error) if error::is_gone(&error) => Ok(Seen { value: None, raw: Vec::new() }),
        other => other,
    }
}

fn incomplete(cmdlet: &Cmdlet<'_>) -> ProviderError {
    let detail = format!("{} has more than it would give", cmdlet.name);
    error::of(cmdlet.doing, 1, ProviderErrorKind::Incomplete { detail })
}
