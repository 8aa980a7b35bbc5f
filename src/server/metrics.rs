//! Numbers about requests and connections, and their text form for Prometheus.
//!
//! **Invariant:** counting takes no lock and shares no cache line between threads that answer requests.

use std::cell::Cell;
use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::cache;

/// Upper ends of the classes of duration, in seconds.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// Places to count in; threads are spread over them.
const CELLS: usize = 16;

#[derive(Debug, Default)]
#[repr(align(128))]
struct Counts {
    /// 1xx to 5xx.
    classes: [AtomicU64; 5],
    cached: AtomicU64,
}

/// Counters of the server.
#[derive(Debug, Default)]
pub struct Metrics {
    cells: [Counts; CELLS],
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
    pub(super) accepted: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) tls_failed: AtomicU64,
    pub(super) broken: AtomicU64,
}

static NEXT_CELL: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static CELL: Cell<usize> = Cell::new(NEXT_CELL.fetch_add(1, Ordering::Relaxed) % CELLS);
}

impl Metrics {
    /// A request was answered from the cache.
    pub(super) fn cached(&self, status: u16) {
        let cell = self.cell();
        cell.cached.fetch_add(1, Ordering::Relaxed);
        cell.classes[class(status)].fetch_add(1, Ordering::Relaxed);
    }

    /// A request was answered the slow way.
    pub(super) fn answered(&self, status: u16, took: Duration) {
        self.cell().classes[class(status)].fetch_add(1, Ordering::Relaxed);
        let seconds = took.as_secs_f64();
        let place = BUCKETS.iter().position(|end| seconds <= *end).unwrap_or(BUCKETS.len());
        self.buckets[place].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    }

    fn cell(&self) -> &Counts {
        &self.cells[CELL.with(Cell::get)]
    }

    /// Requests answered in all.
    pub fn requests(&self) -> u64 {
        self.cells.iter().flat_map(|cell| &cell.classes).map(|n| n.load(Ordering::Relaxed)).sum()
    }

    /// Writes everything.
    pub(super) fn write(&self, out: &mut Exposition, open: usize) {
        let sum = |pick: &dyn Fn(&Counts) -> u64| self.cells.iter().map(pick).sum::<u64>();
        out.head("zhanqun_requests_total", "counter", "Requests answered, by class of status.");
        for (place, name) in ["1xx", "2xx", "3xx", "4xx", "5xx"].iter().enumerate() {
            let count = sum(&|cell| cell.classes[place].load(Ordering::Relaxed));
            out.sample("zhanqun_requests_total", &[("class", name)], count);
        }
        let cached = sum(&|cell| cell.cached.load(Ordering::Relaxed));
        out.counter("zhanqun_requests_cached_total", "Requests answered at once from finished pages.", cached);
        let name = "zhanqun_request_seconds";
        out.head(name, "histogram", "Time to the head of the answer of requests not answered at once.");
        let mut count = 0;
        for (place, bucket) in self.buckets.iter().enumerate() {
            count += bucket.load(Ordering::Relaxed);
            let end = BUCKETS.get(place).map_or("+Inf".to_string(), f64::to_string);
            out.sample("zhanqun_request_seconds_bucket", &[("le", &end)], count);
        }
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        out.sample("zhanqun_request_seconds_sum", &[], seconds);
        out.sample("zhanqun_request_seconds_count", &[], count);
        out.gauge("zhanqun_connections", "Open connections.", open);
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        out.counter("zhanqun_connections_total", "Connections accepted.", load(&self.accepted));
        out.counter("zhanqun_connections_refused_total", "Connections refused for lack of room.", load(&self.refused));
        out.counter("zhanqun_tls_failed_total", "TLS handshakes that failed.", load(&self.tls_failed));
        out.counter("zhanqun_connections_broken_total", "Connections that ended by an error.", load(&self.broken));
    }
}

fn class(status: u16) -> usize {
    (usize::from(status / 100)).clamp(1, 5) - 1
}

/// Writes the cache's numbers.
pub(super) fn write_cache(out: &mut Exposition, stats: &cache::Stats) {
    out.counter("zhanqun_cache_hits_total", "Pages found in the cache.", stats.hits);
    out.counter("zhanqun_cache_misses_total", "Lookups that found no page.", stats.misses);
    out.gauge("zhanqun_cache_pages", "Kept pages.", stats.entries);
    out.gauge("zhanqun_cache_shared_parts", "Kept shared parts of pages.", stats.memos);
    out.gauge("zhanqun_cache_bytes", "Memory of kept pages in all forms.", stats.bytes);
    out.gauge("zhanqun_cache_tags", "Different things that kept pages depend on.", stats.tags);
    out.counter("zhanqun_cache_invalidated_total", "Pages dropped because something changed.", stats.invalidated);
    out.counter("zhanqun_cache_evicted_total", "Pages dropped for room.", stats.evicted);
    out.counter("zhanqun_cache_refused_total", "Pages outdated while they were rendered.", stats.refused);
    out.counter("zhanqun_pages_rendered_total", "Pages rendered.", stats.rendered);
    out.counter("zhanqun_pages_waited_total", "Requests that waited for another's rendering.", stats.waited);
}

/// Text for Prometheus (exposition format 0.0.4).
#[derive(Debug, Default)]
pub struct Exposition(pub(super) String);

impl Exposition {
    /// A number that only grows; its name ends in `_total`.
    pub fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, "counter", help);
        self.sample(name, &[], value);
    }

    /// A number that goes up and down.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, "gauge", help);
        self.sample(name, &[], value);
    }

    /// Name, type and meaning of the samples that follow.
    pub fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ =
            writeln!(self.0, "# HELP {name} {}\n# TYPE {name} {kind}", help.replace('\\', "\\\\").replace('\n', " "));
    }

    /// One sample with its labels.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            self.0.push(if place == 0 { '{' } else { ',' });
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{label}=\"{text}\"");
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}
