//! Features: their rules and actions.
//!
//! **Invariant:** no HTTP, no templates, no sockets; a feature names only
//! those below it (migration, interaction, submission, integration → content → media, workflow, archive → site, audit → account → mail).

pub mod error;

pub mod mail;

pub mod account;

pub mod audit;

pub mod site;

pub mod media;

pub mod workflow;

pub mod archive;

pub mod content;

pub mod integration;
pub mod interaction;
pub mod migration;
pub mod submission;

use crate::store::TableDef;

/// Every table of the program, for the store to derive keys.
pub fn tables() -> Vec<TableDef> {
    vec![
        TableDef::of::<account::User>(),
        TableDef::of::<account::Session>(),
        TableDef::of::<account::ApiToken>(),
        TableDef::of::<mail::Letter>(),
        TableDef::of::<site::Site>(),
        TableDef::of::<site::Channel>(),
        TableDef::of::<site::Redirect>(),
        TableDef::of::<site::Hits>(),
        TableDef::of::<site::Batch>(),
        TableDef::of::<media::Media>(),
        TableDef::of::<workflow::Flow>(),
        TableDef::of::<workflow::Case>(),
        TableDef::of::<media::Collection>(),
        TableDef::of::<content::Document>(),
        TableDef::of::<content::Revision>(),
        TableDef::of::<content::Reference>(),
        TableDef::of::<content::Working>(),
        TableDef::of::<content::PreviewLink>(),
        TableDef::of::<integration::Webhook>(),
        TableDef::of::<integration::Delivery>(),
        TableDef::of::<integration::KeptAnswer>(),
        TableDef::of::<submission::Submission>(),
        TableDef::of::<content::CheckPolicy>(),
        TableDef::of::<content::WordList>(),
        TableDef::of::<migration::OldPage>(),
        TableDef::of::<migration::Run>(),
        TableDef::of::<migration::SignOff>(),
        TableDef::of::<migration::PendingLink>(),
        TableDef::of::<interaction::Inquiry>(),
        TableDef::of::<archive::Copy>(),
        TableDef::of::<archive::Copied>(),
    ]
}
