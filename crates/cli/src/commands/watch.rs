//! `regain watch`: keep looking for what comes back.

use std::sync::Arc;

use regain_engine::watch::{due, pass};
use regain_engine::{Scribe, contain};
use regain_incident::journal::ReadFor;

use super::Desk;
use crate::args::{Global, SealArgs, WatchArgs};
use crate::environment::Environment;
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::screen::time_of_day;

/// Watches until a month has passed, or makes one pass.
pub async fn run(args: &WatchArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &SealArgs::default()).await?;
    loop {
        let scribe = desk.scribe(args.case).await?;
        if !args.once {
            let Some(at) = scribe.ask(due).await else { break };
            scribe.close(&desk.session.world).await?; // nobody is kept out while we wait
            desk.out.say(&desk.out.texts.with("watch-next", &[("time", &time_of_day(at))]));
            desk.session.world.clock.sleep_until(at).await;
        }
        let scribe = if args.once { scribe } else { desk.scribe(args.case).await? };
        let seen = one_pass(&desk, &scribe).await?;
        let case = scribe.case().await;
        scribe.close(&desk.session.world).await?;
        if args.once {
            desk.show(&case).await?;
            return Ok(if seen > 0 { Exit::NeedsAttention } else { exit::of_case(&case) });
        }
    }
    desk.out.say(&desk.out.texts.get("watch-over"));
    let scribe = desk.scribe(args.case).await?;
    let case = scribe.case().await;
    scribe.close(&desk.session.world).await?;
    Ok(exit::of_case(&case))
}

/// One pass: what came back, and a clean plan for it that waits for an approval.
pub async fn one_pass(desk: &Desk, scribe: &Scribe) -> anyhow::Result<usize> {
    let seen = look(desk, scribe).await?;
    if seen > 0
        && let Some((plan, _)) = contain::make_clean_plan(&desk.session.world, scribe, &|_| true).await?
    {
        desk.out
            .say(&desk.out.texts.with("plan-waits", &[("case", &scribe.id().to_string()), ("digest", plan.digest().as_str())]));
    }
    Ok(seen)
}

/// One pass, and how many things came back or are new.
pub async fn look(desk: &Desk, scribe: &Scribe) -> anyhow::Result<usize> {
    let world = &desk.session.world;
    let pass = pass(world, scribe, ReadFor::Watch).await?;
    let seen = pass.returned + pass.new_findings;
    let (returned, new, time) = (pass.returned.to_string(), pass.new_findings.to_string(), time_of_day(world.clock.now()));
    let key = if seen > 0 { "watch-returned" } else { "watch-quiet" };
    desk.out.say(&desk.out.texts.with(key, &[("returned", &returned), ("new", &new), ("time", &time)]));
    Ok(seen)
}
