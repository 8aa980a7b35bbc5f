//! Sample pages of the ways of a document: refused acts, places, the sheet, what waits, flows.

use crate::render::view_admin::{
    ActView, FieldView, FindingView, FlowView, FlowsPage, InboxPage, OfferView, PlaceChoice, PlacePage,
    ReceivedCountView, ReceivedPage, ReferenceView, RefusedActPage, SentView, SheetPage, SheetStepView, StepForm,
    WaitingView, WarnedPage, WhyView,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 7] = [
    ("review/refused.html", "RefusedActPage"),
    ("review/warned.html", "WarnedPage"),
    ("review/place.html", "PlacePage"),
    ("review/sheet.html", "SheetPage"),
    ("inbox/inbox.html", "InboxPage"),
    ("inbox/received.html", "ReceivedPage"),
    ("workflow/flows.html", "FlowsPage"),
];

/// Rules that may be told.
const RULES: [&str; 35] = [
    "stale",
    "required",
    "opinion.long",
    "document.trashed",
    "submit.open",
    "submit.scheduled",
    "submit.nothing",
    "review.none",
    "review.taken",
    "review.own",
    "publish.nothing",
    "publish.steps",
    "schedule.past",
    "valid_until.past",
    "withdraw.not_live",
    "trash.live",
    "trash.waits",
    "trash.not_there",
    "move.in_review",
    "move.not_draft",
    "channel.holds_none",
    "channel.other_site",
    "refer.own_column",
    "refer.twice",
    "push.not_live",
    "push.own_site",
    "push.twice",
    "offer.decided",
    "offer.gone",
    "field.long",
    "flow.name",
    "flow.steps",
    "flow.last",
    "step.name",
    "step.nobody",
];

/// Rules of steps.
const STEP_RULES: [&str; 4] = ["step.role", "step.people", "step.due", "step.person"];

fn rule(word: &str) -> WhyView {
    WhyView { key: format!("why.{word}"), value: String::new() }
}

pub(super) fn add(samples: &mut Samples) {
    let title = "关于调整低保标准的通知 <b>\"&'";
    let back = "/admin/documents/21/";
    let refused =
        RefusedActPage { title: title.into(), back: back.into(), problems: RULES.into_iter().map(rule).collect() };
    samples.add("rules", "review/refused.html", refused);
    for act in ["submit", "publish", "schedule"] {
        let finding = |place: &str, hint: &str| FindingView {
            key: "check.misspelt",
            severity: "warn",
            place: place.into(),
            hint: hint.into(),
        };
        let warned = WarnedPage {
            title: title.into(),
            back: back.into(),
            act,
            action: format!("{back}{act}"),
            seen: 104,
            findings: vec![finding("…既使下雨 <b>\"&'…", "即使"), finding("", "")],
            fields: vec![FieldView { name: "note".into(), value: "请审 <b>\"&'".into() }],
        };
        samples.add(act, "review/warned.html", warned);
    }
    let place = |act, full: bool| PlacePage {
        act,
        title: title.into(),
        back: back.into(),
        choices: if full { choices() } else { Vec::new() },
        typed: if full { "转发".into() } else { String::new() },
        problems: if full { vec![rule("refer.twice")] } else { Vec::new() },
        references: Vec::new(),
        sent: Vec::new(),
    };
    for act in ["move", "copy"] {
        samples.add(act, "review/place.html", place(act, true));
    }
    samples.add("nowhere", "review/place.html", place("push", false));
    let reference = |title: &str| ReferenceView { id: 31, place: "市政府 › 要闻".into(), title: title.into() };
    let references = vec![reference("转发"), reference("")];
    samples.add("refer", "review/place.html", PlacePage { references, ..place("refer", true) });
    let fates = ["waiting", "referred", "copied", "refused", "recalled"];
    samples.add("push", "review/place.html", PlacePage { sent: fates.map(sent).to_vec(), ..place("push", true) });
    samples.add("whole", "review/sheet.html", sheet());
    let states = ["draft", "scheduled", "published", "withdrawn", "expired"];
    for state in states {
        let bare = SheetPage {
            state,
            source: String::new(),
            provided: Vec::new(),
            reviewed: Vec::new(),
            responsible: Vec::new(),
            secrecy: false,
            flow: String::new(),
            steps: vec![step("", "past", "", "")],
            acts: Vec::new(),
            rounds: 1,
            ..sheet()
        };
        samples.add("bare", "review/sheet.html", bare);
    }
    samples.add("full", "inbox/inbox.html", InboxPage { waiting: waiting(), received: received() });
    samples.add("empty", "inbox/inbox.html", InboxPage { waiting: Vec::new(), received: Vec::new() });
    let offers = vec![offer("/jyj/tzgg/21.html", "请上首页"), offer("", "")];
    for word in ["referred", "copied", "refused"] {
        let notice = Some(message(&format!("received.done.{word}"), 0));
        let page =
            ReceivedPage { site: "www".into(), offers: offers.clone(), notice, problems: vec![rule("required")] };
        samples.add(word, "inbox/received.html", page);
    }
    let none = ReceivedPage { site: "www".into(), offers: Vec::new(), notice: None, problems: Vec::new() };
    samples.add("empty", "inbox/received.html", none);
    samples.add("empty", "workflow/flows.html", flows());
    for word in ["saved", "removed"] {
        let page = FlowsPage { notice: Some(message(&format!("flow.done.{word}"), 0)), ..full_flows() };
        samples.add(word, "workflow/flows.html", page);
    }
}

fn choices() -> Vec<PlaceChoice> {
    let choice = |id, name: &str, chosen| PlaceChoice { id, name: name.into(), chosen };
    vec![choice(4, "市民政局 › 通知公告", false), choice(5, "市民政局 › 政务公开 › 规划计划", true)]
}

fn sent(fate: &'static str) -> SentView {
    let open = fate == "waiting";
    SentView {
        id: 41,
        place: "市政府 › 要闻".into(),
        by: "李芳".into(),
        time: "2026-11-20 09:30".into(),
        fate,
        reason: if fate == "refused" { "不属于要闻".into() } else { String::new() },
        decided: if open { String::new() } else { "2026-11-20 10:30".into() },
    }
}

fn step(name: &str, when: &'static str, taken: &str, due: &str) -> SheetStepView {
    SheetStepView { name: name.into(), when, taken: taken.into(), due: due.into() }
}

fn sheet() -> SheetPage {
    let kinds = ["submitted", "taken", "approved", "returned", "recalled", "changed", "withdrawn"];
    let act = |kind: &'static str| ActView {
        time: "2026-11-20 09:30".into(),
        name: "张科".into(),
        kind,
        step: if matches!(kind, "taken" | "approved" | "returned") { "一审一校".into() } else { String::new() },
        opinion: if kind == "returned" { "第二段日期有误，请核对文号。".into() } else { String::new() },
        deputy: kind == "approved",
    };
    SheetPage {
        site: "华蓥市民政局".into(),
        column: "政务公开 › 通知公告".into(),
        title: "关于调整低保标准的通知 <b>\"&'".into(),
        document: 21,
        revision: 3,
        state: "in_review",
        source: "华蓥市民政局".into(),
        provided: vec!["李芳".into(), "王强".into()],
        reviewed: vec!["张科".into()],
        responsible: vec!["陈局".into()],
        secrecy: true,
        flow: "三审三校".into(),
        steps: vec![
            step("一审一校", "past", "", ""),
            step("二审二校", "now", "张科", "2026-11-21 09:30"),
            step("三审三校签发", "next", "", ""),
        ],
        acts: kinds.map(act).to_vec(),
        rounds: 2,
        back: "/admin/documents/21/".into(),
        time: "2026-11-20 11:00".into(),
    }
}

/// What waits, in every form.
pub(super) fn waiting() -> Vec<WaitingView> {
    let item = |what: &'static str, age: &str, full: bool| WaitingView {
        title: "关于调整低保标准的通知 <b>\"&'".into(),
        url: "/admin/documents/21/".into(),
        site: "市民政局".into(),
        column: "通知公告".into(),
        what,
        step: if full { "一审一校".into() } else { String::new() },
        since: "2026-11-20 09:30".into(),
        age: message(age, 3),
        due: if full { "2026-11-21 09:30".into() } else { String::new() },
        overdue: full,
        taken: if full { "张科".into() } else { String::new() },
        own: false,
        deputy: full,
        opinion: if what == "mend" { "第二段日期有误".into() } else { String::new() },
    };
    let own = WaitingView { own: true, ..item("review", "age.hours", true) };
    vec![item("review", "age.days", true), own, item("review", "age.now", false), item("mend", "age.hours", true)]
}

/// Sites with offers.
pub(super) fn received() -> Vec<ReceivedCountView> {
    vec![ReceivedCountView { site: "华蓥市人民政府".into(), url: "/admin/sites/www/received".into(), number: 3 }]
}

fn offer(url: &str, note: &str) -> OfferView {
    OfferView {
        id: if url.is_empty() { 41 } else { 42 },
        title: "学校开学安排".into(),
        url: url.into(),
        from: "华蓥市教育局".into(),
        by: "孙学".into(),
        time: "2026-11-20 09:30".into(),
        note: note.into(),
        column: "要闻".into(),
    }
}

fn flows() -> FlowsPage {
    FlowsPage {
        site: "mzj".into(),
        flows: Vec::new(),
        places: choices(),
        place: 0,
        place_name: String::new(),
        stored: false,
        name: String::new(),
        forbid_own: false,
        steps: vec![StepForm { number: 1, ..StepForm::default() }],
        roles: vec!["editor", "reviewer", "publisher", "manager"],
        problems: Vec::new(),
        notice: None,
    }
}

fn full_flows() -> FlowsPage {
    let flow = |name: &str, place: &str, forbid_own| FlowView {
        name: name.into(),
        place: place.into(),
        url: "/admin/sites/mzj/workflow?channel=4".into(),
        steps: vec!["一审一校".into(), "签发".into()],
        forbid_own,
    };
    let step = StepForm {
        number: 1,
        name: "一审一校".into(),
        role: "reviewer".into(),
        people: "zhang.ke".into(),
        deputies: "he.ke".into(),
        hours: "24".into(),
    };
    FlowsPage {
        flows: vec![flow("三审三校", "", true), flow("一步签发", "通知公告", false)],
        place: 4,
        place_name: "通知公告".into(),
        stored: true,
        name: "三审三校".into(),
        forbid_own: true,
        steps: vec![step, StepForm { number: 2, ..StepForm::default() }],
        problems: STEP_RULES.into_iter().map(|word| WhyView { value: "2".into(), ..rule(word) }).collect(),
        ..flows()
    }
}
