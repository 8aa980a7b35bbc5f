//! Sites, columns, flows and collections: made, changed, removed.

use serde_json::{Value, json};
use zhanqun::base::id::ChannelId;
use zhanqun::domain::account::{By, Grant, Role};
use zhanqun::domain::site::{self, Closing};

use super::described::{Described, number};
use super::program::{Program, in_site};
use crate::web::City;
use crate::web::city::work;

const SITE: &[&str] = &["kjj"];

/// Tries every operation on a site that has no file.
pub async fn try_all(api: &mut Described, city: &City) {
    let admin = Program::new(city, "guan.jian", vec![Grant::group(Role::Admin)]).await;
    let new = json!({ "slug": "kjj", "name": "测试市科学技术局", "kind": "department", "theme": "county", "usual_columns": true });
    let made = api.good(&admin, "createSite", &[], new.clone()).await;
    assert_eq!((&made["state"], &made["declared"]), (&json!("planned"), &json!(false)));
    for (field, wrong, rule) in
        [("slug", "admin", "slug.reserved"), ("theme", "none", "theme.unknown"), ("kind", "office", "word.unknown")]
    {
        let mut new = new.clone();
        new[field] = wrong.into();
        let refused = api.call(&admin, "createSite", &[], new).await;
        assert_eq!(refused.json()["broken"][0]["rule"], rule, "{}", refused.body);
    }
    let keeper = Program::of_site(city, "zhao.keji", "kjj").await;
    settings(api, &admin, &keeper).await;
    columns(api, &keeper, city).await;
    flows(api, &keeper).await;
    collections(api, &admin, &keeper).await;
    let renamed = api.good(&admin, "renameSite", SITE, json!({ "slug": "kj" })).await;
    assert_eq!(renamed["slug"], "kj");
}

async fn settings(api: &mut Described, admin: &Program<'_>, keeper: &Program<'_>) {
    let mut settings = api.good(keeper, "getSiteSettings", SITE, Value::Null).await;
    settings["contact"]["phone"] = "0826-1234567".into();
    settings["notice"] = json!({ "text": "网站试运行", "name": "", "from": "", "until": "" });
    assert_eq!(api.good(keeper, "changeSiteSettings", SITE, settings.clone()).await, settings);
    settings["identity"]["site_code"] = "short".into();
    let refused = api.call(keeper, "changeSiteSettings", SITE, settings).await;
    assert_eq!(refused.json()["broken"][0]["rule"], "code.form");
    let mut look = api.good(keeper, "getSiteLook", SITE, Value::Null).await;
    look["settings"] = json!({ "colour": "#1a5fb4" });
    assert_eq!(api.good(keeper, "changeSiteLook", SITE, look.clone()).await, look);
    look["settings"] = json!({ "colour": "rot" });
    assert_eq!(api.call(keeper, "changeSiteLook", SITE, look).await.kind(), "rules");
    assert_eq!(api.call(keeper, "getSiteNames", SITE, Value::Null).await.kind(), "forbidden", "the group's affair");
    api.good(admin, "getSiteNames", SITE, Value::Null).await;
    let names = json!({ "kind": "public-service", "hosts": ["KJJ.city.example"], "old_hosts": ["kjj.old.example"] });
    assert_eq!(api.good(admin, "setSiteNames", SITE, names).await["hosts"], json!(["kjj.city.example"]));
    let taken = json!({ "kind": "department", "hosts": ["www.city.example"] });
    assert_eq!(api.call(admin, "setSiteNames", SITE, taken).await.json()["broken"][0]["rule"], "host.taken");
    assert_eq!(api.good(admin, "setSiteState", SITE, json!({ "state": "online" })).await["state"], "online");
    let odd = api.call(admin, "setSiteState", SITE, json!({ "state": "gone" })).await;
    assert_eq!(odd.json()["broken"][0]["rule"], "word.unknown");
}

async fn columns(api: &mut Described, keeper: &Program<'_>, city: &City) {
    let new = json!({ "slug": "gsgg", "name": "公示公告", "update": "half-yearly", "page_size": 15 });
    let first = api.good(keeper, "createColumn", SITE, new).await;
    assert_eq!(
        (&first["kind"], &first["keywords"], &first["page_size"]),
        (&json!("list"), &json!(["公示公告"]), &json!(15))
    );
    let id = number(&first["id"]);
    let changed = api.good(keeper, "changeColumn", &[&id], json!({ "name": "公告", "hidden": true })).await;
    assert_eq!(
        (&changed["name"], &changed["hidden"], &changed["page_size"]),
        (&json!("公告"), &json!(true), &json!(15))
    );
    for (body, kind) in [
        (json!({ "slug": "gsgg", "name": "再来" }), "rules"),
        (json!({ "name": "没有地址" }), "rules"),
        (json!({ "slug": "x1", "name": "x", "kind": "blog" }), "rules"),
        (json!({ "slug": "x1", "nmae": "x" }), "body"),
        (json!({ "slug": 7, "name": "x" }), "body"),
    ] {
        let refused = api.call(keeper, "createColumn", SITE, body.clone()).await;
        assert_eq!(refused.kind(), kind, "{body}: {}", refused.body);
    }
    let below = json!({ "slug": "zz", "name": "下级", "parent": first["id"] });
    let second = api.good(keeper, "createColumn", SITE, below).await;
    assert_eq!(second["path"], "gsgg/zz");
    let under = number(&second["id"]);
    let renamed = api.good(keeper, "renameColumn", &[&under], json!({ "slug": "zb" })).await;
    assert_eq!(renamed["path"], "gsgg/zb");
    let moved = api.good(keeper, "moveColumn", &[&under], json!({ "before": first["id"] })).await;
    assert_eq!((&moved["path"], moved["parent"].is_null()), (&json!("zb"), true));
    let order = api.good(keeper, "listColumns", SITE, Value::Null).await["items"].clone();
    let place = |id: &Value| order.as_array().unwrap().iter().position(|column| &column["id"] == id).unwrap();
    assert!(place(&second["id"]) < place(&first["id"]), "{order}");
    let inside = api.call(keeper, "moveColumn", &[&id], json!({ "parent": first["id"] })).await;
    assert_eq!(inside.json()["broken"][0]["rule"], "column.cycle");
    let text = json!({ "column": second["id"], "title": "公告一", "body": "<p>正文。</p>" });
    let document = number(&api.good(keeper, "createDocument", SITE, text).await["id"]);
    assert_eq!(
        api.call(keeper, "deleteColumn", &[&under], Value::Null).await.json()["broken"][0]["rule"],
        "channel.holds"
    );
    let merged = api.good(keeper, "mergeColumn", &[&under], json!({ "into": first["id"] })).await;
    assert_eq!((&merged["moved"], &merged["column"]["id"]), (&json!(1), &first["id"]));
    assert_eq!(api.call(keeper, "getColumn", &[&under], Value::Null).await.kind(), "not_found");
    assert_eq!(api.good(keeper, "getDocument", &[&document], Value::Null).await["column"], first["id"]);

    let third = number(&api.good(keeper, "createColumn", SITE, json!({ "slug": "kong", "name": "空" })).await["id"]);
    let (app, closing) = (city.app.clone(), ChannelId(third.parse().unwrap()));
    work(move || site::begin_closing(&app.store, &By::ops(), closing, Closing::Delete, 0).unwrap()).await;
    assert_eq!(api.good(keeper, "getColumn", &[&third], Value::Null).await["closing"], true);
    assert!(api.good(keeper, "reopenColumn", &[&third], Value::Null).await["closing"].is_null());
    api.good(keeper, "deleteColumn", &[&third], Value::Null).await;

    // What the file says stays with the file.
    let manager = Program::new(city, "guan.lan", in_site(city, "gaj", &[Role::Manager])).await;
    let declared = city.channel("gaj", "tzgg").to_string();
    let refused = api.call(&manager, "changeColumn", &[&declared], json!({ "name": "别名" })).await;
    assert_eq!(refused.json()["broken"][0]["rule"], "declared");
    let open = api.good(&manager, "changeColumn", &[&declared], json!({ "takes_submissions": true })).await;
    assert_eq!(open["takes_submissions"], true, "what the file leaves open");
}

async fn flows(api: &mut Described, keeper: &Program<'_>) {
    let usual = api.good(keeper, "getSiteFlow", SITE, Value::Null).await;
    assert_eq!((&usual["own"], usual["steps"].as_array().unwrap().len()), (&json!(false), 1));
    let flow = json!({
        "name": "两级审核", "forbid_own": true,
        "steps": [{ "name": "审核", "role": "reviewer", "people": [keeper.user.id.0], "due_hours": 24 }, { "name": "签发", "role": "publisher" }],
    });
    let set = api.good(keeper, "setSiteFlow", SITE, flow.clone()).await;
    assert_eq!(
        (&set["own"], &set["forbid_own"], &set["steps"][0]["people"]),
        (&json!(true), &json!(true), &json!([keeper.user.id.0]))
    );
    let column = api.good(keeper, "listColumns", SITE, Value::Null).await["items"][0]["id"].clone();
    let column = number(&column);
    let above = api.good(keeper, "getColumnFlow", &[&column], Value::Null).await;
    assert_eq!((&above["own"], &above["name"]), (&json!(false), &json!("两级审核")), "that of the site holds");
    let one = json!({ "name": "一审", "steps": [{ "name": "签发", "role": "publisher" }] });
    let own = api.good(keeper, "setColumnFlow", &[&column], one).await;
    assert_eq!((&own["own"], own["column"].to_string()), (&json!(true), column.clone()));
    assert_eq!(api.good(keeper, "listFlows", SITE, Value::Null).await["items"].as_array().unwrap().len(), 2);
    api.good(keeper, "removeColumnFlow", &[&column], Value::Null).await;
    assert_eq!(api.call(keeper, "removeColumnFlow", &[&column], Value::Null).await.kind(), "not_found");
    // Of somebody who works elsewhere nothing is told, and the same of nobody.
    let told = |answer: String, number: &str| {
        answer.replace(&format!("\"{number}\""), "N").split("\"request\"").next().unwrap().to_owned()
    };
    let mut answers = Vec::new();
    let admin = keeper.city.app.site("mzj").unwrap().site.id;
    let elsewhere = Program::new(
        keeper.city,
        "yu.yuan",
        vec![Grant { role: Role::Editor, scope: zhanqun::domain::account::Scope::Site(admin) }],
    )
    .await;
    for number in [elsewhere.user.id.0, 987_654_321] {
        let flow = json!({ "steps": [{ "name": "签发", "people": [number] }] });
        let refused = api.call(keeper, "setSiteFlow", SITE, flow).await;
        assert_eq!(refused.json()["broken"][0]["rule"], "step.person", "{}", refused.body);
        answers.push(told(refused.body, &number.to_string()));
    }
    assert_eq!(answers[0], answers[1]);
    api.good(keeper, "removeSiteFlow", SITE, Value::Null).await;
}

async fn collections(api: &mut Described, admin: &Program<'_>, keeper: &Program<'_>) {
    let rights = json!([{ "to": "everyone", "level": "view" }, { "to": "editor@site:mzj", "level": "choose" }, { "to": "user:zhao.keji", "level": "edit" }]);
    let made = api.good(keeper, "createCollection", SITE, json!({ "name": "风光", "rights": rights })).await;
    assert_eq!((&made["rights"], &made["files"]), (&rights, &json!(0)));
    let id = number(&made["id"]);
    let raw = [("content-type", "application/octet-stream")];
    let sent = keeper.send(http::Method::POST, "/sites/kjj/media?file_name=a.txt", &raw, "文字").await;
    let file = number(&sent.json()["id"]);
    assert_eq!(
        api.good(keeper, "moveMedia", &[&file], json!({ "collection": made["id"] })).await["collection"],
        made["id"]
    );
    assert_eq!(
        api.call(keeper, "deleteCollection", &["kjj", &id], Value::Null).await.json()["broken"][0]["rule"],
        "collection.full"
    );
    assert!(api.good(keeper, "moveMedia", &[&file], json!({})).await["collection"].is_null());
    let changed = api.good(keeper, "changeCollection", &["kjj", &id], json!({ "name": "风光图片" })).await;
    assert_eq!((&changed["name"], &changed["rights"]), (&json!("风光图片"), &json!([])));
    assert_eq!(api.good(keeper, "listCollections", SITE, Value::Null).await["items"][0]["name"], "风光图片");
    api.good(keeper, "getCollection", &["kjj", &id], Value::Null).await;
    let unknown = json!({ "name": "x", "rights": [{ "to": "user:nobody.here", "level": "view" }] });
    assert_eq!(
        api.call(keeper, "createCollection", SITE, unknown).await.json()["broken"][0]["rule"],
        "collection.person"
    );
    api.good(keeper, "deleteCollection", &["kjj", &id], Value::Null).await;
    let space = api.good(keeper, "getSpace", SITE, Value::Null).await;
    assert_eq!((&space["files"], &space["bytes"]), (&json!(1), &json!(6)));
    let refused = keeper.change(http::Method::PUT, "/sites/kjj/space", json!({ "megabytes": 9 })).await;
    assert_eq!(refused.kind(), "forbidden", "the group gives the space");
    assert_eq!(api.good(admin, "setSpace", SITE, json!({ "megabytes": 9 })).await["quota"], 9 << 20);
}
