//! Files of sites and collections: who may do what, what is taken, what names them, what takes their place.

use std::io::{Cursor, Write};

use image::{ImageFormat, RgbImage};
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use zhanqun::base::id::{CollectionId, MediaId, SiteId, UserId};
use zhanqun::config::MediaConfig;
use zhanqun::domain::account::{self, By, Grant, NewUser, Role, Scope};
use zhanqun::domain::content::{self, Attachment, Edit, Text};
use zhanqun::domain::error::{Error, Result};
use zhanqun::domain::media::{
    self, About, Collection, Fault, Filter, Holder, Kind, Level, Media, Right, Room, Space, Upload, Wanted,
};
use zhanqun::store::{BlobHash, Read};

use super::group::{Group, NOW};

/// A group with what adding files takes.
pub(super) struct Library {
    group: Group,
    space: Space,
    config: MediaConfig,
}

impl Library {
    pub(super) fn new() -> Library {
        Library { group: Group::new(), space: Space::default(), config: MediaConfig::default() }
    }

    pub(super) fn room(&self) -> Room<'_> {
        Room { blobs: &self.group.blobs, space: &self.space, config: &self.config }
    }

    pub(super) fn site(&self, slug: &str) -> SiteId {
        self.group.directory().by_slug(slug).unwrap().site.id
    }

    pub(super) fn add_to(
        &self,
        by: &By,
        site: SiteId,
        collection: Option<CollectionId>,
        file_name: &str,
        bytes: &[u8],
    ) -> Result<Media> {
        let upload = Upload { site, collection, file_name, alt: "", credit: "" };
        media::add_bytes(&self.group.store, self.room(), by, &upload, bytes, NOW)
    }

    pub(super) fn add(&self, file_name: &str, bytes: &[u8]) -> Result<Media> {
        self.add_to(&By::ops(), self.site("mzj"), None, file_name, bytes)
    }

    pub(super) fn person(&self, name: &str, grants: Vec<Grant>) -> By {
        let new = NewUser {
            name: name.into(),
            display_name: name.into(),
            password: "Kx92-bright-lake".into(),
            grants,
            ..NewUser::default()
        };
        By::person(&account::create(&self.group.store, &By::ops(), &new, NOW).unwrap(), "192.0.2.1")
    }

    pub(super) fn bytes(&self, media: &Media) -> Vec<u8> {
        std::fs::read(self.group.blobs.path(&BlobHash::parse(&media.hash).unwrap())).unwrap()
    }

    /// Saves a document of `mzj` that says `body`.
    pub(super) fn document(&self, body: &str, attachments: Vec<Attachment>) -> content::Document {
        let text = Text { title: "通知".into(), body: body.into(), attachments, ..Text::default() };
        let edit = Edit { channel: self.group.channel("mzj", "tzgg"), text, ..Edit::default() };
        content::create(&self.group.store, &By::ops(), &edit, NOW).unwrap()
    }
}

fn rule<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Rules { broken }) => broken[0].rule,
        Err(Error::NotFound { .. }) => "not found",
        Err(Error::Forbidden { .. }) => "forbidden",
        other => panic!("{other:?}"),
    }
}

/// A picture of noise, which no format makes much smaller.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut seed = 12345_u32;
    let pixels = RgbImage::from_fn(width, height, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8])
    });
    let mut out = Cursor::new(Vec::new());
    pixels.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A zip with entries of these names.
fn package(names: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"<x/>").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An old office file with storages of these names.
fn compound(storages: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/WordDocument").unwrap().write_all(b"text").unwrap();
    for name in storages {
        file.create_storage(name).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn a_file_is_what_its_name_says_or_is_not_taken() {
    let library = Library::new();
    let jpeg = picture(8, 8, ImageFormat::Jpeg);
    let gbk = encoding_rs::GB18030.encode("民政局低保名单,张三").0.into_owned();
    let good: [(&str, &[u8]); 11] = [
        ("a.jpg", &jpeg),
        ("B.JPEG", &jpeg),
        ("a.gif", &picture(8, 8, ImageFormat::Gif)),
        ("a.pdf", b"%PDF-1.7\n%%EOF"),
        ("名单.csv", &gbk),
        ("说明.txt", "第一条".as_bytes()),
        ("表.docx", &package(&["[Content_Types].xml", "word/document.xml"])),
        ("公文.ofd", &package(&["OFD.xml", "Doc_0/Document.xml"])),
        ("旧.doc", &compound(&[])),
        ("旧.wps", &compound(&["/ObjectPool"])),
        ("全部.zip", &package(&["a.docm", "word/vbaProject.bin"])),
    ];
    for (name, bytes) in good {
        assert_eq!(library.add(name, bytes).unwrap().file_name, name, "{name}");
    }
    let bad: [(&str, &[u8], &str); 16] = [
        ("a.exe", b"MZ", "file.type"),
        ("没有类型", b"x", "file.type"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file.type"),
        ("a.png", &jpeg, "file.disguised"),
        ("a.jpg", b"<html><script>alert(1)</script>", "file.disguised"),
        ("a.txt", b"  <!DOCTYPE html><p>x", "file.active"),
        ("a.csv", "\u{feff}<svg onload=alert(1)>".as_bytes(), "file.active"),
        ("a.txt", b"a\0b", "file.disguised"),
        ("a.txt", b"\xff\xfa\x81 nothing", "file.disguised"),
        ("a.pdf", b"PK\x03\x04", "file.disguised"),
        ("a.docx", &package(&["hello.txt"]), "file.disguised"),
        ("a.docx", &package(&["word/document.xml", "word/vbaProject.bin"]), "file.macros"),
        ("a.xls", &compound(&["/_VBA_PROJECT_CUR"]), "file.macros"),
        ("a.doc", &compound(&["/Macros"]), "file.macros"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing else", "file.disguised"),
        ("a.txt", b"", "file.empty"),
    ];
    for (name, bytes, wanted) in bad {
        assert_eq!(rule(library.add(name, bytes)), wanted, "{name}");
    }
    // Nothing of the refused ones stays behind.
    let left = std::fs::read_dir(library.group.dir.path().join("data/media")).unwrap();
    assert!(left.map(|item| item.unwrap().path()).all(|path| path.is_dir()));
}

#[test]
fn limits_of_size_pixels_and_space() {
    let mut library = Library::new();
    library.config.max_upload_mb = 2;
    library.config.max_picture_mb = 1;
    library.config.max_megapixels = 1;
    assert_eq!(rule(library.add("a.txt", &vec![b'a'; (2 << 20) + 1])), "file.size");
    let mut large = picture(64, 64, ImageFormat::Jpeg);
    large.resize((1 << 20) + 1, 0);
    assert_eq!(rule(library.add("a.jpg", &large)), "file.picture_size");
    // A small file that claims a million times its size in pixels is never unpacked.
    let mut bomb = picture(1, 1, ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let crc = crc32fast::hash(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(rule(library.add("a.png", &bomb)), "file.pixels");
    assert_eq!(rule(library.add("a.png", &picture(8, 8, ImageFormat::Png)[..20])), "file.broken");

    let site = library.site("mzj");
    assert_eq!(library.space.used(&library.group.store, site).unwrap(), media::Used::default());
    library.config.site_quota_mb = 3;
    library.add("a.txt", &vec![b'a'; 2 << 20]).unwrap();
    // The test has no follower that keeps the sums, so they are read anew.
    library.space = Space::default();
    let used = library.space.used(&library.group.store, site).unwrap();
    assert_eq!((used.files, used.bytes), (1, 2 << 20));
    assert_eq!(rule(library.add("b.txt", &vec![b'b'; (1 << 20) + 1])), "file.quota");
    // A site may have more.
    assert_eq!(
        rule(media::set_quota(&library.group.store, &library.person("wang", vec![]), site, Some(9))),
        "forbidden"
    );
    media::set_quota(&library.group.store, &By::ops(), site, Some(9)).unwrap();
    library.add("b.txt", &vec![b'b'; (1 << 20) + 1]).unwrap();
    // Applying the site files leaves it.
    library.group.write("sites/mzj/site.toml", &super::group::BUREAU.replace("测试市民政局", "测试市民政局(新)"));
    library.group.apply().unwrap();
    assert_eq!(media::quota(&library.group.store, &library.config, site).unwrap(), Some(9 << 20));
}

/// What somebody with a grant may do: at the library of `mzj`, in a shared collection whose editors may choose, in a
/// collection of `mzj` for one person.
#[test]
fn rights_by_role_and_place() {
    let library = Library::new();
    let (portal, mzj) = (library.site("www"), library.site("mzj"));
    let column = library.group.channel("mzj", "tzgg");
    let store = &library.group.store;
    let own = library.person("li", vec![Grant { role: Role::Editor, scope: Scope::Site(portal) }]);
    let own_id = own.user().map_or(UserId(0), |user| user.id);
    let wanted = |name: &str, shared, rights: Vec<Right>| Wanted { name: name.into(), shared, rights };
    let choose = Right { to: Holder::Role(Role::Editor, Scope::Group), level: Level::Choose };
    let shared =
        media::create_collection(store, &By::ops(), portal, &wanted("市级图库", true, vec![choose]), NOW).unwrap();
    let one = Right { to: Holder::Person(own_id), level: Level::View };
    let private = media::create_collection(store, &By::ops(), mzj, &wanted("内部", false, vec![one]), NOW).unwrap();
    let level = |by: &By, collection: &Collection| media::level_in(by, collection);
    use Level::{Add, Choose, Edit, View};
    assert_eq!(
        (media::level_in_site(&own, mzj), level(&own, &shared), level(&own, &private)),
        (None, Some(Choose), Some(View))
    );
    let here = [Scope::Site(mzj), Scope::Channel(mzj, column)];
    let table = [
        (Role::Editor, here[0], (Some(Add), Some(Choose), None)),
        (Role::Editor, here[1], (Some(Add), Some(Choose), None)),
        (Role::Reviewer, here[0], (Some(Add), None, None)),
        (Role::Publisher, here[1], (Some(Add), None, None)),
        (Role::Manager, here[0], (Some(Edit), None, Some(Edit))),
        (Role::Manager, Scope::Site(portal), (None, Some(Edit), None)),
        (Role::Editor, Scope::Site(portal), (None, Some(Choose), None)),
        (Role::Editor, Scope::Group, (Some(Add), Some(Choose), None)),
        (Role::Admin, Scope::Group, (Some(Edit), Some(Edit), Some(Edit))),
        (Role::Supervisor, Scope::Group, (None, None, None)),
        (Role::Security, Scope::Group, (None, None, None)),
        (Role::Auditor, Scope::Group, (None, None, None)),
    ];
    for (number, (role, scope, wanted)) in table.into_iter().enumerate() {
        let by = library.person(&format!("person{number}"), vec![Grant { role, scope }]);
        let found = (media::level_in_site(&by, mzj), level(&by, &shared), level(&by, &private));
        assert_eq!(found, wanted, "{role:?} {scope:?}");
        // The lists say the same.
        let listed = |collection: Option<CollectionId>, site| {
            let filter = Filter { collection, ..Filter::default() };
            media::list(store, &by, site, &filter, 0, 10).is_ok()
        };
        assert_eq!(listed(None, mzj), wanted.0.is_some(), "{role:?} {scope:?}");
        assert_eq!(listed(Some(shared.id), mzj), wanted.1.is_some(), "{role:?} {scope:?}");
        assert_eq!(listed(Some(private.id), mzj), wanted.2.is_some(), "{role:?} {scope:?}");
        assert!(!listed(Some(private.id), portal), "another site's collection is not there");
        // And so does adding.
        let add = |collection| library.add_to(&by, mzj, collection, "a.txt", format!("{number}").as_bytes());
        let may = |level: Option<Level>| match level {
            None => "not found",
            Some(Level::View | Level::Choose) => "forbidden",
            Some(Level::Add | Level::Edit) => "added",
        };
        for (collection, wanted) in [(None, wanted.0), (Some(shared.id), wanted.1), (Some(private.id), wanted.2)] {
            let done = add(collection);
            let done = if done.is_ok() { "added" } else { rule(done) };
            assert_eq!(done, may(wanted), "{role:?} {scope:?} {collection:?}");
        }
    }
    // Keeping collections is for managers; making a shared one only for the portal's.
    let manager = library.person("manager", vec![Grant { role: Role::Manager, scope: Scope::Site(mzj) }]);
    let new = |site, shared| media::create_collection(store, &manager, site, &wanted("新", shared, vec![]), NOW);
    assert_eq!(rule(new(mzj, true)), "collection.shared");
    assert_eq!(rule(new(portal, false)), "not found");
    let open = new(mzj, false).unwrap();
    let clerk = library.person("clerk", vec![Grant { role: Role::Editor, scope: Scope::Channel(mzj, column) }]);
    assert_eq!(level(&clerk, &open), Some(Add), "without rights of its own it is like the library");
    assert_eq!(rule(media::create_collection(store, &clerk, mzj, &wanted("新", false, vec![]), NOW)), "forbidden");
    assert_eq!(rule(media::delete_collection(store, &manager, private.id)), "collection.full");
    media::delete_collection(store, &manager, open.id).unwrap();
    assert_eq!(rule(media::change_collection(store, &manager, shared.id, &wanted("x", true, vec![]))), "not found");
}

#[test]
fn own_files_and_those_of_others() {
    let library = Library::new();
    let mzj = library.site("mzj");
    let store = &library.group.store;
    let grant = vec![Grant { role: Role::Editor, scope: Scope::Site(mzj) }];
    let (li, wang) = (library.person("li", grant.clone()), library.person("wang", grant));
    let stranger = library.person("zhao", vec![Grant { role: Role::Manager, scope: Scope::Site(library.site("www")) }]);
    let file = library.add_to(&li, mzj, None, "通知.txt", "一".as_bytes()).unwrap();
    let about = |name: &str, alt: &str| About { file_name: name.into(), alt: alt.into(), ..About::default() };
    assert_eq!(rule(media::describe(store, &wang, file.id, &about("通知.txt", "x"))), "forbidden");
    assert_eq!(rule(media::describe(store, &stranger, file.id, &about("通知.txt", "x"))), "not found");
    assert_eq!(rule(media::delete(store, &wang, file.id, || Ok(false))), "forbidden");
    assert_eq!(rule(media::delete(store, &stranger, file.id, || Ok(false))), "not found");
    assert_eq!(rule(media::restore(store, &stranger, file.id, 0, false, NOW)), "not found");
    assert_eq!(rule(media::move_to(store, library.room(), &stranger, file.id, library.site("www"), None)), "not found");
    assert_eq!(rule(media::move_to(store, library.room(), &li, file.id, library.site("www"), None)), "not found");
    assert_eq!(rule(media::describe(store, &li, file.id, &about("通知.exe", ""))), "file.other_type");
    let decorative = About { decorative: true, ..about("通知.txt", "文字") };
    assert_eq!(rule(media::describe(store, &li, file.id, &decorative)), "file.decorative");
    assert_eq!(rule(media::describe(store, &li, file.id, &about("通知.txt", &"长".repeat(501)))), "file.long");
    let renamed = media::describe(store, &li, file.id, &about("../公告 1.txt", " 说明 ")).unwrap();
    assert_eq!((renamed.file_name.as_str(), renamed.alt.as_str()), ("公告-1.txt", "说明"));
    let found = |filter: Filter| media::list(store, &wang, mzj, &filter, 0, 10).unwrap().1;
    assert_eq!(found(Filter { text: "公告 说明".into(), ..Filter::default() }), 1);
    assert_eq!(found(Filter { text: "通知".into(), ..Filter::default() }), 0);
    assert_eq!(found(Filter { kind: Some(Kind::Paper), ..Filter::default() }), 1);
    assert_eq!(found(Filter { kind: Some(Kind::Picture), ..Filter::default() }), 0);
    media::delete(store, &li, file.id, || Ok(false)).unwrap();
    assert_eq!(found(Filter::default()), 0);
}

#[test]
fn replaced_under_the_same_address_and_brought_back() {
    let library = Library::new();
    let store = &library.group.store;
    let first = library.add("表.csv", b"one").unwrap();
    let receive = |bytes: &[u8]| {
        let mut file = library.group.blobs.receive(1 << 20).unwrap();
        file.write(bytes).unwrap();
        file
    };
    let replace = |name: &str, bytes: &[u8]| {
        media::replace(store, library.room(), &By::ops(), first.id, (name, receive(bytes)), false, NOW + 1)
    };
    assert_eq!(rule(replace("表.txt", b"two")), "file.other_type");
    assert_eq!(rule(replace("表.csv", b"<html>")), "file.active");
    assert_eq!(replace("other.csv", b"one").unwrap(), first, "the same bytes are no version");
    let grant = |role| vec![Grant { role, scope: Scope::Site(library.site("mzj")) }];
    let (li, chen) = (library.person("li", grant(Role::Editor)), library.person("chen", grant(Role::Publisher)));
    let own = library.add_to(&li, library.site("mzj"), None, "计划.csv", b"approved").unwrap();
    let instead = |by: &By, shown: bool, bytes: &[u8]| {
        media::replace(store, library.room(), by, own.id, ("计划.csv", receive(bytes)), shown, NOW + 1)
    };
    // What visitors read is changed by those who publish.
    instead(&li, false, b"draft").unwrap();
    assert_eq!(rule(instead(&li, true, b"other")), "forbidden");
    assert_eq!(rule(media::restore(store, &li, own.id, 0, true, NOW + 2)), "forbidden");
    assert_eq!(rule(instead(&chen, true, b"other")), "forbidden", "it is not hers");
    let second = replace("other.csv", b"two!").unwrap();
    assert_eq!((second.id, second.file_name.as_str(), second.size), (first.id, "表.csv", 4));
    assert_eq!((second.versions.len(), second.space()), (1, 7));
    assert_eq!(library.bytes(&second), b"two!");
    let back = media::restore(store, &By::ops(), first.id, 0, false, NOW + 2).unwrap();
    assert_eq!((back.hash == first.hash, back.versions.len(), back.versions[0].size), (true, 1, 4));
    assert_eq!(library.bytes(&back), b"one");
    assert_eq!(rule(media::restore(store, &By::ops(), first.id, 1, false, NOW)), "not found");
    for number in 0..30 {
        replace("x.csv", format!("{number}").as_bytes()).unwrap();
    }
    assert_eq!(store.get::<Media>(first.id.0).unwrap().unwrap().versions.len(), 20);
}

#[test]
fn what_names_a_file_is_one_look_up() {
    let library = Library::new();
    let store = &library.group.store;
    let (shown, linked, attached) = (
        library.add("a.png", &picture(4, 4, ImageFormat::Png)).unwrap(),
        library.add("b.txt", b"b").unwrap(),
        library.add("c.txt", b"c").unwrap(),
    );
    let body = format!(
        "<p><img src=\"{}\" alt=\"\"><a href=\"{}\">b</a> /mzj/media/99/x <a href=\"https://x.example/media/98/y\">y</a></p>",
        shown.url("/mzj"),
        linked.url("")
    );
    let document = library.document(&body, vec![Attachment { media: attached.id, title: "c".into() }]);
    let used = |id: MediaId| {
        let uses = content::uses(store, id).unwrap();
        uses.iter().map(|used| (used.document.id, used.live, used.head)).collect::<Vec<_>>()
    };
    for file in [&shown, &linked, &attached] {
        assert_eq!(used(file.id), [(document.id, false, true)], "{}", file.file_name);
        assert!(!content::is_shown(store, file.id).unwrap(), "a draft shows nothing");
        let is_used = || Ok(!content::uses(store, file.id)?.is_empty());
        assert_eq!(rule(media::delete(store, &By::ops(), file.id, is_used)), "file.used");
    }
    assert!(used(MediaId(99)).is_empty() && used(MediaId(98)).is_empty());
    content::publish(store, &By::ops(), document.id, NOW).unwrap();
    assert_eq!(used(shown.id), [(document.id, true, true)]);
    assert!(content::is_shown(store, attached.id).unwrap());
    // The next draft is without it; visitors still read the revision before.
    let draft = library.group.draft("mzj", "tzgg", "通知");
    content::save(store, &By::ops(), document.id, document.head, &draft, NOW).unwrap();
    assert_eq!(used(shown.id), [(document.id, true, false)]);
    content::publish(store, &By::ops(), document.id, NOW).unwrap();
    assert_eq!(used(shown.id), [(document.id, false, false)], "an old revision can be restored");
    assert!(!content::is_shown(store, shown.id).unwrap());
}

#[test]
fn nobody_publishes_a_file_by_guessing_its_number() {
    let library = Library::new();
    let store = &library.group.store;
    let (mzj, portal) = (library.site("mzj"), library.site("www"));
    let secret = library.add_to(&By::ops(), portal, None, "secret.txt", b"s").unwrap();
    let own = library.add("own.txt", b"o").unwrap();
    let li = library.person("li", vec![Grant { role: Role::Editor, scope: Scope::Site(mzj) }]);
    let edit = |id: MediaId| {
        let body = format!("<p><a href=\"/media/{id}/x.txt\">x</a></p>");
        let text = Text { title: "通知".into(), body, ..Text::default() };
        Edit { channel: library.group.channel("mzj", "tzgg"), text, shared: true, ..Edit::default() }
    };
    let create = |id| content::create(store, &li, &edit(id), NOW);
    assert_eq!(rule(create(secret.id)), "media.unknown");
    assert_eq!(rule(create(MediaId(999_999))), "media.unknown", "as if it were not there");
    let attached = vec![Attachment { media: secret.id, title: "x".into() }];
    let with = Edit { text: Text { attachments: attached, ..edit(own.id).text }, ..edit(own.id) };
    assert_eq!(rule(content::create(store, &li, &with, NOW)), "media.unknown");
    let draft = create(own.id).unwrap();
    let save = |document: &content::Document, id| content::save(store, &li, document.id, document.head, &edit(id), NOW);
    assert_eq!(rule(save(&draft, secret.id)), "media.unknown");
    // Typing it first does not help.
    content::autosave(store, &li, draft.id, draft.head, 0, &edit(secret.id), NOW).unwrap();
    assert_eq!(rule(save(&draft, secret.id)), "media.unknown");
    // What somebody put in who may, stays in; and what visitors read anyway may be linked.
    let by_ops = content::save(store, &By::ops(), draft.id, draft.head, &edit(secret.id), NOW).unwrap();
    let kept = save(&by_ops, secret.id).unwrap();
    assert_eq!(rule(create(secret.id)), "media.unknown");
    content::publish(store, &By::ops(), kept.id, NOW).unwrap();
    create(secret.id).unwrap();
}

#[test]
fn what_was_half_received_goes_at_the_next_start() {
    let group = Group::new();
    let mut file = group.blobs.receive(100).unwrap();
    file.write(b"half").unwrap();
    let path = file.path().to_path_buf();
    // Killed: nothing is dropped in order.
    std::mem::forget(file);
    let kept = group.blobs.put(b"whole").unwrap();
    assert!(path.is_file());
    assert_eq!(group.blobs.sweep().unwrap(), 1);
    assert!(!path.exists() && group.blobs.verify(&kept).unwrap());
    let dropped = group.blobs.receive(100).unwrap();
    let path = dropped.path().to_path_buf();
    drop(dropped);
    assert!(!path.exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the bytes, the check ends, and what it lets pass as a text or picture is no page.
    #[test]
    fn any_bytes_are_judged(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        start in prop::sample::select(vec![
            &b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n",
            b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8X", b"%PDF-", b"<html>", b" \n<svg ", b"\xef\xbb\xbf<?xml", b"ID3",
        ]),
        ending in prop::sample::select(vec!["txt", "csv", "jpg", "png", "gif", "webp", "docx", "doc", "pdf", "zip", "xyz"]),
    ) {
        let bytes = [start, &bytes].concat();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let judged = media::check_content(&format!("a.{ending}"), &mut file).unwrap();
        let page = matches!(start, b"<html>" | b" \n<svg " | b"\xef\xbb\xbf<?xml");
        if page {
            assert!(judged.is_err(), "{ending}: {bytes:?}");
        }
        if judged == Ok(()) && ending == "png" {
            assert!(bytes.starts_with(b"\x89PNG"));
        }
        if bytes.is_empty() {
            assert_eq!(judged, Err(Fault::Empty));
        }
        // Preparing and scaling never panic, and what is prepared can be prepared again to the same.
        if let Ok(prepared) = media::prepare(bytes.clone().into(), 1_000_000) {
            let again = media::prepare(prepared.bytes.clone(), 1_000_000).unwrap();
            assert_eq!(again.bytes, prepared.bytes);
        }
        media::make_forms(&bytes);
    }
}
