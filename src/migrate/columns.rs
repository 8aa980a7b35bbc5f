//! Columns that an import finds or makes.
//!
//! **Invariant:** what was found or made once in a run is not taken for
//! something else; a slug follows the slug law and never takes the place of
//! another site or column.

use std::collections::{HashMap, HashSet};

use crate::base::id::ChannelId;
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, Channel, ChannelKind, SiteNode, check_slug};
use crate::migrate::begin::Failure;
use crate::migrate::import::mapping::Mapped;
use crate::store::Read;

/// Columns of a run: those that are there, and those that it makes.
#[derive(Debug, Default)]
pub(in crate::migrate) struct ColumnTree {
    /// To be written.
    pub new: Vec<Channel>,
    urls: HashMap<ChannelId, String>,
    /// Columns that this run uses for something.
    claimed: HashSet<ChannelId>,
    /// Places that this run gives to new columns.
    places: HashSet<(Option<ChannelId>, String)>,
    next_order: u64,
}

/// What columns are made with.
pub(in crate::migrate) struct Maker<'a, R> {
    pub read: &'a R,
    pub node: &'a SiteNode,
    /// Column of `--channel`.
    pub root: Option<&'a Channel>,
    pub new_id: &'a dyn Fn() -> u64,
    pub batch: u64,
}

impl ColumnTree {
    /// New ones stand behind every column that is there.
    pub(in crate::migrate) fn behind(node: &SiteNode) -> ColumnTree {
        let first = node.channels.values().map(|channel| channel.order).min();
        ColumnTree { next_order: first.unwrap_or(u64::MAX / 2).min(u64::MAX / 2), ..ColumnTree::default() }
    }

    /// How many that were there are used.
    pub(in crate::migrate) fn claimed(&self) -> usize {
        self.claimed.len()
    }

    /// Address of a column, new or not.
    pub(in crate::migrate) fn url(&self, node: &SiteNode, id: ChannelId) -> String {
        match (self.urls.get(&id), node.channels.get(&id)) {
            (Some(url), _) => url.clone(),
            (None, Some(channel)) => node.channel_url(channel),
            (None, None) => node.site.url(),
        }
    }

    /// Finds the column or makes it.
    pub(in crate::migrate) fn column<R: Read>(
        &mut self,
        maker: &Maker<'_, R>,
        parent: Option<ChannelId>,
        name: &str,
        slug: &str,
        fallback: &str,
        kind: ChannelKind,
    ) -> Result<ChannelId> {
        let same_name = maker
            .node
            .below(parent)
            .find(|channel| channel.name == name && channel.kind == kind && !self.claimed.contains(&channel.id));
        if let Some(channel) = same_name {
            self.claimed.insert(channel.id);
            return Ok(channel.id);
        }
        let base = slug_of(slug).unwrap_or_else(|| fallback.to_owned());
        let mut attempt = 1;
        let slug = loop {
            let candidate = if attempt == 1 {
                base.clone()
            } else {
                let end = format!("-{attempt}");
                format!("{}{end}", base[..base.len().min(40 - end.len())].trim_end_matches('-'))
            };
            attempt += 1;
            if site::check_slug(&candidate).is_err() || self.places.contains(&(parent, candidate.clone())) {
                continue;
            }
            let new_parent = parent.is_some_and(|id| !maker.node.channels.contains_key(&id));
            let holder =
                if new_parent { None } else { site::channel_slot(maker.read, &maker.node.site, parent, &candidate)? };
            match holder {
                None => break candidate,
                Some(id) => {
                    // One of ours under this slug, now or formerly, in its place and free.
                    let known = maker.node.channels.get(&ChannelId(id));
                    if let Some(channel) =
                        known.filter(|c| c.kind == kind && c.closing.is_none() && !self.claimed.contains(&c.id))
                    {
                        self.claimed.insert(channel.id);
                        return Ok(channel.id);
                    }
                }
            }
        };
        Ok(self.make(maker, parent, name, slug, kind))
    }

    /// Makes a column at exactly this place.
    ///
    /// # Errors
    /// A slug that another column or site has; when the store cannot be read.
    pub(in crate::migrate) fn exact<R: Read>(
        &mut self,
        maker: &Maker<'_, R>,
        parent: Option<ChannelId>,
        name: &str,
        slug: &str,
        kind: ChannelKind,
    ) -> Result<ChannelId> {
        let new_parent = parent.is_some_and(|id| !maker.node.channels.contains_key(&id));
        if !new_parent && site::channel_slot(maker.read, &maker.node.site, parent, slug)?.is_some() {
            return Err(Error::rule("slug.taken", "slug", slug));
        }
        Ok(self.make(maker, parent, name, slug.to_owned(), kind))
    }

    /// The column that this run makes at a place.
    pub(in crate::migrate) fn made(&self, parent: Option<ChannelId>, slug: &str) -> Option<ChannelId> {
        self.new.iter().find(|channel| channel.parent == parent && channel.slug == slug).map(|channel| channel.id)
    }

    /// The column at a path of the mapping file, made where it is not there.
    ///
    /// # Errors
    /// A path that cannot be, or a column that holds no documents; when the store cannot be read.
    pub(in crate::migrate) fn at_path<R: Read>(
        &mut self,
        maker: &Maker<'_, R>,
        mapped: &Mapped,
    ) -> Result<ChannelId, Failure> {
        let path = mapped.to.trim_matches('/');
        if let Some(channel) = maker.node.channel_at(path) {
            if !channel.holds_documents() {
                let kind = channel.kind.word();
                return Err(Failure::Usage(format!("--mapping: {path} is a {kind} column and holds no documents")));
            }
            return Ok(channel.id);
        }
        let mut parent = None;
        let parts: Vec<&str> = path.split('/').collect();
        for (depth, slug) in parts.iter().enumerate() {
            let so_far = parts[..=depth].join("/");
            check_slug(slug).map_err(|broken| Failure::Usage(format!("--mapping: {path}: {broken}")))?;
            let last = depth + 1 == parts.len();
            let there = maker.node.channel_at(&so_far).map(|channel| channel.id);
            let id = match there.or_else(|| self.made(parent, slug)) {
                Some(id) => id,
                None => {
                    let title = if mapped.title.is_empty() { &mapped.name } else { &mapped.title };
                    let name = if last && !title.is_empty() { title.as_str() } else { slug };
                    let kind = if last { mapped.kind() } else { ChannelKind::Section };
                    self.exact(maker, parent, name, slug, kind)?
                }
            };
            parent = Some(id);
        }
        parent.ok_or_else(|| Failure::Usage(format!("--mapping: \"{path}\" is no path")))
    }

    fn make<R: Read>(
        &mut self,
        maker: &Maker<'_, R>,
        parent: Option<ChannelId>,
        name: &str,
        slug: String,
        kind: ChannelKind,
    ) -> ChannelId {
        let id = ChannelId((maker.new_id)());
        let above = match parent {
            Some(parent) => self.url(maker.node, parent),
            None => maker.node.site.url(),
        };
        self.urls.insert(id, format!("{above}{slug}/"));
        self.places.insert((parent, slug.clone()));
        self.next_order = self.next_order.saturating_sub(1);
        let list = kind == ChannelKind::List;
        self.new.push(Channel {
            kind,
            order: self.next_order,
            column_type: if list { "工作动态" } else { "概况信息" }.to_owned(),
            feed: list,
            batch: Some(maker.batch),
            ..Channel::new(&maker.node.site, id, parent, &slug, name)
        });
        id
    }
}

/// A slug of the old site in the form of the slug law; `None` if nothing usable is left of it.
pub(in crate::migrate) fn slug_of(old: &str) -> Option<String> {
    let old = percent_encoding::percent_decode_str(old).decode_utf8_lossy().to_lowercase();
    if !old.is_ascii() {
        return None;
    }
    let mut slug = String::new();
    for c in old.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches('-');
    let slug = slug[..slug.len().min(40)].trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}
