//! A log made up record by record, and the questions that the tests ask of its analysis.

use std::net::IpAddr;
use std::path::PathBuf;

use regain_auditlog::analysis::{Analysis, LogFinding, Seeds};
use regain_auditlog::{Log, Options, find};
use regain_incident::Timestamp;
use serde_json::{Value, json};

/// What the owner works with.
pub const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/120.0";
/// What the intruder works with.
pub const STRANGE: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:99.0) Firefox/99.0";
/// Where the owner is.
pub const HOME: &str = "198.51.100.20";
/// Where the intruder is.
pub const AWAY: &str = "203.0.113.66";
/// One of Microsoft's.
pub const SERVICE: &str = "20.190.160.96";
/// The account.
pub const ANNA: &str = "anna@contoso.com";

/// The first moment: a Monday. Times are minutes after it.
const BEGIN: i64 = 1_767_600_000;
/// Minutes of a day.
pub const DAY: i64 = 24 * 60;

/// A record with what every record has.
#[derive(Debug, Clone)]
pub struct Record(pub Value);

/// A record of `operation` by `account`, `seconds` after the beginning.
pub fn record(seconds: i64, account: &str, operation: &str) -> Record {
    let at = Timestamp::from_second(BEGIN + seconds).unwrap().to_string();
    Record(json!({
        "CreationTime": at.trim_end_matches('Z'), "Operation": operation, "UserId": account, "RecordType": 2,
        "Workload": "Exchange", "MailboxOwnerUPN": account, "ResultStatus": "Succeeded",
    }))
}

impl Record {
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }

    pub fn from(self, address: &str) -> Self {
        self.with("ClientIP", address)
    }

    pub fn by(self, agent: &str) -> Self {
        self.with("UserAgent", agent)
    }

    pub fn session(self, session: &str) -> Self {
        self.with("SessionId", session)
    }

    pub fn app(self, app: &str) -> Self {
        self.with("ClientAppId", app)
    }

    pub fn on(self, target: &str) -> Self {
        self.with("ObjectId", target)
    }

    pub fn client(self, client: &str) -> Self {
        self.with("ClientInfoString", client)
    }

    pub fn set(self, pairs: &[(&str, &str)]) -> Self {
        let pairs: Vec<Value> = pairs.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        self.with("Parameters", pairs)
    }

    /// A sign-in that was refused with this code.
    pub fn refused(self, code: i64) -> Self {
        self.with("Operation", "UserLoginFailed").with("ErrorNumber", code.to_string()).with("ResultStatus", "Failed")
    }
}

/// A sign-in that succeeded.
pub fn sign_in(seconds: i64, account: &str, address: &str, agent: &str) -> Record {
    record(seconds, account, "UserLoggedIn").from(address).by(agent).with("ErrorNumber", "0").with("ResultStatus", "Success")
}

/// A log.
#[derive(Debug, Default, Clone)]
pub struct Scene {
    pub records: Vec<Record>,
}

impl Scene {
    /// Ten days in which each account signs in every morning from the same place.
    pub fn of(accounts: &[&str]) -> Self {
        let mut scene = Self::default();
        for day in 0..10 {
            for (number, account) in (0..).zip(accounts) {
                scene.add(sign_in((day * DAY + number) * 60, account, HOME, BROWSER));
                scene.add(record((day * DAY + number + 1) * 60, account, "MailItemsAccessed").from(HOME).by(BROWSER));
            }
        }
        scene
    }

    /// Adds a record. Its id says which one it is.
    pub fn add(&mut self, record: Record) -> String {
        let id = format!("00000000-0000-4000-8000-{:012}", self.records.len());
        self.records.push(record.with("Id", id.clone()));
        id
    }

    /// The records as lines.
    pub fn lines(&self) -> String {
        self.records.iter().fold(String::new(), |lines, record| lines + &record.0.to_string() + "\n")
    }

    /// Its analysis.
    pub fn found(&self, seeds: &Seeds) -> Found {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        std::fs::write(&path, self.lines()).unwrap();
        Found(analysed(&[path], 1, seeds))
    }

    /// Its analysis without anything known.
    pub fn alone(&self) -> Found {
        self.found(&Seeds::default())
    }

    /// Its analysis from an address.
    pub fn from(&self, address: &str) -> Found {
        self.found(&Seeds { addresses: vec![address.parse::<IpAddr>().unwrap()], ..Seeds::default() })
    }
}

/// Reads and analyses files.
pub fn analysed(paths: &[PathBuf], threads: usize, seeds: &Seeds) -> Analysis {
    let log = Log::read(paths, &Options { threads, ..Options::default() }).unwrap();
    find::analyse(&log, seeds).unwrap()
}

/// An analysis.
pub struct Found(pub Analysis);

impl Found {
    /// Codes of the reasons for which a record was selected.
    pub fn reasons(&self, id: &str) -> Vec<&str> {
        let one = self.0.selected.iter().find(|selected| selected.id == id);
        one.map(|one| one.reasons.iter().map(|why| why.code.as_str()).collect()).unwrap_or_default()
    }

    /// The findings with this code.
    pub fn findings(&self, code: &str) -> Vec<&LogFinding> {
        self.0.findings.iter().filter(|finding| finding.code == code).collect()
    }

    /// The only finding with this code.
    pub fn finding(&self, code: &str) -> &LogFinding {
        let all = self.findings(code);
        assert_eq!(all.len(), 1, "{code}: {:?}", self.0.findings);
        all[0]
    }
}

/// Whether a finding gives this reason.
pub fn says(finding: &LogFinding, code: &str) -> bool {
    finding.reasons.iter().any(|why| why.code == code)
}
