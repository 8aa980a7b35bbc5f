//! Sample pages of imports of old sites.

use crate::render::view_admin::{
    FailureView, FigureView, MigrationBulkPage, MigrationPage, MigrationReportPage, MigrationReviewPage,
    MigrationSheetPage, MovedColumnView, NamedFigureView, OldPagePage, OldPageRowView, RuleView, RunView, SampleView,
    SignedView, SureView,
};

use super::site::{keyed, option};
use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 6] = [
    ("migration/list.html", "MigrationPage"),
    ("migration/report.html", "MigrationReportPage"),
    ("migration/review.html", "MigrationReviewPage"),
    ("migration/bulk.html", "MigrationBulkPage"),
    ("migration/page.html", "OldPagePage"),
    ("migration/sheet.html", "MigrationSheetPage"),
];

const BASE: &str = "/admin/sites/mzj/migration";

const FATES: [&str; 8] = ["imported", "updated", "unchanged", "kept", "merged", "letters", "junk", "skipped"];
const OTHERS: [&str; 8] = ["review", "published", "columns", "files", "missing", "broken", "pending", "redirects"];
const KINDS: [&str; 9] = ["published", "draft", "review", "merged", "letter", "list", "junk", "skipped", "unreadable"];
const REASONS: [&str; 9] =
    ["no_title", "title", "no_date", "date", "no_body", "body", "no_column", "hacked", "not_public"];
const REVIEWS: [&str; 5] = ["none", "waiting", "accepted", "sent_back", "discarded"];
const ACTIONS: [&str; 4] = ["accept", "assign", "discard", "send_back"];

/// Rules that decisions and signatures may break, each with the field that it is told at.
const RULES: [(&str, &str); 12] = [
    ("page", "migration.decided"),
    ("page", "migration.gone"),
    ("date", "migration.no_date"),
    ("date", "migration.future"),
    ("date", "date.form"),
    ("reason", "required"),
    ("note", "field.long"),
    ("column", "migration.person"),
    ("import", "migration.running"),
    ("column", "migration.empty"),
    ("column", "migration.waiting"),
    ("column", "migration.signed"),
];

fn problems() -> Vec<RuleView> {
    let rule = |(field, rule): &(&str, &str)| RuleView {
        field: (*field).into(),
        key: format!("rule.{rule}"),
        value: "<b>".into(),
    };
    RULES.iter().map(rule).collect()
}

fn run(ended: bool) -> RunView {
    RunView {
        url: format!("{BASE}/71"),
        name: "mzj-20261120-093000".into(),
        kind: "mirror".into(),
        source: "/srv/old/mzj<b>".into(),
        begun: "2026-11-20 09:30".into(),
        ended: if ended { "2026-11-20 09:34".into() } else { String::new() },
        read: 1204,
        imported: 1015,
        review: 21,
    }
}

fn row(fate: &'static str, review: &'static str, full: bool) -> OldPageRowView {
    let text = |text: &str| if full { text.to_owned() } else { String::new() };
    OldPageRowView {
        id: 81,
        url: format!("{BASE}/pages/81"),
        title: text("关于低保的通知 <b>\"&"),
        old: "http://mzj.old.example/Article_Show.asp?ArticleID=12&page=2".into(),
        fate,
        note: text("print version"),
        column: text("政务公开 › 通知公告"),
        reasons: if full { REASONS.to_vec() } else { Vec::new() },
        review,
        charset: text("GB18030"),
        missing: usize::from(full),
    }
}

fn column(signs: bool, signed: bool) -> MovedColumnView {
    MovedColumnView {
        id: 5,
        name: "政务公开 › 通知公告<b>".into(),
        pages: 120,
        waiting: u64::from(!signs && !signed) * 3,
        url: format!("{BASE}/review?run=71&channel=5"),
        signs,
        signed: signed.then(|| SignedView {
            by: "李芳<b>".into(),
            time: "2026-11-21 10:00".into(),
            pages: 120,
            note: if signs { String::new() } else { "已逐条核对".into() },
        }),
    }
}

fn figures(words: &[&'static str]) -> Vec<FigureView> {
    words.iter().map(|word| FigureView { word, number: 12 }).collect()
}

pub(super) fn add(samples: &mut Samples) {
    let list = MigrationPage {
        slug: "mzj".into(),
        runs: vec![run(true), run(false)],
        waits: true,
        next: format!("{BASE}?after=ff"),
    };
    let none = MigrationPage { runs: Vec::new(), waits: false, next: String::new(), ..list.clone() };
    samples.add("full", "migration/list.html", list);
    samples.add("empty", "migration/list.html", none);
    add_report(samples);
    add_review(samples);
    add_page(samples);
    let sheet = MigrationSheetPage {
        site: "华蓥市民政局<b>".into(),
        run: run(true),
        fates: figures(&FATES),
        columns: vec![column(false, true), column(true, true), column(true, false), column(false, false)],
        back: format!("{BASE}/71"),
        time: "2026-11-22 10:00".into(),
    };
    let bare = MigrationSheetPage { run: run(false), columns: Vec::new(), ..sheet.clone() };
    samples.add("signed", "migration/sheet.html", sheet);
    samples.add("bare", "migration/sheet.html", bare);
}

fn add_report(samples: &mut Samples) {
    let named = |name: &str| NamedFigureView { name: name.into(), number: 7 };
    let sample =
        |title: &str, old: &str| SampleView { url: format!("{BASE}/pages/81"), title: title.into(), old: old.into() };
    let full = MigrationReportPage {
        slug: "mzj".into(),
        base: format!("{BASE}/71"),
        run: run(true),
        publish: true,
        fates: figures(&FATES),
        adds_up: true,
        others: figures(&OTHERS),
        skipped: vec![named("too large<b>")],
        charsets: vec![named("GB18030"), named("UTF-8")],
        notes: vec!["3 pages had no column<b>".into()],
        columns: vec![column(true, false), column(false, true), column(false, false), column(true, true)],
        samples: vec![sample("关于低保的通知<b>", "http://mzj.old.example/1.htm"), sample("", "")],
        choices: keyed("migration.fate", &KINDS),
        rows: KINDS.iter().flat_map(|fate| REVIEWS.map(|review| row(fate, review, review != "none"))).collect(),
        next: format!("{BASE}/71?after=ff#pages"),
        json: true,
        notice: Some(message("migration.done.sign", 1)),
        problems: problems(),
    };
    let empty = MigrationReportPage {
        run: run(false),
        publish: false,
        adds_up: false,
        skipped: Vec::new(),
        charsets: Vec::new(),
        notes: Vec::new(),
        columns: Vec::new(),
        samples: Vec::new(),
        rows: Vec::new(),
        next: String::new(),
        json: false,
        notice: None,
        problems: Vec::new(),
        ..full.clone()
    };
    samples.add("full", "migration/report.html", full);
    samples.add("empty", "migration/report.html", empty);
}

fn add_review(samples: &mut Samples) {
    let full = MigrationReviewPage {
        slug: "mzj".into(),
        reasons: keyed("migration.reason", &REASONS),
        columns: vec![option("5", "通知公告<b>")],
        runs: vec![option("71", "mzj-20261120-093000")],
        filtered: true,
        rows: vec![row("review", "waiting", true), row("review", "sent_back", false)],
        next: format!("{BASE}/review?after=ff"),
        targets: vec![option("5", "通知公告<b>")],
        here: format!("{BASE}/review?reason=date"),
        notice: None,
    };
    let empty = MigrationReviewPage {
        columns: Vec::new(),
        runs: Vec::new(),
        filtered: false,
        rows: Vec::new(),
        next: String::new(),
        targets: Vec::new(),
        ..full.clone()
    };
    for action in ACTIONS {
        let notice = Some(message(&format!("migration.done.{action}"), 3));
        samples.add(action, "migration/review.html", MigrationReviewPage { notice, ..full.clone() });
        let failure = |url: &str| FailureView { title: "通知<b>".into(), url: url.into(), reasons: problems() };
        let bulk = MigrationBulkPage {
            action,
            done: usize::from(action != "assign"),
            failures: vec![failure("/admin/sites/mzj/migration/pages/81"), failure("")],
            back: format!("{BASE}/review"),
        };
        samples.add(action, "migration/bulk.html", bulk);
    }
    samples.add("nothing found", "migration/review.html", MigrationReviewPage { filtered: true, ..empty.clone() });
    samples.add("empty", "migration/review.html", empty);
}

fn add_page(samples: &mut Samples) {
    let sure = |word, percent| SureView { word, percent };
    let full = OldPagePage {
        slug: "mzj".into(),
        row: row("review", "waiting", true),
        url: format!("{BASE}/pages/81"),
        run: format!("{BASE}/71"),
        addresses: vec!["http://mzj.old.example/1.htm<b>".into()],
        old_column: "通知公告<b>".into(),
        sure: vec![sure("title", 95), sure("date", 40), sure("body", 80), sure("column", 0)],
        remarks: vec!["2 hidden links taken out<b>".into()],
        missing: vec!["http://mzj.old.example/UploadFiles/1.doc".into()],
        original: format!("{BASE}/pages/81/original"),
        document: "/admin/documents/21/".into(),
        preview: "/admin/documents/21/preview/page".into(),
        decided: String::new(),
        decided_time: String::new(),
        reason: String::new(),
        decides: true,
        sends_back: true,
        publishes: true,
        title: "关于低保的通知 <b>\"&".into(),
        date: "2009-04-28T16:51".into(),
        columns: vec![option("5", "通知公告<b>")],
        next: format!("{BASE}/pages/82"),
        notice: Some(message("migration.done.accept", 1)),
        problems: problems(),
    };
    let bare = OldPagePage {
        row: row("junk", "none", false),
        run: String::new(),
        addresses: Vec::new(),
        old_column: String::new(),
        remarks: Vec::new(),
        missing: Vec::new(),
        original: String::new(),
        document: String::new(),
        preview: String::new(),
        decides: false,
        sends_back: false,
        publishes: false,
        title: String::new(),
        date: String::new(),
        columns: Vec::new(),
        next: String::new(),
        notice: None,
        problems: Vec::new(),
        ..full.clone()
    };
    for review in ["accepted", "discarded", "sent_back"] {
        let decided = OldPagePage {
            row: row("review", review, true),
            decided: "李芳<b>".into(),
            decided_time: "2026-11-21 10:00".into(),
            reason: if review == "accepted" { String::new() } else { "重复<b>".into() },
            decides: false,
            problems: Vec::new(),
            notice: Some(message("migration.done.assign", 1)),
            ..full.clone()
        };
        samples.add(review, "migration/page.html", decided);
    }
    samples.add("draft", "migration/page.html", OldPagePage { publishes: false, ..full.clone() });
    samples.add("waiting", "migration/page.html", full);
    samples.add("junk", "migration/page.html", bare);
}
