//! Workbooks: each sheet is copied row by row to disk and read from there as any other table.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, ExcelDateTime, Reader, Xls, Xlsx};

use crate::base::fault::Fault;
use crate::migrate::records::Limited;

use super::sheet::{Copy, MOST_COLUMNS, Sheet};

/// Most bytes that a workbook may have unpacked.
const LARGEST: u64 = 4 << 30;
/// Most bytes that its texts may have unpacked; they are held in memory.
const LARGEST_TEXTS: u64 = 1 << 30;
/// Largest file of the old kind, which is held in memory.
const LARGEST_XLS: u64 = 256 << 20;
/// Most cells of a workbook of the old kind, empty ones between them counted.
const MOST_CELLS: u64 = 12_000_000;
/// Bytes read at a time.
const PIECE: usize = 128 << 10;

/// The sheets of a workbook.
pub(super) fn open(path: &Path, spool: &Path) -> Result<Vec<Sheet>, Fault> {
    let fault = |error: std::io::Error| Fault::file(path, error.to_string());
    let mut head = [0; 512];
    let got = File::open(path).and_then(|mut file| file.read(&mut head)).map_err(fault)?;
    let head = &head[..got];
    // The reader of workbooks is not ours; what it does with a broken one must end here.
    let read = if head.starts_with(b"PK") {
        bounded(path)?;
        catch_unwind(AssertUnwindSafe(|| xlsx(path, spool)))
    } else if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        old_kind(path)?;
        catch_unwind(AssertUnwindSafe(|| xls(path, spool)))
    } else if head.trim_ascii_start().starts_with(b"<") {
        let what = "is a web page that calls itself a workbook; open it and save it as xlsx or CSV";
        return Err(Fault::file(path, what));
    } else if head.iter().any(|byte| *byte < 9) {
        return Err(Fault::file(path, "is no workbook"));
    } else {
        // Many programs wrote text with tabs and called it xls.
        return Ok(vec![Sheet::text(path, spool)?]);
    };
    let sheets = read.unwrap_or_else(|_| Err(Fault::file(path, "is a damaged workbook")))?;
    if sheets.is_empty() {
        return Err(Fault::file(path, "no sheet of it has a row"));
    }
    Ok(sheets)
}

/// Unpacks all of it to nowhere: what is larger than it may be must not be found out in memory.
fn bounded(path: &Path) -> Result<(), Fault> {
    let fault = |error: &dyn std::fmt::Display| Fault::file(path, error.to_string());
    let file = File::open(path).map_err(|error| fault(&error))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|error| fault(&error))?;
    let mut all = 0_u64;
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(|error| fault(&error))?;
        let packed = entry.compressed_size();
        let name = String::from_utf8_lossy(entry.name_raw()).to_lowercase();
        let is_sheet = name.contains("worksheets/");
        let mut unpacked = Limited::new(entry, packed);
        let mut buffer = vec![0; PIECE];
        let mut own = 0_u64;
        let mut promised = 0_u64;
        loop {
            let read = unpacked.read(&mut buffer).map_err(|error| Fault::file(&path.join(&name), error.to_string()))?;
            if read == 0 {
                break;
            }
            own += read as u64;
            all += read as u64;
            if name.ends_with("strings.xml") {
                promised = promised.max(count_of(&buffer[..read]));
            }
            if all > LARGEST || (!is_sheet && own > LARGEST_TEXTS) {
                return Err(Fault::file(&path.join(&name), "it unpacks to more than a workbook may hold; refused"));
            }
        }
        // Space is made for as many texts as it says that it has.
        if promised > own {
            return Err(Fault::file(&path.join(&name), "it says that it has more texts than it can hold"));
        }
    }
    Ok(())
}

/// The largest `uniqueCount="…"` in a piece of XML.
fn count_of(bytes: &[u8]) -> u64 {
    let mut largest = 0;
    for at in memchr::memmem::find_iter(bytes, b"uniqueCount") {
        let rest = bytes.get(at + b"uniqueCount".len()..).unwrap_or_default();
        let digits =
            rest.iter().skip_while(|byte| matches!(**byte, b'=' | b'"' | b'\'' | b' ' | b'\t' | b'\n' | b'\r'));
        let number = digits.take_while(|byte| byte.is_ascii_digit());
        let number =
            number.fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        largest = largest.max(number);
    }
    largest
}

fn xlsx(path: &Path, spool: &Path) -> Result<Vec<Sheet>, Fault> {
    let fault = |error: &dyn std::fmt::Display| Fault::file(path, error.to_string());
    let file = File::open(path).map_err(|error| fault(&error))?;
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|error| fault(&error))?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let place = path.join(&name);
        let broken = |line: u64, error: &dyn std::fmt::Display| {
            Fault::line(&place, usize::try_from(line).unwrap_or_default(), error.to_string())
        };
        // Charts have a name and no cells.
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else { continue };
        let mut copy = Copy::begin(&name, place.clone(), true, spool, LARGEST)?;
        let mut row: Vec<String> = Vec::new();
        let (mut line, mut any) = (0, false);
        loop {
            let cell = cells.next_cell().map_err(|error| broken(line, &error))?;
            let at = cell.as_ref().map(|cell| cell.get_position());
            if at.is_none_or(|(new, _)| u64::from(new) + 1 != line) {
                if !row.is_empty() {
                    copy.row(line, row.iter().map(|cell| cell.as_bytes()))?;
                    any = true;
                }
                row.clear();
            }
            let (Some(cell), Some((number, column))) = (cell, at) else { break };
            line = u64::from(number) + 1;
            let column = column as usize;
            if column < MOST_COLUMNS {
                if row.len() <= column {
                    row.resize(column + 1, String::new());
                }
                row[column] = text(&Data::from(cell.get_value().clone()));
            }
        }
        if any {
            sheets.push(copy.end()?);
        }
    }
    Ok(sheets)
}

/// Looks through a workbook of the old kind before it is read: its reader makes space for all cells between the first
/// and the last one.
fn old_kind(path: &Path) -> Result<(), Fault> {
    let fault = |error: &dyn std::fmt::Display| Fault::file(path, error.to_string());
    let file = File::open(path).map_err(|error| fault(&error))?;
    if file.metadata().map_err(|error| fault(&error))?.len() > LARGEST_XLS {
        return Err(Fault::file(path, "is larger than a workbook of this kind can be read; save it as xlsx or CSV"));
    }
    let mut parts = cfb::CompoundFile::open(BufReader::new(file)).map_err(|error| fault(&error))?;
    if parts.exists("/EncryptedPackage") {
        return Err(Fault::file(path, "is locked by a password; save it without one"));
    }
    let Some(name) = ["/Workbook", "/Book"].into_iter().find(|name| parts.exists(name)) else {
        return Err(Fault::file(path, "is no workbook"));
    };
    let mut stream = BufReader::new(parts.open_stream(name).map_err(|error| fault(&error))?);
    let mut cells = 0_u64;
    let mut bounds = Bounds::default();
    let mut head = [0; 4];
    // The reader of workbooks says what is wrong with one that ends too early.
    while stream.read_exact(&mut head).is_ok() {
        let (kind, length) = (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
        let mut place = [0; 12];
        let taken = usize::from(length).min(place.len());
        if stream.read_exact(&mut place[..taken]).is_err() {
            break;
        }
        if stream.seek_relative(i64::from(length) - taken as i64).is_err() {
            break;
        }
        let half = |at: usize| u64::from(u16::from_le_bytes([place[at], place[at + 1]]));
        let whole = |at: usize| half(at) | half(at + 2) << 16;
        match kind {
            // A new part begins.
            0x0809 => cells += std::mem::take(&mut bounds).cells(),
            0x0200 if taken == 12 => {
                // Rows have four bytes, in older files two.
                bounds.see(whole(4).saturating_sub(1).min(65_535), half(10).saturating_sub(1).min(255));
            }
            0x0006 | 0x00bd | 0x00d6 | 0x00fd | 0x0203 | 0x0204 | 0x0205 | 0x027e if taken >= 4 => {
                bounds.see(half(0), half(2));
            }
            _ => {}
        }
    }
    cells += bounds.cells();
    if cells > MOST_CELLS {
        let what = format!("has {cells} cells between its first and last ones; save the rows that count as CSV");
        return Err(Fault::file(path, what));
    }
    Ok(())
}

/// Largest row and column.
#[derive(Default)]
struct Bounds(Option<(u64, u64)>);

impl Bounds {
    fn see(&mut self, row: u64, column: u64) {
        let (rows, columns) = self.0.unwrap_or_default();
        self.0 = Some((rows.max(row), columns.max(column)));
    }

    fn cells(self) -> u64 {
        self.0.map_or(0, |(rows, columns)| (rows + 1) * (columns + 1))
    }
}

fn xls(path: &Path, spool: &Path) -> Result<Vec<Sheet>, Fault> {
    let fault = |error: &dyn std::fmt::Display| Fault::file(path, error.to_string());
    let file = File::open(path).map_err(|error| fault(&error))?;
    let mut reader = BufReader::new(file);
    reader.rewind().map_err(|error| fault(&error))?;
    let mut book: Xls<_> = Xls::new(reader).map_err(|error| fault(&error))?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let Ok(range) = book.worksheet_range(&name) else { continue };
        let Some((first, left)) = range.start() else { continue };
        let mut copy = Copy::begin(&name, path.join(&name), true, spool, LARGEST)?;
        let before = vec![String::new(); left as usize];
        for (at, row) in range.rows().enumerate() {
            let mut cells = before.clone();
            cells.extend(row.iter().take(MOST_COLUMNS).map(text));
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            if !cells.is_empty() {
                copy.row(u64::from(first) + at as u64 + 1, cells.iter().map(|cell| cell.as_bytes()))?;
            }
        }
        sheets.push(copy.end()?);
    }
    Ok(sheets)
}

/// A cell as text: whole numbers without a point, dates as `2007-08-09 10:05:00`.
fn text(cell: &Data) -> String {
    match cell {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(yes) => if *yes { "1" } else { "0" }.into(),
        Data::DateTime(time) => date(time),
        Data::Error(_) | Data::Empty => String::new(),
    }
}

fn date(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        return time.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let exact = jiff::civil::DateTime::new(
        i16::try_from(year).unwrap_or_default(),
        i8::try_from(month).unwrap_or_default(),
        i8::try_from(day).unwrap_or_default(),
        i8::try_from(hour).unwrap_or_default(),
        i8::try_from(minute).unwrap_or_default(),
        i8::try_from(second).unwrap_or_default(),
        i32::from(milli) * 1_000_000,
    );
    // A day is a binary fraction: 10:05:00 may be a millisecond short.
    let rounded = exact.and_then(|exact| exact.round(jiff::Unit::Second));
    rounded.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}
