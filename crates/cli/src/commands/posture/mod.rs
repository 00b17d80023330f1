//! `regain posture`: the tenant measured against the security roadmap; what people answer; what changed.

mod fix;
#[cfg(test)]
mod flips;
mod names;
pub mod screen;
mod sweep;
pub mod view;

use std::sync::Arc;

use anyhow::{Context, anyhow};
use jiff::tz::TimeZone;
use regain_engine::Scribe;
use regain_engine::posture::{self, Survey, Told};
use regain_incident::journal::Entry;
use regain_incident::posture::roadmap::{self, RoadmapItem, Way};
use regain_incident::posture::told::{Acceptance, Statement};

use super::{Desk, settings_flags};
use crate::args::{Global, PostureArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output::Output;
use crate::settings;

/// Measures and tells. Exit 1 if something got worse since the last time.
pub async fn run(args: &PostureArgs, global: &Global, environment: &Environment, out: Arc<Output>) -> anyhow::Result<Exit> {
    if args.sweep {
        return sweep::run(args, global, environment, out).await;
    }
    let items = roadmap::items().context("the roadmap of this program is damaged")?;
    let named = args.fix.iter().chain(&args.accept).chain(args.answer.iter().map(|(item, _)| item));
    for item in named {
        known(item, &items, &out)?;
    }
    for (item, _) in &args.answer {
        if items.iter().any(|known| known.id == *item && known.question.is_none()) {
            return Err(anyhow!(out.texts.with("posture-no-question", &[("item", item)])));
        }
    }
    let fixes = fix::named(&args.fix, &items, &out)?;
    let settings = settings::load(&settings_flags(global), environment)?;
    let names = names::names(args, &settings)?;
    let mut desk = Desk::open_at(&settings, global, environment, out, args.fix.is_empty()).await?;
    desk.session.world.names = names;
    let world = &desk.session.world;
    let tenant = &desk.session.operator.tenant;
    let survey = posture::survey(world.journal.as_ref(), tenant, &args.case).await?;
    let scribe = record(&desk, &survey).await?;
    scribe.write(world, said(args, &desk)?).await?;
    let told = posture::measure(world, &scribe, items).await?;
    let worse = told.drift.iter().any(regain_incident::posture::told::Drift::is_worse);
    show(&desk, &scribe, &told, &survey.used, args).await?;
    let fixed = if fixes.is_empty() { Exit::Done } else { fix::run(&desk, &scribe, &fixes).await? };
    scribe.close(world).await?;
    Ok(if worse { Exit::NeedsAttention } else { fixed })
}

/// The tenant's record, begun if this is the first time.
async fn record(desk: &Desk, survey: &Survey) -> anyhow::Result<Scribe> {
    let (world, tenant) = (&desk.session.world, &desk.session.operator.tenant);
    match &survey.record {
        Some(record) => desk.scribe(record.id).await,
        None => Ok(posture::begin(world, tenant, &desk.session.holder, desk.audience()).await?),
    }
}

fn known(item: &str, items: &[RoadmapItem], out: &Output) -> anyhow::Result<()> {
    if items.iter().any(|known| known.id == item) {
        return Ok(());
    }
    let near: Vec<&str> = items.iter().map(|known| known.id.as_str()).filter(|id| is_near(id, item)).collect();
    let text = if near.is_empty() {
        out.texts.with("posture-no-such-item", &[("item", item)])
    } else {
        out.texts.with("posture-no-such-item-near", &[("item", item), ("near", &near.join(", "))])
    };
    Err(anyhow!(text))
}

/// Whether two names share a word.
fn is_near(one: &str, other: &str) -> bool {
    one.split('-').any(|word| word.len() > 2 && other.split('-').any(|part| part == word))
}

/// What was said on the command line, as it is recorded.
fn said(args: &PostureArgs, desk: &Desk) -> anyhow::Result<Vec<Entry>> {
    let world = &desk.session.world;
    let (by, at) = (world.actor.clone(), world.clock.now());
    let note = args.note.clone().unwrap_or_default();
    let stated = args.answer.iter().map(|(item, yes)| Entry::PostureStated {
        item: item.clone(),
        statement: Statement { yes: *yes, by: by.clone(), at, note: note.clone() },
    });
    let mut entries: Vec<Entry> = stated.collect();
    if let (Some(until), Some(why)) = (args.until, &args.because) {
        let until =
            until.tomorrow().and_then(|day| day.to_zoned(TimeZone::UTC)).context("that date is out of range")?.timestamp();
        if until <= at {
            return Err(anyhow!(desk.out.texts.get("posture-until-is-past")));
        }
        entries.extend(args.accept.iter().map(|item| Entry::PostureAccepted {
            item: item.clone(),
            acceptance: Acceptance { by: by.clone(), until, why: why.clone() },
        }));
    }
    Ok(entries)
}

async fn show(desk: &Desk, scribe: &Scribe, told: &Told, used: &[Way], args: &PostureArgs) -> anyhow::Result<()> {
    let world = &desk.session.world;
    let before = scribe.ask(|case| case.posture.runs.iter().rev().nth(1).map(|(at, _)| *at)).await;
    let head = world.journal.head(scribe.id()).await?.to_string();
    let tenant = desk.session.operator.tenant.as_str();
    let page =
        screen::Page { tenant, case: scribe.id(), told, used, before, now: world.clock.now(), all: args.all, only: &args.fix };
    if desk.out.json {
        return desk.out.document(&view::PostureView::of(&page, &head, &desk.out));
    }
    desk.out.data(&screen::page(&page, &desk.out))?;
    desk.out.data(&desk.out.texts.with("head-digest", &[("digest", &head)]))?;
    Ok(())
}
