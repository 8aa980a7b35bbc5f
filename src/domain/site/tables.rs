//! Rows and keys of sites, columns, old addresses and import batches.

use crate::store::{Keys, Record};

use super::{Batch, Channel, Hits, Redirect, Site};

/// List: sites of the group.
pub const SITES: u8 = 1;
/// List: columns of a site.
pub const CHANNELS_OF_SITE: u8 = 2;
/// List: old addresses of a site.
pub const REDIRECTS_OF_SITE: u8 = 3;
/// List: old addresses that an import made.
pub const REDIRECTS_OF_BATCH: u8 = 4;
/// List: imports, newest first.
pub const BATCHES: u8 = 5;
/// List: columns that an import made.
pub const CHANNELS_OF_BATCH: u8 = 6;

/// Unique: slugs of sites and columns at their place.
pub const ADDRESS: u8 = 1;
/// Unique: host names, own and old.
pub const HOST: u8 = 2;
/// Unique: old address in normal form within a site.
pub const REDIRECT_FROM: u8 = 3;
/// Unique: name of an import batch.
pub const BATCH_NAME: u8 = 4;

/// Key of `ADDRESS`: the slug below `parent` in the tree of `root` (0 for the portal).
pub(super) fn address_key(root: u64, parent: u64, slug: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(16 + slug.len());
    key.extend_from_slice(&root.to_be_bytes());
    key.extend_from_slice(&parent.to_be_bytes());
    key.extend_from_slice(slug.as_bytes());
    key
}

/// Key of `REDIRECT_FROM`.
pub(super) fn redirect_key(site: u64, prefix: bool, from: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(9 + from.len());
    key.extend_from_slice(&site.to_be_bytes());
    key.push(u8::from(prefix));
    key.extend_from_slice(from.as_bytes());
    key
}

impl Record for Site {
    const TABLE: u8 = 1;
    const NAME: &'static str = "site";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.id.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(SITES, &[], self.order);
        for slug in std::iter::once(&self.slug).chain(&self.former_slugs) {
            keys.unique(ADDRESS, &address_key(0, 0, slug));
        }
        for host in self.hosts.iter().chain(&self.old_hosts) {
            keys.unique(HOST, host.as_bytes());
        }
    }
}

impl Record for Channel {
    const TABLE: u8 = 2;
    const NAME: &'static str = "column";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(CHANNELS_OF_SITE, &[self.site.0], self.order);
        if let Some(batch) = self.batch {
            keys.list(CHANNELS_OF_BATCH, &[batch], self.id.0);
        }
        let root = if self.portal { 0 } else { self.site.0 };
        let here = (self.parent, self.slug.clone());
        for (parent, slug) in std::iter::once(&here).chain(&self.former) {
            keys.unique(ADDRESS, &address_key(root, parent.map_or(0, |p| p.0), slug));
        }
    }
}

impl Record for Redirect {
    const TABLE: u8 = 3;
    const NAME: &'static str = "redirect";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(REDIRECTS_OF_SITE, &[self.site.0], self.id.0);
        if let Some(batch) = self.batch {
            keys.list(REDIRECTS_OF_BATCH, &[batch], self.id.0);
        }
        keys.unique(REDIRECT_FROM, &redirect_key(self.site.0, self.prefix, &self.from));
    }
}

impl Record for Hits {
    const TABLE: u8 = 4;
    const NAME: &'static str = "hits";

    fn id(&self) -> u64 {
        self.redirect.0
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, _: &mut Keys) {}
}

impl Record for Batch {
    const TABLE: u8 = 5;
    const NAME: &'static str = "batch";

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(BATCHES, &[], self.id);
        keys.unique(BATCH_NAME, self.name.as_bytes());
    }
}
