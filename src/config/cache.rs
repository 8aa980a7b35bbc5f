//! `[cache]`: finished pages in memory.
//!
//! **Invariant:** the bound counts every form of a page (plain and compressed).

use serde::{Deserialize, Serialize};

/// Finished pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// Most memory for finished pages in all their forms, in MB.
    pub pages_mb: u64,
    /// Pages dropped by one change that are rendered again at once, the most visited first.
    pub refresh: usize,
}

impl Default for CacheConfig {
    fn default() -> CacheConfig {
        CacheConfig { pages_mb: 128, refresh: 64 }
    }
}

impl CacheConfig {
    /// [`CacheConfig::pages_mb`] in bytes.
    pub fn bytes(&self) -> usize {
        usize::try_from(self.pages_mb << 20).unwrap_or(usize::MAX)
    }

    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        if !(1..=1 << 20).contains(&self.pages_mb) {
            wrong("cache.pages_mb", "must be between 1 and 1048576");
        }
    }
}
