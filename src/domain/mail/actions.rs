//! Writing letters down, and what becomes of them.

use crate::base::id::LetterId;
use crate::domain::error::Result;
use crate::store::{Actor, Read, Store, Transaction};

use super::letter::{Letter, NewLetter, PAUSES};
use super::query;

/// A minute in milliseconds.
const MINUTE: i64 = 60_000;
/// Characters kept of the reason of a failure.
const REASON: usize = 300;

/// Writes a letter down, together with what causes it. Only where mail is on: nobody else would take it away.
///
/// # Errors
/// When the row cannot be written.
pub fn post(tx: &mut Transaction, new: NewLetter, now: i64) -> Result<LetterId> {
    let NewLetter { to, name, key, arguments } = new;
    let id = LetterId(tx.new_id());
    tx.put_new(&Letter {
        id,
        to,
        name,
        key: key.to_owned(),
        arguments,
        created: now,
        due: now,
        tries: 0,
        error: String::new(),
        given_up: false,
    })?;
    Ok(id)
}

/// The letter has been sent.
///
/// # Errors
/// When the store refuses.
pub fn sent(store: &Store, letter: &Letter) -> Result<()> {
    let mut tx = store.transaction(Actor::system(), "mail.sent").note(format!("{} to {}", letter.key, letter.to));
    tx.delete::<Letter>(letter.id.0);
    store.commit(tx)?;
    Ok(())
}

/// The letter could not be sent: it is tried again later, ever more seldom, and given up after the last pause or at
/// once where trying again is no use (`final_`). Returns the letter as it stands now; `None` if it is gone.
///
/// # Errors
/// `Conflict`; when the store refuses.
pub fn failed(store: &Store, id: LetterId, reason: &str, final_: bool, now: i64) -> Result<Option<Letter>> {
    let mut tx = store.transaction(Actor::system(), "mail.failed");
    let Some(mut letter) = tx.get::<Letter>(id.0)? else { return Ok(None) };
    let pause = PAUSES.get(letter.tries as usize).filter(|_| !final_);
    letter.tries += 1;
    letter.error = reason.chars().filter(|character| !character.is_control()).take(REASON).collect();
    match pause {
        Some(minutes) => letter.due = now.saturating_add(minutes * MINUTE),
        None => letter.given_up = true,
    }
    let end = if letter.given_up { ", given up" } else { "" };
    tx = tx.note(format!("{} to {}: {}{end}", letter.key, letter.to, letter.error));
    tx.put(&letter)?;
    store.commit(tx)?;
    Ok(Some(letter))
}

/// Tries every letter that was given up from the start again; returns how many.
///
/// # Errors
/// `Conflict`; when the store refuses.
pub fn retry(store: &Store, actor: &Actor, now: i64) -> Result<usize> {
    let letters = query::given_up(store)?;
    if letters.is_empty() {
        return Ok(0);
    }
    let mut tx = store.transaction(actor, "mail.retry").note(format!("{} letters", letters.len()));
    let mut count = 0;
    for letter in letters {
        if let Some(mut letter) = tx.get::<Letter>(letter.id.0)? {
            letter.given_up = false;
            letter.tries = 0;
            letter.due = now;
            tx.put(&letter)?;
            count += 1;
        }
    }
    store.commit(tx)?;
    Ok(count)
}
