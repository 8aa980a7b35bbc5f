//! What `zhanqun check` finds wrong in themes.
//!
//! **Invariant:** checking changes nothing and needs no site: pages are
//! rendered from samples.

pub mod sample;

use std::sync::Arc;

use crate::base::fault::Fault;
use crate::render::engine::{Frame, RenderError, SiteFrame};
use crate::render::theme::{Theme, Themes};

use self::sample::Sample;

/// The faults that would keep a page from being shown at all.
pub fn rendering(themes: &Themes) -> Vec<Fault> {
    let samples = sample::pages();
    let mut faults = Vec::new();
    for theme in themes.iter().filter(|theme| theme.is_public()) {
        for sample in &samples {
            let page = theme.render(sample.template, &frame(theme, sample), &sample.fields);
            if let Err(error) = page {
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

fn render_fault(theme: &Theme, sample: &Sample, error: RenderError) -> Fault {
    match error {
        RenderError::Failed { fault, .. } => {
            let message = format!("{} (page {}, {})", fault.message, sample.template, sample.name);
            Fault { message, ..fault }
        }
        other => Fault::file(&theme.source().dir, other.to_string()),
    }
}

/// Sorted by place; of faults at one place that differ only in the page, the first.
fn tidy(mut faults: Vec<Fault>) -> Vec<Fault> {
    let plain =
        |fault: &Fault| fault.message.split(" (page ").next().unwrap_or_default().to_owned();
    faults.sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
    faults.dedup_by(|a, b| a.file == b.file && a.line == b.line && plain(a) == plain(b));
    faults
}
