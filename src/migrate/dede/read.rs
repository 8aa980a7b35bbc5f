//! Reads the tables of dedecms 5.3 and later, and of earlier versions, whose columns differ a little.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use url::Url;

use crate::base::fault::Fault;
use crate::domain::content::plain_text;
use crate::migrate::old::{Article, ArticleKind, Done, Facts, Found, Item, OldColumn, OldFile, OldState, Source};
use crate::migrate::records::{
    Home, Options, Uploads, break_loops, count_below, from_above, from_unix, keywords, letter, numbers,
};
use crate::migrate::sql::{Dump, Index, Record};

use super::address::{Folder, Named, Settings};
use super::body::{self, Body};

/// Articles on a page of a list, at least.
const PER_PAGE: u64 = 10;
/// Most pages of a list whose addresses are told.
const MOST_PAGES: u64 = 1000;
/// Add-on tables of the channels that every installation has.
const CHANNELS: [(i64, &str); 4] = [(1, "addonarticle"), (2, "addonimages"), (3, "addonsoft"), (-1, "addonspec")];

/// A column with what its addresses need.
#[derive(Debug, Default)]
struct Type {
    parent: i64,
    name: String,
    order: i64,
    folder: Folder,
    content: String,
    articles: u64,
}

/// An old site as its database has it.
pub struct Dede {
    dump: Dump,
    prefix: String,
    facts: Facts,
    home: Home,
    settings: Settings,
    uploads: Uploads,
    types: BTreeMap<i64, Type>,
    /// Add-on table of each channel, with the places of its rows.
    addons: HashMap<i64, (String, Index)>,
}

impl Dede {
    /// Opens the dump and reads what columns and settings it has.
    ///
    /// # Errors
    /// When it cannot be read, or is no dump of dedecms.
    pub fn open(options: &Options) -> Result<Dede, Fault> {
        let dump = Dump::open(&options.path, &options.spool)?;
        let (prefix, mut notes) = prefix(&dump, options)?;
        let (settings, said) = settings(&dump, &prefix)?;
        let home = Home::new(options, &said.base)?;
        notes.extend(dump.notes());
        notes.extend(home.notes.iter().cloned());
        let archives = format!("{prefix}archives");
        let later = dump.tables().get(&archives).is_some_and(|table| table.columns.iter().any(|name| name == "flag"));
        let mut facts = Facts {
            kind: "dede".into(),
            hosts: home.hosts(options),
            home: home.url().to_string(),
            name: said.name,
            program: if later { "dedecms 5.3 or later" } else { "dedecms before 5.3" }.into(),
            notes,
        };
        let mut types = types(&dump, &prefix)?;
        let addons = addons(&dump, &prefix)?;
        let mut spelled = false;
        dump.rows(&archives, &mut |record| {
            if let Some(found) = types.get_mut(&record.number("typeid").unwrap_or_default()) {
                found.articles += 1;
                let rule = found.folder.rule.to_ascii_lowercase();
                spelled |= rule.contains("{py}") || rule.contains("{pinyin}");
            }
            Ok(())
        })?;
        if spelled {
            facts.notes.push(
                "the addresses of some columns spell titles in Latin letters ({py}, {pinyin}), by a table of the program that is not in the database; characters with several readings give several addresses, of which one was in use".into(),
            );
        }
        facts.notes.extend(left_behind(&dump, &prefix)?);
        count_below(&mut types, |found| (found.parent, &mut found.articles));
        let uploads = Uploads::open(options.media.as_deref())?;
        Ok(Dede { dump, prefix, facts, home, settings, uploads, types, addons })
    }

    fn table(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn columns(&self, each: &mut dyn FnMut(Item) -> Result<(), Fault>) -> Result<(), Fault> {
        for (id, found) in from_above(&self.types, |found| found.parent) {
            if found.folder.part == 2 {
                each(self.link_of(id, found))?;
                continue;
            }
            let pages = usize::try_from(found.articles.div_ceil(PER_PAGE).clamp(1, MOST_PAGES)).unwrap_or(1);
            let addresses = self.settings.list(id, &found.folder, pages);
            each(Item::Column(OldColumn {
                key: type_key(id),
                parent: self.types.contains_key(&found.parent).then(|| type_key(found.parent)),
                name: found.name.clone(),
                addresses: addresses.iter().filter_map(|address| self.home.absolute(address)).collect(),
                order: found.order,
            }))?;
        }
        for (id, found) in &self.types {
            if found.folder.part != 2 && !plain_text(&found.content).is_empty() {
                each(Item::Article(Box::new(Article {
                    key: format!("{}/content", type_key(*id)),
                    kind: ArticleKind::Page,
                    title: Some(Found::certain(found.name.clone())),
                    column: Some(Found::certain(type_key(*id))),
                    body: Some(Found::certain(found.content.clone())),
                    base: self.home.url().to_string(),
                    ..Article::default()
                })))?;
            }
        }
        Ok(())
    }

    /// A column that is but a link to elsewhere.
    fn link_of(&self, id: i64, found: &Type) -> Item {
        let link = self.settings.folder(&found.folder.folder);
        Item::Article(Box::new(Article {
            key: type_key(id),
            kind: ArticleKind::Link,
            addresses: self.home.absolute(&format!("{}/list.php?tid={id}", self.settings.plus)).into_iter().collect(),
            title: Some(Found::certain(found.name.clone())),
            column: self.types.contains_key(&found.parent).then(|| Found::certain(type_key(found.parent))),
            link: self.home.absolute(&link).unwrap_or(link),
            base: self.home.url().to_string(),
            ..Article::default()
        }))
    }

    fn article(&self, record: &Record) -> Option<Article> {
        let id = record.number("id")?;
        let channel = record.number("channel").unwrap_or(1);
        let (addon, body) = self.body(id, channel).unzip();
        let mut leads = body.as_ref().map(|body| body.leads.clone()).unwrap_or_default();
        if leads.is_empty() {
            leads = record.text("redirecturl").trim().to_owned();
        }
        let flags = record.text("flag");
        let jumps = !leads.is_empty() && (flags.split(',').any(|flag| flag.trim() == "j") || !record.has("flag"));
        let column_id = record.number("typeid").unwrap_or_default();
        let column = self.types.get(&column_id);
        let rank = record.number("arcrank").unwrap_or_default();
        let published = record.number("pubdate").and_then(from_unix);
        let sent = record.number("senddate").or_else(|| record.number("pubdate")).unwrap_or_default();
        let (file, stored) = (record.text("filename"), record.text("title"));
        let named = Named {
            id,
            column: column_id,
            sent,
            made: record.number("ismake").unwrap_or(1),
            rank,
            money: record.number("money").unwrap_or_default(),
            file: file.trim(),
            title: &stored,
        };
        let pages = body.as_ref().map_or(1, |body| body.pages);
        let folder = column.map(|column| &column.folder);
        let addresses = self.settings.article(named, folder, pages);
        let title = record.decoded("title");
        let mut remarks = Vec::new();
        if title.damaged || body.as_ref().is_some_and(|body| body.damaged) {
            remarks.push("bytes that are no text".into());
        }
        for name in record.too_large() {
            remarks.push(format!("{name} is too large and was left out"));
        }
        let charset = body.as_ref().map(|body| body.charset).filter(|name| !matches!(*name, "" | "ASCII"));
        let charset = charset.unwrap_or(title.charset);
        if charset.contains(" in ") {
            remarks.push("charset declared wrongly".into());
        }
        let text_of = |name: &str| plain_text(&record.text(name));
        let named_person = |name: &str| Some(text_of(name)).filter(|text| !text.is_empty()).map(Found::certain);
        let picture = record.text("litpic");
        let mut article = Article {
            key: format!("dede:archives/{id}"),
            kind: if jumps { ArticleKind::Link } else { ArticleKind::Article },
            addresses: addresses.iter().filter_map(|address| self.home.absolute(address)).collect(),
            title: Some(plain_text(&title.text)).filter(|text| !text.is_empty()).map(Found::certain),
            subtitle: String::new(),
            published: published.or_else(|| from_unix(sent)).map(Found::certain),
            source: named_person("source"),
            author: named_person("writer"),
            editor: String::new(),
            summary: text_of("description"),
            keywords: keywords(&text_of("keywords")),
            column: column.map(|_| Found::certain(type_key(column_id))),
            attachments: body.as_ref().map(|body| body.attachments.clone()).unwrap_or_default(),
            body: body.map(|body| body.html).filter(|html| !html.trim().is_empty()).map(Found::certain),
            base: self.home.url().to_string(),
            picture: if picture.contains("defaultpic") {
                String::new()
            } else {
                self.home.absolute(&picture).unwrap_or_default()
            },
            link: if jumps { self.home.absolute(&leads).unwrap_or(leads) } else { String::new() },
            state: match rank {
                0 => OldState::Public,
                -2 => OldState::Bin,
                rank if rank < 0 => OldState::Waiting,
                _ => OldState::Members,
            },
            clicks: record.number("click").and_then(|count| u64::try_from(count).ok()).unwrap_or_default(),
            charset: charset.to_owned(),
            remarks,
            ..Article::default()
        };
        for record in addon.iter().chain([record]) {
            numbers(&mut article, record);
        }
        Some(article)
    }

    /// The row of an article in an add-on table, and what it says.
    fn body(&self, id: i64, channel: i64) -> Option<(Record, Body)> {
        let number = u64::try_from(id).ok()?;
        let own = self.addons.get(&channel).into_iter();
        // A channel that nothing describes may still have its row in the table of articles.
        let places = own.chain(self.addons.get(&1)).filter_map(|(_, index)| index.find(number));
        let record = places.filter_map(|place| self.dump.row(place)).next()?;
        let body = body::read(&record, &self.home);
        Some((record, body))
    }

    fn pages(&self, each: &mut dyn FnMut(Item) -> Result<(), Fault>) -> Result<(), Fault> {
        self.dump.rows(&self.table("sgpage"), &mut |record| {
            let Some(id) = record.number("aid") else { return Ok(()) };
            let address = self.settings.folder(&record.text("filename"));
            let body = record.decoded("body");
            each(Item::Article(Box::new(Article {
                key: format!("dede:sgpage/{id}"),
                kind: ArticleKind::Page,
                addresses: self.home.absolute(&format!("/{}", address.trim_start_matches('/'))).into_iter().collect(),
                title: Some(Found::certain(plain_text(&record.text("title")))),
                published: record.number("uptime").and_then(from_unix).map(|time| Found::likely(time, 60)),
                keywords: keywords(&record.text("keywords")),
                summary: plain_text(&record.text("description")),
                body: Some(Found::certain(body.text)),
                base: self.home.url().to_string(),
                charset: body.charset.into(),
                ..Article::default()
            })))
        })
    }

    fn letters(&self, each: &mut dyn FnMut(Item) -> Result<(), Fault>) -> Result<(), Fault> {
        let address = self.home.absolute(&format!("{}/guestbook.php", self.settings.plus)).unwrap_or_default();
        self.dump.rows(&self.table("guestbook"), &mut |record| {
            let Some(id) = record.number("id") else { return Ok(()) };
            match letter(format!("dede:guestbook/{id}"), address.clone(), record) {
                Some(letter) => each(Item::Letter(Box::new(letter))),
                None => Ok(()),
            }
        })?;
        self.dump.rows(&self.table("feedback"), &mut |record| {
            let (Some(id), true) = (record.number("id"), was_shown(record)) else { return Ok(()) };
            match letter(format!("dede:feedback/{id}"), String::new(), record) {
                Some(letter) => each(Item::Letter(Box::new(letter))),
                None => Ok(()),
            }
        })
    }

    fn files(&self, each: &mut dyn FnMut(Item) -> Result<(), Fault>) -> Result<(), Fault> {
        self.dump.rows(&self.table("uploads"), &mut |record| match self.home.absolute(&record.text("url")) {
            Some(address) => each(Item::File(address)),
            None => Ok(()),
        })
    }
}

impl Source for Dede {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn walk(&self, each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>) -> Result<(), Fault> {
        let archives = self.table("archives");
        let total = self.dump.count(&archives);
        let mut done = Done { of: 0, total };
        for problem in self.dump.problems() {
            let place = format!("{}:{}", problem.file.display(), problem.line);
            each(Item::Unreadable { place, why: problem.message.clone() }, done)?;
        }
        let home = self.home.url().to_string();
        let mut addresses = vec![home];
        addresses.extend(self.home.absolute(&format!("{}/index.php", self.settings.cms_path)));
        each(Item::Home(addresses), done)?;
        self.columns(&mut |item| each(item, done))?;
        let mut seen = BTreeSet::new();
        let this = self;
        this.dump.rows(&archives, &mut |record| {
            done.of += 1;
            match this.article(record) {
                Some(article) if seen.insert(record.number("id")) => each(Item::Article(Box::new(article)), done),
                Some(_) => each(
                    Item::Unreadable {
                        place: this.dump.place(record),
                        why: format!("a second row with the number {}", record.text("id")),
                    },
                    done,
                ),
                None => {
                    let why = "a row of the articles without a number".into();
                    each(Item::Unreadable { place: this.dump.place(record), why }, done)
                }
            }
        })?;
        self.pages(&mut |item| each(item, done))?;
        self.letters(&mut |item| each(item, done))?;
        self.files(&mut |item| each(item, done))
    }

    fn file(&self, address: &Url) -> Result<Option<OldFile>, Fault> {
        self.uploads.find(address)
    }
}

/// Was this comment let through?
fn was_shown(record: &Record) -> bool {
    record.number("ischeck") == Some(1)
}

/// What is not taken over, for ops.
fn left_behind(dump: &Dump, prefix: &str) -> Result<Vec<String>, Fault> {
    let mut notes = Vec::new();
    let mut hidden = 0_u64;
    dump.rows(&format!("{prefix}feedback"), &mut |record| {
        hidden += u64::from(!was_shown(record));
        Ok(())
    })?;
    if hidden > 0 {
        notes.push(format!("{hidden} comments that were never let through are left behind"));
    }
    for table in ["diyform", "vote"] {
        let own = format!("{prefix}{table}");
        let found = dump.tables().iter().filter(|(name, _)| name.strip_prefix(&own).is_some_and(is_number));
        for (name, table) in found.filter(|(_, table)| table.rows > 0) {
            notes.push(format!("{} rows of {name} are left behind", table.rows));
        }
    }
    Ok(notes)
}

/// Is it empty or a number?
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn type_key(id: i64) -> String {
    format!("dede:arctype/{id}")
}

/// The prefix of the installation: the given one, or that with the most articles.
fn prefix(dump: &Dump, options: &Options) -> Result<(String, Vec<String>), Fault> {
    let mut found: Vec<(String, u64)> = dump
        .tables()
        .keys()
        .filter_map(|name| name.strip_suffix("archives"))
        .map(|prefix| (prefix.to_owned(), dump.count(&format!("{prefix}archives"))))
        .collect();
    found.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    if let Some(wanted) = &options.prefix {
        let wanted = wanted.to_lowercase();
        if found.iter().any(|(prefix, _)| *prefix == wanted) {
            return Ok((wanted, Vec::new()));
        }
        return Err(Fault::file(&options.path, format!("no table {wanted}archives is in the dump")));
    }
    let Some((prefix, _)) = found.first().cloned() else {
        return Err(no_dede(&options.path, dump));
    };
    let others: Vec<&str> = found.iter().skip(1).map(|(prefix, _)| prefix.as_str()).collect();
    let notes = if others.is_empty() {
        Vec::new()
    } else {
        vec![format!("tables of several sites: {prefix} was taken, {} left", others.join(", "))]
    };
    Ok((prefix, notes))
}

fn no_dede(path: &Path, dump: &Dump) -> Fault {
    let names: Vec<&str> = dump.tables().keys().map(String::as_str).take(8).collect();
    match dump.problems().first() {
        Some(problem) if names.is_empty() => problem.clone(),
        _ => Fault::file(
            path,
            format!("no table of articles of dedecms (dede_archives) is in it, but {}", names.join(", ")),
        ),
    }
}

/// What the program says of itself.
struct Said {
    base: String,
    name: String,
}

fn settings(dump: &Dump, prefix: &str) -> Result<(Settings, Said), Fault> {
    let mut settings = Settings::default();
    let mut said = Said { base: String::new(), name: String::new() };
    dump.rows(&format!("{prefix}sysconfig"), &mut |record| {
        let value = record.text("value").trim().to_owned();
        let yes = value.eq_ignore_ascii_case("y");
        match record.text("varname").as_str() {
            "cfg_basehost" => said.base = value,
            "cfg_webname" => said.name = plain_text(&value),
            "cfg_cmspath" => settings.cms_path = value.trim_end_matches('/').into(),
            "cfg_arcdir" if !value.is_empty() => settings.article_folder = value,
            "cfg_df_namerule" if !value.is_empty() => settings.rule = value,
            "cfg_df_ext" if !value.is_empty() => settings.ending = value,
            "cfg_rewrite" => settings.rewrite = yes,
            "cfg_arc_dirname" => settings.bare_folders = yes,
            "cfg_multi_site" => settings.many_sites = yes,
            _ => {}
        }
        Ok(())
    })?;
    settings.plus = format!("{}/plus", settings.cms_path);
    settings.special = format!("{}/special", settings.cms_path);
    Ok((settings, said))
}

fn types(dump: &Dump, prefix: &str) -> Result<BTreeMap<i64, Type>, Fault> {
    let mut types = BTreeMap::new();
    dump.rows(&format!("{prefix}arctype"), &mut |record| {
        let Some(id) = record.number("id") else { return Ok(()) };
        let hosted = record.number("moresite") == Some(1);
        let hosted = |name: &str| if hosted { record.text(name).trim().to_owned() } else { String::new() };
        let folder = Folder {
            folder: record.text("typedir").trim().to_owned(),
            rule: record.text("namerule"),
            list_rule: record.text("namerule2"),
            is_default: record.number("isdefault").unwrap_or(1),
            default_name: record.text("defaultname").trim().to_owned(),
            part: record.number("ispart").unwrap_or_default(),
            host: hosted("siteurl"),
            host_path: hosted("sitepath"),
        };
        let found = Type {
            parent: record.number("reid").unwrap_or_default(),
            name: plain_text(&record.text("typename")),
            order: record.number("sortrank").unwrap_or_default(),
            folder,
            content: record.text("content"),
            articles: 0,
        };
        types.insert(id, found);
        Ok(())
    })?;
    break_loops(&mut types, |found| &mut found.parent);
    Ok(types)
}

/// Add-on tables with the places of their rows.
fn addons(dump: &Dump, prefix: &str) -> Result<HashMap<i64, (String, Index)>, Fault> {
    let mut tables: BTreeMap<i64, String> =
        CHANNELS.iter().map(|(channel, table)| (*channel, format!("{prefix}{table}"))).collect();
    dump.rows(&format!("{prefix}channeltype"), &mut |record| {
        let table = record.text("addtable").trim().to_lowercase().replace("#@__", prefix);
        if let Some(id) = record.number("id")
            && !table.is_empty()
        {
            tables.insert(id, table);
        }
        Ok(())
    })?;
    let mut addons = HashMap::new();
    for (channel, table) in tables {
        if dump.count(&table) > 0 {
            let index = dump.index(&table, "aid")?;
            addons.insert(channel, (table, index));
        }
    }
    Ok(addons)
}
