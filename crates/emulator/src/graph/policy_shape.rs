//! What a client may write into the single policies of the tenant.
//!
//! Invariant: a member's kind does not depend on what stands there now: what is null today is still a text or a flag
//! tomorrow. What is neither listed here nor in the policy does not exist.
//!
//! Source of the kinds: the published description (`policyBase`, `authorizationPolicy`, `authenticationMethodsPolicy`).

use serde_json::Value;

/// What may be written into a member.
#[derive(Clone, Copy)]
enum Kind {
    /// A text or null.
    Text,
    /// A UUID or null.
    Id,
    /// True or false.
    Flag,
    /// True, false or null.
    FlagOrNull,
    /// A whole number of 32 bits.
    Number,
    /// The same, or null.
    NumberOrNull,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Texts, or null.
    Texts,
    /// Users and groups, each by its id and what it is.
    Targets,
    /// One of those.
    Target,
    /// Ways to prove who one is, by their ids, each changed like an object.
    Methods,
    /// Read only: it is taken and has no effect.
    Fixed,
}

use Kind::{Fixed, Flag, FlagOrNull, Id, Methods, Number, NumberOrNull, Target, Targets, Text, Texts, Word};

const STATES: Kind = Word(&["default", "enabled", "disabled"]);

#[rustfmt::skip]
const MEMBERS: &[(&str, Kind)] = &[
    ("aaGuids", Texts), ("allowEmailVerifiedUsersToJoinOrganization", Flag), ("allowedToCreateApps", Flag),
    ("allowedToCreateSecurityGroups", Flag), ("allowedToCreateTenants", FlagOrNull), ("allowedToReadBitlockerKeysForOwnedDevice", FlagOrNull),
    ("allowedToReadOtherUsers", Flag), ("allowedToSignUpEmailBasedSubscriptions", Flag), ("allowedToUseSSPR", Flag),
    ("allowExternalIdToUseEmailOtp", STATES), ("allowInvitesFrom", Word(&["none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"])),
    ("allowUserConsentForRiskyApps", FlagOrNull), ("authenticationMethodConfigurations", Methods), ("blockMsolPowerShell", FlagOrNull),
    ("deletedDateTime", Fixed), ("description", Text), ("displayName", Text), ("enforcementType", Word(&["allow", "block"])),
    ("excludeTarget", Target), ("excludeTargets", Targets), ("guestUserRoleId", Id), ("id", Fixed), ("includeTarget", Target),
    ("includeTargets", Targets), ("isEnabled", Flag), ("lastModifiedDateTime", Fixed), ("permissionGrantPoliciesAssigned", Texts),
    ("policyMigrationState", Word(&["preMigration", "migrationInProgress", "migrationComplete"])), ("policyVersion", Text),
    ("reconfirmationInDays", NumberOrNull), ("snoozeDurationInDays", Number), ("state", STATES),
];

/// Members that a policy may have and need not show.
const SILENT: &[&str] = &["systemCredentialPreferences", "reportSuspiciousActivitySettings", "numberMatchingRequiredState"];

/// Whether a client may write these members into this policy; else what is wrong with them.
pub fn check(own: &Value, given: &Value) -> Result<(), String> {
    let Some(members) = given.as_object() else { return Ok(()) };
    for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
        let wrong = || format!("Invalid value specified for property '{name}'.");
        match (own.get(name), kind(name)) {
            (None, _) if SILENT.contains(&name.as_str()) => check_silent(value).ok_or_else(wrong)?,
            (None, _) => return Err(format!("Invalid property '{name}'.")),
            (Some(known), Some(Methods)) => check_methods(known, value).ok_or_else(wrong)??,
            (Some(_), Some(kind)) => fits(kind, value).then_some(()).ok_or_else(wrong)?,
            (Some(known), None) if std::mem::discriminant(known) == std::mem::discriminant(value) => check(known, value)?,
            _ => return Err(wrong()),
        }
    }
    Ok(())
}

fn kind(name: &str) -> Option<Kind> {
    MEMBERS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

fn fits(kind: Kind, value: &Value) -> bool {
    match kind {
        Text => value.is_string() || value.is_null(),
        Id => value.is_null() || value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
        Flag => value.is_boolean(),
        FlagOrNull => value.is_boolean() || value.is_null(),
        Number => is_number(value),
        NumberOrNull => is_number(value) || value.is_null(),
        Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Texts => value.is_null() || value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        Targets => value.as_array().is_some_and(|items| items.iter().all(is_target)),
        Target => is_target(value),
        Methods => false,
        Fixed => true,
    }
}

fn is_number(value: &Value) -> bool {
    value.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

fn is_target(value: &Value) -> bool {
    let whole = value["id"].is_string() && value["targetType"].is_string();
    whole && value.as_object().is_some_and(|members| members.values().all(|member| !member.is_object() && !member.is_array()))
}

/// Each of them must be there: none is made by a change of the policy.
fn check_methods(known: &Value, given: &Value) -> Option<Result<(), String>> {
    for item in given.as_array()? {
        let own = known.as_array()?.iter().find(|own| own["id"] == item["id"])?;
        if let Err(problem) = check(own, item) {
            return Some(Err(problem));
        }
    }
    Some(Ok(()))
}

/// What is switched on or off, for whom.
fn check_silent(value: &Value) -> Option<()> {
    let state = value.as_object()?.get("state");
    state.is_none_or(|state| fits(STATES, state)).then_some(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{check, kind};
    use crate::policies::Policies;

    fn single() -> Vec<Value> {
        let policies = Policies::default();
        let names = ["authorizationPolicy", "identitySecurityDefaultsEnforcementPolicy", "authenticationMethodsPolicy"];
        names.iter().map(|name| policies.get(name).clone()).collect()
    }

    #[test]
    fn what_is_null_today_has_a_kind_all_the_same() {
        for policy in single() {
            for (name, value) in policy.as_object().unwrap() {
                assert!(!value.is_null() || kind(name).is_some(), "{name} is null and of no kind");
                let mut emptied = policy.clone();
                emptied[name] = Value::Null;
                let nothing = json!({ name: {} });
                let fixed = matches!(kind(name), Some(super::Fixed));
                assert!(fixed || check(&emptied, &nothing).is_err(), "{name} was null and took {nothing}");
            }
        }
    }

    #[test]
    fn a_policy_may_be_written_as_it_is() {
        for policy in single() {
            assert_eq!(check(&policy, &policy), Ok(()));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_wherever_it_stands() {
        let policies = Policies::default();
        let methods = policies.get("authenticationMethodsPolicy");
        let authorization = policies.get("authorizationPolicy");
        for (policy, wrong) in [
            (authorization, json!({"displayName": {}})),
            (authorization, json!({"allowInvitesFrom": "nobody"})),
            (authorization, json!({"guestUserRoleId": "guest"})),
            (methods, json!({"reconfirmationInDays": 2.5})),
            (authorization, json!({"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": [1]}})),
            (authorization, json!({"defaultUserRolePermissions": null})),
            (methods, json!({"authenticationMethodConfigurations": [{"id": "Sms", "state": "on"}]})),
            (methods, json!({"authenticationMethodConfigurations": [{"id": "Pigeon", "state": "enabled"}]})),
            (methods, json!({"authenticationMethodConfigurations": [{"id": "Sms", "includeTargets": [{"id": {}}]}]})),
            (methods, json!({"reportSuspiciousActivitySettings": "enabled"})),
        ] {
            assert!(check(policy, &wrong).is_err(), "{wrong}");
        }
    }
}
