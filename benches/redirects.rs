//! Old addresses in tables of different sizes: `cargo bench --bench redirects`. Prints what finding one, and finding
//! none, takes, and the ratio to the smallest table.

#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Instant;

use zhanqun::base::id::SiteId;
use zhanqun::domain::account::By;
use zhanqun::domain::site::{self, NewSite, Old, SiteKind, Target, normal_form};
use zhanqun::store::{Options, Store};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Redirects of the sites.
const SIZES: [u64; 3] = [100, 10_000, 100_000];
/// Redirects written at once.
const PORTION: u64 = 5_000;
/// Questions of a round.
const ASKED: u64 = 20_000;
/// Rounds; the best one counts.
const ROUNDS: usize = 5;

fn fill(store: &Store, slug: &str, size: u64) -> SiteId {
    let new = NewSite {
        slug: slug.into(),
        name: slug.into(),
        short_name: String::new(),
        kind: SiteKind::Department,
        theme: "county".into(),
        usual_columns: false,
    };
    let id = site::create(store, &By::ops(), &new).unwrap().id;
    for begin in (0..size).step_by(PORTION as usize) {
        let old: Vec<Old> = (begin..size.min(begin + PORTION))
            .map(|number| Old {
                from: normal_form(&format!("/show.asp?id={number}")),
                prefix: false,
                to: Target::Url(format!("/x/{number}.html")),
            })
            .collect();
        site::import_redirects(store, &By::ops(), id, None, &old).unwrap();
    }
    id
}

/// Nanoseconds of one question.
fn measure(store: &Store, site: SiteId, address: impl Fn(u64) -> String, found: bool) -> u128 {
    let round = || {
        let begin = Instant::now();
        for number in 0..ASKED {
            let answer = site::find_redirect(store, site, &address(number)).unwrap();
            assert_eq!(answer.is_some(), found);
        }
        begin.elapsed().as_nanos() / u128::from(ASKED)
    };
    (0..ROUNDS).map(|_| round()).min().unwrap()
}

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = Options::new(dir.path(), zhanqun::domain::tables());
    options.min_free_bytes = 1 << 20;
    let store = Store::open(options, &()).unwrap();
    let sites: Vec<(u64, SiteId)> =
        SIZES.iter().map(|size| (*size, fill(&store, &format!("s{size}"), *size))).collect();
    let mut first = None;
    for (size, site) in sites {
        // Spread over the table as visitors are.
        let hit = measure(&store, site, |number| format!("/Show.asp?ID={}", number * 7919 % size), true);
        let miss = measure(&store, site, |number| format!("/show.asp?id=x{number}"), false);
        let (hit_one, miss_one) = *first.get_or_insert((hit, miss));
        println!(
            "{size:>7} redirects: found {hit:>6} ns ({:.2}), not found {miss:>6} ns ({:.2})",
            hit as f64 / hit_one as f64,
            miss as f64 / miss_one as f64
        );
    }
}
