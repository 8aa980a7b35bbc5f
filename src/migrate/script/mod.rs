//! Scripts of old pages, read for where they lead: addresses in quotes, functions that links call, forms that functions
//! send, lists that they show.
//!
//! **Invariant:** nothing is run. What is not understood leads nowhere, and no script costs more than a pass over it.

mod act;
mod form;
mod pager;
mod quoted;
mod records;
mod token;

pub use act::Functions;
pub(super) use form::Page;
pub(super) use quoted::{looks_like_address, post_back, read};
pub(super) use records::has_records;

use std::borrow::Cow;

/// The page as its scripts show it, as far as that is understood: rows and pagers that they write. `all` also gives what
/// only leads on.
pub(super) fn unfolded(text: &str, all: bool) -> Cow<'_, str> {
    pager::with_pager(records::unfolded(text, all))
}
