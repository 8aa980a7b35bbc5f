//! What log-ins share while the server runs.

use crate::config::SessionConfig;

use super::pending::Pendings;
use super::{Attempts, LastSeen, LastUsed, Role};

/// Limits of log-ins; times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// A log-in ends after so long without a request.
    pub idle: i64,
    /// A log-in ends after so long in any case.
    pub longest: i64,
    /// Wrong passwords that lock an account.
    pub failures: u32,
    /// How long a lock lasts.
    pub lock: i64,
    /// A password must be changed after so long; 0 for never.
    pub password_age: i64,
    /// Roles whose holders need a second factor.
    pub second_factor: Vec<Role>,
    /// True where mail reaches people.
    pub mail: bool,
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
            password_age: minutes(config.password_days.saturating_mul(24 * 60)),
            // The settings refuse words that are no roles.
            second_factor: config.second_factor.iter().filter_map(|word| Role::of(word)).collect(),
            mail: false,
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
    /// When each key of a program was used last.
    pub(super) last_used: LastUsed,
    /// Log-ins whose password was right and whose second factor is still asked for.
    pub(super) pending: Pendings,
}

impl Gate {
    /// A gate nobody has come to.
    pub fn new(config: &SessionConfig) -> Gate {
        Gate {
            policy: Policy::new(config),
            attempts: Attempts::default(),
            last_seen: LastSeen::default(),
            last_used: LastUsed::default(),
            pending: Pendings::default(),
        }
    }

    /// The same where mail reaches people, or not.
    #[must_use]
    pub fn with_mail(mut self, mail: bool) -> Gate {
        self.policy.mail = mail;
        self
    }
}
