//! Importing old sites.

mod access;
mod book;
mod broken;
mod crawl;
mod dede;
mod fixture;
mod import;
mod markup;
mod pages;
mod phpcms;
mod practice;
mod refused;
mod sql;
mod table;
mod wxr;
