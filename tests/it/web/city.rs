//! A small site group in a temporary folder: the portal and three departments.

use std::path::Path;
use std::sync::Arc;

use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use zhanqun::app::App;
use zhanqun::base::clock::{Clock, parse_local};
use zhanqun::base::id::{ChannelId, DocumentId};
use zhanqun::config::Config;
use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, Document, Edit, Text};
use zhanqun::web::body::RequestBody;
use zhanqun::web::{Client, RequestId, Web, group};

/// The site group and its pipeline.
pub struct City {
    pub app: Arc<App>,
    pub web: Arc<Web>,
    pub dir: tempfile::TempDir,
}

/// What a visitor gets.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

pub fn site_toml(name: &str, kind: &str, more: &str) -> String {
    let parent = if kind == "portal" { "hosts = [\"www.city.example\"]" } else { "parent = \"www\"" };
    format!(
        "name = \"{name}\"\nkind = \"{kind}\"\n{parent}\ntheme = \"county\"\nsite_code = \"5116810001\"\n{more}\n\
         [settings]\ncolour = \"#b4232a\"\n\n\
         [[column]]\nslug = \"tzgg\"\nname = \"通知公告\"\ntype = \"政策文件\"\npage_size = 5\n\n\
         [[column]]\nslug = \"gzdt\"\nname = \"工作动态\"\ntype = \"工作动态\"\n\n\
         [[column]]\nslug = \"jgjj\"\nname = \"机构简介\"\nkind = \"section\"\ntype = \"概况信息\"\n\n\
         [[column]]\nslug = \"zz\"\nname = \"职责\"\nkind = \"page\"\nparent = \"jgjj\"\ntype = \"机构职能\"\n"
    )
}

pub fn write(dir: &Path, path: &str, text: &str) {
    let file = dir.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

impl City {
    /// The portal `www` and the departments `mzj`, `jyj` and `gaj`, without documents.
    pub fn new() -> City {
        City::with(|_| {})
    }

    /// The same with other settings.
    pub fn with(set: impl FnOnce(&mut Config)) -> City {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "sites/www/site.toml", &site_toml("测试市人民政府", "portal", ""));
        for (slug, name) in [("mzj", "测试市民政局"), ("jyj", "测试市教育局"), ("gaj", "测试市公安局")]
        {
            let old = format!("old_hosts = [\"{slug}.old.example\"]");
            write(dir.path(), &format!("sites/{slug}/site.toml"), &site_toml(name, "department", &old));
        }
        City::open_with(dir, set)
    }

    /// Opens what lies in the folder and applies it.
    pub fn open(dir: tempfile::TempDir) -> City {
        City::open_with(dir, |_| {})
    }

    fn open_with(dir: tempfile::TempDir, set: impl FnOnce(&mut Config)) -> City {
        let mut config = Config::default();
        config.storage.dir = dir.path().join("data");
        config.storage.min_free_mb = 1;
        config.sites.dir = dir.path().join("sites");
        config.themes.dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
        set(&mut config);
        let clock = Clock::fixed(parse_local("2026-11-23 10:00").unwrap());
        let app = App::open(config, clock, &()).unwrap();
        app.apply_sites().unwrap();
        let web = group::compose(&app, tokio::runtime::Handle::current());
        City { app, web, dir }
    }

    /// The folder of everything.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn channel(&self, slug: &str, path: &str) -> ChannelId {
        self.app.site(slug).unwrap().channel_at(path).unwrap().id
    }

    /// Saves and publishes a document.
    pub async fn publish(&self, slug: &str, path: &str, title: &str) -> Document {
        let channel = self.channel(slug, path);
        let text = Text { title: title.into(), body: format!("<p>{title}的正文。</p>"), ..Text::default() };
        let draft = Edit { channel, text, ..Edit::default() };
        let app = self.app.clone();
        work(move || {
            let now = app.clock.now();
            let document = content::create(&app.store, &By::ops(), &draft, now).unwrap();
            content::publish(&app.store, &By::ops(), document.id, now).unwrap()
        })
        .await
    }

    /// Refers to a document in another site's column.
    pub async fn refer(&self, id: DocumentId, slug: &str, path: &str, title: Option<&'static str>) -> u64 {
        let channel = self.channel(slug, path);
        let app = self.app.clone();
        work(move || content::refer(&app.store, &By::ops(), id, channel, title, None).unwrap().id.0).await
    }

    /// Asks for a page of the main host.
    pub async fn get(&self, target: &str) -> Answer {
        self.ask("www.city.example", target, &[]).await
    }

    pub async fn ask(&self, host: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().uri(target).header(header::HOST, host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(RequestBody::empty()).unwrap();
        // The server asks for kept pages first, and so do the tests.
        let response = match self.web.cached(&request, false) {
            Some(response) => response,
            None => {
                let client =
                    Client { address: std::net::Ipv4Addr::LOCALHOST.into(), secure: false, request: RequestId::next() };
                self.web.clone().answer_body(request, client).await
            }
        };
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status, headers: head.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// True if the address is answered from the cache.
    pub fn is_kept(&self, target: &str) -> bool {
        let request = Request::builder().uri(target).header(header::HOST, "www.city.example").body(()).unwrap();
        self.web.cached(&request, false).is_some()
    }
}

/// The same city, where the portal takes documents for its column `tzgg`.
pub fn city_with_offers() -> City {
    let dir = tempfile::tempdir().unwrap();
    let portal = site_toml("测试市人民政府", "portal", "");
    let open = portal.replace("slug = \"tzgg\"\n", "slug = \"tzgg\"\ntakes_submissions = true\n");
    write(dir.path(), "sites/www/site.toml", &open);
    for (slug, name) in [("mzj", "测试市民政局"), ("jyj", "测试市教育局")] {
        write(dir.path(), &format!("sites/{slug}/site.toml"), &site_toml(name, "department", ""));
    }
    City::open(dir)
}

/// Runs an action where it may wait for the disk.
pub async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}
