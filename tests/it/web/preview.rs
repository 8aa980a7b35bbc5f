//! The files of a preview link: those of its revision, for as long as the link is good, and nothing else.

use image::ImageFormat;
use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::content::{self, Attachment, Edit, Text};
use zhanqun::domain::media::{self, Media, Upload};

use super::City;
use super::browser::{Browser, GOOD, user_with};
use super::city::work;
use crate::domain::media::picture;

/// A file that nothing published names.
async fn file(city: &City, slug: &str, name: &'static str, bytes: Vec<u8>) -> Media {
    let (app, site) = (city.app.clone(), city.app.site(slug).unwrap().site.id);
    work(move || {
        let upload = Upload { site, file_name: name, ..Upload::default() };
        media::add_bytes(&app.store, app.room(), &By::ops(), &upload, &bytes, app.clock.now()).unwrap()
    })
    .await
}

/// Somebody with a role in a site, logged in.
async fn person<'a>(city: &'a City, name: &str, slug: &str) -> Browser<'a> {
    let site = city.app.site(slug).unwrap().site.id;
    user_with(city, name, vec![Grant { role: Role::Editor, scope: Scope::Site(site) }], false).await;
    let browser = Browser::new(city);
    assert_eq!(browser.log_in(name, GOOD).await.status, 303);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_a_revision_come_by_its_link_and_no_other() {
    let city = City::new();
    let shown = file(&city, "mzj", "tu.png", picture(900, 30, ImageFormat::Png)).await;
    let form = file(&city, "mzj", "biao.txt", "申请表".into()).await;
    let later = file(&city, "mzj", "houlai.txt", "后来的".into()).await;
    let foreign = file(&city, "jyj", "jimi.txt", "机密".into()).await;
    let address = |media: &Media| media.url("/mzj");
    let (app, channel) = (city.app.clone(), city.channel("mzj", "tzgg"));
    let (first, second) = (address(&shown), address(&later));
    let attached = Attachment { media: form.id, title: "申请表".into() };
    let (document, base, head) = work(move || {
        let now = app.clock.now();
        let text = |body: String, attachments| Text { title: "预览".into(), body, attachments, ..Text::default() };
        let body = format!("<p><img src=\"{first}\" alt=\"图\"></p>");
        let edit = Edit { channel, text: text(body, vec![attached]), shared: true, ..Edit::default() };
        let made = content::create(&app.store, &By::ops(), &edit, now).unwrap();
        let body = format!("<p><a href=\"{second}\">后来的</a></p>");
        let edit = Edit { text: text(body, Vec::new()), ..edit };
        let saved = content::save(&app.store, &By::ops(), made.id, made.head, &edit, now + 1).unwrap();
        (made.id, made.head, saved.head)
    })
    .await;
    let li = person(&city, "li.fang", "mzj").await;
    let stranger = person(&city, "he.jing", "jyj").await;
    let nobody = Browser::new(&city);
    let page = format!("/admin/documents/{document}/");
    let link = async |revision: String| {
        let made = li.fill(&page, &format!("{page}preview-link"), &[("revision", revision.as_str())]).await;
        let link = made.body.split("class=\"editor-link\">").nth(1).unwrap().split('<').next().unwrap();
        format!("/admin{}", link.replace("&#x2f;", "/").split("/admin").nth(1).unwrap())
    };
    let (old, new) = (link(base.to_string()).await, link(head.to_string()).await);

    let seen = nobody.get(&old).await.body.replace("&#x2f;", "/");
    let by_link = |link: &str, media: &Media| format!("{link}/media/{}/{}", media.id, media.file_name);
    for media in [&shown, &form] {
        assert!(seen.contains(&by_link(&old, media)), "{} in {seen}", by_link(&old, media));
        assert!(!seen.contains(&format!("\"{}\"", address(media))), "the public address would not answer");
        let (answer, bytes) = nobody.get_bytes(&by_link(&old, media)).await;
        assert_eq!((answer.status.as_u16(), bytes.len() as u64), (200, media.size), "{}", media.file_name);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("x-robots-tag").contains("noindex"));
        assert_eq!(nobody.get_bytes(&address(media)).await.0.status, 404, "visitors see nothing of it");
        assert_eq!(nobody.get_bytes(&by_link(&new, media)).await.0.status, 404, "another revision's link");
    }
    assert_eq!(nobody.get_bytes(&by_link(&new, &later)).await.0.status, 200);
    for target in [
        by_link(&old, &later),
        by_link(&old, &foreign),
        by_link(&format!("/admin/preview/{}", "0".repeat(64)), &shown),
        by_link("/admin/preview/x", &shown),
        format!("{old}/media/{}/../{}", shown.id, later.id),
    ] {
        assert_eq!(nobody.get_bytes(&target).await.0.status, 404, "{target}");
    }

    let open = li.get(&page).await.body;
    let number = |at: usize| {
        let mark = "name=\"link\" value=\"";
        open.split(mark).nth(at).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_eq!(open.matches("name=\"link\" value=").count(), 2 + 1, "two links, and the field of the form");
    let numbers = [number(2), number(3)];
    let end = format!("{page}preview-link/end");
    let fields = [("link", numbers[0].as_str())];
    assert_eq!(stranger.fill("/admin/", &end, &fields).await.status, 404);
    assert_eq!(nobody.get(&new).await.status, 200, "it is good still");
    for number in &numbers {
        assert_eq!(li.fill(&page, &end, &[("link", number)]).await.status, 303);
    }
    for target in [old.clone(), new.clone(), by_link(&old, &shown), by_link(&new, &later)] {
        assert_eq!(nobody.get_bytes(&target).await.0.status, 404, "{target} was ended");
    }
    assert_eq!(li.fill(&page, &end, &fields).await.status, 404, "it is gone");

    let again = link(base.to_string()).await;
    assert_eq!(nobody.get_bytes(&by_link(&again, &shown)).await.0.status, 200);
    city.app.clock.set(city.app.clock.now() + 8 * 24 * 3_600_000);
    assert_eq!(nobody.get_bytes(&by_link(&again, &shown)).await.0.status, 404, "its time is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_site_open_its_own_files_only() {
    let city = City::new();
    let own = file(&city, "mzj", "biaozhi.png", picture(96, 96, ImageFormat::Png)).await;
    let foreign = file(&city, "jyj", "jimi.png", picture(96, 96, ImageFormat::Png)).await;
    let site = city.app.site("mzj").unwrap().site.id;
    let nobody = Browser::new(&city);
    for (address, status) in [(own.url("/mzj"), 200), (foreign.url("/jyj"), 404)] {
        assert_eq!(nobody.get_bytes(&address).await.0.status, 404, "before");
        let app = city.app.clone();
        let logo = address.clone();
        work(move || {
            use zhanqun::domain::site;
            let node = app.site("mzj").unwrap();
            let mut settings = node.site.settings.clone();
            settings.insert("logo".into(), logo.into());
            site::change_theme(&app.store, &By::ops(), &*app.engine, site, &node.site.theme, &settings).unwrap();
        })
        .await;
        assert_eq!(nobody.get_bytes(&address).await.0.status, status, "{address}");
    }
}
