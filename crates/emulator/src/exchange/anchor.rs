//! Where a request was routed: `X-AnchorMailbox`.
//!
//! The anchor decides which server answers. A server that was not meant still answers, from the state before the
//! last write: there is no error to notice.

use super::call::Call;
use super::catalogue::{Area, Cmdlet};
use super::state::Exchange;

const SYSTEM_MAILBOX: &str = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}";

/// Data that only the mailbox's own server has.
const IN_THE_MAILBOX: &[&str] = &["Get-MailboxFolderStatistics", "Get-MailboxAutoReplyConfiguration"];

/// Whether this anchor reaches the server that knows best.
pub fn is_right(exchange: &Exchange, tenant: (&str, &str), cmdlet: &Cmdlet, call: &Call, anchor: Option<&str>) -> bool {
    let Some(anchor) = anchor else { return false };
    let organisation = is_organisation(tenant, anchor);
    let in_the_mailbox = cmdlet.area == Area::Rules || IN_THE_MAILBOX.contains(&cmdlet.name);
    if !in_the_mailbox && cmdlet.area != Area::Recipients {
        return organisation;
    }
    let parameter = if cmdlet.area == Area::Rules { "Mailbox" } else { "Identity" };
    let named = call.parameters.text(parameter).or(call.account);
    let owner = named.and_then(|identity| exchange.recipient(identity).ok());
    let own = owner
        .zip(upn(anchor))
        .is_some_and(|(owner, upn)| owner.upn.eq_ignore_ascii_case(upn) || owner.address.eq_ignore_ascii_case(upn));
    own || (organisation && !in_the_mailbox)
}

fn upn(anchor: &str) -> Option<&str> {
    let (kind, upn) = anchor.split_once(':')?;
    kind.eq_ignore_ascii_case("UPN").then_some(upn)
}

fn is_organisation((tenant, initial_domain): (&str, &str), anchor: &str) -> bool {
    let app = format!("APP:{SYSTEM_MAILBOX}@{tenant}");
    let user = format!("UPN:{SYSTEM_MAILBOX}@{initial_domain}");
    anchor.eq_ignore_ascii_case(&app) || anchor.eq_ignore_ascii_case(&user)
}
