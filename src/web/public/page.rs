//! The frame around one page: path bar, labels, canonical address; and rendering it.

use std::sync::Arc;

use serde::Serialize;

use crate::app::App;
use crate::base::id::ChannelId;
use crate::cache::{Recorder, Variant};
use crate::domain::site::{Channel, SiteNode};
use crate::render::engine::Frame;
use crate::render::view::{CrumbView, MetaView, PageView};

use super::frame::shell;
use super::views::LatestOf;
use super::{Answer, Ask, Failure};

/// What a page says of itself.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// `home`, `column`, `document`, `search`, `map`, `error`.
    pub kind: &'static str,
    /// Heading.
    pub title: String,
    /// Address that counts, a path.
    pub canonical: String,
    /// Summary.
    pub description: String,
    /// Column that the page is of or in.
    pub channel: Option<ChannelId>,
    /// Labels beyond those of the site.
    pub meta: Vec<MetaView>,
    /// Feed.
    pub feed: Option<String>,
    /// Not for search engines.
    pub noindex: bool,
}

/// Renders `template` with the frame of `node`.
pub fn render(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    ask: Ask<'_>,
    about: About,
    template: &str,
    page: impl Serialize,
) -> Result<String, Failure> {
    recorder.theme();
    let shell = shell(app, recorder, node)?;
    let latest = LatestOf { app: app.clone(), recorder: recorder.clone(), node: node.clone() };
    let frame = Frame { site: shell.frame.clone(), page: page_view(app, node, ask, about), latest: Arc::new(latest) };
    Ok(app.engine.render(&node.site.theme, template, &frame, page)?)
}

/// Renders a page that may be kept.
pub fn answer(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    ask: Ask<'_>,
    about: About,
    template: &str,
    page: impl Serialize,
) -> Result<Answer, Failure> {
    let html = render(app, recorder, node, ask, about, template, page)?;
    Ok(Answer::Page { html, lang: node.site.lang.clone(), keep: true })
}

fn page_view(app: &App, node: &SiteNode, ask: Ask<'_>, about: About) -> PageView {
    let chain = about.channel.map(|id| node.chain(id)).unwrap_or_default();
    let site = &node.site;
    let url = match ask.query {
        Some(query) => format!("{}?{query}", ask.path),
        None => ask.path.to_owned(),
    };
    let elder = ask.variant == Variant::Elder;
    let mode = if elder { "elder=0" } else { "elder=1" };
    let mut crumbs = vec![CrumbView { name: site.name.clone(), url: site.url() }];
    for channel in &chain {
        crumbs.push(CrumbView { name: channel.name.clone(), url: node.channel_url(channel) });
    }
    // The last step is the page itself: a column page ends with its column, other pages with their title.
    if about.kind == "column" || about.kind == "home" {
        if let Some(last) = crumbs.last_mut() {
            last.url.clear();
        }
    } else {
        crumbs.push(CrumbView { name: about.title.clone(), url: String::new() });
    }
    let mut full_title = about.title.clone();
    if about.kind == "document" {
        for channel in chain.iter().rev().take(1) {
            full_title = format!("{full_title}_{}", channel.name);
        }
    }
    if about.kind != "home" {
        full_title = format!("{full_title}_{}", site.name);
    }
    let host = app.origin();
    let domain = host.split_once("://").map_or(host.as_str(), |(_, host)| host).to_owned();
    let mut meta = vec![
        label("SiteName", &site.name),
        label("SiteDomain", &domain),
        label("SiteIDCode", &site.identity.site_code),
    ];
    if let Some(channel) = chain.last() {
        meta.extend(column_labels(channel));
    }
    meta.extend(about.meta);
    meta.retain(|label| !label.content.is_empty());
    PageView {
        kind: about.kind,
        title: about.title,
        full_title,
        mode_url: if url.contains('?') { format!("{url}&{mode}") } else { format!("{url}?{mode}") },
        url,
        canonical: format!("{host}{}", about.canonical),
        description: about.description,
        crumbs,
        meta,
        feed_url: about.feed,
        section: chain.first().map(|channel| channel.slug.clone()).unwrap_or_default(),
        elder,
        noindex: about.noindex,
        live_reload: app.config.themes.development,
    }
}

/// A label.
pub fn label(name: &'static str, content: &str) -> MetaView {
    MetaView { name, content: content.to_owned() }
}

/// Labels of level "column" (国办发〔2017〕47号, page design annex).
fn column_labels(channel: &Channel) -> Vec<MetaView> {
    vec![
        label("ColumnName", &channel.name),
        label("ColumnDescription", &channel.description),
        label("ColumnKeywords", &channel.keywords.join(",")),
        label("ColumnType", &channel.column_type),
    ]
}
