//! The files of the old site that were handed over in a folder.
//!
//! **Invariant:** nothing outside that folder is read, whatever the address or a link in the folder says.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use encoding_rs::{GB18030, GBK};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::base::fault::Fault;
use crate::migrate::old::{Content, OldFile};

/// A folder of files, or nothing.
#[derive(Debug, Clone, Default)]
pub struct Uploads {
    root: Option<PathBuf>,
}

impl Uploads {
    /// Opens the folder.
    ///
    /// # Errors
    /// When it is given but no folder.
    pub fn open(folder: Option<&Path>) -> Result<Uploads, Fault> {
        let Some(folder) = folder else { return Ok(Uploads::default()) };
        let root = folder.canonicalize().map_err(|error| Fault::file(folder, error.to_string()))?;
        if !root.is_dir() {
            return Err(Fault::file(folder, "not a folder"));
        }
        Ok(Uploads { root: Some(root) })
    }

    /// The file of an old address: at its path below the folder, or at the end of its path when the folder is one of
    /// those in it. Names may be in GBK and in another case.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn find(&self, address: &Url) -> Result<Option<OldFile>, Fault> {
        let Some(root) = &self.root else { return Ok(None) };
        let parts: Vec<Vec<u8>> = address
            .path()
            .split('/')
            .map(|part| percent_decode_str(part).collect::<Vec<u8>>())
            .filter(|part| !part.is_empty())
            .collect();
        if parts
            .iter()
            .any(|part| part == b".." || part == b"." || part.iter().any(|byte| matches!(byte, b'/' | b'\\' | 0)))
        {
            return Ok(None);
        }
        let own = root.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        for skip in 0..parts.len() {
            // A name alone would find files of other folders.
            let alone = skip > 0 && skip + 1 == parts.len();
            if alone && parts.get(skip - 1).map(|part| text(part).to_lowercase()) != Some(own.clone()) {
                continue;
            }
            let Some(path) = below(root, parts.get(skip..).unwrap_or_default()) else { continue };
            let real = path.canonicalize().map_err(|error| Fault::file(&path, error.to_string()))?;
            if real.starts_with(root) && real.is_file() {
                let name = parts.last().map(|part| text(part)).unwrap_or_default();
                return Ok(Some(OldFile { content: Content::File(real), name }));
            }
        }
        Ok(None)
    }
}

/// Goes down part by part.
fn below(root: &Path, parts: &[Vec<u8>]) -> Option<PathBuf> {
    let mut path = root.to_path_buf();
    for part in parts {
        let next = spellings(part).into_iter().map(|name| path.join(name)).find(|next| next.exists());
        path = match next {
            Some(next) => next,
            None => other_case(&path, &text(part).to_lowercase())?,
        };
    }
    Some(path)
}

/// The entry of a folder that differs in case only.
fn other_case(folder: &Path, lower: &str) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.filter_map(Result::ok).find_map(|entry| {
        let name = entry.file_name().into_vec();
        (text(&name).to_lowercase() == lower).then(|| entry.path())
    })
}

/// A name as it stands, and in the other charset.
fn spellings(part: &[u8]) -> Vec<OsString> {
    let mut names = vec![OsString::from_vec(part.to_vec())];
    if !part.is_ascii() {
        names.push(match std::str::from_utf8(part) {
            Ok(text) => OsString::from_vec(GBK.encode(text).0.into_owned()),
            Err(_) => OsString::from(text(part)),
        });
    }
    names
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}
