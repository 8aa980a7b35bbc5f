//! Background work: one file a job, each idempotent.
//!
//! **Invariant:** a job that is interrupted loses nothing and does its work at the next turn.

mod due;
mod hits;
mod scrub;
mod sites;

pub use due::run as due;
pub use hits::{flush as flush_hits, run as hits};
pub use scrub::run as scrub;
pub use sites::watch as watch_sites;
