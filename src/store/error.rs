//! What can go wrong in the store.

use std::path::PathBuf;

/// Shorthand of this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the store. Texts are for ops (log, command line); pages show a message key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row changed since the transaction read it. Nothing was written.
    #[error("{table} {id} was changed by someone else meanwhile")]
    Conflict {
        /// Table name.
        table: &'static str,
        /// Row.
        id: u64,
    },
    /// A unique key is taken by another row. Nothing was written.
    #[error("{table} {id}: the key {key:?} is already taken by {holder}")]
    Duplicate {
        /// Table name.
        table: &'static str,
        /// Row that wanted the key.
        id: u64,
        /// The key, readable.
        key: String,
        /// Row that has it.
        holder: u64,
    },
    /// Too little free space; writes resume when there is room.
    #[error("disk full: {free} bytes free in {dir}, {need} needed; reads go on")]
    Full {
        /// Data directory.
        dir: PathBuf,
        /// Bytes free.
        free: u64,
        /// Bytes that must stay free.
        need: u64,
    },
    /// Another process serves this data directory.
    #[error("{dir} is in use by another zhanqun (lock held{holder})")]
    Locked {
        /// Data directory.
        dir: PathBuf,
        /// ` by process 1234`, or empty.
        holder: String,
    },
    /// The journal is damaged in the middle: the start stops.
    #[error("journal damaged: {segment} at byte {offset}: {what}. {advice}")]
    Damaged {
        /// Segment file.
        segment: PathBuf,
        /// Offset in bytes.
        offset: u64,
        /// What is wrong.
        what: String,
        /// What to do.
        advice: String,
    },
    /// The data directory was written by a newer program.
    #[error("{dir} has schema version {found}, this program knows up to {known}; install a newer zhanqun")]
    Newer {
        /// Data directory.
        dir: PathBuf,
        /// Version found.
        found: u32,
        /// Newest version known.
        known: u32,
    },
    /// A transaction is too large; it must be split.
    #[error("the transaction has {bytes} bytes; {most} are allowed")]
    TooLarge {
        /// Bytes of JSON.
        bytes: usize,
        /// Most that one transaction may have.
        most: usize,
    },
    /// The writer has stopped; the process must be restarted.
    #[error("the store no longer accepts writes: {0}")]
    Stopped(String),
    /// A row cannot be read as its type.
    #[error("{table} {id} cannot be read: {what}")]
    Row {
        /// Table name.
        table: &'static str,
        /// Row.
        id: u64,
        /// Why.
        what: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// File.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// sled failed and could not be brought back.
    #[error("state: {0}")]
    State(String),
    /// A snapshot or backup cannot be used.
    #[error("{path}: {what}")]
    Snapshot {
        /// File or folder.
        path: PathBuf,
        /// Why.
        what: String,
    },
}
