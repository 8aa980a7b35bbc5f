//! One import for every kind of source: a first walk plans, a second one writes what was planned.
//!
//! **Invariant:** between the walks only small facts are kept; what a run does
//! it does as well when it was interrupted and is run again; what is not sure
//! waits for a person.

mod body;
mod columns;
mod commit;
mod count;
mod fates;
mod files;
pub(in crate::migrate) mod mapping;
mod plan;
pub(in crate::migrate) mod report;
mod run;
mod undo;
mod write;

pub use report::Report;
pub use run::{Options, run};
pub use undo::undo;
