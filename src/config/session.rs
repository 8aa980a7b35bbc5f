//! `[session]`: log-in of editors.
//!
//! **Invariant:** every limit is above zero, so nobody is logged in for ever.

use serde::{Deserialize, Serialize};

/// Log-in of editors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionConfig {
    /// Logged out after so many minutes without a request.
    pub idle_minutes: u64,
    /// Logged out after so many hours in any case.
    pub max_hours: u64,
    /// Wrong passwords in a row before the account is locked.
    pub failures: u32,
    /// Minutes that a lock lasts.
    pub lock_minutes: u64,
}

impl Default for SessionConfig {
    fn default() -> SessionConfig {
        SessionConfig { idle_minutes: 30, max_hours: 12, failures: 5, lock_minutes: 15 }
    }
}

impl SessionConfig {
    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        let all = [
            ("session.idle_minutes", self.idle_minutes),
            ("session.max_hours", self.max_hours),
            ("session.failures", u64::from(self.failures)),
            ("session.lock_minutes", self.lock_minutes),
        ];
        for (key, value) in all {
            if !(1..=1_000_000).contains(&value) {
                wrong(key, "must be between 1 and 1000000");
            }
        }
    }
}
