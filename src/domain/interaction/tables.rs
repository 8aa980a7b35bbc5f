//! Rows and keys of letters.

use crate::store::{Keys, Record};

use super::Inquiry;

/// List: letters of a site, the newest first.
pub const INQUIRIES_OF_SITE: u8 = 122;
/// List: letters of an import.
pub(super) const INQUIRIES_OF_BATCH: u8 = 123;

/// Unique: a letter by its name in the source of an import.
pub(super) const INQUIRY_ORIGIN: u8 = 83;

/// Key of `INQUIRY_ORIGIN`.
pub(super) fn origin_key(site: u64, origin: &str) -> Vec<u8> {
    let hash = xxhash_rust::xxh3::xxh3_128(origin.as_bytes());
    [site.to_be_bytes().as_slice(), hash.to_be_bytes().as_slice()].concat()
}

impl Record for Inquiry {
    const TABLE: u8 = 84;
    const NAME: &'static str = "inquiry";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(INQUIRIES_OF_SITE, &[self.site.0], self.asked.unwrap_or_default().max(0) as u64);
        if let Some(batch) = self.batch {
            keys.list(INQUIRIES_OF_BATCH, &[batch], self.id.0);
        }
        if !self.origin.is_empty() {
            keys.unique(INQUIRY_ORIGIN, &origin_key(self.site.0, &self.origin));
        }
    }
}
