//! Rows and keys of users and their log-ins.

use crate::store::{Keys, Record};

use super::{Session, User};

/// List: users, the newest first.
pub const USERS: u8 = 30;
/// List: log-ins of a user, the newest first.
pub const SESSIONS_OF_USER: u8 = 31;
/// List: log-ins, the first to end first.
pub const SESSIONS_BY_END: u8 = 32;

/// Unique: names of users.
pub(super) const NAME: u8 = 30;
/// Unique: hashes of the tokens of log-ins.
pub(super) const TOKEN: u8 = 31;

/// Time of an entry of `SESSIONS_BY_END` from its order, which runs from the highest down.
pub(super) fn end_of(order: u64) -> i64 {
    (u64::MAX - order) as i64
}

impl Record for User {
    const TABLE: u8 = 30;
    const NAME: &'static str = "user";
    const SECRETS: &'static [&'static str] = &["password", "former_passwords"];

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(USERS, &[], self.id.0);
        keys.unique(NAME, self.name.as_bytes());
    }
}

impl Record for Session {
    const TABLE: u8 = 31;
    const NAME: &'static str = "session";
    const SECRETS: &'static [&'static str] = &["token"];

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(SESSIONS_OF_USER, &[self.user.0], self.id.0);
        keys.list(SESSIONS_BY_END, &[], u64::MAX - self.ends.max(0) as u64);
        keys.unique(TOKEN, self.token.as_bytes());
    }
}
