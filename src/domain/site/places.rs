//! Sites and columns by their slugs, for grants.

use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::Places;

use super::Directory;

impl Places for Directory {
    fn site(&self, slug: &str) -> Option<SiteId> {
        self.by_slug(slug).map(|node| node.site.id)
    }

    fn channel(&self, site: SiteId, path: &str) -> Option<ChannelId> {
        Directory::site(self, site)?.channel_at(path).map(|channel| channel.id)
    }

    fn slug(&self, site: SiteId) -> Option<String> {
        Directory::site(self, site).map(|node| node.site.slug.clone())
    }

    fn path(&self, site: SiteId, channel: ChannelId) -> Option<String> {
        let node = Directory::site(self, site)?;
        node.channels.contains_key(&channel).then(|| node.path(channel))
    }
}
