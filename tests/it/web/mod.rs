//! Pages through the pipeline, without sockets.

mod accounts;
mod addresses;
mod admin;
mod api;
mod archive;
pub mod browser;
pub mod city;
mod editor;
mod elder;
mod initial;
mod media;
mod migration;
mod old_addresses;
mod paste;
mod permission;
mod preview;
mod publish;
mod review;
mod site;
mod site_bulk;
mod states;
mod webhooks;

pub use city::City;
