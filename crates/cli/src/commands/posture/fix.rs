//! `posture --fix`: a plan for the tenant's settings, shown with whom it would touch, and carried out after an approval.

use anyhow::anyhow;
use regain_engine::driver::{Known, drive};
use regain_engine::posture::{self, Fixing};
use regain_engine::{Scribe, contain};
use regain_incident::plan::{ApprovedHow, Plan};
use regain_incident::posture::answer::Answer;
use regain_incident::posture::fix::{self, Fix};
use regain_incident::posture::roadmap::RoadmapItem;

use super::screen::remark;
use crate::commands::Desk;
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::screen;

/// The fixes of these items. An item without one is an error: nothing was asked of the tenant so far.
pub fn named(wanted: &[String], items: &[RoadmapItem], out: &Output) -> anyhow::Result<Vec<Fix>> {
    let fix_of = |id: &String| {
        let item = items.iter().find(|item| item.id == *id)?;
        fix::named(item.fix.as_deref()?)
    };
    let missing = |id: &String| anyhow!(out.texts.with("posture-no-fix", &[("item", id)]));
    wanted.iter().map(|id| fix_of(id).ok_or_else(|| missing(id))).collect()
}

/// Plans, shows, and carries out what a person approves; otherwise the plan waits for its digest.
pub async fn run(desk: &Desk, scribe: &Scribe, fixes: &[Fix]) -> anyhow::Result<Exit> {
    let (world, out) = (&desk.session.world, &desk.out);
    let fixing = posture::fixing(world, scribe, fixes).await;
    for line in cannot(&fixing, out) {
        out.say(&line);
    }
    let Some(plan) = posture::make_plan(world, scribe, &fixing.changes).await? else {
        let all_was_planned = fixing.unread.is_empty() && fixing.in_the_way.is_empty();
        if all_was_planned {
            out.say(&out.texts.get("posture-nothing-to-fix"));
            return Ok(Exit::Done);
        }
        return Ok(Exit::NeedsAttention);
    };
    let case = scribe.case().await;
    if let Some(state) = case.plans.get(&plan.id()) {
        out.say(&screen::plan(&case, state, out));
    }
    if !fixing.reach.is_empty() {
        out.say(&out.bold(&out.texts.get("posture-reach")));
        fixing.reach.iter().for_each(|one| out.say(&format!("  {}", remark(one, out))));
    }
    if Output::can_ask() && out.ask(&out.texts.get("ask-fix"))?.as_deref() == Some("a") {
        contain::approve(world, scribe, plan.id(), plan.digest().as_str(), ApprovedHow::AtPrompt).await?;
        drive(world, scribe, plan.id(), Known::new()).await?;
        let case = scribe.case().await;
        if let Some(state) = case.plans.get(&plan.id()) {
            out.say(&screen::plan(&case, state, out));
        }
        return Ok(exit::of_case(&case));
    }
    waits(&plan, desk);
    Ok(Exit::NeedsAttention)
}

fn cannot(fixing: &Fixing, out: &Output) -> Vec<String> {
    let line = |(name, answer): &(&'static str, Answer)| {
        let Answer::NotMeasurable { facet, gap } = answer else { return (*name).to_owned() };
        let (facet, why) = (out.texts.get(&format!("facet-{facet}")), screen::gap(gap, out));
        out.texts.with("posture-cannot-fix", &[("fix", name), ("facet", &facet), ("why", &why)])
    };
    let in_the_way = fixing
        .in_the_way
        .iter()
        .map(|(name, why)| out.texts.with("posture-hindered-fix", &[("fix", name), ("why", &remark(why, out))]));
    fixing.unread.iter().map(line).chain(in_the_way).collect()
}

fn waits(plan: &Plan, desk: &Desk) {
    let (case, digest) = (plan.case().to_string(), plan.digest().to_string());
    desk.out.say(&desk.out.texts.with("plan-waits", &[("case", &case), ("digest", &digest)]));
}
