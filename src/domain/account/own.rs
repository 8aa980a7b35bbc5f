//! What people do to their own accounts: password, second factor, address for mail, notices.

use crate::domain::error::{Error, Result};
use crate::domain::mail;
use crate::store::{self, Read, Store, Transaction};

use super::actions::{load, with_password};
use super::log_in::{TRIES, count_failure};
use super::{By, FactorSecret, Failures, Gate, Person, Refusal, SecondFactor, Session, User};

/// Loads the actor himself.
fn own(tx: &Transaction, by: &By, person: &Person) -> Result<User> {
    let user = load(tx, person.user.id)?;
    if by.is(&user) { Ok(user) } else { Err(Error::Forbidden { role: "self" }) }
}

fn session(tx: &Transaction, person: &Person) -> Result<Session> {
    tx.get(person.session.id.0)?.ok_or_else(|| Error::not_found("session", person.session.id))
}

/// A secret of one's own was typed wrong: counts like a wrong password at the log-in.
fn wrong(store: &Store, gate: &Gate, by: &By, user: &User, now: i64) -> Refusal {
    match count_failure(store, gate, user.id, by.actor(), now) {
        Ok(user) => user.failures.locked(now).map_or(Refusal::Wrong, |until| Refusal::Locked { until }),
        Err(error) => error.into(),
    }
}

fn unlocked(user: &User, now: i64) -> Result<(), Refusal> {
    user.failures.locked(now).map_or(Ok(()), |until| Err(Refusal::Locked { until }))
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
    let user = own(&tx, by, person)?;
    unlocked(&user, now)?;
    if !user.password.verify(present) {
        return Err(wrong(store, gate, by, &user, now));
    }
    let mut session = session(&tx, person)?;
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

/// Begins to set a second factor up: the secret for the phone, the same until it is confirmed or the log-in ends, also
/// when two windows ask for it at once.
///
/// # Errors
/// `factor.present` where there is one already; `Conflict`.
pub fn begin_second_factor(store: &Store, by: &By, person: &Person) -> Result<FactorSecret> {
    let mut tries = 0;
    loop {
        let mut tx = store.transaction(by.actor(), "account.second_factor_begin");
        let user = own(&tx, by, person)?;
        if user.second_factor.is_some() {
            return Err(Error::rule("factor.present", "code", ""));
        }
        let mut session = session(&tx, person)?;
        if let Some(secret) = session.enrolling {
            return Ok(secret);
        }
        let secret = FactorSecret::random()?;
        session.enrolling = Some(secret.clone());
        tx.put(&session)?;
        match store.commit(tx) {
            Ok(_) => return Ok(secret),
            // The other window was faster: its secret holds.
            Err(store::Error::Conflict { .. }) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sets the second factor up: the password proves the person, the code that the phone has the secret. Returns the
/// recovery codes, which are kept nowhere; every other log-in ends.
///
/// # Errors
/// [`Refusal::Wrong`] and [`Refusal::Locked`] for the password; `factor.code` for the code, `factor.present`; `Conflict`.
pub fn confirm_second_factor(
    store: &Store,
    gate: &Gate,
    by: &By,
    person: &Person,
    password: &str,
    code: &str,
    now: i64,
) -> Result<Vec<String>, Refusal> {
    let mut tx = store.transaction(by.actor(), "account.second_factor_set");
    let mut user = own(&tx, by, person)?;
    if user.second_factor.is_some() {
        return Err(Error::rule("factor.present", "code", "").into());
    }
    unlocked(&user, now)?;
    if !user.password.verify(password) {
        return Err(wrong(store, gate, by, &user, now));
    }
    let mut session = session(&tx, person)?;
    let secret = session.enrolling.take().ok_or_else(|| Error::rule("factor.code", "code", ""))?;
    let begun = SecondFactor::begin(&secret, code, now)?;
    let (factor, codes) = begun.ok_or_else(|| Error::rule("factor.code", "code", ""))?;
    user.second_factor = Some(factor);
    user.failures = Failures::default();
    user.epoch += 1;
    session.epoch = user.epoch;
    tx.put(&user)?;
    tx.put(&session)?;
    store.commit(tx)?;
    Ok(codes)
}

/// Changes one's own second factor after a code of it; a wrong code counts like a wrong password.
fn with_code<T>(
    store: &Store,
    gate: &Gate,
    (by, person): (&By, &Person),
    code: &str,
    action: &'static str,
    now: i64,
    change: impl FnOnce(&mut User, SecondFactor) -> Result<T>,
) -> Result<T, Refusal> {
    let mut tx = store.transaction(by.actor(), action);
    let mut user = own(&tx, by, person)?;
    unlocked(&user, now)?;
    let Some(mut factor) = user.second_factor.clone() else {
        return Err(Error::rule("factor.none", "code", "").into());
    };
    if factor.take(code, now).is_none() {
        return Err(wrong(store, gate, by, &user, now));
    }
    let done = change(&mut user, factor)?;
    user.failures = Failures::default();
    tx.put(&user)?;
    store.commit(tx)?;
    Ok(done)
}

/// Makes other recovery codes; the old ones count no longer.
///
/// # Errors
/// [`Refusal::Wrong`] and [`Refusal::Locked`] for the code; `factor.none`; `Conflict`.
pub fn renew_recovery_codes(
    store: &Store,
    gate: &Gate,
    by: &By,
    person: &Person,
    code: &str,
    now: i64,
) -> Result<Vec<String>, Refusal> {
    with_code(store, gate, (by, person), code, "account.recovery_codes", now, |user, mut factor| {
        let codes = factor.renew_recovery()?;
        user.second_factor = Some(factor);
        Ok(codes)
    })
}

/// Gives one's own second factor up.
///
/// # Errors
/// [`Refusal::Wrong`] and [`Refusal::Locked`] for the code; `factor.none`, `factor.needed` where a role asks for it;
/// `Conflict`.
pub fn end_second_factor(
    store: &Store,
    gate: &Gate,
    by: &By,
    person: &Person,
    code: &str,
    now: i64,
) -> Result<(), Refusal> {
    with_code(store, gate, (by, person), code, "account.second_factor_end", now, |user, _| {
        if user.needs_second_factor(&gate.policy) {
            return Err(Error::rule("factor.needed", "code", ""));
        }
        user.second_factor = None;
        Ok(())
    })
}

/// Changes one's own address for mail.
///
/// # Errors
/// `email.form`; `Conflict`.
pub fn set_email(store: &Store, by: &By, person: &Person, email: &str) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "account.set_email");
    let mut user = own(&tx, by, person)?;
    let email = email.trim();
    if !email.is_empty() && !mail::is_address(email) {
        return Err(Error::rule("email.form", "email", email));
    }
    if user.email != email {
        user.email = email.to_owned();
        tx.put(&user)?;
        store.commit(tx)?;
    }
    Ok(())
}

/// The person has seen the notices of log-ins.
///
/// # Errors
/// `Conflict`; when the store refuses.
pub fn forget_notices(store: &Store, by: &By, person: &Person) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "account.notices_seen");
    let mut user = own(&tx, by, person)?;
    if !user.notices.is_empty() {
        user.notices.clear();
        tx.put(&user)?;
        store.commit(tx)?;
    }
    Ok(())
}
