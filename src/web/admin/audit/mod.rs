//! The audit log, for `auditor` only.
//!
//! **Invariant:** nothing here changes anything but by an entry that says who looked or verified.

pub mod entry;
pub mod export;
mod filter;
pub mod list;
pub mod verify;
