//! The store: journal, state, tables, recovery.

mod backup;
mod commit;
mod fixture;
mod recover;
mod schema;
mod snapshot;
