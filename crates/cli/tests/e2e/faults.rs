//! Each kind of fault, and what a person sees of it.

use serde_json::{Value, json};

use crate::support::{ANNA, ANNA_ID, CASE, Desk, shipped, steps_of, text};

/// A case on the classic tenant with these faults and choices, cleaned unseen.
fn contained(faults: &Value, behaviour: &Value) -> (Desk, Value) {
    let mut scenario = shipped("bec-classic");
    scenario["attacker"] = json!({});
    scenario["faults"] = faults.clone();
    scenario["tenant"]["behaviour"] = behaviour.clone();
    let desk = Desk::of_with(&scenario, &[], "60");
    let ran = desk.run(&["contain", ANNA, "--privileged", ANNA, "--yes", "--json"]);
    assert!(matches!(ran.code, 0 | 1) && !ran.err.contains("panicked"), "{}", ran.all());
    let case = ran.json();
    (desk, case)
}

fn is_locked_and_cleaned(desk: &Desk, case: &Value) {
    let account = &case["accounts"][0];
    assert_eq!(account["locked"], true, "{:?}", steps_of(account));
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false);
    let failed: Vec<String> = steps_of(account).into_iter().filter(|step| step.ends_with("failed")).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn what_passes_is_waited_out() {
    for (name, faults) in [
        (
            "throttled with and without a time",
            json!([
                {"when": {"every": 5}, "match": {"service": "graph"}, "kind": "throttle", "seconds": 3},
                {"when": {"every": 7}, "match": {"service": "exchange"}, "kind": "throttle-no-retry-after"},
            ]),
        ),
        ("errors", json!([{"when": {"every": 6}, "kind": "unavailable"}])),
        (
            "answers lost after the change",
            json!([{"when": {"every": 6}, "match": {"method": "PATCH"}, "kind": "lose-answer"}, {"when": {"every": 9}, "kind": "timeout-after-write"}]),
        ),
        ("connections that break", json!([{"when": {"every": 8}, "kind": "drop"}])),
        ("replicas that are behind", json!([{"match": {"method": "GET"}, "kind": "lag", "seconds": 20}])),
        (
            "bodies cut in half",
            json!([{"when": {"every": 11}, "match": {"method": "POST", "service": "exchange"}, "kind": "malformed"}]),
        ),
    ] {
        let (desk, case) = contained(&faults, &json!({}));
        let account = &case["accounts"][0];
        assert_eq!(account["locked"], true, "{name}: {:?}", steps_of(account));
        assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"], false, "{name}");
    }
}

#[test]
fn a_clock_that_is_wrong_by_hours_changes_nothing() {
    for ahead in [7_200, -7_200] {
        let (desk, case) = contained(&json!([]), &json!({"clockAheadSeconds": ahead}));
        is_locked_and_cleaned(&desk, &case);
    }
}

#[test]
fn a_list_that_changes_while_it_is_read_is_read_once_each() {
    let (desk, case) = contained(&json!([{"kind": "page-moves"}]), &json!({"pageSize": 2}));
    is_locked_and_cleaned(&desk, &case);
    let steps = steps_of(&case["accounts"][0]);
    let mut once = steps.clone();
    once.retain(|step| !step.starts_with("revoke-sessions"));
    let all = once.len();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), all, "{steps:?}");
}

#[test]
fn links_that_die_are_a_gap_and_never_a_short_list() {
    let (_, case) = contained(&json!([{"kind": "next-link-expires"}]), &json!({"pageSize": 1}));
    let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["why"]["reason"] == "incomplete"), "{gaps:?}");
}

#[test]
fn rights_and_licences_that_are_missing_are_named() {
    let (desk, case) = contained(
        &json!([
            {"match": {"cmdlet": "Get-RoleGroup"}, "kind": "html-403"},
            {"match": {"cmdlet": "Get-BlockedSenderAddress"}, "kind": "refuse"},
            {"match": {"path": "roleEligibilitySchedules"}, "kind": "licence"},
        ]),
        &json!({}),
    );
    let gaps: Vec<(String, String)> = case["accounts"][0]["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| (text(&gap["facet"]), text(&gap["why"]["reason"])))
        .collect();
    for facet in ["exchange-roles", "sending-block"] {
        assert!(gaps.contains(&(facet.to_owned(), "denied".to_owned())), "{gaps:?}");
    }
    let screen = desk.run(&["case", "show", CASE]).out;
    assert!(screen.contains("GAPS") && screen.contains("Get-RoleGroup"), "{screen}");
}

#[test]
fn limits_of_the_mail_service_that_nobody_knows_are_kept_whatever_they_are() {
    for says_when in [true, false] {
        let limit = json!({"exchangeLimit": {"cmdlets": 4, "seconds": 5, "saysWhen": says_when}});
        let (desk, case) = contained(&json!([]), &limit);
        assert_eq!(case["accounts"][0]["locked"], true);
        let told = desk.tenant.requests().iter().filter(|request| request["status"] == 429).count();
        assert!(told > 0, "the limit was never met");
    }
}

/// Nobody knows how many cmdlets the service runs at once: whatever it is, all are run in the end.
#[test]
fn cmdlets_that_are_one_too_many_at_once_are_run_later() {
    for (at_once, says_when) in [(2, true), (1, false)] {
        let limit = json!({"exchangeLimit": {"atOnce": at_once, "atOnceForOneMailbox": 1, "saysWhen": says_when}});
        let mut scenario = shipped("bec-classic");
        scenario["attacker"] = json!({});
        scenario["tenant"]["behaviour"] = limit;
        let desk = Desk::of_with(&scenario, &["--latency", "20"], "20");
        let case = desk.run(&["contain", ANNA, "--privileged", ANNA, "--yes", "--json"]).json();
        is_locked_and_cleaned(&desk, &case);
        let requests = desk.tenant.requests();
        let cmdlets = || requests.iter().filter(|request| request["service"] == "exchange");
        assert!(cmdlets().any(|request| request["status"] == 429), "the limit was never met");
        let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
        let throttled: Vec<_> = gaps.iter().filter(|gap| gap["why"]["reason"] == "throttled").collect();
        assert!(throttled.is_empty(), "{throttled:?}");
    }
}

/// A fault by its flag, and how a run shows that it struck.
struct Flag {
    flag: &'static str,
    shows: fn(&Desk, &Value) -> bool,
}

fn flags() -> Vec<Flag> {
    let flag = |flag, shows| Flag { flag, shows };
    vec![
        flag("throttle:service=graph,times=2,seconds=3", |desk, _| {
            any(desk, |one| one["status"] == 429 && header(one, "retry-after") == "3")
        }),
        flag("throttle-no-retry-after:service=exchange,times=2", |desk, _| {
            any(desk, |one| one["service"] == "exchange" && one["status"] == 429 && header(one, "retry-after").is_empty())
        }),
        flag("unavailable:service=login,times=1", |desk, _| any(desk, |one| one["service"] == "login" && one["status"] == 503)),
        flag("timeout:service=graph,nth=2", |desk, _| any(desk, |one| body(one).contains("\"status\":504"))),
        flag("timeout-after-write:method=PATCH,times=1", |desk, _| {
            any(desk, |one| one["status"] == 504 && one["method"] == "PATCH")
        }),
        flag("lose-answer:method=PATCH,nth=1", |desk, _| any(desk, |one| one["hung_up"] == true && one["method"] == "PATCH")),
        flag("drop:service=exchange,times=1", |desk, _| any(desk, |one| one["hung_up"] == true && one["service"] == "exchange")),
        flag("lag:method=GET,seconds=20", |desk, _| shows_the_past(desk)),
        flag("page-moves", |desk, _| repeats_a_row(desk)),
        flag("next-link-expires:service=graph", |desk, _| any(desk, |one| body(one).contains("Directory_ExpiredPageToken"))),
        flag("refuse:cmdlet=Get-RoleGroup", |_, case| gap(case, "exchange-roles") == "denied"),
        flag("html-403:cmdlet=Get-BlockedSenderAddress", |desk, case| {
            gap(case, "sending-block") == "denied" && any(desk, |one| body(one).contains("<html>"))
        }),
        flag("licence:path=roleEligibilitySchedules", |desk, _| any(desk, |one| body(one).contains("AadPremiumLicenseRequired"))),
        flag("malformed:cmdlet=Get-Mailbox,times=1", |desk, _| {
            any(desk, |one| one["status"] == 200 && serde_json::from_str::<Value>(&body(one)).is_err())
        }),
        flag("insufficient-claims:path=$batch,nth=2", |desk, _| {
            any(desk, |one| one["status"] == 401 && header(one, "www-authenticate").contains("insufficient_claims"))
        }),
        flag("clock-skew:seconds=-7200", |desk, _| {
            let theirs: jiff::Timestamp = text(&desk.tenant.get("/clock")["now"]).parse().unwrap();
            let last = text(&desk.tenant.requests().last().unwrap()["at"]).parse::<jiff::Timestamp>().unwrap();
            theirs.duration_since(last) > jiff::SignedDuration::from_hours(1)
        }),
    ]
}

fn any(desk: &Desk, is: impl Fn(&Value) -> bool) -> bool {
    desk.tenant.requests().iter().any(is)
}

fn body(request: &Value) -> String {
    text(&request["answer_body"])
}

fn header(request: &Value, name: &str) -> String {
    let headers = request["answer_headers"].as_array().unwrap();
    let found = headers.iter().find(|pair| text(&pair[0]).eq_ignore_ascii_case(name));
    found.map(|pair| text(&pair[1])).unwrap_or_default()
}

/// Why a facet was not read; empty where it was.
fn gap(case: &Value, facet: &str) -> String {
    let gaps = case["accounts"][0]["gaps"].as_array().unwrap();
    gaps.iter().find(|gap| gap["facet"] == facet).map(|gap| text(&gap["why"]["reason"])).unwrap_or_default()
}

/// A read that began after the block was answered and still shows the account open.
fn shows_the_past(desk: &Desk) -> bool {
    let requests = desk.tenant.requests();
    let is_block = |one: &&Value| one["method"] == "PATCH" && text(&one["request_body"]).contains("accountEnabled");
    let blocked = requests.iter().find(is_block).and_then(|one| one["ended"].as_u64()).unwrap();
    let open = format!("\"id\":\"{ANNA_ID}\"");
    let is_old = |one: &Value| {
        let body = body(one);
        one["began"].as_u64() > Some(blocked) && body.contains(&open) && body.contains("\"accountEnabled\":true")
    };
    // The only account whose `accountEnabled` is read by then.
    requests.iter().any(is_old)
}

/// A page that begins with a row of the page that led to it.
fn repeats_a_row(desk: &Desk) -> bool {
    let requests = desk.tenant.requests();
    let parsed = |one: &Value| serde_json::from_str::<Value>(&body(one)).unwrap_or_default();
    requests.iter().filter(|one| text(&one["query"]).contains("skiptoken")).any(|page| {
        let (query, first) = (text(&page["query"]), parsed(page)["value"][0]["id"].clone());
        let token = query.split("skiptoken=").nth(1).unwrap_or_default().to_owned();
        requests.iter().any(|before| leads_from(&parsed(before), &token, &first))
    })
}

/// Whether there is a list in it whose next link has this token, and which holds this row.
fn leads_from(value: &Value, token: &str, row: &Value) -> bool {
    let is_the_list = value["@odata.nextLink"].as_str().is_some_and(|link| link.contains(token));
    if is_the_list {
        return value["value"].as_array().is_some_and(|rows| rows.iter().any(|one| one["id"] == *row));
    }
    match value {
        Value::Array(items) => items.iter().any(|item| leads_from(item, token, row)),
        Value::Object(members) => members.values().any(|member| leads_from(member, token, row)),
        _ => false,
    }
}

/// The classic tenant with small pages, and these flags.
fn under(flags: &[&str]) -> (Desk, Value) {
    let mut scenario = shipped("bec-classic");
    scenario["attacker"] = json!({});
    scenario["tenant"]["behaviour"] = json!({"pageSize": 2});
    let arguments: Vec<&str> = flags.iter().flat_map(|flag| ["--fault", flag]).collect();
    let desk = Desk::of_with(&scenario, &arguments, "60");
    let ran = desk.run(&["contain", ANNA, "--privileged", ANNA, "--yes", "--json"]);
    assert!(matches!(ran.code, 0 | 1) && !ran.err.contains("panicked"), "{flags:?}: {}", ran.all());
    let case = ran.json();
    let account = &case["accounts"][0];
    assert_eq!(desk.tenant.account(ANNA_ID)["accountEnabled"] == false, account["locked"] == true, "{flags:?}");
    // Where a list of administrators breaks off, nobody can be sure that one would be left.
    let uncounted = steps_of(account).iter().any(|step| step.starts_with("manual last-global-administrator"));
    assert_eq!(account["locked"] == true, !uncounted, "{flags:?}: {:?}", steps_of(account));
    assert!(!uncounted || flags[0].starts_with("next-link-expires"), "{flags:?}");
    (desk, case)
}

#[test]
fn every_kind_is_a_flag_that_acts() {
    let flags = flags();
    let kinds = json!(flags.iter().map(|flag| flag.flag.split(':').next().unwrap()).collect::<std::collections::BTreeSet<_>>());
    let schema = include_str!("../../../../docs/schema/scenario.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let known: std::collections::BTreeSet<String> =
        schema["$defs"]["fault"]["properties"]["kind"]["enum"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(kinds, json!(known), "each kind of a scenario has a row here");
    let (without, case) = under(&[]);
    for flag in &flags {
        assert!(!(flag.shows)(&without, &case), "{} shows without being there", flag.flag);
        let (desk, case) = under(&[flag.flag]);
        assert!((flag.shows)(&desk, &case), "{} did not act", flag.flag);
    }
}

#[test]
fn several_faults_act_together_and_beside_those_of_the_scenario() {
    let mut scenario = shipped("clean-account");
    scenario["faults"] = json!([{"match": {"cmdlet": "Get-RoleGroup"}, "kind": "refuse"}]);
    let flags = ["--fault", "html-403:cmdlet=Get-InboxRule", "--fault", "throttle:service=graph,times=1"];
    let desk = Desk::of_with(&scenario, &flags, "60");
    let case = desk.json(&["contain", ANNA], 1);
    assert_eq!((gap(&case, "exchange-roles").as_str(), gap(&case, "inbox-rules").as_str()), ("denied", "denied"));
    assert!(any(&desk, |one| one["status"] == 429));
}

#[test]
fn a_fault_that_is_none_is_refused_with_those_there_are() {
    let desk = Desk::at("clean-account");
    for (flag, said) in [
        ("slow", "there are throttle, throttle-no-retry-after, unavailable, timeout"),
        ("drop:verb=GET", "there are service, method, path, cmdlet, nth, from, to, times, every, seconds"),
        ("drop:times=often", "a whole number is wanted"),
        ("clock-skew", "wants seconds"),
    ] {
        desk.run(&["emulate", "clean-account", "--fault", flag]).refused(2, said);
    }
    let help = desk.run(&["emulate", "--help"]).ended(0).out;
    for flag in flags() {
        let kind = flag.flag.split(':').next().unwrap();
        assert!(help.contains(&format!("- {kind}: ")), "{kind}: {help}");
    }
    // Nothing that works on a tenant can be told to fail.
    for command in [&["contain", ANNA][..], &["check", ANNA], &["demo"], &["doctor"]] {
        let mut arguments = command.to_vec();
        arguments.extend(["--fault", "drop"]);
        desk.run(&arguments).refused(2, "--fault");
    }
}
