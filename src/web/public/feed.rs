//! Atom feeds (RFC 4287) of sites and columns.

use std::fmt::Write;
use std::sync::Arc;

use crate::app::App;
use crate::base::clock;
use crate::base::id::ChannelId;
use crate::cache::Recorder;
use crate::domain::content::{self, LIVE_OF_CHANNEL, LIVE_OF_SITE};
use crate::domain::site::SiteNode;
use crate::store::ListKey;

use super::views::{With, item_views};
use super::{Answer, Failure};

/// Entries of a feed.
const ENTRIES: usize = 30;

/// The feed of a site, or of one of its columns.
pub fn feed(
    app: &Arc<App>,
    recorder: &Recorder,
    node: &Arc<SiteNode>,
    channel: Option<ChannelId>,
) -> Result<Answer, Failure> {
    let origin = app.origin();
    let (list, title, home) = match channel {
        None => (ListKey::new(LIVE_OF_SITE, &[node.site.id.0]), node.site.name.clone(), node.site.url()),
        Some(id) => {
            let channel = node.channels.get(&id).ok_or(Failure::Nothing)?;
            let title = format!("{}_{}", channel.name, node.site.name);
            (ListKey::new(LIVE_OF_CHANNEL, &[id.0]), title, node.channel_url(channel))
        }
    };
    let items = content::live(recorder, list, ENTRIES)?;
    let updated = items.iter().map(|item| item.document.updated.max(item.time())).max().unwrap_or_default();
    let views = item_views(app, recorder, &items, With::Nothing);
    let mut out = String::with_capacity(16 * 1024);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <title>{}</title>\n<id>{origin}{home}</id>\n<link href=\"{origin}{home}\"/>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{origin}{home}feed.xml\"/>\n\
         <updated>{}</updated>\n<author><name>{}</name></author>\n",
        escape(&node.site.lang),
        escape(&title),
        clock::rfc3339(updated),
        escape(&node.site.name),
    );
    for view in &views {
        let Some(item) = items.iter().find(|item| item.id() == view.id) else { continue };
        let url = if view.external { view.url.clone() } else { format!("{origin}{}", view.url) };
        let _ = writeln!(
            out,
            "<entry><title>{}</title><id>{origin}/id/{}</id><link href=\"{}\"/><published>{}</published>\
             <updated>{}</updated><summary>{}</summary></entry>",
            escape(&view.title),
            view.id,
            escape(&url),
            clock::rfc3339(item.time()),
            clock::rfc3339(item.document.updated.max(item.time())),
            escape(&view.summary),
        );
    }
    out.push_str("</feed>\n");
    Ok(Answer::Text { mime: "application/atom+xml; charset=utf-8", body: out })
}

/// Text for XML; control characters that XML forbids are left out.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c < ' ' && !matches!(c, '\t' | '\n' | '\r') => {}
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}
