//! `regain log`: exported audit logs, in every form of output, and kept in a case.

use std::fs;

use serde_json::Value;

use crate::schema::follows;
use crate::support::{ANNA, CASE, Desk, text};

/// Two sign-ins and a rule whose name is an attack on whoever shows it; one row is broken.
fn export() -> String {
    let row = |number: u32, operation: &str, more: &str| {
        let json = format!(
            "{{\"CreationTime\":\"2026-05-0{number}T10:00:00\",\"Id\":\"7c759f10-811c-4db8-ad6d-0000000000{number:02}\",\"Operation\":\"{operation}\",\
             \"UserId\":\"Anna@contoso.com\",\"ClientIP\":\"203.0.113.77:4711\",\"ResultStatus\":\"Succeeded\"{more}}}"
        );
        format!("a,2026,1,{operation},u,\"{}\",,\r\n", json.replace('"', "\"\""))
    };
    let rule = ",\"ObjectId\":\"=HYPERLINK(1)\",\"Parameters\":[{\"Name\":\"Name\",\"Value\":\"<script>alert(1)</script>\\u202e\\u001b[31m\"}]";
    [
        "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n",
        &row(1, "UserLoggedIn", ""),
        &row(2, "New-InboxRule", rule),
        "a,b,1,x,u,\"{\"\"CreationTime\"\"\",,\r\n",
        &row(5, "UserLoggedIn", ""),
        &row(5, "UserLoggedIn", ""),
    ]
    .concat()
}

fn desk() -> Desk {
    let desk = Desk::at("clean-account");
    fs::write(desk.path("audit.csv"), export()).unwrap();
    desk
}

#[test]
fn a_scan_says_what_is_there_and_what_is_not() {
    let desk = desk();
    let found = desk.json(&["log", "scan", "audit.csv", "--account", "ANNA@contoso.com"], 0);
    follows("log-scan", &found);
    assert_eq!(found["records"], serde_json::json!({"read": 5, "distinct": 3, "bad": 1}));
    assert_eq!(found["accounts"][0]["account"], "anna@contoso.com");
    assert_eq!(found["completeness"]["bad"][0]["line"], 4);
    assert_eq!(found["completeness"]["missing"], serde_json::json!(["sign-in", "directory", "trace"]));
    assert_eq!(found["completeness"]["silences"][0]["hours"], 71);
    let moments = found["timeline"]["moments"].as_array().unwrap();
    assert_eq!(
        moments.iter().map(|moment| text(&moment["operation"])).collect::<Vec<_>>(),
        ["UserLoggedIn", "New-InboxRule", "UserLoggedIn"]
    );
    assert_eq!(moments[1]["address"], "203.0.113.77");
    let one = desk.json(&["log", "scan", "audit.csv", "--account", "anna@contoso.com", "--threads", "1"], 0);
    assert_eq!(one, found);
}

#[test]
fn what_is_known_of_the_intruder_leads_to_his_records() {
    let desk = desk();
    fs::write(desk.path("asn.csv"), "203.0.113.0,203.0.113.255,64500,Example Hosting\n").unwrap();
    let found = desk.json(&["log", "scan", "audit.csv", "--from-address", "203.0.113.77", "--networks", "asn.csv"], 1);
    follows("log-scan", &found);
    assert_eq!(found["selected"].as_array().unwrap().len(), 3);
    assert_eq!(found["selected_total"], 3);
    assert_eq!(found["selected"][0]["account"], "anna@contoso.com");
    assert_eq!(found["selected"][0]["reasons"][0]["code"], "address");
    assert_eq!(found["infrastructure"][0]["value"], "203.0.113.77");
    assert!(text(&found["infrastructure"][0]["network"]).starts_with("64500 Example Hosting (asn.csv, "), "{found:#}");
    assert!(found["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "account-takeover"));
    let screen = desk.run(&["log", "scan", "audit.csv", "--from-address", "203.0.113.77"]).ended(1).out;
    assert!(screen.contains("was named as the intruder's"), "{screen}");
    let since = ["log", "scan", "audit.csv", "--from-address", "203.0.113.77", "--since", "2026-05-03T00:00:00Z"];
    assert_eq!(desk.json(&since, 1)["selected"].as_array().unwrap().len(), 1);
}

#[test]
fn every_form_is_harmless() {
    let desk = desk();
    let run =
        |form: &str| desk.run(&["log", "scan", "audit.csv", "--account", "anna@contoso.com", "--format", form]).ended(0).out;
    let screen = run("text");
    assert!(screen.contains("New-InboxRule") && screen.contains("line 4"), "{screen}");
    assert!(!screen.contains(['\u{1b}', '\u{202e}']), "{screen}");
    let csv = run("csv");
    assert!(csv.contains("\"'=HYPERLINK(1)\""), "{csv}");
    assert_eq!(csv.lines().count(), 4);
    let html = run("html");
    assert!(html.contains("<svg") && html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing is loaded from elsewhere: {html}");
    assert!(html.contains("<h2>ACCOUNTS"), "a heading is a heading: {html}");
    let lines = run("jsonl");
    let moments: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(moments.len(), 3);
    desk.run(&["log", "scan", "audit.csv", "--format", "html", "--output", "page.html"]).ended(0);
    assert!(fs::read_to_string(desk.path("page.html")).unwrap().starts_with("<!DOCTYPE html>"));
    desk.run(&["log", "scan", "audit.csv", "--output", "page.html"]).refused(2, "page.html could not be made");
    let swedish = desk.run(&["log", "scan", "audit.csv", "--lang", "sv"]).ended(0).out;
    assert!(swedish.contains("KONTON"), "{swedish}");
}

#[test]
fn what_is_no_export_is_named_and_dates_are_asked_for() {
    let desk = desk();
    fs::write(desk.path("letter.txt"), "Dear all,\n").unwrap();
    desk.run(&["log", "scan", "letter.txt"]).refused(2, "letter.txt").hinted("log scan --help");
    let found = desk.json(&["log", "scan", "audit.csv", "letter.txt"], 1);
    assert_eq!(found["records"]["distinct"], 3);
    desk.run(&["log", "scan", "missing.csv"]).refused(2, "missing.csv could not be read");
    let trace = "MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status\r\nm,<i>,5/4/2021 9:00,a@x.example,b@x.example,s,Delivered\r\n";
    fs::write(desk.path("trace.csv"), trace).unwrap();
    desk.run(&["log", "scan", "trace.csv"]).refused(2, "4 May").hinted("--dates");
    let found = desk.json(&["log", "scan", "trace.csv", "--dates", "dmy"], 0);
    assert_eq!(found["completeness"]["sources"][0]["first"], "2021-04-05T09:00:00Z");
}

#[test]
fn a_scan_is_kept_in_a_case() {
    let desk = desk();
    desk.run(&["log", "scan", "audit.csv", "--case", CASE]).refused(2, "there is no case");
    desk.run(&["check", ANNA]).ended(0);
    let before = desk.json(&["evidence", "verify"], 0);
    desk.run(&["log", "scan", "audit.csv", "--case", CASE]).ended(0);
    let after = desk.json(&["evidence", "verify"], 0);
    assert_eq!(after["entries"].as_u64(), before["entries"].as_u64().map(|count| count + 1));
    assert_eq!(after["blobs"].as_u64(), before["blobs"].as_u64().map(|count| count + 1));
    let timeline = desk.run(&["case", "timeline", CASE, "--json"]).ended(0).out;
    assert!(timeline.contains("logs-scanned") && timeline.contains("audit.csv"), "{timeline}");
}

#[test]
fn the_sql_names_what_was_asked_for() {
    let desk = Desk::at("clean-account");
    let run = |more: &[&str]| desk.run(&[&["log", "sql"], more].concat()).ended(0).out;
    let all = run(&["--files", "export/*.csv", "--from-address", "203.0.113.77"]);
    for part in ["CREATE TABLE", "file('export/*.csv', 'CSVWithNames')", "toIPv6('203.0.113.77')"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(!run(&["pivots"]).contains("CREATE TABLE"));
    assert!(run(&["load", "--shape", "parquet"]).contains("'Parquet'"));
}

/// Mail that the intruder answered, read and threw away, to somebody whose domain looks like the tenant's, and a rule
/// that lived for five minutes.
fn intrusion() -> String {
    let record = |minute: u32, operation: &str, more: &str| {
        format!(
            "{{\"CreationTime\":\"2026-05-02T10:{minute:02}:00\",\"Id\":\"7c759f10-811c-4db8-ad6d-0000000001{minute:02}\",\"Operation\":\"{operation}\",\
             \"UserId\":\"anna@contoso.com\",\"MailboxOwnerUPN\":\"anna@contoso.com\",\"ClientIP\":\"203.0.113.77\",\"ResultStatus\":\"Succeeded\"{more}}}\n"
        )
    };
    let item = ",\"Item\":{\"Subject\":\"RE: Invoice 7\",\"InternetMessageId\":\"<7@x>\",\"ParentFolder\":{\"Path\":\"\\\\Sent Items\"}}";
    let read = ",\"OperationProperties\":[{\"Name\":\"MailAccessType\",\"Value\":\"Bind\"},{\"Name\":\"IsThrottled\",\"Value\":\"True\"}],\
        \"Folders\":[{\"Path\":\"\\\\Inbox\",\"FolderItems\":[{\"InternetMessageId\":\"<1@x>\"},{\"InternetMessageId\":\"<2@x>\"}]}]";
    let rule = ",\"Parameters\":[{\"Name\":\"Name\",\"Value\":\"..\"},{\"Name\":\"DeleteMessage\",\"Value\":\"True\"},{\"Name\":\"From\",\"Value\":\"x@c0ntoso.com\"}]";
    [
        record(1, "UserLoggedIn", ""),
        record(2, "MailItemsAccessed", read),
        record(3, "New-InboxRule", rule),
        record(4, "Send", item),
        record(
            5,
            "SoftDelete",
            &item
                .replace("Item", "AffectedItems")
                .replace(":{\"Subject", ":[{\"Subject")
                .replace("}}", "}}]")
                .replace("Sent AffectedItems", "Sent Items"),
        ),
        record(8, "Remove-InboxRule", ",\"Parameters\":[{\"Name\":\"Identity\",\"Value\":\"anna\\\\..\"}]"),
    ]
    .concat()
}

#[test]
fn what_the_intruder_did_stands_under_headings_of_its_own() {
    let desk = Desk::at("clean-account");
    fs::write(desk.path("audit.jsonl"), intrusion()).unwrap();
    let seed = ["log", "scan", "audit.jsonl", "--from-address", "203.0.113.77"];
    let found = desk.json(&seed, 1);
    follows("log-scan", &found);
    let story = &found["story"];
    assert_eq!(story["lookalikes"][0]["domain"], "c0ntoso.com");
    assert_eq!((&story["payments"][0]["subject"], &story["payments"][0]["answered"]), (&"Invoice 7".into(), &true.into()));
    assert_eq!((&story["read"][0]["items"], &story["read"][0]["throttled"]), (&2.into(), &1.into()));
    assert_eq!(story["sent"][0]["subject"], "RE: Invoice 7");
    assert_eq!(story["rules"][0]["minutes"], 5);
    assert_eq!(found["infrastructure"][0]["intruders"], serde_json::json!([1]));
    assert_eq!(found["completeness"]["late_from"], "2026-05-01T10:08:00Z");
    let parts = [
        "DOMAINS THAT LOOK LIKE ANOTHER",
        "c0ntoso.com  looks like contoso.com (this tenant's own)",
        "MESSAGES ABOUT MONEY THAT THE INTRUDER WROTE",
        "Invoice 7: the intruder answered",
        "WHAT THE INTRUDER READ",
        "\\Inbox: 2 message(s), in 1 record(s)",
        "more was read than stands here",
        "WHAT THE INTRUDER SENT",
        "WHAT THE INTRUDER CHANGED",
        "RULES THAT CAME AND WENT",
        "removed again after 5 min",
        "named as the intruder's",
        "what happened after 2026-05-01 10:08:00 may still be missing",
    ];
    for form in ["text", "html"] {
        let said = desk.run(&[&seed[..], &["--format", form]].concat()).ended(1).out.replace("&#39;", "'");
        for part in parts {
            assert!(said.contains(part), "{form}: {part}\n{said}");
        }
    }
}

#[test]
fn what_found_an_address_is_said_in_words() {
    let desk = Desk::at("clean-account");
    fs::write(desk.path("audit.jsonl"), intrusion()).unwrap();
    let said = desk.run(&["log", "scan", "audit.jsonl"]).ended(1).out;
    assert!(said.contains("found by inbox rule"), "{said}");
    let swedish = desk.run(&["log", "scan", "audit.jsonl", "--lang", "sv"]).ended(1).out;
    assert!(swedish.contains("hittades genom inkorgsregel"), "{swedish}");
}

#[test]
fn an_output_that_is_there_is_not_written_over_and_the_next_step_is_said() {
    let desk = desk();
    fs::write(desk.path("out.html"), "mine").unwrap();
    let scan = ["log", "scan", "audit.csv", "--format", "html", "--output", "out.html"];
    desk.run(&scan).refused(2, "out.html could not be made").hinted("another file with --output");
    assert_eq!(fs::read_to_string(desk.path("out.html")).unwrap(), "mine");
    let nowhere = ["log", "scan", "audit.csv", "--format", "html", "--output", "nowhere/out.html"];
    desk.run(&nowhere).refused(2, "could not be made").hinted("a folder that you may write to");
}
