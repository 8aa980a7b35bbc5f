//! Addresses of dedecms, by its own rules.

use super::latin;
use crate::base::clock::local;

/// What the program's settings say about addresses.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// `cfg_cmspath`: folder of the installation below the root, `/cms` or empty.
    pub cms_path: String,
    /// `cfg_arcdir`: folder of articles of columns that have none.
    pub article_folder: String,
    /// Folder of the dynamic pages.
    pub plus: String,
    /// `cfg_df_namerule`.
    pub rule: String,
    /// `cfg_special`: folder of special subjects.
    pub special: String,
    /// `cfg_df_ext`: ending of articles that have a name of their own.
    pub ending: String,
    /// `cfg_rewrite`: dynamic pages look like static ones.
    pub rewrite: bool,
    /// `cfg_arc_dirname`: `index.html` is left out of addresses.
    pub bare_folders: bool,
    /// `cfg_multi_site`: columns may have hosts.
    pub many_sites: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            cms_path: String::new(),
            article_folder: "/a".into(),
            plus: "/plus".into(),
            rule: "{typedir}/{Y}/{M}{D}/{aid}.html".into(),
            special: "/special".into(),
            ending: ".html".into(),
            rewrite: false,
            bare_folders: false,
            many_sites: false,
        }
    }
}

/// What addresses take from a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Folder {
    /// `typedir`, as stored.
    pub folder: String,
    /// `namerule`: of its articles.
    pub rule: String,
    /// `namerule2`: of its list.
    pub list_rule: String,
    /// `isdefault`: 1 the folder, 0 the first list page, −1 dynamic.
    pub is_default: i64,
    /// `defaultname`: `index.html`.
    pub default_name: String,
    /// `ispart`: 0 list, 1 cover page, 2 a link to elsewhere.
    pub part: i64,
    /// `siteurl` where the column has a host of its own; else empty.
    pub host: String,
    /// `sitepath`: what of the path is left out below that host.
    pub host_path: String,
}

/// What addresses take from an article.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub id: i64,
    pub column: i64,
    /// `senddate`, unix seconds.
    pub sent: i64,
    /// `ismake`: −1 never made static.
    pub made: i64,
    /// `arcrank`.
    pub rank: i64,
    pub money: i64,
    /// `filename`.
    pub file: &'a str,
    /// `title`, as stored.
    pub title: &'a str,
}

impl Settings {
    /// `{cmspath}` replaced, slashes single; complete addresses stay as they are.
    pub(super) fn folder(&self, folder: &str) -> String {
        let lower = folder.to_ascii_lowercase();
        if ["http:", "https:", "ftp:"].iter().any(|scheme| lower.starts_with(scheme)) {
            return folder.to_owned();
        }
        single_slashes(&replace(folder, "{cmspath}", &self.cms_path))
    }

    /// The static address of an article; none when it has only a dynamic one, several when its rule spells the title
    /// in Latin letters and there is more than one way to read it.
    pub(super) fn fixed(&self, article: Named<'_>, column: Option<&Folder>) -> Vec<String> {
        if article.rank != 0 || article.made == -1 || article.money > 0 {
            return Vec::new();
        }
        let named = column.map_or("", |column| column.rule.trim());
        let rule = match column {
            None => format!("{}/arc-{{aid}}.html", self.special),
            Some(_) if named.is_empty() => self.rule.clone(),
            Some(_) => named.to_owned(),
        };
        let mut rule = rule.to_lowercase();
        let folder = match column.map(|column| column.folder.trim()).unwrap_or_default() {
            "" => format!("{}{}", self.cms_path, self.article_folder),
            folder => self.folder(folder),
        };
        if !article.file.is_empty() {
            let parent = rule.rsplit_once('/').map_or("", |(parent, _)| parent);
            rule = format!("{parent}/{}{}", article.file, self.ending);
        }
        let Some(day) = article.sent.checked_mul(1000).map(local) else { return Vec::new() };
        let (year, month, date) =
            (format!("{:04}", day.year()), format!("{:02}", day.month()), format!("{:02}", day.day()));
        let letters = letters(&format!("{month}{date}{}{year}", article.id));
        let values = [
            ("{cmspath}", self.cms_path.as_str()),
            ("{typedir}", folder.as_str()),
            ("{y}", &year),
            ("{m}", &month),
            ("{d}", &date),
            ("{timestamp}", &article.sent.to_string()),
            ("{aid}", &article.id.to_string()),
            ("{tid}", &article.column.to_string()),
            ("{cc}", &letters),
        ];
        let mut path = rule;
        for (token, value) in values {
            path = path.replace(token, value);
        }
        let mut paths = vec![path];
        for (token, first_letters) in [("{pinyin}", false), ("{py}", true)] {
            if paths.iter().any(|path| path.contains(token)) {
                let spellings = latin::spellings(article.title, first_letters);
                let named = |spelling: &String| format!("{spelling}_{}", article.id);
                paths = spellings
                    .iter()
                    .flat_map(|spelling| paths.iter().map(|path| path.replace(token, &named(spelling))))
                    .collect();
            }
        }
        paths.retain(|path| !path.contains('{'));
        for path in &mut paths {
            if self.bare_folders && path.ends_with("index.html") {
                path.truncate(path.len() - "index.html".len());
            }
            *path = self.on_host(path, column);
        }
        paths
    }

    /// Puts a path on the column's own host where it has one.
    fn on_host(&self, path: &str, column: Option<&Folder>) -> String {
        if path.contains("://") {
            return path.to_owned();
        }
        let path = single_slashes(&format!("/{path}"));
        match column.filter(|column| self.many_sites && !column.host.is_empty()) {
            Some(column) => {
                let below = self.folder(&column.host_path);
                let rest = path.strip_prefix(below.trim_end_matches('/')).unwrap_or(&path);
                format!("{}/{}", column.host.trim_end_matches('/'), rest.trim_start_matches('/'))
            }
            None => path,
        }
    }

    /// All addresses of an article of so many pages, the one that the program linked first.
    pub(super) fn article(&self, article: Named<'_>, column: Option<&Folder>, pages: usize) -> Vec<String> {
        let id = article.id;
        let plus = &self.plus;
        let dynamic = format!("{plus}/view.php?aid={id}");
        let pseudo = format!("{plus}/view-{id}-1.html");
        let fixed = self.fixed(article, column);
        let mut all: Vec<String> = fixed.clone();
        if self.rewrite {
            all.extend([pseudo, dynamic]);
        } else {
            all.extend([dynamic, pseudo]);
        }
        for page in 2..=pages {
            let further = |path: &String| path.rsplit_once('.').map(|(stem, ending)| format!("{stem}_{page}.{ending}"));
            all.extend(fixed.iter().filter_map(further));
            all.push(format!("{plus}/view.php?aid={id}&pageno={page}"));
            all.push(format!("{plus}/view-{id}-{page}.html"));
        }
        all
    }

    /// All addresses of the list of a column of so many pages, the one that the program linked first.
    pub(super) fn list(&self, id: i64, column: &Folder, pages: usize) -> Vec<String> {
        let plus = &self.plus;
        let folder = match column.folder.trim() {
            "" => format!("{}{}", self.cms_path, self.article_folder),
            folder => self.folder(folder),
        };
        let folder = folder.trim_end_matches('/');
        let home = self.on_host(&format!("{folder}/"), Some(column));
        let default_name = if column.default_name.is_empty() { "index.html" } else { &column.default_name };
        let rule =
            if column.list_rule.trim().is_empty() { "{typedir}/list_{tid}_{page}.html" } else { &column.list_rule };
        let page_of = |page: usize| {
            let path = replace(rule, "{typedir}", folder);
            let path = replace(&replace(&path, "{tid}", &id.to_string()), "{page}", &page.to_string());
            self.on_host(&replace(&path, "{cmspath}", &self.cms_path), Some(column))
        };
        let dynamic = format!("{plus}/list.php?tid={id}");
        let mut all = Vec::new();
        match (column.is_default, column.part) {
            (-1, _) => all.push(dynamic.clone()),
            (0, 0) => all.push(page_of(1)),
            _ => all.push(home.clone()),
        }
        all.extend([home, self.on_host(&format!("{folder}/{default_name}"), Some(column)), page_of(1), dynamic]);
        all.push(format!("{plus}/list-{id}.html"));
        all.push(format!("{plus}/list-{id}-1.html"));
        for page in 2..=pages {
            all.push(page_of(page));
            all.push(format!("{plus}/list.php?tid={id}&PageNo={page}"));
            all.push(format!("{plus}/list-{id}-{page}.html"));
        }
        let mut once = Vec::new();
        for address in all {
            if !once.contains(&address) {
                once.push(address);
            }
        }
        once
    }
}

/// Replaces in either case.
fn replace(text: &str, token: &str, value: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find(token) {
        out.push_str(&text[from..from + at]);
        out.push_str(value);
        from += at + token.len();
    }
    out.push_str(&text[from..]);
    out
}

fn single_slashes(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !out.ends_with('/') {
            out.push(letter);
        }
    }
    out
}

/// `{cc}`: pairs of digits that are the number of an ASCII letter become it.
fn letters(digits: &str) -> String {
    let digits = digits.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    while let Some(first) = digits.get(at) {
        let pair = digits.get(at + 1).map(|second| (first - b'0') * 10 + (second - b'0'));
        match pair.filter(|number| (65..=90).contains(number) || (97..=122).contains(number)) {
            Some(number) => {
                out.push(char::from(number));
                at += 2;
            }
            None => {
                out.push(char::from(*first));
                at += 1;
            }
        }
    }
    out
}
