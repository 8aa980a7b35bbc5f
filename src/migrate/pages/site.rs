//! An old site known by its pages alone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use url::Url;

use crate::base::fault::Fault;
use crate::domain::content::{TOP, page_html};
use crate::migrate::old::{
    Article, ArticleKind, Content, Done, Facts as SiteFacts, Found, Item, Junk, JunkKind, OldFile, OldLetter, Source,
};

use super::article::{self, Parsed};
use super::columns::{self, Columns};
use super::kinds::{self, Kind};
use super::learn::{self, Learned};
use super::read::{self, Held, Opened};
use super::rules::{Picked, Rules};
use super::scripts::Scripted;
use super::{Fetches, address, dates, labels, letters, parallel, words};

/// How sure it is, in percent, that a text was published on the day under it: less than is public without a look.
const SIGNED: u8 = 50;
/// Folders of files that articles offer.
const UPLOADS: [&str; 9] = ["upload", "file", "attach", "pic", "photo", "image/", "down", "doc", "soft"];

/// An old site, learned from its pages.
pub struct Site {
    fetches: Arc<dyn Fetches>,
    facts: SiteFacts,
    learned: Learned,
    columns: Columns,
    /// Further pages of articles, in order.
    parts: HashMap<u32, Vec<u32>>,
    /// Other addresses of the same.
    same: HashMap<u32, Vec<u32>>,
    /// Pages that give one item or more, in the order of the walk.
    pages: Vec<u32>,
}

impl Site {
    /// Learns a site; `kind` is `mirror` or `crawl`, `notes` what is known already.
    pub fn open(fetches: Arc<dyn Fetches>, kind: &str, notes: Vec<String>) -> Site {
        Site::ruled(fetches, kind, notes, Rules::default())
    }

    /// Learns a site where ops say more than its pages.
    pub fn ruled(fetches: Arc<dyn Fetches>, kind: &str, notes: Vec<String>, rules: Rules) -> Site {
        let fetches: Arc<dyn Fetches> = Arc::new(Scripted::new(fetches));
        let learned = learn::learn(&*fetches, rules);
        let columns = columns::of(&*fetches, &learned);
        let mut parts: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        let mut same: HashMap<u32, Vec<u32>> = HashMap::new();
        for (number, kind) in learned.kinds.iter().enumerate() {
            match kind {
                Kind::PartOf(of) => {
                    let page = kinds::first_page(fetches.address(number)).map_or(0, |(_, page)| page);
                    parts.entry(*of).or_default().push((page, number as u32));
                }
                Kind::Same(of) => same.entry(*of).or_default().push(number as u32),
                _ => {}
            }
        }
        let parts = parts
            .into_iter()
            .map(|(of, mut pages)| {
                pages.sort_unstable();
                (of, pages.into_iter().map(|(_, number)| number).collect())
            })
            .collect();
        let mut pages: Vec<u32> = (0..learned.kinds.len() as u32).collect();
        pages.sort_by_key(|number| match learned.kinds[*number as usize] {
            Kind::Article | Kind::Page => 0,
            Kind::Letters => 1,
            Kind::Junk(..) | Kind::Same(_) | Kind::Unreadable => 2,
            _ => 3,
        });
        let facts = facts_of(&*fetches, &learned, kind, notes);
        Site { fetches, facts, learned, columns, parts, same, pages }
    }

    fn address(&self, number: u32) -> String {
        self.fetches.address(number as usize).to_string()
    }

    /// All addresses of a page, the plainest first.
    fn addresses(&self, number: u32) -> Vec<String> {
        let mut found = vec![self.address(number)];
        let further = self.parts.get(&number).into_iter().flatten().copied();
        let same = self.same.get(&number).into_iter().flatten().copied();
        for other in further.chain(same) {
            found.push(self.address(other));
            found.extend(self.learned.spellings.get(&other).into_iter().flatten().cloned());
        }
        found.extend(self.learned.spellings.get(&number).into_iter().flatten().cloned());
        let mut known = std::collections::HashSet::new();
        found.retain(|address| known.insert(address.clone()));
        found
    }

    /// What a page is for the import.
    fn items(&self, number: u32) -> Vec<Item> {
        let posted = address::is_posted(self.fetches.address(number as usize));
        // Nobody ever had such an address: what is on it counts, not where it was.
        if posted && matches!(self.learned.kinds[number as usize], Kind::Junk(..) | Kind::Same(_)) {
            return Vec::new();
        }
        match self.learned.kinds[number as usize] {
            Kind::Article => self.article(number, ArticleKind::Article),
            Kind::Page => self.article(number, ArticleKind::Page),
            Kind::Letters => self.letters(number),
            Kind::Junk(kind, of) => self.junk(number, kind, of),
            Kind::Same(of) if matches!(self.learned.kinds[of as usize], Kind::Letters | Kind::Junk(..)) => {
                self.junk(number, JunkKind::Duplicate, Some(of))
            }
            Kind::Unreadable => {
                let why = match &self.learned.facts[number as usize].what {
                    super::facts::What::Unreadable(why) => why.to_string(),
                    _ => "cannot be read".to_owned(),
                };
                vec![Item::Unreadable { place: self.address(number), why }]
            }
            Kind::File => self.file_item(number),
            Kind::Same(_) | Kind::Home | Kind::List | Kind::PartOf(_) => Vec::new(),
        }
    }

    fn junk(&self, number: u32, kind: JunkKind, of: Option<u32>) -> Vec<Item> {
        let of = of.map(|of| kinds::real(&self.learned.kinds, of)).filter(|of| *of != number);
        vec![Item::Junk(Junk { address: self.address(number), kind, of: of.map(|of| self.address(of)) })]
    }

    fn file_item(&self, number: u32) -> Vec<Item> {
        let address = self.fetches.address(number as usize);
        let ending = read::ending(address);
        let furniture = ["css", "js", "ico", "xml", "db", "mdb", "swf", "txt", "eot", "ttf", "woff"];
        let path = address.path().to_ascii_lowercase();
        if furniture.contains(&ending.as_str()) {
            return Vec::new();
        }
        let picture = ["gif", "jpg", "jpeg", "png", "bmp", "svg", "webp"].contains(&ending.as_str());
        if picture && !UPLOADS.iter().any(|folder| path.contains(folder)) {
            return Vec::new();
        }
        vec![Item::File(address.to_string())]
    }

    fn open_page(&self, number: u32) -> Result<Box<Opened>, String> {
        match read::open(&*self.fetches, number as usize) {
            Held::Page(page) => Ok(page),
            Held::Unreadable(why) => Err(why),
            Held::File | Held::Counter => Err("is no page any more".to_owned()),
        }
    }

    fn article(&self, number: u32, kind: ArticleKind) -> Vec<Item> {
        let mut page = match self.open_page(number) {
            Ok(page) => page,
            Err(why) => return vec![Item::Unreadable { place: self.address(number), why }],
        };
        let original = std::mem::take(&mut page.text);
        let picked = self.picked(number, &page);
        let mut parsed = article::parse(&*self.fetches, &self.learned, number as usize, &mut page);
        for part in self.parts.get(&number).into_iter().flatten() {
            self.join(&mut parsed, *part);
        }
        let column = self.columns.of_article(number);
        let column = picked.as_ref().and_then(|picked| self.column_named(picked)).or(column);
        if let Some(picked) = picked {
            apply(picked, &mut parsed);
        }
        let Parsed { title, published, body, attachments, meta } = parsed;
        // The day under a text is when it was written: a proposal for whoever looks at it, no more.
        let signed = || dates::value(&meta.formed).map(|date| Found::likely(date.time, SIGNED));
        let published = published.or_else(|| (kind == ArticleKind::Article).then(signed).flatten());
        let article = Article {
            key: format!("page:{}", columns::key(self.fetches.address(number as usize))),
            kind,
            addresses: self.addresses(number),
            title,
            published,
            source: said(if meta.source.is_empty() { &meta.organ } else { &meta.source }),
            author: said(&meta.author),
            editor: meta.editor,
            formed: meta.formed,
            number: meta.number,
            index_number: meta.index_number,
            keywords: meta.keywords,
            column,
            body,
            base: page.base.to_string(),
            attachments,
            clicks: meta.clicks,
            original,
            charset: page.charset.to_owned(),
            remarks: page.remarks.iter().map(|remark| (*remark).to_owned()).collect(),
            ..Article::default()
        };
        vec![Item::Article(Box::new(article))]
    }

    /// What a rule of ops finds on a page.
    fn picked(&self, number: u32, page: &Opened) -> Option<Picked> {
        let rule = self.learned.rules.of(self.fetches.address(number as usize)).filter(|rule| rule.picks())?;
        Some(rule.pick(&page_html(&page.page.tree, TOP)))
    }

    fn column_named(&self, picked: &Picked) -> Option<Found<String>> {
        let name = picked.column.as_deref()?;
        let known = self.columns.columns.iter().find(|column| words::tight(&column.name) == words::tight(name));
        Some(Found::certain(known.map_or_else(|| name.to_owned(), |column| column.key.clone())))
    }

    /// Puts a further page behind what there is.
    fn join(&self, parsed: &mut Parsed, part: u32) {
        let Ok(mut page) = self.open_page(part) else { return };
        let more = article::parse(&*self.fetches, &self.learned, part as usize, &mut page);
        if let Some(more) = more.body {
            match &mut parsed.body {
                Some(body) => {
                    body.value.push('\n');
                    body.value.push_str(&more.value);
                    body.sure = body.sure.min(more.sure);
                }
                None => parsed.body = Some(more),
            }
        }
        for attachment in more.attachments {
            if !parsed.attachments.iter().any(|known| known.address == attachment.address) {
                parsed.attachments.push(attachment);
            }
        }
    }

    fn letters(&self, number: u32) -> Vec<Item> {
        let page = match self.open_page(number) {
            Ok(page) => page,
            Err(why) => return vec![Item::Unreadable { place: self.address(number), why }],
        };
        // Many letters have the same title, 建议; only what all pages have is furniture.
        let firm = self.learned.firm(number as usize, &page.lines);
        let own: Vec<bool> = firm.into_iter().map(|firm| !firm).collect();
        let address = self.fetches.address(number as usize);
        // Letters move from page to page as new ones come: the guestbook names them, not its page.
        let book = kinds::first_page(address).map_or_else(|| address.clone(), |(first, _)| first);
        let key = format!("page:{}", columns::key(&book));
        let found = letters::read(&page.lines.lines, &own, address.as_str(), &key);
        if found.is_empty() {
            let why = "a guestbook or letter of which nothing was understood".to_owned();
            return vec![Item::Unreadable { place: self.address(number), why }];
        }
        let spellings = self.learned.spellings.get(&number).into_iter().flatten();
        let mut items: Vec<Item> = found.into_iter().map(|letter: OldLetter| Item::Letter(Box::new(letter))).collect();
        items.extend(spellings.map(|spelling| {
            Item::Junk(Junk { address: spelling.clone(), kind: JunkKind::Duplicate, of: Some(self.address(number)) })
        }));
        items
    }
}

/// What a rule says is certain.
fn apply(picked: Picked, parsed: &mut Parsed) {
    if let Some(title) = picked.title {
        parsed.title = Some(Found::certain(title));
    }
    if let Some(date) = picked.date.and_then(|text| dates::first(&text).or_else(|| dates::value(&text))) {
        parsed.published = Some(Found::certain(date.time));
    }
    if let Some(body) = picked.body {
        parsed.body = Some(Found::certain(body));
    }
    for (found, slot) in [(picked.source, &mut parsed.meta.source), (picked.author, &mut parsed.meta.author)] {
        if let Some(found) = found {
            *slot = labels::of_page(&found).pop().map_or(found, |one| one.value);
        }
    }
}

fn said(text: &str) -> Option<Found<String>> {
    (!text.is_empty()).then(|| Found::likely(text.to_owned(), 90))
}

/// Who the old site was.
fn facts_of(fetches: &dyn Fetches, learned: &Learned, kind: &str, notes: Vec<String>) -> SiteFacts {
    let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..fetches.len() {
        let address = fetches.address(number);
        let port = address.port().map(|port| format!(":{port}")).unwrap_or_default();
        *hosts.entry(format!("{}{port}", address.host_str().unwrap_or_default())).or_default() += 1;
    }
    let mut hosts: Vec<(String, usize)> = hosts.into_iter().collect();
    hosts.sort_by_key(|(host, count)| (std::cmp::Reverse(*count), host.clone()));
    let home = (0..fetches.len())
        .find(|number| learned.kinds[*number] == Kind::Home && kinds::is_home(fetches.address(*number)));
    let first = hosts.first().map(|(host, _)| host.clone()).unwrap_or_default();
    let name = home.map(|home| learned.facts[home].title.to_string()).unwrap_or_default();
    let programs = [("asp", "ASP"), ("aspx", "ASP.NET"), ("php", "PHP"), ("jsp", "JSP")];
    let program = programs
        .iter()
        .map(|(ending, program)| {
            let count = (0..fetches.len()).filter(|number| read::ending(fetches.address(*number)) == *ending).count();
            (count, *program)
        })
        .max()
        .filter(|(count, _)| *count > 0)
        .map(|(_, program)| program.to_owned());
    SiteFacts {
        kind: kind.to_owned(),
        home: home.map_or_else(|| format!("http://{first}/"), |home| fetches.address(home).to_string()),
        hosts: hosts.into_iter().map(|(host, _)| host).collect(),
        name: words::bare(&name).to_owned(),
        program: program.unwrap_or_default(),
        notes,
    }
}

impl Source for Site {
    fn facts(&self) -> &SiteFacts {
        &self.facts
    }

    fn walk(&self, each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>) -> Result<(), Fault> {
        let total = self.pages.len() as u64;
        for column in &self.columns.columns {
            each(Item::Column(column.clone()), Done { of: 0, total })?;
        }
        let mut homes: Vec<String> = Vec::new();
        for number in (0..self.learned.kinds.len()).filter(|number| self.learned.kinds[*number] == Kind::Home) {
            homes.push(self.fetches.address(number).to_string());
            homes.extend(self.learned.spellings.get(&(number as u32)).into_iter().flatten().cloned());
        }
        if !homes.is_empty() {
            each(Item::Home(homes), Done { of: 0, total })?;
        }
        parallel::stream(
            self.pages.len(),
            |at| self.items(self.pages[at]),
            |at, items| {
                let done = Done { of: at as u64 + 1, total };
                items.into_iter().try_for_each(|item| each(item, done))
            },
        )
    }

    fn file(&self, address: &Url) -> Result<Option<OldFile>, Fault> {
        let Some(number) = self.fetches.number(address) else { return Ok(None) };
        if !matches!(self.learned.kinds[number], Kind::File) {
            return Ok(None);
        }
        let fetched = self.fetches.read(number)?;
        let name = self.name_of_file(number, &fetched);
        Ok(Some(OldFile { content: Content::Bytes(fetched.bytes), name }))
    }
}

impl Site {
    /// The name of a file: of its answer, of its address, else what links to it say.
    fn name_of_file(&self, number: usize, fetched: &super::Fetched) -> String {
        if let Some(name) = disposition_name(&fetched.disposition) {
            return name;
        }
        let address = self.fetches.address(number);
        let last = super::address::plain(address.path().rsplit('/').next().unwrap_or_default());
        if read::is_file(address) {
            return last;
        }
        let kind = infer::get(&fetched.bytes).map(|kind| kind.extension().to_owned());
        let moved = fetched.moved_to.as_ref().map(read::ending).filter(|ending| !ending.is_empty());
        let anchors = self.learned.anchors.get(&(number as u32)).map_or(&[][..], Vec::as_slice);
        let ends = |name: &str| {
            let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
            (2..=4).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let whole = anchors.iter().filter(|(anchor, _)| !words::is_cut(anchor));
        let best =
            whole.max_by_key(|(anchor, count)| (ends(anchor), *count, anchor.len())).map(|(anchor, _)| anchor.as_str());
        let Some(ending) = moved.or(kind) else { return best.unwrap_or_default().to_owned() };
        match best {
            Some(name) if ends(name) => name.to_owned(),
            Some(name) => format!("{name}.{ending}"),
            None => format!(
                "{}-{}.{ending}",
                words::stem(address),
                address.query().unwrap_or_default().replace(['=', '&', '/'], "-")
            ),
        }
    }
}

/// The name in `Content-Disposition`, in whatever charset.
fn disposition_name(header: &str) -> Option<String> {
    let lower = header.to_ascii_lowercase();
    if let Some(at) = lower.find("filename*=") {
        let value = header[at + 10..].split(';').next()?.trim().trim_matches('"');
        let (_, encoded) = value.split_once("''")?;
        return Some(super::address::plain(encoded)).filter(|name| !name.is_empty());
    }
    let at = lower.find("filename=")? + 9;
    let value = header[at..].trim_start();
    let value = match value.strip_prefix('"') {
        Some(rest) => rest.split('"').next()?,
        None => value.split(';').next()?.trim(),
    };
    let name = super::address::plain(value);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim().to_owned();
    (!name.is_empty()).then_some(name)
}
