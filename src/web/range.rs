//! `Range` and `If-Range`: parts of files.
//!
//! **Invariant:** a malformed range is ignored, one outside of the file is refused, as RFC 9110 wants.

use http::header::{IF_RANGE, RANGE};
use http::{HeaderMap, HeaderValue};

use super::negotiate::parse_date;

/// More ranges than these in one request are answered with the whole file.
const MOST: usize = 16;

/// What part of a file is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// All of it.
    Whole,
    /// These parts: first byte, one after the last.
    Parts(Vec<(u64, u64)>),
    /// Nothing that the file has.
    Outside,
}

/// What part of a file of `length` bytes with this entity tag and time is asked for.
pub fn asked(headers: &HeaderMap, length: u64, etag: &HeaderValue, last_modified: Option<i64>) -> Asked {
    let Some(range) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else { return Asked::Whole };
    if let Some(condition) = headers.get(IF_RANGE) {
        // A weak tag never matches; a date must be the same.
        let same = condition == etag
            || matches!((parse_date(condition), last_modified), (Some(a), Some(b)) if a == b.div_euclid(1000));
        if !same {
            return Asked::Whole;
        }
    }
    parse(range, length)
}

/// Reads the value of `Range` for a file of `length` bytes.
pub fn parse(range: &str, length: u64) -> Asked {
    let Some((unit, list)) = range.split_once('=') else { return Asked::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let mut parts = Vec::new();
    for (count, item) in list.split(',').map(str::trim).filter(|item| !item.is_empty()).enumerate() {
        if count >= MOST {
            return Asked::Whole;
        }
        let Some((first, last)) = item.split_once('-') else { return Asked::Whole };
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            // Numbers beyond 64 bits are beyond any file as well.
            digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => {
                if first < length {
                    parts.push((first, last.saturating_add(1).min(length)));
                }
            }
            (Some(first), None) if last.is_empty() => {
                if first < length {
                    parts.push((first, length));
                }
            }
            (None, Some(suffix)) if first.is_empty() => {
                if suffix > 0 && length > 0 {
                    parts.push((length.saturating_sub(suffix), length));
                }
            }
            _ => return Asked::Whole,
        }
    }
    if parts.is_empty() {
        return Asked::Outside;
    }
    // Asking for more than the file has by overlapping parts is no use but as an attack.
    let sum: u64 = parts.iter().map(|(start, end)| end - start).sum();
    if parts.len() > 1 && sum > length { Asked::Whole } else { Asked::Parts(parts) }
}
