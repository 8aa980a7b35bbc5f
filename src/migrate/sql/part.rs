//! The files that make a dump, each ready to be read from any place.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;

use crate::base::fault::Fault;
use crate::migrate::records::{Limited, nameless};

/// Bytes copied at a time.
const PIECE: usize = 128 << 10;
/// Most files of one dump.
const MOST_FILES: usize = 100_000;
/// Endings of files that may be parts of a dump in a folder or a zip.
const ENDINGS: [&str; 5] = ["sql", "txt", "gz", "php", "zip"];

/// One file of a dump.
pub(super) struct Part {
    /// What people call it: its path, or the zip's with the entry's name.
    pub path: PathBuf,
    /// Unpacked and in a charset that ASCII is part of.
    pub file: File,
    /// Bytes of it.
    pub length: u64,
}

/// Finds and opens the parts of a dump: a file, a folder of files, packed or not. What is packed is unpacked to a
/// file in `spool` that has no name any more.
pub(super) fn open(path: &Path, spool: &Path) -> Result<Vec<Part>, Fault> {
    let facts = fs::metadata(path).map_err(|error| Fault::file(path, error.to_string()))?;
    let mut files = Vec::new();
    if facts.is_dir() {
        collect(path, 0, &mut files)?;
        sort(&mut files);
    } else {
        files.push(path.to_path_buf());
    }
    let mut parts = Vec::new();
    for file in &files {
        unpack(file, spool, &mut parts)?;
    }
    if parts.is_empty() {
        return Err(Fault::file(path, "no file of a database dump (.sql, .txt, .php, .gz or .zip) is in it"));
    }
    Ok(parts)
}

/// Regular files below a folder; links are not followed.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Fault> {
    let listing = fs::read_dir(folder).map_err(|error| Fault::file(folder, error.to_string()))?;
    for entry in listing {
        let entry = entry.map_err(|error| Fault::file(folder, error.to_string()))?;
        let kind = entry.file_type().map_err(|error| Fault::file(&entry.path(), error.to_string()))?;
        if kind.is_dir() && depth < 8 {
            collect(&entry.path(), depth + 1, files)?;
        } else if kind.is_file() && is_part(&entry.path()) {
            files.push(entry.path());
        }
        if files.len() > MOST_FILES {
            return Err(Fault::file(folder, format!("more than {MOST_FILES} files; give the folder of one backup")));
        }
    }
    Ok(())
}

fn is_part(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Files of structure first, then by name, numbers in it by value: `_2.sql` before `_10.sql`.
fn sort(files: &mut [PathBuf]) {
    files.sort_by_cached_key(|file| {
        let name = file.to_string_lossy().to_lowercase();
        let structure = name.contains("struct");
        (!structure, natural(&name))
    });
}

fn natural(name: &str) -> Vec<(String, u64)> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut number = String::new();
    for letter in name.chars().chain(['\0']) {
        if letter.is_ascii_digit() && number.len() < 18 {
            number.push(letter);
            continue;
        }
        if !number.is_empty() {
            pieces.push((std::mem::take(&mut text), number.parse().unwrap_or_default()));
            number.clear();
        }
        text.push(letter);
    }
    pieces.push((text, 0));
    pieces
}

fn unpack(path: &Path, spool: &Path, parts: &mut Vec<Part>) -> Result<(), Fault> {
    let fault = |error: io::Error| Fault::file(path, error.to_string());
    let mut file = File::open(path).map_err(fault)?;
    let packed = file.metadata().map_err(fault)?.len();
    let mut head = [0; 4];
    let got = fill(&mut file, &mut head).map_err(fault)?;
    let head = &head[..got];
    let file = File::open(path).map_err(fault)?;
    if head.starts_with(b"PK\x03\x04") {
        return unzip(path, file, spool, parts);
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        let name = path.with_extension("");
        let mut unpacked = Limited::new(MultiGzDecoder::new(BufReader::new(file)), packed);
        let copy = spooled(spool, path, &mut unpacked)?;
        return add(name, copy, spool, parts);
    }
    add(path.to_path_buf(), file, spool, parts)
}

fn unzip(path: &Path, file: File, spool: &Path, parts: &mut Vec<Part>) -> Result<(), Fault> {
    let fault = |error: zip::result::ZipError| Fault::file(path, error.to_string());
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(fault)?;
    let mut wanted: Vec<(PathBuf, usize)> = Vec::new();
    for number in 0..archive.len().min(MOST_FILES) {
        let entry = archive.by_index_raw(number).map_err(fault)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        if entry.is_file() && is_part(Path::new(&name)) && !name.to_lowercase().ends_with(".zip") {
            wanted.push((PathBuf::from(name), number));
        }
    }
    let mut names: Vec<PathBuf> = wanted.iter().map(|(name, _)| name.clone()).collect();
    sort(&mut names);
    for name in names {
        let Some((_, number)) = wanted.iter().find(|(other, _)| *other == name) else { continue };
        let entry = archive.by_index(*number).map_err(fault)?;
        let packed = entry.compressed_size();
        let shown = path.join(&name);
        let copy = if name.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz")) {
            spooled(spool, &shown, &mut Limited::new(MultiGzDecoder::new(Limited::new(entry, packed)), packed))?
        } else {
            spooled(spool, &shown, &mut Limited::new(entry, packed))?
        };
        add(shown, copy, spool, parts)?;
    }
    Ok(())
}

/// Adds a part; UTF-16 becomes UTF-8 on the way.
fn add(path: PathBuf, mut file: File, spool: &Path, parts: &mut Vec<Part>) -> Result<(), Fault> {
    let fault = |error: io::Error| Fault::file(&path, error.to_string());
    let mut head = [0; 2];
    let got = fill(&mut file, &mut head).map_err(fault)?;
    io::Seek::rewind(&mut file).map_err(fault)?;
    let wide: Option<&'static Encoding> = match &head[..got] {
        [0xff, 0xfe] => Some(UTF_16LE),
        [0xfe, 0xff] => Some(UTF_16BE),
        _ => None,
    };
    let file = match wide {
        None => file,
        Some(encoding) => {
            let mut copy = nameless(spool).map_err(fault)?;
            transcode(&mut file, &mut copy, encoding).map_err(fault)?;
            copy
        }
    };
    let length = file.metadata().map_err(fault)?.len();
    parts.push(Part { path, file, length });
    Ok(())
}

fn transcode(from: &mut File, to: &mut File, encoding: &'static Encoding) -> io::Result<()> {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut raw = vec![0; PIECE];
    let mut text = vec![0; PIECE * 3 + 16];
    loop {
        let got = from.read(&mut raw)?;
        let (_, _, written, _) = decoder.decode_to_utf8(&raw[..got], &mut text, got == 0);
        to.write_all(&text[..written])?;
        if got == 0 {
            return Ok(());
        }
    }
}

fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Copies what is unpacked into a file without a name.
fn spooled(spool: &Path, path: &Path, from: &mut dyn Read) -> Result<File, Fault> {
    let mut copy = nameless(spool).map_err(|error| Fault::file(spool, error.to_string()))?;
    let mut buffer = vec![0; PIECE];
    let mut done = 0_u64;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return io::Seek::rewind(&mut copy).map(|()| copy).map_err(|e| Fault::file(path, e.to_string())),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // What was unpacked until there is read; the reader says where it ends.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && done > 0 => {
                return io::Seek::rewind(&mut copy).map(|()| copy).map_err(|e| Fault::file(path, e.to_string()));
            }
            Err(error) => return Err(Fault::file(path, format!("unpacking, after {done} bytes: {error}"))),
        };
        copy.write_all(&buffer[..read]).map_err(|error| Fault::file(spool, error.to_string()))?;
        done += read as u64;
    }
}
