//! Statements of a dump: tables and rows are told, everything else is passed over.
//!
//! **Invariant:** what is kept of a statement is bounded, whatever its length;
//! what cannot be read is told with its line, and reading goes on behind it.

use super::scan::Scanner;
use super::value::{Bad, Style, Value, read, string};

/// Longest name of a table or column.
const LONGEST_NAME: usize = 256;
/// Most columns of a table.
const MOST_COLUMNS: usize = 4096;
/// Most bytes of all values of one row.
const LARGEST_ROW: usize = 64 << 20;
/// Beginnings of a line at which reading goes on after something broken.
const BEGINNINGS: [&[u8]; 9] =
    [b"insert ", b"replace ", b"create ", b"drop ", b"lock ", b"set ", b"e_d(", b"-- ", b"/*!"];

/// Table and columns of an INSERT.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Head {
    /// Name of the table, in small letters, without its database.
    pub table: String,
    /// Columns that the statement names, in small letters; empty when it names none.
    pub columns: Vec<String>,
}

/// Which values of a row are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Nothing,
    All,
    Only(usize),
}

impl Keep {
    fn keeps(self, column: usize) -> bool {
        match self {
            Keep::Nothing => false,
            Keep::All => true,
            Keep::Only(only) => only == column,
        }
    }
}

/// A row as it stands in the dump.
#[derive(Debug)]
pub(super) struct RawRow {
    /// Offset of its opening bracket.
    pub offset: u64,
    /// Line of it.
    pub line: u64,
    /// Its values; those not kept are NULL.
    pub values: Vec<Value>,
}

/// What is told.
#[derive(Debug)]
pub(super) enum Told<'a> {
    /// CREATE TABLE: its name and columns, in small letters.
    Table(String, Vec<String>),
    /// A row of an INSERT that begins at `from`.
    Row { from: u64, from_line: u64, head: &'a Head, row: RawRow },
    /// Something that cannot be read: line and what.
    Problem(u64, String),
}

/// Reads to the end; `keep` is asked once for each INSERT. Stops early when `tell` says false.
pub(super) fn walk(
    scanner: &mut Scanner<'_>,
    style: Style,
    keep: &mut dyn FnMut(&Head) -> Keep,
    tell: &mut dyn FnMut(Told<'_>) -> bool,
) {
    let mut nul_told = false;
    loop {
        space(scanner);
        let (from, from_line) = (scanner.offset(), scanner.line());
        let Some(byte) = scanner.peek() else { return };
        if byte == 0 {
            while scanner.take(0) {}
            let count = scanner.offset() - from;
            if !nul_told {
                nul_told = true;
                let what = format!("{count} NUL bytes where a statement belongs; something damaged this file");
                if !tell(Told::Problem(from_line, what)) {
                    return;
                }
            }
            continue;
        }
        if !(byte.is_ascii_alphabetic() || byte == b'_') {
            scanner.next();
            continue;
        }
        let word = bare(scanner);
        let going = match word.as_str() {
            "insert" | "replace" => insert(scanner, style, (from, from_line), keep, tell),
            "create" => create(scanner, style, tell),
            "set" | "go" => {
                while scanner.peek().is_some_and(|byte| byte != b';' && byte != b'\n') {
                    scanner.next();
                }
                true
            }
            // EmpireBak wraps each statement: E_D("replace into …");
            "e_d" | "e_c" => {
                while scanner.peek().is_some_and(|byte| matches!(byte, b'(' | b'"')) {
                    scanner.next();
                }
                true
            }
            "delimiter" => {
                scanner.skip_line();
                while scanner.peek().is_some() && !scanner.comes(b"delimiter") {
                    scanner.skip_line();
                }
                scanner.skip_line();
                true
            }
            _ => {
                statement_end(scanner, style);
                true
            }
        };
        if !going {
            return;
        }
    }
}

/// One row from its opening bracket on.
pub(super) fn row(scanner: &mut Scanner<'_>, style: Style, keep: Keep) -> Result<RawRow, Bad> {
    let (offset, line) = (scanner.offset(), scanner.line());
    if !scanner.take(b'(') {
        return Err(scanner.peek().map_or(Bad::Ends, Bad::Byte));
    }
    let mut values = Vec::new();
    let mut kept = 0;
    loop {
        space(scanner);
        let mut value = read(scanner, style, keep.keeps(values.len()))?;
        if let Value::Bytes(bytes) = &value {
            kept += bytes.len();
            if kept > LARGEST_ROW {
                value = Value::TooLarge;
            }
        }
        if values.len() < MOST_COLUMNS {
            values.push(value);
        }
        space(scanner);
        match scanner.next() {
            Some(b',') => {}
            Some(b')') => return Ok(RawRow { offset, line, values }),
            Some(byte) => return Err(Bad::Byte(byte)),
            None => return Err(Bad::Ends),
        }
    }
}

/// White space, comments and the marks of conditional ones.
fn space(scanner: &mut Scanner<'_>) {
    while let Some(byte) = scanner.peek() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => scanner.skip(1),
            b'#' => scanner.skip_line(),
            b'-' if scanner.ahead(1) == Some(b'-') => scanner.skip_line(),
            b'*' if scanner.ahead(1) == Some(b'/') => scanner.skip(2),
            b'/' if scanner.ahead(1) == Some(b'*') => {
                if scanner.ahead(2) == Some(b'!') {
                    scanner.skip(3);
                    while scanner.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                        scanner.next();
                    }
                } else {
                    scanner.skip(2);
                    while scanner.peek().is_some() && !(scanner.peek() == Some(b'*') && scanner.ahead(1) == Some(b'/'))
                    {
                        scanner.next();
                    }
                    scanner.skip(2);
                }
            }
            _ => return,
        }
    }
}

/// A word without quotes, in small letters; too long ones are cut.
fn bare(scanner: &mut Scanner<'_>) -> String {
    let mut word = Vec::new();
    while let Some(byte) = scanner.peek() {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@' | b'#') || byte >= 0x80) {
            break;
        }
        scanner.next();
        if word.len() < LONGEST_NAME {
            word.push(byte);
        }
    }
    super::text::decode(&word, false).text.to_lowercase()
}

/// A name with or without quotes, the last one of `database.table`.
fn name(scanner: &mut Scanner<'_>) -> Option<String> {
    loop {
        space(scanner);
        let name = match scanner.peek()? {
            open @ (b'`' | b'"' | b'[' | b'\'') => {
                scanner.next();
                let close = if open == b'[' { b']' } else { open };
                let mut name = Vec::new();
                loop {
                    let byte = scanner.next()?;
                    if byte == close {
                        break;
                    }
                    if name.len() < LONGEST_NAME {
                        name.push(byte);
                    }
                }
                // Names stand in messages, which are one line.
                super::text::decode(&name, false).text.to_lowercase().replace(char::is_control, " ")
            }
            _ => bare(scanner),
        };
        space(scanner);
        if !scanner.take(b'.') {
            return (!name.is_empty()).then_some(name);
        }
    }
}

/// Passes over a statement with its strings.
fn statement_end(scanner: &mut Scanner<'_>, style: Style) {
    while let Some(byte) = scanner.peek() {
        match byte {
            b'\'' | b'"' => {
                if string(scanner, style, true, false).is_err() {
                    return;
                }
            }
            b'/' if scanner.ahead(1) == Some(b'*') => space(scanner),
            b';' => {
                scanner.next();
                return;
            }
            _ => scanner.skip(1),
        }
    }
}

fn create(scanner: &mut Scanner<'_>, style: Style, tell: &mut dyn FnMut(Told<'_>) -> bool) -> bool {
    space(scanner);
    let mut word = bare(scanner);
    if word == "temporary" {
        space(scanner);
        word = bare(scanner);
    }
    if word != "table" {
        statement_end(scanner, style);
        return true;
    }
    space(scanner);
    if scanner.comes(b"if ") {
        for _ in 0..3 {
            bare(scanner);
            space(scanner);
        }
    }
    let Some(table) = name(scanner) else { return true };
    while scanner.peek().is_some_and(|byte| byte != b'(' && byte != b';') {
        scanner.next();
    }
    if !scanner.take(b'(') {
        return true;
    }
    let mut columns = Vec::new();
    loop {
        space(scanner);
        let quoted = matches!(scanner.peek(), Some(b'`' | b'"' | b'['));
        let Some(column) = name(scanner) else { break };
        let is_key = !quoted
            && matches!(
                column.as_str(),
                "primary" | "key" | "unique" | "index" | "fulltext" | "spatial" | "constraint" | "foreign" | "check"
            );
        if !is_key && columns.len() < MOST_COLUMNS {
            columns.push(column);
        }
        if !definition_end(scanner, style) {
            break;
        }
    }
    // What follows the bracket stands on its line: ENGINE, TYPE, CHARSET, COMMENT.
    while scanner.peek().is_some_and(|byte| byte != b';' && byte != b'\n') {
        scanner.next();
    }
    tell(Told::Table(table, columns))
}

/// Passes over the rest of a column's definition; true when another one follows.
fn definition_end(scanner: &mut Scanner<'_>, style: Style) -> bool {
    let mut depth = 0_usize;
    while let Some(byte) = scanner.peek() {
        match byte {
            b'\'' | b'"' => {
                if string(scanner, style, true, false).is_err() {
                    return false;
                }
                continue;
            }
            b'(' => depth += 1,
            b')' if depth == 0 => {
                scanner.next();
                return false;
            }
            b')' => depth -= 1,
            b',' if depth == 0 => {
                scanner.next();
                return true;
            }
            _ => {}
        }
        scanner.next();
    }
    false
}

fn insert(
    scanner: &mut Scanner<'_>,
    style: Style,
    (from, from_line): (u64, u64),
    keep: &mut dyn FnMut(&Head) -> Keep,
    tell: &mut dyn FnMut(Told<'_>) -> bool,
) -> bool {
    let mut head = Head::default();
    // INSERT [LOW_PRIORITY | DELAYED | IGNORE] [INTO] name
    let found = loop {
        let Some(found) = name(scanner) else { break None };
        if !matches!(found.as_str(), "into" | "ignore" | "delayed" | "low_priority" | "high_priority") {
            break Some(found);
        }
    };
    let Some(table) = found else {
        statement_end(scanner, style);
        return true;
    };
    head.table = table;
    space(scanner);
    if scanner.take(b'(') {
        while let Some(column) = name(scanner) {
            if head.columns.len() < MOST_COLUMNS {
                head.columns.push(column);
            }
            space(scanner);
            if !scanner.take(b',') {
                break;
            }
        }
        space(scanner);
        scanner.take(b')');
        space(scanner);
    }
    if !matches!(bare(scanner).as_str(), "values" | "value") {
        // INSERT … SELECT, INSERT … SET: no dump has them.
        statement_end(scanner, style);
        return true;
    }
    let keeping = keep(&head);
    loop {
        space(scanner);
        let (offset, line) = (scanner.offset(), scanner.line());
        match row(scanner, style, keeping) {
            Ok(row) => {
                if !tell(Told::Row { from, from_line, head: &head, row }) {
                    return false;
                }
            }
            Err(bad) => {
                let table = &head.table;
                let what = match bad {
                    Bad::Ends => format!(
                        "the file ends inside a row of {table} that begins here (byte {offset}); it is not complete"
                    ),
                    Bad::Byte(byte) => format!(
                        "a row of {table} that begins here (byte {offset}) cannot be read: {} at byte {} of the file",
                        byte.escape_ascii(),
                        scanner.offset()
                    ),
                };
                let going = tell(Told::Problem(line, what));
                recover(scanner);
                return going;
            }
        }
        space(scanner);
        if !scanner.take(b',') {
            return true;
        }
    }
}

/// To the next line that looks like the beginning of a statement.
fn recover(scanner: &mut Scanner<'_>) {
    while scanner.peek().is_some() {
        scanner.skip_line();
        if BEGINNINGS.iter().any(|word| scanner.comes(word)) {
            return;
        }
    }
}
