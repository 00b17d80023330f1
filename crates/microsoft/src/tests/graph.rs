use super::*;
use crate::testing::{account, intent};
use regain_incident::facet::FacetName;
use regain_incident::facets::identity::MailboxPurpose;
use regain_incident::facets::roles::{GrantKind, Named, RoleGrant};
use regain_incident::secret::Secret;
use regain_ports::{Directory as _, Urgency};

fn grant(kind: GrantKind) -> RoleGrant {
    RoleGrant {
        kind,
        assignment: "assignment-1".to_owned(),
        of: Named { id: "29232cdf-9323-42fd-ade2-1d097af3e4de".to_owned(), name: "Exchange Administrator".to_owned() },
        scope: "/".to_owned(),
        app_scope: None,
        since: None,
        until: None,
        gives: Vec::new(),
    }
}

/// A directory that knows Alex, her role and her group.
fn alex(url: &str) -> (u16, Value) {
    let group =
        json!({"@odata.type": "#microsoft.graph.group", "id": "g1", "displayName": "Mail admins", "isAssignableToRole": true});
    let role = json!({"@odata.type": "#microsoft.graph.directoryRole", "id": "r1", "roleTemplateId": "62E90394-69f5-4237-9190-012177145e10"});
    if url.contains("emberOf") {
        (200, list(json!([group, role])))
    } else if url.contains("mailboxSettings") {
        (404, json!({"error": {"code": "MailboxNotEnabledForRESTAPI", "message": "x"}}))
    } else if url.contains("$filter=mail") {
        (200, list(json!([user()])))
    } else if url.contains("a.berg") {
        (404, json!({"error": {"code": "Request_ResourceNotFound", "message": "x"}}))
    } else {
        (200, user())
    }
}

#[tokio::test]
async fn find_is_one_round_trip_whatever_the_order_of_answers() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, alex).await;
    let found = tenant.ours.find("alex.berg@contoso.com").await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].identity.purpose, MailboxPurpose::None);
    assert_eq!(found[0].active_roles, ["62e90394-69f5-4237-9190-012177145e10"]);
    assert!(found[0].in_role_group && found[0].roles_read);
    assert_eq!(tenant.ours.round_trips().depth, 1);
}

#[tokio::test]
async fn an_alias_takes_a_second_look_and_nobody_is_nobody() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, alex).await;
    let found = tenant.ours.find("a.berg@contoso.com").await.unwrap();
    assert_eq!(found[0].identity.account.as_str(), ID);
    assert_eq!(tenant.ours.round_trips().depth, 2);

    let empty = Tenant::new().await;
    batches(&empty.graph, |url| {
        if url.contains("$filter") {
            (200, list(json!([])))
        } else {
            (404, json!({"error": {"code": "Request_ResourceNotFound"}}))
        }
    })
    .await;
    assert!(empty.ours.find("nobody@contoso.com").await.unwrap().is_empty());
}

#[tokio::test]
async fn gaps_beside_the_account_do_not_hide_it() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, |url| {
        if url.contains("emberOf") || url.contains("mailboxSettings") {
            (403, json!({"error": {"code": "Authorization_RequestDenied"}}))
        } else if url.contains("$filter") {
            (200, list(json!([])))
        } else {
            (200, user())
        }
    })
    .await;
    let found = tenant.ours.find("alex.berg@contoso.com").await.unwrap();
    assert!(!found[0].roles_read);
    assert_eq!(found[0].identity.purpose, MailboxPurpose::Unknown);
}

#[tokio::test]
async fn one_name_for_two_accounts_gives_both() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, |url| {
        let mut other = user();
        other["id"] = json!("a1000000-0000-4000-8000-000000000002");
        if url.contains("$filter") { (200, list(json!([user(), other]))) } else { alex(url) }
    })
    .await;
    assert_eq!(tenant.ours.find("alex.berg@contoso.com").await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_request_that_is_throttled_within_a_batch_is_asked_again_alone() {
    let tenant = Tenant::new().await;
    let first = std::sync::atomic::AtomicBool::new(true);
    batches(&tenant.graph, move |url| {
        let throttled = !url.contains("mailboxSettings") && first.swap(false, std::sync::atomic::Ordering::SeqCst);
        if throttled { (429, json!({"error": {"code": "TooManyRequests"}})) } else { alex(url) }
    })
    .await;
    tenant.ours.identity(&account().id, Urgency::Lock).await.unwrap();
    let requests = sent(&tenant.graph).await;
    let second: Value = requests[1].body_json().unwrap();
    assert_eq!((requests.len(), second["requests"].as_array().unwrap().len(), tenant.waited()), (2, 1, 7));
}

#[tokio::test]
async fn surprise_03_a_permission_is_not_enough_for_an_administrator() {
    let tenant = Tenant::new().await;
    let denied = refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    answers(&tenant.graph, "PATCH", "^/v1.0/users/", vec![denied]).await;
    let password = Secret::new("hunter2-hunter2".to_owned());
    let error = tenant.ours.replace_password(&account(), &password, true, &intent()).await.unwrap_err();
    assert!(
        matches!(&error.kind, ProviderErrorKind::Denied { missing } if missing.contains("Privileged Authentication Administrator"))
    );
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[tokio::test]
async fn surprise_05_06_a_password_goes_by_patch_and_alone() {
    let tenant = Tenant::new().await;
    answers(&tenant.graph, "PATCH", "^/v1.0/users/", vec![ResponseTemplate::new(204)]).await;
    let password = Secret::new("hunter2-\"hunter2".to_owned());
    tenant.ours.replace_password(&account(), &password, true, &intent()).await.unwrap();
    tenant.ours.set_sign_in(&account(), false, &intent()).await.unwrap();
    let (writes, reads): (Vec<Request>, Vec<Request>) =
        sent(&tenant.graph).await.into_iter().partition(|one| one.method.as_str() == "PATCH");
    let bodies: Vec<Value> = writes.iter().map(|one| one.body_json().unwrap()).collect();
    // Beside it the domain is asked, once, whether another identity provider keeps the password.
    assert_eq!(reads.iter().map(|one| one.url.path()).collect::<Vec<_>>(), ["/v1.0/domains/contoso.com"]);
    let profile = json!({"forceChangePasswordNextSignIn": true, "password": password.expose()});
    assert_eq!(bodies, [json!({"passwordProfile": profile}), json!({"accountEnabled": false})]);
}

#[tokio::test]
async fn surprise_07_a_revocation_shows_as_a_date() {
    let tenant = Tenant::new().await;
    answers(
        &tenant.graph,
        "POST",
        "/revokeSignInSessions$",
        vec![ResponseTemplate::new(200).set_body_json(json!({"value": true}))],
    )
    .await;
    batches(&tenant.graph, alex).await;
    tenant.ours.revoke_sessions(&account(), &intent()).await.unwrap();
    let seen = tenant.ours.identity(&account().id, Urgency::Lock).await.unwrap().value.unwrap();
    assert_eq!(seen.sessions_valid_from, "2026-01-07T06:12:44Z".parse().ok());
    assert_eq!(sent(&tenant.graph).await[0].headers["content-length"], "0");
}

#[tokio::test]
async fn surprise_13_does_not_exist_is_done_if_the_schedules_agree() {
    for (rows, done) in [
        (json!([]), true),
        (
            json!([{"id": "e1", "roleDefinitionId": grant(GrantKind::PimEligible).of.id, "directoryScopeId": "/", "memberType": "Direct"}]),
            false,
        ),
    ] {
        let tenant = Tenant::new().await;
        answers(
            &tenant.graph,
            "POST",
            "ScheduleRequests$",
            vec![refusal(400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.")],
        )
        .await;
        batches(&tenant.graph, move |url| (200, list(if url.contains("Eligibility") { rows.clone() } else { json!([]) }))).await;
        let answer = tenant.ours.withdraw(&account(), &grant(GrantKind::PimEligible), &intent()).await;
        assert_eq!(answer.is_ok(), done, "{answer:?}");
    }
}

#[tokio::test]
async fn a_plain_removal_that_is_refused_goes_by_pim() {
    let tenant = Tenant::new().await;
    answers(&tenant.graph, "DELETE", "roleAssignments/assignment-1$", vec![refusal(400, "Request_BadRequest", "managed by PIM")])
        .await;
    answers(
        &tenant.graph,
        "POST",
        "roleAssignmentScheduleRequests$",
        vec![ResponseTemplate::new(201).set_body_json(json!({"status": "Revoked"}))],
    )
    .await;
    tenant.ours.withdraw(&account(), &grant(GrantKind::Direct), &intent()).await.unwrap();
    let body: Value = sent(&tenant.graph).await[1].body_json().unwrap();
    assert_eq!((&body["action"], &body["justification"]), (&json!("adminRemove"), &json!("regain case 2026-0412")));
}

#[tokio::test]
async fn without_a_licence_nothing_is_eligible_and_everything_is_direct() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, |url| {
        if url.contains("Schedule") {
            return (400, json!({"error": {"code": "AadPremiumLicenseRequired", "message": "x"}}));
        }
        (
            200,
            list(
                json!([{"id": "a1", "roleDefinitionId": "r1", "directoryScopeId": "/", "roleDefinition": {"displayName": "R"}}]),
            ),
        )
    })
    .await;
    let id = account().id;
    let pim = tenant.ours.roles(&id, FacetName::PimRoles, Urgency::Normal).await.unwrap();
    let entra = tenant.ours.roles(&id, FacetName::EntraRoles, Urgency::Lock).await.unwrap();
    assert_eq!((pim.value.unwrap().len(), entra.value.unwrap()[0].of.name.as_str()), (0, "R"));
}

#[tokio::test]
async fn what_the_role_settings_forbid_is_given_for_as_long_as_they_allow() {
    let tenant = Tenant::new().await;
    let forbidden =
        refusal(400, "RoleAssignmentRequestPolicyValidationFailed", "The following policy rules failed: [\"ExpirationRule\"]");
    let given = ResponseTemplate::new(201).set_body_json(json!({"status": "Provisioned"}));
    answers(&tenant.graph, "POST", "roleEligibilityScheduleRequests$", vec![forbidden, given]).await;
    let rules = json!([{"id": "Expiration_Admin_Eligibility", "maximumDuration": "P365D"}]);
    let settings = ResponseTemplate::new(200).set_body_json(list(json!([{"policy": {"rules": rules}}])));
    answers(&tenant.graph, "GET", "roleManagementPolicyAssignments$", vec![settings]).await;
    let notes = tenant.ours.give_back(&account(), &grant(GrantKind::PimEligible), &intent()).await.unwrap();
    assert!(notes[0].contains("P365D"));
    let last: Value = sent(&tenant.graph).await[2].body_json().unwrap();
    assert_eq!(last["scheduleInfo"]["expiration"], json!({"type": "afterDuration", "duration": "P365D"}));
}

#[tokio::test]
async fn a_group_is_left_and_joined_by_ref() {
    let tenant = Tenant::new().await;
    answers(&tenant.graph, "DELETE", "^/v1.0/groups/.*/members/.*/\\$ref$", vec![ResponseTemplate::new(204)]).await;
    answers(
        &tenant.graph,
        "POST",
        "^/v1.0/groups/.*/members/\\$ref$",
        vec![refusal(400, "Request_BadRequest", "One or more added object references already exist for 'members'.")],
    )
    .await;
    tenant.ours.withdraw(&account(), &grant(GrantKind::GroupMember), &intent()).await.unwrap();
    tenant.ours.give_back(&account(), &grant(GrantKind::GroupMember), &intent()).await.unwrap();
    let body: Value = sent(&tenant.graph).await[1].body_json().unwrap();
    assert!(body["@odata.id"].as_str().unwrap().ends_with(&format!("/v1.0/directoryObjects/{ID}")));
}

#[tokio::test]
async fn administrators_are_counted_through_groups_too() {
    let tenant = Tenant::new().await;
    batches(&tenant.graph, |url| {
        let mut other = user();
        other["id"] = json!("a1000000-0000-4000-8000-000000000002");
        if url.contains("roleAssignments?") {
            let rows = json!([
                {"principalId": ID, "directoryScopeId": "/", "principal": {"@odata.type": "#microsoft.graph.user"}},
                {"principalId": "g1", "directoryScopeId": "/", "principal": {"@odata.type": "#microsoft.graph.group"}},
                {"principalId": "app", "directoryScopeId": "/"},
            ]);
            (200, list(rows))
        } else if url.contains("Instances") {
            (400, json!({"error": {"code": "AadPremiumLicenseRequired"}}))
        } else if url.starts_with("/groups/g1/members?") {
            (200, list(json!([other])))
        } else if url.contains("app") {
            (404, json!({"error": {"code": "Request_ResourceNotFound"}}))
        } else {
            (200, user())
        }
    })
    .await;
    let holders = tenant.ours.administrator_holders().await.unwrap();
    assert_eq!((holders.groups.len(), tenant.ours.round_trips().depth), (1, 1));
    let admins = tenant.ours.administrators_of(&holders).await.unwrap();
    assert_eq!(admins.iter().filter(|admin| admin.enabled && admin.member).count(), 2);
    assert_eq!(tenant.ours.round_trips().depth, 2);
}
