//! What is done to people by those who manage them: load, may the actor?, do the rules allow it?, one transaction.

use crate::base::id::{SessionId, UserId};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::mail;
use crate::store::{self, ListKey, Position, Read, Store, Transaction};

use super::rules::{FORMER_PASSWORDS, check_display_name, check_grants, check_name, check_password};
use super::tables::{NAME, SESSIONS_OF_USER};
use super::{By, Failures, Gate, Grant, Hold, PasswordHash, Session, User};

/// Somebody who shall be able to log in.
#[derive(Clone, Default)]
pub struct NewUser {
    /// Name to log in with; capitals become small letters.
    pub name: String,
    /// Name for people; the log-in name if empty.
    pub display_name: String,
    /// Where mail reaches the person; may be empty.
    pub email: String,
    /// First password.
    pub password: String,
    /// What the person may do, and where.
    pub grants: Vec<Grant>,
    /// True where the first password serves one log-in only.
    pub must_change_password: bool,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("name", &self.name).field("grants", &self.grants).finish_non_exhaustive()
    }
}

pub(super) fn rules(broken: Vec<Broken>) -> Error {
    Error::Rules { broken }
}

fn one(broken: Broken) -> Error {
    rules(vec![broken])
}

pub(super) fn load(tx: &Transaction, id: UserId) -> Result<User> {
    tx.get(id.0)?.ok_or_else(|| Error::not_found("user", id))
}

fn distinct(grants: &[Grant]) -> Vec<Grant> {
    let mut grants = grants.to_vec();
    grants.sort();
    grants.dedup();
    grants
}

/// An address for mail without blanks around it.
///
/// # Errors
/// `email.form`.
fn check_email(email: &str) -> Result<String> {
    let email = email.trim();
    if email.is_empty() || mail::is_address(email) {
        Ok(email.to_owned())
    } else {
        Err(Error::rule("email.form", "email", email))
    }
}

/// Makes a user: `security` anybody, the manager of a site one who belongs to it.
///
/// # Errors
/// `Forbidden`; the rules of name, address, password and grants; `name.taken`.
pub fn create(store: &Store, by: &By, new: &NewUser, now: i64) -> Result<User> {
    let grants = distinct(&new.grants);
    if grants.is_empty() && !by.manages_all_users() {
        return Err(Error::Forbidden { role: "security" });
    }
    by.require_grants(&[], &grants)?;
    check_grants(&grants).map_err(rules)?;
    let name = new.name.trim().to_lowercase();
    check_name(&name).map_err(one)?;
    let display_name = match new.display_name.trim() {
        "" => name.clone(),
        given => given.to_owned(),
    };
    check_display_name(&display_name).map_err(one)?;
    let email = check_email(&new.email)?;
    check_password(&new.password, &name).map_err(rules)?;
    let taken = || Error::rule("name.taken", "name", &name);
    if store.unique(NAME, name.as_bytes())?.is_some() {
        return Err(taken());
    }
    let password = PasswordHash::new(&new.password)?;
    let mut tx = store.transaction(by.actor(), "account.create").note(name.clone());
    let user = User {
        id: UserId(tx.new_id()),
        name: name.clone(),
        display_name,
        email,
        password,
        former_passwords: Vec::new(),
        password_set: now,
        must_change_password: new.must_change_password,
        second_factor: None,
        grants,
        disabled: false,
        failures: Failures::default(),
        created: now,
        last_log_in: None,
        epoch: 0,
        known: Vec::new(),
        notices: Vec::new(),
    };
    tx.put_new(&user)?;
    match store.commit(tx) {
        Ok(_) => Ok(user),
        Err(store::Error::Duplicate { .. }) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// The user with another password; the rules have been asked but for the former passwords.
pub(super) fn with_password(mut user: User, password: &str, now: i64) -> Result<User> {
    check_password(password, &user.name).map_err(rules)?;
    let before = std::iter::once(&user.password).chain(&user.former_passwords);
    if before.take(FORMER_PASSWORDS).any(|former| former.verify(password)) {
        return Err(Error::rule("password.history", "password", ""));
    }
    let old = std::mem::replace(&mut user.password, PasswordHash::new(password)?);
    user.former_passwords.insert(0, old);
    user.former_passwords.truncate(FORMER_PASSWORDS - 1);
    user.password_set = now;
    user.epoch += 1;
    Ok(user)
}

/// Changes somebody else under the action's name.
fn change(
    store: &Store,
    by: &By,
    id: UserId,
    wanted: Hold,
    action: &'static str,
    change: impl FnOnce(&mut User) -> Result<()>,
) -> Result<User> {
    let mut tx = store.transaction(by.actor(), action);
    let before = load(&tx, id)?;
    by.require_hold(wanted, &before)?;
    let mut user = before.clone();
    change(&mut user)?;
    if user != before {
        tx = tx.note(user.name.clone());
        tx.put(&user)?;
        store.commit(tx)?;
    }
    Ok(user)
}

/// Sets somebody's password, ends his log-ins and unlocks him. `once`: he must choose another at the next log-in.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of passwords, `user.own`; `Conflict`.
pub fn set_password(store: &Store, by: &By, id: UserId, password: &str, once: bool, now: i64) -> Result<User> {
    change(store, by, id, Hold::Whole, "account.set_password", |user| {
        *user = with_password(user.clone(), password, now)?;
        user.must_change_password = once;
        user.failures = Failures::default();
        Ok(())
    })
}

/// Changes somebody's name for people and address for mail.
///
/// # Errors
/// `NotFound`, `Forbidden`; `display_name.form`, `email.form`, `user.own`; `Conflict`.
pub fn set_details(store: &Store, by: &By, id: UserId, display_name: &str, email: &str) -> Result<User> {
    change(store, by, id, Hold::Whole, "account.set_details", |user| {
        let display_name = display_name.trim();
        check_display_name(display_name).map_err(one)?;
        user.display_name = display_name.to_owned();
        user.email = check_email(email)?;
        Ok(())
    })
}

/// Replaces somebody's grants. A manager may change those inside his own sites only.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of grants, `user.own`; `Conflict`.
pub fn set_grants(store: &Store, by: &By, id: UserId, grants: &[Grant]) -> Result<User> {
    let grants = distinct(grants);
    change_grants(store, by, id, |_| grants)
}

/// Gives somebody a grant; one that he has already is fine.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of grants, `user.own`; `Conflict`.
pub fn give_grant(store: &Store, by: &By, id: UserId, grant: Grant) -> Result<User> {
    change_grants(store, by, id, |before| distinct(&before.iter().copied().chain([grant]).collect::<Vec<_>>()))
}

/// Takes a grant from somebody; one that he does not have is fine.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`; `Conflict`.
pub fn take_grant(store: &Store, by: &By, id: UserId, grant: Grant) -> Result<User> {
    change_grants(store, by, id, |before| before.iter().copied().filter(|held| *held != grant).collect())
}

fn change_grants(store: &Store, by: &By, id: UserId, replace: impl FnOnce(&[Grant]) -> Vec<Grant>) -> Result<User> {
    change(store, by, id, Hold::Part, "account.set_grants", |user| {
        let grants = replace(&user.grants);
        by.require_grants(&user.grants, &grants)?;
        check_grants(&grants).map_err(rules)?;
        user.grants = grants;
        Ok(())
    })
}

/// Bars somebody from logging in and ends his log-ins.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`, `Conflict`.
pub fn disable(store: &Store, by: &By, id: UserId) -> Result<User> {
    change(store, by, id, Hold::Whole, "account.disable", |user| {
        if !user.disabled {
            user.disabled = true;
            user.epoch += 1;
        }
        Ok(())
    })
}

/// Lets somebody log in again.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`, `Conflict`.
pub fn enable(store: &Store, by: &By, id: UserId) -> Result<User> {
    change(store, by, id, Hold::Whole, "account.enable", |user| {
        user.disabled = false;
        Ok(())
    })
}

/// Ends the lock after wrong passwords; locks of addresses end as well, when ops or `security` do it.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`, `Conflict`.
pub fn unlock(store: &Store, gate: &Gate, by: &By, id: UserId) -> Result<User> {
    let user = change(store, by, id, Hold::Whole, "account.unlock", |user| {
        user.failures = Failures::default();
        Ok(())
    })?;
    if by.manages_all_users() {
        gate.attempts.forget_addresses();
    }
    Ok(user)
}

/// Takes somebody's second factor away, when the phone is lost; his log-ins end. By `security` only: who may also
/// set the password would have the whole account.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`, `Conflict`.
pub fn reset_second_factor(store: &Store, by: &By, id: UserId) -> Result<User> {
    change(store, by, id, Hold::Whole, "account.second_factor_reset", |user| {
        if !by.manages_all_users() {
            return Err(Error::Forbidden { role: "security" });
        }
        if user.second_factor.take().is_some() {
            user.epoch += 1;
        }
        Ok(())
    })
}

/// Ends every log-in of somebody else; returns how many there were.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`, `Conflict`.
pub fn end_sessions(store: &Store, gate: &Gate, by: &By, id: UserId) -> Result<usize> {
    let mut tx = store.transaction(by.actor(), "account.session_revoke");
    let user = load(&tx, id)?;
    by.require_hold(Hold::Whole, &user)?;
    tx = tx.note(format!("all of {}", user.name));
    let mut ended = Vec::new();
    for entry in tx.list(ListKey::new(SESSIONS_OF_USER, &[id.0]), Position::FIRST, usize::MAX)? {
        tx.delete::<Session>(entry.id);
        ended.push(SessionId(entry.id));
    }
    if !ended.is_empty() {
        store.commit(tx)?;
        ended.iter().for_each(|session| gate.last_seen.forget(*session));
    }
    Ok(ended.len())
}
