//! Charsets of a dump: what its bytes are, whatever it declares, field by field.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use encoding_rs::{GB18030, WINDOWS_1252};

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

/// What a part of a dump is made of, from all of its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Evidence {
    /// Characters of three bytes as UTF-8 has them.
    three: u64,
    /// Sequences that UTF-8 does not have.
    broken: u64,
    /// Backslashes as the second byte of a GBK pair, with another behind them, …
    doubled: u64,
    /// … and without.
    single: u64,
    /// The head says that the connection spoke GBK.
    declared_gbk: bool,
}

impl Evidence {
    /// Reads a whole part.
    pub(super) fn gather(file: &File, length: u64) -> io::Result<Evidence> {
        let mut evidence = Evidence::default();
        let mut state = State::default();
        let mut buffer = vec![0; PIECE];
        let mut at = 0;
        while at < length {
            let read = match file.read_at(&mut buffer, at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if read == 0 {
                break;
            }
            if at == 0 {
                evidence.declared_gbk = declares_gbk(&buffer[..read]);
            }
            for byte in &buffer[..read] {
                state.see(*byte, &mut evidence);
            }
            at += read as u64;
        }
        Ok(evidence)
    }

    /// Is most of it GBK?
    pub(super) fn gbk(&self) -> bool {
        self.broken > self.three || (self.broken + self.three == 0 && self.declared_gbk)
    }

    /// Does a backslash belong to the GBK character before it? It does where the program that wrote the dump knew of
    /// GBK; one that escaped bytes wrote a second backslash behind every one.
    pub(super) fn pairs(&self) -> bool {
        self.gbk()
            && if self.single == 0 { self.declared_gbk || self.doubled == 0 } else { self.single * 4 >= self.doubled }
    }
}

/// Is most of a file GBK?
///
/// # Errors
/// When it cannot be read.
pub fn is_gbk(file: &File, length: u64) -> io::Result<bool> {
    Ok(Evidence::gather(file, length)?.gbk())
}

fn declares_gbk(head: &[u8]) -> bool {
    let head = head.to_ascii_lowercase();
    ["set names gb", "set names 'gb", "character set gb", "dosetdbchar('gb"]
        .iter()
        .any(|sign| memchr::memmem::find(&head, sign.as_bytes()).is_some())
}

/// Where the counting stands between two bytes.
#[derive(Default)]
struct State {
    /// Bytes that the UTF-8 character still wants.
    wants: u8,
    /// Does it have three bytes?
    three: bool,
    /// The byte before was the first of a GBK pair.
    lead: bool,
    /// The pair that ended just now had a backslash second.
    slashed: bool,
}

impl State {
    fn see(&mut self, byte: u8, evidence: &mut Evidence) {
        if self.slashed {
            if byte == b'\\' {
                evidence.doubled += 1;
            } else {
                evidence.single += 1;
            }
            self.slashed = false;
        }
        if self.lead {
            self.lead = false;
            self.slashed = byte == b'\\';
        } else {
            self.lead = byte >= 0x81;
        }
        if self.wants > 0 {
            if byte & 0xc0 == 0x80 {
                self.wants -= 1;
                evidence.three += u64::from(self.wants == 0 && self.three);
                return;
            }
            evidence.broken += 1;
            self.wants = 0;
        }
        match byte {
            0..=0x7f => {}
            0xc2..=0xdf => (self.wants, self.three) = (1, false),
            0xe0..=0xef => (self.wants, self.three) = (2, true),
            0xf0..=0xf4 => (self.wants, self.three) = (3, false),
            _ => evidence.broken += 1,
        }
    }
}

/// A text of a field, and what it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// The text, without NUL.
    pub text: String,
    /// `UTF-8`, `GBK`, or what was behind a wrong one: `GBK in latin1`, `UTF-8 in latin1`.
    pub charset: &'static str,
    /// Were there bytes that are no text?
    pub damaged: bool,
}

/// Reads a field; `gbk` when most of its file is.
pub fn decode(bytes: &[u8], gbk: bool) -> Decoded {
    if bytes.is_ascii() {
        return decoded(String::from_utf8_lossy(bytes).into_owned(), "ASCII", false);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if gbk && !text.chars().any(is_east_asian) => match as_gbk(bytes) {
            Some(other) => decoded(other, "GBK", false),
            None => decoded(text.to_owned(), "UTF-8", false),
        },
        Ok(text) => match behind_latin1(text) {
            Some((text, charset)) => decoded(text, charset, false),
            None => decoded(text.to_owned(), "UTF-8", false),
        },
        Err(error) => {
            // A column too narrow cuts its last character.
            let good = error.valid_up_to();
            if error.error_len().is_none()
                && (!gbk || as_gbk(bytes).is_none())
                && let Ok(text) = std::str::from_utf8(&bytes[..good])
                && (good == 0 || !text.is_ascii())
            {
                return decoded(text.to_owned(), "UTF-8", false);
            }
            if let Some(text) = as_gbk(bytes).or_else(|| as_gbk(&bytes[..bytes.len() - 1])) {
                return decoded(text, "GBK", false);
            }
            let (other, _) = GB18030.decode_without_bom_handling(bytes);
            let utf8 = String::from_utf8_lossy(bytes);
            let (text, charset) = if marks(&utf8) < marks(&other) { (utf8, "UTF-8") } else { (other, "GBK") };
            decoded(text.into_owned(), charset, true)
        }
    }
}

fn decoded(mut text: String, charset: &'static str, damaged: bool) -> Decoded {
    if text.contains('\0') {
        text.retain(|letter| letter != '\0');
    }
    Decoded { text, charset, damaged }
}

fn marks(text: &str) -> usize {
    text.chars().filter(|letter| *letter == '\u{fffd}').count()
}

fn as_gbk(bytes: &[u8]) -> Option<String> {
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

fn is_east_asian(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Text that was taken for latin1 and made UTF-8 from that: each of its characters is a byte of what it was.
fn behind_latin1(text: &str) -> Option<(String, &'static str)> {
    let high = text.chars().filter(|letter| !letter.is_ascii()).count();
    if high < 4 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        bytes.push(latin1(letter)?);
    }
    let (text, charset) = match String::from_utf8(bytes) {
        Ok(text) => (text, "UTF-8 in latin1"),
        Err(error) => {
            let bytes = error.into_bytes();
            let text = as_gbk(&bytes).or_else(|| as_gbk(&bytes[..bytes.len() - 1]))?;
            (text, "GBK in latin1")
        }
    };
    let foreign = text.chars().filter(|letter| !letter.is_ascii()).count();
    let chinese = text.chars().filter(|letter| is_east_asian(*letter)).count();
    (chinese * 2 > foreign).then_some((text, charset))
}

/// The byte that MySQL's latin1 (Windows-1252, its five holes as they are) has for a character.
fn latin1(letter: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(letter))
        && (!(0x80..0xa0).contains(&byte) || matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d))
    {
        return Some(byte);
    }
    let mut buffer = [0; 4];
    let (bytes, _, lossy) = WINDOWS_1252.encode(letter.encode_utf8(&mut buffer));
    match (&*bytes, lossy) {
        ([byte], false) => Some(*byte),
        _ => None,
    }
}
