//! The steps that a text takes before visitors read it, and who took them.
//!
//! **Invariant:** a case takes the steps of its flow as they were when the
//! text was submitted, one after the other, for one revision; none is left out.

mod actions;
mod case;
mod flow;
mod query;
mod rules;
mod tables;

pub(in crate::domain) use actions::begin;
pub use actions::{remind, remove_flow, set_flow};
pub use case::{Act, ActKind, Case, Opening};
pub use flow::{Flow, Standing, Step};
pub use query::{Reminder, Waiting, What, case, flow_of, flows, inbox, reminders, stored_flow};
pub use rules::{LONGEST_NAME, MOST_STEPS, check_flow};
pub use tables::{CASES, CASES_OF_SITE, CASES_RETURNED, FLOWS_OF_SITE};
