//! A tenant to run against, the program to run, and what both left behind.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

/// The program.
pub const REGAIN: &str = env!("CARGO_BIN_EXE_regain");
pub const ANNA: &str = "anna.berg@contoso.com";
pub const ANNA_ID: &str = "a1000000-0000-4000-8000-000000000001";
pub const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
pub const CASE: &str = "2026-0001";

/// A scenario that ships, as JSON, to be changed by a test.
pub fn shipped(name: &str) -> Value {
    let path = format!("{}/../../examples/scenarios/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The same without the service's limits, which only cost time where something else is tried.
pub fn unlimited(name: &str) -> Value {
    let mut scenario = shipped(name);
    scenario["tenant"]["behaviour"]["graphLimits"] = json!(false);
    scenario
}

/// What makes an emulator record its traffic, where this run of the tests is recorded.
pub fn recording() -> Option<(&'static str, OsString)> {
    let name = "REGAIN_RECORD_TRAFFIC";
    std::env::var_os(name).map(|folder| (name, folder))
}

/// An emulated tenant in a process of its own.
pub struct Tenant {
    child: Child,
    /// What it printed.
    pub line: Value,
    /// Its log, where one was asked for: a line for each request. It is read as it comes, so that the tenant
    /// never waits for us.
    pub log: Receiver<String>,
}

impl Drop for Tenant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Tenant {
    /// Starts it with these arguments, at this scale of time.
    pub fn start(arguments: &[&str], scale: &str) -> Self {
        let mut command = Command::new(REGAIN);
        command.arg("emulate").args(arguments).env_clear().envs(recording()).env("REGAIN_CLOCK_SCALE", scale);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let log = lines_of(child.stderr.take().unwrap());
        let line = serde_json::from_str(&first).unwrap_or_else(|error| panic!("{first:?}: {error}"));
        Self { child, line, log }
    }

    /// Waits until a request was logged whose line holds `text`.
    pub fn wait_for(&mut self, text: &str) {
        while !self.log.recv().unwrap_or_else(|_| panic!("the tenant ended before {text:?} was asked for")).contains(text) {}
    }

    /// The control endpoint, asked.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let host = self.line["control"].as_str().unwrap().trim_start_matches("http://").to_owned();
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        let mut stream = TcpStream::connect(&host).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.0\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        assert!(!head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_slice(&answer[end + 4..]).unwrap_or(Value::Null))
    }

    pub fn get(&self, path: &str) -> Value {
        let (status, value) = self.ask("GET", path, None);
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    /// Moves the clock.
    pub fn advance(&self, span: &str) {
        let (status, value) = self.ask("POST", "/clock", Some(&json!({"advance": span})));
        assert_eq!(status, 200, "{value}");
    }

    /// What goes wrong from now on.
    pub fn faults(&self, faults: &Value) {
        let (status, value) = self.ask("POST", "/faults", Some(faults));
        assert_eq!(status, 204, "{value}");
    }

    /// Somebody else does something.
    pub fn change(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) =
            self.ask("POST", "/change", Some(&json!({"graph": {"method": method, "path": path, "body": body}})));
        assert!((200..300).contains(&status), "{method} {path}: {status} {value}");
        value
    }

    /// Every request that was made.
    pub fn requests(&self) -> Vec<Value> {
        self.get("/requests").as_array().unwrap().clone()
    }

    /// What changed something, as `PATCH /users/… {…}` or `Set-Mailbox {…}`.
    pub fn writes(&self) -> Vec<String> {
        self.requests().iter().filter_map(write_of).collect()
    }

    /// What changed something and was done: not what was refused or asked to wait.
    pub fn done(&self) -> Vec<String> {
        let was_done = |request: &Value| {
            let status = request["status"].as_u64().unwrap_or_default();
            request["hung_up"] == true || status < 400 || status == 504
        };
        self.requests().iter().filter(|request| was_done(request)).filter_map(write_of).collect()
    }

    /// Whether somebody with the right password gets in by a client of this kind, by device code or not.
    pub fn lets_in(&self, user: &str, client: &str, device_code: bool) -> bool {
        let body = json!({"user": user, "client": client, "device_code": device_code});
        let (status, answer) = self.ask("POST", "/sign-in", Some(&body));
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["code"].is_null(), answer["allowed"] == true, "{answer}");
        answer["allowed"] == true
    }

    /// Names of ways that are open.
    pub fn open_ways(&self) -> Vec<String> {
        let verdict = self.get("/verdict");
        let ways = verdict["ways"].as_array().unwrap().clone();
        ways.iter().filter(|way| way["open"] == true).map(|way| text(&way["way"])).collect()
    }

    /// The tenant in normal form.
    pub fn state(&self) -> Value {
        self.get("/state")
    }

    pub fn account(&self, id: &str) -> Value {
        self.state()["accounts"][id].clone()
    }

    /// The tenant's roles of one principal, by name.
    pub fn roles_of(&self, id: &str) -> Vec<String> {
        let state = self.state();
        state["roles"].as_array().unwrap().iter().filter(|row| row["principal"] == id).map(|row| text(&row["role"])).collect()
    }
}

fn write_of(request: &Value) -> Option<String> {
    let body = text(&request["request_body"]);
    let path = text(&request["path"]);
    match text(&request["service"]).as_str() {
        "graph" if request["method"] == "GET" => None,
        "graph" if path.ends_with("$batch") => {
            let batch: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
            let inner = batch["requests"].as_array().cloned().unwrap_or_default();
            let writes: Vec<String> = inner
                .iter()
                .filter(|one| one["method"] != "GET")
                .map(|one| format!("{} {} {}", one["method"], one["url"], one["body"]))
                .collect();
            (!writes.is_empty()).then(|| writes.join("\n"))
        }
        "graph" => Some(format!("{} {path} {body}", text(&request["method"]))),
        "exchange" | "purview" => {
            let call: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
            let name = text(&call["CmdletInput"]["CmdletName"]);
            (!name.starts_with("Get-")).then(|| format!("{name} {}", call["CmdletInput"]["Parameters"]))
        }
        _ => None,
    }
}

/// Signs in at a page as a person does, and follows to where the browser is sent.
fn browse(address: &str, login: &str, password: &str) {
    let (host, target) = address.split_once('/').unwrap();
    let (path, query) = target.split_once('?').unwrap();
    let tenant = path.split('/').next().unwrap();
    let form = format!("ctx={}&login={}&passwd={}", escaped(query), escaped(login), escaped(password));
    let answer = http(host, &format!("POST /{tenant}/login"), &form);
    let sent_to = answer.lines().find_map(|line| line.strip_prefix("location: ").or_else(|| line.strip_prefix("Location: ")));
    let back = sent_to.unwrap_or_else(|| panic!("not let in: {answer}")).trim().trim_start_matches("http://").to_owned();
    let (host, target) = back.split_at(back.find(['/', '?']).unwrap());
    http(host, &format!("GET /{}", target.trim_start_matches('/')), "");
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// One request, and the whole answer.
fn http(host: &str, asked: &str, form: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    let length = form.len();
    let head = format!(
        "{asked} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(format!("{head}{form}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn lines_of(log: ChildStderr) -> Receiver<String> {
    let (to, from) = channel();
    std::thread::spawn(move || {
        // Who listens has gone, or the tenant has: either is the end.
        BufReader::new(log).lines().map_while(Result::ok).try_for_each(|line| to.send(line))
    });
    from
}

/// The text of a JSON string; the JSON of anything else.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// How a run ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program prints text");
        Self { code: code(output.status), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The JSON document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Everything that was said.
    pub fn all(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }

    /// Ended with this code, without a panic.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert!(!self.err.contains("panicked"), "{}", self.err);
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Refused with this code, a message that holds `why`, and a next step.
    #[track_caller]
    pub fn refused(self, code: i32, why: &str) -> Self {
        let ran = self.ended(code);
        assert!(ran.err.contains(why), "{why:?} is not said: {}", ran.err);
        ran
    }

    /// As well, with the next thing to do on a line of its own.
    #[track_caller]
    pub fn hinted(self, hint: &str) -> Self {
        let line = self.err.lines().find(|line| line.starts_with("next: "));
        assert!(line.is_some_and(|line| line.contains(hint)), "no next step with {hint:?}: {}", self.err);
        self
    }
}

/// 130 both for the code and for the signal's own end.
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}

/// A tenant, and a place to work on it from.
pub struct Desk {
    pub tenant: Tenant,
    pub folder: tempfile::TempDir,
}

impl Desk {
    /// At a scenario that ships, in real time.
    pub fn at(scenario: &str) -> Self {
        Self::with(&[scenario], "1")
    }

    /// At a scenario that ships, with time that flies.
    pub fn fast(scenario: &str) -> Self {
        Self::with(&[scenario], "60")
    }

    /// At a scenario of the test's own.
    pub fn of(scenario: &Value) -> Self {
        Self::of_with(scenario, &[], "1")
    }

    pub fn of_with(scenario: &Value, arguments: &[&str], scale: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scenario.json");
        fs::write(&path, scenario.to_string()).unwrap();
        let mut all = vec![path.to_str().unwrap()];
        all.extend(arguments);
        let tenant = Tenant::start(&all, scale);
        Self::around(tenant, folder)
    }

    pub fn with(arguments: &[&str], scale: &str) -> Self {
        Self::around(Tenant::start(arguments, scale), tempfile::tempdir().unwrap())
    }

    fn around(tenant: Tenant, folder: tempfile::TempDir) -> Self {
        let desk = Self { tenant, folder };
        fs::create_dir_all(desk.config()).unwrap();
        desk.endpoints(&desk.tenant.line);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where cases are kept.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Where `config.toml` and `policy.toml` are.
    pub fn config(&self) -> PathBuf {
        self.path("config/regain")
    }

    /// Writes the endpoints file.
    pub fn endpoints(&self, line: &Value) {
        fs::write(self.path("endpoints.json"), line.to_string()).unwrap();
    }

    /// The program, ready to run: nothing of this process' environment, nobody at the keyboard.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(REGAIN);
        command.args(arguments).env_clear().current_dir(self.folder.path());
        command.env("HOME", self.path("home")).env("XDG_CONFIG_HOME", self.path("config")).env("LANG", "C.UTF-8");
        command.env("REGAIN_ENDPOINTS", self.path("endpoints.json")).env("REGAIN_DATA_DIR", self.data());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().unwrap())
    }

    /// Runs it in a session of its own, so that there is no controlling terminal.
    pub fn run_without_terminal(&self, arguments: &[&str]) -> Ran {
        let inner = self.command(arguments);
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(REGAIN).args(arguments).env_clear().current_dir(self.folder.path());
        for (name, value) in inner.get_envs() {
            command.env(name, value.unwrap());
        }
        Ran::of(&command.env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).output().unwrap())
    }

    /// Runs it in a terminal of its own (by `script`, of Debian's essential `bsdutils`), and presses
    /// `key` once `prompt` stands there. Everything that the terminal was sent.
    pub fn at_terminal(&self, arguments: &[&str], prompt: &str, key: &str) -> String {
        let inner = self.command(arguments);
        let line: Vec<String> =
            std::iter::once(REGAIN).chain(arguments.iter().copied()).map(|word| format!("'{word}'")).collect();
        let mut command = Command::new("script");
        command.args(["-qec", &line.join(" "), "/dev/null"]).env_clear().current_dir(self.folder.path());
        for (name, value) in inner.get_envs() {
            command.env(name, value.unwrap());
        }
        command.env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh").env("TERM", "xterm");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (mut shown, mut piece, mut pressed) = (Vec::new(), [0; 4096], false);
        while let Ok(read @ 1..) = screen.read(&mut piece) {
            shown.extend_from_slice(&piece[..read]);
            if !pressed && String::from_utf8_lossy(&shown).contains(prompt) {
                keys.write_all(key.as_bytes()).unwrap();
                pressed = true;
            }
        }
        child.wait().unwrap();
        assert!(pressed, "{prompt:?} never stood there: {}", String::from_utf8_lossy(&shown));
        String::from_utf8_lossy(&shown).into_owned()
    }

    /// Runs it and interrupts it when the tenant has seen a request whose log line holds `moment`.
    pub fn interrupted_at(&mut self, arguments: &[&str], moment: &str) -> Ran {
        let child = self.command(arguments).spawn().unwrap();
        self.tenant.wait_for(moment);
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        Ran::of(&child.wait_with_output().unwrap())
    }

    /// Runs it as somebody who signs in with a browser, by name and password.
    pub fn run_as(&self, login: &str, password: &str, arguments: &[&str]) -> Ran {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let out = std::thread::spawn(move || {
            let mut all = String::new();
            stdout.read_to_string(&mut all).map(|_| all)
        });
        let mut err = String::new();
        for line in BufReader::new(child.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(address) = line.trim().strip_prefix("http://").filter(|address| address.contains("/authorize?")) {
                browse(address, login, password);
            }
            err.push_str(&line);
            err.push('\n');
        }
        let out = out.join().unwrap().unwrap();
        Ran { code: code(child.wait().unwrap()), out, err }
    }

    /// Runs it with `--json` and gives the document back.
    #[track_caller]
    pub fn json(&self, arguments: &[&str], code: i32) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        self.run(&all).ended(code).json()
    }

    /// `contain`, for Anna, who holds admin roles in most scenarios.
    #[track_caller]
    pub fn contain(&self, more: &[&str], code: i32) -> Value {
        let mut all = vec!["contain", ANNA, "--privileged", ANNA];
        all.extend(more);
        self.json(&all, code)
    }

    /// Approves the plan that waits.
    #[track_caller]
    pub fn approve(&self, case: &Value) {
        let digest = text(&case["awaiting"]["digest"]);
        self.run(&["plan", "approve", &text(&case["case"]), "--digest", &digest]).ended(0);
    }

    /// Every file below the working folder, with its bytes.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files_below(self.folder.path())
    }
}

pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

/// The classic tenant, without its attacker, with so many more people whose mail is forwarded and hidden; and
/// their sign-in names.
pub fn many(count: usize) -> (Value, Vec<String>) {
    let mut scenario = shipped("bec-classic");
    scenario["attacker"] = json!({});
    scenario["honest"] = json!([]);
    let mut names = Vec::new();
    for number in 1..=count {
        let (id, name) = (person_id(number), format!("person{number:04}@contoso.com"));
        scenario["graph"]["users"].as_array_mut().unwrap().push(json!({
            "id": id, "userPrincipalName": name, "displayName": format!("Person {number}"), "mail": name,
            "proxyAddresses": [format!("SMTP:{name}")], "accountEnabled": true, "@password": format!("Sommar-{number:04}-regn"),
        }));
        scenario["exchange"]["mailboxes"].as_array_mut().unwrap().push(json!({
            "ExternalDirectoryObjectId": id, "ForwardingSmtpAddress": format!("smtp:person{number:04}.contoso@outlook.com"),
            "DeliverToMailboxAndForward": false, "folders": ["Newsletter"],
            "rules": [
                {"Name": "Newsletter", "SubjectOrBodyContainsWords": ["newsletter"], "MoveToFolder": "Newsletter"},
                {"Name": ".", "SubjectOrBodyContainsWords": ["invoice", "payment", "bank"], "MoveToFolder": "RSS Feeds", "MarkAsRead": true},
            ],
        }));
        names.push(name);
    }
    (scenario, names)
}

/// The object id of one of them.
pub fn person_id(number: usize) -> String {
    format!("a9000000-0000-4000-8000-{number:012}")
}

/// The steps of the only account, as `action target state`.
pub fn steps(case: &Value) -> Vec<String> {
    let accounts = case["accounts"].as_array().unwrap();
    accounts.iter().flat_map(steps_of).collect()
}

/// The steps of one account.
pub fn steps_of(account: &Value) -> Vec<String> {
    let steps = account["steps"].as_array().unwrap();
    steps.iter().map(|step| format!("{} {} {}", text(&step["action"]), text(&step["target"]), text(&step["state"]))).collect()
}

/// Overrides for everything that this version does not read.
pub const NOT_READ: &[&str] = &[
    "--override",
    "no-gaps=not read",
    "--override",
    "sign-in-methods=not read",
    "--override",
    "app-consents=not read",
    "--override",
    "devices=not read",
    "--override",
    "no-sign-in-since-lock=not read",
    "--override",
    "audit-complete=not read",
    "--override",
    "strong-method=not read",
];

/// A fresh age identity, and its recipient.
pub fn reader() -> (age::x25519::Identity, String) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    (identity, recipient)
}

/// What stands in the sealed files of a folder.
pub fn unsealed(folder: &Path, identity: &age::x25519::Identity) -> Vec<String> {
    let sealed = files_below(folder).into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "age"));
    sealed.map(|(_, bytes)| String::from_utf8(age::decrypt(identity, &bytes).unwrap()).unwrap()).collect()
}
