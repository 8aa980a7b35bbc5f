//! Word files (.docx) as documents: read as HTML with the marks of the office
//! program, then cleaned like everything else.
//!
//! **Invariant:** nothing of a file is unpacked beyond its limits, and what is
//! wrong with it is told with the name of its part.

mod body;
mod numbering;
mod package;
mod paragraph;
mod styles;
mod table;
mod xml;

use crate::domain::error::Result;

use super::clean::{Note, Pictures, Shown, clean_paste};
use package::Package;

/// Most bytes of one picture.
const LARGEST_PICTURE: u64 = 32 << 20;

/// A Word file, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Docx {
    /// Its title, empty if none was found; it does not stand in the body.
    pub title: String,
    /// Sanitised HTML.
    pub html: String,
    /// What whoever brings it should know.
    pub notes: Vec<Note>,
}

/// Reads a Word file.
///
/// # Errors
/// Rules on the field `file`: `docx.not_zip`, `docx.old`, `docx.type`, `docx.macros`, `docx.locked`, `docx.large`,
/// `docx.broken` with the part at fault.
pub fn docx(bytes: &[u8], pictures: &mut dyn Pictures) -> Result<Docx> {
    let mut package = Package::open(bytes)?;
    let raw = body::read(&mut package)?;
    let mut inside = Inside { package, pictures };
    let cleaned = clean_paste(&raw.html, &mut inside);
    let mut notes = raw.notes;
    notes.extend(cleaned.notes.into_iter().filter(|note| note.key == "picture_missing"));
    Ok(Docx { title: raw.title, html: cleaned.html, notes })
}

/// The pictures of a file.
struct Inside<'a, 'b> {
    package: Package<'a>,
    pictures: &'b mut dyn Pictures,
}

/// Stands before the name of a part where an address is expected.
const PART: &str = "part:";

impl Pictures for Inside<'_, '_> {
    fn embedded(&mut self, bytes: &[u8]) -> Shown {
        self.pictures.embedded(bytes)
    }

    fn linked(&mut self, address: &str) -> Shown {
        let Some(part) = address.strip_prefix(PART) else { return self.pictures.linked(address) };
        match self.package.bytes(part, LARGEST_PICTURE) {
            Ok(Some(bytes)) => self.pictures.embedded(&bytes),
            _ => Shown::Missing,
        }
    }
}
