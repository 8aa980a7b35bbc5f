//! The store: journal, state, tables, recovery.

mod backup;
mod commit;
mod crash;
mod fixture;
mod full;
mod model;
mod past;
mod recover;
mod refused;
mod schema;
mod snapshot;
mod together;
