//! Running other programs.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::say;

/// What a program left behind.
pub struct Ran {
    /// It ended well.
    pub ok: bool,
    /// All that it printed, on either stream.
    pub output: String,
}

/// Runs it with nothing to read, and shows what it prints while it prints it.
pub fn shown(command: &mut Command) -> Result<Ran> {
    let name = command.get_program().to_owned();
    let begin = || format!("{} could not be started", name.display());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(begin)?;
    let all = Arc::new(Mutex::new(String::new()));
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    let readers: Vec<_> = streams
        .into_iter()
        .flatten()
        .map(|stream| (stream, all.clone()))
        .map(|(stream, all)| thread::spawn(move || pass_on(stream, &all)))
        .collect();
    for reader in readers {
        let _ = reader.join();
    }
    let ok = child.wait().with_context(begin)?.success();
    let output = all.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Ran { ok, output })
}

fn pass_on(stream: impl Read, all: &Mutex<String>) {
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        say::note(text.trim_end_matches(['\r', '\n']));
        all.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
        line.clear();
    }
}

/// Runs it and returns its stdout; what it says on stderr is shown only if it fails.
pub fn quietly(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{} could not be started", name.display()))?;
    if !output.status.success() {
        bail!("{} failed:\n{}", name.display(), String::from_utf8_lossy(&output.stderr).trim_end());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no text", name.display()))
}

/// Whether it runs and ends well.
pub fn works(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}
