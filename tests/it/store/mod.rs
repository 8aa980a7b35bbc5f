//! The store: journal, state, tables, recovery.

mod backup;
mod commit;
mod crash;
mod fixture;
mod full;
mod model;
mod recover;
mod schema;
mod snapshot;
