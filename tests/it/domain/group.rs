//! A site group in a temporary folder: files and store, nothing above the domain.

use std::path::Path;

use zhanqun::base::clock::Clock;
use zhanqun::base::fault::Fault;
use zhanqun::base::id::ChannelId;
use zhanqun::domain::account::By;
use zhanqun::domain::content::{self, Document, Edit, Text};
use zhanqun::domain::error::Error;
use zhanqun::domain::site::{self, Applied, Directory, Spot};
use zhanqun::store::{Actor, Blobs, Options, Store};

/// 2026-11-23 10:00 in Beijing.
pub const NOW: i64 = 1_795_399_200_000;

pub struct Group {
    pub store: Store,
    pub clock: Clock,
    pub blobs: Blobs,
    pub dir: tempfile::TempDir,
}

pub const PORTAL: &str = "name = \"测试市人民政府\"\nkind = \"portal\"\nhosts = [\"www.city.example\"]\ntheme = \"county\"\n\n\
    [[column]]\nslug = \"yw\"\nname = \"要闻\"\ntype = \"工作动态\"\n\n\
    [[column]]\nslug = \"bm\"\nname = \"部门\"\nkind = \"section\"\ntype = \"概况信息\"\n\n\
    [[column]]\nslug = \"dt\"\nname = \"动态\"\nparent = \"bm\"\ntype = \"工作动态\"\n";

pub const BUREAU: &str = "name = \"测试市民政局\"\nkind = \"department\"\nparent = \"www\"\ntheme = \"county\"\n\
    old_hosts = [\"mzj.old.example\"]\n\n\
    [[column]]\nslug = \"tzgg\"\nname = \"通知公告\"\ntype = \"政策文件\"\n\n\
    [[column]]\nslug = \"jj\"\nname = \"简介\"\nkind = \"section\"\ntype = \"概况信息\"\n\n\
    [[column]]\nslug = \"zz\"\nname = \"职责\"\nkind = \"page\"\nparent = \"jj\"\ntype = \"机构职能\"\n\n\
    [[column]]\nslug = \"wz\"\nname = \"外站\"\nkind = \"link\"\nurl = \"https://other.example/\"\ntype = \"办事服务\"\n";

impl Group {
    /// Nothing applied yet.
    pub fn empty() -> Group {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let mut options = Options::new(&data, zhanqun::domain::tables());
        let clock = Clock::fixed(NOW);
        options.clock = clock.clone();
        options.min_free_bytes = 1 << 20;
        let store = Store::open(options, &()).unwrap();
        let blobs = Blobs::open(&data, 1 << 20).unwrap();
        Group { store, clock, blobs, dir }
    }

    /// The portal and the bureau `mzj`.
    pub fn new() -> Group {
        let group = Group::empty();
        group.write("sites/www/site.toml", PORTAL);
        group.write("sites/mzj/site.toml", BUREAU);
        group.apply().unwrap();
        group
    }

    pub fn write(&self, path: &str, text: &str) {
        let file = self.dir.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    pub fn read(&self) -> Result<Vec<site::Declaration>, Vec<Fault>> {
        site::read_all(&self.dir.path().join("sites"))
    }

    pub fn apply(&self) -> Result<Applied, Error> {
        let declarations = self.read().unwrap_or_else(|faults| panic!("{faults:?}"));
        site::apply(&self.store, &By::system(), &declarations)
    }

    pub fn directory(&self) -> Directory {
        Directory::read(&self.store).unwrap()
    }

    pub fn channel(&self, slug: &str, path: &str) -> ChannelId {
        self.directory().by_slug(slug).unwrap().channel_at(path).unwrap_or_else(|| panic!("no column {path}")).id
    }

    /// What stands at a path, in words.
    pub fn at(&self, path: &str) -> String {
        let directory = self.directory();
        let Some(spot) = site::resolve(&self.store, &directory, path).unwrap() else { return "no portal".into() };
        match spot {
            Spot::Home(node) => format!("home {}", node.site.slug),
            Spot::Channel(node, id) => format!("column {} {}", node.site.slug, node.path(id)),
            Spot::Document(node, id) => format!("document {} {id}", node.site.slug),
            Spot::Search(node) => format!("search {}", node.site.slug),
            Spot::Feed(node, None) => format!("feed {}", node.site.slug),
            Spot::Feed(node, Some(id)) => format!("feed {} {}", node.site.slug, node.path(id)),
            Spot::Sitemap(node, None) => format!("sitemap {}", node.site.slug),
            Spot::Sitemap(node, Some(part)) => format!("sitemap {} {part}", node.site.slug),
            Spot::Map(node) => format!("map {}", node.site.slug),
            Spot::Robots => "robots".into(),
            Spot::Media(node, id, None, name) => format!("media {} {id} {name}", node.site.slug),
            Spot::Media(node, id, Some(form), name) => format!("media {} {id} {form} {name}", node.site.slug),
            Spot::Moved(to) => format!("→ {to}"),
            Spot::Nothing(node, nearest) => {
                format!("nothing, near {}/{}", node.site.slug, nearest.map(|id| node.path(id)).unwrap_or_default())
            }
        }
    }

    pub fn draft(&self, slug: &str, path: &str, title: &str) -> Edit {
        let text = Text { title: title.into(), body: format!("<p>{title}的正文。</p>"), ..Text::default() };
        Edit { channel: self.channel(slug, path), text, ..Edit::default() }
    }

    pub fn save(&self, slug: &str, path: &str, title: &str) -> Document {
        content::create(&self.store, &By::ops(), &self.draft(slug, path, title), NOW).unwrap()
    }

    pub fn publish(&self, slug: &str, path: &str, title: &str) -> Document {
        let saved = self.save(slug, path, title);
        content::publish(&self.store, &By::ops(), saved.id, NOW).unwrap()
    }
}

pub fn editor() -> Actor {
    Actor { name: "lichunmei".into(), address: "192.0.2.1".into() }
}

/// Faults as `file:line: message`, the file with its last two parts.
pub fn in_words(faults: &[Fault]) -> Vec<String> {
    faults
        .iter()
        .map(|fault| {
            let name = fault.file.file_name().unwrap_or_default().to_string_lossy();
            let folder = fault.file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
            format!("{folder}/{name}:{}: {}", fault.line, fault.message)
        })
        .collect()
}
