//! Harmless reads, each made once, by the identity that sees.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use regain_incident::account::{Account, kind_of};
use regain_incident::facet::FacetName;
use regain_incident::facets::identity::MailboxPurpose;
use regain_incident::who_else;
use regain_ports::{Age, Found, Provider, ProviderError, ProviderErrorKind, Urgency};

use super::Endpoint;
use super::needs::{NEEDS, Probe};
use crate::session::Session;

/// What a read answered.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) result: Result<(), ProviderError>,
    pub(super) took: Duration,
}

/// Every probe, made once.
pub(super) struct Trials {
    pub(super) answers: BTreeMap<Probe, Trial>,
    pub(super) account: Option<Account>,
}

async fn timed<T>(read: impl Future<Output = Result<T, ProviderError>>) -> (Result<T, ProviderError>, Duration) {
    let began = Instant::now();
    let result = read.await;
    (result, began.elapsed())
}

async fn tried<T>(probe: Probe, read: impl Future<Output = Result<T, ProviderError>>) -> (Probe, Trial) {
    let (result, took) = timed(read).await;
    (probe, Trial { result: result.map(drop), took })
}

impl Trials {
    /// Before anything was tried.
    pub(super) fn none() -> Self {
        Self { answers: BTreeMap::new(), account: None }
    }

    pub(super) async fn make(session: &Session, named: Option<&str>) -> anyhow::Result<Self> {
        let (directory, mail) = (&session.world.directory, &session.world.mail);
        let (administrators, accepted) =
            tokio::join!(timed(directory.global_administrators()), tried(Probe::AcceptedDomains, mail.accepted_domains()));
        // After a first round, so that no sign-in is counted as the service's own time.
        let log = async { directory.sign_ins(None, who_else::since(session.world.clock.now())).await.interactive };
        let (domains, accepted_again, sign_ins) = tokio::join!(
            tried(Probe::Domains, directory.domains()),
            tried(Probe::AcceptedDomains, mail.accepted_domains()),
            tried(Probe::SignIns, log),
        );
        let accepted = if accepted_again.1.result.is_ok() { accepted_again } else { accepted };
        let name = named.map(str::to_owned).or_else(|| {
            let candidates = administrators.0.as_ref().ok()?;
            candidates.iter().find(|one| one.enabled && one.member).or(candidates.first()).map(|one| one.account.to_string())
        });
        let administrators = (Probe::Administrators, Trial { result: administrators.0.map(drop), took: administrators.1 });
        let mut answers = BTreeMap::from([accepted, domains, administrators, sign_ins]);
        answers.extend(of_posture(session).await);
        let account = match name {
            Some(name) => find(session, &name, named.is_some(), &mut answers).await?,
            None => None,
        };
        if let Some(account) = &account {
            answers.extend(of_account(session, account).await);
        }
        Ok(Self { answers, account })
    }
}

/// The account to try on. One that a person named must be there, and be one.
async fn find(
    session: &Session,
    name: &str,
    must: bool,
    answers: &mut BTreeMap<Probe, Trial>,
) -> anyhow::Result<Option<Account>> {
    let (found, took) = timed(session.world.directory.find(name)).await;
    let account = match &found {
        Ok(found) => match found.as_slice() {
            [one] => {
                answers.insert(Probe::Purpose, Trial { result: purpose(one), took });
                Some(account(session, one))
            }
            several if must => anyhow::bail!("{} accounts are meant by {name:?}, and one is wanted", several.len()),
            _ => None,
        },
        Err(_) => None,
    };
    answers.insert(Probe::Account, Trial { result: found.map(drop), took });
    Ok(account)
}

fn account(session: &Session, found: &Found) -> Account {
    let identity = &found.identity;
    Account {
        id: identity.account.clone(),
        upn: identity.upn.clone(),
        name: identity.name.clone(),
        kind: kind_of(identity, &found.active_roles, &session.world.policy, session.operator.object.as_ref()),
        synchronised: identity.synchronised,
    }
}

/// The adapter keeps a refused purpose as *unknown*: it does not hold a lock up.
fn purpose(found: &Found) -> Result<(), ProviderError> {
    if found.identity.purpose != MailboxPurpose::Unknown {
        return Ok(());
    }
    let kind = ProviderErrorKind::Denied { missing: "MailboxSettings.Read".to_owned() };
    Err(ProviderError { provider: Provider::Graph, doing: "read what the mailbox is for", attempts: 1, kind })
}

/// Every part of the tenant that a need names, each read once. Several needs may name the same.
async fn of_posture(session: &Session) -> Vec<(Probe, Trial)> {
    let probes: BTreeSet<&'static [FacetName]> = NEEDS.iter().filter_map(|need| facets(need.probe)).collect();
    let all: BTreeSet<FacetName> = probes.iter().copied().flatten().copied().collect();
    let all: Vec<FacetName> = all.into_iter().collect();
    let began = Instant::now();
    let read = regain_engine::posture::try_to_read(&session.world, &all).await;
    let took = began.elapsed();
    let trial = |facets| (Probe::Posture(facets), Trial { result: worst(facets, &read), took });
    probes.into_iter().map(trial).collect()
}

fn facets(probe: Probe) -> Option<&'static [FacetName]> {
    if let Probe::Posture(facets) = probe { Some(facets) } else { None }
}

/// What these parts of the tenant answered together: a refusal tells most; then whatever else went wrong, and last that
/// there is no licence. A part without an answer is not known to be readable.
fn worst(facets: &[FacetName], read: &BTreeMap<FacetName, Result<(), ProviderError>>) -> Result<(), ProviderError> {
    let weight = |error: &ProviderError| match error.kind {
        ProviderErrorKind::Denied { .. } => 2,
        ProviderErrorKind::Unlicensed { .. } => 0,
        _ => 1,
    };
    let errors = facets.iter().filter_map(|facet| match read.get(facet) {
        Some(answer) => answer.as_ref().err().map(ProviderError::again),
        None => Some(not_read(*facet)),
    });
    errors.max_by_key(weight).map_or(Ok(()), Err)
}

fn not_read(facet: FacetName) -> ProviderError {
    let kind = ProviderErrorKind::Unanswered(format!("{facet} was not read").into());
    ProviderError { provider: Provider::Graph, doing: "read a part of the tenant", attempts: 0, kind }
}

async fn of_account(session: &Session, account: &Account) -> Vec<(Probe, Trial)> {
    let (directory, mail) = (&session.world.directory, &session.world.mail);
    let roles = |facet| directory.roles(&account.id, facet, Urgency::Normal);
    let (entra, pim, groups, forwarding, rules, block, exchange, protocols) = tokio::join!(
        tried(Probe::EntraRoles, roles(FacetName::EntraRoles)),
        tried(Probe::PimRoles, roles(FacetName::PimRoles)),
        tried(Probe::GroupRoles, roles(FacetName::GroupRoles)),
        tried(Probe::Forwarding, mail.forwarding(account, Urgency::Normal)),
        tried(Probe::InboxRules, mail.inbox_rules(account, Age::New, Urgency::Normal)),
        tried(Probe::SendingBlock, mail.sending_block(account, Age::New)),
        tried(Probe::ExchangeRoles, mail.roles(account, Age::New)),
        tried(Probe::Protocols, session.microsoft().may_read_protocols(&account.id)),
    );
    vec![entra, pim, groups, forwarding, rules, block, exchange, protocols]
}

pub(super) fn endpoints(session: &Session, trials: &Trials) -> Vec<Endpoint> {
    let sign_in =
        Endpoint { service: "sign-in", reachable: true, latency_ms: Some(whole(session.signed_in_within())), detail: None };
    vec![
        sign_in,
        endpoint("graph", trials.answers.get(&Probe::Domains)),
        endpoint("exchange", trials.answers.get(&Probe::AcceptedDomains)),
    ]
}

/// A refusal is an answer too.
fn endpoint(service: &'static str, trial: Option<&Trial>) -> Endpoint {
    let silent = trial
        .and_then(|trial| trial.result.as_ref().err())
        .filter(|error| matches!(error.kind, ProviderErrorKind::Unreachable(_) | ProviderErrorKind::Unanswered(_)));
    Endpoint {
        service,
        reachable: trial.is_some() && silent.is_none(),
        latency_ms: trial.filter(|_| silent.is_none()).map(|trial| whole(trial.took)),
        detail: silent.map(|error| {
            let cause = std::error::Error::source(&error.kind).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{}{cause}", error.kind)
        }),
    }
}

fn whole(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> ProviderError {
        let kind = ProviderErrorKind::Denied { missing: "Policy.Read.All".to_owned() };
        ProviderError { provider: Provider::Graph, doing: "read policies", attempts: 1, kind }
    }

    #[test]
    fn a_part_tells_every_need_that_names_it_and_without_an_answer_is_not_fine() {
        let read = BTreeMap::from([(FacetName::SecurityDefaults, Ok(())), (FacetName::ConditionalAccess, Err(denied()))]);
        for facets in [&[FacetName::SecurityDefaults, FacetName::ConditionalAccess][..], &[FacetName::ConditionalAccess]] {
            let told = worst(facets, &read).unwrap_err();
            assert!(matches!(told.kind, ProviderErrorKind::Denied { .. }), "{facets:?}: {told:?}");
        }
        assert!(worst(&[FacetName::SecurityDefaults], &read).is_ok());
        let told = worst(&[FacetName::SecurityDefaults, FacetName::Licences], &read).unwrap_err();
        assert!(matches!(told.kind, ProviderErrorKind::Unanswered(_)), "{told:?}");
    }
}
