//! `regain contain`: the hurried path.

use std::sync::Arc;

use anyhow::anyhow;
use regain_engine::intake::{self, Target};
use regain_engine::{Scribe, contain, driver};
use regain_incident::finding::{Finding, Verdict};
use regain_incident::ids::CaseId;
use regain_incident::item::Item;
use regain_incident::plan::{ApprovedHow, Plan};

use super::Desk;
use super::targets::{self, Gathered};
use crate::args::{ContainArgs, Global};
use crate::environment::Environment;
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::screen;

/// Locks, reads, judges, shows, and cleans after an approval.
pub async fn run(args: &ContainArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &args.seal).await?;
    with(&desk, args, None).await
}

/// The same for an open desk; into `case`, or into a new one.
pub async fn with(desk: &Desk, args: &ContainArgs, case: Option<CaseId>) -> anyhow::Result<Exit> {
    let administrators = intake::Administrators::ask(&desk.session.world);
    let Gathered { targets, left_out } = targets::gather(desk, args).await?;
    let world = &desk.session.world;
    // What a person has still to look at first is not locked by resuming.
    let locks = !args.plan_first;
    let scribe = match case {
        Some(case) => {
            let scribe = desk.scribe(case).await?;
            contain::add(world, &scribe, &targets, locks).await?;
            scribe
        }
        None => {
            contain::open(
                world,
                &desk.session.operator.tenant,
                &desk.session.holder,
                desk.audience(),
                contain::Typed { command: "contain", locks },
                &targets,
            )
            .await?
        }
    };
    desk.out.say(&desk.out.texts.with("case-opened", &[("case", &scribe.id().to_string())]));
    if args.plan_first && !shown_first(desk, &scribe, &targets).await? {
        scribe.close(world).await?;
        return Ok(Exit::NeedsAttention);
    }
    let unseen = contain::Unseen { wanted: &is_sure, keep: &args.keep, also: &args.also };
    let orders = contain::Orders { unseen: args.yes.then_some(unseen), administrators: Some(administrators) };
    contain::lock(world, &scribe, &targets, orders).await?;
    clean(desk, args, &scribe).await?;
    let case = scribe.case().await;
    scribe.close(world).await?;
    desk.show_with(&case, &left_out).await?;
    desk.out.say(&desk.out.texts.with("nobody-watches", &[("case", &case.id.to_string())]));
    Ok(if left_out.is_empty() { exit::of_case(&case) } else { Exit::NeedsAttention })
}

/// `--plan-first`: everything is read and shown, and a person says whether to go on.
async fn shown_first(desk: &Desk, scribe: &Scribe, targets: &[Target]) -> anyhow::Result<bool> {
    contain::look(&desk.session.world, scribe, targets).await?;
    let case = scribe.case().await;
    desk.show(&case).await?;
    if !Output::can_ask() {
        desk.out.say(&desk.out.texts.get("plan-first-no-terminal"));
        return Ok(false);
    }
    let answer = desk.out.ask(&desk.out.texts.get("ask-lock-now"))?;
    Ok(answer.as_deref() == Some("a"))
}

/// Makes the clean plan and has it approved: by `--yes`, at the prompt, or not now.
pub async fn clean(desk: &Desk, args: &ContainArgs, scribe: &Scribe) -> anyhow::Result<()> {
    let world = &desk.session.world;
    let strangers = contain::overrule(world, scribe, &args.keep, &args.also).await?;
    for item in strangers {
        desk.out.say(&desk.out.texts.with("no-such-item", &[("item", &item.to_string())]));
    }
    let Some((plan, _)) = contain::make_clean_plan(world, scribe, &|_| true).await? else { return Ok(()) };
    if args.yes || !Output::can_ask() || desk.out.json {
        let digest = plan.digest();
        let names = [("case", scribe.id().to_string()), ("digest", digest.to_string())];
        let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
        desk.out.say(&desk.out.texts.with("plan-waits", &names));
        return Ok(());
    }
    at_prompt(desk, scribe, plan).await
}

/// What `--yes` covers: malicious, by two independent groups of evidence.
fn is_sure(finding: &Finding) -> bool {
    finding.verdict == Verdict::Malicious && finding.is_carried_by_two_groups()
}

async fn carry_out(desk: &Desk, scribe: &Scribe, plan: &Plan, how: ApprovedHow) -> anyhow::Result<()> {
    let world = &desk.session.world;
    contain::approve(world, scribe, plan.id(), plan.digest().as_str(), how).await?;
    let known = contain::read_just_now(world, scribe).await;
    Ok(driver::drive(world, scribe, plan.id(), known).await?)
}

/// The prompt below the screen.
async fn at_prompt(desk: &Desk, scribe: &Scribe, mut plan: Plan) -> anyhow::Result<()> {
    let (out, world) = (&desk.out, &desk.session.world);
    desk.show(&scribe.case().await).await?;
    loop {
        let count = plan.steps().len().to_string();
        let answer = out.ask(&out.texts.with("ask-clean", &[("count", &count)]))?;
        match answer.as_deref() {
            Some("a") => return carry_out(desk, scribe, &plan, ApprovedHow::AtPrompt).await,
            Some("d") => {
                let case = scribe.case().await;
                let findings: Vec<&Finding> = case.accounts.values().flat_map(|state| &state.assessment.findings).collect();
                out.say(&screen::details(&findings, out));
                if let Some(state) = case.plans.get(&plan.id()) {
                    out.say(&screen::plan(&case, state, out));
                }
            }
            Some("k") => {
                let (keep, also) = asked_items(out)?;
                contain::overrule(world, scribe, &keep, &also).await?;
                match contain::make_clean_plan(world, scribe, &|_| true).await? {
                    Some((again, _)) => plan = again,
                    None => return Ok(()),
                }
                desk.show(&scribe.case().await).await?;
            }
            Some("f") => {
                out.say(&out.texts.with("false-alarm-how", &[("case", &scribe.id().to_string())]));
                return Ok(());
            }
            Some("q") | None => return Ok(()),
            Some(_) => out.say(&out.texts.get("ask-again")),
        }
    }
}

/// `-ITEM` keeps, `+ITEM` (or `ITEM`) cleans.
fn asked_items(out: &Output) -> anyhow::Result<(Vec<Item>, Vec<Item>)> {
    let line = out.ask(&out.texts.get("ask-items"))?.unwrap_or_default();
    let (mut keep, mut also) = (Vec::new(), Vec::new());
    for word in line.split_whitespace() {
        let (list, text) = match word.strip_prefix('-') {
            Some(text) => (&mut keep, text),
            None => (&mut also, word.strip_prefix('+').unwrap_or(word)),
        };
        match text.parse::<Item>() {
            Ok(item) => list.push(item),
            Err(error) => out.say(&anyhow!(error).to_string()),
        }
    }
    Ok((keep, also))
}
