//! Columns of the tables whose backups name none.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct Tables {
    table: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[allow(dead_code, reason = "for people who read the file")]
    program: String,
    name: String,
    columns: Vec<String>,
}

static KNOWN: LazyLock<Vec<Table>> = LazyLock::new(|| {
    toml::from_str::<Tables>(include_str!("known-tables.toml")).map(|read| read.table).unwrap_or_default()
});

/// The columns of a table of `count` columns whose name is `table` with its prefix: of the version with that many
/// columns; else of the one that is nearest, because later versions put new columns last.
pub(super) fn columns(table: &str, count: usize) -> Option<Vec<String>> {
    let same =
        |known: &&Table| table == known.name || table.strip_suffix(&known.name).is_some_and(|p| p.ends_with('_'));
    let longest = KNOWN.iter().filter(same).map(|known| known.name.len()).max()?;
    KNOWN
        .iter()
        .filter(same)
        .filter(|known| known.name.len() == longest)
        .min_by_key(|known| known.columns.len().abs_diff(count))
        .map(|known| known.columns.clone())
}
