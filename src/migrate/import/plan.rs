//! The first walk: what there is, what becomes of it, which address leads where.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

use crate::app::App;
use crate::base::clock;
use crate::base::fault::Fault;
use crate::base::id::SiteId;
use crate::domain::content;
use crate::domain::site::{SiteNode, normal_form};
use crate::migrate::begin::{Failure, Progress};
use crate::migrate::old::{Article, ArticleKind, Facts, Item, OldState, Source};

use super::columns::{Columns, Seen};
use super::fates;

/// What an address of the old site leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// A document, by its place in the plan.
    Document(u32),
    /// An old column, by its place in the plan.
    Column(u32),
    /// The home page.
    Home,
    /// Letters.
    Letters,
}

/// What was planned for an article.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Planned {
    /// Number of its document; of a merged one that of the document of the other site.
    pub document: u64,
    /// Column that takes it.
    pub channel: u64,
    /// Old column, by its place in the plan.
    column: Option<u32>,
    /// The same stands in another site.
    pub merged: bool,
    /// It is there already, in its column.
    known: bool,
}

/// What the first walk found.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// `mzj.example.gov.cn`: names what this source brings.
    pub name: String,
    pub columns: Vec<Seen>,
    by_key: HashMap<String, u32>,
    articles: HashMap<u128, u32>,
    pub planned: Vec<Planned>,
    goals: HashMap<u128, Goal>,
    aliases: Vec<(u128, u128)>,
    /// Pages without a column: place, name.
    pub pages: Vec<(u32, String)>,
    pub letters: usize,
    /// Newest date of an article, where pages without a date stand.
    pub newest: i64,
}

/// An address in a few bytes: every spelling of it the same.
fn spelled(address: &str) -> u128 {
    xxh3_128(normal_form(address).as_bytes())
}

/// Walks through a source; errors of the domain on the way come out as they are.
pub(super) fn walk(
    source: &dyn Source,
    each: &mut dyn FnMut(Item, crate::migrate::old::Done) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut failed = None;
    let done = source.walk(&mut |item, done| {
        each(item, done).map_err(|failure| {
            let fault = Fault::file(std::path::Path::new("import"), failure.to_string());
            failed = Some(failure);
            fault
        })
    });
    match (failed, done) {
        (Some(failure), _) => Err(failure),
        (None, done) => Ok(done?),
    }
}

impl Plan {
    /// Name of a document or page in the source, for all runs.
    pub(super) fn origin(&self, key: &str) -> String {
        format!("{}:{key}", self.name)
    }

    /// Reads the source once.
    ///
    /// # Errors
    /// What makes the source unreadable; when the store cannot be read.
    pub(super) fn read(
        app: &App,
        node: &SiteNode,
        source: &dyn Source,
        new_id: &dyn Fn() -> u64,
        progress: Progress<'_>,
    ) -> Result<Plan, Failure> {
        let mut plan = Plan { name: name(source.facts()), ..Plan::default() };
        let others: Vec<SiteId> =
            app.directory().all().map(|other| other.site.id).filter(|id| *id != node.site.id).collect();
        let now = app.clock.now();
        walk(source, &mut |item, done| {
            progress("reading", done.of, done.total);
            plan.item(app, node, &others, item, new_id, now)
        })?;
        plan.follow_aliases();
        Ok(plan)
    }

    fn item(
        &mut self,
        app: &App,
        node: &SiteNode,
        others: &[SiteId],
        item: Item,
        new_id: &dyn Fn() -> u64,
        now: i64,
    ) -> Result<(), Failure> {
        match item {
            Item::Column(old) => {
                let at = match self.by_key.get(&old.key) {
                    Some(at) => *at,
                    None => {
                        let at = self.columns.len() as u32;
                        self.by_key.insert(old.key.clone(), at);
                        self.columns.push(Seen::default());
                        at
                    }
                };
                for address in &old.addresses {
                    self.goals.entry(spelled(address)).or_insert(Goal::Column(at));
                }
                self.columns[at as usize].old = old;
            }
            Item::Article(article) => self.article(app, node, others, &article, new_id, now)?,
            Item::Letter(letter) => {
                self.letters += 1;
                if !letter.address.is_empty() {
                    self.goals.entry(spelled(&letter.address)).or_insert(Goal::Letters);
                }
            }
            Item::Junk(junk) => {
                if let Some(of) = &junk.of {
                    self.aliases.push((spelled(&junk.address), spelled(of)));
                }
            }
            Item::Home(addresses) => {
                for address in &addresses {
                    self.goals.insert(spelled(address), Goal::Home);
                }
            }
            Item::File(_) | Item::Unreadable { .. } => {}
        }
        Ok(())
    }

    fn article(
        &mut self,
        app: &App,
        node: &SiteNode,
        others: &[SiteId],
        article: &Article,
        new_id: &dyn Fn() -> u64,
        now: i64,
    ) -> Result<(), Failure> {
        let key = xxh3_128(article.key.as_bytes());
        if article.state == OldState::Bin || self.articles.contains_key(&key) {
            return Ok(());
        }
        let mut planned = Planned::default();
        if let Some(column) = &article.column {
            let at = match self.by_key.get(&column.value) {
                Some(at) => *at,
                // A column that the source did not describe: its key is its name.
                None => {
                    let at = self.columns.len() as u32;
                    self.by_key.insert(column.value.clone(), at);
                    let mut seen = Seen::default();
                    (seen.old.key, seen.old.name) = (column.value.clone(), column.value.clone());
                    self.columns.push(seen);
                    at
                }
            };
            planned.column = Some(at);
            self.columns[at as usize].documents += 1;
        }
        let date = fates::date(article, now);
        if let Some(time) = date {
            self.newest = self.newest.max(time);
        }
        let title = title_of(article);
        match content::find_origin(&app.store, node.site.id, &self.origin(&article.key))? {
            Some(document) => {
                (planned.document, planned.channel, planned.known) = (document.id.0, document.channel.0, true);
            }
            None => {
                let body = || article.body.as_ref().map(|body| body.value.clone()).unwrap_or_default();
                let same = match date {
                    Some(time) if !title.is_empty() => content::find_same(&app.store, others, &title, time, body)?,
                    _ => None,
                };
                match same {
                    Some(document) => (planned.document, planned.merged) = (document.id.0, true),
                    None => planned.document = new_id(),
                }
            }
        }
        let at = self.planned.len() as u32;
        for address in &article.addresses {
            self.goals.entry(spelled(address)).or_insert(Goal::Document(at));
        }
        if article.kind == ArticleKind::Page && planned.column.is_none() && !planned.known {
            let name = if title.is_empty() { article.key.clone() } else { title };
            self.pages.push((at, name.chars().take(40).collect()));
        }
        self.articles.insert(key, at);
        self.planned.push(planned);
        Ok(())
    }

    /// A copy leads where the page leads that it copies.
    fn follow_aliases(&mut self) {
        for _ in 0..4 {
            let mut again = false;
            for (from, to) in &self.aliases {
                if let Some(goal) = self.goals.get(to).copied()
                    && !self.goals.contains_key(from)
                {
                    self.goals.insert(*from, goal);
                    again = true;
                }
            }
            if !again {
                break;
            }
        }
        self.aliases = Vec::new();
    }

    /// Are there articles that stand in no column?
    pub(super) fn needs_posts(&self) -> bool {
        let pages: std::collections::HashSet<u32> = self.pages.iter().map(|(at, _)| *at).collect();
        self.planned
            .iter()
            .enumerate()
            .any(|(at, planned)| planned.column.is_none() && !planned.known && !pages.contains(&(at as u32)))
    }

    /// Is there a guestbook that is no column?
    pub(super) fn needs_letters(&self) -> bool {
        self.letters > 0 && self.goals.values().any(|goal| *goal == Goal::Letters)
    }

    /// Gives every article the column that takes it.
    pub(super) fn settle(&mut self, columns: &Columns) {
        for (at, planned) in self.planned.iter_mut().enumerate().filter(|(_, planned)| !planned.known) {
            let of_column = planned.column.and_then(|column| columns.of[column as usize]);
            let of_page = columns.of_page.get(&(at as u32)).copied();
            planned.channel = of_column.or(of_page).or(columns.posts).map_or(0, |channel| channel.0);
        }
    }

    /// What was planned for an article.
    pub(super) fn of(&self, key: &str) -> Option<Planned> {
        self.articles.get(&xxh3_128(key.as_bytes())).map(|at| self.planned[*at as usize])
    }

    /// What an address leads to, however it is spelled.
    pub(super) fn goal(&self, address: &str) -> Option<Goal> {
        self.goals.get(&spelled(address)).copied()
    }

    /// Has the source a column with this key?
    pub(super) fn column(&self, key: &str) -> Option<(usize, &Seen)> {
        self.by_key.get(key).map(|at| (*at as usize, &self.columns[*at as usize]))
    }
}

/// The title of an article in one line, without elements.
pub(super) fn title_of(article: &Article) -> String {
    let title = article.title.as_ref().map(|found| found.value.as_str()).unwrap_or_default();
    let plain = if title.contains(['<', '&']) { content::plain_text(title) } else { title.to_owned() };
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// By what name the site of a source is known.
fn name(facts: &Facts) -> String {
    let home = url::Url::parse(&facts.home).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = home.or_else(|| facts.hosts.first().cloned()).unwrap_or_else(|| facts.kind.clone());
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}

/// The day of a time, for reports; empty for none.
pub(super) fn day(time: Option<i64>) -> String {
    time.map(clock::day).unwrap_or_default()
}
