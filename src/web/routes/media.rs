//! The media library.

use axum::routing::{get, post};

use crate::domain::account::Role;
use crate::web::admin::media::{choose, collections, file, list, pieces, upload};

use super::{Access, Largest, Route, route};

/// Whoever works in the site.
const WORKS: Access = Access::Site(&[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager]);
/// Who keeps its collections.
const KEEPS: Access = Access::Site(&[Role::Manager]);
/// Who gives the site its space.
const GIVES: Access = Access::Site(&[Role::Admin]);
/// Who may see the file; the actions know who may change it.
const SEES: Access = Access::Media(&[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/sites/{site}/media", WORKS, get(list::show).post(upload::submit)).takes(Largest::Upload),
        route("/admin/sites/{site}/media/choose", WORKS, get(choose::show)),
        route("/admin/sites/{site}/media/pieces", WORKS, post(pieces::begin)),
        route("/admin/sites/{site}/media/pieces/{piece}", WORKS, get(pieces::state).post(pieces::take))
            .takes(Largest::Text),
        route("/admin/sites/{site}/media/pieces/{piece}/finish", WORKS, post(pieces::finish)),
        route("/admin/sites/{site}/media/collections", KEEPS, get(collections::show).post(collections::create)),
        route("/admin/sites/{site}/media/collections/{collection}", KEEPS, post(collections::change)),
        route("/admin/sites/{site}/media/collections/{collection}/delete", KEEPS, post(collections::delete)),
        route("/admin/sites/{site}/media/collections/quota", GIVES, post(collections::quota)),
        route("/admin/media/{media}/", SEES, get(file::show).post(file::describe)),
        route("/admin/media/{media}/file", SEES, get(file::bytes)),
        route("/admin/media/{media}/replace", SEES, post(file::replace)).takes(Largest::Upload),
        route("/admin/media/{media}/restore", SEES, post(file::restore)),
        route("/admin/media/{media}/move", SEES, post(file::move_to)),
        route("/admin/media/{media}/delete", SEES, post(file::delete)),
    ]
}
