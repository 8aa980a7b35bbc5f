//! Home pages: of a subsite, and of the portal.

use std::sync::Arc;

use crate::app::App;
use crate::cache::Recorder;
use crate::domain::content::{self, LIVE_OF_GROUP, LIVE_OF_SITE, PICTURES_OF_SITE};
use crate::domain::site::{ChannelKind, SiteNode};
use crate::render::view::{BlockView, HomePage, ItemView, PortalPage};
use crate::store::ListKey;

use super::frame::{groups, shell};
use super::page::{About, answer};
use super::views::{With, block, item_views};
use super::{Answer, Ask, Failure};

/// Documents with a picture on a home page.
const PICTURES: usize = 5;
/// Newest documents on a home page.
const NEWEST: usize = 10;
/// Documents of each column on a home page.
const BLOCK: usize = 7;

/// The home page of a site.
pub fn home(app: &Arc<App>, recorder: &Recorder, node: &Arc<SiteNode>, ask: Ask<'_>) -> Result<Answer, Failure> {
    if ask.query.is_some() {
        return Ok(Answer::Moved(node.site.url()));
    }
    let about = About {
        kind: "home",
        title: node.site.name.clone(),
        canonical: node.site.url(),
        description: node.site.description.clone(),
        feed: Some(format!("{}/feed.xml", node.site.prefix())),
        ..About::default()
    };
    let newest = |list, limit, with| -> Result<Vec<ItemView>, Failure> {
        Ok(item_views(app, recorder, &content::live(recorder, list, limit)?, with))
    };
    let id = node.site.id.0;
    let pictures = newest(ListKey::new(PICTURES_OF_SITE, &[id]), PICTURES, With::Column)?;
    let own = newest(ListKey::new(LIVE_OF_SITE, &[id]), NEWEST, With::Column)?;
    let blocks = blocks(app, recorder, node)?;
    if node.site.is_portal() {
        // The portal's own documents have their place above.
        let mut group = content::live(recorder, ListKey::new(LIVE_OF_GROUP, &[]), 3 * NEWEST)?;
        group.retain(|item| item.site() != node.site.id);
        group.truncate(2 * NEWEST);
        let page = PortalPage {
            pictures,
            newest: own,
            blocks,
            group_newest: item_views(app, recorder, &group, With::Site),
            groups: groups(app, recorder),
        };
        answer(app, recorder, node, ask, about, "site/portal.html", page)
    } else {
        let page = HomePage { pictures, newest: own, blocks };
        answer(app, recorder, node, ask, about, "site/home.html", page)
    }
}

/// The top columns that are visible and hold lists, with their newest documents.
fn blocks(app: &Arc<App>, recorder: &Recorder, node: &Arc<SiteNode>) -> Result<Vec<BlockView>, Failure> {
    let mut blocks = Vec::new();
    for link in &shell(app, recorder, node)?.nav {
        let Some(channel) = node.below(None).find(|channel| channel.slug == link.slug) else { continue };
        if channel.kind == ChannelKind::List {
            blocks.push(block(app, recorder, link.clone(), channel, BLOCK)?);
        }
    }
    blocks.retain(|block| !block.items.is_empty());
    Ok(blocks)
}
