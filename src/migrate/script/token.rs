//! The parts of a script: texts, numbers, names and signs. Comments are none.

use super::quoted::{closing, unescaped};

/// Most parts of one script.
const MOST: usize = 200_000;

/// A part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// What stood in quotes.
    Text(String),
    Number(i64),
    /// A name or a word of the language.
    Name(String),
    Sign(u8),
}

impl Token {
    pub fn is(&self, sign: u8) -> bool {
        *self == Token::Sign(sign)
    }

    pub fn name(&self) -> Option<&str> {
        match self {
            Token::Name(name) => Some(name),
            _ => None,
        }
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.name() == Some(name)
    }
}

/// Takes a script apart.
pub(super) fn tokens(code: &str) -> Vec<Token> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80;
    while at < bytes.len() && found.len() < MOST {
        let byte = bytes[at];
        match byte {
            b'"' | b'\'' if closing(bytes, at + 1, byte).is_some() => {
                let end = closing(bytes, at + 1, byte).unwrap_or(at);
                found.push(Token::Text(unescaped(&code[at + 1..end])));
                at = end + 1;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = memchr::memmem::find(&bytes[at + 2..], b"*/").map_or(bytes.len(), |end| at + 2 + end + 2);
            }
            byte if is_name(byte) => {
                let length = bytes[at..].iter().position(|byte| !is_name(*byte)).unwrap_or(bytes.len() - at);
                let word = &code[at..at + length];
                found.push(match word.parse() {
                    Ok(number) => Token::Number(number),
                    Err(_) => Token::Name(word.to_owned()),
                });
                at += length;
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    found.push(Token::Sign(byte));
                }
                at += 1;
            }
        }
    }
    found
}

/// Where what was opened at `at` is closed again; the end when it is not. Looks at all that is in between.
pub(super) fn matching(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(at) {
        match token {
            Token::Sign(b'(' | b'{' | b'[') => depth += 1,
            Token::Sign(b')' | b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return place;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}
