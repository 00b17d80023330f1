//! Resources: applications, and the words of a policy that stand for many.

use std::collections::BTreeSet;

use super::conditions::{Fit, Hit, fit};
use super::policy::{FilterMode, Id, Resource, What};
use super::situation::{Target, UserAction};
use super::truth::{Known, Open, Why};
use super::verdict::By;

/// Azure's management interface. A policy for it reaches the Azure portal as well.
pub const AZURE_MANAGEMENT: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
/// The Azure portal, which the Entra admin center is a part of.
pub const AZURE_PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
/// Exchange Online.
pub const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// SharePoint Online.
pub const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
/// Microsoft Teams Services.
pub const TEAMS: &str = "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe";
/// Microsoft Graph.
pub const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// The directory itself, which sign-ins for nothing but basic data are judged as.
pub const DIRECTORY: &str = "00000002-0000-0000-c000-000000000000";

/// Certainly in the suite. The published list has names; only these ids are beyond doubt.
const IN_SUITE: &[&str] = &[EXCHANGE, SHAREPOINT, TEAMS];
/// Certainly in no suite of Office 365.
const NOT_IN_SUITE: &[&str] = &[AZURE_MANAGEMENT, AZURE_PORTAL, GRAPH, DIRECTORY];
/// Certainly no portal.
const NO_PORTAL: &[&str] = &[AZURE_MANAGEMENT, GRAPH, DIRECTORY, EXCHANGE, SHAREPOINT, TEAMS];

/// Whether a policy is about `target`.
pub(super) fn what(what: &What, target: &Known<Target>) -> Fit {
    let Known::Known(target) = target else { return of_anything(what) };
    match target {
        Target::Action(action) => fit(&action_hit(&what.actions, action), &Hit::Miss),
        Target::Context(context) => fit(&context_hit(&what.contexts, context), &Hit::Miss),
        resource => {
            let (included, excluded) = sides(what, resource);
            fit(&included, &excluded)
        }
    }
}

/// Whatever is opened: only a policy that is about nothing at all can be told.
fn of_anything(what: &What) -> Fit {
    let names_something =
        !what.applications.include.is_empty() || what.filter.is_some() || !what.actions.is_empty() || !what.contexts.is_empty();
    if names_something { Fit::unclear(Why::NotStated) } else { Fit::NotIncluded }
}

fn action_hit(actions: &BTreeSet<UserAction>, action: &UserAction) -> Hit {
    if actions.contains(action) {
        return Hit::By(By::Action(action.clone()));
    }
    Hit::any(actions.iter().map(|one| match one {
        UserAction::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
        _ => Hit::Miss,
    }))
}

fn context_hit(contexts: &BTreeSet<Id>, context: &Id) -> Hit {
    if contexts.contains(context) { Hit::By(By::Context(context.clone())) } else { Hit::Miss }
}

fn sides(what: &What, target: &Target) -> (Hit, Hit) {
    let mut included = hit(&what.applications.include, target);
    let mut excluded = hit(&what.applications.exclude, target);
    if let Some(filter) = &what.filter {
        let by_filter = Hit::unclear(Why::Rule(filter.rule.clone()));
        match &filter.mode {
            FilterMode::Include => included = Hit::any([included, by_filter]),
            FilterMode::Exclude => excluded = Hit::any([excluded, by_filter]),
            FilterMode::Other(_) => {
                included = Hit::any([included, by_filter.clone()]);
                excluded = Hit::any([excluded, by_filter]);
            }
        }
    }
    let is_basic = matches!(target, Target::Application(id) if id.as_str() == DIRECTORY);
    let has_exclusions = !what.applications.exclude.is_empty();
    if is_basic && has_exclusions && included == Hit::By(By::All) && excluded == Hit::Miss {
        included = Hit::unclear(Why::Open(Open::BaselineScopes));
    }
    (included, excluded)
}

fn hit(list: &BTreeSet<Resource>, target: &Target) -> Hit {
    Hit::any(list.iter().map(|entry| match entry {
        Resource::All => Hit::By(By::All),
        Resource::Nothing => Hit::Miss,
        Resource::Office365 => in_suite(target),
        Resource::AdminPortals => in_portals(target),
        Resource::Application(id) => is_application(id, target),
        Resource::Other(text) => Hit::unclear(Why::UnknownValue(text.clone())),
    }))
}

fn in_suite(target: &Target) -> Hit {
    match target {
        Target::Office365 => Hit::By(By::Office365),
        Target::Application(id) if IN_SUITE.contains(&id.as_str()) => Hit::By(By::Office365),
        Target::Application(id) if NOT_IN_SUITE.contains(&id.as_str()) => Hit::Miss,
        Target::Application(_) => Hit::unclear(Why::Open(Open::SuiteContents)),
        Target::AdminPortals => Hit::unclear(Why::Open(Open::SuitePart)),
        _ => Hit::Miss,
    }
}

fn in_portals(target: &Target) -> Hit {
    match target {
        Target::AdminPortals => Hit::By(By::AdminPortals),
        Target::Application(id) if id.as_str() == AZURE_PORTAL => Hit::By(By::AdminPortals),
        Target::Application(id) if NO_PORTAL.contains(&id.as_str()) => Hit::Miss,
        Target::Application(_) => Hit::unclear(Why::Open(Open::SuiteContents)),
        Target::Office365 => Hit::unclear(Why::Open(Open::SuitePart)),
        _ => Hit::Miss,
    }
}

fn is_application(named: &Id, target: &Target) -> Hit {
    let by = || Hit::By(By::Application(named.clone()));
    match target {
        Target::Application(id) if id == named => by(),
        Target::Application(id) if named.as_str() == AZURE_MANAGEMENT && id.as_str() == AZURE_PORTAL => by(),
        Target::Office365 if !NOT_IN_SUITE.contains(&named.as_str()) => Hit::unclear(Why::Open(Open::SuitePart)),
        // Azure's management interface is no portal, and a policy for it reaches one of them.
        Target::AdminPortals if named.as_str() == AZURE_MANAGEMENT || !NO_PORTAL.contains(&named.as_str()) => {
            Hit::unclear(Why::Open(Open::SuitePart))
        }
        _ => Hit::Miss,
    }
}
