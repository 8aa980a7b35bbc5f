//! Initial documents of a site: Markdown files below `sites/<slug>/content/`,
//! loaded once into an empty data directory as the import named `demo`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::base::clock;
use crate::base::fault::Fault;
use crate::base::id::DocumentId;
use crate::domain::error::{Error, Result};
use crate::domain::media::{self, NewMedia};
use crate::domain::site::{Batch, Declaration, Directory, SiteNode};
use crate::store::{Actor, Blobs, Store, Transaction};

use super::document::{Attachment, FOREVER, Picture, Text};
use super::edit::Edit;
use super::html::{markdown, plain_text, summary_of};
use super::import::{Imported, import};
use super::place::write_reference;

/// One initial document, read and checked.
#[derive(Debug, Clone)]
pub struct InitialDocument {
    /// The file.
    pub file: PathBuf,
    /// Path of its column.
    pub channel: String,
    /// Text, its pictures and attachments not yet stored.
    pub text: Text,
    /// Publication time, milliseconds since 1970.
    pub published: i64,
    /// Pinned.
    pub pinned: bool,
    /// Leaves the site at this time.
    pub valid_until: Option<i64>,
    /// Title picture: file name and alt text.
    pub picture: Option<(String, String)>,
    /// Attachments: file name and title.
    pub attachments: Vec<(String, String)>,
    /// Columns of other sites that refer to it: `www/gsgg`.
    pub refer: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title: Spanned<String>,
    #[serde(default)]
    subtitle: String,
    published: Spanned<String>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    editor: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    keywords: Vec<String>,
    formed: Option<Spanned<String>>,
    #[serde(default)]
    number: String,
    #[serde(default)]
    pinned: bool,
    valid_until: Option<Spanned<String>>,
    picture: Option<Spanned<String>>,
    #[serde(default)]
    picture_alt: String,
    #[serde(default)]
    attachments: Vec<Spanned<HeadAttachment>>,
    #[serde(default)]
    refer: Vec<String>,
    #[serde(default)]
    link: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadAttachment {
    file: String,
    title: String,
}

/// Reads and checks the initial documents of a declared site.
///
/// # Errors
/// Every fault of every file.
pub fn read_initial(declaration: &Declaration) -> Result<Vec<InitialDocument>, Vec<Fault>> {
    let folder = content_folder(declaration);
    let mut faults = Vec::new();
    let mut found = Vec::new();
    for channel in &declaration.channels {
        let Ok(entries) = fs::read_dir(folder.join(&channel.path)) else { continue };
        let mut files: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "md"))
            .collect();
        files.sort();
        for file in files {
            match read_document(&file, &channel.path, &folder) {
                Ok(document) => found.push(document),
                Err(mut more) => faults.append(&mut more),
            }
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

fn content_folder(declaration: &Declaration) -> PathBuf {
    declaration.file.parent().unwrap_or(Path::new("")).join("content")
}

fn read_document(file: &Path, channel: &str, folder: &Path) -> Result<InitialDocument, Vec<Fault>> {
    let text = fs::read_to_string(file).map_err(|error| vec![Fault::file(file, error.to_string())])?;
    let missing = || vec![Fault::line(file, 1, "the file must begin with +++, a TOML head and +++")];
    let rest = text.strip_prefix("+++\n").ok_or_else(missing)?;
    let (head, body) = rest.split_once("\n+++").ok_or_else(missing)?;
    // The head stands one line further down in the file than in `head`.
    let shifted = format!("\n{head}");
    let head: Head = toml::from_str(&shifted).map_err(|error| vec![Fault::toml(file, &shifted, &error)])?;
    let mut faults = Vec::new();
    let mut fault = |byte: usize, message: String| faults.push(Fault::at(file, &shifted, byte, message));
    if head.title.get_ref().trim().is_empty() {
        fault(head.title.span().start, "title must not be empty".into());
    }
    let published = clock::parse_local(head.published.get_ref());
    if published.is_none() {
        let message = format!("published \"{}\" must be YYYY-MM-DD HH:MM", head.published.get_ref());
        fault(head.published.span().start, message);
    }
    let mut day = |value: &Option<Spanned<String>>, key: &str| {
        let value = value.as_ref()?;
        let time = clock::parse_local(value.get_ref()).filter(|_| value.get_ref().len() == 10);
        if time.is_none() {
            fault(value.span().start, format!("{key} \"{}\" must be YYYY-MM-DD", value.get_ref()));
        }
        time
    };
    day(&head.formed, "formed");
    // Valid to the end of that day.
    let valid_until = day(&head.valid_until, "valid_until").map(|time| time + 24 * 3600 * 1000);
    let files = folder.join("files");
    if let Some(picture) = &head.picture {
        if !files.join(picture.get_ref()).is_file() {
            fault(picture.span().start, format!("picture \"{}\" is not in {}", picture.get_ref(), files.display()));
        }
        if head.picture_alt.trim().is_empty() {
            fault(picture.span().start, "a picture needs picture_alt".into());
        }
    }
    for attachment in &head.attachments {
        let name = &attachment.get_ref().file;
        if !files.join(name).is_file() {
            fault(attachment.span().start, format!("attachment \"{name}\" is not in {}", files.display()));
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let body = markdown(body.trim_start_matches('+').trim());
    let summary = if head.summary.is_empty() { summary_of(&plain_text(&body), 120) } else { head.summary };
    Ok(InitialDocument {
        file: file.to_path_buf(),
        channel: channel.to_owned(),
        published: published.unwrap_or_default(),
        pinned: head.pinned,
        valid_until,
        picture: head.picture.map(|picture| (picture.into_inner(), head.picture_alt)),
        attachments: head
            .attachments
            .into_iter()
            .map(|attachment| attachment.into_inner())
            .map(|attachment| (attachment.file, attachment.title))
            .collect(),
        refer: head.refer,
        text: Text {
            title: head.title.into_inner(),
            subtitle: head.subtitle,
            body,
            summary,
            source: head.source,
            author: head.author,
            editor: head.editor,
            keywords: head.keywords,
            formed: head.formed.map(Spanned::into_inner).unwrap_or_default(),
            number: head.number,
            index_number: String::new(),
            picture: None,
            attachments: Vec::new(),
            link: head.link,
        },
    })
}

/// Loads the initial documents of all declared sites, one transaction a site, then the references
/// between them, all in the import named `demo`. Returns the number of documents.
///
/// # Errors
/// When a file cannot be read or the store refuses; what is committed by then stays and
/// `import undo demo` removes it.
pub fn load_initial(
    store: &Store,
    blobs: &Blobs,
    directory: &Directory,
    sites: &[(Declaration, Vec<InitialDocument>)],
    now: i64,
) -> Result<usize> {
    let mut tx = store.transaction(Actor::system(), "import.begin").note("demo");
    let portal = directory.portal().ok_or_else(|| Error::not_found("site", "portal"))?;
    let batch = tx.new_id();
    tx.put(&Batch {
        id: batch,
        name: "demo".into(),
        kind: "initial".into(),
        site: portal.site.id,
        source: "sites".into(),
        time: now,
        hosts: Vec::new(),
    })?;
    store.commit(tx)?;
    let mut count = 0;
    let mut references: Vec<(DocumentId, String)> = Vec::new();
    for (declaration, documents) in sites {
        let Some(node) = directory.by_slug(&declaration.slug) else { continue };
        let mut tx = store.transaction(Actor::system(), "import.initial").site(node.site.id.0);
        let mut files = Files { blobs, folder: content_folder(declaration).join("files"), known: HashMap::new() };
        for document in documents {
            let id = load_one(&mut tx, node, &mut files, document, batch, now)?;
            references.extend(document.refer.iter().map(|place| (id, place.clone())));
            count += 1;
        }
        store.commit(tx)?;
    }
    let mut tx = store.transaction(Actor::system(), "content.refer").note("demo");
    for (id, place) in &references {
        let (slug, path) = place.split_once('/').unwrap_or((place, ""));
        let channel = directory.by_slug(slug).and_then(|node| node.channel_at(path));
        let channel = channel.ok_or_else(|| Error::not_found("column", place))?;
        write_reference(&mut tx, *id, channel, None, None, Some(batch))?;
    }
    store.commit(tx)?;
    Ok(count)
}

/// The files of one site, each stored once.
struct Files<'a> {
    blobs: &'a Blobs,
    folder: PathBuf,
    known: HashMap<String, media::Media>,
}

impl Files<'_> {
    fn get(
        &mut self,
        tx: &mut Transaction,
        node: &SiteNode,
        name: &str,
        alt: &str,
        batch: u64,
        now: i64,
    ) -> Result<media::Media> {
        if let Some(media) = self.known.get(name) {
            return Ok(media.clone());
        }
        let path = self.folder.join(name);
        let bytes = fs::read(&path).map_err(|source| crate::store::Error::Io { path: path.clone(), source })?;
        let new = NewMedia {
            site: node.site.id,
            file_name: name,
            bytes: &bytes,
            alt,
            batch: Some(batch),
            origin: "",
            open: true,
            now,
        };
        let media = media::write(tx, self.blobs, &new)?;
        self.known.insert(name.to_owned(), media.clone());
        Ok(media)
    }
}

fn load_one(
    tx: &mut Transaction,
    node: &SiteNode,
    files: &mut Files<'_>,
    document: &InitialDocument,
    batch: u64,
    now: i64,
) -> Result<DocumentId> {
    let channel = node.channel_at(&document.channel).ok_or_else(|| Error::not_found("column", &document.channel))?;
    let prefix = node.site.prefix();
    let mut text = document.text.clone();
    if let Some((name, alt)) = &document.picture {
        let media = files.get(tx, node, name, alt, batch, now)?;
        text.picture = Some(Picture {
            media: media.id,
            url: media.url(&prefix),
            alt: alt.clone(),
            width: media.width,
            height: media.height,
        });
    }
    for (name, title) in &document.attachments {
        let media = files.get(tx, node, name, "", batch, now)?;
        text.attachments.push(Attachment { media: media.id, title: title.clone() });
    }
    // Pictures and links in the body name files beside it.
    let mut addresses: BTreeMap<String, media::Media> = BTreeMap::new();
    for attribute in ["src=\"", "href=\""] {
        for part in text.body.split(attribute).skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            let plain = !name.is_empty() && !name.contains(['/', ':', '#', '?']);
            if plain && files.folder.join(name).is_file() && !addresses.contains_key(name) {
                let media = files.get(tx, node, name, "", batch, now)?;
                addresses.insert(name.to_owned(), media);
            }
        }
    }
    for (name, media) in &addresses {
        let url = media.url(&prefix);
        let size = if media.width > 0 {
            format!("src=\"{url}\" width=\"{}\" height=\"{}\"", media.width, media.height)
        } else {
            format!("src=\"{url}\"")
        };
        text.body = text.body.replace(&format!("src=\"{name}\""), &size);
        text.body = text.body.replace(&format!("href=\"{name}\""), &format!("href=\"{url}\""));
    }
    let imported = Imported {
        edit: Edit {
            channel: channel.id,
            text,
            pinned_until: document.pinned.then_some(FOREVER),
            valid_until: document.valid_until,
            ..Edit::default()
        },
        published: Some(document.published.min(now)),
        batch: Some(batch),
        ..Imported::default()
    };
    let stored = import(tx, &imported, now)?.ok_or_else(|| Error::not_found("document", document.file.display()))?;
    Ok(stored.id)
}
