//! The store: journal, state, tables, recovery.

mod commit;
mod fixture;
