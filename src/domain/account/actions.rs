//! Actions on people: load, may the actor?, do the rules allow it?, one transaction.

use crate::base::id::UserId;
use crate::domain::error::{Broken, Error, Result};
use crate::store::{self, Read, Store, Transaction};

use super::log_in::count_failure;
use super::rules::{FORMER_PASSWORDS, check_display_name, check_grants, check_name, check_password};
use super::tables::NAME;
use super::{By, Failures, Gate, Grant, PasswordHash, Person, Place, Refusal, Role, Session, User};

/// Somebody who shall be able to log in.
#[derive(Clone)]
pub struct NewUser {
    /// Name to log in with; capitals become small letters.
    pub name: String,
    /// Name for people; the log-in name if empty.
    pub display_name: String,
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

fn rules(broken: Vec<Broken>) -> Error {
    Error::Rules { broken }
}

fn one(broken: Broken) -> Error {
    rules(vec![broken])
}

/// Users and grants belong to `security` (三员分立).
fn require_security(by: &By) -> Result<()> {
    by.require(Role::Security, Place::Group)
}

fn load(tx: &Transaction, id: UserId) -> Result<User> {
    tx.get(id.0)?.ok_or_else(|| Error::not_found("user", id))
}

fn distinct(grants: &[Grant]) -> Vec<Grant> {
    let mut grants = grants.to_vec();
    grants.sort();
    grants.dedup();
    grants
}

/// Makes a user.
///
/// # Errors
/// `Forbidden`; the rules of name, password and grants; `name.taken`.
pub fn create(store: &Store, by: &By, new: &NewUser, now: i64) -> Result<User> {
    require_security(by)?;
    let name = new.name.trim().to_lowercase();
    check_name(&name).map_err(one)?;
    let display_name = match new.display_name.trim() {
        "" => name.clone(),
        given => given.to_owned(),
    };
    check_display_name(&display_name).map_err(one)?;
    let grants = distinct(&new.grants);
    check_grants(&grants).map_err(rules)?;
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
        password,
        former_passwords: Vec::new(),
        password_set: now,
        must_change_password: new.must_change_password,
        grants,
        disabled: false,
        failures: Failures::default(),
        created: now,
        last_log_in: None,
        epoch: 0,
    };
    tx.put_new(&user)?;
    match store.commit(tx) {
        Ok(_) => Ok(user),
        Err(store::Error::Duplicate { .. }) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// The user with another password; the rules have been asked but for the former passwords.
fn with_password(mut user: User, password: &str, now: i64) -> Result<User> {
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

/// Sets somebody's password, ends his log-ins and unlocks him. `once`: he must choose another at the next log-in.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of passwords, `user.own`; `Conflict`.
pub fn set_password(store: &Store, by: &By, id: UserId, password: &str, once: bool, now: i64) -> Result<User> {
    require_security(by)?;
    let mut tx = store.transaction(by.actor(), "account.set_password");
    let user = load(&tx, id)?;
    if by.is(&user) {
        return Err(Error::rule("user.own", "user", &user.name));
    }
    let mut user = with_password(user, password, now)?;
    tx = tx.note(user.name.clone());
    user.must_change_password = once;
    user.failures = Failures::default();
    tx.put(&user)?;
    store.commit(tx)?;
    Ok(user)
}

/// Changes one's own password; every other log-in ends. A wrong present password counts like one at the log-in.
///
/// # Errors
/// [`Refusal::Wrong`] and [`Refusal::Locked`] for the present password; the rules of passwords; `Conflict`.
pub fn change_password(
    store: &Store,
    gate: &Gate,
    by: &By,
    person: &Person,
    present: &str,
    password: &str,
    now: i64,
) -> Result<Person, Refusal> {
    let mut tx = store.transaction(by.actor(), "account.change_password");
    let user = load(&tx, person.user.id)?;
    if !by.is(&user) {
        return Err(Error::Forbidden { role: "self" }.into());
    }
    if let Some(until) = user.failures.locked(now) {
        return Err(Refusal::Locked { until });
    }
    if !user.password.verify(present) {
        let user = count_failure(store, gate, user.id, by.actor(), now)?;
        return Err(user.failures.locked(now).map_or(Refusal::Wrong, |until| Refusal::Locked { until }));
    }
    let mut session: Session =
        tx.get(person.session.id.0)?.ok_or_else(|| Error::not_found("session", person.session.id))?;
    let mut user = with_password(user, password, now)?;
    user.must_change_password = false;
    user.failures = Failures::default();
    session.epoch = user.epoch;
    session.seen = now;
    tx.put(&user)?;
    tx.put(&session)?;
    store.commit(tx)?;
    Ok(Person { user, session })
}

/// Changes a user under the action's name.
fn change(
    store: &Store,
    by: &By,
    id: UserId,
    action: &'static str,
    change: impl FnOnce(&mut User) -> Result<()>,
) -> Result<User> {
    require_security(by)?;
    let mut tx = store.transaction(by.actor(), action);
    let before = load(&tx, id)?;
    // Nobody raises, lowers or frees himself.
    if by.is(&before) {
        return Err(Error::rule("user.own", "user", &before.name));
    }
    let mut user = before.clone();
    change(&mut user)?;
    if user != before {
        tx = tx.note(user.name.clone());
        tx.put(&user)?;
        store.commit(tx)?;
    }
    Ok(user)
}

/// Replaces somebody's grants.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of grants, `user.own`; `Conflict`.
pub fn set_grants(store: &Store, by: &By, id: UserId, grants: &[Grant]) -> Result<User> {
    let grants = distinct(grants);
    check_grants(&grants).map_err(rules)?;
    change(store, by, id, "account.set_grants", |user| {
        user.grants = grants;
        Ok(())
    })
}

/// Bars somebody from logging in and ends his log-ins.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`, `Conflict`.
pub fn disable(store: &Store, by: &By, id: UserId) -> Result<User> {
    change(store, by, id, "account.disable", |user| {
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
    change(store, by, id, "account.enable", |user| {
        user.disabled = false;
        Ok(())
    })
}

/// Ends the lock after wrong passwords; locks of addresses end as well, when ops do it.
///
/// # Errors
/// `NotFound`, `Forbidden`, `user.own`, `Conflict`.
pub fn unlock(store: &Store, gate: &Gate, by: &By, id: UserId) -> Result<User> {
    let user = change(store, by, id, "account.unlock", |user| {
        user.failures = Failures::default();
        Ok(())
    })?;
    if by.user().is_none() {
        gate.attempts.forget_addresses();
    }
    Ok(user)
}
