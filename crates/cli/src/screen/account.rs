//! One account on one screen: who, locked or not, what was stopped, what is open, what was kept,
//! what was not read.

use regain_incident::Timestamp;
use regain_incident::account::Kind;
use regain_incident::case::{AccountState, Case, StepState};
use regain_incident::facets::identity;
use regain_incident::finding::{Finding, Verdict};
use regain_incident::plan::{Action, PlanKind};
use regain_incident::policy::Policy;
use regain_incident::text::{harmless, on_a_line};

use super::{WIDTH, findings, hour_and_minute, time_of_day, wrapped};
use crate::output::Output;

/// The screen of one account.
pub fn account(case: &Case, state: &AccountState, policy: &Policy, out: &Output, now: Timestamp) -> String {
    let mut lines = vec![heading(case, state, out, now), target(state, out)];
    lines.extend(locked(case, state, policy, out));
    if state.account.kind == Kind::Organisation {
        lines.extend(super::organisation::lines(case, state, out));
        lines.extend(gaps(state, out));
        return lines.join("\n");
    }
    lines.extend(stopped(case, state, out));
    lines.extend(open(case, state, out));
    lines.extend(kept(state, out));
    lines.extend(sending(state, out));
    lines.extend(by_hand(case, state, out));
    lines.extend(gaps(state, out));
    lines.join("\n")
}

fn heading(case: &Case, state: &AccountState, out: &Output, now: Timestamp) -> String {
    let right = format!("{} {}   {}", out.texts.get("word-case"), case.id, time_of_day(now));
    let left = on_a_line(state.called());
    let gap = WIDTH.saturating_sub(left.chars().count() + right.chars().count()).max(2);
    format!("{}{}{right}", out.bold(&left), " ".repeat(gap))
}

fn target(state: &AccountState, out: &Output) -> String {
    let identity = state.snapshot.identity();
    let title = identity.value().and_then(|identity| identity.job_title.clone());
    let mut who = on_a_line(state.known_as().unwrap_or(&state.account.name));
    if let Some(title) = title {
        who.push_str(", ");
        who.push_str(&on_a_line(&title));
    }
    let kind = out.texts.get(&format!("kind-{}", state.account.kind.as_str()));
    let home = match (state.account.kind, state.account.synchronised) {
        (Kind::Guest, _) => "home-elsewhere",
        (_, true) => "home-synchronised",
        (_, false) => "home-cloud",
    };
    wrapped(&out.texts.get("label-target"), &format!("{who}: {kind}, {}", out.texts.get(home)), WIDTH)
}

/// The lock, how long it took, and until when it is not settled.
fn locked(case: &Case, state: &AccountState, policy: &Policy, out: &Output) -> Vec<String> {
    let id = &state.account.id;
    let lock: Vec<_> = case.steps_of(id).filter(|(plan, _, _)| plan.plan.kind() == PlanKind::Lock).collect();
    if case.waits_for_its_lock(id) {
        let text = out.texts.with("lock-not-begun", &[("case", &case.id.to_string())]);
        return vec![wrapped(&out.texts.get("label-not-locked"), &text, WIDTH)];
    }
    if lock.is_empty() {
        return Vec::new();
    }
    if let Some(at) = state.sign_in_released {
        return released(case, state, at, out);
    }
    let done = |code: &str| {
        lock.iter().filter(|(_, step, record)| step.action.code() == code && record.state == StepState::Done).count()
    };
    let mut parts = Vec::new();
    for (code, key) in
        [("block-sign-in", "lock-blocked"), ("revoke-sessions", "lock-revoked"), ("replace-password", "lock-password")]
    {
        match done(code) {
            0 => {}
            count => parts.push(out.texts.with(key, &[("count", &count.to_string())])),
        }
    }
    let mut text = parts.join(", ");
    let held = case.held(id).len();
    if held > 0 {
        text.push_str(". ");
        text.push_str(&out.texts.with("lock-roles", &[("count", &held.to_string())]));
    }
    let sentence = match (case.is_locked(id), took(state, &lock)) {
        (true, Some(seconds)) => out.texts.with("lock-in", &[("seconds", &seconds), ("what", &text)]),
        (true, None) => text,
        (false, _) => out.texts.with("lock-partly", &[("what", &text)]),
    };
    let label = if case.is_locked(id) { "label-locked" } else { "label-not-locked" };
    let mut lines = vec![wrapped(&out.texts.get(label), &sentence, WIDTH)];
    lines.extend(failures(case, state, out));
    if let Some(at) = state.settles_at(policy) {
        let key = if state.is_settled(policy) { "settled" } else { "not-settled" };
        lines.push(wrapped("", &out.texts.with(key, &[("time", &hour_and_minute(at))]), WIDTH));
    }
    lines
}

/// What was given back, and what is still held.
fn released(case: &Case, state: &AccountState, at: Timestamp, out: &Output) -> Vec<String> {
    let mut text = out.texts.with("released-sign-in", &[("time", &hour_and_minute(at))]);
    let held = case.held(&state.account.id).len();
    if held > 0 {
        text.push_str(". ");
        text.push_str(&out.texts.with("released-roles-held", &[("count", &held.to_string())]));
    } else if let Some(at) = state.roles_released {
        text.push_str(". ");
        text.push_str(&out.texts.with("released-roles", &[("time", &hour_and_minute(at))]));
    }
    let mut lines = vec![wrapped(&out.texts.get("label-released"), &text, WIDTH)];
    lines.extend(failures(case, state, out));
    lines
}

/// From the first request of the lock until its clock's last step was verified, in seconds.
fn took(
    state: &AccountState,
    lock: &[(&regain_incident::case::PlanState, &regain_incident::plan::PlannedStep, &regain_incident::case::StepRecord)],
) -> Option<String> {
    let on_the_clock =
        |action: &Action| matches!(action, Action::SignIn(identity::Change::Block) | Action::Password(_) | Action::Sessions(_));
    let last =
        lock.iter().filter(|(_, step, _)| on_the_clock(&step.action)).filter_map(|(_, _, record)| record.verified_at).max()?;
    let first = state.snapshot.identity().at();
    let seconds = last.duration_since(first).as_secs_f64().max(0.0);
    Some(format!("{seconds:.1}"))
}

/// Steps that need a person, said at once.
/// The longest reason that is shown.
pub(super) const WHY_MAX: usize = 400;

fn failures(case: &Case, state: &AccountState, out: &Output) -> Vec<String> {
    let bad = case.steps_of(&state.account.id).filter(|(_, _, record)| record.state.needs_a_person());
    bad.map(|(_, step, record)| {
        let line = super::step_line(step, record.state, out);
        let why = record.why.as_deref().map(|why| format!(" ({})", harmless(why, WHY_MAX))).unwrap_or_default();
        wrapped(&out.texts.get("label-failed"), &format!("{line}{why}"), WIDTH)
    })
    .collect()
}

/// Forwarding that was stopped, and rules that were switched off.
fn stopped(case: &Case, state: &AccountState, out: &Output) -> Vec<String> {
    case.steps_of(&state.account.id)
        .filter(|(_, step, record)| record.state == StepState::Done && !case.was_reversed(step.id))
        .filter_map(|(_, step, _)| {
            let key = match step.action.code() {
                "remove-forwarding" => "stopped-forwarding",
                "disable-inbox-rule" => "stopped-rule",
                "remove-inbox-rule" => "removed-rule",
                _ => return None,
            };
            let text = out.texts.with(key, &[("target", &on_a_line(&step.action.target()))]);
            Some(wrapped(&out.texts.get("label-stopped"), &text, WIDTH))
        })
        .collect()
}

/// Findings that call for cleaning and that no step has answered.
pub(super) fn open_findings<'a>(case: &'a Case, state: &'a AccountState) -> Vec<&'a Finding> {
    let answered = |finding: &Finding| {
        case.steps_of(&state.account.id).any(|(_, step, record)| {
            record.state == StepState::Done && step.because.contains(&finding.item) && !case.was_reversed(step.id)
        })
    };
    state.to_clean().filter(|finding| !answered(finding)).collect()
}

fn open(case: &Case, state: &AccountState, out: &Output) -> Vec<String> {
    let open = open_findings(case, state);
    let undecided = state.assessment.findings.iter().filter(|finding| finding.verdict == Verdict::Undecided);
    let all: Vec<&Finding> = open.iter().copied().chain(undecided).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let heading = if case.is_locked(&state.account.id) { "open-although-locked" } else { "open" };
    let mut lines = vec![out.bold(&out.texts.get(heading))];
    for (at, finding) in all.iter().enumerate() {
        let verdict = out.texts.get(&format!("verdict-{}", finding.verdict.as_str()));
        let what = findings::headline(finding, out);
        lines.push(wrapped(&format!("{:>3}  ", at + 1), &format!("{what}: {}", verdict.to_uppercase()), WIDTH));
        lines.push(format!("        {}", finding.item));
    }
    lines
}

fn kept(state: &AccountState, out: &Output) -> Vec<String> {
    let benign: Vec<String> = state
        .assessment
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Benign)
        .map(|finding| format!("\"{}\"", on_a_line(&finding.name)))
        .collect();
    if benign.is_empty() {
        return Vec::new();
    }
    let count = benign.len().to_string();
    vec![wrapped(
        &out.texts.get("label-kept"),
        &out.texts.with("kept", &[("count", &count), ("names", &benign.join(", "))]),
        WIDTH,
    )]
}

fn sending(state: &AccountState, out: &Output) -> Vec<String> {
    let latest = state.as_last_read();
    let Some(block) = latest.sending_block().value().and_then(|state| state.block.clone()) else { return Vec::new() };
    let since = block.since.map(hour_and_minute).unwrap_or_default();
    let why = if block.reason.contains_key("OutboundSpamLast24Hours") { "sending-spam" } else { "sending-limit" };
    let text = out.texts.with("sending-blocked", &[("since", &since), ("why", &out.texts.get(why))]);
    vec![wrapped(&out.texts.get("label-sending"), &text, WIDTH)]
}

/// Work for a person that is not ticked off.
fn by_hand(case: &Case, state: &AccountState, out: &Output) -> Vec<String> {
    case.steps_of(&state.account.id)
        .filter(|(_, _, record)| !record.state.has_ended())
        .filter_map(|(_, step, _)| match &step.action {
            Action::Manual(manual) => {
                let names: Vec<(&str, &str)> = manual.names.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let text = out.texts.with(&format!("manual-{}", manual.code), &names);
                let tick = format!("regain case done {} {}", case.id, step.id);
                Some(wrapped(&out.texts.get("label-by-hand"), &format!("{text} ({tick})"), WIDTH))
            }
            _ => None,
        })
        .collect()
}

fn gaps(state: &AccountState, out: &Output) -> Vec<String> {
    let gaps: Vec<String> = state
        .gaps()
        .iter()
        .map(|(facet, gap)| format!("{} ({})", out.texts.get(&format!("facet-{facet}")), findings::gap(gap, out)))
        .collect();
    if gaps.is_empty() {
        return Vec::new();
    }
    vec![wrapped(&out.texts.get("label-gaps"), &out.texts.with("gaps", &[("facets", &gaps.join("; "))]), WIDTH)]
}
