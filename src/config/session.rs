//! `[session]`: log-in of editors.
//!
//! **Invariant:** every limit of a log-in is above zero, so nobody is logged in for ever.

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
    /// Days after which a password must be changed; 0 for never.
    pub password_days: u64,
    /// Roles whose holders must log in with a second factor.
    pub second_factor: Vec<String>,
}

/// Words of roles, as in grants.
const ROLES: [&str; 8] = ["editor", "reviewer", "publisher", "manager", "admin", "security", "auditor", "supervisor"];
/// Most days of a password: ten years.
const MOST_DAYS: u64 = 3650;

impl Default for SessionConfig {
    fn default() -> SessionConfig {
        SessionConfig {
            idle_minutes: 30,
            max_hours: 12,
            failures: 5,
            lock_minutes: 15,
            password_days: 0,
            second_factor: Vec::new(),
        }
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
        if self.password_days > MOST_DAYS {
            wrong("session.password_days", &format!("must be between 0 (never) and {MOST_DAYS}"));
        }
        for role in &self.second_factor {
            if !ROLES.contains(&role.as_str()) {
                wrong("session.second_factor", &format!("{role:?} is not one of {}", ROLES.join(", ")));
            }
        }
    }
}
