//! Sample pages of the media library.

use crate::render::view_admin::{
    CollectionView, CollectionsPage, FileProblemView, FileView, MediaChoosePage, MediaFilePage, MediaPage,
    MediaPagingView, MediaScopeView, MediaUseView, MediaVersionView, RightView, ShelfView, SpaceView, UploadView,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 4] = [
    ("media/list.html", "MediaPage"),
    ("media/choose.html", "MediaChoosePage"),
    ("media/file.html", "MediaFilePage"),
    ("media/collections.html", "CollectionsPage"),
];

/// Rules that a file or collection may break.
const RULES: [&str; 24] = [
    "file.none",
    "file.many",
    "file.type",
    "file.size",
    "file.picture_size",
    "file.quota",
    "file.disguised",
    "file.active",
    "file.macros",
    "file.empty",
    "file.broken",
    "file.pixels",
    "file.other_type",
    "file.long",
    "file.decorative",
    "file.used",
    "file.declared",
    "file.quota_form",
    "collection.name",
    "collection.rights",
    "collection.shared",
    "collection.full",
    "collection.person",
    "collection.required",
];

pub(super) fn add(samples: &mut Samples) {
    samples.add("full", "media/list.html", full());
    for key in ["media.added", "media.deleted", "media.moved"] {
        samples.add(key, "media/list.html", MediaPage { notice: Some(message(key, 3)), ..empty() });
    }
    samples.add("nothing found", "media/list.html", MediaPage { query: "低保".into(), ..empty() });
    samples.add("refused", "media/list.html", MediaPage { problems: RULES.map(problem).to_vec(), ..empty() });
    let choose = MediaChoosePage {
        url: "/admin/sites/mzj/media/choose".into(),
        library: "/admin/sites/mzj/media".into(),
        shelves: shelves(),
        collection: 0,
        query: String::new(),
        kind: "picture",
        files: files(),
        total: 90,
        paging: paging(),
        upload: Some(upload()),
    };
    samples.add_piece("choose", "media/choose.html", &choose);
    let none = MediaChoosePage {
        shelves: shelves()[..1].to_vec(),
        files: Vec::new(),
        kind: "",
        upload: None,
        paging: single(),
        ..choose.clone()
    };
    samples.add_piece("none to choose", "media/choose.html", &none);
    samples.add_piece("none found to choose", "media/choose.html", MediaChoosePage { query: "低保".into(), ..none });
    files_of_their_own(samples);
    collections(samples);
}

fn files_of_their_own(samples: &mut Samples) {
    let page = MediaFilePage {
        file: file(2),
        bytes: "/admin/media/2/file".into(),
        preview: "/admin/media/2/file?width=1280".into(),
        decorative: true,
        changes: true,
        replaces: true,
        declared: false,
        public: true,
        owner: "李芳<b>".into(),
        uses: ["live", "head", "old"]
            .map(|place| MediaUseView {
                title: "关于调整低保标准的通知 <b>\"&'".into(),
                url: "/admin/documents/21/".into(),
                site: "市民政局".into(),
                place,
            })
            .to_vec(),
        hidden_uses: 2,
        versions: vec![MediaVersionView {
            number: 0,
            until: "2026-11-20 09:30".into(),
            by: "li.fang".into(),
            size: "1.2 MB".into(),
            url: "/admin/media/2/file?version=0".into(),
        }],
        shelves: shelves(),
        accept: ".jpg".into(),
        largest: 100,
        notice: None,
        problem: None,
    };
    samples.add("picture", "media/file.html", &page);
    let unused = MediaFilePage {
        file: FileView { alt: String::new(), lacks_alt: true, credit: String::new(), ..file(2) },
        decorative: false,
        public: false,
        owner: String::new(),
        uses: Vec::new(),
        hidden_uses: 0,
        versions: Vec::new(),
        shelves: shelves()[..1].to_vec(),
        ..page.clone()
    };
    samples.add("unused", "media/file.html", &unused);
    for key in ["media.saved", "media.replaced", "media.restored", "media.moved", "media.same"] {
        let notice = Some(message(key, 0));
        samples.add(
            key,
            "media/file.html",
            MediaFilePage { notice, file: file(1), preview: String::new(), ..unused.clone() },
        );
    }
    for rule in RULES {
        samples.add(rule, "media/file.html", MediaFilePage { problem: Some(problem(rule)), ..unused.clone() });
    }
    let declared = MediaFilePage { declared: true, changes: true, ..page.clone() };
    samples.add("declared", "media/file.html", declared);
    samples.add("shown to visitors", "media/file.html", MediaFilePage { replaces: false, ..page.clone() });
    samples.add("only seen", "media/file.html", MediaFilePage { changes: false, replaces: false, ..page });
}

fn collections(samples: &mut Samples) {
    let right = |who: &str, scope: &str, person: &str, level: &str| RightView {
        who: who.into(),
        scope: scope.into(),
        person: person.into(),
        level: level.into(),
    };
    let blank = vec![right("", "group", "", "")];
    let levels = ["view", "choose", "add", "edit"];
    let mut rights: Vec<_> = levels.map(|level| right("editor", "mzj", "", level)).to_vec();
    rights.extend([right("everyone", "group", "", "choose"), right("person", "group", "li.fang", "edit")]);
    let collection = |id, name: &str, shared, files, rights: &[RightView]| CollectionView {
        id,
        name: name.into(),
        shared,
        files,
        url: format!("/admin/sites/www/media?collection={id}"),
        rights: rights.to_vec(),
    };
    let page = CollectionsPage {
        url: "/admin/sites/www/media/collections".into(),
        collections: vec![collection(7, "市级图库", true, 12, &rights), collection(8, "内部 <b>", false, 0, &blank)],
        blank: blank.clone(),
        scopes: vec![MediaScopeView { slug: "mzj".into(), name: "市民政局".into() }],
        portal: true,
        quota: "4096".into(),
        usual_quota: 20_480,
        sets_quota: true,
        space: space(),
        notice: Some(message("collection.saved", 0)),
        problem: None,
    };
    samples.add("portal", "media/collections.html", &page);
    for key in ["collection.deleted", "media.quota_saved"] {
        samples.add(key, "media/collections.html", CollectionsPage { notice: Some(message(key, 0)), ..page.clone() });
    }
    let small = CollectionsPage {
        collections: Vec::new(),
        portal: false,
        quota: String::new(),
        sets_quota: false,
        space: SpaceView { all: String::new(), percent: 0, ..space() },
        notice: None,
        problem: Some(problem("collection.full")),
        ..page
    };
    samples.add("none", "media/collections.html", small);
}

fn full() -> MediaPage {
    MediaPage {
        url: "/admin/sites/mzj/media".into(),
        shelves: shelves(),
        collection: 7,
        query: "低保 <b>\"".into(),
        kind: "picture",
        kinds: vec!["picture", "paper", "recording", "other"],
        files: files(),
        total: 90,
        paging: paging(),
        upload: Some(upload()),
        space: space(),
        manages: true,
        notice: None,
        problems: Vec::new(),
    }
}

fn empty() -> MediaPage {
    MediaPage {
        shelves: shelves()[..1].to_vec(),
        collection: 0,
        query: String::new(),
        kind: "",
        files: Vec::new(),
        total: 0,
        paging: single(),
        upload: None,
        space: SpaceView { all: String::new(), percent: 0, ..space() },
        manages: false,
        ..full()
    }
}

fn problem(key: &str) -> FileProblemView {
    let name = if key == "file.none" { String::new() } else { "名单 <b>.docx".into() };
    FileProblemView { name, key: key.into(), number: "30".into() }
}

fn shelves() -> Vec<ShelfView> {
    let shelf = |id, name: &str, shared, files| ShelfView {
        id,
        name: name.into(),
        shared,
        files,
        url: format!("/admin/sites/mzj/media?collection={id}"),
        current: id == 0,
    };
    vec![shelf(0, "", false, 128), shelf(7, "市级图库", true, 12), shelf(8, "内部 <b>", false, 0)]
}

fn files() -> Vec<FileView> {
    (1..=6).map(file).collect()
}

fn file(id: u64) -> FileView {
    let picture = id.is_multiple_of(2);
    let kinds = ["paper", "recording", "other"];
    FileView {
        id,
        url: format!("/admin/media/{id}/"),
        address: format!("/mzj/media/{id}/{}", if picture { "tu.jpg" } else { "mingdan.xlsx" }),
        name: if picture { "老人在社区食堂用餐 <b>.jpg".into() } else { "名单.xlsx".into() },
        ending: if picture {
            "JPG".into()
        } else if id == 5 {
            String::new()
        } else {
            "XLSX".into()
        },
        kind: if picture { "picture" } else { kinds[(id / 2) as usize % 3] },
        thumb: if picture { format!("/admin/media/{id}/file?width=320") } else { String::new() },
        alt: if id == 2 { "老人围坐用餐 \"<b>".into() } else { String::new() },
        lacks_alt: picture && id != 2,
        credit: if id == 2 { "市民政局 <b>".into() } else { String::new() },
        size: "1.2 MB".into(),
        width: if picture { 1200 } else { 0 },
        height: if picture { 800 } else { 0 },
        time: "2026-11-20 09:30".into(),
    }
}

fn paging() -> MediaPagingView {
    MediaPagingView {
        page: 2,
        pages: 3,
        previous: Some("/admin/sites/mzj/media".into()),
        next: Some("/admin/sites/mzj/media?page=3".into()),
    }
}

fn single() -> MediaPagingView {
    MediaPagingView { page: 1, pages: 1, previous: None, next: None }
}

fn upload() -> UploadView {
    UploadView {
        url: "/admin/sites/mzj/media?collection=7".into(),
        pieces: "/admin/sites/mzj/media/pieces".into(),
        largest: 100,
        largest_picture: 30,
        accept: ".jpg,.png,.pdf".into(),
    }
}

fn space() -> SpaceView {
    SpaceView { files: 128, used: "1.2 GB".into(), all: "20.0 GB".into(), percent: 6 }
}
