//! Log-ins between the password and the second factor.
//!
//! They are kept in memory only: a restart of the server asks for the password again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::id::UserId;

use super::{PasswordHash, Token};

/// How long the second factor may take, in milliseconds.
const PATIENCE: i64 = 5 * 60_000;
/// Kept at once; the oldest makes room.
const MOST: usize = 2_000;

/// Somebody whose password was right.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// Who.
    pub user: UserId,
    /// The password that was right: a change of it ends this.
    pub password: PasswordHash,
    began: i64,
}

/// All of them, by the hash of the token that the browser holds.
#[derive(Debug, Default)]
pub(super) struct Pendings {
    all: Mutex<HashMap<String, Pending>>,
}

impl Pendings {
    /// The password of `user` was right.
    pub fn add(&self, token: &Token, user: UserId, password: PasswordHash, now: i64) {
        let mut all = self.all();
        if all.len() >= MOST {
            all.retain(|_, pending| now < pending.began + PATIENCE);
            if all.len() >= MOST {
                let oldest = all.iter().min_by_key(|(_, pending)| pending.began).map(|(key, _)| key.clone());
                oldest.map(|key| all.remove(&key));
            }
        }
        all.insert(token.hash(), Pending { user, password, began: now });
    }

    /// Who holds the token, if it is not too late.
    pub fn get(&self, token: &Token, now: i64) -> Option<Pending> {
        self.all().get(&token.hash()).filter(|pending| now < pending.began + PATIENCE).cloned()
    }

    /// It is over.
    pub fn remove(&self, token: &Token) {
        self.all().remove(&token.hash());
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Pending>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
