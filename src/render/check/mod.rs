//! What `zhanqun check` finds wrong in themes.
//!
//! **Invariant:** checking changes nothing and needs no site: pages are
//! rendered from samples.

pub mod files;
pub mod names;
pub mod page;
pub mod sample;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use minijinja::{OutputSpan, Value};

use crate::base::fault::Fault;
use crate::render::admin::admin_context;
use crate::render::engine::{Frame, RenderError, SiteFrame};
use crate::render::messages::Misses;
use crate::render::theme::{Theme, Themes};

use self::names::Names;
use self::sample::{AdminSample, Sample};

/// Everything wrong in the themes below a folder, each with its place.
pub fn folder(dir: &Path) -> Vec<Fault> {
    match Themes::load(dir) {
        Ok(themes) => all(&themes),
        Err(faults) => faults,
    }
}

/// Everything wrong in loaded themes, each with its place.
pub fn all(themes: &Themes) -> Vec<Fault> {
    let samples = sample::pages();
    let mut faults = Vec::new();
    let mut reached = Some(BTreeSet::new());
    for theme in themes.iter() {
        let names = Names::new(theme);
        faults.extend(names.faults());
        faults.extend(files::catalogues(theme));
        faults.extend(files::stylesheets(theme));
        if theme.is_public() {
            faults.extend(samples.iter().flat_map(|sample| sample_page(theme, sample)));
            reached = reached.zip(names.reachable()).map(|(all, own)| &all | &own);
        }
        if theme.is_admin() {
            faults.extend(sample::admin_pages().iter().flat_map(|sample| admin_page(theme, sample)));
            faults.extend(names.reachable().iter().flat_map(|reached| unused(theme, reached)));
        }
    }
    if let Some(reached) = reached {
        let public = themes.iter().filter(|theme| theme.is_public());
        faults.extend(public.flat_map(|theme| unused(theme, &reached)));
    }
    tidy(faults)
}

/// The faults that would keep a page from being shown at all.
pub fn rendering(themes: &Themes) -> Vec<Fault> {
    let samples = sample::pages();
    let mut faults = Vec::new();
    for theme in themes.iter().filter(|theme| theme.is_public()) {
        for sample in &samples {
            if let Err(error) = theme.render(sample.template, &frame(theme, sample), &sample.fields) {
                faults.push(render_fault(theme, &place(sample), error));
            }
        }
    }
    for theme in themes.iter().filter(|theme| theme.is_admin()) {
        for sample in sample::admin_pages() {
            if let Err(error) = theme.render_admin(sample.template, &sample.page, sample.fields.clone()) {
                faults.push(render_fault(theme, &admin_place(&sample), error));
            }
        }
    }
    tidy(faults)
}

/// The frame of a sample page.
pub fn frame(theme: &Theme, sample: &Sample) -> Frame {
    Frame {
        site: Arc::new(SiteFrame::new(theme, &sample.site, &sample.nav)),
        page: sample.page.clone(),
        latest: sample::latest(),
    }
}

/// Renders one sample and looks at the page.
fn sample_page(theme: &Arc<Theme>, sample: &Sample) -> Vec<Fault> {
    let misses = Misses::default();
    let translator = theme.messages.translator(&sample.site.lang, Some(Arc::clone(&misses)));
    let context = theme.context(&frame(theme, sample), sample.fields.clone(), translator);
    look_at(theme, sample.template, &place(sample), context, &misses, page::look)
}

/// Renders one sample of an admin page and looks at it.
fn admin_page(theme: &Theme, sample: &AdminSample) -> Vec<Fault> {
    let misses = Misses::default();
    let translator = theme.messages.translator(sample.page.lang, Some(Arc::clone(&misses)));
    let context = admin_context(&sample.page, sample.fields.clone(), translator);
    let look = if sample.piece { page::look_at_piece } else { page::look };
    look_at(theme, sample.template, &admin_place(sample), context, &misses, look)
}

/// Renders a page and looks at it; `place` names the sample.
fn look_at(
    theme: &Theme,
    template: &str,
    place: &str,
    context: Value,
    misses: &Misses,
    look: fn(&str, &[OutputSpan]) -> Vec<page::Mistake>,
) -> Vec<Fault> {
    let rendered = theme
        .compiled(template)
        .and_then(|template| template.render_with_spans(context).map_err(|error| theme.failed(&error)));
    let (page, spans) = match rendered {
        Ok(rendered) => rendered,
        Err(error) => return vec![render_fault(theme, place, error)],
    };
    let own = theme.template_file(template);
    let mut faults: Vec<Fault> = look(&page, &spans)
        .into_iter()
        .map(|mistake| {
            let message = on_page(&mistake.message, place);
            match mistake.place.filter(|place| !place.template.is_empty()) {
                Some(place) => Fault { file: theme.template_file(&place.template), line: place.line, message },
                None => Fault { file: own.clone(), line: 0, message },
            }
        })
        .collect();
    for key in misses.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        faults.push(Fault::file(&own, on_page(&format!("the text \"{key}\" is in no catalogue"), place)));
    }
    faults
}

/// Templates of a theme that no page of any theme is made of.
fn unused(theme: &Theme, reached: &BTreeSet<String>) -> Vec<Fault> {
    let source = theme.source();
    let unused = |name: &str| !reached.contains(&format!("@{}/{name}", source.name()));
    source
        .templates
        .iter()
        .filter(|(name, _)| unused(name))
        .map(|(_, template)| Fault::file(&template.file, "is used by no page of any theme"))
        .collect()
}

fn place(sample: &Sample) -> String {
    format!("{}, {}", sample.template, sample.name)
}

fn admin_place(sample: &AdminSample) -> String {
    format!("{}, {}, {}", sample.template, sample.name, sample.page.lang)
}

fn on_page(message: &str, place: &str) -> String {
    format!("{message} (page {place})")
}

fn render_fault(theme: &Theme, place: &str, error: RenderError) -> Fault {
    match error {
        RenderError::Failed { fault, .. } => Fault { message: on_page(&fault.message, place), ..fault },
        other => Fault::file(&theme.source().dir, other.to_string()),
    }
}

/// Sorted by place; of faults that differ only in the page, the first that was found.
fn tidy(mut faults: Vec<Fault>) -> Vec<Fault> {
    fn key(fault: &Fault) -> (&Path, usize, &str) {
        (&fault.file, fault.line, fault.message.split(" (page ").next().unwrap_or_default())
    }
    faults.sort_by(|a, b| key(a).cmp(&key(b)));
    faults.dedup_by(|a, b| key(a) == key(b));
    faults
}
