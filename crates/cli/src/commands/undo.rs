//! `regain undo`: a reversing plan, approved and applied like any other.

use std::sync::Arc;

use regain_engine::driver::{Known, drive};
use regain_engine::{contain, undo};
use regain_incident::plan::ApprovedHow;

use super::Desk;
use crate::args::{Global, SealArgs, UndoArgs};
use crate::environment::Environment;
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::screen;

/// Plans the reversal, shows it, and carries it out after an approval.
pub async fn run(args: &UndoArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &SealArgs::default()).await?;
    let (world, out) = (&desk.session.world, &desk.out);
    let scribe = desk.scribe(args.case).await?;
    let (plan, report) = undo::make_undo_plan(world, &scribe, &args.steps).await?;
    for line in screen::left_out(&report, out) {
        out.say(&line);
    }
    let Some(plan) = plan else {
        out.say(&out.texts.get("nothing-to-undo"));
        scribe.close(world).await?;
        return Ok(Exit::NeedsAttention);
    };
    let case = scribe.case().await;
    if let Some(state) = case.plans.get(&plan.id()) {
        out.say(&screen::plan(&case, state, out));
    }
    let digest = plan.digest();
    let approved = Output::can_ask() && out.ask(&out.texts.get("ask-undo"))?.as_deref() == Some("a");
    if approved {
        contain::approve(world, &scribe, plan.id(), digest.as_str(), ApprovedHow::AtPrompt).await?;
        drive(world, &scribe, plan.id(), Known::new()).await?;
    } else {
        let names = [("case", args.case.to_string()), ("digest", digest.to_string())];
        let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
        out.say(&out.texts.with("plan-waits", &names));
    }
    let case = scribe.case().await;
    scribe.close(world).await?;
    desk.show(&case).await?;
    Ok(exit::of_case(&case))
}
