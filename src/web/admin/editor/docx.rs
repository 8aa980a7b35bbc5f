//! A Word file as a document: it is read and shown with what was found, and becomes a draft by the form that makes
//! every other one.
//!
//! **Invariant:** nothing but pictures is stored before the person has seen the text.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use minijinja::Value;

use crate::app::App;
use crate::base::id::ChannelId;
use crate::domain::account::By;
use crate::domain::content;
use crate::domain::error::{Broken, Error, Result};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{DocxFoundView, DocxNoteView, DocxPage, DocxProblemView};
use crate::store::{self, Incoming};
use crate::web::admin::multipart::{Part, Sent, receive};
use crate::web::admin::{About, Desk, Refusal, blocking};

use super::page;
use crate::web::library::Library;

/// Largest file in MB, where uploads may be larger.
const LARGEST: u64 = 64;

/// The page where a file is chosen.
pub async fn form(desk: Desk, Path(slug): Path<String>) -> std::result::Result<Response, Refusal> {
    let page = empty(&desk, &*desk.admin.app.site(&slug)?)?;
    respond(&desk, StatusCode::OK, page)
}

/// Reads a file and shows it.
pub async fn read(desk: Desk, Path(slug): Path<String>, mut sent: Sent) -> std::result::Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let node = app.site(&slug)?;
    let mut page = empty(&desk, &node)?;
    let most = page.largest << 20;
    let (mut name, mut file) = (String::new(), None);
    while let Some(part) = sent.next().await? {
        match part {
            Part::Text(key, value) if key == "channel" => choose(&mut page, &value),
            Part::File(given, field) if !given.is_empty() && file.is_none() => {
                file = Some(receive(&app.blobs, field, most).await?);
                name = given;
            }
            _ => {}
        }
    }
    let mark = desk.text("paste.missing");
    let found = match file {
        None => Err(Error::rule("file.none", "file", "")),
        Some(Err(error)) => Err(error),
        Some(Ok(file)) => {
            let name = name.clone();
            blocking(move || take(&app, &by, &node, &name, &file, mark, now)).await?
        }
    };
    match found {
        Ok(found) => {
            page.found = Some(found);
            respond(&desk, StatusCode::OK, page)
        }
        Err(Error::Rules { broken }) => {
            let view = |broken: Broken| DocxProblemView { name, key: broken.rule.into(), value: broken.value };
            page.problem = broken.into_iter().next().map(view);
            respond(&desk, StatusCode::UNPROCESSABLE_ENTITY, page)
        }
        Err(error) => Err(error.into()),
    }
}

fn empty(desk: &Desk, node: &SiteNode) -> std::result::Result<DocxPage, Refusal> {
    Ok(DocxPage {
        slug: node.site.slug.clone(),
        largest: desk.admin.app.config.media.max_upload_mb.min(LARGEST),
        problem: None,
        found: None,
        columns: page::columns(node, &desk.by()?, ChannelId(0), None),
    })
}

fn choose(page: &mut DocxPage, channel: &str) {
    for column in &mut page.columns {
        column.chosen = column.id.to_string() == channel;
    }
}

fn respond(desk: &Desk, status: StatusCode, page: DocxPage) -> std::result::Result<Response, Refusal> {
    let list = format!("/admin/sites/{}/documents", page.slug);
    let about = About::from("docx.title").below("nav.documents", list);
    Ok(desk.page(status, "content/docx.html", about, page)?)
}

fn take(
    app: &Arc<App>,
    by: &By,
    node: &SiteNode,
    name: &str,
    file: &Incoming,
    mark: String,
    now: i64,
) -> Result<DocxFoundView> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut library = Library::of(app, by, node, now, mark)?.named(stem);
    let path = file.path();
    let trouble = |source| Error::from(store::Error::Io { path: path.to_path_buf(), source });
    let read = content::docx(&std::fs::read(path).map_err(trouble)?, &mut library)?;
    let (stored, broken) = library.outcome()?;
    let broken = broken.unwrap_or_else(|| Broken { rule: "", field: "", value: String::new() });
    let note = |note: content::Note| DocxNoteView { key: note.key, text: note.text, near: note.near };
    Ok(DocxFoundView {
        name: name.to_owned(),
        title: if read.title.is_empty() { stem.to_owned() } else { read.title },
        source: node.site.name.clone(),
        editor: by.user().map(|user| user.display_name.clone()).unwrap_or_default(),
        shown: Value::from_safe_string(read.html.clone()),
        body: read.html,
        stored,
        notes: read.notes.into_iter().map(note).collect(),
        why: broken.rule.to_owned(),
        why_number: broken.value,
    })
}
