//! The form of a document, read and shown.
//!
//! **Invariant:** files and documents that a form names are taken only if the person may see them, or stood there before.

use crate::base::clock;
use crate::base::id::{ChannelId, DocumentId, MediaId};
use crate::domain::account::By;
use crate::domain::content::{Attachment, Document, Edit, FOREVER, Picture};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::media::{self, Media};
use crate::render::view_admin::{AttachedView, EditView, RelatedView};
use crate::store::Read;
use crate::web::admin::Pairs;

/// Names of the fields that hold one text each.
pub(super) const TEXTS: [&str; 10] =
    ["title", "subtitle", "summary", "source", "author", "editor", "keywords", "formed", "number", "link"];

/// Reads a form over what stood there `before`; what cannot be read is told beside it.
pub(super) fn read(read: &impl Read, by: &By, pairs: &Pairs, before: &Edit) -> Result<(Edit, Vec<Broken>)> {
    let mut broken = Vec::new();
    let mut edit = Edit::default();
    let text = |name| pairs.text(name).trim().to_owned();
    edit.text.title = text("title");
    edit.text.subtitle = text("subtitle");
    edit.text.body = pairs.text("body").to_owned();
    edit.text.summary = text("summary");
    edit.text.source = text("source");
    edit.text.author = text("author");
    edit.text.editor = text("editor");
    edit.text.keywords = words(pairs.text("keywords"));
    edit.text.formed = text("formed");
    edit.text.number = text("number");
    edit.text.link = text("link");
    edit.shared = pairs.ticked("shared");
    edit.secrecy = pairs.ticked("secrecy");
    edit.channel = pairs.text("channel").parse().map_or(before.channel, ChannelId);
    let mut time = |field: &'static str| {
        let typed = text(field);
        let time = clock::parse_local(&typed.replace('T', " "));
        if time.is_none() && !typed.is_empty() {
            broken.push(Broken { rule: "date.form", field, value: typed });
        }
        time
    };
    edit.valid_until = time("valid_until");
    edit.pinned_until = time("pinned_until").or(Some(FOREVER)).filter(|_| pairs.ticked("pinned"));
    edit.text.picture = match number(pairs.text("picture")) {
        None => None,
        Some(id) => match picture(read, by, MediaId(id), before)? {
            Some(picture) => Some(Picture { alt: text("picture_alt"), ..picture }),
            None => {
                broken.push(Broken { rule: "media.unknown", field: "picture", value: id.to_string() });
                None
            }
        },
    };
    let gone: Vec<&str> = pairs.all("attachment_gone").collect();
    let titles = pairs.all("attachment_title").map(Some).chain(std::iter::repeat(None));
    let listed = pairs.all("attachment").zip(titles).filter(|(id, _)| !gone.contains(id));
    for (id, title) in listed.chain(pairs.text("attachment_add").split_whitespace().map(|id| (id, None))) {
        let file = number(id).map(|id| usable(read, by, MediaId(id), before)).transpose()?.flatten();
        match file {
            Some(media) => {
                let title = title.map(str::trim).filter(|title| !title.is_empty());
                let title = title.map_or_else(|| name_of(&media.file_name), str::to_owned);
                edit.text.attachments.push(Attachment { media: media.id, title });
            }
            None => broken.push(Broken { rule: "media.unknown", field: "attachments", value: id.to_owned() }),
        }
    }
    for named in pairs.all("related").chain(pairs.text("related_add").split_whitespace()) {
        // A number, or the address of the document's page.
        let last = named.trim_end_matches(".html").rsplit('/').next().unwrap_or_default();
        match number(last) {
            Some(id) => edit.related.push(DocumentId(id)),
            None => broken.push(Broken { rule: "related.unknown", field: "related", value: named.to_owned() }),
        }
    }
    Ok((edit, broken))
}

/// The fields as the form shows them.
pub(super) fn view(read: &impl Read, by: &By, edit: &Edit) -> Result<EditView> {
    let text = &edit.text;
    let time = |time: i64| clock::minute(time).replace(' ', "T");
    let mut related = Vec::new();
    for id in &edit.related {
        related.push(RelatedView { id: id.0, title: title_of(read, by, *id)? });
    }
    let mut attachments = Vec::new();
    for attachment in &text.attachments {
        let media: Option<Media> = read.get(attachment.media.0)?;
        attachments.push(AttachedView {
            id: attachment.media.0,
            title: attachment.title.clone(),
            name: media.map(|media| media.file_name).unwrap_or_default(),
        });
    }
    let picture = text.picture.as_ref();
    Ok(EditView {
        title: text.title.clone(),
        subtitle: text.subtitle.clone(),
        body: text.body.clone(),
        summary: text.summary.clone(),
        source: text.source.clone(),
        author: text.author.clone(),
        editor: text.editor.clone(),
        keywords: text.keywords.join(" "),
        formed: text.formed.clone(),
        number: text.number.clone(),
        picture: picture.map(|picture| picture.media.0).unwrap_or_default(),
        picture_url: picture.map(|picture| picture.url.clone()).unwrap_or_default(),
        picture_alt: picture.map(|picture| picture.alt.clone()).unwrap_or_default(),
        attachments,
        link: text.link.clone(),
        pinned: edit.pinned_until.is_some(),
        pinned_until: edit.pinned_until.filter(|until| *until < FOREVER).map(time).unwrap_or_default(),
        valid_until: edit.valid_until.map(time).unwrap_or_default(),
        related,
        secrecy: edit.secrecy,
        shared: edit.shared,
    })
}

/// Title of a document that the person works with or that is live; its number else.
fn title_of(read: &impl Read, by: &By, id: DocumentId) -> Result<String> {
    let document: Option<Document> = read.get(id.0)?;
    let seen = match document {
        Some(document) if document.is_live() => Some(document),
        Some(_) => crate::domain::content::document(read, by, id).ok(),
        None => None,
    };
    Ok(seen.map_or_else(|| id.to_string(), |document| document.card.title))
}

fn picture(read: &impl Read, by: &By, id: MediaId, before: &Edit) -> Result<Option<Picture>> {
    if let Some(picture) = before.text.picture.as_ref().filter(|picture| picture.media == id) {
        return Ok(Some(picture.clone()));
    }
    let Some(media) = usable(read, by, id, before)?.filter(|media| media.mime.starts_with("image/")) else {
        return Ok(None);
    };
    let site: Option<crate::domain::site::Site> = read.get(media.site.0)?;
    Ok(site.map(|site| Picture {
        media: id,
        url: media.url(&site.prefix()),
        alt: String::new(),
        width: media.width,
        height: media.height,
    }))
}

/// A file that the person may use, or that was attached before.
fn usable(read: &impl Read, by: &By, id: MediaId, before: &Edit) -> Result<Option<Media>> {
    if before.text.attachments.iter().any(|attachment| attachment.media == id) {
        return Ok(read.get::<Media>(id.0)?);
    }
    match media::seen(read, by, id) {
        Ok((media, _)) => Ok(Some(media)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|number| *number > 0)
}

/// The name of a file without its ending.
fn name_of(file: &str) -> String {
    file.rsplit_once('.').map_or(file, |(name, _)| name).to_owned()
}

fn words(text: &str) -> Vec<String> {
    let separator = |c: char| c.is_whitespace() || matches!(c, ',' | '\u{ff0c}' | '\u{3001}' | ';' | '\u{ff1b}');
    let mut words: Vec<String> = Vec::new();
    for word in text.split(separator).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// An address as a header takes it.
pub(super) fn header_safe(address: &str) -> String {
    const KEEP: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');
    percent_encoding::utf8_percent_encode(address, KEEP).to_string()
}
