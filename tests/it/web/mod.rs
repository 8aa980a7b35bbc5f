//! Pages through the pipeline, without sockets.

mod addresses;
mod admin;
pub mod city;
mod elder;
mod initial;
mod publish;

pub use city::City;
