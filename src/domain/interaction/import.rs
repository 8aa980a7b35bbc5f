//! Letters of old guestbooks: brought in, brought in again, taken back.

use crate::base::id::InquiryId;
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::site::{BATCH_NAME, Batch};
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::Inquiry;
use super::tables::{INQUIRIES_OF_BATCH, INQUIRY_ORIGIN, origin_key};

/// Rows taken back in one transaction.
const PORTION: usize = 500;

/// Writes a letter into `tx`. One of this origin that is there keeps its number, its batch and who may read it, and
/// follows the source. Returns its number and whether it was written.
///
/// # Errors
/// When the store cannot be read.
pub fn bring(tx: &mut Transaction, mut inquiry: Inquiry) -> Result<(InquiryId, bool)> {
    let known: Option<Inquiry> = match tx.unique(INQUIRY_ORIGIN, &origin_key(inquiry.site.0, &inquiry.origin))? {
        Some(id) => tx.get(id)?,
        None => None,
    };
    match known {
        None => inquiry.id = InquiryId(tx.new_id()),
        Some(known) => {
            (inquiry.id, inquiry.batch, inquiry.showing) = (known.id, known.batch, known.showing);
            if inquiry == known {
                return Ok((known.id, false));
            }
        }
    }
    tx.put(&inquiry)?;
    Ok((inquiry.id, true))
}

/// Removes the letters that an import brought. Works in portions; one that was interrupted is run again.
///
/// # Errors
/// `Forbidden` for all but `admin`; `NotFound` when there is no such import.
pub fn remove_batch(store: &Store, by: &By, name: &str) -> Result<usize> {
    by.require(Role::Admin, Place::Group)?;
    let missing = || Error::not_found("import", name);
    let id = store.unique(BATCH_NAME, name.as_bytes())?.ok_or_else(missing)?;
    let batch: Batch = store.get(id)?.ok_or_else(missing)?;
    let mut removed = 0;
    loop {
        let entries = store.list(ListKey::new(INQUIRIES_OF_BATCH, &[id]), Position::FIRST, PORTION)?;
        if entries.is_empty() {
            return Ok(removed);
        }
        let mut tx = store.transaction(by.actor(), "import.undo").site(batch.site.0).note(name);
        for entry in entries {
            tx.get::<Inquiry>(entry.id)?;
            tx.delete::<Inquiry>(entry.id);
            removed += 1;
        }
        store.commit(tx)?;
    }
}
