//! What everyone types, and what CI types too: `cargo xtask test|bench|judge|gen`.

mod bench;
mod binary;
mod comparison;
mod generated;
mod install;
mod judge;
mod namespace;
mod repo;
mod roadmap_page;
mod run;
mod say;
mod tally;
mod test;

use std::process::ExitCode;

use repo::Repo;

const USAGE: &str = "\
cargo xtask test [--install] [NAME]...
                                 every check, every test, and the demonstration; or those named
cargo xtask bench [--json] [--dist] [--clone]
                                 the budgets, measured
cargo xtask bench logs [--json] [--install] [--large]
                                 the log reader beside other engines; --large goes up to 10 GB
cargo xtask judge                how good the judgement of logs is, on labelled records (REGAIN_DATA)
cargo xtask gen [--check]        write the generated files, or say which are out of date";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say::note(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Whether everything asked for was done and is well.
fn dispatch(words: &[&str]) -> anyhow::Result<bool> {
    let repo = Repo::find()?;
    match words {
        ["test", flags @ ..] => {
            let (flags, names): (Vec<&str>, Vec<&str>) = flags.iter().partition(|word| word.starts_with('-'));
            only(&flags, &["--install"])?;
            test::all(&repo, flags.contains(&"--install"), &names)
        }
        ["bench", "logs", flags @ ..] => {
            only(flags, &["--json", "--install", "--large"])?;
            let has = |flag| flags.contains(&flag);
            bench::logs(&repo, has("--json"), has("--install"), has("--large"))
        }
        ["bench", flags @ ..] => {
            only(flags, &["--json", "--dist", "--clone"])?;
            let has = |flag| flags.contains(&flag);
            bench::all(&repo, bench::Wanted { json: has("--json"), dist: has("--dist"), clone: has("--clone") })
        }
        ["judge"] => judge::all(&repo),
        ["gen", flags @ ..] => {
            only(flags, &["--check"])?;
            if flags.contains(&"--check") { generated::check(&repo) } else { generated::write(&repo).map(|()| true) }
        }
        _ => {
            say::note(USAGE);
            Ok(false)
        }
    }
}

fn only(flags: &[&str], known: &[&str]) -> anyhow::Result<()> {
    match flags.iter().find(|flag| !known.contains(flag)) {
        Some(stray) => anyhow::bail!("{stray:?} is not known here; there is {}", known.join(", ")),
        None => Ok(()),
    }
}
