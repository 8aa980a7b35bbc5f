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

use crate::base::fault::Fault;
use crate::render::engine::{Frame, RenderError, SiteFrame};
use crate::render::messages::Misses;
use crate::render::theme::{Theme, Themes};

use self::names::Names;
use self::sample::Sample;

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
    }
    if let Some(reached) = reached {
        faults.extend(unused(themes, &reached));
    }
    tidy(faults)
}

/// The faults that would keep a page from being shown at all.
pub fn rendering(themes: &Themes) -> Vec<Fault> {
    let samples = sample::pages();
    let mut faults = Vec::new();
    for theme in themes.iter().filter(|theme| theme.is_public()) {
        for sample in &samples {
            if let Err(error) = theme.render(sample.template, &frame(theme, sample), &sample.fields)
            {
                faults.push(render_fault(theme, sample, error));
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
    let rendered = theme.compiled(sample.template).and_then(|template| {
        template.render_with_spans(context).map_err(|error| theme.failed(&error))
    });
    let (page, spans) = match rendered {
        Ok(rendered) => rendered,
        Err(error) => return vec![render_fault(theme, sample, error)],
    };
    let own = theme.template_file(sample.template);
    let mut faults: Vec<Fault> = page::look(&page, &spans)
        .into_iter()
        .map(|mistake| {
            let message = on_page(&mistake.message, sample);
            match mistake.place.filter(|place| !place.template.is_empty()) {
                Some(place) => {
                    Fault { file: theme.template_file(&place.template), line: place.line, message }
                }
                None => Fault { file: own.clone(), line: 0, message },
            }
        })
        .collect();
    for key in misses.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        faults.push(Fault::file(
            &own,
            on_page(&format!("the text \"{key}\" is in no catalogue"), sample),
        ));
    }
    faults
}

/// Templates of public themes that no page of any theme is made of.
fn unused(themes: &Themes, reached: &BTreeSet<String>) -> Vec<Fault> {
    let public = themes.iter().filter(|theme| theme.is_public()).map(|theme| theme.source());
    public
        .flat_map(|source| {
            source.templates.iter().map(move |(name, template)| (source.name(), name, template))
        })
        .filter(|(theme, name, _)| !reached.contains(&format!("@{theme}/{name}")))
        .map(|(_, _, template)| Fault::file(&template.file, "is used by no page of any theme"))
        .collect()
}

fn on_page(message: &str, sample: &Sample) -> String {
    format!("{message} (page {}, {})", sample.template, sample.name)
}

fn render_fault(theme: &Theme, sample: &Sample, error: RenderError) -> Fault {
    match error {
        RenderError::Failed { fault, .. } => {
            Fault { message: on_page(&fault.message, sample), ..fault }
        }
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
