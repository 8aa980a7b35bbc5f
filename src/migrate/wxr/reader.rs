//! Reads an export item by item.
//!
//! **Invariant:** one item is in memory at a time; whatever is wrong with the
//! file is a [`Fault`] with the line, and no entity but the five of XML is known.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use quick_xml::Reader as XmlReader;
use quick_xml::events::Event;

use crate::base::fault::Fault;

use super::item::{Author, Comment, Item, Label, SiteFacts, Term};
use super::source::Source;
use super::token::{Token, attributes, io_fault, join, resolve, xml_fault};

/// Most bytes of one text.
pub(super) const LARGEST_TEXT: usize = 64 << 20;
/// Most bytes of all comments of one item that are read; the rest is counted only.
const COMMENTS: usize = 4 << 20;
/// Most texts between elements that are forgiven.
const STRAY: usize = 20;
/// Deepest nesting of elements.
const DEEPEST: usize = 64;

/// What stands in the channel.
#[derive(Debug)]
pub(super) enum Entry {
    Author(Author),
    Category(Term),
    Tag(Term),
    Item(Box<Item>),
}

/// Reads an export.
pub(super) struct Reader<R> {
    xml: XmlReader<Source<R>>,
    buffer: Vec<u8>,
    path: PathBuf,
    /// Names of the elements that are open.
    open: Vec<String>,
    /// Line where the token read last begins.
    line: usize,
    channel_line: usize,
    entered: bool,
    ended: bool,
    /// What the channel says about the old site; complete before the first item.
    pub facts: SiteFacts,
    /// Texts where no text belongs.
    pub stray: Vec<String>,
    /// Comments that were too many to keep.
    pub comments_dropped: usize,
}

impl Reader<File> {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Reader<File>, Fault> {
        let file = File::open(path).map_err(|error| Fault::file(path, error.to_string()))?;
        Reader::new(file, path, LARGEST_TEXT)
    }
}

impl<R: Read> Reader<R> {
    /// Reads from anywhere; `path` stands in faults.
    pub(super) fn new(inner: R, path: &Path, most: usize) -> Result<Reader<R>, Fault> {
        let source = Source::new(inner, most).map_err(|error| io_fault(path, 0, &error))?;
        let mut xml = XmlReader::from_reader(source);
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        config.trim_markup_names_in_closing_tags = true;
        Ok(Reader {
            xml,
            buffer: Vec::new(),
            path: path.to_path_buf(),
            open: Vec::new(),
            line: 1,
            channel_line: 0,
            entered: false,
            ended: false,
            facts: SiteFacts::default(),
            stray: Vec::new(),
            comments_dropped: 0,
        })
    }

    /// Bytes of the file read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.xml.get_ref().bytes_read()
    }

    /// A fault at a line of this file.
    pub(super) fn fault(&self, line: usize, message: impl Into<String>) -> Fault {
        Fault::line(&self.path, line, message)
    }

    fn here(&self, message: impl Into<String>) -> Fault {
        self.fault(self.line, message)
    }

    /// The next token that is not a comment or instruction.
    fn token(&mut self) -> Result<Token, Fault> {
        loop {
            self.buffer.clear();
            self.line = self.xml.get_ref().line();
            self.xml.get_mut().mark();
            let event = match self.xml.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => {
                    let now = self.xml.get_ref().line();
                    return Err(xml_fault(&self.path, self.line, now, &self.open, &error));
                }
            };
            let (path, line) = (&self.path, self.line);
            let token = match event {
                Event::Start(start) => {
                    let name = start.name().as_ref().to_owned();
                    let attributes =
                        attributes(&start).map_err(|what| Fault::line(path, line, format!("<{name}>: {what}")))?;
                    if self.open.len() >= DEEPEST {
                        return Err(Fault::line(path, line, format!("elements are nested deeper than {DEEPEST}")));
                    }
                    self.open.push(name.clone());
                    Token::Start(name, attributes)
                }
                Event::End(_) => {
                    self.open.pop();
                    Token::End
                }
                Event::Text(text) => Token::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Token::Cdata(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Token::Reference(reference.into_inner().into_owned()),
                Event::DocType(text) => {
                    if text.contains('[') || text.contains("SYSTEM") || text.contains("PUBLIC") {
                        let what = "a document type with definitions of its own is refused: exports have none, and it could define entities";
                        return Err(Fault::line(path, line, what));
                    }
                    continue;
                }
                Event::Eof => match self.open.last() {
                    Some(name) => {
                        return Err(Fault::line(
                            path,
                            line,
                            format!("the file ends inside <{name}>; it is not complete"),
                        ));
                    }
                    None => Token::Eof,
                },
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => continue,
            };
            return Ok(token);
        }
    }

    /// The next token that is not white space between elements.
    fn element(&mut self) -> Result<Token, Fault> {
        loop {
            match self.token()? {
                Token::Text(text) if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() => {}
                Token::Text(text) | Token::Cdata(text) => {
                    let text = short(text.trim());
                    match self.open.last() {
                        _ if text.is_empty() => {}
                        // Editing by hand leaves letters between elements; they mean nothing.
                        Some(name) if self.stray.len() < STRAY => {
                            self.stray.push(format!(
                                "line {}: text between the elements of <{name}> was ignored: \"{text}\"",
                                self.line
                            ));
                        }
                        Some(_) => {
                            return Err(
                                self.here(format!("more than {STRAY} texts between elements; this file is damaged"))
                            );
                        }
                        None => return Err(self.here(format!("text outside of every element: \"{text}\""))),
                    }
                }
                Token::Reference(name) => return Err(self.here(format!("unexpected reference &{name};"))),
                token => return Ok(token),
            }
        }
    }

    /// The text of the element that was just opened.
    fn text(&mut self) -> Result<String, Fault> {
        let name = self.open.last().cloned().unwrap_or_default();
        let begin = self.line;
        let mut pieces: Vec<Token> = Vec::new();
        let mut size = 0;
        loop {
            let token = self.token()?;
            match &token {
                Token::End => return Ok(join(&pieces)),
                Token::Start(inner, _) => {
                    return Err(self.here(format!(
                        "<{inner}> inside <{name}> of line {begin}: the text is not escaped, or its CDATA section ends too early"
                    )));
                }
                Token::Text(text) | Token::Cdata(text) => size += text.len(),
                Token::Reference(reference) => {
                    if resolve(reference).is_none() {
                        return Err(self.here(format!("<{name}>: unknown entity &{reference};")));
                    }
                    size += reference.len();
                }
                Token::Eof => return Err(self.here(format!("the file ends inside <{name}>"))),
            }
            if size > LARGEST_TEXT {
                return Err(self.fault(begin, format!("the text of <{name}> is larger than {} MB", LARGEST_TEXT >> 20)));
            }
            pieces.push(token);
        }
    }

    /// Leaves the element that was just opened, whatever is in it.
    fn skip(&mut self) -> Result<(), Fault> {
        let depth = self.open.len();
        while self.open.len() >= depth {
            match self.token()? {
                Token::Reference(name) if resolve(&name).is_none() => {
                    return Err(self.here(format!("unknown entity &{name};")));
                }
                Token::Eof => return Err(self.here("the file ends too early")),
                _ => {}
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<u64, Fault> {
        let (line, name) = (self.line, self.open.last().cloned().unwrap_or_default());
        let text = self.text()?;
        match text.trim() {
            "" => Ok(0),
            text => text.parse().map_err(|_| self.fault(line, format!("<{name}> \"{}\" is not a number", short(text)))),
        }
    }

    fn enter(&mut self) -> Result<(), Fault> {
        match self.element()? {
            Token::Start(name, _) if name == "rss" => {}
            Token::Start(name, _) => {
                return Err(self.here(format!("this is no WordPress export: the first element is <{name}>, not <rss>")));
            }
            _ => return Err(self.here("this is no WordPress export: there is no element in it")),
        }
        match self.element()? {
            Token::Start(name, _) if name == "channel" => {
                self.channel_line = self.line;
                self.entered = true;
                Ok(())
            }
            Token::Start(name, _) => Err(self.here(format!("<{name}> stands in <rss> where <channel> is expected"))),
            _ => Err(self.here("<rss> holds no <channel>")),
        }
    }

    /// The next author, category, tag or item; `None` at the end.
    ///
    /// # Errors
    /// Whatever is wrong with the file up to there.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Fault> {
        if self.ended {
            return Ok(None);
        }
        if !self.entered {
            self.enter()?;
        }
        loop {
            let name = match self.element()? {
                Token::Start(name, _) => name,
                _ => return self.leave(),
            };
            let line = self.line;
            match name.as_str() {
                "title" => self.facts.title = self.text()?,
                "link" => self.facts.link = self.text()?.trim().to_owned(),
                "wp:wxr_version" => {
                    let version = self.text()?;
                    self.facts.version = check_version(&version).map_err(|what| self.fault(line, what))?;
                }
                "wp:base_site_url" => self.facts.base_site_url = self.text()?.trim().to_owned(),
                "wp:base_blog_url" => self.facts.base_blog_url = self.text()?.trim().to_owned(),
                "wp:author" => return Ok(Some(Entry::Author(self.author()?))),
                "wp:category" => return Ok(Some(Entry::Category(self.term()?))),
                "wp:tag" => return Ok(Some(Entry::Tag(self.term()?))),
                "item" => {
                    self.check_head()?;
                    return Ok(Some(Entry::Item(Box::new(self.item()?))));
                }
                _ => self.skip()?,
            }
        }
    }

    fn check_head(&self) -> Result<(), Fault> {
        if self.facts.version.is_empty() {
            let what = "<channel> has no wp:wxr_version before its items: this is plain RSS or a damaged export";
            return Err(self.fault(self.channel_line, what));
        }
        Ok(())
    }

    /// After `</channel>`.
    fn leave(&mut self) -> Result<Option<Entry>, Fault> {
        self.check_head()?;
        loop {
            match self.element()? {
                Token::Eof => {
                    self.ended = true;
                    return Ok(None);
                }
                Token::Start(name, _) => return Err(self.here(format!("<{name}> stands behind the channel"))),
                _ => {}
            }
        }
    }

    /// Calls `take` for each element of the one that was just opened; `take` must read it to its end.
    fn fields(
        &mut self,
        mut take: impl FnMut(&mut Self, &str, Vec<(String, String)>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        loop {
            match self.element()? {
                Token::Start(name, attributes) => take(self, &name, attributes)?,
                _ => return Ok(()),
            }
        }
    }

    fn author(&mut self) -> Result<Author, Fault> {
        let mut author = Author::default();
        self.fields(|reader, name, _| {
            match name {
                "wp:author_login" => author.login = reader.text()?.trim().to_owned(),
                "wp:author_display_name" => author.display_name = reader.text()?.trim().to_owned(),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(author)
    }

    fn term(&mut self) -> Result<Term, Fault> {
        let mut term = Term::default();
        self.fields(|reader, name, _| {
            let field = match name {
                "wp:term_id" => &mut term.id,
                "wp:category_nicename" | "wp:tag_slug" => &mut term.slug,
                "wp:category_parent" => &mut term.parent,
                "wp:cat_name" | "wp:tag_name" => &mut term.name,
                "wp:category_description" | "wp:tag_description" => &mut term.description,
                _ => return reader.skip(),
            };
            *field = reader.text()?.trim().to_owned();
            Ok(())
        })?;
        Ok(term)
    }

    fn item(&mut self) -> Result<Item, Fault> {
        let mut item = Item { line: self.line, ..Item::default() };
        let mut kept = 0;
        let mut dropped = 0;
        self.fields(|reader, name, attributes| {
            let line = reader.line;
            match name {
                "title" => item.title = reader.text()?,
                "link" => item.link = reader.text()?.trim().to_owned(),
                "pubDate" => item.pub_date = reader.text()?,
                "dc:creator" => item.creator = reader.text()?.trim().to_owned(),
                "guid" => item.guid = reader.text()?.trim().to_owned(),
                "content:encoded" => item.content = reader.text()?,
                "excerpt:encoded" => item.excerpt = reader.text()?,
                "wp:post_id" => item.post_id = reader.number()?,
                "wp:post_date" => item.post_date = reader.date(line)?,
                "wp:post_date_gmt" => item.post_date_gmt = reader.date(line)?,
                "wp:post_name" => item.post_name = reader.text()?.trim().to_owned(),
                "wp:status" => item.status = reader.text()?.trim().to_owned(),
                "wp:post_parent" => item.parent = reader.number()?,
                "wp:menu_order" => item.menu_order = reader.text()?.trim().parse().unwrap_or_default(),
                "wp:post_type" => item.post_type = reader.text()?.trim().to_owned(),
                "wp:post_password" => item.password = reader.text()?,
                "wp:is_sticky" => item.sticky = reader.text()?.trim() == "1",
                "wp:attachment_url" => item.attachment_url = reader.text()?.trim().to_owned(),
                "category" => {
                    let value = |key: &str| {
                        attributes
                            .iter()
                            .find(|(name, _)| name == key)
                            .map(|(_, value)| value.clone())
                            .unwrap_or_default()
                    };
                    let label = Label {
                        domain: value("domain"),
                        slug: value("nicename"),
                        name: reader.text()?.trim().to_owned(),
                    };
                    if item.labels.len() < 1000 {
                        item.labels.push(label);
                    }
                }
                "wp:postmeta" => reader.meta(&mut item)?,
                "wp:comment" => {
                    let comment = reader.comment()?;
                    kept += comment.content.len() + comment.author.len();
                    if kept <= COMMENTS {
                        item.comments.push(comment);
                    } else {
                        dropped += 1;
                    }
                }
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        self.comments_dropped += dropped;
        Ok(item)
    }

    /// A date as text, checked; empty for a zero date.
    fn date(&mut self, line: usize) -> Result<String, Fault> {
        let name = self.open.last().cloned().unwrap_or_default();
        let text = self.text()?.trim().to_owned();
        if text.is_empty() || text.starts_with("0000-00-00") {
            return Ok(String::new());
        }
        match text.parse::<jiff::civil::DateTime>() {
            Ok(_) => Ok(text),
            Err(_) => Err(self.fault(line, format!("<{name}> \"{}\" is not a date and time", short(&text)))),
        }
    }

    fn meta(&mut self, item: &mut Item) -> Result<(), Fault> {
        let (mut key, mut value) = (String::new(), String::new());
        self.fields(|reader, name, _| {
            match name {
                "wp:meta_key" => key = reader.text()?,
                "wp:meta_value" => value = reader.text()?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        match key.trim() {
            "_thumbnail_id" => item.thumbnail = value.trim().parse().unwrap_or_default(),
            "_wp_attachment_image_alt" => item.alt = value.trim().to_owned(),
            _ => {}
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<Comment, Fault> {
        let mut comment = Comment::default();
        self.fields(|reader, name, _| {
            let field = match name {
                "wp:comment_id" => &mut comment.id,
                "wp:comment_author" => &mut comment.author,
                "wp:comment_date" => &mut comment.date,
                "wp:comment_content" => &mut comment.content,
                "wp:comment_approved" => &mut comment.approved,
                "wp:comment_type" => &mut comment.kind,
                "wp:comment_parent" => &mut comment.parent,
                _ => return reader.skip(),
            };
            *field = reader.text()?.trim().to_owned();
            Ok(())
        })?;
        Ok(comment)
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn check_version(text: &str) -> Result<String, String> {
    let text = text.trim();
    let good = text.split_once('.').is_some_and(|(major, minor)| {
        !minor.is_empty() && major.bytes().chain(minor.bytes()).all(|b| b.is_ascii_digit())
    });
    match text.split('.').next() {
        _ if !good => Err(format!("wp:wxr_version \"{}\" is not a version number like 1.2", short(text))),
        Some("1") => Ok(text.to_owned()),
        _ => Err(format!("wp:wxr_version {text} is not known; this program reads versions 1.0 to 1.2")),
    }
}
