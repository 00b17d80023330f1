//! `/policies/authenticationMethodsPolicy`.

use regain_incident::tenant::methods_policy::{MethodSetting, MethodsPolicy, Migration, PolicyMethod, Switch};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::text;
use super::{Graph, flag, needed, rows_of};
use crate::call::Doing;

const READ: Doing =
    Doing { what: "read the policy for sign-in methods", needs: "Policy.Read.AuthenticationMethod or Policy.Read.All" };

impl Graph {
    pub(super) async fn methods_policy(&self) -> Result<Seen<MethodsPolicy>, ProviderError> {
        let (body, raw) = self.object(READ, "policies/authenticationMethodsPolicy").await?;
        let configurations = body.get("authenticationMethodConfigurations").and_then(Value::as_array);
        needed(READ, "authenticationMethodConfigurations", configurations)?;
        Ok(Seen::new(policy(&body), raw))
    }
}

fn policy(body: &Value) -> MethodsPolicy {
    let campaign = body.pointer("/registrationEnforcement/authenticationMethodsRegistrationCampaign");
    MethodsPolicy {
        methods: rows_of(body, "authenticationMethodConfigurations").iter().map(setting).collect(),
        migration: text(body, "policyMigrationState").map(migration),
        campaign: campaign.and_then(|campaign| text(campaign, "state")).map(switch),
    }
}

fn setting(row: &Value) -> MethodSetting {
    let ids = |member: &str| rows_of(row, member).iter().filter_map(|target| text(target, "id")).map(str::to_owned).collect();
    let feature = |name: &str| row.get("featureSettings").and_then(|all| all.get(name)).and_then(feature);
    let enabled = match text(row, "state") {
        Some("enabled") => Some(true),
        Some("disabled") => Some(false),
        _ => None,
    };
    MethodSetting {
        method: method(text(row, "id").unwrap_or_default()),
        enabled,
        targets: ids("includeTargets"),
        excluded: ids("excludeTargets"),
        shows_application: feature("displayAppInformationRequiredState"),
        shows_place: feature("displayLocationInformationRequiredState"),
        once: flag(row, "isUsableOnce"),
        longest_minutes: row
            .get("maximumLifetimeInMinutes")
            .and_then(Value::as_u64)
            .and_then(|minutes| u32::try_from(minutes).ok()),
    }
}

/// What is on for some is on for nobody who was not asked about.
fn feature(one: &Value) -> Option<Switch> {
    const EVERYBODY: &str = "all_users";
    const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
    let id = |target: &str| one.get(target).and_then(|target| text(target, "id"));
    let for_all = id("includeTarget").is_none_or(|id| id == EVERYBODY) && id("excludeTarget").is_none_or(|id| id == NOBODY);
    match switch(text(one, "state")?) {
        Switch::On if !for_all => Some(Switch::Other("enabled for some".to_owned())),
        state => Some(state),
    }
}

fn method(id: &str) -> PolicyMethod {
    use PolicyMethod as M;
    match id.to_ascii_lowercase().as_str() {
        "fido2" => M::Fido2,
        "microsoftauthenticator" => M::Authenticator,
        "sms" => M::Sms,
        "voice" => M::Voice,
        "email" => M::Email,
        "temporaryaccesspass" => M::TemporaryPass,
        "softwareoath" => M::SoftwareCode,
        "hardwareoath" => M::HardwareCode,
        "x509certificate" => M::Certificate,
        "qrcodepin" => M::QrCode,
        _ => M::Other(id.to_owned()),
    }
}

fn migration(word: &str) -> Migration {
    match word {
        "preMigration" => Migration::NotBegun,
        "migrationInProgress" => Migration::Begun,
        "migrationComplete" => Migration::Done,
        other => Migration::Other(other.to_owned()),
    }
}

fn switch(word: &str) -> Switch {
    match word {
        "enabled" => Switch::On,
        "disabled" => Switch::Off,
        "default" => Switch::LeftToService,
        other => Switch::Other(other.to_owned()),
    }
}
