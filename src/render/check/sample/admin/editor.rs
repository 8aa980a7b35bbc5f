//! Sample pages around one document.

use crate::render::view_admin::{
    AttachedView, BrokenView, ColumnChoice, ConflictPage, DocxFoundView, DocxNoteView, DocxPage, DocxProblemView,
    EDITOR_DONE, EditView, EditorPage, FieldChoiceView, FieldView, PieceView, PreviewLinkView, PreviewPage,
    RelatedView, SavedView,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 4] = [
    ("content/editor.html", "EditorPage"),
    ("content/conflict.html", "ConflictPage"),
    ("content/preview.html", "PreviewPage"),
    ("content/docx.html", "DocxPage"),
];

/// Rules that a Word file may break.
const DOCX: [&str; 9] = [
    "docx.not_zip",
    "docx.old",
    "docx.type",
    "docx.macros",
    "docx.locked",
    "docx.large",
    "docx.broken",
    "file.none",
    "file.size",
];

fn add_docx(samples: &mut Samples) {
    let column = ColumnChoice { id: 7, name: "通知公告 <b>\"&'".into(), chosen: true };
    let page = DocxPage { slug: "mzj".into(), largest: 64, problem: None, found: None, columns: vec![column] };
    samples.add("choose", "content/docx.html", page.clone());
    for rule in DOCX {
        let problem = DocxProblemView { name: "通知.docx".into(), key: rule.into(), value: "64".into() };
        samples.add(rule, "content/docx.html", DocxPage { problem: Some(problem), ..page.clone() });
    }
    let note =
        |key| DocxNoteView { key, text: "2".into(), near: if key == "hidden" { "" } else { "如下图" }.into() };
    let found = DocxFoundView {
        name: "通知 <b>\"&'.docx".into(),
        title: "关于调整低保标准的通知 <b>\"&'".into(),
        source: "市民政局".into(),
        editor: "李芳".into(),
        shown: minijinja::Value::from_safe_string("<h2>一、标准</h2>\n<p>每人每月860元。</p>".into()),
        body: "<h2>一、标准</h2>\n<p>每人每月860元。</p>".into(),
        stored: 2,
        notes: ["picture_missing", "tracked", "hidden", "contents"].into_iter().map(note).collect(),
        why: "file.quota".into(),
        why_number: "20".into(),
    };
    let plain = DocxFoundView { stored: 0, notes: Vec::new(), why: String::new(), ..found.clone() };
    samples.add("found", "content/docx.html", DocxPage { found: Some(found), ..page.clone() });
    samples.add("found, nothing to say", "content/docx.html", DocxPage { found: Some(plain), ..page });
}

pub(super) fn add(samples: &mut Samples) {
    add_docx(samples);
    samples.add("full", "content/editor.html", full());
    let states = ["in_review", "scheduled", "published", "withdrawn", "expired"];
    for state in states {
        let read = EditorPage { state, may_edit: false, ..empty() };
        samples.add(state, "content/editor.html", read);
    }
    samples.add("new", "content/editor.html", empty());
    for done in EDITOR_DONE {
        let notice = Some(message(&format!("editor.done.{done}"), 0));
        samples.add(done, "content/editor.html", EditorPage { notice, ..empty() });
    }
    samples.add("both changed", "content/conflict.html", conflict());
    let clear = ConflictPage { own: true, fields: Vec::new(), pieces: Vec::new(), choices: 0, ..conflict() };
    samples.add("clear", "content/conflict.html", clear);
    let preview = |device, revision, leads_to: &str| PreviewPage {
        editor: "/admin/documents/21/".into(),
        shown: "/admin/documents/21/preview/page?revision=0".into(),
        device,
        revision,
        leads_to: leads_to.into(),
    };
    samples.add("desktop", "content/preview.html", preview("desktop", 0, ""));
    samples.add("phone", "content/preview.html", preview("phone", 7, ""));
    samples.add("link", "content/preview.html", preview("desktop", 7, "https://www.gov.cn/?a=1&b=<2>"));
}

fn empty() -> EditorPage {
    EditorPage {
        document: 0,
        site: "mzj".into(),
        action: "/admin/sites/mzj/documents/new".into(),
        state: "draft",
        public: String::new(),
        newer: false,
        saved: None,
        kept: String::new(),
        base: 0,
        version: 0,
        may_edit: true,
        fields: EditView::default(),
        columns: Vec::new(),
        classes: "indent center".into(),
        problems: Vec::new(),
        notice: None,
        recovered: String::new(),
        others: String::new(),
        acts: Vec::new(),
        link: String::new(),
        link_until: String::new(),
        links: Vec::new(),
        last_step: false,
        first: "b1946ac92492d2347c6235b4d2611184".into(),
    }
}

fn full() -> EditorPage {
    EditorPage {
        document: 21,
        action: "/admin/documents/21/".into(),
        public: "/mzj/tzgg/21.html".into(),
        newer: true,
        saved: Some(SavedView { number: 3, time: "2026-11-20 09:30".into(), by: "李芳<b>".into() }),
        kept: "2026-11-20 09:41".into(),
        base: 34,
        version: 5,
        fields: EditView {
            title: "关于低保的通知 <b>\"&'".into(),
            body: "<p>正文 &amp; <b>重点</b></p></textarea><b>".into(),
            picture: 7,
            picture_url: "/mzj/media/7/a.jpg".into(),
            attachments: vec![AttachedView { id: 8, title: "申请表\"".into(), name: "shenqingbiao.docx".into() }],
            pinned: true,
            pinned_until: "2026-12-01T09:00".into(),
            valid_until: "2026-12-31T00:00".into(),
            related: vec![RelatedView { id: 20, title: "旧通知<b>".into() }],
            secrecy: true,
            shared: true,
            ..EditView::default()
        },
        columns: vec![ColumnChoice { id: 4, name: "通知公告 › <b>".into(), chosen: true }],
        problems: vec![BrokenView { field: "title", text: "有必填的内容没有填写。".into() }],
        recovered: "09:40".into(),
        others: "王强<b>".into(),
        acts: vec![
            "submit", "recall", "take", "approve", "return", "publish", "schedule", "withdraw", "move", "copy",
            "refer", "push", "trash", "history", "sheet", "check",
        ],
        link: format!("https://www.huaying.example/admin/preview/{}", "5f0c".repeat(16)),
        link_until: "2026-11-27 09:30".into(),
        links: vec![PreviewLinkView { id: 61, number: 3, by: "李芳<b>".into(), until: "2026-11-27 09:30".into() }],
        last_step: true,
        first: String::new(),
        ..empty()
    }
}

fn conflict() -> ConflictPage {
    let choice =
        |name| FieldChoiceView { name, base: String::new(), mine: "我的<b>".into(), theirs: "对方的\"".into() };
    let names = ["title", "subtitle", "summary", "source", "author", "editor", "keywords", "formed", "number", "link"];
    let piece = |number, choice: bool| PieceView {
        number,
        clear: if choice { String::new() } else { "<p>一样</p>".into() },
        choice,
        base: "<p>原来</p>".into(),
        mine: "<p>我的</p>".into(),
        theirs: "<p>对方的</p>".into(),
    };
    ConflictPage {
        action: "/admin/documents/21/".into(),
        head: 35,
        by: "王强<b>".into(),
        time: "2026-11-20 09:41".into(),
        own: false,
        clear: vec![FieldView { name: "channel".into(), value: "4".into() }],
        fields: names.map(choice).to_vec(),
        pieces: vec![piece(0, false), piece(1, true)],
        choices: 11,
    }
}
