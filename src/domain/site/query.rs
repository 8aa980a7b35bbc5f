//! Reads for the pages of a site's manager.

use memchr::memmem::Finder;

use crate::base::id::SiteId;
use crate::domain::account::{By, Place, Role};
use crate::domain::error::Result;
use crate::store::{ListKey, Position, Read, Record};

use super::redirect::{Hits, Redirect, normal_form};
use super::tables::REDIRECTS_OF_SITE;

/// Which old addresses, in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedirectFilter {
    /// Part of the old address; empty for all.
    pub query: String,
    /// Those asked for most often first; otherwise the newest first.
    pub by_hits: bool,
}

/// An old address and how often it was asked for.
pub type Counted = (Redirect, Option<Hits>);

/// Old addresses of a site with their hits: those of one page, and how many there are.
///
/// # Errors
/// `Forbidden`; when the store cannot be read.
pub fn redirects(
    read: &impl Read,
    by: &By,
    site: SiteId,
    filter: &RedirectFilter,
    offset: u64,
    limit: usize,
) -> Result<(Vec<Counted>, u64)> {
    by.require(Role::Manager, Place::Site(site))?;
    let list = ListKey::new(REDIRECTS_OF_SITE, &[site.0]);
    let query = filter.query.trim();
    if query.is_empty() && !filter.by_hits {
        let ids = read.list_at(list, offset, limit)?;
        return Ok((rows(read, ids.into_iter().map(|entry| entry.id))?, read.count(list)?));
    }
    // As it is stored: part of the JSON text, so that most rows need not be read as redirects.
    let part = if query.is_empty() { String::new() } else { normal_part(query) };
    let quoted = serde_json::Value::from(part.as_str()).to_string();
    let finder = Finder::new(&quoted.as_bytes()[1..quoted.len() - 1]);
    let mut found: Vec<(u64, u64)> = Vec::new();
    let mut after = Position::FIRST;
    loop {
        let entries = read.list(list, after, 1000)?;
        let Some(last) = entries.last() else { break };
        after = last.position();
        for entry in entries {
            let Some((json, _)) = read.row(Redirect::TABLE, entry.id)? else { continue };
            if finder.find(&json).is_none() {
                continue;
            }
            if !part.is_empty() && read.get::<Redirect>(entry.id)?.is_none_or(|row| !row.from.contains(&part)) {
                continue;
            }
            let hits = if filter.by_hits { read.get::<Hits>(entry.id)?.map_or(0, |hits| hits.count) } else { 0 };
            found.push((hits, entry.id));
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    let total = found.len() as u64;
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    Ok((rows(read, found.into_iter().skip(skip).take(limit).map(|(_, id)| id))?, total))
}

/// Part of an address in the spelling of normal forms; a whole address loses its host.
fn normal_part(query: &str) -> String {
    let normal = normal_form(query);
    if query.starts_with('/') || query.contains("://") { normal } else { normal.trim_start_matches('/').to_owned() }
}

fn rows(read: &impl Read, ids: impl Iterator<Item = u64>) -> Result<Vec<Counted>> {
    let mut rows = Vec::new();
    for id in ids {
        if let Some(redirect) = read.get::<Redirect>(id)? {
            rows.push((redirect, read.get::<Hits>(id)?));
        }
    }
    Ok(rows)
}
