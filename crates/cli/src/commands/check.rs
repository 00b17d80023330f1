//! `regain check`: look, judge, change nothing.

use std::sync::Arc;

use regain_engine::{contain, intake};
use regain_incident::finding::{Finding, Verdict};
use regain_incident::journal::Entry;

use super::Desk;
use crate::args::{CheckArgs, Global};
use crate::environment::Environment;
use crate::exit::{Exit, needs_a_person};
use crate::output::Output;
use crate::screen;

/// Reads and judges. Exit 1 if anything is suspicious, undecided or unread.
pub async fn run(args: &CheckArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    let desk = Desk::open_reading(global, environment, out).await?;
    let world = &desk.session.world;
    let mut targets = Vec::new();
    for name in &args.accounts {
        targets.push(intake::find(world, &desk.session.operator, name).await?);
    }
    let scribe = contain::open(
        world,
        &desk.session.operator.tenant,
        &desk.session.holder,
        desk.audience(),
        contain::Typed { command: "check", locks: false },
        &targets,
    )
    .await?;
    contain::look(world, &scribe, &targets).await?;
    let case = scribe.case().await;
    let findings: Vec<&Finding> = case.accounts.values().flat_map(|state| &state.assessment.findings).collect();
    let suspicious = findings.iter().any(|finding| finding.verdict >= Verdict::Undecided);
    let unread = case.accounts.values().flat_map(regain_incident::case::AccountState::gaps).any(|(_, gap)| needs_a_person(&gap));
    let exit = if suspicious || unread { Exit::NeedsAttention } else { Exit::Done };
    desk.show(&case).await?;
    if !desk.out.json {
        let shown: Vec<&Finding> =
            findings.into_iter().filter(|finding| args.verbose || finding.verdict > Verdict::Benign).collect();
        if !shown.is_empty() {
            desk.out.data(&screen::details(&shown, &desk.out))?;
        }
        let key = if exit == Exit::Done { "check-nothing" } else { "check-something" };
        desk.out.say(&desk.out.texts.get(key));
    }
    scribe.write(world, vec![Entry::Closed]).await?;
    scribe.close(world).await?;
    Ok(exit)
}
