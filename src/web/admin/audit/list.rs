//! Entries of the audit log, filtered, the newest first.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::clock;
use crate::domain::account::RESERVED_NAMES;
use crate::domain::audit::{self, Entry, Filter, Page, State};
use crate::render::view_admin::{AuditEntryView, AuditPage, ChoiceView, MessageView, VerificationView};
use crate::web::admin::desk::{message, time};
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::filter::Wanted;

/// Entries on a page.
const ROWS: usize = 50;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Address {
    #[serde(flatten)]
    wanted: Wanted,
    before: String,
    done: String,
}

/// The page.
pub async fn show(desk: Desk, Asked(address): Asked<Address>) -> Result<Response, Refusal> {
    let Address { wanted, before, done } = address;
    let before: Option<u64> = before.parse().ok();
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let state = desk.admin.verification.state(&by).map_err(Refusal::from)?;
    let (found, wrong) = match wanted.filter(&app) {
        Ok(filter) => (entries(&desk, filter, before).await?, None),
        Err(wrong) => (Page { entries: Vec::new(), next: None, unfinished: false, reached: None }, Some(wrong)),
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let url = |before| format!("/admin/audit?{}", wanted.query(before));
    let page = AuditPage {
        notice: notice(&done),
        filtered: wanted.is_any(),
        sites: sites(&app),
        actions: app.engine.admin_keys(desk.lang, "action."),
        entries: found.entries.iter().map(|entry| view(&app, desk.lang, entry)).collect(),
        next: found.next.map(|next| url(Some(next))),
        first: before.map(|_| url(None)),
        reached: found.reached.filter(|_| found.unfinished).map(time),
        verification: verification(state),
        filter: wanted.view(wrong),
    };
    Ok(desk.page(status, "audit/list.html", "audit.title", page)?)
}

async fn entries(desk: &Desk, filter: Filter, before: Option<u64>) -> Result<Page, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let found = blocking(move || audit::entries(&app.store, &by, &filter, before, ROWS)).await?;
    found.map_err(Refusal::from)
}

fn notice(done: &str) -> Option<MessageView> {
    match done {
        "begun" => Some(message("audit.begun")),
        "running" => Some(message("audit.runs_already")),
        _ => None,
    }
}

fn sites(app: &App) -> Vec<ChoiceView> {
    let directory = app.directory();
    let sites = directory.all().map(|node| ChoiceView { value: node.site.slug.clone(), name: node.site.name.clone() });
    sites.collect()
}

fn verification(state: State) -> VerificationView {
    let mut view = VerificationView {
        running: state.running.then_some(state.percent),
        time: None,
        records: 0,
        head: String::new(),
        damage: String::new(),
    };
    if let Some((ended, found)) = state.last {
        view.time = Some(time(ended));
        match found {
            Ok(report) => (view.records, view.head) = (report.records, report.head),
            Err(damage) => view.damage = damage,
        }
    }
    view
}

/// An entry for the page.
pub(super) fn view(app: &App, lang: &str, entry: &Entry) -> AuditEntryView {
    AuditEntryView {
        seq: entry.seq,
        url: format!("/admin/audit/entries/{}", entry.seq),
        time: clock::local(entry.time).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        nobody: RESERVED_NAMES.contains(&entry.actor.as_str())
            && app.engine.admin_text(lang, &format!("actor.{}", entry.actor)).is_some(),
        actor: entry.actor.clone(),
        address: entry.address.clone(),
        labelled: app.engine.admin_text(lang, &format!("action.{}", entry.action)).is_some(),
        action: entry.action.clone(),
        site: match app.directory().site(entry.site) {
            Some(node) => node.site.short_name.clone(),
            None if entry.site.0 == 0 => String::new(),
            None => format!("#{}", entry.site),
        },
        note: entry.note.clone(),
        rows: entry.rows,
    }
}
