//! Sample pages: for each page template one page with everything, one with
//! nothing, and the forms in between that templates tell apart.
//!
//! **Invariant:** every field of `render::view` is filled in one sample and
//! empty in another, so that each branch of a template is taken.

mod admin;
mod content;
mod site;

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::render::functions::Latest;
use crate::render::view::{
    ColumnLink, CrumbView, DocumentPage, ErrorPage, ItemView, MapPage, NotFoundPage, PageView, SearchPage, SectionPage,
    SinglePage, SiteView,
};

pub use self::admin::{AdminSample, REFUSED_KEYS, admin_pages, admin_templates};
pub use self::content::{home, items};
pub use self::site::{bare, department, nav, noticed, portal};

use self::content::{bare_column, bare_document, blocks, column, document, list, paging, portal_home};
use self::site::{groups, page};

/// Keys that `ErrorPage::key` takes.
pub const ERROR_KEYS: [&str; 12] = [
    "error.400",
    "error.403",
    "error.404",
    "error.405",
    "error.413",
    "error.429",
    "error.500",
    "error.503",
    "error.maintenance",
    "error.offline",
    "error.planned",
    "error.archived",
];

/// Templates that the server renders, each with the name of its page struct.
pub const PAGE_TEMPLATES: [(&str, &str); 10] = [
    ("site/home.html", "HomePage"),
    ("site/portal.html", "PortalPage"),
    ("channel/list.html", "ListPage"),
    ("channel/section.html", "SectionPage"),
    ("channel/page.html", "SinglePage"),
    ("content/document.html", "DocumentPage"),
    ("search/results.html", "SearchPage"),
    ("site/map.html", "MapPage"),
    ("error/404.html", "NotFoundPage"),
    ("error/error.html", "ErrorPage"),
];

/// One page to render.
pub struct Sample {
    /// What is special about it.
    pub name: &'static str,
    /// Template that renders it.
    pub template: &'static str,
    /// The site.
    pub site: SiteView,
    /// Columns of the navigation.
    pub nav: Vec<ColumnLink>,
    /// The page.
    pub page: PageView,
    /// Fields of the page struct.
    pub fields: Value,
}

/// Answers `latest()` in samples: documents for every column.
#[derive(Debug, Clone, Copy, Default)]
pub struct SampleLatest;

impl Latest for SampleLatest {
    fn latest(&self, _column: &str, limit: usize) -> Result<Vec<ItemView>, String> {
        Ok(items(limit))
    }
}

/// What `latest()` answers in samples.
pub fn latest() -> Arc<dyn Latest> {
    Arc::new(SampleLatest)
}

/// Every sample page.
pub fn pages() -> Vec<Sample> {
    let mut pages = Vec::new();
    let mut add = |name, template, site: fn() -> SiteView, kind, fields: Value| {
        pages.push(Sample { name, template, site: site(), nav: nav(), page: page(kind), fields });
    };
    add("full", "site/home.html", department, "home", value(home(5)));
    add("notice", "site/home.html", noticed, "home", value(home(1)));
    add("empty", "site/home.html", bare, "home", value(home(0)));
    add("full", "site/portal.html", portal, "home", value(portal_home(5)));
    add("empty", "site/portal.html", portal, "home", value(portal_home(0)));
    add("first page", "channel/list.html", department, "column", value(list(20, 1, 9)));
    add("middle page", "channel/list.html", noticed, "column", value(list(20, 5, 9)));
    add("last page", "channel/list.html", department, "column", value(list(3, 9, 9)));
    add("one page", "channel/list.html", portal, "column", value(list(3, 1, 1)));
    add("empty", "channel/list.html", bare, "column", value(list(0, 1, 1)));
    let section = SectionPage { column: column("section"), blocks: blocks(3) };
    add("full", "channel/section.html", department, "column", value(section));
    add(
        "empty",
        "channel/section.html",
        bare,
        "column",
        value(SectionPage { column: bare_column("section"), blocks: Vec::new() }),
    );
    add(
        "full",
        "channel/page.html",
        department,
        "column",
        value(SinglePage { column: column("page"), document: document() }),
    );
    add(
        "bare",
        "channel/page.html",
        bare,
        "column",
        value(SinglePage { column: bare_column("page"), document: bare_document() }),
    );
    add(
        "full",
        "content/document.html",
        department,
        "document",
        value(DocumentPage { column: column("list"), document: document() }),
    );
    add(
        "bare",
        "content/document.html",
        bare,
        "document",
        value(DocumentPage { column: bare_column("list"), document: bare_document() }),
    );
    add(
        "found",
        "search/results.html",
        portal,
        "search",
        value(SearchPage { query: "低保 <b>\"&'".into(), items: items(10), paging: paging(2, 4) }),
    );
    add(
        "nothing found",
        "search/results.html",
        department,
        "search",
        value(SearchPage { query: "没有".into(), items: Vec::new(), paging: paging(1, 1) }),
    );
    add(
        "no question",
        "search/results.html",
        bare,
        "search",
        value(SearchPage { query: String::new(), items: Vec::new(), paging: paging(1, 1) }),
    );
    add("portal", "site/map.html", portal, "map", value(MapPage { columns: nav(), groups: groups() }));
    add("subsite", "site/map.html", department, "map", value(MapPage { columns: nav(), groups: Vec::new() }));
    add("empty", "site/map.html", bare, "map", value(MapPage { columns: Vec::new(), groups: Vec::new() }));
    let nearest = CrumbView { name: "通知公告".into(), url: "/mzj/tzgg/".into() };
    add(
        "suggestions",
        "error/404.html",
        department,
        "error",
        value(NotFoundPage { nearest: nearest.clone(), suggestions: items(3), query: "低保".into() }),
    );
    add(
        "bare",
        "error/404.html",
        bare,
        "error",
        value(NotFoundPage { nearest, suggestions: Vec::new(), query: String::new() }),
    );
    for key in ERROR_KEYS {
        let status = key.trim_start_matches("error.").parse().unwrap_or(503);
        let site = if status == 503 { portal } else { department };
        add(
            key,
            "error/error.html",
            site,
            "error",
            value(ErrorPage { status, key: key.into(), request_id: "01JD2V8Q6T".into() }),
        );
    }
    // Elder mode, live reload and another language on a few of them.
    let mut more = Vec::new();
    for sample in pages.iter().filter(|sample| matches!(sample.name, "full" | "middle page" | "found")) {
        let mut page = sample.page.clone();
        page.elder = true;
        page.live_reload = true;
        page.noindex = true;
        page.feed_url = None;
        page.description = String::new();
        page.section = String::new();
        page.meta.clear();
        page.crumbs.truncate(1);
        let mut site = sample.site.clone();
        site.lang = "en".into();
        site.settings.clear();
        let (nav, fields) = (Vec::new(), sample.fields.clone());
        more.push(Sample { name: "elder mode", template: sample.template, site, nav, page, fields });
    }
    pages.extend(more);
    pages
}

fn value(page: impl Serialize) -> Value {
    Value::from(Serde(page))
}
