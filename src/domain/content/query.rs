//! Reads for visitors' pages: live documents only.

use crate::base::id::{ChannelId, DocumentId, SiteId};
use crate::domain::error::Result;
use crate::store::{Entry, ListKey, Position, Read};

use super::document::{Document, Reference, Revision};
use super::tables::LIVE_OF_CHANNEL;

/// A document as it stands in a list: by itself or by reference.
#[derive(Debug, Clone)]
pub struct Item {
    /// The document.
    pub document: Document,
    /// The reference, if it stands here by one.
    pub reference: Option<Reference>,
}

impl Item {
    /// Number in the address.
    pub fn id(&self) -> u64 {
        self.reference.as_ref().map_or(self.document.id.0, |r| r.id.0)
    }

    /// Site that shows it.
    pub fn site(&self) -> SiteId {
        self.reference.as_ref().map_or(self.document.site, |r| r.site)
    }

    /// Column that shows it.
    pub fn channel(&self) -> ChannelId {
        self.reference.as_ref().map_or(self.document.channel, |r| r.channel)
    }

    /// Title here.
    pub fn title(&self) -> &str {
        match &self.reference {
            Some(reference) if !reference.title.is_empty() => &reference.title,
            _ => &self.document.card.title,
        }
    }

    /// Time here, milliseconds since 1970.
    pub fn time(&self) -> i64 {
        self.reference.as_ref().map_or(self.document.published, |r| r.time)
    }

    /// Pinned here?
    pub fn pinned(&self) -> bool {
        self.reference.as_ref().map_or(self.document.pinned, |r| r.pinned)
    }

    /// Its place in the list of its column.
    pub fn entry(&self) -> Entry {
        Entry { id: self.id(), order: super::document::order_of(self.pinned(), self.time()) }
    }
}

/// The document or reference with this number, live or not.
///
/// # Errors
/// When the store cannot be read.
pub fn item(read: &impl Read, id: u64) -> Result<Option<Item>> {
    if let Some(document) = read.get::<Document>(id)? {
        return Ok(Some(Item { document, reference: None }));
    }
    let Some(reference) = read.get::<Reference>(id)? else { return Ok(None) };
    let document = read.get::<Document>(reference.document.0)?;
    Ok(document.map(|document| Item { document, reference: Some(reference) }))
}

/// The items of list entries; an entry whose row is gone meanwhile is left out.
///
/// # Errors
/// When the store cannot be read.
pub fn items(read: &impl Read, entries: &[Entry]) -> Result<Vec<Item>> {
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(item) = item(read, entry.id)?
            && item.document.is_live()
        {
            found.push(item);
        }
    }
    Ok(found)
}

/// The first items of a list of live documents.
///
/// # Errors
/// When the store cannot be read.
pub fn live(read: &impl Read, list: ListKey, limit: usize) -> Result<Vec<Item>> {
    items(read, &read.list(list, Position::FIRST, limit)?)
}

/// A live document with its live revision.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Document and place.
    pub item: Item,
    /// What visitors read.
    pub revision: Revision,
}

/// The live document or reference with this number; `None` if visitors may not see it.
///
/// # Errors
/// When the store cannot be read.
pub fn placed(read: &impl Read, id: DocumentId) -> Result<Option<Placed>> {
    let Some(item) = item(read, id.0)? else { return Ok(None) };
    if !item.document.is_live() || item.reference.as_ref().is_some_and(|r| !r.visible) {
        return Ok(None);
    }
    let Some(live) = item.document.live else { return Ok(None) };
    Ok(read.get::<Revision>(live.0)?.map(|revision| Placed { item, revision }))
}

/// The neighbour above an item in its column, the newer one.
///
/// # Errors
/// When the store cannot be read.
pub fn newer(read: &impl Read, item: &Item) -> Result<Option<Item>> {
    let list = ListKey::new(LIVE_OF_CHANNEL, &[item.channel().0]);
    Ok(items(read, &read.list_back(list, item.entry().position(), 1)?)?.pop())
}
