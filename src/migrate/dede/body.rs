//! Texts of dedecms: what its add-on tables say besides the article.

use crate::domain::content::plain_text;
use crate::migrate::old::OldAttachment;
use crate::migrate::records::{Home, join_pages};
use crate::migrate::sql::Record;

/// Columns in which add-on tables have their text, in the order in which they are tried.
const TEXTS: [&str; 6] = ["body", "introduce", "content", "note", "nativeplace", "message"];

/// The text of an article.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub html: String,
    pub pages: usize,
    pub charset: &'static str,
    pub damaged: bool,
    pub attachments: Vec<OldAttachment>,
    /// Where the article leads instead; may be empty.
    pub leads: String,
}

/// Reads a row of an add-on table.
pub(super) fn read(record: &Record, home: &Home) -> Body {
    let text = TEXTS.iter().find(|name| record.bytes(name).is_some_and(|bytes| !bytes.is_empty()));
    let found = text.map(|name| record.decoded(name)).unwrap_or_default();
    let (mut html, pages) = join_pages(&found.text);
    let mut attachments = Vec::new();
    for (attributes, address) in marks(&record.text("imgurls"), "img") {
        let label = attribute(&attributes, "text").unwrap_or_default();
        html.push_str(&format!("<p><img src=\"{}\" alt=\"{}\"></p>", quoted(&address), quoted(&label)));
    }
    for (attributes, address) in marks(&record.text("softlinks"), "link") {
        if let Some(address) = home.absolute(&address) {
            let name = attribute(&attributes, "text").unwrap_or_default();
            attachments.push(OldAttachment { address, name: plain_text(&name) });
        }
    }
    Body {
        html,
        pages,
        charset: found.charset,
        damaged: found.damaged,
        attachments,
        leads: record.text("redirecturl").trim().to_owned(),
    }
}

fn quoted(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Attributes and contents of `{dede:name …}…{/dede:name}`.
fn marks(text: &str, name: &str) -> Vec<(String, String)> {
    let (open, close) = (format!("{{dede:{name}"), format!("{{/dede:{name}}}"));
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(&open) {
        let Some((attributes, behind)) = rest[at + open.len()..].split_once('}') else { break };
        let Some((content, behind)) = behind.split_once(&close) else { break };
        found.push((attributes.to_owned(), content.trim().to_owned()));
        rest = behind;
    }
    found
}

/// `name='value'` among attributes.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let at = attributes.find(&format!("{name}="))?;
    let rest = &attributes[at + name.len() + 1..];
    let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    rest[1..].split(quote).next().map(str::to_owned)
}
