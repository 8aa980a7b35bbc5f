//! Features: rules, actions, queries, without a server.

mod account;
