//! The site group in memory: every request needs it, so it is read once and
//! renewed when a commit changes a site or a column.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::id::{ChannelId, MediaId, SiteId};
use crate::store::{Committed, ListKey, Position, Read, Record, Result};

use super::tables::{CHANNELS_OF_SITE, SITES};
use super::{Channel, Site};

/// A site with its columns.
#[derive(Debug, Clone)]
pub struct SiteNode {
    /// The site.
    pub site: Site,
    /// Its columns.
    pub channels: HashMap<ChannelId, Channel>,
    /// Columns below each column, in order; `None` holds the top columns.
    pub children: HashMap<Option<ChannelId>, Vec<ChannelId>>,
}

impl SiteNode {
    /// Columns below `parent`, in order.
    pub fn below(&self, parent: Option<ChannelId>) -> impl Iterator<Item = &Channel> {
        self.children.get(&parent).into_iter().flatten().filter_map(|id| self.channels.get(id))
    }

    /// The column and those above it, the top one first.
    pub fn chain(&self, id: ChannelId) -> Vec<&Channel> {
        let mut chain = Vec::new();
        let mut next = Some(id);
        // A tree deeper than this is a cycle made by damaged rows.
        while let Some(channel) = next.and_then(|id| self.channels.get(&id))
            && chain.len() < 32
        {
            chain.push(channel);
            next = channel.parent;
        }
        chain.reverse();
        chain
    }

    /// Slugs from the top column down, `jgjj/zzjg`.
    pub fn path(&self, id: ChannelId) -> String {
        self.chain(id).iter().map(|c| c.slug.as_str()).collect::<Vec<_>>().join("/")
    }

    /// Address of a column: of a link the address it points to.
    pub fn channel_url(&self, channel: &Channel) -> String {
        if channel.kind == super::ChannelKind::Link {
            return channel.url.clone();
        }
        format!("{}/{}/", self.site.prefix(), self.path(channel.id))
    }

    /// The column at a path of slugs.
    pub fn channel_at(&self, path: &str) -> Option<&Channel> {
        let mut found: Option<&Channel> = None;
        for slug in path.split('/').filter(|slug| !slug.is_empty()) {
            found = Some(self.below(found.map(|c| c.id)).find(|c| c.slug == slug)?);
        }
        found
    }

    fn read(store: &impl Read, site: Site) -> Result<SiteNode> {
        let list = ListKey::new(CHANNELS_OF_SITE, &[site.id.0]);
        let mut channels = HashMap::new();
        let mut children: HashMap<Option<ChannelId>, Vec<ChannelId>> = HashMap::new();
        for entry in store.list(list, Position::FIRST, usize::MAX)? {
            if let Some(channel) = store.get::<Channel>(entry.id)? {
                children.entry(channel.parent).or_default().push(channel.id);
                channels.insert(channel.id, channel);
            }
        }
        Ok(SiteNode { site, channels, children })
    }
}

/// The whole site group.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    sites: HashMap<SiteId, Arc<SiteNode>>,
    by_slug: HashMap<String, SiteId>,
    by_host: HashMap<String, SiteId>,
    by_old_host: HashMap<String, SiteId>,
    order: Vec<SiteId>,
    portal: Option<SiteId>,
    site_of_channel: HashMap<ChannelId, SiteId>,
}

/// The host name with `www.` or without it.
fn twin(host: &str) -> String {
    host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned)
}

impl Directory {
    /// Reads every site and column.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn read(store: &impl Read) -> Result<Directory> {
        let mut nodes = Vec::new();
        for entry in store.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
            if let Some(site) = store.get::<Site>(entry.id)? {
                nodes.push(Arc::new(SiteNode::read(store, site)?));
            }
        }
        Ok(Directory::of(nodes))
    }

    fn of(nodes: Vec<Arc<SiteNode>>) -> Directory {
        let mut directory = Directory::default();
        for node in nodes {
            let site = &node.site;
            directory.order.push(site.id);
            directory.by_slug.insert(site.slug.clone(), site.id);
            for host in &site.hosts {
                directory.by_host.insert(host.clone(), site.id);
            }
            for host in &site.old_hosts {
                directory.by_old_host.insert(host.clone(), site.id);
            }
            if site.is_portal() {
                directory.portal = Some(site.id);
            }
            for channel in node.channels.keys() {
                directory.site_of_channel.insert(*channel, site.id);
            }
            directory.sites.insert(site.id, node);
        }
        directory
    }

    /// Sites that a commit changed, by their own row or one of their columns.
    pub fn changed(&self, committed: &Committed) -> Vec<SiteId> {
        let mut changed = Vec::new();
        for change in &committed.changes {
            if change.table == Site::TABLE {
                changed.push(SiteId(change.id));
            } else if change.table == Channel::TABLE {
                changed.extend(self.site_of_channel.get(&ChannelId(change.id)));
                if let Some(channel) =
                    change.row.as_ref().and_then(|row| serde_json::from_str::<Channel>(row.get()).ok())
                {
                    changed.push(channel.site);
                }
            }
        }
        changed.sort();
        changed.dedup();
        changed
    }

    /// The directory with the `changed` sites read anew.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn renewed(&self, store: &impl Read, changed: &[SiteId]) -> Result<Directory> {
        let mut nodes = Vec::new();
        for entry in store.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
            let id = SiteId(entry.id);
            match self.sites.get(&id) {
                Some(node) if !changed.contains(&id) => nodes.push(node.clone()),
                _ => {
                    if let Some(site) = store.get::<Site>(entry.id)? {
                        nodes.push(Arc::new(SiteNode::read(store, site)?));
                    }
                }
            }
        }
        Ok(Directory::of(nodes))
    }

    /// A site by number.
    pub fn site(&self, id: SiteId) -> Option<&Arc<SiteNode>> {
        self.sites.get(&id)
    }

    /// A site by slug.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<SiteNode>> {
        self.by_slug.get(slug).and_then(|id| self.sites.get(id))
    }

    /// The site that has `host` as its own.
    pub fn by_host(&self, host: &str) -> Option<&Arc<SiteNode>> {
        self.by_host.get(host).and_then(|id| self.sites.get(id))
    }

    /// The site that answers for an old host, with or without `www.` unless that is a name of its own.
    pub fn by_old_host(&self, host: &str) -> Option<&Arc<SiteNode>> {
        let found = self.by_old_host.get(host).or_else(|| match self.by_host.contains_key(host) {
            true => None,
            false => self.by_old_host.get(&twin(host)),
        });
        found.and_then(|id| self.sites.get(id))
    }

    /// Names that are answered by the redirects of sites.
    pub fn old_hosts(&self) -> Vec<String> {
        let names = self.by_old_host.keys().flat_map(|host| [host.clone(), twin(host)]);
        names.filter(|host| !self.by_host.contains_key(host)).collect()
    }

    /// The portal; `None` only before the first site is applied.
    pub fn portal(&self) -> Option<&Arc<SiteNode>> {
        self.portal.and_then(|id| self.sites.get(&id))
    }

    /// All sites in the order of the group, the portal first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<SiteNode>> {
        self.order.iter().filter_map(|id| self.sites.get(id))
    }

    /// Do the settings or columns of a site that visitors may read name a file of its own, as its banner for example?
    /// A number of another site's file shows nothing: whoever guesses one could open it to everybody.
    pub fn names_file(&self, owner: SiteId, id: MediaId) -> bool {
        let part = format!("/media/{id}/");
        self.site(owner).filter(|node| node.site.state.is_readable()).is_some_and(|node| {
            let mut settings = node.site.settings.values().filter_map(|value| value.as_str());
            settings.any(|value| value.contains(&part))
                || node.channels.values().any(|channel| channel.picture.contains(&part))
        })
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// True before the first site is applied.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// A column wherever it is, with its site.
    pub fn channel(&self, id: ChannelId) -> Option<(&Arc<SiteNode>, &Channel)> {
        let node = self.sites.get(self.site_of_channel.get(&id)?)?;
        Some((node, node.channels.get(&id)?))
    }
}
