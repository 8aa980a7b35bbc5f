//! Rows and keys of imports.

use crate::store::{Keys, Record};

use super::{OldPage, PendingLink, Run, SignOff};

/// List: pages of an import, the last written first.
pub const PAGES_OF_BATCH: u8 = 110;
/// List: pages of an import with a fate.
pub(super) const PAGES_OF_FATE: u8 = 111;
/// List: pages of an import in a column.
pub(super) const PAGES_OF_COLUMN: u8 = 112;
/// List: pages of a site that wait for a person, the first written first.
pub const WAITING_OF_SITE: u8 = 113;
/// List: pages that wait for a person, of an import and a column.
pub(super) const WAITING_OF_COLUMN: u8 = 114;
/// List: pages that became a document.
pub(super) const PAGES_OF_DOCUMENT: u8 = 115;
/// List: runs of all sites, the newest first.
pub const RUNS: u8 = 116;
/// List: runs of a site, the newest first.
pub(super) const RUNS_OF_SITE: u8 = 117;
/// List: what is signed off of an import.
pub(super) const SIGN_OFFS_OF_BATCH: u8 = 118;
/// List: links to an old host (hash of its name) that has not moved in.
pub const PENDING_OF_HOST: u8 = 119;
/// List: links of an import that wait.
pub(super) const PENDING_OF_BATCH: u8 = 120;
/// List: links of a document that wait.
pub const PENDING_OF_DOCUMENT: u8 = 121;

/// Unique: a page by its name in a site.
pub(super) const PAGE_KEY: u8 = 80;
/// Unique: a column of an import is signed off once.
pub(super) const SIGNED: u8 = 81;
/// Unique: an address in a document waits once.
pub(super) const PENDING: u8 = 82;

/// Key of `PAGE_KEY`.
pub(super) fn page_key(site: u64, key: &str) -> Vec<u8> {
    named(site, key)
}

/// Key of `SIGNED`.
pub(super) fn signed_key(batch: u64, channel: u64) -> Vec<u8> {
    [batch.to_be_bytes(), channel.to_be_bytes()].concat()
}

/// Key of `PENDING`.
pub(super) fn pending_key(document: u64, address: &str) -> Vec<u8> {
    named(document, address)
}

/// A number and a name of any length in few bytes.
fn named(number: u64, name: &str) -> Vec<u8> {
    let hash = xxhash_rust::xxh3::xxh3_128(name.as_bytes());
    [number.to_be_bytes().as_slice(), hash.to_be_bytes().as_slice()].concat()
}

/// Number of a host in lists.
pub(super) fn host_number(host: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(host.as_bytes())
}

impl Record for OldPage {
    const TABLE: u8 = 80;
    const NAME: &'static str = "old page";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(PAGES_OF_BATCH, &[self.batch], self.id.0);
        keys.list(PAGES_OF_FATE, &[self.batch, self.fate.number()], self.id.0);
        if let Some(channel) = self.channel {
            keys.list(PAGES_OF_COLUMN, &[self.batch, channel.0], self.id.0);
        }
        if self.review.is_open() {
            keys.list(WAITING_OF_SITE, &[self.site.0], u64::MAX - self.id.0);
            if let Some(channel) = self.channel {
                keys.list(WAITING_OF_COLUMN, &[self.batch, channel.0], u64::MAX - self.id.0);
            }
        }
        if let Some(document) = self.document {
            keys.list(PAGES_OF_DOCUMENT, &[document.0], self.id.0);
        }
        keys.unique(PAGE_KEY, &page_key(self.site.0, &self.key));
    }
}

impl Record for Run {
    const TABLE: u8 = 81;
    const NAME: &'static str = "import run";

    fn id(&self) -> u64 {
        self.batch
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        let begun = self.begun.max(0) as u64;
        keys.list(RUNS, &[], begun);
        keys.list(RUNS_OF_SITE, &[self.site.0], begun);
    }
}

impl Record for SignOff {
    const TABLE: u8 = 82;
    const NAME: &'static str = "sign-off";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(SIGN_OFFS_OF_BATCH, &[self.batch], self.id.0);
        keys.unique(SIGNED, &signed_key(self.batch, self.channel.0));
    }
}

impl Record for PendingLink {
    const TABLE: u8 = 83;
    const NAME: &'static str = "waiting link";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(PENDING_OF_HOST, &[host_number(&self.host)], u64::MAX - self.id.0);
        keys.list(PENDING_OF_BATCH, &[self.batch], self.id.0);
        keys.list(PENDING_OF_DOCUMENT, &[self.document.0], self.id.0);
        keys.unique(PENDING, &pending_key(self.document.0, &self.address));
    }
}
