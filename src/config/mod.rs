//! Settings of ops: one struct a concern, read from TOML and the environment.
//!
//! **Invariant:** a wrong key or value stops the start with its file, line and
//! key (or the name of the environment variable); everything has a default.

mod cache;
mod environment;
mod log;
mod mail;
mod media;
mod network;
mod place;
mod server;
mod session;
mod webhooks;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;

pub use cache::CacheConfig;
pub use environment::PREFIX;
pub use log::{LogConfig, LogFormat};
pub use mail::{MailConfig, MailTls};
pub use media::MediaConfig;
pub use network::Network;
pub use place::{SitesConfig, StorageConfig, ThemesConfig};
pub use server::{Certificate, Limits, ServerConfig};
pub use session::SessionConfig;
pub use webhooks::WebhooksConfig;

/// Where the file is looked for when none is named; it need not exist.
pub const DEFAULT_FILE: &str = "config/zhanqun.toml";

/// Everything that ops may set. Relative paths are relative to the working directory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Sockets, certificates, limits.
    pub server: ServerConfig,
    /// Data directory.
    pub storage: StorageConfig,
    /// Site files.
    pub sites: SitesConfig,
    /// Themes.
    pub themes: ThemesConfig,
    /// Pictures and attachments.
    pub media: MediaConfig,
    /// Log-in.
    pub session: SessionConfig,
    /// Mail to users.
    pub mail: MailConfig,
    /// What other programs are told.
    pub webhooks: WebhooksConfig,
    /// Log.
    pub log: LogConfig,
    /// Finished pages in memory.
    pub cache: CacheConfig,
}

impl Config {
    /// Reads `file`, or [`DEFAULT_FILE`] if it is there, and then the environment of the process.
    ///
    /// # Errors
    /// Everything wrong that could be found, at least one fault.
    pub fn load(file: Option<&Path>) -> Result<Config, Vec<Fault>> {
        Config::load_with(
            file,
            Path::new(DEFAULT_FILE),
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))),
        )
    }

    /// Like [`Config::load`] with another default place and another environment.
    ///
    /// # Errors
    /// Everything wrong that could be found, at least one fault.
    pub fn load_with(
        file: Option<&Path>,
        default: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, Vec<Fault>> {
        let path = file.unwrap_or(default);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if file.is_none() && e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(vec![Fault::file(path, format!("cannot be read: {e}"))]),
        };
        let config = Config::parse(path, &text)?;
        let (config, variables) = environment::apply(config, environment)?;
        let faults: Vec<Fault> = config
            .check()
            .into_iter()
            .map(|(key, message)| {
                let message = format!("{key}: {message}");
                match variables.iter().find(|v| v.key == key) {
                    Some(variable) => Fault::file(Path::new(&variable.name), message),
                    None => match place::line_of(&text, &key) {
                        Some(line) => Fault::line(path, line, message),
                        None => Fault::file(path, message),
                    },
                }
            })
            .collect();
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    /// Reads TOML; values are of the right type but not yet checked against each other.
    fn parse(file: &Path, text: &str) -> Result<Config, Vec<Fault>> {
        toml::from_str(text).map_err(|error| {
            let mut fault = Fault::toml(file, text, &error);
            if let Some(key) = error.span().and_then(|span| place::key_at(text, span.start)) {
                fault.message = format!("{key}: {}", fault.message);
            }
            vec![fault]
        })
    }

    /// What is wrong although each value has the right type: (key, message).
    fn check(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut wrong = |key: &str, message: &str| found.push((key.to_string(), message.to_string()));
        self.server.check(&mut wrong);
        self.storage.check(&mut wrong);
        self.media.check(&mut wrong);
        self.session.check(&mut wrong);
        self.mail.check(&mut wrong);
        self.webhooks.check(&mut wrong);
        self.log.check(&mut wrong);
        self.cache.check(&mut wrong);
        for (key, dir) in [("sites.dir", &self.sites.dir), ("themes.dir", &self.themes.dir)] {
            if dir.as_os_str().is_empty() {
                wrong(key, "must name a folder");
            }
        }
        found
    }
}

/// Receives (key, message) for each wrong value.
type Wrong<'a> = dyn FnMut(&str, &str) + 'a;

/// A folder name with a default.
fn dir(name: &str) -> PathBuf {
    PathBuf::from(name)
}
