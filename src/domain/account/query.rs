//! Reads of people and their log-ins.

use crate::base::id::{SessionId, UserId};
use crate::domain::error::Result;
use crate::store::{ListKey, Position, Read, Store};

use super::tables::{NAME, SESSIONS_OF_USER, TOKEN, USERS};
use super::{Gate, Session, Token, User, log_in};

/// A person with the log-in by which he came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: User,
    /// The log-in.
    pub session: Session,
}

/// True if anybody may log in at all.
///
/// # Errors
/// When the store cannot be read.
pub fn any_user(read: &impl Read) -> Result<bool> {
    Ok(read.any(ListKey::new(USERS, &[]))?)
}

/// A user by number.
///
/// # Errors
/// When the store cannot be read.
pub fn user(read: &impl Read, id: UserId) -> Result<Option<User>> {
    Ok(read.get(id.0)?)
}

/// A user by log-in name, in any case and with blanks around it.
///
/// # Errors
/// When the store cannot be read.
pub fn user_by_name(read: &impl Read, name: &str) -> Result<Option<User>> {
    match read.unique(NAME, name.trim().to_lowercase().as_bytes())? {
        Some(id) => Ok(read.get(id)?),
        None => Ok(None),
    }
}

/// Every user, by name.
///
/// # Errors
/// When the store cannot be read.
pub fn users(read: &impl Read) -> Result<Vec<User>> {
    let mut users = Vec::new();
    for entry in read.list(ListKey::new(USERS, &[]), Position::FIRST, usize::MAX)? {
        users.extend(read.get::<User>(entry.id)?);
    }
    users.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(users)
}

/// Log-ins of a user that count at `now`, the newest first, each with the time of its last use.
///
/// # Errors
/// When the store cannot be read.
pub fn sessions(read: &impl Read, gate: &Gate, user: &User, now: i64) -> Result<Vec<(Session, i64)>> {
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(SESSIONS_OF_USER, &[user.id.0]), Position::FIRST, usize::MAX)? {
        if let Some(session) = read.get::<Session>(entry.id)? {
            let seen = gate.last_seen.of(&session);
            if session.counts(user, seen, &gate.policy, now) {
                found.push((session, seen));
            }
        }
    }
    Ok(found)
}

/// The person who holds a token, and notes that he was here. `None` where the log-in has ended.
///
/// # Errors
/// When the store cannot be read.
pub fn authenticate(store: &Store, gate: &Gate, token: &Token, now: i64) -> Result<Option<Person>> {
    let Some(id) = store.unique(TOKEN, token.hash().as_bytes())? else { return Ok(None) };
    let Some(session) = store.get::<Session>(id)? else { return Ok(None) };
    let Some(user) = user(store, session.user)? else { return Ok(None) };
    let seen = gate.last_seen.of(&session);
    if !session.counts(&user, seen, &gate.policy, now) {
        gate.last_seen.forget(SessionId(id));
        return Ok(None);
    }
    gate.last_seen.note(session.id, now, &gate.policy);
    if now - session.seen >= gate.policy.coarse() {
        log_in::store_seen(store, &user, &session, now);
    }
    Ok(Some(Person { user, session }))
}
