//! The same events in every shape, packing and encoding give the same model; and nothing that comes
//! out depends on threads, on the order of the files, or on how memory was divided.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use regain_auditlog::row::Place;
use regain_auditlog::summary::Summary;
use regain_auditlog::time::DateOrder;
use regain_auditlog::{Event, Log, Options};

use super::corpus::{Dice, audit};
use super::written::audit_shapes;

fn one_thread() -> Options {
    Options { threads: 1, ..Options::default() }
}

/// Everything in the files, in an order of its own.
#[track_caller]
fn events(paths: &[PathBuf], options: &Options) -> Vec<Event> {
    let log = Log::read(paths, options).unwrap_or_else(|error| panic!("{paths:?}: {error}"));
    let mut places = BTreeSet::new();
    log.rows(|row| {
        places.insert(row.place);
    })
    .unwrap();
    let mut all = Vec::new();
    log.events(&places, |_: Place, event| all.push(event)).unwrap();
    all.sort_by(|a, b| (a.at, &a.id, &a.target, &a.operation).cmp(&(b.at, &b.id, &b.target, &b.operation)));
    all
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn records(count: usize) -> Vec<String> {
    let mut dice = Dice(1);
    (0..count).map(|_| audit(&mut dice, 30)).collect()
}

#[test]
fn audit_records_are_the_same_in_every_shape() {
    let folder = tempfile::tempdir().unwrap();
    let records = records(500);
    let mut first: Option<Vec<Event>> = None;
    for (name, text) in audit_shapes(&records) {
        let path = write(folder.path(), name, text.as_bytes());
        let read = events(&[path], &one_thread());
        assert_eq!(read.len(), records.len(), "{name}");
        match &first {
            None => first = Some(read),
            Some(first) => assert!(*first == read, "{name}: {:#?}", first.iter().zip(&read).find(|(a, b)| a != b)),
        }
    }
    let first = first.unwrap();
    let rule = first.iter().find(|event| event.operation == "New-InboxRule").unwrap();
    assert!(rule.parameter("Name").unwrap().starts_with("say \""), "{rule:?}");
    assert!(rule.address.is_some() && rule.session.is_some());
    let read = first.iter().find(|event| event.operation == "MailItemsAccessed" && !event.items.is_empty()).unwrap();
    assert!(read.items.iter().all(|item| item.message_id.starts_with('<') && item.folder.starts_with('\\')), "{read:?}");
    let outlook = first.iter().find(|event| event.operation == "UpdateInboxRules").unwrap();
    assert!(outlook.parameter("RuleActions").unwrap().contains("x@freemail.example"), "{outlook:?}");
}

#[test]
fn packings_and_encodings_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = audit_shapes(&records(300)).into_iter().find(|(name, _)| *name == "cmdlet-csv").unwrap().1;
    let meant = events(&[write(folder.path(), "plain", text.as_bytes())], &one_thread());
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default();
    let half = text.match_indices('\n').nth(150).unwrap().0 + 1;
    let header: String = text.split_inclusive('\n').take(2).collect();
    zip.start_file("export/a.csv", stored.compression_method(zip::CompressionMethod::Deflated)).unwrap();
    zip.write_all(&text.as_bytes()[..half]).unwrap();
    zip.start_file("export/b.csv", stored.compression_method(zip::CompressionMethod::Stored)).unwrap();
    zip.write_all(header.as_bytes()).unwrap();
    zip.write_all(&text.as_bytes()[half..]).unwrap();
    for (name, bytes) in [
        ("bom", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("utf-16-le", [b"\xff\xfe", little.as_slice()].concat()),
        ("utf-16-be", [b"\xfe\xff", big.as_slice()].concat()),
        ("gzip", gzip.finish().unwrap()),
        ("zip", zip.finish().unwrap().into_inner()),
    ] {
        let read = events(&[write(folder.path(), name, &bytes)], &one_thread());
        assert!(read == meant, "{name}: {} of {}", read.len(), meant.len());
    }
}

#[test]
fn overlapping_files_give_each_event_once_whatever_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let records = records(1600);
    let shapes = |records: &[String]| audit_shapes(records).into_iter().map(|(_, text)| text).collect::<Vec<String>>();
    let (a, b) = (&shapes(&records[..1000])[0], &shapes(&records[600..])[0]);
    let c = &shapes(&records[400..1200])[3];
    let paths: Vec<PathBuf> =
        [("a", a), ("b", b), ("c", c)].map(|(name, text)| write(folder.path(), name, text.as_bytes())).to_vec();
    let said = |paths: &[PathBuf], options: &Options| {
        let log = Log::read(paths, options).unwrap();
        let summary = Summary::of(&log).unwrap();
        assert_eq!((log.tally.read, log.tally.distinct, log.tally.bad), (2800, 1600, 0));
        let mut summary = serde_json::to_value(&summary).unwrap();
        summary["completeness"]["spilled_bytes"] = 0.into(); // where things lay in memory is no finding
        summary.to_string()
    };
    let meant = said(&paths, &one_thread());
    let everything = events(&paths, &one_thread());
    let backwards: Vec<PathBuf> = paths.iter().rev().cloned().collect();
    for threads in [2, 7] {
        for order in [&paths, &backwards] {
            let options = Options { threads, ..Options::default() };
            assert_eq!(said(order, &options), meant, "{threads} threads");
        }
    }
    let tight = Options { threads: 3, keys_bytes_max: 0, rows_bytes_max: 0, ..Options::default() };
    assert_eq!(said(&backwards, &tight), meant, "on disk");
    assert_eq!(events(&backwards, &tight), everything);
}

#[test]
fn notable_events_are_at_hand_and_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let text = &audit_shapes(&records(800))[0].1;
    let paths = [write(folder.path(), "portal.csv", text.as_bytes())];
    let log = Log::read(&paths, &one_thread()).unwrap();
    let mut at_hand = Vec::new();
    log.notable(|place, event| at_hand.push((place, event))).unwrap();
    assert!(at_hand.len() > 20, "{}", at_hand.len());
    let places: BTreeSet<Place> = at_hand.iter().map(|(place, _)| *place).collect();
    let mut again = Vec::new();
    log.events(&places, |place, event| again.push((place, event))).unwrap();
    assert_eq!(at_hand, again);
}

const SIGN_INS: [&str; 4] = [
    // Graph
    r#"{"value":[{"id":"7c759f10-811c-4db8-ad6d-f07d8ae3f8ea","createdDateTime":"2026-05-18T21:13:33.5Z","userDisplayName":"Ann B","userPrincipalName":"Ann@contoso.example","userId":"5f1b8dd1-7b4c-4a44-9a35-0ed5bd4a6a77","appId":"c44b4083-3bb0-49c1-b47d-974e53cbdf3c","appDisplayName":"Azure Portal","ipAddress":"203.0.113.77","clientAppUsed":"Browser","userAgent":"axios/1.7.9","isInteractive":true,"sessionId":"00baf379-e510-523f-1c0e-346163d4a768","uniqueTokenIdentifier":"abcDEF","resourceDisplayName":"Microsoft Graph","status":{"errorCode":50126,"failureReason":"Error validating credentials","additionalDetails":null},"location":{"city":"Lund","state":"Skane","countryOrRegion":"SE"},"authenticationProtocol":"deviceCode"}]}"#,
    // Azure Monitor
    r#"{"time":"2026-05-18T21:20:00Z","resourceId":"/tenants/x","operationName":"Sign-in activity","category":"SignInLogs","resultType":"50126","resultDescription":"Error validating credentials","callerIpAddress":"203.0.113.77","identity":"Ann B","location":"SE","properties":{"id":"7c759f10-811c-4db8-ad6d-f07d8ae3f8ea","createdDateTime":"2026-05-18T21:13:33.5000000+00:00","userPrincipalName":"Ann@contoso.example","userId":"5f1b8dd1-7b4c-4a44-9a35-0ed5bd4a6a77","appId":"c44b4083-3bb0-49c1-b47d-974e53cbdf3c","appDisplayName":"Azure Portal","ipAddress":"203.0.113.77","clientAppUsed":"Browser","userAgent":"axios/1.7.9","isInteractive":true,"sessionId":"00baf379-e510-523f-1c0e-346163d4a768","uniqueTokenIdentifier":"abcDEF","resourceDisplayName":"Microsoft Graph","status":{"errorCode":50126,"failureReason":"Error validating credentials"},"location":{"countryOrRegion":"SE"},"authenticationProtocol":"deviceCode"}}"#,
    // Log Analytics
    "TenantId,OperationName,Category,ResultType,ResultDescription,Identity,AppDisplayName,AppId,AuthenticationProtocol,ClientAppUsed,CreatedDateTime [UTC],DeviceDetail_dynamic,DeviceDetail_string,IsInteractive,Id,IPAddress,LocationDetails_dynamic,LocationDetails_string,ResourceDisplayName,SessionId,Status_dynamic,Status_string,UniqueTokenIdentifier,UserAgent,UserId,UserPrincipalName\r\nt,Sign-in activity,SignInLogs,50126,,Ann B,Azure Portal,c44b4083-3bb0-49c1-b47d-974e53cbdf3c,deviceCode,Browser,\"5/18/2026, 9:13:33.500 PM\",{},,TRUE,7c759f10-811c-4db8-ad6d-f07d8ae3f8ea,203.0.113.77,\"{\r\n  \"\"countryOrRegion\"\": \"\"SE\"\"\r\n}\",,Microsoft Graph,00baf379-e510-523f-1c0e-346163d4a768,\"{\"\"errorCode\"\":50126,\"\"failureReason\"\":\"\"Error validating credentials\"\"}\",,abcDEF,axios/1.7.9,5f1b8dd1-7b4c-4a44-9a35-0ed5bd4a6a77,Ann@contoso.example\r\n",
    // The portal
    "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Application,Application ID,Resource,Resource ID,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Authentication Protocol,Unique token identifier,Session ID,isInteractive\r\n2026-05-18T21:13:33.5Z,7c759f10-811c-4db8-ad6d-f07d8ae3f8ea,axios/1.7.9,,5f1b8dd1-7b4c-4a44-9a35-0ed5bd4a6a77,Ann B,Ann@contoso.example,Member,Azure Portal,c44b4083-3bb0-49c1-b47d-974e53cbdf3c,Microsoft Graph,,203.0.113.77,\"Lund, Skane, SE\",Failure,50126,Error validating credentials,Browser,deviceCode,abcDEF,00baf379-e510-523f-1c0e-346163d4a768,true\r\n",
];

#[test]
fn sign_ins_are_the_same_in_four_spellings() {
    let folder = tempfile::tempdir().unwrap();
    let mut first: Option<Vec<Event>> = None;
    for (text, number) in SIGN_INS.iter().zip(0..) {
        let read = events(&[write(folder.path(), &format!("sign-in-{number}"), text.as_bytes())], &one_thread());
        assert_eq!(read.len(), 1, "{number}");
        assert_eq!(read[0].parameter("authenticationProtocol"), Some("deviceCode"));
        let plain: Vec<Event> = read.into_iter().map(|event| Event { parameters: Vec::new(), ..event }).collect();
        match &first {
            None => first = Some(plain),
            Some(first) => assert_eq!(*first, plain, "{number}"),
        }
    }
    let first = &first.unwrap()[0];
    assert_eq!((first.error, first.account.as_str(), first.country.as_deref()), (Some(50126), "ann@contoso.example", Some("SE")));
}

const DIRECTORY: [&str; 3] = [
    r#"[{"id":"Directory_1_X_2","activityDateTime":"2026-05-18T21:13:33Z","activityDisplayName":"Add member to role","category":"RoleManagement","result":"success","resultReason":"","loggedByService":"Core Directory","operationType":"Assign","initiatedBy":{"user":{"id":"5f1b8dd1-7b4c-4a44-9a35-0ed5bd4a6a77","displayName":null,"userPrincipalName":"Ann@contoso.example","ipAddress":"203.0.113.77"},"app":null},"targetResources":[{"id":"t1","displayName":null,"type":"User","userPrincipalName":"bob@contoso.example","modifiedProperties":[{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Global Administrator\""}]}],"additionalDetails":[{"key":"User-Agent","value":"axios/1.7.9"}]}]"#,
    r#"{"time":"2026-05-18T21:13:33Z","operationName":"Add member to role","category":"AuditLogs","callerIpAddress":"203.0.113.77","identity":"Ann B","properties":{"id":"Directory_1_X_2","activityDateTime":"2026-05-18T21:13:33+00:00","activityDisplayName":"Add member to role","category":"RoleManagement","result":"success","loggedByService":"Core Directory","operationType":"Assign","initiatedBy":{"user":{"id":"5f1b8dd1-7b4c-4a44-9a35-0ed5bd4a6a77","userPrincipalName":"Ann@contoso.example","ipAddress":"203.0.113.77"}},"targetResources":[{"id":"t1","type":"User","userPrincipalName":"bob@contoso.example","modifiedProperties":[{"displayName":"Role.DisplayName","oldValue":null,"newValue":"\"Global Administrator\""}]}],"additionalDetails":[{"key":"User-Agent","value":"axios/1.7.9"}]}}"#,
    "TenantId,OperationName,Category,Result,Identity,LoggedByService,OperationType,Id,InitiatedBy,TargetResources,AdditionalDetails,ActivityDateTime [UTC],ActivityDisplayName\r\nt,Add member to role,RoleManagement,success,Ann B,Core Directory,Assign,Directory_1_X_2,\"{\"\"user\"\":{\"\"id\"\":\"\"5f1b8dd1-7b4c-4a44-9a35-0ed5bd4a6a77\"\",\"\"userPrincipalName\"\":\"\"Ann@contoso.example\"\",\"\"ipAddress\"\":\"\"203.0.113.77\"\"}}\",\"[{\"\"id\"\":\"\"t1\"\",\"\"userPrincipalName\"\":\"\"bob@contoso.example\"\",\"\"modifiedProperties\"\":[{\"\"displayName\"\":\"\"Role.DisplayName\"\",\"\"newValue\"\":\"\"\\\"\"Global Administrator\\\"\"\"\"}]}]\",\"[{\"\"key\"\":\"\"User-Agent\"\",\"\"value\"\":\"\"axios/1.7.9\"\"}]\",\"5/18/2026, 9:13:33 PM\",Add member to role\r\n",
];

#[test]
fn directory_audits_are_the_same_in_three_spellings() {
    let folder = tempfile::tempdir().unwrap();
    let mut first: Option<Event> = None;
    for (text, number) in DIRECTORY.iter().zip(0..) {
        let mut read = events(&[write(folder.path(), &format!("directory-{number}"), text.as_bytes())], &one_thread());
        assert_eq!(read.len(), 1, "{number}");
        let mut event = read.remove(0);
        assert_eq!(event.parameter("Role.DisplayName"), Some("\"Global Administrator\""), "{number}: {event:?}");
        event.parameters.retain(|pair| pair.name == "Role.DisplayName" || pair.name == "User-Agent");
        match &first {
            None => first = Some(event),
            Some(first) => assert_eq!(*first, event, "{number}"),
        }
    }
    let first = first.unwrap();
    assert_eq!(first.target.as_deref(), Some("bob@contoso.example"));
    assert_eq!(first.agent.as_deref(), Some("axios/1.7.9"));
}

const TRACES: [&str; 4] = [
    r#"{"d":{"results":[{"Organization":"contoso.example","MessageId":"<a@b>","Received":"\/Date(1779138813000)\/","SenderAddress":"Ann@contoso.example","RecipientAddress":"x@out.example","Subject":"invoice","Status":"Delivered","ToIP":null,"FromIP":"203.0.113.77","Size":87680,"MessageTraceId":"3b4fc661-180d-4c2f-60c9-08da6e38dd10","Index":0}]}}"#,
    "#TYPE x\r\n\"MessageTraceId\",\"MessageId\",\"Received\",\"SenderAddress\",\"RecipientAddress\",\"Subject\",\"Status\",\"FromIP\",\"ToIP\",\"Size\"\r\n\"3b4fc661-180d-4c2f-60c9-08da6e38dd10\",\"<a@b>\",\"5/18/2026 9:13:33 PM\",\"Ann@contoso.example\",\"x@out.example\",\"invoice\",\"Delivered\",\"203.0.113.77\",,\"87680\"\r\n",
    "Received (UTC),Sender address,Recipient address,Subject,Status,From IP,To IP,Size,Message ID,Network Message ID\r\n2026-05-18T21:13:33Z,Ann@contoso.example,x@out.example,invoice,Delivered,203.0.113.77,,87680,<a@b>,3b4fc661-180d-4c2f-60c9-08da6e38dd10\r\n",
    "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,original_client_ip\r\n2026-05-18T21:13:33.0000000Z,Ann@contoso.example,\"x@out.example##Receive, Deliver\",invoice,87680,<a@b>,3b4fc661180d4c2f60c908da6e38dd10,203.0.113.77\r\n",
];

#[test]
fn message_traces_are_the_same_in_four_forms() {
    let folder = tempfile::tempdir().unwrap();
    let mut first: Option<Event> = None;
    for (text, number) in TRACES.iter().zip(0..) {
        let bytes = if number == 3 {
            [b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
        } else {
            text.as_bytes().to_vec()
        };
        let mut read = events(&[write(folder.path(), &format!("trace-{number}"), &bytes)], &one_thread());
        assert_eq!(read.len(), 1, "{number}");
        let event = Event { detail: None, ..read.remove(0) };
        match &first {
            None => first = Some(event),
            Some(first) => assert_eq!(*first, event, "{number}"),
        }
    }
    let first = first.unwrap();
    assert_eq!((first.account.as_str(), first.target.as_deref()), ("ann@contoso.example", Some("x@out.example")));
    assert_eq!((first.items[0].name.as_str(), first.items[0].size), ("invoice", Some(87_680)));
    // The four overlap: the message counts once.
    let paths: Vec<PathBuf> = (0..4).map(|number| folder.path().join(format!("trace-{number}"))).collect();
    assert_eq!(Log::read(&paths, &one_thread()).unwrap().tally.distinct, 1);
}

#[test]
fn a_report_row_for_several_recipients_is_several_events() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        TRACES[3].replace("x@out.example##Receive, Deliver", "x@out.example##Receive, Deliver;y@out.example##Receive, Fail");
    let read = events(&[write(folder.path(), "trace", text.as_bytes())], &one_thread());
    let targets: Vec<_> = read.iter().map(|event| (event.target.as_deref().unwrap(), event.outcome.as_str())).collect();
    assert_eq!(targets, [("x@out.example", "succeeded"), ("y@out.example", "failed")]);
}

#[test]
fn ambiguous_dates_are_told_by_other_rows_or_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let row = |date: &str, id: u32| format!("m{id},<{id}>,\"{date}\",a@x.example,b@x.example,s,Delivered\r\n");
    let header = "MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status\r\n";
    let times = |text: String, dates| {
        let path = write(folder.path(), "dates", text.as_bytes());
        let read = events(&[path], &Options { dates, ..one_thread() });
        read.into_iter().map(|event| event.at.unwrap().to_string()).collect::<Vec<String>>()
    };
    let either = header.to_owned() + &row("5/4/2021 9:00", 1);
    assert_eq!(times(either.clone() + &row("5/18/2021 9:00", 2), None), ["2021-05-04T09:00:00Z", "2021-05-18T09:00:00Z"]);
    assert_eq!(times(either.clone() + &row("18/5/2021 9:00", 2), None), ["2021-04-05T09:00:00Z", "2021-05-18T09:00:00Z"]);
    assert_eq!(times(either.clone(), Some(DateOrder::DayFirst)), ["2021-04-05T09:00:00Z"]);
    let refused =
        |text: &str| Log::read(&[write(folder.path(), "dates", text.as_bytes())], &one_thread()).unwrap_err().to_string();
    assert!(refused(&either).contains("can be read as 4 May and as 5 April"));
    assert!(
        refused(&(either + &row("18/5/2021 9:00", 2) + &row("5/18/2021 9:00", 3)))
            .contains("month first and dates with the day first")
    );
}
