//! `regain apply`, `verify` and `resume`: carry out, read again, go on after a crash.

use std::sync::Arc;

use regain_engine::{contain, watch};
use regain_incident::journal::ReadFor;

use super::Desk;
use crate::args::{Global, OnCase, SealArgs};
use crate::environment::Environment;
use crate::exit::{self, Exit};
use crate::output::Output;

/// Carries out every approved plan that has not ended; after a crash as well.
pub async fn resume(args: &OnCase, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open(global, environment, out, &SealArgs::default()).await?;
    let scribe = desk.scribe(args.case).await?;
    let plans = contain::resume(&desk.session.world, &scribe).await?;
    if plans == 0 {
        desk.out.say(&desk.out.texts.get("nothing-to-apply"));
    }
    let case = scribe.case().await;
    scribe.close(&desk.session.world).await?;
    desk.show(&case).await?;
    Ok(exit::of_case(&case))
}

/// Reads everything again and says whether it holds.
pub async fn verify(args: &OnCase, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open_reading(global, environment, out).await?;
    let scribe = desk.scribe(args.case).await?;
    let pass = watch::pass(&desk.session.world, &scribe, ReadFor::Verify).await?;
    desk.out.say(
        &desk.out.texts.with("verified", &[("returned", &pass.returned.to_string()), ("new", &pass.new_findings.to_string())]),
    );
    let case = scribe.case().await;
    scribe.close(&desk.session.world).await?;
    desk.show(&case).await?;
    let open = case.accounts.values().any(|state| state.to_clean().next().is_some_and(|_| pass.returned + pass.new_findings > 0));
    Ok(if open { Exit::NeedsAttention } else { exit::of_case(&case) })
}
