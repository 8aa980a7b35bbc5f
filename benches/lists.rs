//! Lists, filters and title search of the admin pages for somebody with one column, in a full site group:
//! `cargo bench --bench lists -- 200000` (documents in the store; 20,000 without a number).

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zhanqun::app::App;
use zhanqun::base::clock::Clock;
use zhanqun::base::id::{ChannelId, SiteId};
use zhanqun::config::Config;
use zhanqun::domain::account::{self, By, Grant, NewUser, Role, Scope};
use zhanqun::domain::content::desk::{self, Filter, Order};
use zhanqun::domain::content::{self, Edit, Imported, State, Text};
use zhanqun::store::Actor;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Subsites; each has two columns.
const SITES: usize = 16;
/// Times that each question is asked.
const ROUNDS: usize = 100;
/// Documents of a page.
const PAGE: usize = 50;

fn site(dir: &Path, slug: &str, first: &str) {
    let folder = dir.join("sites").join(slug);
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "name = \"测试市{slug}局\"\n{first}\ntheme = \"county\"\n\n\
         [[column]]\nslug = \"tzgg\"\nname = \"通知公告\"\ntype = \"政策文件\"\nupdate = \"half-yearly\"\n\n\
         [[column]]\nslug = \"gzdt\"\nname = \"工作动态\"\ntype = \"工作动态\"\nupdate = \"biweekly\"\n"
    );
    std::fs::write(folder.join("site.toml"), text).unwrap();
}

fn open(dir: &Path) -> Arc<App> {
    site(dir, "www", "kind = \"portal\"\nhosts = [\"www.city.example\"]");
    for number in 0..SITES {
        site(dir, &format!("s{number}"), "kind = \"department\"\nparent = \"www\"");
    }
    let mut config = Config::default();
    config.storage.dir = dir.join("data");
    config.storage.min_free_mb = 1;
    config.sites.dir = dir.join("sites");
    config.themes.dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    let app = App::open(config, Clock::System, &()).unwrap();
    app.apply_sites().unwrap();
    app
}

/// Most documents are published; every tenth is a draft.
fn fill(app: &App, documents: u64) {
    let places: Vec<ChannelId> = (0..SITES)
        .flat_map(|number| {
            let node = app.site(&format!("s{number}")).unwrap();
            ["tzgg", "gzdt"].map(|path| node.channel_at(path).unwrap().id)
        })
        .collect();
    let now = app.clock.now();
    for first in (0..documents).step_by(250) {
        let actor = Actor { name: "bench".into(), address: String::new() };
        let mut tx = app.store.transaction(actor, "bench.fill");
        for number in first..(first + 250).min(documents) {
            let title = format!("关于第{number}项{}工作的通知", ["低保", "养老", "救助", "婚姻"][number as usize % 4]);
            let text = Text { body: format!("<p>{}</p>", title.repeat(20)), title, ..Text::default() };
            let edit = Edit { channel: places[number as usize % places.len()], text, ..Edit::default() };
            let published = (number % 10 != 0).then_some(now - 60_000 * (documents - number) as i64);
            content::import(&mut tx, &Imported { edit, published, ..Imported::default() }, now).unwrap();
        }
        app.store.commit(tx).unwrap();
    }
}

fn measure(what: &str, mut ask: impl FnMut(usize) -> u64) {
    let mut times: Vec<Duration> = Vec::with_capacity(ROUNDS);
    let mut found = 0;
    for round in 0..ROUNDS {
        let began = Instant::now();
        found = ask(round);
        times.push(began.elapsed());
    }
    times.sort();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    let (median, late, last) = (ms(ROUNDS / 2), ms(ROUNDS * 95 / 100), ms(ROUNDS - 1));
    println!("{what}: median {median:.2}, 95 of 100 below {late:.2}, slowest {last:.2} ms ({found} found)");
}

fn main() {
    let documents = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(20_000);
    let dir = tempfile::tempdir().unwrap();
    let app = open(dir.path());
    let began = Instant::now();
    fill(&app, documents);
    println!("{documents} documents on {SITES} sites, filled in {:.0} s", began.elapsed().as_secs_f64());
    let node = app.site("s3").unwrap();
    let (site, channel): (SiteId, ChannelId) = (node.site.id, node.channel_at("tzgg").unwrap().id);
    let new = NewUser {
        name: "writer".into(),
        password: "Kx92-bright-lake".into(),
        grants: vec![Grant { role: Role::Editor, scope: Scope::Channel(site, channel) }],
        ..NewUser::default()
    };
    let now = app.clock.now();
    let by = By::person(&account::create(&app.store, &By::ops(), &new, now).unwrap(), "192.0.2.1");
    let list =
        |filter: &Filter, offset: usize| desk::list(&app.store, &app.titles, &by, filter, offset, PAGE).unwrap().1;
    let own = Filter { site: Some(site), ..Filter::default() };
    let column = Filter { channel: Some(channel), ..own.clone() };
    let began = Instant::now();
    list(&Filter { query: "救助".into(), ..own.clone() }, 0);
    println!("titles read once, at the first search: {:.2} s", began.elapsed().as_secs_f64());
    let pages = (documents as usize / (2 * SITES) / PAGE).max(1);
    measure("the column, first page", |_| list(&column, 0));
    measure("the column, any page", |round| list(&column, PAGE * (round * 7 % pages)));
    measure("the column, drafts", |_| list(&Filter { state: Some(State::Draft), ..column.clone() }, 0));
    measure("the site, what the person sees of it", |_| list(&own, 0));
    measure("the site, drafts", |_| list(&Filter { state: Some(State::Draft), ..own.clone() }, 0));
    measure("the site, one word of the title", |_| list(&Filter { query: "救助".into(), ..own.clone() }, 0));
    measure("the site, a number in the title", |round| list(&Filter { query: format!("第{round}"), ..own.clone() }, 0));
    measure("the site, unchanged for a year", |_| {
        list(&Filter { unchanged_since: Some(now), order: Order::Oldest, ..own.clone() }, 0)
    });
    measure("the counters of the desk", |_| desk::counts(&app.store, &by, site, None).unwrap().all);
    measure("how fresh the columns are", |_| {
        content::column_figures(&app.store, &by, &node, now).unwrap().len() as u64
    });
}
