//! `[mail]`: mail to users, off while no server is named.
//!
//! **Invariant:** a password never travels readable, and is not shown by `Debug`.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Mail to users.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// Name of the SMTP server; empty turns mail off.
    pub host: String,
    /// Port; 0 for the usual one: 465 with `tls`, 587 with `starttls`, 25 with `none`.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// PEM file with the authority of a server whose certificate the system does not know; empty for none.
    pub ca: PathBuf,
    /// User at the server, empty for none.
    pub user: String,
    /// Password at the server.
    pub password: String,
    /// Sender, `站群 <noreply@example.gov.cn>`.
    pub from: String,
}

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// TLS from the first byte.
    Tls,
    /// TLS begun by STARTTLS; without it nothing is sent.
    Starttls,
    /// None.
    None,
}

impl Default for MailConfig {
    fn default() -> MailConfig {
        let none = String::new;
        MailConfig {
            host: none(),
            port: 0,
            tls: MailTls::Tls,
            ca: PathBuf::new(),
            user: none(),
            password: none(),
            from: none(),
        }
    }
}

impl fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = if self.password.is_empty() { "" } else { "***" };
        f.debug_struct("MailConfig")
            .field("host", &self.host)
            .field("port", &self.port())
            .field("tls", &self.tls)
            .field("ca", &self.ca)
            .field("user", &self.user)
            .field("password", &password)
            .field("from", &self.from)
            .finish()
    }
}

impl MailConfig {
    /// True where mail is sent.
    pub fn is_on(&self) -> bool {
        !self.host.is_empty()
    }

    /// The port that is used.
    pub fn port(&self) -> u16 {
        match (self.port, self.tls) {
            (0, MailTls::Tls) => 465,
            (0, MailTls::Starttls) => 587,
            (0, MailTls::None) => 25,
            (port, _) => port,
        }
    }

    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        if !self.is_on() {
            return;
        }
        if self.host.chars().any(|character| character.is_whitespace() || character == ':') {
            wrong("mail.host", "must be the name or address of a server, without a port");
        }
        let address = self.from.rsplit('<').next().unwrap_or_default().trim_end_matches('>');
        if !address.split_once('@').is_some_and(|(name, host)| !name.trim().is_empty() && host.contains('.')) {
            wrong("mail.from", "must be an address such as \"站群 <noreply@example.gov.cn>\"");
        }
        if self.user.is_empty() != self.password.is_empty() {
            let key = if self.user.is_empty() { "mail.user" } else { "mail.password" };
            wrong(key, "user and password belong together");
        }
        if self.tls == MailTls::None && !self.password.is_empty() {
            wrong("mail.tls", "a password is not sent without TLS: use \"tls\" or \"starttls\"");
        }
        if !self.ca.as_os_str().is_empty()
            && let Err(error) = std::fs::metadata(&self.ca)
        {
            wrong("mail.ca", &format!("{}: {error}", self.ca.display()));
        }
    }
}
