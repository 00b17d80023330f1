//! `regain watch`: keep looking for what comes back.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_engine::watch::{due, pass};
use regain_engine::{EngineError, Scribe, contain};
use regain_incident::ids::CaseId;
use regain_incident::journal::ReadFor;

use super::Desk;
use crate::args::{Global, WatchArgs};
use crate::environment::Environment;
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::screen::time_of_day;

/// Watches until a month has passed, or makes one pass.
pub async fn run(args: &WatchArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open_reading(global, environment, out).await?;
    if args.once {
        let scribe = desk.scribe(args.case).await?;
        let seen = one_pass(&desk, &scribe).await?;
        let case = scribe.case().await;
        scribe.close(&desk.session.world).await?;
        desk.show(&case).await?;
        return Ok(if seen > 0 { Exit::NeedsAttention } else { exit::of_case(&case) });
    }
    while let Some(at) = next_pass(&desk, args.case).await? {
        desk.out.say(&desk.out.texts.with("watch-next", &[("time", &time_of_day(at))]));
        desk.session.world.clock.sleep_until(at).await;
        let scribe = when_free(&desk, args.case).await?;
        one_pass(&desk, &scribe).await?;
        scribe.close(&desk.session.world).await?;
    }
    desk.out.say(&desk.out.texts.get("watch-over"));
    let scribe = when_free(&desk, args.case).await?;
    let case = scribe.case().await;
    scribe.close(&desk.session.world).await?;
    Ok(exit::of_case(&case))
}

/// When the next pass is due. Nobody is kept out of the case while we wait for it.
async fn next_pass(desk: &Desk, case: CaseId) -> anyhow::Result<Option<Timestamp>> {
    let scribe = when_free(desk, case).await?;
    let at = scribe.ask(due).await;
    scribe.close(&desk.session.world).await?;
    Ok(at)
}

/// Opens the case, once whoever works on it is done: a watch does not end because somebody cleans.
async fn when_free(desk: &Desk, case: CaseId) -> anyhow::Result<Scribe> {
    const AGAIN: SignedDuration = SignedDuration::from_secs(15);
    let mut said = false;
    loop {
        match desk.scribe(case).await {
            Err(error) if matches!(error.downcast_ref(), Some(EngineError::Busy { .. })) => {
                if !said {
                    desk.out.say(&desk.out.texts.get("watch-waits"));
                }
                said = true;
                let clock = &desk.session.world.clock;
                clock.sleep_until(clock.now() + AGAIN).await;
            }
            other => return other,
        }
    }
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
