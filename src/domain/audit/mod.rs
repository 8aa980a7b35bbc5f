//! The audit log: who did what, when and from where, as the journal says it.
//!
//! **Invariant:** only `auditor` and ops read it; what is secret in a row is
//! masked before it leaves this feature.

mod entry;
mod filter;
mod query;
mod verification;

pub use entry::{Change, Detail, Entry};
pub use filter::Filter;
pub use query::{Page, detail, entries, export};
pub use verification::{State, Verification, verified};
