//! Sites and their columns: identity, tree, addresses, old addresses.
//!
//! **Invariant:** within one parent a subsite, a column and a reserved word
//! never share a slug; one unique index holds them all.

mod actions;
mod address;
mod branch;
mod channel;
mod declare;
mod directory;
mod import;
mod places;
mod query;
mod redirect;
mod redirect_file;
mod rules;
mod site;
mod steps;
mod tables;

pub use actions::{
    Applied, ColumnEdit, NewColumn, NewSite, SiteEdit, SiteNames, Step, Taken, ThemeRules, add_column, add_redirect,
    apply, begin_closing, change_column, change_redirect, change_site, change_theme, closing_columns, create,
    finish_delete, finish_merge, forget_redirects, import_redirects, move_column, rename, rename_column, reopen_column,
    set_names, set_state, shift_column, turn_redirects,
};
pub use address::{Spot, find_channel, resolve};
pub use branch::{Branch, branch};
pub use channel::{Channel, ChannelKind, Closing, UpdateClass};
pub use declare::{Declaration, DeclaredChannel, FILES, read_all, read_one};
pub use directory::{Directory, SiteNode};
pub(in crate::domain) use import::remove_rows;
pub use import::{add_channel, add_old_hosts, channel_slot, undo_batch};
pub use query::{Counted, RedirectFilter, redirects};
pub use redirect::{
    Batch, Hits, Old, Redirect, Target, Written, count_hits, find_redirect, normal_form, write_redirects,
};
pub use redirect_file::{LineFault, read_redirects, read_target, target_words, write_redirect_file};
pub use rules::{
    COLUMN_TYPES, DEEPEST, LONGEST_LINE, LONGEST_NAME, PAGE_SIZES, RESERVED, check_colour, check_file, check_host,
    check_slug, check_url,
};
pub use site::{Contact, Identity, Notice, Part, Site, SiteKind, SiteState};
pub use steps::{NOTICE_DAYS, check_step};
pub use tables::{
    ADDRESS, BATCH_NAME, BATCHES, CHANNELS_OF_BATCH, CHANNELS_OF_SITE, HOST, REDIRECT_FROM, REDIRECTS_OF_BATCH,
    REDIRECTS_OF_SITE, SITES,
};
