//! One table as rows of cells, whatever file it came in.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, Reader, ReaderBuilder, Writer, WriterBuilder};

use crate::base::fault::Fault;
use crate::migrate::records::nameless;
use crate::migrate::sql::{Decoded, decode};

use super::text::{At, look};

/// Most bytes of one row.
const LARGEST_ROW: u64 = 32 << 20;
/// Most columns of a table.
pub(super) const MOST_COLUMNS: usize = 4096;
/// Rows among which the one with the names of the columns is looked for.
const HEAD: usize = 10;

/// A table.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Name of the table, the sheet, or the file without its ending.
    pub name: String,
    /// What is named where something is wrong: the file, with the sheet or table where it has several.
    pub place: PathBuf,
    /// Names of its columns.
    pub header: Vec<String>,
    /// For ops: charset and separator; empty where nothing had to be found out.
    pub note: String,
    /// Did a workbook hold it? Its dates may be numbers, its texts are cut off at some length.
    pub workbook: bool,
    file: File,
    start: u64,
    separator: u8,
    gbk: bool,
    /// The first cell of each row is its number: it is a copy of something that had rows.
    numbered: bool,
    /// Its last bytes are a quote: a row at the end is whole.
    ends_quoted: bool,
    head: Vec<Vec<String>>,
    /// Which of `head` has the names.
    header_at: usize,
}

/// A row.
pub(super) struct Row<'a> {
    pub sheet: &'a Sheet,
    /// Line of the file, or row of the sheet.
    pub line: u64,
    cells: &'a ByteRecord,
}

impl Row<'_> {
    /// A cell by the name of its column, decoded; empty when there is none.
    pub(super) fn decoded(&self, column: &str) -> Decoded {
        let at = (!column.is_empty()).then(|| self.sheet.column(column)).flatten();
        let cell = at.and_then(|at| self.cells.get(at + usize::from(self.sheet.numbered)));
        cell.map(|bytes| decode(bytes, self.sheet.gbk)).unwrap_or_default()
    }

    /// The text of a cell, without space around it.
    pub(super) fn text(&self, column: &str) -> String {
        self.decoded(column).text.trim().to_owned()
    }
}

/// Takes the bytes read so far, and a row or where it is broken and how.
pub(super) type EachRow<'a> = dyn FnMut(u64, Result<Row<'_>, (u64, String)>) -> Result<(), Fault> + 'a;

impl Sheet {
    /// A text file.
    pub(super) fn text(path: &Path, spool: &Path) -> Result<Sheet, Fault> {
        let fault = |error: io::Error| Fault::file(path, error.to_string());
        let looked = look(File::open(path).map_err(fault)?, spool).map_err(fault)?;
        let length = looked.file.metadata().map_err(fault)?.len();
        let mut end = [0; 64];
        let from = length.saturating_sub(end.len() as u64);
        let got = looked.file.read_at(&mut end, from).map_err(fault)?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let sheet = Sheet {
            name,
            place: path.to_path_buf(),
            header: Vec::new(),
            note: format!("{}, cells separated by {:?}", looked.charset, char::from(looked.separator)),
            workbook: false,
            start: looked.start,
            separator: looked.separator,
            gbk: looked.gbk,
            numbered: false,
            ends_quoted: end[..got].trim_ascii_end().ends_with(b"\""),
            file: looked.file,
            head: Vec::new(),
            header_at: 0,
        };
        sheet.with_head()
    }

    /// A copy as `mdb-export` writes it: UTF-8, commas, and what it was given is whole.
    pub(super) fn exported(name: &str, place: PathBuf, file: File) -> Result<Sheet, Fault> {
        let sheet = Sheet {
            name: name.to_owned(),
            place,
            header: Vec::new(),
            note: String::new(),
            workbook: false,
            file,
            start: 0,
            separator: b',',
            gbk: false,
            numbered: false,
            ends_quoted: true,
            head: Vec::new(),
            header_at: 0,
        };
        sheet.with_head()
    }

    fn with_head(mut self) -> Result<Sheet, Fault> {
        let mut head: Vec<Vec<String>> = Vec::new();
        let mut reader = self.reader();
        let mut cells = ByteRecord::new();
        while head.len() < HEAD {
            reader.get_mut().left = LARGEST_ROW;
            match reader.read_byte_record(&mut cells) {
                Ok(true) => {
                    let names = cells.iter().skip(usize::from(self.numbered)).take(MOST_COLUMNS);
                    head.push(names.map(|name| decode(name, self.gbk).text.trim().to_owned()).collect());
                }
                Ok(false) => break,
                // A row that cannot be read is told when its turn comes; without a head it is all there is.
                Err(error) if head.is_empty() => return Err(Fault::line(&self.place, 1, said(error))),
                Err(_) => break,
            }
        }
        drop(reader);
        self.head = head;
        self.header = self.head.first().cloned().unwrap_or_default();
        Ok(self)
    }

    /// The first row of which this is true has the names of the columns; else the very first does.
    pub(super) fn settle(&mut self, is_header: &dyn Fn(&[String]) -> bool) {
        self.header_at = self.head.iter().position(|row| is_header(row)).unwrap_or_default();
        self.header = self.head.get(self.header_at).cloned().unwrap_or_default();
    }

    /// Place of a column by its name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column.eq_ignore_ascii_case(name))
    }

    /// Bytes of it.
    pub(super) fn length(&self) -> u64 {
        self.file.metadata().map(|facts| facts.len()).unwrap_or_default()
    }

    fn reader(&self) -> Reader<Bounded<At<'_>>> {
        let inner = At { file: &self.file, at: self.start };
        let bounded = Bounded { inner, left: LARGEST_ROW };
        ReaderBuilder::new().delimiter(self.separator).flexible(true).has_headers(false).from_reader(bounded)
    }

    /// Goes through the rows; a broken one is given with its line and what is wrong. The number that comes first is
    /// how many bytes were read.
    pub(super) fn rows(&self, needed: usize, each: &mut EachRow<'_>) -> Result<(), Fault> {
        let mut reader = self.reader();
        let mut cells = ByteRecord::new();
        let mut skip = self.header_at + 1;
        let length = self.length();
        loop {
            reader.get_mut().left = LARGEST_ROW;
            let before = reader.position().line();
            let more = match reader.read_byte_record(&mut cells) {
                Ok(more) => more,
                Err(error) => return each(reader.position().byte(), Err((before, said(error)))),
            };
            if !more {
                return Ok(());
            }
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let read = reader.position().byte();
            let line = self.line(&cells);
            if cells.iter().skip(usize::from(self.numbered)).all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            let several = reader.position().line().saturating_sub(line) > 1;
            let open = !self.numbered
                && several
                && self.start + read >= length
                && !self.ends_quoted
                && cells.iter().next_back().is_some_and(|cell| cell.contains(&b'\n'));
            match self.wrong(&cells, needed, open) {
                Some(what) => each(read, Err((line, what)))?,
                None => each(read, Ok(Row { sheet: self, line, cells: &cells }))?,
            }
        }
    }

    fn line(&self, cells: &ByteRecord) -> u64 {
        let numbered = || std::str::from_utf8(cells.get(0)?).ok()?.parse().ok();
        let read = || cells.position().map(csv::Position::line);
        if self.numbered { numbered().or_else(read) } else { read() }.unwrap_or_default()
    }

    /// What is wrong with a row of which the first `needed` cells are asked for.
    fn wrong(&self, cells: &ByteRecord, needed: usize, open: bool) -> Option<String> {
        if open {
            return Some("a quote that is opened in this row is never closed".into());
        }
        let (count, names) = (cells.len() - usize::from(self.numbered), self.header.len());
        let beyond = cells.iter().skip(names + usize::from(self.numbered));
        let shifted = beyond.filter(|cell| !cell.trim_ascii().is_empty()).count() > 0;
        (shifted || count < needed).then(|| format!("{count} cells where {names} columns have names"))
    }
}

fn said(error: csv::Error) -> String {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => "not a row of a table".into(),
    }
}

/// Writes rows that come from elsewhere into a copy on disk.
pub(super) struct Copy {
    name: String,
    place: PathBuf,
    workbook: bool,
    file: File,
    writer: Writer<BufWriter<Bounds>>,
}

impl Copy {
    /// A copy of at most so many bytes.
    pub(super) fn begin(name: &str, place: PathBuf, workbook: bool, spool: &Path, most: u64) -> Result<Copy, Fault> {
        let fault = |error: io::Error| Fault::file(spool, error.to_string());
        let file = nameless(spool).map_err(fault)?;
        let bounds = Bounds { file: file.try_clone().map_err(fault)?, left: most };
        let writer = WriterBuilder::new().flexible(true).from_writer(BufWriter::new(bounds));
        Ok(Copy { name: name.to_owned(), place, workbook, file, writer })
    }

    /// Adds a row with its number.
    pub(super) fn row<'a>(&mut self, line: u64, cells: impl Iterator<Item = &'a [u8]>) -> Result<(), Fault> {
        let number = line.to_string();
        let write = || {
            self.writer.write_field(&number)?;
            for cell in cells {
                self.writer.write_field(cell)?;
            }
            self.writer.write_record(None::<&[u8]>)
        };
        write().map_err(|error| Fault::file(&self.place, said(error)))
    }

    /// The table.
    pub(super) fn end(self) -> Result<Sheet, Fault> {
        let Copy { name, place, workbook, file, writer } = self;
        let ended = writer.into_inner().map_err(|error| io::Error::other(error.to_string()));
        let ended = ended.and_then(|mut buffer| buffer.flush());
        ended.map_err(|error| Fault::file(&place, error.to_string()))?;
        let sheet = Sheet {
            name,
            place,
            header: Vec::new(),
            note: String::new(),
            workbook,
            file,
            start: 0,
            separator: b',',
            gbk: false,
            numbered: true,
            ends_quoted: true,
            head: Vec::new(),
            header_at: 0,
        };
        sheet.with_head()
    }
}

/// Ends a row that is larger than one may be.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let what = format!("a row is larger than {} MB; is a quote missing?", LARGEST_ROW >> 20);
            return Err(io::Error::other(what));
        }
        let read = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

/// Ends a copy that becomes larger than it may.
struct Bounds {
    file: File,
    left: u64,
}

impl Write for Bounds {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other("it unpacks to more than such a file may hold; refused")),
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
