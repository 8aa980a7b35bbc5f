//! Elder mode, headers and conditional requests of public pages.

use super::City;

#[tokio::test(flavor = "multi_thread")]
async fn the_choice_of_elder_mode_is_kept_in_a_cookie() {
    let city = City::new();
    city.publish("mzj", "tzgg", "通知一").await;
    let choice = city.get("/mzj/tzgg/?elder=1").await;
    assert_eq!((choice.status.as_u16(), choice.location()), (303, "/mzj/tzgg/"));
    assert!(choice.header("set-cookie").starts_with("elder=1;"));
    let elder = city.ask("www.city.example", "/mzj/tzgg/", &[("cookie", "a=b; elder=1")]).await;
    let plain = city.get("/mzj/tzgg/").await;
    assert_ne!(elder.body, plain.body);
    assert_ne!(elder.header("etag"), plain.header("etag"));
    assert!(elder.body.contains("?elder=0"));
    assert_eq!(city.get("//evil.example/?elder=1").await.location(), "/evil.example/");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_carry_the_headers_of_the_contract() {
    let city = City::new();
    city.publish("mzj", "tzgg", "通知一").await;
    for page in ["/", "/mzj/", "/mzj/tzgg/"] {
        let answer = city.get(page).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=0, must-revalidate");
        assert_eq!(answer.header("content-language"), "zh-CN");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") || policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!answer.header("last-modified").is_empty());
        let etag = answer.header("etag").to_owned();
        assert!(etag.starts_with('"'), "strong: {etag}");
        let again = city.ask("www.city.example", page, &[("if-none-match", &etag)]).await;
        assert_eq!(again.status, 304);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_label_of_the_inspection_stands_at_its_level() {
    let city = City::new();
    let document = city.publish("mzj", "tzgg", "通知一").await;
    let has = |body: &str, name: &str| body.contains(&format!("<meta name=\"{name}\" content=\""));
    let site = ["SiteName", "SiteDomain", "SiteIDCode"];
    let column = ["ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"];
    let content = ["ArticleTitle", "PubDate", "ContentSource", "Url"];
    let home = city.get("/mzj/").await.body;
    let list = city.get("/mzj/tzgg/").await.body;
    let page = city.get(&format!("/mzj/tzgg/{}.html", document.id)).await.body;
    for name in site {
        assert!(has(&home, name) && has(&list, name) && has(&page, name), "{name}");
    }
    for name in column {
        assert!(!has(&home, name) && has(&list, name) && has(&page, name), "{name}");
    }
    for name in content {
        assert!(!has(&home, name) && !has(&list, name) && has(&page, name), "{name}");
    }
    assert!(page.contains("name=\"PubDate\" content=\"2026-11-23 10:00\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_closes_the_public_pages() {
    let city = City::with(|config| config.server.maintenance = true);
    let answer = city.get("/mzj/").await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("网站维护中"), "{}", answer.body);
    assert_eq!(answer.header("retry-after"), "600");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(city.ask("mzj.old.example", "/", &[]).await.status, 503);
}
