//! Records of the unified audit log: the object that every export of it carries somewhere.
//!
//! Microsoft documents the schema as "Office 365 Management Activity API schema"; what the
//! documentation leaves open (three address members, sessions in four places, two lists of
//! parameters) is read here once, for every export.

use crate::draft::Draft;
use crate::event::{Kind, Outcome};
use crate::json::{Broken, Items, Members, Value, member};
use crate::text::{Form, Text};
use crate::time;

/// What a JSON object turned out to be.
#[derive(Debug, Clone)]
pub struct Looked<'a> {
    /// The draft, if it is an audit record.
    pub draft: Draft<'a>,
    /// Whether it is one: it says when and what.
    pub is_audit: bool,
    /// Members that tell other kinds apart.
    pub marks: Marks<'a>,
    /// Where the object ended.
    pub end: usize,
}

/// Members by which other kinds of record are known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks<'a> {
    /// `AuditData`: an audit record inside, as text or nested.
    pub audit_data: Option<Value<'a>>,
    /// `properties`: a record of Azure Monitor.
    pub properties: Option<Value<'a>>,
    /// `category`: which log of Azure Monitor.
    pub category: Text<'a>,
    /// `createdDateTime`: a sign-in, or the time of a Graph record.
    pub created: Text<'a>,
    /// `activityDateTime`: a directory audit.
    pub activity: Text<'a>,
    /// `userPrincipalName` or `ipAddress`: of somebody who signed in, or the actor of a Graph record.
    pub upn: Text<'a>,
    /// `appId` beside it.
    pub has_app: bool,
    /// `service` of a Graph record.
    pub service: Text<'a>,
    /// `MessageTraceId` or `RecipientAddress`: a message trace.
    pub trace: bool,
    /// `value`, `records`, `results` or `d`: a document that wraps records.
    pub list: Text<'a>,
}

/// Reads an object once, as an audit record.
pub fn look(bytes: &[u8], form: Form) -> Result<Looked<'_>, Broken> {
    let mut read = Reading::default();
    let end = read.read(bytes, form)?;
    Ok(read.looked(end))
}

/// Reads members that stand one by one, as in the columns of a table.
pub fn of_members<'a>(members: impl Iterator<Item = (&'a [u8], Value<'a>)>) -> Option<Draft<'a>> {
    let mut read = Reading::default();
    members.for_each(|(key, value)| read.take(key, value));
    let looked = read.looked(0);
    looked.is_audit.then_some(looked.draft)
}

/// A record of which a Graph answer tells more around it than in it.
pub fn inside<'a>(outer: &Looked<'a>, inner: Looked<'a>) -> Option<Draft<'a>> {
    let mut draft = inner.draft;
    draft.id = draft.id.or(outer.draft.id);
    draft.operation = draft.operation.or(outer.draft.operation);
    draft.actor = draft.actor.or(outer.marks.upn).or(outer.draft.actor);
    draft.workload = draft.workload.or(outer.marks.service);
    draft.target = draft.target.or(outer.draft.target);
    draft.time = draft.time.or_else(|| time::read(outer.marks.created.bytes));
    if draft.address == crate::address::Address::NONE {
        draft.address = outer.draft.address;
    }
    (draft.time.is_some() && !draft.operation.is_empty()).then_some(draft)
}

/// A record while it is read; can be used for one record after the other.
#[derive(Debug, Default)]
pub struct Reading<'a> {
    /// What came of it.
    pub draft: Draft<'a>,
    marks: Marks<'a>,
    client_ip: Text<'a>,
    client_ip_address: Text<'a>,
    actor_ip_address: Text<'a>,
    extended: Text<'a>,
    device: Text<'a>,
    context: Text<'a>,
    client_app: Text<'a>,
    application: Text<'a>,
    app: Text<'a>,
    generated: Text<'a>,
    site: Text<'a>,
    result: Text<'a>,
    logon_error: Text<'a>,
    file_name: Text<'a>,
}

impl<'a> Reading<'a> {
    /// Reads the object that `bytes` begin with; says where it ended.
    #[inline]
    fn read(&mut self, bytes: &'a [u8], form: Form) -> Result<usize, Broken> {
        let mut members = Members::of(bytes, form)?;
        while let Some((key, value)) = members.next_member()? {
            self.take(key, value);
        }
        Ok(members.end())
    }

    /// Reads the next record into this one's place. Where it ended, if it is an audit record.
    #[inline]
    pub fn next(&mut self, bytes: &'a [u8], form: Form) -> Option<usize> {
        *self = Self::default();
        let end = self.read(bytes, form).ok()?;
        self.finish().then_some(end)
    }

    /// One member. Names are compared in any case, by their length first, and mostly they are written
    /// as documented.
    #[inline]
    fn take(&mut self, key: &'a [u8], value: Value<'a>) {
        let first = key.first().map_or(0, |sign| sign | 0x20);
        let is = |name: &[u8]| first == name[0] | 0x20 && (key == name || key.eq_ignore_ascii_case(name));
        let draft = &mut self.draft;
        match key.len() {
            1 if is(b"d") => self.marks.list = value.nested(),
            2 if is(b"Id") => draft.id = value.text(),
            4 if is(b"Item") => draft.items[0] = value.nested(),
            5 if is(b"AppId") => {
                self.app = value.text();
                self.marks.has_app = true;
            }
            5 if is(b"value") => self.marks.list = value.nested(),
            6 if is(b"Target") => draft.targets = value.raw(),
            6 if is(b"UserId") => draft.actor = value.text(),
            7 if is(b"UserKey") => draft.actor_id = value.text(),
            7 if is(b"Folders") => draft.items[2] = value.nested(),
            7 if is(b"Subject") => self.file_name = value.text(),
            7 if is(b"service") => self.marks.service = value.text(),
            7 if is(b"SiteUrl") => self.site = value.text(),
            7 if is(b"records") || is(b"results") => self.marks.list = value.nested(),
            8 if is(b"category") => self.marks.category = value.text(),
            8 if is(b"OfficeId") => draft.id = value.text(),
            8 if is(b"Site_Url") => self.site = value.text(),
            8 if is(b"ClientIP") => self.client_ip = value.text(),
            8 if is(b"ObjectId") => draft.target = value.text(),
            8 if is(b"Workload") => draft.workload = value.text(),
            9 if is(b"Operation") => draft.operation = value.text(),
            9 if is(b"SessionId") => draft.session = value.text(),
            9 if is(b"UserAgent") => draft.agent = value.text(),
            9 if is(b"AuditData") => self.marks.audit_data = Some(value),
            10 if is(b"RecordType") => draft.record_type = value.text(),
            10 if is(b"Parameters") => draft.parameters[0] = value.raw(),
            10 if is(b"LogonError") => self.logon_error = value.text(),
            10 if is(b"properties") => self.marks.properties = Some(value),
            10 if is(b"Start_Time") => self.generated = value.text(),
            11 if is(b"ClientAppId") => self.client_app = value.text(),
            11 if is(b"ErrorNumber") => draft.error = value.text().number(),
            12 if is(b"CreationTime") => draft.time = time::read(value.text().bytes),
            12 if is(b"ResultStatus") => self.result = value.text(),
            12 if is(b"AzureADAppId") => self.application = value.text(),
            13 if is(b"TimeGenerated") => self.generated = self.generated.or(value.text()),
            13 if is(b"ApplicationId") => self.application = value.text(),
            13 if is(b"AffectedItems") => draft.items[1] = value.nested(),
            14 if is(b"ActorIpAddress") => self.actor_ip_address = value.text(),
            14 if is(b"OperationCount") => draft.count = value.text().number(),
            14 if is(b"SourceFileName") => self.file_name = value.text(),
            14 if is(b"OfficeWorkload") => draft.workload = value.text(),
            14 if is(b"OfficeObjectId") => draft.target = value.text(),
            14 if is(b"MessageTraceId") => self.marks.trace = true,
            15 if is(b"ClientIPAddress") => self.client_ip_address = value.text(),
            15 if is(b"MailboxOwnerUPN") => draft.mailbox = value.text(),
            15 if is(b"createdDateTime") => self.marks.created = value.text(),
            16 if is(b"Client_IPAddress") => self.client_ip_address = value.text(),
            16 if is(b"ClientInfoString") => draft.client = value.text(),
            16 if is(b"AppAccessContext") => self.context = value.nested(),
            16 if is(b"DeviceProperties") => self.device = value.raw(),
            16 if is(b"activityDateTime") => self.marks.activity = value.text(),
            16 if is(b"RecipientAddress") => self.marks.trace = true,
            17 if is(b"userPrincipalName") => self.marks.upn = value.text(),
            18 if is(b"ExtendedProperties") => self.extended = value.raw(),
            18 if is(b"ModifiedProperties") => draft.parameters[2] = value.raw(),
            19 if is(b"OperationProperties") => draft.parameters[1] = value.raw(),
            22 if is(b"ApplicationDisplayName") => draft.app_name = value.text(),
            _ => {}
        }
    }

    fn looked(mut self, end: usize) -> Looked<'a> {
        let is_audit = self.finish();
        Looked { draft: self.draft, is_audit, marks: self.marks, end }
    }

    /// Settles what stands in several places. Whether it is an audit record.
    fn finish(&mut self) -> bool {
        if self.draft.time.is_none() && !self.draft.operation.is_empty() {
            self.draft.time = time::read(self.generated.bytes);
        }
        self.draft.kind = Kind::Audit;
        for address in [self.client_ip, self.client_ip_address, self.actor_ip_address] {
            self.draft.take_address(address);
        }
        self.take_context();
        let draft = &mut self.draft;
        if draft.session.is_empty() {
            draft.session = named(self.device, &["SessionId"]);
        }
        if draft.agent.is_empty() && !self.extended.is_empty() {
            draft.agent = named(self.extended, &["UserAgent"]);
        }
        draft.app = self.client_app.or(draft.app).or(self.application).or(self.app);
        draft.parameters[3] = self.extended;
        draft.detail = self.logon_error;
        if draft.target.is_empty() {
            draft.target = self.file_name;
        }
        if !self.file_name.is_empty() && !self.site.is_empty() {
            draft.single = Some([Text::default(), self.file_name, self.site, Text::default()]);
        }
        draft.outcome = outcome(draft, self.result, self.logon_error);
        draft.time.is_some() && !draft.operation.is_empty()
    }

    /// Session, token and application of the access token that was used.
    fn take_context(&mut self) {
        if self.context.is_empty() {
            return;
        }
        let draft = &mut self.draft;
        for (key, value) in crate::json::members(self.context) {
            match key.len() {
                12 if key.eq_ignore_ascii_case(b"AADSessionId") && draft.session.is_empty() => draft.session = value.text(),
                11 if key.eq_ignore_ascii_case(b"ClientAppId") => draft.app = value.text(),
                13 if key.eq_ignore_ascii_case(b"UniqueTokenId") => draft.token = value.text(),
                5 if key.eq_ignore_ascii_case(b"APIId") => draft.resource = value.text(),
                _ => {}
            }
        }
    }
}

/// The value that stands beside one of `names` in a list of names and values.
pub fn named<'a>(list: Text<'a>, names: &[&str]) -> Text<'a> {
    for entry in Items::of(list) {
        let entry = entry.nested();
        let name = member(entry, "Name").or_else(|| member(entry, "Key")).map(Value::text).unwrap_or_default();
        if names.iter().any(|wanted| name.is(wanted)) {
            return member(entry, "Value").map(Value::text).unwrap_or_default();
        }
    }
    Text::default()
}

fn outcome(draft: &Draft<'_>, result: Text<'_>, logon_error: Text<'_>) -> Outcome {
    if draft.operation.is("UserLoginFailed") {
        return of_error(draft.error.unwrap_or(-1), logon_error);
    }
    let said = |words: &[&str]| words.iter().any(|word| result.is(word));
    if said(&["Succeeded", "Success", "True", "PartiallySucceeded"]) {
        Outcome::Succeeded
    } else if said(&["Failed", "Failure", "False"]) {
        Outcome::Failed
    } else {
        Outcome::Unknown
    }
}

/// Codes that mean that the password was right and more was asked.
pub const INTERRUPTED: &[i64] = &[
    16000, 50055, 50072, 50074, 50076, 50079, 50097, 50125, 50140, 50144, 50158, 50199, 50203, 65001, 65004, 500_121, 530_021,
    53000, 53001, 53002, 53003,
];
/// The same in words, as the audit log has them beside the code.
pub const INTERRUPTED_WORDS: &[&str] =
    &["UserStrongAuthClientAuthNRequired", "UserStrongAuthClientAuthNRequiredInterrupt", "KmsiInterrupt"];

/// The outcome of a sign-in with this code (Microsoft, "Microsoft Entra authentication and
/// authorization error codes"). A few codes mean that the password was right and more was asked.
pub fn of_error(code: i64, word: Text<'_>) -> Outcome {
    match code {
        0 => Outcome::Succeeded,
        code if INTERRUPTED.contains(&code) || INTERRUPTED_WORDS.iter().any(|known| word.is(known)) => Outcome::Interrupted,
        _ => Outcome::Failed,
    }
}
