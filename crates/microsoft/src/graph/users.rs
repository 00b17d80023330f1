//! Users: who they are, and the three changes of the lock.

use std::collections::BTreeMap;

use regain_incident::facets::identity::{Identity, MailboxPurpose};
use regain_incident::ids::AccountId;
use regain_incident::secret::Secret;
use regain_ports::{Found, Notes, ProviderError, ProviderErrorKind, Seen, Urgency};
use reqwest::Method;
use serde_json::{Value, json};

use super::batch::Inner;
use super::everybody::Everybody;
use super::page::List;
use super::wire::{USER, User, quoted, text, user};
use super::{Get, Graph, error, query};
use crate::call::Doing;
use crate::http::Content;

const FIND: Doing = Doing { what: "find the account", needs: "User.Read.All" };
const READ: Doing = Doing { what: "read the account", needs: "User.Read.All" };
const MEMBERSHIPS: Doing = Doing { what: "read what the account is a member of", needs: "Directory.Read.All" };
const DOMAINS: Doing = Doing { what: "read the domains", needs: "Domain.Read.All" };
const SIGN_IN: Doing = Doing {
    what: "block or allow sign-in",
    needs: "User.EnableDisableAccount.All with User.Read.All and, for an administrator, the directory role \
            Privileged Authentication Administrator on the app",
};
const PASSWORD: Doing = Doing {
    what: "replace the password",
    needs: "User-PasswordProfile.ReadWrite.All and, on the app, the directory role User Administrator, \
            or for an administrator Privileged Authentication Administrator",
};
const SESSIONS: Doing = Doing { what: "revoke sessions", needs: "User.RevokeSessions.All" };

/// So many names are found one by one.
const FEW: usize = 8;
/// Names whose reads fill one batch.
const NAMES_AT_ONCE: usize = 6;

fn by_name(key: &str) -> Get {
    Get::plain(format!("{}?$select={USER}", user(key)))
}

fn memberships(key: &str) -> Get {
    Get::plain(format!("{}/transitiveMemberOf?$select=id,displayName,roleTemplateId,isAssignableToRole", user(key)))
}

fn settings(key: &str) -> Get {
    Get::plain(format!("{}/mailboxSettings?$select=userPurpose", user(key)))
}

/// Everybody who has this address. Both spellings of `smtp:` are asked for.
fn by_address(address: &str) -> Get {
    let filter = format!(
        "mail eq {0} or userPrincipalName eq {0} or proxyAddresses/any(p:p eq {1}) or proxyAddresses/any(p:p eq {2})",
        quoted(address),
        quoted(&format!("smtp:{address}")),
        quoted(&format!("SMTP:{address}")),
    );
    Get::eventual(format!("/users?$filter={}&$select={USER}&$count=true", query(&filter)))
}

/// The password of this account is not the directory's to change.
pub(crate) fn kept_elsewhere(upn: &str) -> ProviderError {
    let detail = format!("another identity provider keeps the password of {upn}: replace it there");
    error::of(PASSWORD, 1, ProviderErrorKind::Rejected { code: "Federated".to_owned(), detail })
}

/// What was read beside the user itself.
struct Beside {
    powers: Powers,
    settings: Inner,
}

/// What the first read says of an account's roles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Powers {
    pub(crate) active_roles: Vec<String>,
    pub(crate) in_role_group: bool,
    pub(crate) read: bool,
    pub(crate) raw: Vec<String>,
}

impl Graph {
    /// Accounts that `name` may mean, in one round trip; two if it is an alias of somebody.
    pub(crate) async fn find(&self, name: &str) -> Result<Vec<Found>, ProviderError> {
        let name = name.trim();
        if name.is_empty() {
            return Ok(Vec::new());
        }
        let mut gets = vec![by_name(name), memberships(name), settings(name)];
        let address = name.contains('@').then(|| by_address(name));
        gets.extend(address.clone());
        let mut answers = self.batch(FIND, Urgency::Lock, &gets).await?.into_iter();
        let (Some(itself), Some(memberships), Some(settings)) = (answers.next(), answers.next(), answers.next()) else {
            return Ok(Vec::new());
        };
        let direct = match itself.success(FIND) {
            Ok(body) => Some(body.clone()),
            Err(error) if error::is_gone(&error) => None,
            // A name that Graph does not take as a key may still be somebody's address.
            Err(error) if error::is_refused(&error) && address.is_some() && itself.status == 400 => None,
            Err(error) => return Err(error),
        };
        let others = match (address, answers.next()) {
            (Some(get), Some(inner)) => self.others(&get, &inner, direct.is_some()).await?,
            _ => List::default(),
        };
        let powers = match &direct {
            Some(body) => self.powers(text(body, "id").unwrap_or(name), &memberships).await,
            None => Powers::default(),
        };
        self.together(direct, Beside { powers, settings }, others).await
    }

    /// The same for many names: one batch for several of them, and who holds roles is asked of the tenant
    /// once. Few are found one by one, which is a round trip less.
    pub(crate) async fn find_all(&self, names: &[String]) -> Vec<Result<Vec<Found>, ProviderError>> {
        if names.len() <= FEW {
            return futures_util::future::join_all(names.iter().map(|name| self.find(name))).await;
        }
        let looked_up = futures_util::future::join_all(names.chunks(NAMES_AT_ONCE).map(|some| self.look_up(some)));
        let (everybody, looked_up) = tokio::join!(self.everybody_with_roles(), looked_up);
        let each = looked_up.into_iter().flatten().map(|one| self.of_look_up(one, everybody.as_ref().ok()));
        futures_util::future::join_all(each).await
    }

    /// One batch: three reads for each name. A batch that failed failed for each of its names.
    async fn look_up(&self, names: &[String]) -> Vec<Result<[(Get, Inner); 3], ProviderError>> {
        let three = |name: &String| {
            let name = name.trim();
            [by_name(name), settings(name), by_address(name)]
        };
        let gets: Vec<Get> = names.iter().flat_map(three).collect();
        let answers = match self.batch(FIND, Urgency::Lock, &gets).await {
            Ok(answers) => answers,
            Err(error) => return names.iter().map(|_| Err(error.again())).collect(),
        };
        let mut pairs = gets.into_iter().zip(answers);
        let few = || error::of(FIND, 1, ProviderErrorKind::Surprise("three reads, but not three answers".into()));
        let mut next = || pairs.next().ok_or_else(few);
        names.iter().map(|_| Ok([next()?, next()?, next()?])).collect()
    }

    async fn of_look_up(
        &self,
        looked_up: Result<[(Get, Inner); 3], ProviderError>,
        everybody: Option<&Everybody>,
    ) -> Result<Vec<Found>, ProviderError> {
        let [(_, itself), (_, settings), (get, others)] = looked_up?;
        let direct = match itself.success(FIND) {
            Ok(body) => Some(body.clone()),
            Err(error) if error::is_gone(&error) || (error::is_refused(&error) && itself.status == 400) => None,
            Err(error) => return Err(error),
        };
        let others = self.others(&get, &others, direct.is_some()).await?;
        let id = direct.as_ref().and_then(|body| text(body, "id")).unwrap_or_default();
        let powers = everybody.map(|everybody| everybody.powers_of(id)).unwrap_or_default();
        self.together(direct, Beside { powers, settings }, others).await
    }

    /// The search by address. Where the sign-in name was found, a search that fails does not fail the
    /// find: a sign-in name is unique.
    async fn others(&self, get: &Get, inner: &Inner, found: bool) -> Result<List, ProviderError> {
        match self.list(FIND, Urgency::Lock, get, inner).await {
            Err(error) if found && error::is_refused(&error) => Ok(List::default()),
            list => list,
        }
    }

    async fn together(&self, direct: Option<Value>, beside: Beside, others: List) -> Result<Vec<Found>, ProviderError> {
        let mut found = Vec::new();
        let mut known = None;
        if let Some(body) = direct {
            let mut one = found_as(body, beside)?;
            one.raw.extend(others.raw.clone());
            known = Some(one.identity.account.clone());
            found.push(one);
        }
        let mut aliases = BTreeMap::new();
        for row in others.rows {
            let id = text(&row, "id").unwrap_or_default().to_ascii_lowercase();
            if known.as_ref().is_none_or(|known| known.as_str() != id) {
                aliases.insert(id, row);
            }
        }
        found.extend(self.found_by_alias(aliases).await?);
        Ok(found)
    }

    async fn found_by_alias(&self, rows: BTreeMap<String, Value>) -> Result<Vec<Found>, ProviderError> {
        let gets: Vec<Get> = rows.keys().flat_map(|id| [memberships(id), settings(id)]).collect();
        if gets.is_empty() {
            return Ok(Vec::new());
        }
        let mut answers = self.batch(FIND, Urgency::Lock, &gets).await?.into_iter();
        let mut found = Vec::new();
        for row in rows.into_values() {
            if let (Some(memberships), Some(settings)) = (answers.next(), answers.next()) {
                let powers = self.powers(text(&row, "id").unwrap_or_default(), &memberships).await;
                found.push(found_as(row, Beside { powers, settings })?);
            }
        }
        Ok(found)
    }

    /// Roles that cannot be read must not hold the lock up: the gap is told instead.
    async fn powers(&self, id: &str, beside: &Inner) -> Powers {
        let Ok(list) = self.list(MEMBERSHIPS, Urgency::Lock, &memberships(id), beside).await else {
            return Powers { raw: vec![beside.raw()], ..Powers::default() };
        };
        let roles = list.rows.iter().filter(|row| text(row, "@odata.type") == Some("#microsoft.graph.directoryRole"));
        let active_roles = roles.filter_map(|row| text(row, "roleTemplateId")).map(str::to_ascii_lowercase).collect();
        let in_role_group = super::wire::groups(&list.rows).any(|group| group.role_assignable);
        Powers { active_roles, in_role_group, read: true, raw: list.raw }
    }

    /// One round trip.
    pub(crate) async fn identity(&self, account: &AccountId, urgency: Urgency) -> Result<Seen<Identity>, ProviderError> {
        let id = account.as_str();
        let answers = self.batch(READ, urgency, &[by_name(id), settings(id)]).await?;
        let [itself, settings] = answers.as_slice() else {
            return Err(error::of(READ, 1, ProviderErrorKind::Surprise("two reads, but not two answers".into())));
        };
        let body = itself.success(READ)?.clone();
        Ok(Seen::new(identity(body, settings)?, vec![itself.raw(), settings.raw()]))
    }

    /// The verified domains.
    pub(crate) async fn domains(&self) -> Result<Seen<Vec<String>>, ProviderError> {
        let url = self.request(Method::GET, "domains", Content::Nothing).map_err(|kind| error::of(DOMAINS, 0, kind))?.url;
        let first = self.get(DOMAINS, Urgency::Normal, url, false).await?;
        let list = self.whole(DOMAINS, Urgency::Normal, first.body, false).await?;
        let verified = list.rows.iter().filter(|row| row.get("isVerified").and_then(Value::as_bool) == Some(true));
        let names = verified.filter_map(|row| text(row, "id")).map(str::to_lowercase).collect();
        Ok(Seen::new(names, list.raw))
    }

    /// Whether another identity provider keeps the passwords of this name's domain. Asked once a domain; where
    /// that cannot be learned the answer is no, and the gap is told by the facet that reads the domains.
    pub(crate) async fn is_federated(&self, upn: &str) -> bool {
        let Some((_, domain)) = upn.rsplit_once('@') else { return false };
        let domain = domain.to_lowercase();
        let cell = {
            let mut known = self.federated.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            known.entry(domain.clone()).or_default().clone()
        };
        *cell.get_or_init(|| self.ask_federated(&domain)).await
    }

    async fn ask_federated(&self, domain: &str) -> bool {
        let below = format!("domains/{}?$select=id,authenticationType", super::wire::path(domain));
        let Ok(request) = self.request(Method::GET, &below, Content::Nothing) else { return false };
        let told = self.get(DOMAINS, Urgency::Lock, request.url, false).await;
        told.is_ok_and(|told| text(&told.body, "authenticationType").is_some_and(|kind| kind.eq_ignore_ascii_case("federated")))
    }

    pub(crate) async fn set_sign_in(&self, account: &AccountId, allowed: bool) -> Result<Notes, ProviderError> {
        let content = Content::Json(json!({"accountEnabled": allowed}).to_string().into_bytes());
        let urgency = if allowed { Urgency::Normal } else { Urgency::Lock };
        self.write(SIGN_IN, urgency, Method::PATCH, &user(account.as_str()), content).await?;
        Ok(Notes::new())
    }

    /// Alone in its request: a PATCH of mixed properties fails as a whole.
    pub(crate) async fn replace_password(
        &self,
        account: &AccountId,
        password: &Secret,
        must_change: bool,
    ) -> Result<Notes, ProviderError> {
        let content = Content::Password { password: password.clone(), must_change };
        self.write(PASSWORD, Urgency::Lock, Method::PATCH, &user(account.as_str()), content).await?;
        Ok(Notes::new())
    }

    pub(crate) async fn revoke_sessions(&self, account: &AccountId) -> Result<Notes, ProviderError> {
        let below = format!("{}/revokeSignInSessions", user(account.as_str()));
        let heard = self.write(SESSIONS, Urgency::Lock, Method::POST, &below, Content::Empty).await?;
        if heard.body.get("value").and_then(Value::as_bool) == Some(false) {
            let kind = ProviderErrorKind::Rejected { code: "false".to_owned(), detail: "the service answered false".to_owned() };
            return Err(error::of(SESSIONS, heard.attempts, kind));
        }
        Ok(Notes::new())
    }
}

fn found_as(body: Value, beside: Beside) -> Result<Found, ProviderError> {
    let raw = vec![crate::redact::part(&body), beside.settings.raw()];
    let identity = identity(body, &beside.settings)?;
    let Powers { active_roles, in_role_group, read, raw: more } = beside.powers;
    Ok(Found { identity, active_roles, in_role_group, roles_read: read, raw: [raw, more].concat() })
}

/// The identity in an answer, with the purpose of its mailbox if that could be read.
pub(crate) fn identity(body: Value, settings: &Inner) -> Result<Identity, ProviderError> {
    let user: User =
        serde_json::from_value(body).map_err(|error| error::of(READ, 1, ProviderErrorKind::Surprise(error.into())))?;
    Ok(user.identity(purpose(settings)))
}

/// No mailbox, an unknown one, and one that could not be asked are three things.
pub(crate) fn purpose(settings: &Inner) -> MailboxPurpose {
    match (settings.status, text(&settings.body, "userPurpose").unwrap_or_default()) {
        (200, "user" | "linked") => MailboxPurpose::User,
        (200, "shared") => MailboxPurpose::Shared,
        (200, "room") => MailboxPurpose::Room,
        (200, "equipment") => MailboxPurpose::Equipment,
        (200, "") => MailboxPurpose::Unknown,
        (200, _) => MailboxPurpose::Other,
        (404, _) if settings.code() == "MailboxNotEnabledForRESTAPI" => MailboxPurpose::None,
        _ => MailboxPurpose::Unknown,
    }
}
