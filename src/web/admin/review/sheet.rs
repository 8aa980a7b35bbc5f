//! 审查呈批单: who provided a text, who reviewed it, who answers for it.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::base::id::DocumentId;
use crate::domain::account::{self, By};
use crate::domain::content;
use crate::domain::error::{Error, Result as Done};
use crate::domain::workflow::{self, Act, ActKind, Case};
use crate::render::view_admin::{ActView, SheetPage, SheetStepView};
use crate::web::admin::desk::time;
use crate::web::admin::{About, Desk, Refusal, blocking};

use super::{address, column_name};

/// The page.
pub async fn show(desk: Desk, Path(id): Path<u64>) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let page = blocking(move || page(&app, &by, DocumentId(id), now)).await?.map_err(Refusal::from)?;
    let about = About::from("sheet.title").below_named(&page.title, address(DocumentId(id)));
    Ok(desk.page(StatusCode::OK, "review/sheet.html", about, page)?)
}

fn page(app: &App, by: &By, id: DocumentId, now: i64) -> Done<SheetPage> {
    let document = content::document(&app.store, by, id)?;
    let case = workflow::case(&app.store, id)?.ok_or_else(|| Error::not_found("case", id))?;
    let revision = content::revision(&app.store, by, id, case.revision)?;
    let directory = app.directory();
    let node = directory.site(document.site).ok_or_else(|| Error::not_found("site", document.site))?;
    let round = case.round();
    let approved: Vec<&Act> = round.iter().filter(|act| act.kind == ActKind::Approved).collect();
    let last = case.flow.steps.len().saturating_sub(1);
    let (reviewed, responsible) = approved.split_at(approved.len().min(last));
    let mut provided: Vec<String> = Vec::new();
    provided.push(revision.text.author.clone());
    provided.extend(round.first().map(|act| act.name.clone()));
    Ok(SheetPage {
        site: node.site.name.clone(),
        column: column_name(node, case.channel),
        title: revision.text.title,
        document: id.0,
        revision: revision.number,
        state: document.state.word(),
        source: revision.text.source,
        provided: distinct(provided),
        reviewed: distinct(reviewed.iter().map(|act| act.name.clone()).collect()),
        responsible: distinct(responsible.iter().map(|act| act.name.clone()).collect()),
        secrecy: revision.terms.secrecy,
        flow: case.flow.name.clone(),
        steps: steps(app, &case)?,
        acts: round.iter().map(act_view).collect(),
        rounds: case.acts.iter().filter(|act| act.kind == ActKind::Submitted).count(),
        back: address(id),
        time: time(now),
    })
}

fn distinct(names: Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !name.is_empty() && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn steps(app: &App, case: &Case) -> Done<Vec<SheetStepView>> {
    let done = case.acts.last().is_some_and(|act| act.kind == ActKind::Approved) && !case.is_open();
    let mut views = Vec::new();
    for (index, step) in case.flow.steps.iter().enumerate() {
        let now = case.step == Some(index);
        let past = done || case.step.is_some_and(|present| index < present);
        let taken = match case.taken_by.filter(|_| now) {
            Some(user) => account::user(&app.store, user)?.map(|user| user.display_name).unwrap_or_default(),
            None => String::new(),
        };
        views.push(SheetStepView {
            name: step.name.clone(),
            when: if now {
                "now"
            } else if past {
                "past"
            } else {
                "next"
            },
            taken,
            due: case.due.filter(|_| now).map(time).unwrap_or_default(),
        });
    }
    Ok(views)
}

fn act_view(act: &Act) -> ActView {
    ActView {
        time: time(act.time),
        name: act.name.clone(),
        kind: act.kind.word(),
        step: act.step.clone(),
        opinion: act.opinion.clone(),
        deputy: act.deputy,
    }
}
