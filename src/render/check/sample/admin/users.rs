//! Sample pages of people.

use crate::render::view_admin::{
    GrantView, HeldGrantView, LastLogInView, NewUserPage, PasswordOncePage, ScopeGroupView, ScopeView, UserPage,
    UserRowView, UsersPage,
};

use super::account::{keys, sessions};
use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 4] = [
    ("users/list.html", "UsersPage"),
    ("users/new.html", "NewUserPage"),
    ("users/user.html", "UserPage"),
    ("users/password-once.html", "PasswordOncePage"),
];

const SITE: &str = "华蓥市民政局";
const ROLES: [&str; 8] = ["editor", "reviewer", "publisher", "manager", "admin", "security", "auditor", "supervisor"];

pub(super) fn add(samples: &mut Samples) {
    list(samples);
    new(samples);
    one(samples);
    for new in [true, false] {
        let once = PasswordOncePage {
            base: "/admin/users".into(),
            url: "/admin/users/12".into(),
            name: "li.fang".into(),
            display_name: "李芳<b>".into(),
            password: "kXv3a-Qm7pd-wRt4z-bH2yn".into(),
            new,
        };
        samples.add("once", "users/password-once.html", once);
    }
}

fn list(samples: &mut Samples) {
    let row = |state, elsewhere: bool| UserRowView {
        name: "li.fang".into(),
        display_name: "李芳<b>".into(),
        url: "/admin/users/12".into(),
        state,
        grants: vec![
            GrantView { role: "editor", place: SITE.into() },
            GrantView { role: "supervisor", place: String::new() },
        ],
        elsewhere,
        last: "2026-11-20 09:30".into(),
        factor: elsewhere,
    };
    let none = UserRowView { grants: Vec::new(), last: String::new(), ..row("active", false) };
    let full = UsersPage {
        site: String::new(),
        base: "/admin/users".into(),
        users: vec![row("active", false), row("locked", true), row("disabled", false), none],
        total: 154,
        query: "li\"<".into(),
        state: "locked".into(),
        previous: Some("/admin/users?q=li&state=&page=1".into()),
        next: Some("/admin/users?q=li&state=&page=3".into()),
    };
    let empty = UsersPage {
        site: SITE.into(),
        base: "/admin/sites/mzj/users".into(),
        users: Vec::new(),
        total: 0,
        query: String::new(),
        state: String::new(),
        previous: None,
        next: None,
    };
    samples.add("full", "users/list.html", full);
    samples.add("empty", "users/list.html", empty);
}

fn scopes() -> Vec<ScopeGroupView> {
    let scope = |value: &str, name: &str, depth| ScopeView { value: value.into(), name: name.into(), depth };
    vec![ScopeGroupView {
        name: "市民政局".into(),
        scopes: vec![
            scope("site:mzj", SITE, 0),
            scope("channel:mzj/jgjj", "机构简介", 1),
            scope("channel:mzj/jgjj/zz", "职责", 2),
        ],
    }]
}

fn new(samples: &mut Samples) {
    let first = NewUserPage {
        site: String::new(),
        base: "/admin/users".into(),
        name: String::new(),
        display_name: String::new(),
        email: String::new(),
        role: "editor".into(),
        scope: String::new(),
        roles: ROLES.to_vec(),
        scopes: scopes(),
        name_wrong: None,
        display_name_wrong: None,
        email_wrong: None,
        grant_wrong: None,
    };
    samples.add("first", "users/new.html", &first);
    for (name, grant) in [
        ("name.form", "grant.form"),
        ("name.reserved", "grant.group_only"),
        ("name.taken", "grant.separate"),
        ("name.taken", "grant.role"),
        ("name.taken", "grant.site"),
        ("name.taken", "grant.channel"),
    ] {
        let refused = NewUserPage {
            site: SITE.into(),
            base: "/admin/sites/mzj/users".into(),
            name: "li.fang".into(),
            display_name: "李芳".into(),
            email: "x".into(),
            scope: "site:mzj".into(),
            name_wrong: Some(message(name, 0)),
            display_name_wrong: Some(message("display_name.form", 0)),
            email_wrong: Some(message("email.form", 0)),
            grant_wrong: Some(message(grant, 0)),
            ..first.clone()
        };
        samples.add("refused", "users/new.html", refused);
    }
}

fn one(samples: &mut Samples) {
    let held = |role, place: &str, words: &str| HeldGrantView { role, place: place.into(), words: words.into() };
    let full = UserPage {
        notice: Some(message("users.done.give", 0)),
        wrong: Vec::new(),
        site: String::new(),
        base: "/admin/users".into(),
        url: "/admin/users/12".into(),
        name: "li.fang".into(),
        display_name: "李芳<b>".into(),
        email: "li.fang@mzj.example.gov.cn".into(),
        state: "active",
        locked: 0,
        created: "2026-09-01 09:00".into(),
        last: Some(LastLogInView { time: "2026-11-19 17:02".into(), address: "10.20.30.41".into(), failures: 2 }),
        password_set: "2026-10-01 09:00".into(),
        must_change: true,
        factor_since: Some("2026-10-01 09:05".into()),
        factor_needed: true,
        grants: vec![held("editor", SITE, "editor@site:mzj"), held("supervisor", "", "supervisor@group")],
        elsewhere: false,
        own: false,
        whole: true,
        may_reset_factor: true,
        sessions: sessions(3),
        tokens: keys(),
        role: "editor".into(),
        scope: "channel:mzj/jgjj/zz".into(),
        roles: ROLES.to_vec(),
        scopes: scopes(),
    };
    let of_site = UserPage {
        notice: None,
        site: SITE.into(),
        base: "/admin/sites/mzj/users".into(),
        url: "/admin/sites/mzj/users/12".into(),
        roles: ROLES[..4].to_vec(),
        may_reset_factor: false,
        ..full.clone()
    };
    let done = ["details", "take", "disable", "enable", "unlock", "end-session", "end-sessions", "end-token"];
    for done in done.into_iter().chain(["reset-factor"]) {
        let notice = Some(message(&format!("users.done.{done}"), 0));
        samples.add("done", "users/user.html", UserPage { notice, ..full.clone() });
    }
    samples.add("full", "users/user.html", &full);
    let locked = UserPage { state: "locked", locked: 12, factor_since: None, ..of_site.clone() };
    samples.add("locked", "users/user.html", locked);
    let disabled = UserPage {
        state: "disabled",
        last: None,
        must_change: false,
        factor_since: None,
        factor_needed: false,
        sessions: Vec::new(),
        tokens: Vec::new(),
        ..full.clone()
    };
    samples.add("disabled", "users/user.html", disabled);
    let part = UserPage { whole: false, elsewhere: true, sessions: Vec::new(), tokens: Vec::new(), ..of_site.clone() };
    samples.add("part", "users/user.html", part);
    let own = UserPage { own: true, whole: false, grants: Vec::new(), ..of_site.clone() };
    samples.add("own", "users/user.html", own);
    let rules = ["grant.group_only", "grant.separate", "display_name.form", "email.form", "user.own"];
    let wrong = rules.iter().map(|rule| message(rule, 0)).collect();
    samples.add("refused", "users/user.html", UserPage { notice: None, wrong, ..full });
}
