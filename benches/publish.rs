//! From the click on "publish" until every page that shows the document answers anew:
//! `cargo bench --bench publish -- 100000` (documents in the store; 10,000 without a number).

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Request, header};
use http_body_util::BodyExt;
use zhanqun::app::App;
use zhanqun::base::clock::Clock;
use zhanqun::base::id::{ChannelId, DocumentId};
use zhanqun::config::Config;
use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, Document, Edit, Imported, Text};
use zhanqun::store::Actor;
use zhanqun::web::body::RequestBody;
use zhanqun::web::{Client, RequestId, Web, group};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HOST: &str = "www.city.example";
/// The document's own site, then those that refer to it.
const SITES: [&str; 4] = ["mzj", "jyj", "gaj", "wsj"];
const ROUNDS: usize = 50;

struct City {
    app: Arc<App>,
    web: Arc<Web>,
    _dir: tempfile::TempDir,
}

fn editor() -> Actor {
    Actor { name: "editor".into(), address: String::new() }
}

fn site(dir: &Path, slug: &str, name: &str, first: &str) {
    let folder = dir.join("sites").join(slug);
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "name = \"{name}\"\n{first}\ntheme = \"county\"\nsite_code = \"5116810001\"\n[settings]\ncolour = \"#b4232a\"\n\n\
         [[column]]\nslug = \"tzgg\"\nname = \"通知公告\"\ntype = \"政策文件\"\n\n\
         [[column]]\nslug = \"gzdt\"\nname = \"工作动态\"\ntype = \"工作动态\"\n"
    );
    std::fs::write(folder.join("site.toml"), text).unwrap();
}

impl City {
    fn new() -> City {
        let dir = tempfile::tempdir().unwrap();
        site(dir.path(), "www", "测试市人民政府", &format!("kind = \"portal\"\nhosts = [\"{HOST}\"]"));
        for slug in SITES {
            site(dir.path(), slug, &format!("测试市{slug}局"), "kind = \"department\"\nparent = \"www\"");
        }
        let mut config = Config::default();
        config.storage.dir = dir.path().join("data");
        config.storage.min_free_mb = 1;
        config.sites.dir = dir.path().join("sites");
        config.themes.dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
        let app = App::open(config, Clock::System, &()).unwrap();
        app.apply_sites().unwrap();
        let web = group::compose(&app, tokio::runtime::Handle::current());
        City { app, web, _dir: dir }
    }

    fn channel(&self, slug: &str, path: &str) -> ChannelId {
        self.app.site(slug).unwrap().channel_at(path).unwrap().id
    }

    fn fill(&self, documents: u64) {
        let places: Vec<ChannelId> =
            SITES.iter().flat_map(|slug| ["tzgg", "gzdt"].map(|path| self.channel(slug, path))).collect();
        let now = self.app.clock.now();
        for first in (0..documents).step_by(250) {
            let mut tx = self.app.store.transaction(editor(), "bench.fill");
            for number in first..(first + 250).min(documents) {
                let edit = Edit {
                    channel: places[number as usize % places.len()],
                    text: text(&format!("关于第{number}项工作的通知")),
                    ..Edit::default()
                };
                let published = Some(now - 3_600_000 * (documents - number) as i64);
                content::import(&mut tx, &Imported { edit, published, ..Imported::default() }, now).unwrap();
            }
            self.app.store.commit(tx).unwrap();
        }
    }

    async fn get(&self, target: &str) -> String {
        let request = Request::builder().uri(target).header(header::HOST, HOST).body(RequestBody::empty()).unwrap();
        let response = match self.web.cached(&request, false) {
            Some(response) => response,
            None => {
                let address = std::net::Ipv4Addr::LOCALHOST.into();
                let client = Client { address, secure: false, request: RequestId::next() };
                self.web.clone().answer_body(request, client).await
            }
        };
        assert!(response.status().is_success(), "{target}: {}", response.status());
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    /// Asks for all pages at once, as visitors do.
    async fn get_all(self: &Arc<Self>, targets: &[String]) -> Vec<String> {
        let asking: Vec<_> = targets
            .iter()
            .map(|target| {
                let (city, target) = (self.clone(), target.clone());
                tokio::spawn(async move { city.get(&target).await })
            })
            .collect();
        let mut pages = Vec::new();
        for page in asking {
            pages.push(page.await.unwrap());
        }
        pages
    }

    async fn act<T: Send + 'static>(&self, act: impl FnOnce(&App) -> T + Send + 'static) -> T {
        let app = self.app.clone();
        tokio::task::spawn_blocking(move || act(&app)).await.unwrap()
    }
}

fn text(title: &str) -> Text {
    Text { title: title.into(), body: format!("<p>{}</p>", title.repeat(40)), ..Text::default() }
}

fn show(what: &str, times: &mut [Duration]) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{what}: {:.1} / {:.1} / {:.1} ms (smallest, median, largest of {})",
        ms(times[0]),
        ms(times[times.len() / 2]),
        ms(times[times.len() - 1]),
        times.len()
    );
}

async fn measure(documents: u64) {
    let city = Arc::new(City::new());
    let filler = city.clone();
    tokio::task::spawn_blocking(move || filler.fill(documents)).await.unwrap();
    let places = SITES.map(|slug| city.channel(slug, "tzgg"));
    let draft = Edit { channel: places[0], text: text("原来的标题"), ..Edit::default() };
    let (document, numbers): (Document, Vec<u64>) = city
        .act(move |app| {
            let saved = content::create(&app.store, &By::ops(), &draft, app.clock.now()).unwrap();
            let document = content::publish(&app.store, &By::ops(), saved.id, app.clock.now()).unwrap();
            let mut numbers = vec![document.id.0];
            for place in &places[1..] {
                numbers.push(content::refer(&app.store, &By::ops(), document.id, *place, None, None).unwrap().id.0);
            }
            (document, numbers)
        })
        .await;
    let mut targets = vec!["/".to_owned(), "/feed.xml".to_owned()];
    for (slug, number) in SITES.iter().zip(numbers) {
        let own = ["", "tzgg/", "tzgg/feed.xml"].map(|page| format!("/{slug}/{page}"));
        targets.extend(own);
        targets.push(format!("/{slug}/tzgg/{number}.html"));
    }
    let shown: Vec<bool> = city.get_all(&targets).await.iter().map(|page| page.contains("原来的标题")).collect();
    let (mut commits, mut all, mut cold) = (Vec::new(), Vec::new(), Vec::new());
    let mut base = document.head;
    for round in 0..ROUNDS {
        let title = format!("第{round}次修改的标题");
        let draft = Edit { channel: places[0], text: text(&title), ..Edit::default() };
        let id: DocumentId = document.id;
        let saved =
            city.act(move |app| content::save(&app.store, &By::ops(), id, base, &draft, app.clock.now()).unwrap());
        base = saved.await.head;
        // The cache is warm: all pages are in it as they were.
        city.get_all(&targets).await;
        let began = Instant::now();
        city.act(move |app| content::publish(&app.store, &By::ops(), id, app.clock.now()).unwrap()).await;
        commits.push(began.elapsed());
        let pages = city.get_all(&targets).await;
        all.push(began.elapsed());
        for ((target, page), shown) in targets.iter().zip(&pages).zip(&shown) {
            assert!(!shown || page.contains(&title), "{target} is old");
        }
        city.web.clear();
        let began = Instant::now();
        city.get_all(&targets).await;
        cold.push(began.elapsed());
    }
    let affected = shown.iter().filter(|shown| **shown).count();
    println!("{documents} documents; one document, referred to by three sites, shown on {affected} pages");
    show("publishing acknowledged", &mut commits);
    show(&format!("all {affected} pages answered anew since the click"), &mut all);
    show(&format!("for comparison, {} pages rendered with nothing kept", targets.len()), &mut cold);
}

fn main() {
    let documents = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(10_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(documents));
}
