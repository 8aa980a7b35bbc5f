//! The tables of an old site as a source, in whatever file they came.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::base::fault::Fault;
use crate::domain::content::plain_text;
use crate::migrate::old::{Article, Done, Facts, Found, Item, OldColumn, OldFile, OldLetter, Source};
use crate::migrate::records::{Home, Options, Uploads};

use super::access::{self, Problem};
use super::classes::{self, Classes};
use super::fields::{Articles, Described, Fields, Letters, braces};
use super::sheet::{Row, Sheet};
use super::{article, book, names, propose};

/// Most tables whose columns a message names.
const SHOWN: usize = 8;

/// An old site as exported tables have it.
pub struct Tables {
    facts: Facts,
    home: Home,
    uploads: Uploads,
    sheets: Vec<Sheet>,
    fields: Fields,
    classes: Vec<Classes>,
    problems: Vec<Problem>,
}

impl Tables {
    /// Opens a CSV file, or a folder of them.
    ///
    /// # Errors
    /// When it cannot be read, when nothing says what is a title, or when the file of fields is wrong.
    pub fn csv(options: &Options) -> Result<Tables, Fault> {
        let path = &options.path;
        let sheets =
            if path.is_dir() { folder(path, &options.spool)? } else { vec![Sheet::text(path, &options.spool)?] };
        Tables::of("csv", options, sheets, Vec::new())
    }

    /// Opens a workbook, xlsx or xls.
    ///
    /// # Errors
    /// As [`Tables::csv`].
    pub fn xlsx(options: &Options) -> Result<Tables, Fault> {
        let sheets = book::open(&options.path, &options.spool)?;
        Tables::of("xlsx", options, sheets, Vec::new())
    }

    /// Opens an Access database, or a folder of them, by Debian's `mdbtools`.
    ///
    /// # Errors
    /// As [`Tables::csv`], and when the programs are missing.
    pub fn mdb(options: &Options) -> Result<Tables, Fault> {
        let mut problems = Vec::new();
        let sheets = access::open(options, &mut problems)?;
        Tables::of("mdb", options, sheets, problems)
    }

    fn of(kind: &str, options: &Options, mut sheets: Vec<Sheet>, problems: Vec<Problem>) -> Result<Tables, Fault> {
        let home = Home::new(options, "")?;
        let mut notes = home.notes.clone();
        let (fields, said_by) = match &options.fields {
            Some(path) if path.exists() => (Fields::read(path)?, Some(path.as_path())),
            Some(path) if !options.propose => return Err(Fault::file(path, "there is no such file of fields")),
            _ => (Fields::default(), None),
        };
        let fields = match said_by {
            Some(path) => {
                settle(&fields.articles, &mut sheets, path)?;
                settle(&fields.columns, &mut sheets, path)?;
                settle(&fields.letters, &mut sheets, path)?;
                fields
            }
            None => {
                sheets.iter_mut().for_each(|sheet| sheet.settle(&propose::is_header));
                let fields = propose::propose(&sheets);
                if let Some(path) = &options.fields {
                    propose::write(path, &fields, &sheets)?;
                    notes.push(format!("{}: proposed; mend it and give it to the import", path.display()));
                }
                fields
            }
        };
        if fields.articles.is_empty() && fields.letters.is_empty() {
            return Err(nothing(options, &sheets));
        }
        notes.extend(sheets.iter().filter(|sheet| !sheet.note.is_empty()).map(|sheet| {
            if sheets.len() == 1 { sheet.note.clone() } else { format!("{}: {}", sheet.name, sheet.note) }
        }));
        if said_by.is_none() {
            notes.extend(concluded(&fields));
        }
        if fields.articles.iter().any(|articles| articles.addresses.is_empty()) {
            notes.push("no addresses are given for some tables: their old addresses will lead nowhere".into());
        }
        let mut classes = Vec::new();
        for columns in &fields.columns {
            if let Some(sheet) = sheet(&sheets, &columns.table) {
                classes.push(Classes::read(columns, sheet, kind, &|address| home.absolute(address))?);
            }
        }
        classes::connect(&mut classes);
        let program = sheets.iter().find_map(|sheet| names::program(&sheet.name, &sheet.header));
        let facts = Facts {
            kind: kind.to_owned(),
            hosts: home.hosts(options),
            home: home.url().to_string(),
            name: String::new(),
            program: program.map(|program| program.name.to_owned()).unwrap_or_default(),
            notes,
        };
        let uploads = Uploads::open(options.media.as_deref())?;
        Ok(Tables { facts, home, uploads, sheets, fields, classes, problems })
    }

    /// What is what: as the file of fields says, or as was concluded.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// What stands in front of the numbers of a table in the names of its rows.
    fn prefix(&self, table: &str, alone: bool, what: &str) -> String {
        let kind = &self.facts.kind;
        if alone { format!("{kind}:{what}") } else { format!("{kind}:{}", table.to_lowercase()) }
    }

    /// Columns of a row, the upper one first; with their name where no table of columns has them.
    fn columns_of(&self, articles: &Articles, row: &Row<'_>) -> Vec<(String, Option<String>)> {
        let kind = &self.facts.kind;
        let mut found: Vec<(String, Option<String>)> = Vec::new();
        let mut path = String::new();
        for name in [&articles.column, &articles.subcolumn] {
            let value = plain_text(&row.text(name));
            if value.is_empty() || value == "0" {
                continue;
            }
            path.push('/');
            path.push_str(&value);
            match classes::key(&self.classes, name, &value) {
                Some(key) => found.push((key.to_owned(), None)),
                None => found.push((format!("{kind}:column{path}"), Some(value))),
            }
        }
        found
    }

    fn give_articles(
        &self,
        articles: &Articles,
        seen: &mut Seen,
        done: &mut Done,
        each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let Some(sheet) = sheet(&self.sheets, &articles.table) else { return Ok(()) };
        let prefix = self.prefix(&articles.table, self.fields.articles.len() == 1, "row");
        let begun = done.of;
        sheet.rows(needed(articles, sheet), &mut |read, row| {
            done.of = begun + read;
            let row = match row {
                Ok(row) => row,
                Err((line, why)) => return each(unreadable(sheet, line, why), *done),
            };
            let found = article::article(&row, articles, &self.home);
            if found.title.is_none() && found.body.is_none() {
                return each(unreadable(sheet, row.line, "a row with neither a title nor a text".into()), *done);
            }
            let key = match seen.key(&prefix, &row.text(&articles.id), &|| name_of(&row, articles, &found)) {
                Ok(key) => key,
                Err(why) => return each(unreadable(sheet, row.line, why), *done),
            };
            let mut column = None;
            for (key, name) in self.columns_of(articles, &row) {
                if let Some(name) = name
                    && seen.columns.insert(xxh3_64(key.as_bytes()))
                {
                    let order = i64::try_from(seen.columns.len()).unwrap_or_default();
                    let parent = column.take();
                    let new = OldColumn { key: key.clone(), parent, name, addresses: Vec::new(), order };
                    each(Item::Column(new), *done)?;
                }
                column = Some(key);
            }
            each(Item::Article(Box::new(Article { key, column: column.map(Found::certain), ..found })), *done)
        })?;
        done.of = begun + sheet.length();
        Ok(())
    }

    fn give_letters(
        &self,
        letters: &Letters,
        seen: &mut Seen,
        done: &mut Done,
        each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let Some(sheet) = sheet(&self.sheets, &letters.table) else { return Ok(()) };
        let prefix = self.prefix(&letters.table, self.fields.letters.len() == 1, "letter");
        let begun = done.of;
        sheet.rows(needed(letters, sheet), &mut |read, row| {
            done.of = begun + read;
            let row = match row {
                Ok(row) => row,
                Err((line, why)) => return each(unreadable(sheet, line, why), *done),
            };
            let Some(letter) = article::letter(&row, letters, &self.home, String::new()) else {
                return each(unreadable(sheet, row.line, "a letter that asks nothing".into()), *done);
            };
            let name = || format!("{}\n{:?}\n{}", letter.title, letter.asked, letter.question);
            match seen.key(&prefix, &row.text(&letters.id), &name) {
                Ok(key) => each(Item::Letter(Box::new(OldLetter { key, ..letter.clone() })), *done),
                Err(why) => each(unreadable(sheet, row.line, why), *done),
            }
        })?;
        done.of = begun + sheet.length();
        Ok(())
    }
}

impl Source for Tables {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn walk(&self, each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>) -> Result<(), Fault> {
        let used = self.fields.articles.iter().map(|articles| articles.table.as_str());
        let used = used.chain(self.fields.letters.iter().map(|letters| letters.table.as_str()));
        let total = used.filter_map(|table| sheet(&self.sheets, table)).map(Sheet::length).sum();
        let mut done = Done { of: 0, total };
        for (place, why) in &self.problems {
            each(Item::Unreadable { place: place.clone(), why: why.clone() }, done)?;
        }
        each(Item::Home(vec![self.home.url().to_string()]), done)?;
        for column in classes::in_order(&self.classes) {
            each(Item::Column(column), done)?;
        }
        let mut seen = Seen::default();
        for articles in &self.fields.articles {
            self.give_articles(articles, &mut seen, &mut done, each)?;
        }
        for letters in &self.fields.letters {
            self.give_letters(letters, &mut seen, &mut done, each)?;
        }
        Ok(())
    }

    fn file(&self, address: &Url) -> Result<Option<OldFile>, Fault> {
        self.uploads.find(address)
    }
}

/// What was given already, in a few bytes a row.
#[derive(Default)]
struct Seen {
    keys: HashSet<u64>,
    /// How many rows without a number said this.
    same: HashMap<u64, u32>,
    columns: HashSet<u64>,
}

impl Seen {
    /// The name of a row: its number, or what it says where it has none; rows that say the same are counted.
    fn key(&mut self, prefix: &str, id: &str, says: &dyn Fn() -> String) -> Result<String, String> {
        if !id.is_empty() {
            let key = format!("{prefix}/{id}");
            let new = self.keys.insert(xxh3_64(key.as_bytes()));
            return if new { Ok(key) } else { Err(format!("a second row with the number {}", propose::one_line(id))) };
        }
        let says = xxh3_64(says().as_bytes());
        let count = self.same.entry(says).or_default();
        *count += 1;
        Ok(if *count == 1 { format!("{prefix}/{says:016x}") } else { format!("{prefix}/{says:016x}-{count}") })
    }
}

/// By what an article without a number is known again: its title, its date, and its address.
fn name_of(row: &Row<'_>, articles: &Articles, found: &Article) -> String {
    let title = found.title.as_ref().map(|title| title.value.as_str()).unwrap_or_default();
    let address = found.addresses.first().map(String::as_str).unwrap_or_default();
    format!("{title}\n{}\n{address}", row.text(&articles.date))
}

fn unreadable(sheet: &Sheet, line: u64, why: String) -> Item {
    Item::Unreadable { place: format!("{}:{line}", sheet.place.display()), why }
}

/// The table of a name; the only one where none is given.
fn sheet<'a>(sheets: &'a [Sheet], table: &str) -> Option<&'a Sheet> {
    if table.is_empty() && sheets.len() == 1 {
        return sheets.first();
    }
    sheets.iter().find(|sheet| sheet.name.to_lowercase() == table.to_lowercase())
}

/// How many cells a row must have: none of those that make an article may be missing.
fn needed(described: &impl Described, sheet: &Sheet) -> usize {
    let of = |key: &str| matches!(key, "id" | "title" | "date" | "body" | "question" | "asked");
    let used = described.used().into_iter().filter(|(key, _)| of(key));
    used.filter_map(|(_, name)| sheet.column(name)).map(|at| at + 1).max().unwrap_or_default()
}

/// Finds the tables that the file of fields names, and the row of each that has the names that it uses.
fn settle<T: Described>(all: &[T], sheets: &mut [Sheet], path: &Path) -> Result<(), Fault> {
    let what = T::WHAT;
    for described in all {
        for (key, value) in described.needed() {
            if value.is_empty() {
                return Err(Fault::file(path, format!("[[{what}]] {}: {key} is not named", described.table())));
            }
        }
        let table = described.table().to_lowercase();
        let count = sheets.len();
        let found = if table.is_empty() && count == 1 {
            sheets.first_mut()
        } else {
            sheets.iter_mut().find(|sheet| sheet.name.to_lowercase() == table)
        };
        let Some(sheet) = found else {
            let names: Vec<String> = sheets.iter().take(50).map(|sheet| sheet.name.clone()).collect();
            let named =
                if table.is_empty() { "table is not named".to_owned() } else { format!("there is no table {table}") };
            return Err(Fault::file(path, format!("[[{what}]]: {named}; there are {}", names.join(", "))));
        };
        let used = described.used();
        let has = |row: &[String], name: &str| row.iter().any(|cell| cell.eq_ignore_ascii_case(name));
        sheet.settle(&|row| used.iter().all(|(_, name)| has(row, name)));
        let columns = propose::one_line(&sheet.header.join(", "));
        if let Some((key, name)) = used.iter().find(|(_, name)| !has(&sheet.header, name)) {
            let what = format!("[[{what}]] {table}: {key} = \"{name}\": there is no such column, but {columns}");
            return Err(Fault::file(path, what));
        }
        for pattern in described.patterns() {
            let unknown = braces(pattern).into_iter().find(|name| *name != "id" && !has(&sheet.header, name));
            if let Some(name) = unknown {
                let what = format!("[[{what}]] {table}: {pattern}: there is no column {name}, but {columns}");
                return Err(Fault::file(path, what));
            }
        }
    }
    Ok(())
}

/// What was concluded, for ops.
fn concluded(fields: &Fields) -> Vec<String> {
    fn line(described: &impl Described, what: &str) -> String {
        let used: Vec<String> = described.used().iter().map(|(key, name)| format!("{key} = {name}")).collect();
        let table = described.table();
        let space = if table.is_empty() { "" } else { " " };
        format!("{what}{space}{table}, concluded from the names of the columns: {}", used.join(", "))
    }
    let mut lines: Vec<String> = fields.articles.iter().map(|articles| line(articles, "articles")).collect();
    lines.extend(fields.columns.iter().map(|columns| line(columns, "columns")));
    lines.extend(fields.letters.iter().map(|letters| line(letters, "letters")));
    lines
}

fn nothing(options: &Options, sheets: &[Sheet]) -> Fault {
    let shown: Vec<String> = sheets
        .iter()
        .take(SHOWN)
        .map(|sheet| {
            let columns: String = propose::one_line(&sheet.header.join(", ")).chars().take(300).collect();
            format!("{} ({columns})", sheet.name)
        })
        .collect();
    let more = sheets.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let told = match &options.fields {
        Some(path) if options.propose => format!("name it in {}, which was proposed", path.display()),
        Some(path) => format!("name it in {}", path.display()),
        None => "name it in a file of fields".to_owned(),
    };
    let what = format!("no column is known to be a title; {told}; tables: {}{more}", shown.join("; "));
    Fault::file(&options.path, what)
}

/// All CSV files of a folder.
fn folder(path: &Path, spool: &Path) -> Result<Vec<Sheet>, Fault> {
    let fault = |error: std::io::Error| Fault::file(path, error.to_string());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fault)? {
        let file = entry.map_err(fault)?.path();
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if matches!(ending.as_str(), "csv" | "tsv" | "txt") && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Fault::file(path, "no CSV file is in it"));
    }
    files.iter().map(|file| Sheet::text(file, spool)).collect()
}
