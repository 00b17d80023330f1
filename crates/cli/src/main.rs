//! `regain`: takes a compromised Microsoft 365 account back. Parse, call, print; one exit code.

mod args;
mod clock;
mod commands;
mod environment;
mod exit;
mod handoff;
mod hint;
mod keyring;
mod list;
mod output;
mod person;
mod private;
mod progress;
mod screen;
mod sealed_tokens;
mod session;
mod settings;
mod texts;
mod views;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use args::{Args, Command};
use environment::Environment;
use exit::Exit;
use output::Output;
use texts::{Language, Texts};

fn main() -> ExitCode {
    let args = Args::parse();
    // The demonstration shows the same on every machine, whatever is configured there.
    let environment = Environment::of_process();
    let language = args.global.lang.unwrap_or_else(|| Language::of_locale(&environment.locale().unwrap_or_default()));
    let out = match Texts::load(language) {
        Ok(texts) => Arc::new(Output::new(args.global.json, texts, environment.no_colour())),
        // A catalogue is part of the program, and a test loads each; all the same nothing ends without a word.
        Err(error) => {
            Output::without_texts(&error);
            return Exit::CouldNotRun.into();
        }
    };
    match runtime().and_then(|runtime| runtime.block_on(interruptible(&args, &environment, &out))) {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            out.error(&error);
            of_error(&error).into()
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Ctrl-C stops the work between two requests; what was under way is found again by `resume`.
async fn interruptible(args: &Args, environment: &Environment, out: &Arc<Output>) -> anyhow::Result<Exit> {
    if matches!(args.command, Command::Emulate(_)) {
        return run(args, environment, out).await; // it ends by an interrupt, and well
    }
    tokio::select! {
        result = run(args, environment, out) => result,
        () = stopped() => {
            out.say(&match &args.command {
                Command::Posture(args) if args.open_cases => out.texts.get("interrupted-sweep-cases"),
                Command::Posture(args) if args.sweep => out.texts.get("interrupted-sweep"),
                _ => out.texts.get("interrupted"),
            });
            Ok(Exit::Interrupted)
        }
    }
}

/// Ctrl-C, or the word of whoever looks after processes. A closed terminal is left to the system, so
/// that `nohup regain watch` lives on.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ended) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = ended.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

async fn run(args: &Args, environment: &Environment, out: &Arc<Output>) -> anyhow::Result<Exit> {
    let (global, out) = (&args.global, out.clone());
    match &args.command {
        Command::Demo(args) => commands::demo::run(args, out).await,
        Command::Contain(args) => commands::contain::run(args, global, environment, out).await,
        Command::Check(args) => commands::check::run(args, global, environment, out).await,
        Command::Case(command) => commands::case::run(command, global, environment, out).await,
        Command::Plan(command) => commands::plan::run(command, global, environment, out).await,
        Command::Apply(on) | Command::Resume(on) => commands::run::resume(on, global, environment, out).await,
        Command::Verify(on) => commands::run::verify(on, global, environment, out).await,
        Command::Watch(args) => commands::watch::run(args, global, environment, out).await,
        Command::Undo(args) => commands::undo::run(args, global, environment, out).await,
        Command::Release(args) => commands::release::run(args, global, environment, out).await,
        Command::Report(args) => commands::report::run(args, global, environment, &out).await,
        Command::Evidence(command) => commands::evidence::run(command, global, environment, &out).await,
        Command::Log(command) => commands::log::run(command, global, environment, &out).await,
        Command::Emulate(args) => commands::emulate::run(args, environment, &out).await,
        Command::Posture(args) => commands::posture::run(args, global, environment, out).await,
        Command::Doctor(args) if args.setup && !commands::has_tenant(global, environment) => {
            let mut text = Vec::new();
            let client = environment.azure_client().unwrap_or_default();
            let code = commands::doctor::run_setup(&client, &out.texts, &mut text, out.json)?;
            finish(&out, &text, code)
        }
        Command::Doctor(args) => {
            let desk = commands::Desk::open(global, environment, out, &args::SealArgs::default()).await?;
            let mut text = Vec::new();
            let code = commands::doctor::run(&desk.session, args, &desk.out.texts, &mut text, desk.out.json).await?;
            finish(&desk.out, &text, code)
        }
        Command::Tenant(command) => {
            let mut text = Vec::new();
            let code = commands::tenant::run(command.clone(), environment, &out.texts, &mut text, out.json)?;
            let exit = finish(&out, &text, code)?;
            if let commands::tenant::TenantCommand::Add(add) = command {
                commands::tenant::remember_apps(&add.name, global, environment, &out).await;
            }
            Ok(exit)
        }
    }
}

/// Prints what a command wrote, and turns its code into an exit.
fn finish(out: &Output, text: &[u8], code: u8) -> anyhow::Result<Exit> {
    out.data(String::from_utf8_lossy(text).trim_end())?;
    Ok(match code {
        0 => Exit::Done,
        1 => Exit::NeedsAttention,
        _ => Exit::CouldNotRun,
    })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

/// An error that stopped a case under way needs a person; any other one wrote nothing.
fn of_error(error: &anyhow::Error) -> Exit {
    use regain_engine::EngineError as E;
    let under_way = error
        .downcast_ref::<E>()
        .is_some_and(|error| matches!(error, E::Append(_) | E::Record(_) | E::Handoff(_) | E::Lints { .. }));
    if under_way { Exit::NeedsAttention } else { Exit::CouldNotRun }
}

/// The sources in which a test looks for keys of texts.
#[cfg(test)]
fn sources_for_tests() -> Vec<&'static str> {
    vec![
        include_str!("main.rs"),
        include_str!("output.rs"),
        include_str!("hint.rs"),
        include_str!("person.rs"),
        include_str!("progress.rs"),
        include_str!("screen/account.rs"),
        include_str!("screen/findings.rs"),
        include_str!("screen/organisation.rs"),
        include_str!("screen/plans.rs"),
        include_str!("screen/prevention.rs"),
        include_str!("commands/mod.rs"),
        include_str!("commands/case.rs"),
        include_str!("commands/check.rs"),
        include_str!("commands/contain.rs"),
        include_str!("commands/demo.rs"),
        include_str!("commands/evidence.rs"),
        include_str!("commands/log/mod.rs"),
        include_str!("commands/log/csv.rs"),
        include_str!("commands/log/html.rs"),
        include_str!("commands/log/screen.rs"),
        include_str!("commands/log/picture.rs"),
        include_str!("commands/plan.rs"),
        include_str!("commands/posture/mod.rs"),
        include_str!("commands/posture/fix.rs"),
        include_str!("commands/posture/screen.rs"),
        include_str!("commands/posture/sweep.rs"),
        include_str!("commands/release.rs"),
        include_str!("commands/report.rs"),
        include_str!("commands/report/prevention.rs"),
        include_str!("commands/run.rs"),
        include_str!("commands/tenant/look.rs"),
        include_str!("commands/undo.rs"),
        include_str!("commands/watch.rs"),
    ]
}
