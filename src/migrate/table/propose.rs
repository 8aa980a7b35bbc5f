//! What the names of tables and columns suggest, and the file that tells it to ops.

use std::path::Path;

use crate::base::fault::Fault;
use crate::migrate::records::{FORMED, INDEX_NUMBER, NUMBER};

use super::fields::{Articles, Columns, Fields, Letters};
use super::names::{self, article, column, letter};
use super::sheet::Sheet;

/// The first of the columns that has one of these names.
fn find(header: &[String], known: &[&str]) -> String {
    let same = |name: &&str| header.iter().find(|column| column.to_lowercase() == **name);
    known.iter().find_map(same).cloned().unwrap_or_default()
}

/// Does a row look like the names of columns?
pub(super) fn is_header(row: &[String]) -> bool {
    let known = [article::TITLE, column::NAME, letter::QUESTION].iter().any(|names| !find(row, names).is_empty());
    known && row.iter().filter(|cell| !cell.is_empty()).count() > 1
}

/// What the tables are.
pub(super) fn propose(sheets: &[Sheet]) -> Fields {
    let mut fields = Fields::default();
    let alone = sheets.len() == 1;
    for sheet in sheets {
        let name = if alone { "" } else { sheet.name.as_str() };
        if let Some(letters) = letters(sheet, name) {
            fields.letters.push(letters);
        } else if let Some(articles) = articles(sheet, name, alone) {
            fields.articles.push(articles);
        } else if !alone && let Some(columns) = columns(sheet) {
            fields.columns.push(columns);
        }
    }
    fields
}

fn articles(sheet: &Sheet, name: &str, alone: bool) -> Option<Articles> {
    let header = &sheet.header;
    let (title, body) = (find(header, article::TITLE), find(header, article::BODY));
    // Links, advertisements and votes have titles too.
    if title.is_empty() || (!alone && body.is_empty()) {
        return None;
    }
    let program = names::program(&sheet.name, header);
    let column = find(header, article::COLUMN);
    let mut addresses: Vec<String> =
        program.map(|program| program.addresses.iter().map(ToString::to_string).collect()).unwrap_or_default();
    let stored = find(header, article::ADDRESS);
    if !stored.is_empty() {
        addresses.insert(0, format!("{{{stored}}}"));
    }
    Some(Articles {
        table: name.to_owned(),
        id: find(header, article::ID),
        title,
        subtitle: find(header, article::SUBTITLE),
        date: find(header, article::DATE),
        body,
        source: find(header, article::SOURCE),
        author: find(header, article::AUTHOR),
        editor: find(header, article::EDITOR),
        subcolumn: find(header, article::SUBCOLUMN),
        column,
        index_number: find(header, INDEX_NUMBER),
        number: find(header, NUMBER),
        formed: find(header, FORMED),
        summary: find(header, article::SUMMARY),
        keywords: find(header, article::KEYWORDS),
        clicks: find(header, article::CLICKS),
        picture: find(header, article::PICTURE),
        attachments: find(header, article::FILES),
        link: find(header, article::LINK),
        state: find(header, article::STATE),
        public: Vec::new(),
        deleted: find(header, article::DELETED),
        addresses,
        files_at: program.map(|program| program.files_at.to_owned()).unwrap_or_default(),
        replace: program
            .map(|program| program.replace.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect())
            .unwrap_or_default(),
    })
}

fn columns(sheet: &Sheet) -> Option<Columns> {
    let header = &sheet.header;
    let (id, name) = (find(header, column::ID), find(header, column::NAME));
    if id.is_empty() || name.is_empty() {
        return None;
    }
    let others: Vec<&str> = column::PARENT
        .iter()
        .copied()
        .filter(|other| !id.eq_ignore_ascii_case(other) && !name.eq_ignore_ascii_case(other))
        .collect();
    let program = names::program(&sheet.name, header);
    Some(Columns {
        table: sheet.name.clone(),
        parent: find(header, &others),
        order: find(header, column::ORDER),
        addresses: program
            .map(|program| program.addresses.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        id,
        name,
    })
}

fn letters(sheet: &Sheet, name: &str) -> Option<Letters> {
    let header = &sheet.header;
    let (question, answer) = (find(header, letter::QUESTION), find(header, letter::ANSWER));
    let lower = sheet.name.to_lowercase();
    let is_guestbook = letter::TABLE.iter().any(|part| lower.contains(part));
    if question.is_empty() || (answer.is_empty() && !is_guestbook) {
        return None;
    }
    // Articles whose comments are answered have a column; a guestbook has none.
    if !is_guestbook && !find(header, article::COLUMN).is_empty() {
        return None;
    }
    Some(Letters {
        table: name.to_owned(),
        id: find(header, letter::ID),
        title: find(header, letter::TITLE),
        name: find(header, letter::NAME),
        asked: find(header, letter::ASKED),
        question,
        answer,
        answered: find(header, letter::ANSWERED),
        unit: find(header, letter::UNIT),
        address: String::new(),
    })
}

/// Writes the file for ops to mend.
pub(super) fn write(path: &Path, fields: &Fields, sheets: &[Sheet]) -> Result<(), Fault> {
    let mut shown = fields.clone();
    if shown.articles.is_empty() && shown.letters.is_empty() {
        let table = sheets.iter().max_by_key(|sheet| sheet.length()).map(|sheet| sheet.name.clone());
        shown.articles.push(Articles { table: table.unwrap_or_default(), ..Articles::default() });
    }
    let mut text = String::from(
        "# Which column of which table is what. It was concluded from names: mend it and give it to the import again.\n\
         # `addresses` are the old addresses of each row, with names of columns in braces; look at some on the old site.\n\
         #\n# Tables and their columns:\n",
    );
    for sheet in sheets {
        text.push_str(&format!("#   {}: {}\n", one_line(&sheet.name), one_line(&sheet.header.join(", "))));
    }
    text.push('\n');
    text.push_str(&toml::to_string_pretty(&shown).map_err(|error| Fault::file(path, error.to_string()))?);
    std::fs::write(path, text).map_err(|error| Fault::file(path, error.to_string()))
}

/// Text for a comment or a message, of bounded length.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(2000).collect()
}
