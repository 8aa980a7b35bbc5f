//! What all pages of a site share: names, foot, menus.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;

use crate::app::App;
use crate::cache::{MemoKey, Recorder, Tag};
use crate::domain::content::LIVE_OF_CHANNEL;
use crate::domain::media;
use crate::domain::site::{Channel, ChannelKind, FILES, Site, SiteKind, SiteNode, SiteState};
use crate::render::engine::SiteFrame;
use crate::render::view::{ColumnLink, FootView, NoticeView, SiteGroupView, SiteLink, SiteView};
use crate::store::{ListKey, Read, Record};

use super::Failure;

/// The shared part of a site's pages.
pub struct Shell {
    /// Values for templates.
    pub frame: Arc<SiteFrame>,
    /// Visible columns.
    pub nav: Vec<ColumnLink>,
}

/// The shell of a site, kept in the cache until something in it changes.
pub fn shell(app: &App, recorder: &Recorder, node: &SiteNode) -> Result<Arc<Shell>, Failure> {
    recorder.memo(MemoKey::shell(node.site.id.0), |recorder| {
        note_site(recorder, node);
        recorder.theme();
        let nav = columns(recorder, node, None, 3)?;
        let view = site_view(app, recorder, node)?;
        let frame = app.engine.site_frame(&node.site.theme, &view, &nav)?;
        Ok(Shell { frame: Arc::new(frame), nav })
    })
}

/// The page depends on the site and its columns, which it reads from memory.
pub fn note_site(recorder: &Recorder, node: &SiteNode) {
    recorder.note(Tag::Row(Site::TABLE, node.site.id.0));
}

fn site_view(app: &App, recorder: &Recorder, node: &SiteNode) -> Result<SiteView, Failure> {
    let site = &node.site;
    let directory = app.directory();
    let portal = directory.portal().unwrap_or_else(|| unreachable_portal(&directory));
    note_site(recorder, portal);
    let text = |key: &str| site.settings.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let file = |key: &str| -> Result<Option<String>, Failure> {
        Ok(Some(file_address(recorder, site, &text(key))?).filter(|address| !address.is_empty()))
    };
    let mut settings = BTreeMap::new();
    for (key, value) in &site.settings {
        let value = match value.as_str() {
            Some(text) => Value::from(file_address(recorder, site, text)?),
            None => Value::from(minijinja::value::Serde(value)),
        };
        settings.insert(key.clone(), value);
    }
    let prefix = site.prefix();
    let code = &site.identity.site_code;
    let digits: String = site.identity.police.chars().filter(char::is_ascii_digit).collect();
    let notice = match (&site.notice, site.state) {
        (Some(notice), _) => {
            let (from, until) = site.notice_period().unwrap_or_default();
            let (text, url, name) = (notice.text.clone(), notice.url.clone(), notice.name.clone());
            Some(NoticeView { text, url, name, from, until })
        }
        (None, SiteState::Archived) => {
            Some(NoticeView { text: app.text(node, "notice.archived"), ..NoticeView::default() })
        }
        (None, _) => None,
    };
    Ok(SiteView {
        slug: site.slug.clone(),
        name: site.name.clone(),
        short_name: site.short_name.clone(),
        kind: site.kind.word(),
        description: site.description.clone(),
        lang: site.lang.clone(),
        url: site.url(),
        search_url: format!("{prefix}/search"),
        map_url: format!("{prefix}/map/"),
        feed_url: format!("{prefix}/feed.xml"),
        colour: text("colour"),
        logo: file("logo")?,
        banner: file("banner")?,
        settings,
        foot: FootView {
            site_code: code.clone(),
            icp: site.identity.icp.clone(),
            police: site.identity.police.clone(),
            police_url: format!("https://beian.mps.gov.cn/#/query/webSearch?code={digits}"),
            sponsor: site.identity.sponsor.clone(),
            operator: site.identity.operator.clone(),
            address: site.contact.address.clone(),
            postcode: site.contact.postcode.clone(),
            phone: site.contact.phone.clone(),
            email: site.contact.email.clone(),
            hours: site.contact.hours.clone(),
            mark_url: format!("https://bszs.conac.cn/sitename?method=show&id={code}"),
            report_url: format!("https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code={code}"),
        },
        notice,
        portal: site_link(&portal.site),
        is_portal: site.is_portal(),
    })
}

/// Address of a file beside site.toml; any other value as it is.
pub fn file_address(read: &impl Read, site: &Site, value: &str) -> Result<String, Failure> {
    if !value.starts_with(FILES) {
        return Ok(value.to_owned());
    }
    Ok(media::find_origin(read, site.id, value)?.map(|media| media.url(&site.prefix())).unwrap_or_default())
}

/// A group without a portal cannot be applied, so any site stands in for it.
fn unreachable_portal(directory: &crate::domain::site::Directory) -> &Arc<SiteNode> {
    directory.all().next().expect("a page is rendered only for a site of the directory")
}

/// A link to a site.
pub fn site_link(site: &Site) -> SiteLink {
    SiteLink { slug: site.slug.clone(), name: site.name.clone(), short_name: site.short_name.clone(), url: site.url() }
}

/// The subsites by kind, those that visitors may see.
pub fn groups(app: &App, recorder: &Recorder) -> Vec<SiteGroupView> {
    let directory = app.directory();
    recorder.note(Tag::List {
        list: ListKey::new(crate::domain::site::SITES, &[]),
        from: crate::store::Position::FIRST,
        to: crate::store::Position::LAST,
    });
    SiteKind::UNITS
        .into_iter()
        .map(|kind| SiteGroupView {
            kind: kind.word(),
            sites: directory
                .all()
                .inspect(|node| note_site(recorder, node))
                .filter(|node| node.site.kind == kind && node.site.state.is_listed())
                .map(|node| site_link(&node.site))
                .collect(),
        })
        .filter(|group| !group.sites.is_empty())
        .collect()
}

/// Visible columns below `parent`: not hidden, and not empty (veto item 空白栏目).
pub fn columns(
    read: &impl Read,
    node: &SiteNode,
    parent: Option<crate::base::id::ChannelId>,
    depth: usize,
) -> Result<Vec<ColumnLink>, Failure> {
    let mut links = Vec::new();
    if depth == 0 {
        return Ok(links);
    }
    for channel in node.below(parent).filter(|channel| !channel.hidden) {
        let children = columns(read, node, Some(channel.id), depth - 1)?;
        let visible = match channel.kind {
            ChannelKind::Link => true,
            ChannelKind::Section => !children.is_empty(),
            ChannelKind::List | ChannelKind::Page => {
                read.any(ListKey::new(LIVE_OF_CHANNEL, &[channel.id.0]))? || !children.is_empty()
            }
        };
        if visible {
            links.push(column_link(node, channel, children));
        }
    }
    Ok(links)
}

/// A link to a column.
pub fn column_link(node: &SiteNode, channel: &Channel, children: Vec<ColumnLink>) -> ColumnLink {
    let url = node.channel_url(channel);
    ColumnLink {
        slug: channel.slug.clone(),
        name: channel.name.clone(),
        external: !url.starts_with('/'),
        url,
        kind: channel.kind.word(),
        children,
    }
}

/// May visitors read the site? Otherwise what they get instead.
pub fn readable(site: &Site) -> Result<(), Failure> {
    match site.state {
        SiteState::Redirected if !site.redirect.is_empty() => Err(Failure::Moved(site.redirect.clone())),
        state if state.is_readable() => Ok(()),
        _ => Err(Failure::Closed(site.state)),
    }
}
