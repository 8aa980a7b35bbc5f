//! The media library as the place where the pictures of a paste or a Word file go.
//!
//! **Invariant:** a picture is stored only where whoever brings it may add files; what is not stored is told.

use std::collections::HashMap;

use crate::app::App;
use crate::base::clock;
use crate::domain::account::By;
use crate::domain::content::{Pictures, Shown, is_own};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::media::{self, Upload};
use crate::domain::site::SiteNode;
use crate::store::BlobHash;

/// Most pictures of one paste or file.
const MOST: usize = 300;

/// Stores pictures in the library of a site.
pub(in crate::web) struct Library<'a> {
    app: &'a App,
    by: &'a By,
    node: &'a SiteNode,
    now: i64,
    /// What the files are called, before a number and their ending.
    name: String,
    /// What stands in place of a missing picture, with `{name}`.
    mark: String,
    /// Bytes of pictures that the HTML names by files of another disk.
    beside: HashMap<String, Vec<u8>>,
    /// What was stored, so that a picture that stands twice is one file.
    known: HashMap<BlobHash, Shown>,
    /// The rule that kept a picture out.
    broken: Option<Broken>,
    /// What else went wrong.
    trouble: Option<Error>,
}

impl<'a> Library<'a> {
    /// The library of a site that whoever asks works in.
    ///
    /// # Errors
    /// `NotFound`.
    pub(in crate::web) fn of(
        app: &'a App,
        by: &'a By,
        node: &'a SiteNode,
        now: i64,
        mark: String,
    ) -> Result<Library<'a>> {
        media::level_in_site(by, node.site.id).ok_or_else(|| Error::not_found("site", node.site.id))?;
        let name = clock::local(now).strftime("paste-%Y%m%d-%H%M").to_string();
        let (beside, known) = (HashMap::new(), HashMap::new());
        Ok(Library { app, by, node, now, name, mark, beside, known, broken: None, trouble: None })
    }

    /// Names what is stored.
    pub(in crate::web) fn named(self, name: &str) -> Library<'a> {
        Library { name: name.to_owned(), ..self }
    }

    /// Takes the bytes of pictures from beside the HTML, by their addresses.
    pub(in crate::web) fn beside(self, beside: HashMap<String, Vec<u8>>) -> Library<'a> {
        Library { beside, ..self }
    }

    /// Pictures that were stored, and the rule that kept others out.
    ///
    /// # Errors
    /// What went wrong but rules: the store, the disk.
    pub(in crate::web) fn outcome(self) -> Result<(usize, Option<Broken>)> {
        match self.trouble {
            Some(error) => Err(error),
            None => Ok((self.known.values().filter(|shown| **shown != Shown::Missing).count(), self.broken)),
        }
    }

    fn store(&mut self, bytes: &[u8]) -> Shown {
        let hash = BlobHash::of(bytes);
        if let Some(known) = self.known.get(&hash) {
            return known.clone();
        }
        let Some(ending) = ending(bytes).filter(|_| self.known.len() < MOST && self.trouble.is_none()) else {
            return Shown::Missing;
        };
        let file_name = format!("{}-{}.{ending}", self.name, self.known.len() + 1);
        let upload = Upload { site: self.node.site.id, file_name: &file_name, ..Upload::default() };
        let shown = match media::add_bytes(&self.app.store, self.app.room(), self.by, &upload, bytes, self.now) {
            Ok(file) => Shown::Here {
                url: file.url(&self.node.site.prefix()),
                width: file.width,
                height: file.height,
                alt: String::new(),
            },
            Err(Error::Rules { broken }) => {
                self.broken = broken.into_iter().next();
                Shown::Missing
            }
            Err(error) => {
                self.trouble = Some(error);
                Shown::Missing
            }
        };
        self.known.insert(hash, shown.clone());
        shown
    }
}

impl Pictures for Library<'_> {
    fn embedded(&mut self, bytes: &[u8]) -> Shown {
        self.store(bytes)
    }

    fn linked(&mut self, address: &str) -> Shown {
        if is_own(address) {
            return Shown::Stays;
        }
        if let Some(bytes) = self.beside.remove(address) {
            let shown = self.store(&bytes);
            self.beside.insert(address.to_owned(), bytes);
            return shown;
        }
        own_path(self.app, address).map_or(Shown::Missing, |path| Shown::Here {
            url: path,
            width: 0,
            height: 0,
            alt: String::new(),
        })
    }

    fn in_place_of(&self, name: &str) -> String {
        self.mark.replace("{name}", name).trim().to_owned()
    }
}

/// The path of an address under a host of the group: what is copied from a page of ours names it whole.
fn own_path(app: &App, address: &str) -> Option<String> {
    let address = url::Url::parse(address).ok().filter(|address| matches!(address.scheme(), "http" | "https"))?;
    app.directory().by_host(address.host_str()?)?;
    is_own(address.path()).then(|| address.path().to_owned())
}

/// The ending of a picture's file that browsers show, by its first bytes.
fn ending(bytes: &[u8]) -> Option<&'static str> {
    match media::mime_of("", bytes).as_str() {
        "image/png" => Some("png"),
        "image/jpeg" => Some("jpg"),
        "image/gif" => Some("gif"),
        "image/webp" => Some("webp"),
        _ => None,
    }
}
