//! From categories and pages to columns.
//!
//! **Invariant:** the same export finds the same columns again, by name and by
//! slug; a slug follows the slug law and never takes the place of another site
//! or column.

use std::collections::{HashMap, HashSet};

use crate::base::id::ChannelId;
use crate::domain::error::Result;
use crate::domain::site::{ChannelKind, SiteNode};
use crate::migrate::begin::Failure;
use crate::migrate::columns::{ColumnTree, Maker};
use crate::migrate::import::mapping::{Mapped, Mapping};
use crate::migrate::report::Report;
use crate::store::Read;

use super::item::Term;
use super::plan::{Home, PAGE_COLUMNS, Plan};

/// Columns that the navigation of a site has room for.
const VISIBLE: usize = 12;
/// New ones that stand in it in any case.
const VISIBLE_NEW: usize = 3;
/// Deepest tree of pages; what is deeper stands beside its parent.
const DEEPEST: usize = 6;

/// Names of the columns that the export itself has no name for.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// For posts without a category.
    pub posts: String,
    /// Above all pages.
    pub pages: String,
}

/// Where everything goes.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub tree: ColumnTree,
    pub of_category: HashMap<u32, ChannelId>,
    of_page: HashMap<u64, ChannelId>,
    /// For pages without a column of their own.
    pages: Option<ChannelId>,
    posts: Option<ChannelId>,
    /// What ops say, where they do.
    mapping: Option<Mapping>,
}

impl Columns {
    /// Decides for every post and page; `report` is told what is new.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn of<R: Read>(
        plan: &Plan,
        maker: &Maker<'_, R>,
        names: &Names,
        mapping: Option<Mapping>,
        report: &mut Report,
    ) -> Result<Columns, Failure> {
        let root = maker.root.map(|channel| channel.id);
        let mut columns = Columns { tree: ColumnTree::behind(maker.node), mapping, ..Columns::default() };
        let wanted = wanted(plan);
        for number in 0..plan.categories.len() as u32 {
            if wanted.contains(&number) {
                columns.category(plan, maker, number, root, report)?;
            } else {
                report.columns.without_documents.push(plan.categories[number as usize].term.name.clone());
            }
        }
        if plan.posts.values().any(|post| post.home == Home::None) {
            columns.posts = Some(match maker.root.filter(|channel| channel.kind == ChannelKind::List) {
                Some(channel) => channel.id,
                None => columns.tree.column(maker, root, &names.posts, "posts", "posts", ChannelKind::List)?,
            });
        }
        columns.pages(plan, maker, names, root)?;
        let there = maker.node.below(None).filter(|channel| !channel.hidden).count();
        columns.hide(plan, root, VISIBLE.saturating_sub(there).max(VISIBLE_NEW), report);
        for channel in &columns.tree.new {
            report.columns.made.push(format!("{} {}", columns.tree.url(maker.node, channel.id), channel.name));
        }
        report.columns.reused = columns.tree.claimed();
        Ok(columns)
    }

    /// The column of a post or page.
    pub(super) fn home(&self, number: u64, home: Home) -> Option<ChannelId> {
        match home {
            Home::Category(category) => self.of_category.get(&category).copied(),
            Home::None => self.posts,
            Home::Page => self.of_page.get(&number).copied().or(self.pages),
        }
    }

    /// Address of a column, new or not.
    pub(super) fn url(&self, node: &SiteNode, id: ChannelId) -> String {
        self.tree.url(node, id)
    }

    fn category<R: Read>(
        &mut self,
        plan: &Plan,
        maker: &Maker<'_, R>,
        number: u32,
        root: Option<ChannelId>,
        report: &mut Report,
    ) -> Result<ChannelId, Failure> {
        if let Some(known) = self.of_category.get(&number) {
            return Ok(*known);
        }
        let category = &plan.categories[number as usize];
        if let Some(mapping) = &self.mapping {
            if let Some(mapped) = mapping.of(&key(&category.term)) {
                let id = self.tree.at_path(maker, mapped)?;
                self.of_category.insert(number, id);
                return Ok(id);
            }
            report.unmapped.push(format!("{} ({})", key(&category.term), one_line(&category.term.name)));
        }
        let parent = match category.parent {
            Some(above) => Some(self.category(plan, maker, above, root, report)?),
            None => root,
        };
        let term = &category.term;
        let fallback = match term.id.as_str() {
            id if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => format!("c-{id}"),
            _ => format!("c-{:08x}", xxhash_rust::xxh3::xxh3_64(term.slug.as_bytes()) as u32),
        };
        let name = one_line(&term.name);
        let name = if name.is_empty() { term.slug.clone() } else { name };
        let id = self.tree.column(maker, parent, &name, &term.slug, &fallback, ChannelKind::List)?;
        if let Some(channel) = self.tree.new.iter_mut().find(|channel| channel.id == id) {
            let description = one_line(&site_text(&term.description));
            if !description.is_empty() {
                channel.description = description;
            }
        }
        self.of_category.insert(number, id);
        Ok(id)
    }

    /// Pages become a tree of page columns below one section; very many become one list.
    fn pages<R: Read>(
        &mut self,
        plan: &Plan,
        maker: &Maker<'_, R>,
        names: &Names,
        root: Option<ChannelId>,
    ) -> Result<()> {
        if plan.page_count == 0 {
            return Ok(());
        }
        if plan.page_count > PAGE_COLUMNS {
            self.pages = Some(self.tree.column(maker, root, &names.pages, "pages", "pages", ChannelKind::List)?);
            return Ok(());
        }
        let section = match root {
            Some(root) => root,
            None => self.tree.column(maker, None, &names.pages, "pages", "pages", ChannelKind::Section)?,
        };
        let mut order: Vec<usize> = (0..plan.pages.len()).collect();
        order.sort_by_key(|at| (plan.pages[*at].order, *at));
        let by_id: HashMap<u64, usize> = plan.pages.iter().enumerate().map(|(at, page)| (page.id, at)).collect();
        for at in order {
            // From the top page down to this one; a circle ends where it closes.
            let mut chain = vec![at];
            while let Some(above) = by_id.get(&plan.pages[chain[chain.len() - 1]].parent)
                && !chain.contains(above)
            {
                chain.push(*above);
            }
            chain.reverse();
            let mut parent = section;
            for (depth, at) in chain.into_iter().enumerate() {
                let page = &plan.pages[at];
                let here = match self.of_page.get(&page.id) {
                    Some(known) => *known,
                    None => {
                        let title = one_line(&site_text(&page.title));
                        let name = if title.is_empty() { format!("{} {}", names.pages, page.id) } else { title };
                        let fallback = format!("p-{}", page.id);
                        let id =
                            self.tree.column(maker, Some(parent), &name, &page.slug, &fallback, ChannelKind::Page)?;
                        self.of_page.insert(page.id, id);
                        id
                    }
                };
                if depth + 1 < DEEPEST {
                    parent = here;
                }
            }
        }
        Ok(())
    }

    /// What a mapping file would say.
    pub(super) fn proposal(&self, plan: &Plan, node: &SiteNode) -> Mapping {
        let prefix = node.site.prefix();
        let mut proposal = Mapping::default();
        for (number, category) in plan.categories.iter().enumerate() {
            let Some(id) = self.of_category.get(&(number as u32)) else { continue };
            let url = self.url(node, *id);
            let new = self.tree.new.iter().find(|channel| channel.id == *id);
            proposal.column.push(Mapped {
                old: key(&category.term),
                name: one_line(&category.term.name),
                documents: category.documents,
                to: url.strip_prefix(&prefix).unwrap_or(&url).trim_matches('/').to_owned(),
                title: new.map(|channel| channel.name.clone()).unwrap_or_default(),
                kind: new.map(|channel| channel.kind.word().to_owned()).unwrap_or_default(),
            });
        }
        proposal
    }

    /// Keeps the navigation short: of many new top columns those with the most documents stay in it.
    fn hide(&mut self, plan: &Plan, root: Option<ChannelId>, room: usize, report: &mut Report) {
        if root.is_some() {
            return;
        }
        let mut weight: HashMap<ChannelId, usize> = HashMap::new();
        for (number, category) in plan.categories.iter().enumerate() {
            let mut top = number as u32;
            while let Some(above) = plan.categories[top as usize].parent {
                top = above;
            }
            if let Some(id) = self.of_category.get(&top) {
                *weight.entry(*id).or_default() += category.documents;
            }
        }
        let mut lists: Vec<(usize, u64, ChannelId)> = self
            .tree
            .new
            .iter()
            .filter(|channel| channel.parent.is_none() && channel.kind == ChannelKind::List)
            .map(|channel| (weight.get(&channel.id).copied().unwrap_or_default(), channel.order, channel.id))
            .collect();
        lists.sort_unstable_by(|a, b| b.cmp(a));
        let hidden: HashSet<ChannelId> = lists.into_iter().skip(room).map(|(_, _, id)| id).collect();
        for channel in self.tree.new.iter_mut().filter(|channel| hidden.contains(&channel.id)) {
            channel.hidden = true;
        }
        report.columns.hidden = hidden.len();
    }
}

/// Name of a category in the mapping file.
fn key(term: &Term) -> String {
    format!("wxr:category/{}", term.slug)
}

/// Categories that are the home of something or stand above one that is.
fn wanted(plan: &Plan) -> HashSet<u32> {
    let mut wanted = HashSet::new();
    for (number, _) in plan.categories.iter().enumerate().filter(|(_, category)| category.documents > 0) {
        let mut at = Some(number as u32);
        while let Some(number) = at.filter(|number| wanted.insert(*number)) {
            at = plan.categories[number as usize].parent;
        }
    }
    wanted
}

/// Text of a field that may hold HTML.
fn site_text(text: &str) -> String {
    crate::domain::content::plain_text(text)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
