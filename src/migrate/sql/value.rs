//! One value of a row.

use super::scan::Scanner;

/// Most bytes of one value; what is larger is left out and told.
pub(super) const LARGEST_VALUE: usize = 32 << 20;

/// A value as the dump has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// `NULL`, or a value that was not asked for.
    #[default]
    Null,
    /// Bytes of a string or a number, in the dump's charset.
    Bytes(Vec<u8>),
    /// More bytes than a value may have.
    TooLarge,
}

/// How strings are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// A backslash behind the first byte of a GBK character belongs to that character.
    pub pairs: bool,
}

/// Why a value could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bad {
    /// The part ends inside.
    Ends,
    /// This byte cannot stand there.
    Byte(u8),
}

/// Reads one value of a row; its bytes are kept only when `keep`. White space before it is gone already.
pub(super) fn read(scanner: &mut Scanner<'_>, style: Style, keep: bool) -> Result<Value, Bad> {
    let Some(first) = scanner.peek() else { return Err(Bad::Ends) };
    match first {
        b'\'' | b'"' => string(scanner, style, true, keep),
        b'N' | b'n' if scanner.ahead(1) == Some(b'\'') => {
            scanner.next();
            string(scanner, style, false, keep)
        }
        b'X' | b'x' if scanner.ahead(1) == Some(b'\'') => {
            scanner.next();
            Ok(hex_bytes(string(scanner, style, false, keep)?))
        }
        b'B' | b'b' if scanner.ahead(1) == Some(b'\'') => {
            scanner.next();
            Ok(bits(string(scanner, style, false, keep)?))
        }
        b'0' if matches!(scanner.ahead(1), Some(b'x' | b'X')) => {
            scanner.skip(2);
            Ok(hex_bytes(word(scanner, keep)))
        }
        b'_' => {
            // A charset in front of a string: _binary 'x', _gbk 0x41.
            word(scanner, false);
            while scanner.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                scanner.next();
            }
            match scanner.peek() {
                Some(b'_') => Err(Bad::Byte(b'_')),
                _ => read(scanner, style, keep),
            }
        }
        b'-' | b'+' | b'.' | b'0'..=b'9' => Ok(word(scanner, keep)),
        byte if byte.is_ascii_alphabetic() => named(scanner, style, keep),
        byte => Err(Bad::Byte(byte)),
    }
}

/// `NULL`, `TRUE`, `DEFAULT`, or a function, of which the first literal counts: `CAST(N'2010-05-08' AS DateTime)`.
fn named(scanner: &mut Scanner<'_>, style: Style, keep: bool) -> Result<Value, Bad> {
    let Value::Bytes(name) = word(scanner, true) else { return Ok(Value::Null) };
    if scanner.peek() != Some(b'(') {
        return Ok(match name.to_ascii_lowercase().as_slice() {
            b"true" => Value::Bytes(b"1".to_vec()),
            b"false" => Value::Bytes(b"0".to_vec()),
            _ => Value::Null,
        });
    }
    let mut found = Value::Null;
    let mut depth = 0_usize;
    loop {
        match scanner.peek().ok_or(Bad::Ends)? {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    scanner.next();
                    return Ok(found);
                }
            }
            b'\'' | b'"' => {
                let value = string(scanner, style, true, keep)?;
                if found == Value::Null {
                    found = value;
                }
                continue;
            }
            b'0' if found == Value::Null && matches!(scanner.ahead(1), Some(b'x' | b'X')) => {
                scanner.skip(2);
                found = hex_bytes(word(scanner, keep));
                continue;
            }
            _ => {}
        }
        scanner.next();
    }
}

/// What is left of a word or number.
fn word(scanner: &mut Scanner<'_>, keep: bool) -> Value {
    let mut kept = Vec::new();
    let mut large = false;
    while let Some(byte) = scanner.peek() {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+')) {
            break;
        }
        scanner.next();
        if keep && !large {
            large = kept.len() >= LARGEST_VALUE;
            kept.push(byte);
        }
    }
    finish(kept, keep, large)
}

fn finish(kept: Vec<u8>, keep: bool, large: bool) -> Value {
    match (keep, large) {
        (true, true) => Value::TooLarge,
        (true, false) => Value::Bytes(kept),
        (false, _) => Value::Null,
    }
}

/// A string from its opening quote on; `escapes` when a backslash is one.
pub(super) fn string(scanner: &mut Scanner<'_>, style: Style, escapes: bool, keep: bool) -> Result<Value, Bad> {
    let quote = scanner.next().ok_or(Bad::Ends)?;
    let mut kept = Vec::new();
    let mut large = false;
    loop {
        let byte = scanner.next().ok_or(Bad::Ends)?;
        let mut bytes = [byte, 0];
        let mut count = 1;
        if byte == quote {
            if !scanner.take(quote) {
                return Ok(finish(kept, keep, large));
            }
        } else if byte == b'\\' && escapes {
            let escaped = scanner.next().ok_or(Bad::Ends)?;
            bytes[0] = match escaped {
                b'0' => 0,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'Z' => 26,
                other => other,
            };
            if matches!(escaped, b'%' | b'_') {
                bytes = [b'\\', escaped];
                count = 2;
            }
        } else if byte >= 0x81 && style.pairs && scanner.peek().is_some_and(|second| second >= 0x40 && second != 0x7f) {
            bytes[1] = scanner.next().ok_or(Bad::Ends)?;
            count = 2;
        }
        if keep && !large {
            kept.extend_from_slice(&bytes[..count]);
            if kept.len() > LARGEST_VALUE {
                large = true;
                kept = Vec::new();
            }
        }
    }
}

/// Digits of `0x…`; an odd or wrong digit ends them.
fn hex_bytes(digits: Value) -> Value {
    let Value::Bytes(digits) = digits else { return digits };
    let digits: Vec<u8> =
        digits.iter().map_while(|digit| char::from(*digit).to_digit(16)).map(|digit| digit as u8).collect();
    Value::Bytes(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Digits of `b'…'` as a decimal number.
fn bits(digits: Value) -> Value {
    let Value::Bytes(digits) = digits else { return digits };
    let number = digits.iter().fold(0_u64, |number, digit| number << 1 | u64::from(*digit == b'1'));
    Value::Bytes(number.to_string().into_bytes())
}
