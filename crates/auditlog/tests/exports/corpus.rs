//! A corpus: records of a made-up tenant, the same on every run, and every shape that they can be
//! exported in. Written from the published schemas, and by code that the readers do not share.

use std::fmt::Write as _;

/// Numbers that look random and are not (Steele, Lea and Flood, "SplitMix").
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `count`.
    pub fn of(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).unwrap_or_default()
    }

    /// One of these.
    pub fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.of(all.len())]
    }

    /// A GUID.
    pub fn guid(&mut self) -> String {
        let hex = format!("{:016x}{:016x}", self.next(), self.next());
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// Many hexadecimal digits, as item ids have them.
    pub fn long_id(&mut self) -> String {
        format!("RgAAAA{:016x}{:016x}{:016x}{:016x}", self.next(), self.next(), self.next(), self.next())
    }
}

const DOMAIN: &str = "contoso.example";
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 PKeyAuth/1.0",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18925; Pro)",
];
const APPS: &[&str] = &[
    "00000002-0000-0ff1-ce00-000000000000",
    "4765445b-32c6-49b0-83e6-1d93765276ca",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
    "d3590ed6-52b3-4102-aeff-aad2292ab01c",
    "27922004-5251-4030-b22d-91ecd9a37ea4",
];
const FOLDERS: &[&str] = &["\\Inbox", "\\Sent Items", "\\Drafts", "\\Inbox\\Projekt å", "\\Archive"];
const WORDS: &[&str] = &[
    "budget",
    "invoice",
    "quarterly",
    "report",
    "draft",
    "contract",
    "meeting",
    "notes",
    "review",
    "final",
    "payment",
    "supplier",
    "\u{e5}rsm\u{f6}te",
    "policy",
    "plan",
    "travel",
];

/// An intruder that the records hold now and then.
pub const INTRUDER: &str = "203.0.113.77";
/// The program that the intruder names.
pub const INTRUDERS_AGENT: &str = "axios/1.7.9";

/// A time in the year 2026: seconds since its May began, as ISO 8601 without a zone.
pub fn iso(seconds: u64) -> String {
    let (day, rest) = (seconds / 86_400, seconds % 86_400);
    format!("2026-05-{:02}T{:02}:{:02}:{:02}", day % 31 + 1, rest / 3600, rest / 60 % 60, rest % 60)
}

fn subject(dice: &mut Dice) -> String {
    let count = 2 + dice.of(4);
    (0..count).map(|_| dice.pick(WORDS)).collect::<Vec<_>>().join(" ")
}

fn message_id(dice: &mut Dice) -> String {
    format!(
        "<{:016X}{:08X}@AM9PR0{}MB{}.eurprd05.prod.outlook.com>",
        dice.next(),
        dice.next() & 0xffff_ffff,
        dice.of(10),
        1000 + dice.of(8999)
    )
}

/// An audit record, as the JSON object that every export of it carries.
pub fn audit(dice: &mut Dice, users: usize) -> String {
    let number = dice.of(users);
    let user = format!("user{number:04}@{DOMAIN}");
    let when = iso(dice.next() % (30 * 86_400));
    let is_intruder = dice.of(200) == 0;
    let home = format!("81.{}.{}.{}", number % 200, number / 200 % 200, 1 + number % 250);
    let address = if is_intruder { INTRUDER.to_owned() } else { home };
    let agent = if is_intruder { INTRUDERS_AGENT } else { AGENTS[number % AGENTS.len()] };
    let own = dice.of(40);
    let session = format!("{:08x}-1111-4222-8333-{:012x}", if is_intruder { 0xeeee } else { number }, own);
    let app = dice.pick(APPS);
    let base = |dice: &mut Dice, operation: &str, kind: u32, workload: &str, address: &str| {
        // One account in seven is written with capitals, as the services do.
        let shown = if number.is_multiple_of(7) { format!("User{number:04}@Contoso.Example") } else { user.clone() };
        format!(
            "{{\"CreationTime\":\"{when}\",\"Id\":\"{}\",\"Operation\":\"{operation}\",\"OrganizationId\":\"0873ee4d-d342-44f2-8961-74c442a2fad2\",\
             \"RecordType\":{kind},\"ResultStatus\":\"Succeeded\",\"UserKey\":\"10032001266{number:05}\",\"UserType\":0,\"Version\":1,\
             \"Workload\":\"{workload}\",\"UserId\":\"{shown}\",\"ClientIP\":\"{address}\"",
            dice.guid()
        )
    };
    match dice.of(100) {
        0..=32 => mail_access(dice, base, &user, &address, agent, &session, app),
        33..=62 => file_access(dice, base, &address, agent, &session, app),
        63..=78 => sign_in_record(dice, base, &user, &address, agent, &session, app),
        79..=90 => item_act(dice, base, &user, &address, agent, &session, app),
        91..=93 => rule(dice, base, &user, &address, &session),
        94..=95 => outlook_rule(dice, base, &user, &address, &session),
        96..=97 => noise(dice, base, &user),
        _ => directory_act(dice, base, &user),
    }
}

fn mail_access(
    dice: &mut Dice,
    base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String,
    user: &str,
    address: &str,
    agent: &str,
    session: &str,
    app: &str,
) -> String {
    let mut text = base(dice, "MailItemsAccessed", 50, "Exchange", address);
    let kind = if dice.of(4) == 0 { "Sync" } else { "Bind" };
    let _ = write!(
        text,
        ",\"ClientIPAddress\":\"{address}\",\"ClientInfoString\":\"Client=OWA;{agent};\",\"ExternalAccess\":false,\"InternalLogonType\":0,\"LogonType\":0,\
         \"LogonUserSid\":\"S-1-5-21-1-2-3-{}\",\"MailboxGuid\":\"{}\",\"MailboxOwnerUPN\":\"{user}\",\"OperationProperties\":\
         [{{\"Name\":\"MailAccessType\",\"Value\":\"{kind}\"}},{{\"Name\":\"IsThrottled\",\"Value\":\"False\"}}],\"OrganizationName\":\"{DOMAIN}\",\
         \"OriginatingServer\":\"AM9PR05MB7777 (15.20.4200.000)\\r\\n\",\"SessionId\":\"{session}\",\"AppId\":\"{app}\",\"ClientAppId\":\"{app}\",\
         \"AppAccessContext\":{{\"AADSessionId\":\"{session}\",\"ClientAppId\":\"{app}\",\"UniqueTokenId\":\"{:016x}\"}},\"Folders\":[",
        dice.of(100_000),
        dice.guid(),
        dice.next()
    );
    let folders = 1 + dice.of(2);
    let mut count = 0;
    for folder in 0..folders {
        let path = dice.pick(FOLDERS).replace('\\', "\\\\");
        let comma = if folder == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{{\"FolderItems\":[");
        let items = 1 + dice.of(5);
        count += items;
        for item in 0..items {
            let comma = if item == 0 { "" } else { "," };
            let _ = write!(
                text,
                "{comma}{{\"ClientRequestId\":\"{}\",\"Id\":\"{}\",\"ImmutableId\":\"{}\",\"InternetMessageId\":\"{}\",\"SizeInBytes\":{}}}",
                dice.guid(),
                dice.long_id(),
                dice.long_id(),
                message_id(dice),
                2000 + dice.of(900_000)
            );
        }
        let _ = write!(text, "],\"Id\":\"{}\",\"Path\":\"{path}\"}}", dice.long_id());
    }
    let _ = write!(text, "],\"OperationCount\":{count}}}");
    text
}

fn file_access(
    dice: &mut Dice,
    base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String,
    address: &str,
    agent: &str,
    session: &str,
    app: &str,
) -> String {
    let operation = dice.pick(&["FileAccessed", "FileModified", "FilePreviewed", "FileDownloaded", "PageViewed"]);
    let mut text = base(dice, operation, 6, "SharePoint", address);
    let name = format!("{}-{}.docx", dice.pick(WORDS), dice.pick(WORDS));
    let site = format!("https:\\/\\/contoso.sharepoint.example\\/sites\\/{}\\/", dice.pick(WORDS));
    let _ = write!(
        text,
        ",\"ObjectId\":\"{site}Documents\\/{name}\",\"ApplicationId\":\"{app}\",\"AuthenticationType\":\"OAuth\",\"BrowserName\":\"Edge\",\"CorrelationId\":\"{}\",\
         \"EventSource\":\"SharePoint\",\"IsManagedDevice\":false,\"ItemType\":\"File\",\"ListId\":\"{}\",\"ListItemUniqueId\":\"{}\",\"Site\":\"{}\",\
         \"UserAgent\":\"{agent}\",\"WebId\":\"{}\",\"SourceFileExtension\":\"docx\",\"SiteUrl\":\"{site}\",\"SourceFileName\":\"{name}\",\
         \"SourceRelativeUrl\":\"Documents\",\"AppAccessContext\":{{\"AADSessionId\":\"{session}\",\"UniqueTokenId\":\"{:016x}\"}}}}",
        dice.guid(),
        dice.guid(),
        dice.guid(),
        dice.guid(),
        dice.guid(),
        dice.next()
    );
    text
}

fn sign_in_record(
    dice: &mut Dice,
    base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String,
    user: &str,
    address: &str,
    agent: &str,
    session: &str,
    app: &str,
) -> String {
    let failed = dice.of(5) == 0;
    let mut text = base(dice, if failed { "UserLoginFailed" } else { "UserLoggedIn" }, 15, "AzureActiveDirectory", address);
    let (error, word) = if failed { ("50126", "InvalidUserNameOrPassword") } else { ("0", "") };
    let _ = write!(
        text,
        ",\"ActorIpAddress\":\"{address}\",\"ObjectId\":\"00000003-0000-0000-c000-000000000000\",\"AzureActiveDirectoryEventType\":1,\"ExtendedProperties\":\
         [{{\"Name\":\"ResultStatusDetail\",\"Value\":\"Redirect\"}},{{\"Name\":\"UserAgent\",\"Value\":\"{agent}\"}},{{\"Name\":\"RequestType\",\"Value\":\
         \"OAuth2:Authorize\"}}],\"ModifiedProperties\":[],\"Actor\":[{{\"ID\":\"{}\",\"Type\":0}},{{\"ID\":\"{user}\",\"Type\":5}}],\"InterSystemsId\":\"{}\",\
         \"SupportTicketId\":\"\",\"Target\":[{{\"ID\":\"00000003-0000-0000-c000-000000000000\",\"Type\":0}}],\"ApplicationId\":\"{app}\",\"DeviceProperties\":\
         [{{\"Name\":\"OS\",\"Value\":\"Windows10\"}},{{\"Name\":\"SessionId\",\"Value\":\"{session}\"}}],\"ErrorNumber\":\"{error}\",\"LogonError\":\"{word}\"}}",
        dice.guid(),
        dice.guid()
    );
    text
}

fn item_act(
    dice: &mut Dice,
    base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String,
    user: &str,
    address: &str,
    agent: &str,
    session: &str,
    app: &str,
) -> String {
    let operation = dice.pick(&["Send", "MoveToDeletedItems", "SoftDelete"]);
    let mut text = base(dice, operation, 2, "Exchange", address);
    let member = if operation == "Send" { ("\"Item\":", "") } else { ("\"AffectedItems\":[", "]") };
    let _ = write!(
        text,
        ",\"ClientIPAddress\":\"{address}\",\"ClientInfoString\":\"Client=OWA;{agent}\",\"LogonType\":0,\"MailboxOwnerUPN\":\"{user}\",\"SessionId\":\"{session}\",\
         \"AppId\":\"{app}\",{}{{\"Attachments\":\"\",\"Id\":\"{}\",\"InternetMessageId\":\"{}\",\"ParentFolder\":{{\"Id\":\"{}\",\"Path\":\"\\\\Drafts\"}},\
         \"SizeInBytes\":{},\"Subject\":\"{}\"}}{}}}",
        member.0,
        dice.long_id(),
        message_id(dice),
        dice.long_id(),
        2000 + dice.of(400_000),
        subject(dice),
        member.1
    );
    text
}

fn rule(
    dice: &mut Dice,
    base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String,
    user: &str,
    address: &str,
    session: &str,
) -> String {
    let port = 1024 + dice.of(60_000);
    let mut text = base(dice, "New-InboxRule", 1, "Exchange", &format!("{address}:{port}"));
    let _ = write!(
        text,
        ",\"ObjectId\":\"EURPR05A001\\/{user}\\\\rule\",\"AppId\":\"\",\"ClientAppId\":\"\",\"SessionId\":\"{session}\",\"Parameters\":[{{\"Name\":\"Force\",\
         \"Value\":\"False\"}},{{\"Name\":\"MoveToFolder\",\"Value\":\"{}\"}},{{\"Name\":\"Name\",\"Value\":\"say \\\"{}\\\"\"}},\
         {{\"Name\":\"StopProcessingRules\",\"Value\":\"True\"}}]}}",
        dice.pick(&["RSS Subscriptions", "Projects", "Archive"]),
        subject(dice)
    );
    text
}

fn outlook_rule(
    dice: &mut Dice,
    base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String,
    user: &str,
    address: &str,
    session: &str,
) -> String {
    let mut text = base(dice, "UpdateInboxRules", 2, "Exchange", address);
    let _ = write!(
        text,
        ",\"ClientInfoString\":\"Client=MSExchangeRPC\",\"MailboxOwnerUPN\":\"{user}\",\"SessionId\":\"{session}\",\"OperationProperties\":[{{\"Name\":\
         \"RuleOperation\",\"Value\":\"AddMailboxRule\"}},{{\"Name\":\"RuleName\",\"Value\":\"{}\"}},{{\"Name\":\"RuleActions\",\"Value\":\
         \"[{{\\\"ActionType\\\":\\\"Forward\\\",\\\"Recipients\\\":[\\\"x@freemail.example\\\"]}}]\"}}]}}",
        dice.pick(&[".", "..", "News"])
    );
    text
}

fn noise(dice: &mut Dice, base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String, user: &str) -> String {
    let address =
        format!("[2603:10a6:{:x}:{:x}::{:x}]:{}", dice.of(0xfff), dice.of(0x3ff), 1 + dice.of(60), 1024 + dice.of(60_000));
    let mut text = base(dice, "MailItemsAccessed", 50, "Exchange", &address);
    let _ = write!(
        text,
        ",\"ClientInfoString\":\"Client=REST;Client=RESTSystem;;\",\"MailboxOwnerUPN\":\"{user}\",\"OperationCount\":1}}"
    );
    text
}

fn directory_act(dice: &mut Dice, base: impl Fn(&mut Dice, &str, u32, &str, &str) -> String, user: &str) -> String {
    let mut text = base(dice, "Consent to application.", 8, "AzureActiveDirectory", "");
    let app = format!("{:08x}-87ac-4765-ba13-e2768da6fba7", dice.of(20));
    let _ = write!(
        text,
        ",\"ObjectId\":\"{app}\",\"ModifiedProperties\":[{{\"Name\":\"ConsentContext.IsAdminConsent\",\"NewValue\":\"True\",\"OldValue\":\"\"}}],\
         \"Target\":[{{\"ID\":\"An app\",\"Type\":1}},{{\"ID\":\"{app}\",\"Type\":2}}],\"Actor\":[{{\"ID\":\"{user}\",\"Type\":5}}]}}"
    );
    text
}

/// A cell as CSV quotes it.
pub fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The text of a member that stands in every record.
pub fn field<'a>(record: &'a str, name: &str) -> &'a str {
    let after = record.split_once(&format!("\"{name}\":\"")).map_or("", |(_, after)| after);
    after.split('"').next().unwrap_or_default()
}

/// What stands above the rows of the portal's file.
pub const PORTAL_HEADER: &str =
    "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n";

/// A row of the portal's file.
pub fn portal_row(record: &str) -> String {
    let at = field(record, "CreationTime");
    let (id, operation, user) = (field(record, "Id"), field(record, "Operation"), field(record, "UserId"));
    format!("{id},\"{at}.0000000Z \",2,{operation},{user},{},,\r\n", cell(record))
}
