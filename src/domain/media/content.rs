//! What a file holds, by its bytes: whether it is what its name says.
//!
//! **Invariant:** nothing that a browser could run passes as something else,
//! and no office file with macros passes at all.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::kinds::ending;

/// Bytes from the start that tell most formats.
const HEAD: usize = 8 << 10;
/// A text is looked at in pieces of this size.
const PIECE: usize = 64 << 10;
/// Most entries of an archive or office file that are looked at.
const MOST_ENTRIES: usize = 100_000;

/// What is wrong with the content of a file; message keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The bytes are something else than the name says.
    Disguised,
    /// A page, script or drawing that a browser would run.
    Active,
    /// Holds macros.
    Macros,
    /// Nothing in it.
    Empty,
}

impl Fault {
    /// The rule that it breaks.
    pub fn rule(self) -> &'static str {
        match self {
            Fault::Disguised => "file.disguised",
            Fault::Active => "file.active",
            Fault::Macros => "file.macros",
            Fault::Empty => "file.empty",
        }
    }
}

/// Families of formats that endings belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// One that `infer` knows by these endings.
    Known(&'static [&'static str]),
    /// Office files of 1997: a compound file.
    Compound,
    /// A zip that holds an entry whose name ends so.
    Package(&'static str),
    /// Any zip.
    Zip,
    /// Words.
    Text,
    /// Not known here: must only not be something that is known.
    Other,
}

fn format(ending: &str) -> Format {
    match ending {
        "jpg" | "jpeg" => Format::Known(&["jpg"]),
        "png" => Format::Known(&["png"]),
        "gif" => Format::Known(&["gif"]),
        "webp" => Format::Known(&["webp"]),
        "avif" => Format::Known(&["avif"]),
        "bmp" => Format::Known(&["bmp"]),
        "tif" | "tiff" => Format::Known(&["tif"]),
        "pdf" => Format::Known(&["pdf"]),
        "rtf" => Format::Known(&["rtf"]),
        "rar" => Format::Known(&["rar"]),
        "7z" => Format::Known(&["7z"]),
        "mp3" => Format::Known(&["mp3"]),
        "wav" => Format::Known(&["wav"]),
        "mp4" | "m4v" | "m4a" | "mov" => Format::Known(&["mp4", "m4v", "m4a", "mov"]),
        "doc" | "xls" | "ppt" | "wps" | "et" | "dps" => Format::Compound,
        "docx" => Format::Package("word/document.xml"),
        "xlsx" => Format::Package("xl/workbook.xml"),
        "pptx" => Format::Package("ppt/presentation.xml"),
        "ofd" => Format::Package("OFD.xml"),
        "odt" | "ods" | "odp" => Format::Package("content.xml"),
        "zip" => Format::Zip,
        "txt" | "csv" | "md" => Format::Text,
        _ => Format::Other,
    }
}

/// Compares what the file holds with what its name says.
///
/// # Errors
/// The outer one when it cannot be read, the inner one for what is wrong.
pub fn check(file_name: &str, file: &mut File) -> std::io::Result<Result<(), Fault>> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::with_capacity(HEAD);
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    if head.is_empty() {
        return Ok(Err(Fault::Empty));
    }
    let good = |good: bool| if good { Ok(()) } else { Err(Fault::Disguised) };
    let found = infer::get(&head).map(|found| found.extension());
    Ok(match format(&ending(file_name)) {
        Format::Known(endings) => good(endings.contains(&found.unwrap_or_default()) || is_odd(endings, &head)),
        Format::Compound => match is_compound(&head) {
            true => compound(file),
            false => Err(Fault::Disguised),
        },
        Format::Package(part) => package(file, Some(part)),
        Format::Zip => package(file, None),
        Format::Text => text(file)?,
        Format::Other if is_active(&head) => Err(Fault::Active),
        Format::Other => good(found.is_none_or(|found| found == ending(file_name))),
    })
}

/// Forms that `infer` does not tell: an MP3 without a tag, a film of a brand that it does not know.
fn is_odd(endings: &[&str], head: &[u8]) -> bool {
    match endings {
        ["mp3"] => matches!(head, [0xff, second, third, ..] if second & 0xe6 == 0xe2 && third >> 4 != 15),
        ["mp4", ..] => head.get(4..8) == Some(b"ftyp"),
        _ => false,
    }
}

/// Would a browser that guesses take it for a page, a drawing or a script?
fn is_active(head: &[u8]) -> bool {
    let start: String = String::from_utf8_lossy(&head[..head.len().min(2048)]).to_lowercase();
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    const BEGINNINGS: [&str; 8] = ["<!doctype", "<html", "<svg", "<?xml", "<script", "<head", "<body", "<iframe"];
    BEGINNINGS.iter().any(|beginning| start.starts_with(beginning))
        || infer::get(head).is_some_and(|found| matches!(found.mime_type(), "text/html" | "text/xml" | "image/svg+xml"))
}

fn is_compound(head: &[u8]) -> bool {
    head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
}

/// Macros of the old office files lie in a storage of their own.
fn compound(file: &mut File) -> Result<(), Fault> {
    let Ok(file) = cfb::CompoundFile::open(file) else { return Err(Fault::Disguised) };
    let macros = file.walk().take(MOST_ENTRIES).any(|entry| {
        let name = entry.name().to_lowercase();
        entry.is_storage() && matches!(name.as_str(), "macros" | "_vba_project_cur" | "vba")
    });
    if macros { Err(Fault::Macros) } else { Ok(()) }
}

fn package(file: &mut File, part: Option<&str>) -> Result<(), Fault> {
    let Ok(archive) = zip::ZipArchive::new(file) else { return Err(Fault::Disguised) };
    let mut whole = part.is_none();
    for name in archive.file_names().take(MOST_ENTRIES) {
        let Ok(name) = name else { return Err(Fault::Disguised) };
        let name = name.replace('\\', "/");
        whole |= part.is_some_and(|part| name.eq_ignore_ascii_case(part));
        // In an archive of files the macros of one are not the archive's.
        if part.is_some() && name.to_lowercase().ends_with("vbaproject.bin") {
            return Err(Fault::Macros);
        }
    }
    if whole { Ok(()) } else { Err(Fault::Disguised) }
}

/// A text is UTF-8 or GB18030, or UTF-16 that says so, has no control characters and is no page.
fn text(file: &mut File) -> std::io::Result<Result<(), Fault>> {
    let mut piece = vec![0; PIECE];
    let mut first = true;
    let mut utf8 = encoding_rs::UTF_8.new_decoder_without_bom_handling();
    let mut chinese = encoding_rs::GB18030.new_decoder_without_bom_handling();
    let (mut is_utf8, mut is_chinese) = (true, true);
    loop {
        let read = file.read(&mut piece)?;
        let bytes = &piece[..read];
        if first && is_active(bytes) {
            return Ok(Err(Fault::Active));
        }
        if first && (bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])) {
            return Ok(Ok(()));
        }
        first = false;
        if bytes.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)) {
            return Ok(Err(Fault::Disguised));
        }
        is_utf8 &= decodes(&mut utf8, bytes, read == 0);
        is_chinese &= decodes(&mut chinese, bytes, read == 0);
        if !is_utf8 && !is_chinese {
            return Ok(Err(Fault::Disguised));
        }
        if read == 0 {
            return Ok(Ok(()));
        }
    }
}

fn decodes(decoder: &mut encoding_rs::Decoder, bytes: &[u8], last: bool) -> bool {
    let mut out = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(4 * PIECE));
    let (_, _, wrong) = decoder.decode_to_string(bytes, &mut out, last);
    !wrong
}
