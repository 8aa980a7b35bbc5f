//! Bytes of one part of a dump, with the line of each.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Bytes read at a time where much is read.
const PIECE: usize = 128 << 10;
/// Bytes read at a time for one row.
const ROW_PIECE: usize = 16 << 10;

/// Reads forward, byte by byte, and looks a few bytes ahead.
pub(super) struct Scanner<'a> {
    file: &'a File,
    buffer: Vec<u8>,
    at: usize,
    /// Offset of the first byte of the buffer.
    base: u64,
    /// Where to stop.
    end: u64,
    piece: usize,
    line: u64,
    /// What the disk said; reading ended there.
    pub broken: Option<io::Error>,
}

impl<'a> Scanner<'a> {
    /// Reads `from..end`; `line` is the line of the first byte.
    pub(super) fn new(file: &'a File, from: u64, end: u64, line: u64) -> Scanner<'a> {
        Scanner { file, buffer: Vec::new(), at: 0, base: from, end, piece: PIECE, line, broken: None }
    }

    /// Reads little at a time, for a single row.
    pub(super) fn sparing(mut self) -> Scanner<'a> {
        self.piece = ROW_PIECE;
        self
    }

    /// Offset of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Line of the next byte, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next byte; `None` at the end.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match self.buffer.get(self.at) {
            Some(byte) => Some(*byte),
            None => self.ahead(0),
        }
    }

    /// The byte `count` after the next one; `count` is small.
    pub(super) fn ahead(&mut self, count: usize) -> Option<u8> {
        while self.at + count >= self.buffer.len() {
            if !self.fill() {
                return None;
            }
        }
        self.buffer.get(self.at + count).copied()
    }

    /// Takes the next byte.
    #[inline]
    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        Some(byte)
    }

    /// Takes `count` bytes.
    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    /// Takes the next byte if it is this one.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let same = self.peek() == Some(byte);
        if same {
            self.next();
        }
        same
    }

    /// Do these bytes come next, in either case?
    pub(super) fn comes(&mut self, word: &[u8]) -> bool {
        (0..word.len()).all(|at| self.ahead(at).is_some_and(|byte| byte.eq_ignore_ascii_case(&word[at])))
    }

    /// Takes what is left of the line.
    pub(super) fn skip_line(&mut self) {
        while let Some(byte) = self.next() {
            if byte == b'\n' {
                return;
            }
        }
    }

    /// Reads more behind what is there; false at the end.
    fn fill(&mut self) -> bool {
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        let had = self.buffer.len();
        let from = self.base + had as u64;
        let want = usize::try_from(self.end.saturating_sub(from)).unwrap_or(usize::MAX).min(self.piece);
        if want == 0 || self.broken.is_some() {
            return false;
        }
        self.buffer.resize(had + want, 0);
        let read = loop {
            match self.file.read_at(&mut self.buffer[had..], from) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.broken = Some(error);
                    break 0;
                }
                Ok(read) => break read,
            }
        };
        self.buffer.truncate(had + read);
        read > 0
    }
}
