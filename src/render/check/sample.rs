//! Sample pages: for each page template one page with everything, one with
//! nothing, and the forms in between that templates tell apart.
//!
//! **Invariant:** every field of `render::view` is filled in one sample and
//! empty in another, so that each branch of a template is taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::render::functions::Latest;
use crate::render::view::{
    AttachmentView, BlockView, ColumnLink, ColumnView, CrumbView, DocumentPage, DocumentView,
    ErrorPage, FootView, HomePage, ItemView, ListPage, MapPage, MetaView, NotFoundPage, NoticeView,
    OriginView, PageNumberView, PageView, PagingView, PictureView, PortalPage, SearchPage,
    SectionPage, SinglePage, SiteGroupView, SiteLink, SiteView,
};

/// Keys that `ErrorPage::key` takes.
pub const ERROR_KEYS: [&str; 11] = [
    "error.400",
    "error.403",
    "error.404",
    "error.405",
    "error.413",
    "error.429",
    "error.500",
    "error.503",
    "error.maintenance",
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
        value(SearchPage {
            query: "低保 <b>\"&'".into(), items: items(10), paging: paging(2, 4)
        }),
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
    add(
        "portal",
        "site/map.html",
        portal,
        "map",
        value(MapPage { columns: nav(), groups: groups() }),
    );
    add(
        "subsite",
        "site/map.html",
        department,
        "map",
        value(MapPage { columns: nav(), groups: Vec::new() }),
    );
    add(
        "empty",
        "site/map.html",
        bare,
        "map",
        value(MapPage { columns: Vec::new(), groups: Vec::new() }),
    );
    let nearest = CrumbView { name: "通知公告".into(), url: "/mzj/tzgg/".into() };
    add(
        "suggestions",
        "error/404.html",
        department,
        "error",
        value(NotFoundPage {
            nearest: nearest.clone(),
            suggestions: items(3),
            query: "低保".into(),
        }),
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
    for sample in
        pages.iter().filter(|sample| matches!(sample.name, "full" | "middle page" | "found"))
    {
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
        more.push(Sample {
            name: "elder mode",
            template: sample.template,
            site,
            nav,
            page,
            fields,
        });
    }
    pages.extend(more);
    pages
}

fn value(page: impl Serialize) -> Value {
    Value::from(Serde(page))
}

/// A department's site with everything.
pub fn department() -> SiteView {
    SiteView {
        slug: "mzj".into(),
        name: "华蓥市民政局".into(),
        short_name: "市民政局".into(),
        kind: "department",
        description: "华蓥市民政局门户网站".into(),
        lang: "zh-CN".into(),
        url: "/mzj/".into(),
        search_url: "/mzj/search".into(),
        map_url: "/mzj/map/".into(),
        feed_url: "/mzj/feed.xml".into(),
        colour: "#b4232a".into(),
        logo: Some("/mzj/media/1/logo.png".into()),
        banner: Some("/mzj/media/2/banner.jpg".into()),
        settings: BTreeMap::from([("slogan".to_owned(), Value::from("以民为本、为民解困"))]),
        foot: foot(),
        notice: None,
        portal: portal_link(),
        is_portal: false,
    }
}

/// The same without anything that may be missing.
pub fn bare() -> SiteView {
    SiteView {
        description: String::new(),
        logo: None,
        banner: None,
        settings: BTreeMap::new(),
        foot: FootView {
            site_code: String::new(),
            icp: String::new(),
            police: String::new(),
            police_url: String::new(),
            sponsor: String::new(),
            operator: String::new(),
            address: String::new(),
            postcode: String::new(),
            phone: String::new(),
            email: String::new(),
            hours: String::new(),
            mark_url: String::new(),
            report_url: String::new(),
        },
        ..department()
    }
}

/// A site with a notice across the top.
pub fn noticed() -> SiteView {
    let notice = NoticeView {
        text: "本网站将于11月28日22:00至24:00维护。".into(),
        url: Some("/mzj/tzgg/21.html".into()),
    };
    SiteView { notice: Some(notice), kind: "township", ..department() }
}

/// The portal, with a notice that leads nowhere.
pub fn portal() -> SiteView {
    SiteView {
        slug: "www".into(),
        name: "华蓥市人民政府".into(),
        short_name: "市政府".into(),
        kind: "portal",
        url: "/".into(),
        search_url: "/search".into(),
        map_url: "/map/".into(),
        feed_url: "/feed.xml".into(),
        notice: Some(NoticeView { text: "本网站已支持适老模式。".into(), url: None }),
        is_portal: true,
        ..department()
    }
}

fn foot() -> FootView {
    FootView {
        site_code: "5116810001".into(),
        icp: "蜀ICP备07001234号-1".into(),
        police: "川公网安备51168102000001号".into(),
        police_url: "https://beian.mps.gov.cn/#/query/webSearch?code=51168102000001".into(),
        sponsor: "华蓥市民政局".into(),
        operator: "华蓥市民政局办公室".into(),
        address: "华蓥市红岩路1号".into(),
        postcode: "638600".into(),
        phone: "0826-4820000".into(),
        email: "mzj@huaying.example".into(),
        hours: "工作日 9:00–12:00,13:30–17:00".into(),
        mark_url: "https://bszs.conac.cn/sitename?method=show&id=1".into(),
        report_url: "https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=5116810001".into(),
    }
}

fn portal_link() -> SiteLink {
    SiteLink {
        slug: "www".into(),
        name: "华蓥市人民政府".into(),
        short_name: "市政府".into(),
        url: "/".into(),
    }
}

fn site_link() -> SiteLink {
    SiteLink {
        slug: "mzj".into(),
        name: "华蓥市民政局".into(),
        short_name: "市民政局".into(),
        url: "/mzj/".into(),
    }
}

/// Columns of a navigation: of every kind, two levels below the first.
pub fn nav() -> Vec<ColumnLink> {
    let leaf = |slug: &str, name: &str, url: &str, kind| ColumnLink {
        slug: slug.into(),
        name: name.into(),
        url: url.into(),
        external: url.starts_with("http"),
        kind,
        children: Vec::new(),
    };
    let mut bodies = leaf("nsjg", "内设机构", "/mzj/jgjj/nsjg/", "section");
    bodies.children = vec![leaf("bgs", "办公室", "/mzj/jgjj/nsjg/bgs/", "page")];
    let mut about = leaf("jgjj", "机构概况", "/mzj/jgjj/", "section");
    about.children = vec![bodies, leaf("ldxx", "领导信息", "/mzj/jgjj/ldxx/", "list")];
    vec![
        about,
        leaf("tzgg", "通知公告", "/mzj/tzgg/", "list"),
        leaf("gzdt", "工作动态", "/mzj/gzdt/", "list"),
        leaf("bszn", "办事指南", "/mzj/bszn/", "page"),
        leaf("zwfw", "政务服务网", "https://www.sczwfw.gov.cn/", "link"),
    ]
}

fn page(kind: &'static str) -> PageView {
    let crumb = |name: &str, url: &str| CrumbView { name: name.into(), url: url.into() };
    let meta = |name, content: &str| MetaView { name, content: content.into() };
    let home = kind == "home";
    let mut crumbs = vec![crumb("首页", if home { "" } else { "/mzj/" })];
    if !home {
        crumbs.extend([crumb("通知公告", "/mzj/tzgg/"), crumb("正文", "")]);
    }
    PageView {
        kind,
        title: if home { "华蓥市民政局" } else { "通知公告" }.into(),
        full_title: "通知公告_华蓥市民政局".into(),
        url: "/mzj/tzgg/".into(),
        canonical: "https://www.huaying.example/mzj/tzgg/".into(),
        description: "华蓥市民政局的通知和公告".into(),
        crumbs,
        meta: vec![
            meta("SiteName", "华蓥市民政局"),
            meta("SiteDomain", "www.huaying.example"),
            meta("SiteIDCode", "5116810001"),
            meta("ColumnName", "通知公告"),
            meta("ColumnType", "通知公告"),
        ],
        feed_url: Some("/mzj/tzgg/feed.xml".into()),
        section: "tzgg".into(),
        elder: false,
        mode_url: "/mzj/tzgg/?elder=1".into(),
        noindex: false,
        live_reload: false,
    }
}

fn picture(number: usize) -> PictureView {
    let known = number.is_multiple_of(2);
    PictureView {
        url: format!("/mzj/media/{number}/tu.jpg"),
        alt: "工作人员在社区服务窗口为老人讲解低保政策".into(),
        width: if known { 1200 } else { 0 },
        height: if known { 800 } else { 0 },
    }
}

/// Documents in a list: with and without picture, external, pinned, of other sites.
pub fn items(count: usize) -> Vec<ItemView> {
    (1..=count).map(item).collect()
}

fn item(number: usize) -> ItemView {
    let external = number % 4 == 3;
    let day = 28 - number % 28;
    ItemView {
        // Samples count to a few dozen.
        id: number as u64,
        title: format!("华蓥市民政局关于提高城乡低保标准的通知({number})<test> & \"quoted\""),
        url: if external {
            format!("https://www.gov.cn/zhengce/{number}.htm")
        } else {
            format!("/mzj/tzgg/{number}.html")
        },
        external,
        date: format!("2026-11-{day:02}"),
        datetime: format!("2026-11-{day:02}T09:30:00+08:00"),
        summary: if number.is_multiple_of(3) {
            String::new()
        } else {
            "自2026年10月1日起,城市低保标准提高到每人每月七百二十元。".into()
        },
        source: if number.is_multiple_of(5) { String::new() } else { "华蓥市民政局".into() },
        picture: (number % 2 == 1).then(|| picture(number)),
        pinned: number == 1,
        site: number.is_multiple_of(2).then(site_link),
        column: (number.is_multiple_of(2)).then(|| nav().swap_remove(1)),
    }
}

fn blocks(count: usize) -> Vec<BlockView> {
    // A link column has no documents, so it is never a block.
    nav()
        .into_iter()
        .filter(|column| !column.external)
        .cycle()
        .take(count)
        .enumerate()
        .map(|(at, column)| BlockView { column, items: items(8 - at.min(7)) })
        .collect()
}

fn groups() -> Vec<SiteGroupView> {
    ["department", "township", "public-service"]
        .into_iter()
        .map(|kind| SiteGroupView { kind, sites: vec![site_link(), portal_link()] })
        .collect()
}

/// A subsite's home page with so many pictures, blocks and twice as many news.
pub fn home(count: usize) -> HomePage {
    let pictures = items(2 * count).into_iter().filter(|item| item.picture.is_some()).collect();
    HomePage { pictures, newest: items(2 * count), blocks: blocks(count) }
}

fn portal_home(count: usize) -> PortalPage {
    let HomePage { pictures, newest, blocks } = home(count);
    let groups = if count == 0 { Vec::new() } else { groups() };
    PortalPage { pictures, newest, blocks, group_newest: items(2 * count), groups }
}

fn column(kind: &'static str) -> ColumnView {
    let mut siblings = nav();
    let parent = siblings.remove(0);
    ColumnView {
        slug: "tzgg".into(),
        path: "jgjj/tzgg".into(),
        name: "通知公告".into(),
        url: "/mzj/tzgg/".into(),
        kind,
        description: "发布市民政局的通知和公告".into(),
        picture: Some(picture(2)),
        feed_url: Some("/mzj/tzgg/feed.xml".into()),
        children: if kind == "section" { nav() } else { Vec::new() },
        parent: Some(parent),
        siblings,
    }
}

fn bare_column(kind: &'static str) -> ColumnView {
    let empty = ColumnView {
        description: String::new(),
        picture: None,
        feed_url: None,
        parent: None,
        ..column(kind)
    };
    ColumnView { children: Vec::new(), siblings: Vec::new(), ..empty }
}

fn list(count: usize, page: u64, pages: u64) -> ListPage {
    let column = if count == 0 { bare_column("list") } else { column("list") };
    ListPage { column, items: items(count), paging: paging(page, pages) }
}

fn paging(page: u64, pages: u64) -> PagingView {
    let address = |number: u64| {
        if number == 1 { "/mzj/tzgg/".to_owned() } else { format!("/mzj/tzgg/?page={number}&a=1") }
    };
    PagingView {
        page,
        pages,
        total: pages * 20,
        first: (page > 1).then(|| address(1)),
        previous: (page > 1).then(|| address(page - 1)),
        next: (page < pages).then(|| address(page + 1)),
        last: (page < pages).then(|| address(pages)),
        numbers: (1..=pages)
            .map(|number| PageNumberView { number, url: address(number), current: number == page })
            .collect(),
    }
}

fn document() -> DocumentView {
    let body = "<p>各镇(街道):</p><h2>一、标准</h2><p>自2026年10月1日起执行。</p>\
                <table><thead><tr><th scope=\"col\">类别</th><th scope=\"col\">标准</th></tr></thead>\
                <tbody><tr><td>城市</td><td>720元</td></tr></tbody></table>\
                <p><a href=\"https://www.gov.cn/\" rel=\"external\">中国政府网</a></p>";
    DocumentView {
        id: 21,
        title: "华蓥市民政局关于提高城乡低保标准的通知".into(),
        subtitle: "(2026年)".into(),
        body: Value::from_safe_string(body.into()),
        summary: "城市低保标准提高到每人每月七百二十元。".into(),
        source: "华蓥市民政局".into(),
        author: "李春梅".into(),
        editor: "周建国".into(),
        published: "2026-11-20 09:30".into(),
        published_iso: "2026-11-20T09:30:00+08:00".into(),
        formed: "2026-11-18".into(),
        number: "华民发〔2026〕35号".into(),
        keywords: vec!["低保".into(), "社会救助".into()],
        valid_until: "2027-12-31".into(),
        picture: Some(picture(2)),
        attachments: vec![AttachmentView {
            title: "最低生活保障申请审批表".into(),
            url: "/mzj/media/3/shenpibiao.docx".into(),
            file_name: "shenpibiao.docx".into(),
            kind: "DOCX".into(),
            size: "38 KB".into(),
        }],
        origin: Some(OriginView { site: portal_link(), url: "/gsgg/20.html".into() }),
        newer: Some(item(3)),
        older: Some(item(4)),
        related: items(5),
    }
}

fn bare_document() -> DocumentView {
    DocumentView {
        subtitle: String::new(),
        body: Value::from_safe_string(String::new()),
        summary: String::new(),
        source: String::new(),
        author: String::new(),
        editor: String::new(),
        formed: String::new(),
        number: String::new(),
        keywords: Vec::new(),
        valid_until: String::new(),
        picture: None,
        attachments: Vec::new(),
        origin: None,
        newer: None,
        older: None,
        related: Vec::new(),
        ..document()
    }
}
