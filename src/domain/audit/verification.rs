//! Whether the hash chain of the journal was verified, when, and with which result.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::domain::account::{By, Place, Role};
use crate::domain::error::Result;
use crate::store::{Report, Store};

/// The last verification, and whether one runs. Forgotten when the server stops; the journal keeps the results.
#[derive(Debug, Default)]
pub struct Verification {
    state: Mutex<State>,
    done: AtomicU64,
    total: AtomicU64,
}

/// What is known.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// True while one runs.
    pub running: bool,
    /// How far it is, in percent.
    pub percent: u64,
    /// When the last one ended, milliseconds since 1970, and what it found: damage in words.
    pub last: Option<(i64, std::result::Result<Report, String>)>,
}

impl Verification {
    /// What is known.
    ///
    /// # Errors
    /// `Forbidden` for everybody but `auditor`.
    pub fn state(&self, by: &By) -> Result<State> {
        by.require(Role::Auditor, Place::Group)?;
        let mut state = self.lock().clone();
        let (done, total) = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        state.percent = (done.min(total) * 100).checked_div(total).unwrap_or(0);
        Ok(state)
    }

    /// Marks the beginning; false if one runs already.
    ///
    /// # Errors
    /// `Forbidden` for everybody but `auditor`.
    pub fn begin(&self, by: &By) -> Result<bool> {
        by.require(Role::Auditor, Place::Group)?;
        let mut state = self.lock();
        if state.running {
            return Ok(false);
        }
        state.running = true;
        self.done.store(0, Ordering::Relaxed);
        self.total.store(0, Ordering::Relaxed);
        Ok(true)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the whole journal after [`Verification::begin`] and notes what it found, in the journal as well. Takes as
/// long as reading all of it does.
pub fn verified(store: &Store, by: &By, verification: &Verification, now: impl Fn() -> i64) {
    let progress = |_, done, total| {
        verification.done.store(done, Ordering::Relaxed);
        verification.total.store(total, Ordering::Relaxed);
    };
    let found = store.verify_journal(&progress).map_err(|error| error.to_string());
    let note = match &found {
        Ok(report) => format!("{} transactions are whole, head {}", report.records, report.head),
        Err(damage) => damage.clone(),
    };
    if let Err(damage) = &found {
        tracing::error!("the journal is not whole: {damage}");
    }
    if let Err(error) = store.commit(store.transaction(by.actor(), "audit.verify").note(note)) {
        tracing::warn!(%error, "the result of a verification was not written to the journal");
    }
    let mut state = verification.lock();
    state.running = false;
    state.last = Some((now(), found));
}
