//! All integration tests; the modules mirror src.

mod architecture;
mod cache;
mod config;
mod domain;
mod jobs;
mod migrate;
mod render;
mod server;
mod store;
mod web;
