//! Any text as an old address, a host or a path.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use zhanqun::domain::account::By;
use zhanqun::domain::site::{self, Directory};
use zhanqun::store::{Options, Store};

const PORTAL: &str = "name = \"p\"\nkind = \"portal\"\nhosts = [\"www.city.example\"]\ntheme = \"t\"\n\n[[column]]\nslug = \"yw\"\nname = \"y\"\ntype = \"工作动态\"\n";
const BUREAU: &str = "name = \"m\"\nkind = \"department\"\nparent = \"www\"\ntheme = \"t\"\n\n[[column]]\nslug = \"tz\"\nname = \"t\"\ntype = \"工作动态\"\n";

struct Group {
    store: Store,
    directory: Directory,
    _dir: tempfile::TempDir,
}

fn group() -> Group {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (slug, text) in [("www", PORTAL), ("mzj", BUREAU)] {
        let folder = dir.path().join("sites").join(slug);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("site.toml"), text).expect("a file");
    }
    let mut options = Options::new(&dir.path().join("data"), zhanqun::domain::tables());
    options.min_free_bytes = 1;
    let store = Store::open(options, &()).expect("a store");
    let declarations = site::read_all(&dir.path().join("sites")).expect("good files");
    site::apply(&store, &By::system(), &declarations).expect("applied");
    let directory = Directory::read(&store).expect("read");
    Group { store, directory, _dir: dir }
}

thread_local! {
    static GROUP: RefCell<Option<Group>> = const { RefCell::new(None) };
}

fuzz_target!(|text: &str| {
    let normal = site::normal_form(text);
    assert!(normal.starts_with('/'));
    assert_eq!(normal, site::normal_form(text));
    let _ = zhanqun::web::client::split_host(text);
    GROUP.with_borrow_mut(|slot| {
        let group = slot.get_or_insert_with(group);
        site::resolve(&group.store, &group.directory, text).expect("a path never fails");
        let bureau = group.directory.by_slug("mzj").expect("applied").site.id;
        site::find_redirect(&group.store, bureau, text).expect("an old address never fails");
    });
});
