//! zhanqun (站群): one server for a city's whole government site group.
//!
//! The journal is the truth, everything else is what the journal says now: a
//! write is one transaction, appended to the journal and flushed before it is
//! acknowledged; sled holds the content as it stands, the page cache holds
//! finished pages and drops exactly those that show what changed.
//!
//! A module may name only modules below it:
//!
//! ```text
//! cli                     parses arguments, wires everything
//! server   jobs  migrate  sockets │ background work │ old sites
//! web                     the only module that knows what a request means
//! app                     configuration, store, themes, cache, clock; composed once
//! render                  themes, templates, template functions
//! cache                   finished pages, found by key, dropped by tag
//! outside                 messages to other programs
//! domain                  features: rules and actions; no HTTP, no templates, no sockets
//! config  store           settings │ journal, sled, typed tables
//! base                    ids, clock, faults; no I/O but the clock
//! ```

pub mod app;
pub mod base;
pub mod cache;
pub mod cli;
pub mod config;
pub mod domain;
pub mod jobs;
pub mod migrate;
pub mod outside;
pub mod render;
pub mod server;
pub mod store;
pub mod web;
