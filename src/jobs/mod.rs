//! Background work: one file a job, each idempotent.
//!
//! **Invariant:** a job that is interrupted loses nothing and does its work at the next turn.

mod columns;
mod due;
mod hits;
mod mail;
mod pictures;
mod reminders;
mod scrub;
mod sites;
mod uploads;
mod webhooks;

pub use columns::run as columns;
pub use due::run as due;
pub use hits::{flush as flush_hits, run as hits};
pub use mail::{run as mail, send_due as send_mail};
pub use pictures::{catch_up as catch_up_pictures, start as pictures};
pub use reminders::{remind, run as reminders};
pub use scrub::run as scrub;
pub use sites::watch as watch_sites;
pub use uploads::{run as uploads, sweep as sweep_uploads};
pub use webhooks::run as webhooks;
