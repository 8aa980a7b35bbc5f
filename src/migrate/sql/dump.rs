//! A dump as tables whose rows can be gone through and found by a key.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::fault::Fault;

use super::known;
use super::part::{self, Part};
use super::scan::Scanner;
use super::statement::{Head, Keep, RawRow, Told, row, walk};
use super::text::{Decoded, Evidence, decode};
use super::value::{Style, Value};

/// Most problems that are told one by one.
const MOST_PROBLEMS: usize = 200;
/// Most shapes of INSERT statements.
const MOST_LAYOUTS: usize = u16::MAX as usize;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    part: u32,
    layout: u16,
    line: u64,
    offset: u64,
}

/// Table and columns of rows.
#[derive(Debug, PartialEq, Eq)]
struct Layout {
    table: String,
    columns: Vec<String>,
}

/// A stretch of a part in which all rows are of one table.
#[derive(Debug)]
struct Extent {
    part: u32,
    from: u64,
    line: u64,
    end: u64,
}

/// What is known of a table.
#[derive(Debug, Default)]
pub struct Table {
    /// Number of its rows.
    pub rows: u64,
    /// Its columns in their order, in small letters; empty when nothing says them.
    pub columns: Vec<String>,
    extents: Vec<Extent>,
}

/// A dump of a database: one file or many.
///
/// Opening it reads all of it twice and keeps, for each table, where its rows stand.
pub struct Dump {
    path: PathBuf,
    parts: Vec<Part>,
    evidence: Vec<Evidence>,
    tables: BTreeMap<String, Table>,
    layouts: Vec<Arc<Layout>>,
    by_head: HashMap<Head, u16>,
    problems: Vec<Fault>,
    more_problems: u64,
}

impl Dump {
    /// Opens a file, a folder with the files of a backup, or either packed with gzip or zip. What is packed is
    /// unpacked below `spool` into files that vanish with the program.
    ///
    /// # Errors
    /// When nothing can be read of it; what is broken inside stands in [`Dump::problems`].
    pub fn open(path: &Path, spool: &Path) -> Result<Dump, Fault> {
        let parts = part::open(path, spool)?;
        let mut dump = Dump {
            path: path.to_path_buf(),
            parts,
            evidence: Vec::new(),
            tables: BTreeMap::new(),
            layouts: Vec::new(),
            by_head: HashMap::new(),
            problems: Vec::new(),
            more_problems: 0,
        };
        for part in &dump.parts {
            let evidence = Evidence::gather(&part.file, part.length);
            dump.evidence.push(evidence.map_err(|error| Fault::file(&part.path, error.to_string()))?);
        }
        for number in 0..dump.parts.len() {
            dump.survey(number)?;
        }
        if dump.tables.is_empty() && dump.problems.is_empty() {
            return Err(Fault::file(path, "no table and no row of a database dump was found in it"));
        }
        Ok(dump)
    }

    /// What was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All tables by name (in small letters).
    pub fn tables(&self) -> &BTreeMap<String, Table> {
        &self.tables
    }

    /// Number of rows of a table; 0 when there is no such table.
    pub fn count(&self, table: &str) -> u64 {
        self.tables.get(table).map_or(0, |table| table.rows)
    }

    /// What could not be read, with file and line.
    pub fn problems(&self) -> &[Fault] {
        &self.problems
    }

    /// Lines about the whole for ops.
    pub fn notes(&self) -> Vec<String> {
        let gbk = self.evidence.iter().filter(|evidence| evidence.gbk()).count();
        let charset = match (gbk, self.parts.len() - gbk) {
            (_, 0) => "GBK",
            (0, _) => "UTF-8 or ASCII",
            _ => "some files GBK, others UTF-8",
        };
        let mut notes = vec![format!("{} files of a dump, {} tables, {charset}", self.parts.len(), self.tables.len())];
        if self.more_problems > 0 {
            notes.push(format!("{} more places of the dump could not be read", self.more_problems));
        }
        notes
    }

    fn style(&self, part: usize) -> Style {
        Style { pairs: self.evidence.get(part).is_some_and(Evidence::pairs) }
    }

    /// Reads a part once: tables, extents, problems.
    fn survey(&mut self, number: usize) -> Result<(), Fault> {
        let style = self.style(number);
        let Some(Part { path, file, length }) = self.parts.get(number) else { return Ok(()) };
        let mut scanner = Scanner::new(file, 0, *length, 1);
        let path = path.clone();
        let mut last: Option<String> = None;
        let mut found: Vec<(u64, String)> = Vec::new();
        let (tables, layouts, by_head) = (&mut self.tables, &mut self.layouts, &mut self.by_head);
        let mut more = 0;
        walk(&mut scanner, style, &mut |_| Keep::Nothing, &mut |told| {
            match told {
                Told::Table(name, columns) => tables.entry(name).or_default().columns = columns,
                Told::Row { from, from_line, head, row } => {
                    if last.as_ref() != Some(&head.table) {
                        last = Some(head.table.clone());
                        let extents = &mut tables.entry(head.table.clone()).or_default().extents;
                        extents.push(Extent { part: number as u32, from, line: from_line, end: from });
                    }
                    let Some(table) = tables.get_mut(&head.table) else { return true };
                    table.rows += 1;
                    if let Some(extent) = table.extents.last_mut() {
                        extent.end = row.offset;
                    }
                    if !by_head.contains_key(head) && layouts.len() < MOST_LAYOUTS {
                        let columns = match (head.columns.is_empty(), table.columns.is_empty()) {
                            (false, _) => head.columns.clone(),
                            (true, false) => table.columns.clone(),
                            (true, true) => known::columns(&head.table, row.values.len()).unwrap_or_default(),
                        };
                        if table.columns.is_empty() {
                            table.columns.clone_from(&columns);
                        }
                        if columns.is_empty() && found.len() < MOST_PROBLEMS {
                            let what =
                                format!("nothing says what the columns of {} are; its rows are left out", head.table);
                            found.push((from_line, what));
                        }
                        by_head.insert(head.clone(), layouts.len() as u16);
                        layouts.push(Arc::new(Layout { table: head.table.clone(), columns }));
                    }
                }
                Told::Problem(line, what) if found.len() < MOST_PROBLEMS => found.push((line, what)),
                Told::Problem(..) => more += 1,
            }
            true
        });
        let broken = scanner.broken.take();
        let end = scanner.line();
        for (line, what) in found {
            if self.problems.len() < MOST_PROBLEMS {
                self.problems.push(Fault::line(&path, usize::try_from(line).unwrap_or(usize::MAX), what));
            } else {
                more += 1;
            }
        }
        self.more_problems += more;
        match broken {
            Some(error) => Err(Fault::line(&path, usize::try_from(end).unwrap_or(usize::MAX), error.to_string())),
            None => Ok(()),
        }
    }

    /// Goes through the rows of a table in their order.
    ///
    /// # Errors
    /// What `each` said, or that a file can no longer be read.
    pub fn rows(&self, table: &str, each: &mut dyn FnMut(&Record) -> Result<(), Fault>) -> Result<(), Fault> {
        self.scan(table, &|_| Keep::All, each)
    }

    fn scan(
        &self,
        table: &str,
        keep: &dyn Fn(&[String]) -> Keep,
        each: &mut dyn FnMut(&Record) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let Some(found) = self.tables.get(table) else { return Ok(()) };
        for extent in &found.extents {
            let number = extent.part as usize;
            let Some(part) = self.parts.get(number) else { continue };
            let mut scanner = Scanner::new(&part.file, extent.from, part.length, extent.line);
            let gbk = self.evidence.get(number).is_some_and(Evidence::gbk);
            let mut result = Ok(());
            let mut wanted = |head: &Head| self.layout(head).map_or(Keep::Nothing, |(_, layout)| keep(&layout.columns));
            walk(&mut scanner, self.style(number), &mut wanted, &mut |told| {
                let Told::Row { head, row, .. } = told else { return true };
                let offset = row.offset;
                if let Some((layout, columns)) = self.layout(head).filter(|(_, layout)| !layout.columns.is_empty()) {
                    let place = Place { part: extent.part, layout, line: row.line, offset };
                    result = each(&Record::new(columns.clone(), row, place, gbk));
                }
                result.is_ok() && offset < extent.end
            });
            result?;
            if let Some(error) = scanner.broken.take() {
                return Err(Fault::file(&part.path, error.to_string()));
            }
        }
        Ok(())
    }

    fn layout(&self, head: &Head) -> Option<(u16, &Arc<Layout>)> {
        let number = *self.by_head.get(head)?;
        self.layouts.get(usize::from(number)).map(|layout| (number, layout))
    }

    /// Where the rows of a table stand by the value of a column.
    ///
    /// # Errors
    /// When a file can no longer be read.
    pub fn index(&self, table: &str, column: &str) -> Result<Index, Fault> {
        let mut index = Index::default();
        let keep =
            |columns: &[String]| columns.iter().position(|name| name == column).map_or(Keep::Nothing, Keep::Only);
        self.scan(table, &keep, &mut |record| {
            if let Some(value) = record.bytes(column) {
                index.places.push((key(value), record.place));
            }
            Ok(())
        })?;
        index.places.sort_by_key(|(key, _)| *key);
        index.places.shrink_to_fit();
        Ok(index)
    }

    /// The row at a place.
    pub fn row(&self, place: Place) -> Option<Record> {
        let number = place.part as usize;
        let part = self.parts.get(number)?;
        let mut scanner = Scanner::new(&part.file, place.offset, part.length, place.line).sparing();
        let row = row(&mut scanner, self.style(number), Keep::All).ok()?;
        let layout = self.layouts.get(usize::from(place.layout))?;
        Some(Record::new(layout.clone(), row, place, self.evidence.get(number)?.gbk()))
    }

    /// Where a row stands, for people: file and line.
    pub fn place(&self, record: &Record) -> String {
        let path = self.parts.get(record.place.part as usize).map(|part| part.path.display().to_string());
        format!("{}:{}", path.unwrap_or_default(), record.place.line)
    }
}

/// Number of a key: itself when it is a number, else a hash.
fn key(value: &[u8]) -> u64 {
    let number = std::str::from_utf8(value).ok().and_then(|text| text.trim().parse::<u64>().ok());
    number.unwrap_or_else(|| xxhash_rust::xxh3::xxh3_64(value) | 1 << 63)
}

/// Rows of a table by a key.
#[derive(Debug, Default)]
pub struct Index {
    places: Vec<(u64, Place)>,
}

impl Index {
    /// The last row with this number.
    pub fn find(&self, number: u64) -> Option<Place> {
        let end = self.places.partition_point(|(key, _)| *key <= number);
        self.places[..end].last().filter(|(key, _)| *key == number).map(|(_, place)| *place)
    }

    /// The last row with this text.
    pub fn find_text(&self, text: &str) -> Option<Place> {
        self.find(key(text.as_bytes()))
    }

    /// All rows with this number.
    pub fn all(&self, number: u64) -> impl Iterator<Item = Place> + '_ {
        let start = self.places.partition_point(|(key, _)| *key < number);
        self.places[start..].iter().take_while(move |(key, _)| *key == number).map(|(_, place)| *place)
    }
}

/// A row with the names of its columns.
pub struct Record {
    layout: Arc<Layout>,
    values: Vec<Value>,
    place: Place,
    gbk: bool,
}

impl Record {
    fn new(layout: Arc<Layout>, row: RawRow, place: Place, gbk: bool) -> Record {
        Record { layout, values: row.values, place, gbk }
    }

    /// Its columns, in small letters.
    pub fn columns(&self) -> &[String] {
        &self.layout.columns
    }

    /// Does its table have that column?
    pub fn has(&self, column: &str) -> bool {
        self.layout.columns.iter().any(|name| name == column)
    }

    /// The bytes of a column; `None` for NULL and for columns that are not there.
    pub fn bytes(&self, column: &str) -> Option<&[u8]> {
        let at = self.layout.columns.iter().position(|name| name == column)?;
        match self.values.get(at)? {
            Value::Bytes(bytes) => Some(bytes),
            Value::Null | Value::TooLarge => None,
        }
    }

    /// The text of a column, decoded; empty for NULL.
    pub fn decoded(&self, column: &str) -> Decoded {
        self.bytes(column).map(|bytes| decode(bytes, self.gbk)).unwrap_or_default()
    }

    /// The text of a column; empty for NULL.
    pub fn text(&self, column: &str) -> String {
        self.decoded(column).text
    }

    /// The number in a column.
    pub fn number(&self, column: &str) -> Option<i64> {
        std::str::from_utf8(self.bytes(column)?).ok()?.trim().parse().ok()
    }

    /// Columns whose value was larger than a value may be.
    pub fn too_large(&self) -> Vec<&str> {
        let columns = self.layout.columns.iter().zip(&self.values);
        columns.filter(|(_, value)| **value == Value::TooLarge).map(|(name, _)| name.as_str()).collect()
    }
}
