//! `sites/<slug>/site.toml`: what ops declare about a site.
//!
//! Reading finds every mistake of every file, each with its line; nothing is
//! applied unless all files are good.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::base::fault::Fault;
use crate::domain::error::Broken;

use super::rules::{COLUMN_TYPES, check_colour, check_host, check_slug};
use super::steps::check_notice;
use super::{ChannelKind, Contact, Identity, Notice, Part, SiteKind, SiteState, UpdateClass};

/// A site as its file declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// Slug: the folder's name.
    pub slug: String,
    /// The file.
    pub file: PathBuf,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Kind.
    pub kind: SiteKind,
    /// Slug of the site above, empty for the portal.
    pub parent: String,
    /// Place among the sites of the group; the lowest number stands first.
    pub order: u32,
    /// Description, if the file has one.
    pub description: Option<String>,
    /// Language mark.
    pub lang: String,
    /// Own hosts.
    pub hosts: Vec<String>,
    /// Old hosts.
    pub old_hosts: Vec<String>,
    /// Theme.
    pub theme: String,
    /// Line of the theme, for faults found later.
    pub theme_line: usize,
    /// Line of the colour, 0 if there is none.
    pub colour_line: usize,
    /// Settings of the theme.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Foot.
    pub identity: Identity,
    /// Contact, if the file has the table.
    pub contact: Option<Contact>,
    /// State.
    pub state: SiteState,
    /// Notice.
    pub notice: Option<Notice>,
    /// Where a redirected site leads.
    pub redirect: String,
    /// Why a change of state need not wait for its time.
    pub early: Option<String>,
    /// First columns, in order.
    pub channels: Vec<DeclaredChannel>,
}

impl Declaration {
    /// True if the file says something of a part that otherwise belongs to the browser.
    pub fn declares(&self, part: Part<'_>) -> bool {
        match part {
            Part::Description => self.description.is_some(),
            Part::Contact => self.contact.is_some(),
            Part::Notice => self.notice.is_some(),
            Part::Setting(key) => self.settings.contains_key(key),
        }
    }

    /// Names of all those parts of which the file says something; the theme itself is always the file's.
    pub fn parts(&self) -> BTreeSet<String> {
        let settings = self.settings.keys().map(|key| Part::Setting(key));
        let parts = [Part::Description, Part::Contact, Part::Notice].into_iter().chain(settings);
        let mut names: BTreeSet<String> = parts.filter(|part| self.declares(*part)).map(Part::name).collect();
        names.insert("theme".to_owned());
        names
    }

    /// Files beside site.toml that settings and columns name: `files/logo.png`.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let settings = self.settings.values().filter_map(|value| value.as_str());
        let pictures = self.channels.iter().map(|channel| channel.picture.as_str());
        settings.chain(pictures).filter(|value| value.starts_with(FILES))
    }
}

/// What a value begins with that names a file beside site.toml.
pub const FILES: &str = "files/";

/// A column as the file declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredChannel {
    /// Path of slugs, `jggk/nsjg`.
    pub path: String,
    /// Line in the file.
    pub line: usize,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: ChannelKind,
    /// ColumnType.
    pub column_type: String,
    /// Update class.
    pub update: UpdateClass,
    /// Description.
    pub description: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Not in the navigation.
    pub hidden: bool,
    /// Documents a page.
    pub page_size: u32,
    /// Has a feed.
    pub feed: bool,
    /// Address of a link.
    pub url: String,
    /// Title picture.
    pub picture: String,
    /// Whether other sites may send documents to it, if the file says so.
    pub takes_submissions: Option<bool>,
}

impl DeclaredChannel {
    /// Path of the column above, empty at the top.
    pub fn parent(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// Last slug of the path.
    pub fn slug(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, slug)| slug)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    short_name: Option<String>,
    kind: SiteKind,
    #[serde(default)]
    parent: Option<Spanned<String>>,
    order: Option<u32>,
    description: Option<String>,
    lang: Option<String>,
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    #[serde(default)]
    old_hosts: Vec<Spanned<String>>,
    theme: Spanned<String>,
    #[serde(default)]
    settings: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    site_code: Option<Spanned<String>>,
    #[serde(default)]
    icp: String,
    #[serde(default)]
    police: String,
    #[serde(default)]
    organisation_code: String,
    #[serde(default)]
    sponsor: String,
    #[serde(default)]
    operator: String,
    contact: Option<Contact>,
    #[serde(default)]
    state: SiteState,
    #[serde(default)]
    notice: Option<Notice>,
    #[serde(default)]
    redirect: Option<Spanned<String>>,
    early: Option<String>,
    #[serde(default)]
    column: Vec<Spanned<Column>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    slug: Spanned<String>,
    name: Spanned<String>,
    #[serde(default)]
    kind: ChannelKind,
    #[serde(rename = "type")]
    column_type: Spanned<String>,
    #[serde(default)]
    update: UpdateClass,
    #[serde(default)]
    description: String,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    parent: Option<Spanned<String>>,
    #[serde(default)]
    hidden: bool,
    page_size: Option<Spanned<u32>>,
    feed: Option<bool>,
    #[serde(default)]
    url: Option<Spanned<String>>,
    #[serde(default)]
    picture: String,
    takes_submissions: Option<bool>,
}

/// Reads `dir/*/site.toml` and checks them one by one and together.
///
/// # Errors
/// Every fault of every file.
pub fn read_all(dir: &Path) -> Result<Vec<Declaration>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut found = Vec::new();
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return Err(vec![Fault::file(dir, error.to_string())]),
    };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    for folder in folders {
        let file = folder.join("site.toml");
        if !file.exists() {
            continue;
        }
        match read_one(&file) {
            Ok(declaration) => found.push(declaration),
            Err(mut more) => faults.append(&mut more),
        }
    }
    // The portal first; the others as their files say, then in the order of their slugs.
    found.sort_by_key(|d| (d.kind != SiteKind::Portal, d.order, d.slug.clone()));
    faults.extend(check_together(dir, &found));
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// Reads and checks one file.
///
/// # Errors
/// Every fault of the file.
pub fn read_one(file: &Path) -> Result<Declaration, Vec<Fault>> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return Err(vec![Fault::file(file, error.to_string())]),
    };
    let raw: File = toml::from_str(&text).map_err(|error| vec![Fault::toml(file, &text, &error)])?;
    let mut check = Check { file, text: &text, faults: Vec::new() };
    let slug =
        file.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Err(broken) = check_slug(&slug) {
        check.faults.push(Fault::file(file, format!("the folder's name is the slug: {broken}")));
    }
    check.filled("name", &raw.name);
    let portal = raw.kind == SiteKind::Portal;
    match &raw.parent {
        Some(parent) if portal => check.at(parent.span().start, "the portal has no parent"),
        _ => {}
    }
    for host in raw.hosts.iter().chain(&raw.old_hosts) {
        check.rule(host.span().start, check_host(host.get_ref()));
    }
    if portal && raw.hosts.is_empty() {
        check.faults.push(Fault::file(file, "the portal needs at least one name in `hosts`: its main address"));
    }
    if let Some(code) = &raw.site_code {
        let good = code.get_ref().len() == 10 && code.get_ref().bytes().all(|b| b.is_ascii_alphanumeric());
        if !good {
            check.at(code.span().start, format!("site_code \"{}\" must be 10 letters and digits", code.get_ref()));
        }
    }
    if let Some(url) = &raw.redirect {
        check.url("redirect", url);
    } else if raw.state == SiteState::Redirected {
        check.faults.push(Fault::file(file, "state = \"redirected\" needs `redirect`, the address to lead to"));
    }
    if raw.state == SiteState::Notice && raw.notice.is_none() {
        check.faults.push(Fault::file(file, "state = \"notice\" needs a table [notice] with `text`"));
    }
    if raw.state == SiteState::Offline && raw.notice.is_none() {
        check.faults.push(Fault::file(file, "state = \"offline\" needs a table [notice] with `text`"));
    }
    for broken in raw.notice.iter().flat_map(|notice| check_notice(notice, raw.state)) {
        check.faults.push(Fault::file(file, broken.to_string()));
    }
    let mut settings = BTreeMap::new();
    for (key, value) in &raw.settings {
        if key == "colour" {
            match value.get_ref().as_str() {
                Some(colour) => check.rule(value.span().start, check_colour(colour)),
                None => check.at(value.span().start, "colour must be a text like \"#b4232a\""),
            }
        }
        if let Some(name) = value.get_ref().as_str() {
            check.file(value.span().start, name);
        }
        match serde_json::to_value(value.get_ref()) {
            Ok(json) => {
                settings.insert(key.clone(), json);
            }
            Err(error) => check.at(value.span().start, format!("setting {key}: {error}")),
        }
    }
    let channels = check.columns(&raw.column);
    let line = |span: usize| Fault::at(file, &text, span, "").line;
    let theme_line = line(raw.theme.span().start);
    let colour_line = raw.settings.get("colour").map_or(0, |value| line(value.span().start));
    if !check.faults.is_empty() {
        return Err(check.faults);
    }
    let name = raw.name.into_inner();
    Ok(Declaration {
        slug,
        file: file.to_path_buf(),
        short_name: raw.short_name.unwrap_or_else(|| name.clone()),
        kind: raw.kind,
        parent: raw.parent.map(Spanned::into_inner).unwrap_or_default(),
        order: raw.order.unwrap_or(1000),
        description: raw.description,
        lang: raw.lang.unwrap_or_else(|| "zh-CN".into()),
        hosts: raw.hosts.into_iter().map(Spanned::into_inner).collect(),
        old_hosts: raw.old_hosts.into_iter().map(Spanned::into_inner).collect(),
        theme: raw.theme.into_inner(),
        theme_line,
        colour_line,
        settings,
        identity: Identity {
            site_code: raw.site_code.map(Spanned::into_inner).unwrap_or_default(),
            icp: raw.icp,
            police: raw.police,
            organisation_code: raw.organisation_code,
            sponsor: if raw.sponsor.is_empty() { name.clone() } else { raw.sponsor },
            operator: raw.operator,
        },
        contact: raw.contact,
        state: raw.state,
        notice: raw.notice,
        redirect: raw.redirect.map(Spanned::into_inner).unwrap_or_default(),
        early: raw.early,
        channels,
        name,
    })
}

/// Collects the faults of one file.
struct Check<'a> {
    file: &'a Path,
    text: &'a str,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn at(&mut self, byte: usize, message: impl Into<String>) {
        self.faults.push(Fault::at(self.file, self.text, byte, message));
    }

    fn rule(&mut self, byte: usize, result: Result<(), Broken>) {
        if let Err(broken) = result {
            self.at(byte, broken.to_string());
        }
    }

    fn file(&mut self, byte: usize, name: &str) {
        let folder = self.file.parent().unwrap_or(Path::new(""));
        if name.starts_with(FILES) && (name.split('/').any(|part| part == "..") || !folder.join(name).is_file()) {
            self.at(byte, format!("\"{name}\": there is no such file in {}", folder.display()));
        }
    }

    fn filled(&mut self, key: &str, value: &Spanned<String>) {
        if value.get_ref().trim().is_empty() {
            self.at(value.span().start, format!("{key} must not be empty"));
        }
    }

    fn url(&mut self, key: &str, value: &Spanned<String>) {
        let url = value.get_ref();
        if !(url.starts_with("https://") || url.starts_with("http://") || url.starts_with('/')) {
            self.at(value.span().start, format!("{key} \"{url}\" must begin with https://, http:// or /"));
        }
    }

    fn columns(&mut self, columns: &[Spanned<Column>]) -> Vec<DeclaredChannel> {
        let mut known: HashMap<String, ChannelKind> = HashMap::new();
        let mut found = Vec::new();
        for spanned in columns {
            let column = spanned.get_ref();
            let slug = column.slug.get_ref();
            let byte = column.slug.span().start;
            self.rule(byte, check_slug(slug));
            self.filled("name", &column.name);
            self.file(byte, &column.picture);
            let path = match &column.parent {
                None => slug.clone(),
                Some(parent) => {
                    match known.get(parent.get_ref()) {
                        None => {
                            let message = format!("column \"{slug}\": no column \"{}\" above it", parent.get_ref());
                            self.at(parent.span().start, message);
                        }
                        Some(ChannelKind::Link) => {
                            self.at(parent.span().start, "a link column has no columns below it");
                        }
                        Some(_) => {}
                    }
                    format!("{}/{slug}", parent.get_ref())
                }
            };
            if !COLUMN_TYPES.contains(&column.column_type.get_ref().as_str()) {
                let message = format!(
                    "type \"{}\" is not one of the 18 kinds: {}",
                    column.column_type.get_ref(),
                    COLUMN_TYPES.join(" ")
                );
                self.at(column.column_type.span().start, message);
            }
            match &column.url {
                Some(url) if column.kind == ChannelKind::Link => self.url("url", url),
                Some(url) => self.at(url.span().start, "url belongs to columns of kind = \"link\" only"),
                None if column.kind == ChannelKind::Link => self.at(byte, format!("link column \"{slug}\" needs url")),
                None => {}
            }
            if let Some(size) = &column.page_size
                && !(1..=200).contains(size.get_ref())
            {
                self.at(size.span().start, "page_size must be 1 to 200");
            }
            if known.insert(path.clone(), column.kind).is_some() {
                self.at(byte, format!("column \"{path}\" is declared twice"));
            }
            found.push(DeclaredChannel {
                line: Fault::at(self.file, self.text, byte, "").line,
                path,
                name: column.name.get_ref().clone(),
                kind: column.kind,
                column_type: column.column_type.get_ref().clone(),
                update: column.update,
                description: if column.description.is_empty() {
                    column.name.get_ref().clone()
                } else {
                    column.description.clone()
                },
                keywords: if column.keywords.is_empty() {
                    vec![column.name.get_ref().clone()]
                } else {
                    column.keywords.clone()
                },
                hidden: column.hidden,
                page_size: column.page_size.as_ref().map_or(20, |size| *size.get_ref()),
                feed: column.feed.unwrap_or(column.kind == ChannelKind::List),
                url: column.url.as_ref().map(|url| url.get_ref().clone()).unwrap_or_default(),
                picture: column.picture.clone(),
                takes_submissions: column.takes_submissions,
            });
        }
        found
    }
}

/// Rules between files: one portal, parents exist, no host twice, no portal column beside a subsite of its slug.
fn check_together(dir: &Path, all: &[Declaration]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let portals: Vec<_> = all.iter().filter(|d| d.kind == SiteKind::Portal).collect();
    match portals.as_slice() {
        [_] => {}
        [] if all.is_empty() => faults.push(Fault::file(dir, "no site.toml in any folder below")),
        [] => faults.push(Fault::file(dir, "no site has kind = \"portal\"; the group needs exactly one")),
        [first, rest @ ..] => {
            for portal in rest {
                let message = format!("a second portal; {} is one already", first.file.display());
                faults.push(Fault::file(&portal.file, message));
            }
        }
    }
    let mut hosts: HashMap<&str, &Declaration> = HashMap::new();
    for site in all {
        if site.kind != SiteKind::Portal && !site.parent.is_empty() && !all.iter().any(|d| d.slug == site.parent) {
            faults.push(Fault::file(&site.file, format!("parent \"{}\": no such site", site.parent)));
        }
        if site.parent == site.slug {
            faults.push(Fault::file(
                &site.file,
                format!("parent \"{}\": a site does not stand above itself", site.parent),
            ));
        }
        for host in site.hosts.iter().chain(&site.old_hosts) {
            if let Some(other) = hosts.insert(host, site) {
                let message = format!("host \"{host}\" belongs to {} already", other.file.display());
                faults.push(Fault::file(&site.file, message));
            }
        }
    }
    for portal in &portals {
        for column in portal.channels.iter().filter(|c| c.parent().is_empty()) {
            if all.iter().any(|d| d.slug == column.slug()) {
                let message = format!("column \"{}\" has the slug of a subsite", column.slug());
                faults.push(Fault::line(&portal.file, column.line, message));
            }
        }
    }
    faults
}
