//! What Conditional Access asks of those who sign in.

use super::Measure;
use super::asked::{Answers, Asked, unclear};
use crate::posture::access::demand::Question;
use crate::posture::access::family::{self, Named};
use crate::posture::access::policy::{AccessPolicy, State};
use crate::posture::access::session::ContinuousAccess;
use crate::posture::access::situation::{Flow, Risk, Situation};
use crate::posture::access::truth::{Known, Open, Why};
use crate::posture::access::{Rules, Together, evaluate};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::posture::population::{self, Of, administrators, only, rules, subjects};
use crate::tenant::access_block::BlockedWay;

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "administrators-resist-phishing",
        remarks: &[
            "administrator-without-second-factor",
            "administrator-phishable",
            "administrators-without-second-factor",
            "administrators-phishable",
        ],
        take: administrators_resist_phishing,
    },
    Measure { name: "second-factor-for-all", remarks: &[ALL.code, ALL.nobody, "defaults-decide"], take: second_factor_for_all },
    Measure { name: BlockedWay::LegacyAuthentication.item(), remarks: &[LEGACY.code, LEGACY.nobody], take: legacy_blocked },
    Measure { name: BlockedWay::DeviceCode.item(), remarks: &[DEVICE_CODE.code, DEVICE_CODE.nobody], take: device_code_blocked },
    Measure {
        name: "risk-answered",
        remarks: &[SIGN_IN_RISK.code, SIGN_IN_RISK.nobody, USER_RISK.code, USER_RISK.nobody],
        take: risk_answered,
    },
    Measure { name: "registration-protected", remarks: &[REGISTRATION.code, REGISTRATION.nobody], take: registration_protected },
    Measure { name: "stolen-session-useless", remarks: &[STRONG.code, STRONG.nobody], take: stolen_session_useless },
    Measure {
        name: "sessions-limited",
        remarks: &["continuous-access-off", "no-token-protection", "administrator-stays-signed-in"],
        take: sessions_limited,
    },
    Measure {
        name: "access-policy-set",
        remarks: &[
            "set-lacks-legacy-authentication",
            "set-lacks-device-code",
            "set-lacks-risk",
            "set-lacks-administrators",
            "set-lacks-guests",
            "set-lacks-registration",
        ],
        take: access_policy_set,
    },
    Measure {
        name: "administrators-on-own-devices",
        remarks: &[
            WORKSTATION.code,
            WORKSTATION.nobody,
            "administrators-on-any-managed-device",
            "administrators-by-device-filter",
        ],
        take: administrators_on_own_devices,
    },
];

const ADMIN_MFA: Asked = Asked {
    questions: &[Question::Mfa],
    code: "administrator-without-second-factor",
    nobody: "administrators-without-second-factor",
};
const ADMIN_RESISTANT: Asked =
    Asked { questions: &[Question::PhishingResistant], code: "administrator-phishable", nobody: "administrators-phishable" };
const ALL: Asked = Asked { questions: &[Question::Mfa], code: "without-second-factor", nobody: "nobody-with-second-factor" };
const LEGACY: Asked = Asked { questions: &[Question::Blocked], code: "legacy-not-blocked", nobody: "legacy-blocked-for-nobody" };
const DEVICE_CODE: Asked =
    Asked { questions: &[Question::Blocked], code: "device-code-not-blocked", nobody: "device-code-blocked-for-nobody" };
const SIGN_IN_RISK: Asked =
    Asked { questions: &[Question::Mfa], code: "sign-in-risk-unanswered", nobody: "sign-in-risk-unanswered-for-all" };
const USER_RISK: Asked =
    Asked { questions: &[Question::Mfa], code: "user-risk-unanswered", nobody: "user-risk-unanswered-for-all" };
const REGISTRATION: Asked = Asked {
    questions: &[Question::Mfa, Question::ManagedDevice, Question::Blocked],
    code: "registration-open",
    nobody: "registration-open-for-all",
};
const STRONG: Asked = Asked {
    questions: &[Question::PhishingResistant, Question::ManagedDevice],
    code: "session-can-be-stolen",
    nobody: "session-can-be-stolen-of-all",
};
const WORKSTATION: Asked =
    Asked { questions: &[Question::ManagedDevice], code: "administrator-on-any-device", nobody: "administrators-on-any-device" };
const GUESTS: Asked = Asked { questions: &[Question::Mfa], code: "set-lacks-guests", nobody: "set-lacks-guests" };

/// Portals for administration, and everything else that somebody with a role opens.
fn of_administrators() -> Vec<Named> {
    [family::administration(), family::modern()].concat()
}

fn of_everybody(policies: &[AccessPolicy]) -> Vec<Named> {
    [family::modern(), family::applications(policies)].concat()
}

fn device_code() -> Vec<Named> {
    family::flows().into_iter().filter(|named| named.situation.flow == Known::Known(Flow::DeviceCode)).collect()
}

fn registering() -> Vec<Named> {
    family::registration().into_iter().take(1).collect()
}

fn administrators_resist_phishing(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (rules, people) = (rules(estate)?, administrators(estate)?);
    let mfa = ADMIN_MFA.of(rules, &people, &of_administrators());
    let resistant = ADMIN_RESISTANT.of(rules, &people, &of_administrators());
    let without = match ADMIN_MFA.lacking(&mfa) {
        Ok(lacking) => lacking,
        Err(open) if resistant.gaps.is_empty() => return Err(open),
        Err(_) => Vec::new(),
    };
    if !without.is_empty() {
        return Ok(Answer::lacking(without, !mfa.covered.is_empty()));
    }
    // A second factor that can be passed on is better than none.
    Ok(Answer::lacking(ADMIN_RESISTANT.lacking(&resistant)?, !mfa.covered.is_empty()))
}

fn second_factor_for_all(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (rules, people) = (rules(estate)?, subjects(estate, Of::Members)?);
    let answers = ALL.of(rules, &people, &of_everybody(rules.policies));
    if answers.gaps.is_empty() && answers.service_decides() {
        return Ok(Answer::Partly { lacking: vec![Remark::new("defaults-decide")] });
    }
    Ok(ALL.answer(&answers))
}

fn legacy(estate: &Estate<'_>) -> Result<Answers, Answer> {
    let (rules, people) = (rules(estate)?, subjects(estate, Of::Everybody)?);
    // Security defaults block the old authentication of ActiveSync; what is left open is the modern one.
    let settled = |why: &Why| *why == Why::Open(Open::DefaultsActiveSync);
    Ok(LEGACY.of(rules, &people, &family::legacy()).settle(settled))
}

fn legacy_blocked(estate: &Estate<'_>) -> Result<Answer, Answer> {
    legacy(estate).map(|answers| LEGACY.answer(&answers))
}

fn device_codes(estate: &Estate<'_>) -> Result<Answers, Answer> {
    Ok(DEVICE_CODE.of(rules(estate)?, &subjects(estate, Of::Everybody)?, &device_code()))
}

fn device_code_blocked(estate: &Estate<'_>) -> Result<Answer, Answer> {
    device_codes(estate).map(|answers| DEVICE_CODE.answer(&answers))
}

/// Both kinds of risk, each answered by policies that are about it: a second factor for everybody is no answer to risk.
fn risks(estate: &Estate<'_>) -> Result<(Answers, Answers), Answer> {
    // Security defaults answer no risk that anybody could measure.
    let (rules, people) = (rules(estate)?, subjects(estate, Of::Members)?);
    let about =
        |is: fn(&AccessPolicy) -> bool| -> Vec<AccessPolicy> { rules.policies.iter().filter(|one| is(one)).cloned().collect() };
    let by_sign_in = about(|policy| !policy.sign_in_risk.is_empty());
    let by_user = about(|policy| !policy.user_risk.is_empty());
    let sign_in = Situation { sign_in_risk: Known::Known(Risk::High), ..Situation::stranger() };
    let user = Situation { user_risk: Known::Known(Risk::High), ..Situation::stranger() };
    let sign_in = SIGN_IN_RISK.of(only(rules, &by_sign_in), &people, &[Named::new("high-sign-in-risk", sign_in)]);
    let user = USER_RISK.of(only(rules, &by_user), &people, &[Named::new("high-user-risk", user)]);
    // Whatever takes the risk away is an answer to it, whichever factors it asks for.
    Ok((sign_in, user.settle(|why| *why == Why::Open(Open::RiskRemediation))))
}

fn risk_answered(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (sign_in, user) = risks(estate)?;
    let (of_sign_in, of_user) = (SIGN_IN_RISK.lacking(&sign_in), USER_RISK.lacking(&user));
    let some = !sign_in.covered.is_empty() || !user.covered.is_empty();
    match (of_sign_in, of_user) {
        (Ok(one), Ok(other)) => Ok(Answer::lacking([one, other].concat(), some)),
        (Ok(known), Err(open)) | (Err(open), Ok(known)) => {
            if known.is_empty() {
                Err(open)
            } else {
                Ok(Answer::lacking(known, some))
            }
        }
        (Err(open), Err(_)) => Err(open),
    }
}

fn registrations(estate: &Estate<'_>) -> Result<Answers, Answer> {
    Ok(REGISTRATION.of(rules(estate)?, &subjects(estate, Of::Members)?, &registering()))
}

fn registration_protected(estate: &Estate<'_>) -> Result<Answer, Answer> {
    registrations(estate).map(|answers| REGISTRATION.answer(&answers))
}

fn stolen_session_useless(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (rules, people) = (rules(estate)?, subjects(estate, Of::Members)?);
    Ok(STRONG.answer(&STRONG.of(rules, &people, &family::modern())))
}

/// Nothing weakens the check of a running session; tokens are bound somewhere; administrators sign in again.
fn sessions_limited(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (rules, people) = (rules(estate)?, administrators(estate)?);
    let enabled = || rules.policies.iter().filter(|policy| policy.state == State::Enabled);
    let weakened = |policy: &&AccessPolicy| policy.session.continuous_access == Some(ContinuousAccess::Disabled);
    let mut lacking: Vec<Remark> =
        enabled().filter(weakened).map(|policy| Remark::new("continuous-access-off").with("policy", &policy.name)).collect();
    let bound = enabled().any(|policy| policy.session.token_protection);
    if !bound {
        lacking.push(Remark::new("no-token-protection"));
    }
    let mut limited = false;
    for subject in &people {
        let mut stays = false;
        for named in family::administration() {
            let verdict = evaluate(rules, subject, &named.situation);
            if let Together::Granted { session, .. } = verdict.together {
                stays |= session.sign_in_again.is_none();
            }
        }
        limited |= !stays;
        if stays {
            lacking.push(Remark::new("administrator-stays-signed-in").with("who", &subject.name));
        }
    }
    Ok(Answer::lacking(lacking, bound || limited))
}

/// One of each kind of policy, and whole. What is lacking is told by name in the items of their own.
fn access_policy_set(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let guests = subjects(estate, Of::Guests)?;
    let rules = rules(estate)?;
    let (sign_in, user) = risks(estate)?;
    let mfa = ADMIN_MFA.of(rules, &administrators(estate)?, &of_administrators());
    let of_guests = GUESTS.of(rules, &guests, &family::modern());
    let kinds = [
        ("set-lacks-legacy-authentication", vec![legacy(estate)?]),
        ("set-lacks-device-code", vec![device_codes(estate)?]),
        ("set-lacks-risk", vec![sign_in, user]),
        ("set-lacks-administrators", vec![mfa]),
        ("set-lacks-guests", if guests.is_empty() { Vec::new() } else { vec![of_guests] }),
        ("set-lacks-registration", vec![registrations(estate)?]),
    ];
    let open = |answers: &&Answers| answers.gaps.is_empty() && !answers.open.is_empty();
    let doubts: Vec<&Answers> = kinds.iter().flat_map(|(_, all)| all).filter(open).collect();
    let lacks = |all: &[Answers]| all.iter().any(|answers| !answers.gaps.is_empty());
    let lacking: Vec<Remark> = kinds.iter().filter(|(_, all)| lacks(all)).map(|(code, _)| Remark::new(code)).collect();
    if lacking.is_empty() && !doubts.is_empty() {
        return Err(unclear(doubts.iter().flat_map(|answers| answers.open.values().flatten())));
    }
    let some = kinds.iter().any(|(_, all)| !all.is_empty() && all.iter().all(Answers::is_complete));
    Ok(Answer::lacking(lacking, some))
}

/// A device filter for those who administer shows which devices are meant; any other demand takes every managed one.
fn administrators_on_own_devices(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let (rules, people) = (rules(estate)?, administrators(estate)?);
    let answers = WORKSTATION.of(rules, &people, &family::administration());
    let lacking = WORKSTATION.lacking(&answers)?;
    if !lacking.is_empty() {
        return Ok(Answer::lacking(lacking, !answers.covered.is_empty()));
    }
    let filtered = filtered(rules, estate)?;
    if filtered.is_empty() {
        return Ok(Answer::Partly { lacking: vec![Remark::new("administrators-on-any-managed-device")] });
    }
    Ok(Answer::met(filtered.iter().map(|policy| Remark::new("administrators-by-device-filter").with("policy", policy))))
}

/// Enabled policies with a device filter that reach somebody who administers.
fn filtered(rules: Rules<'_>, estate: &Estate<'_>) -> Result<Vec<String>, Answer> {
    let mut names = Vec::new();
    for policy in rules.policies.iter().filter(|policy| policy.devices.is_some()) {
        let alone = std::slice::from_ref(policy);
        let reaches = population::administrators(estate)?.iter().any(|subject| {
            let here = family::administration();
            here.iter().any(|named| evaluate(only(rules, alone), subject, &named.situation).applying().next().is_some())
        });
        if reaches && policy.state == State::Enabled {
            names.push(policy.name.clone());
        }
    }
    Ok(names)
}
