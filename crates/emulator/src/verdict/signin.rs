//! Passwords, tokens and the block, each tried alone.

use jiff::Timestamp;
use serde_json::Value;

use super::{Finding, unblocked};
use crate::attacker::{CLIENT, Resource, plant};
use crate::message::{Answer, Request, Service};
use crate::world::World;

/// A password that only the fork knows.
const FRESH: &str = "Fork-only-7f3a!Passphrase";

/// The old password: everything else that keeps people out is lifted.
pub fn password(world: &World, account: &str, password: &str) -> Finding {
    let mut fork = unblocked(world, account);
    let answer = sign_in(&mut fork, account, password);
    // A password that must be changed at once is still the right one.
    let is_right = answer.is_success() || has_code(&answer, 50_055);
    finding(is_right, "sign-in with the old password", &answer)
}

/// Any sign-in at all: the fork has a password that is surely right.
pub fn any(world: &World, account: &str) -> Finding {
    let mut fork = world.fork();
    fork.tenant.sessions.set_password(account, FRESH, false);
    let answer = sign_in(&mut fork, account, FRESH);
    finding(answer.is_success(), "sign-in with a good password", &answer)
}

/// The stolen refresh token: neither the block nor the new password counts, only a revocation.
pub fn refresh(world: &World, account: &str, client_id: &str, token: &str, issued: Timestamp) -> Finding {
    let mut fork = unblocked(world, account);
    plant(&mut fork);
    fork.tenant.sessions.forget_password_changes(account);
    if fork.tenant.sessions.refresh(token).is_none() {
        return Finding::closed(format!("the token of {issued} was ended before it was used"));
    }
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client_id),
        ("refresh_token", token),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let answer = ask(&mut fork, &form);
    finding(answer.is_success(), "redeeming the refresh token", &answer)
}

/// The stolen access token: used at its service, it works until it ends.
pub fn access(world: &World, account: &str, resource: Resource, token: &str) -> Finding {
    let mut fork = world.fork();
    let request = match resource {
        Resource::Graph => Request::new(Service::Graph, "GET", &format!("/v1.0/users/{account}/mailFolders/inbox/messageRules")),
        Resource::Exchange => {
            let body = serde_json::json!({"CmdletInput": {"CmdletName": "Get-InboxRule", "Parameters": {"Mailbox": account}}});
            let user = fork.tenant.directory.users.get(account);
            let name = user.and_then(|user| user["userPrincipalName"].as_str()).unwrap_or(account);
            Request::new(Service::Exchange, "POST", &format!("/adminapi/beta/{}/InvokeCommand", fork.tenant.id))
                .with_header("X-AnchorMailbox", &format!("UPN:{name}"))
                .with_json(&body)
        }
    };
    let answer = crate::answer(&mut fork, &request.with_token(token));
    finding(answer.status != 401, "reading the mailbox's rules with the access token", &answer)
}

fn sign_in(fork: &mut World, account: &str, password: &str) -> Answer {
    let user = fork.tenant.directory.users.get(account);
    let name = user.and_then(|user| user["userPrincipalName"].as_str()).unwrap_or_default().to_owned();
    let form = [
        ("grant_type", "password"),
        ("client_id", CLIENT),
        ("username", name.as_str()),
        ("password", password),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    ask(fork, &form)
}

fn ask(fork: &mut World, form: &[(&str, &str)]) -> Answer {
    let target = format!("/{}/oauth2/v2.0/token", fork.tenant.id);
    crate::answer(fork, &Request::new(Service::Login, "POST", &target).with_form(form))
}

fn has_code(answer: &Answer, code: u64) -> bool {
    answer.value()["error_codes"].as_array().is_some_and(|codes| codes.iter().any(|own| own.as_u64() == Some(code)))
}

fn finding(open: bool, tried: &str, answer: &Answer) -> Finding {
    let body = answer.value();
    let code = body["error_codes"].as_array().and_then(|codes| codes.first()).map(Value::to_string);
    let code = code.map(|code| format!(", error {code}")).unwrap_or_default();
    Finding { open, proof: format!("{tried}: {}{code}", answer.status) }
}
