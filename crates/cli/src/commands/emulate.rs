//! `regain emulate`: the emulated tenant alone.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use regain_emulator::{Options, Running, Scenario, start};

use crate::args::EmulateArgs;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output::Output;

/// Scenarios that ship with the program.
pub const SCENARIOS: &[(&str, &str)] = &[
    ("bec-classic", include_str!("../../../../examples/scenarios/bec-classic.json")),
    ("only-global-admin", include_str!("../../../../examples/scenarios/only-global-admin.json")),
    ("two-admins", include_str!("../../../../examples/scenarios/two-admins.json")),
    ("clean-account", include_str!("../../../../examples/scenarios/clean-account.json")),
    ("broken", include_str!("../../../../examples/scenarios/broken.json")),
    ("kinds", include_str!("../../../../examples/scenarios/kinds.json")),
    ("admin-everywhere", include_str!("../../../../examples/scenarios/admin-everywhere.json")),
    ("posture-bare", include_str!("../../../../examples/scenarios/posture-bare.json")),
    ("posture-typical", include_str!("../../../../examples/scenarios/posture-typical.json")),
    ("posture-hardened", include_str!("../../../../examples/scenarios/posture-hardened.json")),
];

/// The scenario of that name, or in that file.
pub fn scenario(name: &str) -> anyhow::Result<Scenario> {
    let text = match SCENARIOS.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => (*text).to_owned(),
        None if Path::new(name).exists() => {
            std::fs::read_to_string(name).with_context(|| format!("scenario {name} could not be read"))?
        }
        None => {
            let known: Vec<&str> = SCENARIOS.iter().map(|(name, _)| *name).collect();
            return Err(anyhow!("there is no scenario {name:?}, and no such file; there are {}", known.join(", ")));
        }
    };
    Scenario::from_text(&text).with_context(|| format!("scenario {name} is not understood"))
}

/// Starts it with the options given.
pub async fn begin(scenario: Scenario, options: Options) -> anyhow::Result<Running> {
    start(scenario, options).await.context("the emulated tenant could not be started")
}

/// Prints the line that describes it, and serves until interrupted.
pub async fn run(args: &EmulateArgs, environment: &Environment, out: &Output) -> anyhow::Result<Exit> {
    if args.operations {
        for row in regain_emulator::graph::operations_served().as_array().into_iter().flatten() {
            out.data(&format!("{} {}", row["method"].as_str().unwrap_or_default(), row["path"].as_str().unwrap_or_default()))?;
        }
        return Ok(Exit::Done);
    }
    let scenario = scenario(args.scenario.as_deref().unwrap_or_default())?;
    let scale = environment.clock_scale().and_then(|scale| scale.parse().ok()).unwrap_or(1.0);
    let options = Options {
        latency: Duration::from_millis(args.latency),
        seed: args.seed,
        scale,
        listen: args.listen,
        log: args.log,
        ca_file: args.tls.clone(),
        real_names: args.real_names,
        withheld: args.withhold.clone(),
        faults: args.fault.clone(),
    };
    let running = begin(scenario, options).await?;
    out.data(&serde_json::to_string(&running.endpoints)?)?;
    tokio::signal::ctrl_c().await.context("the interrupt could not be waited for")?;
    running.stop().await;
    Ok(Exit::Done)
}
