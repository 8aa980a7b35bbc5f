//! The file of fields: which column of which table is what.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::fault::Fault;

/// Most bytes of a file of fields.
const LARGEST: u64 = 8 << 20;

/// What ops say, or what was concluded from the names of the columns. Names of tables and columns may be written in
/// capital or small letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// Tables of articles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<Articles>,
    /// Tables that name the columns of the old site.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Columns>,
    /// Guestbooks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<Letters>,
}

/// A table of articles. A value is the name of a column of the table, where nothing else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Articles {
    /// Name of the table, the sheet, or the file without its ending; empty where there is only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub table: String,
    /// Number or other key of the article; without one it is known by its title and date.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Title; without it nothing can be read.
    pub title: String,
    /// Subtitle.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subtitle: String,
    /// Time of publication.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// Text, as HTML or plain.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// 来源.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// 作者.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// 责任编辑.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub editor: String,
    /// Its column: a name, or a number of a table of `columns`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub column: String,
    /// The column below that one, where the table has two.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subcolumn: String,
    /// 索引号.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub index_number: String,
    /// 文号.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// 成文日期.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub formed: String,
    /// Summary.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Keywords, separated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub keywords: String,
    /// Clicks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub clicks: String,
    /// Title picture.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub picture: String,
    /// Files, separated by `|`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub attachments: String,
    /// Where an article leads instead.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// Whether it was public.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// Values of `state` that mean public; without them the usual ones do: 1, -1, True, 是, 已审核, …
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub public: Vec<String>,
    /// Whether it was in the bin.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub deleted: String,
    /// Old addresses, the surest first, with names of columns in braces: `/Show.asp?ID={id}`; `{id}` is the column
    /// that `id` names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Folder of the old site against which names of files in `picture` and `attachments` are read: `/UploadFiles/`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub files_at: String,
    /// What the old program replaced in texts when it showed them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub replace: BTreeMap<String, String>,
}

/// A table that names the columns of the old site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// Name of the table.
    pub table: String,
    /// Number, as articles have it.
    pub id: String,
    /// Name, as visitors read it.
    pub name: String,
    /// Number or name of the column above, in this table or in another one of `columns`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parent: String,
    /// Place among its neighbours.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order: String,
    /// Old addresses of its list with names of columns in braces: `/Class.asp?ClassID={id}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
}

/// A guestbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Letters {
    /// Name of the table; empty where there is only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub table: String,
    /// Number; without one it is known by its question and time.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Who asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When it was asked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub asked: String,
    /// The question; without it nothing can be read.
    pub question: String,
    /// The answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// When it was answered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub answered: String,
    /// Who answered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Old address of the page that showed it, with names of columns in braces.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
}

/// One of them, whatever it holds.
pub(super) trait Described {
    /// `articles`, `columns`, `letters`.
    const WHAT: &'static str;

    /// Name of its table; may be empty.
    fn table(&self) -> &str;

    /// All names of columns that are used, with the key under which they are.
    fn used(&self) -> Vec<(&'static str, &str)>;

    /// Keys without which nothing can be read.
    fn needed(&self) -> Vec<(&'static str, &str)>;

    /// Addresses, in which columns are named in braces.
    fn patterns(&self) -> Vec<&str>;
}

fn named<'a>(all: &[(&'static str, &'a String)]) -> Vec<(&'static str, &'a str)> {
    all.iter().filter(|(_, name)| !name.is_empty()).map(|(key, name)| (*key, name.as_str())).collect()
}

impl Described for Articles {
    const WHAT: &'static str = "articles";

    fn table(&self) -> &str {
        &self.table
    }

    fn used(&self) -> Vec<(&'static str, &str)> {
        named(&[
            ("id", &self.id),
            ("title", &self.title),
            ("subtitle", &self.subtitle),
            ("date", &self.date),
            ("body", &self.body),
            ("source", &self.source),
            ("author", &self.author),
            ("editor", &self.editor),
            ("column", &self.column),
            ("subcolumn", &self.subcolumn),
            ("index_number", &self.index_number),
            ("number", &self.number),
            ("formed", &self.formed),
            ("summary", &self.summary),
            ("keywords", &self.keywords),
            ("clicks", &self.clicks),
            ("picture", &self.picture),
            ("attachments", &self.attachments),
            ("link", &self.link),
            ("state", &self.state),
            ("deleted", &self.deleted),
        ])
    }

    fn needed(&self) -> Vec<(&'static str, &str)> {
        vec![("title", &self.title)]
    }

    fn patterns(&self) -> Vec<&str> {
        self.addresses.iter().map(String::as_str).collect()
    }
}

impl Described for Columns {
    const WHAT: &'static str = "columns";

    fn table(&self) -> &str {
        &self.table
    }

    fn used(&self) -> Vec<(&'static str, &str)> {
        named(&[("id", &self.id), ("name", &self.name), ("parent", &self.parent), ("order", &self.order)])
    }

    fn needed(&self) -> Vec<(&'static str, &str)> {
        vec![("table", &self.table), ("id", &self.id), ("name", &self.name)]
    }

    fn patterns(&self) -> Vec<&str> {
        self.addresses.iter().map(String::as_str).collect()
    }
}

impl Described for Letters {
    const WHAT: &'static str = "letters";

    fn table(&self) -> &str {
        &self.table
    }

    fn used(&self) -> Vec<(&'static str, &str)> {
        named(&[
            ("id", &self.id),
            ("title", &self.title),
            ("name", &self.name),
            ("asked", &self.asked),
            ("question", &self.question),
            ("answer", &self.answer),
            ("answered", &self.answered),
            ("unit", &self.unit),
        ])
    }

    fn needed(&self) -> Vec<(&'static str, &str)> {
        vec![("question", &self.question)]
    }

    fn patterns(&self) -> Vec<&str> {
        vec![self.address.as_str()]
    }
}

impl Fields {
    /// Reads a file of fields.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn read(path: &Path) -> Result<Fields, Fault> {
        let size = std::fs::metadata(path).map_err(|error| Fault::file(path, error.to_string()))?.len();
        if size > LARGEST {
            return Err(Fault::file(path, "is too large for a file of fields"));
        }
        let text = std::fs::read_to_string(path).map_err(|error| Fault::file(path, error.to_string()))?;
        toml::from_str(&text).map_err(|error| Fault::toml(path, &text, &error))
    }
}

impl Articles {
    /// Is this value of the column `state` one of what was public?
    pub(super) fn is_public(&self, value: &str) -> bool {
        let value = value.trim();
        if !self.public.is_empty() {
            return self.public.iter().any(|public| public == value);
        }
        // Access writes -1 or True for yes; 动易 3 and phpcms 99 for published.
        matches!(
            value.to_lowercase().as_str(),
            "" | "1"
                | "-1"
                | "true"
                | "yes"
                | "3"
                | "99"
                | "是"
                | "已审核"
                | "通过"
                | "已通过"
                | "发布"
                | "已发布"
                | "公开"
        )
    }
}

/// The columns that an address names in braces.
pub(super) fn braces(pattern: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while let Some((_, behind)) = rest.split_once('{') {
        let Some((name, behind)) = behind.split_once('}') else { break };
        found.push(name);
        rest = behind;
    }
    found
}

/// A pattern with values in it; `None` when one that it names is empty.
pub(super) fn filled(pattern: &str, value: &dyn Fn(&str) -> String) -> Option<String> {
    if pattern.is_empty() {
        return None;
    }
    let mut address = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}')?;
        let value = value(name);
        if value.is_empty() {
            return None;
        }
        address.push_str(before);
        address.push_str(&value);
        rest = behind;
    }
    address.push_str(rest);
    Some(address)
}
