//! A small tenant whose clock stands still, and the calls that tests make on it.

use jiff::SignedDuration;
use regain_emulator::clock::Clock;
use regain_emulator::message::{Answer, Request, Service};
use regain_emulator::traffic::ON_PURPOSE;
use regain_emulator::world::{Bases, World};
use regain_emulator::{Scenario, answer};
use serde_json::{Value, json};

pub const TENANT: &str = "0f1e2d3c-4b5a-4678-9a0b-c0de00000001";
pub const APP: &str = "c3000000-0000-4000-8000-000000000001";
pub const APP_PRINCIPAL: &str = "c3000000-0000-4000-8000-000000000002";
pub const SECRET: &str = "a secret of the tests";
pub const ADA: &str = "a1000000-0000-4000-8000-000000000001";
pub const ADMIN: &str = "a1000000-0000-4000-8000-000000000002";
pub const SYNCED: &str = "a1000000-0000-4000-8000-000000000003";
pub const GROUP: &str = "9a000000-0000-4000-8000-000000000001";
pub const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
pub const EXCHANGE_ADMINISTRATOR: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";
pub const PASSWORD: &str = "Old-Copper-Lantern-7";
pub const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// The scenario that most tests start from.
pub fn scenario() -> Value {
    json!({
        "format": 1, "name": "tests", "description": "A small tenant.", "clock": "2026-11-02T09:00:00Z",
        "tenant": {"id": TENANT, "name": "contoso", "initialDomain": "contoso.onmicrosoft.com", "licences": ["SPE_E5"]},
        "callers": [{
            "client_id": APP, "client_secret": SECRET, "name": "responder", "service_principal_id": APP_PRINCIPAL,
            "permissions": [
                "User.Read.All", "Directory.Read.All", "User.EnableDisableAccount.All", "User-PasswordProfile.ReadWrite.All", "User.RevokeSessions.All",
                "RoleManagement.ReadWrite.Directory", "GroupMember.ReadWrite.All", "MailboxSettings.Read", "Domain.Read.All", "Exchange.ManageAsApp",
                "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup"
            ],
            "roles": ["Privileged Authentication Administrator", "Exchange Administrator"]
        }],
        "graph": {
            "domains": [{"id": "contoso.com"}],
            "users": [
                {"id": ADA, "userPrincipalName": "ada@contoso.com", "displayName": "Ada", "mail": "ada@contoso.com", "@password": PASSWORD,
                 "proxyAddresses": ["SMTP:ada@contoso.com", "smtp:a.l@contoso.com"]},
                {"id": ADMIN, "userPrincipalName": "admin@contoso.com", "displayName": "Admin", "mail": "admin@contoso.com", "@password": "Other-Copper-Lantern-8"},
                {"id": SYNCED, "userPrincipalName": "sync@contoso.com", "displayName": "Synced", "onPremisesSyncEnabled": true}
            ],
            "groups": [{"id": GROUP, "displayName": "Mail admins", "isAssignableToRole": true, "members": [ADA], "owners": [ADA]}],
            "roleAssignments": [{"principalId": ADMIN, "roleDefinitionId": "Global Administrator"}, {"principalId": GROUP, "roleDefinitionId": "Exchange Administrator"}],
            "roleEligibilitySchedules": [{"principalId": ADA, "roleDefinitionId": "User Administrator"}]
        }
    })
}

/// A tenant, and a token of its responder.
pub struct Run {
    pub world: World,
    pub token: String,
}

impl Run {
    pub fn new() -> Self {
        Self::of(&scenario())
    }

    /// The usual scenario with a change.
    pub fn with(change: impl FnOnce(&mut Value)) -> Self {
        let mut scenario = scenario();
        change(&mut scenario);
        Self::of(&scenario)
    }

    pub fn of(scenario: &Value) -> Self {
        let scenario = Scenario::from_value(scenario).unwrap();
        let bases = Bases {
            login: "http://127.0.0.1:1".into(),
            graph: "http://127.0.0.1:2".into(),
            exchange: "http://127.0.0.1:3".into(),
            purview: "http://127.0.0.1:4".into(),
            control: "http://127.0.0.1:5".into(),
        };
        let mut world = scenario.world(7, bases, Clock::frozen(scenario.clock)).unwrap();
        let faults = std::mem::take(&mut world.faults);
        let mut run = Self { world, token: String::new() };
        run.token = run.sign_in();
        run.world.faults = faults;
        run
    }

    pub fn sign_in(&mut self) -> String {
        let answer = self.app_token(&[("client_secret", SECRET), ("scope", "https://graph.microsoft.com/.default")]);
        answer.value()["access_token"].as_str().unwrap_or_default().to_owned()
    }

    pub fn app_token(&mut self, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "client_credentials"), ("client_id", APP)];
        form.extend(more);
        self.grant(&form)
    }

    pub fn grant(&mut self, form: &[(&str, &str)]) -> Answer {
        self.send(&Request::new(Service::Login, "POST", &format!("/{TENANT}/oauth2/v2.0/token")).with_form(form))
    }

    pub fn password(&mut self, name: &str, password: &str) -> Answer {
        self.grant(&[
            ("grant_type", "password"),
            ("client_id", AZURE_CLI),
            ("scope", "https://graph.microsoft.com/.default offline_access"),
            ("username", name),
            ("password", password),
        ])
    }

    pub fn refresh(&mut self, token: &str) -> Answer {
        self.grant(&[
            ("grant_type", "refresh_token"),
            ("client_id", AZURE_CLI),
            ("refresh_token", token),
            ("scope", "https://graph.microsoft.com/.default"),
        ])
    }

    pub fn send(&mut self, request: &Request) -> Answer {
        answer(&mut self.world, request)
    }

    pub fn get(&mut self, target: &str) -> Answer {
        let request = Request::new(Service::Graph, "GET", target).with_token(&self.token);
        self.send(&request)
    }

    pub fn eventual(&mut self, target: &str) -> Answer {
        let request =
            Request::new(Service::Graph, "GET", target).with_token(&self.token).with_header("ConsistencyLevel", "eventual");
        self.send(&request)
    }

    pub fn call(&mut self, method: &str, target: &str, body: &Value) -> Answer {
        let request = Request::new(Service::Graph, method, target).with_token(&self.token).with_json(body);
        self.send(&request)
    }

    /// A request that is meant to be wrong, and says so to whoever holds the traffic against the description.
    pub fn wrong(&mut self, method: &str, target: &str, body: &Value) -> Answer {
        let request = Request::new(Service::Graph, method, target)
            .with_token(&self.token)
            .with_header("ConsistencyLevel", "eventual")
            .with_header(ON_PURPOSE, "invalid");
        self.send(&if body.is_null() { request } else { request.with_json(body) })
    }

    pub fn delete(&mut self, target: &str) -> Answer {
        let request = Request::new(Service::Graph, "DELETE", target).with_token(&self.token);
        self.send(&request)
    }

    pub fn pass(&mut self, seconds: i64) {
        self.world.now += SignedDuration::from_secs(seconds);
    }
}

/// The code in an error.
pub fn code(answer: &Answer) -> String {
    answer.value()["error"]["code"].as_str().unwrap_or_default().to_owned()
}

/// The number in a failed sign-in.
pub fn number(answer: &Answer) -> i64 {
    answer.value()["error_codes"][0].as_i64().unwrap_or_default()
}
