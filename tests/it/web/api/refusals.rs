//! Who is refused and how: no token, wrong ones, other sites, other languages, wrong requests.

use std::net::Ipv4Addr;

use http::Method;
use serde_json::{Value, json};
use zhanqun::domain::account::{self, By, Grant, Role, Scope};
use zhanqun::web::api::rule_text;
use zhanqun::web::routes::Access;
use zhanqun::web::routes::api::operations;

use super::program::{Program, in_site};
use crate::web::City;
use crate::web::city::work;

/// What there is in a site, for the braces of paths.
struct Ground {
    slug: &'static str,
    column: u64,
    document: u64,
    revision: u64,
    media: u64,
    webhook: u64,
    collection: u64,
    user: u64,
}

impl Ground {
    async fn new(city: &City, owner: &Program<'_>, slug: &'static str) -> Ground {
        let column = city.channel(slug, "tzgg").0;
        let draft = json!({ "column": column, "title": "机密QX7391", "body": "<p>机密QX7391</p>" });
        let made = owner.post(&format!("/sites/{slug}/documents"), draft).await.json();
        let raw = [("content-type", "application/octet-stream")];
        let path = format!("/sites/{slug}/media?file_name=QX7391.txt");
        let media = owner.send(Method::POST, &path, &raw, "QX7391").await.json();
        let hook = json!({ "url": "https://qx7391.example.cn/", "events": ["document.published"], "enabled": false });
        let webhook = owner.post(&format!("/sites/{slug}/webhooks"), hook).await.json();
        let shelf = json!({ "name": "QX7391" });
        let collection = owner.post(&format!("/sites/{slug}/collections"), shelf).await.json();
        let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("{value}"));
        Ground {
            slug,
            column,
            document: number(&made["id"]),
            revision: number(&made["head"]),
            media: number(&media["id"]),
            webhook: number(&webhook["id"]),
            collection: number(&collection["id"]),
            user: owner.user.id.0,
        }
    }

    fn fill(&self, path: &str) -> String {
        path.replace("{site}", self.slug)
            .replace("{channel}", &self.column.to_string())
            .replace("{document}", &self.document.to_string())
            .replace("{revision}", &self.revision.to_string())
            .replace("{reference}", &self.document.to_string())
            .replace("{media}", &self.media.to_string())
            .replace("{link}", &self.document.to_string())
            .replace("{webhook}", &self.webhook.to_string())
            .replace("{collection}", &self.collection.to_string())
            .replace("{offer}", &self.document.to_string())
            .replace("{token}", &self.document.to_string())
            .replace("{user}", &self.user.to_string())
    }
}

/// A body that every operation of a site would take, or refuse for its fields only after asking who asks.
fn body(ground: &Ground) -> String {
    json!({
        "column": ground.column, "revision": ground.revision, "head": ground.revision, "title": "x", "opinion": "x",
        "at": "2026-12-01T08:00:00+08:00",
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_another_site_comes_by_any_operation() {
    let city = City::new();
    let owner = Program::of_site(&city, "li.fang", "mzj").await;
    let theirs = Ground::new(&city, &owner, "mzj").await;
    let before = city.app.store.seq();
    let roles = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager];
    let strangers = [
        Program::of_site(&city, "chen.all", "jyj").await,
        Program::new(&city, "chen.editor", in_site(&city, "jyj", &roles[..1])).await,
        Program::new(&city, "chen.none", Vec::new()).await,
    ];
    let made = city.app.store.seq();
    assert!(made > before);
    let everything = |answer: &str| answer.to_ascii_lowercase().contains("qx7391");
    for (number, stranger) in strangers.iter().enumerate() {
        let stranger = Program {
            city: &city,
            user: stranger.user.clone(),
            token: stranger.token.clone(),
            address: Ipv4Addr::new(10, 1, 1, number as u8).into(),
        };
        for operation in operations() {
            let path = theirs.fill(operation.path);
            let nothing = path.replace(&theirs.document.to_string(), "987654321").replace("/mzj", "/zzz");
            let headers = [("if-match", "*"), ("content-type", "application/json")];
            let answer = stranger.send(operation.method.clone(), &path, &headers, body(&theirs)).await;
            assert!(!everything(&answer.body), "{} shows it to a stranger: {}", operation.id, answer.body);
            let own = !operation.path.contains('{') || operation.access == Access::Anyone;
            if own {
                continue;
            }
            let group = matches!(operation.access, Access::Group(_));
            let wanted = if group { 403 } else { 404 };
            // A body that is no JSON of the operation is told before a reference is looked for.
            let refers = operation.id == "referToDocument" && answer.status == 400;
            let sets = operation.id == "setGrants" && answer.status == 404;
            assert!(
                answer.status.as_u16() == wanted || refers || sets,
                "{} {}: {} {}",
                operation.id,
                stranger.user.name,
                answer.status,
                answer.body
            );
            if wanted == 404 && answer.status == 404 {
                let missing = stranger.send(operation.method.clone(), &nothing, &headers, body(&theirs)).await;
                let text = |answer: &str| answer.split("\"request\"").next().unwrap().to_owned();
                assert_eq!(text(&answer.body), text(&missing.body), "{}", operation.id);
                assert!(answer.header("etag").is_empty(), "{}", operation.id);
            }
        }
    }
    // Whatever they sent changed nothing but the times of their tokens.
    let document = owner.get(&format!("/documents/{}", theirs.document)).await.json();
    assert_eq!((&document["state"], &document["revisions"]), (&json!("draft"), &json!(1)));
}

/// Who writes in one column sees nothing unpublished of another column of the same site, and changes nothing there.
#[tokio::test(flavor = "multi_thread")]
async fn another_column_of_the_own_site_is_another_place() {
    let city = City::new();
    let owner = Program::of_site(&city, "li.fang", "mzj").await;
    let theirs = Ground::new(&city, &owner, "mzj").await;
    let site = city.app.site("mzj").unwrap().site.id;
    let mut tried = 0;
    for (number, role) in [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager].into_iter().enumerate() {
        let scope = Scope::Channel(site, city.channel("mzj", "gzdt"));
        let columnist = Program {
            address: Ipv4Addr::new(10, 3, 3, number as u8).into(),
            ..Program::new(&city, &format!("lan.{}", role.word()), vec![Grant { role, scope }]).await
        };
        for operation in operations() {
            let document = matches!(operation.access, Access::Document(_) | Access::Channel(_));
            // The library and its shelves are the site's, so its files are the columnist's as well.
            let library = ["/sites/{site}/media", "/sites/{site}/collections"];
            if matches!(operation.access, Access::Media(_)) || library.iter().any(|own| operation.path.starts_with(own))
            {
                continue;
            }
            tried += 1;
            let path = theirs.fill(operation.path);
            let headers = [("if-match", "*"), ("content-type", "application/json")];
            let answer = columnist.send(operation.method.clone(), &path, &headers, body(&theirs)).await;
            let told = format!("{} {}: {} {}", role.word(), operation.id, answer.status, answer.body);
            assert!(!answer.body.to_ascii_lowercase().contains("qx7391"), "{told}");
            assert!(!document || answer.status == 404, "{told}");
            assert!(!answer.status.is_server_error(), "{told}");
        }
    }
    assert!(tried > 100, "only {tried} tries");
    let document = owner.get(&format!("/documents/{}", theirs.document)).await.json();
    assert_eq!((&document["state"], &document["revisions"]), (&json!("draft"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_there_is_nothing() {
    let city = City::new();
    let owner = Program::of_site(&city, "li.fang", "mzj").await;
    let theirs = Ground::new(&city, &owner, "mzj").await;
    let nobody =
        Program { address: Ipv4Addr::new(10, 2, 2, 2).into(), ..Program::of_site(&city, "wu.ming", "jyj").await };
    for operation in operations().iter().filter(|operation| operation.access != Access::Anyone) {
        let path = theirs.fill(operation.path);
        // A log-in of a browser is no token.
        let cookie = [("authorization", ""), ("cookie", "__Host-zhanqun-session=0123"), ("if-match", "*")];
        let answer = nobody.send(operation.method.clone(), &path, &cookie, body(&theirs)).await;
        assert_eq!((answer.status.as_u16(), answer.kind().as_str()), (401, "token_missing"), "{}", operation.id);
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"zhanqun\"");
    }
    for (sent, kind) in [
        ("Basic bGk6eA==", "token_missing"),
        ("Bearer", "token_missing"),
        ("Bearer x", "token_wrong"),
        ("Bearer zhanqun_0123", "token_wrong"),
    ] {
        assert_eq!(nobody.send(Method::GET, "/me", &[("authorization", sent)], "").await.kind(), kind, "{sent}");
    }
    assert_eq!(nobody.get("/me").await.status, 200, "a few mistakes do not shut out");
    for _ in 0..40 {
        nobody.send(Method::GET, "/me", &[("authorization", "Bearer zhanqun_0")], "").await;
    }
    let shut = nobody.get("/me").await;
    assert_eq!((shut.status.as_u16(), shut.kind().as_str()), (429, "too_many"));
    assert!(shut.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=61).contains(&seconds)));
    assert_eq!(owner.get("/me").await.status, 200, "another address goes on");
    city.app.clock.set(city.app.clock.now() + 60_000);
    assert_eq!(nobody.get("/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_its_time_and_with_its_user() {
    let city = City::new();
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    assert_eq!(program.get("/sites/mzj").await.status, 200);
    let (app, id) = (city.app.clone(), program.user.id);
    work(move || account::set_grants(&app.store, &By::ops(), id, &[]).unwrap()).await;
    assert_eq!(program.get("/sites/mzj").await.status, 404, "it has the grants of its user, now");
    assert_eq!(program.get("/me").await.status, 200);
    let now = city.app.clock.now();
    city.app.clock.set(now + 30 * 24 * 3_600_000);
    assert_eq!(program.get("/me").await.kind(), "token_wrong");
    city.app.clock.set(now);
    let app = city.app.clone();
    work(move || account::disable(&app.store, &By::ops(), id).unwrap()).await;
    assert_eq!(program.get("/me").await.kind(), "token_wrong");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_problems_in_the_language_of_the_client() {
    let city = City::new();
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    for (language, title) in [("zh-CN,zh;q=0.9", "不存在"), ("en-GB", "Not found"), ("", "不存在")] {
        let answer = program.send(Method::GET, "/nothing", &[("accept-language", language)], "").await;
        assert_eq!((answer.kind().as_str(), answer.json()["title"].as_str()), ("not_found", Some(title)));
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let method = program.send(Method::DELETE, "/me", &[], "").await;
    assert_eq!((method.kind().as_str(), method.header("allow")), ("method", "GET, HEAD"));
    let kind = program.send(Method::POST, "/sites/mzj/documents", &[("content-type", "text/plain")], "title=x").await;
    assert_eq!((kind.status.as_u16(), kind.kind().as_str()), (415, "media_type"));
    let broken = program.send(Method::POST, "/sites/mzj/documents", &[], "{\"title\": }").await;
    assert_eq!(broken.kind(), "body");
    assert!(broken.json()["detail"].as_str().unwrap().contains("line 1"), "{}", broken.body);
    let large = program.send(Method::POST, "/sites/mzj/documents", &[], vec![b' '; (16 << 20) + 1]).await;
    assert_eq!((large.status.as_u16(), large.kind().as_str()), (413, "too_large"));
    let head = program.send(Method::HEAD, "/sites", &[], "").await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
    let no_host = program.send(Method::GET, "/sites", &[("host", "a b")], "").await;
    assert_eq!((no_host.status.as_u16(), no_host.kind().as_str()), (400, "bad_request"), "before the API as well");
    assert_eq!(city.get("/api").await.status, 404);
    assert_eq!(city.get("/apiary/").await.header("content-type"), "text/html; charset=utf-8", "a page as any other");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_has_words_in_both_languages() {
    // Told of site files only.
    const FILES: &str = "parent.unknown";
    let city = City::new();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/error.rs");
    let text = std::fs::read_to_string(source).unwrap();
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
    let rules: Vec<&str> = lines.map(|(rule, _)| rule).filter(|rule| !["", FILES].contains(rule)).collect();
    assert!(rules.len() > 90, "{rules:?}");
    for lang in ["zh-CN", "en"] {
        let missing: Vec<_> = rules.iter().filter(|rule| rule_text(&city.app, lang, rule, "x").is_none()).collect();
        assert!(missing.is_empty(), "{lang}: {missing:?}");
    }
}
