//! Frozen copies of old sites, read below `/archive/<slug>/`.
//!
//! **Invariant:** a copy is seen when it is complete and is never changed; another one takes its place as a whole.

mod actions;
mod copy;
mod query;
mod tables;

pub use actions::{add, begin, finish, forget, forget_begun};
pub use copy::{Copied, Copy, What};
pub use query::{copies, find, shown};
