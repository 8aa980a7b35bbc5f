//! Letters of the public (来信) with what was answered.
//!
//! **Invariant:** a letter is private until a person made it public, and the
//! name of who wrote it is shown to those who work with letters only.

mod import;
mod inquiry;
mod query;
mod tables;

pub use import::{bring, remove_batch};
pub use inquiry::{Inquiry, Showing};
pub use query::{inquiries, inquiry};
pub use tables::INQUIRIES_OF_SITE;
