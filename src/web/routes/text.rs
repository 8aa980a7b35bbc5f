//! Revisions, comparison, checks and words.

use axum::routing::{get, post};

use crate::domain::account::Role;
use crate::web::admin::text::{check, compare, history, words};

use super::{Access, Largest, Route, route};

/// Whoever works where the document stands.
const SEES: Access = Access::Document(&[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/documents/{document}/history", SEES, get(history::show)),
        route("/admin/documents/{document}/restore", SEES, post(history::restore)),
        route("/admin/documents/{document}/compare", SEES, get(compare::show)),
        route("/admin/documents/{document}/check", SEES, get(check::show)),
        route("/admin/words", Access::Group(&[Role::Admin]), get(words::of_group).post(words::save_group))
            .takes(Largest::Text),
        route("/admin/sites/{site}/words", Access::Site(&[Role::Manager]), get(words::of_site).post(words::save_site))
            .takes(Largest::Text),
    ]
}
