//! A log-in of a person in one browser.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::base::id::{SessionId, UserId};
use crate::domain::error::Result;
use crate::store;

use super::{FactorSecret, Policy, User};

/// A log-in of a person in one browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Number.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// Hash of the token that the browser holds.
    pub token: String,
    /// Epoch of the user's log-ins to which it belongs.
    pub epoch: u32,
    /// When it began, milliseconds since 1970.
    pub created: i64,
    /// When it was used last, as far as it was stored: up to a third of the idle limit too early.
    pub seen: i64,
    /// When it ends in any case.
    pub ends: i64,
    /// Address of the client at the log-in.
    #[serde(default)]
    pub address: String,
    /// What the browser calls itself, at most 200 characters.
    #[serde(default)]
    pub agent: String,
    /// The log-in before this one, shown to the person so that a stranger's is noticed.
    #[serde(default)]
    pub before: Option<super::LastLogIn>,
    /// Wrong passwords between the log-in before and this one.
    #[serde(default)]
    pub failures: u32,
    /// The secret of a second factor that is being set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolling: Option<FactorSecret>,
}

impl Session {
    /// Does it still count at `now`, when it was used last at `seen`?
    pub fn counts(&self, user: &User, seen: i64, policy: &Policy, now: i64) -> bool {
        !user.disabled
            && self.user == user.id
            && self.epoch == user.epoch
            && now < self.ends.min(self.created.saturating_add(policy.longest))
            && now < seen.saturating_add(policy.idle)
    }
}

/// The secret that a browser holds for a log-in: 256 random bits as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn random() -> Result<Token> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| store::Error::State(format!("random numbers: {error}")))?;
        Ok(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// What a browser sent, if it has the form of a token.
    pub fn parse(text: &str) -> Option<Token> {
        let good = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        good.then(|| Token(text.to_owned()))
    }

    /// The token itself, for the browser only.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What is kept of it. It is random, so a plain hash hides it.
    pub fn hash(&self) -> String {
        blake3::hash(self.0.as_bytes()).to_hex().to_string()
    }
}

/// Sessions kept in memory; beyond it the times in the store are used.
const MOST: usize = 100_000;

/// When each log-in was used last, to the millisecond; after a restart the stored times count.
#[derive(Debug, Default)]
pub struct LastSeen {
    times: Mutex<HashMap<SessionId, i64>>,
}

impl LastSeen {
    /// When a session was used last.
    pub fn of(&self, session: &Session) -> i64 {
        self.times().get(&session.id).copied().unwrap_or(0).max(session.seen)
    }

    /// It is used now.
    pub fn note(&self, session: SessionId, now: i64, policy: &Policy) {
        let mut times = self.times();
        if times.len() >= MOST {
            times.retain(|_, seen| *seen > now - policy.idle);
        }
        if times.len() < MOST {
            times.insert(session, now);
        }
    }

    /// It has ended.
    pub fn forget(&self, session: SessionId) {
        self.times().remove(&session);
    }

    fn times(&self) -> MutexGuard<'_, HashMap<SessionId, i64>> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
