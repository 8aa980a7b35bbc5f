//! Reads for the library: what the actor may see of it.

use crate::base::id::{CollectionId, SiteId};
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read};

use super::rights::{collection_for, level_in, level_in_site};
use super::tables::{COLLECTIONS_OF_SITE, SHARED_COLLECTIONS, shelf};
use super::{Collection, Kind, Level, Media};

/// Files looked through for a text; older ones are not found.
const SEARCHED: usize = 20_000;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Collection; `None` is the site's library.
    pub collection: Option<CollectionId>,
    /// Kind of files.
    pub kind: Option<Kind>,
    /// Words in name, text and credit.
    pub text: String,
}

/// A library or collection that the actor may look into.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// `None` for the site's library.
    pub collection: Option<Collection>,
    /// What the actor may do there.
    pub level: Level,
    /// Files in it.
    pub files: u64,
}

/// The library of a site, its collections and the shared ones, as far as the actor may look into them.
///
/// # Errors
/// `NotFound` when that is none.
pub fn shelves(read: &impl Read, by: &By, site: SiteId) -> Result<Vec<Shelf>> {
    let mut found = Vec::new();
    if let Some(level) = level_in_site(by, site) {
        found.push(Shelf { collection: None, level, files: read.count(shelf(site, None, None))? });
    }
    for list in [ListKey::new(COLLECTIONS_OF_SITE, &[site.0]), ListKey::new(SHARED_COLLECTIONS, &[])] {
        for entry in read.list(list, Position::FIRST, usize::MAX)? {
            let Some(collection) = read.get::<Collection>(entry.id)? else { continue };
            let Some(level) = level_in(by, &collection) else { continue };
            let files = read.count(shelf(collection.site, Some(collection.id), None))?;
            found.push(Shelf { collection: Some(collection), level, files });
        }
    }
    if found.is_empty() { Err(Error::not_found("site", site)) } else { Ok(found) }
}

/// Files of a library or collection, the newest first, from the `offset`-th on, and how many there are.
///
/// # Errors
/// `NotFound` if the actor may not look into it.
pub fn list(
    read: &impl Read,
    by: &By,
    site: SiteId,
    filter: &Filter,
    offset: u64,
    limit: usize,
) -> Result<(Vec<Media>, u64)> {
    let (site, level) = match filter.collection {
        None => (site, level_in_site(by, site)),
        Some(id) => {
            let collection = collection_for(read, site, id)?;
            (collection.site, level_in(by, &collection))
        }
    };
    if level.is_none() {
        return Err(Error::not_found("site", site));
    }
    let list = shelf(site, filter.collection, filter.kind);
    let words: Vec<String> = filter.text.split_whitespace().map(str::to_lowercase).collect();
    let mut found = Vec::new();
    if words.is_empty() {
        for entry in read.list_at(list, offset, limit)? {
            found.extend(read.get::<Media>(entry.id)?);
        }
        return Ok((found, read.count(list)?));
    }
    let mut total = 0;
    for entry in read.list(list, Position::FIRST, SEARCHED)? {
        let Some(media) = read.get::<Media>(entry.id)? else { continue };
        if !has_words(&media, &words) {
            continue;
        }
        if total >= offset && found.len() < limit {
            found.push(media);
        }
        total += 1;
    }
    Ok((found, total))
}

fn has_words(media: &Media, words: &[String]) -> bool {
    let text = format!("{}\n{}\n{}", media.file_name, media.alt, media.credit).to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}
