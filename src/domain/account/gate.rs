//! What log-ins share while the server runs.

use crate::config::SessionConfig;

use super::{Attempts, LastSeen};

/// Limits of log-ins; times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// A log-in ends after so long without a request.
    pub idle: i64,
    /// A log-in ends after so long in any case.
    pub longest: i64,
    /// Wrong passwords that lock an account.
    pub failures: u32,
    /// How long a lock lasts.
    pub lock: i64,
}

impl Policy {
    /// From the settings of ops.
    pub fn new(config: &SessionConfig) -> Policy {
        let minutes = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 120_000).saturating_mul(60_000);
        Policy {
            idle: minutes(config.idle_minutes),
            longest: minutes(config.max_hours.saturating_mul(60)),
            failures: config.failures,
            lock: minutes(config.lock_minutes),
        }
    }

    /// How old the stored time of the last request may become before it is stored again.
    pub fn coarse(&self) -> i64 {
        self.idle / 3
    }
}

/// Limits of log-ins and what is remembered of them in memory.
#[derive(Debug)]
pub struct Gate {
    /// Limits.
    pub policy: Policy,
    /// Failures of unknown names and of addresses.
    pub attempts: Attempts,
    /// When each log-in was used last.
    pub last_seen: LastSeen,
}

impl Gate {
    /// A gate nobody has come to.
    pub fn new(config: &SessionConfig) -> Gate {
        Gate { policy: Policy::new(config), attempts: Attempts::default(), last_seen: LastSeen::default() }
    }
}
