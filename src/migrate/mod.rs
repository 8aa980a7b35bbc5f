//! Old sites: reading what they left behind and bringing it in.
//!
//! **Invariant:** a source is read and checked completely before the first
//! row is written; what a run brought is one batch and can be taken back.

mod addresses;
pub mod archive;
mod begin;
pub mod charset;
mod columns;
pub mod crawl;
pub mod dede;
mod hidden;
pub mod import;
pub mod old;
pub mod pages;
pub mod phpcms;
pub mod records;
pub mod report;
mod rewrite;
mod script;
mod session;
pub mod sql;
pub mod table;
pub mod wxr;

pub use begin::{Failure, Progress};
