//! Sample pages of the admin theme, one file a feature.
//!
//! **Invariant:** every field of `render::view_admin` is filled in one sample and empty in another.

mod account;
mod audit;
mod editor;
mod error;
mod home;
mod media;
mod migration;
mod review;
mod site;
mod site_look;
mod text;
mod users;
mod webhooks;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::render::view_admin::{
    AdminCrumbView, AdminLink, AdminSiteLink, AdminView, LanguageView, LogInNoticeView, MessageView, PersonView,
    SiteNavView,
};

pub use error::REFUSED_KEYS;

/// Templates of a feature with their page structs, and what makes its sample pages.
type Feature = (&'static [(&'static str, &'static str)], fn(&mut Samples));

const FEATURES: [Feature; 13] = [
    (&account::TEMPLATES, account::add),
    (&home::TEMPLATES, home::add),
    (&users::TEMPLATES, users::add),
    (&audit::TEMPLATES, audit::add),
    (&media::TEMPLATES, media::add),
    (&migration::TEMPLATES, migration::add),
    (&editor::TEMPLATES, editor::add),
    (&site::TEMPLATES, site::add),
    (&site_look::TEMPLATES, site_look::add),
    (&review::TEMPLATES, review::add),
    (&text::TEMPLATES, text::add),
    (&webhooks::TEMPLATES, webhooks::add),
    (&error::TEMPLATES, error::add),
];

/// Templates that the server renders, each with the name of its page struct.
pub fn admin_templates() -> Vec<(&'static str, &'static str)> {
    FEATURES.iter().flat_map(|(templates, _)| templates.iter().copied()).collect()
}

/// One admin page to render.
pub struct AdminSample {
    /// What is special about it.
    pub name: &'static str,
    /// Template that renders it.
    pub template: &'static str,
    /// What is around its content.
    pub page: AdminView,
    /// Fields of the page struct.
    pub fields: Value,
    /// True for a piece of HTML that a script puts into a page.
    pub piece: bool,
}

/// Sample pages in one language.
struct Samples {
    lang: &'static str,
    pages: Vec<AdminSample>,
}

impl Samples {
    /// A page as somebody sees it who is logged in.
    fn add(&mut self, name: &'static str, template: &'static str, fields: impl Serialize) {
        self.add_for(true, name, template, fields);
    }

    /// A page; `person`: as somebody sees it who is logged in.
    fn add_for(&mut self, person: bool, name: &'static str, template: &'static str, fields: impl Serialize) {
        let (page, fields) = (page(self.lang, person), Value::from(Serde(fields)));
        self.pages.push(AdminSample { name, template, page, fields, piece: false });
    }

    /// A piece of HTML that a script puts into a page of somebody who is logged in.
    fn add_piece(&mut self, name: &'static str, template: &'static str, fields: impl Serialize) {
        let (page, fields) = (page(self.lang, true), Value::from(Serde(fields)));
        self.pages.push(AdminSample { name, template, page, fields, piece: true });
    }
}

/// Every sample page, in both languages.
pub fn admin_pages() -> Vec<AdminSample> {
    let in_language = |lang| {
        let mut samples = Samples { lang, pages: Vec::new() };
        for (_, add) in FEATURES {
            add(&mut samples);
        }
        samples.pages
    };
    ["zh-CN", "en"].into_iter().flat_map(in_language).collect()
}

fn message(key: &str, number: i64) -> MessageView {
    MessageView { key: key.into(), number }
}

/// Keys of links that pages may have around their content.
const LINKS: [&str; 8] =
    ["home.title", "nav.inbox", "nav.figures", "nav.users", "nav.audit", "nav.workflow", "nav.words", "nav.webhooks"];
const OWN_LINKS: [&str; 6] =
    ["account.title", "password.title", "nav.factor", "sessions.title", "nav.tokens", "about.title"];
const SITE_LINKS: [&str; 14] = [
    "nav.desk",
    "nav.documents",
    "nav.columns",
    "nav.media",
    "nav.received",
    "nav.trash",
    "nav.migration",
    "nav.redirects",
    "nav.workflow",
    "nav.words",
    "nav.theme",
    "nav.settings",
    "nav.webhooks",
    "nav.users",
];

fn page(lang: &'static str, person: bool) -> AdminView {
    let language = |code, name| LanguageView { code, name, current: code == lang };
    let links = |keys: &[&'static str]| {
        let link = |key: &&'static str| AdminLink { key, url: format!("/admin/{key}"), current: *key == "nav.desk" };
        if person { keys.iter().map(link).collect() } else { Vec::new() }
    };
    let site = |slug: &str, name: &str| AdminSiteLink {
        slug: slug.into(),
        name: name.into(),
        url: format!("/admin/sites/{slug}/"),
        current: slug == "mzj",
    };
    let crumb = |key, name: &str| AdminCrumbView { key, name: name.into(), url: "/admin/sites/mzj/".into() };
    AdminView {
        lang,
        languages: vec![language("zh-CN", "中文"), language("en", "English")],
        title: "home.title",
        name: if person { "关于低保的通知 <b>\"".into() } else { String::new() },
        path: "/admin/".into(),
        csrf: "5f0c".repeat(16),
        person: person.then(|| PersonView { name: "li.fang".into(), display_name: "李芳<b>".into() }),
        group: if person { "华蓥市人民政府".into() } else { String::new() },
        nav: links(&LINKS),
        own: links(&OWN_LINKS),
        sites: if person {
            vec![site("mzj", "华蓥市民政局"), site("jyj", "华蓥市教育局")]
        } else {
            Vec::new()
        },
        site: person
            .then(|| SiteNavView { name: "市民政局".into(), public: "/mzj/".into(), nav: links(&SITE_LINKS) }),
        crumbs: if person { vec![crumb("", "市民政局"), crumb("nav.documents", "")] } else { Vec::new() },
        log_ins: if person { log_ins() } else { Vec::new() },
    }
}

fn log_ins() -> Vec<LogInNoticeView> {
    let notice = |browser: &str, current| LogInNoticeView {
        time: "2026-11-20 09:30".into(),
        address: "203.0.113.7".into(),
        browser: browser.into(),
        current,
    };
    vec![notice("Firefox, Windows", true), notice("", false)]
}
