//! How long a page takes to render: the home pages of the shipped themes,
//! with the parts that all pages of a site share built before, as the server does.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use zhanqun::render::check;
use zhanqun::render::check::sample;
use zhanqun::render::engine::SiteFrame;
use zhanqun::render::theme::Themes;

/// The allocator of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Templates to measure, with the name of their sample.
const PAGES: [(&str, &str); 5] = [
    ("site/home.html", "full"),
    ("site/portal.html", "full"),
    ("channel/list.html", "first page"),
    ("content/document.html", "full"),
    ("error/404.html", "suggestions"),
];

fn pages(criterion: &mut Criterion) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    let themes = match Themes::load(&dir) {
        Ok(themes) => themes,
        Err(faults) => panic!("the themes have faults: {faults:?}"),
    };
    let samples = sample::pages();
    for theme in themes.iter().filter(|theme| theme.is_public()) {
        let mut group = criterion.benchmark_group(theme.name());
        for (template, name) in PAGES {
            let sample = samples
                .iter()
                .find(|sample| sample.template == template && sample.name == name)
                .expect("the samples hold a page of every template");
            let frame = check::frame(theme, sample);
            let size = theme.render(template, &frame, &sample.fields).expect("shipped themes render").len();
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(format!("{template} {size} bytes"), |bencher| {
                bencher.iter(|| black_box(theme.render(template, &frame, &sample.fields)));
            });
        }
        // The struct of the page turned into values on each render, as handlers do.
        let home = sample::home(5);
        let sample = &samples[0];
        let frame = check::frame(theme, sample);
        group.bench_function("site/home.html from its struct", |bencher| {
            bencher.iter(|| black_box(theme.render("site/home.html", &frame, &home)));
        });
        group.bench_function("shared part of a site", |bencher| {
            bencher.iter(|| black_box(Arc::new(SiteFrame::new(theme, &sample.site, &sample.nav))));
        });
        group.finish();
    }
}

criterion_group!(benches, pages);
criterion_main!(benches);
