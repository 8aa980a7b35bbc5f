//! Letters to users: written down together with what causes them, sent by a job.
//!
//! **Invariant:** a letter is in the store exactly from the transaction that
//! causes it until it has been sent or somebody has let it go.

mod actions;
mod letter;
mod query;
mod tables;

pub use actions::{failed, post, retry, sent};
pub use letter::{Letter, NewLetter, is_address};
pub use query::{due, given_up, next_due, waiting};
pub use tables::{GIVEN_UP, WAITING};
