//! The editor and what belongs to it.

use axum::routing::{get, post};

use crate::domain::account::Role;
use crate::web::admin::editor::{self, docx, paste, preview};

use super::{Access, Largest, Route, route};

/// Whoever works where the document stands.
const SEES: Access = Access::Document(&[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager]);
/// Who may change documents; the actions know whose.
const WRITES: Access = Access::Document(&[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager]);
/// Who may begin one in the site; the action knows in which column.
const BEGINS: Access = Access::Site(&[Role::Editor]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/sites/{site}/documents/new", BEGINS, get(editor::new).post(editor::begin)).takes(Largest::Text),
        route("/admin/sites/{site}/documents/docx", BEGINS, get(docx::form).post(docx::read)).takes(Largest::Upload),
        route("/admin/documents/{document}/", SEES, get(editor::show).post(editor::submit)).takes(Largest::Text),
        route("/admin/documents/{document}/autosave", WRITES, post(editor::autosave)).takes(Largest::Text),
        route("/admin/documents/{document}/conflict", WRITES, post(editor::conflict)).takes(Largest::Text),
        route("/admin/documents/{document}/discard", WRITES, post(editor::discard)),
        route("/admin/documents/{document}/presence", SEES, post(editor::presence)),
        route("/admin/documents/{document}/preview", SEES, get(preview::frame)),
        route("/admin/documents/{document}/preview/page", SEES, get(preview::page)),
        route("/admin/documents/{document}/preview-link", WRITES, post(preview::link)),
        route("/admin/documents/{document}/preview-link/end", WRITES, post(preview::end)),
        route("/admin/preview/{token}", Access::Anyone, get(preview::open)),
        route("/admin/preview/{token}/media/{media}/{*name}", Access::Anyone, get(preview::file)),
        route("/admin/paste", Access::Desk, post(paste::clean)).takes(Largest::Paste),
    ]
}
