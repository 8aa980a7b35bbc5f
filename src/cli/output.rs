//! Where commands write: the terminal, a pipe, or the client of a running server.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::store::{Progress, Work};

/// Where a command writes.
pub struct Output {
    stdout: Box<dyn Write + Send>,
    stderr: Box<dyn Write + Send>,
    /// True if a person watches: progress is a bar.
    pub terminal: bool,
    /// True if reports are wanted as JSON.
    pub json: bool,
}

impl Output {
    /// The streams of the process.
    pub fn process(json: bool) -> Output {
        Output {
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(std::io::stderr()),
            terminal: std::io::stderr().is_terminal(),
            json,
        }
    }

    /// Other streams, nobody watching.
    pub fn streams(stdout: Box<dyn Write + Send>, stderr: Box<dyn Write + Send>, json: bool) -> Output {
        Output { stdout, stderr, terminal: false, json }
    }

    /// A line of the answer.
    pub fn line(&mut self, text: impl AsRef<str>) {
        // A reader that went away (`| head`) is no failure.
        let _ = writeln!(self.stdout, "{}", text.as_ref());
    }

    /// The answer as JSON.
    pub fn report(&mut self, value: &impl serde::Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.line(text),
            Err(error) => self.error(&format!("report: {error}")),
        }
    }

    /// A line about the work, not part of the answer.
    pub fn note(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.stderr, "{}", text.as_ref());
    }

    /// What went wrong.
    pub fn error(&mut self, text: &str) {
        let _ = writeln!(self.stderr, "zhanqun: {text}");
    }

    /// A progress bar on a terminal, plain lines elsewhere.
    pub fn meter(&self, what: &str, total: u64) -> Meter {
        Meter::new(what, total, self.terminal)
    }
}

/// Shows how far long work is.
pub struct Meter {
    bar: Option<ProgressBar>,
    what: String,
    total: u64,
    done: AtomicU64,
    told: Mutex<Instant>,
}

impl Meter {
    fn new(what: &str, total: u64, terminal: bool) -> Meter {
        let bar = terminal.then(|| {
            let bar = ProgressBar::new(total);
            let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {per_sec} {eta}");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.set_prefix(what.to_owned());
            bar
        });
        Meter { bar, what: what.to_owned(), total, done: AtomicU64::new(0), told: Mutex::new(Instant::now()) }
    }

    /// So much is done.
    pub fn at(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if told.elapsed() >= Duration::from_secs(5) {
            *told = Instant::now();
            eprintln!("{} {done}/{}", self.what, self.total);
        }
    }

    /// The work is finished.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shows long work of the store.
pub fn store_progress(terminal: bool) -> impl Progress {
    let shown: Mutex<Option<(Work, Meter)>> = Mutex::new(None);
    move |work: Work, done: u64, total: u64| {
        let mut shown = shown.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let begin = shown.as_ref().is_none_or(|(at, _)| *at != work);
        if begin {
            if let Some((_, meter)) = shown.take() {
                meter.end();
            }
            let what = match work {
                Work::Journal => "reading the journal",
                Work::Hash => "comparing the state with the last stop",
                Work::Scan => "verifying the state",
                Work::Load => "loading the snapshot",
                Work::Replay => "applying the journal",
                Work::Index => "building lists",
                Work::Copy => "copying",
            };
            *shown = Some((work, Meter::new(what, total, terminal)));
        }
        if let Some((_, meter)) = shown.as_ref() {
            meter.at(done);
            if total > 0 && done >= total {
                meter.end();
            }
        }
    }
}
