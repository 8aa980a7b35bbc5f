//! A change is visible at the next request, wherever it shows, and nowhere else is anything dropped.

use zhanqun::domain::account::By;
use zhanqun::domain::content;

use super::City;
use super::city::work;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_document_shows_on_every_page_that_lists_it() {
    let city = City::new();
    city.publish("jyj", "gzdt", "学校开学").await;
    let pages = ["/", "/mzj/", "/mzj/tzgg/", "/mzj/feed.xml", "/mzj/tzgg/feed.xml", "/mzj/sitemap.xml"];
    let others = ["/jyj/", "/jyj/gzdt/", "/jyj/feed.xml", "/gaj/", "/gaj/map/", "/jyj/sitemap.xml"];
    for page in pages.iter().chain(&others) {
        assert_eq!(city.get(page).await.status, 200, "{page}");
    }
    assert!(!city.get("/mzj/").await.body.contains("提高低保标准"));
    let document = city.publish("mzj", "tzgg", "提高低保标准").await;
    for page in others {
        assert!(city.is_kept(page), "{page} shows nothing of it and must stay");
    }
    for page in ["/", "/mzj/", "/mzj/tzgg/", "/mzj/feed.xml", "/mzj/tzgg/feed.xml"] {
        let answer = city.get(page).await;
        assert!(answer.body.contains("提高低保标准"), "{page} must show it");
    }
    let address = format!("/mzj/tzgg/{}.html", document.id);
    assert!(city.get("/mzj/sitemap.xml").await.body.contains(&address));
    let page = city.get(&address).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("提高低保标准的正文"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_shares_the_body_and_leaves_with_its_document() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "高龄津贴核对").await;
    let in_portal = city.refer(document.id, "www", "tzgg", Some("民政局:高龄津贴核对")).await;
    let in_schools = city.refer(document.id, "jyj", "gzdt", None).await;
    city.refer(document.id, "gaj", "tzgg", None).await;

    let copy = city.get(&format!("/tzgg/{in_portal}.html")).await;
    assert_eq!(copy.status, 200);
    assert!(copy.body.contains("民政局:高龄津贴核对"));
    assert!(copy.body.contains("高龄津贴核对的正文"));
    let source = format!("/mzj/tzgg/{}.html", document.id);
    assert!(
        copy.body.contains(&format!("rel=\"canonical\" href=\"http://www.city.example{source}\"")),
        "{}",
        copy.body
    );

    let lists = ["/", "/tzgg/", "/tzgg/feed.xml", "/jyj/", "/jyj/gzdt/", "/gaj/tzgg/", "/gaj/", "/mzj/", "/mzj/tzgg/"];
    for page in lists {
        assert!(city.get(page).await.body.contains("高龄津贴核对"), "{page}");
    }
    let unrelated = "/mzj/search?q=x";
    city.get(unrelated).await;
    let (app, id) = (city.app.clone(), document.id);
    work(move || content::withdraw(&app.store, &By::ops(), id, "", app.clock.now()).unwrap()).await;
    for page in lists {
        assert!(!city.get(page).await.body.contains("高龄津贴核对"), "{page} still shows it");
    }
    for gone in [format!("/jyj/gzdt/{in_schools}.html"), format!("/tzgg/{in_portal}.html"), source] {
        assert_eq!(city.get(&gone).await.status, 404, "{gone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_revision_shows_only_when_it_is_published() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "第一稿").await;
    let address = format!("/mzj/tzgg/{}.html", document.id);
    assert!(city.get(&address).await.body.contains("第一稿"));
    let (app, id, base, channel) = (city.app.clone(), document.id, document.head, document.channel);
    work(move || {
        let text = content::Text { title: "第二稿".into(), body: "<p>新</p>".into(), ..content::Text::default() };
        let draft = content::Edit { channel, text, ..content::Edit::default() };
        content::save(&app.store, &By::ops(), id, base, &draft, app.clock.now()).unwrap();
    })
    .await;
    assert!(city.get(&address).await.body.contains("第一稿"));
    assert!(city.get("/mzj/tzgg/").await.body.contains("第一稿"));
    let (app, id) = (city.app.clone(), document.id);
    work(move || content::publish(&app.store, &By::ops(), id, app.clock.now()).unwrap()).await;
    assert!(city.get(&address).await.body.contains("第二稿"));
    assert!(!city.get("/mzj/tzgg/").await.body.contains("第一稿"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_column_is_not_in_the_navigation() {
    let city = City::new();
    city.publish("mzj", "tzgg", "通知一").await;
    let nav = "href=\"/mzj/gzdt/\"";
    assert!(!city.get("/mzj/").await.body.contains(nav));
    assert!(!city.get("/mzj/tzgg/").await.body.contains(nav));
    let document = city.publish("mzj", "gzdt", "动态一").await;
    assert!(city.get("/mzj/tzgg/").await.body.contains(nav), "a column that is no longer empty appears at once");
    let (app, id) = (city.app.clone(), document.id);
    work(move || content::withdraw(&app.store, &By::ops(), id, "", app.clock.now()).unwrap()).await;
    assert!(!city.get("/mzj/tzgg/").await.body.contains(nav));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_leaves_when_its_time_is_over() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "限时公告").await;
    let until = city.app.clock.now() + 60_000;
    let (app, id, base, channel) = (city.app.clone(), document.id, document.head, document.channel);
    work(move || {
        let text = content::Text { title: "限时公告".into(), body: String::new(), ..content::Text::default() };
        let draft = content::Edit { channel, text, valid_until: Some(until), ..content::Edit::default() };
        content::save(&app.store, &By::ops(), id, base, &draft, app.clock.now()).unwrap();
        content::publish(&app.store, &By::ops(), id, app.clock.now()).unwrap();
        assert_eq!(content::next_due(&app.store).unwrap(), Some(until));
        assert!(content::run_due(&app.store, until - 1).unwrap().is_empty());
    })
    .await;
    assert!(city.get("/mzj/tzgg/").await.body.contains("限时公告"));
    let app = city.app.clone();
    work(move || assert_eq!(content::run_due(&app.store, until).unwrap().left, 1)).await;
    assert!(!city.get("/mzj/tzgg/").await.body.contains("限时公告"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_document_appears_at_its_time() {
    let city = City::new();
    city.publish("mzj", "tzgg", "通知一").await;
    let at = city.app.clock.now() + 60_000;
    let (app, channel) = (city.app.clone(), city.channel("mzj", "tzgg"));
    work(move || {
        let now = app.clock.now();
        let text =
            content::Text { title: "定时公告".into(), body: "<p>正文</p>".into(), ..content::Text::default() };
        let draft = content::Edit { channel, text, ..content::Edit::default() };
        let id = content::create(&app.store, &By::ops(), &draft, now).unwrap().id;
        assert!(content::schedule(&app.store, &By::ops(), id, now, now).is_err(), "not in the future");
        content::schedule(&app.store, &By::ops(), id, at, now).unwrap();
        assert!(content::run_due(&app.store, at - 1).unwrap().is_empty());
    })
    .await;
    assert!(!city.get("/mzj/tzgg/").await.body.contains("定时公告"));
    let app = city.app.clone();
    work(move || assert_eq!(content::run_due(&app.store, at).unwrap().appeared, 1)).await;
    assert!(city.get("/mzj/tzgg/").await.body.contains("定时公告"));
}
