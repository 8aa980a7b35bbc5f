//! Stories of the domain: sites, addresses, redirects, documents, accounts; without a server.

mod account;
mod addresses;
mod declarations;
mod documents;
mod group;
mod initial;
mod redirects;
mod sites;
