//! Rows and keys of files and collections.

use crate::base::id::{CollectionId, SiteId};
use crate::store::{Keys, ListKey, Record};

use super::{Collection, Kind, Media};

/// List: media of a site, newest first.
pub const MEDIA_OF_SITE: u8 = 10;
/// List: media that an import brought.
pub const MEDIA_OF_BATCH: u8 = 11;
/// List: files of a library or collection, all (0) or of one kind, newest first.
const MEDIA_OF_SHELF: u8 = 12;
/// List: revisions, and unsaved texts, that name a file: row is the revision, order the document.
pub const USES_OF_MEDIA: u8 = 13;
/// List: collections of a site.
pub(super) const COLLECTIONS_OF_SITE: u8 = 14;
/// List: collections of the whole group.
pub(super) const SHARED_COLLECTIONS: u8 = 15;

/// Unique: name of a file in the source of an import, per site.
pub(super) const MEDIA_ORIGIN: u8 = 10;

/// Key of `MEDIA_ORIGIN`.
pub(super) fn origin_key(site: u64, origin: &str) -> Vec<u8> {
    [&site.to_be_bytes(), origin.as_bytes()].concat()
}

/// The files of a site's library or of a collection; numbers are unique in the group, so the two never meet.
pub(super) fn shelf(site: SiteId, collection: Option<CollectionId>, kind: Option<Kind>) -> ListKey {
    let place = collection.map_or(site.0, |collection| collection.0);
    ListKey::new(MEDIA_OF_SHELF, &[place, kind.map_or(0, |kind| kind as u64)])
}

impl Record for Media {
    const TABLE: u8 = 10;
    const NAME: &'static str = "media";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        let order = self.created.max(0) as u64;
        keys.list(MEDIA_OF_SITE, &[self.site.0], order);
        for kind in [None, Some(self.kind())] {
            keys.lists.push((shelf(self.site, self.collection, kind), order));
        }
        if let Some(batch) = self.batch {
            keys.list(MEDIA_OF_BATCH, &[batch], self.id.0);
        }
        if !self.origin.is_empty() {
            keys.unique(MEDIA_ORIGIN, &origin_key(self.site.0, &self.origin));
        }
    }
}

impl Record for Collection {
    const TABLE: u8 = 11;
    const NAME: &'static str = "collection";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        let order = self.created.max(0) as u64;
        if self.shared {
            keys.list(SHARED_COLLECTIONS, &[], order);
        } else {
            keys.list(COLLECTIONS_OF_SITE, &[self.site.0], order);
        }
    }
}
