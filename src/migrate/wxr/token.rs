//! The pieces of XML that an export is made of, and what is wrong with them in words.
//!
//! **Invariant:** only the five entities of XML and character numbers are resolved.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::escape::unescape;
use quick_xml::events::BytesStart;

use crate::base::fault::Fault;

use super::source::Malformed;

/// An event, owned, as far as it matters here.
#[derive(Debug)]
pub(super) enum Token {
    Start(String, Vec<(String, String)>),
    End,
    Text(String),
    Cdata(String),
    /// As written, without `&` and `;`.
    Reference(String),
    Eof,
}

pub(super) fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value =
            attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        found.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(found)
}

/// The text of a reference; only the five names of XML and numbers are known.
pub(super) fn resolve(reference: &str) -> Option<String> {
    unescape(&format!("&{reference};")).ok().map(Cow::into_owned)
}

/// Puts the pieces of a text together. Old exporters wrote `]]>` into CDATA sections as it is: then
/// the section ends too early and a bare `]]>` follows; the whole is taken as the one section that was meant.
pub(super) fn join(pieces: &[Token]) -> String {
    let bare = pieces.iter().any(|piece| matches!(piece, Token::Text(text) if text.contains("]]>")));
    let begins = pieces.iter().find(|piece| !matches!(piece, Token::Text(text) if text.trim().is_empty()));
    if bare && matches!(begins, Some(Token::Cdata(_))) {
        let mut raw = String::new();
        for piece in pieces {
            match piece {
                Token::Cdata(text) => raw.extend(["<![CDATA[", text, "]]>"]),
                Token::Text(text) => raw.push_str(text),
                Token::Reference(name) => raw.extend(["&", name, ";"]),
                _ => {}
            }
        }
        if let Some(inner) = raw.trim().strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>")) {
            return printable(inner.to_owned());
        }
    }
    let mut joined = String::new();
    for piece in pieces {
        match piece {
            Token::Cdata(text) | Token::Text(text) if joined.is_empty() => joined = text.clone(),
            Token::Cdata(text) | Token::Text(text) => joined.push_str(text),
            Token::Reference(name) => joined.extend(resolve(name)),
            _ => {}
        }
    }
    printable(joined)
}

/// Without control characters, which databases hold and XML forbids.
fn printable(text: String) -> String {
    let bad =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{7f}');
    if text.contains(bad) { text.chars().filter(|c| !bad(*c)).collect() } else { text }
}

pub(super) fn io_fault(path: &Path, line: usize, error: &io::Error) -> Fault {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Malformed>()) {
        Some(malformed) => Fault::line(path, malformed.line, malformed.what.clone()),
        None => Fault::line(path, line, error.to_string()),
    }
}

/// `begin` is the line where the token begins, `now` where reading stopped.
pub(super) fn xml_fault(path: &Path, begin: usize, now: usize, open: &[String], error: &XmlError) -> Fault {
    match error {
        XmlError::Io(error) => io_fault(path, now, error),
        XmlError::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            Fault::line(path, begin, format!("</{found}> where </{expected}> is expected"))
        }
        XmlError::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            Fault::line(path, begin, format!("</{found}> ends nothing"))
        }
        XmlError::IllFormed(IllFormedError::UnclosedReference) => {
            Fault::line(path, begin.max(now), "a bare & in the text; it must be written &amp;")
        }
        XmlError::Syntax(error) => {
            let place = open.last().map(|name| format!(" in <{name}>")).unwrap_or_default();
            Fault::line(path, begin, format!("{error}{place}"))
        }
        other => Fault::line(path, begin, other.to_string().replace('\n', " ")),
    }
}
