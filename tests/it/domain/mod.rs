<<<<<<< HEAD
//! Features: rules, actions, queries, without a server.

mod account;
=======
//! Stories of the domain: sites, addresses, redirects, documents.

mod addresses;
mod declarations;
mod documents;
mod group;
mod initial;
mod redirects;
mod sites;
>>>>>>> wxr
