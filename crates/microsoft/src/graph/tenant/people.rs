//! `/users`, whole; when each last signed in, where that can be read; and what mailboxes are for.

use regain_incident::facet::Gap;
use regain_incident::facets::identity::MailboxPurpose;
use regain_incident::tenant::people::{DirectoryPerson, People, PersonHome};
use regain_ports::{ProviderError, ProviderErrorKind, Seen, Urgency};
use serde_json::Value;

use super::super::page::List;
use super::super::users::purpose;
use super::super::wire::user;
use super::super::{Get, text, time};
use super::{Graph, flag, is_restricted, needed};
use crate::call::Doing;

const READ: Doing = Doing { what: "read the accounts", needs: "User.Read.All" };
const SIGN_INS: Doing = Doing { what: "read when accounts last signed in", needs: "AuditLog.Read.All" };
const MAILBOXES: Doing = Doing { what: "read what mailboxes are for", needs: "MailboxSettings.Read" };

const SELECT: &str = "id,userPrincipalName,mail,accountEnabled,userType,onPremisesSyncEnabled,isManagementRestricted,\
assignedLicenses,createdDateTime";

impl Graph {
    pub(super) async fn people(&self) -> Result<Seen<People>, ProviderError> {
        let (list, sign_ins_unread) = self.accounts().await?;
        let mut people = list.rows.iter().map(person).collect::<Result<Vec<_>, _>>()?;
        let raw = self.mailboxes(&list.rows, &mut people).await?;
        Ok(Seen::new(People { people, sign_ins_unread }, [list.raw, raw].concat()))
    }

    /// All of them; without their last sign-ins where the tenant or the app may not have those.
    async fn accounts(&self) -> Result<(List, Option<Gap>), ProviderError> {
        // A page with sign-ins takes 120 at most, others 999.
        let gap = match self.rows(SIGN_INS, &format!("users?$select={SELECT},signInActivity&$top=100")).await {
            Ok(list) => return Ok((list, None)),
            Err(refused) => match refused.kind {
                ProviderErrorKind::Unlicensed { detail } => Gap::Unlicensed { detail },
                ProviderErrorKind::Denied { missing } => Gap::Denied { missing },
                _ => return Err(refused),
            },
        };
        let list = self.rows(READ, &format!("users?$select={SELECT}&$top=999")).await?;
        Ok((list, Some(gap)))
    }

    /// What the mailboxes are for, of those that may sign in. One that cannot be asked stays unknown.
    async fn mailboxes(&self, rows: &[Value], people: &mut [DirectoryPerson]) -> Result<Vec<String>, ProviderError> {
        let mut asked: Vec<&mut DirectoryPerson> = Vec::new();
        for (row, person) in rows.iter().zip(people) {
            if person.enabled != Some(false) && !person.is_guest() {
                if text(row, "mail").is_some() {
                    asked.push(person);
                } else {
                    person.mailbox = Some(MailboxPurpose::None);
                }
            }
        }
        let gets: Vec<Get> =
            asked.iter().map(|person| Get::plain(format!("{}/mailboxSettings?$select=userPurpose", user(&person.id)))).collect();
        let answers = self.batch(MAILBOXES, Urgency::Normal, &gets).await?;
        let mut raw = Vec::new();
        for (person, inner) in asked.into_iter().zip(&answers) {
            person.mailbox = Some(purpose(inner));
            raw.push(inner.raw());
        }
        Ok(raw)
    }
}

fn person(row: &Value) -> Result<DirectoryPerson, ProviderError> {
    let id = needed(READ, "id", text(row, "id"))?.to_owned();
    let name = needed(READ, "userPrincipalName", text(row, "userPrincipalName"))?.to_owned();
    let activity = row.get("signInActivity").unwrap_or(&Value::Null);
    let signed_in = ["lastSuccessfulSignInDateTime", "lastSignInDateTime", "lastNonInteractiveSignInDateTime"];
    Ok(DirectoryPerson {
        enabled: flag(row, "accountEnabled"),
        home: home(text(row, "userType"), &name),
        synchronised: flag(row, "onPremisesSyncEnabled") == Some(true),
        licensed: row.get("assignedLicenses").and_then(Value::as_array).map(|all| !all.is_empty()),
        restricted: is_restricted(row),
        created: time(row, "createdDateTime"),
        signed_in: signed_in.iter().filter_map(|member| time(activity, member)).max(),
        mailbox: None,
        id,
        name,
    })
}

/// Accounts of other tenants carry a mark in their sign-in name.
fn home(kind: Option<&str>, name: &str) -> PersonHome {
    let outside = name.to_ascii_uppercase().contains("#EXT#");
    match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("guest") if outside => PersonHome::Guest,
        Some("guest") => PersonHome::LocalGuest,
        Some("member") if outside => PersonHome::OutsideMember,
        Some("member") => PersonHome::Member,
        _ => PersonHome::Unknown,
    }
}
