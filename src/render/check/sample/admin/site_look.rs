//! Sample pages of a site's settings, look and old addresses.

use crate::render::view_admin::{
    FieldGroupView, LineFaultView, RedirectFilePage, RedirectFormView, RedirectRowView, RedirectsPage, RuleView,
    SettingFieldView, SettingView, SiteGroupFormView, SiteSettingsPage, ThemePage, ThemeProblemsPage,
};

use super::site::{broken, keyed, option, pages};
use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 5] = [
    ("site/settings.html", "SiteSettingsPage"),
    ("site/theme.html", "ThemePage"),
    ("site/theme-problems.html", "ThemeProblemsPage"),
    ("site/redirects.html", "RedirectsPage"),
    ("site/redirect-file.html", "RedirectFilePage"),
];

/// Groups of fields and the fields in them.
const GROUPS: [(&str, &[&str]); 4] = [
    ("settings.names", &["name", "short_name", "description"]),
    ("settings.contact", &["address", "postcode", "phone", "email", "hours"]),
    ("settings.notice", &["notice", "notice_name", "notice_url", "notice_from", "notice_until"]),
    ("settings.foot", &["sponsor", "operator", "site_code", "icp", "police", "organisation_code"]),
];

/// A rule at each of some fields.
fn at(fields: &[&str]) -> Vec<RuleView> {
    let one = |field: &&str| RuleView { field: (*field).into(), key: "rule.declared".into(), value: String::new() };
    fields.iter().map(one).collect()
}

pub(super) fn add(samples: &mut Samples) {
    add_settings(samples);
    add_theme(samples);
    add_redirects(samples);
}

fn add_settings(samples: &mut Samples) {
    let groups = |fixed: bool| -> Vec<FieldGroupView> {
        let field = |name: &&'static str| SettingFieldView {
            name,
            value: if fixed { "文字<b>\"".into() } else { String::new() },
            fixed,
            long: matches!(*name, "description" | "notice"),
        };
        GROUPS.map(|(key, fields)| FieldGroupView { key, fields: fields.iter().map(field).collect() }).to_vec()
    };
    let group = SiteGroupFormView {
        slug: "mzj".into(),
        former: vec!["minzheng".into()],
        states: keyed("site.state", &["online", "offline", "planned", "notice", "redirected", "archived"]),
        since: "2026-11-23".into(),
        notice_days: 3,
        due: "2026-12-23".into(),
        redirect: "https://new.example/".into(),
        kinds: keyed("site.kind", &["department", "township", "public-service"]),
        hosts: "mzj.example".into(),
        old_hosts: "old.example\nolder.example".into(),
    };
    let page = |declared, group, notice: Option<&str>, problems| SiteSettingsPage {
        slug: "mzj".into(),
        declared,
        state: "online",
        groups: groups(declared),
        group,
        notice: notice.map(|word| message(&format!("settings.done.{word}"), 0)),
        problems,
    };
    let bare = SiteGroupFormView {
        former: Vec::new(),
        since: String::new(),
        due: String::new(),
        redirect: String::new(),
        kinds: Vec::new(),
        hosts: String::new(),
        old_hosts: String::new(),
        ..group.clone()
    };
    for word in ["saved", "created", "renamed", "state", "names"] {
        samples.add(word, "site/settings.html", page(false, Some(group.clone()), Some(word), Vec::new()));
    }
    samples.add("by file", "site/settings.html", page(true, Some(group.clone()), None, Vec::new()));
    samples.add("by file, bare", "site/settings.html", page(true, Some(bare.clone()), None, Vec::new()));
    samples.add("portal", "site/settings.html", page(false, Some(bare), None, Vec::new()));
    let problems = at(&["name", "identity", "contact", "redirect", "hosts", "old_hosts", "state", "email"]);
    samples.add("refused", "site/settings.html", page(true, None, None, problems));
}

fn add_theme(samples: &mut Samples) {
    let setting = |kind: &'static str, fixed| SettingView {
        key: kind.into(),
        label: "主色<b>".into(),
        help: if fixed { String::new() } else { "全站一个主色".into() },
        kind,
        value: if kind == "colour" { "#b4232a".into() } else { "1".into() },
        choices: if kind == "choice" { vec![option("1", "一")] } else { Vec::new() },
        fixed,
    };
    let kinds = ["text", "colour", "number", "bool", "choice", "picture", "file"];
    let page = |fixed| ThemePage {
        slug: "mzj".into(),
        name: "华蓥市民政局<b>".into(),
        themes: vec![option("1", "县市门户"), option("2", "清爽")],
        theme_fixed: fixed,
        settings: kinds.map(|kind| setting(kind, fixed)).to_vec(),
        notice: None,
        problems: Vec::new(),
    };
    samples.add("open", "site/theme.html", page(false));
    samples.add("fixed", "site/theme.html", page(true));
    let notice = Some(message("theme.done.saved", 0));
    let empty = ThemePage { settings: Vec::new(), notice, ..page(false) };
    samples.add("saved", "site/theme.html", empty);
    let refused = ThemePage { problems: at(&["theme", "settings"]), ..page(false) };
    samples.add("refused", "site/theme.html", refused);
    samples.add("refused", "site/theme-problems.html", ThemeProblemsPage { problems: broken() });
}

fn add_redirects(samples: &mut Samples) {
    let row = |full: bool| RedirectRowView {
        id: 31,
        from: "/show.asp?id=1&b=<b>".into(),
        prefix: full,
        to: "document:21".into(),
        name: if full { "关于低保的通知<b>".into() } else { String::new() },
        broken: !full,
        hits: 7,
        last: if full { "2026-11-20 09:30".into() } else { String::new() },
    };
    let form = |id| RedirectFormView {
        id,
        from: if id > 0 { "/show.asp?id=1".into() } else { String::new() },
        prefix: id > 0,
        to: if id > 0 { "column:tzgg".into() } else { String::new() },
    };
    let full = RedirectsPage {
        slug: "mzj".into(),
        hosts: vec!["old.example".into()],
        query: "show<b>".into(),
        by_hits: true,
        rows: vec![row(true), row(false)],
        pages: pages(true),
        form: form(31),
        notice: None,
        problems: at(&["from", "to", "kind"]),
    };
    samples.add("full", "site/redirects.html", &full);
    for word in ["added", "changed", "removed", "imported"] {
        let notice = Some(message(&format!("redirects.done.{word}"), 3));
        let page = RedirectsPage { notice, problems: Vec::new(), form: form(0), ..full.clone() };
        samples.add(word, "site/redirects.html", page);
    }
    let none = RedirectsPage {
        hosts: Vec::new(),
        by_hits: false,
        rows: Vec::new(),
        pages: pages(false),
        form: form(0),
        problems: Vec::new(),
        ..full
    };
    samples.add("not found", "site/redirects.html", &none);
    samples.add("none", "site/redirects.html", RedirectsPage { query: String::new(), ..none });
    let fault = |(line, broken): (usize, RuleView)| LineFaultView {
        line: line as u64,
        broken: RuleView { field: ["from", "to", "kind", "file"][line % 4].into(), ..broken },
    };
    let faults = broken().into_iter().enumerate().map(fault).collect();
    let file = |text: &str, found, faults| RedirectFilePage { slug: "mzj".into(), text: text.into(), found, faults };
    samples.add("empty", "site/redirect-file.html", file("", None, Vec::new()));
    samples.add("good", "site/redirect-file.html", file("from,to\n/a,/b\n", Some(1), Vec::new()));
    samples.add("faults", "site/redirect-file.html", file("from,to\n<b>,\n", Some(0), faults));
}
