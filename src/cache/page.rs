//! A finished page in the forms in which it can be sent.
//!
//! **Invariant:** every form decodes to the same bytes, and no two forms of
//! different bytes share an entity tag.

use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// Which of a page's faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Variant {
    /// As designed.
    #[default]
    Normal,
    /// For elderly readers (适老版): large text, few things.
    Elder,
}

/// What a finished page is found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    /// Face.
    pub variant: Variant,
    /// Path and query as they came, `/mzj/tzgg/?page=2`.
    pub target: Box<str>,
}

impl PageKey {
    /// The key of `target` in the face `variant`.
    pub fn new(variant: Variant, target: &str) -> PageKey {
        PageKey { variant, target: target.into() }
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&*self.target, |(path, _)| path)
    }

    /// The query, if there is a `?`.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }
}

/// How the bytes of a form are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// Brotli.
    Brotli,
}

impl Encoding {
    /// All of them, best first.
    pub const ALL: [Encoding; 4] = [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip, Encoding::Identity];

    /// Value of `Content-Encoding`; `None` for identity.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Encoding::Identity => None,
            Encoding::Gzip => Some("gzip"),
            Encoding::Zstd => Some("zstd"),
            Encoding::Brotli => Some("br"),
        }
    }

    /// Letter in entity tags.
    pub fn letter(self) -> char {
        match self {
            Encoding::Identity => 'i',
            Encoding::Gzip => 'g',
            Encoding::Zstd => 'z',
            Encoding::Brotli => 'b',
        }
    }
}

/// What rendering gives: an answer that may be kept.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Status.
    pub status: StatusCode,
    /// Content type with its character set.
    pub content_type: HeaderValue,
    /// Language of the page, `zh-CN`.
    pub language: Option<HeaderValue>,
    /// When what the page shows was last changed, milliseconds since 1970.
    pub last_modified: Option<i64>,
    /// Further headers, for example `Location`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Body.
    pub body: Bytes,
    /// False for answers that shall not be kept, for example search results.
    pub keep: bool,
}

impl Rendered {
    /// An HTML page in Chinese, to be kept.
    pub fn html(status: StatusCode, body: impl Into<Bytes>) -> Rendered {
        Rendered {
            status,
            content_type: HeaderValue::from_static("text/html; charset=utf-8"),
            language: Some(HeaderValue::from_static("zh-CN")),
            last_modified: None,
            headers: Vec::new(),
            body: body.into(),
            keep: true,
        }
    }
}

/// Headers of one form, ready to be sent.
#[derive(Debug, Clone)]
pub struct Dressed {
    /// Of the whole answer.
    pub full: HeaderMap,
    /// Of a 304.
    pub not_modified: HeaderMap,
}

/// Makes the headers of a form: page, encoding, entity tag with its quotes, length in bytes.
pub type Dress = fn(&Rendered, Encoding, &HeaderValue, usize) -> Dressed;

/// One form of a page.
#[derive(Debug)]
pub struct Form {
    /// Bytes to send.
    pub bytes: Bytes,
    /// Headers to send.
    pub headers: Dressed,
    /// Entity tag with its quotes.
    pub etag: HeaderValue,
    /// How hard it was compressed.
    pub level: u8,
}

/// A finished page.
pub struct Page {
    rendered: Rendered,
    /// Part of the entity tags that all forms share.
    hash: String,
    identity: Arc<Form>,
    gzip: ArcSwapOption<Form>,
    zstd: ArcSwapOption<Form>,
    brotli: ArcSwapOption<Form>,
    dress: Dress,
}

/// Smaller bodies are sent as they are.
const WORTH_COMPRESSING: usize = 512;

impl Page {
    /// A page with its plain form.
    pub fn new(rendered: Rendered, dress: Dress) -> Page {
        // The headers are part of what the tag stands for: a redirect elsewhere is another answer.
        let mut hasher = blake3::Hasher::new();
        hasher.update(&rendered.body).update(&rendered.status.as_u16().to_le_bytes());
        for (name, value) in &rendered.headers {
            hasher.update(name.as_str().as_bytes()).update(value.as_bytes());
        }
        let hash = hasher.finalize().to_hex()[..24].to_string();
        let identity = Arc::new(form(&rendered, &hash, dress, Encoding::Identity, 0, rendered.body.clone()));
        Page {
            rendered,
            hash,
            identity,
            gzip: ArcSwapOption::empty(),
            zstd: ArcSwapOption::empty(),
            brotli: ArcSwapOption::empty(),
            dress,
        }
    }

    /// Status.
    pub fn status(&self) -> StatusCode {
        self.rendered.status
    }

    /// The plain body.
    pub fn body(&self) -> &Bytes {
        &self.rendered.body
    }

    /// When what it shows was last changed, milliseconds since 1970.
    pub fn last_modified(&self) -> Option<i64> {
        self.rendered.last_modified
    }

    /// True if compressed forms are worth while.
    pub fn compressible(&self) -> bool {
        let kind = self.rendered.content_type.as_bytes();
        let text = kind.starts_with(b"text/") || kind.starts_with(b"application/");
        text && self.rendered.body.len() >= WORTH_COMPRESSING
    }

    /// The plain form.
    pub fn identity(&self) -> &Form {
        &self.identity
    }

    /// A compressed form if it has been made; `None` for identity.
    pub fn packed(&self, encoding: Encoding) -> Option<Guard<Option<Arc<Form>>>> {
        let form = self.slot(encoding)?.load();
        form.is_some().then_some(form)
    }

    /// How hard the form of `encoding` was compressed; 0 if there is none.
    pub fn level(&self, encoding: Encoding) -> u8 {
        self.packed(encoding).and_then(|form| form.as_ref().map(|form| form.level)).unwrap_or(0)
    }

    /// Adds a compressed form or replaces it by a smaller one. Returns by how many bytes the page grew.
    pub fn put(&self, encoding: Encoding, level: u8, bytes: Bytes) -> isize {
        let Some(slot) = self.slot(encoding) else { return 0 };
        let new = form(&self.rendered, &self.hash, self.dress, encoding, level, bytes);
        let size = new.size();
        let old = slot.swap(Some(Arc::new(new)));
        size as isize - old.map_or(0, |old| old.size() as isize)
    }

    /// Which encoding an entity tag (without `W/`, with quotes) stands for, if it is one of this page.
    pub fn encoding_of(&self, tag: &[u8]) -> Option<Encoding> {
        let rest = tag.strip_prefix(b"\"")?.strip_prefix(self.hash.as_bytes())?.strip_prefix(b"-")?;
        let letter = char::from(*rest.first()?);
        Encoding::ALL.into_iter().find(|encoding| encoding.letter() == letter)
    }

    /// Memory of all forms in bytes.
    pub fn size(&self) -> usize {
        let packed = [Encoding::Gzip, Encoding::Zstd, Encoding::Brotli];
        let packed = packed.into_iter().filter_map(|e| self.packed(e)?.as_ref().map(|form| form.size()));
        self.identity.size() + packed.sum::<usize>()
    }

    fn slot(&self, encoding: Encoding) -> Option<&ArcSwapOption<Form>> {
        match encoding {
            Encoding::Identity => None,
            Encoding::Gzip => Some(&self.gzip),
            Encoding::Zstd => Some(&self.zstd),
            Encoding::Brotli => Some(&self.brotli),
        }
    }
}

impl Form {
    /// Memory in bytes: body and prebuilt headers.
    fn size(&self) -> usize {
        // A header map of 16 places with two values each of about 20 bytes.
        self.bytes.len() + 2048
    }
}

fn form(rendered: &Rendered, hash: &str, dress: Dress, encoding: Encoding, level: u8, bytes: Bytes) -> Form {
    let etag = format!("\"{hash}-{}{level}\"", encoding.letter());
    let etag = HeaderValue::from_maybe_shared(Bytes::from(etag)).expect("hexadecimal digits are a header value");
    Form { headers: dress(rendered, encoding, &etag, bytes.len()), bytes, etag, level }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("status", &self.status())
            .field("hash", &self.hash)
            .field("size", &self.size())
            .finish()
    }
}
