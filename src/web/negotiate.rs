//! What the client takes: encodings, and whether it already has the answer.
//!
//! **Invariant:** a 304 is only sent for bytes that this client can read.

use http::header::{ACCEPT_ENCODING, COOKIE, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::cache::{Encoding, Page, Variant};

/// Encodings that a client takes, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    order: [Encoding; 4],
    len: usize,
}

/// What browsers send nearly always.
const ALL: Accepted = Accepted { order: Encoding::ALL, len: 4 };
const BROTLI_GZIP: Accepted =
    Accepted { order: [Encoding::Brotli, Encoding::Gzip, Encoding::Identity, Encoding::Identity], len: 3 };
const GZIP: Accepted =
    Accepted { order: [Encoding::Gzip, Encoding::Identity, Encoding::Identity, Encoding::Identity], len: 2 };

impl Accepted {
    /// Nothing but the plain form.
    pub const NONE: Accepted = Accepted { order: [Encoding::Identity; 4], len: 1 };

    /// From the headers of a request.
    pub fn of(headers: &HeaderMap) -> Accepted {
        let Some(first) = headers.get(ACCEPT_ENCODING) else { return Accepted::NONE };
        match first.as_bytes() {
            b"gzip, deflate, br, zstd" => return ALL,
            b"gzip, deflate, br" | b"br, gzip, deflate" => return BROTLI_GZIP,
            b"gzip, deflate" | b"gzip" => return GZIP,
            _ => {}
        }
        Accepted::parse(headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()))
    }

    /// From the values of `Accept-Encoding`. A client that refuses everything gets identity.
    pub fn parse<'a>(values: impl Iterator<Item = &'a str>) -> Accepted {
        let mut weights: [Option<u16>; 4] = [None; 4];
        let mut star = None;
        for item in values.flat_map(|value| value.split(',')) {
            let mut parts = item.split(';');
            let token = parts.next().unwrap_or_default().trim();
            let weight = parts.find_map(|part| quality(part.trim())).unwrap_or(1000);
            let encoding = match token {
                "*" => {
                    star = Some(weight);
                    continue;
                }
                _ if token.eq_ignore_ascii_case("br") => Encoding::Brotli,
                _ if token.eq_ignore_ascii_case("zstd") => Encoding::Zstd,
                _ if token.eq_ignore_ascii_case("gzip") || token.eq_ignore_ascii_case("x-gzip") => Encoding::Gzip,
                _ if token.eq_ignore_ascii_case("identity") => Encoding::Identity,
                _ => continue,
            };
            weights[place(encoding)] = Some(weight);
        }
        let mut order: Vec<(Encoding, u16)> = Vec::with_capacity(4);
        for encoding in Encoding::ALL {
            let weight = match (weights[place(encoding)], star, encoding) {
                (Some(weight), _, _) => weight,
                // Not named and no star: identity is always taken, last.
                (None, None, Encoding::Identity) => 1,
                (None, Some(weight), _) => weight,
                (None, None, _) => 0,
            };
            if weight > 0 {
                order.push((encoding, weight));
            }
        }
        // Stable: among equals the best encoding stays first.
        order.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        let mut accepted = Accepted { order: [Encoding::Identity; 4], len: order.len().max(1) };
        for (place, (encoding, _)) in order.into_iter().enumerate() {
            accepted.order[place] = encoding;
        }
        accepted
    }

    /// Encodings, best first; at least one.
    pub fn order(&self) -> &[Encoding] {
        &self.order[..self.len]
    }

    /// True if the client takes `encoding`.
    pub fn takes(&self, encoding: Encoding) -> bool {
        self.order().contains(&encoding)
    }
}

fn place(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Brotli => 0,
        Encoding::Zstd => 1,
        Encoding::Gzip => 2,
        Encoding::Identity => 3,
    }
}

/// `q=0.5` as 500.
fn quality(part: &str) -> Option<u16> {
    let (name, value) = part.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let value: f32 = value.trim().parse().ok()?;
    value.is_finite().then(|| (value.clamp(0.0, 1.0) * 1000.0) as u16)
}

/// The face that the client chose: the cookie `elder=1`.
pub fn variant(headers: &HeaderMap) -> Variant {
    for cookies in headers.get_all(COOKIE) {
        if cookies.as_bytes().split(|b| *b == b';').any(|cookie| cookie.trim_ascii() == b"elder=1") {
            return Variant::Elder;
        }
    }
    Variant::Normal
}

/// Whether the client already has an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// No, send it.
    No,
    /// Yes; the entity tag to name in the 304, or `None` for the current one.
    Yes(Option<HeaderValue>),
}

/// Does the client have this page in a form that it can read?
pub fn knows_page(headers: &HeaderMap, page: &Page, accepted: Accepted) -> Known {
    if !headers.contains_key(IF_NONE_MATCH) {
        return since(headers, page.last_modified());
    }
    for tag in tags(headers) {
        if tag == b"*" {
            return Known::Yes(None);
        }
        let tag = tag.strip_prefix(b"W/").unwrap_or(tag);
        if page.encoding_of(tag).is_some_and(|encoding| accepted.takes(encoding)) {
            return Known::Yes(HeaderValue::from_bytes(tag).ok());
        }
    }
    Known::No
}

/// Does the client have a file with this entity tag (with its quotes)?
pub fn knows_file(headers: &HeaderMap, etag: &HeaderValue, last_modified: Option<i64>) -> bool {
    if !headers.contains_key(IF_NONE_MATCH) {
        return since(headers, last_modified) != Known::No;
    }
    tags(headers).any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == etag.as_bytes())
}

fn since(headers: &HeaderMap, last_modified: Option<i64>) -> Known {
    let (Some(value), Some(modified)) = (headers.get(IF_MODIFIED_SINCE), last_modified) else { return Known::No };
    match parse_date(value) {
        Some(seconds) if modified.div_euclid(1000) <= seconds => Known::Yes(None),
        _ => Known::No,
    }
}

/// Entity tags of `If-None-Match` as they stand, with `W/` and quotes. Commas inside quotes do not separate.
fn tags(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(IF_NONE_MATCH)
        .into_iter()
        .flat_map(|value| {
            let mut quoted = false;
            value.as_bytes().split(move |b| {
                quoted ^= *b == b'"';
                *b == b',' && !quoted
            })
        })
        .map(<[u8]>::trim_ascii)
        .filter(|tag| !tag.is_empty())
}

/// Seconds since 1970 of an HTTP date.
pub fn parse_date(value: &HeaderValue) -> Option<i64> {
    rfc2822::DateTimeParser::new().parse_timestamp(value.as_bytes()).ok().map(|time| time.as_second())
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` from milliseconds since 1970.
pub fn date(millis: i64) -> Option<HeaderValue> {
    let time = Timestamp::from_second(millis.div_euclid(1000)).ok()?;
    let text = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()?;
    HeaderValue::try_from(text).ok()
}
