//! Rows and keys of documents, revisions and references.

use crate::store::{Keys, Record};

use super::document::order_of;
use super::{Document, Reference, Revision};

/// List: what visitors see in a column: documents and references, pinned first, then newest.
pub const LIVE_OF_CHANNEL: u8 = 20;
/// List: live documents of a site, newest first.
pub const LIVE_OF_SITE: u8 = 21;
/// List: live documents of the group, newest first.
pub const LIVE_OF_GROUP: u8 = 22;
/// List: live documents of a site that have a title picture.
pub const PICTURES_OF_SITE: u8 = 23;
/// List: all documents of a site, by creation.
pub const DOCUMENTS_OF_SITE: u8 = 24;
/// List: documents (and references) that an import brought.
pub const DOCUMENTS_OF_BATCH: u8 = 25;
/// List: documents with something due, the earliest first.
pub const DUE: u8 = 26;
/// List: revisions of a document, newest first.
pub const REVISIONS_OF_DOCUMENT: u8 = 27;
/// List: references to a document.
pub const REFERENCES_OF_DOCUMENT: u8 = 28;
/// List: references that an import made.
pub const REFERENCES_OF_BATCH: u8 = 29;
/// List: all documents of a column, live or not, by creation.
pub const DOCUMENTS_OF_CHANNEL: u8 = 30;

/// Unique: name of a document in the source of an import, per site.
pub(super) const ORIGIN: u8 = 20;

/// Key of `ORIGIN`.
pub(super) fn origin_key(site: u64, origin: &str) -> Vec<u8> {
    [&site.to_be_bytes(), origin.as_bytes()].concat()
}

/// Order in `DUE`: lists run from the highest order down, so the time is turned round.
pub(super) fn due_order(time: i64) -> u64 {
    u64::MAX - time.max(0) as u64
}

impl Record for Document {
    const TABLE: u8 = 20;
    const NAME: &'static str = "document";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        if self.is_live() {
            let time = self.published.max(0) as u64;
            keys.list(LIVE_OF_CHANNEL, &[self.channel.0], self.order());
            keys.list(LIVE_OF_SITE, &[self.site.0], time);
            keys.list(LIVE_OF_GROUP, &[], time);
            if self.card.picture.is_some() {
                keys.list(PICTURES_OF_SITE, &[self.site.0], time);
            }
        }
        if let Some(time) = self.due() {
            keys.list(DUE, &[], due_order(time));
        }
        keys.list(DOCUMENTS_OF_SITE, &[self.site.0], self.created.max(0) as u64);
        keys.list(DOCUMENTS_OF_CHANNEL, &[self.channel.0], self.created.max(0) as u64);
        if let Some(batch) = self.batch {
            keys.list(DOCUMENTS_OF_BATCH, &[batch], self.id.0);
        }
        if !self.origin.is_empty() {
            keys.unique(ORIGIN, &origin_key(self.site.0, &self.origin));
        }
    }
}

impl Record for Revision {
    const TABLE: u8 = 21;
    const NAME: &'static str = "revision";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(REVISIONS_OF_DOCUMENT, &[self.document.0], u64::from(self.number));
    }
}

impl Record for Reference {
    const TABLE: u8 = 22;
    const NAME: &'static str = "reference";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        if self.visible {
            keys.list(LIVE_OF_CHANNEL, &[self.channel.0], order_of(self.pinned, self.time));
        }
        keys.list(REFERENCES_OF_DOCUMENT, &[self.document.0], self.id.0);
        if let Some(batch) = self.batch {
            keys.list(REFERENCES_OF_BATCH, &[batch], self.id.0);
        }
    }
}
