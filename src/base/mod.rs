//! Words that every layer shares: ids, time, faults.
//!
//! **Invariant:** no I/O but the clock.

pub mod clock;
pub mod fault;
pub mod id;
