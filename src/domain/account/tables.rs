//! Rows and keys of users, their log-ins and their keys for programs.

use crate::store::{Keys, Record};

use super::{ApiToken, Session, User};

/// List: users, the newest first.
pub const USERS: u8 = 100;
/// List: log-ins of a user, the newest first.
pub const SESSIONS_OF_USER: u8 = 101;
/// List: log-ins, the first to end first.
pub const SESSIONS_BY_END: u8 = 102;
/// List: keys for programs of a user, the newest first.
pub const TOKENS_OF_USER: u8 = 103;

/// Unique: names of users.
pub(super) const NAME: u8 = 30;
/// Unique: hashes of the tokens of log-ins.
pub(super) const TOKEN: u8 = 31;
/// Unique: hashes of keys for programs.
pub(super) const API_TOKEN: u8 = 32;

/// Time of an entry of `SESSIONS_BY_END` from its order, which runs from the highest down.
pub(super) fn end_of(order: u64) -> i64 {
    (u64::MAX - order) as i64
}

impl Record for User {
    const TABLE: u8 = 30;
    const NAME: &'static str = "user";
    const SECRETS: &'static [&'static str] = &["password", "former_passwords", "second_factor"];

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
    const SECRETS: &'static [&'static str] = &["token", "enrolling"];

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

impl Record for ApiToken {
    const TABLE: u8 = 32;
    const NAME: &'static str = "api_token";
    const SECRETS: &'static [&'static str] = &["token"];

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(TOKENS_OF_USER, &[self.user.0], self.id.0);
        keys.unique(API_TOKEN, self.token.as_bytes());
    }
}
