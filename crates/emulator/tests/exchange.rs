//! The Exchange endpoint, as a client meets it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::SignedDuration;
use regain_emulator::clock::Clock;
use regain_emulator::entra::token;
use regain_emulator::mail::{self, Message};
use regain_emulator::message::{Answer, Request, Service};
use regain_emulator::traffic::ON_PURPOSE;
use regain_emulator::world::{Bases, World};
use regain_emulator::{Begun, Scenario, answer, answer_begun};
use serde_json::{Value, json};

const ANNA: &str = "a1000000-0000-4000-8000-000000000001";
const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
const ANNAS: &str = "UPN:anna.berg@contoso.com";
const ORGANISATION: &str = "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@0f1e2d3c-4b5a-4678-9a0b-c0de00000001";

fn classic(change: impl FnOnce(&mut Value)) -> World {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/scenarios/bec-classic.json");
    let mut scenario: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    change(&mut scenario);
    let scenario = Scenario::from_value(&scenario).unwrap();
    let bases = Bases { exchange: "http://127.0.0.1:4".to_owned(), ..Bases::default() };
    scenario.world(7, bases, Clock::frozen(scenario.clock)).unwrap()
}

fn app_token(world: &mut World) -> String {
    let (app, now) = (world.tenant.apps[0].clone(), world.now);
    token::for_app(&mut world.tenant, &app, Service::Exchange, now)
}

fn user_token(world: &mut World, account: &str, scope: &str) -> String {
    let now = world.now;
    token::for_user(
        &mut world.tenant,
        account,
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",
        &[scope.to_owned()],
        Service::Exchange,
        now,
    )
}

fn request(cmdlet: &str, parameters: &Value) -> Request {
    let body = json!({"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}});
    Request::new(Service::Exchange, "POST", &format!("/adminapi/beta/{TENANT}/InvokeCommand")).with_json(&body)
}

fn run(world: &mut World, anchor: &str, cmdlet: &str, parameters: &Value) -> Answer {
    let token = app_token(world);
    let request = request(cmdlet, parameters).with_token(&token).with_header("X-AnchorMailbox", anchor);
    answer(world, &request)
}

/// A request that is meant to be wrong, and says so to whoever holds the traffic against the description.
fn wrong(request: Request) -> Request {
    request.with_header(ON_PURPOSE, "invalid")
}

fn rows(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.value());
    answer.value()["value"].as_array().unwrap().clone()
}

fn warnings(answer: &Answer) -> Vec<Value> {
    answer.value()["@adminapi.warnings"].as_array().unwrap().clone()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["Name"].as_str().unwrap()).collect()
}

fn message_of(answer: &Answer) -> String {
    answer.value()["error"]["details"][0]["message"].as_str().unwrap_or_default().to_owned()
}

fn all_rules(world: &mut World) -> Vec<Value> {
    rows(&run(world, ANNAS, "Get-InboxRule", &json!({"Mailbox": ANNA, "IncludeHidden": true})))
}

fn rule(world: &mut World, name: &str) -> Value {
    all_rules(world).into_iter().find(|row| row["Name"] == name).unwrap()
}

#[test]
fn forwarding_reads_in_three_members_and_clears_once() {
    let mut world = classic(|_| {});
    let read = json!({"Identity": ANNA});
    let row = &rows(&run(&mut world, ANNAS, "Get-Mailbox", &read))[0];
    assert_eq!(row["ForwardingSmtpAddress"], "smtp:a.berg.contoso@outlook.com");
    assert_eq!((&row["ForwardingAddress"], &row["DeliverToMailboxAndForward"]), (&Value::Null, &Value::Bool(false)));
    assert_eq!(row["Guid@odata.type"], "#Guid");
    assert_eq!(row["EmailAddresses@odata.type"], "#Collection(String)");

    let clear =
        json!({"Identity": ANNA, "ForwardingAddress": null, "ForwardingSmtpAddress": null, "DeliverToMailboxAndForward": false});
    assert_eq!(warnings(&run(&mut world, ANNAS, "Set-Mailbox", &clear)), Vec::<Value>::new());
    let again = warnings(&run(&mut world, ANNAS, "Set-Mailbox", &clear));
    assert!(again[0].as_str().unwrap().contains("completed successfully but no settings of"), "{again:?}");
}

#[test]
fn an_internal_forwarding_address_reads_as_a_name() {
    let mut world = classic(|_| {});
    run(&mut world, ANNAS, "Set-Mailbox", &json!({"Identity": ANNA, "ForwardingAddress": "karin.ek@contoso.com"}));
    let row = &rows(&run(&mut world, ANNAS, "Get-Mailbox", &json!({"Identity": ANNA})))[0];
    assert_eq!(row["ForwardingAddress"], "Karin Ek");
}

#[test]
fn hidden_rules_come_only_when_asked_for_and_numbers_are_huge() {
    let mut world = classic(|_| {});
    let visible = rows(&run(&mut world, ANNAS, "Get-InboxRule", &json!({"Mailbox": ANNA})));
    assert_eq!(names(&visible), ["Kunder", ".", "Newsletter", "Projekt X"]);
    let all = all_rules(&mut world);
    assert_eq!(names(&all), ["Junk E-mail Rule", "Kunder", ".", "Newsletter", "sync", "Projekt X"]);
    assert_eq!(all.iter().map(|row| row["Priority"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    for row in &all {
        let number = row["RuleIdentity"].as_u64().unwrap();
        assert!(number > 1 << 63);
        assert_eq!(row["Identity"], format!("{ANNA}\\{number}"));
    }
}

#[test]
fn recipients_in_rules_are_written_as_the_service_writes_them() {
    let mut world = classic(|_| {});
    let inside = rule(&mut world, "Projekt X")["ForwardTo"][0].as_str().unwrap().to_owned();
    assert!(inside.starts_with("\"Johan Nyström\" [EX:/o=ExchangeLabs/"), "{inside}");
    assert_eq!(rule(&mut world, "sync")["RedirectTo"][0], "\"a.berg.contoso@outlook.com\" [SMTP:a.berg.contoso@outlook.com]");
    let dn = inside.split("[EX:").nth(1).unwrap().trim_end_matches(']').to_owned();
    let who = rows(&run(&mut world, ORGANISATION, "Get-Recipient", &json!({"Identity": dn})));
    assert_eq!(who[0]["PrimarySmtpAddress"], "johan.nystrom@contoso.com");
}

#[test]
fn a_rule_describes_itself() {
    let mut world = classic(|_| {});
    let text = rule(&mut world, ".")["Description"].as_str().unwrap().to_owned();
    assert_eq!(
        text,
        "If the message:\n\tthe subject or body includes specific words 'invoice' or 'payment' or 'bank'\nTake the following actions:\n\
         \tmove the message to the folder 'RSS Feeds'\n\tand mark the message as Read\n\tand stop processing more rules on this message\n"
    );
}

#[test]
fn a_change_drops_the_rules_of_outlook_and_warns_unless_told_not_to() {
    let mut world = classic(|_| {});
    let identity = rule(&mut world, ".")["Identity"].clone();
    let answer = run(&mut world, ANNAS, "Disable-InboxRule", &json!({"Mailbox": ANNA, "Identity": identity, "Confirm": false}));
    assert!(warnings(&answer)[0].as_str().unwrap().contains("Outlook"));
    assert!(world.tenant.exchange.mailbox_of(ANNA).unwrap().client_rules.is_empty());
    assert_eq!(rule(&mut world, ".")["Enabled"], false);
    let silent = json!({"Mailbox": ANNA, "Identity": identity, "Force": true, "Confirm": false});
    assert!(warnings(&run(&mut world, ANNAS, "Enable-InboxRule", &silent)).is_empty());
}

#[test]
fn a_rule_that_is_put_back_has_a_new_number_and_moves_the_others() {
    let mut world = classic(|_| {});
    let old = rule(&mut world, ".");
    run(
        &mut world,
        ANNAS,
        "Remove-InboxRule",
        &json!({"Mailbox": ANNA, "Identity": old["RuleIdentity"].to_string(), "Force": true}),
    );
    let new = rows(&run(
        &mut world,
        ANNAS,
        "New-InboxRule",
        &json!({
            "Mailbox": ANNA, "Name": ".", "Priority": 2, "SubjectOrBodyContainsWords": ["invoice", "payment", "bank"],
            "MoveToFolder": "anna.berg@contoso.com:\\RSS Feeds", "MarkAsRead": true, "StopProcessingRules": true, "Force": true,
        }),
    ));
    assert_ne!(new[0]["RuleIdentity"], old["RuleIdentity"]);
    assert_eq!(names(&all_rules(&mut world)), ["Junk E-mail Rule", "Kunder", ".", "Newsletter", "sync", "Projekt X"]);
    assert_eq!(
        regain_emulator::normal::normal_form(&world.tenant)["mailboxes"][ANNA]["rules"],
        regain_emulator::normal::normal_form(&world.initial)["mailboxes"][ANNA]["rules"]
    );
    let gone = run(&mut world, ANNAS, "Remove-InboxRule", &json!({"Mailbox": ANNA, "Identity": old["RuleIdentity"].to_string()}));
    assert_eq!(gone.status, 404);
}

#[test]
fn what_cannot_be_a_rule_is_refused() {
    let mut world = classic(|_| {});
    let mut refused = |parameters: Value, status: u16| {
        let answer = run(&mut world, ANNAS, "New-InboxRule", &parameters);
        assert_eq!(answer.status, status, "{parameters}: {}", answer.value());
        message_of(&answer)
    };
    refused(json!({"Mailbox": ANNA, "Name": "x", "MoveToFolder": ":\\Nowhere"}), 404);
    refused(json!({"Mailbox": ANNA, "Name": "x", "ForwardTo": ["\"a@example.net\" [SMTP:a@example.net]"]}), 404);
    refused(json!({"Mailbox": ANNA, "Name": "x", "StopProcessingRules": false}), 400);
    assert!(
        refused(json!({"Mailbox": ANNA, "Name": "x", "WithImportance": "Urgent", "DeleteMessage": true}), 400)
            .contains("Low, Normal, High")
    );
    let token = app_token(&mut world);
    let nonsense = request("New-InboxRule", &json!({"Mailbox": ANNA, "Name": "x", "Nonsense": 1})).with_token(&token);
    let answer = regain_emulator::answer(&mut world, &wrong(nonsense.with_header("X-AnchorMailbox", ANNAS)));
    assert_eq!(answer.status, 400);
    assert!(answer.value().to_string().contains("ParameterBindingException"));
}

#[test]
fn half_a_word_selects_a_member() {
    let mut world = classic(|_| {});
    let new = rows(&run(
        &mut world,
        ANNAS,
        "New-InboxRule",
        &json!({"Mailbox": ANNA, "Name": "x", "WithImportance": "Hi", "DeleteMessage": true}),
    ));
    assert_eq!(new[0]["WithImportance"], "High");
}

#[test]
fn system_rules_stay() {
    let mut world = classic(|_| {});
    let identity = rule(&mut world, "Junk E-mail Rule")["Identity"].clone();
    assert_eq!(run(&mut world, ANNAS, "Disable-InboxRule", &json!({"Mailbox": ANNA, "Identity": identity})).status, 400);
}

#[test]
fn an_unreadable_rule_is_marked_or_breaks_the_listing() {
    let broken = |choice: &str| {
        let choice = choice.to_owned();
        classic(move |scenario| {
            scenario["exchange"]["mailboxes"][0]["rules"]
                .as_array_mut()
                .unwrap()
                .push(json!({"Name": "old", "kind": "unreadable"}));
            scenario["exchange"]["behaviour"] = json!({"unreadableRule": choice});
        })
    };
    assert_eq!(rule(&mut broken("inError"), "old")["InError"], true);
    let answer = run(&mut broken("failsListing"), ANNAS, "Get-InboxRule", &json!({"Mailbox": ANNA}));
    assert_eq!(answer.status, 400);
}

#[test]
fn a_wrong_anchor_answers_from_before_the_last_write() {
    let mut world = classic(|_| {});
    let identity = rule(&mut world, ".")["Identity"].clone();
    run(&mut world, ANNAS, "Remove-InboxRule", &json!({"Mailbox": ANNA, "Identity": identity, "Force": true}));
    for anchor in [ORGANISATION, "UPN:karin.ek@contoso.com", ""] {
        let rows = rows(&run(&mut world, anchor, "Get-InboxRule", &json!({"Mailbox": ANNA})));
        assert!(names(&rows).contains(&"."), "{anchor}");
    }
    assert!(!names(&all_rules(&mut world)).contains(&"."));
}

#[test]
fn select_leaves_only_what_was_named() {
    let mut world = classic(|_| {});
    let token = app_token(&mut world);
    let mut asked = request("Get-Mailbox", &json!({"Identity": ANNA})).with_token(&token).with_header("x-anchormailbox", ANNAS);
    asked.query = "$select=Guid,ForwardingSmtpAddress".to_owned();
    let row = rows(&regain_emulator::answer(&mut world, &asked))[0].clone();
    let mut members: Vec<String> = row.as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(members, ["ForwardingSmtpAddress", "Guid", "Guid@data.type", "Guid@odata.type"]);
}

#[test]
fn only_beta_runs_cmdlets() {
    let mut world = classic(|_| {});
    let token = app_token(&mut world);
    for version in ["v1.0", "v2.0"] {
        let request =
            Request::new(Service::Exchange, "POST", &format!("/adminapi/{version}/{TENANT}/InvokeCommand")).with_token(&token);
        assert_eq!(regain_emulator::answer(&mut world, &wrong(request)).status, 405);
    }
}

#[test]
fn a_refusal_of_the_caller_has_no_json() {
    let mut world = classic(|_| {});
    let token = app_token(&mut world);
    let nonsense = request("Get-Nonsense", &json!({})).with_token(&token).with_header("X-AnchorMailbox", ORGANISATION);
    let answer = regain_emulator::answer(&mut world, &wrong(nonsense));
    assert_eq!((answer.status, answer.value()), (403, Value::Null));
    assert!(answer.header("x-ms-diagnostics").unwrap().contains("invalid_role"));
}

#[test]
fn permission_and_role_are_both_needed() {
    let with = |permissions: Value, roles: Value| {
        let mut world = classic(|scenario| {
            scenario["callers"][0]["permissions"] = permissions;
            scenario["callers"][0]["roles"] = roles;
        });
        let status = run(&mut world, ORGANISATION, "Get-RoleGroup", &json!({})).status;
        (status, run(&mut world, ORGANISATION, "Get-BlockedSenderAddress", &json!({})).status)
    };
    assert_eq!(with(json!([]), json!([])), (401, 401));
    assert_eq!(with(json!(["Exchange.ManageAsApp"]), json!([])), (403, 403));
    assert_eq!(with(json!([]), json!(["Exchange Administrator"])), (403, 403));
    assert_eq!(with(json!(["Exchange.ManageAsApp"]), json!(["Security Reader"])), (403, 200));
    assert_eq!(with(json!(["Exchange.ManageAsApp"]), json!(["Exchange Administrator"])), (200, 200));
}

#[test]
fn a_user_reaches_the_own_mailbox_and_no_further() {
    let mut world = classic(|scenario| scenario["exchange"]["roleGroups"] = json!([]));
    let token = user_token(&mut world, ANNA, "Exchange.Manage");
    let mut status = |cmdlet: &str, parameters: Value| {
        let request = request(cmdlet, &parameters).with_token(&token).with_header("x-anchormailbox", ANNAS);
        regain_emulator::answer(&mut world, &request).status
    };
    assert_eq!(status("Get-InboxRule", json!({})), 200);
    assert_eq!(status("Set-Mailbox", json!({"Identity": ANNA, "ForwardingSmtpAddress": "x@example.net"})), 200);
    assert_eq!(status("Set-Mailbox", json!({"Identity": ANNA, "AccountDisabled": true})), 400);
    assert_eq!(status("Get-InboxRule", json!({"Mailbox": "karin.ek@contoso.com"})), 404);
    assert_eq!(status("Get-RoleGroup", json!({})), 403);
}

#[test]
fn role_groups_give_and_take() {
    let mut world = classic(|_| {});
    let member = json!({"Identity": "Organization Management", "Member": ANNA, "Confirm": false});
    let twice = run(&mut world, ORGANISATION, "Add-RoleGroupMember", &member);
    assert!(message_of(&twice).contains("MemberAlreadyExistsException"));
    assert_eq!(run(&mut world, ORGANISATION, "Remove-RoleGroupMember", &member).status, 200);
    let members = rows(&run(&mut world, ORGANISATION, "Get-RoleGroupMember", &json!({"Identity": "Organization Management"})));
    assert!(members.iter().all(|row| row["ExternalDirectoryObjectId"] != ANNA));
    assert!(members.iter().any(|row| row["Name"] == "TenantAdmins_-987654321"));
    assert_eq!(run(&mut world, ORGANISATION, "Add-RoleGroupMember", &member).status, 200);
}

#[test]
fn direct_management_roles_come_and_go() {
    let mut world = classic(|_| {});
    let new = json!({"Role": "Mailbox Import Export", "User": ANNA, "Name": "x"});
    assert_eq!(run(&mut world, ORGANISATION, "New-ManagementRoleAssignment", &new).status, 200);
    let held = rows(&run(
        &mut world,
        ORGANISATION,
        "Get-ManagementRoleAssignment",
        &json!({"RoleAssignee": ANNA, "AssignmentMethod": ["Direct"]}),
    ));
    assert_eq!(names(&held), ["x"]);
    assert_eq!(
        run(&mut world, ORGANISATION, "Remove-ManagementRoleAssignment", &json!({"Identity": "x", "Confirm": false})).status,
        200
    );
}

#[test]
fn a_lift_leaves_the_list_in_minutes_and_lets_mail_through_later() {
    let mut world = classic(|_| {});
    let listed = |world: &mut World| rows(&run(world, ORGANISATION, "Get-BlockedSenderAddress", &json!({}))).len();
    let blocked = |world: &World| world.tenant.exchange.sending_blocked("anna.berg@contoso.com", world.now);
    let lift = json!({"SenderAddress": "anna.berg@contoso.com"});
    assert_eq!(run(&mut world, ORGANISATION, "Remove-BlockedSenderAddress", &lift).status, 200);
    assert_eq!((listed(&mut world), blocked(&world)), (1, true));
    let later = world.now + SignedDuration::from_mins(5);
    world.clock.advance_to(later);
    world.tick();
    assert_eq!((listed(&mut world), blocked(&world)), (0, true));
    let later = world.now + SignedDuration::from_mins(25);
    world.clock.advance_to(later);
    world.tick();
    assert!(!blocked(&world));
}

#[test]
fn lifts_are_rationed() {
    let mut world = classic(|_| {});
    let lift = json!({"SenderAddress": "anna.berg@contoso.com"});
    let statuses: Vec<u16> = (0..3).map(|_| run(&mut world, ORGANISATION, "Remove-BlockedSenderAddress", &lift).status).collect();
    assert_eq!(statuses, [200, 200, 400]);
}

#[test]
fn an_address_that_is_not_blocked_is_empty_or_an_error() {
    let asked = json!({"SenderAddress": "karin.ek@contoso.com"});
    assert_eq!(run(&mut classic(|_| {}), ORGANISATION, "Get-BlockedSenderAddress", &asked).status, 200);
    let mut strict = classic(|scenario| scenario["exchange"]["behaviour"] = json!({"unknownSender": "error"}));
    assert_eq!(run(&mut strict, ORGANISATION, "Get-BlockedSenderAddress", &asked).status, 404);
}

#[test]
fn pages_have_links_that_work_or_are_dead() {
    for (choice, status) in [("works", 200), ("dead", 400)] {
        let mut world = classic(|scenario| scenario["exchange"]["behaviour"] = json!({"pageSize": 5, "nextLink": choice}));
        let everything = json!({"ResultSize": "Unlimited"});
        let first = run(&mut world, ORGANISATION, "Get-Mailbox", &everything);
        assert_eq!(rows(&first).len(), 5);
        let link = first.value()["@odata.nextLink"].as_str().unwrap().to_owned();
        let token = app_token(&mut world);
        let mut next = request("Get-Mailbox", &everything).with_token(&token).with_header("x-anchormailbox", ORGANISATION);
        next.query = link.split_once('?').unwrap().1.to_owned();
        assert_eq!(regain_emulator::answer(&mut world, &next).status, status);
    }
}

#[test]
fn without_a_size_a_listing_is_cut_and_says_so() {
    let mut world = classic(|scenario| scenario["exchange"]["behaviour"] = json!({"pageSize": 5}));
    let answer = run(&mut world, ORGANISATION, "Get-Mailbox", &json!({}));
    assert_eq!((rows(&answer).len(), warnings(&answer).len()), (5, 1));
    assert!(answer.value().get("@odata.nextLink").is_none());
}

#[test]
fn a_batch_takes_ten_absolute_requests() {
    let mut world = classic(|_| {});
    let token = app_token(&mut world);
    let url = format!("http://127.0.0.1:4/adminapi/beta/{TENANT}/InvokeCommand");
    let inner = |id: usize| {
        json!({"id": id.to_string(), "method": "POST", "url": url, "headers": {"X-AnchorMailbox": ANNAS},
        "body": {"CmdletInput": {"CmdletName": "Get-InboxRule", "Parameters": {"Mailbox": ANNA}}}})
    };
    let mut batch = |count: usize| {
        let body = json!({"requests": (0..count).map(inner).collect::<Vec<_>>()});
        let request = Request::new(Service::Exchange, "POST", &format!("/adminapi/beta/{TENANT}/$batch"))
            .with_token(&token)
            .with_json(&body);
        regain_emulator::answer(&mut world, &request)
    };
    let ten = batch(10);
    assert_eq!(ten.value()["responses"].as_array().unwrap().len(), 10);
    assert_eq!(ten.value()["responses"][9]["body"]["value"].as_array().unwrap().len(), 4);
    assert_eq!(batch(11).status, 400);
}

#[test]
fn what_active_directory_owns_is_refused() {
    let mut world = classic(|scenario| scenario["graph"]["users"][0]["onPremisesSyncEnabled"] = json!(true));
    let answer = run(&mut world, ANNAS, "Set-Mailbox", &json!({"Identity": ANNA, "ForwardingAddress": null}));
    assert!(message_of(&answer).contains("synchronized from your on-premises organization"));
    assert_eq!(run(&mut world, ANNAS, "Set-Mailbox", &json!({"Identity": ANNA, "ForwardingSmtpAddress": null})).status, 200);
}

#[test]
fn the_copy_to_entra_fails_once() {
    let mut world = classic(|scenario| scenario["exchange"]["behaviour"] = json!({"dualWriteFailures": 1}));
    let clear = json!({"Identity": ANNA, "ForwardingSmtpAddress": null});
    assert!(message_of(&run(&mut world, ANNAS, "Set-Mailbox", &clear)).contains("DualWrite"));
    assert_eq!(run(&mut world, ANNAS, "Set-Mailbox", &clear).status, 200);
}

#[test]
fn graph_sees_less() {
    let mut world = classic(|scenario| {
        let soft = json!({"Name": "soft", "SubjectContainsWords": ["x"], "SoftDeleteMessage": true});
        scenario["exchange"]["mailboxes"][0]["rules"].as_array_mut().unwrap().push(soft);
        scenario["callers"][0]["permissions"].as_array_mut().unwrap().push(json!("MailboxSettings.ReadWrite"));
    });
    let (app, now) = (world.tenant.apps[0].clone(), world.now);
    let token = token::for_app(&mut world.tenant, &app, Service::Graph, now);
    let path = format!("/v1.0/users/{ANNA}/mailFolders/inbox/messageRules");
    let mut call = |method: &str, path: &str, body: Option<Value>| {
        let mut request = Request::new(Service::Graph, method, path).with_token(&token);
        if let Some(body) = body {
            request = request.with_json(&body);
        }
        regain_emulator::answer(&mut world, &request)
    };
    let rules = rows(&call("GET", &path, None));
    let shown: Vec<&str> = rules.iter().map(|rule| rule["displayName"].as_str().unwrap()).collect();
    assert_eq!(shown, ["Kunder", ".", "Newsletter", "Projekt X", "soft"]);
    assert_eq!((&rules[4]["isReadOnly"], &rules[4]["actions"]), (&json!(true), &Value::Null));
    assert_eq!(rules[3]["actions"]["forwardTo"][0]["emailAddress"]["address"], "johan.nystrom@contoso.com");
    let one = format!("{path}/{}", rules[1]["id"].as_str().unwrap());
    assert_eq!(call("PATCH", &one, Some(json!({"isEnabled": false}))).value()["isEnabled"], false);
    assert_eq!(call("DELETE", &one, None).status, 204);
    assert_eq!(call("GET", &one, None).status, 404);
    let other = format!("{path}/{}", rules[0]["id"].as_str().unwrap());
    let nonsense = Request::new(Service::Graph, "PATCH", &other).with_token(&token).with_json(&json!({"nonsense": 1}));
    assert_eq!(regain_emulator::answer(&mut world, &wrong(nonsense)).status, 400);
}

fn delivered(world: &mut World, subject: &str) -> (Vec<String>, String) {
    let message = Message::new("buyer@example.org", "anna.berg@contoso.com", subject, "");
    mail::deliver(world, &message);
    let outside = world.tenant.mail.arrivals.iter().map(|arrival| arrival.to.clone()).collect();
    let last = world.tenant.mail.stored.get(ANNA).and_then(|list| list.last());
    (outside, last.and_then(|message| message.folder.clone()).unwrap_or_default())
}

fn without_block(change: impl FnOnce(&mut Value)) -> World {
    classic(|scenario| {
        scenario["exchange"]["blockedSenders"] = json!([]);
        change(scenario);
    })
}

#[test]
fn mail_is_forwarded_unless_something_stops_it() {
    let outside = vec!["a.berg.contoso@outlook.com".to_owned()];
    assert_eq!(delivered(&mut without_block(|_| {}), "Invoice"), (outside, String::new()));
    assert_eq!(delivered(&mut classic(|_| {}), "Invoice").0, Vec::<String>::new());
    let mut off = without_block(|scenario| scenario["exchange"]["lists"] = json!({}));
    assert_eq!(delivered(&mut off, "Invoice").0, Vec::<String>::new());
    assert!(off.tenant.mail.bounces[0].reason.starts_with("550 5.7.520"));
}

#[test]
fn the_internal_address_wins_over_the_other() {
    let mut world =
        without_block(|scenario| scenario["exchange"]["mailboxes"][0]["ForwardingAddress"] = json!("karin.ek@contoso.com"));
    assert_eq!(delivered(&mut world, "Hello").0, Vec::<String>::new());
    assert_eq!(world.tenant.mail.stored.values().flatten().count(), 1);
}

#[test]
fn rules_run_in_order_and_stop() {
    let mut world = without_block(|scenario| scenario["exchange"]["mailboxes"][0]["ForwardingSmtpAddress"] = Value::Null);
    assert_eq!(delivered(&mut world, "Hello").1, "Inbox");
    assert_eq!(delivered(&mut world, "Your invoice and IBAN"), (Vec::new(), "RSS Feeds".to_owned()));
    assert_eq!(delivered(&mut world, "New IBAN").0, ["a.berg.contoso@outlook.com"]);
}

/// What is under way counts from its arrival to its answer; one that is refused does not count.
#[test]
fn so_many_cmdlets_run_at_once_and_no_more() {
    const LARS: &str = "UPN:lars.ahlgren@contoso.com";
    for says_when in [true, false] {
        let limit = json!({"atOnce": 2, "atOnceForOneMailbox": 1, "saysWhen": says_when});
        let mut world = classic(|scenario| scenario["tenant"]["behaviour"] = json!({"exchangeLimit": limit}));
        let token = app_token(&mut world);
        let request = |anchor: &str, cmdlet: &str| {
            request(cmdlet, &json!({"Identity": ANNA})).with_token(&token).with_header("X-AnchorMailbox", anchor)
        };
        let (of_anna, of_all) = (request(ANNAS, "Get-Mailbox"), request(ORGANISATION, "Get-RoleGroup"));
        let first = Begun::arrived(&mut world, &of_anna);
        let refused = answer(&mut world, &of_anna);
        assert_eq!((refused.status, refused.header("Retry-After").is_some()), (429, says_when), "one for a mailbox");
        let second = Begun::arrived(&mut world, &of_all);
        assert_eq!(answer(&mut world, &request(LARS, "Get-Mailbox")).status, 429, "two in all");
        assert_eq!(answer_begun(&mut world, &of_anna, &first).status, 200, "what had begun ends");
        first.ended(&mut world);
        assert_eq!(answer(&mut world, &request(LARS, "Get-Mailbox")).status, 200, "there is room again");
        second.ended(&mut world);
        assert_eq!(answer(&mut world, &of_anna).status, 200);
    }
}

/// Answers that nobody has confirmed come in each way that a scenario names.
#[test]
fn refusals_that_nobody_has_seen_are_said_in_four_ways() {
    let gone = json!({"Mailbox": ANNA, "Identity": "12345"});
    let member = json!({"Identity": "Organization Management", "Member": ANNA});
    let stranger = json!({"Identity": "Hygiene Management", "Member": ANNA});
    let blocked = json!({"SenderAddress": "anna.berg@contoso.com"});
    for (said, missing, twice, lift) in
        [("constructed", 404, 400, 400), ("otherwise", 400, 400, 400), ("forbidden", 403, 403, 403), ("silent", 200, 200, 200)]
    {
        let mut world = classic(|scenario| {
            scenario["exchange"]["behaviour"] = json!({"missingRule": said, "membership": said, "liftLimit": said});
            scenario["exchange"]["blockedSenders"][0]["liftsLeft"] = json!(0);
        });
        assert_eq!(run(&mut world, ANNAS, "Remove-InboxRule", &gone).status, missing, "{said}");
        let again = run(&mut world, ORGANISATION, "Add-RoleGroupMember", &member);
        assert_eq!(again.status, twice, "{said}");
        assert_eq!(message_of(&again).contains("MemberAlreadyExists"), said == "constructed", "{said}");
        assert_eq!(run(&mut world, ORGANISATION, "Remove-RoleGroupMember", &stranger).status, twice, "{said}");
        assert_eq!(run(&mut world, ORGANISATION, "Remove-BlockedSenderAddress", &blocked).status, lift, "{said}");
        // Nothing was done in any of them.
        assert_eq!(rows(&run(&mut world, ORGANISATION, "Get-BlockedSenderAddress", &json!({}))).len(), 1, "{said}");
    }
}

#[test]
fn a_limit_of_nothing_is_refused() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/scenarios/bec-classic.json");
    let scenario: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    for limit in [json!({}), json!({"cmdlets": 4}), json!({"atOnce": 0}), json!({"seconds": 4, "atOnce": 2})] {
        let mut odd = scenario.clone();
        odd["tenant"]["behaviour"] = json!({"exchangeLimit": limit});
        assert!(Scenario::from_value(&odd).is_err(), "{limit}");
    }
}

#[test]
fn a_mailbox_s_block_and_the_directory_s_follow_each_other_where_a_scenario_says_so() {
    for follows in [false, true] {
        let mut world = classic(|scenario| scenario["tenant"]["behaviour"] = json!({"accountDisabledFollows": follows}));
        run(&mut world, ANNAS, "Set-Mailbox", &json!({"Identity": ANNA, "AccountDisabled": true}));
        assert_eq!(world.tenant.directory.users[ANNA]["accountEnabled"] == false, follows);
    }
}

#[test]
fn anchors_by_id_and_of_shared_mailboxes_are_a_scenario_s_choice() {
    let clear = json!({"Identity": ANNA, "ForwardingSmtpAddress": null});
    let is_fresh = |behaviour: Value, kind: &str, anchor: &str| {
        let mut world = classic(|scenario| {
            scenario["exchange"]["behaviour"] = behaviour;
            scenario["exchange"]["mailboxes"][0]["RecipientTypeDetails"] = json!(kind);
        });
        run(&mut world, ANNAS, "Set-Mailbox", &clear);
        rows(&run(&mut world, anchor, "Get-Mailbox", &json!({"Identity": ANNA})))[0]["ForwardingSmtpAddress"].is_null()
    };
    let by_id = format!("OID:{ANNA}");
    assert!(is_fresh(json!({"anchorById": true}), "UserMailbox", &by_id));
    assert!(!is_fresh(json!({"anchorById": false}), "UserMailbox", &by_id));
    assert!(is_fresh(json!({"sharedMailboxAnchor": "own"}), "SharedMailbox", ANNAS));
    assert!(!is_fresh(json!({"sharedMailboxAnchor": "organisation"}), "SharedMailbox", ANNAS));
    assert!(is_fresh(json!({"sharedMailboxAnchor": "organisation"}), "SharedMailbox", ORGANISATION));
}
