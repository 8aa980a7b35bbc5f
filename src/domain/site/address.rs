//! From a path to what stands there.

use std::sync::Arc;

use crate::base::id::{ChannelId, DocumentId, MediaId, SiteId};
use crate::domain::error::Result;
use crate::store::Read;

use super::tables::{ADDRESS, address_key};
use super::{Channel, Directory, SiteNode};

/// What a path leads to.
#[derive(Debug, Clone)]
pub enum Spot {
    /// Home page of a site.
    Home(Arc<SiteNode>),
    /// A column.
    Channel(Arc<SiteNode>, ChannelId),
    /// A document or reference by its number; whether it exists is not known yet.
    Document(Arc<SiteNode>, DocumentId),
    /// Search of a site.
    Search(Arc<SiteNode>),
    /// Atom feed of a site or column.
    Feed(Arc<SiteNode>, Option<ChannelId>),
    /// XML sitemap of a site; on the portal the index of all. The number is the part, from 1.
    Sitemap(Arc<SiteNode>, Option<u32>),
    /// Readable site map.
    Map(Arc<SiteNode>),
    /// robots.txt of the group.
    Robots,
    /// A media file: number, folder of a smaller form (`w640`) and name.
    Media(Arc<SiteNode>, MediaId, Option<String>, String),
    /// It stands elsewhere now: 301 to this path (or complete address).
    Moved(String),
    /// Nothing here; the nearest page above.
    Nothing(Arc<SiteNode>, Option<ChannelId>),
}

/// Finds what stands at `path` (as in the request, without the query). `None` only when there is no portal yet.
///
/// # Errors
/// When the store cannot be read.
pub fn resolve(store: &impl Read, directory: &Directory, path: &str) -> Result<Option<Spot>> {
    let Some(portal) = directory.portal() else { return Ok(None) };
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    let slash = segments.last() == Some(&"");
    if slash {
        segments.pop();
    }
    let mut moved = false;
    let mut node = portal;
    if let Some(first) = segments.first().copied() {
        if let Some(site) = directory.by_slug(first) {
            moved = site.site.is_portal();
            node = site;
            segments.remove(0);
        } else if let Some(site) = former_site(store, directory, first)? {
            moved = true;
            node = site;
            segments.remove(0);
        }
    }
    let spot = within(store, node, &segments, slash, moved)?;
    Ok(Some(spot))
}

fn former_site<'a>(store: &impl Read, directory: &'a Directory, slug: &str) -> Result<Option<&'a Arc<SiteNode>>> {
    let id = store.unique(ADDRESS, &address_key(0, 0, slug))?;
    Ok(id.and_then(|id| directory.site(SiteId(id))))
}

fn within(store: &impl Read, node: &Arc<SiteNode>, segments: &[&str], slash: bool, moved: bool) -> Result<Spot> {
    let prefix = node.site.prefix();
    let Some((last, above)) = segments.split_last() else {
        let home = Spot::Home(node.clone());
        return Ok(if slash && !moved { home } else { Spot::Moved(format!("{prefix}/")) });
    };
    if segments[0] == "media" && matches!(segments.len(), 3 | 4) && !slash {
        let form = (segments.len() == 4).then(|| segments[2].to_owned());
        return Ok(match number(segments[1]) {
            Some(id) => Spot::Media(node.clone(), MediaId(id), form, (*last).to_owned()),
            None => Spot::Nothing(node.clone(), None),
        });
    }
    if above.is_empty() {
        let special = match *last {
            "search" => Some(Spot::Search(node.clone())),
            "feed.xml" => Some(Spot::Feed(node.clone(), None)),
            "sitemap.xml" => Some(Spot::Sitemap(node.clone(), None)),
            "map" => Some(Spot::Map(node.clone())),
            "robots.txt" if node.site.is_portal() => Some(Spot::Robots),
            _ => None,
        };
        if let Some(spot) = special {
            let wants_slash = *last == "map";
            return Ok(if moved || slash != wants_slash {
                Spot::Moved(format!("{prefix}/{last}{}", if wants_slash { "/" } else { "" }))
            } else {
                spot
            });
        }
        if let Some(part) = last.strip_prefix("sitemap-").and_then(|rest| rest.strip_suffix(".xml"))
            && let Ok(part) = part.parse::<u32>()
            && part > 0
            && !slash
        {
            return Ok(Spot::Sitemap(node.clone(), Some(part)));
        }
    }
    // A document: only the number counts, so every former column path finds it.
    if let Some(id) = last.strip_suffix(".html").and_then(number)
        && !slash
    {
        return Ok(Spot::Document(node.clone(), DocumentId(id)));
    }
    let feed = *last == "feed.xml" && !slash;
    let path = if feed { above } else { segments };
    let (found, whole, strayed) = walk(store, node, path)?;
    match found {
        Some(channel) if whole => {
            let here = node.channel_url(channel);
            if feed {
                return Ok(match channel.feed {
                    true if strayed || moved => Spot::Moved(format!("{here}feed.xml")),
                    true => Spot::Feed(node.clone(), Some(channel.id)),
                    false => Spot::Nothing(node.clone(), Some(channel.id)),
                });
            }
            let exact = slash && !strayed && !moved && channel.kind != super::ChannelKind::Link;
            Ok(if exact { Spot::Channel(node.clone(), channel.id) } else { Spot::Moved(here) })
        }
        nearest => Ok(Spot::Nothing(node.clone(), nearest.map(|c| c.id))),
    }
}

/// Follows slugs down the tree: the last column found, whether all were found, whether a former slug was used.
fn walk<'a>(store: &impl Read, node: &'a SiteNode, path: &[&str]) -> Result<(Option<&'a Channel>, bool, bool)> {
    let mut found: Option<&Channel> = None;
    let mut strayed = false;
    for slug in path {
        let parent = found.map(|c| c.id);
        if let Some(next) = node.below(parent).find(|c| c.slug == *slug) {
            found = Some(next);
            continue;
        }
        match find_channel(store, node, parent, slug)? {
            Some(next) => {
                strayed = true;
                found = Some(next);
            }
            None => return Ok((found, false, strayed)),
        }
    }
    Ok((found, true, strayed))
}

/// The column that is or once was at `slug` below `parent`.
///
/// # Errors
/// When the store cannot be read.
pub fn find_channel<'a>(
    store: &impl Read,
    node: &'a SiteNode,
    parent: Option<ChannelId>,
    slug: &str,
) -> Result<Option<&'a Channel>> {
    let root = if node.site.is_portal() { 0 } else { node.site.id.0 };
    let id = store.unique(ADDRESS, &address_key(root, parent.map_or(0, |p| p.0), slug))?;
    Ok(id.and_then(|id| node.channels.get(&ChannelId(id))))
}

/// A number as addresses have it: digits only, no leading zero.
fn number(text: &str) -> Option<u64> {
    let plain =
        !text.is_empty() && text.len() <= 19 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}
