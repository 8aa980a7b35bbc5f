//! A Word file as a draft.

use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::ChannelId;
use crate::domain::account::{Place, Role};
use crate::domain::content::{self, Edit, Note, Text};
use crate::domain::error::{Broken, Error};
use crate::render::admin;
use crate::store;
use crate::web::library::Library;

use super::document_view::{DocumentDetail, DocumentView};
use super::{Call, PREFIX, Problem, Reply, etag};

/// Largest file in bytes, where uploads may be larger.
const LARGEST: u64 = 64 << 20;

/// What is said of the file in the address.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocxQuery {
    /// Number of the column in which the draft stands.
    column: u64,
    /// File name; a form has it in its part.
    #[serde(rename = "file_name")]
    _file_name: Option<String>,
    /// Title of the draft; that of the file if it is missing, else the file's name.
    title: Option<String>,
}

/// Something about the text that should be looked at.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DocxNote")]
pub struct NoteView {
    /// `picture_missing`, `tracked`, `hidden` or `contents`.
    key: &'static str,
    /// What it is about: the name of a picture, a number.
    text: String,
    /// Words before the place.
    near: String,
}

/// The draft that was made from a Word file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DocumentFromDocx")]
pub struct DocxView {
    #[serde(flatten)]
    document: DocumentDetail,
    /// Pictures that were put into the site's library.
    pictures: usize,
    /// What should be looked at.
    notes: Vec<NoteView>,
    /// The rule that kept pictures out, `file.quota`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    left_out: String,
}

/// `POST /sites/{site}/documents/docx`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `too_large`, `body`.
pub fn import(call: &Call) -> Result<Reply, Problem> {
    let query: DocxQuery = call.query()?;
    let (node, column) = (call.site()?, ChannelId(query.column));
    if !node.channels.contains_key(&column) {
        return Err(Problem::rule("column.unknown", "column", query.column));
    }
    // Pictures are stored before the draft is made: who may not make it stores none.
    let chain: Vec<ChannelId> = node.chain(column).iter().map(|channel| channel.id).collect();
    call.by.require_seen(Role::Editor, Place::Channel(node.site.id, &chain), "column", column)?;
    let sent = call.take_upload()?;
    let path = sent.file.path();
    let trouble = |source: io::Error| Error::from(store::Error::Io { path: path.to_path_buf(), source });
    if std::fs::metadata(path).map_err(trouble)?.len() > LARGEST {
        return Err(Problem::of("too_large"));
    }
    let stem = sent.file_name.rsplit_once('.').map_or(sent.file_name.as_str(), |(stem, _)| stem);
    let app = call.app();
    let themes = app.engine.themes();
    let mark = themes.get(admin::THEME).map(|theme| theme.text(&node.site.lang, "paste.missing")).unwrap_or_default();
    let mut library = Library::of(app, &call.by, &node, call.now, mark)?.named(stem);
    let read = content::docx(&std::fs::read(path).map_err(trouble)?, &mut library)?;
    let (pictures, broken) = library.outcome()?;
    let title = query.title.or(Some(read.title).filter(|title| !title.is_empty()));
    let edit = Edit {
        channel: column,
        text: Text {
            title: title.unwrap_or_else(|| stem.to_owned()),
            body: read.html,
            source: node.site.name.clone(),
            editor: call.by.user().map(|user| user.display_name.clone()).unwrap_or_default(),
            ..Text::default()
        },
        ..Edit::default()
    };
    let document = content::create(&app.store, &call.by, &edit, call.now)?;
    let head = content::revision(&app.store, &call.by, document.id, document.head)?;
    let version = etag::of(&DocumentView::of(call, &document));
    let view = DocxView {
        document: DocumentDetail::of(call, &document, &head),
        pictures,
        notes: read.notes.into_iter().map(|Note { key, text, near }| NoteView { key, text, near }).collect(),
        left_out: broken.map(|Broken { rule, .. }| rule.to_owned()).unwrap_or_default(),
    };
    let reply = Reply::created(&view, format!("{PREFIX}/documents/{}", document.id))?;
    Ok(Reply { etag: Some(version), ..reply })
}
