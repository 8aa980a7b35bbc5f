//! Looks at a rendered page the way a browser reads it.
//!
//! **Invariant:** each mistake is told at the line of the template that wrote
//! the tag, not at a line of the page.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use minijinja::{OutputSpan, OutputSpanKind};

/// A line of a template, by the template's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the template, as the engine knows it.
    pub template: String,
    /// Line from 1.
    pub line: usize,
}

/// A mistake in a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where; `None` where the page as a whole lacks something.
    pub place: Option<Place>,
    /// What.
    pub message: String,
}

/// Elements without an end tag.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "param"];

/// Elements whose end tag may be left out.
const OPEN_ENDED: [&str; 18] = [
    "html", "head", "body", "p", "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot",
    "colgroup", "rt", "rp",
];

/// Attributes whose address the browser fetches or sends to by itself.
const FETCHED: [(&str, &str); 13] = [
    ("img", "src"),
    ("script", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("track", "src"),
    ("embed", "src"),
    ("input", "src"),
    ("object", "data"),
    ("form", "action"),
    ("button", "formaction"),
];

/// Attributes that name ids.
const REFERENCES: [&str; 5] = ["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"];

/// Reads a page and the spans that tell which template wrote which part.
pub fn look(page: &str, spans: &[OutputSpan]) -> Vec<Mistake> {
    look_at(page, spans, true)
}

/// Reads a piece of a page, which a script puts into one that is there.
pub fn look_at_piece(piece: &str, spans: &[OutputSpan]) -> Vec<Mistake> {
    look_at(piece, spans, false)
}

fn look_at(page: &str, spans: &[OutputSpan], whole: bool) -> Vec<Mistake> {
    let options = TokenizerOpts { exact_errors: true, ..Default::default() };
    let tokenizer = Tokenizer::new(Reader::default(), options);
    let queue = BufferQueue::default();
    let mut at = 0;
    let mut line = 1;
    for span in spans {
        let range = span.output_range();
        // What no span claims belongs to the part before it.
        for (part, part_span) in [(&page[at..range.start], None), (&page[range.clone()], Some(span))] {
            if part.is_empty() {
                continue;
            }
            tokenizer.sink.enter(part_span, line);
            if part_span.is_some_and(|span| span.kind() == OutputSpanKind::Expression)
                && bare_attribute(&page[..range.start])
            {
                tokenizer.sink.bare_attribute(line);
            }
            feed(&tokenizer, &queue, part);
            line += newlines(part);
        }
        at = range.end;
    }
    feed(&tokenizer, &queue, &page[at..]);
    tokenizer.end();
    tokenizer.sink.finish(whole)
}

/// True where what follows would be the value of an attribute without quotes.
fn bare_attribute(before: &str) -> bool {
    let Some(tag) = before.rfind('<').map(|start| &before[start..]) else { return false };
    if !tag.ends_with('=') {
        return false;
    }
    let mut quote = None;
    for byte in tag.bytes() {
        match quote {
            Some(open) if byte == open => quote = None,
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None if byte == b'>' => return false,
            _ => {}
        }
    }
    quote.is_none()
}

fn feed(tokenizer: &Tokenizer<Reader>, queue: &BufferQueue, part: &str) {
    queue.push_back(StrTendril::from_slice(part));
    // The reader never asks to run a script, so the whole part is read.
    let _ = tokenizer.feed(queue);
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[derive(Default)]
struct Reader {
    current: RefCell<Option<Current>>,
    page: RefCell<Page>,
    in_title: Cell<bool>,
}

/// The part of a template that is being read.
struct Current {
    template: String,
    line: usize,
    /// Line of the page on which the part begins.
    page_line: usize,
    raw: bool,
}

#[derive(Default)]
struct Page {
    mistakes: Vec<Mistake>,
    ids: BTreeMap<String, Place>,
    references: Vec<(String, &'static str, Place)>,
    /// Controls without a name of their own: id and place.
    unnamed: Vec<(Option<String>, String, Place)>,
    label_targets: BTreeSet<String>,
    open: Vec<(String, Place)>,
    labels_open: usize,
    foreign: usize,
    title: String,
    lang: bool,
    headings_one: usize,
    heading: u8,
    mains: usize,
    doctype: bool,
}

impl Reader {
    fn enter(&self, span: Option<&OutputSpan>, page_line: usize) {
        if let Some(span) = span {
            *self.current.borrow_mut() = Some(Current {
                template: span.name().to_owned(),
                line: span.line(),
                page_line,
                raw: span.kind() == OutputSpanKind::Raw,
            });
        }
    }

    fn place(&self, page_line: u64) -> Place {
        let line = usize::try_from(page_line).unwrap_or(usize::MAX);
        match &*self.current.borrow() {
            None => Place { template: String::new(), line: 0 },
            Some(current) if current.raw => Place {
                template: current.template.clone(),
                line: current.line + line.saturating_sub(current.page_line),
            },
            Some(current) => Place { template: current.template.clone(), line: current.line },
        }
    }

    fn bare_attribute(&self, line: usize) {
        let place = self.place(line as u64);
        let message = "an attribute without quotes: what people typed could add attributes";
        self.page.borrow_mut().mistake(place, message);
    }

    fn finish(self, whole: bool) -> Vec<Mistake> {
        self.page.into_inner().finish(whole)
    }
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut page = self.page.borrow_mut();
        match token {
            Token::DoctypeToken(_) => page.doctype = true,
            Token::CharacterTokens(text) if self.in_title.get() => page.title.push_str(&text),
            Token::ParseError(error) => page.mistake(self.place(line), format!("HTML: {error}")),
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => {
                self.in_title.set(false);
                page.end(&tag.name, self.place(line));
            }
            Token::TagToken(tag) => {
                page.start(&tag, &self.place(line));
                let outside = page.foreign == 0;
                self.in_title.set(outside && &*tag.name == "title");
                match &*tag.name {
                    "title" | "textarea" if outside => {
                        return TokenSinkResult::RawData(RawKind::Rcdata);
                    }
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "noframes" | "iframe" => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_ascii_whitespace()
}

/// True for an address on another host.
pub fn is_foreign(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["http:", "https:", "//", "ws:", "wss:"].iter().any(|start| lower.starts_with(start))
}

impl Page {
    fn mistake(&mut self, place: Place, message: impl Into<String>) {
        self.mistakes.push(Mistake { place: Some(place), message: message.into() });
    }

    fn start(&mut self, tag: &Tag, place: &Place) {
        let name = &*tag.name;
        for attribute in &tag.attrs {
            let key = &*attribute.name.local;
            let value = attribute.value.trim();
            if key.starts_with("on") && key.len() > 2 {
                self.mistake(place.clone(), format!("<{name} {key}>: scripts belong in a file of the theme"));
            }
            if key == "style" {
                self.mistake(place.clone(), format!("<{name} style>: styles belong in a stylesheet of the theme"));
            }
            if value.to_ascii_lowercase().starts_with("javascript:") {
                self.mistake(place.clone(), format!("<{name} {key}>: javascript: addresses are refused by browsers"));
            }
            if FETCHED.contains(&(name, key)) && is_foreign(value) {
                self.mistake(
                    place.clone(),
                    format!("<{name} {key}=\"{value}\">: pages may fetch nothing from another host"),
                );
            }
            if key == "srcset" && value.split(',').any(is_foreign) {
                self.mistake(place.clone(), format!("<{name} srcset>: pages may fetch nothing from another host"));
            }
            if let Some(reference) = REFERENCES.iter().find(|reference| **reference == key) {
                for id in words(value) {
                    self.references.push((id.to_owned(), reference, place.clone()));
                }
            }
        }
        if let Some(id) = attribute(tag, "id") {
            if id.is_empty() || id.contains(char::is_whitespace) {
                self.mistake(place.clone(), format!("<{name} id=\"{id}\">: an id may not be empty or hold a space"));
            } else if self.ids.insert(id.to_owned(), place.clone()).is_some() {
                self.mistake(place.clone(), format!("the id \"{id}\" stands in the page twice"));
            }
        }
        self.element(tag, place);
        let foreign = self.foreign > 0 || matches!(name, "svg" | "math");
        let empty = VOID.contains(&name) || (tag.self_closing && foreign);
        if !empty {
            if matches!(name, "svg" | "math") {
                self.foreign += 1;
            }
            if name == "label" {
                self.labels_open += 1;
            }
            if !OPEN_ENDED.contains(&name) {
                self.open.push((name.to_owned(), place.clone()));
            }
        }
    }

    fn element(&mut self, tag: &Tag, place: &Place) {
        let name = &*tag.name;
        match name {
            "html" => self.lang = attribute(tag, "lang").is_some_and(|lang| !lang.trim().is_empty()),
            "main" => self.mains += 1,
            "img" if attribute(tag, "alt").is_none() => {
                self.mistake(place.clone(), "<img> without alt (alt=\"\" for mere decoration)");
            }
            "iframe" if attribute(tag, "title").is_none() => self.mistake(place.clone(), "<iframe> without title"),
            "style" => self.mistake(place.clone(), "<style>: styles belong in a stylesheet of the theme"),
            "base" => self.mistake(place.clone(), "<base> breaks every address of the page"),
            "script" => {
                let data = attribute(tag, "type").is_some_and(|kind| kind.contains("json"));
                if attribute(tag, "src").is_none() && !data {
                    self.mistake(place.clone(), "<script> without src: scripts belong in a file of the theme");
                }
            }
            "link" => {
                let rel = attribute(tag, "rel").unwrap_or_default().to_ascii_lowercase();
                let fetched = !words(&rel).any(|word| matches!(word, "canonical" | "alternate" | "license"));
                let href = attribute(tag, "href").unwrap_or_default();
                if fetched && is_foreign(href) {
                    self.mistake(
                        place.clone(),
                        format!("<link href=\"{href}\">: pages may fetch nothing from another host"),
                    );
                }
            }
            "a" | "area" => {
                let href = attribute(tag, "href").unwrap_or_default();
                let marked = attribute(tag, "rel").is_some_and(|rel| words(rel).any(|word| word == "external"));
                if is_foreign(href) && !marked {
                    self.mistake(
                        place.clone(),
                        format!("<a href=\"{href}\"> leaves the site without rel=\"external\""),
                    );
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = name.as_bytes()[1] - b'0';
                if level == 1 {
                    self.headings_one += 1;
                }
                if self.heading > 0 && level > self.heading + 1 {
                    self.mistake(place.clone(), format!("<{name}> follows <h{}>: a level is left out", self.heading));
                }
                self.heading = level;
            }
            "label" => {
                if let Some(target) = attribute(tag, "for") {
                    self.label_targets.insert(target.to_owned());
                }
            }
            "input" | "select" | "textarea" => self.control(tag, place),
            _ => {}
        }
    }

    /// A form control needs a label around it, a `<label for>` or an ARIA name.
    fn control(&mut self, tag: &Tag, place: &Place) {
        let kind = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
        if &*tag.name == "input" {
            match kind.as_str() {
                "hidden" | "submit" | "reset" | "button" => return,
                "image" if attribute(tag, "alt").is_some() => return,
                _ => {}
            }
        }
        let named = ["aria-label", "aria-labelledby", "title"]
            .iter()
            .any(|name| attribute(tag, name).is_some_and(|value| !value.trim().is_empty()));
        if named || self.labels_open > 0 {
            return;
        }
        let id = attribute(tag, "id").map(str::to_owned);
        self.unnamed.push((id, tag.name.to_string(), place.clone()));
    }

    fn end(&mut self, name: &str, place: Place) {
        match name {
            "svg" | "math" => self.foreign = self.foreign.saturating_sub(1),
            "label" => self.labels_open = self.labels_open.saturating_sub(1),
            _ => {}
        }
        if VOID.contains(&name) {
            self.mistake(place, format!("</{name}>: this element has no end tag"));
            return;
        }
        if OPEN_ENDED.contains(&name) {
            return;
        }
        match self.open.iter().rposition(|(open, _)| open == name) {
            None => self.mistake(place, format!("</{name}> closes nothing")),
            Some(at) => {
                for (open, opened) in self.open.split_off(at).into_iter().skip(1) {
                    self.mistake(opened, format!("<{open}> is not closed before </{name}>"));
                }
            }
        }
    }

    fn finish(mut self, whole: bool) -> Vec<Mistake> {
        for (id, name, place) in std::mem::take(&mut self.unnamed) {
            if !id.is_some_and(|id| self.label_targets.contains(&id)) {
                self.mistake(place, format!("<{name}> without a label"));
            }
        }
        for (id, reference, place) in std::mem::take(&mut self.references) {
            if !self.ids.contains_key(&id) {
                self.mistake(place, format!("{reference}=\"{id}\": the page has no such id"));
            }
        }
        for (open, place) in std::mem::take(&mut self.open) {
            self.mistake(place, format!("<{open}> is never closed"));
        }
        if !whole {
            return self.mistakes;
        }
        let whole = [
            (!self.doctype, "the page has no <!DOCTYPE html>".to_owned()),
            (!self.lang, "<html> has no lang".to_owned()),
            (self.title.trim().is_empty(), "the page has no <title>".to_owned()),
            (self.mains != 1, format!("the page has {} <main>, not one", self.mains)),
            (self.headings_one != 1, format!("the page has {} <h1>, not one", self.headings_one)),
        ];
        for (wrong, message) in whole {
            if wrong {
                self.mistakes.push(Mistake { place: None, message });
            }
        }
        self.mistakes
    }
}
