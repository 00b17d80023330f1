//! The SQL in an engine that nobody here wrote: ClickHouse, as the package `chdb` brings it. The model
//! that it loads is the model of the local reader, record for record. `REGAIN_PYTHON` names a Python that
//! has the package (`cargo xtask test --install` makes one); without it this test says that it was skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use regain_auditlog::analysis::Seeds;
use regain_auditlog::find;
use regain_auditlog::sql::{self, Shape};
use regain_auditlog::time::DateOrder;
use regain_auditlog::{Event, Log, Options};
use serde_json::{Value, json};

use super::corpus::{Dice, INTRUDER, audit};
use super::written::audit_shapes;

/// Runs statements one after the other; the rows of those that give some, one JSON object a row.
const RUN: &str = "
import json, sys
from chdb import session
engine = session.Session()
for statement in json.load(open(sys.argv[1])):
    rows = engine.query(statement, 'JSONEachRow')
    print(json.dumps([json.loads(line) for line in str(rows).splitlines() if line.strip()]))
";

fn python() -> Option<String> {
    let found = std::env::var_os("REGAIN_PYTHON").and_then(|python| python.into_string().ok());
    let has =
        |python: &String| Command::new(python).args(["-c", "import chdb"]).output().is_ok_and(|output| output.status.success());
    let found = found.filter(has);
    if found.is_none() {
        println!(
            "skipped: there is no Python with the package chdb; name one in REGAIN_PYTHON, or run cargo xtask test --install"
        );
    }
    found
}

fn ask(python: &str, folder: &Path, statements: &[String]) -> Vec<Vec<Value>> {
    let path = folder.join("statements.json");
    std::fs::write(&path, json!(statements).to_string()).unwrap();
    let output = Command::new(python).args(["-c", RUN]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str::<Vec<Value>>(line).unwrap()).collect()
}

/// One statement each: they end with a semicolon at the end of a line.
fn apart(text: &str) -> Vec<String> {
    text.split(";\n").map(str::to_owned).filter(|statement| !statement.trim().is_empty()).collect()
}

fn local(path: &Path) -> BTreeMap<String, Event> {
    events(&Log::read(&[path.to_owned()], &Options::default()).unwrap())
}

fn events(log: &Log) -> BTreeMap<String, Event> {
    let mut places = BTreeSet::new();
    log.rows(|row| {
        places.insert(row.place);
    })
    .unwrap();
    let mut all = BTreeMap::new();
    log.events(&places, |_, event| {
        all.insert(event.id.clone(), event);
    })
    .unwrap();
    all
}

/// What both say of an event, as text.
fn told(event: &Event) -> Value {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    json!({
        "id": event.id,
        "at": event.at.unwrap().strftime("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        "operation": event.operation,
        "workload": text(&event.workload),
        "account": event.account,
        "mailbox": text(&event.mailbox),
        "address": event.address.map(|address| address.to_string()).unwrap_or_default(),
        "session": text(&event.session),
        "agent": text(&event.agent),
        "client": text(&event.client),
        "app": text(&event.app).to_ascii_lowercase(),
        "target": text(&event.target),
        "error": event.error.unwrap_or_default(),
    })
}

const MODEL: &str = "SELECT id, at, operation, workload, account, mailbox, if(address = toIPv6('::'), '',
    if(startsWith(toString(address), '::ffff:'), substring(toString(address), 8), toString(address))) AS address,
    session, agent, client, app, target, error FROM events";

#[test]
fn the_engine_loads_the_same_model_in_every_shape_and_selects_the_same_records() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(5);
    let records: Vec<String> = (0..1200).map(|_| audit(&mut dice, 12)).collect();
    let shapes = audit_shapes(&records);
    for (shape, name) in [(Shape::Csv, "portal-csv"), (Shape::Lines, "management-lines"), (Shape::Parquet, "portal-csv")] {
        let text = &shapes.iter().find(|(known, _)| *known == name).unwrap().1;
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut statements = Vec::new();
        let mut file = path.display().to_string();
        if shape == Shape::Parquet {
            let parquet = folder.path().join("audit.parquet").display().to_string();
            statements
                .push(format!("INSERT INTO FUNCTION file('{parquet}', 'Parquet') SELECT * FROM file('{file}', 'CSVWithNames')"));
            file = parquet;
        }
        let seeds = Seeds { addresses: vec![INTRUDER.parse().unwrap()], ..Seeds::default() };
        statements.extend(apart(&sql::schema()));
        statements.extend(apart(&sql::load(shape, &file)));
        statements.push(MODEL.to_owned());
        statements.extend(apart(&sql::pivots(&seeds)));
        statements.extend(apart(&sql::accounts()));
        let answers = ask(&python, folder.path(), &statements);
        let [.., model, selected, accounts] = answers.as_slice() else { panic!("{answers:?}") };
        let mine = local(&path);
        assert_eq!(model.len(), mine.len());
        for row in model {
            assert_eq!(*row, told(&mine[row["id"].as_str().unwrap()]), "{name}");
        }
        let theirs: BTreeMap<String, String> =
            selected.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row["reasons"].to_string())).collect();
        assert_eq!(theirs.keys().collect::<Vec<_>>(), selected_by_hand(&mine).iter().collect::<Vec<_>>());
        let log = Log::read(std::slice::from_ref(&path), &Options::default()).unwrap();
        let scanned: BTreeSet<String> = find::analyse(&log, &seeds).unwrap().selected.into_iter().map(|one| one.id).collect();
        assert_eq!(theirs.into_keys().collect::<BTreeSet<String>>(), scanned, "{name}: the local scan selects the same");
        let everybody: BTreeSet<&str> = mine.values().map(|event| event.account.as_str()).collect();
        assert_eq!(accounts.iter().map(|row| row["account"].as_str().unwrap()).collect::<BTreeSet<&str>>(), everybody);
    }
}

/// The labelled records of a takeover, where somebody has them: `REGAIN_DATA`, or beside the repository.
fn labelled() -> Option<PathBuf> {
    let named = std::env::var_os("REGAIN_DATA").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).map(|folder| folder.join("shared/data"));
    let file = |folder: PathBuf| folder.join("invictus-o365-2021/ual_2021-03_2021-05.csv");
    let found = named.or_else(beside).map(file).filter(|path| path.is_file());
    if found.is_none() {
        println!("skipped: the labelled records of invictus-o365-2021 are not there; name their folder in REGAIN_DATA");
    }
    found
}

#[test]
fn on_a_real_log_engine_and_scan_load_the_same_records_and_select_the_same() {
    let (Some(path), Some(python)) = (labelled(), python()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let seeds = Seeds { addresses: vec!["62.149.20.10".parse().unwrap()], ..Seeds::default() };
    let mut statements = apart(&sql::schema());
    statements.extend(apart(&sql::load(Shape::Csv, &path.display().to_string())));
    statements.push(MODEL.to_owned());
    statements.extend(apart(&sql::pivots(&seeds)));
    let answers = ask(&python, folder.path(), &statements);
    let [.., model, selected] = answers.as_slice() else { panic!("{} answers", answers.len()) };
    let options = Options { dates: Some(DateOrder::MonthFirst), ..Options::default() };
    let log = Log::read(std::slice::from_ref(&path), &options).unwrap();
    let mine = events(&log);
    let differ: Vec<(String, Value, &Value)> = model
        .iter()
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row))
        .map(|(id, row)| (id.clone(), mine.get(&id).map(told).unwrap_or_default(), row))
        .filter(|(_, told, row)| told != *row)
        .collect();
    assert_eq!(model.len(), mine.len());
    assert!(differ.is_empty(), "{} differ, the first: {:?}", differ.len(), differ.first());
    let theirs: BTreeSet<&str> = selected.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let analysis = find::analyse(&log, &seeds).unwrap();
    let scanned: BTreeSet<&str> = analysis.selected.iter().map(|one| one.id.as_str()).collect();
    let only =
        |a: &BTreeSet<&str>, b: &BTreeSet<&str>| a.difference(b).map(|id| told(&mine[*id]).to_string()).collect::<Vec<_>>();
    assert_eq!((only(&theirs, &scanned), only(&scanned, &theirs)), (Vec::new(), Vec::new()), "engine only, scan only");
    assert!(scanned.len() > 100);
}

/// The five pivots, asked of the local events one after the other.
fn selected_by_hand(events: &BTreeMap<String, Event>) -> BTreeSet<String> {
    let intruder: std::net::IpAddr = INTRUDER.parse().unwrap();
    let known: Vec<&Event> = events.values().filter(|event| event.address == Some(intruder)).collect();
    let sessions: BTreeSet<_> = known.iter().filter_map(|event| event.session.clone()).collect();
    let agents: BTreeSet<_> = known.iter().filter_map(|event| event.agent.clone()).collect();
    let has = |set: &BTreeSet<String>, text: &Option<String>| text.as_ref().is_some_and(|text| set.contains(text));
    let is_direct =
        |event: &Event| event.address == Some(intruder) || has(&sessions, &event.session) || has(&agents, &event.agent);
    let consent = "Consent to application.";
    let used: BTreeSet<String> = events.values().filter(|event| is_direct(event)).filter_map(|event| event.app.clone()).collect();
    let apps: BTreeSet<String> = events
        .values()
        .filter(|event| event.operation == consent && (is_direct(event) || has(&used, &event.target)))
        .filter_map(|event| event.target.clone())
        .collect();
    let by_app =
        |event: &Event| is_direct(event) || has(&apps, &event.app) || (event.operation == consent && has(&apps, &event.target));
    let near = |event: &Event| {
        let says_where = event.address.is_some_and(|address| regain_auditlog::address::Address::from(address).says_where());
        let is_noise = event.client.as_deref().is_some_and(|client| client.starts_with("Client=REST;Client=RESTSystem"));
        let together = |other: &Event| {
            other.account == event.account
                && by_app(other)
                && other.at.unwrap().duration_since(event.at.unwrap()).abs().as_secs() <= sql::NEAR_SECONDS
        };
        !says_where && !is_noise && events.values().any(together)
    };
    assert!(known.len() > 2, "the corpus holds an intruder");
    events.values().filter(|event| by_app(event) || near(event)).map(|event| event.id.clone()).collect()
}
