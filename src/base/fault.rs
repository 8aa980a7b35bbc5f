//! Something wrong in a file that people write: configuration, site, theme, import.

use std::fmt;
use std::path::{Path, PathBuf};

/// One mistake, with the place where a person can mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file at fault.
    pub file: PathBuf,
    /// Line from 1; 0 if the fault is the whole file.
    pub line: usize,
    /// What is wrong, one line, naming the key or value.
    pub message: String,
}

impl Fault {
    /// A fault of a whole file.
    pub fn file(file: &Path, message: impl Into<String>) -> Fault {
        Fault::line(file, 0, message)
    }

    /// A fault at a line (from 1).
    pub fn line(file: &Path, line: usize, message: impl Into<String>) -> Fault {
        Fault { file: file.to_path_buf(), line, message: message.into() }
    }

    /// A fault at a byte position of `text`.
    pub fn at(file: &Path, text: &str, byte: usize, message: impl Into<String>) -> Fault {
        let line = 1 + text.as_bytes().iter().take(byte).filter(|b| **b == b'\n').count();
        Fault::line(file, line, message)
    }

    /// What `toml` found wrong in `text`.
    pub fn toml(file: &Path, text: &str, error: &toml::de::Error) -> Fault {
        let message = error.message().replace('\n', " ");
        match error.span() {
            Some(span) => Fault::at(file, text, span.start, message),
            None => Fault::file(file, message),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.message),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.message),
        }
    }
}
