//! The import for every source, with one that lives in memory.

use std::collections::HashMap;

use url::Url;
use zhanqun::base::clock::parse_local;
use zhanqun::base::fault::Fault;
use zhanqun::domain::account::{By, Grant, Role, Scope, User};
use zhanqun::domain::content::{self, Edit, State, Text};
use zhanqun::domain::error::Error;
use zhanqun::domain::interaction;
use zhanqun::domain::migration::{self, Accept, Reason};
use zhanqun::domain::site::{Target, find_redirect};
use zhanqun::domain::workflow::{self, Flow};
use zhanqun::migrate::import::{Options, Report, run, undo};
use zhanqun::migrate::old::{
    Article, ArticleKind, Content, Done, Facts, Found, Item, Junk, JunkKind, OldAttachment, OldColumn, OldFile,
    OldLetter, Source,
};
use zhanqun::store::Position;

use super::fixture::{Town, png};

const HOME: &str = "http://old.example.gov.cn";

#[derive(Clone)]
struct Memory {
    facts: Facts,
    items: Vec<Item>,
    files: HashMap<String, (String, Vec<u8>)>,
    /// The walk breaks off after so many items of the second time.
    breaks: Option<usize>,
    walks: std::cell::Cell<usize>,
}

impl Source for Memory {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn walk(&self, each: &mut dyn FnMut(Item, Done) -> Result<(), Fault>) -> Result<(), Fault> {
        self.walks.set(self.walks.get() + 1);
        for (at, item) in self.items.iter().enumerate() {
            if self.walks.get() == 2 && self.breaks == Some(at) {
                return Err(Fault::file("memory".as_ref(), "the disk is gone"));
            }
            each(item.clone(), Done { of: at as u64, total: self.items.len() as u64 })?;
        }
        Ok(())
    }

    fn file(&self, address: &Url) -> Result<Option<OldFile>, Fault> {
        Ok(self
            .files
            .get(address.as_str())
            .map(|(name, bytes)| OldFile { content: Content::Bytes(bytes.clone().into()), name: name.clone() }))
    }
}

fn at(path: &str) -> String {
    format!("{HOME}{path}")
}

fn article(id: u32, title: &str, body: &str) -> Article {
    Article {
        key: format!("page:/show.asp?id={id}"),
        addresses: vec![at(&format!("/show.asp?id={id}")), at(&format!("/print.asp?id={id}"))],
        title: Some(Found::certain(title.into())),
        published: parse_local("2009-04-28 08:00").map(Found::certain),
        column: Some(Found::certain("class:1".into())),
        body: Some(Found::certain(body.into())),
        base: at("/show.asp"),
        original: format!("<html>{body}</html>"),
        charset: "GB18030".into(),
        index_number: "431200/2009-00012".into(),
        ..Article::default()
    }
}

fn old_site() -> Memory {
    let undated = Article { published: None, ..article(3, "没有日期的文章", "<p>正文三。</p>") };
    let page = Article {
        key: "page:/about.asp".into(),
        kind: ArticleKind::Page,
        addresses: vec![at("/about.asp?id=1")],
        published: None,
        column: None,
        ..article(9, "机构职能", "<p>主要职责。</p>")
    };
    let first = article(
        1,
        "关于低保的通知",
        "<p>见<a href=\"SHOW.ASP?ID=2\">第二篇</a>和<a href=\"nowhere.asp?x=1\">那一页</a>，<img src=\"/UploadFile/a.png\" alt=\"图\">\
         <a href=\"http://sister.example.gov.cn/view.asp?id=7\">教育局</a><img src=\"gone.jpg\"></p>",
    );
    let second = Article {
        attachments: vec![OldAttachment { address: at("/down.asp?id=1"), name: "申请表".into() }],
        ..article(2, "第二篇", "<font color=red><p>正文二。</p></font>")
    };
    let column = OldColumn {
        key: "class:1".into(),
        name: "救灾救济".into(),
        addresses: vec![at("/class.asp?classid=1"), at("/class.asp?classid=1&page=2")],
        ..OldColumn::default()
    };
    let junk = |path: &str, kind, of: Option<&str>| Item::Junk(Junk { address: at(path), kind, of: of.map(at) });
    let letter = OldLetter {
        key: "gbook:1".into(),
        address: at("/gbook.asp"),
        name: "张三".into(),
        question: "什么时候能办好？".into(),
        answer: "已经办好。".into(),
        ..OldLetter::default()
    };
    Memory {
        facts: Facts {
            kind: "mirror".into(),
            hosts: vec!["old.example.gov.cn".into()],
            home: at("/"),
            ..Facts::default()
        },
        items: vec![
            Item::Home(vec![at("/"), at("/index.asp")]),
            Item::Column(column),
            Item::Article(Box::new(first)),
            Item::Article(Box::new(second)),
            Item::Article(Box::new(undated)),
            Item::Article(Box::new(page)),
            Item::Letter(Box::new(letter)),
            junk("/copy.asp?id=1", JunkKind::Duplicate, Some("/show.asp?id=1")),
            junk("/search.asp?q=a", JunkKind::Search, None),
            Item::Unreadable { place: "broken.asp".into(), why: "ends in the middle".into() },
        ],
        files: HashMap::from([
            (at("/UploadFile/a.png"), (String::new(), png(40, 30))),
            (at("/down.asp?id=1"), ("申请表.doc".into(), b"\xd0\xcf\x11\xe0 table".to_vec())),
        ]),
        breaks: None,
        walks: std::cell::Cell::new(0),
    }
}

fn options() -> Options {
    Options { source: "old".into(), site: "mzj".into(), publish: true, ..Options::default() }
}

fn import(town: &Town, source: &Memory, options: &Options) -> Report {
    source.walks.set(0);
    let report = run(&town.app, source, options, &|_, _, _| {}).unwrap_or_else(|failure| panic!("{failure}"));
    assert!(report.adds_up(), "{report:#?}");
    report
}

fn leads(town: &Town, address: &str) -> Option<Target> {
    find_redirect(&town.app.store, town.site(), address).unwrap().map(|(redirect, _)| redirect.to)
}

#[test]
fn everything_finds_its_place() {
    let town = Town::new();
    let report = import(&town, &old_site(), &options());
    let figures = &report.figures;
    assert_eq!((figures.read, figures.imported, figures.published), (9, 4, 3));
    assert_eq!((figures.review, figures.letters, figures.junk, figures.skipped_total()), (1, 1, 3, 1));
    assert_eq!((figures.files, figures.missing, figures.broken, figures.pending), (2, 1, 1, 1));

    let first = town.document("关于低保的通知");
    assert_eq!(first.published, parse_local("2009-04-28 08:00").unwrap());
    let second = town.document("第二篇");
    let body = town.body("关于低保的通知");
    assert!(body.contains(&format!("/{}.html\"", second.id)), "{body}");
    assert!(body.contains("/mzj/media/") && body.contains("缺失"), "{body}");
    assert!(body.contains("http://sister.example.gov.cn/view.asp?id=7"), "{body}");
    let text = town.head(&second).text;
    assert!(!text.body.contains("font"), "{}", text.body);
    assert_eq!(text.attachments.first().map(|file| file.title.as_str()), Some("申请表"));
    assert_eq!(text.index_number, "431200/2009-00012");
    assert_eq!(town.node().channels[&second.channel].name, "救灾救济");

    let about = town.document("机构职能");
    assert!(about.is_live() && about.undated);
    let waits = town.document("没有日期的文章");
    assert_eq!((waits.state, waits.published, waits.was_published), (State::Draft, 0, None));

    for address in
        ["/Show.ASP?ID=1", "/print.asp?id=1", "/copy.asp?id=1", "http://www.old.example.gov.cn/show.asp?id=1"]
    {
        assert_eq!(leads(&town, address), Some(Target::Document(first.id)), "{address}");
    }
    assert!(matches!(leads(&town, "/class.asp?page=2&classid=1"), Some(Target::Channel(_))));
    assert!(matches!(leads(&town, "/uploadfile/a.png"), Some(Target::Url(url)) if url.contains("/media/")));
    assert!(matches!(leads(&town, "/gbook.asp"), Some(Target::Channel(_))));
    assert_eq!(leads(&town, "/search.asp?q=a"), None);
    assert!(town.node().site.old_hosts.contains(&"old.example.gov.cn".to_owned()));

    let letters = interaction::inquiries(&town.app.store, &By::ops(), town.site(), Position::FIRST, 10).unwrap();
    assert_eq!(letters[0].0.answer, "已经办好。");
    let page = migration::page_of(&town.app.store, &By::ops(), first.id).unwrap().unwrap();
    assert_eq!(page.charset, "GB18030");
    let hash = zhanqun::store::BlobHash::parse(&page.original).unwrap();
    assert!(town.app.blobs.verify(&hash).unwrap());
}

#[test]
fn the_same_again_adds_nothing_and_follows_what_changed() {
    let town = Town::new();
    let mut source = old_site();
    import(&town, &source, &options());
    let again = import(&town, &source, &options());
    assert_eq!((again.figures.imported, again.figures.updated, again.figures.unchanged), (0, 0, 4));
    assert_eq!(again.batch, "");
    for item in &mut source.items {
        if let Item::Article(article) = item
            && article.key == "page:/show.asp?id=2"
        {
            article.body = Some(Found::certain("<p>正文二，改过。</p>".into()));
        }
    }
    let third = import(&town, &source, &options());
    assert_eq!((third.figures.imported, third.figures.updated, third.figures.unchanged), (0, 1, 3));
    assert!(town.body("第二篇").contains("改过"));
    assert_eq!(town.documents().len(), 4);
}

#[test]
fn what_others_planted_is_taken_out_whatever_the_source() {
    let town = Town::new();
    let mut source = old_site();
    let planted = "<p>正文二。</p><div style=\"position:absolute;left:-9999px\"><a href=\"http://bad.example/\">六合彩</a></div>\
                   <div style=\"display:none\">附注：<a href=\"/show.asp?id=1\">本站</a></div>\
                   <iframe src=\"http://bad.example/x\" width=\"0\"></iframe>\
                   <script>document.write(unescape('%3Cscript'))</script>";
    for item in &mut source.items {
        if let Item::Article(article) = item
            && article.key == "page:/show.asp?id=2"
        {
            article.body = Some(Found::certain(planted.into()));
        }
    }
    let report = import(&town, &source, &options());
    let body = town.body("第二篇");
    assert!(body.contains("正文二") && body.contains("附注"), "{body}");
    assert!(!body.contains("六合彩") && !body.contains("bad.example"), "{body}");
    let notes: Vec<&str> = report.remarks.first.iter().map(|line| line.note.as_str()).collect();
    assert_eq!(notes, ["hidden links", "injected frame", "injected script"]);
}

#[test]
fn originals_and_files_are_there_when_they_are_named() {
    let town = Town::new();
    // Even where a run broke off, what was written names nothing that is not there.
    let broken = Memory { breaks: Some(5), ..old_site() };
    run(&town.app, &broken, &options(), &|_, _, _| {}).unwrap_err();
    let kept = |town: &Town| {
        let media = town.app.config.storage.dir.join("media");
        let files: Vec<_> = std::fs::read_dir(media).unwrap().map(|item| item.unwrap().path()).collect();
        assert!(files.iter().all(|path| path.is_dir()), "half received: {files:?}");
        let list = town.app.blobs.list().unwrap();
        assert!(list.iter().all(|(hash, _)| town.app.blobs.verify(hash).unwrap()));
        list.len()
    };
    kept(&town);
    import(&town, &old_site(), &options());
    let count = kept(&town);
    import(&town, &old_site(), &options());
    assert_eq!(kept(&town), count, "the same again stores nothing");
}

#[test]
fn a_run_that_broke_off_goes_on_in_its_batch() {
    let town = Town::new();
    let broken = Memory { breaks: Some(5), ..old_site() };
    let failure = run(&town.app, &broken, &options(), &|_, _, _| {}).unwrap_err();
    assert!(failure.to_string().contains("to go on"), "{failure}");
    let report = import(&town, &old_site(), &options());
    assert!(report.resumed);
    assert_eq!(town.documents().len(), 4);
    assert!(report.batch.starts_with("mirror-mzj-"), "{}", report.batch);
    assert!(!import(&town, &old_site(), &options()).resumed);
    let removed = undo(&town.app.store, &By::ops(), &report.batch).unwrap();
    assert_eq!(removed, 4);
    assert!(town.documents().is_empty());
    assert_eq!(leads(&town, "/show.asp?id=1"), None);
    let letters = interaction::inquiries(&town.app.store, &By::ops(), town.site(), Position::FIRST, 10).unwrap();
    assert!(letters.is_empty());
    assert!(migration::runs(&town.app.store, &By::ops(), None, Position::FIRST, 10).unwrap().is_empty());
}

#[test]
fn a_dry_run_writes_nothing_and_says_the_same() {
    let town = Town::new();
    let mapping = town.dir.path().join("map.toml");
    let dry = Options { dry_run: true, mapping: Some(mapping.clone()), ..options() };
    let said = import(&town, &old_site(), &dry);
    assert!(town.documents().is_empty());
    assert!(migration::runs(&town.app.store, &By::ops(), None, Position::FIRST, 10).unwrap().is_empty());
    let text = std::fs::read_to_string(&mapping).unwrap();
    assert!(text.contains("class:1") && text.contains("救灾救济"), "{text}");
    let to = text.lines().find_map(|line| line.strip_prefix("to = ")).unwrap().to_owned();
    std::fs::write(&mapping, text.replace(&format!("to = {to}"), "to = \"jzjj\"")).unwrap();
    let csv = town.dir.path().join("all.csv");
    let real = Options { mapping: Some(mapping), addresses: Some(csv.clone()), ..options() };
    let did = import(&town, &old_site(), &real);
    assert_eq!(did.figures, said.figures);
    assert!(did.unmapped.is_empty());
    assert!(town.node().channel_at("jzjj").is_some());
    let lines = std::fs::read_to_string(csv).unwrap();
    for path in ["/show.asp?id=1", "/print.asp?id=3", "/search.asp?q=a", "/gbook.asp", "/class.asp?classid=1"] {
        assert!(lines.contains(&at(path)), "{path}: {lines}");
    }
}

#[test]
fn accepting_a_page_skips_no_step_and_publishes_no_new_text_unseen() {
    let town = Town::new();
    import(&town, &old_site(), &options());
    let store = &town.app.store;
    let now = town.app.clock.now();
    let (page, _) = migration::waiting(store, &By::ops(), town.site(), Position::FIRST, 10).unwrap().remove(0);
    let document = town.document("没有日期的文章");
    let grants = [Role::Editor, Role::Publisher].map(|role| Grant { role, scope: Scope::Site(town.site()) }).to_vec();
    let row = serde_json::json!({
        "id": 1, "name": "chen.ju", "display_name": "陈局", "password": "", "password_set": now, "grants": grants,
        "created": now,
    });
    let user: User = serde_json::from_value(row).unwrap();
    let chen = By::person(&user, "127.0.0.1");
    let flow = |steps: bool, forbid_own: bool| {
        let made = match steps {
            true => Flow::three_reviews(town.site(), Some(document.channel), ["三审", "一审", "二审", "签发"]),
            false => {
                let mut made = Flow::one_step(town.site());
                (made.channel, made.name) = (Some(document.channel), "一步".into());
                made.steps[0].name = "签发".into();
                made
            }
        };
        workflow::set_flow(store, &By::ops(), &Flow { forbid_own, ..made }).unwrap();
    };
    let date = Accept { date: parse_local("2008-05-12 00:00"), ..Accept::default() };
    // Somebody writes another text, and may not approve it himself.
    let head = town.head(&document);
    let edit = Edit { secrecy: true, ..Edit::of(&document, &head) };
    let edit = Edit { text: Text { body: "<p>新写的正文</p>".into(), ..edit.text.clone() }, ..edit };
    content::save(store, &chen, document.id, document.head, &edit, now).unwrap();
    flow(false, true);
    let rule = |result: Result<_, Error>| match result.map(|_: zhanqun::domain::migration::OldPage| ()) {
        Err(Error::Rules { broken }) => broken[0].rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(migration::accept(store, &chen, page.id, date.clone(), now)), "review.own");
    // A column with steps: it is accepted, and goes through them.
    flow(true, false);
    content::submit(store, &chen, document.id, town.document("没有日期的文章").head, "", now).unwrap();
    assert_eq!(rule(migration::accept(store, &chen, page.id, date.clone(), now)), "migration.in_review");
    content::recall(store, &chen, document.id, now).unwrap();
    migration::accept(store, &chen, page.id, date, now).unwrap();
    let document = town.document("没有日期的文章");
    assert_eq!((document.is_live(), document.was_published), (false, parse_local("2008-05-12 00:00")));
}

#[test]
fn what_waits_is_accepted_with_a_date_or_sent_back_or_discarded() {
    let town = Town::new();
    import(&town, &old_site(), &options());
    let store = &town.app.store;
    let now = town.app.clock.now();
    let ops = By::ops();
    let (page, _) = migration::waiting(store, &ops, town.site(), Position::FIRST, 10).unwrap().remove(0);
    assert_eq!(page.reasons, [Reason::NoDate]);
    let rule = |error: Error| match error {
        Error::Rules { broken } => broken[0].rule,
        other => panic!("{other}"),
    };
    assert_eq!(rule(migration::accept(store, &ops, page.id, Accept::default(), now).unwrap_err()), "migration.no_date");
    let tomorrow = Accept { date: Some(now + 86_400_000), ..Accept::default() };
    assert_eq!(rule(migration::accept(store, &ops, page.id, tomorrow, now).unwrap_err()), "migration.future");
    assert_eq!(rule(migration::send_back(store, &ops, page.id, " ", now).unwrap_err()), "required");
    migration::send_back(store, &ops, page.id, "日期在图片里", now).unwrap();
    let date = parse_local("2008-05-12 00:00").unwrap();
    migration::accept(store, &ops, page.id, Accept { date: Some(date), ..Accept::default() }, now).unwrap();
    let document = town.document("没有日期的文章");
    assert_eq!((document.is_live(), document.published), (true, date));
    assert_eq!(rule(migration::discard(store, &ops, page.id, "", now).unwrap_err()), "migration.decided");
    assert_eq!(migration::count_waiting(store, &ops, town.site()).unwrap(), Some(0));
    let run = migration::runs(store, &ops, Some(town.site()), Position::FIRST, 1).unwrap().remove(0).0;
    let error = migration::sign_off(store, &ops, run.batch, document.channel, "", now).unwrap_err();
    assert_eq!(rule(error), "migration.person");
    // What a person decided stands when the import is run again.
    import(&town, &old_site(), &options());
    assert_eq!(town.document("没有日期的文章").published, date);
    assert_eq!(migration::count_waiting(store, &ops, town.site()).unwrap(), Some(0));
}

#[test]
fn the_same_text_of_two_sites_stays_one_and_waiting_links_are_resolved() {
    let town = Town::new();
    import(&town, &old_site(), &options());
    let sister = |address: String| address.replace("old.example.gov.cn", "sister.example.gov.cn");
    let mut source = old_site();
    source.facts.hosts = vec!["sister.example.gov.cn".into()];
    source.facts.home = sister(source.facts.home);
    source.items = vec![
        Item::Article(Box::new(Article {
            addresses: vec![sister(at("/view.asp?id=7"))],
            ..article(7, "招生", "<p>甲。</p>")
        })),
        Item::Article(Box::new(Article {
            addresses: vec![sister(at("/view.asp?id=8"))],
            ..article(8, "第二篇", "<div>正文二。</div>")
        })),
    ];
    let report = import(&town, &source, &Options { source: "sister".into(), site: "jyj".into(), ..options() });
    assert_eq!((report.figures.imported, report.figures.merged), (1, 1));
    let jyj = town.app.site("jyj").unwrap().site.id;
    let kept = town.document("第二篇");
    assert_eq!(content::references(&town.app.store, &By::ops(), kept.id).unwrap().len(), 1);
    let (redirect, _) = find_redirect(&town.app.store, jyj, "/view.asp?id=8").unwrap().unwrap();
    assert!(matches!(redirect.to, Target::Document(id) if id != kept.id));
    let body = town.body("关于低保的通知");
    assert!(body.contains("\"/jyj/") && !body.contains("sister.example"), "{body}");
}

#[test]
fn a_picture_keeps_its_bytes_but_for_what_a_camera_noted() {
    let town = Town::new();
    let mut plain = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([9, 99, 199])).write_to(&mut plain, image::ImageFormat::Jpeg).unwrap();
    let plain = plain.into_inner();
    let with = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], &[0xff, marker], &length, body, &plain[2..]].concat()
    };
    let commented = with(0xfe, b"LEAD Technologies Inc. V1.01");
    let noted = with(0xe1, b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0 GPS 30.1N 106.7E");
    let mut site = old_site();
    site.items = vec![Item::Article(Box::new(article(1, "图片", "<p><img src=\"/a.jpg\"><img src=\"/b.jpg\"></p>")))];
    site.files = [("/a.jpg", &commented), ("/b.jpg", &noted)]
        .map(|(path, bytes)| (at(path), (String::new(), bytes.clone())))
        .into();
    import(&town, &site, &options());
    let kept = |name: &str| {
        let media = town.media(name);
        std::fs::read(town.app.blobs.path(&zhanqun::store::BlobHash::parse(&media.hash).unwrap())).unwrap()
    };
    assert!(kept("a.jpg") == commented, "a comment that everybody could read");
    assert!(kept("b.jpg") == plain, "place and camera");
}
