//! Rows and keys of media.

use crate::store::{Keys, Record};

use super::Media;

/// List: media of a site, newest first.
pub const MEDIA_OF_SITE: u8 = 10;
/// List: media that an import brought.
pub const MEDIA_OF_BATCH: u8 = 11;

/// Unique: name of a file in the source of an import, per site.
pub(super) const MEDIA_ORIGIN: u8 = 10;

/// Key of `MEDIA_ORIGIN`.
pub(super) fn origin_key(site: u64, origin: &str) -> Vec<u8> {
    [&site.to_be_bytes(), origin.as_bytes()].concat()
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
        keys.list(MEDIA_OF_SITE, &[self.site.0], self.created.max(0) as u64);
        if let Some(batch) = self.batch {
            keys.list(MEDIA_OF_BATCH, &[batch], self.id.0);
        }
        if !self.origin.is_empty() {
            keys.unique(MEDIA_ORIGIN, &origin_key(self.site.0, &self.origin));
        }
    }
}
