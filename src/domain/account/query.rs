//! Reads of people and their log-ins.

use crate::base::id::{SessionId, SiteId, UserId};
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read, Store};

use super::tables::{NAME, SESSIONS_OF_USER, TOKEN, USERS};
use super::{By, Gate, Hold, Session, Token, User, log_in};

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

/// Every user, by name, for who manages all of them.
///
/// # Errors
/// `Forbidden`.
pub fn users_seen(read: &impl Read, by: &By) -> Result<Vec<User>> {
    if by.manages_all_users() { users(read) } else { Err(Error::Forbidden { role: "security" }) }
}

/// The people of a site whom the actor manages, by name: those with a grant inside the site.
///
/// # Errors
/// `Forbidden`.
pub fn users_of_site(read: &impl Read, by: &By, site: SiteId) -> Result<Vec<User>> {
    if !by.manages_users_of(site) {
        return Err(Error::Forbidden { role: "manager" });
    }
    let mut users = users(read)?;
    users.retain(|user| user.grants.iter().any(|grant| grant.scope.site() == Some(site)));
    Ok(users)
}

/// Those who work in a site or a column of it, by name for people, for somebody who works there too.
///
/// # Errors
/// `NotFound` of the site.
pub fn colleagues(read: &impl Read, by: &By, site: SiteId) -> Result<Vec<User>> {
    if !by.user().is_none_or(|user| user.works_in(site)) {
        return Err(Error::not_found("site", site));
    }
    let mut users = users(read)?;
    let works = |user: &User| user.grants.iter().any(|grant| grant.role.works() && grant.scope.site() == Some(site));
    users.retain(works);
    users.sort_by(|a, b| a.display_name.cmp(&b.display_name));
    Ok(users)
}

/// A user whom the actor manages, with what he may do with the account.
///
/// # Errors
/// `NotFound` where there is none or he does not exist for the actor.
pub fn user_seen(read: &impl Read, by: &By, id: UserId) -> Result<(User, Hold)> {
    let missing = || Error::not_found("user", id);
    let user = user(read, id)?.ok_or_else(missing)?;
    match by.hold(&user) {
        Hold::None => Err(missing()),
        hold => Ok((user, hold)),
    }
}

/// Log-ins of somebody whose account the actor manages whole, or his own; see [`sessions`].
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn sessions_of(read: &impl Read, gate: &Gate, by: &By, user: &User, now: i64) -> Result<Vec<(Session, i64)>> {
    match by.hold(user) {
        _ if by.is(user) => {}
        Hold::Whole => {}
        Hold::Part => return Err(Error::Forbidden { role: "security" }),
        Hold::None => return Err(Error::not_found("user", user.id)),
    }
    sessions(read, gate, user, now)
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
