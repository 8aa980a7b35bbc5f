//! Pictures and attachments: found in the folder that was handed over, stored once.
//!
//! **Invariant:** only files below that folder are read, only of types and
//! sizes that may be uploaded; a file keeps its number when it comes again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::app::App;
use crate::base::id::MediaId;
use crate::domain::error::Result;
use crate::domain::media::{self, NewMedia};
use crate::domain::site::SiteNode;
use crate::migrate::report::{MissingFile, Report};
use crate::store::{Actor, Transaction};

use super::plan::{Plan, file_name, upload_key};
use super::run::Options;

/// Files written in one transaction.
const PORTION: usize = 100;

/// What is known of a file that was handed over.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub id: MediaId,
    /// Address here.
    pub url: String,
    pub width: u32,
    pub height: u32,
    pub alt: String,
    pub picture: bool,
}

/// Why a file is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    NotFound,
    Type,
    Size,
}

impl Lack {
    pub(super) fn word(self) -> &'static str {
        match self {
            Lack::NotFound => "not found",
            Lack::Type => "type not allowed",
            Lack::Size => "too large",
        }
    }
}

/// The files of a run.
pub(super) struct Files<'a> {
    app: &'a App,
    node: &'a SiteNode,
    folder: Option<PathBuf>,
    batch: u64,
    now: i64,
    dry: bool,
    /// What was public on the old site is public here at once.
    public: bool,
    known: HashMap<u128, std::result::Result<Stored, Lack>>,
    open: Option<Transaction>,
    waiting: usize,
}

impl<'a> Files<'a> {
    pub(super) fn new(app: &'a App, node: &'a SiteNode, options: &Options, batch: u64) -> Files<'a> {
        let folder = options.media.as_deref();
        Files {
            now: app.clock.now(),
            app,
            node,
            folder: folder.and_then(|folder| folder.canonicalize().ok()),
            batch,
            dry: options.dry_run,
            public: options.publish,
            known: HashMap::new(),
            open: None,
            waiting: 0,
        }
    }

    /// The file of an old address; stored when it is asked for the first time.
    ///
    /// # Errors
    /// When it cannot be read or stored.
    pub(super) fn get(
        &mut self,
        plan: &Plan,
        url: &Url,
        alt: &str,
        report: &mut Report,
    ) -> Result<std::result::Result<Stored, Lack>> {
        let key = upload_key(url);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let stored = match self.find(plan, url) {
            Err(lack) => Err(lack),
            Ok(path) => Ok(self.store(url, &path, alt, report)?),
        };
        self.known.insert(key, stored.clone());
        Ok(stored)
    }

    /// Path of an upload in the folder: `2010/08/a.jpg` of `/wp-content/uploads/2010/08/a.jpg` or any
    /// longer part of the address; the name alone only where it is unique in the export.
    fn find(&self, plan: &Plan, url: &Url) -> std::result::Result<PathBuf, Lack> {
        let name = file_name(url);
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        if !self.app.config.media.types.contains(&ending) {
            return Err(Lack::Type);
        }
        let folder = self.folder.as_deref().ok_or(Lack::NotFound)?;
        let parts: Vec<String> = url
            .path()
            .split('/')
            .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
            .filter(|part| !part.is_empty())
            .collect();
        if parts.iter().any(|part| part == ".." || part == "." || part.contains(['/', '\\', '\0'])) {
            return Err(Lack::NotFound);
        }
        for skip in 0..parts.len() {
            let last = skip + 1 == parts.len();
            if last && parts.len() > 1 && !plan.name_is_unique(url) {
                break;
            }
            let path = folder.join(parts[skip..].join("/"));
            // A link that leads out of the folder is not followed.
            let Ok(real) = path.canonicalize() else { continue };
            if real.starts_with(folder) && real.is_file() {
                let size = real.metadata().map(|meta| meta.len()).unwrap_or(u64::MAX);
                return if size <= self.app.config.media.max_upload() { Ok(real) } else { Err(Lack::Size) };
            }
        }
        Err(Lack::NotFound)
    }

    fn store(&mut self, url: &Url, path: &Path, alt: &str, report: &mut Report) -> Result<Stored> {
        let bytes =
            std::fs::read(path).map_err(|source| crate::store::Error::Io { path: path.to_path_buf(), source })?;
        let name = file_name(url);
        let origin =
            format!("wxr:{}{}", url.host_str().unwrap_or_default(), percent_decode_str(url.path()).decode_utf8_lossy());
        let new = NewMedia {
            site: self.node.site.id,
            file_name: &name,
            bytes: &bytes,
            alt,
            batch: Some(self.batch),
            origin: &origin,
            open: self.public,
            now: self.now,
        };
        let (media, written) = if self.dry {
            media::would_bring(&self.app.store.transaction(Actor::cli(), "import.media"), &new)?
        } else {
            let app = self.app;
            let site = self.node.site.id.0;
            let tx = self.open.get_or_insert_with(|| app.store.transaction(Actor::cli(), "import.media").site(site));
            let brought = media::bring(tx, &app.blobs, &new)?;
            self.waiting += 1;
            if self.waiting >= PORTION {
                self.flush()?;
            }
            brought
        };
        if written {
            report.files.copied += 1;
        } else {
            report.files.unchanged += 1;
        }
        Ok(Stored {
            id: media.id,
            url: media.url(&self.node.site.prefix()),
            picture: media.is_picture(),
            width: media.width,
            height: media.height,
            alt: media.alt,
        })
    }

    /// Commits what waits.
    ///
    /// # Errors
    /// When the store refuses.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.waiting = 0;
        if let Some(tx) = self.open.take().filter(|tx| !tx.is_empty()) {
            self.app.store.commit(tx)?;
        }
        Ok(())
    }

    /// Brings every attachment of the export, and counts them.
    ///
    /// # Errors
    /// When the store refuses.
    pub(super) fn attachments(&mut self, plan: &Plan, report: &mut Report) -> Result<()> {
        for number in &plan.attachment_order {
            let Some(attachment) = plan.attachments.get(number) else { continue };
            let found = match plan.absolute(&attachment.url) {
                Some(url) => self.get(plan, &url, &attachment.alt, report)?,
                None => Err(Lack::NotFound),
            };
            match found {
                Ok(_) => report.files.attachments_found += 1,
                Err(lack) => {
                    match lack {
                        Lack::NotFound => report.files.attachments_missing += 1,
                        Lack::Type | Lack::Size => report.files.attachments_refused += 1,
                    }
                    report.files.missing.push(MissingFile {
                        address: attachment.url.clone(),
                        document: attachment.title.clone(),
                        why: lack.word().into(),
                    });
                }
            }
        }
        self.flush()
    }
}
