//! Taking a run back.

use crate::domain::account::By;
use crate::domain::error::Result;
use crate::domain::{content, interaction, migration};
use crate::store::Store;

/// Removes everything that a run brought. Works in portions; one that was interrupted is run again. Returns how many
/// documents went.
///
/// # Errors
/// `Forbidden` for all but `admin`; `NotFound` when there is no such import.
pub fn undo(store: &Store, by: &By, name: &str) -> Result<usize> {
    interaction::remove_batch(store, by, name)?;
    migration::remove_batch(store, by, name)?;
    content::remove_batch(store, by, name)
}
