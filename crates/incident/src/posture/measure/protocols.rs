//! Old ways of signing in to a mailbox and of handing mail in.

use super::Measure;
use crate::facet::{FacetName, Gap};
use crate::posture::answer::{Answer, Remark};
use crate::posture::estate::Estate;

/// The measures of this room.
pub(super) const MEASURES: &[Measure] = &[
    Measure { name: "smtp-auth-off", remarks: &["smtp-auth-on", "smtp-auth-exception"], take: smtp_auth_off },
    Measure { name: "modern-authentication-on", remarks: &["modern-authentication-off"], take: modern_authentication_on },
    Measure { name: "pop-and-imap-off", remarks: &["pop-open", "imap-open"], take: pop_and_imap_off },
    Measure { name: "direct-send-rejected", remarks: &["direct-send-taken"], take: direct_send_rejected },
];

/// Off in the organisation, and no mailbox excepted.
fn smtp_auth_off(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let settings = estate.mail_settings()?;
    let off = Estate::said(FacetName::MailSettings, "SmtpClientAuthenticationDisabled", settings.smtp_auth_off)?;
    let mut lacking: Vec<Remark> = (!off).then(|| Remark::new("smtp-auth-on")).into_iter().collect();
    match estate.mailbox_protocols() {
        Ok(mailboxes) => {
            lacking.extend(mailboxes.smtp_auth_on.iter().map(|who| Remark::new("smtp-auth-exception").with("who", who)));
            if lacking.is_empty() {
                told(&mailboxes.untold)?;
            }
        }
        // What is known to be open is open, whatever the mailboxes say.
        Err(unread) if lacking.is_empty() => return Err(unread),
        Err(_) => {}
    }
    Ok(Answer::lacking(lacking, off))
}

fn modern_authentication_on(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let settings = estate.mail_settings()?;
    let on = Estate::said(FacetName::MailSettings, "OAuth2ClientProfileEnabled", settings.modern_authentication)?;
    Ok(if on { Answer::met([]) } else { Answer::not_met([Remark::new("modern-authentication-off")]) })
}

fn pop_and_imap_off(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let mailboxes = estate.mailbox_protocols()?;
    let open = [("pop-open", &mailboxes.pop), ("imap-open", &mailboxes.imap)];
    let some =
        |(code, who): (&str, &Vec<String>)| (!who.is_empty()).then(|| Remark::new(code).with("number", who.len().to_string()));
    let lacking: Vec<Remark> = open.into_iter().filter_map(some).collect();
    if lacking.is_empty() {
        told(&mailboxes.untold)?;
    }
    let closed = open.iter().any(|(_, who)| who.len() < mailboxes.read);
    Ok(Answer::lacking(lacking, closed))
}

fn direct_send_rejected(estate: &Estate<'_>) -> Result<Answer, Answer> {
    let settings = estate.mail_settings()?;
    let rejected = Estate::said(FacetName::MailSettings, "RejectDirectSend", settings.direct_send_rejected)?;
    Ok(if rejected { Answer::met([]) } else { Answer::not_met([Remark::new("direct-send-taken")]) })
}

/// Nothing is met while some mailboxes did not tell all.
fn told(untold: &[String]) -> Result<(), Answer> {
    let Some(first) = untold.first() else { return Ok(()) };
    let detail = format!("{} mailboxes did not tell all, {first} among them", untold.len());
    Err(Answer::NotMeasurable { facet: FacetName::MailboxProtocols, gap: Gap::Incomplete { detail } })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Land, check};
    use super::*;
    use crate::tenant::mail_settings::MailSettings;
    use crate::tenant::mailbox_protocols::MailboxProtocols;

    fn settings(off: Option<bool>) -> MailSettings {
        MailSettings { smtp_auth_off: off, ..MailSettings::default() }
    }

    fn mailboxes(smtp: &[&str], pop: usize) -> MailboxProtocols {
        let names = |number| (0..number).map(|n| format!("m{n}@contoso.com")).collect();
        let smtp_auth_on = smtp.iter().map(|who| (*who).to_owned()).collect();
        MailboxProtocols { read: 3, smtp_auth_on, pop: names(pop), ..MailboxProtocols::default() }
    }

    #[test]
    fn smtp_auth() {
        let land = |off, smtp: &[&str]| Land::new().with(settings(off)).with(mailboxes(smtp, 0));
        check(smtp_auth_off, land(Some(true), &[]), "met", &[]);
        check(smtp_auth_off, land(Some(true), &["a@contoso.com"]), "partly", &["smtp-auth-exception"]);
        check(smtp_auth_off, land(Some(false), &["a@contoso.com"]), "not-met", &["smtp-auth-on", "smtp-auth-exception"]);
        check(smtp_auth_off, land(None, &[]), "not-measurable", &[]);
        let blind = |off| Land::new().with(settings(Some(off))).blind(FacetName::MailboxProtocols);
        check(smtp_auth_off, blind(true), "not-measurable", &[]);
        check(smtp_auth_off, blind(false), "not-met", &["smtp-auth-on"]);
        let untold = MailboxProtocols { read: 1, untold: vec!["x@contoso.com".to_owned()], ..MailboxProtocols::default() };
        check(smtp_auth_off, Land::new().with(settings(Some(true))).with(untold), "not-measurable", &[]);
    }

    #[test]
    fn pop_and_imap() {
        check(pop_and_imap_off, Land::new().with(mailboxes(&[], 0)), "met", &[]);
        check(pop_and_imap_off, Land::new().with(mailboxes(&[], 2)), "partly", &["pop-open"]);
        let all = MailboxProtocols { imap: mailboxes(&[], 3).pop, ..mailboxes(&[], 3) };
        check(pop_and_imap_off, Land::new().with(all), "not-met", &["pop-open", "imap-open"]);
        check(pop_and_imap_off, Land::new().blind(FacetName::MailboxProtocols), "not-measurable", &[]);
    }

    #[test]
    fn switches() {
        let modern = |on| Land::new().with(MailSettings { modern_authentication: on, ..MailSettings::default() });
        check(modern_authentication_on, modern(Some(true)), "met", &[]);
        check(modern_authentication_on, modern(Some(false)), "not-met", &["modern-authentication-off"]);
        check(modern_authentication_on, modern(None), "not-measurable", &[]);
        let direct = |on| Land::new().with(MailSettings { direct_send_rejected: on, ..MailSettings::default() });
        check(direct_send_rejected, direct(Some(true)), "met", &[]);
        check(direct_send_rejected, direct(Some(false)), "not-met", &["direct-send-taken"]);
        check(direct_send_rejected, direct(None), "not-measurable", &[]);
    }
}
