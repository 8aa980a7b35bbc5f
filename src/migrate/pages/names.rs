//! What lies in a mirror: the files of a folder, or of a zip.
//!
//! **Invariant:** nothing outside of it is named, and what is named is bounded.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::base::fault::Fault;

/// A zip that unpacks to more than a gigabyte and to so many times its size is no copy of a site.
const THICKEST: u64 = 200;
/// Most files of a mirror.
const MOST: usize = 4_000_000;
/// Deepest folder.
const DEEPEST: usize = 64;

/// Name of each file below the top, its path, and its number in a zip.
pub(super) type Names = Vec<(Vec<u8>, (PathBuf, usize))>;

/// All files of a folder; links are not followed.
///
/// # Errors
/// When a folder cannot be read, or it holds more files than a site has.
pub(super) fn folder(top: &Path, notes: &mut Vec<String>) -> Result<Names, Fault> {
    let mut names = Names::new();
    let mut folders = vec![(PathBuf::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let place = top.join(&folder);
        let entries = std::fs::read_dir(&place).map_err(|error| Fault::file(&place, error.to_string()))?;
        for entry in entries {
            let entry = entry.map_err(|error| Fault::file(&place, error.to_string()))?;
            let kind = entry.file_type().map_err(|error| Fault::file(&entry.path(), error.to_string()))?;
            let path = folder.join(entry.file_name());
            if kind.is_dir() && depth < DEEPEST {
                folders.push((path, depth + 1));
            } else if kind.is_file() {
                names.push((path.as_os_str().as_bytes().to_vec(), (path, 0)));
            } else {
                let what = if kind.is_dir() { "too deep" } else { "no plain file" };
                notes.push(format!("{}: {what}, left out", path.display()));
            }
            if names.len() > MOST {
                return Err(Fault::file(top, "more files than a site has"));
            }
        }
    }
    Ok(names)
}

/// All files of a zip that stay below its top.
///
/// # Errors
/// When it cannot be read, or is made to fill whoever unpacks it.
pub(super) fn zipped(path: &Path, zip: &mut ZipArchive<File>, notes: &mut Vec<String>) -> Result<Names, Fault> {
    let mut names = Names::new();
    if zip.len() > MOST {
        return Err(Fault::file(path, "more files than a site has"));
    }
    let length = std::fs::metadata(path).map_err(|error| Fault::file(path, error.to_string()))?.len();
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for number in 0..zip.len() {
        let entry = zip.by_index_raw(number).map_err(|error| Fault::file(path, error.to_string()))?;
        packed = packed.saturating_add(entry.compressed_size());
        unpacked = unpacked.saturating_add(entry.size());
        let raw: Vec<u8> = entry.name_raw().iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect();
        if entry.is_dir() || raw.ends_with(b"/") {
            continue;
        }
        if raw.starts_with(b"/") || raw.split(|byte| *byte == b'/').any(|part| part == b"..") || entry.is_symlink() {
            notes.push(format!("{}: leads out of the zip, left out", String::from_utf8_lossy(&raw)));
            continue;
        }
        names.push((raw.clone(), (PathBuf::from(OsString::from_vec(raw)), number)));
    }
    if packed > length {
        return Err(Fault::file(path, "its files lie over each other; this is no copy of a site"));
    }
    if unpacked > 1 << 30 && unpacked / THICKEST > length {
        let message = format!("{} MB would become {} GB; this is no copy of a site", length >> 20, unpacked >> 30);
        return Err(Fault::file(path, message));
    }
    Ok(names)
}
