//! Static files of themes: stylesheets, scripts, pictures.
//!
//! **Invariant:** the bytes behind an address never change: the address holds
//! a hash over all static files of the theme and of its parents.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::render::colour::Colour;

/// Files below this many bytes gain nothing from compression.
const COMPRESS_FROM: usize = 256;

/// A file in memory, ready to be sent.
#[derive(Debug)]
pub struct StaticFile {
    /// The bytes.
    pub bytes: Bytes,
    /// Value of `Content-Type`.
    pub mime: String,
    hash: [u8; 32],
    packed: OnceLock<Packed>,
}

#[derive(Debug)]
struct Packed {
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

/// How bytes are packed on the way to the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// gzip, level 9.
    Gzip,
    /// Brotli, quality 11.
    Brotli,
}

impl StaticFile {
    /// A file called `name`, whose ending tells what it is.
    pub fn new(name: &str, bytes: impl Into<Bytes>) -> StaticFile {
        let bytes = bytes.into();
        let mime = mime_guess::from_path(name).first_or_octet_stream();
        let text = is_text(mime.essence_str());
        let hash = *blake3::hash(&bytes).as_bytes();
        let mime = if text { format!("{}; charset=utf-8", mime.essence_str()) } else { mime.to_string() };
        StaticFile { bytes, mime, hash, packed: OnceLock::new() }
    }

    /// A file that came with its packed forms; an empty one where packing gained nothing.
    pub fn packed(name: &str, bytes: &'static [u8], gzip: &'static [u8], brotli: &'static [u8]) -> StaticFile {
        let form = |bytes: &'static [u8]| (!bytes.is_empty()).then(|| Bytes::from_static(bytes));
        let file = StaticFile::new(name, Bytes::from_static(bytes));
        StaticFile { packed: OnceLock::from(Packed { gzip: form(gzip), brotli: form(brotli) }), ..file }
    }

    /// Hash of the bytes.
    pub fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Strong entity tag of the file in an encoding, with its quotes.
    pub fn etag(&self, encoding: Encoding) -> String {
        let ending = match encoding {
            Encoding::Identity => "",
            Encoding::Gzip => "-gz",
            Encoding::Brotli => "-br",
        };
        format!("\"{}{ending}\"", hex(&self.hash[..12]))
    }

    /// The bytes in an encoding: `None` where the file is not worth packing,
    /// or while the background has not packed it yet.
    pub fn encoded(&self, encoding: Encoding) -> Option<Bytes> {
        match encoding {
            Encoding::Identity => Some(self.bytes.clone()),
            Encoding::Gzip => self.packed.get()?.gzip.clone(),
            Encoding::Brotli => self.packed.get()?.brotli.clone(),
        }
    }

    /// Packs the file unless it is packed; takes up to some tens of milliseconds.
    pub fn pack(&self) {
        self.packed.get_or_init(|| {
            if self.bytes.len() < COMPRESS_FROM || !self.mime.ends_with("charset=utf-8") {
                return Packed { gzip: None, brotli: None };
            }
            let worth = |packed: Vec<u8>| (packed.len() < self.bytes.len() * 95 / 100).then(|| Bytes::from(packed));
            Packed { gzip: gzip(&self.bytes).and_then(worth), brotli: brotli(&self.bytes).and_then(worth) }
        });
    }
}

/// True for kinds whose bytes are UTF-8 text.
fn is_text(mime: &str) -> bool {
    mime.starts_with("text/")
        || mime.ends_with("+xml")
        || mime.ends_with("+json")
        || matches!(mime, "application/json" | "application/xml" | "application/javascript")
}

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn brotli(bytes: &[u8]) -> Option<Vec<u8>> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters).ok()?;
    Some(out)
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All static files that one theme answers for, its parents' included.
#[derive(Debug)]
pub struct FileSet {
    /// Theme.
    pub theme: String,
    /// Hash in the addresses, 16 characters.
    pub hash: String,
    files: HashMap<String, Arc<StaticFile>>,
}

impl FileSet {
    /// The set of `theme` with its own files over those of its parent.
    pub fn new(
        theme: &str,
        own: &std::collections::BTreeMap<String, Arc<StaticFile>>,
        parent: Option<&FileSet>,
    ) -> FileSet {
        let mut hasher = blake3::Hasher::new();
        // A change of the stylesheet's form is a change of the files too.
        hasher.update(Colour { red: 1, green: 2, blue: 3 }.stylesheet().as_bytes());
        hasher.update(parent.map_or("", |parent| parent.hash.as_str()).as_bytes());
        for (name, file) in own {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update(file.hash());
        }
        let mut files = parent.map(|parent| parent.files.clone()).unwrap_or_default();
        files.extend(own.iter().map(|(name, file)| (name.clone(), Arc::clone(file))));
        FileSet { theme: theme.to_owned(), hash: hex(&hasher.finalize().as_bytes()[..8]), files }
    }

    /// A file by its path below `static/`, or the stylesheet of a colour (`site-b4232a.css`).
    pub fn get(&self, path: &str) -> Option<Arc<StaticFile>> {
        if let Some(file) = self.files.get(path) {
            return Some(Arc::clone(file));
        }
        let digits = path.strip_prefix("site-")?.strip_suffix(".css")?;
        let colour = Colour::parse(digits).filter(|colour| colour.digits() == digits)?;
        Some(Arc::new(StaticFile::new("site.css", colour.stylesheet().into_bytes())))
    }

    /// Every file with its path.
    pub fn files(&self) -> impl Iterator<Item = (&String, &Arc<StaticFile>)> {
        self.files.iter()
    }

    /// Address of a file below `static/`, whether it exists or not.
    pub fn address(&self, path: &str) -> String {
        format!("/theme/{}/{}/{path}", self.theme, self.hash)
    }

    /// Address of the stylesheet of a colour.
    pub fn site_css(&self, colour: Colour) -> String {
        self.address(&format!("site-{}.css", colour.digits()))
    }
}
