//! A site group without a web side, and exports that tests write.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zhanqun::app::App;
use zhanqun::base::clock::{Clock, parse_local};
use zhanqun::base::id::SiteId;
use zhanqun::config::Config;
use zhanqun::domain::content::{DOCUMENTS_OF_SITE, Document, Revision};
use zhanqun::domain::media::{MEDIA_OF_SITE, Media};
use zhanqun::domain::site::SiteNode;
use zhanqun::migrate::Failure;
use zhanqun::migrate::report::Report;
use zhanqun::migrate::wxr::{self, Options};
use zhanqun::store::{ListKey, Position, Read};

use crate::web::city::{site_toml, write};

/// The time that it is in these tests.
pub const NOW: &str = "2026-11-23 10:00";

/// Portal `www` and the department `mzj`.
pub struct Town {
    pub app: Arc<App>,
    pub dir: tempfile::TempDir,
}

impl Town {
    pub fn new() -> Town {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "sites/www/site.toml", &site_toml("测试市人民政府", "portal", ""));
        write(dir.path(), "sites/mzj/site.toml", &site_toml("测试市民政局", "department", ""));
        write(
            dir.path(),
            "sites/jyj/site.toml",
            &site_toml("测试市教育局", "department", "old_hosts = [\"taken.example\"]"),
        );
        let mut config = Config::default();
        config.storage.dir = dir.path().join("data");
        config.storage.min_free_mb = 1;
        config.sites.dir = dir.path().join("sites");
        config.themes.dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
        let app = App::open(config, Clock::fixed(parse_local(NOW).unwrap()), &()).unwrap();
        app.apply_sites().unwrap();
        Town { app, dir }
    }

    pub fn node(&self) -> Arc<SiteNode> {
        self.app.site("mzj").unwrap()
    }

    pub fn site(&self) -> SiteId {
        self.node().site.id
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn try_import(&self, bytes: impl AsRef<[u8]>, set: impl FnOnce(&mut Options)) -> Result<Report, Failure> {
        let file = self.file("export.xml", bytes);
        let mut options = Options { file, site: "mzj".into(), publish: true, ..Options::default() };
        set(&mut options);
        wxr::run(&self.app, &options, &|_, _, _| {})
    }

    /// Imports with `--publish`.
    pub fn import(&self, export: &Export) -> Report {
        let report = self.try_import(export.xml(), |_| {}).unwrap_or_else(|failure| panic!("{failure}"));
        assert!(report.adds_up(), "{report:#?}");
        report
    }

    pub fn documents(&self) -> Vec<Document> {
        let list = ListKey::new(DOCUMENTS_OF_SITE, &[self.site().0]);
        let entries = self.app.store.list(list, Position::FIRST, usize::MAX).unwrap();
        entries.iter().map(|entry| self.app.store.get(entry.id).unwrap().unwrap()).collect()
    }

    pub fn document(&self, title: &str) -> Document {
        self.documents()
            .into_iter()
            .find(|document| document.card.title == title)
            .unwrap_or_else(|| panic!("no document {title:?}"))
    }

    pub fn media(&self, file_name: &str) -> Media {
        let entries = self.app.store.list(ListKey::new(MEDIA_OF_SITE, &[self.site().0]), Position::FIRST, usize::MAX);
        let mut found =
            entries.unwrap().into_iter().map(|entry| self.app.store.get::<Media>(entry.id).unwrap().unwrap());
        found.find(|media| media.file_name == file_name).unwrap_or_else(|| panic!("no file {file_name:?}"))
    }

    pub fn head(&self, document: &Document) -> Revision {
        self.app.store.get(document.head.0).unwrap().unwrap()
    }

    pub fn body(&self, title: &str) -> String {
        self.head(&self.document(title)).text.body
    }

    /// Path of the column of a document.
    pub fn column(&self, title: &str) -> String {
        self.node().path(self.document(title).channel)
    }
}

/// An export in the making.
#[derive(Debug, Clone, Default)]
pub struct Export {
    pub head: String,
    pub items: Vec<String>,
}

impl Export {
    /// A site at `http://old.example`.
    pub fn new() -> Export {
        Export::at("http://old.example")
    }

    pub fn at(base: &str) -> Export {
        Export {
            head: format!(
                "<title>旧站</title>\n<link>{base}</link>\n<wp:wxr_version>1.2</wp:wxr_version>\n\
                 <wp:base_site_url>{base}</wp:base_site_url>\n<wp:base_blog_url>{base}</wp:base_blog_url>\n\
                 <wp:author><wp:author_login>lcm</wp:author_login><wp:author_display_name><![CDATA[李春梅]]></wp:author_display_name></wp:author>\n"
            ),
            items: Vec::new(),
        }
    }

    pub fn category(mut self, id: u64, slug: &str, parent: &str, name: &str) -> Export {
        self.head.push_str(&format!(
            "<wp:category><wp:term_id>{id}</wp:term_id><wp:category_nicename>{slug}</wp:category_nicename>\
             <wp:category_parent>{parent}</wp:category_parent><wp:cat_name><![CDATA[{name}]]></wp:cat_name></wp:category>\n"
        ));
        self
    }

    pub fn tag(mut self, slug: &str, name: &str) -> Export {
        self.head.push_str(&format!(
            "<wp:tag><wp:term_id>900</wp:term_id><wp:tag_slug>{slug}</wp:tag_slug><wp:tag_name><![CDATA[{name}]]></wp:tag_name></wp:tag>\n"
        ));
        self
    }

    /// A published post of a day in May 2010; `more` are further elements.
    pub fn post(self, id: u64, title: &str, content: &str, more: &str) -> Export {
        self.item(id, title, content, &format!("{}{more}", kind("post", "publish")))
    }

    pub fn page(self, id: u64, title: &str, parent: u64, more: &str) -> Export {
        let more = format!("{}<wp:post_parent>{parent}</wp:post_parent>{more}", kind("page", "publish"));
        self.item(id, title, &format!("{title}的内容"), &more)
    }

    pub fn attachment(self, id: u64, title: &str, url: &str, parent: u64) -> Export {
        let more = format!(
            "{}<wp:post_parent>{parent}</wp:post_parent><wp:attachment_url>{url}</wp:attachment_url>",
            kind("attachment", "inherit")
        );
        self.item(id, title, "", &more)
    }

    pub fn item(mut self, id: u64, title: &str, content: &str, more: &str) -> Export {
        let day = id % 28 + 1;
        self.items.push(format!(
            "<item>\n<title><![CDATA[{title}]]></title>\n<link>http://old.example/2010/05/{id}-post/</link>\n\
             <guid isPermaLink=\"false\">http://old.example/?p={id}</guid>\n<dc:creator>lcm</dc:creator>\n\
             <content:encoded><![CDATA[{content}]]></content:encoded>\n<wp:post_id>{id}</wp:post_id>\n\
             <wp:post_date>2010-05-{day:02} 09:30:00</wp:post_date>\n<wp:post_date_gmt>2010-05-{day:02} 01:30:00</wp:post_date_gmt>\n\
             <wp:post_name>post-{id}</wp:post_name>\n{more}\n</item>\n"
        ));
        self
    }

    pub fn xml(&self) -> String {
        self.declared("UTF-8")
    }

    pub fn declared(&self, charset: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"{charset}\" ?>\n<!-- generator=\"WordPress/5.0\" -->\n<rss version=\"2.0\"\n\
             \txmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n\txmlns:wp=\"http://wordpress.org/export/1.2/\">\n\
             <channel>\n{}{}</channel>\n</rss>\n",
            self.head,
            self.items.concat()
        )
    }
}

pub fn kind(kind: &str, status: &str) -> String {
    format!("<wp:post_type>{kind}</wp:post_type><wp:status>{status}</wp:status>")
}

pub fn label(domain: &str, slug: &str, name: &str) -> String {
    format!("<category domain=\"{domain}\" nicename=\"{slug}\"><![CDATA[{name}]]></category>")
}

/// A PNG of the given size, as far as anybody looks into it.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];
    bytes.extend_from_slice(b"IHDR");
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&[8, 2, 0, 0, 0]);
    bytes
}
