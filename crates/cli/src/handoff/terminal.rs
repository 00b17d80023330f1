//! Once on the controlling terminal, which no pipe or log file replaces.
//!
//! Invariants: it is written to `/dev/tty` and never to standard output, on the alternate screen,
//! which has no scrollback; every line is erased in place and the terminal put back as it was,
//! after a key, after a minute, on a signal, and when whoever waits for it goes away.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use regain_incident::account::Account;
use regain_incident::secret::Secret;
use regain_ports::{Handoff, HandoffRefused};

use super::{Words, refused};

/// Shows one password to whoever sits at the terminal.
pub struct Terminal {
    device: PathBuf,
    words: Words,
    wipe_after: Duration,
}

/// How long a password may stand on a screen that nobody looks at.
const WIPE_AFTER: Duration = Duration::from_mins(1);

impl Terminal {
    /// The controlling terminal of this process.
    pub fn new(words: Words) -> Self {
        Self { device: PathBuf::from("/dev/tty"), words, wipe_after: WIPE_AFTER }
    }
}

#[async_trait]
impl Handoff for Terminal {
    fn check(&self, accounts: usize) -> Result<(), HandoffRefused> {
        if accounts > 1 {
            return Err(refused(format!(
                "{accounts} passwords are not shown on a terminal: seal them into files (--seal-to age1…)"
            )));
        }
        screen::open(&self.device, self.words.advice.len()).map(drop)
    }

    async fn hand_over(&self, account: &Account, password: &Secret) -> Result<String, HandoffRefused> {
        let tty = screen::open(&self.device, self.words.advice.len())?;
        let text = self.words.around(account, password, "\r\n");
        screen::show(tty, text, self.words.close.clone(), self.wipe_after).await
    }
}

#[cfg(unix)]
mod screen {
    use std::fs::{File, OpenOptions};
    use std::io::{Read, Write};
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    use regain_ports::HandoffRefused;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::termios::{LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr};
    use tokio::signal::unix::{SignalKind, signal};
    use zeroize::Zeroizing;

    use super::refused;

    /// Lines beside the advice: heading, two empty, account, password, two empty, how to close.
    const LINES: usize = 8;
    /// How soon a signal or a departure is noticed.
    const PIECE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

    /// Opens the terminal, if a person sits there and the text fits.
    pub(super) fn open(device: &Path, advice: usize) -> Result<File, HandoffRefused> {
        let none = "there is no controlling terminal to show the password on: seal it into a file (--seal-to age1…)";
        let tty = OpenOptions::new().read(true).write(true).open(device).map_err(|_| refused(none))?;
        if !isatty(&tty) {
            return Err(refused(none));
        }
        if tcgetpgrp(&tty).ok() != Some(rustix::process::getpgrp()) {
            return Err(refused(
                "this runs in the background of its terminal: bring it to the foreground, or seal the password into a file",
            ));
        }
        // A terminal that does not know its size says zero.
        let rows = tcgetwinsize(&tty).map_or(0, |size| usize::from(size.ws_row));
        if rows != 0 && rows < LINES + advice {
            return Err(refused("the terminal is too small to show the password and wipe it again: make it larger"));
        }
        Ok(tty)
    }

    /// How the showing ended.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum End {
        Key,
        Time,
        Stopped,
    }

    /// The alternate screen; dropping it wipes it and puts the terminal back.
    struct Screen {
        tty: File,
        before: Termios,
    }

    impl Screen {
        fn enter(tty: File) -> std::io::Result<Self> {
            let before = tcgetattr(&tty)?;
            let mut keys = before.clone();
            // Every key ends it, the one for an interruption too.
            keys.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
            tcsetattr(&tty, OptionalActions::Flush, &keys)?;
            let mut screen = Self { tty, before };
            screen.tty.write_all(b"\x1b[?1049h\x1b[H\x1b[J")?;
            Ok(screen)
        }

        fn wait(&mut self, wipe_after: Duration, stop: &AtomicBool) -> End {
            let began = Instant::now();
            while began.elapsed() < wipe_after {
                if stop.load(Ordering::Relaxed) {
                    return End::Stopped;
                }
                let mut ready = [PollFd::new(&self.tty, PollFlags::IN)];
                let seen =
                    poll(&mut ready, Some(&PIECE)).map(|_| ready.iter().fold(PollFlags::empty(), |all, one| all | one.revents()));
                match seen {
                    Ok(flags) if flags.is_empty() => {}
                    Err(rustix::io::Errno::INTR) => {}
                    Ok(flags) if flags == PollFlags::IN => {
                        let mut keys = Zeroizing::new([0; 64]);
                        return if self.tty.read(&mut *keys).is_ok_and(|read| read > 0) { End::Key } else { End::Stopped };
                    }
                    _ => return End::Stopped,
                }
            }
            End::Time
        }
    }

    impl Drop for Screen {
        fn drop(&mut self) {
            use std::fmt::Write as _;
            let rows = tcgetwinsize(&self.tty).map_or(0, |size| size.ws_row).clamp(50, 500);
            let mut wipe = String::new();
            for row in 1..=rows {
                let _ = write!(wipe, "\x1b[{row};1H\x1b[2K");
            }
            wipe.push_str("\x1b[H\x1b[?1049l");
            // A terminal that went away shows nothing any more.
            let _ = self.tty.write_all(wipe.as_bytes());
            let _ = self.tty.flush();
            let _ = tcsetattr(&self.tty, OptionalActions::Flush, &self.before);
        }
    }

    /// Tells the thread that shows to stop, at the latest when nobody waits for it any more.
    struct Stop(Arc<AtomicBool>);

    impl Drop for Stop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    pub(super) async fn show(
        tty: File,
        text: Zeroizing<String>,
        close: String,
        wipe_after: Duration,
    ) -> Result<String, HandoffRefused> {
        let failed = |error: &dyn std::fmt::Display| refused(format!("the password could not be shown on the terminal: {error}"));
        let asked = Arc::new(AtomicBool::new(false));
        let stop = Stop(asked.clone());
        // Heard from before it is shown, so that no signal finds it on the screen.
        let signals = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        let [mut interrupt, mut terminate, mut hangup] = signals;
        let mut showing = tokio::task::spawn_blocking(move || {
            let mut screen = Screen::enter(tty)?;
            screen.tty.write_all(text.as_bytes())?;
            drop(text);
            screen.tty.write_all(format!("\r\n{close}").as_bytes())?;
            Ok::<_, std::io::Error>(screen.wait(wipe_after, &asked))
        });
        let ended = tokio::select! {
            ended = &mut showing => ended,
            () = next(&mut interrupt) => { drop(stop); showing.await }
            () = next(&mut terminate) => { drop(stop); showing.await }
            () = next(&mut hangup) => { drop(stop); showing.await }
        };
        match ended.map_err(|error| failed(&error))?.map_err(|error| failed(&error))? {
            End::Key => Ok("terminal, shown once".to_owned()),
            End::Time => Ok(format!("terminal, wiped after {} s without a key", wipe_after.as_secs())),
            End::Stopped => Err(refused("the password was wiped from the terminal before anybody said that it was read")),
        }
    }

    async fn next(signal: &mut std::io::Result<tokio::signal::unix::Signal>) {
        match signal {
            Ok(signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
mod screen {
    use std::path::Path;
    use std::time::Duration;

    use regain_ports::HandoffRefused;
    use zeroize::Zeroizing;

    use super::refused;

    pub(super) fn open(_: &Path, _: usize) -> Result<(), HandoffRefused> {
        Err(refused("this version shows a password on Unix terminals only: seal it into a file (--seal-to age1…)"))
    }

    pub(super) async fn show((): (), _: Zeroizing<String>, _: String, _: Duration) -> Result<String, HandoffRefused> {
        open(Path::new(""), 0).map(|()| String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{anna, password};
    use super::*;

    fn terminal(device: &str) -> Terminal {
        Terminal { device: PathBuf::from(device), ..Terminal::new(Words::english()) }
    }

    #[tokio::test]
    async fn without_a_terminal_it_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for device in ["/nowhere/tty", file.path().to_str().unwrap()] {
            let why = terminal(device).check(1).unwrap_err().why;
            assert!(why.contains("no controlling terminal"), "{why}");
            assert!(terminal(device).hand_over(&anna(), &password()).await.is_err());
        }
        assert_eq!(std::fs::read(file.path()).unwrap(), b"", "nothing was written");
    }

    #[test]
    fn more_than_one_goes_into_files_only() {
        assert!(terminal("/dev/tty").check(2).unwrap_err().why.contains("seal"));
    }
}
