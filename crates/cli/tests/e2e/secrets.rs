//! No secret stands anywhere but where it must: the password in the one request that sets it, the
//! handed-over one in its sealed file. Every byte that a whole run wrote is searched, and every
//! request and answer that the tenant recorded, in every encoding that programs are wont to use.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::Value;

use crate::support::{ANNA, ANNA_ID, CASE, Desk, NOT_READ, files_below, reader, text, unsealed};

/// A secret in one encoding.
struct Needle {
    encoding: String,
    bytes: Vec<u8>,
}

fn needle(encoding: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Needle {
    Needle { encoding: encoding.into(), bytes: bytes.into() }
}

/// The secret in every encoding that is looked for.
fn needles(secret: &str) -> Vec<Needle> {
    let json = Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let unicode: String =
        secret.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\u{:04x}", c as u32) }).collect();
    let percent = |hex: fn(u8) -> String| -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        secret.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { hex(byte) }).collect()
    };
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let markdown: String =
        secret.chars().map(|c| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() }).collect();
    let little: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = secret.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut all = vec![
        needle("plain", secret),
        needle("JSON", json.clone()),
        needle("JSON in JSON", {
            let twice = Value::from(json).to_string();
            twice[1..twice.len() - 1].to_owned()
        }),
        needle("JSON with slashes escaped", secret.replace('/', "\\/")),
        needle("JSON with \\u", unicode),
        needle("URL", percent(|byte| format!("%{byte:02X}"))),
        needle("URL, small letters", percent(|byte| format!("%{byte:02x}"))),
        needle("HTML", html),
        needle("Markdown", markdown),
        needle("hexadecimal", secret.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))),
        needle("UTF-16LE", little.clone()),
        needle("UTF-16BE", big.clone()),
    ];
    for (of, bytes) in [("", secret.as_bytes()), (" of UTF-16LE", &little), (" of UTF-16BE", &big)] {
        for shift in 0..3 {
            all.push(needle(format!("base64{of}, {shift} bytes in"), in_base64(&STANDARD, bytes, shift)));
            all.push(needle(format!("URL-safe base64{of}, {shift} bytes in"), in_base64(&URL_SAFE, bytes, shift)));
        }
    }
    all
}

/// The signs that stand in the base64 of a text in which `bytes` begins at `shift` (of three),
/// whatever comes before and after.
fn in_base64(engine: &impl base64::Engine, bytes: &[u8], shift: usize) -> Vec<u8> {
    let mut shifted = vec![0; shift];
    shifted.extend(bytes);
    let whole = engine.encode(&shifted);
    let (from, to) = ((shift * 8).div_ceil(6), shifted.len() * 8 / 6);
    whole.as_bytes()[from..to].to_vec()
}

/// In which encodings the secret stands in `hay`.
fn found(hay: &[u8], needles: &[Needle]) -> Vec<String> {
    let holds = |needle: &&Needle| contains(hay, &needle.bytes);
    needles.iter().filter(holds).map(|needle| needle.encoding.clone()).collect()
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return false };
    let mut from = 0;
    while let Some(next) = hay[from..].iter().position(|byte| byte == first) {
        from += next;
        if hay[from..].starts_with(needle) {
            return true;
        }
        from += 1;
    }
    false
}

const CANARY: &str = "Kanari<&\"/\\+%=:9q@*-Fågel";

/// The search finds what is planted, each encoding made by other means than the needle was.
#[test]
fn the_search_finds_every_encoding() {
    let needles = needles(CANARY);
    let around = |text: &str| format!("{{\"before\":\"x\",\"body\":{}}}", Value::from(format!("<{text}>")));
    let url: String = CANARY
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let utf16 = |big: bool| -> Vec<u8> {
        let mut bytes = Vec::new();
        for unit in format!("a{CANARY}z").encode_utf16() {
            let pair = [(unit >> 8) as u8, (unit & 0xff) as u8];
            bytes.extend(if big { pair } else { [pair[1], pair[0]] });
        }
        bytes
    };
    let mut planted: Vec<(String, Vec<u8>)> = vec![
        ("plain".to_owned(), format!("lead {CANARY} tail").into_bytes()),
        ("JSON".to_owned(), around(CANARY).into_bytes()),
        ("JSON in JSON".to_owned(), around(&around(CANARY)).into_bytes()),
        ("URL".to_owned(), format!("a=b&password={url}&c=d").into_bytes()),
        (
            "URL, small letters".to_owned(),
            format!(
                "password={}",
                url.replace("%C3%A5", "%c3%a5")
                    .replace("%3C", "%3c")
                    .replace("%2F", "%2f")
                    .replace("%5C", "%5c")
                    .replace("%2B", "%2b")
                    .replace("%3D", "%3d")
                    .replace("%3A", "%3a")
                    .replace("%2A", "%2a")
            )
            .into_bytes(),
        ),
        ("UTF-16LE".to_owned(), utf16(false)),
        ("UTF-16BE".to_owned(), utf16(true)),
        ("HTML".to_owned(), b"<td>Kanari&lt;&amp;&quot;/\\+%=:9q@*-F\xc3\xa5gel</td>".to_vec()),
        ("Markdown".to_owned(), b"**Kanari\\<\\&\\\"\\/\\\\\\+\\%\\=\\:9q\\@\\*\\-F\xc3\xa5gel**".to_vec()),
    ];
    for shift in 0..3 {
        let lead = "abc"[..shift].to_owned();
        planted.push((format!("base64, {shift} bytes in"), STANDARD.encode(format!("{lead}{CANARY}tail")).into_bytes()));
        planted.push((format!("URL-safe base64, {shift} bytes in"), URL_SAFE.encode(format!("{lead}{CANARY}tail")).into_bytes()));
        let mut wide = lead.into_bytes();
        wide.extend(CANARY.encode_utf16().flat_map(u16::to_le_bytes));
        planted.push((format!("base64 of UTF-16LE, {shift} bytes in"), STANDARD.encode(&wide).into_bytes()));
    }
    for (encoding, hay) in planted {
        assert!(found(&hay, &needles).contains(&encoding), "{encoding} is not found in {}", String::from_utf8_lossy(&hay));
    }
    assert!(found(b"nothing of the kind", &needles).is_empty());
}

/// What a whole run left behind, and what is secret in it.
struct Run {
    desk: Desk,
    /// What the program printed, run by run.
    said: Vec<(String, Vec<u8>)>,
    /// The passwords that were set, in their order.
    passwords: Vec<String>,
    identity: age::x25519::Identity,
}

/// A whole case: locked, cleaned, undone, cleaned again, watched, told, released.
fn whole_run() -> Run {
    let desk = Desk::fast("bec-classic");
    let (identity, recipient) = reader();
    fs::create_dir(desk.path("sealed")).unwrap();
    let mut said = Vec::new();
    let mut run = |arguments: &[&str]| {
        let ran = desk.run(arguments);
        assert!(ran.code == 0 || ran.code == 1, "{arguments:?}: {} {}", ran.code, ran.err);
        said.push((format!("stdout of {arguments:?}"), ran.out.clone().into_bytes()));
        said.push((format!("stderr of {arguments:?}"), ran.err.clone().into_bytes()));
        ran
    };
    run(&["doctor", "--json"]);
    run(&["check", ANNA, "--verbose"]);
    let case = run(&["contain", ANNA, "--privileged", ANNA, "--yes", "--json"]).json();
    let id = text(&case["case"]);
    assert_ne!(id, CASE, "the check was a case of its own");
    run(&["undo", &id]);
    let plan = run(&["plan", "show", &id, "--json"]).json();
    run(&["plan", "approve", &id, "--digest", plan["digest"].as_str().unwrap()]);
    run(&["apply", &id]);
    run(&["plan", "make", &id]);
    run(&["verify", &id]);
    run(&["watch", &id, "--once"]);
    let mut release = vec![
        "release",
        &id,
        "--to",
        "sign-in",
        "--cause",
        "link",
        "--proof",
        "in-person",
        "--seal-to",
        &recipient,
        "--seal-dir",
        "sealed",
    ];
    release.extend(NOT_READ);
    release.extend(["--override", "settled=a test", "--override", "nothing-open=a test"]);
    run(&release);
    for command in ["show", "timeline"] {
        run(&["case", command, &id]);
        run(&["case", command, &id, "--json"]);
    }
    run(&["case", "list", "--json"]);
    for language in ["en", "sv"] {
        for format in ["md", "json"] {
            let ran = run(&["report", &id, "--format", format, "--lang", language]);
            fs::write(desk.path(&format!("report-{language}.{format}")), &ran.out).unwrap();
        }
    }
    run(&["evidence", "verify", "--json"]);
    let passwords = passwords(&desk.tenant.requests());
    Run { desk, said, passwords, identity }
}

/// Passwords that requests set, each once, in their order.
fn passwords(requests: &[Value]) -> Vec<String> {
    let mut all = Vec::new();
    for request in requests.iter().filter(|request| sets_a_password(request)) {
        let body: Value = serde_json::from_str(request["request_body"].as_str().unwrap()).unwrap();
        let password = text(&body["passwordProfile"]["password"]);
        assert!(password.len() >= 16, "{password:?}");
        all.push(password);
    }
    all
}

fn sets_a_password(request: &Value) -> bool {
    let body = request["request_body"].as_str().unwrap_or_default();
    request["method"] == "PATCH" && text(&request["path"]) == format!("/v1.0/users/{ANNA_ID}") && body.contains("passwordProfile")
}

#[test]
fn no_password_and_no_token_stands_where_it_must_not() {
    let run = whole_run();
    assert_eq!(run.passwords.len(), 2, "the lock's password and the owner's");
    assert_ne!(run.passwords[0], run.passwords[1]);
    let requests = run.desk.tenant.requests();
    let mut places = run.said.clone();
    let files: Vec<_> =
        files_below(run.desk.folder.path()).into_iter().filter(|(path, _)| !path.ends_with("endpoints.json")).collect();
    assert!(files.iter().any(|(path, _)| path.starts_with(run.desk.data())), "nothing was written?");
    places.extend(files.iter().map(|(path, bytes)| (path.display().to_string(), bytes.clone())));
    places.extend(files.iter().map(|(path, _)| ("a file's name".to_owned(), path.to_string_lossy().into_owned().into_bytes())));

    let secret = run.desk.tenant.line["client_secret"].as_str().unwrap();
    let mut secrets: Vec<(String, String)> = vec![("the client secret".to_owned(), secret.to_owned())];
    for request in requests.iter().filter(|request| request["service"] == "login") {
        let answer: Value = serde_json::from_str(request["answer_body"].as_str().unwrap()).unwrap_or_default();
        if let Some(token) = answer["access_token"].as_str() {
            let signature = token.rsplit('.').next().unwrap();
            assert!(signature.len() > 20, "{token}");
            secrets.push(("a token's signature".to_owned(), signature.to_owned()));
        }
    }
    assert!(secrets.len() > 2, "no token was seen");
    secrets.extend(run.passwords.iter().map(|password| ("a password".to_owned(), password.clone())));
    for (what, secret) in &secrets {
        let needles = needles(secret);
        for (place, bytes) in &places {
            assert_eq!(found(bytes, &needles), Vec::<String>::new(), "{what} stands in {place}");
        }
    }
    every_request_but_one(&requests, &run.passwords);
    the_owner_can_read_it(&run);
}

/// A password goes to the tenant once, in the body that sets it, and comes back in no answer.
fn every_request_but_one(requests: &[Value], passwords: &[String]) {
    for password in passwords {
        let needles = needles(password);
        let mut set = 0;
        for request in requests {
            let mut rest = request.clone();
            if sets_a_password(request)
                && contains(text(&request["request_body"]).as_bytes(), Value::from(password.as_str()).to_string().as_bytes())
            {
                set += 1;
                rest["request_body"] = Value::Null;
            }
            for (name, value) in rest.as_object().unwrap() {
                let encodings = found(text(value).as_bytes(), &needles);
                assert!(
                    encodings.is_empty(),
                    "a password stands in {name} of {} {} as {encodings:?}",
                    request["method"],
                    request["path"]
                );
            }
        }
        assert_eq!(set, 1, "a password was set {set} times");
    }
}

/// The sealed file holds the second password and not the first; its name tells nothing.
fn the_owner_can_read_it(run: &Run) {
    let sealed = unsealed(&run.desk.path("sealed"), &run.identity);
    assert_eq!(sealed.len(), 1);
    assert!(sealed[0].contains(&run.passwords[1]) && !sealed[0].contains(&run.passwords[0]));
    for (path, _) in files_below(&run.desk.path("sealed")) {
        let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
        assert!(!name.contains("anna") && !name.contains("contoso"), "{name}");
        assert_eq!(mode(&path), 0o600, "{name}");
    }
}

fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}

/// While the password is set, no process shows it: not in its arguments, not in its environment.
#[test]
fn no_process_shows_a_password() {
    let mut desk = Desk::with(&["bec-classic", "--latency", "40", "--log"], "1");
    let mut child = desk.command(&["contain", ANNA, "--privileged", ANNA]).spawn().unwrap();
    desk.tenant.wait_for("PATCH");
    let mut seen = Vec::new();
    for process in fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        for name in ["cmdline", "environ", "comm"] {
            seen.push(fs::read(process.path().join(name)).unwrap_or_default());
        }
    }
    assert!(seen.iter().any(|bytes| contains(bytes, b"contain\0anna.berg@contoso.com")), "the run was over too soon");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let passwords = passwords(&desk.tenant.requests());
    assert_eq!(passwords.len(), 1);
    let needles = needles(&passwords[0]);
    for bytes in seen {
        assert_eq!(found(&bytes, &needles), Vec::<String>::new());
    }
}

/// Errors tell about the secret without repeating it.
#[test]
fn a_wrong_secret_is_not_repeated() {
    let desk = Desk::at("clean-account");
    let mut line = desk.tenant.line.clone();
    line["client_secret"] = CANARY.into();
    desk.endpoints(&line);
    let needles = needles(CANARY);
    for arguments in [&["contain", ANNA][..], &["doctor"], &["check", ANNA, "--json"]] {
        let ran = desk.run(arguments).ended(2);
        assert_eq!(found(ran.all().as_bytes(), &needles), Vec::<String>::new(), "{}", ran.all());
    }
    assert!(!desk.data().exists(), "something was written");
}

/// The record and its key are their owner's alone.
#[test]
fn files_are_their_owners_alone() {
    let desk = Desk::at("clean-account");
    desk.run(&["check", ANNA]).ended(0);
    for (path, _) in files_below(&desk.data()) {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        assert_eq!(mode(path.parent().unwrap()), 0o700, "{}", path.display());
    }
}
