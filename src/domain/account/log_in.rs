//! Logging in and out.
//!
//! A name that nobody has is answered like a wrong password: the same work,
//! one entry in the journal, the same lock. Only the lock of such a name is
//! kept in memory, so it ends with a restart of the server.
//!
//! Where there is a second factor, the right password only opens the question
//! for it. The failures of an account are forgotten by a whole log-in, not by a
//! right password, so that guessing codes locks like guessing passwords.

use std::net::IpAddr;

use crate::base::id::{SessionId, UserId};
use crate::domain::error::{Error, Result};
use crate::domain::mail::{self, NewLetter};
use crate::store::{self, Actor, ListKey, Position, Read, Store, Transaction};

use super::tables::{SESSIONS_BY_END, SESSIONS_OF_USER, end_of};
use super::{
    By, Failures, Gate, Hold, LastLogIn, LogInNotice, PasswordHash, Session, Token, Used, User, browser, user,
    user_by_name,
};

/// Log-ins of one person at once; the oldest ends when there is one more.
const SESSIONS: usize = 20;
/// Ended log-ins that a new one clears away.
const CLEARED: usize = 50;
/// Characters kept of what a browser calls itself.
const AGENT: usize = 200;
/// Tries when others change the same rows.
pub(super) const TRIES: usize = 20;

/// What somebody typed, and from where.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// Log-in name as typed.
    pub name: &'a str,
    /// Password as typed.
    pub password: &'a str,
    /// Address of the client.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: &'a str,
}

impl std::fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A log-in that succeeded.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Who.
    pub user: User,
    /// The log-in.
    pub session: Session,
    /// For the browser; it is kept nowhere.
    pub token: Token,
}

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No such name, wrong password, or not allowed to log in: not told apart.
    #[error("name or password is wrong")]
    Wrong,
    /// Too many wrong passwords for this name or from this address.
    #[error("locked after too many wrong passwords")]
    Locked {
        /// End of the lock, milliseconds since 1970.
        until: i64,
    },
    /// The password was right, a second factor is asked for: see [`second_step`].
    #[error("a second factor is needed")]
    SecondStep {
        /// For the browser; it is kept nowhere.
        pending: Token,
    },
    /// The second factor came too late, or the account has changed since: begin again.
    #[error("the log-in must begin again")]
    Ended,
    /// A fault.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Refusal {
        Refusal::Failed(error.into())
    }
}

/// Logs somebody in. Takes tens of milliseconds and 19 MB; the caller limits how many run at once.
///
/// # Errors
/// See [`Refusal`].
pub fn log_in(store: &Store, gate: &Gate, typed: Credentials<'_>, now: i64) -> Result<LoggedIn, Refusal> {
    let Credentials { name, password, address, .. } = typed;
    let name = name.trim().to_lowercase();
    if let Some(until) = gate.attempts.address_locked(address, now) {
        return Err(Refusal::Locked { until });
    }
    let Some(user) = user_by_name(store, &name)? else {
        if let Some(until) = gate.attempts.name_locked(&name, now) {
            return Err(Refusal::Locked { until });
        }
        PasswordHash::verify_nothing(password);
        gate.attempts.name_failed(&name, &gate.policy, now);
        gate.attempts.address_failed(address, &gate.policy, now);
        // What was typed is left out: people type passwords into the wrong field.
        store.commit(store.transaction(visitor(address), "account.log_in_failed").note("unknown name"))?;
        return Err(gate.attempts.name_locked(&name, now).map_or(Refusal::Wrong, |until| Refusal::Locked { until }));
    };
    if let Some(until) = user.failures.locked(now) {
        return Err(Refusal::Locked { until });
    }
    let correct = user.password.verify(password) && !user.disabled;
    if !correct {
        gate.attempts.address_failed(address, &gate.policy, now);
        let user = count_failure(store, gate, user.id, &visitor(address), now)?;
        return Err(user.failures.locked(now).map_or(Refusal::Wrong, |until| Refusal::Locked { until }));
    }
    if user.second_factor.is_some() {
        let pending = Token::random()?;
        gate.pending.add(&pending, user.id, user.password, now);
        return Err(Refusal::SecondStep { pending });
    }
    enter(store, gate, &Entry { user: user.id, password: &user.password, code: None, from: Origin::of(typed) }, now)
}

/// Ends a log-in whose password was right with a code of the second factor. A wrong code counts like a wrong password.
///
/// # Errors
/// [`Refusal::Wrong`], [`Refusal::Locked`], [`Refusal::Ended`], [`Refusal::Failed`].
pub fn second_step(
    store: &Store,
    gate: &Gate,
    pending: &Token,
    code: &str,
    (address, agent): (IpAddr, &str),
    now: i64,
) -> Result<LoggedIn, Refusal> {
    if let Some(until) = gate.attempts.address_locked(address, now) {
        return Err(Refusal::Locked { until });
    }
    let begun = gate.pending.get(pending, now).ok_or(Refusal::Ended)?;
    let found = user(store, begun.user)?.ok_or(Refusal::Ended)?;
    if let Some(until) = found.failures.locked(now) {
        return Err(Refusal::Locked { until });
    }
    let from = Origin { address, agent };
    let entry = Entry { user: begun.user, password: &begun.password, code: Some(code), from };
    match enter(store, gate, &entry, now) {
        Ok(logged_in) => {
            gate.pending.remove(pending);
            Ok(logged_in)
        }
        Err(Refusal::Wrong) => {
            gate.attempts.address_failed(address, &gate.policy, now);
            let user = count_failure(store, gate, begun.user, &visitor(address), now)?;
            Err(user.failures.locked(now).map_or(Refusal::Wrong, |until| Refusal::Locked { until }))
        }
        Err(Refusal::Ended) => {
            gate.pending.remove(pending);
            Err(Refusal::Ended)
        }
        Err(refusal) => Err(refusal),
    }
}

/// From where and with what somebody comes.
#[derive(Clone, Copy)]
struct Origin<'a> {
    address: IpAddr,
    agent: &'a str,
}

impl<'a> Origin<'a> {
    fn of(typed: Credentials<'a>) -> Origin<'a> {
        Origin { address: typed.address, agent: typed.agent }
    }
}

/// Somebody who has shown his password.
struct Entry<'a> {
    user: UserId,
    /// The password that was right.
    password: &'a PasswordHash,
    /// A code of the second factor, once it is asked for.
    code: Option<&'a str>,
    from: Origin<'a>,
}

/// Lets somebody in, again while others change the same rows.
fn enter(store: &Store, gate: &Gate, entry: &Entry<'_>, now: i64) -> Result<LoggedIn, Refusal> {
    let token = Token::random()?;
    let mut tries = 0;
    loop {
        match begin(store, gate, entry, &token, now) {
            Err(Refusal::Failed(Error::Store(store::Error::Conflict { .. }))) if tries < TRIES => tries += 1,
            Err(refusal) => return Err(refusal),
            Ok((user, session)) => {
                gate.last_seen.note(session.id, now, &gate.policy);
                return Ok(LoggedIn { user, session, token });
            }
        }
    }
}

fn visitor(address: IpAddr) -> Actor {
    Actor { name: "visitor".into(), address: address.to_string() }
}

/// Counts a wrong password of somebody; the count may lock.
pub(super) fn count_failure(store: &Store, gate: &Gate, id: UserId, actor: &Actor, now: i64) -> Result<User> {
    let mut tries = 0;
    loop {
        let mut tx = store.transaction(actor, "account.log_in_failed");
        let mut user: User = tx.get(id.0)?.ok_or_else(|| Error::not_found("user", id))?;
        tx = tx.note(user.name.clone());
        if user.failures.locked(now).is_some() {
            return Ok(user);
        }
        user.failures = user.failures.after(gate.policy.failures, gate.policy.lock, now);
        tx.put(&user)?;
        match store.commit(tx) {
            Ok(_) => return Ok(user),
            Err(store::Error::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// The transaction of a log-in.
fn begin(store: &Store, gate: &Gate, entry: &Entry<'_>, token: &Token, now: i64) -> Result<(User, Session), Refusal> {
    let address = entry.from.address.to_string();
    let missing = || Error::not_found("user", entry.user);
    let name = user(store, entry.user)?.ok_or_else(missing)?.name;
    let mut tx = store.transaction(Actor { name, address: address.clone() }, "account.log_in");
    let mut user: User = tx.get(entry.user.0)?.ok_or_else(missing)?;
    // Others may have guessed meanwhile: what counts is the order of the transactions.
    if let Some(until) = user.failures.locked(now) {
        return Err(Refusal::Locked { until });
    }
    if user.disabled || user.password != *entry.password || user.second_factor.is_some() != entry.code.is_some() {
        return Err(if entry.code.is_some() { Refusal::Ended } else { Refusal::Wrong });
    }
    if let (Some(factor), Some(code)) = (&mut user.second_factor, entry.code) {
        match factor.take(code, now) {
            None => return Err(Refusal::Wrong),
            Some(Used::Phone) => {}
            Some(Used::Recovery(left)) => tx = tx.note(format!("recovery code, {left} left")),
        }
    }
    let session = Session {
        id: SessionId(tx.new_id()),
        user: user.id,
        token: token.hash(),
        epoch: user.epoch,
        created: now,
        seen: now,
        ends: now.saturating_add(gate.policy.longest),
        address: address.clone(),
        agent: entry.from.agent.chars().filter(|character| !character.is_control()).take(AGENT).collect(),
        before: user.last_log_in.clone(),
        failures: user.failures.count,
        enrolling: None,
    };
    let browser = browser(&session.agent);
    if user.meet(entry.from.address, &browser, now) {
        let notice = LogInNotice { session: session.id, time: now, address: address.clone(), browser };
        if gate.policy.mail && !user.email.is_empty() {
            mail::post(&mut tx, letter(&user, &notice), now)?;
        }
        user.tell(notice);
    }
    user.last_log_in = Some(LastLogIn { time: now, address, failures: user.failures.count });
    user.failures = Failures::default();
    clear(&mut tx, &user, now)?;
    tx.put(&user)?;
    tx.put_new(&session)?;
    store.commit(tx)?;
    Ok((user, session))
}

/// The mail that tells of a log-in.
fn letter(user: &User, notice: &LogInNotice) -> NewLetter {
    let browser = if notice.browser.is_empty() { "?" } else { &notice.browser };
    NewLetter::new(&user.email, &user.display_name, "mail.log_in")
        .with("account", &user.name)
        .with("time", crate::base::clock::minute(notice.time))
        .with("address", &notice.address)
        .with("browser", browser)
}

/// Clears ended log-ins of everybody away, and the oldest of a person who has too many.
fn clear(tx: &mut Transaction, user: &User, now: i64) -> Result<()> {
    for entry in tx.list(ListKey::new(SESSIONS_BY_END, &[]), Position::FIRST, CLEARED)? {
        if end_of(entry.order) > now {
            break;
        }
        tx.delete::<Session>(entry.id);
    }
    for entry in tx.list_at(ListKey::new(SESSIONS_OF_USER, &[user.id.0]), SESSIONS as u64 - 1, CLEARED)? {
        tx.delete::<Session>(entry.id);
    }
    Ok(())
}

/// Stores when a log-in was used last. A failure costs nothing: the time is in memory as well.
pub(super) fn store_seen(store: &Store, user: &User, session: &Session, now: i64) {
    let actor = Actor { name: user.name.clone(), address: session.address.clone() };
    let mut tx = store.transaction(actor, "account.session_seen");
    let written = (|| {
        // Read again, so that a log-in which ends meanwhile is not written anew.
        let Some(mut session) = tx.get::<Session>(session.id.0)? else { return Ok(()) };
        session.seen = now;
        tx.put(&session)?;
        store.commit(tx).map(|_| ())
    })();
    match written {
        Ok(()) | Err(store::Error::Conflict { .. }) => {}
        Err(error) => tracing::warn!(%error, "the time of a log-in's last use was not stored"),
    }
}

/// Ends a log-in of one's own.
///
/// # Errors
/// When the store refuses.
pub fn log_out(store: &Store, gate: &Gate, by: &By, session: &Session) -> Result<()> {
    end(store, gate, by, session, "account.log_out")
}

/// Ends a log-in: one's own anywhere, or that of somebody whose account one manages.
///
/// # Errors
/// `NotFound` where it is none of `user`, or he does not exist for the actor; `Forbidden`.
pub fn revoke(store: &Store, gate: &Gate, by: &By, user: &User, session: SessionId) -> Result<()> {
    if !by.is(user) {
        by.require_hold(Hold::Whole, user)?;
    }
    let found: Option<Session> = store.get(session.0)?;
    let found = found.filter(|session| session.user == user.id);
    let found = found.ok_or_else(|| Error::not_found("session", session))?;
    end(store, gate, by, &found, "account.session_revoke")
}

fn end(store: &Store, gate: &Gate, by: &By, session: &Session, action: &'static str) -> Result<()> {
    let mut tx = store.transaction(by.actor(), action).note(format!("from {}", session.address));
    tx.delete::<Session>(session.id.0);
    store.commit(tx)?;
    gate.last_seen.forget(session.id);
    Ok(())
}

/// Ends every log-in of one's own but `kept`; returns how many.
///
/// # Errors
/// When the store refuses.
pub fn revoke_others(store: &Store, gate: &Gate, by: &By, kept: &Session) -> Result<usize> {
    let mut tx = store.transaction(by.actor(), "account.session_revoke").note("all others");
    let mut ended = Vec::new();
    for entry in tx.list(ListKey::new(SESSIONS_OF_USER, &[kept.user.0]), Position::FIRST, usize::MAX)? {
        if entry.id != kept.id.0 {
            tx.delete::<Session>(entry.id);
            ended.push(SessionId(entry.id));
        }
    }
    if !ended.is_empty() {
        store.commit(tx)?;
        ended.iter().for_each(|session| gate.last_seen.forget(*session));
    }
    Ok(ended.len())
}
