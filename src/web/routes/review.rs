//! The ways of a document: review, publication, its places, offers between sites; and the flows of sites.

use axum::routing::{get, post};

use crate::domain::account::Role;
use crate::web::admin::{inbox, received, review, workflow};

use super::{Access, Route, route};

/// Whoever works where the document stands; the actions know who may do what.
const WORKS: Access = Access::Document(&[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager]);
/// Whoever publishes there.
const PUBLISHES: Access = Access::Document(&[Role::Publisher]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/inbox", Access::Desk, get(inbox::show)),
        route("/admin/documents/{document}/submit", WORKS, post(review::submit)),
        route("/admin/documents/{document}/recall", WORKS, post(review::recall)),
        route("/admin/documents/{document}/take", WORKS, post(review::take)),
        route("/admin/documents/{document}/approve", WORKS, post(review::approve)),
        route("/admin/documents/{document}/return", WORKS, post(review::send_back)),
        route("/admin/documents/{document}/publish", PUBLISHES, post(review::publish)),
        route("/admin/documents/{document}/schedule", PUBLISHES, post(review::schedule)),
        route("/admin/documents/{document}/withdraw", PUBLISHES, post(review::withdraw)),
        route("/admin/documents/{document}/trash", WORKS, post(review::trash)),
        route("/admin/documents/{document}/move", WORKS, review::place(review::MOVE)),
        route("/admin/documents/{document}/copy", WORKS, review::place(review::COPY)),
        route("/admin/documents/{document}/refer", WORKS, review::place(review::REFER)),
        route("/admin/documents/{document}/push", WORKS, review::place(review::PUSH)),
        route("/admin/documents/{document}/sheet", WORKS, get(review::sheet)),
        route(
            "/admin/sites/{site}/received",
            Access::Site(&[Role::Publisher]),
            get(received::show).post(received::decide),
        ),
        route("/admin/sites/{site}/workflow", Access::Site(&[Role::Manager]), get(workflow::show).post(workflow::save)),
    ]
}
