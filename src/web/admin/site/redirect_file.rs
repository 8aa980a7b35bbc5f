//! Old addresses from a CSV file and to one.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use crate::domain::account::By;
use crate::domain::error::Result as Acted;
use crate::domain::site::{self, LineFault, Old, SiteNode};
use crate::render::view_admin::{LineFaultView, RedirectFilePage};
use crate::web::admin::desk::{About, see};
use crate::web::admin::{Desk, Pairs, Refusal, blocking};

use super::redirects::known;
use super::{broken_view, managed};

/// Mistakes shown.
const FAULTS: usize = 200;

/// The form.
pub async fn form(desk: Desk, Path(slug): Path<String>) -> Result<Response, Refusal> {
    page(&desk, &slug, StatusCode::OK, String::new(), None, &[])
}

fn page(
    desk: &Desk,
    slug: &str,
    status: StatusCode,
    text: String,
    found: Option<usize>,
    faults: &[LineFault],
) -> Result<Response, Refusal> {
    managed(desk, slug)?;
    let about = About::from("redirects.import").below("redirects.title", format!("/admin/sites/{slug}/redirects"));
    let faults = faults
        .iter()
        .take(FAULTS)
        .map(|fault| LineFaultView { line: fault.line, broken: broken_view(&fault.broken) })
        .collect();
    let page = RedirectFilePage { slug: slug.to_owned(), text, found, faults };
    Ok(desk.page(status, "site/redirect-file.html", about, page)?)
}

/// Looks at the file, and takes it in if `do` is `import` and nothing is wrong.
pub async fn submit(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let (node, by) = managed(&desk, &slug)?;
    let text = pairs.text("text").to_owned();
    let import = pairs.text("do") == "import";
    let (app, bytes) = (desk.admin.app.clone(), text.clone().into_bytes());
    let read = move || -> Acted<(Vec<Old>, Vec<LineFault>, usize)> {
        let (old, faults) = site::read_redirects(&node, &bytes, |id| known(&app, id))?;
        let mut written = 0;
        if import && faults.is_empty() {
            let (new, changed) = write(&app.store, &by, &node, &old)?;
            written = new + changed;
        }
        Ok((old, faults, written))
    };
    let (old, faults, written) = blocking(read).await??;
    if import && faults.is_empty() {
        return Ok(see(&format!("/admin/sites/{slug}/redirects?done=imported&count={written}")));
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(&desk, &slug, status, text, Some(old.len()), &faults)
}

fn write(store: &crate::store::Store, by: &By, node: &SiteNode, old: &[Old]) -> Acted<(usize, usize)> {
    site::import_redirects(store, by, node.site.id, None, old)
}

/// The file.
pub async fn export(desk: Desk, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let (node, _) = managed(&desk, &slug)?;
    let app = desk.admin.app.clone();
    let text = blocking(move || site::write_redirect_file(&app.store, &node)).await??;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"redirects-{slug}.csv\"")),
    ];
    // The mark tells spreadsheets that it is UTF-8.
    Ok((StatusCode::OK, headers, format!("\u{feff}{text}")).into_response())
}
