//! Every operation is described, and answers as the description says.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use zhanqun::base::id::UserId;
use zhanqun::domain::account::{self, By, Grant, Role};
use zhanqun::store::Actor;
use zhanqun::web::routes::Access;
use zhanqun::web::routes::api::operations;

use super::described::{Described, number};
use super::program::{Program, in_site};
use super::sites;
use crate::domain::content::docx::package;
use crate::web::City;
use crate::web::city::work;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_as_it_is_described() {
    let city = City::with(|config| config.webhooks.allow_private = true);
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    let mut api = Described::read(&program).await;
    api.seen.insert("describe".into());
    let column = city.channel("mzj", "tzgg").0;
    let other = city.channel("mzj", "gzdt").0;
    let nothing = || Value::Null;

    assert_eq!(api.good(&program, "me", &[], nothing()).await["name"], "li.fang");
    let sites = api.good(&program, "listSites", &[], nothing()).await;
    assert_eq!((sites["items"].as_array().unwrap().len(), &sites["items"][0]["slug"]), (1, &json!("mzj")));
    api.good(&program, "getSite", &["mzj"], nothing()).await;
    assert_eq!(api.good(&program, "listColumns", &["mzj"], nothing()).await["items"].as_array().unwrap().len(), 4);
    assert_eq!(api.good(&program, "getColumn", &[&column.to_string()], nothing()).await["path"], "tzgg");

    sites::try_all(&mut api, &city).await;
    documents(&mut api, &program, column, other).await;
    from_word(&mut api, &program, column).await;
    reviews(&mut api, &program, column).await;
    offers(&mut api, &program, &city, column).await;
    media(&mut api, &program, column).await;
    users(&mut api, &city).await;
    webhooks(&mut api, &program, &city).await;

    let all: BTreeSet<String> = operations().iter().map(|operation| operation.id.to_owned()).collect();
    let missing: Vec<_> = all.difference(&api.seen).collect();
    assert!(missing.is_empty(), "operations that were not tried: {missing:?}");
}

async fn documents(api: &mut Described, program: &Program<'_>, column: u64, other: u64) {
    let text = json!({ "column": column, "title": "供暖通知", "body": "<p>开始供暖。</p><script>x</script>" });
    let made = api.good(program, "createDocument", &["mzj"], text.clone()).await;
    let id = number(&made["id"]);
    let shown = api.good(program, "getDocument", &[&id], Value::Null).await;
    assert_eq!(shown["text"]["body"], "<p>开始供暖。</p>");
    let mut changed = shown["text"].clone();
    changed["title"] = "冬季供暖通知".into();
    let saved = api.good(program, "saveDocument", &[&id], changed).await;
    assert_eq!((&saved["title"], &saved["revisions"]), (&json!("冬季供暖通知"), &json!(2)));
    assert_eq!(api.good(program, "listDocuments", &["mzj"], Value::Null).await["items"][0]["id"], made["id"]);
    let revisions = api.good(program, "listRevisions", &[&id], Value::Null).await;
    let first = number(&revisions["items"][1]["id"]);
    assert_eq!(api.good(program, "getRevision", &[&id, &first], Value::Null).await["text"]["title"], "供暖通知");
    let head = json!({ "head": saved["head"] });
    assert_eq!(api.good(program, "restoreRevision", &[&id, &first], head.clone()).await["title"], "供暖通知");
    let stale = api.call(program, "restoreRevision", &[&id, &first], head).await;
    assert_eq!((stale.status.as_u16(), stale.kind().as_str()), (409, "stale"));
    let moved = api.good(program, "moveDocument", &[&id], json!({ "column": other })).await;
    assert_eq!(moved["column"], other);
    let copied = api.good(program, "copyDocument", &[&id], json!({ "column": column })).await;
    assert_ne!(copied["id"], made["id"]);
    let reference = api.good(program, "referToDocument", &[&id], json!({ "column": column, "title": "转" })).await;
    let reference = number(&reference["id"]);
    assert_eq!(api.good(program, "listReferences", &[&id], Value::Null).await["items"].as_array().unwrap().len(), 1);
    api.good(program, "getReference", &[&id, &reference], Value::Null).await;
    api.good(program, "removeReference", &[&id, &reference], Value::Null).await;
    api.good(program, "trashDocument", &[&id], Value::Null).await;
    assert_eq!(api.good(program, "listTrash", &["mzj"], Value::Null).await["items"][0]["id"], made["id"]);
    api.good(program, "putBackDocument", &[&id], json!({ "column": column })).await;
    api.good(program, "trashDocument", &[&id], Value::Null).await;
    api.good(program, "purgeDocument", &[&id], Value::Null).await;
    assert_eq!(api.call(program, "getDocument", &[&id], Value::Null).await.kind(), "not_found");
    let wrong = api.call(program, "createDocument", &["mzj"], json!({ "column": column, "title": "" })).await;
    assert_eq!((wrong.status.as_u16(), wrong.kind().as_str()), (422, "rules"));
    assert_eq!(wrong.json()["broken"][0]["rule"], "required");
    assert_eq!(wrong.json()["broken"][0]["text"], "It must not be empty.");
    let unknown = api.call(program, "createDocument", &["mzj"], json!({ "column": column, "titel": "x" })).await;
    assert_eq!((unknown.status.as_u16(), unknown.kind().as_str()), (400, "body"));
}

async fn from_word(api: &mut Described, program: &Program<'_>, column: u64) {
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let file = package(&[paragraph("各街道办事处："), paragraph("11月15日起供暖。")].concat(), &[]);
    let raw = [("content-type", "application/octet-stream")];
    let path =
        |more: &str| format!("/sites/mzj/documents/docx?column={column}&file_name=%E4%BE%9B%E6%9A%96.docx{more}");
    let made = program.send(Method::POST, &path(""), &raw, file.clone()).await;
    api.check("createDocumentFromDocx", &made);
    let view = made.json();
    assert_eq!(
        (made.status.as_u16(), &view["title"], &view["state"]),
        (201, &json!("供暖"), &json!("draft")),
        "{view}"
    );
    assert_eq!(view["text"]["body"], "<p>各街道办事处：</p>\n<p>11月15日起供暖。</p>");
    assert_eq!((&view["pictures"], &view["notes"]), (&json!(0), &json!([])));
    assert_eq!(made.location(), format!("/api/v1/documents/{}", view["id"]));
    let shown = program.get(&format!("/documents/{}", view["id"])).await;
    assert_eq!(shown.header("etag"), made.header("etag"), "what was made can be saved at once");
    let named = program.send(Method::POST, &path("&title=x"), &raw, file).await.json();
    assert_eq!(named["title"], "x");
    for (body, rule) in [("no archive", "docx.not_zip"), ("", "docx.not_zip")] {
        let refused = program.send(Method::POST, &path(""), &raw, body).await;
        api.check("createDocumentFromDocx", &refused);
        assert_eq!((refused.status.as_u16(), &refused.json()["broken"][0]["rule"]), (422, &json!(rule)));
    }
    let elsewhere = path("").replace(&column.to_string(), "987654321");
    let refused = program.send(Method::POST, &elsewhere, &raw, "x").await;
    assert_eq!(refused.json()["broken"][0]["rule"], "column.unknown");
}

async fn reviews(api: &mut Described, program: &Program<'_>, column: u64) {
    let make = |title: &str| {
        json!({
            "column": column, "title": title, "body": "<p>公示。</p>", "source": "市民政局", "summary": "公示", "secrecy": true,
        })
    };
    let made = api.good(program, "createDocument", &["mzj"], make("公示一")).await;
    let id = number(&made["id"]);
    let seen = json!({ "revision": made["head"] });
    let submitted = api.good(program, "submitDocument", &[&id], seen.clone()).await;
    assert_eq!(submitted["state"], "in_review");
    assert_eq!(api.good(program, "inbox", &[], Value::Null).await["items"][0]["document"], made["id"]);
    api.good(program, "recallDocument", &[&id], Value::Null).await;
    api.good(program, "submitDocument", &[&id], seen.clone()).await;
    assert_eq!(api.good(program, "takeDocument", &[&id], Value::Null).await["taken_by"], program.user.id.0);
    let back = json!({ "revision": made["head"], "opinion": "请补充" });
    assert_eq!(api.good(program, "returnDocument", &[&id], back).await["state"], "draft");
    api.good(program, "submitDocument", &[&id], seen.clone()).await;
    assert_eq!(api.good(program, "approveDocument", &[&id], seen).await["state"], "published");
    let acts = api.good(program, "getCase", &[&id], Value::Null).await["acts"].as_array().unwrap().len();
    assert_eq!(acts, 7);
    let withdrawn = api.good(program, "withdrawDocument", &[&id], json!({ "reason": "有误" })).await;
    assert_eq!((&withdrawn["state"], withdrawn["url"].is_null()), (&json!("withdrawn"), true));
    let next = api.good(program, "createDocument", &["mzj"], make("公示二")).await;
    let at = json!({ "at": "2026-12-01T08:00:00+08:00" });
    let scheduled = api.good(program, "scheduleDocument", &[&number(&next["id"])], at.clone()).await;
    assert_eq!((&scheduled["state"], &scheduled["publish_at"]), (&json!("scheduled"), &at["at"]));
    let last = api.good(program, "createDocument", &["mzj"], make("公示三")).await;
    let published = api.good(program, "publishDocument", &[&number(&last["id"])], Value::Null).await;
    assert!(published["url"].as_str().unwrap().ends_with(&format!("/mzj/tzgg/{}.html", last["id"])), "{published}");
    let expired = api.good(program, "expireDocument", &[&number(&last["id"])], Value::Null).await;
    assert_eq!(expired["state"], "expired");
    warnings(api, program, column).await;
}

/// A text with warnings comes nearer to its readers only once they were seen, in just this text.
async fn warnings(api: &mut Described, program: &Program<'_>, column: u64) {
    let bare = json!({ "column": column, "title": "没有摘要", "body": "<p>正文。</p>", "source": "市民政局", "secrecy": true });
    let made = api.good(program, "createDocument", &["mzj"], bare.clone()).await;
    let (id, head) = (number(&made["id"]), &made["head"]);
    let found = api.good(program, "checkDocument", &[&id], Value::Null).await["items"].clone();
    assert_eq!((&found[0]["rule"], &found[0]["severity"]), (&json!("check.summary"), &json!("warn")), "{found}");
    let at = "2026-12-01T08:00:00+08:00";
    for (act, unseen, seen) in [
        ("submitDocument", json!({ "revision": head }), json!({ "revision": head, "seen": head })),
        ("recallDocument", Value::Null, Value::Null),
        ("scheduleDocument", json!({ "at": at }), json!({ "at": at, "seen": head })),
        ("withdrawDocument", Value::Null, Value::Null),
        ("publishDocument", Value::Null, json!({ "seen": head })),
    ] {
        if seen.is_null() {
            api.good(program, act, &[&id], Value::Null).await;
            continue;
        }
        let before = program.get(&format!("/documents/{id}")).await.json();
        let mut other = unseen.as_object().cloned().unwrap_or_default();
        other.insert("seen".into(), (head.as_u64().unwrap() - 1).into());
        for body in [unseen, Value::Object(other)] {
            let warned = api.call(program, act, &[&id], body).await;
            assert_eq!((warned.status.as_u16(), warned.kind().as_str()), (422, "warned"), "{act}: {}", warned.body);
            let told = &warned.json()["warnings"];
            assert_eq!(
                (&told[0]["rule"], told[0]["text"].as_str().unwrap().is_empty()),
                (&json!("check.summary"), false)
            );
        }
        assert_eq!(program.get(&format!("/documents/{id}")).await.json(), before, "{act}: nothing was done");
        api.good(program, act, &[&id], seen).await;
    }
    // What stops a text is told as a broken rule, seen or not.
    let stops = json!({ "column": column, "title": "有证号", "body": "<p>11010519491231002X</p>" });
    let made = api.good(program, "createDocument", &["mzj"], stops).await;
    let seen = json!({ "seen": made["head"] });
    let stopped = api.call(program, "publishDocument", &[&number(&made["id"])], seen).await;
    assert_eq!((stopped.status.as_u16(), stopped.kind().as_str()), (422, "rules"), "{}", stopped.body);
}

async fn offers(api: &mut Described, program: &Program<'_>, city: &City, column: u64) {
    let make = json!({
        "column": column, "title": "报送", "body": "<p>报送。</p>", "source": "市民政局", "summary": "报送", "secrecy": true,
    });
    let made = api.good(program, "createDocument", &["mzj"], make).await;
    let id = number(&made["id"]);
    let link = api.good(program, "makePreviewLink", &[&id], json!({ "revision": made["head"] })).await;
    assert!(link["url"].as_str().is_some_and(|url| url.contains("/admin/preview/")), "{link}");
    let listed = api.good(program, "listPreviewLinks", &[&id], Value::Null).await;
    assert_eq!((&listed["items"][0]["id"], listed["items"][0]["url"].is_null()), (&link["id"], true));
    api.good(program, "endPreviewLink", &[&id, &number(&link["id"])], Value::Null).await;
    assert_eq!(api.good(program, "listPreviewLinks", &[&id], Value::Null).await["items"], json!([]));
    let portal = city.app.site("www").unwrap();
    let mut open = portal.channels.values().find(|channel| channel.holds_documents()).unwrap().clone();
    open.takes_submissions = true;
    let (app, target) = (city.app.clone(), open.id.0);
    work(move || {
        let mut tx = app.store.transaction(Actor::system(), "column.change");
        tx.put(&open).unwrap();
        app.store.commit(tx).unwrap();
    })
    .await;
    let to = json!({ "column": target, "note": "请采用" });
    assert_eq!(api.call(program, "offerDocument", &[&id], to.clone()).await.kind(), "rules", "it is not live");
    api.good(program, "publishDocument", &[&id], Value::Null).await;
    assert_eq!(api.good(program, "offerDocument", &[&id], to).await["state"], "waiting");
    assert_eq!(api.good(program, "listOffers", &[&id], Value::Null).await["items"][0]["site"], "www");
    let offer = number(&api.good(program, "listOffers", &[&id], Value::Null).await["items"][0]["id"]);
    assert_eq!(api.good(program, "takeBackOffer", &[&id, &offer], Value::Null).await["state"], "recalled");
    let again = api.call(program, "takeBackOffer", &[&id, &offer], Value::Null).await;
    assert_eq!(again.kind(), "rules");
    let office = Program::new(city, "gong.kai", in_site(city, "www", &[Role::Publisher])).await;
    for (act, with, state) in [
        ("acceptOffer", json!({ "how": "copy" }), "copied"),
        ("refuseOffer", json!({ "reason": "已有" }), "refused"),
        ("acceptOffer", json!({ "how": "reference", "title": "民政局报送" }), "referred"),
    ] {
        api.good(program, "offerDocument", &[&id], json!({ "column": target })).await;
        let waits = api.good(&office, "listReceived", &["www"], Value::Null).await["items"].clone();
        assert_eq!(
            (waits.as_array().unwrap().len(), &waits[0]["from"], &waits[0]["title"]),
            (1, &json!("mzj"), &json!("报送"))
        );
        let offer = number(&waits[0]["id"]);
        let stranger = api.call(program, act, &["www", &offer], with.clone()).await;
        assert_eq!(stranger.kind(), "not_found", "who offers does not decide");
        let decided = api.good(&office, act, &["www", &offer], with).await;
        assert_eq!((&decided["state"], decided["document"].is_null()), (&json!(state), state != "copied"), "{decided}");
        assert_eq!(api.call(&office, act, &["www", &offer], json!({})).await.kind(), "not_found", "it waits no longer");
    }
    let closed = api.call(program, "offerDocument", &[&id], json!({ "column": column })).await;
    assert_eq!(closed.kind(), "not_found", "a column that takes no offers is not there");
}

async fn media(api: &mut Described, program: &Program<'_>, column: u64) {
    let raw = [("content-type", "application/octet-stream")];
    let path = "/sites/mzj/media?file_name=%E8%AF%B4%E6%98%8E.txt&credit=%E5%A4%84";
    let sent = program.send(Method::POST, path, &raw, "表格说明").await;
    api.check("addMedia", &sent);
    assert_eq!((sent.status.as_u16(), sent.json()["file_name"].as_str()), (201, Some("说明.txt")), "{}", sent.body);
    let id = number(&sent.json()["id"]);
    assert_eq!(sent.location(), format!("/api/v1/media/{id}"));
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n内容\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let second = program.send(Method::POST, "/sites/mzj/media", &kind, form).await;
    api.check("addMedia", &second);
    assert_eq!((second.status.as_u16(), second.json()["size"].as_u64()), (201, Some(6)), "{}", second.body);
    let refused = program.send(Method::POST, "/sites/mzj/media?file_name=a.exe", &raw, "MZ").await;
    api.check("addMedia", &refused);
    assert_eq!(refused.kind(), "rules");
    assert_eq!(api.good(program, "listMedia", &["mzj"], Value::Null).await["items"].as_array().unwrap().len(), 2);
    api.good(program, "getMedia", &[&id], Value::Null).await;
    let about = json!({ "alt": "说明文件", "credit": "民政局" });
    assert_eq!(api.good(program, "describeMedia", &[&id], about).await["credit"], "民政局");
    let path = format!("/media/{id}/replace?file_name=x.txt");
    let replaced = program.send(Method::POST, &path, &raw, "新的说明").await;
    api.check("replaceMedia", &replaced);
    assert_eq!((replaced.status.as_u16(), replaced.json()["size"].as_u64()), (200, Some(12)), "{}", replaced.body);
    let versions = api.good(program, "listMediaVersions", &[&id], Value::Null).await["items"].clone();
    assert_eq!((versions.as_array().unwrap().len(), &versions[0]["version"]), (1, &json!(0)));
    assert_eq!(api.good(program, "restoreMedia", &[&id], json!({ "version": 0 })).await["size"], sent.json()["size"]);
    assert_eq!(api.call(program, "restoreMedia", &[&id], json!({ "version": 7 })).await.kind(), "not_found");
    let attached =
        json!({ "column": column, "title": "附件", "attachments": [{ "media": sent.json()["id"], "title": "说明" }] });
    api.good(program, "createDocument", &["mzj"], attached).await;
    assert_eq!(api.good(program, "listMediaUses", &[&id], Value::Null).await["items"][0]["title"], "附件");
    assert_eq!(api.call(program, "deleteMedia", &[&id], Value::Null).await.kind(), "rules");
    api.good(program, "deleteMedia", &[&number(&second.json()["id"])], Value::Null).await;
}

async fn users(api: &mut Described, city: &City) {
    let security = Program::new(city, "an.quan", vec![Grant::group(Role::Security)]).await;
    let joining = json!({ "name": "wang.wei", "display_name": "王伟", "grants": ["editor@site:mzj"] });
    let made = api.good(&security, "createUser", &[], joining).await;
    assert!(made["first_password"].as_str().is_some_and(|password| password.len() >= 10));
    let id = number(&made["id"]);
    assert!(api.good(&security, "getUser", &[&id], Value::Null).await["first_password"].is_null());
    let grants = json!({ "grants": ["editor@site:mzj", "reviewer@channel:mzj/tzgg"] });
    assert_eq!(api.good(&security, "setGrants", &[&id], grants.clone()).await["grants"], grants["grants"]);
    let details = json!({ "display_name": "王伟（办公室）", "email": "wang.wei@city.example" });
    let changed = api.good(&security, "changeUser", &[&id], details.clone()).await;
    assert_eq!((&changed["display_name"], &changed["email"]), (&details["display_name"], &details["email"]));
    let renamed = api.good(&security, "changeUser", &[&id], json!({ "display_name": "王伟" })).await;
    assert_eq!(renamed["email"], details["email"], "what is missing stays");
    let password = api.good(&security, "setPassword", &[&id], Value::Null).await["first_password"].clone();
    assert!(password.as_str().is_some_and(|password| password.len() >= 10));
    let own = api.good(&security, "setPassword", &[&id], json!({ "password": "Kx92-bright-river" })).await;
    assert!(own["first_password"].is_null(), "what was sent is not told");
    let weak = api.call(&security, "setPassword", &[&id], json!({ "password": "123456" })).await;
    assert_eq!(weak.kind(), "rules");
    for act in ["unlockUser", "endSessions", "resetSecondFactor"] {
        api.good(&security, act, &[&id], Value::Null).await;
    }
    let (app, user) = (city.app.clone(), UserId(made["id"].as_u64().unwrap()));
    work(move || account::create_token(&app.store, &By::ops(), user, "桥", 30, app.clock.now()).unwrap()).await;
    let tokens = api.good(&security, "listTokens", &[&id], Value::Null).await["items"].clone();
    assert_eq!((tokens.as_array().unwrap().len(), &tokens[0]["label"]), (1, &json!("桥")));
    api.good(&security, "revokeToken", &[&id, &number(&tokens[0]["id"])], Value::Null).await;
    assert_eq!(api.good(&security, "listTokens", &[&id], Value::Null).await["items"], json!([]));
    let mine = api.good(&security, "listTokens", &[&security.user.id.to_string()], Value::Null).await;
    assert_eq!(mine["items"].as_array().unwrap().len(), 1, "one's own are there");
    assert_eq!(api.good(&security, "disableUser", &[&id], Value::Null).await["disabled"], true);
    assert_eq!(api.good(&security, "enableUser", &[&id], Value::Null).await["disabled"], false);
    let everybody = api.good(&security, "listUsers", &[], Value::Null).await["items"].clone();
    assert!(everybody.as_array().unwrap().iter().any(|user| user["id"] == made["id"]), "{everybody}");
    let manager = Program::of_site(city, "guan.li", "mzj").await;
    let people = api.good(&manager, "listSiteUsers", &["mzj"], Value::Null).await;
    let names: Vec<&str> =
        people["items"].as_array().unwrap().iter().filter_map(|user| user["name"].as_str()).collect();
    assert_eq!(names, ["guan.li", "li.fang", "wang.wei", "yu.yuan"]);
    let wrong = api.call(&manager, "createUser", &[], json!({ "name": "x.y", "grants": ["admin@group"] })).await;
    assert_eq!(wrong.kind(), "forbidden");
}

async fn webhooks(api: &mut Described, program: &Program<'_>, city: &City) {
    let settings = json!({ "url": "http://127.0.0.1:9/", "events": ["document.published"], "enabled": false });
    let made = api.good(program, "createSiteWebhook", &["mzj"], settings.clone()).await;
    let id = number(&made["id"]);
    let secret = made["secret"].as_str().unwrap().to_owned();
    let shown = api.good(program, "getSiteWebhook", &["mzj", &id], Value::Null).await;
    assert!(shown["secret"].is_null());
    let changed = json!({ "url": "http://127.0.0.1:9/x", "events": ["media.changed"] });
    assert_eq!(api.good(program, "changeSiteWebhook", &["mzj", &id], changed).await["enabled"], true);
    assert_ne!(
        api.good(program, "renewSiteWebhookSecret", &["mzj", &id], Value::Null).await["secret"],
        secret.as_str()
    );
    assert_eq!(
        api.good(program, "listSiteWebhooks", &["mzj"], Value::Null).await["items"].as_array().unwrap().len(),
        1
    );
    let silent = api.good(program, "testSiteWebhook", &["mzj", &id], Value::Null).await;
    assert_eq!((&silent["arrived"], &silent["status"]), (&json!(false), &json!(0)), "nobody listens: {silent}");
    api.good(program, "deleteSiteWebhook", &["mzj", &id], Value::Null).await;
    let wrong = json!({ "url": "ftp://x/", "events": [] });
    assert_eq!(api.call(program, "createSiteWebhook", &["mzj"], wrong).await.kind(), "rules");
    assert_eq!(api.call(program, "listWebhooks", &[], Value::Null).await.kind(), "forbidden");
    let admin = Program::new(city, "guan.zong", vec![Grant::group(Role::Admin)]).await;
    let made = api.good(&admin, "createWebhook", &[], settings.clone()).await;
    let id = number(&made["id"]);
    api.good(&admin, "getWebhook", &[&id], Value::Null).await;
    api.good(&admin, "changeWebhook", &[&id], settings).await;
    api.good(&admin, "renewWebhookSecret", &[&id], Value::Null).await;
    api.good(&admin, "testWebhook", &[&id], Value::Null).await;
    api.good(&admin, "listWebhooks", &[], Value::Null).await;
    api.good(&admin, "deleteWebhook", &[&id], Value::Null).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_has_every_route_and_nothing_else() {
    let city = City::new();
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    let api = Described::read(&program).await;
    let paths = api.document["paths"].as_object().unwrap();
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, of)| of.as_object().unwrap().keys().map(move |method| (path.clone(), method.to_uppercase())))
        .collect();
    let routes: BTreeSet<(String, String)> =
        operations().iter().map(|operation| (operation.path.to_owned(), operation.method.to_string())).collect();
    assert_eq!(described, routes);
    let mut names = BTreeSet::new();
    for operation in operations() {
        assert!(names.insert(operation.id), "{} twice", operation.id);
        let (_, _, said) = api.operation(operation.id);
        assert!(said["summary"].as_str().is_some_and(|summary| summary.ends_with('.') || summary.ends_with('"')));
        let braces = operation.path.matches('{').count();
        let named = said["parameters"].as_array().into_iter().flatten().filter(|given| given["in"] == "path").count();
        assert_eq!(named, braces, "{}", operation.id);
        assert_eq!(said["security"] == json!([]), operation.access == Access::Anyone, "{}", operation.id);
        if let Some(example) = said.pointer("/requestBody/content/application~1json/example") {
            let schema = said.pointer("/requestBody/content/application~1json/schema").unwrap();
            let sparse = api.at(schema["$ref"].as_str().unwrap());
            for (name, value) in example.as_object().unwrap() {
                api.fits(&sparse["properties"][name], value, &format!("{}.{name}", operation.id));
            }
        } else {
            assert!(
                said.pointer("/requestBody/content/application~1json").is_none(),
                "{} has no example",
                operation.id
            );
        }
    }
    // Every reference leads somewhere.
    let text = api.document.to_string();
    for reference in text.split("\"$ref\":\"").skip(1) {
        api.at(reference.split('"').next().unwrap());
    }
}
