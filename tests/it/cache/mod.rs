//! Finished pages: exactness against a model, races, eviction, shared parts.
#![allow(clippy::unwrap_used)]

mod memory;

use std::sync::Arc;

use proptest::prelude::*;
use zhanqun::base::clock::Clock;
use zhanqun::cache::{
    Arrival, BROTLI, Cache, Encoding, Entry, Flights, GZIP, MemoKey, Page, PageKey, Recorder, Rendered, Variant, pack,
};
use zhanqun::store::{ListKey, Position, Read, Touched};
use zhanqun::web::delivery::dress;

pub use memory::Memory;

fn page(text: impl Into<String>) -> Arc<Page> {
    Arc::new(Page::new(Rendered::html(http::StatusCode::OK, text.into()), dress))
}

fn key(target: &str) -> PageKey {
    PageKey::new(Variant::Normal, target)
}

/// Keeps the result of reading `read` as the page `target`.
fn keep(
    cache: &Arc<Cache>,
    store: &Memory,
    target: &str,
    read: impl Fn(&Recorder) -> String,
) -> Result<Arc<Entry>, u64> {
    let recorder = Recorder::new(store.source(), cache.clone());
    let text = read(&recorder);
    cache.keep(key(target), page(text), recorder.recorded())
}

fn is_kept(cache: &Cache, target: &str) -> bool {
    cache.peek(&key(target)).is_some()
}

const LIST: u8 = 1;
const ALL: u8 = 2;

/// A read that a page might do.
#[derive(Debug, Clone)]
enum Ask {
    Row(u64),
    List(u64, u64, usize),
    Back(u64, u64, usize),
    At(u64, u64, usize),
    Count(u64),
    Any(u64),
    Unique(u8),
    Memo(u64),
}

fn list_of(channel: u64) -> ListKey {
    if channel == 0 { ListKey::new(ALL, &[]) } else { ListKey::new(LIST, &[channel]) }
}

fn position(order: u64, id: u64) -> Position {
    zhanqun::store::Entry { id, order }.position()
}

fn answer(store: &impl Read, recorder: Option<&Recorder>, ask: &Ask) -> String {
    match ask {
        Ask::Row(id) => format!("{:?}", store.row(1, *id)),
        Ask::List(channel, order, limit) => {
            let after = if *order == 0 { Position::FIRST } else { position(*order, 3) };
            format!("{:?}", store.list(list_of(*channel), after, *limit))
        }
        Ask::Back(channel, order, limit) => {
            let before = if *order == 0 { Position::LAST } else { position(*order, 3) };
            format!("{:?}", store.list_back(list_of(*channel), before, *limit))
        }
        Ask::At(channel, offset, limit) => format!("{:?}", store.list_at(list_of(*channel), *offset, *limit)),
        Ask::Count(channel) => format!("{:?}", store.count(list_of(*channel))),
        Ask::Any(channel) => format!("{:?}", store.any(list_of(*channel))),
        Ask::Unique(key) => format!("{:?}", store.unique(9, &[*key])),
        Ask::Memo(id) => {
            let read = |store: &dyn Read| format!("{:?} {:?}", store.row(1, *id), store.any(list_of(*id)));
            match recorder {
                None => read(store),
                Some(recorder) => {
                    let made = recorder.memo(MemoKey::shell(*id), |inner| Ok::<_, ()>(read(inner)));
                    made.unwrap().as_ref().clone()
                }
            }
        }
    }
}

fn asks() -> impl Strategy<Value = Ask> {
    let (channel, id, order, limit) = (0..3u64, 1..8u64, 0..6u64, 0..4usize);
    prop_oneof![
        id.clone().prop_map(Ask::Row),
        (channel.clone(), order.clone(), limit.clone()).prop_map(|(c, o, l)| Ask::List(c, o, l)),
        (channel.clone(), order.clone(), limit.clone()).prop_map(|(c, o, l)| Ask::Back(c, o, l)),
        (channel.clone(), order, limit).prop_map(|(c, o, l)| Ask::At(c, o, l)),
        channel.clone().prop_map(Ask::Count),
        channel.clone().prop_map(Ask::Any),
        (0..4u8).prop_map(Ask::Unique),
        channel.prop_map(Ask::Memo),
    ]
}

/// One write: row, and its channel, order and unique key; `None` deletes it.
type Write = (u64, Option<(u64, u64, u8)>);

fn writes() -> impl Strategy<Value = Vec<Write>> {
    prop::collection::vec((1..8u64, prop::option::of((1..3u64, 1..6u64, 0..4u8))), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// After any commits, a kept page says what rendering it now would say; and a page that was
    /// dropped had a reason in what it read.
    #[test]
    fn kept_pages_are_never_outdated(
        first in prop::collection::vec(writes(), 0..4),
        pages in prop::collection::vec(prop::collection::vec(asks(), 1..4), 1..6),
        then in prop::collection::vec(writes(), 1..6),
    ) {
        let (cache, store) = (Cache::new(1 << 20, Clock::System), Memory::default());
        for write in &first {
            cache.invalidate(&store.commit(write));
        }
        let text = |page: &[Ask]| page.iter().map(|ask| answer(&store, None, ask)).collect::<String>();
        for (number, page) in pages.iter().enumerate() {
            let kept = keep(&cache, &store, &format!("/{number}"), |recorder| {
                page.iter().map(|ask| answer(recorder, Some(recorder), ask)).collect()
            });
            prop_assert!(kept.is_ok());
        }
        for write in &then {
            let touched = store.commit(write);
            let before: Vec<bool> = (0..pages.len()).map(|n| is_kept(&cache, &format!("/{n}"))).collect();
            cache.invalidate(&touched);
            for (number, page) in pages.iter().enumerate() {
                match cache.peek(&key(&format!("/{number}"))) {
                    Some(entry) => {
                        let now = text(page);
                        prop_assert_eq!(&entry.page().body()[..], now.as_bytes(), "{:?} after {:?}", page, write);
                    }
                    None if before[number] => {
                        prop_assert!(page.iter().any(|ask| memory::concerns(&touched, ask)), "{page:?} needlessly after {write:?}");
                    }
                    None => {}
                }
            }
        }
        // Nothing leaks: dropping all leaves no tags and no bytes.
        for id in 1..8 {
            cache.invalidate(&Touched { rows: vec![(1, id)], ..Touched::default() });
        }
        cache.clear();
        let stats = cache.stats();
        prop_assert_eq!((stats.entries, stats.bytes, stats.tags, stats.memos), (0, 0, 0, 0));
    }
}

#[test]
fn a_list_range_is_exact() {
    let (cache, store) = (Cache::new(1 << 20, Clock::System), Memory::default());
    for id in 1..=6 {
        cache.invalidate(&store.commit(&[(id, Some((1, id * 10, 0)))]));
    }
    // Orders 60 to 10. The first page shows 60, 50; the second 40, 30.
    let two = |recorder: &Recorder, offset| format!("{:?}", recorder.list_at(list_of(1), offset, 2));
    keep(&cache, &store, "/first", |r| two(r, 0)).unwrap();
    keep(&cache, &store, "/second", |r| two(r, 2)).unwrap();
    keep(&cache, &store, "/after-50", |r| format!("{:?}", r.list(list_of(1), position(50, 5), 2))).unwrap();
    cache.invalidate(&store.commit(&[(1, Some((1, 5, 0)))]));
    assert!(is_kept(&cache, "/first") && is_kept(&cache, "/second") && is_kept(&cache, "/after-50"));
    cache.invalidate(&store.commit(&[(3, Some((1, 31, 0)))]));
    assert!(is_kept(&cache, "/first"));
    assert!(!is_kept(&cache, "/second") && !is_kept(&cache, "/after-50"));
    keep(&cache, &store, "/after-50", |r| format!("{:?}", r.list(list_of(1), position(50, 5), 2))).unwrap();
    cache.invalidate(&store.commit(&[(7, Some((1, 70, 0)))]));
    assert!(!is_kept(&cache, "/first"));
    assert!(is_kept(&cache, "/after-50"), "what comes before the range does not matter");
}

#[test]
fn a_page_made_from_old_data_is_not_kept() {
    let (cache, store) = (Cache::new(1 << 20, Clock::System), Memory::default());
    let recorder = Recorder::new(store.source(), cache.clone());
    let text = format!("{:?}", recorder.row(1, 1));
    cache.invalidate(&store.commit(&[(2, Some((1, 1, 0)))]));
    cache.invalidate(&store.commit(&[(1, Some((1, 1, 1)))]));
    assert_eq!(cache.keep(key("/a"), page(text.clone()), recorder.recorded()).unwrap_err(), 2);
    assert!(!is_kept(&cache, "/a"));
    // One that read only something else is kept.
    let other = Recorder::new(store.source(), cache.clone());
    let _ = other.row(1, 5);
    cache.invalidate(&store.commit(&[(1, None)]));
    assert!(cache.keep(key("/b"), page("b"), other.recorded()).is_ok());
    // One that took longer than the log remembers is not kept, whatever it read.
    let slow = Recorder::new(store.source(), cache.clone());
    let _ = slow.row(1, 6);
    for _ in 0..2000 {
        cache.invalidate(&store.commit(&[(2, Some((1, 1, 0)))]));
    }
    assert!(cache.keep(key("/c"), page("c"), slow.recorded()).is_err());
    // Clearing counts as well.
    let cleared = Recorder::new(store.source(), cache.clone());
    cache.clear();
    assert!(cache.keep(key("/d"), page("d"), cleared.recorded()).is_err());
    assert_eq!(cache.stats().refused, 3);
}

#[test]
fn shared_parts_fall_with_their_tags_and_pages_with_them() {
    let (cache, store) = (Cache::new(1 << 20, Clock::System), Memory::default());
    let shell = |recorder: &Recorder| {
        let made = recorder.memo(MemoKey::shell(1), |inner| {
            let menu =
                inner.memo(MemoKey { part: "menu", id: 1 }, |inner| inner.row(1, 1).map(|row| format!("{row:?}")));
            menu.map(|menu| format!("[{menu}]"))
        });
        made.unwrap().to_string()
    };
    keep(&cache, &store, "/a", shell).unwrap();
    keep(&cache, &store, "/b", |_| "alone".into()).unwrap();
    assert_eq!(cache.stats().memos, 2);
    cache.invalidate(&store.commit(&[(2, Some((1, 1, 0)))]));
    assert!(is_kept(&cache, "/a"));
    cache.invalidate(&store.commit(&[(1, Some((1, 1, 1)))]));
    assert!(!is_kept(&cache, "/a") && is_kept(&cache, "/b"));
    assert_eq!(cache.stats().memos, 0);
    // A page that used a part which fell while the page was made is not kept.
    let recorder = Recorder::new(store.source(), cache.clone());
    let text = shell(&recorder);
    cache.invalidate(&store.commit(&[(1, None)]));
    assert!(cache.keep(key("/a"), page(text), recorder.recorded()).is_err());
    // A part that fell while it was made is not kept, and neither is the page.
    let recorder = Recorder::new(store.source(), cache.clone());
    let made = recorder.memo(MemoKey::shell(2), |inner| {
        let row = inner.row(1, 4).map(|row| format!("{row:?}"));
        cache.invalidate(&store.commit(&[(4, Some((1, 1, 2)))]));
        row
    });
    assert_eq!(cache.stats().memos, 0);
    assert!(cache.keep(key("/c"), page(made.unwrap().to_string()), recorder.recorded()).is_err());
}

#[test]
fn pages_end_at_their_time() {
    let clock = Clock::fixed(1000);
    let (cache, store) = (Cache::new(1 << 20, clock.clone()), Memory::default());
    keep(&cache, &store, "/a", |recorder| {
        recorder.until(2000);
        recorder.until(3000);
        "until 2000".into()
    })
    .unwrap();
    assert!(cache.get(Variant::Normal, "/a").is_some());
    clock.set(2000);
    assert!(cache.get(Variant::Normal, "/a").is_none());
}

#[test]
fn eviction_keeps_to_the_bytes_and_prefers_unused_pages() {
    let limit = 400 << 10;
    let (cache, store) = (Cache::new(limit, Clock::System), Memory::default());
    let body = "x".repeat(10 << 10);
    keep(&cache, &store, "/hot", |r| format!("{:?}{body}", r.row(1, 1))).unwrap();
    for number in 0..200 {
        assert!(cache.get(Variant::Normal, "/hot").is_some(), "evicted after {number}");
        keep(&cache, &store, &format!("/{number}"), |r| format!("{:?}{body}", r.row(1, number))).unwrap();
        assert!(cache.stats().bytes as usize <= limit);
    }
    let stats = cache.stats();
    assert!(stats.entries > 20 && stats.evicted > 150, "{stats:?}");
    // Compressed forms count too.
    let entry = cache.get(Variant::Normal, "/hot").unwrap();
    let before = cache.stats().bytes;
    cache.add_form(&entry, Encoding::Zstd, 3, vec![0; 5000].into());
    let after = cache.stats();
    assert!(after.bytes > before + 4000 || after.evicted > stats.evicted);
    assert!(after.bytes as usize <= limit);
}

#[test]
fn variants_and_keys_are_apart_and_replaced_pages_are_forgotten() {
    let (cache, store) = (Cache::new(1 << 20, Clock::System), Memory::default());
    keep(&cache, &store, "/a", |r| format!("{:?}", r.row(1, 1))).unwrap();
    assert!(cache.get(Variant::Elder, "/a").is_none());
    assert!(cache.get(Variant::Normal, "/a?").is_none());
    keep(&cache, &store, "/a", |r| format!("new {:?}", r.row(1, 2))).unwrap();
    assert_eq!(cache.stats().entries, 1);
    cache.invalidate(&store.commit(&[(1, Some((1, 1, 0)))]));
    assert!(is_kept(&cache, "/a"), "the old page's tags are gone");
    cache.invalidate(&store.commit(&[(2, Some((1, 1, 1)))]));
    assert!(!is_kept(&cache, "/a"));
}

#[test]
fn dropped_pages_that_were_asked_for_are_named_most_visited_first() {
    let (cache, store) = (Cache::new(1 << 20, Clock::System), Memory::default());
    for (target, hits) in [("/cold", 0), ("/warm", 2), ("/hot", 5)] {
        keep(&cache, &store, target, |r| format!("{:?}", r.row(1, 1))).unwrap();
        for _ in 0..hits {
            cache.get(Variant::Normal, target).unwrap();
        }
    }
    let dropped = cache.invalidate(&store.commit(&[(1, Some((1, 1, 0)))]));
    assert_eq!(dropped, [key("/hot"), key("/warm")]);
}

#[test]
fn forms_decode_to_the_same_bytes_and_come_by_themselves() {
    let body = "华蓥市人民政府门户网站 ".repeat(500);
    let (cache, store) = (Cache::new(1 << 20, Clock::System), Memory::default());
    let entry = keep(&cache, &store, "/a", |_| body.clone()).unwrap();
    cache.ask(&entry, Encoding::Brotli);
    cache.ask(&entry, Encoding::Zstd);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let levels = || {
        (entry.page().level(Encoding::Gzip), entry.page().level(Encoding::Brotli), entry.page().level(Encoding::Zstd))
    };
    while levels() != (GZIP, BROTLI, 3) {
        assert!(std::time::Instant::now() < deadline, "{:?}", levels());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let bytes = |encoding| entry.page().packed(encoding).unwrap().as_ref().unwrap().bytes.clone();
    let mut out = Vec::new();
    brotli::BrotliDecompress(&mut &bytes(Encoding::Brotli)[..], &mut out).unwrap();
    assert_eq!(out, body.as_bytes());
    let mut out = String::new();
    let gzip = bytes(Encoding::Gzip);
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut out).unwrap();
    assert_eq!(out, body);
    assert_eq!(zstd::bulk::decompress(&bytes(Encoding::Zstd), 1 << 20).unwrap(), body.as_bytes());
    assert_eq!(pack(Encoding::Identity, 0, body.as_bytes()), body.as_bytes());
    assert!(cache.stats().bytes as usize >= entry.page().size());
}

#[tokio::test]
async fn who_asked_after_the_change_does_not_get_the_older_rendering() {
    let flights = Flights::<u32>::default();
    let (early, pilot) = flights.join(&key("/a"), 4);
    let (late, none) = flights.join(&key("/a"), 5);
    assert!(none.is_none());
    pilot.unwrap().land(1, Some(5));
    assert!(matches!(early.arrive().await, Arrival::Value(1)));
    assert!(matches!(late.arrive().await, Arrival::Outdated));
    let (seat, pilot) = flights.join(&key("/a"), 5);
    drop(pilot.unwrap());
    assert!(matches!(seat.arrive().await, Arrival::Lost));
}
