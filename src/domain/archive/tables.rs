//! Rows and keys of frozen copies.

use crate::store::{Keys, Record};

use super::{Copied, Copy};

/// List: copies of a site, the newest first.
pub(super) const COPIES_OF_SITE: u8 = 200;
/// List: addresses of a copy.
pub(super) const COPIED_OF_COPY: u8 = 201;

/// Unique: an address of a copy in normal form.
pub(super) const COPIED_FROM: u8 = 200;

/// Key of `COPIED_FROM`.
pub(super) fn from_key(copy: u64, from: &str) -> Vec<u8> {
    let hash = xxhash_rust::xxh3::xxh3_128(from.as_bytes());
    [copy.to_be_bytes().as_slice(), hash.to_be_bytes().as_slice()].concat()
}

impl Record for Copy {
    const TABLE: u8 = 95;
    const NAME: &'static str = "archive";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(COPIES_OF_SITE, &[self.site.0], self.id.0);
    }
}

impl Record for Copied {
    const TABLE: u8 = 96;
    const NAME: &'static str = "archived address";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(COPIED_OF_COPY, &[self.copy.0], self.id.0);
        keys.unique(COPIED_FROM, &from_key(self.copy.0, &self.from));
    }
}
