//! From old columns to new ones: by the mapping file, by name, or made.

use std::collections::HashMap;

use crate::base::id::ChannelId;
use crate::domain::error::Result;
use crate::domain::site::{Channel, ChannelKind, SiteNode};
use crate::migrate::begin::Failure;
use crate::migrate::columns::{ColumnTree, Maker, slug_of};
use crate::migrate::old::OldColumn;
use crate::store::Read;

use super::mapping::Mapping;

/// More pages without a column than this become one list instead of a column each.
const PAGE_COLUMNS: usize = 40;

/// Names by which departments call the same column.
const ALIASES: [&[&str]; 8] = [
    &["通知公告", "公告公示", "通知通告", "公告栏", "公示公告", "通知公示"],
    &["工作动态", "政务动态", "工作信息", "部门动态", "动态信息"],
    &["机构职能", "部门职能", "机构设置", "机构概况", "单位概况", "单位简介"],
    &["政策法规", "法律法规", "法规政策"],
    &["领导信息", "领导之窗", "领导简介", "领导班子", "领导介绍"],
    &["图片新闻", "图片要闻"],
    &["下载中心", "资料下载", "表格下载", "下载专区"],
    &["办事指南", "服务指南", "办事服务"],
];

/// What the first walk learned of an old column.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub old: OldColumn,
    /// Articles in it.
    pub documents: usize,
}

/// Where the old columns go.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub tree: ColumnTree,
    /// By the place of the old column in the plan.
    pub of: Vec<Option<ChannelId>>,
    /// For articles without a column.
    pub posts: Option<ChannelId>,
    /// For pages, by the place of the page in the plan.
    pub of_page: HashMap<u32, ChannelId>,
    /// For letters, where the guestbook was no column of its own.
    pub letters: Option<ChannelId>,
    /// Keys of old columns that the mapping file, which there is, does not name.
    pub unmapped: Vec<String>,
    /// What a mapping file would say.
    pub proposal: Mapping,
}

/// Names of the columns that the old site itself has no name for.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub posts: String,
    pub pages: String,
    pub letters: String,
}

/// What must be placed beside the columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs<'a> {
    /// Articles without a column.
    pub posts: bool,
    /// Pages without a column: place in the plan, name.
    pub pages: &'a [(u32, String)],
    /// Letters whose guestbook is no column.
    pub letters: bool,
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect()
}

fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    one == other || ALIASES.iter().any(|group| group.contains(&one.as_str()) && group.contains(&other.as_str()))
}

impl Columns {
    /// Decides for every column.
    ///
    /// # Errors
    /// A path of the mapping file that cannot be; when the store cannot be read.
    pub(super) fn of<R: Read>(
        seen: &[Seen],
        maker: &Maker<'_, R>,
        mapping: Option<&Mapping>,
        names: &Names,
        needs: Needs<'_>,
    ) -> Result<Columns, Failure> {
        let root = maker.root.map(|channel| channel.id);
        let mut columns = Columns { tree: ColumnTree::behind(maker.node), ..Columns::default() };
        columns.of = vec![None; seen.len()];
        let by_key: HashMap<&str, usize> =
            seen.iter().enumerate().map(|(at, seen)| (seen.old.key.as_str(), at)).collect();
        let wanted = wanted(seen, &by_key);
        for at in 0..seen.len() {
            if wanted[at] {
                columns.settle(seen, &by_key, at, maker, mapping, 0)?;
            } else if let Some(mapped) = mapping.and_then(|mapping| mapping.of(&seen[at].old.key)) {
                columns.of[at] = Some(columns.tree.at_path(maker, mapped)?);
            }
        }
        // An old column that got none leads where the one above it does.
        for at in 0..seen.len() {
            let mut above = seen[at].old.parent.as_deref();
            let mut rounds = 0;
            while columns.of[at].is_none()
                && rounds < 32
                && let Some(next) = above.and_then(|key| by_key.get(key))
            {
                columns.of[at] = columns.of[*next];
                above = seen[*next].old.parent.as_deref();
                rounds += 1;
            }
        }
        if needs.posts {
            columns.posts = Some(match maker.root.filter(|channel| channel.kind == ChannelKind::List) {
                Some(channel) => channel.id,
                None => columns.tree.column(maker, root, &names.posts, "posts", "posts", ChannelKind::List)?,
            });
        }
        columns.pages(maker, names, needs.pages, root)?;
        if needs.letters {
            let id = columns.tree.column(maker, root, &names.letters, "letters", "letters", ChannelKind::List)?;
            columns.letters = Some(id);
        }
        columns.propose(seen, maker.node, mapping);
        Ok(columns)
    }

    /// The column of an old column, that of the one above it first.
    fn settle<R: Read>(
        &mut self,
        seen: &[Seen],
        by_key: &HashMap<&str, usize>,
        at: usize,
        maker: &Maker<'_, R>,
        mapping: Option<&Mapping>,
        depth: usize,
    ) -> Result<ChannelId, Failure> {
        if let Some(known) = self.of[at] {
            return Ok(known);
        }
        let old = &seen[at].old;
        if let Some(mapping) = mapping {
            if let Some(mapped) = mapping.of(&old.key) {
                let id = self.tree.at_path(maker, mapped)?;
                self.of[at] = Some(id);
                return Ok(id);
            }
            self.unmapped.push(format!("{} ({})", old.key, old.name));
        }
        let root = maker.root.map(|channel| channel.id);
        if let Some(channel) = named(maker, &old.name) {
            self.of[at] = Some(channel);
            return Ok(channel);
        }
        // A circle of parents, or a tree deeper than any, ends here.
        let above = old.parent.as_deref().and_then(|key| by_key.get(key)).filter(|above| **above != at && depth < 6);
        let parent = match above {
            Some(above) => Some(self.settle(seen, by_key, *above, maker, mapping, depth + 1)?),
            None => root,
        };
        if let Some(known) = self.of[at] {
            return Ok(known);
        }
        let fallback = format!("c-{:08x}", xxhash_rust::xxh3::xxh3_64(old.key.as_bytes()) as u32);
        let name = if old.name.trim().is_empty() { old.key.clone() } else { old.name.trim().to_owned() };
        let slug = folder(old).unwrap_or_default();
        let id = self.tree.column(maker, parent, &name, &slug, &fallback, ChannelKind::List)?;
        self.of[at] = Some(id);
        Ok(id)
    }

    /// Pages become a page column each; very many become one list.
    fn pages<R: Read>(
        &mut self,
        maker: &Maker<'_, R>,
        names: &Names,
        pages: &[(u32, String)],
        root: Option<ChannelId>,
    ) -> Result<()> {
        if pages.is_empty() {
            return Ok(());
        }
        if pages.len() > PAGE_COLUMNS {
            let list = self.tree.column(maker, root, &names.pages, "pages", "pages", ChannelKind::List)?;
            self.of_page.extend(pages.iter().map(|(at, _)| (*at, list)));
            return Ok(());
        }
        let section = match root {
            Some(root) => root,
            None => self.tree.column(maker, None, &names.pages, "pages", "pages", ChannelKind::Section)?,
        };
        for (at, name) in pages {
            let fallback = format!("p-{:08x}", xxhash_rust::xxh3::xxh3_64(name.as_bytes()) as u32);
            let id = self.tree.column(maker, Some(section), name, "", &fallback, ChannelKind::Page)?;
            self.of_page.insert(*at, id);
        }
        Ok(())
    }

    fn propose(&mut self, seen: &[Seen], node: &SiteNode, mapping: Option<&Mapping>) {
        let prefix = node.site.prefix();
        for (at, Seen { old, documents }) in seen.iter().enumerate() {
            let mut mapped = mapping.and_then(|mapping| mapping.of(&old.key)).cloned().unwrap_or_default();
            if mapped.to.is_empty()
                && let Some(id) = self.of[at]
            {
                let url = self.tree.url(node, id);
                url.strip_prefix(&prefix).unwrap_or(&url).trim_matches('/').clone_into(&mut mapped.to);
                if let Some(new) = self.tree.new.iter().find(|channel| channel.id == id) {
                    (mapped.title, mapped.kind) = (new.name.clone(), new.kind.word().to_owned());
                }
            }
            (mapped.old, mapped.name, mapped.documents) = (old.key.clone(), old.name.clone(), *documents);
            self.proposal.column.push(mapped);
        }
    }
}

/// A column of the site that has the name, or one that is another word for it; below the column of `--channel` first.
fn named<R>(maker: &Maker<'_, R>, name: &str) -> Option<ChannelId> {
    let fits =
        |channel: &&Channel| channel.holds_documents() && channel.closing.is_none() && same_name(&channel.name, name);
    let root = maker.root.map(|channel| channel.id);
    let below =
        |channel: &&Channel| root.is_none_or(|root| maker.node.chain(channel.id).iter().any(|above| above.id == root));
    let mut found: Vec<&Channel> = maker.node.channels.values().filter(fits).filter(below).collect();
    found.sort_by_key(|channel| (plain(&channel.name) != plain(name), maker.node.chain(channel.id).len(), channel.id));
    found.first().map(|channel| channel.id)
}

/// The last folder of an old list's address, where it has one of its own: `/tzgg/`, `/tzgg/list_1.html`.
fn folder(old: &OldColumn) -> Option<String> {
    let url = url::Url::parse(old.addresses.first()?).ok()?;
    if url.query().is_some() {
        return None;
    }
    let (folders, _) = url.path().rsplit_once('/')?;
    slug_of(folders.rsplit('/').next()?)
}

/// Columns that hold articles or stand above one that does.
fn wanted(seen: &[Seen], by_key: &HashMap<&str, usize>) -> Vec<bool> {
    let mut wanted = vec![false; seen.len()];
    for (at, _) in seen.iter().enumerate().filter(|(_, seen)| seen.documents > 0 || !seen.old.addresses.is_empty()) {
        let mut next = Some(at);
        while let Some(here) = next.filter(|here| !wanted[*here]) {
            wanted[here] = true;
            next = seen[here].old.parent.as_deref().and_then(|key| by_key.get(key)).copied();
        }
    }
    wanted
}
