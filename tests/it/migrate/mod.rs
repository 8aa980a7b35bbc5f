//! Importing old sites.

mod access;
mod book;
mod broken;
mod crawl;
mod dede;
mod fixture;
mod hostile;
mod import;
mod markup;
mod pages;
mod phpcms;
mod practice;
mod refused;
mod scripts;
mod sql;
mod table;
mod traits;
mod wxr;
mod wxr_addresses;
mod wxr_columns;
mod wxr_run;
