//! XML sitemaps, robots.txt and the readable site map.

use std::fmt::Write;
use std::sync::Arc;

use crate::app::App;
use crate::base::clock;
use crate::base::id::ChannelId;
use crate::cache::{Recorder, Tag};
use crate::domain::content::{self, LIVE_OF_SITE};
use crate::domain::site::{self, SiteNode};
use crate::render::view::{ColumnLink, MapPage};
use crate::store::{ListKey, Position, Read};

use super::feed::escape;
use super::frame::{columns, groups, note_site};
use super::page::{About, answer};
use super::views::item_url;
use super::{Answer, Ask, Failure};

/// Documents in one part of a sitemap; the protocol allows 50,000 addresses.
const PART: u64 = 5_000;

const MIME: &str = "application/xml; charset=utf-8";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// A sitemap: the portal's is an index of all sites, a subsite's is its addresses, or an index of
/// its parts when there are many.
pub fn sitemap(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    part: Option<u32>,
) -> Result<Answer, Failure> {
    let total = recorder.count(ListKey::new(LIVE_OF_SITE, &[node.site.id.0]))?;
    let parts = total.div_ceil(PART).max(1);
    match part {
        Some(part) if u64::from(part) <= parts => addresses(app, recorder, node, u64::from(part), total),
        Some(_) => Err(Failure::Nothing),
        None if node.site.is_portal() => index(app, recorder, node, parts),
        None if parts > 1 => index(app, recorder, node, parts),
        None => addresses(app, recorder, node, 1, total),
    }
}

fn index(app: &Arc<App>, recorder: &Recorder, node: &Arc<SiteNode>, parts: u64) -> Result<Answer, Failure> {
    let origin = app.origin();
    let mut out = format!("{HEAD}<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for part in 1..=parts {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "<sitemap><loc>{origin}{}/sitemap-{part}.xml</loc></sitemap>", node.site.prefix());
    }
    if node.site.is_portal() {
        let all = ListKey::new(site::SITES, &[]);
        recorder.note(Tag::List { list: all, from: Position::FIRST, to: Position::LAST });
        for other in app.directory().all() {
            note_site(recorder, other);
            if !other.site.is_portal() && other.site.state.is_listed() {
                let _ = writeln!(out, "<sitemap><loc>{origin}{}/sitemap.xml</loc></sitemap>", other.site.prefix());
            }
        }
    }
    out.push_str("</sitemapindex>\n");
    Ok(Answer::Text { mime: MIME, body: out })
}

/// Part 1 holds the home page, the columns and the oldest documents, so that full parts stay as they are.
fn addresses(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    part: u64,
    total: u64,
) -> Result<Answer, Failure> {
    let origin = app.origin();
    let mut out = format!("{HEAD}<urlset xmlns=\"{NAMESPACE}\">\n");
    if part == 1 {
        let mut pages = vec![node.site.url(), format!("{}/map/", node.site.prefix())];
        visible_pages(&columns(recorder, node, None, 4)?, &mut pages);
        for page in pages {
            let _ = writeln!(out, "<url><loc>{origin}{}</loc></url>", escape(&page));
        }
    }
    let end = total.saturating_sub((part - 1) * PART);
    let start = total.saturating_sub(part * PART);
    let list = ListKey::new(LIVE_OF_SITE, &[node.site.id.0]);
    for entry in recorder.list_at(list, start, (end - start) as usize)? {
        let Some(item) = content::item(recorder, entry.id)? else { continue };
        if !item.document.card.link.is_empty() {
            continue;
        }
        if let Some(url) = item_url(app, &item) {
            let day = clock::day(item.document.updated.max(item.document.published));
            let _ = writeln!(out, "<url><loc>{origin}{url}</loc><lastmod>{day}</lastmod></url>");
        }
    }
    out.push_str("</urlset>\n");
    Ok(Answer::Text { mime: MIME, body: out })
}

fn visible_pages(links: &[ColumnLink], pages: &mut Vec<String>) {
    for link in links {
        if !link.external && link.kind != "link" {
            pages.push(link.url.clone());
        }
        visible_pages(&link.children, pages);
    }
}

/// robots.txt of the group.
pub fn robots(app: &App) -> Answer {
    let origin = app.origin();
    let body = format!(
        "User-agent: *\nDisallow: /admin/\nDisallow: /api/\nDisallow: /*/search\nDisallow: /search\n\
         Sitemap: {origin}/sitemap.xml\n"
    );
    Answer::Text { mime: "text/plain; charset=utf-8", body }
}

/// The readable site map.
pub fn map(app: &Arc<App>, recorder: &Recorder, node: &Arc<SiteNode>, ask: Ask<'_>) -> Result<Answer, Failure> {
    let url = format!("{}/map/", node.site.prefix());
    if ask.query.is_some() {
        return Ok(Answer::Moved(url));
    }
    let none: Option<ChannelId> = None;
    let about = About { kind: "map", title: app.text(node, "map.title"), canonical: url, ..About::default() };
    let page = MapPage {
        columns: columns(recorder, node, none, 4)?,
        groups: if node.site.is_portal() { groups(app, recorder) } else { Vec::new() },
    };
    answer(app, recorder, node, ask, about, "site/map.html", page)
}
