//! The frozen copy of an old site, as visitors read it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use zhanqun::domain::account::By;
use zhanqun::domain::site::{self, SiteState, Step};
use zhanqun::migrate::archive::{self, Options, Report};
use zhanqun::migrate::pages::Mirror;

use super::City;
use super::city::{work, write};

fn put(dir: &Path, name: &str, bytes: &[u8]) {
    let file = dir.join("mirror").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

fn mirror(dir: &Path) {
    let (page, _, _) = encoding_rs::GBK.encode(
        "<html><head><meta charset=gb2312><title>民政局</title><link rel=stylesheet href=css.css><script>alert(1)</script></head>\
         <body onload=x()><a href=\"Show.asp?ID=1\">低保</a><a href=\"http://mzj.old.example/down.doc\">表</a>\
         <a href=search.asp?k=民政>搜</a><img src=/images/a.gif><form action=save.asp><input name=q></form></body></html>",
    );
    put(dir, "index.asp", &page);
    put(dir, "show.asp?id=1", "<html><body>\u{201c}低保\u{201d}的正文</body></html>".as_bytes());
    let (word, _, _) = encoding_rs::GBK.encode("search.asp?k=民政");
    let file = dir.join("mirror").join(OsStr::from_bytes(&word));
    std::fs::write(file, "<html><body>找到</body></html>").unwrap();
    put(dir, "css.css", b"body{background:url(/images/a.gif)}");
    put(dir, "menu.js", b"alert(1)");
    put(dir, "images/a.gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
    put(dir, "down.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 doc");
}

async fn freeze(city: &City) -> Report {
    let (app, path) = (city.app.clone(), city.dir().join("mirror"));
    work(move || {
        let mirror = Mirror::open(&path, Some("mzj.old.example")).unwrap();
        let options = Options { site: "mzj".into(), source: "mirror".into(), ..Options::default() };
        archive::run(&app, &mirror, &options, &|_, _, _| {}).unwrap()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_is_read_below_archive_and_nothing_in_it_acts() {
    let city = City::new();
    mirror(city.dir());
    assert_eq!(city.get("/archive/mzj/").await.status, 404, "nothing was frozen yet");
    let report = freeze(&city).await;
    assert_eq!((report.pages, report.files, report.left_out), (3, 3, 1), "{report:?}");
    let home = city.get("/archive/mzj/").await;
    assert_eq!(home.status, 200);
    for yes in [
        "<title>民政局</title>",
        "href=\"/archive/mzj/Show.asp?ID=1\"",
        "href=\"/archive/mzj/down.doc\"",
        "2026-11-23",
        "存档副本",
        "href=\"http://www.city.example/mzj/\"",
        ">测试市民政局</a>",
    ] {
        assert!(home.body.contains(yes), "{yes}\n{}", home.body);
    }
    for no in ["<script", "onload", "save.asp", "gb2312"] {
        assert!(!home.body.contains(no), "{no}");
    }
    let policy = home.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("form-action 'none'")
            && !policy.contains("script-src")
    );
    assert_eq!(
        (home.header("x-robots-tag"), home.header("content-type")),
        ("noindex, nofollow", "text/html; charset=utf-8")
    );
    let again = city.ask("www.city.example", "/archive/mzj/", &[("if-none-match", home.header("etag"))]).await;
    assert_eq!(again.status, 304);
    // Every spelling, and the links of the copy itself.
    let gbk = "/archive/mzj/search.asp?k=%C3%F1%D5%FE";
    for page in [
        "/archive/mzj/index.asp",
        "/archive/mzj/show.asp?id=1",
        "/archive/mzj/SHOW.asp?ID=1",
        gbk,
        "/archive/mzj/search.asp?k=%E6%B0%91%E6%94%BF",
    ] {
        let answer = city.get(page).await;
        assert!(answer.status == 200 && answer.body.contains("存档副本"), "{page} {}", answer.status);
    }
    assert_eq!(city.get("/archive/mzj").await.location(), "/archive/mzj/");
    let style = city.get("/archive/mzj/css.css").await;
    assert!(style.header("content-type").starts_with("text/css") && style.body.contains("/archive/mzj/images/a.gif"));
    assert_eq!(city.get("/archive/mzj/images/a.gif").await.header("content-type"), "image/gif");
    assert!(city.get("/archive/mzj/down.doc").await.header("content-disposition").starts_with("attachment"));
    for missing in
        ["/archive/mzj/menu.js", "/archive/mzj/nothing.htm", "/archive/jyj/", "/archive/", "/archive/nobody/x"]
    {
        assert_eq!(city.get(missing).await.status, 404, "{missing}");
    }
    assert!(site::check_slug("archive").is_err(), "no site or column takes its place");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_copy_takes_the_place_of_the_first_and_goes_when_it_is_told() {
    let city = City::new();
    mirror(city.dir());
    freeze(&city).await;
    std::fs::remove_file(city.dir().join("mirror/css.css")).unwrap();
    put(city.dir(), "new.htm", "<html><body>新的一页</body></html>".as_bytes());
    freeze(&city).await;
    assert_eq!(city.get("/archive/mzj/css.css").await.status, 404);
    assert!(city.get("/archive/mzj/new.htm").await.body.contains("新的一页"));
    // A closed site keeps its archive; one that is not open yet shows none.
    let (app, id) = (city.app.clone(), city.app.site("mzj").unwrap().site.id);
    let step = Step::redirect("https://new.example/").early("试验");
    work(move || site::set_state(&app.store, &By::ops(), id, &step).unwrap()).await;
    assert_eq!(city.get("/archive/mzj/").await.status, 200);
    assert_eq!(city.get("/mzj/").await.status, 301);
    let app = city.app.clone();
    work(move || {
        for state in [SiteState::Notice, SiteState::Online, SiteState::Planned] {
            let notice =
                site::Notice { text: "x".into(), url: Some("/".into()), name: "y".into(), ..Default::default() };
            let step = Step { notice: Some(notice), ..Step::to(state) };
            site::set_state(&app.store, &By::ops(), id, &step).unwrap();
        }
    })
    .await;
    assert_eq!(city.get("/archive/mzj/").await.status, 404);
    let app = city.app.clone();
    work(move || zhanqun::domain::archive::forget(&app.store, &By::ops(), id).unwrap()).await;
    assert!(zhanqun::domain::archive::copies(&city.app.store, id).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_pages_leaves_the_copy_that_is_there() {
    let city = City::new();
    mirror(city.dir());
    freeze(&city).await;
    write(city.dir(), "empty/x.txt", "text");
    let (app, path) = (city.app.clone(), city.dir().join("empty"));
    let failed = work(move || {
        let mirror = Mirror::open(&path, Some("mzj.old.example")).unwrap();
        let options = Options { site: "mzj".into(), source: "empty".into(), ..Options::default() };
        archive::run(&app, &mirror, &options, &|_, _, _| {}).unwrap_err().to_string()
    })
    .await;
    assert!(failed.contains("empty: no page"), "{failed}");
    assert_eq!(city.get("/archive/mzj/").await.status, 200);
}
