//! Sample pages of the admin theme.
//!
//! **Invariant:** every field of `render::view_admin` is filled in one sample and empty in another.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::render::view_admin::{
    AdminDocumentView, AdminHomePage, AdminLink, AdminSiteView, AdminView, GrantView, LanguageView, LastLogInView,
    LogInPage, MessageView, PasswordPage, PersonView, RefusedPage, SessionView, SessionsPage,
};

/// Templates that the server renders, each with the name of its page struct.
pub const ADMIN_TEMPLATES: [(&str, &str); 5] = [
    ("account/log-in.html", "LogInPage"),
    ("account/password.html", "PasswordPage"),
    ("account/sessions.html", "SessionsPage"),
    ("home/home.html", "AdminHomePage"),
    ("error/error.html", "RefusedPage"),
];

/// Keys that `RefusedPage::key` takes.
pub const REFUSED_KEYS: [&str; 11] = [
    "error.400",
    "error.403",
    "error.404",
    "error.405",
    "error.409",
    "error.413",
    "error.429",
    "error.500",
    "error.503",
    "error.stale_form",
    "error.read_only",
];

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
}

/// Every sample page, in both languages.
pub fn admin_pages() -> Vec<AdminSample> {
    ["zh-CN", "en"].into_iter().flat_map(in_language).collect()
}

fn in_language(lang: &'static str) -> Vec<AdminSample> {
    let mut samples = Vec::new();
    let mut add = |name, template, person: bool, fields: Value| {
        samples.push(AdminSample { name, template, page: page(lang, person), fields });
    };
    let message = |key: &str, number| MessageView { key: key.into(), number };
    let log_in =
        |problem, notice| LogInPage { name: "li.fang".into(), next: "/admin/sessions".into(), problem, notice };
    add(
        "first",
        "account/log-in.html",
        false,
        value(LogInPage { name: String::new(), next: String::new(), problem: None, notice: None }),
    );
    for key in ["log_in.wrong", "log_in.locked"] {
        add(key, "account/log-in.html", false, value(log_in(Some(message(key, 15)), None)));
    }
    for key in ["log_in.needed", "log_in.ended", "log_in.out"] {
        add(key, "account/log-in.html", false, value(log_in(None, Some(message(key, 0)))));
    }
    let password =
        PasswordPage { forced: false, present: None, wrong: Vec::new(), again: None, shortest: 10, former: 5 };
    add("plain", "account/password.html", true, value(&password));
    add("forced", "account/password.html", true, value(PasswordPage { forced: true, ..password.clone() }));
    let wrong = ["short", "long", "classes", "name", "common", "history"];
    let wrong = wrong.iter().map(|key| message(&format!("password.{key}"), 10)).collect();
    let (present, again) = (Some(message("password.wrong", 0)), Some(message("password.again", 0)));
    add("refused", "account/password.html", true, value(PasswordPage { present, wrong, again, ..password.clone() }));
    let locked = PasswordPage { present: Some(message("log_in.locked", 15)), ..password };
    add("locked", "account/password.html", true, value(locked));
    let notice = Some(message("sessions.ended", 2));
    add("several", "account/sessions.html", true, value(SessionsPage { sessions: sessions(3), notice }));
    add("one", "account/sessions.html", true, value(SessionsPage { sessions: sessions(1), notice: None }));
    add("full", "home/home.html", true, value(home()));
    let empty = AdminHomePage {
        before: None,
        notice: None,
        grants: Vec::new(),
        sites: Vec::new(),
        newest: Vec::new(),
        sessions: Vec::new(),
        session_count: 0,
    };
    add("empty", "home/home.html", true, value(empty));
    for key in REFUSED_KEYS {
        let status = key.trim_start_matches("error.").parse().unwrap_or(403);
        let again = if status == 404 { String::new() } else { "/admin/password".to_owned() };
        let refused = RefusedPage { status, key: key.into(), request_id: "1a2b3c4d-7".into(), again };
        add(key, "error/error.html", status != 403, value(refused));
    }
    samples
}

fn page(lang: &'static str, person: bool) -> AdminView {
    let language = |code, name| LanguageView { code, name, current: code == lang };
    let link = |key, url| AdminLink { key, url, current: url == "/admin/" };
    AdminView {
        lang,
        languages: vec![language("zh-CN", "中文"), language("en", "English")],
        title: "home.title",
        path: "/admin/".into(),
        csrf: "5f0c".repeat(16),
        person: person.then(|| PersonView { name: "li.fang".into(), display_name: "李芳<b>".into() }),
        group: if person { "华蓥市人民政府".into() } else { String::new() },
        nav: if person {
            vec![link("home.title", "/admin/"), link("sessions.title", "/admin/sessions")]
        } else {
            Vec::new()
        },
    }
}

fn sessions(count: u64) -> Vec<SessionView> {
    (0..count)
        .map(|number| SessionView {
            id: 70 + number,
            current: number == 0,
            browser: if number == 2 { String::new() } else { "Firefox, Windows".into() },
            address: "10.20.30.40".into(),
            created: "2026-11-20 09:30".into(),
            seen: "2026-11-20 09:41".into(),
        })
        .collect()
}

fn home() -> AdminHomePage {
    let site = |slug: &str, name: &str, state, documents: Option<u64>| AdminSiteView {
        slug: slug.into(),
        name: name.into(),
        url: if state == "planned" { String::new() } else { format!("/{slug}/") },
        state,
        part: documents.is_none(),
        published: 128,
        documents,
    };
    let states = ["notice", "planned", "redirected", "archived"];
    let mut sites = vec![site("mzj", "华蓥市民政局", "online", Some(140)), site("jyj", "华蓥市教育局", "online", None)];
    sites.extend(states.map(|state| site("gaj", "华蓥市公安局", state, Some(3))));
    let roles = ["editor", "reviewer", "publisher", "manager", "admin", "security", "auditor", "supervisor"];
    AdminHomePage {
        before: Some(LastLogInView { time: "2026-11-19 17:02".into(), address: "10.20.30.41".into(), failures: 2 }),
        notice: Some(MessageView { key: "password.changed".into(), number: 0 }),
        grants: roles
            .map(|role| GrantView {
                role, place: if role == "editor" { "华蓥市民政局".into() } else { String::new() }
            })
            .to_vec(),
        sites,
        newest: vec![AdminDocumentView {
            title: "关于调整低保标准的通知 <b>\"&'".into(),
            url: "/mzj/tzgg/21.html".into(),
            time: "2026-11-20 09:30".into(),
            site: "市民政局".into(),
            column: "通知公告".into(),
        }],
        sessions: sessions(3),
        session_count: 4,
    }
}

fn value(page: impl Serialize) -> Value {
    Value::from(Serde(page))
}
