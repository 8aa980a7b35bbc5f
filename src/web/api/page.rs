//! Pages of lists: a cursor says where the next one begins.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::Position;

use super::{Call, Problem, Reply};

/// Things on a page where nothing is said.
const USUAL: usize = 50;
/// Most things on a page.
const MOST: usize = 200;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Where the page begins: `next` of the page before has it.
    pub cursor: Option<String>,
    /// Things on the page, 1 to 200; 50 if it is missing.
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// After a place in a list of the store: what is written meanwhile moves nothing.
    After(Position),
    /// After so many things.
    Offset(usize),
}

impl Cursor {
    fn parse(text: &str) -> Option<Cursor> {
        let rest = text.get(1..)?;
        match text.as_bytes().first()? {
            b'p' => Some(Cursor::After(Position(u128::from_str_radix(rest, 16).ok()?))),
            b'o' => Some(Cursor::Offset(rest.parse().ok()?)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cursor::After(position) => write!(f, "p{:x}", position.0),
            Cursor::Offset(offset) => write!(f, "o{offset}"),
        }
    }
}

/// The page that a request wants.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Where it begins; `None` for the first.
    pub cursor: Option<Cursor>,
    /// Most things on it.
    pub limit: usize,
}

impl Wanted {
    /// From the query of an address.
    ///
    /// # Errors
    /// `query` for a cursor or limit that is none.
    pub fn read(cursor: Option<&str>, limit: Option<usize>) -> Result<Wanted, Problem> {
        let wrong = |name: &str| Problem::of("query").with("name", name);
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(wrong("limit"));
        }
        let cursor = cursor.map(|text| Cursor::parse(text).ok_or_else(|| wrong("cursor"))).transpose()?;
        Ok(Wanted { cursor, limit })
    }

    /// As an offset.
    ///
    /// # Errors
    /// `query` for the cursor of another list.
    pub fn offset(&self) -> Result<usize, Problem> {
        match self.cursor {
            None => Ok(0),
            Some(Cursor::Offset(offset)) => Ok(offset),
            Some(Cursor::After(_)) => Err(Problem::of("query").with("name", "cursor")),
        }
    }

    /// As a place in a list.
    ///
    /// # Errors
    /// `query` for the cursor of another list.
    pub fn after(&self) -> Result<Position, Problem> {
        match self.cursor {
            None => Ok(Position::FIRST),
            Some(Cursor::After(position)) => Ok(position),
            Some(Cursor::Offset(_)) => Err(Problem::of("query").with("name", "cursor")),
        }
    }

    /// The page of a list that is short enough to be read whole.
    ///
    /// # Errors
    /// As [`Wanted::offset`].
    pub fn of<T>(&self, all: Vec<T>) -> Result<(Vec<T>, Option<Cursor>), Problem> {
        let offset = self.offset()?;
        let more = all.len() > offset.saturating_add(self.limit);
        let items = all.into_iter().skip(offset).take(self.limit).collect();
        Ok((items, more.then(|| Cursor::Offset(offset + self.limit))))
    }
}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Address of the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The answer with a page.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn reply<T: Serialize>(call: &Call, items: Vec<T>, next: Option<Cursor>) -> Result<Reply, Problem> {
    let next = next.map(|cursor| address(&call.target, cursor));
    let reply = Reply::json(&Page { items, next: next.clone() })?;
    Ok(Reply { next, ..reply })
}

/// The address of a request with another cursor.
fn address(target: &str, cursor: Cursor) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let cursor = cursor.to_string();
    let own = format!("cursor={}", utf8_percent_encode(&cursor, NON_ALPHANUMERIC));
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: Vec<&str> = others.chain([own.as_str()]).collect();
    format!("{path}?{}", query.join("&"))
}
