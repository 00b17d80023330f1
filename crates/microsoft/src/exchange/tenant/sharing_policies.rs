//! `Get-SharingPolicy`: texts like `*:CalendarSharingFreeBusySimple, ContactsSharing`.

use regain_incident::tenant::sharing_policies::{Share, SharingPolicies, SharingPolicy};
use regain_ports::{ProviderError, ProviderErrorKind, Seen};
use serde_json::json;

use super::super::wire::texts;
use super::{Cmdlet, Exchange, each, error, flag, name};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the sharing policies", needs: "a role that may run Get-SharingPolicy" };

impl Exchange {
    pub(super) async fn sharing_policies(&self) -> Result<Seen<SharingPolicies>, ProviderError> {
        let output = self.run(&Cmdlet::new(READ, "Get-SharingPolicy", json!({}))).await?;
        let policies = each(&output, |row| {
            let shares = texts(row, "Domains").iter().map(|text| share(text)).collect::<Result<_, _>>()?;
            Ok(SharingPolicy { name: name(READ, row)?, on: flag(Some(row), "Enabled"), shares })
        })?;
        Ok(Seen::new(SharingPolicies { policies }, output.raw))
    }
}

fn share(text: &str) -> Result<Share, ProviderError> {
    let odd = || error::of(READ, 1, ProviderErrorKind::Surprise("a domain in a sharing policy without what is shared".into()));
    let (with, what) = text.split_once(':').ok_or_else(odd)?;
    Ok(Share { with: with.trim().to_owned(), what: what.split(',').map(|word| word.trim().to_owned()).collect() })
}
