//! Sample pages of the audit log.

use crate::render::view_admin::{
    AuditChangeView, AuditEntryPage, AuditEntryView, AuditFilterView, AuditPage, ChoiceView, VerificationView,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 2] =
    [("audit/list.html", "AuditPage"), ("audit/entry.html", "AuditEntryPage")];

fn entry(actor: &str, action: &str) -> AuditEntryView {
    AuditEntryView {
        seq: 4711,
        url: "/admin/audit/entries/4711".into(),
        time: "2026-11-20 09:30:15".into(),
        actor: actor.into(),
        nobody: ["system", "cli", "visitor", "import"].contains(&actor),
        address: if actor == "system" { String::new() } else { "10.20.30.40".into() },
        action: action.into(),
        labelled: !action.starts_with("unknown"),
        site: if actor == "system" { String::new() } else { "市民政局".into() },
        note: if actor == "system" { String::new() } else { "关于调整低保标准的通知 <b>".into() },
        rows: if actor == "system" { 0 } else { 2 },
    }
}

fn unverified() -> VerificationView {
    VerificationView { running: None, time: None, records: 0, head: String::new(), damage: String::new() }
}

pub(super) fn add(samples: &mut Samples) {
    let actors = ["li.fang", "system", "cli", "visitor", "import"];
    let actions = ["content.publish", "account.log_in", "unknown.action"];
    let entries = actors.iter().flat_map(|actor| actions.iter().map(|action| entry(actor, action)));
    let full = AuditPage {
        notice: Some(message("audit.begun", 0)),
        filter: AuditFilterView {
            site: "mzj".into(),
            actor: "li.fang".into(),
            action: "content.publish".into(),
            since: "2026-11-01".into(),
            until: "2026-11-20".into(),
            text: "低保\"<".into(),
            wrong: None,
        },
        filtered: true,
        sites: vec![ChoiceView { value: "mzj".into(), name: "华蓥市民政局".into() }],
        actions: vec!["account.log_in".into(), "content.publish".into()],
        entries: entries.collect(),
        next: Some("/admin/audit?before=4700".into()),
        first: Some("/admin/audit?".into()),
        reached: None,
        verification: unverified(),
    };
    let empty = AuditPage {
        notice: Some(message("audit.runs_already", 0)),
        filter: AuditFilterView { site: "-".into(), ..AuditFilterView::default() },
        filtered: false,
        sites: Vec::new(),
        actions: Vec::new(),
        entries: Vec::new(),
        next: None,
        first: None,
        reached: None,
        verification: VerificationView { running: Some(40), ..unverified() },
    };
    for key in ["audit.no_site", "audit.no_day"] {
        let filter = AuditFilterView { wrong: Some(message(key, 0)), ..full.filter.clone() };
        samples.add(key, "audit/list.html", AuditPage { filter, notice: None, ..empty.clone() });
    }
    let time = Some("2026-11-20 10:00".to_owned());
    let damaged = VerificationView {
        time: time.clone(),
        damage: "journal damaged: 00000000000000000001.zqj at byte 12".into(),
        ..unverified()
    };
    let reached = Some("2026-06-01 00:00".to_owned());
    samples.add("damaged", "audit/list.html", AuditPage { verification: damaged, reached, ..full.clone() });
    let whole = VerificationView { time, records: 4711, head: "5f0c".repeat(16), ..unverified() };
    samples.add("whole", "audit/list.html", AuditPage { verification: whole, ..full.clone() });
    samples.add("full", "audit/list.html", full);
    samples.add("empty", "audit/list.html", empty);
    let row = |row: &str| AuditChangeView { table: "document", id: 21, row: row.into() };
    let one = AuditEntryPage {
        entry: entry("li.fang", "content.publish"),
        changes: vec![row("{\n  \"title\": \"<b>\"\n}"), row("")],
        more: 3,
        previous: Some("/admin/audit/entries/4710".into()),
        next: Some("/admin/audit/entries/4712".into()),
    };
    samples.add("rows", "audit/entry.html", one);
    let none = AuditEntryPage {
        entry: entry("system", "unknown.action"),
        changes: Vec::new(),
        more: 0,
        previous: None,
        next: None,
    };
    samples.add("no rows", "audit/entry.html", none);
}
