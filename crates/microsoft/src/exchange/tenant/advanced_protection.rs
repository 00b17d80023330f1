//! `Get-ATPProtectionPolicyRule`, `Get-SafeLinksPolicy`, `Get-SafeAttachmentPolicy`, `Get-AtpPolicyForO365`.
//!
//! Without Defender for Office 365 these cmdlets do not exist, and what does not exist is a 403 like what is not
//! allowed. If the policies that every tenant has can be read, the licence is what is lacking; both are named.

use regain_incident::tenant::advanced_protection::{AdvancedProtection, SafeAttachments, SafeLinks};
use regain_ports::{ProviderError, ProviderErrorKind, Seen};
use serde_json::json;

use super::super::wire::text;
use super::mail_protection::preset;
use super::{Cmdlet, Exchange, Output, each, error, flag, name, raw};
use crate::call::Doing;

const READ: Doing = Doing {
    what: "read the policies for links and attachments",
    needs: "a role that may run Get-SafeLinksPolicy and the like (Security Reader)",
};
const LICENCE: &str = "Microsoft Defender for Office 365 (or a role that may run Get-SafeLinksPolicy)";

impl Exchange {
    pub(super) async fn advanced_protection(&self) -> Result<Seen<AdvancedProtection>, ProviderError> {
        let get = |name| Cmdlet::new(READ, name, json!({}));
        let cmdlets = [
            get("Get-ATPProtectionPolicyRule"),
            get("Get-SafeLinksPolicy"),
            get("Get-SafeAttachmentPolicy"),
            get("Get-AtpPolicyForO365"),
        ];
        match self.all(cmdlets).await {
            Ok(outputs) => understood(outputs),
            Err(error) if is_denied(&error) => Err(self.lacks_licence(error).await),
            Err(error) => Err(error),
        }
    }

    async fn lacks_licence(&self, refused: ProviderError) -> ProviderError {
        match self.run(&Cmdlet::new(READ, "Get-AntiPhishPolicy", json!({}))).await {
            Ok(_) => error::of(READ, refused.attempts, ProviderErrorKind::Unlicensed { detail: LICENCE.to_owned() }),
            Err(_) => refused,
        }
    }
}

fn is_denied(error: &ProviderError) -> bool {
    matches!(error.kind, ProviderErrorKind::Denied { .. })
}

fn understood(outputs: [Output; 4]) -> Result<Seen<AdvancedProtection>, ProviderError> {
    let [presets, links, attachments, elsewhere] = &outputs;
    let read = AdvancedProtection {
        presets: each(presets, |row| preset(READ, row))?,
        links: each(links, |row| {
            let said = |member| flag(Some(row), member);
            Ok(SafeLinks {
                name: name(READ, row)?,
                built_in: said("IsBuiltInProtection"),
                in_mail: said("EnableSafeLinksForEmail"),
                looks: said("ScanUrls"),
                click_through: said("AllowClickThrough"),
            })
        })?,
        attachments: each(attachments, |row| {
            let said = |member| flag(Some(row), member);
            Ok(SafeAttachments {
                name: name(READ, row)?,
                built_in: said("IsBuiltInProtection"),
                on: said("Enable"),
                keeps_back: text(row, "Action").map(|action| action != "Allow"),
            })
        })?,
        files_elsewhere: flag(elsewhere.rows.first(), "EnableATPForSPOTeamsODB"),
    };
    Ok(Seen::new(read, raw(outputs)))
}
