//! Accounts: guests, those that nobody uses, mailboxes of many, and those under restricted management.

use jiff::ToSpan;

use super::Measure;
use crate::facet::{FacetName, Gap};
use crate::facets::identity::MailboxPurpose;
use crate::facets::roles::GLOBAL_ADMINISTRATOR;
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;
use crate::tenant::administrators::Holder;
use crate::tenant::authorization_policy::{GuestAccess, Invites};
use crate::tenant::people::DirectoryPerson;

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure {
        name: "guests-restricted",
        remarks: &["anybody-invites", "members-invite", "guests-read-like-members", "anybody-joins-by-mail"],
        take: guests_restricted,
    },
    Measure { name: "no-stale-accounts", remarks: &["stale-account", "stale-account-licensed"], take: no_stale_accounts },
    Measure { name: "shared-mailboxes-closed", remarks: &["shared-mailbox-signs-in"], take: shared_mailboxes_closed },
    Measure {
        name: "restricted-management",
        remarks: &["no-restricted-unit", "not-under-restricted-management"],
        take: restricted_management,
    },
];

const FACET: FacetName = FacetName::People;
const AUTHORIZATION: FacetName = FacetName::AuthorizationPolicy;
/// So long without a sign-in, an account is nobody's.
const STALE_DAYS: i64 = 90;

fn guests_restricted(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let policy = estate.authorization_policy()?;
    let unknown = |word: &str| Answer::NotMeasurable {
        facet: AUTHORIZATION,
        gap: Gap::NotUnderstood { detail: format!("{word} is not known to this version") },
    };
    let mut lacking = Vec::new();
    match Estate::said(AUTHORIZATION, "who may invite guests", policy.invites.as_ref())? {
        Invites::Everybody => lacking.push(Remark::new("anybody-invites")),
        Invites::Members => lacking.push(Remark::new("members-invite")),
        Invites::Nobody | Invites::AdministratorsAndInviters => {}
        Invites::Other(word) => return Err(unknown(word)),
    }
    match Estate::said(AUTHORIZATION, "what guests may read", policy.guests_read.as_ref())? {
        GuestAccess::LikeMembers => lacking.push(Remark::new("guests-read-like-members")),
        GuestAccess::Limited | GuestAccess::Restricted => {}
        GuestAccess::Other(word) => return Err(unknown(word)),
    }
    if Estate::said(AUTHORIZATION, "whether anybody joins by mail", policy.joins_by_mail)? {
        lacking.push(Remark::new("anybody-joins-by-mail"));
    }
    let some = lacking.len() < 3;
    Ok(Answer::lacking(lacking, some))
}

fn no_stale_accounts(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let people = estate.people()?;
    if let Some(gap) = &people.sign_ins_unread {
        return Err(Answer::NotMeasurable { facet: FACET, gap: gap.clone() });
    }
    let limit = estate.now.checked_sub((STALE_DAYS * 24).hours()).unwrap_or(estate.now);
    let (mut lacking, mut used) = (Vec::new(), false);
    for person in &people.people {
        // Accounts kept for emergencies are not used, and are not to be.
        if person.enabled == Some(false) || estate.policy.keeps(&person.name, &person.id) {
            continue;
        }
        let last = person.signed_in.or(person.created);
        let stale = Estate::said(FACET, "when an account was made", last)? < limit;
        used |= !stale;
        if stale {
            lacking.push(stale_remark(person));
        }
    }
    Ok(Answer::lacking(lacking, used))
}

fn stale_remark(person: &DirectoryPerson) -> Remark {
    let code = if person.licensed == Some(true) { "stale-account-licensed" } else { "stale-account" };
    let date = person.signed_in.map(|at| at.strftime("%F").to_string()).unwrap_or_default();
    let when = if person.signed_in.is_some() { "once" } else { "never" };
    Remark::new(code).with("who", &person.name).with("when", when).with("date", date)
}

fn shared_mailboxes_closed(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let people = estate.people()?.people.iter().filter(|person| person.enabled != Some(false) && !person.is_guest());
    let (mut lacking, mut unknown) = (Vec::new(), 0_usize);
    for person in people {
        match person.mailbox {
            Some(MailboxPurpose::Shared) => lacking.push(Remark::new("shared-mailbox-signs-in").with("who", &person.name)),
            None | Some(MailboxPurpose::Unknown) => unknown += 1,
            Some(_) => {}
        }
    }
    if lacking.is_empty() && unknown > 0 {
        let detail = format!("what {unknown} mailboxes are for could not be read");
        return Err(Answer::NotMeasurable { facet: FACET, gap: Gap::Incomplete { detail } });
    }
    Ok(Answer::not_met_or_met(lacking))
}

/// A unit under restricted management, and in such units the accounts that matter most.
fn restricted_management(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let units = estate.administrative_units()?;
    if !units.units.iter().any(|unit| unit.restricted) {
        return Ok(Answer::not_met([Remark::new("no-restricted-unit")]));
    }
    let global = |holder: &&Holder| holder.holds(GLOBAL_ADMINISTRATOR, |_| true);
    let mut lacking = Vec::new();
    for holder in estate.administrators()?.holders.iter().filter(global) {
        let Some(account) = holder.account().filter(|account| account.enabled != Some(false)) else { continue };
        if !Estate::said(FacetName::Administrators, "whether an account is under restricted management", account.restricted)? {
            lacking.push(Remark::new("not-under-restricted-management").with("who", &holder.name));
        }
    }
    Ok(Answer::lacking(lacking, true))
}
