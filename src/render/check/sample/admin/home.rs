//! Sample pages of the desk.

use crate::render::view_admin::{
    AboutPage, AdminDocumentView, AdminDraftView, AdminHomePage, AdminSiteView, GrantView, LastLogInView, MessageView,
    StaleColumnView,
};

use super::Samples;
use super::account::sessions;
use super::review::{received, waiting};

pub(super) const TEMPLATES: [(&str, &str); 2] = [("home/home.html", "AdminHomePage"), ("home/about.html", "AboutPage")];

pub(super) fn add(samples: &mut Samples) {
    samples.add("full", "home/home.html", home());
    let empty = AdminHomePage {
        before: None,
        notice: None,
        waiting: Vec::new(),
        waiting_count: 0,
        received: Vec::new(),
        drafts: Vec::new(),
        stale: Vec::new(),
        stale_count: 0,
        grants: Vec::new(),
        sites: Vec::new(),
        newest: Vec::new(),
        sessions: Vec::new(),
        session_count: 0,
    };
    samples.add("empty", "home/home.html", empty);
    samples.add("about", "home/about.html", AboutPage { version: "0.1.0", licences: "x 1.0 (MIT)\n<b>" });
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
        waiting: waiting(),
        waiting_count: 9,
        received: received(),
        drafts: vec![draft("关于调整低保标准的通知 <b>\"&'", false), draft("", true)],
        stale: vec![stale("2026-10-20 09:30"), stale("")],
        stale_count: 2,
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

fn draft(title: &str, unsaved: bool) -> AdminDraftView {
    AdminDraftView {
        title: title.into(),
        url: "/admin/documents/21/".into(),
        time: "2026-11-20 09:30".into(),
        site: "市民政局".into(),
        column: "通知公告".into(),
        unsaved,
    }
}

fn stale(newest: &str) -> StaleColumnView {
    StaleColumnView {
        place: "市民政局 › 工作动态".into(),
        url: "/mzj/gzdt/".into(),
        newest: newest.into(),
        days: 14,
        late: if newest.is_empty() { 0 } else { 17 },
    }
}
