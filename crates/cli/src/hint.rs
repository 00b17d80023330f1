//! From an error to the next thing to do.

use std::io::ErrorKind;

use regain_auditlog::ScanError;
use regain_engine::EngineError;
use regain_engine::intake::IntakeError;
use regain_incident::plan::PlanError;
use regain_ports::{AppendError, JournalError, ProviderError, ProviderErrorKind};

use crate::commands::log::NotMade;
use crate::session::SessionError;
use crate::settings::SettingsError;
use crate::texts::Texts;

/// The hint for the first cause that has one.
pub fn of(error: &anyhow::Error, texts: &Texts) -> Option<String> {
    error.chain().find_map(|cause| hint(cause, texts))
}

fn hint(cause: &(dyn std::error::Error + 'static), texts: &Texts) -> Option<String> {
    if let Some(error) = cause.downcast_ref::<SettingsError>() {
        return Some(error.hint());
    }
    if let Some(error) = cause.downcast_ref::<SessionError>() {
        return error.hint();
    }
    if let Some(error) = cause.downcast_ref::<ProviderError>() {
        return provider(&error.kind, texts);
    }
    if let Some(error) = cause.downcast_ref::<IntakeError>() {
        return intake(error, texts);
    }
    if let Some(error) = cause.downcast_ref::<EngineError>() {
        return engine(error, texts);
    }
    if let Some(error) = cause.downcast_ref::<ScanError>() {
        return scan(error, texts);
    }
    if let Some(error) = cause.downcast_ref::<NotMade>() {
        let is_there = error.source.kind() == ErrorKind::AlreadyExists;
        return Some(texts.get(if is_there { "hint-output-is-there" } else { "hint-output" }));
    }
    cause.downcast_ref::<JournalError>().map(|error| journal(error, texts))
}

fn scan(error: &ScanError, texts: &Texts) -> Option<String> {
    match error {
        ScanError::EitherDate { .. } => Some(texts.get("hint-dates")),
        ScanError::BothDates { .. } => Some(texts.get("hint-both-dates")),
        ScanError::NothingKnown { .. } => Some(texts.get("hint-exports")),
        ScanError::Shelf(_) => Some(texts.get("hint-temporary")),
        ScanError::Source(_) | ScanError::TooMany { .. } => None,
    }
}

fn provider(kind: &ProviderErrorKind, texts: &Texts) -> Option<String> {
    match kind {
        ProviderErrorKind::Credential { hint, .. } => Some(hint.clone()),
        ProviderErrorKind::Denied { missing } => Some(texts.with("hint-grant", &[("missing", missing)])),
        ProviderErrorKind::Unreachable(_) | ProviderErrorKind::Unanswered(_) => Some(texts.get("hint-network")),
        ProviderErrorKind::Throttled { .. } => Some(texts.get("hint-throttled")),
        _ => None,
    }
}

fn intake(error: &IntakeError, texts: &Texts) -> Option<String> {
    match error {
        IntakeError::Unknown { .. } => Some(texts.get("hint-unknown-account")),
        IntakeError::Ambiguous { .. } => Some(texts.get("hint-ambiguous-account")),
        IntakeError::Refused { .. } => Some(texts.get("hint-refused-account")),
        IntakeError::Provider { .. } => None,
    }
}

fn engine(error: &EngineError, texts: &Texts) -> Option<String> {
    match error {
        EngineError::Busy { .. } | EngineError::Append(AppendError::Stale { .. }) => Some(texts.get("hint-busy")),
        EngineError::ApprovalExpired(_) | EngineError::NotApproved(_) | EngineError::NoPlan(_) => {
            Some(texts.get("hint-plan-make"))
        }
        EngineError::ApprovedBefore(_) => Some(texts.get("hint-apply")),
        EngineError::Plan(PlanError::ChangedSinceShown { .. }) => Some(texts.get("hint-plan-show")),
        EngineError::Handoff(_) => Some(texts.get("hint-handoff")),
        _ => None,
    }
}

fn journal(error: &JournalError, texts: &Texts) -> String {
    match error {
        JournalError::NoSuchCase(_) => texts.get("hint-case-list"),
        JournalError::Newer { .. } => texts.get("hint-upgrade"),
        JournalError::Forgotten(_) => texts.get("hint-forgotten"),
        JournalError::Damaged { .. } => texts.get("hint-damaged"),
        JournalError::Storage { .. } => texts.get("hint-storage"),
    }
}
