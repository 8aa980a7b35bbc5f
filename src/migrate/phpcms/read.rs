//! Reads the tables of phpcms.

use std::collections::{BTreeMap, HashMap};

use url::Url;

use crate::base::fault::Fault;
use crate::domain::content::plain_text;
use crate::migrate::old::{
    Article, ArticleKind, Done, Facts, Found, Item, OldAttachment, OldColumn, OldFile, OldState, Source,
};
use crate::migrate::records::{
    Fields as _, Home, Options, Uploads, break_loops, count_below, from_above, from_unix, join_pages, keywords, letter,
    numbers,
};
use crate::migrate::sql::{Dump, Index, Record};

use super::address::{self, Category};
use super::version::{Content, Version, contents, recognise};

/// Articles on a page of a list, at least.
const PER_PAGE: u64 = 10;
/// Most pages of a list whose addresses are told.
const MOST_PAGES: u64 = 1000;

/// A column.
#[derive(Debug, Default)]
struct Column {
    parent: i64,
    name: String,
    order: i64,
    /// 0 list, 1 single page, 2 a link to elsewhere.
    kind: i64,
    category: Category,
    articles: u64,
}

/// A table of articles, with the places of their texts.
struct Table {
    content: Content,
    texts: Vec<(String, Index)>,
}

/// An old site as its database has it.
pub struct Phpcms {
    dump: Dump,
    version: Version,
    prefix: String,
    facts: Facts,
    home: Home,
    uploads: Uploads,
    columns: BTreeMap<i64, Column>,
    tables: Vec<Table>,
    /// Rows of clicks by a key that depends on the version.
    hits: Option<(String, Index)>,
    /// Names of `copyfrom`.
    sources: HashMap<i64, String>,
    /// Attachments by their article, where they have one.
    attachments: Option<Index>,
}

impl Phpcms {
    /// Opens the dump and reads what columns it has.
    ///
    /// # Errors
    /// When it cannot be read, or is no dump of phpcms.
    pub fn open(options: &Options) -> Result<Phpcms, Fault> {
        let dump = Dump::open(&options.path, &options.spool)?;
        let (version, prefix) = recognise(&dump, options.prefix.as_deref())?;
        let name = |rest: &str| format!("{prefix}{rest}");
        let (mut base, mut site) = (String::new(), String::new());
        dump.rows(&name("site"), &mut |record| {
            if base.is_empty() {
                base = record.text("domain");
                site = plain_text(&record.text("name"));
            }
            Ok(())
        })?;
        let home = Home::new(options, &base)?;
        let mut notes = dump.notes();
        notes.extend(home.notes.iter().cloned());
        let facts = Facts {
            kind: "phpcms".into(),
            hosts: home.hosts(options),
            home: home.url().to_string(),
            name: site,
            program: version.name().into(),
            notes,
        };
        let mut columns = columns(&dump, &name("category"))?;
        let mut tables = Vec::new();
        for content in contents(&dump, version, &prefix)? {
            dump.rows(&content.main, &mut |record| {
                if let Some(column) = record.number("catid").and_then(|id| columns.get_mut(&id)) {
                    column.articles += 1;
                }
                Ok(())
            })?;
            let mut texts = Vec::new();
            for table in &content.texts {
                texts.push((table.clone(), dump.index(table, version.id())?));
            }
            tables.push(Table { content, texts });
        }
        count_below(&mut columns, |column| (column.parent, &mut column.articles));
        let hits = match version {
            Version::V9 => Some((name("hits"), dump.index(&name("hits"), "hitsid")?)),
            Version::Y2008 => Some((name("content_count"), dump.index(&name("content_count"), "contentid")?)),
            Version::Y2007 => None,
        };
        let mut sources = HashMap::new();
        dump.rows(&name("copyfrom"), &mut |record| {
            if let Some(id) = record.number("id") {
                sources.insert(id, plain_text(&record.text("sitename")));
            }
            Ok(())
        })?;
        let attachments = match version {
            Version::Y2008 => Some(dump.index(&name("attachment"), "contentid")?),
            Version::V9 | Version::Y2007 => None,
        };
        let uploads = Uploads::open(options.media.as_deref())?;
        Ok(Phpcms { dump, version, prefix, facts, home, uploads, columns, tables, hits, sources, attachments })
    }

    fn table(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn absolute(&self, addresses: &[String]) -> Vec<String> {
        addresses.iter().filter_map(|address| self.home.absolute(address)).collect()
    }

    fn give_columns(&self, each: &mut dyn FnMut(Item) -> Result<(), Fault>) -> Result<(), Fault> {
        for (id, column) in from_above(&self.columns, |column| column.parent) {
            let parent = self.columns.contains_key(&column.parent).then(|| key(column.parent));
            if column.kind == 2 {
                each(Item::Article(Box::new(Article {
                    key: key(id),
                    kind: ArticleKind::Link,
                    title: Some(Found::certain(column.name.clone())),
                    column: parent.map(Found::certain),
                    link: self.home.absolute(&column.category.url).unwrap_or_default(),
                    base: self.home.url().to_string(),
                    ..Article::default()
                })))?;
                continue;
            }
            let pages = usize::try_from(column.articles.div_ceil(PER_PAGE).clamp(1, MOST_PAGES)).unwrap_or(1);
            let addresses = self.absolute(&address::list(self.version, id, &column.category, pages));
            let name = column.name.clone();
            each(Item::Column(OldColumn { key: key(id), parent, name, addresses, order: column.order }))?;
        }
        Ok(())
    }

    fn article(&self, table: &Table, record: &Record) -> Option<Article> {
        let id = record.number(self.version.id())?;
        let number = u64::try_from(id).ok()?;
        let places = table.texts.iter().filter_map(|(_, index)| index.find(number));
        let text = places.filter_map(|place| self.dump.row(place)).next();
        let found = text.as_ref().map(|text| text.decoded("content")).unwrap_or_default();
        let (mut html, pages) = join_pages(&found.text);
        if html.trim().is_empty() && text.is_none() {
            html = record.text("content");
        }
        let of = |name: &str| {
            let own = record.text(name);
            if own.trim().is_empty() { text.as_ref().map(|text| text.text(name)).unwrap_or_default() } else { own }
        };
        let catid = record.number("catid").unwrap_or_default();
        let column = self.columns.get(&catid);
        let seconds = record.number(self.version.time()).unwrap_or_default();
        let is_link = record.number("islink").is_some_and(|link| link != 0);
        let stored = record.text("url").trim().to_owned();
        let link = match self.version {
            Version::Y2007 => record.text("linkurl").trim().to_owned(),
            Version::V9 | Version::Y2008 => stored,
        };
        let is_link = is_link && !link.is_empty();
        // What is no link has its own address there.
        let stored = if is_link { String::new() } else { link.clone() };
        let category = column.map(|column| &column.category);
        let addresses = address::article(self.version, id, catid, category, &stored, seconds, pages);
        let title = record.decoded("title");
        let mut remarks = Vec::new();
        if title.damaged || found.damaged {
            remarks.push("bytes that are no text".to_owned());
        }
        let charset = if matches!(found.charset, "" | "ASCII") { title.charset } else { found.charset };
        if charset.contains(" in ") {
            remarks.push("charset declared wrongly".into());
        }
        for name in record.too_large().into_iter().chain(text.iter().flat_map(Record::too_large)) {
            remarks.push(format!("{name} is too large and was left out"));
        }
        let some = |text: String| Some(plain_text(&text)).filter(|text| !text.is_empty()).map(Found::certain);
        let status = record.number("status").unwrap_or_else(|| self.version.published());
        let mut article = Article {
            key: format!("phpcms:{}/{id}", table.content.name),
            kind: if is_link { ArticleKind::Link } else { ArticleKind::Article },
            addresses: self.absolute(&addresses),
            title: some(title.text),
            subtitle: plain_text(&record.text("subheading")),
            published: from_unix(seconds).map(Found::certain),
            source: some(self.source(&of("copyfrom"))),
            author: some(of("author")),
            editor: plain_text(&record.text("editor")),
            summary: plain_text(&record.first(&["description", "introduce"])),
            keywords: keywords(&plain_text(&of("keywords"))),
            column: column.map(|_| Found::certain(key(catid))),
            attachments: self.attachments(number, text.as_ref()),
            body: Some(html).filter(|html| !html.trim().is_empty()).map(Found::certain),
            base: self.home.url().to_string(),
            picture: self.home.absolute(&record.text("thumb")).unwrap_or_default(),
            link: if is_link { self.home.absolute(&link).unwrap_or(link) } else { String::new() },
            state: match status {
                status if status == self.version.published() => OldState::Public,
                0 if self.version != Version::V9 => OldState::Bin,
                -1 | -2 => OldState::Bin,
                _ => OldState::Waiting,
            },
            clicks: self.clicks(table, record, number),
            charset: charset.to_owned(),
            remarks,
            ..Article::default()
        };
        for record in text.iter().chain([record]) {
            numbers(&mut article, record);
        }
        Some(article)
    }

    /// `text|3`, `|3` or `3`: a text, or the number of one.
    fn source(&self, copyfrom: &str) -> String {
        let (text, id) = copyfrom.rsplit_once('|').unwrap_or((copyfrom, ""));
        let named = |id: &str| id.trim().parse::<i64>().ok().filter(|id| *id > 0).and_then(|id| self.sources.get(&id));
        if text.trim().is_empty() || text.trim().parse::<i64>().is_ok() {
            return named(id).or_else(|| named(text)).cloned().unwrap_or_default();
        }
        text.to_owned()
    }

    fn clicks(&self, table: &Table, record: &Record, number: u64) -> u64 {
        let own = record.number("hits");
        let counted = || {
            let (_, index) = self.hits.as_ref()?;
            let place = match self.version {
                Version::V9 => index.find_text(&format!("c-{}-{number}", table.content.model))?,
                Version::Y2008 | Version::Y2007 => index.find(number)?,
            };
            let row = self.dump.row(place)?;
            row.number("views").or_else(|| row.number("hits"))
        };
        own.or_else(counted).and_then(|count| u64::try_from(count).ok()).unwrap_or_default()
    }

    /// Files of a download (v9), or those that the table of attachments gives an article (2008).
    fn attachments(&self, number: u64, text: Option<&Record>) -> Vec<OldAttachment> {
        let mut found = Vec::new();
        for column in ["downfiles", "downfile"] {
            let value = text.map(|text| text.text(column)).unwrap_or_default();
            for (address, name) in files_of(&value) {
                if let Some(address) = self.home.absolute(&address) {
                    found.push(OldAttachment { address, name: plain_text(&name) });
                }
            }
        }
        for place in self.attachments.iter().flat_map(|index| index.all(number)) {
            let Some(row) = self.dump.row(place) else { continue };
            // Pictures stand in the text.
            if row.number("isimage") == Some(1) {
                continue;
            }
            if let Some(address) = self.home.absolute(&upload_path(&row)) {
                found.push(OldAttachment { address, name: plain_text(&row.text("filename")) });
            }
        }
        found
    }

    fn pages(&self, each: &mut dyn FnMut(Item) -> Result<(), Fault>) -> Result<(), Fault> {
        self.dump.rows(&self.table("page"), &mut |record| {
            let Some(id) = record.number("catid") else { return Ok(()) };
            let body = record.decoded("content");
            let column = self.columns.get(&id);
            let name = column.map(|column| column.name.clone()).unwrap_or_default();
            let title = Some(plain_text(&record.text("title"))).filter(|title| !title.is_empty()).unwrap_or(name);
            each(Item::Article(Box::new(Article {
                key: format!("phpcms:page/{id}"),
                kind: ArticleKind::Page,
                title: Some(title).filter(|title| !title.is_empty()).map(Found::certain),
                published: record.number("updatetime").and_then(from_unix).map(|time| Found::likely(time, 60)),
                keywords: keywords(&record.text("keywords")),
                column: column.map(|_| Found::certain(key(id))),
                body: Some(join_pages(&body.text).0).filter(|html| !html.trim().is_empty()).map(Found::certain),
                base: self.home.url().to_string(),
                charset: body.charset.into(),
                ..Article::default()
            })))
        })
    }

    fn letters(&self, each: &mut dyn FnMut(Item) -> Result<(), Fault>) -> Result<(), Fault> {
        let address = match self.version {
            Version::V9 => "index.php?m=guestbook&c=index&a=init",
            Version::Y2008 | Version::Y2007 => "guestbook/index.php",
        };
        let address = self.home.absolute(address).unwrap_or_default();
        self.dump.rows(&self.table("guestbook"), &mut |record| {
            let id = ["gid", "guestid", "id"].iter().find_map(|name| record.number(name));
            let Some(id) = id else { return Ok(()) };
            match letter(format!("phpcms:guestbook/{id}"), address.clone(), record) {
                Some(letter) => each(Item::Letter(Box::new(letter))),
                None => Ok(()),
            }
        })?;
        // Comments that were let through; v9 has a table for each hundred thousand.
        let own = self.table("comment");
        for name in self.dump.tables().keys() {
            let Some(rest) = name.strip_prefix(&own).filter(|rest| rest.is_empty() || rest.starts_with("_data_"))
            else {
                continue;
            };
            self.dump.rows(name, &mut |record| {
                let id = ["id", "commentid"].iter().find_map(|name| record.number(name));
                let (Some(id), Some(1)) = (id, record.number("status")) else { return Ok(()) };
                match letter(format!("phpcms:comment{rest}/{id}"), String::new(), record) {
                    Some(letter) => each(Item::Letter(Box::new(letter))),
                    None => Ok(()),
                }
            })?;
        }
        Ok(())
    }
}

impl Source for Phpcms {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn walk(&self, each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>) -> Result<(), Fault> {
        let this = self;
        let total = this.tables.iter().map(|table| this.dump.count(&table.content.main)).sum();
        let mut done = Done { of: 0, total };
        for problem in this.dump.problems() {
            let place = format!("{}:{}", problem.file.display(), problem.line);
            each(Item::Unreadable { place, why: problem.message.clone() }, done)?;
        }
        let mut homes = vec![this.home.url().to_string()];
        homes.extend(this.home.absolute("index.php"));
        each(Item::Home(homes), done)?;
        this.give_columns(&mut |item| each(item, done))?;
        for table in &this.tables {
            this.dump.rows(&table.content.main, &mut |record| {
                done.of += 1;
                match this.article(table, record) {
                    Some(article) => each(Item::Article(Box::new(article)), done),
                    None => {
                        let why = "a row of the articles without a number".into();
                        each(Item::Unreadable { place: this.dump.place(record), why }, done)
                    }
                }
            })?;
        }
        this.pages(&mut |item| each(item, done))?;
        this.letters(&mut |item| each(item, done))?;
        this.dump.rows(&this.table("attachment"), &mut |record| match this.home.absolute(&upload_path(record)) {
            Some(address) => each(Item::File(address), done),
            None => Ok(()),
        })
    }

    fn file(&self, address: &Url) -> Result<Option<OldFile>, Fault> {
        self.uploads.find(address)
    }
}

fn key(id: i64) -> String {
    format!("phpcms:category/{id}")
}

/// Where an attachment lies: `filepath` is below the folder of uploads.
fn upload_path(record: &Record) -> String {
    let path = record.text("filepath");
    let path = path.trim();
    if path.is_empty() || path.starts_with('/') || path.contains("://") || path.starts_with("uploadfile/") {
        return path.to_owned();
    }
    format!("uploadfile/{path}")
}

/// Addresses and names in `downfiles`: JSON, `array(…)` of PHP, or `name|address` line by line.
fn files_of(text: &str) -> Vec<(String, String)> {
    let text = text.trim();
    if text.starts_with('[') || text.starts_with('{') {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
        let values: Vec<&serde_json::Value> = match &value {
            serde_json::Value::Array(values) => values.iter().collect(),
            serde_json::Value::Object(values) => values.values().collect(),
            _ => Vec::new(),
        };
        let of = |value: &serde_json::Value, name: &str| {
            value.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        return values
            .into_iter()
            .map(|value| (of(value, "fileurl"), of(value, "filename")))
            .filter(|(address, _)| !address.is_empty())
            .collect();
    }
    if text.starts_with("array") {
        let texts: Vec<&str> = text.split('\'').skip(1).step_by(2).collect();
        let mut found: Vec<(String, String)> = Vec::new();
        for pair in texts.windows(2) {
            match pair {
                ["fileurl", address] => found.push(((*address).to_owned(), String::new())),
                ["filename", name] => {
                    if let Some(last) = found.last_mut() {
                        last.1 = (*name).to_owned();
                    }
                }
                _ => {}
            }
        }
        return found;
    }
    text.lines()
        .filter_map(|line| {
            let address = line.split('|').find(|part| part.contains('/'))?;
            let name = line.split('|').find(|part| *part != address).unwrap_or_default();
            Some((address.trim().to_owned(), name.trim().to_owned()))
        })
        .collect()
}

fn columns(dump: &Dump, table: &str) -> Result<BTreeMap<i64, Column>, Fault> {
    let mut columns = BTreeMap::new();
    dump.rows(table, &mut |record| {
        let Some(id) = record.number("catid") else { return Ok(()) };
        // Columns of other modules (special subjects, shops) hold no articles.
        let module = record.text("module");
        if !matches!(module.trim(), "" | "content" | "phpcms" | "article" | "page") && record.has("modelid") {
            return Ok(());
        }
        columns.insert(
            id,
            Column {
                parent: record.number("parentid").unwrap_or_default(),
                name: plain_text(&record.text("catname")),
                order: record.number("listorder").unwrap_or_default(),
                kind: record.number("type").unwrap_or_default(),
                category: Category {
                    parent_folder: record.text("parentdir").trim().to_owned(),
                    folder: record.text("catdir").trim().trim_matches('/').to_owned(),
                    url: record.first(&["url", "linkurl"]).trim().to_owned(),
                },
                articles: 0,
            },
        );
        Ok(())
    })?;
    break_loops(&mut columns, |column| &mut column.parent);
    Ok(columns)
}
