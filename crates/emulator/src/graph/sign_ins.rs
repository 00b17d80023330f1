//! The sign-in log: what the scenario says happened before, and what was seen at the sign-in host since.
//!
//! Invariant: only beta knows sessions and non-interactive sign-ins. What is new comes late, as it does there.

use serde_json::{Value, json};

use super::odata::{Query, bad};
use super::page::list_with;
use super::{Call, Outcome, denied, not_found};
use crate::encoding;
use crate::message::{Answer, Service};
use crate::world::{Recorded, WithoutLicence, World};

/// The biggest page of a log.
const CEILING: usize = 1_000;
/// Members that v1.0 does not have.
const BETA: &[&str] =
    &["signInEventTypes", "sessionId", "uniqueTokenIdentifier", "autonomousSystemNumber", "authenticationProtocol"];
/// Where whoever signs in here comes from, if the request does not say.
const LOOPBACK: &str = "127.0.0.1";

/// `GET /auditLogs/signIns`.
pub fn handle(world: &World, call: &Call) -> Outcome {
    if !(world.tenant.has_plan("AAD_PREMIUM") || world.tenant.has_plan("AAD_PREMIUM_P2")) {
        return match world.tenant.behaviour.sign_ins_without_licence {
            WithoutLicence::Code => Err(Answer::graph_error(
                403,
                "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                "Neither tenant is B2C or tenant doesn't have premium license",
            )),
            WithoutLicence::Forbidden => Err(denied()),
            WithoutLicence::NotFound => Err(not_found("signIns")),
            WithoutLicence::Empty => list_with(world, call, &Query::read(call.request, CEILING)?, Vec::new(), &[]),
        };
    }
    let query = Query::read(call.request, CEILING)?;
    let named = query.filter.as_ref().map(|filter| filter.properties()).unwrap_or_default();
    let asks_kind = named.contains(&"signInEventTypes");
    if call.version == "v1.0"
        && let Some(stranger) = named.iter().find(|name| BETA.contains(name))
    {
        return Err(bad(&format!("Could not find a property named '{stranger}' on type 'microsoft.graph.signIn'.")));
    }
    let mut rows: Vec<Value> = world.tenant.directory.sign_ins.iter().cloned().chain(since_the_start(world)).collect();
    let now = world.now.to_string();
    rows.retain(|row| row["createdDateTime"].as_str().is_some_and(|at| at <= now.as_str()));
    rows.retain(|row| asks_kind || row["isInteractive"] != Value::Bool(false));
    rows.sort_by(|one, other| other["createdDateTime"].as_str().cmp(&one["createdDateTime"].as_str()));
    // Beta has its own members, and has dropped one.
    let strangers: &[&str] = if call.version == "v1.0" { BETA } else { &["riskEventTypes"] };
    for members in rows.iter_mut().filter_map(Value::as_object_mut) {
        members.retain(|name, _| !strangers.contains(&name.as_str()));
    }
    list_with(world, call, &query, rows, &[])
}

/// Sign-ins of people at the sign-in host, as old as the log is late.
fn since_the_start(world: &World) -> impl Iterator<Item = Value> + '_ {
    let late = world.tenant.behaviour.sign_in_log_late;
    let is_old = move |recorded: &&Recorded| world.now.duration_since(recorded.at) >= late;
    world.record.iter().filter(is_old).filter_map(|recorded| row(world, recorded))
}

fn row(world: &World, recorded: &Recorded) -> Option<Value> {
    let request = &recorded.request;
    if request.service != Service::Login || request.method != "POST" || !request.path.ends_with("/token") {
        return None;
    }
    let form = encoding::pairs(&String::from_utf8_lossy(&request.body));
    let of = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let (account, interactive) = match of("grant_type")? {
        "password" => (world.tenant.directory.user_key(of("username")?)?, true),
        "refresh_token" => (world.tenant.sessions.refresh(of("refresh_token")?)?.account.clone(), false),
        _ => return None,
    };
    let user = world.tenant.directory.users.get(&account)?;
    let error = recorded.answer.value()["error_codes"][0].as_i64().unwrap_or_default();
    Some(complete(&json!({
        "id": format!("{:08x}-0000-4000-8000-{:012x}", 0x5160_0000_u32, recorded.ended),
        "createdDateTime": recorded.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "userId": account,
        "userDisplayName": user["displayName"],
        "userPrincipalName": user["userPrincipalName"],
        "appId": of("client_id").unwrap_or_default(),
        "ipAddress": request.header("x-forwarded-for").unwrap_or(LOOPBACK),
        "isInteractive": interactive,
        "conditionalAccessStatus": if kept_out(error) { "failure" } else { "notApplied" },
        "status": {"errorCode": error, "failureReason": "Other.", "additionalDetails": null},
    })))
}

/// Whether it was Conditional Access that said no, or that asked for more.
fn kept_out(error: i64) -> bool {
    (53_000..=53_003).contains(&error) || matches!(error, 50_076 | 50_079)
}

/// A row with what every row has.
pub fn complete(given: &Value) -> Value {
    let interactive = given["isInteractive"] != Value::Bool(false);
    let kind = if interactive { "interactiveUser" } else { "nonInteractiveUser" };
    let mut row = json!({
        "appDisplayName": "Office 365 Exchange Online", "clientAppUsed": "Browser", "correlationId": given["id"],
        "conditionalAccessStatus": "notApplied", "isInteractive": true, "riskDetail": "none", "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes": [], "riskEventTypes_v2": [],
        "resourceDisplayName": "Office 365 Exchange Online", "resourceId": "00000002-0000-0ff1-ce00-000000000000",
        "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": null},
        "deviceDetail": {"deviceId": "", "displayName": "", "operatingSystem": "Windows10", "browser": "Chrome 141", "isCompliant": false, "isManaged": false, "trustType": ""},
        "location": {"city": "", "state": "", "countryOrRegion": "", "geoCoordinates": {"altitude": null, "latitude": null, "longitude": null}},
        "appliedConditionalAccessPolicies": [], "signInEventTypes": [kind],
    });
    if let (Some(row), Some(given)) = (row.as_object_mut(), given.as_object()) {
        row.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    row
}
