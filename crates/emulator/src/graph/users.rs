//! Accounts: find, read, change, revoke.
//!
//! Invariant: a PATCH is done whole or not at all, and a password goes in and never comes out.

use serde_json::{Map, Value, json};

use super::authority::{self, Act};
use super::odata::{Query, bad, project};
use super::page::{CEILING, list_with};
use super::{Call, Outcome, denied, entity, not_found, owned_on_premises, password, shape, time};
use crate::directory::{Directory, is, text};
use crate::message::Answer;
use crate::world::{FederatedPassword, World};

/// `GET /users`.
pub fn list(world: &World, call: &Call) -> Outcome {
    let query = Query::read(call.request, CEILING)?;
    check_names(world, call, &query)?;
    let directory = &world.tenant.directory;
    // Whom the filter leaves out is not copied first: a tenant may have many thousands.
    let stored = query.filter.as_ref().filter(|filter| !filter.properties().contains(&"isManagementRestricted"));
    let wanted = directory.users.iter().filter(|(_, user)| stored.is_none_or(|filter| filter.matches(user)));
    let rows = wanted.filter_map(|(id, _)| view(directory, id)).collect();
    list_with(world, call, &query, rows, shape::USER_DEFAULT)
}

/// `GET /users/$count`.
pub fn count(world: &World, call: &Call) -> Outcome {
    if call.request.header("consistencylevel").is_none() {
        return Err(bad("The $count segment needs ConsistencyLevel: eventual."));
    }
    Ok(Answer::text(200, "text/plain", &world.tenant.directory.users.len().to_string()))
}

/// `GET /users/{id}`.
pub fn get(world: &World, call: &Call) -> Outcome {
    let query = Query::read(call.request, CEILING)?;
    check_names(world, call, &query)?;
    let id = target(world, call)?;
    let user = view(&world.tenant.directory, &id).ok_or_else(|| not_found(call.key(0)))?;
    let names: Vec<String> =
        if query.select.is_empty() { shape::USER_DEFAULT.iter().map(|name| (*name).to_owned()).collect() } else { query.select };
    Ok(entity(world, call, 200, "users/$entity", &project(&user, &names)))
}

/// The account that the key names.
pub fn target(world: &World, call: &Call) -> Result<String, Answer> {
    world.tenant.directory.user_key(call.key(0)).ok_or_else(|| not_found(call.key(0)))
}

/// A user with everything that can be selected.
pub fn view(directory: &Directory, id: &str) -> Option<Value> {
    let mut user = directory.users.get(id)?.clone();
    if directory.is_management_restricted(id) {
        user["isManagementRestricted"] = json!(true);
    }
    Some(user)
}

fn check_names(world: &World, call: &Call, query: &Query) -> Result<(), Answer> {
    let filtered = query.filter.iter().flat_map(|filter| filter.properties());
    for name in query.select.iter().map(String::as_str).chain(filtered) {
        if !shape::is_user_property(name) && name != "*" {
            return Err(bad(&format!("Could not find a property named '{name}' on type 'Microsoft.DirectoryServices.User'.")));
        }
        if name.eq_ignore_ascii_case("signInActivity") {
            check_activity(world, call)?;
        }
    }
    Ok(())
}

fn check_activity(world: &World, call: &Call) -> Result<(), Answer> {
    if !world.tenant.has_plan("AAD_PREMIUM") {
        return Err(Answer::graph_error(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        ));
    }
    if call.caller.is_app() && !call.caller.has("AuditLog.Read.All") { Err(denied()) } else { Ok(()) }
}

/// `PATCH /users/{id}`: everything is checked before anything is changed.
pub fn update(world: &mut World, call: &Call) -> Outcome {
    let id = target(world, call)?;
    let body = call.request.json().unwrap_or(Value::Null);
    let members =
        body.as_object().filter(|members| !members.is_empty()).ok_or_else(|| bad("A value is required in the request body."))?;
    let changes: Map<String, Value> =
        members.iter().filter(|(name, _)| !name.contains('@')).map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in &changes {
        check_change(world, call, &id, name, value)?;
    }
    apply(world, &id, changes);
    Ok(Answer::empty(204))
}

fn check_change(world: &World, call: &Call, id: &str, name: &str, value: &Value) -> Result<(), Answer> {
    if !shape::is_user_property(name) {
        return Err(bad(&format!("Invalid property '{name}'.")));
    }
    if !shape::is_writable(name) {
        return Err(bad(&format!("Property '{name}' is read-only and cannot be set.")));
    }
    if !may_write(call, name) {
        return Err(denied());
    }
    match name {
        "passwordProfile" => {
            authority::outranks(world, call.caller, id, Act::Password)?;
            check_password(world, id, value)
        }
        "accountEnabled" => {
            authority::outranks(world, call.caller, id, Act::Sensitive)?;
            check_enabled(world, id, value)
        }
        "businessPhones" | "mobilePhone" | "onPremisesImmutableId" | "otherMails" | "userPrincipalName" => {
            authority::outranks(world, call.caller, id, Act::Sensitive)
        }
        _ => {
            authority::check_restricted(&world.tenant.directory, call.caller, id)?;
            refuse_on_premises(world, id, name)
        }
    }
}

/// Whether the token permits this one property.
fn may_write(call: &Call, name: &str) -> bool {
    let has = |permissions: &[&str]| permissions.iter().any(|permission| call.caller.has(permission));
    let whole = ["User.ReadWrite.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"];
    match name {
        "passwordProfile" => has(&["User-PasswordProfile.ReadWrite.All", "Directory.AccessAsUser.All"]),
        "accountEnabled" => {
            let reads = has(&["User.Read.All", "User.ReadBasic.All", "Directory.Read.All"]) || has(&whole);
            has(&whole) || has(&["User.EnableDisableAccount.All"]) && reads
        }
        "businessPhones" | "mobilePhone" => has(&whole) || has(&["User-Phone.ReadWrite.All"]),
        "otherMails" | "mail" => has(&whole) || has(&["User-Mail.ReadWrite.All"]),
        _ => has(&whole),
    }
}

fn check_enabled(world: &World, id: &str, value: &Value) -> Result<(), Answer> {
    if !value.is_boolean() {
        return Err(bad("Invalid value specified for property 'accountEnabled' of resource 'User'."));
    }
    if is_synchronised(world, id) && world.tenant.behaviour.sync_refuses_account_enabled {
        Err(owned_on_premises())
    } else {
        Ok(())
    }
}

fn check_password(world: &World, id: &str, profile: &Value) -> Result<(), Answer> {
    const KNOWN: &[&str] = &["password", "forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"];
    let members =
        profile.as_object().ok_or_else(|| bad("Invalid value specified for property 'passwordProfile' of resource 'User'."))?;
    if let Some(name) = members.keys().find(|name| !KNOWN.contains(&name.as_str()) && !name.contains('@')) {
        return Err(bad(&format!("Invalid property '{name}'.")));
    }
    if is_synchronised(world, id) {
        return Err(owned_on_premises());
    }
    let user = world.tenant.directory.users.get(id).unwrap_or(&Value::Null);
    match world.tenant.behaviour.federated_password {
        FederatedPassword::Refused if is_federated(&world.tenant.directory, user) => {
            return Err(bad("The password of a federated user cannot be set in the cloud."));
        }
        FederatedPassword::Forbidden if is_federated(&world.tenant.directory, user) => return Err(denied()),
        _ => {}
    }
    match profile["password"].as_str() {
        Some(new) if !password::is_acceptable(new, user) || world.tenant.sessions.was_password(id, new) => Err(bad(
            "The specified password does not comply with password complexity requirements. Please provide a different password.",
        )),
        _ => Ok(()),
    }
}

fn refuse_on_premises(world: &World, id: &str, name: &str) -> Result<(), Answer> {
    let is_cloud_owned = matches!(name, "usageLocation" | "passwordPolicies" | "preferredDataLocation");
    if is_synchronised(world, id) && !is_cloud_owned { Err(owned_on_premises()) } else { Ok(()) }
}

fn is_synchronised(world: &World, id: &str) -> bool {
    world.tenant.directory.users.get(id).is_some_and(Directory::is_synchronised)
}

fn is_federated(directory: &Directory, user: &Value) -> bool {
    let domain = text(user, "userPrincipalName").rsplit('@').next().unwrap_or_default();
    directory.domains.iter().any(|known| is(known, "id", domain) && is(known, "authenticationType", "Federated"))
}

fn apply(world: &mut World, id: &str, changes: Map<String, Value>) {
    for (name, value) in changes {
        if name == "passwordProfile" {
            set_password(world, id, &value);
            continue;
        }
        if let Some(user) = world.tenant.directory.users.get_mut(id) {
            let known =
                user.as_object().and_then(|members| members.keys().find(|member| member.eq_ignore_ascii_case(&name))).cloned();
            user[known.unwrap_or(name)] = value;
        }
        if world.tenant.behaviour.account_disabled_follows {
            let enabled = world.tenant.directory.users.get(id).is_none_or(|user| user["accountEnabled"] != Value::Bool(false));
            world.tenant.exchange.set_account_disabled(id, !enabled);
        }
    }
}

fn set_password(world: &mut World, id: &str, profile: &Value) {
    let flag = |name: &str| profile[name] == Value::Bool(true);
    let Some(new) = profile["password"].as_str() else { return };
    let must_change = flag("forceChangePasswordNextSignIn") || flag("forceChangePasswordNextSignInWithMfa");
    world.tenant.sessions.set_password(id, new, must_change);
    if let Some(user) = world.tenant.directory.users.get_mut(id) {
        user["lastPasswordChangeDateTime"] = Value::from(time(world.now));
    }
}

/// `POST /users/{id}/revokeSignInSessions` and its older twin.
pub fn revoke(world: &mut World, call: &Call) -> Outcome {
    let id = target(world, call)?;
    if call.caller.account().is_some_and(|account| account != id) {
        authority::outranks(world, call.caller, &id, Act::Password)?;
    } else {
        authority::check_restricted(&world.tenant.directory, call.caller, &id)?;
    }
    world.tenant.sessions.end_refresh(&id);
    if let Some(user) = world.tenant.directory.users.get_mut(&id) {
        user["signInSessionsValidFromDateTime"] = Value::from(time(world.now));
    }
    Ok(entity(world, call, 200, "Edm.Boolean", &json!({"value": true})))
}

/// `GET /users/{id}/mailboxSettings`.
pub fn mailbox_settings(world: &World, call: &Call) -> Outcome {
    let id = with_mailbox(world, call)?;
    let query = Query::read(call.request, CEILING)?;
    let settings = project(&settings_of(world, &id), &query.select);
    Ok(entity(world, call, 200, &format!("users('{id}')/mailboxSettings"), &settings))
}

/// `PATCH /users/{id}/mailboxSettings`.
pub fn set_mailbox_settings(world: &mut World, call: &Call) -> Outcome {
    let id = with_mailbox(world, call)?;
    let body = call.request.json().unwrap_or(Value::Null);
    let changes = body.as_object().ok_or_else(|| bad("A value is required in the request body."))?.clone();
    let mut settings = settings_of(world, &id);
    if let Some(name) =
        changes.keys().find(|name| !name.contains('@') && settings.get(name.as_str()).is_none() || name.as_str() == "userPurpose")
    {
        return Err(Answer::graph_error(
            400,
            "RequestBodyRead",
            &format!("The property '{name}' cannot be set on type 'microsoft.graph.mailboxSettings'."),
        ));
    }
    for (name, value) in &changes {
        merge(&mut settings[name.as_str()], value);
    }
    world.tenant.directory.mailbox_settings.insert(id.clone(), settings);
    Ok(entity(world, call, 200, &format!("users('{id}')/mailboxSettings"), &body))
}

fn merge(target: &mut Value, given: &Value) {
    match (target.as_object_mut(), given.as_object()) {
        (Some(target), Some(given)) => target.extend(given.iter().map(|(name, value)| (name.clone(), value.clone()))),
        _ => *target = given.clone(),
    }
}

fn settings_of(world: &World, id: &str) -> Value {
    let mut settings = json!({
        "archiveFolder": "", "timeZone": "UTC", "dateFormat": "yyyy-MM-dd", "timeFormat": "HH:mm", "userPurpose": purpose_of(world, id),
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly", "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
        "automaticRepliesSetting": {
            "status": "disabled", "externalAudience": "none", "internalReplyMessage": "", "externalReplyMessage": "",
            "scheduledStartDateTime": {"dateTime": "2026-11-02T09:00:00.0000000", "timeZone": "UTC"},
            "scheduledEndDateTime": {"dateTime": "2026-11-03T09:00:00.0000000", "timeZone": "UTC"},
        },
        "workingHours": {"daysOfWeek": ["monday"], "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000", "timeZone": {"name": "UTC"}},
    });
    if let Some(given) = world.tenant.directory.mailbox_settings.get(id) {
        merge(&mut settings, given);
    }
    settings
}

/// What the mailbox is for, as Exchange knows it.
fn purpose_of(world: &World, id: &str) -> &'static str {
    match world.tenant.exchange.mailbox_of(id).map(|mailbox| mailbox.who.details.as_str()) {
        Some("SharedMailbox") => "shared",
        Some("RoomMailbox") => "room",
        Some("EquipmentMailbox") => "equipment",
        Some("LinkedMailbox") => "linked",
        _ => "user",
    }
}

fn with_mailbox(world: &World, call: &Call) -> Result<String, Answer> {
    let id = target(world, call)?;
    match world.tenant.exchange.mailbox_of(&id) {
        Some(_) => Ok(id),
        None => Err(Answer::graph_error(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )),
    }
}

/// `POST /users/{id}/sendMail`.
pub fn send_mail(world: &mut World, call: &Call) -> Outcome {
    let id = target(world, call)?;
    let body = call.request.json().unwrap_or(Value::Null);
    Ok(crate::mail::send(world, call.caller, &id, &body))
}

/// `…/mailFolders/inbox/messageRules`; no other folder has rules.
pub fn rules(world: &mut World, call: &Call) -> Outcome {
    if !call.key(1).eq_ignore_ascii_case("inbox") {
        return Err(Answer::graph_error(400, "ErrorInvalidRequest", "Message rules exist on the inbox only."));
    }
    let id = target(world, call)?;
    let tail: Vec<&str> = call.path.split('/').skip(2).collect();
    Ok(crate::exchange::graph_rules(world, call.request, call.caller, &id, &tail.join("/")))
}
