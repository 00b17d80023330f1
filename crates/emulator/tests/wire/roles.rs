//! Roles: plain assignments, PIM, groups that carry roles.

use crate::common::{ADA, ADMIN, EXCHANGE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, GROUP, Run, code};
use regain_emulator::encoding::encode;
use serde_json::{Value, json};

const ROLES: &str = "/v1.0/roleManagement/directory";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";

fn of(principal: &str) -> String {
    format!("$filter={}", encode(&format!("principalId eq '{principal}'")))
}

fn removal(principal: &str, role: &str) -> Value {
    json!({"action": "adminRemove", "principalId": principal, "roleDefinitionId": role, "directoryScopeId": "/", "justification": "case 2026-0001"})
}

#[test]
fn an_assignment_is_read_taken_and_given_back() {
    let mut run = Run::new();
    let list = run.get(&format!("{ROLES}/roleAssignments?{}&$expand=roleDefinition($select=id,displayName)", of(ADMIN))).value();
    assert_eq!(list["value"][0]["roleDefinition"], json!({"id": GLOBAL_ADMINISTRATOR, "displayName": "Global Administrator"}));
    let id = list["value"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(run.delete(&format!("{ROLES}/roleAssignments/{id}")).status, 204);
    assert_eq!(run.delete(&format!("{ROLES}/roleAssignments/{id}")).status, 404);
    let again = json!({"principalId": ADMIN, "roleDefinitionId": GLOBAL_ADMINISTRATOR, "directoryScopeId": "/"});
    let made = run.call("POST", &format!("{ROLES}/roleAssignments"), &again);
    assert_eq!((made.status, made.value()["id"].as_str()), (201, Some(id.as_str())));
    assert_eq!(code(&run.call("POST", &format!("{ROLES}/roleAssignments"), &again)), "Request_BadRequest");
}

#[test]
fn a_pim_removal_takes_a_moment() {
    let mut run = Run::new();
    let schedules = format!("{ROLES}/roleEligibilitySchedules?{}", of(ADA));
    let count = |run: &mut Run| run.get(&schedules).value()["value"].as_array().unwrap().len();
    let answer = run.call("POST", &format!("{ROLES}/roleEligibilityScheduleRequests"), &removal(ADA, USER_ADMINISTRATOR));
    assert_eq!((answer.status, answer.value()["status"].as_str()), (201, Some("Revoked")));
    assert_eq!(count(&mut run), 1);
    run.pass(2);
    assert_eq!(count(&mut run), 0);
    let repeat = run.call("POST", &format!("{ROLES}/roleEligibilityScheduleRequests"), &removal(ADA, USER_ADMINISTRATOR));
    assert_eq!((repeat.status, code(&repeat).as_str()), (400, "RoleAssignmentDoesNotExist"));
}

#[test]
fn pim_may_deny_what_it_does() {
    let mut run = Run::with(|scenario| scenario["tenant"]["behaviour"] = json!({"pimSaysMissing": true}));
    let answer = run.call("POST", &format!("{ROLES}/roleEligibilityScheduleRequests"), &removal(ADA, USER_ADMINISTRATOR));
    assert_eq!(code(&answer), "RoleAssignmentDoesNotExist");
    run.pass(2);
    assert_eq!(run.get(&format!("{ROLES}/roleEligibilitySchedules?{}", of(ADA))).value()["value"], json!([]));
}

#[test]
fn assignments_are_checked_against_what_is_there_and_the_settings() {
    let mut run = Run::with(|scenario| scenario["tenant"]["behaviour"] = json!({"pimWantsExpiry": true}));
    let ask = |role: &str, expiration: Value| json!({"action": "adminAssign", "principalId": ADA, "roleDefinitionId": role, "directoryScopeId": "/", "scheduleInfo": {"expiration": expiration}});
    let target = format!("{ROLES}/roleEligibilityScheduleRequests");
    assert_eq!(
        code(&run.call("POST", &target, &ask(USER_ADMINISTRATOR, json!({"type": "noExpiration"})))),
        "RoleAssignmentExists"
    );
    assert_eq!(
        code(&run.call("POST", &target, &ask(EXCHANGE_ADMINISTRATOR, json!({"type": "noExpiration"})))),
        "RoleAssignmentRequestPolicyValidationFailed"
    );
    let made = run.call("POST", &target, &ask(EXCHANGE_ADMINISTRATOR, json!({"type": "afterDuration", "duration": "P30D"})));
    assert_eq!((made.status, made.value()["status"].as_str()), (201, Some("Provisioned")));
    run.pass(2);
    assert_eq!(
        run.get(&format!("{ROLES}/roleEligibilityScheduleInstances?{}", of(ADA))).value()["value"].as_array().unwrap().len(),
        2
    );
    run.pass(31 * 86_400);
    run.token = run.sign_in();
    assert_eq!(
        run.get(&format!("{ROLES}/roleEligibilityScheduleInstances?{}", of(ADA))).value()["value"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn an_eligible_user_activates_and_the_role_is_in_force() {
    let mut run = Run::new();
    let responder = run.token.clone();
    run.token = run.password("ada@contoso.com", crate::common::PASSWORD).value()["access_token"].as_str().unwrap().to_owned();
    let ask =
        json!({"action": "selfActivate", "principalId": ADA, "roleDefinitionId": USER_ADMINISTRATOR, "directoryScopeId": "/"});
    assert_eq!(run.call("POST", &format!("{ROLES}/roleAssignmentScheduleRequests"), &ask).status, 201);
    run.pass(3);
    run.token = responder;
    let rows = run.get(&format!("{ROLES}/roleAssignmentScheduleInstances?{}", of(ADA))).value()["value"].clone();
    let activated = rows.as_array().unwrap().iter().find(|row| row["assignmentType"] == "Activated").unwrap();
    assert_eq!(activated["roleDefinitionId"], USER_ADMINISTRATOR);
    assert!(rows.as_array().unwrap().iter().any(|row| row["memberType"] == "Group"));
    let id = activated["id"].as_str().unwrap();
    assert_eq!(run.delete(&format!("{ROLES}/roleAssignments/{id}")).status, 400, "PIM keeps its own");
    assert_eq!(
        run.call("POST", &format!("{ROLES}/roleAssignmentScheduleRequests"), &removal(ADA, USER_ADMINISTRATOR)).status,
        201
    );
    run.pass(2);
    assert_eq!(run.get("/v1.0/domains").status, 200, "any request brings the tenant up to its time");
    assert!(!run.world.tenant.directory.roles_of(ADA).contains(USER_ADMINISTRATOR));
}

#[test]
fn the_last_global_administrator_stays() {
    let mut run = Run::new();
    let answer = run.call("POST", &format!("{ROLES}/roleAssignmentScheduleRequests"), &removal(ADMIN, GLOBAL_ADMINISTRATOR));
    assert_eq!(answer.status, 400);
}

#[test]
fn pim_needs_its_licence() {
    let mut run = Run::with(|scenario| scenario["tenant"]["licences"] = json!(["SPE_E3"]));
    let answer = run.get(&format!("{ROLES}/roleEligibilitySchedules"));
    assert_eq!((answer.status, code(&answer).as_str()), (400, "AadPremiumLicenseRequired"));
    assert_eq!(run.get(&format!("{ROLES}/roleAssignments")).status, 200);
}

#[test]
fn permission_to_strip_is_not_permission_to_grant() {
    let mut run = Run::with(|scenario| {
        scenario["callers"][0]["permissions"] =
            json!(["RoleAssignmentSchedule.Remove.Directory", "RoleManagement.Read.Directory"]);
        scenario["graph"]["roleAssignmentSchedules"] =
            json!([{"principalId": ADA, "roleDefinitionId": "Exchange Administrator"}]);
    });
    let target = format!("{ROLES}/roleAssignmentScheduleRequests");
    let mut grant = removal(ADA, USER_ADMINISTRATOR);
    grant["action"] = json!("adminAssign");
    assert_eq!(run.call("POST", &target, &grant).status, 403);
    assert_eq!(run.call("POST", &target, &removal(ADA, EXCHANGE_ADMINISTRATOR)).status, 201);
}

#[test]
fn a_group_is_left_and_joined() {
    let mut run = Run::new();
    assert_eq!(
        run.wrong("DELETE", &format!("/v1.0/groups/{GROUP}/members/{ADA}"), &Value::Null).status,
        404,
        "without /$ref it is another operation"
    );
    assert_eq!(run.delete(&format!("/v1.0/groups/{GROUP}/members/{ADA}/$ref")).status, 204);
    assert_eq!(run.delete(&format!("/v1.0/groups/{GROUP}/members/{ADA}/$ref")).status, 404);
    let join = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{ADA}")});
    assert_eq!(run.call("POST", &format!("/v1.0/groups/{GROUP}/members/$ref"), &join).status, 204);
    assert_eq!(run.call("POST", &format!("/v1.0/groups/{GROUP}/members/$ref"), &join).status, 400);
}

#[test]
fn the_last_owner_stays() {
    let mut run = Run::with(|scenario| {
        scenario["callers"][0]["permissions"] = json!(["Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]);
    });
    let answer = run.delete(&format!("/v1.0/groups/{GROUP}/owners/{ADA}/$ref"));
    assert!(answer.value()["error"]["message"].as_str().unwrap().contains("at least one owner"));
}

#[test]
fn a_synchronised_group_refuses_changes() {
    let mut run = Run::with(|scenario| scenario["graph"]["groups"][0]["onPremisesSyncEnabled"] = json!(true));
    assert_eq!(run.delete(&format!("/v1.0/groups/{GROUP}/members/{ADA}/$ref")).status, 400);
}

#[test]
fn pim_for_groups_gives_and_takes_membership() {
    let mut run = Run::new();
    let base = "/v1.0/identityGovernance/privilegedAccess/group";
    let ask = |action: &str| json!({"action": action, "accessId": "member", "principalId": ADMIN, "groupId": GROUP, "scheduleInfo": {"expiration": {"type": "noExpiration"}}});
    assert_eq!(run.get(&format!("{base}/assignmentScheduleInstances")).status, 400, "a filter is required");
    assert_eq!(run.call("POST", &format!("{base}/assignmentScheduleRequests"), &ask("adminAssign")).status, 201);
    run.pass(2);
    assert_eq!(run.get(&format!("{base}/assignmentScheduleInstances?{}", of(ADMIN))).value()["value"][0]["groupId"], GROUP);
    assert!(run.world.tenant.directory.roles_of(ADMIN).contains(EXCHANGE_ADMINISTRATOR));
    assert_eq!(run.call("POST", &format!("{base}/assignmentScheduleRequests"), &ask("adminRemove")).status, 201);
    run.pass(2);
    assert_eq!(run.get(&format!("{base}/assignmentScheduleInstances?{}", of(ADMIN))).value()["value"], json!([]));
}

#[test]
fn everything_transitive_is_in_one_beta_list() {
    let mut run = Run::new();
    let target = format!("/beta/roleManagement/directory/transitiveRoleAssignments?$count=true&{}", of(ADA));
    assert_eq!(run.get(&target).status, 400);
    assert_eq!(run.eventual(&target).value()["value"][0]["principalId"], GROUP);
    assert_eq!(run.wrong("GET", &target.replace("/beta", "/v1.0"), &Value::Null).status, 404);
}

#[test]
fn app_permissions_are_listed_with_their_real_ids() {
    let mut run = Run::new();
    let own = run.get(&format!("/v1.0/servicePrincipals(appId='{}')?$select=id", crate::common::APP)).value();
    let rows = run.get(&format!("/v1.0/servicePrincipals/{}/appRoleAssignments", own["id"].as_str().unwrap())).value();
    let ids: Vec<&str> = rows["value"].as_array().unwrap().iter().filter_map(|row| row["appRoleId"].as_str()).collect();
    assert!(
        ids.contains(&"df021288-bdef-4463-88db-98f22de89214") && ids.contains(&"dc50a0fb-09a3-484d-be87-e023b12c6440"),
        "{ids:?}"
    );
}
