//! Documents as they stand in requests and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, DocumentId, MediaId};
use crate::domain::content::{Attachment, Document, Edit, FOREVER, Picture, Reference, Revision, Text};
use crate::domain::media;

use super::time::{read_some, some};
use super::{Call, Problem};

/// A document: where it stands, not what it says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Document")]
pub struct DocumentView {
    /// Number, part of its address; unique in the group.
    pub id: u64,
    /// Slug of its site.
    site: String,
    /// Number of its column.
    column: u64,
    /// Slugs of its column and those above it.
    column_path: String,
    /// `draft`, `in_review`, `scheduled`, `published`, `withdrawn` or `expired`: of the newest text.
    state: &'static str,
    /// Title: of what visitors read, else of the newest text.
    title: String,
    /// Address, while visitors read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Number of the newest revision.
    head: u64,
    /// Number of the revision that visitors read.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<u64>,
    /// Revisions so far.
    revisions: u32,
    /// Number of the user who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<u64>,
    /// Every editor of the column may change it.
    shared: bool,
    /// Made.
    created: Option<String>,
    /// Last saved, moved or changed in state.
    changed: Option<String>,
    /// First published; set by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    /// When what visitors read changed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    /// Will be published then.
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_at: Option<String>,
    /// Leaves the site then.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    /// Pinned to the top of its column.
    pinned: bool,
    /// Put in the trash then.
    #[serde(skip_serializing_if = "Option::is_none")]
    trashed: Option<String>,
}

impl DocumentView {
    /// As it is shown.
    pub fn of(call: &Call, document: &Document) -> DocumentView {
        DocumentView {
            id: document.id.0,
            site: call.slug(document.site),
            column: document.channel.0,
            column_path: call.path(document.channel),
            state: document.state.word(),
            title: document.card.title.clone(),
            url: document.is_live().then(|| url(call, document)).flatten(),
            head: document.head.0,
            live: document.live.map(|live| live.0),
            revisions: document.revisions,
            author: document.author.map(|author| author.0),
            shared: document.shared,
            created: some(document.created),
            changed: some(document.changed),
            published: some(document.published),
            updated: some(document.updated),
            publish_at: document.publish_at.and_then(some),
            valid_until: document.valid_until.and_then(some),
            pinned: document.pinned,
            trashed: document.trashed.as_ref().and_then(|trashed| some(trashed.time)),
        }
    }
}

/// Address of a document that visitors read.
pub(super) fn url(call: &Call, document: &Document) -> Option<String> {
    let directory = call.app().directory();
    let (node, channel) = directory.channel(document.channel)?;
    Some(format!("{}{}{}.html", call.app().origin(), node.channel_url(channel), document.id))
}

/// A document with its newest text.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DocumentWithText")]
pub struct DocumentDetail {
    #[serde(flatten)]
    document: DocumentView,
    /// The newest text.
    text: TextView,
}

impl DocumentDetail {
    /// As it is shown.
    pub fn of(call: &Call, document: &Document, head: &Revision) -> DocumentDetail {
        DocumentDetail { document: DocumentView::of(call, document), text: TextView::of(&Edit::of(document, head)) }
    }
}

/// A title picture.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PictureView {
    /// Number of the file.
    media: u64,
    /// Text for those who do not see it.
    #[serde(default)]
    alt: String,
}

/// A file to download.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachmentView {
    /// Number of the file.
    media: u64,
    /// What it is.
    title: String,
}

/// The text of a document, and what is decided beside its words.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TextView::example())]
pub struct TextView {
    /// Number of the column.
    pub column: u64,
    /// Title, one line.
    title: String,
    /// Subtitle.
    subtitle: String,
    /// HTML; what is not allowed in a document is taken out.
    body: String,
    /// Summary.
    summary: String,
    /// 来源.
    source: String,
    /// 作者.
    author: String,
    /// 责任编辑.
    editor: String,
    /// Keywords.
    keywords: Vec<String>,
    /// 成文日期, `2026-11-18`.
    formed: String,
    /// 文号.
    number: String,
    /// Title picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<PictureView>,
    /// Attachments.
    attachments: Vec<AttachmentView>,
    /// Where an external-link document leads.
    link: String,
    /// Pinned to the top of the column until then; a time after the year 9000 is for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned_until: Option<String>,
    /// Leaves the site then.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    /// Every editor of the column may change it.
    shared: bool,
    /// 保密审查: somebody has seen to it that nothing in it is secret.
    secrecy: bool,
    /// Numbers of related documents.
    related: Vec<u64>,
}

impl TextView {
    fn example() -> TextView {
        TextView {
            column: 17,
            title: "关于2026年冬季供暖的通知".into(),
            body: "<p>各街道办事处:</p><p>11月15日起供暖。</p>".into(),
            source: "市住建局".into(),
            secrecy: true,
            ..TextView::default()
        }
    }

    /// As it is shown.
    pub fn of(edit: &Edit) -> TextView {
        let text = &edit.text;
        TextView {
            column: edit.channel.0,
            title: text.title.clone(),
            subtitle: text.subtitle.clone(),
            body: text.body.clone(),
            summary: text.summary.clone(),
            source: text.source.clone(),
            author: text.author.clone(),
            editor: text.editor.clone(),
            keywords: text.keywords.clone(),
            formed: text.formed.clone(),
            number: text.number.clone(),
            picture: text.picture.as_ref().map(|p| PictureView { media: p.media.0, alt: p.alt.clone() }),
            attachments: text
                .attachments
                .iter()
                .map(|a| AttachmentView { media: a.media.0, title: a.title.clone() })
                .collect(),
            link: text.link.clone(),
            pinned_until: edit.pinned_until.and_then(some),
            valid_until: edit.valid_until.and_then(some),
            shared: edit.shared,
            secrecy: edit.secrecy,
            related: edit.related.iter().map(|id| id.0).collect(),
        }
    }

    /// As the actions take it. Files that the person may not use are not there; `before` is what stood in the text
    /// until now, which may stay.
    ///
    /// # Errors
    /// `time.form`, `media.unknown`.
    pub fn edit(self, call: &Call, before: Option<&Text>) -> Result<Edit, Problem> {
        let known = |id: MediaId| {
            before.is_some_and(|text| {
                text.picture.as_ref().is_some_and(|picture| picture.media == id)
                    || text.attachments.iter().any(|attachment| attachment.media == id)
            })
        };
        let picture = self.picture.map(|wanted| picture(call, &wanted, before)).transpose()?;
        for attachment in &self.attachments {
            let id = MediaId(attachment.media);
            if !known(id) && media::seen(&call.app().store, &call.by, id).is_err() {
                return Err(Problem::rule("media.unknown", "attachments", id));
            }
        }
        let attachments =
            self.attachments.into_iter().map(|a| Attachment { media: MediaId(a.media), title: a.title }).collect();
        Ok(Edit {
            channel: ChannelId(self.column),
            pinned_until: read_some(self.pinned_until.as_deref(), "pinned_until")?.map(|time| time.min(FOREVER)),
            valid_until: read_some(self.valid_until.as_deref(), "valid_until")?,
            shared: self.shared,
            secrecy: self.secrecy,
            related: self.related.into_iter().map(DocumentId).collect(),
            text: Text {
                title: self.title,
                subtitle: self.subtitle,
                body: self.body,
                summary: self.summary,
                source: self.source,
                author: self.author,
                editor: self.editor,
                keywords: self.keywords,
                formed: self.formed,
                number: self.number,
                index_number: before.map(|text| text.index_number.clone()).unwrap_or_default(),
                picture,
                attachments,
                link: self.link,
            },
        })
    }
}

/// The title picture with the address and size that its file has.
fn picture(call: &Call, wanted: &PictureView, before: Option<&Text>) -> Result<Picture, Problem> {
    let id = MediaId(wanted.media);
    let former = before.and_then(|text| text.picture.as_ref()).filter(|picture| picture.media == id);
    if let Some(former) = former {
        return Ok(Picture { alt: wanted.alt.clone(), ..former.clone() });
    }
    let unknown = || Problem::rule("media.unknown", "picture", id);
    let (file, _) = media::seen(&call.app().store, &call.by, id).map_err(|_| unknown())?;
    let directory = call.app().directory();
    let node = directory.site(file.site).ok_or_else(unknown)?;
    Ok(Picture {
        media: id,
        url: file.url(&node.site.prefix()),
        alt: if wanted.alt.is_empty() { file.alt.clone() } else { wanted.alt.clone() },
        width: file.width,
        height: file.height,
    })
}

/// A saved state of a document's text; in lists without the text.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Revision")]
pub struct RevisionView {
    /// Number.
    id: u64,
    /// 1 for the first of its document.
    number: u32,
    /// Saved.
    time: Option<String>,
    /// Log-in name of who saved it.
    by: String,
    /// Title.
    title: String,
    /// Visitors read it.
    live: bool,
    /// It is the newest.
    head: bool,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Box<TextView>>,
}

impl RevisionView {
    /// As it is shown.
    pub fn of(document: &Document, revision: &Revision, whole: bool) -> RevisionView {
        RevisionView {
            id: revision.id.0,
            number: revision.number,
            time: some(revision.time),
            by: revision.by.clone(),
            title: revision.text.title.clone(),
            live: document.live == Some(revision.id),
            head: document.head == revision.id,
            text: whole.then(|| Box::new(TextView::of(&Edit::of(document, revision)))),
        }
    }
}

/// A document shown in a column of another site.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reference")]
pub struct ReferenceView {
    /// Number, part of its address there.
    id: u64,
    /// Number of the document.
    document: u64,
    /// Slug of the site that shows it.
    site: String,
    /// Number of the column that shows it.
    column: u64,
    /// Own title there; empty for the document's.
    title: String,
    /// Time that places it there.
    time: Option<String>,
    /// Visitors see it there.
    visible: bool,
}

impl ReferenceView {
    /// As it is shown.
    pub fn of(call: &Call, reference: &Reference) -> ReferenceView {
        ReferenceView {
            id: reference.id.0,
            document: reference.document.0,
            site: call.slug(reference.site),
            column: reference.channel.0,
            title: reference.title.clone(),
            time: some(reference.time),
            visible: reference.visible,
        }
    }
}
