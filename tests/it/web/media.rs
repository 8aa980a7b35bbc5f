//! Files through the pipeline: uploads, libraries, what visitors get of them.

use std::collections::HashSet;
use std::time::Duration;

use http::{Method, header};
use image::ImageFormat;
use zhanqun::base::id::{MediaId, SiteId};
use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::content::{self, Edit, Text};
use zhanqun::domain::media::{self, Holder, Level, Media, Right, Upload, Wanted};
use zhanqun::jobs;
use zhanqun::store::{BlobHash, ListKey, Position, Read};

use super::City;
use super::browser::{Browser, GOOD, secret, user_with};
use super::city::{Answer, work};
use crate::domain::media::picture;

const BOUNDARY: &str = "----zhanqun-test-7d1";

/// A form with files as browsers send it: fields, then files.
fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in fields {
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        out.extend_from_slice(part.as_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(bytes);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    out
}

fn site(city: &City, slug: &str) -> SiteId {
    city.app.site(slug).unwrap().site.id
}

/// Somebody with a role in a site, logged in.
async fn person<'a>(city: &'a City, name: &str, role: Role, slug: &str) -> Browser<'a> {
    let grant = Grant { role, scope: Scope::Site(site(city, slug)) };
    user_with(city, name, vec![grant], false).await;
    let browser = Browser::new(city);
    assert_eq!(browser.log_in(name, GOOD).await.status, 303);
    browser
}

async fn send_form(browser: &Browser<'_>, target: &str, body: Vec<u8>, more: &[(&str, &str)]) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let mut headers = vec![(header::CONTENT_TYPE.as_str(), kind.as_str())];
    headers.extend_from_slice(more);
    browser.send(Method::POST, target, &headers, body).await
}

/// Sends files with the secret of a page.
async fn upload(browser: &Browser<'_>, target: &str, files: &[(&str, &[u8])]) -> Answer {
    let secret = secret(&browser.get("/admin/sessions").await.body);
    send_form(browser, target, form(&[("csrf", &secret)], files), &[]).await
}

/// Sends files as a script does.
async fn upload_by_script(browser: &Browser<'_>, target: &str, files: &[(&str, &[u8])]) -> Answer {
    let secret = secret(&browser.get("/admin/sessions").await.body);
    let headers = [("x-csrf-token", secret.as_str()), ("accept", "application/json")];
    send_form(browser, target, form(&[], files), &headers).await
}

fn files_of(city: &City, slug: &str) -> Vec<Media> {
    let list = ListKey::new(media::MEDIA_OF_SITE, &[site(city, slug).0]);
    let entries = city.app.store.list(list, Position::FIRST, 100).unwrap();
    entries.iter().filter_map(|entry| city.app.store.get(entry.id).unwrap()).collect()
}

async fn add(city: &City, slug: &str, name: &'static str, bytes: Vec<u8>) -> Media {
    let (app, site) = (city.app.clone(), site(city, slug));
    work(move || {
        let upload = Upload { site, file_name: name, ..Upload::default() };
        media::add_bytes(&app.store, app.room(), &By::ops(), &upload, &bytes, app.clock.now()).unwrap()
    })
    .await
}

/// Publishes a document of `mzj` whose body shows a file.
async fn show(city: &City, file: &Media) -> content::Document {
    let channel = city.channel("mzj", "tzgg");
    let body = format!("<p>图</p><img src=\"{}\" alt=\"图\"><img src=\"{0}\" alt=\"又\">", file.url("/mzj"));
    let app = city.app.clone();
    work(move || {
        let text = Text { title: "有图".into(), body, ..Text::default() };
        let edit = Edit { channel, text, ..Edit::default() };
        let now = app.clock.now();
        let saved = content::create(&app.store, &By::ops(), &edit, now).unwrap();
        content::publish(&app.store, &By::ops(), saved.id, now).unwrap()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_by_an_ordinary_form() {
    let city = City::new();
    let browser = person(&city, "li", Role::Editor, "mzj").await;
    let jpeg = picture(900, 600, ImageFormat::Jpeg);
    let files: [(&str, &[u8]); 3] = [("合影.jpg", &jpeg), ("名单.csv", b"a,b"), ("", b"")];
    let answer = upload(&browser, "/admin/sites/mzj/media", &files).await;
    assert_eq!(answer.location(), "/admin/sites/mzj/media?done=added&number=2", "{}", answer.body);
    let page = browser.get(answer.location()).await.body;
    assert!(page.contains("合影.jpg") && page.contains("名单.csv") && page.contains("900×600"), "{page}");
    let kept = files_of(&city, "mzj");
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|file| file.owner.is_some() && !file.open));
    // A good and a bad one: the good one is there, the bad one has its reason.
    let files: [(&str, &[u8]); 3] = [("c.txt", b"c"), ("d.pdf", b"no"), ("e.exe", b"MZ")];
    let answer = upload(&browser, "/admin/sites/mzj/media", &files).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.body.contains("d.pdf</strong> 文件内容与扩展名不符") && answer.body.contains("不允许上传 exe"),
        "{}",
        answer.body
    );
    assert_eq!(files_of(&city, "mzj").len(), 3);
    assert_eq!(upload(&browser, "/admin/sites/mzj/media", &[]).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_told_in_json() {
    let city = City::with(|config| config.media.max_upload_mb = 1);
    let browser = person(&city, "li", Role::Editor, "mzj").await;
    let answer = upload_by_script(&browser, "/admin/sites/mzj/media", &[("a.txt", b"a")]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(told["files"][0]["name"], "a.txt");
    assert_eq!(told["files"][0]["address"], format!("/mzj/media/{}/a.txt", told["files"][0]["id"]));
    let answer = upload_by_script(&browser, "/admin/sites/mzj/media", &[("b.docx", b"<html>")]).await;
    assert_eq!((answer.status.as_u16(), answer.body.contains("文件内容与扩展名不符")), (422, true));
    let large = vec![b'a'; (1 << 20) + 1];
    let answer = upload_by_script(&browser, "/admin/sites/mzj/media", &[("c.txt", &large)]).await;
    assert_eq!((answer.status.as_u16(), answer.body.contains("超过 1 MB")), (422, true), "{}", answer.body);
    // Beyond what a form may have at all.
    let huge = vec![b'a'; (2 << 20) + 10];
    assert_eq!(upload_by_script(&browser, "/admin/sites/mzj/media", &[("c.txt", &huge)]).await.status, 413);
    let left = std::fs::read_dir(city.dir().join("data/media")).unwrap();
    assert!(left.map(|item| item.unwrap().path()).all(|path| path.is_dir()), "nothing half received stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_proves_itself_or_is_broken() {
    let city = City::new();
    let browser = person(&city, "li", Role::Editor, "mzj").await;
    let good = secret(&browser.get("/admin/sessions").await.body);
    let target = "/admin/sites/mzj/media";
    let file: [(&str, &[u8]); 1] = [("a.txt", b"a")];
    let mut late = form(&[], &file);
    late.truncate(late.len() - BOUNDARY.len() - 6);
    late.extend(form(&[("csrf", &good)], &[]));
    for (what, body) in [
        ("no secret", form(&[], &file)),
        ("a wrong one", form(&[("csrf", &"0".repeat(64))], &file)),
        ("not first", form(&[("alt", "x"), ("csrf", &good)], &file)),
        ("after the file", late),
    ] {
        assert_eq!(send_form(&browser, target, body, &[]).await.status, 403, "{what}");
    }
    let mut cut = form(&[("csrf", &good)], &file);
    cut.truncate(cut.len() - 10);
    assert_eq!(send_form(&browser, target, cut, &[]).await.status, 400);
    let headers = [(header::CONTENT_TYPE.as_str(), "multipart/form-data")];
    let answer = browser.send(Method::POST, target, &headers, form(&[("csrf", &good)], &file)).await;
    assert!(matches!(answer.status.as_u16(), 400 | 403 | 415), "{}", answer.status);
    let stranger = [("sec-fetch-site", "cross-site")];
    assert_eq!(send_form(&browser, target, form(&[("csrf", &good)], &file), &stranger).await.status, 403);
    // Other routes take no files.
    let answer = send_form(&browser, "/admin/sessions", form(&[("csrf", &good)], &file), &[]).await;
    assert_eq!(answer.status, 415);
    assert!(files_of(&city, "mzj").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_space_of_a_site_ends() {
    let city = City::with(|config| config.media.site_quota_mb = 1);
    let browser = person(&city, "li", Role::Editor, "mzj").await;
    let half = vec![b'a'; 600 << 10];
    let send = async |name: &str| upload_by_script(&browser, "/admin/sites/mzj/media", &[(name, &half)]).await;
    assert_eq!(send("a.txt").await.status, 201);
    let answer = send("b.txt").await;
    assert_eq!((answer.status.as_u16(), answer.body.contains("存储空间不足")), (422, true), "{}", answer.body);
    // What was deleted makes room.
    let id = files_of(&city, "mzj")[0].id;
    assert_eq!(browser.fill("/admin/sessions", &format!("/admin/media/{id}/delete"), &[]).await.status, 303);
    assert_eq!(send("b.txt").await.status, 201);
    let page = browser.get("/admin/sites/mzj/media").await.body;
    assert!(page.contains("已用 600 KB，共 1.0 MB"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_read_what_something_published_shows() {
    let city = City::new();
    let file = add(&city, "mzj", "tu.jpg", picture(900, 600, ImageFormat::Jpeg)).await;
    let (whole, form) = (file.url("/mzj"), file.variant_url("/mzj", 320));
    let nothing = city.get("/mzj/media/999999/tu.jpg").await;
    for address in [&whole, &form] {
        let hidden = city.get(address).await;
        assert_eq!(hidden.status, 404, "{address}");
        let same = |answer: &Answer| answer.body.replace(address.as_str(), "").replace("/mzj/media/999999/tu.jpg", "");
        assert_eq!(same(&hidden), same(&nothing), "as if it were not there");
    }
    // Whoever works with it sees it there and in the library; others of the group do not.
    let li = person(&city, "li", Role::Editor, "mzj").await;
    let other = person(&city, "wang", Role::Editor, "jyj").await;
    for address in
        [&whole, &format!("/admin/media/{}/file", file.id), &format!("/admin/media/{}/file?width=320", file.id)]
    {
        let seen = li.get_bytes(address).await;
        assert_eq!(seen.0.status, 200, "{address}");
        assert_eq!((seen.0.header("cache-control"), seen.0.header("content-type")), ("no-store", "image/jpeg"));
        assert!(seen.0.header("content-security-policy").contains("sandbox"), "{address}");
        assert_eq!(other.get_bytes(address).await.0.status, 404, "{address}");
    }
    let document = show(&city, &file).await;
    let public = city.get(&whole).await;
    assert_eq!((public.status.as_u16(), public.header("cache-control")), (200, "public, max-age=0, must-revalidate"));
    let url = format!("/mzj/tzgg/{}.html", document.id);
    let page = city.get(&url).await.body;
    assert!(page.contains(&format!("srcset=\"{form} 320w, ")), "{page}");
    assert_eq!(
        (page.matches("width=\"900\" height=\"600\"").count(), page.matches("loading=\"lazy\"").count()),
        (2, 1)
    );
    assert!(city.is_kept(&url));
    // Until it is made, the form's address shows the picture; then the form.
    assert_eq!(city.get(&form).await.header("content-type"), "image/jpeg");
    let before = city.get(&form).await.header("etag").to_owned();
    let app = city.app.clone();
    assert_eq!(work(move || jobs::catch_up_pictures(&app).unwrap()).await, 1);
    let made = city.get(&form).await;
    assert_eq!((made.status.as_u16(), made.header("content-type")), (200, "image/webp"));
    assert_ne!(made.header("etag"), before);
    assert_eq!(city.get(&file.variant_url("/mzj", 333)).await.header("content-type"), "image/jpeg");
    for wrong in [form.replace("w320", "x320"), form.replace("w320", "w0320"), form.replace("w320/", "w320/w320/")] {
        assert_eq!(city.get(&wrong).await.status, 404, "{wrong}");
    }
    assert_eq!(city.get(&form.replace("tu.webp", "other.webp")).await.location(), form);
    let app = city.app.clone();
    work(move || content::withdraw(&app.store, &By::ops(), document.id, "", app.clock.now()).unwrap()).await;
    assert_eq!(city.get(&whole).await.status, 404);
    assert_eq!(city.get(&form).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_made_once_and_swept() {
    let city = City::new();
    add(&city, "mzj", "a.png", picture(400, 300, ImageFormat::Png)).await;
    add(&city, "mzj", "b.gif", picture(400, 300, ImageFormat::Gif)).await;
    add(&city, "mzj", "c.txt", b"c".to_vec()).await;
    let catch_up = || {
        let app = city.app.clone();
        work(move || jobs::catch_up_pictures(&app).unwrap())
    };
    assert_eq!((catch_up().await, catch_up().await), (1, 0), "the second time there is nothing to do");
    let derived = city.dir().join("data/derived");
    // What a killed server left, and what nothing needs any more.
    std::fs::create_dir_all(derived.join("1-1.tmp")).unwrap();
    let hash = BlobHash::of(b"gone");
    city.app.derived.put(&hash, &[("w320.webp".into(), vec![1])]).unwrap();
    assert_eq!(catch_up().await, 0);
    assert!(!derived.join("1-1.tmp").exists() && !city.app.derived.has(&hash));
    // Everything here can be deleted.
    std::fs::remove_dir_all(&derived).unwrap();
    std::fs::create_dir(&derived).unwrap();
    assert_eq!(catch_up().await, 1);
    // A running server makes them as files come.
    jobs::pictures(&city.app).unwrap();
    let file = add(&city, "mzj", "d.jpg", picture(400, 300, ImageFormat::Jpeg)).await;
    let hash = BlobHash::parse(&file.hash).unwrap();
    for _ in 0..600 {
        if city.app.derived.has(&hash) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no forms were made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_described_replaced_and_deleted() {
    let city = City::new();
    let li = person(&city, "li", Role::Editor, "mzj").await;
    let answer =
        upload_by_script(&li, "/admin/sites/mzj/media", &[("a.jpg", &picture(30, 20, ImageFormat::Jpeg))]).await;
    assert_eq!(answer.status, 201);
    let file = files_of(&city, "mzj").remove(0);
    let page = format!("/admin/media/{}/", file.id);
    assert!(li.get(&page).await.body.contains("还没有替代文字"));
    let about = [("file_name", "b.jpg"), ("alt", "两人 \"<b>"), ("credit", "市民政局")];
    let answer = li.fill(&page, &page, &about).await;
    assert_eq!(answer.location(), format!("{page}?done=saved"));
    let shown = li.get(answer.location()).await.body;
    assert!(shown.contains("已保存") && shown.contains("两人 &quot;&lt;b&gt;"), "{shown}");
    assert_eq!(li.fill(&page, &page, &[("file_name", "b.png")]).await.status, 422);
    let document = show(&city, &city.app.store.get(file.id.0).unwrap().unwrap()).await;
    assert_eq!(
        city.get(&file.url("/mzj")).await.location(),
        format!("/mzj/media/{}/b.jpg", file.id),
        "the old address"
    );
    // Replaced: the page that shows it is made again.
    let url = format!("/mzj/tzgg/{}.html", document.id);
    assert!(city.get(&url).await.body.contains("width=\"30\""));
    // By those who publish: visitors read it.
    let larger = picture(60, 40, ImageFormat::Jpeg);
    assert!(li.get(&page).await.body.contains("替换须有发布权限"));
    assert_eq!(upload(&li, &format!("{page}replace"), &[("new.jpg", &larger)]).await.status, 403);
    let zhao = person(&city, "zhao", Role::Manager, "mzj").await;
    let answer = upload(&zhao, &format!("{page}replace"), &[("new.jpg", &larger)]).await;
    assert_eq!(answer.location(), format!("{page}?done=replaced"), "{}", answer.body);
    assert!(city.get(&url).await.body.contains("width=\"60\""));
    assert_eq!(upload(&zhao, &format!("{page}replace"), &[("new.png", b"x")]).await.status, 422);
    let answer = zhao.fill(&page, &format!("{page}restore"), &[("version", "0")]).await;
    assert_eq!(answer.location(), format!("{page}?done=restored"));
    assert!(city.get(&url).await.body.contains("width=\"30\""));
    // Used, so it stays; the page says where, to those who may know.
    let answer = li.fill("/admin/sessions", &format!("{page}delete"), &[]).await;
    assert_eq!((answer.status.as_u16(), answer.body.contains("仍有文章使用此文件")), (422, true));
    assert!(answer.body.contains(&format!("/admin/documents/{}/", document.id)));
    assert_eq!(files_of(&city, "mzj").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn collections_of_others_are_not_there() {
    let city = City::new();
    let (portal, mzj) = (site(&city, "www"), site(&city, "mzj"));
    let li = person(&city, "li", Role::Editor, "mzj").await;
    let other = person(&city, "wang", Role::Editor, "jyj").await;
    let manager = person(&city, "zhao", Role::Manager, "mzj").await;
    let app = city.app.clone();
    let (shared, own, file) = work(move || {
        let by = By::ops();
        let right = Right { to: Holder::Role(Role::Editor, Scope::Site(mzj)), level: Level::Choose };
        let wanted = |name: &str, shared, rights| Wanted { name: name.into(), shared, rights };
        let make = |site, wanted: &Wanted| media::create_collection(&app.store, &by, site, wanted, 1).unwrap();
        let shared = make(portal, &wanted("市级图库", true, vec![right]));
        let own = make(mzj, &wanted("内部图库", false, vec![]));
        let upload = Upload { site: portal, collection: Some(shared.id), file_name: "city.txt", ..Upload::default() };
        let file = media::add_bytes(&app.store, app.room(), &by, &upload, b"city", 1).unwrap();
        (shared.id, own.id, file.id)
    })
    .await;
    let ask = async |browser: &Browser<'_>, target: String| browser.get(&target).await;
    let page = ask(&li, format!("/admin/sites/mzj/media/choose?collection={shared}")).await;
    assert!(page.status == 200 && page.body.contains("city.txt") && page.body.contains("内部图库"), "{}", page.body);
    assert_eq!(ask(&li, format!("/admin/media/{file}/")).await.status, 200);
    assert_eq!(
        upload_by_script(&li, &format!("/admin/sites/mzj/media?collection={shared}"), &[("x.txt", b"x")]).await.status,
        403
    );
    // Somebody without a right finds neither the collection nor its files, by no way.
    let page = ask(&other, "/admin/sites/jyj/media/choose".into()).await;
    assert!(page.status == 200 && !page.body.contains("市级图库") && !page.body.contains("内部图库"));
    for target in [
        format!("/admin/sites/jyj/media?collection={shared}"),
        format!("/admin/sites/jyj/media/choose?collection={shared}"),
        format!("/admin/sites/jyj/media/choose?collection={own}"),
        format!("/admin/sites/mzj/media/choose?collection={own}"),
        format!("/admin/media/{file}/"),
        format!("/admin/media/{file}/file"),
        "/admin/sites/mzj/media".into(),
        "/admin/sites/mzj/media/collections".into(),
    ] {
        assert_eq!(ask(&other, target.clone()).await.status, 404, "{target}");
    }
    let target = format!("/admin/sites/jyj/media?collection={shared}");
    assert_eq!(upload_by_script(&other, &target, &[("x.txt", b"x")]).await.status, 404);
    // A manager keeps his own, and not the city's.
    let page = manager.get("/admin/sites/mzj/media/collections").await.body;
    assert!(page.contains("内部图库") && !page.contains("市级图库"), "{page}");
    let change = |id: zhanqun::base::id::CollectionId| format!("/admin/sites/mzj/media/collections/{id}");
    let line = [("name", "内部"), ("who", "person"), ("scope", "group"), ("person", "li"), ("level", "view")];
    assert_eq!(manager.fill("/admin/sessions", &change(own), &line).await.status, 303);
    assert_eq!(manager.fill("/admin/sessions", &change(shared), &line).await.status, 404);
    let nobody = [("name", "内部"), ("who", "person"), ("scope", "group"), ("person", "nobody"), ("level", "view")];
    assert_eq!(manager.fill("/admin/sessions", &change(own), &nobody).await.status, 422);
    let target = format!("/admin/sites/mzj/media?collection={own}");
    assert_eq!(upload_by_script(&li, &target, &[("x.txt", b"x")]).await.status, 403, "he may only see now");
    assert_eq!(li.get("/admin/sites/mzj/media/collections").await.status, 403);
    assert_eq!(
        manager.fill("/admin/sessions", "/admin/sites/mzj/media/collections/quota", &[("quota", "1")]).await.status,
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn in_pieces_over_a_lost_connection() {
    let city = City::with(|config| config.media.max_upload_mb = 1);
    let li = person(&city, "li", Role::Editor, "mzj").await;
    let other = person(&city, "wang", Role::Editor, "mzj").await;
    let token = secret(&li.get("/admin/sessions").await.body);
    let others = secret(&other.get("/admin/sessions").await.body);
    let post = async |browser: &Browser<'_>, token: &str, target: String, kind: &str, body: Vec<u8>| {
        let headers = [("x-csrf-token", token), ("accept", "application/json"), ("content-type", kind)];
        browser.send(Method::POST, &target, &headers, body).await
    };
    let (plain, raw) = ("application/x-www-form-urlencoded", "application/octet-stream");
    let base = "/admin/sites/mzj/media/pieces";
    let begin = async |fields: &str| post(&li, &token, base.into(), plain, fields.as_bytes().to_vec()).await;
    assert_eq!(begin("name=a.exe&size=3").await.status, 422);
    assert_eq!(begin("name=a.txt&size=2000000").await.status, 422);
    let begun: serde_json::Value = serde_json::from_str(&begin("name=a.txt&size=6").await.body).unwrap();
    let piece = format!("{base}/{}", begun["piece"].as_str().unwrap());
    let at = |answer: &Answer| serde_json::from_str::<serde_json::Value>(&answer.body).unwrap()["at"].as_u64().unwrap();
    let add =
        async |from: u64, bytes: &[u8]| post(&li, &token, format!("{piece}?at={from}"), raw, bytes.to_vec()).await;
    assert_eq!(at(&add(0, b"abc").await), 3);
    // The answer was lost, so it comes again: it is there once.
    let again = add(0, b"abc").await;
    assert_eq!((again.status.as_u16(), at(&again)), (409, 3));
    assert_eq!(at(&li.get(&piece).await), 3);
    assert_eq!(add(3, b"defghi").await.status, 413, "more than was announced");
    assert_eq!(post(&li, &token, format!("{piece}/finish"), plain, Vec::new()).await.status, 400, "not whole");
    // It is nobody else's, and of no other site.
    assert_eq!(other.get(&piece).await.status, 404);
    assert_eq!(post(&other, &others, format!("{piece}?at=3"), raw, b"xyz".to_vec()).await.status, 404);
    assert_eq!(post(&other, &others, format!("{piece}/finish"), plain, Vec::new()).await.status, 404);
    assert_eq!(at(&add(3, b"def").await), 6);
    let done = post(&li, &token, format!("{piece}/finish"), plain, Vec::new()).await;
    assert_eq!(done.status, 201, "{}", done.body);
    let file = files_of(&city, "mzj").remove(0);
    let bytes = std::fs::read(city.app.blobs.path(&BlobHash::parse(&file.hash).unwrap())).unwrap();
    assert_eq!(bytes, b"abcdef");
    assert_eq!(li.get(&piece).await.status, 404, "it is finished");
    // What is given up goes.
    assert_eq!(begin("name=b.txt&size=6").await.status, 201);
    let unfinished = city.dir().join("data/uploads");
    let count = || std::fs::read_dir(&unfinished).unwrap().count();
    jobs::sweep_uploads(&city.app);
    assert_eq!(count(), 1, "it may go on yet");
    assert_eq!(city.app.unfinished.sweep(Duration::ZERO).unwrap(), 1);
    assert_eq!(count(), 0);
    let names: HashSet<MediaId> = files_of(&city, "mzj").iter().map(|file| file.id).collect();
    assert_eq!(names.len(), 1);
}
