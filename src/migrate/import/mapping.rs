//! The mapping file: where the documents of each old column go. A dry run proposes it, ops mend it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;
use crate::domain::site::ChannelKind;
use crate::migrate::begin::Failure;

/// Most bytes of a mapping file.
const LARGEST: u64 = 8 << 20;

/// A mapping file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::migrate) struct Mapping {
    /// Old columns.
    #[serde(default)]
    pub column: Vec<Mapped>,
}

/// An old column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::migrate) struct Mapped {
    /// Its key in the source.
    pub old: String,
    /// Its name there, for people.
    #[serde(default)]
    pub name: String,
    /// Documents in it, for people.
    #[serde(default)]
    pub documents: usize,
    /// Path of the column that takes them, `zwgk/tzgg`; empty leaves it to the import.
    #[serde(default)]
    pub to: String,
    /// Name of that column where it has to be made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Kind of that column where it has to be made: `list` or `page`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

impl Mapped {
    /// Kind of a column that has to be made.
    pub(in crate::migrate) fn kind(&self) -> ChannelKind {
        ChannelKind::of(&self.kind).unwrap_or_default()
    }
}

impl Mapping {
    /// The file that ops name: what it says, or where a dry run shall propose one.
    ///
    /// # Errors
    /// What is wrong with it; when it is not there and this is no dry run.
    pub(in crate::migrate) fn asked(
        path: Option<&Path>,
        dry_run: bool,
    ) -> Result<(Option<Mapping>, Option<&Path>), Failure> {
        match path {
            Some(path) if path.exists() => Ok((Some(Mapping::read(path)?), None)),
            Some(path) if dry_run => Ok((None, Some(path))),
            Some(path) => Err(Failure::Usage(format!("--mapping {}: there is no such file", path.display()))),
            None => Ok((None, None)),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub(in crate::migrate) fn read(path: &Path) -> Result<Mapping, Fault> {
        let size = std::fs::metadata(path).map_err(|error| Fault::file(path, error.to_string()))?.len();
        if size > LARGEST {
            return Err(Fault::file(path, "is too large for a mapping file"));
        }
        let text = std::fs::read_to_string(path).map_err(|error| Fault::file(path, error.to_string()))?;
        let mapping: Mapping = toml::from_str(&text).map_err(|error| Fault::toml(path, &text, &error))?;
        for column in &mapping.column {
            let known = column.kind.is_empty() || matches!(column.kind.as_str(), "list" | "page");
            if !known {
                return Err(Fault::file(path, format!("column \"{}\": kind must be list or page", column.old)));
            }
        }
        Ok(mapping)
    }

    /// Writes a proposal.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(in crate::migrate) fn write(&self, path: &Path) -> Result<(), Fault> {
        let text = toml::to_string_pretty(self).map_err(|error| Fault::file(path, error.to_string()))?;
        let head = "# Where the documents of each old column go. `to` is the path of a column of the new site; one that is\n\
                    # not there is made with `title` and `kind`. Leave `to` empty to let the import decide.\n\n";
        std::fs::write(path, format!("{head}{text}")).map_err(|error| Fault::file(path, error.to_string()))
    }

    /// What the file says of an old column, where it says something.
    pub(in crate::migrate) fn of(&self, key: &str) -> Option<&Mapped> {
        self.column.iter().find(|column| column.old == key && !column.to.trim_matches('/').is_empty())
    }
}
