//! From sites and columns to what templates see.

use std::collections::HashMap;

use crate::app::App;
use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::content::{self, ColumnFigures};
use crate::domain::error::Result;
use crate::domain::site::{Channel, SiteNode};
use crate::render::view_admin::{ColumnRowView, OptionGroupView, OptionView};

use crate::web::admin::desk::time;

/// With more sites than this, columns to choose are those of one's own site and the portal.
const MOST_SITES: usize = 40;

/// A thing to choose, with its own text.
pub(in crate::web::admin) fn option(value: impl ToString, text: &str, chosen: &str) -> OptionView {
    let value = value.to_string();
    OptionView { chosen: value == chosen, text: text.to_owned(), key: String::new(), value }
}

/// A thing to choose, whose text has a key.
pub(in crate::web::admin) fn keyed(value: &str, key: String, chosen: &str) -> OptionView {
    OptionView { value: value.to_owned(), text: String::new(), key, chosen: value == chosen }
}

/// The columns of a site as rows, those only where `by` works.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn column_rows(app: &App, by: &By, node: &SiteNode, now: i64) -> Result<Vec<ColumnRowView>> {
    let figures = content::column_figures(&app.store, by, node, now)?;
    // Neighbours among those that no file declares.
    let mut siblings: HashMap<Option<ChannelId>, Vec<ChannelId>> = HashMap::new();
    for figure in figures.iter().filter(|figure| !figure.channel.declared) {
        siblings.entry(figure.channel.parent).or_default().push(figure.channel.id);
    }
    Ok(figures.iter().map(|figure| column_row(node, figure, &siblings)).collect())
}

fn column_row(
    node: &SiteNode,
    figure: &ColumnFigures,
    siblings: &HashMap<Option<ChannelId>, Vec<ChannelId>>,
) -> ColumnRowView {
    let channel = &figure.channel;
    let neighbours = siblings.get(&channel.parent).map(Vec::as_slice).unwrap_or_default();
    let movable = neighbours.contains(&channel.id);
    ColumnRowView {
        id: channel.id.0,
        parent: channel.parent.map_or(0, |parent| parent.0),
        name: channel.name.clone(),
        path: node.path(channel.id),
        url: if node.site.state.is_readable() { node.channel_url(channel) } else { String::new() },
        depth: figure.depth,
        kind: channel.kind.word(),
        hidden: channel.hidden,
        takes: channel.takes_submissions,
        declared: channel.declared,
        closing: channel.closing.is_some(),
        live: figure.live,
        standing: figure.standing,
        newest: figure.newest.map(time).unwrap_or_default(),
        freshness: figure.freshness.map_or("", content::Freshness::word),
        days: figure.freshness.map_or(0, content::Freshness::days),
        update: channel.update.word(),
        up: movable && neighbours.first() != Some(&channel.id),
        down: movable && neighbours.last() != Some(&channel.id),
    }
}

/// Columns of a site that `fits` takes, in the order of the tree, indented.
pub(in crate::web::admin) fn column_options(
    node: &SiteNode,
    chosen: &str,
    fits: impl Fn(&Channel) -> bool,
) -> Vec<OptionView> {
    fn add(
        node: &SiteNode,
        parent: Option<ChannelId>,
        depth: usize,
        chosen: &str,
        fits: &dyn Fn(&Channel) -> bool,
        found: &mut Vec<OptionView>,
    ) {
        for channel in node.below(parent) {
            if fits(channel) {
                found.push(option(channel.id, &format!("{}{}", "　".repeat(depth), channel.name), chosen));
            }
            add(node, Some(channel.id), depth + 1, chosen, fits, found);
        }
    }
    let mut found = Vec::new();
    add(node, None, 0, chosen, &fits, &mut found);
    found
}

/// True where `by` works in a column, or acts in `role` if one is given.
pub(in crate::web::admin) fn works(by: &By, node: &SiteNode, channel: ChannelId, role: Option<Role>) -> bool {
    let chain: Vec<ChannelId> = node.chain(channel).iter().map(|channel| channel.id).collect();
    let place = Place::Channel(node.site.id, &chain);
    role.map_or_else(|| by.sees(place), |role| by.may(role, place))
}

/// Columns of the group that hold documents and where `by` acts in `role`, by site; `first` comes first.
pub(super) fn group_options(app: &App, by: &By, first: SiteId, role: Role) -> Vec<OptionGroupView> {
    let directory = app.directory().clone();
    let mut nodes: Vec<_> = directory
        .all()
        .filter(|node| by.user().is_none_or(|user| user.may_within(role, node.site.id)))
        .filter(|node| directory.len() <= MOST_SITES || node.site.id == first || node.site.is_portal())
        .collect();
    nodes.sort_by_key(|node| node.site.id != first);
    let groups = nodes.into_iter().map(|node| OptionGroupView {
        name: node.site.short_name.clone(),
        options: column_options(node, "", |channel| {
            channel.holds_documents() && channel.closing.is_none() && works(by, node, channel.id, Some(role))
        }),
    });
    groups.filter(|group| !group.options.is_empty()).collect()
}
