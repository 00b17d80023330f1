//! The stage of the demonstration: an emulated tenant, a temporary record, a clock that jumps.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use regain_emulator::Running;
use regain_incident::account::Account;
use regain_incident::policy::Policy;
use regain_incident::secret::Secret;
use regain_ports::{Handoff, HandoffRefused};
use serde_json::Value;

use super::control::{Control, Verdicts};
use crate::args::DemoArgs;
use crate::commands::{Desk, emulate};
use crate::environment::Environment;
use crate::output::Output;
use crate::person;
use crate::session::{Session, With};
use crate::settings::{Settings, Waits};
use crate::texts::Texts;

/// Everything that a demonstration needs.
pub struct Stage {
    /// Commands work at it.
    pub desk: Desk,
    /// The tenant's control endpoint.
    pub control: Control,
    /// Who is to be contained.
    pub accounts: Vec<String>,
    running: Running,
    folder: Folder,
    guided: bool,
}

/// A folder that is gone when the demonstration ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Stage {
    /// Starts the tenant and signs in to it. Ignores the environment and the configuration.
    pub async fn open(args: &DemoArgs, out: Arc<Output>) -> anyhow::Result<Self> {
        let environment = Environment::empty();
        let scenario = emulate::scenario(&args.scenario)?;
        let accounts = targets(&args.scenario)?;
        let running = emulate::begin(scenario, regain_emulator::Options::default()).await?;
        let folder =
            Folder(std::env::temp_dir().join(format!("regain-demo-{}-{:016x}", std::process::id(), rand::random::<u64>())));
        let line = serde_json::to_string(&running.endpoints)?;
        let settings = Settings::emulated(&line, folder.0.clone(), Policy::default(), Waits::Jumping)?;
        let with = With { handoff: Arc::new(Shown), human: person::nobody(), reading: false };
        let mut session = Session::open(&settings, &environment, with).await?;
        session.world.leave_out.clone_from(&args.leave_out);
        let control = Control::new(&running.endpoints.control)?;
        let guided = args.guided && Output::can_ask();
        Ok(Self { desk: Desk { out, session }, control, accounts, running, folder, guided })
    }

    /// Stops the tenant and removes the record.
    pub async fn close(self) {
        self.running.stop().await;
        drop(self.folder);
    }

    /// The heading of a chapter; guided, with what it is about, and a pause.
    pub fn chapter(&self, key: &str) -> anyhow::Result<()> {
        let out = &self.desk.out;
        out.data(&format!("\n{}", out.bold(&format!("== {}", out.texts.get(key)))))?;
        if self.guided {
            out.data(&out.texts.get(&format!("{key}-about")))?;
        }
        self.wait_for("demo-go-on")
    }

    /// Guided: waits for a key, with a sentence. Otherwise goes on.
    pub fn wait_for(&self, key: &str) -> anyhow::Result<()> {
        let out = &self.desk.out;
        if self.guided {
            out.ask(&out.texts.get(key))?;
        } else if key != "demo-go-on" {
            out.data(&out.texts.get(key))?;
        }
        Ok(())
    }

    /// A line for each way in.
    pub fn show_ways(&self, verdicts: &Verdicts) {
        self.show_ways_but(verdicts, &[]);
    }

    /// The same, when some ways are the owner's again.
    pub fn show_ways_but(&self, verdicts: &Verdicts, given_back: &[&str]) {
        let out = &self.desk.out;
        for way in &verdicts.ways {
            if way.open && way.is_one_of(given_back) {
                let label = label(&out.texts, &way.way, &way.label);
                let _ = out.data(&format!(
                    "  {:<58}  {}",
                    regain_incident::text::harmless(&label, 58),
                    out.texts.get("way-given-back")
                ));
                continue;
            }
            let state = out.texts.get(if way.open { "way-open" } else { "way-closed" });
            let label = label(&out.texts, &way.way, &way.label);
            let shown = regain_incident::text::harmless(&label, 58);
            let _ = out.data(&format!("  {shown:<58}  {state}"));
            if way.open {
                let _ = out.data(&format!("      {}", regain_incident::text::harmless(&way.proof, 110)));
            }
        }
        let honest = &verdicts.honest;
        let key = if honest.kept { "demo-honest" } else { "demo-honest-touched" };
        let _ = out.data(&out.texts.with(key, &[("touched", &honest.touched.join(", "))]));
    }
}

/// A way's name in the reader's language, where there is a text for its kind.
fn label(texts: &Texts, way: &str, label: &str) -> String {
    let kind = way.split([':', ' ', '@']).next().unwrap_or(way);
    let key = format!("way-{kind}");
    let text = texts.with(&key, &[("label", label), ("name", way.split_once(':').map_or("", |(_, name)| name))]);
    if text == key { label.to_owned() } else { text }
}

/// The accounts that the scenario's attacker holds; without one, the scenario's first user.
fn targets(name: &str) -> anyhow::Result<Vec<String>> {
    let text = match emulate::SCENARIOS.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => (*text).to_owned(),
        None => std::fs::read_to_string(name)?,
    };
    let scenario: Value = serde_json::from_str(&text)?;
    let attacker = &scenario["attacker"];
    let texts = |value: &Value| value.as_str().map(str::to_owned);
    let mut accounts: Vec<String> = attacker["accounts"].as_array().into_iter().flatten().filter_map(texts).collect();
    accounts.extend(texts(&attacker["account"]));
    if accounts.is_empty() {
        let first = scenario["graph"]["users"].as_array().and_then(|users| users.first());
        accounts.extend(first.and_then(|user| texts(&user["userPrincipalName"])));
    }
    anyhow::ensure!(!accounts.is_empty(), "the scenario has no user");
    Ok(accounts)
}

/// The hand-off of the demonstration: there is no owner, so nobody sees the password.
struct Shown;

#[async_trait]
impl Handoff for Shown {
    fn check(&self, _: usize) -> Result<(), HandoffRefused> {
        Ok(())
    }

    async fn hand_over(&self, _: &Account, _: &Secret) -> Result<String, HandoffRefused> {
        Ok("demonstration".to_owned())
    }
}
