//! Sample pages of sites, columns and documents.

use crate::render::view_admin::{
    BulkPage, ColumnFormView, ColumnPage, ColumnRowView, ColumnsPage, CountView, DocumentRowView, DocumentsPage,
    FailureView, NewColumnPage, NewSitePage, OptionGroupView, OptionView, PagesView, RuleView, ShortcutView,
    SiteDeskPage, SiteRowView, SitesPage, TrashPage, TrashRowView, WaitingRowView,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 9] = [
    ("site/sites.html", "SitesPage"),
    ("site/new.html", "NewSitePage"),
    ("site/desk.html", "SiteDeskPage"),
    ("site/columns.html", "ColumnsPage"),
    ("site/new-column.html", "NewColumnPage"),
    ("site/column.html", "ColumnPage"),
    ("site/documents.html", "DocumentsPage"),
    ("site/bulk.html", "BulkPage"),
    ("site/trash.html", "TrashPage"),
];

/// What is done with several documents.
const BULK: [&str; 8] = ["publish", "withdraw", "move", "copy", "refer", "tag", "expire", "trash"];
/// States of documents.
const STATES: [&str; 6] = ["draft", "in_review", "scheduled", "published", "withdrawn", "expired"];
/// Rules that break at these pages.
const RULES: [&str; 60] = [
    "required",
    "forbidden",
    "gone",
    "conflict",
    "declared",
    "slug.reserved",
    "slug.form",
    "slug.taken",
    "slug.former",
    "text.line",
    "text.long",
    "file.form",
    "url.form",
    "type.unknown",
    "page_size.range",
    "keywords.form",
    "column.cycle",
    "column.link_parent",
    "column.depth",
    "column.closing",
    "column.open",
    "channel.has_columns",
    "channel.holds",
    "channel.holds_none",
    "channel.other_site",
    "code.form",
    "host.form",
    "host.taken",
    "portal.one",
    "portal.host",
    "state.portal",
    "theme.unknown",
    "theme.setting",
    "theme.value",
    "colour.form",
    "colour.contrast",
    "redirect.long",
    "redirect.taken",
    "redirect.kind",
    "redirect.document",
    "redirect.column",
    "redirect.target",
    "redirect.twice",
    "csv.form",
    "csv.head",
    "document.trashed",
    "trash.live",
    "trash.waits",
    "trash.not_there",
    "move.in_review",
    "move.not_draft",
    "refer.own_column",
    "refer.twice",
    "publish.nothing",
    "publish.steps",
    "valid_until.past",
    "schedule.past",
    "withdraw.not_live",
    "review.none",
    "related.unknown",
];
/// Fields that rules name.
const FIELDS: [&str; 10] =
    ["name", "slug", "parent", "column_type", "page_size", "picture", "description", "keywords", "url", "kind"];

pub(super) fn broken() -> Vec<RuleView> {
    let field = |at: usize| FIELDS[at % FIELDS.len()].to_owned();
    let rules = RULES.into_iter().enumerate();
    rules.map(|(at, rule)| RuleView { field: field(at), key: format!("rule.{rule}"), value: "<b>".into() }).collect()
}

pub(super) fn option(value: &str, text: &str) -> OptionView {
    OptionView { value: value.into(), text: text.into(), key: String::new(), chosen: value == "1" }
}

pub(super) fn keyed(feature: &str, words: &[&str]) -> Vec<OptionView> {
    let option = |word: &&str| OptionView {
        value: (*word).into(),
        text: String::new(),
        key: format!("{feature}.{word}"),
        chosen: *word == words[0],
    };
    words.iter().map(option).collect()
}

pub(super) fn pages(several: bool) -> PagesView {
    let address = |page: &str| if several { format!("/admin/sites/mzj/documents?page={page}") } else { String::new() };
    PagesView {
        page: if several { 2 } else { 1 },
        pages: if several { 9 } else { 1 },
        total: 412,
        previous: address("1"),
        next: address("3"),
        first: address("1"),
        last: address("9"),
    }
}

fn groups() -> Vec<OptionGroupView> {
    vec![OptionGroupView {
        name: "市民政局<b>".into(), options: vec![option("1", "通知公告"), option("2", "　下级")]
    }]
}

fn column(number: u64, word: &'static str, declared: bool) -> ColumnRowView {
    ColumnRowView {
        id: number,
        parent: number / 2,
        name: "通知公告 <b>\"".into(),
        path: "tzgg".into(),
        url: if number == 3 { String::new() } else { "/mzj/tzgg/".into() },
        depth: (number % 3) as usize,
        kind: ["list", "page", "section", "link"][(number % 4) as usize],
        hidden: number == 1,
        takes: number == 1,
        declared,
        closing: number == 5,
        live: 12,
        standing: if number == 4 { 0 } else { 14 },
        newest: if word == "empty" { String::new() } else { "2026-11-20 09:30".into() },
        freshness: word,
        days: 3,
        update: ["biweekly", "half-yearly", "yearly", "none"][(number % 4) as usize],
        up: !declared && number != 1,
        down: !declared && number != 4,
    }
}

fn all_columns() -> Vec<ColumnRowView> {
    let words = ["empty", "free", "fresh", "soon", "stale", ""];
    words.into_iter().enumerate().map(|(at, word)| column(at as u64, word, at == 0)).collect()
}

fn form() -> ColumnFormView {
    let mut parents = keyed("column", &["top"]);
    parents[0].value = String::new();
    parents.push(option("7", "机构概况"));
    ColumnFormView {
        name: "通知公告 <b>\"".into(),
        slug: "tzgg".into(),
        kinds: keyed("column.kind", &["list", "page", "section", "link"]),
        types: vec![option("1", "工作动态")],
        updates: keyed("column.update", &["biweekly", "half-yearly", "yearly", "none"]),
        parents,
        page_size: "20".into(),
        feed: true,
        hidden: true,
        description: "发布通知".into(),
        keywords: "通知 公告".into(),
        url: "https://other.example/".into(),
        picture: "/mzj/media/9/a.jpg".into(),
        takes: true,
    }
}

fn bare_form() -> ColumnFormView {
    let empty = String::new;
    ColumnFormView {
        name: empty(),
        slug: empty(),
        page_size: empty(),
        feed: false,
        hidden: false,
        description: empty(),
        keywords: empty(),
        url: empty(),
        picture: empty(),
        takes: false,
        ..form()
    }
}

pub(super) fn add(samples: &mut Samples) {
    add_sites(samples);
    add_columns(samples);
    add_documents(samples);
}

fn add_sites(samples: &mut Samples) {
    let states = ["online", "planned", "notice", "redirected", "archived"];
    let kinds = ["portal", "department", "township", "public-service"];
    let site = |(at, state): (usize, &'static str)| SiteRowView {
        slug: "mzj".into(),
        name: "华蓥市民政局<b>".into(),
        url: if at == 1 { String::new() } else { "/mzj/".into() },
        state,
        kind: kinds[at % 4],
        part: at == 2,
        published: 128,
        drafts: 3,
        in_review: 1,
    };
    let sites: Vec<SiteRowView> = states.into_iter().enumerate().map(site).collect();
    let full = SitesPage {
        total: sites.len(),
        sites,
        query: "民政<b>".into(),
        creates: true,
        notice: Some(message("settings.done.created", 0)),
    };
    samples.add("full", "site/sites.html", &full);
    let none = SitesPage { sites: Vec::new(), query: String::new(), total: 0, creates: false, notice: None };
    samples.add("not found", "site/sites.html", SitesPage { query: "x".into(), ..none.clone() });
    samples.add("none", "site/sites.html", none);
    let new = NewSitePage {
        slug: "slj".into(),
        name: "水利局".into(),
        short_name: "水利".into(),
        kinds: keyed("site.kind", &kinds[1..]),
        themes: vec![option("1", "县市门户")],
        usual: true,
        problems: broken(),
    };
    samples.add("refused", "site/new.html", &new);
    let empty = NewSitePage {
        slug: String::new(),
        name: String::new(),
        short_name: String::new(),
        usual: false,
        problems: Vec::new(),
        ..new
    };
    samples.add("empty", "site/new.html", empty);
    for state in states {
        samples.add(state, "site/desk.html", desk(state));
    }
    let bare = SiteDeskPage {
        part: false,
        counts: Vec::new(),
        waiting: Vec::new(),
        columns: Vec::new(),
        stale: 0,
        empty: 0,
        shortcuts: Vec::new(),
        url: String::new(),
        ..desk("online")
    };
    samples.add("fresh", "site/desk.html", SiteDeskPage { columns: all_columns(), ..bare.clone() });
    samples.add("bare", "site/desk.html", bare);
}

fn desk(state: &'static str) -> SiteDeskPage {
    let count = |state| CountView { state, number: 12, url: "/admin/sites/mzj/documents?state=draft".into() };
    let row = |overdue| WaitingRowView {
        title: "关于低保的通知<b>".into(),
        url: "/admin/documents/21/".into(),
        step: if overdue { "二审".into() } else { String::new() },
        since: "2026-11-20 09:30".into(),
        due: if overdue { "2026-11-21 09:30".into() } else { String::new() },
        overdue,
    };
    let shortcuts = ["desk.new_document", "desk.all_documents", "desk.new_column", "desk.settings"];
    SiteDeskPage {
        slug: "mzj".into(),
        name: "华蓥市民政局<b>".into(),
        url: "/mzj/".into(),
        state,
        part: true,
        counts: STATES.into_iter().chain(["trashed"]).map(count).collect(),
        waiting: vec![row(true), row(false)],
        columns: all_columns(),
        stale: 2,
        empty: 1,
        shortcuts: shortcuts.map(|key| ShortcutView { key, url: "/admin/sites/mzj/".into() }).to_vec(),
    }
}

fn add_columns(samples: &mut Samples) {
    let tree = |declared, columns, notice: Option<&str>, problems| ColumnsPage {
        slug: "mzj".into(),
        declared,
        columns,
        notice: notice.map(|word| message(&format!("columns.done.{word}"), 3)),
        problems,
    };
    for word in ["added", "moved", "ordered", "deleted", "merged", "renamed", "saved"] {
        samples.add(word, "site/columns.html", tree(true, all_columns(), Some(word), Vec::new()));
    }
    samples.add("refused", "site/columns.html", tree(false, all_columns(), None, broken()));
    samples.add("none", "site/columns.html", tree(false, Vec::new(), None, Vec::new()));
    let new = NewColumnPage { slug: "mzj".into(), form: form(), problems: broken() };
    samples.add("refused", "site/new-column.html", new);
    let new = NewColumnPage { slug: "mzj".into(), form: bare_form(), problems: Vec::new() };
    samples.add("empty", "site/new-column.html", new);
    let full = ColumnPage {
        slug: "mzj".into(),
        column: column(2, "fresh", false),
        form: form(),
        takes_fixed: true,
        former: vec!["/mzj/old/".into()],
        targets: vec![option("9", "政策文件")],
        has_columns: true,
        into: String::new(),
        into_id: 0,
        notice: None,
        problems: Vec::new(),
    };
    for word in ["saved", "renamed", "moved", "reopened"] {
        let notice = Some(message(&format!("column.done.{word}"), 0));
        samples.add(word, "site/column.html", ColumnPage { notice, ..full.clone() });
    }
    samples.add("refused", "site/column.html", ColumnPage { problems: broken(), ..full.clone() });
    let link = ColumnPage { column: column(3, "", false), has_columns: false, targets: Vec::new(), ..full.clone() };
    samples.add("holds something", "site/column.html", link);
    let empty = ColumnPage {
        column: column(4, "free", false),
        form: bare_form(),
        has_columns: false,
        former: Vec::new(),
        ..full.clone()
    };
    samples.add("empty", "site/column.html", empty);
    let declared = ColumnPage { column: column(0, "soon", true), ..full.clone() };
    samples.add("by file", "site/column.html", ColumnPage { takes_fixed: false, ..declared.clone() });
    samples.add("fixed", "site/column.html", ColumnPage { form: bare_form(), ..declared.clone() });
    samples.add("fixed, taking", "site/column.html", declared);
    let closing = ColumnPage { column: column(5, "stale", false), ..full };
    let merging = ColumnPage { into: "政策文件".into(), into_id: 9, ..closing.clone() };
    samples.add("merging", "site/column.html", merging);
    samples.add("being deleted", "site/column.html", closing);
}

fn add_documents(samples: &mut Samples) {
    let row = |(at, state): (usize, &'static str)| DocumentRowView {
        id: 21 + at as u64,
        title: "关于调整低保标准的通知 <b>\"&'".into(),
        url: "/admin/documents/21/".into(),
        public: if at == 3 { "/mzj/tzgg/21.html".into() } else { String::new() },
        column: "通知公告".into(),
        state,
        changed_since: at == 3,
        pinned: at == 3,
        author: if at == 0 { String::new() } else { "李芳".into() },
        changed: "2026-11-20 09:30".into(),
        published: if at < 2 { String::new() } else { "2026-11-20 09:30".into() },
    };
    let mut authors = keyed("documents", &["mine"]);
    authors.push(option("7", "王<b>"));
    let full = DocumentsPage {
        slug: "mzj".into(),
        columns: vec![option("1", "通知公告")],
        states: keyed("document", &STATES),
        authors,
        orders: keyed("documents.order", &["changed", "published", "oldest"]),
        query: "低保<b>".into(),
        stale: true,
        filtered: true,
        rows: STATES.into_iter().enumerate().map(row).collect(),
        pages: pages(true),
        actions: keyed("bulk", &BULK),
        moves: vec![option("1", "通知公告")],
        copies: groups(),
        refers: groups(),
        create: "/admin/sites/mzj/documents/new".into(),
        here: "/admin/sites/mzj/documents?page=2".into(),
        notice: None,
    };
    for action in BULK {
        let notice = Some(message(&format!("bulk.done.{action}"), 5));
        samples.add(action, "site/documents.html", DocumentsPage { notice, ..full.clone() });
    }
    samples.add("not found", "site/documents.html", DocumentsPage { rows: Vec::new(), ..full.clone() });
    let plain = DocumentsPage {
        query: String::new(),
        stale: false,
        filtered: false,
        pages: pages(false),
        refers: Vec::new(),
        create: String::new(),
        ..full
    };
    samples.add("none", "site/documents.html", DocumentsPage { rows: Vec::new(), ..plain.clone() });
    samples.add("one page", "site/documents.html", plain);
    let failures = vec![
        FailureView { title: "标题<b>".into(), url: "/admin/documents/21/".into(), reasons: broken() },
        FailureView { title: "22".into(), url: String::new(), reasons: broken()[..1].to_vec() },
    ];
    for action in BULK {
        let back = "/admin/sites/mzj/documents".to_owned();
        let (action, failures) = (action.to_owned(), failures.clone());
        let page = BulkPage { slug: "mzj".into(), done: usize::from(action != "publish"), action, failures, back };
        samples.add("bulk", "site/bulk.html", page);
    }
    let row = |column: &str| TrashRowView {
        id: 21,
        title: "关于低保的通知<b>".into(),
        column: column.into(),
        by: "li.fang".into(),
        time: "2026-11-20 09:30".into(),
    };
    let full = TrashPage {
        slug: "mzj".into(),
        rows: vec![row("通知公告"), row("")],
        pages: pages(true),
        columns: vec![option("1", "通知公告")],
        purges: true,
        notice: Some(message("trash.done.back", 2)),
        failures,
    };
    samples.add("full", "site/trash.html", &full);
    let purged = Some(message("trash.done.purge", 2));
    let none = TrashPage { rows: Vec::new(), failures: Vec::new(), notice: purged, purges: false, ..full.clone() };
    samples.add("none", "site/trash.html", none);
    let plain = TrashPage { purges: false, notice: None, failures: Vec::new(), pages: pages(false), ..full };
    samples.add("plain", "site/trash.html", plain);
}
