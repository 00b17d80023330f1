//! Accounts by Graph: finding, selecting, paging, changing.

use crate::common::{ADA, ADMIN, GLOBAL_ADMINISTRATOR, GROUP, Run, SYNCED, code};
use regain_emulator::message::{Request, Service};
use serde_json::{Value, json};

#[test]
fn only_the_default_properties_come_unasked() {
    let mut run = Run::new();
    let user = run.get("/v1.0/users/ada@contoso.com").value();
    assert_eq!(user["displayName"], "Ada");
    assert!(user.get("accountEnabled").is_none());
    let user = run.get("/v1.0//users('ada%40contoso.com')?%24select=Id,accountENABLED,passwordProfile").value();
    assert_eq!(user["accountEnabled"], true);
    assert!(user.get("displayName").is_none() && user.get("passwordProfile").is_none_or(Value::is_null));
}

#[test]
fn unknown_properties_and_paths_are_refused_loudly() {
    let mut run = Run::new();
    assert_eq!(run.wrong("GET", &format!("/v1.0/users/{ADA}?$select=perUserMfaState"), &Value::Null).status, 400);
    assert_eq!(run.wrong("GET", &format!("/v1.0/users/{ADA}/photos"), &Value::Null).status, 404);
    assert_eq!(run.get("/v1.0/users?$search=x").status, 400);
    assert_eq!(run.get("/v1.0/users?$expand=manager").status, 400);
    assert_eq!(run.world.unimplemented.len(), 1);
    let answer = run.get("/v1.0/users/nobody@contoso.com");
    assert_eq!((answer.status, code(&answer).as_str()), (404, "Request_ResourceNotFound"));
    assert!(answer.value()["error"]["innerError"]["request-id"].is_string());
}

#[test]
fn the_client_request_id_comes_back() {
    let mut run = Run::new();
    let request =
        Request::new(Service::Graph, "GET", "/v1.0/users/x").with_token(&run.token).with_header("client-request-id", "mine");
    let answer = run.send(&request);
    assert_eq!(answer.header("client-request-id"), Some("mine"));
    assert_eq!(answer.value()["error"]["innerError"]["client-request-id"], "mine");
}

#[test]
fn an_account_is_found_by_any_address() {
    let mut run = Run::new();
    let filter = "mail eq 'a.l@contoso.com' or userPrincipalName eq 'a.l@contoso.com' or proxyAddresses/any(p:p eq 'smtp:a.l@contoso.com')";
    let target = format!("/v1.0/users?$count=true&$select=id&$filter={}", regain_emulator::encoding::encode(filter));
    let found = run.eventual(&target).value();
    assert_eq!((found["@odata.count"].as_i64(), found["value"][0]["id"].as_str()), (Some(1), Some(ADA)));
}

#[test]
fn advanced_queries_need_their_header() {
    let mut run = Run::new();
    let target = format!("/v1.0/users?$filter={}&$count=true", regain_emulator::encoding::encode("id ne 'x'"));
    assert_eq!(run.get(&target).status, 400);
    assert_eq!(run.eventual(&target).status, 200);
    assert_eq!(run.get("/v1.0/users?$top=1000").status, 400);
}

#[test]
fn following_next_links_gives_each_row_once() {
    let mut run = Run::with(|scenario| scenario["tenant"]["behaviour"] = json!({"pageSize": 1, "emptyPages": true}));
    let mut target = "/v1.0/users?$select=id&%24top=2".to_owned();
    let (mut seen, mut pages, mut empty) = (Vec::new(), 0, 0);
    loop {
        let page = run.get(&target).value();
        let rows = page["value"].as_array().unwrap().clone();
        empty += usize::from(rows.is_empty());
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        assert!(rows.iter().all(|row| row.as_object().unwrap().len() == 1), "the selection stays in force");
        pages += 1;
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        target = next.strip_prefix("http://127.0.0.1:2").unwrap().to_owned();
    }
    assert_eq!(seen, [ADA, ADMIN, SYNCED]);
    assert_eq!((pages, empty), (5, 2));
    assert_eq!(run.get("/v1.0/users?$skiptoken=invented").status, 400);
}

#[test]
fn surprise_06_a_mixed_patch_is_all_or_nothing() {
    let mut run = Run::new();
    let answer = run.call("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"accountEnabled": false, "jobTitle": "x"}));
    assert_eq!((answer.status, code(&answer).as_str()), (403, "Authorization_RequestDenied"));
    assert_eq!(run.get(&format!("/v1.0/users/{ADA}?$select=accountEnabled")).value()["accountEnabled"], true);
    let answer = run.call(
        "PATCH",
        &format!("/v1.0/users/{ADA}"),
        &json!({"@odata.type": "#microsoft.graph.user", "accountEnabled": false}),
    );
    assert_eq!(answer.status, 204);
    assert_eq!(run.wrong("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"colour": "red"})).status, 400);
}

#[test]
fn weak_passwords_are_refused() {
    let mut run = Run::new();
    for weak in ["Password1", "short", crate::common::PASSWORD] {
        let answer = run.call("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"passwordProfile": {"password": weak}}));
        assert_eq!((answer.status, code(&answer).as_str()), (400, "Request_BadRequest"), "{weak}");
    }
}

#[test]
fn a_password_needs_a_role_on_the_app_itself() {
    let profile = json!({"passwordProfile": {"password": "New-Silver-Lantern-9"}});
    let status = |roles: Value, who: &str| {
        Run::with(|scenario| scenario["callers"][0]["roles"] = roles)
            .call("PATCH", &format!("/v1.0/users/{who}"), &profile)
            .status
    };
    let ordinary = |roles: Value| {
        let mut run = Run::with(|scenario| {
            scenario["callers"][0]["roles"] = roles;
            scenario["graph"]["groups"] = json!([]);
            scenario["graph"]["roleAssignments"] = json!([]);
        });
        run.call("PATCH", &format!("/v1.0/users/{ADA}"), &profile).status
    };
    assert_eq!(ordinary(json!([])), 403);
    assert_eq!(ordinary(json!(["User Administrator"])), 204);
    assert_eq!(status(json!(["User Administrator"]), ADA), 403, "in a role-assignable group");
    assert_eq!(status(json!(["User Administrator"]), ADMIN), 403, "holds a role");
    assert_eq!(status(json!(["Privileged Authentication Administrator"]), ADMIN), 204);
}

#[test]
fn a_restricted_unit_keeps_everybody_out() {
    let mut run = Run::with(|scenario| {
        scenario["graph"]["administrativeUnits"] = json!([{"id": "31a95e00-0000-4000-8000-000000000001", "displayName": "Board", "isMemberManagementRestricted": true, "members": [ADA]}]);
    });
    assert_eq!(run.get(&format!("/v1.0/users/{ADA}?$select=isManagementRestricted")).value()["isManagementRestricted"], true);
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"accountEnabled": false})).status, 403);
}

#[test]
fn active_directory_owns_its_accounts() {
    let mut run = Run::new();
    assert_eq!(
        run.call("PATCH", &format!("/v1.0/users/{SYNCED}"), &json!({"passwordProfile": {"password": "New-Silver-Lantern-9"}}))
            .status,
        400
    );
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{SYNCED}"), &json!({"accountEnabled": false})).status, 400);
    let mut run = Run::with(|scenario| scenario["tenant"]["behaviour"] = json!({"syncRefusesAccountEnabled": false}));
    let enabled =
        |run: &mut Run| run.get(&format!("/v1.0/users/{SYNCED}?$select=accountEnabled")).value()["accountEnabled"].clone();
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{SYNCED}"), &json!({"accountEnabled": false})).status, 204);
    assert_eq!(enabled(&mut run), false);
    run.pass(31 * 60);
    assert_eq!(enabled(&mut run), true, "the next synchronisation flips it back");
}

#[test]
fn a_user_acts_by_its_roles() {
    let mut run = Run::new();
    let token = |run: &mut Run, name: &str, password: &str| {
        run.password(name, password).value()["access_token"].as_str().unwrap().to_owned()
    };
    run.token = token(&mut run, "ada@contoso.com", crate::common::PASSWORD);
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADMIN}"), &json!({"accountEnabled": false})).status, 403);
    let grab = json!({"principalId": ADA, "roleDefinitionId": GLOBAL_ADMINISTRATOR, "directoryScopeId": "/"});
    assert_eq!(run.call("POST", "/v1.0/roleManagement/directory/roleAssignments", &grab).status, 403);
    run.token = token(&mut run, "admin@contoso.com", "Other-Copper-Lantern-8");
    assert_eq!(run.call("POST", "/v1.0/roleManagement/directory/roleAssignments", &grab).status, 201);
    assert_eq!(run.call("PATCH", &format!("/v1.0/users/{ADA}"), &json!({"accountEnabled": false})).status, 204);
}

#[test]
fn membership_is_seen_directly_and_through_others() {
    let mut run = Run::new();
    let filter = regain_emulator::encoding::encode("isAssignableToRole eq true");
    for cast in ["graph.group", "microsoft.graph.group"] {
        let target = format!("/v1.0/users/{ADA}/transitiveMemberOf/{cast}?$count=true&$filter={filter}&$select=id,displayName");
        assert_eq!(run.get(&target.replace("$count=true&", "")).status, 400, "a filter on a cast is advanced");
        assert_eq!(run.eventual(&target).value()["value"], json!([{"id": GROUP, "displayName": "Mail admins"}]));
    }
    let owned = run.get(&format!("/v1.0/users/{ADA}/ownedObjects")).value();
    assert_eq!(owned["value"][0]["@odata.type"], "#microsoft.graph.group");
    let roles = run.get(&format!("/v1.0/users/{ADA}/transitiveMemberOf/graph.directoryRole")).value();
    assert_eq!(roles["value"][0]["displayName"], "Exchange Administrator");
    assert_eq!(run.get(&format!("/v1.0/users/{ADA}/memberOf/graph.directoryRole")).value()["value"], json!([]));
}

#[test]
fn metadata_can_be_declined() {
    let mut run = Run::new();
    let request = Request::new(Service::Graph, "GET", &format!("/v1.0/users/{ADA}"))
        .with_token(&run.token)
        .with_header("accept", "application/json;odata.metadata=none");
    assert!(run.send(&request).value().get("@odata.context").is_none());
    assert!(run.get(&format!("/v1.0/users/{ADA}")).value().get("@odata.context").is_some());
}

#[test]
fn the_documented_write_limit_throttles() {
    let mut run = Run::new();
    let request = Request::new(Service::Graph, "POST", &format!("/v1.0/users/{ADA}/revokeSignInSessions")).with_token(&run.token);
    let mut statuses = Vec::new();
    for step in 0..3_001 {
        if step % 1_000 == 0 {
            run.pass(11);
        }
        statuses.push(run.send(&request).status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3_000);
    let refused = run.send(&request);
    assert_eq!((refused.status, refused.header("x-ms-throttle-information")), (429, Some("WriteLimitExceeded")));
    assert!(refused.header("retry-after").is_some());
}
