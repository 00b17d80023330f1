//! Smaller sets, kept aside while the rules were made, and the forms that no set holds.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Judge, Row, list};

/// The forms in which forwarding and hiding rules are recorded, one record each, made up.
pub fn forms(judge: &Judge<'_>) -> Result<Vec<Row>> {
    let record = |number: u32, operation: &str, list: &str, pairs: &[(&str, &str)]| {
        let pairs: Vec<Value> = pairs.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        json!({
            "Id": format!("00000000-0000-4000-8000-{number:012}"), "CreationTime": "2026-03-02T10:00:00", "RecordType": 1,
            "Operation": operation, "UserId": "anna.berg@contoso.com", "ClientIP": "203.0.113.9", "Workload": "Exchange",
            "MailboxOwnerUPN": "anna.berg@contoso.com", "ResultStatus": "True", list: pairs,
        })
    };
    let actions = "[{\"ActionType\":\"Forward\",\"Recipients\":[\"copy@outside.example\"],\"ForwardFlags\":\"None\"}]";
    let table = [
        (
            "forwarding set on the mailbox",
            "mailbox-forwarding",
            record(
                1,
                "Set-Mailbox",
                "Parameters",
                &[
                    ("Identity", "anna.berg@contoso.com"),
                    ("ForwardingSmtpAddress", "smtp:copy@outside.example"),
                    ("DeliverToMailboxAndForward", "False"),
                ],
            ),
        ),
        (
            "a rule that forwards, by cmdlet",
            "inbox-rule",
            record(
                2,
                "New-InboxRule",
                "Parameters",
                &[("Name", "copy"), ("From", "x@y.example"), ("ForwardTo", "copy@outside.example")],
            ),
        ),
        (
            "a rule that forwards, by Outlook",
            "inbox-rule",
            record(
                3,
                "UpdateInboxRules",
                "OperationProperties",
                &[("RuleOperation", "AddMailboxRule"), ("RuleName", "copy"), ("RuleActions", actions)],
            ),
        ),
        (
            "a rule that hides, named by a sign",
            "inbox-rule",
            record(
                4,
                "New-InboxRule",
                "Parameters",
                &[("Name", ";"), ("SubjectContainsWords", "invoice"), ("MoveToFolder", "RSS Feeds"), ("MarkAsRead", "True")],
            ),
        ),
        (
            "a transport rule that copies out",
            "transport-rule",
            record(5, "New-TransportRule", "Parameters", &[("Name", "Backup"), ("BlindCopyTo", "copy@outside.example")]),
        ),
    ];
    let mut rows = Vec::new();
    for (what, code, record) in table {
        let file = judge.file("form.jsonl", &format!("{record}\n"))?;
        let analysis = judge.analysed(&[], &[&file])?;
        let verdict = list(&analysis["findings"]).find(|found| found["code"] == code).map(|found| found["verdict"].clone());
        let shown = verdict.as_ref().and_then(Value::as_str).unwrap_or("missed").to_owned();
        let is_found = matches!(shown.as_str(), "suspicious" | "malicious");
        rows.push(Row::required(what, shown, "suspicious or worse", is_found));
    }
    Ok(rows)
}

/// Two hiding rules and one user's sign-ins, all of them an intruder's in the story.
pub fn training_lab(judge: &Judge<'_>, folder: &Path) -> Result<Vec<Row>> {
    let rules = folder.join("office_activity_inbox_rule.csv");
    let analysis = judge.analysed(&[], &[&rules])?;
    let found = list(&analysis["findings"]).filter(|found| found["code"] == "inbox-rule" && found["verdict"] != "benign").count();
    let mut rows = vec![Row::required("held out: two hiding rules of a training lab", format!("{found} found"), "2", found == 2)];
    let log = folder.join("sign-in_adelete.csv");
    let seeded = judge.analysed(&["--from-address", "175.45.176.99"], &[&log])?;
    let alone = judge.analysed(&[], &[&log])?;
    let count = |analysis: &Value| analysis["selected"].as_array().map_or(0, Vec::len);
    let (seeded, alone) = (count(&seeded), count(&alone));
    rows.push(Row::told(
        "held out: 56 sign-ins of its intruder, nothing else to compare with",
        format!("{seeded} with the address as seed, {alone} without (there is no history to be new against)"),
    ));
    Ok(rows)
}

/// Records of many kinds without an attack on purpose.
pub fn fixtures(judge: &Judge<'_>, folder: &Path) -> Result<Vec<Row>> {
    let (mut total, mut alarms) = (0, Vec::new());
    for name in ["o365_ual", "entra_graph", "entra_eventhub", "message_trace"] {
        let text = fs::read_to_string(folder.join(format!("{name}.jsonl"))).context("the fixtures could not be read")?;
        for line in text.lines() {
            let fixture: Value = serde_json::from_str(line)?;
            total += 1;
            let event = match &fixture["event"] {
                Value::String(inner) => inner.clone(),
                other => other.to_string(),
            };
            let file = judge.file("fixture.jsonl", &format!("{event}\n"))?;
            let Ok(analysis) = judge.analysed(&[], &[&file]) else { continue };
            let bad = list(&analysis["findings"]).filter(|found| found["verdict"] != "benign");
            alarms.extend(bad.map(|found| {
                format!("{} ({})", fixture["fixture"].as_str().unwrap_or_default(), found["code"].as_str().unwrap_or_default())
            }));
        }
    }
    let figure = format!("{} of {total}: {}", alarms.len(), alarms.join(", "));
    Ok(vec![Row::told("held out: parser fixtures that raise an alarm", figure)])
}
