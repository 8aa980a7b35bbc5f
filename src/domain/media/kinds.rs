//! What a file is: by its bytes first, by its name second.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// Characters of a file name that stay as they are in an address.
pub(super) const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// Media type of a file. The first bytes decide where they are known; a name
/// that promises a picture over other bytes gets `application/octet-stream`.
pub fn mime_of(file_name: &str, head: &[u8]) -> String {
    let by_bytes = match head {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => Some("image/avif"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => None,
    };
    if let Some(mime) = by_bytes {
        return mime.to_owned();
    }
    let by_name = mime_guess::from_path(file_name).first_or_octet_stream();
    match (by_name.type_().as_str(), by_name.subtype().as_str()) {
        // A picture or PDF would have shown its bytes; SVG and HTML are never served active.
        ("image", "svg") | ("text", "html") => by_name.essence_str().to_owned(),
        ("image", _) | ("application", "pdf") => "application/octet-stream".to_owned(),
        _ => by_name.essence_str().to_owned(),
    }
}

/// Ending of a file name in lower case, without the dot.
pub fn ending(file_name: &str) -> String {
    file_name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default()
}

/// Is it a text, a table or slides, by its name?
pub(super) fn is_paper(file_name: &str) -> bool {
    const PAPERS: [&str; 18] = [
        "pdf", "ofd", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "txt", "csv", "rtf", "odt",
        "ods", "odp", "md",
    ];
    PAPERS.contains(&ending(file_name).as_str())
}

/// May a browser show the file itself? Everything else is offered for download.
pub fn is_inline(mime: &str) -> bool {
    matches!(mime, "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "application/pdf")
        || mime.starts_with("audio/")
        || mime.starts_with("video/")
}

/// Width and height of a PNG, JPEG, GIF or WebP picture, from its first bytes.
pub fn dimensions(bytes: &[u8]) -> Option<(u32, u32)> {
    let be16 = |at: usize| Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let le16 = |at: usize| Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let be32 = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some((be32(16)?, be32(20)?)),
        [b'G', b'I', b'F', b'8', ..] => Some((le16(6)?, le16(8)?)),
        [0xff, 0xd8, ..] => {
            let mut at = 2;
            loop {
                let marker = *bytes.get(at + 1)?;
                if bytes.get(at) != Some(&0xff) {
                    return None;
                }
                match marker {
                    0xff => at += 1,
                    0xd0..=0xd9 | 0x01 => at += 2,
                    0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                        return Some((be16(at + 7)?, be16(at + 5)?));
                    }
                    _ => at += 2 + be16(at + 2)? as usize,
                }
            }
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', b'V', b'P', b'8', kind, ..] => match kind {
            b' ' => Some((le16(26)? & 0x3fff, le16(28)? & 0x3fff)),
            b'L' => {
                let bits = u32::from_le_bytes(bytes.get(21..25)?.try_into().ok()?);
                Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
            }
            b'X' => {
                let le24 = |at: usize| Some(le16(at)? | u32::from(*bytes.get(at + 2)?) << 16);
                Some((le24(24)? + 1, le24(27)? + 1))
            }
            _ => None,
        },
        _ => None,
    }
}

/// A file name that is safe in an address and on every disk: no folders, no
/// control characters, nothing that turns the reading direction, at most 120
/// bytes, never empty; Chinese stays.
pub fn safe_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut safe: String = name
        .chars()
        .filter(
            |c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'),
        )
        .map(|c| if c.is_control() || "?#%&\"'<>|*:;".contains(c) || c.is_whitespace() { '-' } else { c })
        .collect();
    safe = safe.trim_matches(['.', '-']).to_owned();
    if safe.len() > 120 {
        let (stem, end) = match safe.rsplit_once('.') {
            Some((stem, end)) if end.len() <= 10 => (stem.to_owned(), format!(".{end}")),
            _ => (safe.clone(), String::new()),
        };
        let mut cut = 120 - end.len();
        while !stem.is_char_boundary(cut.min(stem.len())) {
            cut -= 1;
        }
        safe = format!("{}{end}", &stem[..cut.min(stem.len())]);
    }
    if safe.is_empty() { "file".to_owned() } else { safe }
}
