//! Catalogues: the texts of the pages, by key and language.
//!
//! **Invariant:** a page never fails because of a text: a key that no
//! catalogue has is shown as it is, and the check reports it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Value;
use minijinja::value::Kwargs;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::fault::Fault;

/// Language of the pages where a site names one that no catalogue has.
pub const DEFAULT_LANGUAGE: &str = "zh-CN";

/// A text with its place.
#[derive(Debug, Clone)]
pub struct Message {
    /// Catalogue that it stands in.
    pub file: Arc<PathBuf>,
    /// Line from 1.
    pub line: usize,
    pieces: Vec<Piece>,
    /// The whole text, if it has no placeholder.
    plain: Option<Value>,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Argument(String),
}

impl Message {
    fn read(file: &Arc<PathBuf>, line: usize, text: &str) -> Result<Message, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..];
            if brace.starts_with("{{") || brace.starts_with("}}") {
                plain.push_str(&brace[..1]);
                rest = &brace[2..];
                continue;
            }
            let end = brace.find('}').filter(|_| brace.starts_with('{'));
            let name = end.map(|end| &brace[1..end]).filter(|name| is_name(name));
            let (Some(end), Some(name)) = (end, name) else {
                return Err(format!("a brace must be {{name}} or doubled, in \"{text}\""));
            };
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Argument(name.to_owned()));
            rest = &brace[end + 1..];
        }
        plain.push_str(rest);
        let whole = pieces.is_empty().then(|| Value::from(plain.as_str()));
        pieces.push(Piece::Text(plain));
        Ok(Message { file: Arc::clone(file), line, pieces, plain: whole })
    }

    /// Names of the placeholders.
    pub fn arguments(&self) -> BTreeSet<&str> {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Argument(name) => Some(name.as_str()),
                Piece::Text(_) => None,
            })
            .collect()
    }

    /// The text with its placeholders filled; one that has no value stays `{name}`.
    pub fn fill(&self, argument: impl Fn(&str) -> Option<Value>) -> Value {
        if let Some(plain) = &self.plain {
            return plain.clone();
        }
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Argument(name) => match argument(name) {
                    Some(value) => match value.as_str() {
                        Some(text) => out.push_str(text),
                        None => out.push_str(&value.to_string()),
                    },
                    None => {
                        out.push('{');
                        out.push_str(name);
                        out.push('}');
                    }
                },
            }
        }
        Value::from(out)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The texts of one file.
pub type Catalogue = BTreeMap<String, Arc<Message>>;

/// Reads a catalogue: flat keys with dots, tables, or both.
pub fn read(file: &Path, text: &str) -> Result<Catalogue, Vec<Fault>> {
    let table = DeTable::parse(text).map_err(|error| vec![Fault::toml(file, text, &error)])?;
    let mut reader =
        Reader { file: Arc::new(file.to_path_buf()), text, catalogue: Catalogue::new(), faults: Vec::new() };
    reader.table("", table.get_ref());
    if reader.faults.is_empty() { Ok(reader.catalogue) } else { Err(reader.faults) }
}

struct Reader<'a> {
    file: Arc<PathBuf>,
    text: &'a str,
    catalogue: Catalogue,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn table(&mut self, above: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = match above {
                "" => key.get_ref().to_string(),
                above => format!("{above}.{}", key.get_ref()),
            };
            self.value(name, key.span().start, value);
        }
    }

    fn value(&mut self, key: String, at: usize, value: &Spanned<DeValue<'_>>) {
        let fault = |message: String| Fault::at(&self.file, self.text, at, message);
        match value.get_ref() {
            DeValue::Table(table) => self.table(&key, table),
            DeValue::String(text) => {
                let line = fault(String::new()).line;
                match Message::read(&self.file, line, text) {
                    Err(reason) => self.faults.push(fault(format!("{key}: {reason}"))),
                    Ok(message) => {
                        if let Some(twin) = self.catalogue.get(&key) {
                            let later = twin.line.max(line);
                            let message = format!("{key} stands here twice");
                            self.faults.push(Fault::line(&self.file, later, message));
                        }
                        self.catalogue.insert(key, Arc::new(message));
                    }
                }
            }
            _ => self.faults.push(fault(format!("{key} must be a text"))),
        }
    }
}

/// Keys that were asked for and that no catalogue had.
pub type Misses = Arc<Mutex<BTreeSet<String>>>;

/// The catalogues of a theme with those of its parents.
#[derive(Debug, Default)]
pub struct Messages {
    /// Own texts of each language, with the parents' below them.
    languages: BTreeMap<String, Catalogue>,
    /// The same with the other languages filled in.
    complete: BTreeMap<String, Arc<HashMap<String, Arc<Message>>>>,
}

impl Messages {
    /// Joins catalogues, the nearest theme first.
    pub fn join<'a>(chain: impl DoubleEndedIterator<Item = &'a BTreeMap<String, Catalogue>>) -> Messages {
        let mut languages: BTreeMap<String, Catalogue> = BTreeMap::new();
        for theme in chain.rev() {
            for (language, catalogue) in theme {
                let texts = languages.entry(language.clone()).or_default();
                texts.extend(catalogue.iter().map(|(key, text)| (key.clone(), Arc::clone(text))));
            }
        }
        let complete =
            languages.keys().map(|language| (language.clone(), Arc::new(complete(&languages, language)))).collect();
        Messages { languages, complete }
    }

    /// Languages that have a catalogue.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.keys().map(String::as_str)
    }

    /// The text of a key in exactly this language.
    pub fn exact(&self, language: &str, key: &str) -> Option<&Arc<Message>> {
        self.languages.get(language)?.get(key)
    }

    /// Every key of a language with its text.
    pub fn texts(&self, language: &str) -> impl Iterator<Item = (&String, &Arc<Message>)> {
        self.languages.get(language).into_iter().flatten()
    }

    /// The text of a key in the catalogue that answers for `language`.
    pub fn text(&self, language: &str, key: &str) -> Option<&Arc<Message>> {
        self.for_language(language)?.get(key)
    }

    /// The catalogue that answers for `language`: its own, one of the same
    /// language elsewhere (`zh` for `zh-HK`), Chinese, then any.
    fn for_language(&self, language: &str) -> Option<&Arc<HashMap<String, Arc<Message>>>> {
        self.complete
            .get(language)
            .or_else(|| {
                self.complete.iter().find(|(name, _)| primary(name) == primary(language)).map(|(_, texts)| texts)
            })
            .or_else(|| self.complete.get(DEFAULT_LANGUAGE))
            .or_else(|| self.complete.values().next())
    }

    /// The function `t(key, name=value)` of a language; notes missing keys in `misses`.
    pub fn translator(&self, language: &str, misses: Option<Misses>) -> Value {
        let texts = self.for_language(language).cloned().unwrap_or_default();
        Value::from_function(move |key: &str, arguments: Kwargs| -> Value {
            match texts.get(key) {
                Some(message) => message.fill(|name| arguments.peek::<Value>(name).ok()),
                None => {
                    if let Some(misses) = &misses {
                        misses.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
                    }
                    Value::from(key)
                }
            }
        })
    }
}

fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or(language)
}

/// The texts of `language`, then of its relatives, of Chinese, of the rest.
fn complete(languages: &BTreeMap<String, Catalogue>, language: &str) -> HashMap<String, Arc<Message>> {
    let mut order: Vec<&String> = languages.keys().collect();
    order.sort_by_key(|name| (*name != language, primary(name) != primary(language), *name != DEFAULT_LANGUAGE));
    let mut texts = HashMap::new();
    for name in order {
        for (key, text) in &languages[name] {
            texts.entry(key.clone()).or_insert_with(|| Arc::clone(text));
        }
    }
    texts
}
