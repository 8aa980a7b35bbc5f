//! How values are written into HTML.
//!
//! **Invariant:** text that is not marked safe never ends a tag, an attribute
//! or an entity; addresses are left readable, `/` is not escaped.

use std::fmt::Write;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Error, Output, State, Value};

/// What a character is written as, `None` where it stays.
fn entity(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

/// Bytes looked at in one go while nothing has to be escaped.
const STRIDE: usize = 16;

/// Position of the first byte that must not stay. Whole strides are looked at
/// without a branch a byte, which compilers turn into vector instructions.
fn first_special(bytes: &[u8]) -> Option<usize> {
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    let strides = bytes.chunks_exact(STRIDE);
    let clean = strides.take_while(|stride| !stride.iter().fold(false, |found, byte| found | special(*byte))).count();
    let start = clean * STRIDE;
    bytes[start..].iter().position(|byte| special(*byte)).map(|position| start + position)
}

/// Writes `text` for an HTML text or a quoted attribute.
pub fn write_escaped(out: &mut impl Write, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(position) = first_special(rest.as_bytes()) {
        out.write_str(&rest[..position])?;
        if let Some(entity) = entity(rest.as_bytes()[position]) {
            out.write_str(entity)?;
        }
        rest = &rest[position + 1..];
    }
    out.write_str(rest)
}

/// `text` for an HTML text or a quoted attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    // Writing into a String cannot fail.
    let _ = write_escaped(&mut out, text);
    out
}

/// Formatter of the template engine: nothing for `none`, safe text as it is,
/// everything else escaped in `.html` templates.
pub fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() || value.is_undefined() {
        return Ok(());
    }
    if let Some(text) = value.as_str() {
        let plain = value.is_safe() || !matches!(state.auto_escape(), AutoEscape::Html);
        return if plain { out.write_str(text) } else { write_escaped(out, text) }.map_err(Error::from);
    }
    match value.kind() {
        ValueKind::Number | ValueKind::Bool => write!(out, "{value}").map_err(Error::from),
        _ if matches!(state.auto_escape(), AutoEscape::Html) => {
            write_escaped(out, &value.to_string()).map_err(Error::from)
        }
        _ => write!(out, "{value}").map_err(Error::from),
    }
}
