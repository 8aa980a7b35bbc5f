//! Answers kept for a day, so that a request that is sent again acts once.
//!
//! The row is written before the action and completed after it. What is found without an answer belongs to a request
//! that broke off in between: whether it acted is not known, and it is not carried out a second time.

use serde::{Deserialize, Serialize};

use crate::base::id::UserId;
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::store::{self, ListKey, Position, Read, Store};

use super::tables::{KEPT_BY_END, KEPT_KEY, KEPT_OF_USER, end_of, kept_key};

/// How long an answer is kept, milliseconds.
pub const KEPT_FOR: i64 = 24 * 3_600_000;
/// Most answers kept for one user.
pub const MOST_KEPT: u64 = 10_000;
/// Old ones cleared away with each new one.
const CLEARED: usize = 50;

/// An answer to a request that carried a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// Number.
    pub id: u64,
    /// Whose request.
    pub user: UserId,
    /// Hash of the request's key.
    pub key: String,
    /// Hash of method, address and body.
    pub fingerprint: String,
    /// Kept until then, milliseconds since 1970.
    pub ends: i64,
    /// The answer; `None` until the action is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Version of the resource, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Address of what was made, if something was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// JSON; empty where there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// What there is for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: carry the request out, then complete the row of this number.
    New(u64),
    /// The same request was answered so.
    Again(Answer),
    /// The key belongs to another request.
    Other,
    /// The same request was begun and not completed.
    Unfinished,
}

/// Asks what there is for the key of a request and notes that it is being carried out.
///
/// # Errors
/// `kept.many`; `Forbidden` for what is no person; when the store refuses.
pub fn begin_kept(store: &Store, by: &By, key: &str, fingerprint: &str, now: i64) -> Result<Begun> {
    let Some(user) = by.user() else { return Err(Error::Forbidden { role: "person" }) };
    let mut tx = store.transaction(by.actor(), "api.begin");
    if let Some(row) = tx.unique(KEPT_KEY, &kept_key(user.id.0, key))?
        && let Some(kept) = tx.get::<KeptAnswer>(row)?
    {
        if kept.ends > now {
            return Ok(match kept.answer {
                _ if kept.fingerprint != fingerprint => Begun::Other,
                Some(answer) => Begun::Again(answer),
                None => Begun::Unfinished,
            });
        }
        tx.delete::<KeptAnswer>(row);
    }
    // Read beside the transaction: others clear the same ones away, which is no conflict.
    let mut cleared = 0;
    for entry in tx.list(ListKey::new(KEPT_BY_END, &[]), Position::FIRST, CLEARED)? {
        if end_of(entry.order) <= now {
            cleared += u64::from(store.get::<KeptAnswer>(entry.id)?.is_some_and(|kept| kept.user == user.id));
            tx.delete::<KeptAnswer>(entry.id);
        }
    }
    if tx.count(ListKey::new(KEPT_OF_USER, &[user.id.0]))?.saturating_sub(cleared) >= MOST_KEPT {
        // What was cleared away makes room for the next request.
        store.commit(tx)?;
        return Err(Error::rule("kept.many", "Idempotency-Key", MOST_KEPT));
    }
    let id = tx.new_id();
    tx.put_new(&KeptAnswer {
        id,
        user: user.id,
        key: key.to_owned(),
        fingerprint: fingerprint.to_owned(),
        ends: now.saturating_add(KEPT_FOR),
        answer: None,
    })?;
    match store.commit(tx) {
        Ok(_) => Ok(Begun::New(id)),
        // The same key at the same moment.
        Err(store::Error::Duplicate { .. }) => Ok(Begun::Unfinished),
        Err(error) => Err(error.into()),
    }
}

/// Keeps the answer of a request.
///
/// # Errors
/// When the store refuses.
pub fn finish_kept(store: &Store, by: &By, id: u64, answer: Answer) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "api.answer");
    let Some(mut kept) = tx.get::<KeptAnswer>(id)? else { return Ok(()) };
    kept.answer = Some(answer);
    tx.put(&kept)?;
    store.commit(tx)?;
    Ok(())
}

/// Forgets a request that did nothing, so that its key may be used again.
///
/// # Errors
/// When the store refuses.
pub fn forget_kept(store: &Store, by: &By, id: u64) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "api.forget");
    if tx.get::<KeptAnswer>(id)?.is_some() {
        tx.delete::<KeptAnswer>(id);
        store.commit(tx)?;
    }
    Ok(())
}
