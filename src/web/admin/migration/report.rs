//! The report of an import: figures that add up, columns to sign off, samples, every page.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::domain::account::{By, Place, Role};
use crate::domain::error::Result;
use crate::domain::migration::{self, ColumnState, Fate, Figures, Filter, OldPage, Run};
use crate::domain::site::{self, SiteNode};
use crate::render::view_admin::{
    FigureView, MigrationReportPage, MovedColumnView, NamedFigureView, OptionView, RuleView, SampleView, SignedView,
};
use crate::store::Read;
use crate::web::admin::desk::{About, time};
use crate::web::admin::review::column_name;
use crate::web::admin::site::list::address;
use crate::web::admin::site::node;
use crate::web::admin::site::views::keyed;
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::{base, done, place, place_text, row_view, run_of, run_view};

/// Pages of the list that are shown at once.
const SIZE: usize = 50;

/// What may stand in the address.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Which {
    #[serde(default)]
    fate: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    done: String,
}

/// The report.
pub async fn show(
    desk: Desk,
    Path((slug, batch)): Path<(String, u64)>,
    Asked(which): Asked<Which>,
) -> std::result::Result<Response, Refusal> {
    respond(&desk, &slug, batch, which, StatusCode::OK, Vec::new()).await
}

/// The report with what is wrong.
pub(super) async fn respond(
    desk: &Desk,
    slug: &str,
    batch: u64,
    which: Which,
    status: StatusCode,
    problems: Vec<RuleView>,
) -> std::result::Result<Response, Refusal> {
    let node = node(desk, slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let above = base(&node);
    let made = blocking(move || page(&app, &by, &node, batch, &which)).await??;
    let page = MigrationReportPage { problems, ..made };
    let about = About::named("migration.report", &page.run.name).below("migration.title", above);
    Ok(desk.page(status, "migration/report.html", about, page)?)
}

fn page(app: &App, by: &By, node: &SiteNode, batch: u64, which: &Which) -> Result<MigrationReportPage> {
    let run = run_of(app, by, node, batch)?;
    let filter = Filter { fate: Fate::of(&which.fate), ..Filter::default() };
    let mut pages = migration::pages(&app.store, by, batch, filter, place(&which.after), SIZE + 1)?;
    let more = pages.len() > SIZE;
    pages.truncate(SIZE);
    let url = format!("{}/{batch}", base(node));
    let last = pages.last().filter(|_| more).map(|(_, place)| place_text(*place));
    let next = last.map(|last| address(&url, &[("fate", &which.fate), ("after", &last)]) + "#pages");
    Ok(MigrationReportPage {
        slug: node.site.slug.clone(),
        run: run_view(node, &run),
        publish: run.publish,
        fates: fates(&run.figures),
        adds_up: run.figures.adds_up(),
        others: others(&run.figures),
        skipped: named(&run.figures.skipped),
        charsets: named(&run.figures.charsets),
        notes: run.notes.clone(),
        columns: columns(app, by, node, &run)?,
        samples: samples(app, by, node, &run)?,
        choices: choices(&which.fate),
        rows: pages.iter().map(|(page, _)| row_view(node, page)).collect(),
        next: next.unwrap_or_default(),
        json: !run.report.is_empty() && by.sees(Place::Site(node.site.id)),
        notice: done(&which.done, ""),
        problems: Vec::new(),
        base: url,
    })
}

/// What became of the pages; their sum is the number of pages read.
pub(super) fn fates(figures: &Figures) -> Vec<FigureView> {
    let figure = |word, number| FigureView { word, number };
    vec![
        figure("imported", figures.imported),
        figure("updated", figures.updated),
        figure("unchanged", figures.unchanged),
        figure("kept", figures.kept),
        figure("merged", figures.merged),
        figure("letters", figures.letters),
        figure("junk", figures.junk),
        figure("skipped", figures.skipped_total()),
    ]
}

fn others(figures: &Figures) -> Vec<FigureView> {
    let figure = |word, number| FigureView { word, number };
    vec![
        figure("review", figures.review),
        figure("published", figures.published),
        figure("columns", figures.columns),
        figure("files", figures.files),
        figure("missing", figures.missing),
        figure("broken", figures.broken),
        figure("pending", figures.pending),
        figure("redirects", figures.redirects),
    ]
}

fn named(counts: &std::collections::BTreeMap<String, u64>) -> Vec<NamedFigureView> {
    counts.iter().map(|(name, number)| NamedFigureView { name: name.clone(), number: *number }).collect()
}

/// The columns of an import that the person sees, in the order of their names.
pub(super) fn columns(app: &App, by: &By, node: &SiteNode, run: &Run) -> Result<Vec<MovedColumnView>> {
    let states = migration::columns(&app.store, by, run.batch)?;
    let view = |state: &ColumnState| {
        let open = run.ended.is_some() && state.waiting == 0 && state.signed.is_none() && by.user().is_some();
        let place = site::branch(&app.store, state.channel);
        MovedColumnView {
            id: state.channel.0,
            name: column_name(node, state.channel),
            pages: state.pages,
            waiting: state.waiting,
            url: format!("{}/review?run={}&channel={}", base(node), run.batch, state.channel),
            signs: open && place.is_ok_and(|branch| by.may(Role::Publisher, branch.place())),
            signed: state.signed.as_ref().map(|signed| SignedView {
                by: signed.by.clone(),
                time: time(signed.time),
                pages: signed.documents,
                note: signed.note.clone(),
            }),
        }
    };
    Ok(states.iter().map(view).collect())
}

fn samples(app: &App, by: &By, node: &SiteNode, run: &Run) -> Result<Vec<SampleView>> {
    let mut found = Vec::new();
    for id in &run.samples {
        // One that the person may not see is left out.
        let page: Option<OldPage> = app.store.get(id.0)?;
        let page = page.filter(|page| migration::page(&app.store, by, page.id).is_ok());
        found.extend(page.map(|page| {
            let row = row_view(node, &page);
            SampleView { url: row.url, title: page.title.clone(), old: page.address().to_owned() }
        }));
    }
    Ok(found)
}

fn choices(chosen: &str) -> Vec<OptionView> {
    Fate::ALL.map(|fate| keyed(fate.word(), format!("migration.fate.{}", fate.word()), chosen)).to_vec()
}
