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

/// Writes `text` for an HTML text or a quoted attribute.
pub fn write_escaped(out: &mut impl Write, text: &str) -> std::fmt::Result {
    let mut rest = text;
    while let Some(position) = rest.bytes().position(|byte| entity(byte).is_some()) {
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
        return if plain { out.write_str(text) } else { write_escaped(out, text) }
            .map_err(Error::from);
    }
    match value.kind() {
        ValueKind::Number | ValueKind::Bool => write!(out, "{value}").map_err(Error::from),
        _ if matches!(state.auto_escape(), AutoEscape::Html) => {
            write_escaped(out, &value.to_string()).map_err(Error::from)
        }
        _ => write!(out, "{value}").map_err(Error::from),
    }
}
