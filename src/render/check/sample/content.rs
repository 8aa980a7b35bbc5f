//! Columns, lists and documents.
//!
//! **Invariant:** of every field that may be empty there is one that is and one that is not.

use minijinja::Value;

use crate::render::check::sample::site::{groups, nav, portal_link, site_link};
use crate::render::view::{
    AttachmentView, BlockView, ColumnView, DocumentView, HomePage, ItemView, ListPage, OriginView, PageNumberView,
    PagingView, PictureView, PortalPage,
};

pub(super) fn picture(number: usize) -> PictureView {
    let known = number.is_multiple_of(2);
    PictureView {
        url: format!("/mzj/media/{number}/tu.jpg"),
        alt: "工作人员在社区服务窗口为老人讲解低保政策".into(),
        width: if known { 1200 } else { 0 },
        height: if known { 800 } else { 0 },
        srcset: if known {
            format!("/mzj/media/{number}/w320/tu.webp 320w, /mzj/media/{number}/w1200/tu.webp 1200w")
        } else {
            String::new()
        },
    }
}

/// Documents in a list: with and without picture, external, pinned, of other sites.
pub fn items(count: usize) -> Vec<ItemView> {
    (1..=count).map(item).collect()
}

pub(super) fn item(number: usize) -> ItemView {
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

pub(super) fn blocks(count: usize) -> Vec<BlockView> {
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

/// A subsite's home page with so many pictures, blocks and twice as many news.
pub fn home(count: usize) -> HomePage {
    let pictures = items(2 * count).into_iter().filter(|item| item.picture.is_some()).collect();
    HomePage { pictures, newest: items(2 * count), blocks: blocks(count) }
}

pub(super) fn portal_home(count: usize) -> PortalPage {
    let HomePage { pictures, newest, blocks } = home(count);
    let groups = if count == 0 { Vec::new() } else { groups() };
    PortalPage { pictures, newest, blocks, group_newest: items(2 * count), groups }
}

pub(super) fn column(kind: &'static str) -> ColumnView {
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

pub(super) fn bare_column(kind: &'static str) -> ColumnView {
    let empty = ColumnView { description: String::new(), picture: None, feed_url: None, parent: None, ..column(kind) };
    ColumnView { children: Vec::new(), siblings: Vec::new(), ..empty }
}

pub(super) fn list(count: usize, page: u64, pages: u64) -> ListPage {
    let column = if count == 0 { bare_column("list") } else { column("list") };
    ListPage { column, items: items(count), paging: paging(page, pages) }
}

pub(super) fn paging(page: u64, pages: u64) -> PagingView {
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

pub(super) fn document() -> DocumentView {
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

pub(super) fn bare_document() -> DocumentView {
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
