//! Stories of the domain: sites, addresses, redirects, documents, accounts; without a server.

mod account;
mod addresses;
mod audit;
mod column_ends;
mod column_walk;
mod columns;
pub mod content;
mod declarations;
mod documents;
mod editing;
mod group;
mod initial;
mod log_ins;
pub mod media;
mod office;
mod people;
mod pictures;
mod redirects;
mod second_factor;
mod settings;
mod sites;
mod states;
mod submissions;
mod tokens;
mod workflow;
