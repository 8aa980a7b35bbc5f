//! The file of a snapshot: a header, blocks of rows, a footer, and a hash over all.
//!
//! **Invariant:** every piece has a checksum, and a file without its closing hash is no snapshot.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::{Error, Result, disk, row};

const MAGIC: [u8; 8] = *b"ZQSNAPSH";
/// Version of the file format.
pub(in crate::store) const FORMAT: u32 = 1;
/// Largest piece in bytes.
const MOST: u32 = 256 << 20;

/// What a snapshot begins with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct Header {
    pub format: u32,
    /// Schema of the rows.
    pub schema: u32,
    /// Version of the index definitions.
    pub index_version: u32,
    /// First hash of the journal, hexadecimal.
    pub genesis: String,
    /// Last record before the first row was read.
    pub first: u64,
    /// Length of the journal then.
    pub journal_bytes: u64,
}

/// What a snapshot ends with: where the state stood after the last row was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::store) struct Footer {
    /// Last record.
    pub last: u64,
    /// Its chain hash, hexadecimal.
    pub hash: String,
    /// Digest of the rows, hexadecimal.
    pub rows_digest: String,
    /// Digest of the other keys, hexadecimal.
    pub keys_digest: String,
    pub rows: u64,
    pub keys: u64,
    pub max_id: u64,
}

fn bad(path: &Path, what: impl Into<String>) -> Error {
    Error::Snapshot { path: path.to_path_buf(), what: what.into() }
}

/// Writes a snapshot.
pub(super) struct Writer {
    path: PathBuf,
    out: BufWriter<File>,
    hash: blake3::Hasher,
    block: Vec<u8>,
    squeeze: zstd::bulk::Compressor<'static>,
}

impl Writer {
    /// Begins the file.
    pub fn create(path: &Path, header: &Header) -> Result<Writer> {
        let file = File::create(path).map_err(disk::at(path))?;
        let mut writer = Writer {
            path: path.to_path_buf(),
            out: BufWriter::new(file),
            hash: blake3::Hasher::new(),
            block: Vec::new(),
            squeeze: zstd::bulk::Compressor::new(3).map_err(disk::at(path))?,
        };
        writer.write(&MAGIC)?;
        let json = serde_json::to_vec(header).map_err(|e| bad(path, e.to_string()))?;
        writer.piece(b'H', json.len(), &json)?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes).map_err(disk::at(&self.path))
    }

    fn piece(&mut self, kind: u8, plain: usize, bytes: &[u8]) -> Result<()> {
        let mut head = vec![kind];
        head.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        head.extend_from_slice(&(plain as u32).to_le_bytes());
        let mut sum = crc32fast::Hasher::new();
        sum.update(&head);
        sum.update(bytes);
        head.extend_from_slice(&sum.finalize().to_le_bytes());
        self.write(&head)?;
        self.write(bytes)
    }

    /// Adds a row to the block.
    pub fn row(&mut self, table: u8, id: u64, stored: &row::Stored) {
        self.block.push(table);
        self.block.extend_from_slice(&id.to_le_bytes());
        self.block.extend_from_slice(&stored.version.to_le_bytes());
        self.block.extend_from_slice(&(stored.json.len() as u32).to_le_bytes());
        self.block.extend_from_slice(&stored.json);
    }

    /// Writes the block.
    pub fn block(&mut self) -> Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::take(&mut self.block);
        let bytes = self.squeeze.compress(&block).map_err(disk::at(&self.path))?;
        self.piece(b'R', block.len(), &bytes)
    }

    /// Ends the file and makes it durable.
    pub fn finish(mut self, footer: &Footer) -> Result<()> {
        let json = serde_json::to_vec(footer).map_err(|e| bad(&self.path, e.to_string()))?;
        self.piece(b'F', json.len(), &json)?;
        let hash = *self.hash.finalize().as_bytes();
        self.out.write_all(&hash).map_err(disk::at(&self.path))?;
        let file = self.out.into_inner().map_err(|e| disk::at(&self.path)(e.into_error()))?;
        file.sync_all().map_err(disk::at(&self.path))
    }
}

/// A row in a snapshot.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub table: u8,
    pub id: u64,
    pub version: u64,
    pub json: &'a [u8],
}

/// Reads a snapshot.
pub(super) struct Reader {
    path: PathBuf,
    input: BufReader<File>,
    hash: blake3::Hasher,
    /// What it begins with.
    pub header: Header,
}

impl Reader {
    /// Opens the file and reads its header.
    pub fn open(path: &Path) -> Result<Reader> {
        let file = File::open(path).map_err(disk::at(path))?;
        let header =
            Header { format: 0, schema: 0, index_version: 0, genesis: String::new(), first: 0, journal_bytes: 0 };
        let mut reader = Reader {
            path: path.to_path_buf(),
            input: BufReader::with_capacity(1 << 20, file),
            hash: blake3::Hasher::new(),
            header,
        };
        let magic = reader.take(8)?;
        if magic != MAGIC {
            return Err(bad(path, "this is not a snapshot"));
        }
        let (kind, _, json) = reader.piece()?;
        if kind != b'H' {
            return Err(bad(path, "the header is missing"));
        }
        reader.header = reader.parse(&json)?;
        if reader.header.format != FORMAT {
            return Err(bad(path, format!("it has format {}, this program reads {FORMAT}", reader.header.format)));
        }
        Ok(reader)
    }

    fn parse<T: DeserializeOwned>(&self, json: &[u8]) -> Result<T> {
        serde_json::from_slice(json).map_err(|e| bad(&self.path, e.to_string()))
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.input.read_exact(&mut bytes).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => bad(&self.path, "it is cut short"),
            _ => disk::at(&self.path)(e),
        })?;
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn piece(&mut self) -> Result<(u8, usize, Vec<u8>)> {
        let head = self.take(13)?;
        let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if word(1) > MOST || word(5) > MOST {
            return Err(bad(&self.path, "it is damaged: a length makes no sense"));
        }
        let bytes = self.take(word(1) as usize)?;
        let mut sum = crc32fast::Hasher::new();
        sum.update(&head[..9]);
        sum.update(&bytes);
        if sum.finalize() != word(9) {
            return Err(bad(&self.path, "it is damaged: a checksum is wrong"));
        }
        Ok((head[0], word(5) as usize, bytes))
    }

    /// Gives every row to `each`, then checks the closing hash and returns the footer.
    pub fn rows(mut self, mut each: impl FnMut(Row<'_>) -> Result<()>) -> Result<Footer> {
        loop {
            let (kind, plain, bytes) = self.piece()?;
            match kind {
                b'R' => {
                    let block = zstd::bulk::decompress(&bytes, plain).map_err(|e| bad(&self.path, e.to_string()))?;
                    let mut rest = block.as_slice();
                    while !rest.is_empty() {
                        let row = split(&mut rest).ok_or_else(|| bad(&self.path, "a row is cut short"))?;
                        each(row)?;
                    }
                }
                b'F' => {
                    let footer = self.parse(&bytes)?;
                    let hash = *self.hash.finalize().as_bytes();
                    let written = self.take(32)?;
                    let more = self.input.read(&mut [0]).map_err(disk::at(&self.path))?;
                    if written != hash || more != 0 {
                        return Err(bad(&self.path, "it is damaged: its closing hash is wrong"));
                    }
                    return Ok(footer);
                }
                _ => return Err(bad(&self.path, "it has a piece of an unknown kind")),
            }
        }
    }
}

fn split<'a>(rest: &mut &'a [u8]) -> Option<Row<'a>> {
    let (head, tail) = rest.split_first_chunk::<21>()?;
    let length = u32::from_le_bytes([head[17], head[18], head[19], head[20]]) as usize;
    let (json, after) = tail.split_at_checked(length)?;
    *rest = after;
    let number = |at: usize| head[at..at + 8].try_into().map(u64::from_le_bytes).ok();
    Some(Row { table: head[0], id: number(1)?, version: number(9)?, json })
}

/// Reads a whole snapshot and checks it.
pub(in crate::store) fn verify(path: &Path) -> Result<(Header, Footer)> {
    let reader = Reader::open(path)?;
    let header = reader.header.clone();
    let footer = reader.rows(|_| Ok(()))?;
    Ok((header, footer))
}
