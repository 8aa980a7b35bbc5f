//! Pictures and attachments: asked of the source by old address, stored once.
//!
//! **Invariant:** only types and sizes that may be uploaded; a file keeps its
//! number when it comes again.

use std::collections::HashMap;

use url::Url;

use crate::app::App;
use crate::base::id::MediaId;
use crate::domain::media::{self, NewMedia};
use crate::domain::site::{SiteNode, Target, normal_form};
use crate::migrate::addresses::OldAddresses;
use crate::migrate::begin::Failure;
use crate::migrate::old::{Content, Source};
use crate::store::{Actor, Blobs, Error as StoreError, Transaction};

/// Files written in one transaction.
const PORTION: usize = 100;

/// What is known of a file of the old site.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub id: MediaId,
    /// Address here.
    pub url: String,
    pub name: String,
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
    Unreadable,
}

impl Lack {
    pub(super) fn word(self) -> &'static str {
        match self {
            Lack::NotFound => "not found",
            Lack::Type => "type not allowed",
            Lack::Size => "too large",
            Lack::Unreadable => "cannot be read",
        }
    }
}

/// What files a run found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    pub copied: u64,
    pub unchanged: u64,
}

/// The files of a run.
pub(super) struct Files<'a> {
    pub app: &'a App,
    pub node: &'a SiteNode,
    /// Name of the old site, see [`super::plan::Plan::name`].
    pub name: String,
    pub batch: u64,
    /// Where their bytes go, many at once.
    blobs: Blobs,
    pub now: i64,
    pub dry: bool,
    /// What was public on the old site is public here at once.
    pub public: bool,
    pub counted: Counted,
    known: HashMap<u128, Result<Stored, Lack>>,
    open: Option<Transaction>,
    waiting: usize,
}

impl<'a> Files<'a> {
    pub(super) fn new(
        app: &'a App,
        node: &'a SiteNode,
        name: &str,
        batch: u64,
        blobs: Blobs,
        (public, dry): (bool, bool),
    ) -> Files<'a> {
        Files {
            now: app.clock.now(),
            app,
            node,
            name: name.to_owned(),
            batch,
            blobs,
            dry,
            public,
            counted: Counted::default(),
            known: HashMap::new(),
            open: None,
            waiting: 0,
        }
    }

    /// The file of an old address; stored when it is asked for the first time, and then its old address leads to it.
    /// `name` is what visitors saw, if anything.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub(super) fn get(
        &mut self,
        source: &dyn Source,
        url: &Url,
        name: &str,
        old: &mut OldAddresses,
    ) -> Result<Result<Stored, Lack>, Failure> {
        let from = normal_form(url.as_str());
        let key = xxhash_rust::xxh3::xxh3_128(format!("{}{from}", url.host_str().unwrap_or_default()).as_bytes());
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let stored = self.find(source, url, name, &from)?;
        if let Ok(stored) = &stored {
            old.add(from, false, Target::Url(stored.url.clone()));
        }
        self.known.insert(key, stored.clone());
        Ok(stored)
    }

    fn find(
        &mut self,
        source: &dyn Source,
        url: &Url,
        shown: &str,
        from: &str,
    ) -> Result<Result<Stored, Lack>, Failure> {
        let file = match source.file(url) {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(Err(Lack::NotFound)),
            Err(_) => return Ok(Err(Lack::Unreadable)),
        };
        let most = self.app.config.media.max_upload();
        let bytes = match file.content {
            Content::Bytes(bytes) if bytes.len() as u64 > most => return Ok(Err(Lack::Size)),
            Content::Bytes(bytes) => bytes,
            Content::File(path) => {
                let io = |source| Failure::from(StoreError::Io { path: path.clone(), source });
                if std::fs::metadata(&path).map_err(io)?.len() > most {
                    return Ok(Err(Lack::Size));
                }
                std::fs::read(&path).map_err(io)?.into()
            }
        };
        let name = name_of(shown, &file.name, url);
        if !self.app.config.media.types.contains(&media::ending(&name)) {
            return Ok(Err(Lack::Type));
        }
        let origin = format!("{}:file:{from}", self.name);
        let new = NewMedia {
            site: self.node.site.id,
            file_name: &name,
            bytes: &bytes,
            alt: "",
            batch: Some(self.batch),
            origin: &origin,
            open: self.public,
            now: self.now,
        };
        let (media, written) = if self.dry {
            media::would_bring(&self.app.store.transaction(Actor::cli(), "import.files"), &new)?
        } else {
            let app = self.app;
            let site = self.node.site.id.0;
            let tx = self.open.get_or_insert_with(|| app.store.transaction(Actor::cli(), "import.files").site(site));
            let brought = media::bring(tx, &self.blobs, &new)?;
            self.waiting += 1;
            if self.waiting >= PORTION {
                self.flush()?;
            }
            brought
        };
        if written {
            self.counted.copied += 1;
        } else {
            self.counted.unchanged += 1;
        }
        Ok(Ok(Stored {
            id: media.id,
            url: media.url(&self.node.site.prefix()),
            picture: media.is_picture(),
            width: media.width,
            height: media.height,
            name: media.file_name,
            alt: media.alt,
        }))
    }

    /// Commits what waits.
    ///
    /// # Errors
    /// When the store refuses.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.waiting = 0;
        if let Some(tx) = self.open.take().filter(|tx| !tx.is_empty()) {
            self.blobs.sync()?;
            self.app.store.commit(tx)?;
        }
        Ok(())
    }
}

/// Last part of an address, decoded.
fn last_part(url: &Url) -> String {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned()
}

/// The original name: what the source knows, else what visitors saw with the ending of the address, else the address.
fn name_of(shown: &str, known: &str, url: &Url) -> String {
    let last = last_part(url);
    let ends = |name: &str| media::ending(name);
    let real = if known.is_empty() { last.as_str() } else { known };
    let ending = ends(real);
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let said_by_header = !known.is_empty() && known != last;
    if shown.is_empty() || said_by_header || shown.chars().count() > 100 {
        return real.to_owned();
    }
    match ends(&shown) {
        same if same == ending && !ending.is_empty() => shown,
        _ if ending.is_empty() => real.to_owned(),
        _ => format!("{shown}.{ending}"),
    }
}
