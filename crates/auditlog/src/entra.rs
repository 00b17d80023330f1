//! Sign-ins, directory audits and the other logs of Entra ID, in the spellings of Graph, of Azure
//! Monitor, of Log Analytics and of the portal (Microsoft Graph reference, `signIn` and
//! `directoryAudit`; Azure Monitor reference, `SigninLogs` and `AuditLogs`).
//!
//! Each spelling is brought to Graph's names first; then there is one reader for each kind.

use crate::audit::of_error;
use crate::draft::Draft;
use crate::event::{Kind, Outcome};
use crate::json::{Items, Value, member, members};
use crate::text::{Form, Text};
use crate::time;

/// Which log of Azure Monitor a record stands in.
pub fn kind_of(category: Text<'_>) -> Kind {
    let named = |end: &[u8]| category.bytes.to_ascii_lowercase().ends_with(end);
    if named(b"signinlogs") {
        Kind::SignIn
    } else if named(b"auditlogs")
        || ["Policy", "DirectoryManagement", "ApplicationManagement"].iter().any(|name| category.is(name))
    {
        Kind::Directory
    } else {
        Kind::Other
    }
}

/// Reads members of a record of this kind, outer ones first.
pub fn read<'a>(kind: Kind, all: impl Iterator<Item = (&'a [u8], Value<'a>)>) -> Option<Draft<'a>> {
    let mut read = Reading::default();
    all.for_each(|(key, value)| read.take(key, value));
    read.finish(kind)
}

/// Reads a record of Azure Monitor: what stands around its properties, then the properties.
pub fn monitor<'a>(category: Text<'a>, outer: Text<'a>, properties: Text<'a>) -> Option<Draft<'a>> {
    read(kind_of(category), members(outer).chain(members(properties)))
}

#[derive(Debug, Default)]
struct Reading<'a> {
    draft: Draft<'a>,
    /// Times by their worth: the event's own, the log's.
    times: [Text<'a>; 2],
    activity: Text<'a>,
    operation: Text<'a>,
    title: Text<'a>,
    display_name: Text<'a>,
    identity: Text<'a>,
    service_principal: Text<'a>,
    result: Text<'a>,
    code: Text<'a>,
    status: Text<'a>,
    detail: Text<'a>,
    initiated_by: Text<'a>,
    targets: Text<'a>,
    additional: Text<'a>,
    addresses: [Text<'a>; 2],
    correlation: Text<'a>,
}

/// Told beside what the model has a place for.
const BESIDE: &[&str] = &[
    "authenticationProtocol",
    "authenticationRequirement",
    "incomingTokenType",
    "originalTransferMethod",
    "conditionalAccessStatus",
    "riskState",
    "riskLevelDuringSignIn",
    "riskEventType",
    "riskEventTypes_v2",
    "autonomousSystemNumber",
    "crossTenantAccessType",
    "clientCredentialType",
    "signInEventTypes",
    "tokenIssuerType",
    "correlationId",
    "loggedByService",
    "operationType",
    "category",
    "severity",
    "serviceSource",
    "detectionSource",
    "requestUri",
    "requestMethod",
    "scopes",
    "modifiedProperty",
];

impl<'a> Reading<'a> {
    fn take(&mut self, key: &'a [u8], value: Value<'a>) {
        let is = |name: &str| key.eq_ignore_ascii_case(name.as_bytes());
        let text = value.text();
        if matches!(value, Value::Null) || text.is_empty() && value.nested().is_empty() || text.is("<null>") {
            return;
        }
        let draft = &mut self.draft;
        match key.len() {
            2 if is("id") => draft.id = text,
            4 if is("time") => self.times[1] = self.times[1].or(text),
            4 if is("user") => self.display_name = text,
            5 if is("appId") => draft.app = text,
            5 if is("title") => self.title = text,
            6 if is("result") => self.result = text,
            6 if is("status") => self.take_status(value),
            6 if is("userId") => draft.actor_id = text,
            8 if is("identity") => self.identity = text,
            8 if is("location") => self.take_location(value),
            9 if is("userAgent") => draft.agent = text,
            9 if is("ipAddress") => self.addresses[0] = text,
            9 if is("sessionId") => draft.session = text,
            10 if is("resultType") => self.code = text,
            10 if is("resourceId") && draft.resource.is_empty() => draft.resource = text,
            11 if is("initiatedBy") => self.initiated_by = value.raw(),
            12 if is("deviceDetail") => self.take_device(value.raw()),
            12 if is("resultReason") => self.detail = text,
            13 if is("clientAppUsed") => draft.client = text,
            13 if is("isInteractive") => draft.interactive = Some(text.is_true()),
            13 if is("operationName") => self.operation = text,
            13 if is("timeGenerated") => self.times[1] = text,
            14 if is("appDisplayName") => draft.app_name = text,
            15 if is("createdDateTime") => self.times[0] = text,
            15 if is("callerIpAddress") => self.addresses[1] = text,
            15 if is("targetResources") => self.targets = value.raw(),
            15 if is("locationDetails") => self.take_location(value),
            15 if is("userDisplayName") => self.display_name = text,
            16 if is("activityDateTime") => self.times[0] = text,
            16 if is("detectedDateTime") => self.times[0] = self.times[0].or(text),
            17 if is("userPrincipalName") => draft.actor = text,
            17 if is("additionalDetails") => self.additional = value.raw(),
            17 if is("resultDescription") => self.detail = text,
            19 if is("activityDisplayName") => self.activity = text,
            19 if is("resourceDisplayName") => draft.resource = text,
            20 if is("servicePrincipalName") => self.service_principal = text,
            21 if is("uniqueTokenIdentifier") => draft.token = text,
            22 if is("authenticationProtocol") => draft.beside.push((Text::new(key, Form::Plain), text)),
            _ => {
                if is("correlationId") {
                    self.correlation = text;
                }
                if BESIDE.iter().any(|name| is(name)) {
                    draft.beside.push((Text::new(key, Form::Plain), value.raw()));
                }
            }
        }
    }

    /// An object with code and reason in Graph, text in it in Log Analytics, a word in the portal.
    fn take_status(&mut self, value: Value<'a>) {
        let object = object_in(value);
        if object.is_empty() {
            self.status = value.text();
            return;
        }
        for (key, value) in members(object) {
            if key.eq_ignore_ascii_case(b"errorCode") {
                self.code = value.text();
            } else if key.eq_ignore_ascii_case(b"failureReason") && !value.text().is("Other.") {
                self.detail = value.text();
            } else if key.eq_ignore_ascii_case(b"additionalDetails") {
                self.detail = self.detail.or(value.text());
            }
        }
    }

    fn take_location(&mut self, value: Value<'a>) {
        let object = object_in(value);
        if !object.is_empty() {
            self.draft.country = member(object, "countryOrRegion").map(Value::text).unwrap_or_default();
        } else if self.draft.country.is_empty() {
            // "City, State, XX" in the portal, "XX" elsewhere.
            let text = value.text();
            let last = text.bytes.rsplit(|sign| *sign == b',').next().unwrap_or_default();
            self.draft.country = Text::new(last.trim_ascii(), text.form);
        }
    }

    fn take_device(&mut self, device: Text<'a>) {
        let wanted = ["deviceId", "displayName", "operatingSystem", "browser", "trustType"];
        let told = members(device).filter(|(key, _)| wanted.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes())));
        self.draft.beside.extend(told.map(|(key, value)| (Text::new(key, device.form), value.text())));
    }

    fn finish(mut self, kind: Kind) -> Option<Draft<'a>> {
        let [own, log] = self.times;
        self.draft.kind = kind;
        self.draft.time = time::read(&own.or(log).decode().into_owned().into_bytes());
        for address in self.addresses {
            self.draft.take_address(address);
        }
        match kind {
            Kind::SignIn => self.sign_in(),
            Kind::Directory => self.directory(),
            _ => self.other(),
        }
        let draft = self.draft;
        (draft.time.is_some() && !draft.operation.is_empty()).then_some(draft)
    }

    fn sign_in(&mut self) {
        let draft = &mut self.draft;
        draft.operation = Text::new(b"Sign-in activity", Form::Plain);
        draft.workload = Text::new(b"AzureActiveDirectory", Form::Plain);
        draft.actor = draft.actor.or(self.service_principal).or(self.display_name).or(self.identity);
        draft.detail = self.detail;
        draft.error = self.code.number();
        let said = |words: &[&str]| words.iter().any(|word| self.code.is(word) || self.status.is(word));
        draft.outcome = match draft.error {
            Some(0) | None if said(&["Failure"]) => Outcome::Failed,
            Some(code) => of_error(code, Text::default()),
            None if said(&["Success"]) => Outcome::Succeeded,
            None if said(&["Interrupted"]) => Outcome::Interrupted,
            None => Outcome::Unknown,
        };
    }

    fn directory(&mut self) {
        let draft = &mut self.draft;
        draft.operation = self.activity.or(self.operation);
        draft.workload = Text::new(b"AzureActiveDirectory", Form::Plain);
        draft.detail = self.detail;
        draft.outcome = if self.result.is("success") {
            Outcome::Succeeded
        } else if self.result.is("failure") || self.result.is("failed") {
            Outcome::Failed
        } else {
            Outcome::Unknown
        };
        self.take_initiator();
        let draft = &mut self.draft;
        draft.actor = draft.actor.or(self.identity);
        draft.parameters[0] = self.targets;
        draft.parameters[1] = self.additional;
        let first = Items::of(self.targets).next().map(Value::nested).unwrap_or_default();
        let named = |name| member(first, name).map(Value::text).unwrap_or_default();
        draft.target = draft.target.or(named("userPrincipalName")).or(named("displayName")).or(named("id"));
        if draft.agent.is_empty() {
            draft.agent = crate::audit::named(self.additional, &["User-Agent"]);
        }
    }

    fn take_initiator(&mut self) {
        let draft = &mut self.draft;
        for (key, value) in members(self.initiated_by) {
            let inner = value.nested();
            let named = |name| member(inner, name).map(Value::text).filter(|text| !text.is_empty()).unwrap_or_default();
            if inner.is_empty() {
                continue;
            }
            if key.eq_ignore_ascii_case(b"user") {
                draft.actor = draft.actor.or(named("userPrincipalName")).or(named("displayName")).or(named("id"));
                draft.actor_id = draft.actor_id.or(named("id"));
                draft.take_address(named("ipAddress"));
            } else if key.eq_ignore_ascii_case(b"app") {
                draft.actor = draft.actor.or(named("displayName")).or(named("servicePrincipalId"));
                draft.app = draft.app.or(named("appId"));
                draft.app_name = draft.app_name.or(named("displayName"));
            }
        }
    }

    fn other(&mut self) {
        let draft = &mut self.draft;
        draft.operation = self.operation.or(self.activity).or(self.title);
        draft.actor = draft.actor.or(self.display_name).or(self.identity).or(draft.actor_id);
        draft.detail = self.detail.or(self.status);
        draft.error = self.code.number();
        if !self.status.is_empty() {
            draft.beside.push((Text::new(b"status", Form::Plain), self.status));
        }
        if draft.agent.is_empty() {
            draft.agent = crate::audit::named(self.additional, &["userAgent"]);
        }
        draft.id = draft.id.or(self.correlation);
    }
}

/// An object, or the object that a text holds.
fn object_in(value: Value<'_>) -> Text<'_> {
    let raw = value.raw();
    if raw.bytes.first() == Some(&b'{') { Text::new(raw.bytes, raw.form) } else { Text::default() }
}

/// The names of the portal's columns in Graph's words.
pub const PORTAL: &[(&str, &str)] = &[
    ("Date (UTC)", "createdDateTime"),
    ("Date", "createdDateTime"),
    ("Request ID", "id"),
    ("User agent", "userAgent"),
    ("Correlation ID", "correlationId"),
    ("User ID", "userId"),
    ("User", "userDisplayName"),
    ("Username", "userPrincipalName"),
    ("Application", "appDisplayName"),
    ("Application ID", "appId"),
    ("Resource", "resourceDisplayName"),
    ("Resource ID", "resourceId"),
    ("IP address", "ipAddress"),
    ("Location", "location"),
    ("Status", "status"),
    ("Sign-in error code", "resultType"),
    ("Failure reason", "resultDescription"),
    ("Client app", "clientAppUsed"),
    ("Authentication Protocol", "authenticationProtocol"),
    ("Authentication requirement", "authenticationRequirement"),
    ("Unique token identifier", "uniqueTokenIdentifier"),
    ("Session ID", "sessionId"),
    ("Incoming token type", "incomingTokenType"),
    ("Conditional access", "conditionalAccessStatus"),
    ("Autonomous system number", "autonomousSystemNumber"),
    ("Service principal name", "servicePrincipalName"),
    ("Cross tenant access type", "crossTenantAccessType"),
    // The directory audit log.
    ("Service", "loggedByService"),
    ("Category", "category"),
    ("Activity", "activityDisplayName"),
    ("Result", "result"),
    ("ResultReason", "resultReason"),
    ("ActorDisplayName", "identity"),
    ("ActorObjectId", "userId"),
    ("ActorUserPrincipalName", "userPrincipalName"),
    ("IPAddress", "ipAddress"),
    ("UserAgent", "userAgent"),
];
