//! The package: a zip archive of parts that name each other.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::domain::error::{Error, Result};

use super::xml::{Event, Xml};

/// Most parts.
const PARTS: usize = 10_000;
/// Most bytes of one part of XML, unpacked.
const LARGEST_PART: u64 = 64 << 20;
/// Most bytes that are unpacked altogether.
const LARGEST: u64 = 256 << 20;
/// Type of the main part.
const MAIN: &str = "wordprocessingml.document.main+xml";
/// Type of the main part of a template.
const TEMPLATE: &str = "wordprocessingml.template.main+xml";

/// An open package.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Name of the main part.
    pub main: String,
    /// Bytes that may still be unpacked.
    left: u64,
}

/// Where a part refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub kind: String,
    pub target: String,
    pub outside: bool,
}

fn fault(rule: &'static str, what: impl ToString) -> Error {
    Error::rule(rule, "file", what)
}

/// A part that is not as it must be.
pub(super) fn broken(part: &str, what: impl std::fmt::Display) -> Error {
    fault("docx.broken", format!("{part}: {what}"))
}

impl<'a> Package<'a> {
    /// Opens a package and finds its main part.
    pub fn open(bytes: &'a [u8]) -> Result<Package<'a>> {
        match bytes {
            // What Word wrote before 2007, and what it encrypts.
            [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(fault("docx.old", "")),
            [b'P', b'K', ..] => {}
            _ => return Err(fault("docx.not_zip", "")),
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| fault("docx.not_zip", error))?;
        if archive.len() > PARTS {
            return Err(fault("docx.large", format!("{} parts", archive.len())));
        }
        let mut package = Package { archive, main: String::new(), left: LARGEST };
        let types = package.text("[Content_Types].xml")?;
        let types = types.ok_or_else(|| fault("docx.type", "[Content_Types].xml"))?;
        package.main = main_part(&types)?;
        let names: Vec<String> =
            package.archive.file_names_raw().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
        if let Some(macros) = names.iter().find(|name| name.ends_with("vbaproject.bin")) {
            return Err(fault("docx.macros", macros));
        }
        Ok(package)
    }

    /// The bytes of a part, at most `most`; `None` if it is not there.
    pub fn bytes(&mut self, name: &str, most: u64) -> Result<Option<Vec<u8>>> {
        let most = most.min(self.left);
        let Some(index) = self.archive.index_for_name(name) else { return Ok(None) };
        let file = self.archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(what) if what.to_lowercase().contains("password") => {
                fault("docx.locked", name)
            }
            other => broken(name, other),
        })?;
        let mut bytes = Vec::new();
        // The size that the archive claims may be a lie: only what is really unpacked counts.
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| broken(name, error))?;
        if bytes.len() as u64 > most {
            return Err(fault("docx.large", name));
        }
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// The text of a part of XML.
    pub fn text(&mut self, name: &str) -> Result<Option<String>> {
        let Some(bytes) = self.bytes(name, LARGEST_PART)? else { return Ok(None) };
        let (encoding, _) = encoding_rs::Encoding::for_bom(&bytes).unwrap_or((encoding_rs::UTF_8, 0));
        let (text, _, wrong) = encoding.decode(&bytes);
        if wrong { Err(broken(name, "is not UTF-8")) } else { Ok(Some(text.into_owned())) }
    }

    /// What a part refers to, by the names that it uses.
    pub fn relations(&mut self, part: &str) -> Result<HashMap<String, Relation>> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = format!("{folder}/_rels/{file}.rels");
        let name = name.trim_start_matches('/');
        let Some(text) = self.text(name)? else { return Ok(HashMap::new()) };
        let mut found = HashMap::new();
        let mut xml = Xml::new(&text, name);
        while let Some(event) = xml.next()? {
            let Event::Start(element) = event else { continue };
            if element.is("Relationship") {
                let outside = element.get("TargetMode").is_some_and(|mode| mode == "External");
                let target = element.get("Target").unwrap_or_default();
                let target = if outside { target.to_owned() } else { resolve(folder, target) };
                let kind = element.get("Type").and_then(|kind| kind.rsplit('/').next()).unwrap_or_default();
                let id = element.get("Id").unwrap_or_default().to_owned();
                found.insert(id, Relation { kind: kind.to_owned(), target, outside });
            }
        }
        Ok(found)
    }
}

/// The name of the main part of a Word file.
fn main_part(types: &str) -> Result<String> {
    let mut xml = Xml::new(types, "[Content_Types].xml");
    let mut other = String::new();
    while let Some(event) = xml.next()? {
        let Event::Start(element) = event else { continue };
        let (Some(kind), Some(name)) = (element.get("ContentType"), element.get("PartName")) else { continue };
        if kind.to_ascii_lowercase().contains("macroenabled") {
            return Err(fault("docx.macros", name));
        }
        if kind.ends_with(MAIN) || kind.ends_with(TEMPLATE) {
            return Ok(name.trim_start_matches('/').to_owned());
        }
        if kind.ends_with(".main+xml") {
            other = name.to_owned();
        }
    }
    Err(fault("docx.type", other))
}

/// A target that is written as seen from a folder.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(rooted) = target.strip_prefix('/') {
        return rooted.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A relation of a kind, `styles`, wherever its part stands.
pub(super) fn of_kind<'a>(relations: &'a HashMap<String, Relation>, kind: &str) -> Option<&'a str> {
    relations
        .values()
        .find(|relation| relation.kind == kind && !relation.outside)
        .map(|relation| relation.target.as_str())
}
