//! Sites, their navigation and the frame of their pages.
//!
//! **Invariant:** addresses of the samples lie on the server itself but for
//! those that must leave it.

use std::collections::BTreeMap;

use minijinja::Value;

use crate::render::view::{
    ColumnLink, CrumbView, FootView, MetaView, NoticeView, PageView, SiteGroupView, SiteLink, SiteView,
};

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
        text: "本网站即将并入市政府门户网站。".into(),
        url: Some("https://www.city.example/mzj/".into()),
        name: "华蓥市民政局<b>".into(),
        from: "2026-11-23".into(),
        until: "2026-12-23".into(),
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
        notice: Some(NoticeView { text: "本网站已支持适老模式。".into(), ..NoticeView::default() }),
        is_portal: true,
        ..department()
    }
}

pub(super) fn foot() -> FootView {
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

pub(super) fn portal_link() -> SiteLink {
    SiteLink {
        slug: "www".into(), name: "华蓥市人民政府".into(), short_name: "市政府".into(), url: "/".into()
    }
}

pub(super) fn site_link() -> SiteLink {
    SiteLink {
        slug: "mzj".into(), name: "华蓥市民政局".into(), short_name: "市民政局".into(), url: "/mzj/".into()
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

pub(super) fn page(kind: &'static str) -> PageView {
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
        section: if matches!(kind, "column" | "document") { "tzgg" } else { "" }.into(),
        elder: false,
        mode_url: "/mzj/tzgg/?elder=1".into(),
        noindex: false,
        live_reload: false,
    }
}

pub(super) fn groups() -> Vec<SiteGroupView> {
    ["department", "township", "public-service"]
        .into_iter()
        .map(|kind| SiteGroupView { kind, sites: vec![site_link(), portal_link()] })
        .collect()
}
