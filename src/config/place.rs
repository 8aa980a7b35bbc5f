//! `[storage]`, `[sites]`, `[themes]`: where things lie; and where a key stands in a file.
//!
//! **Invariant:** a fault found after reading still names the line of its key.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::dir;

/// Data directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageConfig {
    /// Data directory.
    pub dir: PathBuf,
    /// Memory for the state's own cache, in MB.
    pub cache_mb: u64,
    /// Writes stop when less than this many MB are free on the disk; reads go on.
    pub min_free_mb: u64,
}

impl Default for StorageConfig {
    fn default() -> StorageConfig {
        StorageConfig { dir: dir("data"), cache_mb: 64, min_free_mb: 64 }
    }
}

impl StorageConfig {
    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        if self.dir.as_os_str().is_empty() {
            wrong("storage.dir", "must name a folder");
        }
        if !(1..=1 << 20).contains(&self.cache_mb) {
            wrong("storage.cache_mb", "must be between 1 and 1048576");
        }
        if self.min_free_mb > 1 << 30 {
            wrong("storage.min_free_mb", "must be at most 1073741824");
        }
    }
}

/// Site files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SitesConfig {
    /// Folder with one folder a site.
    pub dir: PathBuf,
}

impl Default for SitesConfig {
    fn default() -> SitesConfig {
        SitesConfig { dir: dir("sites") }
    }
}

/// Themes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemesConfig {
    /// Folder with one folder a theme.
    pub dir: PathBuf,
    /// True to take over changed theme files while running.
    pub watch: bool,
    /// True for people who write themes: faults are shown in the page and the browser reloads by itself.
    pub development: bool,
}

impl Default for ThemesConfig {
    fn default() -> ThemesConfig {
        ThemesConfig { dir: dir("themes"), watch: true, development: false }
    }
}

/// Dotted key whose name or value stands at a byte of `text`; `None` where the TOML is broken.
pub(super) fn key_at(text: &str, byte: usize) -> Option<String> {
    let root = DeTable::parse(text).ok()?;
    let mut path = String::new();
    descend(root.get_ref(), byte, &mut path);
    (!path.is_empty()).then_some(path)
}

fn descend(table: &DeTable<'_>, byte: usize, path: &mut String) {
    for (key, value) in table {
        let inside = key.span().contains(&byte) || value.span().contains(&byte);
        // The span of a [section] covers its header only, so look below it as well.
        let mut below = String::new();
        each_table(value, &mut |table| descend(table, byte, &mut below));
        if inside || !below.is_empty() {
            path.push_str(key.get_ref());
            if !below.is_empty() {
                path.push('.');
                path.push_str(&below);
            }
            return;
        }
    }
}

fn each_table<'a>(value: &'a Spanned<DeValue<'a>>, act: &mut dyn FnMut(&DeTable<'a>)) {
    match value.get_ref() {
        DeValue::Table(table) => act(table),
        DeValue::Array(array) => array.iter().for_each(|value| each_table(value, act)),
        _ => {}
    }
}

/// Line (from 1) of a dotted key; of the nearest section above it if it is not there itself.
pub(super) fn line_of(text: &str, key: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    let mut found = None;
    for part in key.split('.') {
        let Some((name, value)) = table.get_key_value(part) else { break };
        found = Some(name.span().start);
        match value.get_ref() {
            DeValue::Table(next) => table = next,
            _ => break,
        }
    }
    found.map(|byte| 1 + text.as_bytes()[..byte].iter().filter(|b| **b == b'\n').count())
}
