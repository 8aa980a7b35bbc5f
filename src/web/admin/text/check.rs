//! What the publishing checks found in a document: a page for people, JSON for the editor's scripts.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::base::id::DocumentId;
use crate::domain::content::{self, Finding, Severity};
use crate::domain::error::Result;
use crate::render::view_admin::{CheckPage, FindingView};
use crate::web::admin::desk::About;
use crate::web::admin::{Desk, Refusal, blocking};

/// The page.
pub async fn show(desk: Desk, Path(id): Path<u64>) -> std::result::Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let page = blocking(move || -> Result<CheckPage> {
        let document = content::document(&app.store, &by, DocumentId(id))?;
        let found = content::check_document(&app.store, &by, DocumentId(id))?;
        let stops = found.iter().filter(|finding| finding.severity == Severity::Stop).count();
        Ok(CheckPage {
            document: id,
            title: document.card.title,
            findings: found.into_iter().map(view).collect(),
            stops,
        })
    });
    let page = page.await?.map_err(Refusal::from)?;
    if desk.script {
        return Ok(desk.json(StatusCode::OK, &page)?);
    }
    let about = About::named("check.title", &page.title).below_named(&page.title, format!("/admin/documents/{id}/"));
    Ok(desk.page(StatusCode::OK, "text/check.html", about, page)?)
}

/// A finding for people.
pub(in crate::web::admin) fn view(finding: Finding) -> FindingView {
    FindingView { key: finding.rule.key(), severity: finding.severity.word(), place: finding.place, hint: finding.hint }
}
