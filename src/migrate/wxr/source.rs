//! The bytes of an export as UTF-8, with line numbers, never more of one piece in memory than allowed.
//!
//! **Invariant:** what is handed on is valid UTF-8 without a byte order mark;
//! a byte that is wrong in the declared charset stops the reading at its line.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8};

/// Bytes read from the file at a time.
const PIECE: usize = 64 << 10;
/// Bytes at the head of the file in which the XML declaration must stand.
const HEAD: usize = 512;

/// Decodes, counts lines and limits.
pub(super) struct Source<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    ended: bool,
    text: Vec<u8>,
    at: usize,
    /// Lines ended so far by what was consumed.
    lines: usize,
    /// Bytes read from the file.
    read: u64,
    /// Bytes consumed since the last [`Source::mark`].
    piece: usize,
    most: usize,
}

impl<R: Read> Source<R> {
    /// Sniffs the charset: byte order mark, XML declaration, else UTF-8. One piece (text or tag) may
    /// have `most` bytes.
    ///
    /// # Errors
    /// When the file cannot be read or declares a charset that nobody knows.
    pub(super) fn new(mut inner: R, most: usize) -> io::Result<Source<R>> {
        let mut raw = vec![0; HEAD];
        let mut filled = 0;
        while filled < HEAD {
            match inner.read(&mut raw[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        raw.truncate(filled);
        let encoding = match Encoding::for_bom(&raw) {
            Some((encoding, _)) => encoding,
            None => declared(&raw)?,
        };
        Ok(Source {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            read: filled as u64,
            raw,
            raw_at: 0,
            ended: false,
            text: Vec::new(),
            at: 0,
            lines: 0,
            piece: 0,
            most,
        })
    }

    /// Line (from 1) of the next byte.
    pub(super) fn line(&self) -> usize {
        self.lines + 1
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// A new piece begins.
    pub(super) fn mark(&mut self) {
        self.piece = 0;
    }

    fn decode_more(&mut self) -> io::Result<()> {
        self.at = 0;
        self.text.clear();
        while self.text.is_empty() && !self.ended {
            if self.raw_at == self.raw.len() {
                self.raw.resize(PIECE, 0);
                let read = loop {
                    match self.inner.read(&mut self.raw) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        other => break other?,
                    }
                };
                self.raw.truncate(read);
                self.raw_at = 0;
                self.read += read as u64;
                self.ended = read == 0;
            }
            let room = self.decoder.max_utf8_buffer_length_without_replacement(self.raw.len() - self.raw_at);
            self.text.resize(room.unwrap_or(PIECE * 4).max(16), 0);
            let (result, used, written) =
                self.decoder.decode_to_utf8_without_replacement(&self.raw[self.raw_at..], &mut self.text, self.ended);
            self.raw_at += used;
            self.text.truncate(written);
            if let DecoderResult::Malformed(..) = result {
                let line = self.line() + self.text.iter().filter(|b| **b == b'\n').count();
                let name = self.decoder.encoding().name();
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    Malformed {
                        line,
                        what: format!("a byte that is not {name}; convert the file to UTF-8 or mend that place"),
                    },
                ));
            }
        }
        Ok(())
    }
}

/// What is wrong with the text, where.
#[derive(Debug)]
pub(super) struct Malformed {
    /// Line from 1.
    pub line: usize,
    /// What.
    pub what: String,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Malformed {}

/// The charset that the XML declaration names; UTF-8 without one.
fn declared(head: &[u8]) -> io::Result<&'static Encoding> {
    // UTF-16 without a mark.
    match head {
        [b'<', 0, ..] => return Ok(encoding_rs::UTF_16LE),
        [0, b'<', ..] => return Ok(encoding_rs::UTF_16BE),
        _ => {}
    }
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(head);
    let Some(declaration) = text.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()) else {
        return Ok(UTF_8);
    };
    let Some((_, value)) = declaration.split_once("encoding") else { return Ok(UTF_8) };
    let value = value.trim_start().trim_start_matches('=').trim_start();
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return Ok(UTF_8) };
    let label = value[1..].split(quote).next().unwrap_or_default();
    match Encoding::for_label(label.as_bytes()) {
        // The declaration was read as bytes of one each, so it cannot be UTF-16.
        Some(encoding) if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            Malformed { line: 1, what: format!("the declaration names the charset \"{label}\", which is unknown") },
        )),
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece > self.most {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                Malformed {
                    line: self.line(),
                    what: format!("a single text or tag is larger than {} MB", self.most >> 20),
                },
            ));
        }
        if self.at == self.text.len() {
            self.decode_more()?;
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, count: usize) {
        let end = (self.at + count).min(self.text.len());
        self.lines += memchr::memchr_iter(b'\n', &self.text[self.at..end]).count();
        self.at = end;
        self.piece += count;
    }
}
