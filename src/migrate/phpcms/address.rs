//! Addresses of phpcms besides the stored one: dynamic, and like static files.

use crate::base::clock::local;

use super::version::Version;

/// What addresses take from a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Category {
    /// Folders above it, each with its slash: `xw/`.
    pub parent_folder: String,
    /// Its own folder.
    pub folder: String,
    /// Address that the program stored.
    pub url: String,
}

/// All addresses of an article, relative to the home page, the surest first.
pub(super) fn article(
    version: Version,
    id: i64,
    category: i64,
    found: Option<&Category>,
    stored: &str,
    seconds: i64,
    pages: usize,
) -> Vec<String> {
    let mut all = Vec::new();
    if !stored.is_empty() {
        all.push(stored.to_owned());
    }
    let last = pages.max(1);
    match version {
        Version::V9 => {
            all.push(format!("index.php?m=content&c=index&a=show&catid={category}&id={id}"));
            for page in 1..=last {
                if page > 1 {
                    all.push(format!("index.php?m=content&c=index&a=show&catid={category}&id={id}&page={page}"));
                }
                all.push(format!("show-{category}-{id}-{page}.html"));
                all.push(format!("content-{category}-{id}-{page}.html"));
            }
        }
        Version::Y2008 => {
            all.push(format!("show.php?contentid={id}"));
            for page in 1..=last {
                if page > 1 {
                    all.push(format!("show.php?contentid={id}&page={page}"));
                }
                all.push(format!("show-{id}-{page}.html"));
            }
        }
        // By the folder of its channel where the site has several.
        Version::Y2007 => {
            for folder in ["", "article/"] {
                all.push(format!("{folder}show.php?itemid={id}"));
                all.push(format!("{folder}show.php?articleid={id}"));
            }
        }
    }
    // The rule of static pages that every version has at first.
    if let Some(millis) = seconds.checked_mul(1000).filter(|millis| *millis > 0) {
        let day = local(millis);
        let date = format!("{:04}/{:02}{:02}", day.year(), day.month(), day.day());
        if let Some(category) = found.filter(|category| !category.folder.is_empty()) {
            all.push(format!("{}{}/{date}/{id}.html", category.parent_folder, category.folder));
        }
        if version == Version::Y2008 {
            all.push(format!("{date}/{id}.html"));
        }
    }
    // Further pages of a static one: 12.html, 12_2.html; older: 12-2.html.
    if let Some((stem, ending)) =
        stored.rsplit_once('.').filter(|(_, ending)| ending.starts_with("htm") || ending.starts_with("shtm"))
    {
        for page in 2..=last {
            all.push(format!("{stem}_{page}.{ending}"));
            all.push(format!("{stem}-{page}.{ending}"));
        }
    }
    once(all)
}

/// All addresses of the list of a column of so many pages, the stored one first.
pub(super) fn list(version: Version, id: i64, found: &Category, pages: usize) -> Vec<String> {
    let mut all = Vec::new();
    if !found.url.is_empty() {
        all.push(found.url.clone());
    }
    let dynamic = match version {
        Version::V9 => format!("index.php?m=content&c=index&a=lists&catid={id}"),
        Version::Y2008 | Version::Y2007 => format!("list.php?catid={id}"),
    };
    all.push(dynamic.clone());
    if version != Version::V9 {
        all.push(format!("category.php?catid={id}"));
    }
    let folder = (!found.folder.is_empty()).then(|| format!("{}{}/", found.parent_folder, found.folder));
    all.extend(folder.clone());
    for page in 1..=pages {
        all.push(format!("list-{id}-{page}.html"));
        if page == 1 {
            all.extend(folder.iter().map(|folder| format!("{folder}index.html")));
            continue;
        }
        all.push(format!("{dynamic}&page={page}"));
        all.extend(folder.iter().map(|folder| format!("{folder}{page}.html")));
    }
    once(all)
}

fn once(all: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(all.len());
    let mut seen = std::collections::HashSet::new();
    for address in all {
        if seen.insert(address.clone()) {
            kept.push(address);
        }
    }
    kept
}
