//! The article of a page: title, date, source, author, text, files.
//!
//! **Invariant:** a date is one that the old site says; nothing is made up.

use crate::domain::content::{NodeId, page_html};
use crate::migrate::old::{Found, OldAttachment};

use super::learn::{Learned, Masses};
use super::lines::Line;
use super::meta::{self, Meta};
use super::read::{Opened, is_file};
use super::title::{tag_title, title_line, whole_title};
use super::{Fetches, dates, facts, words};

/// What no text holds.
const SILENT: [&str; 13] = [
    "script", "style", "select", "option", "textarea", "input", "button", "noscript", "iframe", "link", "meta",
    "title", "base",
];

/// What was found on one page.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub title: Option<Found<String>>,
    pub published: Option<Found<i64>>,
    pub body: Option<Found<String>>,
    pub attachments: Vec<OldAttachment>,
    pub meta: Meta,
}

/// The date that a page says itself, for learning.
pub(super) fn said_date(page: &Opened, own: &[bool]) -> Option<i64> {
    page.lines.lines.iter().zip(own).filter(|(_, own)| **own).find_map(|(line, _)| {
        let found = super::labels::of_page(&line.text);
        super::labels::is_only(&line.text, &found).then(|| dates::first(&line.text)).flatten().map(|date| date.time)
    })
}

/// The block that holds the text, and whether its place was learned.
fn container(learned: &Learned, number: usize, page: &Opened, masses: &Masses) -> (usize, bool) {
    let blocks = &page.lines.blocks;
    let all = masses.all();
    let at_place = |place: u64| blocks.iter().rposition(|block| block.place == place);
    let group = learned.group(number);
    if let Some(at) = group.and_then(|group| group.container).and_then(at_place)
        && (masses.of_block(&blocks[at]) * 4 >= all || all < 200)
    {
        return (at, true);
    }
    let common = learned.containers.iter().filter_map(|place| at_place(*place));
    if let Some(at) = common.into_iter().find(|at| masses.of_block(&blocks[*at]) * 10 >= all * 7 && all > 0) {
        return (at, true);
    }
    // Down to where the text is no longer in one piece.
    let mut here = 0;
    loop {
        let next =
            blocks.iter().enumerate().skip(here + 1).find(|(_, block)| {
                block.above == here && masses.of_block(block) * 5 >= masses.of_block(&blocks[here]) * 4
            });
        match next {
            // A table of figures or duties is a part of the text.
            Some((at, _)) if is_data_table(page, blocks[at].id) => return (here, false),
            Some((at, _))
                if masses.of_block(&blocks[at]) > 0
                    && !page.page.tree.is(blocks[at].id, &["p", "tr", "tbody", "li"]) =>
            {
                here = at
            }
            Some((at, _)) if page.page.tree.is(blocks[at].id, &["tr", "tbody"]) => here = at,
            _ => return (here, false),
        }
    }
}

/// Has a table rules that readers see, and more than one column?
fn is_data_table(page: &Opened, id: NodeId) -> bool {
    let tree = &page.page.tree;
    if !tree.is(id, &["table"]) {
        return false;
    }
    let ruled = tree.attribute(id, "border").is_some_and(|border| border.trim().parse::<u32>().is_ok_and(|n| n > 0));
    let rows = tree.named(id, &["tr"]);
    let wide = rows.iter().filter(|row| tree.named(**row, &["td", "th"]).len() > 1).count();
    ruled && wide >= 3 && wide * 4 >= rows.len() * 3 && tree.named(id, &["table"]).is_empty()
}

struct Work<'a> {
    fetches: &'a dyn Fetches,
    learned: &'a Learned,
    number: usize,
    own: Vec<bool>,
    firm: Vec<bool>,
    /// Lines of the text.
    from: usize,
    to: usize,
    /// Lines that the title takes.
    titled: usize,
    /// Lines within that are none of it.
    gone: Vec<usize>,
    found: Parsed,
}

/// Reads the article of a page; cuts its tree.
pub(super) fn parse(fetches: &dyn Fetches, learned: &Learned, number: usize, page: &mut Opened) -> Parsed {
    let own = learned.own(number, &page.lines);
    let firm = learned.firm(number, &page.lines);
    let masses = Masses::of(&page.lines, &own);
    let (at, learned_place) = container(learned, number, page, &masses);
    let block = page.lines.blocks[at];
    let title = title_line(learned, number, page, &own, Some(&block));
    let mut work = Work {
        fetches,
        learned,
        number,
        own,
        firm,
        from: block.from,
        to: block.to,
        titled: 1,
        gone: Vec::new(),
        found: Parsed::default(),
    };
    work.title(page, title);
    work.meta(page, title.map(|(at, _)| at));
    work.published(page);
    work.head(page, title.map(|(at, _)| at), learned_place);
    work.tail(page, learned_place);
    work.files(page, block.to);
    work.fields(page);
    work.body(page, at, learned_place, title.is_some());
    work.found
}

impl Work<'_> {
    fn title(&mut self, page: &Opened, line: Option<(usize, u8)>) {
        let tag = tag_title(self.learned, page);
        let anchors = self.learned.anchors.get(&(self.number as u32));
        let anchor = anchors.and_then(|anchors| {
            anchors
                .iter()
                .filter(|(anchor, _)| !words::is_cut(anchor))
                .max_by_key(|(anchor, count)| (*count, anchor.len()))
        });
        let said = page.meta(&["ArticleTitle", "og:title"]);
        self.found.title = match (line, said) {
            (_, Some(said)) if !said.is_empty() && line.is_none_or(|(_, sure)| sure < 92) => {
                Some(Found::likely(said, 95))
            }
            (Some((at, sure)), _) if sure >= 60 => {
                let known = anchors.into_iter().flatten().map(|(anchor, _)| anchor.as_str()).chain([tag.as_str()]);
                let (title, lines) = whole_title(page, at, known);
                self.titled = lines;
                Some(Found::likely(title, sure))
            }
            (line, _) => match (tag.is_empty(), anchor) {
                (false, Some((anchor, _))) if words::tight(anchor) == words::tight(&tag) => {
                    Some(Found::likely(tag, 90))
                }
                (false, _) => Some(Found::likely(tag, 78)),
                (true, Some((anchor, _))) => Some(Found::likely(anchor.clone(), 75)),
                (true, None) => line.map(|(at, sure)| Found::likely(page.lines.lines[at].text.clone(), sure)),
            },
        };
    }

    fn meta(&mut self, page: &Opened, title: Option<usize>) {
        let from = match title {
            Some(at) => at.min(self.from),
            None => self.from.saturating_sub(8),
        };
        self.found.meta = Meta::of(page, from, (self.to + 8).min(page.lines.lines.len()));
    }

    fn published(&mut self, page: &Opened) {
        let row = self.learned.row_dates.get(&(self.number as u32)).copied();
        let same_day = |one: i64, other: i64| crate::base::clock::day(one) == crate::base::clock::day(other);
        let said = page.meta(&["PubDate", "article:published_time", "publishdate", "DC.date.issued"]);
        let said = said.and_then(|said| dates::value(&said));
        let address = dates::in_address(page.address.path());
        let sure_address = self.learned.group(self.number).is_some_and(|group| group.dated_address);
        self.found.published = match (said, self.found.meta.published, row) {
            (Some(said), _, _) => Some(Found::likely(said.time, 96)),
            (None, Some((time, _)), Some(row)) if same_day(time, row) => Some(Found::likely(time, 99)),
            (None, Some((_, 0..60)), Some(row)) => Some(Found::likely(row, 88)),
            (None, Some((time, sure)), _) => Some(Found::likely(time, sure)),
            (None, None, Some(row)) => Some(Found::likely(row, 88)),
            (None, None, None) => address.map(|time| {
                let day = self.learned.row_days.get(&(self.number as u32));
                let alone = (time, if sure_address { 80 } else { 50 });
                let (time, sure) = day.map_or(alone, |day| dates::in_year_of(time, *day));
                Found::likely(time, sure)
            }),
        };
    }

    fn is_meta(&self, at: usize) -> bool {
        self.found.meta.lines.contains(&at)
    }

    /// What stands before the text.
    fn head(&mut self, page: &Opened, title: Option<usize>, learned_place: bool) {
        let lines = &page.lines.lines;
        let inside = title.filter(|at| (self.from..self.to).contains(at));
        let mut last = self.from;
        let mut text = 0;
        for (at, line) in lines.iter().enumerate().take(self.to.min(self.from + 16)).skip(self.from) {
            let of_page = self.is_meta(at) || facts::is_crumb(line) || words::is_tail(&line.text);
            let title = inside.is_some_and(|title| (title..title + self.titled).contains(&at));
            if title || (of_page && text < 20) {
                last = at + 1;
                text = 0;
                continue;
            }
            if of_page {
                self.gone.push(at);
                continue;
            }
            if !self.own[at] && (!learned_place || self.firm[at]) {
                if at == last {
                    last += 1;
                }
                continue;
            }
            text += line.plain();
            if line.plain() >= 40 {
                break;
            }
        }
        // The title was found outside: a text may repeat it, and then it belongs to the text.
        self.from = inside.map_or(last, |at| last.max(at + self.titled));
    }

    /// What stands behind the text.
    fn tail(&mut self, page: &Opened, learned_place: bool) {
        let lines = &page.lines.lines;
        let plain = |from: usize, to: usize| lines[from..to].iter().map(Line::plain).sum::<usize>();
        let whole = plain(self.from, self.to.max(self.from));
        let comments =
            (self.from..self.to).find(|at| words::begins_comments(&lines[*at].text) && plain(self.from, *at) >= 40);
        if let Some(at) = comments {
            self.to = at;
        }
        let related = (self.from..self.to).find(|at| {
            words::begins_related(&lines[*at].text) && plain(*at, self.to) * 3 <= whole.max(60) && *at > self.from
        });
        if let Some(at) = related {
            self.to = at;
        }
        let neighbour = (self.from..self.to).find(|at| {
            words::is_neighbour(&lines[*at].text, !lines[*at].links.is_empty())
                && plain(*at, self.to) * 3 <= whole.max(120)
        });
        if let Some(at) = neighbour {
            self.to = at;
        }
        while self.to > self.from {
            let at = self.to - 1;
            let line = &lines[at];
            let furniture = if learned_place { self.firm[at] } else { !self.own[at] };
            let pager =
                !line.links.is_empty() && line.size < 60 && line.links.iter().all(|link| words::is_pager(&link.text));
            if !(furniture || words::is_tail(&line.text) || self.is_meta(at) || pager) {
                break;
            }
            self.to = at;
        }
        for (at, line) in lines.iter().enumerate().take(self.to).skip(self.from) {
            let pager =
                line.links.len() >= 2 && line.size < 60 && line.links.iter().all(|link| words::is_pager(&link.text));
            // What all have in the middle of their texts belongs to the texts: 工作简历.
            let furniture = if learned_place { self.firm[at] && line.plain() * 2 <= line.size } else { !self.own[at] };
            if (furniture && !line.mark().is_empty()) || pager || self.is_meta(at) {
                self.gone.push(at);
            }
        }
    }

    /// Files at the end of the text, and behind it.
    fn files(&mut self, page: &Opened, end: usize) {
        let lines = &page.lines.lines;
        let mut behind = Vec::new();
        // Behind the text, as far as it is about this article.
        for (at, line) in lines.iter().enumerate().take((end + 10).min(lines.len())).skip(self.to) {
            if words::begins_related(&line.text) || words::is_neighbour(&line.text, !line.links.is_empty()) {
                break;
            }
            if self.own[at] && self.offers(page, line) {
                behind.push(at);
            }
        }
        let mut at = self.to;
        while at > self.from {
            let line = &lines[at - 1];
            if self.gone.contains(&(at - 1)) {
                at -= 1;
                continue;
            }
            if !(self.offers(page, line) && line.plain() <= 14) {
                break;
            }
            behind.insert(0, at - 1);
            self.gone.push(at - 1);
            at -= 1;
        }
        // 相关附件： above files that are gone.
        let label = |line: &Line| line.links.is_empty() && line.pictures.is_empty() && words::names_files(&line.text);
        while at > self.from && !behind.is_empty() && (self.gone.contains(&(at - 1)) || label(&lines[at - 1])) {
            self.gone.push(at - 1);
            at -= 1;
        }
        for at in behind {
            for link in &lines[at].links {
                let Some(url) = page.absolute(&link.href).filter(|url| self.is_file(url)) else { continue };
                let url = plain_address(self.fetches, &url).unwrap_or(url);
                let name = if words::names_something(&link.text) { &link.text } else { &lines[at].text };
                let attachment = OldAttachment { address: url.to_string(), name: name.clone() };
                if !self.found.attachments.iter().any(|known| known.address == attachment.address) {
                    self.found.attachments.push(attachment);
                }
            }
        }
    }

    fn is_file(&self, url: &url::Url) -> bool {
        let known = self.fetches.number(url).map(|number| &self.learned.facts[number].what);
        match known {
            Some(what) => matches!(what, facts::What::File) && !is_picture(url),
            None => is_file(url) && !is_picture(url),
        }
    }

    fn offers(&self, page: &Opened, line: &Line) -> bool {
        !line.links.is_empty()
            && line.links.iter().all(|link| page.absolute(&link.href).is_some_and(|url| self.is_file(&url)))
    }

    /// 文号 and 成文日期 in the text itself.
    fn fields(&mut self, page: &Opened) {
        let text: Vec<&Line> = page.lines.lines[self.from..self.to.max(self.from)].iter().collect();
        let meta = &mut self.found.meta;
        if meta.number.is_empty() {
            meta.number = text.iter().take(8).find_map(|line| meta::number_in(line)).unwrap_or_default();
        }
        if meta.formed.is_empty() {
            meta.formed = text.iter().rev().take(5).find_map(|line| dates::formed(&line.text)).unwrap_or_default();
        }
    }

    fn body(&mut self, page: &mut Opened, container: usize, learned_place: bool, titled: bool) {
        let holder = page.lines.blocks[container];
        let kept: Vec<usize> = (self.from..self.to).filter(|at| !self.gone.contains(at)).collect();
        let Some((first, last)) = kept.first().zip(kept.last()) else { return };
        let size: usize = kept.iter().map(|at| page.lines.lines[*at].size).sum();
        let pictures: usize = kept.iter().map(|at| page.lines.lines[*at].pictures.len()).sum();
        let beside = self.pictures_beside(page, container);
        let root = root(page, container, *first, *last);
        for at in holder.from..holder.to {
            if (self.from..self.to).contains(&at) && !self.gone.contains(&at) {
                continue;
            }
            for node in page.lines.lines[at].nodes.clone() {
                remove(page, node, root);
            }
        }
        for id in page.page.tree.named(root, &SILENT) {
            page.page.tree.detach(id);
        }
        let comments: Vec<NodeId> =
            page.page.tree.inside(root).filter(|id| page.page.tree.comment(*id).is_some()).collect();
        comments.into_iter().for_each(|id| page.page.tree.detach(id));
        self.settle_addresses(page, root);
        let mut html = page_html(&page.page.tree, root);
        for picture in beside {
            html.insert_str(
                0,
                &format!("<p><img src=\"{}\"></p>\n", picture.replace('"', "%22").replace('&', "&amp;")),
            );
        }
        let sure = match (learned_place, titled && self.found.meta.is_sure()) {
            (true, _) if size + pictures > 0 => 95,
            (false, true) => 78,
            (false, false) if size >= 80 && titled => 66,
            _ => 50,
        };
        if size + pictures > 0 {
            self.found.body = Some(Found::likely(html, sure));
        }
    }
}

impl Work<'_> {
    /// Pictures in the cells beside that of the text: the photograph of a person.
    fn pictures_beside(&self, page: &Opened, container: usize) -> Vec<String> {
        let holder = page.lines.blocks[container];
        let row = page.lines.blocks[holder.above];
        if !page.page.tree.is(row.id, &["tr"]) {
            return Vec::new();
        }
        (row.from..holder.from)
            .chain(holder.to..row.to)
            .filter(|at| self.own[*at] && page.lines.lines[*at].size <= 20)
            .flat_map(|at| page.lines.lines[at].pictures.iter())
            .filter_map(|source| page.absolute(source))
            .map(|url| plain_address(self.fetches, &url).unwrap_or(url).to_string())
            .take(4)
            .collect()
    }

    /// Addresses that a copying program wrote as names of its files become what they were.
    fn settle_addresses(&self, page: &mut Opened, root: NodeId) {
        for (names, key) in [(&["a", "area"][..], "href"), (&["img"], "src")] {
            for id in page.page.tree.named(root, names) {
                let found = page.page.tree.attribute(id, key).and_then(|value| page.absolute(value));
                if let Some(plain) = found.and_then(|url| plain_address(self.fetches, &url)) {
                    page.page.tree.set(id, key, plain.as_str());
                }
            }
        }
    }
}

/// The address that something really had, where it is known under another.
fn plain_address(fetches: &dyn Fetches, url: &url::Url) -> Option<url::Url> {
    let known = fetches.address(fetches.number(url)?);
    if super::address::same(url) == super::address::same(known) {
        return None;
    }
    let mut plain = known.clone();
    plain.set_fragment(url.fragment());
    Some(plain)
}

fn is_picture(url: &url::Url) -> bool {
    matches!(super::read::ending(url).as_str(), "gif" | "jpg" | "jpeg" | "png" | "bmp" | "css" | "js" | "ico" | "swf")
}

/// The smallest element that holds all lines of the text and can stand for it.
fn root(page: &Opened, container: usize, first: usize, last: usize) -> NodeId {
    let blocks = &page.lines.blocks;
    let mut here = container;
    for (at, block) in blocks.iter().enumerate().skip(container + 1) {
        if block.from > first {
            break;
        }
        if block.from <= first && block.to > last && blocks[at].above == here {
            here = at;
        }
    }
    // Rows and paragraphs are not texts by themselves.
    while here != container
        && page.page.tree.is(
            blocks[here].id,
            &[
                "tr",
                "tbody",
                "thead",
                "tfoot",
                "table",
                "p",
                "li",
                "ul",
                "ol",
                "h1",
                "h2",
                "h3",
                "h4",
                "center",
                "blockquote",
            ],
        )
    {
        here = blocks[here].above;
    }
    blocks[here].id
}

/// Takes a node out, with the elements around it that are empty then.
fn remove(page: &mut Opened, node: NodeId, top: NodeId) {
    let tree = &mut page.page.tree;
    let mut above = tree.parent(node);
    tree.detach(node);
    while let Some(id) = above.filter(|id| *id != top) {
        let empty = tree.children(id).all(|child| {
            tree.words(child).is_some_and(|words| words.trim().is_empty())
                || tree.comment(child).is_some()
                || tree.is(child, &["br", "script"])
        });
        if !empty || tree.is(id, &["body", "html"]) {
            break;
        }
        above = tree.parent(id);
        tree.detach(id);
    }
}
