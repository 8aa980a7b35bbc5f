//! zhanqun: one server for a city's whole site group.

pub mod base;
pub mod cache;
pub mod config;
pub mod render;
pub mod server;
pub mod store;
pub mod web;
