//! A text file that is a table: its charset, and the sign that separates its cells.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::migrate::records::nameless;
use crate::migrate::sql::{decode, is_gbk};

/// Bytes in which the charset and the separator are looked for.
const HEAD: usize = 256 << 10;
/// Bytes decoded at a time.
const PIECE: usize = 64 << 10;
/// Signs that separate cells.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// A text file that was looked into.
#[derive(Debug)]
pub(super) struct Looked {
    /// It, or its copy as UTF-8.
    pub file: File,
    /// Where its first row begins.
    pub start: u64,
    /// Is most of it GBK?
    pub gbk: bool,
    /// What it was, for people.
    pub charset: &'static str,
    pub separator: u8,
}

/// Looks into a file: byte order mark, zeros of UTF-16, UTF-8, else GBK.
pub(super) fn look(mut file: File, spool: &Path) -> io::Result<Looked> {
    let length = file.metadata()?.len();
    let mut head = vec![0; HEAD];
    let mut got = 0;
    while got < head.len() {
        match file.read_at(&mut head[got..], got as u64)? {
            0 => break,
            read => got += read,
        }
    }
    head.truncate(got);
    if let Some(wide) = wide(&head) {
        let copy = as_utf8(&mut file, wide, spool)?;
        let (text, _) = wide.decode_with_bom_removal(&head);
        return Ok(Looked { file: copy, start: 0, gbk: false, charset: wide.name(), separator: separator(&text) });
    }
    let start = if head.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    let gbk = start == 0 && is_gbk(&file, length)?;
    let separator = separator(&decode(&head[start..], gbk).text);
    if gbk && separator == b'|' {
        // Half of a GBK character may be that sign.
        let copy = as_utf8(&mut file, encoding_rs::GB18030, spool)?;
        return Ok(Looked { file: copy, start: 0, gbk: false, charset: "GBK", separator });
    }
    let charset = if gbk { "GBK" } else { UTF_8.name() };
    Ok(Looked { file, start: start as u64, gbk, charset, separator })
}

fn wide(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).take(200).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (even, odd) if odd > 20 && odd > even => Some(UTF_16LE),
        (even, _) if even > 20 => Some(UTF_16BE),
        _ => None,
    }
}

/// A copy as UTF-8.
fn as_utf8(file: &mut File, encoding: &'static Encoding, spool: &Path) -> io::Result<File> {
    let mut copy = nameless(spool)?;
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut raw, mut text) = (vec![0; PIECE], vec![0; PIECE * 3 + 32]);
    file.rewind()?;
    loop {
        let got = file.read(&mut raw)?;
        let (_, _, written, _) = decoder.decode_to_utf8(&raw[..got], &mut text, got == 0);
        copy.write_all(&text[..written])?;
        if got == 0 {
            return Ok(copy);
        }
    }
}

/// The sign that stands most often outside quotes in the first line.
fn separator(text: &str) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(at) = SEPARATORS.iter().position(|sign| *sign == byte) {
                    counts[at] += 1;
                }
            }
        }
    }
    let best = (0..counts.len()).rev().max_by_key(|at| counts[*at]).unwrap_or_default();
    SEPARATORS[best]
}

/// Reads a file from a place on, without moving where others read.
pub(super) struct At<'a> {
    pub file: &'a File,
    pub at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
