//! Features: their rules and actions.
//!
//! **Invariant:** no HTTP, no templates, no sockets; a feature names only
//! those below it (content → media → site → account).

pub mod error;

pub mod account;

pub mod site;

pub mod media;

pub mod content;

use crate::store::TableDef;

/// Every table of the program, for the store to derive keys.
pub fn tables() -> Vec<TableDef> {
    vec![
        TableDef::of::<account::User>(),
        TableDef::of::<account::Session>(),
        TableDef::of::<site::Site>(),
        TableDef::of::<site::Channel>(),
        TableDef::of::<site::Redirect>(),
        TableDef::of::<site::Hits>(),
        TableDef::of::<site::Batch>(),
        TableDef::of::<media::Media>(),
        TableDef::of::<content::Document>(),
        TableDef::of::<content::Revision>(),
        TableDef::of::<content::Reference>(),
    ]
}
