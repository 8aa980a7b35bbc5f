//! Dumps of MySQL databases: mysqldump, phpMyAdmin, and what the programs of old sites write as backups.
//!
//! **Invariant:** a dump of any size is read in constant memory but for sixteen to forty bytes a row that is looked
//! up by a key; what is broken is told with file and line, and reading goes on behind it.

mod dump;
mod known;
mod part;
mod scan;
mod statement;
mod text;
mod value;

pub use dump::{Dump, Index, Place, Record, Table};
pub use text::{Decoded, decode, is_gbk};
pub use value::Value;
