//! The Exchange admin endpoint: cmdlets over HTTP, in the envelope of the PowerShell module.
//!
//! A request is routed by its path, bound to a cmdlet, checked against the caller's rights, run, and cut into
//! pages; each of these has a file. Only `beta` runs cmdlets.

mod anchor;
pub mod at_once;
mod blocked;
mod call;
mod catalogue;
mod describe;
mod filter;
mod folders;
mod graph_rules;
mod load;
mod mailboxes;
mod organisation;
mod paging;
mod parameters;
mod people;
mod reply;
mod rights;
mod roles;
mod rules;
mod state;

use serde_json::{Map, Value, json};

pub use at_once::{Arrival, UnderWay};
pub use graph_rules::graph_rules;
pub use mailboxes::{escapes_audit, protocols_of};
pub use reply::Row;
pub use rules::{bytes, is_action, names_people};
pub use state::{Behaviour, Block, Exchange, Mailbox, Recipient, RoleGroup, Rule, RuleKind};

use crate::caller::Caller;
use crate::encoding;
use crate::message::{Answer, Request, Service};
use crate::world::World;
use call::Call;
use catalogue::Cmdlet;
use parameters::Parameters;
use reply::{Exception, Failure, Output, envelope, exception_reply, refusal};

/// Most requests a batch may hold.
const BATCH_LIMIT: usize = 10;

/// Answers a request to the Exchange host. The token was made for this host; what it allows is decided here.
pub fn answer(world: &mut World, request: &Request, caller: &Caller) -> Answer {
    let parts: Vec<String> = request.path.trim_matches('/').split('/').map(encoding::decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let [root, version, tenant, operation] = parts[..] else { return Answer::empty(404) };
    if !root.eq_ignore_ascii_case("adminapi") {
        return Answer::empty(404);
    }
    if !tenant.eq_ignore_ascii_case(&world.tenant.id) {
        return Answer::empty(401);
    }
    if let Some(region) = region(world, request) {
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        return Answer::empty(302).with_header("location", &format!("{region}{}{query}", request.path));
    }
    let beta = version.eq_ignore_ascii_case("beta");
    match (request.method.as_str(), operation.to_ascii_lowercase().as_str()) {
        ("POST", "invokecommand") if beta => invoke(world, request, caller),
        ("POST", "$batch") if beta => batch(world, request, caller),
        ("GET", "exomodulefile") if matches!(version, "v1.0" | "beta") => module_file(world, caller),
        (_, "invokecommand" | "$batch") => Answer::empty(405),
        _ => Answer::empty(404),
    }
}

/// The host of the tenant's region, where the Purview endpoint sends whoever comes by its general name.
///
/// On loopback the one is `127.0.0.1` and the other `localhost`, which is another host and the same listener.
fn region(world: &World, request: &Request) -> Option<String> {
    let asks = request.service == Service::Purview && world.tenant.exchange.behaviour.purview_redirects;
    let is_there = request.header("host").is_some_and(|host| host.starts_with("localhost"));
    (asks && !is_there).then(|| world.tenant.bases.purview.replace("127.0.0.1", "localhost"))
}

fn invoke(world: &mut World, request: &Request, caller: &Caller) -> Answer {
    let body = request.json().unwrap_or_default();
    let input = &body["CmdletInput"];
    let (Some(name), given) = (input["CmdletName"].as_str(), &input["Parameters"]) else { return invalid_operation() };
    let empty = Map::new();
    let given = match given {
        Value::Null => &empty,
        Value::Object(given) => given,
        _ => return invalid_operation(),
    };
    if let Some(answer) = crate::graph::throttle::check_exchange(world, caller) {
        return answer;
    }
    match run(world, request, caller, name, given) {
        Ok(answer) => answer,
        Err(failure) => refusal(&failure),
    }
}

fn run(world: &mut World, request: &Request, caller: &Caller, name: &str, given: &Map<String, Value>) -> Result<Answer, Failure> {
    rights::check_permission(&world.tenant, caller)?;
    let cmdlet = catalogue::find(name).filter(|cmdlet| cmdlet.is_at(request.service)).ok_or(Failure::NotAvailable)?;
    let reach = rights::reach(&world.tenant, caller, cmdlet)?;
    let parameters = Parameters::bind(cmdlet, given)?;
    let mut call = Call { parameters: &parameters, reach, account: caller.account(), fresh: true, now: world.now };
    let tenant = (world.tenant.id.as_str(), world.tenant.initial_domain.as_str());
    call.fresh = anchor::is_right(&world.tenant.exchange, tenant, cmdlet, &call, request.header("x-anchormailbox"));
    let output = carry_out(&mut world.tenant.exchange, request.service, cmdlet, &call)?;
    if cmdlet.name == "Set-Mailbox" && world.tenant.behaviour.account_disabled_follows {
        directory_hears(world, &parameters);
    }
    Ok(page(world, request, cmdlet, &parameters, output))
}

/// Where the two follow each other: the directory's side of `AccountDisabled`.
fn directory_hears(world: &mut World, parameters: &Parameters) {
    let disabled = parameters.given("AccountDisabled").and_then(Value::as_bool);
    let owner = parameters.text("Identity").and_then(|identity| world.tenant.exchange.recipient(identity).ok());
    let id = owner.map(|owner| owner.id.clone()).unwrap_or_default();
    if let (Some(disabled), Some(user)) = (disabled, world.tenant.directory.users.get_mut(&id)) {
        user["accountEnabled"] = Value::Bool(!disabled);
    }
}

fn carry_out(exchange: &mut Exchange, service: Service, cmdlet: &Cmdlet, call: &Call) -> Result<Output, Failure> {
    match cmdlet.name {
        "Get-Mailbox" => mailboxes::get(exchange, call),
        "Set-Mailbox" => mailboxes::set(exchange, call),
        "Get-Recipient" => mailboxes::recipients(exchange, call),
        "Get-MailboxPermission" => mailboxes::permissions(exchange, call),
        "Get-RecipientPermission" => mailboxes::recipient_permissions(exchange, call),
        "Get-CASMailbox" => mailboxes::protocols(exchange, call),
        "Set-CASMailbox" => mailboxes::set_protocols(exchange, call),
        "Get-MailboxAuditBypassAssociation" => mailboxes::audit_bypasses(exchange, call),
        "Set-MailboxAuditBypassAssociation" => mailboxes::set_audit_bypass(exchange, call),
        "Get-MailboxAutoReplyConfiguration" => mailboxes::auto_reply(exchange, call),
        "Get-MailboxFolderStatistics" => mailboxes::folder_statistics(exchange, call),
        "Get-SweepRule" => mailboxes::sweep_rules(exchange, call),
        "Get-InboxRule" => rules::get(exchange, call),
        "New-InboxRule" => rules::new(exchange, call),
        "Set-InboxRule" => rules::set(exchange, call),
        "Enable-InboxRule" => rules::switch(exchange, call, true),
        "Disable-InboxRule" => rules::switch(exchange, call, false),
        "Remove-InboxRule" => rules::remove(exchange, call),
        "Get-RoleGroup" => roles::groups(exchange, call),
        "Get-RoleGroupMember" => roles::members(exchange, call),
        "Add-RoleGroupMember" => roles::add(exchange, call),
        "Remove-RoleGroupMember" => roles::remove(exchange, call),
        "Get-ManagementRoleAssignment" => roles::assignments(exchange, call),
        "New-ManagementRoleAssignment" => roles::assign(exchange, call),
        "Remove-ManagementRoleAssignment" => roles::unassign(exchange, call),
        "Get-BlockedSenderAddress" => blocked::get(exchange, call),
        "Remove-BlockedSenderAddress" => blocked::remove(exchange, call),
        "Enable-TransportRule" => organisation::switch_rule(exchange, call, "Enabled"),
        "Disable-TransportRule" => organisation::switch_rule(exchange, call, "Disabled"),
        "Get-AdminAuditLogConfig" if service == Service::Purview => organisation::audit_at_purview(exchange, call),
        "Set-ExternalInOutlook" => organisation::set_external_tag(exchange, call),
        "Set-ProtectionAlert" => organisation::set_alert(exchange, call),
        other => match other.strip_prefix("Set-") {
            Some(noun) => organisation::set(exchange, noun, call),
            None => organisation::get(exchange, other, call),
        },
    }
}

fn page(world: &World, request: &Request, cmdlet: &Cmdlet, parameters: &Parameters, output: Output) -> Answer {
    let query = encoding::pairs(&request.query);
    let option = |name: &str| query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    let preferred = request.header("prefer").and_then(|prefer| prefer.split("odata.maxpagesize=").nth(1));
    let page_size = preferred.and_then(|rest| rest.split([',', ';']).next()?.trim().parse().ok());
    let wanted = paging::Wanted { page_size, token: option("$skiptoken") };
    let sized = cmdlet.parameters().any(|parameter| parameter.name == "ResultSize");
    let host = if request.service == Service::Purview { &world.tenant.bases.purview } else { &world.tenant.bases.exchange };
    let base = format!("{host}/adminapi/beta/{}", world.tenant.id);
    let select = option("$select");
    match paging::cut(output, parameters, sized, &wanted, &world.tenant.exchange.behaviour, world.now) {
        Err(exception) => exception_reply(&exception, &format!("Error executing request. {}", exception.text)),
        Ok(page) => {
            let selected = select.map(|select| format!("$select={}&", encoding::encode(select))).unwrap_or_default();
            let next = page.next.map(|token| format!("{base}/InvokeCommand?{selected}%24skiptoken={token}"));
            let rows = page.rows.into_iter().map(|row| chosen(row, select)).collect();
            envelope(&base, rows, &page.warnings, next)
        }
    }
}

fn chosen(mut row: Row, select: Option<&str>) -> Row {
    if let Some(select) = select {
        row.retain(|name, _| select.split(',').any(|wanted| wanted.trim().eq_ignore_ascii_case(name)));
    }
    row
}

fn batch(world: &mut World, request: &Request, caller: &Caller) -> Answer {
    let body = request.json().unwrap_or_default();
    let Some(requests) = body["requests"].as_array().filter(|requests| requests.len() <= BATCH_LIMIT) else {
        return invalid_operation();
    };
    let go_on = request.header("prefer").is_some_and(|prefer| prefer.contains("odata.continue-on-error"));
    let mut responses = Vec::new();
    for inner in requests {
        let answer =
            inner_request(world, request, inner).map_or_else(|| Answer::empty(400), |inner| self::answer(world, &inner, caller));
        let failed = !answer.is_success();
        let headers: Map<String, Value> =
            answer.headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        responses.push(json!({"id": inner["id"], "status": answer.status, "headers": headers, "body": answer.value()}));
        if failed && !go_on {
            break;
        }
    }
    Answer::json(200, &json!({"responses": responses}))
}

/// An inner request: its URL is absolute and must lead here; its headers come before those around it.
fn inner_request(world: &World, outer: &Request, inner: &Value) -> Option<Request> {
    let target = inner["url"].as_str()?.strip_prefix(world.tenant.bases.exchange.as_str())?;
    if !target.starts_with('/') || target.contains("$batch") {
        return None;
    }
    let mut request = Request::new(Service::Exchange, inner["method"].as_str()?, target);
    request.headers.clone_from(&outer.headers);
    for (name, value) in inner["headers"].as_object().into_iter().flatten() {
        request = request.with_header(name, value.as_str().unwrap_or_default());
    }
    Some(request.with_json(&inner["body"]))
}

fn module_file(world: &World, caller: &Caller) -> Answer {
    if let Err(failure) = rights::check_permission(&world.tenant, caller) {
        return refusal(&failure);
    }
    let allowed: Vec<&str> = catalogue::all()
        .iter()
        .filter(|cmdlet| rights::reach(&world.tenant, caller, cmdlet).is_ok())
        .map(|cmdlet| cmdlet.name)
        .collect();
    Answer::json(200, &json!({"value": [{"exportedCmdlets": allowed}]}))
}

fn invalid_operation() -> Answer {
    let exception = Exception {
        status: 400,
        code: "",
        kind: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
        text: "Invalid Operation".into(),
    };
    exception_reply(&exception, "Invalid Operation")
}
