//! Sites and their columns: identity, tree, addresses, old addresses.
//!
//! **Invariant:** within one parent a subsite, a column and a reserved word
//! never share a slug; one unique index holds them all.

mod actions;
mod address;
mod channel;
mod declare;
mod directory;
mod import;
mod places;
mod redirect;
mod rules;
mod site;
mod tables;

pub use actions::{Applied, apply, forget_redirects, rename, set_state};
pub use address::{Spot, find_channel, resolve};
pub use channel::{Channel, ChannelKind, UpdateClass};
pub use declare::{Declaration, DeclaredChannel, FILES, read_all, read_one};
pub use directory::{Directory, SiteNode};
pub use import::{add_channel, add_old_hosts, channel_slot, undo_batch};
pub use redirect::{
    Batch, Hits, Old, Redirect, Target, Written, count_hits, find_redirect, import_redirects, normal_form,
    write_redirects,
};
pub use rules::{COLUMN_TYPES, RESERVED, check_colour, check_host, check_slug};
pub use site::{Contact, Identity, Notice, Site, SiteKind, SiteState};
pub use tables::{
    ADDRESS, BATCH_NAME, BATCHES, CHANNELS_OF_BATCH, CHANNELS_OF_SITE, HOST, REDIRECT_FROM, REDIRECTS_OF_BATCH,
    REDIRECTS_OF_SITE, SITES,
};
