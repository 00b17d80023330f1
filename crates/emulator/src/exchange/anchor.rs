//! Where a request was routed: `X-AnchorMailbox`.
//!
//! The anchor decides which server answers. A server that was not meant still answers, from the state before the
//! last write: there is no error to notice.

use super::call::Call;
use super::catalogue::{Area, Cmdlet};
use super::state::{Exchange, Recipient};

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
    let behaviour = &exchange.behaviour;
    if behaviour.shared_by_organisation && owner.is_some_and(|owner| owner.details == "SharedMailbox") {
        return organisation;
    }
    let named = |owner: &Recipient, name: &str| {
        let by_id = behaviour.anchor_by_id && owner.id.eq_ignore_ascii_case(name);
        by_id || owner.upn.eq_ignore_ascii_case(name) || owner.address.eq_ignore_ascii_case(name)
    };
    let own = owner.zip(name(anchor)).is_some_and(|(owner, name)| named(owner, name));
    own || (organisation && !in_the_mailbox)
}

fn name(anchor: &str) -> Option<&str> {
    let (kind, name) = anchor.split_once(':')?;
    ["UPN", "OID"].iter().any(|known| kind.eq_ignore_ascii_case(known)).then_some(name)
}

fn is_organisation((tenant, initial_domain): (&str, &str), anchor: &str) -> bool {
    let app = format!("APP:{SYSTEM_MAILBOX}@{tenant}");
    let user = format!("UPN:{SYSTEM_MAILBOX}@{initial_domain}");
    anchor.eq_ignore_ascii_case(&app) || anchor.eq_ignore_ascii_case(&user)
}
