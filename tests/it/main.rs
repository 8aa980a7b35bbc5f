//! All integration tests; the modules mirror src.

mod cache;
mod config;
mod render;
mod store;
mod web;
