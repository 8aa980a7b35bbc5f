//! Numbers about the cache.
//!
//! **Invariant:** counting takes no lock.

use std::sync::atomic::AtomicU64;

/// Numbers for `/metrics`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Answers from the cache.
    pub hits: u64,
    /// Lookups that found nothing.
    pub misses: u64,
    /// Kept pages.
    pub entries: u64,
    /// Kept shared parts.
    pub memos: u64,
    /// Memory of kept pages in bytes.
    pub bytes: u64,
    /// Different things that pages depend on.
    pub tags: u64,
    /// Pages dropped because something changed.
    pub invalidated: u64,
    /// Pages dropped for room.
    pub evicted: u64,
    /// Pages rendered.
    pub rendered: u64,
    /// Requests that waited for another's rendering.
    pub waited: u64,
    /// Pages not kept because something changed while they were rendered.
    pub refused: u64,
}

/// Counters behind the numbers.
#[derive(Default)]
pub(super) struct Counters {
    pub(super) misses: AtomicU64,
    pub(super) invalidated: AtomicU64,
    pub(super) evicted: AtomicU64,
    pub(super) rendered: AtomicU64,
    pub(super) waited: AtomicU64,
    pub(super) refused: AtomicU64,
}
