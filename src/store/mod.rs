//! The journal is the truth; sled holds what it says now.
//!
//! **Invariant:** nothing is acknowledged before its journal record is on
//! disk, and sled can be rebuilt from the journal at any time.
//!
//! A write is a [`Transaction`]: rows read (with their versions) and rows
//! written. One writer thread checks it, appends it to the journal together
//! with everything else that waits, flushes once, applies it to the state in
//! one atomic batch, tells the followers (`on_commit`) and only then answers.
//! The journal holds whole rows as JSON; lists, unique keys and counters are
//! derived from the rows by [`TableDef`] when they are applied, so they can
//! always be rebuilt.

mod error;
mod table;
mod transaction;

pub use error::{Error, Result};
pub use table::{Entry, Keys, ListKey, Position, Record, TableDef};
pub use transaction::{Actor, Change, Committed, Read, Touched, Transaction};

/// The store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {}
