//! Background work.

pub mod mail;
mod starttls;
mod webhooks;

use std::time::{Duration, Instant};

use zhanqun::jobs;

use crate::web::City;
use crate::web::city::{site_toml, work, write};

/// Asks again until the page is as wanted; a machine under load may take seconds.
async fn until(city: &City, target: &str, wanted: impl Fn(u16, &str) -> bool) {
    let began = Instant::now();
    loop {
        let answer = city.get(target).await;
        if wanted(answer.status.as_u16(), &answer.body) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{target}: {} {}", answer.status, answer.body);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_site_file_is_applied_at_once_and_a_bad_one_is_not() {
    let city = City::new();
    let _watcher = jobs::watch_sites(&city.app).unwrap();
    assert_eq!(city.get("/lyj/").await.status, 404);
    write(city.dir(), "sites/lyj/site.toml", &site_toml("测试市林业局", "department", ""));
    until(&city, "/lyj/", |status, body| status == 200 && body.contains("测试市林业局")).await;
    until(&city, "/map/", |_, body| body.contains("href=\"/lyj/\"")).await;

    let bad = site_toml("测试市林业局", "department", "colours = 3");
    write(city.dir(), "sites/lyj/site.toml", &bad);
    write(city.dir(), "sites/zrj/site.toml", &site_toml("测试市自然局", "department", ""));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(city.get("/zrj/").await.status, 404, "with one bad file nothing is applied");
    write(city.dir(), "sites/lyj/site.toml", &site_toml("测试市林草局", "department", ""));
    until(&city, "/zrj/", |status, _| status == 200).await;
    until(&city, "/lyj/", |_, body| body.contains("测试市林草局")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hits_are_written_down_and_added_up() {
    use zhanqun::domain::account::By;
    use zhanqun::domain::site::{self, Hits, Old, Target, normal_form};
    use zhanqun::store::{ListKey, Position, Read};
    let city = City::new();
    let (app, id) = (city.app.clone(), city.app.site("mzj").unwrap().site.id);
    let old = vec![Old { from: normal_form("/a.asp"), prefix: false, to: Target::Url("/mzj/".into()) }];
    work(move || site::import_redirects(&app.store, &By::ops(), id, None, &old).unwrap()).await;
    for _ in 0..3 {
        assert_eq!(city.ask("mzj.old.example", "/a.asp", &[]).await.status, 301);
    }
    let app = city.app.clone();
    work(move || jobs::flush_hits(&app)).await;
    city.ask("mzj.old.example", "/A.ASP", &[]).await;
    let app = city.app.clone();
    work(move || jobs::flush_hits(&app)).await;
    let list = ListKey::new(site::REDIRECTS_OF_SITE, &[id.0]);
    let redirect = city.app.store.list(list, Position::FIRST, 1).unwrap()[0];
    let hits: Hits = city.app.store.get(redirect.id).unwrap().unwrap();
    assert_eq!(hits.count, 4);
}
