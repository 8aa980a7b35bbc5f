//! The store: journal, state, tables, recovery.
