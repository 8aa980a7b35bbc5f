//! Documents that one site offers to a column of another, which takes them or does not.
//!
//! **Invariant:** only what visitors read already is offered; the sender sees
//! what became of it and nothing else of the other site.

mod actions;
mod query;
mod submission;
mod tables;

pub use actions::{accept, push, refuse, take_back};
pub use query::{Sent, count_received, received, sent, targets};
pub use submission::{Fate, How, Submission};
pub use tables::{SUBMISSIONS_OF_DOCUMENT, SUBMISSIONS_TO_CHANNEL, SUBMISSIONS_TO_SITE};
