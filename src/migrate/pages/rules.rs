//! Rules that ops write where learning is not enough: by address, where things stand.

use std::path::Path;

use scraper::{Html, Selector};
use serde::Deserialize;
use url::Url;

use crate::base::fault::Fault;
use crate::migrate::old::JunkKind;

use super::address;

/// Most bytes of a rule file.
const LARGEST: u64 = 1 << 20;

/// A rule file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    page: Vec<toml::Spanned<WrittenPage>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPage {
    /// Path and query with `*` for anything: `/show.asp?id=*`.
    address: String,
    /// `article`, `page`, `list`, `letters`, or a word of [`JunkKind`].
    kind: Option<String>,
    title: Option<String>,
    date: Option<String>,
    source: Option<String>,
    author: Option<String>,
    body: Option<String>,
    /// Selector of what names the column.
    column: Option<String>,
    /// Selectors of what is taken out of the body.
    #[serde(default)]
    remove: Vec<String>,
}

/// What pages under an address are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Article,
    Page,
    List,
    Letters,
    Junk(JunkKind),
}

/// A rule for pages of one sort.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    address: String,
    pub kind: Option<Said>,
    title: Option<Selector>,
    date: Option<Selector>,
    source: Option<Selector>,
    author: Option<Selector>,
    body: Option<Selector>,
    column: Option<Selector>,
    remove: Vec<Selector>,
}

/// Rules of ops.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<Rule>);

/// What rules found on a page; texts are plain, the body is HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Picked {
    pub title: Option<String>,
    pub date: Option<String>,
    pub source: Option<String>,
    pub author: Option<String>,
    pub body: Option<String>,
    pub column: Option<String>,
}

impl Rules {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn read(path: &Path) -> Result<Rules, Fault> {
        let size = std::fs::metadata(path).map_err(|error| Fault::file(path, error.to_string()))?.len();
        if size > LARGEST {
            return Err(Fault::file(path, "is too large for a rule file"));
        }
        let text = std::fs::read_to_string(path).map_err(|error| Fault::file(path, error.to_string()))?;
        Rules::parse(path, &text)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn parse(path: &Path, text: &str) -> Result<Rules, Fault> {
        let written: Written = toml::from_str(text).map_err(|error| Fault::toml(path, text, &error))?;
        let rules = written.page.into_iter().map(|page| {
            let at = page.span().start;
            rule(page.into_inner()).map_err(|message| Fault::at(path, text, at, message))
        });
        rules.collect::<Result<_, _>>().map(Rules)
    }

    /// The first rule for an address.
    pub(super) fn of(&self, url: &Url) -> Option<&Rule> {
        if self.0.is_empty() {
            return None;
        }
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let address = address::plain(&format!("{}{query}", url.path())).to_lowercase();
        self.0.iter().find(|rule| matches(&rule.address, &address))
    }
}

fn rule(page: WrittenPage) -> Result<Rule, String> {
    let select = |key: &str, text: &Option<String>| match text {
        Some(text) => Selector::parse(text).map(Some).map_err(|_| format!("{key}: \"{text}\" is no selector")),
        None => Ok(None),
    };
    if !page.address.starts_with(['/', '*']) {
        return Err(format!("address: \"{}\" must begin with / or *", page.address));
    }
    let remove =
        page.remove.iter().map(|text| Selector::parse(text).map_err(|_| format!("remove: \"{text}\" is no selector")));
    Ok(Rule {
        address: page.address.to_lowercase(),
        kind: page.kind.as_deref().map(said).transpose()?,
        title: select("title", &page.title)?,
        date: select("date", &page.date)?,
        source: select("source", &page.source)?,
        author: select("author", &page.author)?,
        body: select("body", &page.body)?,
        column: select("column", &page.column)?,
        remove: remove.collect::<Result<_, _>>()?,
    })
}

fn said(word: &str) -> Result<Said, String> {
    const JUNK: [JunkKind; 10] = [
        JunkKind::Print,
        JunkKind::Search,
        JunkKind::Counter,
        JunkKind::LogIn,
        JunkKind::Calendar,
        JunkKind::Duplicate,
        JunkKind::Part,
        JunkKind::Broken,
        JunkKind::Spam,
        JunkKind::Form,
    ];
    match word {
        "article" => Ok(Said::Article),
        "page" => Ok(Said::Page),
        "list" => Ok(Said::List),
        "letters" => Ok(Said::Letters),
        _ => JUNK.into_iter().find(|kind| kind.word() == word).map(Said::Junk).ok_or_else(|| {
            let junk: Vec<&str> = JUNK.iter().map(|kind| kind.word()).collect();
            format!("kind: \"{word}\" is none of article, page, list, letters, {}", junk.join(", "))
        }),
    }
}

/// `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let before: &str = before;
            match rest.find(before) {
                Some(at) => rest = &rest[at + before.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

impl Rule {
    /// Does it say where something stands?
    pub(super) fn picks(&self) -> bool {
        [&self.title, &self.date, &self.source, &self.author, &self.body, &self.column].iter().any(|one| one.is_some())
    }

    /// Reads a page by its selectors.
    pub(super) fn pick(&self, html: &str) -> Picked {
        let page = Html::parse_document(html);
        let text = |selector: &Option<Selector>| {
            let found = page.select(selector.as_ref()?).next()?;
            let text = found.text().collect::<Vec<_>>().join(" ");
            Some(super::read::folded(&text)).filter(|text| !text.is_empty())
        };
        let body = self.body.as_ref().map(|selector| {
            let parts: Vec<String> = page.select(selector).map(|found| self.without(&found.inner_html())).collect();
            parts.join("\n")
        });
        Picked {
            title: text(&self.title),
            date: text(&self.date),
            source: text(&self.source),
            author: text(&self.author),
            body: body.filter(|body| !body.trim().is_empty()),
            column: text(&self.column),
        }
    }

    fn without(&self, html: &str) -> String {
        if self.remove.is_empty() {
            return html.to_owned();
        }
        let mut part = Html::parse_fragment(html);
        let gone: Vec<_> = self
            .remove
            .iter()
            .flat_map(|selector| part.select(selector).map(|found| found.id()).collect::<Vec<_>>())
            .collect();
        for id in gone {
            if let Some(mut node) = part.tree.get_mut(id) {
                node.detach();
            }
        }
        part.root_element().inner_html()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use url::Url;

    use super::{Rules, matches};
    use crate::base::fault::Fault;

    fn parse(text: &str) -> Result<Rules, Fault> {
        Rules::parse(Path::new("rules.toml"), text)
    }

    #[test]
    fn rules_pick() {
        let rules =
            parse("[[page]]\naddress = \"/show.asp?id=*\"\ntitle = \".t\"\nbody = \"#c\"\nremove = [\".ad\"]\n")
                .unwrap();
        let rule = rules.of(&Url::parse("http://a/Show.asp?ID=12").unwrap()).unwrap();
        let html = "<p class=t>题 目</p><div id=c><p>text</p><p class=ad>ad</p></div>";
        let picked = rule.pick(html);
        assert_eq!((picked.title.as_deref(), picked.body.as_deref()), (Some("题 目"), Some("<p>text</p>")));
        assert!(rules.of(&Url::parse("http://a/list.asp?id=12").unwrap()).is_none());
    }

    #[test]
    fn mistakes_name_the_line() {
        let fault = parse("[[page]]\naddress = \"/a\"\n\n[[page]]\naddress = \"/b\"\nbdy = \"x\"\n").unwrap_err();
        assert_eq!(fault.line, 6, "{fault}");
        let fault = parse("[[page]]\naddress = \"/a\"\n\n[[page]]\naddress = \"/b\"\nbody = \"!!\"\n").unwrap_err();
        assert!(fault.line == 4 && fault.message.contains("no selector"), "{fault}");
        assert!(parse("[[page]]\naddress = \"/a\"\nkind = \"x\"\n").unwrap_err().message.contains("none of article"));
        assert!(matches("/a/*/b*.html", "/a/x/y/b12.html") && !matches("/a/*.html", "/b/1.html") && matches("*", "/x"));
        assert!(!matches("/a", "/ab"));
    }
}
