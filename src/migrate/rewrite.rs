//! Addresses and classes of a body: links and pictures get their new
//! addresses, alignment becomes our classes, players become links.
//!
//! **Invariant:** no picture of another host is left; the result still goes
//! through the sanitiser.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use crate::domain::content::pieces;

/// Where an address of the old site leads now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::migrate) enum Lead {
    /// This address instead.
    To(String),
    /// Nothing is known of it; it stays as it is.
    Stay,
    /// A file that was not handed over: the complete old address, and the text says so.
    Missing(String),
}

/// A picture of the old site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::migrate) enum Found {
    /// It was copied.
    Here {
        /// Address on this server.
        url: String,
        /// Text for those who do not see it, where the source had one.
        alt: String,
        /// Its title, for links that have no other name.
        title: String,
        /// Pixels, 0 if unknown.
        width: u32,
        /// Pixels, 0 if unknown.
        height: u32,
    },
    /// It was not handed over; the complete old address.
    Missing(String),
}

/// Knows the new addresses.
pub(in crate::migrate) trait Addresses {
    /// A link.
    fn link(&mut self, address: &str) -> Lead;
    /// A picture.
    fn picture(&mut self, address: &str) -> Found;
    /// Words behind the text of a picture or link whose file is not there.
    fn missing_mark(&self) -> String;
}

/// Rewrites a body.
pub(in crate::migrate) fn rewrite(html: &str, addresses: &mut dyn Addresses) -> String {
    let input = BufferQueue::default();
    let sink = Sink(RefCell::new(Work {
        addresses,
        out: String::with_capacity(html.len() + html.len() / 8),
        text: String::new(),
        links: 0,
        link_missing: false,
        raw: false,
        fresh: true,
        player: false,
        outline: Vec::new(),
    }));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    for piece in pieces(html) {
        input.push_back(piece.into());
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    let mut work = tokenizer.sink.0.into_inner();
    work.flush();
    work.out
}

struct Sink<'a>(RefCell<Work<'a>>);

struct Work<'a> {
    addresses: &'a mut dyn Addresses,
    out: String,
    /// Text since the last tag.
    text: String,
    /// Links that are open.
    links: usize,
    /// Of the innermost of them: its file is missing.
    link_missing: bool,
    /// Inside script or style.
    raw: bool,
    /// The last tag was not an inline element, so an address alone is an embed.
    fresh: bool,
    /// A player whose file was not named yet.
    player: bool,
    /// Levels, as the source has them, of the headings above the place where we are.
    outline: Vec<u8>,
}

impl TokenSink for Sink<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut work = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => work.text.push_str(&text),
            Token::TagToken(tag) => {
                work.flush();
                return work.tag(tag);
            }
            Token::EOFToken => work.flush(),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn escape_value(text: &str) -> String {
    escape_text(text).replace('"', "&quot;")
}

/// An address that stands alone on a line.
fn lone_address(text: &str) -> Option<&str> {
    let text = text.trim();
    let web = text.starts_with("http://") || text.starts_with("https://");
    (web && !text.contains(char::is_whitespace)).then_some(text)
}

impl Work<'_> {
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() {
            return;
        }
        if self.raw {
            self.out.push_str(&text);
            return;
        }
        match lone_address(&text).filter(|_| self.links == 0 && self.fresh) {
            Some(address) => self.anchor(address, address),
            None => self.out.push_str(&escape_text(&text)),
        }
    }

    fn anchor(&mut self, address: &str, text: &str) {
        let (to, mark) = match self.addresses.link(address) {
            Lead::To(to) => (to, String::new()),
            Lead::Stay => (address.to_owned(), String::new()),
            Lead::Missing(old) => (old, self.addresses.missing_mark()),
        };
        let text = escape_text(&format!("{text}{mark}"));
        self.out.push_str(&format!("<a href=\"{}\">{text}</a>", escape_value(&to)));
    }

    fn tag(&mut self, tag: Tag) -> TokenSinkResult<()> {
        let name = match heading(&tag.name) {
            Some(level) => format!("h{}", self.heading(level, tag.kind == TagKind::StartTag)),
            None => modern(&tag.name).to_owned(),
        };
        let inline = matches!(
            name.as_str(),
            "a" | "b"
                | "strong"
                | "em"
                | "i"
                | "span"
                | "u"
                | "font"
                | "small"
                | "code"
                | "sub"
                | "sup"
                | "abbr"
                | "cite"
        );
        self.fresh = !inline;
        let attribute = |key: &str| {
            tag.attrs
                .iter()
                .find(|attribute| &*attribute.name.local == key)
                .map(|attribute| attribute.value.to_string())
        };
        if tag.kind == TagKind::EndTag {
            self.raw = false;
            match name.as_str() {
                "a" => {
                    self.links = self.links.saturating_sub(1);
                    if std::mem::take(&mut self.link_missing) {
                        let mark = escape_text(&self.addresses.missing_mark());
                        self.out.push_str(&mark);
                    }
                }
                "video" | "audio" => {
                    self.player = false;
                    return TokenSinkResult::Continue;
                }
                "source" | "track" => return TokenSinkResult::Continue,
                _ => {}
            }
            self.out.push_str(&format!("</{name}>"));
            return TokenSinkResult::Continue;
        }
        match name.as_str() {
            "img" => {
                self.picture(&tag);
                return TokenSinkResult::Continue;
            }
            "video" | "audio" | "embed" => {
                match attribute("src") {
                    Some(file) => self.player_file(&file),
                    None => self.player = name != "embed",
                }
                return TokenSinkResult::Continue;
            }
            "source" => {
                if let Some(file) = attribute("src").filter(|_| self.player) {
                    self.player = false;
                    self.player_file(&file);
                }
                return TokenSinkResult::Continue;
            }
            "track" => return TokenSinkResult::Continue,
            "a" => self.links += 1,
            _ => {}
        }
        self.out.push('<');
        self.out.push_str(&name);
        let class = classes(&tag);
        if !class.is_empty() {
            self.out.push_str(&format!(" class=\"{class}\""));
        }
        for attribute in &tag.attrs {
            let key = &*attribute.name.local;
            if matches!(key, "class" | "align") {
                continue;
            }
            let value: &str = &attribute.value;
            let value = match (name.as_str(), key) {
                ("a" | "area", "href") => match self.addresses.link(value) {
                    Lead::To(to) => to,
                    Lead::Stay => value.to_owned(),
                    Lead::Missing(old) => {
                        self.link_missing = name == "a";
                        old
                    }
                },
                _ => value.to_owned(),
            };
            self.out.push_str(&format!(" {key}=\"{}\"", escape_value(&value)));
        }
        self.out.push('>');
        match name.as_str() {
            "script" => {
                self.raw = true;
                TokenSinkResult::RawData(RawKind::ScriptData)
            }
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => {
                self.raw = true;
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    /// Level of a heading here: the page's title is the first, and none is left out on the way down.
    fn heading(&mut self, level: u8, begins: bool) -> usize {
        if begins {
            while self.outline.last().is_some_and(|above| *above >= level) {
                self.outline.pop();
            }
            self.outline.push(level);
        }
        (self.outline.len() + 1).clamp(2, 6)
    }

    /// A link to the file of a player.
    fn player_file(&mut self, file: &str) {
        let name = file.split(['?', '#']).next().unwrap_or(file).rsplit('/').next().unwrap_or(file).to_owned();
        let name = percent_encoding::percent_decode_str(&name).decode_utf8_lossy().into_owned();
        if self.links == 0 {
            self.anchor(file, &name);
        } else {
            self.out.push_str(&escape_text(&name));
        }
    }

    fn picture(&mut self, tag: &Tag) {
        let get = |key: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == key);
            found.map(|attribute| attribute.value.trim().to_owned()).unwrap_or_default()
        };
        // Lazy loaders keep the address elsewhere and show a placeholder.
        let lazy = ["data-src", "data-lazy-src", "data-original"].into_iter().map(get).find(|value| !value.is_empty());
        let own = get("src");
        let address = if own.is_empty() || own.starts_with("data:") { lazy.unwrap_or(own) } else { own };
        let alt = get("alt");
        if address.is_empty() {
            return;
        }
        if address.starts_with("data:") {
            // The sanitiser takes it out and counts it.
            self.out.push_str("<img src=\"data:\" alt=\"");
            self.out.push_str(&escape_value(&alt));
            self.out.push_str("\">");
            return;
        }
        match self.addresses.picture(&address) {
            Found::Here { url, alt: known, title, width, height } => {
                let alt = if alt.is_empty() { known } else { alt };
                let alt = if alt.is_empty() && self.links > 0 { title } else { alt };
                self.out.push_str(&format!("<img src=\"{}\" alt=\"{}\"", escape_value(&url), escape_value(&alt)));
                let class = classes(tag);
                if !class.is_empty() {
                    self.out.push_str(&format!(" class=\"{class}\""));
                }
                let given = |key: &str| get(key).parse::<u32>().ok().filter(|pixels| *pixels > 0);
                let (width, height) = match (given("width"), given("height")) {
                    (Some(width), Some(height)) => (width, height),
                    (Some(given), None) if width > 0 => {
                        (given, (u64::from(height) * u64::from(given) / u64::from(width)) as u32)
                    }
                    _ => (width, height),
                };
                if width > 0 && height > 0 {
                    self.out.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
                }
                self.out.push('>');
            }
            Found::Missing(old) => {
                let name = old.split(['?', '#']).next().unwrap_or(&old).rsplit('/').next().unwrap_or_default();
                let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
                let text = if alt.is_empty() { name } else { alt };
                let text = escape_text(&format!("{text}{}", self.addresses.missing_mark()));
                if self.links == 0 {
                    self.out.push_str(&format!("<a href=\"{}\">{text}</a>", escape_value(&old)));
                } else {
                    self.out.push_str(&text);
                }
            }
        }
    }
}

/// Level of a heading element.
fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

/// Elements of old HTML by their names of today.
fn modern(name: &str) -> &str {
    match name {
        "strike" => "s",
        "tt" => "code",
        "acronym" => "abbr",
        "center" => "div",
        other => other,
    }
}

/// Our classes for the alignment of an element, however it is written.
fn classes(tag: &Tag) -> String {
    let mut found: Vec<&str> = Vec::new();
    let mut add = |class: &'static str| {
        if !found.contains(&class) {
            found.push(class);
        }
    };
    if &*tag.name == "center" {
        add("center");
    }
    for attribute in &tag.attrs {
        let value = attribute.value.to_lowercase();
        match &*attribute.name.local {
            "class" => {
                for class in value.split_whitespace() {
                    match class {
                        "aligncenter" | "has-text-align-center" | "center" => add("center"),
                        "alignright" | "has-text-align-right" | "right" => add("right"),
                        "alignleft" | "has-text-align-left" | "left" => add("left"),
                        _ => {}
                    }
                }
            }
            "align" => match value.trim() {
                "center" | "middle" => add("center"),
                "right" => add("right"),
                "left" => add("left"),
                _ => {}
            },
            "style" => {
                let style: String = value.chars().filter(|c| !c.is_whitespace()).collect();
                if style.contains("text-align:center") {
                    add("center");
                } else if style.contains("text-align:right") {
                    add("right");
                }
            }
            _ => {}
        }
    }
    found.join(" ")
}
