//! The check can fail: each kind of mistake, made on purpose, is found; what is right passes.
#![expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "helpers of tests: one that fails is a test that fails")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use regain_wirecheck::Wire;
use regain_wirecheck::exchange::{Body, Exchange};
use regain_wirecheck::report::Report;
use serde_json::{Value, json};

const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";

/// A description in small: people who may be led by one another, and a batch.
fn description() -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let ok = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    let query = |name: &str, kind: &str| json!({"name": name, "in": "query", "schema": {"type": kind}});
    json!({
        "paths": {
            "/people": {"get": {
                "parameters": [query("$top", "integer"), query("$select", "array"), query("$count", "boolean"), query("$filter", "string")],
                "responses": {"200": ok(json!({"type": "object", "properties": {
                    "@odata.context": {"type": "string"}, "value": {"type": "array", "items": reference("microsoft.graph.thing")}}}))},
            }},
            "/people/{person-id}": {
                "get": {"parameters": [query("$select", "array")], "responses": {"200": ok(reference("microsoft.graph.person"))}},
                "patch": {
                    "requestBody": ok(reference("microsoft.graph.person")), "responses": {"204": {"description": "No Content"}},
                },
            },
            "/people(name='{name}')": {"get": {"responses": {"200": ok(reference("microsoft.graph.person"))}}},
            "/people/{person-id}/microsoft.graph.call": {"post": {"x-short-path": "/people/{person-id}/call", "responses": {"202": {}}}},
            "/people/$count": {"get": {"responses": {"200": {"content": {"text/plain": {"schema": {"type": "integer"}}}}}}},
            "/$batch": {"post": {
                "requestBody": ok(json!({"type": "object", "properties": {"requests": {"type": "array", "items": {"type": "object", "properties": {
                    "id": {"type": "string"}, "method": {"type": "string"}, "url": {"type": "string"}, "body": {}}}}}})),
                "responses": {"200": ok(json!({"type": "object", "properties": {"responses": {"type": "array", "items": {}}}}))},
            }},
        },
        "components": {
            "responses": {"error": ok(json!({"type": "object", "required": ["error"], "properties": {"error": {
                "type": "object", "required": ["code", "message"], "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}}}))},
            "schemas": {
                "microsoft.graph.thing": {
                    "type": "object", "properties": {"@odata.type": {"type": "string"}, "id": {"type": "string", "format": "uuid"}},
                    "x-derived-types": ["microsoft.graph.person"],
                },
                "microsoft.graph.mood": {"type": "string", "enum": ["glad", "sad"]},
                "microsoft.graph.person": {"allOf": [reference("microsoft.graph.thing"), {
                    "type": "object", "additionalProperties": true, "x-navigation-properties": {"friends": "Collection(microsoft.graph.person)"},
                    "properties": {
                        "@odata.type": {"type": "string"}, "name": {"type": "string"}, "born": {"type": "string", "format": "date-time", "nullable": true},
                        "mood": {"allOf": [reference("microsoft.graph.mood")]}, "leader": {"allOf": [reference("microsoft.graph.person")]},
                    },
                }]},
            },
        },
    })
}

fn wire() -> Wire {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, value: &Value| fs::write(folder.path().join(name), value.to_string()).unwrap();
    fs::create_dir_all(folder.path().join("exchange/examples")).unwrap();
    write("graph-v1.0.openapi.json", &description());
    write("graph-beta.openapi.json", &json!({"paths": {}, "components": {}}));
    write(
        "exchange/cmdlets.json",
        &json!({"cmdlets": {"Set-Box": {"in": ["EXO"], "parameters": {
            "Identity": {"type": "BoxIdParameter", "required": true, "in": ["EXO"]},
            "Hidden": {"type": "Boolean", "in": ["EXO"]},
            "Labels": {"type": "MultiValuedProperty", "in": ["EXO"], "aliases": ["Tags"]},
            "OnlyThere": {"type": "String", "in": ["SCC"]},
        }}, "Get-Box": {"in": ["EXO"], "parameters": {"Identity": {"type": "BoxIdParameter", "in": ["EXO"]}}}}}),
    );
    let shown = json!({"request": {"body": {"CmdletInput": {"CmdletName": "Get-Box"}}}, "response": {"body": {"value": [{"Name": "x", "Size": 1}]}}});
    write("exchange/examples/boxes.json", &json!({"a box": shown}));
    fs::create_dir_all(folder.path().join("entra")).unwrap();
    let answer = |status: u16, body: Value| json!({"response": {"status": status, "body": body}});
    write(
        "entra/examples.json",
        &json!({
            "a secret": answer(200, json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "x"})),
            "a person": answer(200, json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "x", "refresh_token": "y"})),
            "a refusal": answer(401, json!({"error": "invalid_client", "error_codes": [7_000_215]})),
            "managed identity": answer(200, json!({"access_token": "x", "expires_in": "3599"})),
        }),
    );
    Wire::read(folder.path()).unwrap()
}

fn exchange(service: &str, method: &str, target: &str, status: u16) -> Exchange {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    serde_json::from_value(
        json!({"service": service, "method": method, "path": path, "query": query, "signed_in": true, "status": status, "by": "here"}),
    )
    .unwrap()
}

fn graph(method: &str, target: &str, status: u16, answer: Value) -> Exchange {
    let answer_type = (!answer.is_null()).then(|| "application/json; charset=utf-8".to_owned());
    Exchange {
        answer: (!answer.is_null()).then_some(Body::Json(answer)),
        answer_type,
        ..exchange("graph", method, target, status)
    }
}

fn with(body: Value, exchange: Exchange) -> Exchange {
    Exchange { request: Some(Body::Json(body)), request_type: Some("application/json".into()), ..exchange }
}

/// A change of somebody.
fn sent(body: Value) -> Exchange {
    with(body, graph("PATCH", "/v1.0/people/x", 204, Value::Null))
}

fn cmdlet(name: &str, parameters: Value, rows: Value) -> Exchange {
    let envelope = json!({"@odata.context": "x", "adminapi.warnings@odata.type": "x", "@adminapi.warnings": [], "value": rows});
    Exchange {
        request: Some(Body::Json(json!({"CmdletInput": {"CmdletName": name, "Parameters": parameters}}))),
        answer: Some(Body::Json(envelope)),
        anchor: Some("UPN:ada@contoso.com".to_owned()),
        ..exchange("exchange", "POST", &format!("/adminapi/beta/{TENANT}/InvokeCommand"), 200)
    }
}

fn report(exchanges: &[Exchange]) -> Report {
    let (wire, mut seen, mut report) = (wire(), HashSet::new(), Report::default());
    for exchange in exchanges {
        wire.one(exchange, &mut seen, &mut report);
    }
    report
}

/// What is wrong with one exchange, without the place.
fn wrong(exchange: Exchange) -> Vec<String> {
    report(&[exchange]).violations.into_keys().map(|(_, what)| what).collect()
}

fn only(exchange: Exchange, part: &str) {
    let found = wrong(exchange);
    assert!(found.len() == 1 && found[0].contains(part), "{part}: {found:?}");
}

fn ada() -> Value {
    json!({"@odata.context": "x", "id": TENANT, "name": "Ada", "born": null, "mood": "glad", "leader": {"name": "Eve", "mood": null}})
}

#[test]
fn what_is_right_passes() {
    let list = json!({"value": [{"@odata.type": "#microsoft.graph.person", "name": "Ada"}, {"id": TENANT}]});
    let right = [
        graph("GET", "/v1.0/people/x", 200, ada()),
        graph("GET", "/v1.0//People('x')?$select=id,name,friends", 200, ada()),
        graph("GET", "/v1.0/people(name='x')", 200, ada()),
        graph("GET", "/beta/people?$top=5&$count=true&$skiptoken=abc", 200, list),
        graph("GET", "/v1.0/people/x", 404, json!({"error": {"code": "x", "message": "y"}})),
        graph("POST", "/v1.0/people/x/call", 202, Value::Null),
        graph("POST", "/v1.0/people/x/microsoft.graph.call", 202, Value::Null),
        sent(json!({"name": "Eve"})),
        Exchange {
            answer: Some(Body::Text("7".into())),
            answer_type: Some("text/plain".into()),
            ..graph("GET", "/v1.0/people/$count", 200, Value::Null)
        },
        cmdlet(
            "get-box",
            json!({"identity": "x"}),
            json!([{"Name": "x", "Name@odata.type": "#Text", "Size": null, "Hidden": true}]),
        ),
        cmdlet("Set-Box", json!({"Identity": "x", "Tags": {"@odata.type": "#Exchange.GenericHashTable", "add": "y"}}), json!([])),
    ];
    for exchange in right {
        assert_eq!(wrong(exchange.clone()), Vec::<String>::new(), "{exchange:?}");
    }
}

#[test]
fn a_misspelt_member_is_found_at_any_depth() {
    let mut answer = ada();
    answer["leader"]["naem"] = json!("Eve");
    only(graph("GET", "/v1.0/people/x", 200, answer), "leader: Additional properties are not allowed ('naem' was unexpected)");
    let list = json!({"value": [{"@odata.type": "#microsoft.graph.person", "naem": "Ada"}]});
    only(graph("GET", "/v1.0/people", 200, list), "value.*: Additional properties are not allowed ('naem'");
    let other = json!({"value": [{"name": "Ada"}]});
    only(graph("GET", "/v1.0/people", 200, other), "'name' was unexpected");
    only(sent(json!({"naem": "Eve"})), "request: body: Additional properties");
    only(graph("GET", "/v1.0/people/x", 404, json!({"error": {"code": "x", "mesage": "y", "message": "z"}})), "'mesage'");
}

#[test]
fn values_of_the_wrong_kind_are_found() {
    for (member, value) in [
        ("mood", json!("angry")),
        ("born", json!("yesterday")),
        ("id", json!("7")),
        ("name", Value::Null),
        ("@odata.type", json!("#microsoft.graph.thing")),
    ] {
        let mut answer = ada();
        answer[member] = value;
        only(graph("GET", "/v1.0/people/x", 200, answer), &format!("answer 200: {member}: "));
    }
}

#[test]
fn an_unknown_parameter_path_or_method_is_found() {
    only(graph("GET", "/v1.0/people/x?$expand=friends", 200, ada()), "the query has $expand");
    only(graph("GET", "/v1.0/people/x?$select=id,naem", 200, ada()), "$select names naem");
    only(graph("GET", "/v1.0/people?$filter=naem%20eq%20'name'", 200, json!({"value": []})), "$filter names naem");
    only(graph("GET", "/v1.0/people?$top=all", 200, json!({"value": []})), "$top=all is no integer");
    let error = json!({"error": {"code": "x", "message": "y"}});
    only(graph("GET", "/v1.0/persons/x", 404, error.clone()), "no such path");
    only(graph("DELETE", "/v1.0/people/x", 404, error.clone()), "no such path");
    only(graph("GET", "/v2.0/people/x", 404, error), "no version");
}

#[test]
fn a_wrong_status_body_or_type_is_found() {
    only(graph("GET", "/v1.0/people/x", 202, ada()), "no such status");
    let body = Some(Body::Json(json!({})));
    only(Exchange { answer: body, ..graph("PATCH", "/v1.0/people/x", 204, Value::Null) }, "there is a body");
    let empty = Exchange { answer_type: Some("application/json".into()), ..graph("GET", "/v1.0/people/x", 200, Value::Null) };
    only(empty, "null is not of type");
    let html = Exchange { answer_type: Some("text/html".into()), ..graph("GET", "/v1.0/people/x", 200, ada()) };
    only(html, "content type");
    only(Exchange { request_type: None, ..sent(json!({"name": "Eve"})) }, "request: the content type");
    only(Exchange { hung_up: true, ..graph("GET", "/v1.0/people/x", 0, Value::Null) }, "no fault had struck");
}

#[test]
fn a_batch_is_taken_apart() {
    let body = json!({"requests": [{"id": "A", "method": "GET", "url": "/people/x?$selekt=id"}, {"id": "b", "method": "GET", "url": "/people/y"}]});
    let json = json!({"content-type": "application/json"});
    let mut bad = ada();
    bad["naem"] = json!("x");
    let answer = json!({"responses": [
        {"id": "b", "status": 200, "headers": json, "body": bad}, {"id": "a", "status": 200, "headers": json, "body": ada()}]});
    let found = wrong(Exchange { path: "/v1.0/$batch".into(), ..with(body, graph("POST", "", 200, answer)) });
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|what| what.contains("$selekt")) && found.iter().any(|what| what.contains("naem")), "{found:?}");
}

#[test]
fn a_wrong_parameter_of_a_cmdlet_is_found() {
    for (parameters, part) in [
        (json!({"Identity": "x", "Hiden": true}), "no parameter Hiden"),
        (json!({"Identity": "x", "Hidden": "true"}), "no Boolean"),
        (json!({"Identity": "x", "Labels": "y"}), "no MultiValuedProperty"),
        (json!({"Identity": "x", "OnlyThere": "y"}), "not offered at EXO"),
        (json!({"Hidden": true}), "Identity is missing"),
    ] {
        only(cmdlet("Set-Box", parameters, json!([])), part);
    }
    only(cmdlet("Set-Bax", json!({}), json!([])), "no such cmdlet");
    only(Exchange { anchor: None, ..cmdlet("Get-Box", json!({}), json!([])) }, "X-AnchorMailbox");
    only(Exchange { query: "$filter=x".into(), ..cmdlet("Get-Box", json!({}), json!([])) }, "the query has $filter");
}

#[test]
fn a_row_that_no_example_has_is_found() {
    only(cmdlet("Get-Box", json!({}), json!([{"Nam": "x"}])), "Nam is in no example");
    only(cmdlet("Get-Box", json!({}), json!([{"Size": "1"}])), "Size is a text; in examples it is a number");
    only(cmdlet("Get-Box", json!({}), json!([{"Name@odata.type": "x"}])), "type of nothing");
    let mut stray = cmdlet("Get-Box", json!({}), json!([]));
    stray.answer = Some(Body::Json(json!({"@adminapi.warnings": [], "values": [], "value": []})));
    only(stray, "the envelope has a member values");
    let refused = Exchange { status: 403, ..cmdlet("Get-Box", json!({}), json!([])) };
    only(refused, "nobody has seen any with this status");
}

#[test]
fn a_mark_excuses_the_request_alone_and_only_if_it_is_wrong() {
    let marked = |exchange| Exchange { test: Some("invalid".into()), ..exchange };
    let error = json!({"error": {"code": "x", "message": "y"}});
    let run = report(&[marked(graph("GET", "/v1.0/persons", 404, error))]);
    assert_eq!((run.violations.len(), run.on_purpose), (0, 1));
    only(marked(graph("GET", "/v1.0/persons", 404, json!({"eror": {}, "error": {"code": "x", "message": "y"}}))), "'eror'");
    only(marked(graph("GET", "/v1.0/people/x", 200, ada())), "nothing is wrong with it");
}

#[test]
fn a_fault_excuses_the_answer_alone() {
    let mut struck = graph("GET", "/v1.0/people/x?$selekt=id", 200, Value::Null);
    struck.struck = serde_json::from_value(json!([{"id": null, "kind": "malformed"}])).unwrap();
    let run = report(&[struck]);
    assert_eq!((run.violations.len(), run.faults.get("malformed")), (1, Some(&1)));
}

#[test]
fn a_run_without_traffic_and_an_exemption_without_need_are_not_well() {
    let folder = tempfile::tempdir().unwrap();
    let run = wire().check(folder.path(), "").unwrap();
    assert!(!run.is_well());
    assert!(!run.unused().is_empty() && run.told().contains("exemption that nothing needs"));
}

#[test]
fn what_is_served_is_counted_and_must_be_described() {
    let folder = tempfile::tempdir().unwrap();
    let run = wire().check(folder.path(), "GET /people\nGET /people/{}\nGET /persons/{}\n").unwrap();
    assert_eq!((run.served.len(), run.described.len()), (2, 7));
    assert_eq!(run.violations.into_keys().map(|(place, _)| place).collect::<Vec<_>>(), ["GET /persons/{}"]);
}

#[test]
fn a_line_that_was_cut_off_is_left_out_and_a_broken_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let line = json!({"service": "graph", "method": "GET", "path": "/v1.0/people/x", "query": "", "signed_in": true, "status": 200,
        "answer_type": "application/json", "answer": {"json": ada()}, "by": "x"});
    let write = |text: String| fs::write(Path::new(folder.path()).join("1.jsonl"), text).unwrap();
    write(format!("{line}\n{}", &line.to_string()[..40]));
    let run = wire().check(folder.path(), "").unwrap();
    assert_eq!((run.checked(), run.violations.len()), (1, 0));
    write("{\"service\": \"graph\"}\n".to_owned());
    assert!(wire().check(folder.path(), "").is_err());
}

/// An answer of sign-in.
fn signed(status: u16, answer: Value) -> Exchange {
    Exchange { answer: Some(Body::Json(answer)), ..exchange("login", "POST", &format!("/{TENANT}/oauth2/v2.0/token"), status) }
}

/// What is found in one exchange.
fn found(one: &Exchange) -> Vec<String> {
    let mut report = Report::default();
    wire().one(one, &mut HashSet::new(), &mut report);
    report.violations.into_keys().map(|(_, what)| what).collect()
}

#[test]
fn answers_of_sign_in_have_the_collected_members_and_types() {
    let good = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "x"});
    let with = |name: &str, value: Value| {
        let mut answer = good.clone();
        answer[name] = value;
        answer
    };
    assert_eq!(found(&signed(200, good.clone())), Vec::<String>::new());
    assert_eq!(found(&signed(200, with("refresh_token", json!("y")))), Vec::<String>::new());
    assert_eq!(found(&signed(200, with("colour", json!("red")))), ["answer 200: colour is in no example"]);
    assert_eq!(found(&signed(200, with("expires_in", json!("3599")))), ["answer 200: expires_in is of type text, in no example"]);
    assert_eq!(found(&signed(200, json!({"access_token": "x", "token_type": "Bearer"}))), ["answer 200: expires_in is missing"]);
    assert_eq!(found(&signed(400, good)), ["answer 400: the status does not go with what is answered"]);
    assert_eq!(found(&signed(401, json!({"error": "invalid_client"}))), ["answer 401: error_codes is missing"]);
}

#[test]
fn an_answer_without_its_headers_is_found() {
    let told = |status: u16, headers: &[(&str, &str)]| Exchange {
        answer_headers: Some(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()),
        client_request_id: Some("mine".to_owned()),
        ..graph("PATCH", "/v1.0/people/x", status, Value::Null)
    };
    let ids = [("Request-Id", "1"), ("client-request-id", "mine")];
    assert_eq!(found(&told(204, &ids)), Vec::<String>::new());
    assert_eq!(found(&told(204, &ids[1..])), ["answer 204: there is no header request-id"]);
    let other = [("request-id", "1"), ("client-request-id", "another")];
    assert_eq!(found(&told(204, &other)), ["answer 204: the header client-request-id is not the one that was sent"]);
    let text = json!({"error": {"code": "TooManyRequests", "message": "wait"}});
    let throttled = |headers: &[(&str, &str)]| Exchange {
        answer: Some(Body::Json(text.clone())),
        answer_type: Some("application/json".to_owned()),
        ..told(429, headers)
    };
    assert_eq!(found(&throttled(&ids)), ["answer 429: there is no header Retry-After"]);
    assert_eq!(found(&throttled(&[ids[0], ids[1], ("retry-after", "7")])), Vec::<String>::new());
    let words = found(&throttled(&[ids[0], ids[1], ("retry-after", "soon")]));
    assert_eq!(words, ["answer 429: Retry-After is \"soon\", no number of seconds"]);
}

#[test]
fn what_was_recorded_while_members_were_withheld_proves_nothing() {
    let one = Exchange { withheld: true, ..graph("GET", "/v1.0/nothing", 404, Value::Null) };
    let mut report = Report::default();
    wire().one(&one, &mut HashSet::new(), &mut report);
    assert_eq!((report.withheld, report.checked(), report.violations.len()), (1, 0, 0));
}
