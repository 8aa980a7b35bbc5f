//! Pages of a site: its desk, columns, documents, trash, settings, look and old addresses.
//!
//! **Invariant:** a handler reads a form, calls one action and shows a page; who may do what is asked by the action,
//! and once more here before a page shows what only a manager may read.

mod bulk;
mod column;
mod column_form;
mod columns;
mod desk;
mod documents;
pub(super) mod list;
mod redirect_file;
mod redirects;
mod settings;
mod sites;
mod theme;
mod trash;
pub(super) mod views;

use std::sync::Arc;

use serde::Deserialize;

use crate::domain::account::{By, Place, Role};
use crate::domain::error::{self, Broken};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{MessageView, RuleView};
use crate::web::Error;

use super::desk::message_with;
use super::{Desk, Refusal};

pub use bulk::submit as bulk;
pub use column::{delete, merge, move_to, rename as rename_column, reopen, save as save_column, shift, show as column};
pub use columns::{add, new as new_column, show as columns};
pub use desk::show as desk;
pub use documents::show as documents;
pub use redirect_file::{export, form as redirect_file, submit as import_file};
pub use redirects::{forget, save as save_redirect, show as redirects};
pub use settings::{names, rename, save as save_settings, show as settings, state};
pub use sites::{create, list as sites, new as new_site};
pub use theme::{preview, save as save_theme, show as theme};
pub use trash::{act as empty_trash, show as trash};

/// What was just done, in the address.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
    /// A text, because what is flattened into another struct comes as text.
    #[serde(default)]
    count: String,
}

impl Done {
    /// The message for it, if it is one of `known` of the feature: `columns` and `added` make `columns.done.added`.
    fn message(&self, feature: &str, known: &[&str]) -> Option<MessageView> {
        known
            .contains(&self.done.as_str())
            .then(|| message_with(&format!("{feature}.done.{}", self.done), self.count.parse().unwrap_or(0)))
    }
}

/// The site of a slug. The guard let pass whoever works in it.
pub(super) fn node(desk: &Desk, slug: &str) -> Result<Arc<SiteNode>, Error> {
    desk.admin.app.directory().by_slug(slug).cloned().ok_or(Error::NotFound)
}

/// The site of a slug and who acts, if he manages it.
fn managed(desk: &Desk, slug: &str) -> Result<(Arc<SiteNode>, By), Refusal> {
    let (node, by) = (node(desk, slug)?, desk.by()?);
    by.require(Role::Manager, Place::Site(node.site.id))?;
    Ok((node, by))
}

/// Broken rules for the page; anything else is an error of the request.
pub(super) fn broken(error: error::Error) -> Result<Vec<RuleView>, Refusal> {
    match error {
        error::Error::Rules { broken } => Ok(broken.iter().map(broken_view).collect()),
        other => Err(other.into()),
    }
}

fn broken_view(broken: &Broken) -> RuleView {
    // What the publishing checks found has texts of its own.
    let key = if broken.field == "check" { broken.rule.to_owned() } else { format!("rule.{}", broken.rule) };
    RuleView { field: broken.field.to_owned(), key, value: broken.value.clone() }
}

/// Why something could not be done with a document, for a list of failures; anything but a rule or a refusal of
/// permission is an error of the request.
pub(super) fn reasons(error: error::Error) -> Result<Vec<RuleView>, Refusal> {
    let reason = |key: &str, value: &str| {
        vec![RuleView { field: "document".into(), key: key.to_owned(), value: value.to_owned() }]
    };
    match error {
        error::Error::Forbidden { role } => Ok(reason("rule.forbidden", role)),
        error::Error::NotFound { .. } => Ok(reason("rule.gone", "")),
        error::Error::Store(crate::store::Error::Conflict { .. }) => Ok(reason("rule.conflict", "")),
        other => broken(other),
    }
}
