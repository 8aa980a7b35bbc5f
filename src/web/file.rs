//! Sending files: media from disk, files of themes from memory.
//!
//! **Invariant:** an uploaded file is never taken for a page of this server:
//! fixed type, `nosniff`, its own policy, and saved unless it is a harmless kind.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    ACCEPT_RANGES, ALLOW, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    LAST_MODIFIED, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Error;
use super::body::{Body, FileStream, Part, Parts};
use super::negotiate::{Accepted, date, knows_file};
use super::policy::Keep;
use super::range::{Asked, asked};
use super::security::Role;
use crate::cache::Encoding;

/// Files up to this size are read at once.
const SMALL: u64 = 64 << 10;

/// Where the bytes are.
#[derive(Debug, Clone)]
pub enum Source {
    /// In memory, with compressed forms.
    Memory(Bytes, Vec<(Encoding, Bytes)>),
    /// In a file that does not change while it exists.
    Disk(PathBuf),
}

/// A file to send.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Where the bytes are.
    pub source: Source,
    /// Name under which it is saved; its ending decides the type.
    pub name: String,
    /// Hash of the bytes, for the entity tag; letters and digits.
    pub hash: String,
    /// When it was made, milliseconds since 1970.
    pub last_modified: Option<i64>,
    /// True for files of themes, false for what people upload.
    pub ours: bool,
    /// How long it may be kept.
    pub keep: Keep,
}

/// The answer to a request for a file.
///
/// # Errors
/// `Method` unless GET or HEAD, `NotFound` if the file is not on the disk, `Range`, `Internal`.
pub async fn file(method: &Method, headers: &HeaderMap, sent: Sent) -> Result<Response<Body>, Error> {
    if method != Method::GET && method != Method::HEAD {
        return Err(Error::Method("GET, HEAD"));
    }
    let head = method == Method::HEAD;
    let (role, content_type) = kind(&sent.name, sent.ours);
    let ranged = headers.contains_key(http::header::RANGE);
    let mut letter = 'i';
    let mut packed = None;
    let opened = match sent.source {
        Source::Memory(bytes, forms) => {
            if !forms.is_empty() && !ranged {
                let accepted = Accepted::of(headers);
                let best = accepted.order().iter().find_map(|wanted| {
                    forms.iter().find(|(encoding, _)| encoding == wanted).map(|(_, bytes)| (*wanted, bytes.clone()))
                });
                // Identity before a compressed form means that the client wants it so.
                let plain_first = accepted.order().first() == Some(&Encoding::Identity);
                packed = best.filter(|_| !plain_first);
            }
            match &packed {
                Some((encoding, bytes)) => {
                    letter = encoding.letter();
                    Opened::Memory(bytes.clone())
                }
                None => Opened::Memory(bytes),
            }
        }
        Source::Disk(path) => open(path).await?,
    };
    let length = opened.len();
    let etag = HeaderValue::try_from(format!("\"{}-{letter}\"", sent.hash))
        .map_err(|_| Error::Internal(format!("{:?} is not a hash", sent.hash)))?;
    let mut out = HeaderMap::with_capacity(16);
    out.insert(ETAG, etag.clone());
    sent.keep.set(&mut out);
    if let Some(modified) = sent.last_modified.and_then(date) {
        out.insert(LAST_MODIFIED, modified);
    }
    if sent.ours {
        out.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    if knows_file(headers, &etag, sent.last_modified) {
        return Ok(answer(StatusCode::NOT_MODIFIED, out, Body::Empty));
    }
    role.set(&mut out);
    out.insert(CONTENT_TYPE, content_type.clone());
    if let Some((encoding, _)) = &packed
        && let Some(token) = encoding.token()
    {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static(token));
    }
    out.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if !sent.ours {
        out.insert(CONTENT_DISPOSITION, disposition(role, &sent.name));
    }
    // Ranges are defined for GET only.
    let part = if ranged && !head { asked(headers, length, &etag, sent.last_modified) } else { Asked::Whole };
    match part {
        Asked::Outside => Err(Error::Range(length)),
        Asked::Whole => {
            out.insert(CONTENT_LENGTH, HeaderValue::from(length));
            Ok(answer(StatusCode::OK, out, if head { Body::Empty } else { opened.body(0, length) }))
        }
        Asked::Parts(parts) if parts.len() == 1 => {
            let (start, end) = parts[0];
            out.insert(CONTENT_RANGE, text(format!("bytes {start}-{}/{length}", end - 1)));
            out.insert(CONTENT_LENGTH, HeaderValue::from(end - start));
            Ok(answer(StatusCode::PARTIAL_CONTENT, out, opened.body(start, end)))
        }
        Asked::Parts(parts) => {
            let boundary = format!("zhanqun-{}", &sent.hash[..sent.hash.len().min(24)]);
            let body = several(&opened, &parts, length, &boundary, &content_type);
            let kind = text(format!("multipart/byteranges; boundary={boundary}"));
            out.insert(CONTENT_TYPE, kind);
            Ok(answer(StatusCode::PARTIAL_CONTENT, out, body))
        }
    }
}

/// Headers that an error about a file needs beside its page: `Content-Range` of a 416, `Allow` of a 405.
pub fn error_headers(error: &Error, headers: &mut HeaderMap) {
    match error {
        Error::Range(length) => {
            headers.insert(CONTENT_RANGE, text(format!("bytes */{length}")));
        }
        Error::Method(allowed) => {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        _ => {}
    }
}

enum Opened {
    Memory(Bytes),
    Disk(Arc<File>, u64),
}

impl Opened {
    fn len(&self) -> u64 {
        match self {
            Opened::Memory(bytes) => bytes.len() as u64,
            Opened::Disk(_, length) => *length,
        }
    }

    fn part(&self, start: u64, end: u64) -> Part {
        match self {
            Opened::Memory(bytes) => Part::Memory(bytes.slice(start as usize..end as usize)),
            Opened::Disk(file, _) => Part::File(FileStream::new(file.clone(), start, end)),
        }
    }

    fn body(&self, start: u64, end: u64) -> Body {
        match self.part(start, end) {
            Part::Memory(bytes) => Body::from(bytes),
            Part::File(file) => Body::File(file),
        }
    }
}

async fn open(path: PathBuf) -> Result<Opened, Error> {
    let opening = tokio::task::spawn_blocking(move || {
        let opened = (|| {
            let file = File::open(&path)?;
            let about = file.metadata()?;
            if !about.is_file() {
                return Err(std::io::ErrorKind::NotFound.into());
            }
            if about.len() > SMALL {
                return Ok(Opened::Disk(Arc::new(file), about.len()));
            }
            let mut bytes = Vec::with_capacity(about.len() as usize);
            std::io::Read::read_to_end(&mut std::io::Read::take(file, SMALL), &mut bytes)?;
            Ok(Opened::Memory(bytes.into()))
        })();
        opened.map_err(|e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => Error::NotFound,
            _ => Error::Internal(format!("{}: {e}", path.display())),
        })
    });
    opening.await.map_err(|e| Error::Internal(e.to_string()))?
}

fn several(opened: &Opened, parts: &[(u64, u64)], length: u64, boundary: &str, kind: &HeaderValue) -> Body {
    let kind = String::from_utf8_lossy(kind.as_bytes());
    let mut pieces = Vec::with_capacity(2 * parts.len() + 1);
    for (start, end) in parts {
        let head = format!(
            "\r\n--{boundary}\r\nContent-Type: {kind}\r\nContent-Range: bytes {start}-{}/{length}\r\n\r\n",
            end - 1
        );
        pieces.push(Part::Memory(head.into()));
        pieces.push(opened.part(*start, *end));
    }
    pieces.push(Part::Memory(format!("\r\n--{boundary}--\r\n").into()));
    Body::Parts(Parts::new(pieces))
}

/// What a browser may do with a file of this name, and its content type.
fn kind(name: &str, ours: bool) -> (Role, HeaderValue) {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    let essence = guess.essence_str();
    let role = match (ours, essence) {
        (true, _) => Role::Asset,
        (false, "application/pdf") => Role::Pdf,
        (false, "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "image/bmp") => Role::Shown,
        (false, "audio/mpeg" | "audio/ogg" | "audio/wav" | "audio/mp4" | "audio/aac" | "audio/flac") => Role::Shown,
        (false, "video/mp4" | "video/webm" | "video/ogg") => Role::Shown,
        (false, _) => Role::Saved,
    };
    // What could run in a browser gets no type that would let it.
    let active = ["html", "xml", "javascript", "ecmascript", "svg", "xhtml"].iter().any(|word| essence.contains(word));
    let shown = match (role, guess.type_().as_str()) {
        // Office documents end in "xml" without being XML to a browser.
        (Role::Saved, _) if active && !essence.contains("officedocument") => "application/octet-stream".to_string(),
        (_, "text") => format!("{essence}; charset=utf-8"),
        (Role::Asset, _) if active && essence != "image/svg+xml" => format!("{essence}; charset=utf-8"),
        _ => essence.to_string(),
    };
    (role, text(shown))
}

/// Characters that RFC 5987 lets stand.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn disposition(role: Role, name: &str) -> HeaderValue {
    let how = if role == Role::Saved { "attachment" } else { "inline" };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ' | '(' | ')');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if ascii == name {
        return text(format!("{how}; filename=\"{ascii}\""));
    }
    text(format!("{how}; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTRIBUTE)))
}

fn text(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn answer(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
