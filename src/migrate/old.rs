//! What an old site was, whatever it was made with: the one language that
//! sources speak and the import understands.
//!
//! **Invariant:** a source says what it found and how sure it is; it knows
//! nothing of this server, and it never holds more than one item and small
//! facts of the others.

use std::path::PathBuf;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::base::fault::Fault;

/// Something that was found, and how sure the source is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found<T> {
    /// What it is.
    pub value: T,
    /// Percent: 100 for what a database says, less for what was concluded from a page.
    pub sure: u8,
}

impl<T> Found<T> {
    /// What a database or a mark made for it says.
    pub fn certain(value: T) -> Found<T> {
        Found { value, sure: 100 }
    }

    /// What was concluded; `sure` in percent.
    pub fn likely(value: T, sure: u8) -> Found<T> {
        Found { value, sure: sure.min(100) }
    }
}

/// A column of the old site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OldColumn {
    /// Name in the source, the same in every run: `dede:arctype/3`, or the name of the column where a site has no numbers.
    pub key: String,
    /// Key of the column above.
    pub parent: Option<String>,
    /// What visitors read.
    pub name: String,
    /// Old addresses of its list, complete; all its further pages too.
    pub addresses: Vec<String>,
    /// Place among its neighbours.
    pub order: i64,
}

/// What an article is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArticleKind {
    /// A text with a date in a column.
    #[default]
    Article,
    /// A page without a date: 机构职能, 联系我们.
    Page,
    /// A document that is but a link to elsewhere.
    Link,
}

/// Was it public on the old site?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldState {
    /// Visitors could read it.
    #[default]
    Public,
    /// Not yet released there.
    Waiting,
    /// For members only there.
    Members,
    /// In the bin there; skipped.
    Bin,
}

/// A file that an article shows or offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldAttachment {
    /// Old address, complete.
    pub address: String,
    /// Name that visitors saw; may be empty.
    pub name: String,
}

/// An article, all pages of it joined.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Article {
    /// Name in the source, unique in it and the same in every run: `dede:archives/123`, `page:/show.asp?id=12`.
    pub key: String,
    /// What it is.
    pub kind: ArticleKind,
    /// Old addresses, complete, the surest first: further pages, print versions, other spellings that the source
    /// knows of. Case, order of the query, default documents and GBK need no entry of their own.
    pub addresses: Vec<String>,
    /// Title.
    pub title: Option<Found<String>>,
    /// Subtitle; may be empty.
    pub subtitle: String,
    /// Publication there, milliseconds since 1970.
    pub published: Option<Found<i64>>,
    /// 来源.
    pub source: Option<Found<String>>,
    /// 作者.
    pub author: Option<Found<String>>,
    /// 责任编辑.
    pub editor: String,
    /// 成文日期 as `2009-04-28`; may be empty.
    pub formed: String,
    /// 文号; may be empty.
    pub number: String,
    /// 索引号; may be empty.
    pub index_number: String,
    /// Summary, plain text; may be empty.
    pub summary: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Key of its column.
    pub column: Option<Found<String>>,
    /// The text as HTML with the old site's addresses in it, not yet cleaned.
    pub body: Option<Found<String>>,
    /// Against what addresses in the body are to be read, complete.
    pub base: String,
    /// Files offered outside the body.
    pub attachments: Vec<OldAttachment>,
    /// Title picture: its old address, complete; may be empty.
    pub picture: String,
    /// Where an [`ArticleKind::Link`] leads.
    pub link: String,
    /// Was it public?
    pub state: OldState,
    /// How often it was read there, for the archive.
    pub clicks: u64,
    /// The page as it was, as UTF-8, to be kept beside the document; empty for databases, of which the body is kept.
    pub original: String,
    /// Charset that the page or field was in.
    pub charset: String,
    /// What was taken out of it or is odd about it: `hidden links`, `injected script`, `charset declared wrongly`.
    pub remarks: Vec<String>,
}

/// A question of the old guestbook with what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OldLetter {
    /// Name in the source, the same in every run.
    pub key: String,
    /// Old address of the page that showed it, complete.
    pub address: String,
    /// Title; may be empty.
    pub title: String,
    /// Who asked; may be empty.
    pub name: String,
    /// When, milliseconds since 1970.
    pub asked: Option<i64>,
    /// The question, plain text.
    pub question: String,
    /// The answer, plain text; may be empty.
    pub answer: String,
    /// When it was answered.
    pub answered: Option<i64>,
    /// Who answered; may be empty.
    pub unit: String,
}

/// What an address is that gets no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JunkKind {
    /// A copy of an article for printing.
    Print,
    /// Search and its results.
    Search,
    /// A counter or a script that answers with a few bytes.
    Counter,
    /// Log-in, registration, administration.
    LogIn,
    /// A calendar or archive by days.
    Calendar,
    /// The same page under another address.
    Duplicate,
    /// A frame, a menu, a banner: part of other pages.
    Part,
    /// An error page that was answered as a page.
    Broken,
    /// Advertising or spam that was put there by others.
    Spam,
    /// A form that only the old site's program could take.
    Form,
}

impl JunkKind {
    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            JunkKind::Print => "print",
            JunkKind::Search => "search",
            JunkKind::Counter => "counter",
            JunkKind::LogIn => "log_in",
            JunkKind::Calendar => "calendar",
            JunkKind::Duplicate => "duplicate",
            JunkKind::Part => "part",
            JunkKind::Broken => "broken",
            JunkKind::Spam => "spam",
            JunkKind::Form => "form",
        }
    }
}

/// An address that gets no document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Junk {
    /// Old address, complete.
    pub address: String,
    /// What it is.
    pub kind: JunkKind,
    /// Old address of the article, column or page that it copies or belongs to; it leads there then.
    pub of: Option<String>,
}

/// Something of the old site.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A column. Columns come before the articles in them.
    Column(OldColumn),
    /// An article.
    Article(Box<Article>),
    /// A letter of the guestbook.
    Letter(Box<OldLetter>),
    /// An address that only led to something else.
    Junk(Junk),
    /// A file that no article need offer, such as everything below a folder of uploads: complete old address.
    File(String),
    /// The home page or another page that this site has by itself (site map, list of all departments): complete old
    /// addresses; they lead to the home page of the site.
    Home(Vec<String>),
    /// Something that could not be read: where, and why, in one line.
    Unreadable {
        /// Address, file and line, or record.
        place: String,
        /// One line.
        why: String,
    },
}

/// Bytes of a file of the old site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// In memory.
    Bytes(Bytes),
    /// In a file that stays until the import is over.
    File(PathBuf),
}

/// A picture or attachment of the old site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldFile {
    /// Its bytes.
    pub content: Content,
    /// Original name, from the header of its answer or its address; without folders, may be empty.
    pub name: String,
}

/// What a source knows of itself before anything is read from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// `mirror`, `crawl`, `dede`, `phpcms`, `csv`, `xlsx`, `mdb`.
    pub kind: String,
    /// Host names that it knows itself to have had, with port where it is not the usual one.
    pub hosts: Vec<String>,
    /// Home page, complete; relative addresses of databases are read against it.
    pub home: String,
    /// Name of the old site; may be empty.
    pub name: String,
    /// Program that made it, `dedecms 5.7`, `asp article system`; may be empty.
    pub program: String,
    /// Lines for ops.
    pub notes: Vec<String>,
}

/// How much is done of how much, in the source's own measure (bytes or pages).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// So far.
    pub of: u64,
    /// In all; 0 while that is not known.
    pub total: u64,
}

/// An old site that can be read.
///
/// Everything is given twice, in the same order with the same keys: once to learn what there is, once to write it.
/// Files are asked for while it walks.
pub trait Source {
    /// What is known of it beforehand.
    fn facts(&self) -> &Facts;

    /// Gives everything, one after the other; stops at the first error of `each`.
    ///
    /// # Errors
    /// What makes the whole source unreadable (a broken item is an [`Item::Unreadable`]), or what `each` said.
    fn walk(&self, each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>) -> Result<(), Fault>;

    /// A file by its complete old address; `None` when the source does not have it.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    fn file(&self, address: &Url) -> Result<Option<OldFile>, Fault>;
}
