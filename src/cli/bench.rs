//! `zhanqun bench fill`: an empty data directory with realistic documents, for measuring.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::By;
use crate::domain::content::{self, Edit, Imported};
use crate::domain::site::{Channel, ChannelKind, Site, SiteNode, UpdateClass};
use crate::store::Actor;

use super::args::BenchCommand;
use super::demo_text::{Numbers, document};
use super::{Context, Failure};

/// Documents in one transaction.
const TOGETHER: u64 = 250;
/// Threads that write texts while the writer thread stores others.
const WRITERS: u64 = 2;
/// Publication times are spread over so many milliseconds (15 years).
const SPAN: u64 = 15 * 365 * 24 * 3600 * 1000;

pub(super) fn bench(context: &mut Context<'_>, command: &BenchCommand) -> Result<(), Failure> {
    let BenchCommand::Fill { documents, sites } = command;
    fill(context, *documents, *sites)
}

fn fill(context: &mut Context<'_>, documents: u64, sites: u64) -> Result<(), Failure> {
    let app = context.app.clone();
    if app.store.seq() > 0 {
        return Err(Failure::failed(format!("{}: not empty", app.data_dir().display())));
    }
    let declarations = crate::app::App::read_sites(&app.config, &app.engine).map_err(crate::app::OpenError::Faults)?;
    crate::domain::site::apply(&app.store, &By::ops(), &declarations)?;
    more_sites(context, sites)?;
    let directory = app.directory().clone();
    let mut places: Vec<(String, ChannelId)> = Vec::new();
    for node in directory.all().take(usize::try_from(sites.max(1)).unwrap_or(usize::MAX)) {
        places.extend(lists(node).map(|channel| (node.site.name.clone(), channel)));
    }
    if places.is_empty() {
        return Err(Failure::failed("no site has a list column"));
    }
    let now = app.clock.now();
    let step = (SPAN / documents.max(1)).max(1);
    let meter = context.out.meter("documents", documents);
    let done = AtomicU64::new(0);
    let next = AtomicU64::new(0);
    let results: Vec<Result<(), Failure>> = std::thread::scope(|scope| {
        let work = || -> Result<(), Failure> {
            loop {
                let first = next.fetch_add(TOGETHER, Ordering::Relaxed);
                if first >= documents {
                    return Ok(());
                }
                let mut tx = app.store.transaction(Actor::cli(), "bench.fill");
                let end = (first + TOGETHER).min(documents);
                for number in first..end {
                    let (source, channel) = &places[Numbers::new(number ^ 0x5eed).below(places.len())];
                    let imported = Imported {
                        edit: Edit { channel: *channel, text: document(number + 1, source), ..Edit::default() },
                        published: Some(now - ((documents - number) * step) as i64),
                        ..Imported::default()
                    };
                    content::import(&mut tx, &imported, now)?;
                }
                app.store.commit(tx)?;
                meter.at(done.fetch_add(end - first, Ordering::Relaxed) + end - first);
            }
        };
        let threads: Vec<_> = (0..WRITERS).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(Failure::failed("a writing thread broke off"))))
            .collect()
    });
    results.into_iter().collect::<Result<(), Failure>>()?;
    meter.end();
    context.out.line(format!(
        "{documents} documents in {} columns of {} sites",
        places.len(),
        directory.len().min(sites as usize)
    ));
    Ok(())
}

/// Columns of a site that hold lists.
fn lists(node: &SiteNode) -> impl Iterator<Item = ChannelId> {
    let mut channels: Vec<ChannelId> =
        node.channels.values().filter(|channel| channel.kind == ChannelKind::List).map(|channel| channel.id).collect();
    channels.sort();
    channels.into_iter()
}

/// Makes sites up beyond those that are declared.
fn more_sites(context: &mut Context<'_>, wanted: u64) -> Result<(), Failure> {
    let app = context.app.clone();
    let directory = app.directory().clone();
    let Some(model) = directory.all().find(|node| !node.site.is_portal()) else {
        return Ok(());
    };
    let have = directory.len() as u64;
    let numbers: Vec<u64> = (have..wanted).collect();
    for chunk in numbers.chunks(50) {
        let mut tx = app.store.transaction(Actor::cli(), "bench.sites");
        for number in chunk {
            let id = SiteId(tx.new_id());
            let site = Site {
                id,
                slug: format!("bench-{number}"),
                name: format!("华蓥市第{number}测试单位"),
                short_name: format!("第{number}单位"),
                hosts: Vec::new(),
                old_hosts: vec![format!("bench-{number}.huaying.example")],
                order: number + 1,
                declared: false,
                former_slugs: Vec::new(),
                ..model.site.clone()
            };
            tx.put(&site)?;
            for (place, (slug, name, kind)) in
                [("gzdt", "工作动态", "工作动态"), ("tzgg", "通知公告", "政策文件"), ("zcwj", "政策文件", "政策文件")]
                    .into_iter()
                    .enumerate()
            {
                let channel = Channel::new(&site, ChannelId(tx.new_id()), None, slug, name);
                tx.put(&Channel {
                    order: 100 - place as u64,
                    column_type: kind.into(),
                    update: UpdateClass::Biweekly,
                    ..channel
                })?;
            }
        }
        app.store.commit(tx)?;
    }
    Ok(())
}
