//! Where a page leads: links, frames, image maps, pictures, styles, scripts, `meta refresh`, pages of lists that are
//! asked for by a form.
//!
//! **Invariant:** one pass over the text; nothing of it is run, and no tree is built.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;

use encoding_rs::{BIG5, Encoding, GBK, UTF_8};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::content::pieces;
use crate::migrate::pages::address::{self, POSTED_PAGE};
use crate::migrate::{charset, script};

/// Addresses taken from one page.
const MOST: usize = 20_000;
/// Bytes of an answer in which links are looked for; more is no page.
const LARGEST: usize = 16 << 20;
/// Pages of a list that one page leads to by its form.
const MOST_POSTED: usize = 200;
/// Clicks of one page that are looked at.
const MOST_CLICKS: usize = 5_000;

/// What a page leads to.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Complete addresses, in the order of the page.
    pub addresses: Vec<Url>,
    /// What it says: the same for two pages that differ in nothing but numbers and the order of their parts.
    pub says: u64,
    /// Hidden fields, for the form that asks for further pages.
    pub hidden: Vec<(String, String)>,
    /// Functions that it calls and nobody knows yet.
    pub unknown: Vec<String>,
    /// Functions of a script that is no page.
    pub functions: script::Functions,
}

/// What kind of text an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    Xml,
    Style,
    Script,
    /// A picture or attachment: nothing leads on from it.
    File,
}

/// What an answer is, by its header, its address and its bytes.
pub(super) fn kind(address: &Url, content_type: &str, bytes: &[u8]) -> Kind {
    let said = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let path = address.path().to_ascii_lowercase();
    let head = &bytes[..bytes.len().min(1024)];
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if (head.contains(&0) && !utf16) || infer::get(head).is_some_and(|kind| !kind.mime_type().starts_with("text/")) {
        return Kind::File;
    }
    if said.ends_with("xml") && script::has_records(bytes) {
        return Kind::Page;
    }
    match said.as_str() {
        "text/css" => Kind::Style,
        said if said.contains("javascript") || said.contains("ecmascript") => Kind::Script,
        _ if path.ends_with(".css") => Kind::Style,
        _ if path.ends_with(".js") => Kind::Script,
        "application/xhtml+xml" => Kind::Page,
        said if said.ends_with("/xml") || said.ends_with("+xml") => Kind::Xml,
        "text/html" | "" => match head.trim_ascii_start().starts_with(b"<?xml") && !contains(head, b"<html") {
            true => Kind::Xml,
            false => Kind::Page,
        },
        _ => Kind::File,
    }
}

/// Is an answer a script by its header or its name?
pub(super) fn is_script(address: &Url, content_type: &str) -> bool {
    kind(address, content_type, b"x") == Kind::Script
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(&bytes.to_ascii_lowercase(), word).is_some()
}

/// Reads an answer. `base` is what relative addresses in it are read against: for scripts the page that runs them.
/// `site` are the functions that pages of the site share.
pub(super) fn read(kind: Kind, base: &Url, content_type: &str, bytes: &[u8], site: &script::Functions) -> Links {
    if kind == Kind::File {
        return Links::default();
    }
    let decoded = charset::page(&bytes[..bytes.len().min(LARGEST)], content_type);
    let encoding = match decoded.charset {
        "gb18030" => GBK,
        "big5" => BIG5,
        _ => UTF_8,
    };
    let mut work = Work { base: base.clone(), page: base.clone(), encoding, xml: kind == Kind::Xml, ..Work::default() };
    match kind {
        Kind::Style => work.style(&decoded.text),
        Kind::Script => {
            work.script(&decoded.text, 0);
            work.links.functions.add(&decoded.text);
        }
        _ => {
            work = tokenize(&script::unfolded(&decoded.text, true), work, 0);
            work.clicked(site);
        }
    }
    work.links
}

fn tokenize(text: &str, work: Work, depth: u8) -> Work {
    let input = BufferQueue::default();
    let tokenizer = Tokenizer::new(Sink(RefCell::new((work, depth))), TokenizerOpts::default());
    for piece in pieces(text) {
        input.push_back(piece.into());
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let (mut work, _) = tokenizer.sink.0.into_inner();
    work.end_of_text(depth);
    work
}

struct Sink(RefCell<(Work, u8)>);

/// In what the text stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Text,
    Script,
    Style,
    /// `<loc>` or `<link>` of a sitemap or feed.
    Address,
}

struct Work {
    base: Url,
    page: Url,
    encoding: &'static Encoding,
    xml: bool,
    inside: Inside,
    text: String,
    /// Target and argument of the link that is open.
    posting: Option<(String, String)>,
    posting_text: String,
    /// Highest page number among the links to pages so far.
    highest: u32,
    posted: usize,
    /// Forms and scripts, and what clicks run.
    doing: script::Page,
    clicks: Vec<String>,
    links: Links,
}

impl Default for Work {
    fn default() -> Work {
        #[expect(clippy::unwrap_used, reason = "a constant")]
        let nowhere = Url::parse("http://invalid/").unwrap();
        Work {
            base: nowhere.clone(),
            page: nowhere,
            encoding: UTF_8,
            xml: false,
            inside: Inside::Text,
            text: String::new(),
            posting: None,
            posting_text: String::new(),
            highest: 0,
            posted: 0,
            doing: script::Page::default(),
            clicks: Vec::new(),
            links: Links::default(),
        }
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut held = self.0.borrow_mut();
        let (work, depth) = &mut *held;
        match token {
            Token::CharacterTokens(text) => work.text.push_str(&text),
            Token::TagToken(tag) => {
                work.end_of_text(*depth);
                return match tag.kind {
                    TagKind::StartTag => work.start(&tag, *depth),
                    TagKind::EndTag => {
                        work.end(&tag.name);
                        TokenSinkResult::Continue
                    }
                };
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| attribute.value.trim()).filter(|value| !value.is_empty())
}

impl Work {
    fn start(&mut self, tag: &Tag, depth: u8) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if self.xml {
            if matches!(name, "loc" | "link" | "image:loc") {
                self.inside = Inside::Address;
                if let Some(address) = attribute(tag, "href") {
                    self.add(address);
                }
            }
            return TokenSinkResult::Continue;
        }
        self.doing.element(name, &|key| {
            tag.attrs.iter().find(|attribute| &*attribute.name.local == key).map(|attribute| &*attribute.value)
        });
        for attribute in &tag.attrs {
            let (key, value) = (&*attribute.name.local, attribute.value.trim());
            match key {
                "href" if name == "base" => {
                    if let Ok(base) = self.page.join(value) {
                        self.base = base;
                    }
                }
                "href" | "src" | "background" | "lowsrc" | "longdesc" | "poster" | "data-src" | "data-original" => {
                    self.follow(value, depth);
                }
                "data" if name == "object" => self.add(value),
                "srcset" => {
                    value.split(',').filter_map(|part| part.split_whitespace().next()).for_each(|one| self.add(one))
                }
                "value" => self.value(tag, name, value),
                "style" => self.style(value),
                "onclick" => {
                    self.click(value);
                    if value.contains(['\'', '"']) {
                        self.script(value, depth);
                    }
                }
                _ if key.starts_with("on") && value.contains(['\'', '"']) => self.script(value, depth),
                _ => {}
            }
        }
        self.special(tag, name)
    }

    fn special(&mut self, tag: &Tag, name: &str) -> TokenSinkResult<()> {
        match name {
            "img" => {
                // Pages that show another picture say something else.
                self.links.says = self.links.says.wrapping_add(xxh3_64(attribute(tag, "src").unwrap_or("").as_bytes()));
            }
            "a" => {
                let code = attribute(tag, "href").filter(|href| href.contains("__doPostBack"));
                self.posting = code.and_then(script::post_back);
                self.posting_text.clear();
                if let Some(file) = attribute(tag, "href").filter(|href| leads_to_file(href)) {
                    self.links.says = self.links.says.wrapping_add(xxh3_64(file.as_bytes()));
                }
            }
            "meta" if attribute(tag, "http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("refresh")) => {
                let content = attribute(tag, "content").unwrap_or_default();
                if let Some(at) = content.to_ascii_lowercase().find("url") {
                    let to = content[at + 3..].trim_start().trim_start_matches('=').trim();
                    self.add(to.trim_matches(['\'', '"']));
                }
            }
            "script" => {
                self.inside = Inside::Script;
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            "style" => {
                self.inside = Inside::Style;
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// `value` of an option that leads on, of a player's parameter, of a hidden field.
    fn value(&mut self, tag: &Tag, name: &str, value: &str) {
        match name {
            "option" if script::looks_like_address(value) => self.add(value),
            "param" => {
                let named = attribute(tag, "name").unwrap_or_default().to_ascii_lowercase();
                if matches!(named.as_str(), "movie" | "src" | "url" | "filename") {
                    self.add(value);
                }
            }
            "input" if attribute(tag, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("hidden")) => {
                if let Some(named) = attribute(tag, "name") {
                    self.links.hidden.push((named.to_owned(), value.to_owned()));
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        self.inside = Inside::Text;
        if name == "a"
            && let Some((target, argument)) = self.posting.take()
        {
            let text = std::mem::take(&mut self.posting_text);
            self.page_by_form(&target, &argument, text.trim());
        }
    }

    /// A link to a page of a list that is asked for by a form: known by the number of the page.
    fn page_by_form(&mut self, target: &str, argument: &str, text: &str) {
        let digits = |text: &str| text.trim_matches(['[', ']', ' ']).parse::<u32>().ok();
        let here = || {
            let pairs = self.page.query_pairs();
            let number = pairs.filter(|(name, _)| name == POSTED_PAGE).find_map(|(_, value)| value.parse::<u32>().ok());
            number.unwrap_or(1)
        };
        let number = match (argument.strip_prefix("Page$").unwrap_or(argument).parse::<u32>().ok(), digits(text)) {
            (Some(number), _) | (None, Some(number)) => number,
            _ if matches!(text, "下一页" | "下页" | "下一頁" | ">" | "Next") => here() + 1,
            // Dots before the numbers lead back, dots behind them lead on.
            _ if matches!(text, "..." | "…" | "……") && self.highest > 0 => self.highest + 1,
            _ => return,
        };
        // The first page is the list itself.
        if !(2..100_000).contains(&number) || self.posted >= MOST_POSTED {
            return;
        }
        self.highest = self.highest.max(number);
        self.posted += 1;
        let mut address = address::posted_to(&self.page).0;
        address
            .query_pairs_mut()
            .append_pair("__EVENTTARGET", target)
            .append_pair("__EVENTARGUMENT", argument)
            .append_pair(POSTED_PAGE, &number.to_string());
        self.push(address);
    }

    fn end_of_text(&mut self, depth: u8) {
        let text = std::mem::take(&mut self.text);
        match self.inside {
            Inside::Script => {
                self.doing.script(&text);
                self.script(&text, depth);
            }
            Inside::Style => self.style(&text),
            Inside::Address => self.add(text.trim()),
            Inside::Text => {
                if self.posting.is_some() {
                    self.posting_text.push_str(&text);
                }
                let said: String =
                    text.chars().filter(|c| !c.is_whitespace() && !c.is_numeric() && *c != '\u{a0}').collect();
                if !said.is_empty() {
                    self.links.says = self.links.says.wrapping_add(xxh3_64(said.as_bytes()));
                }
            }
        }
    }

    fn follow(&mut self, value: &str, depth: u8) {
        match value.get(..11).filter(|head| head.eq_ignore_ascii_case("javascript:")) {
            Some(_) => {
                self.click(&value[11..]);
                self.script(&value[11..], depth);
            }
            None => self.add(value),
        }
    }

    /// Remembers what a click runs: the functions that it calls may come later on the page.
    fn click(&mut self, code: &str) {
        if self.clicks.len() < MOST_CLICKS && !code.contains("__doPostBack") {
            self.clicks.push(code.to_owned());
        }
    }

    /// Goes where clicks lead.
    fn clicked(&mut self, site: &script::Functions) {
        let clicks = std::mem::take(&mut self.clicks);
        if clicks.is_empty() {
            return;
        }
        let mut doing = std::mem::take(&mut self.doing);
        let page = address::posted_to(&self.page).0;
        let mut known: HashSet<Url> = self.links.addresses.iter().cloned().collect();
        for code in clicks {
            let leads = doing.leads(&code, site, &self.base, &page, self.encoding);
            for address in leads.addresses {
                let posted = address::is_posted(&address);
                if known.insert(address.clone()) && (!posted || self.posted < MOST_POSTED) {
                    self.posted += usize::from(posted);
                    self.push(address);
                }
            }
            for name in leads.unknown {
                if !self.links.unknown.contains(&name) {
                    self.links.unknown.push(name);
                }
            }
        }
    }

    fn script(&mut self, code: &str, depth: u8) {
        let found = script::read(code);
        for address in found.addresses {
            self.add(&address);
        }
        if depth < 2 && !found.html.is_empty() {
            let inner =
                Work { base: self.base.clone(), page: self.page.clone(), encoding: self.encoding, ..Work::default() };
            // Pieces of one page that a script writes belong together.
            let inner = tokenize(&found.html.concat(), inner, depth + 1);
            self.links.addresses.extend(inner.links.addresses);
            self.clicks.extend(inner.clicks);
        }
    }

    fn style(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        for (at, _) in lower.match_indices("url(") {
            let rest = &text[at + 4..];
            if let Some(end) = rest.find(')') {
                self.add(rest[..end].trim().trim_matches(['\'', '"']));
            }
        }
        for (at, _) in lower.match_indices("@import") {
            let rest = text[at + 7..].trim_start();
            if let Some(quote @ ('"' | '\'')) = rest.chars().next()
                && let Some(end) = rest[1..].find(quote)
            {
                self.add(&rest[1..=end]);
            }
        }
    }

    fn add(&mut self, address: &str) {
        let address = address.trim();
        if address.is_empty() || address.starts_with('#') || address.starts_with("data:") || address.contains('<') {
            return;
        }
        let encoding = self.encoding;
        let encode: &dyn Fn(&str) -> Cow<'_, [u8]> = &|text| encoding.encode(text).0;
        let options = Url::options().base_url(Some(&self.base));
        let found = match encoding == UTF_8 {
            true => options.parse(address),
            false => options.encoding_override(Some(encode)).parse(address),
        };
        if let Ok(found) = found {
            self.push(found);
        }
    }

    fn push(&mut self, address: Url) {
        if self.links.addresses.len() < MOST && matches!(address.scheme(), "http" | "https") {
            self.links.addresses.push(address);
        }
    }
}

/// Does a link lead to a file for downloading?
fn leads_to_file(href: &str) -> bool {
    let lower = href.to_ascii_lowercase();
    [".doc", ".xls", ".ppt", ".pdf", ".rar", ".zip", ".wps", "down"].iter().any(|end| lower.contains(end))
}

#[cfg(test)]
mod tests {
    use super::{GBK, Kind, Url, kind, read};
    use crate::migrate::script::Functions;

    fn links(page: &str, text: &[u8]) -> Vec<String> {
        let base = Url::parse(page).unwrap();
        let found = read(kind(&base, "text/html", text), &base, "text/html", text, &Functions::default());
        found
            .addresses
            .iter()
            .map(|url| url.as_str().strip_prefix("http://a.gov.cn").unwrap_or(url.as_str()).to_owned())
            .collect()
    }

    #[test]
    fn everything_that_leads_on_is_found() {
        let html = r##"<html><head><meta http-equiv=Refresh content="3; URL='new/index.asp'"><link href=css.css rel=stylesheet>
            <style>@import "more.css"; td { background: url(images/bg.gif) }</style>
            <script src=js/menu.js></script><script>location.href="go.asp";document.write('<a href="w.asp">');</script></head>
            <frameset><frame src="top.htm"><frame src=main.asp></frameset>
            <body background="b.jpg"><a href="javascript:window.open('pop.htm')">x</a><a href='JavaScript:void(0)' onclick="openWin('Show.asp?ID=7')">y</a>
            <map><area href=area.asp></map><img src="p.gif"><input type=image src=btn.gif><select onchange="location=this.value"><option value="l.asp?page=2"></select>
            <object><param name=movie value=f.swf></object><!-- <a href=no.asp> --><a href="mailto:x@y">m</a><a href="#top">t</a>
            <a href="http://other.cn/">o</a></body>"##;
        assert_eq!(
            links("http://a.gov.cn/d/x.asp", html.as_bytes()),
            [
                "/d/new/index.asp",
                "/d/css.css",
                "/d/images/bg.gif",
                "/d/more.css",
                "/d/js/menu.js",
                "/d/go.asp",
                "/d/w.asp",
                "/d/top.htm",
                "/d/main.asp",
                "/d/b.jpg",
                "/d/pop.htm",
                "/d/Show.asp?ID=7",
                "/d/area.asp",
                "/d/p.gif",
                "/d/btn.gif",
                "/d/l.asp?page=2",
                "/d/f.swf",
                "http://other.cn/",
            ]
        );
    }

    #[test]
    fn addresses_are_written_in_the_charset_of_the_page() {
        let html = "<meta charset=gb2312><base href='http://a.gov.cn/b/'><a href='s.asp?k=民政&p=1'>民政要闻</a><a href='/民政.htm'>2</a>";
        let (bytes, _, _) = GBK.encode(html);
        assert_eq!(
            links("http://a.gov.cn/x/y.asp", &bytes),
            ["/b/s.asp?k=%C3%F1%D5%FE&p=1", "/%E6%B0%91%E6%94%BF.htm"]
        );
        assert_eq!(links("http://a.gov.cn/", "<a href='?k=民'>民</a>".as_bytes()), ["/?k=%E6%B0%91"]);
    }

    #[test]
    fn sitemaps_and_feeds() {
        let xml = b"<?xml version='1.0'?><urlset><url><loc>\nhttp://a.gov.cn/1.htm </loc></url><url><loc>http://a.gov.cn/s?a=1&amp;b=2</loc></url></urlset>";
        assert_eq!(links("http://a.gov.cn/sitemap.xml", xml), ["/1.htm", "/s?a=1&b=2"]);
    }

    #[test]
    fn pages_say_the_same_when_only_numbers_differ() {
        let says = |text: &str| {
            let base = Url::parse("http://a.gov.cn/").unwrap();
            read(Kind::Page, &base, "text/html", text.as_bytes(), &Functions::default()).says
        };
        assert_eq!(says("<b>2008年1月</b><td>1<td>2"), says("<b>2009年11月</b><td>5<td>30<td>31"));
        assert_eq!(says("<li>甲<li>乙"), says("<li>乙<li>甲"));
        assert_ne!(says("<li>甲<li>乙"), says("<li>甲<li>丙"));
        assert_ne!(says("<p>图<img src=1.jpg>"), says("<p>图<img src=2.jpg>"));
        assert_ne!(says("<p>表<a href=1.doc>下载</a>"), says("<p>表<a href=2.doc>下载</a>"));
    }

    #[test]
    fn lists_paged_by_a_form() {
        let html = "<form><input type=hidden name=__VIEWSTATE value='/wEP=='><a href=\"javascript:__doPostBack('g$ctl0','')\">...</a>\
                    <span>11</span><a href=\"javascript:__doPostBack('g$ctl2','')\">12</a><a href=\"javascript:__doPostBack('g$ctl9','')\">...</a>\
                    <a href=\"javascript:__doPostBack('lnkDelete','')\">删除</a></form>";
        let found = links("http://a.gov.cn/l.aspx?id=3", html.as_bytes());
        let numbers: Vec<&str> = found.iter().map(|address| address.rsplit('=').next().unwrap()).collect();
        assert_eq!(numbers, ["12", "13"], "{found:?}");
        assert!(found[0].starts_with("/l.aspx?id=3&__EVENTTARGET=g%24ctl2&"), "{found:?}");
    }
}
