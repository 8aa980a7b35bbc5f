//! Words that a text must not have, and how they are found.

use aho_corasick::{AhoCorasick, MatchKind};
use serde::{Deserialize, Serialize};

use crate::base::id::SiteId;
use crate::domain::error::{Error, Result};
use crate::store::Read;

use super::Findings;
use super::policy::{Rule, words};
use super::spelling::SPELLING;

/// Most words of one list.
const MOST: usize = 5000;
/// Longest word, in characters.
const LONGEST: usize = 40;
/// Characters shown before and behind a word.
const AROUND: usize = 8;

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Sensitive and forbidden words, wrong names and titles of leaders.
    Sensitive,
    /// Misspelt words.
    Misspelt,
}

impl Kind {
    /// Both.
    pub const ALL: [Kind; 2] = [Kind::Sensitive, Kind::Misspelt];

    /// The word used in forms and message keys.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Sensitive => "sensitive",
            Kind::Misspelt => "misspelt",
        }
    }

    /// The one of a word.
    pub fn of(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A word to look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// The word.
    pub word: String,
    /// What it should be; the word itself where it is right, inside a longer one that is not meant: 既使用.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instead: String,
}

/// Reads a list as people write it: a word a line, `wrong=right`; lines with `#` say something.
pub fn read_entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, instead) = line.split_once(['=', '＝']).unwrap_or((line, ""));
        let entry = Entry { word: word.trim().to_owned(), instead: instead.trim().to_owned() };
        if !entry.word.is_empty() && !entries.iter().any(|other| other.word == entry.word) {
            entries.push(entry);
        }
        // One more than is allowed is enough to refuse it.
        if entries.len() > MOST {
            break;
        }
    }
    entries
}

/// A list as people write it.
pub fn write_entries(entries: &[Entry]) -> String {
    let line = |entry: &Entry| match entry.instead.as_str() {
        "" => format!("{}\n", entry.word),
        instead => format!("{}={instead}\n", entry.word),
    };
    entries.iter().map(line).collect()
}

pub(super) fn check_entries(entries: &[Entry]) -> Result<()> {
    if entries.len() > MOST {
        return Err(Error::rule("words.many", "words", MOST));
    }
    let long = entries.iter().find(|entry| entry.word.chars().count().max(entry.instead.chars().count()) > LONGEST);
    match long {
        Some(entry) => Err(Error::rule("words.long", "words", &entry.word)),
        None => Ok(()),
    }
}

/// All lists that hold in a site.
pub(super) struct Lists {
    finder: Option<AhoCorasick>,
    entries: Vec<(Rule, Entry)>,
}

impl Lists {
    pub fn read(read: &impl Read, site: SiteId) -> Result<Lists> {
        let mut entries: Vec<(Rule, Entry)> = Vec::new();
        for kind in Kind::ALL {
            let rule = match kind {
                Kind::Sensitive => Rule::Sensitive,
                Kind::Misspelt => Rule::Misspelt,
            };
            for place in [Some(site), None] {
                let list = words(read, place, kind)?;
                entries.extend(list.into_iter().flat_map(|list| list.entries).map(|entry| (rule, entry)));
            }
        }
        let spelling =
            SPELLING.iter().map(|(word, instead)| Entry { word: (*word).into(), instead: (*instead).into() });
        entries.extend(spelling.map(|entry| (Rule::Misspelt, entry)));
        // Of two that begin in one place the longer counts, of two alike the first: what people wrote.
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(entries.iter().map(|(_, entry)| entry.word.as_str()))
            .ok();
        Ok(Lists { finder, entries })
    }

    pub fn check(&self, text: &str, findings: &mut Findings) {
        let Some(finder) = &self.finder else { return };
        for found in finder.find_iter(text) {
            let (rule, entry) = &self.entries[found.pattern().as_usize()];
            if entry.word != entry.instead {
                findings.add(*rule, excerpt(text, found.start(), found.end()), entry.instead.clone());
            }
        }
    }
}

/// A place of a text with some words around it.
pub(super) fn excerpt(text: &str, from: usize, to: usize) -> String {
    let before: Vec<char> = text[..from].chars().rev().take(AROUND).collect();
    let before: String = before.into_iter().rev().collect();
    let behind: String = text[to..].chars().take(AROUND).collect();
    format!("{before}{}{behind}", &text[from..to])
}
