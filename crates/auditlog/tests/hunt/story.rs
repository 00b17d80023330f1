//! What the intruder did, by kind.

use regain_auditlog::analysis::Seeds;
use regain_auditlog::story::Story;
use regain_auditlog::{Log, Options, find, timeline};
use serde_json::{Value, json};

use crate::scene::{ANNA, AWAY, BROWSER, DAY, HOME, Record, STRANGE, Scene, record, sign_in};

const THEN: i64 = (10 * DAY + 615) * 60;

fn told(scene: &Scene) -> Story {
    let folder = tempfile::tempdir().unwrap();
    let (traces, audit) = scene.records.iter().partition::<Vec<&Record>, _>(|record| record.0.get("SenderAddress").is_some());
    let mut paths = Vec::new();
    for (name, records) in [("audit.jsonl", audit), ("trace.jsonl", traces)] {
        if !records.is_empty() {
            let path = folder.path().join(name);
            std::fs::write(&path, records.iter().fold(String::new(), |lines, record| lines + &record.0.to_string() + "\n"))
                .unwrap();
            paths.push(path);
        }
    }
    let log = Log::read(&paths, &Options { threads: 1, ..Options::default() }).unwrap();
    let seeds = Seeds { addresses: vec![AWAY.parse().unwrap()], ..Seeds::default() };
    let analysis = find::analyse(&log, &seeds).unwrap();
    let timeline = timeline::timeline(&log, &analysis, &[]).unwrap();
    Story::of(&log, &analysis, &timeline).unwrap()
}

fn with(mut record: Record, name: &str, value: Value) -> Record {
    record.0[name] = value;
    record
}

fn trace(seconds: i64, from: &str, to: &str, subject: &str) -> Record {
    let at = regain_incident::Timestamp::from_second(1_767_600_000 + seconds).unwrap().to_string();
    let id = format!("<{seconds}@x>");
    Record(json!({
        "MessageTraceId": format!("t{seconds}{to}"), "MessageId": id, "Received": at, "SenderAddress": from, "RecipientAddress": to,
        "Subject": subject, "Status": "Delivered",
    }))
}

fn item(subject: &str, id: &str) -> Value {
    json!({"Subject": subject, "InternetMessageId": id, "ParentFolder": {"Path": "\\Sent Items"}})
}

#[test]
fn what_was_read_is_counted_by_folder_each_message_once() {
    let mut scene = Scene::of(&[ANNA]);
    let reading = |seconds, pairs: &[(&str, &str)], folders: Value| {
        let record = record(seconds, ANNA, "MailItemsAccessed").from(AWAY).by(STRANGE);
        let pairs: Vec<Value> = pairs.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        with(with(record, "OperationProperties", pairs.into()), "Folders", folders)
    };
    let bind = [("MailAccessType", "Bind"), ("IsThrottled", "False")];
    let inbox = |ids: &[&str]| {
        let items: Vec<Value> = ids.iter().map(|id| json!({"InternetMessageId": id})).collect();
        json!([{"Path": "\\Inbox", "FolderItems": items}])
    };
    scene.add(reading(THEN, &bind, inbox(&["<1>", "<2>"])));
    scene.add(reading(THEN + 60, &bind, inbox(&["<2>", "<3>"])));
    scene.add(reading(THEN + 90, &[("MailAccessType", "Bind"), ("IsThrottled", "True")], inbox(&["<3>"])));
    let mut sync = reading(THEN + 120, &[("MailAccessType", "Sync")], json!([]));
    sync.0["Item"] = json!({"Id": "folder", "ParentFolder": {"Path": "\\Inbox\\Deals"}});
    scene.add(sync);
    let story = told(&scene);
    let of: Vec<_> = story.read.iter().map(|one| (one.folder.as_str(), one.items, one.bind, one.sync, one.throttled)).collect();
    assert_eq!(of, [("\\Inbox", 3, 3, 0, 1), ("\\Inbox\\Deals", 0, 0, 1, 0)]);
    assert_eq!(story.read[0].mailbox, ANNA);
    assert!(story.sent.is_empty() && story.payments.is_empty() && story.lookalikes.is_empty());
}

#[test]
fn a_payment_thread_that_he_answered_to_a_domain_that_looks_like_a_customers() {
    let mut scene = Scene::of(&[ANNA]);
    for day in 0..9 {
        scene.records.push(trace(day * 86_400, "cfo@fabrikam.com", ANNA, "Invoice 4711"));
    }
    scene.add(sign_in(THEN, ANNA, AWAY, STRANGE));
    scene.add(with(record(THEN + 60, ANNA, "Send").from(AWAY).by(STRANGE), "Item", item("RE: Invoice 4711", "<m1>")));
    scene.add(with(record(THEN + 70, ANNA, "Send").from(AWAY).by(STRANGE), "Item", item("Lunch", "<m2>")));
    scene.add(with(
        record(THEN + 80, ANNA, "SoftDelete").from(AWAY).by(STRANGE),
        "AffectedItems",
        json!([item("RE: Invoice 4711", "<m1>")]),
    ));
    scene.add(with(record(THEN + 90, ANNA, "Send").from(HOME).by(BROWSER), "Item", item("Invoice 12", "<m3>")));
    scene.records.push(trace(THEN + 61, ANNA, "cfo@fabrikarn.com", "RE: Invoice 4711"));
    scene.records.push(trace(THEN + 71, ANNA, "bo@contoso.com", "Lunch"));
    let story = told(&scene);
    assert_eq!(story.payments.len(), 1, "{:?}", story.payments);
    let thread = &story.payments[0];
    assert_eq!((thread.subject.as_str(), thread.sent, thread.answered, thread.deleted), ("Invoice 4711", 1, true, true));
    assert_eq!(thread.to, ["cfo@fabrikarn.com"]);
    assert_eq!(thread.lookalike.as_deref(), Some("fabrikarn.com"));
    let sent: Vec<_> = story.sent.iter().map(|message| (message.subject.as_str(), message.to.as_slice())).collect();
    assert_eq!(sent, [("RE: Invoice 4711", &["cfo@fabrikarn.com".to_owned()][..]), ("Lunch", &["bo@contoso.com".to_owned()])]);
    let [like] = story.lookalikes.as_slice() else { panic!("{:?}", story.lookalikes) };
    assert_eq!((like.resembles.as_str(), like.of, like.how), ("fabrikam.com", "correspondent", "same-look"));
    assert_eq!((like.received, like.sent, like.accounts.as_slice()), (0, 1, &[ANNA.to_owned()][..]));
    let changed: Vec<_> = story.changed.iter().map(|change| (change.operation.as_str(), change.items.as_slice())).collect();
    assert_eq!(changed, [("SoftDelete", &["RE: Invoice 4711".to_owned()][..])]);
}

#[test]
fn domains_like_the_tenants_own_that_rules_and_settings_name() {
    let mut scene = Scene::of(&[ANNA]);
    scene.add(record(THEN, ANNA, "Set-Mailbox").from(AWAY).set(&[("ForwardingSmtpAddress", "smtp:anna@contoso-mail.com")]));
    scene.add(record(THEN + 5, ANNA, "Add unverified domain.").on("contos0.com"));
    scene.add(
        record(THEN + 9, ANNA, "New-InboxRule").from(AWAY).set(&[("Name", "x"), ("From", "a@sub.contoso.com;b@fabrikam.com")]),
    );
    let story = told(&scene);
    let of: Vec<_> = story.lookalikes.iter().map(|one| (one.domain.as_str(), one.how, one.named_by[0].as_str())).collect();
    assert_eq!(of, [("contoso-mail.com", "word-beside", "Set-Mailbox"), ("contos0.com", "same-look", "Add unverified domain.")]);
    assert!(story.lookalikes.iter().all(|one| one.of == "tenant" && one.resembles == "contoso.com"));
}

#[test]
fn rules_that_came_and_went() {
    let mut scene = Scene::of(&[ANNA]);
    let rule = [("Name", ".."), ("DeleteMessage", "True")];
    scene.add(record(THEN, ANNA, "New-InboxRule").from(AWAY).set(&rule));
    scene.add(record(THEN + 60, ANNA, "Set-InboxRule").from(AWAY).set(&[("Identity", "anna\\.."), ("Name", "..")]));
    scene.add(record(THEN + 3600, ANNA, "Remove-InboxRule").from(AWAY).set(&[("Identity", "anna\\..")]));
    scene.add(record(THEN + 7200, ANNA, "New-InboxRule").from(AWAY).set(&rule));
    scene.add(
        record(THEN + 9000, "bo@contoso.com", "New-InboxRule").from(HOME).set(&[("Name", "News"), ("MoveToFolder", "News")]),
    );
    scene.add(record(THEN + 9600, "bo@contoso.com", "Remove-InboxRule").from(HOME).set(&[("Identity", "bo\\News")]));
    scene.add(
        record(THEN + 9700, "bo@contoso.com", "New-InboxRule").from(HOME).set(&[("Name", "Stays"), ("MoveToFolder", "News")]),
    );
    let story = told(&scene);
    let of: Vec<_> =
        story.rules.iter().map(|life| (life.name.as_str(), life.minutes, life.intruder, life.records.len())).collect();
    assert_eq!(of, [("..", Some(60), true, 3), ("..", None, true, 1), ("News", Some(10), false, 2)]);
    assert!(story.rules[0].changed.is_some() && story.rules[1].removed.is_none());
}
