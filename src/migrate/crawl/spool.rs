//! The spool of a crawl: every answer with its header, one after the other in one file.
//!
//! **Invariant:** what was appended is never changed; a torn end is cut off when the spool is opened, and what is
//! missing is fetched again.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::base::fault::Fault;

/// Name of the file with the answers.
const ANSWERS: &str = "answers.spool";
/// Name of the file that says whose spool it is.
const ABOUT: &str = "crawl.json";
/// What every record begins with.
const MARK: &str = "answer ";
/// Longest first line of a record.
const LINE: usize = 64;
/// Largest header.
const LARGEST_HEADER: u64 = 64 << 20;
/// A torn end is not longer than this: everything older was flushed to disk.
const LONGEST_TORN: u64 = 2 << 30;
/// Time between two flushes.
const FLUSHED_EVERY: Duration = Duration::from_secs(1);

/// An answer without its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Address as it is known; without session and fragment.
    pub address: String,
    /// When it was asked for, milliseconds since 1970.
    pub time: i64,
    /// Status; 0 when there was no answer.
    pub status: u16,
    /// `Content-Type`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content_type: String,
    /// `Content-Disposition`, as UTF-8.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub disposition: String,
    /// `Last-Modified`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub modified: String,
    /// Where it leads, complete.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub location: String,
    /// Number of the answer that named it first.
    #[serde(default)]
    pub from: u32,
    /// What it says, as a number; pages that say the same have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<u64>,
    /// It is what the site answers when it has nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nothing: bool,
    /// What was odd about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// Addresses that it named first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
}

/// Where the bytes of an answer lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub at: u64,
    pub length: u64,
    pub crc: u32,
}

#[derive(Serialize, Deserialize)]
struct About {
    version: u32,
    start: String,
}

/// A spool that is open.
pub(super) struct Spool {
    path: PathBuf,
    file: File,
    end: u64,
    flushed: Instant,
}

impl Spool {
    /// Opens the spool of a crawl that begins at `start`, or makes it; gives everything in it to `each`. Nobody else
    /// can open it for writing as long as it lives. Lines for ops come back with it.
    ///
    /// # Errors
    /// When it belongs to another crawl, is in use, or is damaged before its end.
    pub fn write(folder: &Path, start: &Url, each: &mut dyn FnMut(Head, Place)) -> Result<(Spool, Vec<String>), Fault> {
        std::fs::create_dir_all(folder).map_err(|error| Fault::file(folder, error.to_string()))?;
        match read_about(folder)? {
            Some(about) if about.start != start.as_str() => {
                let message = format!("it is the spool of {}, not of {start}; name another folder", about.start);
                return Err(Fault::file(folder, message));
            }
            Some(_) => {}
            None => {
                let about = About { version: 1, start: start.to_string() };
                let text = serde_json::to_string(&about).map_err(|error| Fault::file(folder, error.to_string()))?;
                let path = folder.join(ABOUT);
                std::fs::write(&path, text + "\n").map_err(|error| Fault::file(&path, error.to_string()))?;
            }
        }
        let path = folder.join(ANSWERS);
        let fault = |error: std::io::Error| Fault::file(&path, error.to_string());
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(fault)?;
        if file.try_lock().is_err() {
            return Err(Fault::file(&path, "another crawl is writing it"));
        }
        let (end, torn) = scan(&path, &file, each)?;
        let mut notes = Vec::new();
        if torn > 0 {
            notes.push(format!("{}: {torn} bytes of a torn end were cut off; they are fetched again", path.display()));
            file.set_len(end).map_err(fault)?;
        }
        let mut spool = Spool { path: path.clone(), file, end, flushed: Instant::now() };
        spool.file.seek(SeekFrom::Start(end)).map_err(fault)?;
        Ok((spool, notes))
    }

    /// Opens a spool for reading; gives everything in it to `each`, and the address that the crawl began with.
    ///
    /// # Errors
    /// When it is none, or is damaged before its end.
    pub fn read(folder: &Path, each: &mut dyn FnMut(Head, Place)) -> Result<(Spool, Url), Fault> {
        let about = read_about(folder)?.ok_or_else(|| Fault::file(folder, "no spool of a crawl"))?;
        let start = Url::parse(&about.start).map_err(|error| Fault::file(&folder.join(ABOUT), error.to_string()))?;
        let path = folder.join(ANSWERS);
        let file = File::open(&path).map_err(|error| Fault::file(&path, error.to_string()))?;
        let (end, _) = scan(&path, &file, each)?;
        Ok((Spool { path, file, end, flushed: Instant::now() }, start))
    }

    /// Is a folder a spool?
    pub fn is_at(folder: &Path) -> bool {
        folder.join(ABOUT).is_file()
    }

    /// The file with the answers.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends an answer.
    ///
    /// # Errors
    /// When the disk refuses; what was begun is cut off then, or at the next start.
    pub fn append(&mut self, head: &Head, body: &[u8]) -> Result<Place, Fault> {
        let json = serde_json::to_vec(head).map_err(|error| Fault::file(&self.path, error.to_string()))?;
        let crc = crc32fast::hash(body);
        let line = format!("{MARK}{} {} {:08x} {crc:08x}\n", json.len(), body.len(), crc32fast::hash(&json));
        let mut record = Vec::with_capacity(line.len() + json.len() + body.len() + 2);
        record.extend_from_slice(line.as_bytes());
        record.extend_from_slice(&json);
        record.push(b'\n');
        record.extend_from_slice(body);
        record.push(b'\n');
        if let Err(error) = self.file.write_all(&record) {
            let _ = self.file.set_len(self.end);
            let _ = self.file.seek(SeekFrom::Start(self.end));
            return Err(Fault::file(&self.path, error.to_string()));
        }
        let at = self.end + (line.len() + json.len() + 1) as u64;
        self.end += record.len() as u64;
        if self.flushed.elapsed() >= FLUSHED_EVERY {
            self.flush()?;
        }
        Ok(Place { at, length: body.len() as u64, crc })
    }

    /// Flushes to disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn flush(&mut self) -> Result<(), Fault> {
        self.flushed = Instant::now();
        self.file.sync_data().map_err(|error| Fault::file(&self.path, error.to_string()))
    }

    /// The bytes of an answer.
    ///
    /// # Errors
    /// When they cannot be read or are damaged.
    pub fn body(&self, place: Place) -> Result<Bytes, Fault> {
        let mut bytes = vec![0; usize::try_from(place.length).unwrap_or(0)];
        self.file.read_exact_at(&mut bytes, place.at).map_err(|error| Fault::file(&self.path, error.to_string()))?;
        if crc32fast::hash(&bytes) != place.crc {
            return Err(Fault::file(&self.path, format!("damaged at byte {}", place.at)));
        }
        Ok(bytes.into())
    }
}

fn read_about(folder: &Path) -> Result<Option<About>, Fault> {
    let path = folder.join(ABOUT);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Fault::file(&path, error.to_string())),
    };
    let about: About = serde_json::from_str(&text).map_err(|error| Fault::file(&path, error.to_string()))?;
    if about.version != 1 {
        return Err(Fault::file(&path, format!("version {} was written by a newer zhanqun", about.version)));
    }
    Ok(Some(about))
}

/// Reads all heads; gives the end of the last whole record and how much lies behind it.
fn scan(path: &Path, file: &File, each: &mut dyn FnMut(Head, Place)) -> Result<(u64, u64), Fault> {
    let fault = |error: std::io::Error| Fault::file(path, error.to_string());
    let size = file.metadata().map_err(fault)?.len();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut end = 0;
    while end < size {
        let Some((head, place, next)) = record(&mut reader, end, size).map_err(fault)? else { break };
        each(head, place);
        end = next;
    }
    let torn = size - end;
    if torn > LONGEST_TORN {
        return Err(Fault::file(path, format!("damaged at byte {end}, {torn} bytes before its end")));
    }
    Ok((end, torn))
}

/// The record at `at`, and where the next one begins; `None` if there is no whole one.
fn record(reader: &mut BufReader<&File>, at: u64, size: u64) -> std::io::Result<Option<(Head, Place, u64)>> {
    let mut line = Vec::with_capacity(LINE);
    loop {
        let mut byte = [0];
        if line.len() >= LINE || reader.read(&mut byte)? == 0 {
            return Ok(None);
        }
        if byte[0] == b'\n' {
            break;
        }
        line.push(byte[0]);
    }
    let Some((header, length, header_crc, crc)) = lengths(&line) else { return Ok(None) };
    let body = at + line.len() as u64 + 1 + header + 1;
    let next = body + length + 1;
    if next > size || header > LARGEST_HEADER {
        return Ok(None);
    }
    let mut json = vec![0; header as usize];
    reader.read_exact(&mut json)?;
    if crc32fast::hash(&json) != header_crc {
        return Ok(None);
    }
    let Ok(head) = serde_json::from_slice::<Head>(&json) else { return Ok(None) };
    let mut last = [0];
    reader.seek_relative(i64::try_from(length + 1).unwrap_or(i64::MAX))?;
    reader.read_exact(&mut last)?;
    Ok((last[0] == b'\n').then_some((head, Place { at: body, length, crc }, next)))
}

fn lengths(line: &[u8]) -> Option<(u64, u64, u32, u32)> {
    let mut parts = std::str::from_utf8(line).ok()?.strip_prefix(MARK)?.split(' ');
    let header = parts.next()?.parse().ok()?;
    let length = parts.next()?.parse::<u64>().ok().filter(|length| *length < 1 << 40)?;
    let header_crc = u32::from_str_radix(parts.next()?, 16).ok()?;
    let crc = u32::from_str_radix(parts.next()?, 16).ok()?;
    parts.next().is_none().then_some((header, length, header_crc, crc))
}

#[cfg(test)]
mod tests {
    use super::{ANSWERS, Head, Path, Place, Spool, Url};

    fn start() -> Url {
        Url::parse("http://a.gov.cn/").unwrap()
    }

    fn heads(folder: &Path) -> Vec<(Head, Place)> {
        let mut all = Vec::new();
        Spool::read(folder, &mut |head, place| all.push((head, place))).unwrap();
        all
    }

    #[test]
    fn a_torn_end_is_cut_at_every_byte_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (mut spool, _) = Spool::write(folder.path(), &start(), &mut |_, _| {}).unwrap();
        for number in 0..3 {
            let head = Head { address: format!("http://a.gov.cn/{number}"), status: 200, ..Head::default() };
            spool.append(&head, format!("page {number}\nanswer 1 2 3 4\n").as_bytes()).unwrap();
        }
        drop(spool);
        let path = folder.path().join(ANSWERS);
        let whole = std::fs::read(&path).unwrap();
        let second = memchr::memmem::rfind(&whole, b"\nanswer 6").unwrap() + 1;
        for cut in second..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut seen = 0;
            let (mut spool, notes) = Spool::write(folder.path(), &start(), &mut |_, _| seen += 1).unwrap();
            assert_eq!((seen, notes.len()), (2, usize::from(cut > second)), "{cut}");
            spool.append(&Head { address: "http://a.gov.cn/new".into(), ..Head::default() }, b"x").unwrap();
            drop(spool);
            let all = heads(folder.path());
            assert_eq!(all.last().unwrap().0.address, "http://a.gov.cn/new");
        }
    }

    #[test]
    fn one_writer_one_site_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (mut spool, _) = Spool::write(folder.path(), &start(), &mut |_, _| {}).unwrap();
        let place = spool.append(&Head::default(), b"some bytes").unwrap();
        let refused = |url: &Url| Spool::write(folder.path(), url, &mut |_, _| {}).err().unwrap().message;
        assert!(refused(&start()).contains("another crawl"));
        drop(spool);
        assert!(refused(&Url::parse("http://b.gov.cn/").unwrap()).contains("spool of http://a.gov.cn/"));
        let path = folder.path().join(ANSWERS);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[place.at as usize] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let (spool, _) = Spool::read(folder.path(), &mut |_, _| {}).unwrap();
        assert!(spool.body(place).unwrap_err().message.contains("damaged at byte"));
    }
}
