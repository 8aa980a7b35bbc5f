//! What visitors and the admin see of a site that closes.

use zhanqun::domain::account::{By, Grant, Role};
use zhanqun::domain::site::{self, Notice, SiteState, Step};

use super::City;
use super::city::{site_toml, work, write};
use super::site::logged_in;

const DAY: i64 = 24 * 3600 * 1000;

/// A city whose site `mzj` has no file any more.
async fn city() -> City {
    let city = City::new();
    std::fs::remove_dir_all(city.dir().join("sites/mzj")).unwrap();
    let app = city.app.clone();
    work(move || app.apply_sites().unwrap()).await;
    city
}

async fn set(city: &City, step: Step) {
    let (app, id) = (city.app.clone(), city.app.site("mzj").unwrap().site.id);
    work(move || site::set_state(&app.store, &By::ops(), id, &step).unwrap()).await;
}

fn notice() -> Notice {
    Notice {
        text: "本网站即将并入<市>政府门户网站。".into(),
        url: Some("https://new.example/mzj/".into()),
        name: "新民政局".into(),
        ..Notice::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_stands_on_every_page_with_name_link_and_days() {
    let city = city().await;
    let document = city.publish("mzj", "tzgg", "低保通知").await;
    let page = format!("/mzj/tzgg/{}.html", document.id);
    let pages = ["/mzj/", "/mzj/tzgg/", page.as_str(), "/mzj/search?q=x", "/mzj/map/", "/mzj/nothing/"];
    for page in pages {
        assert!(!city.get(page).await.body.contains("class=\"notice\""), "{page}");
    }
    set(&city, Step { notice: Some(notice()), ..Step::to(SiteState::Notice) }).await;
    for page in pages {
        let body = city.get(page).await.body;
        for words in
            ["并入&lt;市&gt;政府", "href=\"https://new.example/mzj/\"", ">新民政局</a>", "2026-11-23 至 2026-12-23"]
        {
            assert!(body.contains(words), "{page} {words}");
        }
    }
    assert!(!city.get("/jyj/").await.body.contains("新民政局</a>"));
    city.app.clock.set(city.app.clock.now() + 30 * DAY);
    set(&city, Step::redirect("https://new.example/mzj/")).await;
    let moved = city.get(&page).await;
    assert_eq!((moved.status.as_u16(), moved.location()), (301, "https://new.example/mzj/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_is_offline_says_so_and_comes_back() {
    let city = city().await;
    let document = city.publish("mzj", "tzgg", "低保通知").await;
    let page = format!("/mzj/tzgg/{}.html", document.id);
    assert!(city.get("/").await.body.contains("href=\"/mzj/\""));
    set(&city, Step { notice: Some(notice()), ..Step::to(SiteState::Offline) }).await;
    for page in ["/mzj/", page.as_str()] {
        let answer = city.get(page).await;
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "86400"), "{page}");
        assert!(answer.body.contains("临时下线") && answer.body.contains("新民政局"), "{}", answer.body);
        assert!(!city.is_kept(page), "{page}");
    }
    assert!(!city.get("/").await.body.contains("href=\"/mzj/\""), "not offered on the portal");
    set(&city, Step::to(SiteState::Online)).await;
    assert_eq!(city.get(&page).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_is_told_what_is_too_early_and_says_why() {
    let city = city().await;
    let browser = logged_in(&city, "boss", vec![Grant::group(Role::Admin)]).await;
    let page = "/admin/sites/mzj/settings";
    let act = async |fields: &[(&str, &str)]| browser.fill(page, &format!("{page}/state"), fields).await;
    let early = act(&[("state", "redirected"), ("redirect", "https://new.example/")]).await;
    assert!(
        early.status == 422 && early.body.contains("online → redirected, 0/30"),
        "{} {} {}",
        early.status,
        early.location(),
        early.body
    );
    assert!(act(&[("state", "notice")]).await.status == 422, "a notice has a text");
    set(&city, Step { notice: Some(notice()), ..Step::to(SiteState::Notice) }).await;
    city.app.clock.set(city.app.clock.now() + 2 * DAY);
    // The log-in has ended meanwhile.
    let browser = logged_in(&city, "boss2", vec![Grant::group(Role::Admin)]).await;
    let act = async |fields: &[(&str, &str)]| browser.fill(page, &format!("{page}/state"), fields).await;
    let body = browser.get(page).await.body;
    assert!(body.contains("公告已挂 2 天") && body.contains("2026-12-23"), "{body}");
    assert!(!body.contains("value=\"planned\""), "only what may follow is offered");
    let why = [("state", "redirected"), ("redirect", "https://new.example/"), ("early", "机构已撤销")];
    assert_eq!(act(&why).await.location(), format!("{page}?done=state"));
    assert_eq!(city.app.site("mzj").unwrap().site.state, SiteState::Redirected);
    // And of a site with a file nothing.
    write(city.dir(), "sites/jyj/site.toml", &site_toml("测试市教育局", "department", ""));
    let declared = browser.fill(page, "/admin/sites/jyj/settings/state", &[("state", "offline")]).await;
    assert_eq!(declared.status, 422);
}
