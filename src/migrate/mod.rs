//! Old sites: reading what they left behind and bringing it in.
//!
//! **Invariant:** a source is read and checked completely before the first
//! row is written; what a run brought is one batch and can be taken back.

pub mod report;
pub mod wxr;
