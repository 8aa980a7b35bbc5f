//! The structure of a body: pictures, headings, tables, links.

use crate::base::id::{DocumentId, MediaId};
use crate::domain::error::Result;
use crate::domain::media::Media;
use crate::store::Read;

use super::Findings;
use super::policy::Rule;
use crate::domain::content::clean::{MISSING, NodeId, Nodes, read};
use crate::domain::content::query::item;

/// Words of links that say nothing.
const EMPTY_WORDS: [&str; 18] = [
    "点击",
    "点击这里",
    "这里",
    "此处",
    "点此",
    "点击此处",
    "请点击",
    "点击查看",
    "查看",
    "详情",
    "更多",
    "下载",
    "链接",
    "here",
    "click here",
    "more",
    "link",
    "read more",
];

/// A link as it is written, longer than which its words are no name.
const ADDRESS: usize = 40;

pub(super) fn check(store: &impl Read, html: &str, findings: &mut Findings) -> Result<()> {
    let (tree, body) = read(html);
    let mut level = 1;
    for id in tree.elements(body) {
        match tree.name(id) {
            "img" => picture(&tree, body, id, findings),
            "mark" if tree.text(id).starts_with(MISSING[0]) && tree.text(id).ends_with(MISSING[1]) => {
                findings.add(Rule::Picture, tree.text(id).trim_matches(MISSING), "");
            }
            "h2" | "h3" | "h4" | "h5" | "h6" => {
                let text = tree.text(id);
                let own = tree.name(id)[1..].parse().unwrap_or(2);
                if text.trim().is_empty() || own > level + 1 {
                    findings.add(Rule::Headings, text.trim(), format!("h{}", (level + 1).min(own)));
                }
                level = own;
            }
            "table" => {
                let heads = tree.inside(id).any(|cell| tree.is(cell, &["th"]));
                let rows = tree.inside(id).filter(|row| tree.is(*row, &["tr"])).count();
                if !heads && rows > 1 {
                    let words: Vec<String> = tree.text(id).split_whitespace().map(str::to_owned).collect();
                    findings.add(Rule::TableHeads, words.join(" "), "");
                }
            }
            "a" => link(store, &tree, id, findings)?,
            _ => {}
        }
    }
    Ok(())
}

/// `alt=""` says that a picture only decorates.
fn picture(tree: &Nodes, body: NodeId, id: NodeId, findings: &mut Findings) {
    let Some(alt) = tree.attribute(id, "alt") else {
        let before = tree.inside(body).take_while(|node| *node != id).filter_map(|node| tree.words(node));
        let near = before.filter(|words| !words.trim().is_empty()).last().unwrap_or_default().trim();
        let skip = near.chars().count().saturating_sub(20);
        findings.add(Rule::Alt, near.chars().skip(skip).collect::<String>(), "");
        return;
    };
    let linked = tree.above(id).find(|above| tree.is(*above, &["a"]));
    if alt.trim().is_empty() && linked.is_some_and(|link| tree.text(link).trim().is_empty()) {
        findings.add(Rule::LinkText, tree.attribute(id, "src").unwrap_or_default(), "");
    }
}

fn link(store: &impl Read, tree: &Nodes, id: NodeId, findings: &mut Findings) -> Result<()> {
    let Some(href) = tree.attribute(id, "href") else { return Ok(()) };
    let text = tree.text(id);
    let text = text.trim();
    let picture = tree.inside(id).any(|inner| tree.is(inner, &["img"]));
    let lower = text.trim_matches(['>', '»', '…', '.', '【', '】', '[', ']', ' ']).to_lowercase();
    let address = ["http://", "https://", "www."].iter().any(|head| lower.starts_with(head));
    if (text.is_empty() && !picture) || EMPTY_WORDS.contains(&lower.as_str()) || (address && text.len() > ADDRESS) {
        findings.add(Rule::LinkText, if text.is_empty() { href } else { text }, "");
    }
    if !leads(store, tree, href)? {
        findings.add(Rule::Links, if text.is_empty() { href } else { text }, href);
    }
    Ok(())
}

/// Does an address within the group lead to something that visitors may read? Of others nothing is known here.
fn leads(store: &impl Read, tree: &Nodes, href: &str) -> Result<bool> {
    if let Some(anchor) = href.strip_prefix('#') {
        let root = crate::domain::content::clean::TOP;
        return Ok(anchor.is_empty() || tree.inside(root).any(|id| tree.attribute(id, "id") == Some(anchor)));
    }
    if !href.starts_with('/') || href.starts_with("//") {
        return Ok(true);
    }
    let path = href.split(['?', '#']).next().unwrap_or(href);
    let parts: Vec<&str> = path.split('/').collect();
    if let Some(at) = parts.iter().position(|part| *part == "media") {
        let Some(number) = parts.get(at + 1).and_then(|number| number.parse().ok()) else { return Ok(false) };
        return Ok(store.get::<Media>(MediaId(number).0)?.is_some());
    }
    let number = parts.last().and_then(|last| last.strip_suffix(".html")).and_then(|number| number.parse().ok());
    match number {
        Some(number) => Ok(item(store, DocumentId(number).0)?.is_some_and(|item| item.document.is_live())),
        None => Ok(true),
    }
}
