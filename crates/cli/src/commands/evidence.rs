//! `regain evidence verify`: the independent check of the record.

use anyhow::Context as _;
use regain_ports::{Journal, Scope};
use regain_store::Store;
use serde::Serialize;

use super::settings_flags;
use crate::args::{EvidenceCommand, Global};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output::Output;
use crate::settings;

/// What the check found, as JSON.
#[derive(Serialize)]
struct VerificationView {
    whole: bool,
    entries: u64,
    blobs: u64,
    forgotten: Vec<String>,
    damage: Vec<DamageView>,
}

#[derive(Serialize)]
struct DamageView {
    case: String,
    entry: Option<u64>,
    what: String,
}

/// Checks chain, entries and blobs without writing. Exit 1 if anything is wrong.
pub async fn run(command: &EvidenceCommand, global: &Global, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    let EvidenceCommand::Verify { case, head } = command;
    let data_dir = settings::load(&settings_flags(global), environment)?.data_dir;
    let store = Store::open_read_only(&data_dir)
        .await
        .with_context(|| format!("the record in {} could not be opened", data_dir.display()))?;
    let scope = Scope { case: *case, head: case.zip(head.clone()) };
    let found = store.verify(&scope).await?;
    let view = VerificationView {
        whole: found.damage.is_empty(),
        entries: found.entries,
        blobs: found.blobs,
        forgotten: found.forgotten.iter().map(ToString::to_string).collect(),
        damage: found
            .damage
            .iter()
            .map(|damage| DamageView {
                case: damage.case.to_string(),
                entry: damage.seq.map(|seq| seq.0),
                what: damage.what.clone(),
            })
            .collect(),
    };
    if out.json {
        out.document(&view)?;
    } else {
        let names =
            [("entries", view.entries.to_string()), ("blobs", view.blobs.to_string()), ("damage", view.damage.len().to_string())];
        let names: Vec<(&str, &str)> = names.iter().map(|(name, value)| (*name, value.as_str())).collect();
        out.data(&out.texts.with(if view.whole { "evidence-whole" } else { "evidence-damaged" }, &names))?;
        for damage in &view.damage {
            out.data(&format!(
                "  {} {}: {}",
                damage.case,
                damage.entry.map(|entry| entry.to_string()).unwrap_or_default(),
                damage.what
            ))?;
        }
    }
    Ok(if view.whole { Exit::Done } else { Exit::NeedsAttention })
}
