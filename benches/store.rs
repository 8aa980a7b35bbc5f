//! Speed of the store. `ZHANQUN_FIGURES=100000 cargo bench --bench store` measures once how long a store of
//! so many documents takes to load, close and open in every way, and prints it.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use serde::{Deserialize, Serialize};
use zhanqun::store::{Actor, Keys, ListKey, Options, Position, Read, Record, Store, TableDef};

/// The server's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Clone, Serialize, Deserialize)]
struct Doc {
    id: u64,
    column: u64,
    time: u64,
    title: String,
    text: String,
}

impl Record for Doc {
    const TABLE: u8 = 1;
    const NAME: &'static str = "document";

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        1
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(1, &[self.column], self.time);
        keys.list(2, &[], self.time);
        keys.list(3, &[1, self.column], self.time);
        keys.unique(4, &self.id.to_be_bytes());
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Revision {
    id: u64,
    document: u64,
    text: String,
}

impl Record for Revision {
    const TABLE: u8 = 2;
    const NAME: &'static str = "revision";

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        1
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(5, &[self.document], self.id);
    }
}

/// About `bytes` bytes of Chinese text that compresses as text does.
fn text(seed: u64, bytes: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut out = String::with_capacity(bytes + 3);
    while out.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let word = (state >> 20) % 700;
        for n in 0..2 + word % 2 {
            out.extend(char::from_u32(0x4e00 + ((word * 37 + n * 911) % 3000) as u32));
        }
    }
    out
}

fn doc(id: u64) -> Doc {
    let time = 1_700_000_000_000 + id * 60_000;
    Doc { id, column: id % 200, time, title: text(id, 60), text: text(id + 1, 3600) }
}

fn options(dir: &Path) -> Options {
    let mut options = Options::new(dir, vec![TableDef::of::<Doc>(), TableDef::of::<Revision>()]);
    options.snapshots = false;
    options
}

fn commit(store: &Store, id: u64) {
    let mut tx = store.transaction(Actor::system(), "bench.put");
    tx.put(&doc(id)).unwrap();
    store.commit(tx).unwrap();
}

fn fill(store: &Store, documents: u64, at_once: u64) {
    for start in (1..=documents).step_by(at_once as usize) {
        let mut tx = store.transaction(Actor::system(), "bench.fill");
        for id in start..(start + at_once).min(documents + 1) {
            let doc = doc(id);
            tx.put(&Revision { id: id + (1 << 32), document: id, text: doc.text.clone() }).unwrap();
            tx.put(&doc).unwrap();
        }
        store.commit(tx).unwrap();
    }
}

fn writers(store: &Store, threads: u64, commits: u64, first: u64) -> Duration {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for n in (thread..commits).step_by(threads as usize) {
                    commit(store, first + n);
                }
            });
        }
    });
    started.elapsed()
}

fn benches(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(options(dir.path()), &()).unwrap();
    fill(&store, 10_000, 100);
    let mut next = 1_000_000;
    let mut group = c.benchmark_group("commit");
    group.throughput(Throughput::Elements(1));
    for threads in [1, 32] {
        group.bench_function(format!("{threads} writers"), |b| {
            b.iter_custom(|commits| {
                next += commits;
                writers(&store, threads, commits, next - commits)
            });
        });
    }
    group.finish();
    let mut at = 0;
    c.bench_function("row", |b| {
        b.iter(|| {
            at = at % 10_000 + 1;
            black_box(store.get::<Doc>(at).unwrap())
        });
    });
    let list = ListKey::new(1, &[7]);
    c.bench_function("newest 20", |b| b.iter(|| black_box(store.list(list, Position::FIRST, 20).unwrap())));
    let all = ListKey::new(2, &[]);
    c.bench_function("page 400", |b| b.iter(|| black_box(store.list_at(all, 8000, 20).unwrap())));
    c.bench_function("count", |b| b.iter(|| black_box(store.count(list).unwrap())));
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (started, before) = (Instant::now(), cpu());
    let done = work();
    println!("{what}: {:.2} s, {:.2} s of processor time", started.elapsed().as_secs_f64(), cpu() - before);
    done
}

fn size(dir: &Path) -> u64 {
    let items = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    items.map(|i| if i.path().is_dir() { size(&i.path()) } else { i.metadata().unwrap().len() }).sum()
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|l| l.starts_with("VmRSS")).unwrap_or("").to_owned()
}

/// Processor time of this process in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: u64 = stat.split_whitespace().skip(13).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

fn figures(documents: u64) {
    let dir = match std::env::var_os("ZHANQUN_FIGURES_DIR") {
        Some(dir) => tempfile::tempdir_in(dir).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let phase = std::sync::Mutex::new((None, Instant::now()));
    let open = || {
        let progress = |work: zhanqun::store::Work, _: u64, _: u64| {
            let mut phase = phase.lock().unwrap();
            if phase.0 != Some(work) {
                println!("  {work:?} begins after {:.2} s", phase.1.elapsed().as_secs_f64());
                *phase = (Some(work), Instant::now());
            }
        };
        *phase.lock().unwrap() = (None, Instant::now());
        Store::open(options(dir.path()), &progress).unwrap()
    };
    let store = open();
    timed(&format!("load {documents} documents and revisions"), || fill(&store, documents, 20));
    for threads in [1, 32] {
        let commits = if threads == 1 { 5_000 } else { 40_000 };
        let before = (store.stats(), cpu());
        let took = writers(&store, threads, commits, (1 << 40) * threads);
        let stats = store.stats();
        println!(
            "{threads} writers: {:.0} commits/s, {:.1} per group, {:.0} microseconds of processor time each",
            commits as f64 / took.as_secs_f64(),
            commits as f64 / (stats.syncs - before.0.syncs) as f64,
            (cpu() - before.1) * 1e6 / commits as f64
        );
    }
    let stats = store.stats();
    println!(
        "{} rows, {} keys, journal {} MB, state {} MB",
        stats.rows,
        stats.keys,
        stats.journal_bytes >> 20,
        size(&dir.path().join("state")) >> 20
    );
    println!("loaded: {}", memory());
    timed("snapshot", || store.snapshot().unwrap());
    timed("close", || store.close().unwrap());
    drop(store);
    println!(
        "state after the close {} MB, snapshot {} MB",
        size(&dir.path().join("state")) >> 20,
        size(&dir.path().join("snapshots")) >> 20
    );
    let store = timed("open after a clean stop", open);
    println!("opened: {}", memory());
    let all = ListKey::new(2, &[]);
    timed("first deep page", || store.list_at(all, documents / 2, 20).unwrap());
    timed("second deep page", || store.list_at(all, documents / 2 + 20, 20).unwrap());
    timed("close again", || store.close().unwrap());
    drop(store);
    std::fs::remove_file(dir.path().join("clean")).unwrap();
    let store = timed("open with a full scan", open);
    println!("scanned: {}", memory());
    store.close().unwrap();
    drop(store);
    std::fs::remove_dir_all(dir.path().join("state")).unwrap();
    let store = timed("rebuild from the snapshot", open);
    store.close().unwrap();
    drop(store);
    std::fs::remove_dir_all(dir.path().join("state")).unwrap();
    std::fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
    let store = timed("rebuild from the journal", open);
    timed("verify", || zhanqun::store::verify(dir.path(), &()).unwrap());
    let target = dir.path().join("backup");
    timed("backup", || zhanqun::store::backup(dir.path(), &target, true, &()).unwrap());
    store.close().unwrap();
}

fn main() {
    match std::env::var("ZHANQUN_FIGURES") {
        Ok(documents) => figures(documents.parse().unwrap()),
        Err(_) => {
            let mut criterion =
                Criterion::default().sample_size(20).measurement_time(Duration::from_secs(4)).configure_from_args();
            benches(&mut criterion);
            criterion.final_summary();
        }
    }
}
