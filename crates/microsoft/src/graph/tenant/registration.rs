//! `/reports/authenticationMethods/userRegistrationDetails`.

use regain_incident::tenant::registration::{Registered, RegisteredMethod, Registration};
use regain_ports::{ProviderError, Seen};
use serde_json::Value;

use super::super::text;
use super::{Graph, flag, needed, words};
use crate::call::Doing;

const READ: Doing = Doing { what: "read who has registered which sign-in methods", needs: "AuditLog.Read.All" };

impl Graph {
    pub(super) async fn registration(&self) -> Result<Seen<Registration>, ProviderError> {
        let list = self.rows(READ, "reports/authenticationMethods/userRegistrationDetails").await?;
        let people = list.rows.iter().map(registered).collect::<Result<_, _>>()?;
        Ok(Seen::new(Registration { people }, list.raw))
    }
}

fn registered(row: &Value) -> Result<Registered, ProviderError> {
    let id = needed(READ, "id", text(row, "id"))?.to_owned();
    Ok(Registered {
        name: text(row, "userPrincipalName").unwrap_or(&id).to_owned(),
        id,
        administrator: flag(row, "isAdmin"),
        guest: text(row, "userType").map(|kind| kind.eq_ignore_ascii_case("guest")),
        second_factor: flag(row, "isMfaCapable"),
        methods: words(row, "methodsRegistered").iter().map(|word| method(word)).collect(),
    })
}

fn method(word: &str) -> RegisteredMethod {
    use RegisteredMethod as M;
    match word {
        "mobilePhone" | "alternateMobilePhone" | "officePhone" | "smsSignIn" => M::Telephone,
        "email" => M::Email,
        "microsoftAuthenticatorPush" | "microsoftAuthenticatorPasswordless" => M::Authenticator,
        "softwareOneTimePasscode" | "hardwareOneTimePasscode" => M::Code,
        "fido2SecurityKey" | "fido2" | "passKeyDeviceBound" | "passKeyDeviceBoundAuthenticator" | "passKeySynced" => M::Passkey,
        "windowsHelloForBusiness" | "passKeyDeviceBoundWindowsHello" | "macOsSecureEnclaveKey" => M::PlatformCredential,
        "x509Certificate" => M::Certificate,
        "temporaryAccessPass" => M::TemporaryPass,
        "securityQuestion" => M::Questions,
        other => M::Other(other.to_owned()),
    }
}
