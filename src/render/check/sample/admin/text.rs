//! Sample pages about texts.

use minijinja::Value;

use crate::render::view_admin::{
    CheckPage, CheckRuleView, ComparePage, ComparedBlockView, ComparedFieldView, FindingView, HistoryPage,
    RevisionView, WordListView, WordsPage,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 4] = [
    ("text/history.html", "HistoryPage"),
    ("text/compare.html", "ComparePage"),
    ("text/check.html", "CheckPage"),
    ("text/words.html", "WordsPage"),
];

const FIELDS: [&str; 12] = [
    "title",
    "subtitle",
    "summary",
    "source",
    "author",
    "editor",
    "keywords",
    "formed",
    "number",
    "picture",
    "attachments",
    "link",
];
const RULES: [&str; 15] = [
    "check.alt",
    "check.picture",
    "check.headings",
    "check.table_heads",
    "check.link_text",
    "check.links",
    "check.sensitive",
    "check.misspelt",
    "check.identity",
    "check.phone",
    "check.bank_card",
    "check.source",
    "check.summary",
    "check.secrecy",
    "check.duplicate",
];

fn html(text: &str) -> Value {
    Value::from_safe_string(text.into())
}

fn revision(number: u32) -> RevisionView {
    RevisionView {
        id: u64::from(number) + 100,
        number,
        time: "2026-11-20 09:30".into(),
        by: if number == 1 { String::new() } else { "li.fang".into() },
        title: if number == 1 { String::new() } else { "关于调整低保标准的通知 <b>\"&'".into() },
        newest: number == 3,
        live: number == 2,
    }
}

pub(super) fn add(samples: &mut Samples) {
    for key in ["history.restored", "history.stale"] {
        let history = HistoryPage {
            document: 21,
            title: "关于调整低保标准的通知".into(),
            head: 103,
            revisions: [3, 2, 1].map(revision).to_vec(),
            older: "/admin/documents/21/history?before=1&row=101".into(),
            restore: true,
            notice: Some(message(key, 0)),
        };
        samples.add(key, "text/history.html", history);
    }
    let history = HistoryPage {
        document: 21,
        title: "通知".into(),
        head: 101,
        revisions: Vec::new(),
        older: String::new(),
        restore: false,
        notice: None,
    };
    samples.add("empty", "text/history.html", history);
    let field = |name| ComparedFieldView { name, old: html("<del>旧</del>"), new: html("<ins>新</ins>") };
    let block = |change, old: &str, new: &str| ComparedBlockView { change, old: html(old), new: html(new) };
    let compare = ComparePage {
        document: 21,
        title: "关于调整低保标准的通知".into(),
        old: revision(2),
        new: revision(3),
        fields: FIELDS.map(field).to_vec(),
        blocks: vec![
            block("same", "<h3>标准</h3>", "<h3>标准</h3>"),
            block("changed", "<p>每月<del>620</del>元</p>", "<p>每月<ins>680</ins>元</p>"),
            block("form", "<p>文</p>", "<p><strong>文</strong></p>"),
            block("added", "", "<p><ins>新</ins></p>"),
            block("removed", "<p><del>旧</del></p>", ""),
        ],
        differences: 16,
    };
    samples.add("compare", "text/compare.html", compare);
    let same = ComparePage {
        document: 21,
        title: "通知".into(),
        old: revision(1),
        new: revision(1),
        fields: Vec::new(),
        blocks: Vec::new(),
        differences: 0,
    };
    samples.add("same", "text/compare.html", same);
    let finding =
        |key, severity, place: &str, hint: &str| FindingView { key, severity, place: place.into(), hint: hint.into() };
    let mut findings: Vec<FindingView> = RULES.map(|key| finding(key, "stop", "……位置……", "参考")).to_vec();
    findings.push(finding("check.source", "warn", "", ""));
    samples.add("stops", "text/check.html", CheckPage { document: 21, title: "通知".into(), findings, stops: 14 });
    let findings = vec![finding("check.source", "warn", "", "")];
    samples.add("warns", "text/check.html", CheckPage { document: 21, title: "通知".into(), findings, stops: 0 });
    samples.add(
        "clean",
        "text/check.html",
        CheckPage { document: 21, title: "通知".into(), findings: Vec::new(), stops: 0 },
    );
    let list = |kind, text: &str| WordListView { kind, text: text.into() };
    let rules = RULES.iter().zip(["off", "warn", "stop"].into_iter().cycle());
    let group = WordsPage {
        site: String::new(),
        action: "/admin/words".into(),
        lists: vec![list("sensitive", "某某=张三\n"), list("misspelt", "")],
        rules: rules.map(|(key, severity)| CheckRuleView { key, severity }).collect(),
        notice: Some(message("words.saved", 0)),
        problem: None,
    };
    samples.add("group", "text/words.html", group);
    for key in ["words.many", "words.long"] {
        let site = WordsPage {
            site: "华蓥市民政局".into(),
            action: "/admin/sites/mzj/words".into(),
            lists: vec![list("sensitive", "甲\n"), list("misspelt", "乙=丙\n")],
            rules: Vec::new(),
            notice: None,
            problem: Some(message(key, 0)),
        };
        samples.add(key, "text/words.html", site);
    }
    let none = WordsPage {
        site: "华蓥市民政局".into(),
        action: "/admin/sites/mzj/words".into(),
        lists: Vec::new(),
        rules: Vec::new(),
        notice: None,
        problem: None,
    };
    samples.add("no lists", "text/words.html", none);
}
