//! The page of webhooks: added with a secret shown once, paused, renewed, deleted; of one's own site only.

use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::integration;

use super::City;
use super::browser::{Browser, GOOD, user_with};
use super::city::work;

async fn manager<'a>(city: &'a City, name: &str, slug: &str) -> Browser<'a> {
    let site = city.app.site(slug).unwrap().site.id;
    user_with(city, name, vec![Grant { role: Role::Manager, scope: Scope::Site(site) }], false).await;
    let browser = Browser::new(city);
    assert_eq!(browser.log_in(name, GOOD).await.status, 303);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_keeps_the_webhooks_of_her_site() {
    let city = City::new();
    let he = manager(&city, "he.mei", "mzj").await;
    let page = "/admin/sites/mzj/webhooks";
    let add = |url| [("do", "add"), ("url", url), ("events", "document.published"), ("events", "document.withdrawn")];
    let refused = he.fill(page, page, &add("http://10.0.0.1/")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("role=\"alert\""));
    assert!(refused.body.replace("&#x2f;", "/").contains("value=\"http://10.0.0.1/\""), "what was typed stays");
    let made = he.fill(page, page, &add("https://hooks.example.gov.cn/a")).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let secret = made.body.split("whsec_").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(!he.get(page).await.body.contains("whsec_"), "the secret is shown once");
    let site = city.app.site("mzj").unwrap().site.id;
    let stored = async || {
        let app = city.app.clone();
        work(move || integration::webhooks(&app.store, &By::ops(), Some(site)).unwrap()).await
    };
    let webhook = stored().await.remove(0);
    assert_eq!((webhook.secret.as_str(), webhook.events.len()), (format!("whsec_{secret}").as_str(), 2));
    let id = webhook.id.to_string();
    for (act, enabled) in [("pause", false), ("go_on", true)] {
        assert_eq!(he.fill(page, page, &[("do", act), ("webhook", &id)]).await.status, 303, "{act}");
        assert_eq!(stored().await[0].enabled, enabled, "{act}");
    }
    let renewed = he.fill(page, page, &[("do", "renew"), ("webhook", &id)]).await;
    assert!(renewed.body.contains("whsec_") && !renewed.body.contains(&secret));

    let stranger = manager(&city, "qian.duo", "jyj").await;
    let own = "/admin/sites/jyj/webhooks";
    for act in ["pause", "renew", "delete"] {
        assert_eq!(stranger.fill(own, page, &[("do", act), ("webhook", &id)]).await.status, 404, "{act}");
        assert_eq!(
            stranger.fill(own, own, &[("do", act), ("webhook", &id)]).await.status,
            404,
            "by her own page: {act}"
        );
    }
    assert_eq!(he.get("/admin/webhooks").await.status, 403, "those of the group");
    assert_eq!(he.fill(page, page, &[("do", "delete"), ("webhook", &id)]).await.status, 303);
    assert!(stored().await.is_empty());
}
