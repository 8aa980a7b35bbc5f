//! Actions on sites, columns and old addresses: load, may the actor?, do the rules allow it?, one transaction.
//!
//! **Invariant:** what site.toml declares is changed by the file only; people
//! change the rest, and every old address of a column stays with it.

mod apply;
mod closing;
mod column;
mod place;
mod redirect;
mod settings;
mod site;

pub use apply::{Applied, apply};
pub use closing::{begin_closing, closing_columns, finish_delete, finish_merge, reopen_column, turn_redirects};
pub use column::{ColumnEdit, NewColumn, add_column, change_column, rename_column};
pub use place::{move_column, shift_column};
pub use redirect::{add_redirect, change_redirect, forget_redirects, import_redirects};
pub use settings::{SiteEdit, ThemeRules, change_site, change_theme};
pub use site::{NewSite, SiteNames, Step, Taken, create, rename, set_names, set_state};

use crate::base::id::SiteId;
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Broken, Error, Result};

/// Asks for a role in the whole site: who works in some column of it learns that it takes more, nobody else learns
/// that there is anything.
fn require(by: &By, role: Role, site: SiteId, what: &'static str, name: impl ToString) -> Result<()> {
    if by.user().is_none_or(|user| user.works_in(site)) {
        by.require(role, Place::Site(site))
    } else {
        Err(Error::not_found(what, name))
    }
}

/// People leave alone what a file declares; ops change the file with it.
fn undeclared(by: &By, declared: bool, field: &'static str, value: &str) -> Result<()> {
    if declared && by.user().is_some() { Err(Error::rule("declared", field, value)) } else { Ok(()) }
}

fn rules(broken: Vec<Broken>) -> Result<()> {
    if broken.is_empty() { Ok(()) } else { Err(Error::Rules { broken }) }
}
