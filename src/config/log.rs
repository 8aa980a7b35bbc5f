//! `[log]`: what is written about the running server, and how.
//!
//! **Invariant:** a level that cannot be read stops the start.

use serde::{Deserialize, Serialize};

/// The log on stderr.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug` or `trace`; single parts as in `info,zhanqun::store=debug`.
    pub level: String,
    /// Form of the lines.
    pub format: LogFormat,
    /// True to write a line for each request.
    pub access: bool,
}

/// Form of the log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig { level: "info".into(), format: LogFormat::Text, access: false }
    }
}

impl LogConfig {
    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        // The filter takes a bare word that is no level for the name of a part.
        let known = ["off", "error", "warn", "info", "debug", "trace"];
        for word in self.level.split(',').filter(|word| !word.contains(['=', ':'])) {
            if !known.contains(&word.trim().to_ascii_lowercase().as_str()) {
                wrong("log.level", &format!("{word:?} is not one of {}", known.join(", ")));
                return;
            }
        }
        if let Err(e) = self.level.parse::<tracing_subscriber::filter::Targets>() {
            wrong("log.level", &format!("{:?} is not a level: {e}", self.level));
        }
    }
}
