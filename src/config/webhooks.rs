//! `[webhooks]`: telling other programs what happens.
//!
//! **Invariant:** unless ops say otherwise, no site manager makes this server speak to a private network.

use serde::{Deserialize, Serialize};

/// Telling other programs what happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksConfig {
    /// True to tell webhooks on private networks and this machine as well, and without HTTPS.
    pub allow_private: bool,
    /// Seconds that a webhook has to answer.
    pub seconds: u64,
}

impl Default for WebhooksConfig {
    fn default() -> WebhooksConfig {
        WebhooksConfig { allow_private: false, seconds: 10 }
    }
}

impl WebhooksConfig {
    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        if !(1..=60).contains(&self.seconds) {
            wrong("webhooks.seconds", "must be between 1 and 60");
        }
    }
}
