//! What the import itself asks and writes; everything goes into its own transactions.

use crate::base::id::{OldPageId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::site::{BATCH_NAME, Batch, remove_rows};
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::tables::{PAGE_KEY, PAGES_OF_BATCH, PENDING_OF_BATCH, RUNS_OF_SITE, SIGN_OFFS_OF_BATCH, page_key};
use super::{OldPage, PendingLink, Review, Run, SignOff};

/// The run of this source that was begun for the site and never ended.
///
/// # Errors
/// When the store cannot be read.
pub fn unfinished(read: &impl Read, site: SiteId, kind: &str, source: &str) -> Result<Option<Run>> {
    for entry in read.list(ListKey::new(RUNS_OF_SITE, &[site.0]), Position::FIRST, usize::MAX)? {
        let run: Option<Run> = read.get(entry.id)?;
        if let Some(run) = run.filter(|run| run.ended.is_none() && run.kind == kind && run.source == source) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

/// The page that an import brought to a site under this name in its source.
///
/// # Errors
/// When the store cannot be read.
pub fn find_page(read: &impl Read, site: SiteId, key: &str) -> Result<Option<OldPage>> {
    match read.unique(PAGE_KEY, &page_key(site.0, key))? {
        Some(id) => Ok(read.get(id)?),
        None => Ok(None),
    }
}

/// Writes what became of a page into `tx`. One that is there keeps its number, its batch and what a person decided;
/// one that was sent back waits again when something about it changed. Returns the page as it stands and whether it
/// was written.
///
/// # Errors
/// When the store cannot be read.
pub fn put_page(tx: &mut Transaction, mut page: OldPage) -> Result<(OldPage, bool)> {
    let Some(known) = find_page(tx, page.site, &page.key)? else {
        page.id = OldPageId(tx.new_id());
        tx.put(&page)?;
        return Ok((page, true));
    };
    (page.id, page.batch) = (known.id, known.batch);
    let time = std::mem::replace(&mut page.time, known.time);
    let wanted = std::mem::replace(&mut page.review, known.review.clone());
    if let Review::Accepted { .. } | Review::Discarded { .. } = known.review {
        // What a person put right stands.
        (page.channel, page.title) = (known.channel, known.title.clone());
    }
    let same = page == known;
    page.review = match known.review {
        Review::Accepted { .. } | Review::Discarded { .. } => known.review.clone(),
        Review::SentBack { .. } if same => known.review.clone(),
        _ => wanted,
    };
    if page == known {
        return Ok((page, false));
    }
    page.time = time;
    tx.put(&page)?;
    Ok((page, true))
}

/// Removes what is kept of an import beside its documents: pages, waiting links, what was signed off, the run.
/// Works in portions; one that was interrupted is run again.
///
/// # Errors
/// `Forbidden` for all but `admin`; `NotFound` when there is no such import.
pub fn remove_batch(store: &Store, by: &By, name: &str) -> Result<()> {
    by.require(Role::Admin, Place::Group)?;
    let missing = || Error::not_found("import", name);
    let id = store.unique(BATCH_NAME, name.as_bytes())?.ok_or_else(missing)?;
    let batch: Batch = store.get(id)?.ok_or_else(missing)?;
    let begin = || store.transaction(by.actor(), "import.undo").site(batch.site.0).note(name);
    remove_rows::<OldPage>(store, &begin, ListKey::new(PAGES_OF_BATCH, &[id]))?;
    remove_rows::<PendingLink>(store, &begin, ListKey::new(PENDING_OF_BATCH, &[id]))?;
    remove_rows::<SignOff>(store, &begin, ListKey::new(SIGN_OFFS_OF_BATCH, &[id]))?;
    let mut tx = begin();
    if tx.get::<Run>(id)?.is_some() {
        tx.delete::<Run>(id);
        store.commit(tx)?;
    }
    Ok(())
}
