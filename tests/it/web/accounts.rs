//! Second factor, people and keys through the pipeline.

use std::net::Ipv4Addr;

use http::StatusCode;
use zhanqun::domain::account::{self, FactorSecret, Grant, Role, Scope, User};
use zhanqun::store::Read;

use super::City;
use super::browser::{Browser, GOOD, user_with};
use super::city::{Answer, work};

const MINUTE: i64 = 60_000;

/// The secret as the page spells it for typing.
fn spelt(page: &Answer) -> String {
    let mark = "<code class=\"secret\">";
    let at = page.body.find(mark).unwrap_or_else(|| panic!("no secret in {}", page.body)) + mark.len();
    page.body[at..].split('<').next().unwrap().replace(' ', "")
}

fn secret_of(page: &Answer) -> FactorSecret {
    serde_json::from_value(spelt(page).into()).unwrap()
}

fn code(city: &City, secret: &FactorSecret) -> String {
    secret.code(city.app.clock.now()).unwrap()
}

fn later(city: &City, minutes: i64) {
    city.app.clock.set(city.app.clock.now() + minutes * MINUTE);
}

async fn user(city: &City, name: &str, grants: Vec<Grant>) -> User {
    user_with(city, name, grants, false).await
}

/// Logs in and sets a second factor up.
async fn enrolled(city: &City, browser: &Browser<'_>, name: &str) -> (FactorSecret, Answer) {
    if browser.get("/admin/login").await.status == 200 {
        browser.log_in(name, GOOD).await;
    }
    let address = "/admin/account/factor";
    let secret = secret_of(&browser.get(address).await);
    let fields = [("do", "set"), ("code", &code(city, &secret)), ("password", GOOD)];
    let set = browser.fill(address, address, &fields).await;
    (secret, set)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_set_up_and_asked_for() {
    let city = City::new();
    user(&city, "li.fang", vec![Grant::group(Role::Admin)]).await;
    let browser = Browser::new(&city);
    let (secret, set) = enrolled(&city, &browser, "li.fang").await;
    assert_eq!(set.status, 200);
    assert_eq!(set.body.matches("<li><code>").count(), 10, "recovery codes");
    let page = browser.get("/admin/account/factor").await;
    assert!(page.body.contains("剩余备用码 10 个") && !page.body.contains("<svg"), "the secret is not shown again");

    let next = Browser::new(&city);
    later(&city, 1);
    let fields = [("username", "li.fang"), ("password", GOOD), ("next", "/admin/sessions")];
    let asked = next.fill("/admin/login", "/admin/login", &fields).await;
    let step = "/admin/login/code?next=%2Fadmin%2Fsessions";
    assert_eq!((asked.status.as_u16(), asked.location()), (303, step));
    assert!(!next.cookies.borrow().contains_key("zhanqun-session"), "not logged in yet");
    assert_eq!(next.get("/admin/").await.location(), "/admin/login");
    let wrong = next.fill(step, "/admin/login/code", &[("code", "000000")]).await;
    assert!(wrong.status == 403 && wrong.body.contains("验证码不正确"));
    let right = code(&city, &secret);
    let fields = [("code", right.as_str()), ("next", "/admin/sessions")];
    let answer = next.fill(step, "/admin/login/code", &fields).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/admin/sessions"));
    assert_eq!(next.get("/admin/sessions").await.status, 200);

    let replay = Browser::new(&city);
    replay.log_in("li.fang", GOOD).await;
    let answer = replay.fill(step, "/admin/login/code", &[("code", &right)]).await;
    assert!(answer.status == 403 && answer.body.contains("验证码不正确"), "a used code is answered like a wrong one");
    later(&city, 6);
    let late = replay.fill(step, "/admin/login/code", &[("code", &code(&city, &secret))]).await;
    assert_eq!(late.location(), "/admin/login?why=again");
    assert_eq!(Browser::new(&city).get("/admin/login/code").await.location(), "/admin/login?why=again");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_right_password_leads_to_the_question() {
    let city = City::new();
    user(&city, "li.fang", vec![Grant::group(Role::Admin)]).await;
    user(&city, "wang", vec![Grant::group(Role::Admin)]).await;
    enrolled(&city, &Browser::new(&city), "li.fang").await;
    let mut bodies = Vec::new();
    for (number, name) in ["li.fang", "wang", "nobody"].into_iter().enumerate() {
        let browser = Browser { address: Ipv4Addr::new(10, 0, 2, number as u8).into(), ..Browser::new(&city) };
        let answer = browser.log_in(name, "Wrong-password-1").await;
        assert_eq!(answer.status, 403);
        let secret = super::browser::secret(&answer.body);
        bodies.push(answer.body.replace(name, "NAME").replace(&secret, "SECRET"));
        assert!(!browser.cookies.borrow().contains_key("zhanqun-step"));
    }
    assert!(bodies[0] == bodies[1] && bodies[1] == bodies[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_needs_it_must_set_it_up_before_anything_else() {
    let city = City::with(|config| config.session.second_factor = vec!["admin".into()]);
    user(&city, "boss", vec![Grant::group(Role::Admin)]).await;
    user(&city, "an.quan", vec![Grant::group(Role::Security)]).await;
    let browser = Browser::new(&city);
    browser.log_in("boss", GOOD).await;
    for page in ["/admin/", "/admin/sessions", "/admin/account", "/admin/account/tokens"] {
        assert_eq!(browser.get(page).await.location(), "/admin/account/factor", "{page}");
    }
    let page = browser.get("/admin/account/factor").await;
    assert!(page.body.contains("您的角色要求二次验证，请先设置") && !page.body.contains("class=\"nav\""));
    let (_, set) = enrolled(&city, &browser, "boss").await;
    assert_eq!(set.status, 200);
    assert_eq!(browser.get("/admin/").await.status, 200);
    let other = Browser::new(&city);
    other.log_in("an.quan", GOOD).await;
    assert_eq!(other.get("/admin/").await.status, 200, "other roles need none");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_password_is_changed_before_anything_else() {
    let city = City::with(|config| config.session.password_days = 90);
    user(&city, "li.fang", vec![Grant::group(Role::Admin)]).await;
    later(&city, 90 * 24 * 60);
    let browser = Browser::new(&city);
    browser.log_in("li.fang", GOOD).await;
    assert_eq!(browser.get("/admin/").await.location(), "/admin/password");
    assert!(browser.get("/admin/password").await.body.contains("超过规定期限"));
    let fields = [("present", GOOD), ("new", "Wd47-quiet-hill"), ("again", "Wd47-quiet-hill")];
    assert_eq!(browser.fill("/admin/password", "/admin/password", &fields).await.status, 303);
    assert_eq!(browser.get("/admin/").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn security_makes_grants_resets_and_disables() {
    let city = City::new();
    user(&city, "an.quan", vec![Grant::group(Role::Security)]).await;
    let browser = Browser::new(&city);
    browser.log_in("an.quan", GOOD).await;
    assert!(browser.get("/admin/").await.body.contains("href=\"/admin/users\""));
    let new = "/admin/users/new";
    let wrong = [("name", "Ä"), ("email", "x"), ("role", "admin"), ("scope", "site:mzj")];
    let refused = browser.fill(new, new, &wrong).await;
    assert_eq!(refused.status, 422);
    let nowhere = [("name", "zhang.wei"), ("role", "editor"), ("scope", "")];
    assert!(browser.fill(new, new, &nowhere).await.body.contains("请选择角色和范围"));
    let fields =
        [("name", "zhang.wei"), ("display_name", "张伟"), ("role", "editor"), ("scope", "channel:mzj/jgjj/zz")];
    let made = browser.fill(new, new, &fields).await;
    assert!(made.status == 200 && made.body.contains("只显示这一次"));
    let app = city.app.clone();
    let zhang = work(move || account::user_by_name(&app.store, "zhang.wei").unwrap().unwrap()).await;
    let password = spelt_second(&made);
    assert!(zhang.must_change_password && zhang.password.verify(&password));
    let page = format!("/admin/users/{}", zhang.id);
    let shown = browser.get(&page).await;
    assert!(shown.body.contains("市民政局") && !shown.body.contains(&password), "a password is shown once");
    let act = |fields: Vec<(&'static str, String)>| {
        let (browser, page) = (&browser, &page);
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.fill(page, page, &fields).await
        }
    };
    let text = |words: &str| words.to_owned();
    let give = act(vec![("do", text("give")), ("role", text("publisher")), ("scope", text("site:jyj"))]).await;
    assert_eq!(give.location(), format!("{page}?done=give"));
    let both = act(vec![("do", text("give")), ("role", text("auditor")), ("scope", text("site:jyj"))]).await;
    assert!(both.status == 422 && both.body.contains("只能授予整个站群"));
    let take = act(vec![("do", text("take")), ("grant", text("editor@channel:mzj/jgjj/zz"))]).await;
    assert_eq!(take.location(), format!("{page}?done=take"));
    let elsewhere = Browser { address: Ipv4Addr::new(10, 9, 9, 9).into(), ..Browser::new(&city) };
    elsewhere.log_in("zhang.wei", &password).await;
    assert!(browser.get(&page).await.body.contains("10.9.9.9"));
    assert_eq!(act(vec![("do", text("end-sessions"))]).await.location(), format!("{page}?done=end-sessions"));
    assert_eq!(elsewhere.get("/admin/password").await.status, 303, "the log-in has ended");
    let reset = act(vec![("do", text("password"))]).await;
    assert!(reset.status == 200 && spelt_second(&reset) != password);
    act(vec![("do", text("disable"))]).await;
    assert!(browser.get("/admin/users?state=disabled").await.body.contains("zhang.wei"));
    act(vec![("do", text("enable"))]).await;
    for _ in 0..5 {
        Browser::new(&city).log_in("zhang.wei", "Wrong-password-1").await;
    }
    assert!(browser.get(&page).await.body.contains("还将锁定 15 分钟"));
    act(vec![("do", text("unlock"))]).await;
    assert!(!browser.get(&page).await.body.contains("还将锁定"));
    let app = city.app.clone();
    let zhang = work(move || account::user_by_name(&app.store, "zhang.wei").unwrap().unwrap()).await;
    assert_eq!(zhang.grants.len(), 1);
    assert!(!zhang.disabled && zhang.failures.count == 0);
    let own = work({
        let app = city.app.clone();
        move || account::user_by_name(&app.store, "an.quan").unwrap().unwrap().id
    })
    .await;
    let page = format!("/admin/users/{own}");
    assert!(browser.get(&page).await.body.contains("这是您自己的账号"));
    let fields = [("do", "give"), ("role", "admin"), ("scope", "group")];
    assert_eq!(browser.fill(&page, &page, &fields).await.status, 422);
}

/// The second secret of a page: name, then password.
fn spelt_second(page: &Answer) -> String {
    page.body.split("<code class=\"secret\">").nth(2).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_sees_and_changes_the_people_of_the_own_site_only() {
    let city = City::new();
    let (mzj, jyj) = (city.app.site("mzj").unwrap().site.id, city.app.site("jyj").unwrap().site.id);
    let at = |role, site| Grant { role, scope: Scope::Site(site) };
    user(&city, "manager", vec![at(Role::Manager, mzj)]).await;
    let own = user(&city, "own", vec![at(Role::Editor, mzj)]).await;
    let both = user(&city, "both", vec![at(Role::Editor, mzj), at(Role::Publisher, jyj)]).await;
    let foreign = user(&city, "foreign", vec![at(Role::Editor, jyj)]).await;
    let browser = Browser::new(&city);
    browser.log_in("manager", GOOD).await;
    let base = "/admin/sites/mzj/users";
    let list = browser.get(base).await;
    assert!(list.body.contains("own&lt;b&gt;") && list.body.contains("both&lt;b&gt;"));
    assert!(!list.body.contains("foreign") && !list.body.contains("教育局"), "nothing of elsewhere");
    assert!(list.body.contains("在别处还有权限"));
    for address in ["/admin/users", "/admin/users/new", &format!("/admin/users/{}", own.id)] {
        assert_eq!(browser.get(address).await.status, 403, "{address}");
    }
    for address in ["/admin/sites/jyj/users", "/admin/sites/nothing/users", &format!("{base}/{}", foreign.id)] {
        assert_eq!(browser.get(address).await.status, 404, "{address}");
    }
    let page = format!("{base}/{}", both.id);
    let shown = browser.get(&page).await;
    assert!(shown.status == 200 && !shown.body.contains("教育") && !shown.body.contains("value=\"password\""));
    let sent = |page: String, fields: &'static [(&'static str, &'static str)]| {
        let browser = &browser;
        async move { browser.fill(&format!("{base}/new"), &page, fields).await.status }
    };
    for fields in [
        &[("do", "password")][..],
        &[("do", "disable")],
        &[("do", "unlock")],
        &[("do", "end-sessions")],
        &[("do", "reset-factor")],
        &[("do", "details"), ("display_name", "X"), ("email", "")],
        &[("do", "give"), ("role", "editor"), ("scope", "site:jyj")],
        &[("do", "give"), ("role", "supervisor"), ("scope", "group")],
    ] {
        assert_eq!(sent(page.clone(), fields).await, StatusCode::FORBIDDEN, "{fields:?}");
    }
    assert_eq!(sent(format!("{base}/{}", foreign.id), &[("do", "disable")]).await, StatusCode::NOT_FOUND);
    let give = &[("do", "give"), ("role", "reviewer"), ("scope", "site:mzj")];
    assert_eq!(sent(page.clone(), give).await, StatusCode::SEE_OTHER);
    assert_eq!(sent(format!("{base}/{}", own.id), &[("do", "password")]).await, StatusCode::OK);
    let escaped = &[("name", "new.one"), ("role", "editor"), ("scope", "site:jyj")];
    assert_eq!(sent(format!("{base}/new"), escaped).await, StatusCode::FORBIDDEN);
    let taken = &[("name", "foreign"), ("role", "editor"), ("scope", "site:mzj")];
    assert_eq!(sent(format!("{base}/new"), taken).await, StatusCode::UNPROCESSABLE_ENTITY);
    let made = &[("name", "new.one"), ("role", "manager"), ("scope", "channel:mzj/tzgg")];
    assert_eq!(sent(format!("{base}/new"), made).await, StatusCode::OK);
    // Taking the last grant away leads back to the list.
    let fields = [("do", "take"), ("grant", "editor@site:mzj")];
    let own_page = format!("{base}/{}", own.id);
    assert_eq!(browser.fill(&own_page, &own_page, &fields).await.location(), format!("{base}?q=own"));
    assert_eq!(browser.get(&own_page).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_shown_once_and_ended() {
    let city = City::new();
    user(&city, "li.fang", vec![Grant::group(Role::Admin)]).await;
    let browser = Browser::new(&city);
    browser.log_in("li.fang", GOOD).await;
    let address = "/admin/account/tokens";
    let refused = browser.fill(address, address, &[("do", "create"), ("label", "上报"), ("days", "9999")]).await;
    assert!(refused.status == 422 && refused.body.contains("1 至 730") && refused.body.contains("value=\"上报\""));
    let made = browser.fill(address, address, &[("do", "create"), ("label", "上报"), ("days", "30")]).await;
    let secret = spelt(&made);
    assert!(made.status == 200 && secret.starts_with("zhanqun_"));
    let list = browser.get(address).await;
    assert!(list.body.contains("上报") && !list.body.contains(&secret));
    let app = city.app.clone();
    let (store, gate, now) = (app.store.clone(), app.clone(), app.clock.now());
    let by = work(move || {
        account::authenticate_token(&store, &gate.gate, &secret, Ipv4Addr::LOCALHOST.into(), now).unwrap()
    })
    .await;
    assert_eq!(by.unwrap().user().unwrap().name, "li.fang");
    let mark = "name=\"token\" value=\"";
    let number = list.body[list.body.find(mark).unwrap() + mark.len()..].split('"').next().unwrap();
    let ended = browser.fill(address, address, &[("do", "revoke"), ("token", number)]).await;
    assert_eq!(ended.location(), "/admin/account/tokens?done=revoked");
    assert!(browser.get(address).await.body.contains("没有令牌"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_from_elsewhere_is_shown_on_every_page_until_it_was_seen() {
    let city = City::new();
    user(&city, "li.fang", vec![Grant::group(Role::Admin)]).await;
    let browser = Browser::new(&city);
    browser.log_in("li.fang", GOOD).await;
    assert!(!browser.get("/admin/").await.body.contains("从新的地址或浏览器的登录"));
    let stranger = Browser { address: Ipv4Addr::new(203, 0, 113, 7).into(), ..Browser::new(&city) };
    stranger.log_in("li.fang", GOOD).await;
    for page in ["/admin/", "/admin/sessions", "/admin/account"] {
        let body = browser.get(page).await.body;
        assert!(body.contains("从新的地址或浏览器的登录：203.0.113.7"), "{page}");
    }
    let seen = browser.fill("/admin/sessions", "/admin/account/notices", &[("back", "/admin/sessions")]).await;
    assert_eq!(seen.location(), "/admin/sessions");
    assert!(!browser.get("/admin/").await.body.contains("203.0.113.7，"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_the_auditors_and_nobody_elses() {
    let city = City::new();
    city.publish("mzj", "tzgg", "民政通知").await;
    user(&city, "shen.ji", vec![Grant::group(Role::Auditor)]).await;
    for (name, role) in [("boss", Role::Admin), ("an.quan", Role::Security), ("tong", Role::Supervisor)] {
        user(&city, name, vec![Grant::group(role)]).await;
        let browser = Browser::new(&city);
        browser.log_in(name, GOOD).await;
        for address in ["/admin/audit", "/admin/audit/entries/1"] {
            assert_eq!(browser.get(address).await.status, 403, "{name} {address}");
        }
        for address in ["/admin/audit/export", "/admin/audit/verify"] {
            assert_eq!(browser.fill("/admin/", address, &[("format", "csv")]).await.status, 403, "{name} {address}");
        }
        assert!(!browser.get("/admin/").await.body.contains("/admin/audit"));
    }
    let browser = Browser::new(&city);
    browser.log_in("shen.ji", GOOD).await;
    let list = browser.get("/admin/audit").await;
    assert!(list.status == 200 && list.body.contains("新建用户") && list.body.contains("account.create"));
    let found = browser.get("/admin/audit?site=mzj&action=content.").await;
    assert!(found.body.contains("content.") && !found.body.contains("account.create</span>"));
    assert!(browser.get("/admin/audit?site=nothing").await.body.contains("没有这个网站"));
    assert_eq!(browser.get("/admin/audit?since=nonsense").await.status, 422);
    let last = city.app.store.seq();
    let entry = browser.get(&format!("/admin/audit/entries/{last}")).await;
    assert!(entry.status == 200 && entry.body.contains("***") && !entry.body.contains("argon2"));
    for missing in [last + 10, 0] {
        assert_eq!(browser.get(&format!("/admin/audit/entries/{missing}")).await.status, 404);
    }
    let export = |format: &'static str| {
        let browser = &browser;
        let fields = [("format", format), ("actor", "cli")];
        async move { browser.fill("/admin/audit", "/admin/audit/export", &fields).await }
    };
    let csv = export("csv").await;
    assert!(csv.header("content-disposition").contains("audit-2026-11-23.csv"));
    assert!(csv.body.starts_with("\u{feff}seq,time,actor"));
    let lines = export("jsonl").await.body;
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["actor"], "cli");
    }
    assert!(lines.contains("\"password\":\"***\"") && !lines.contains("argon2"));
    assert_eq!(csv.body.lines().count() - 1, lines.lines().count());
    let begun = browser.fill("/admin/audit", "/admin/audit/verify", &[]).await;
    assert_eq!(begun.location(), "/admin/audit?done=begun");
    for _ in 0..200 {
        if browser.get("/admin/audit").await.body.contains("哈希链无误") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the verification does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_for_mail_is_checked_and_saved() {
    let city = City::new();
    let person = user(&city, "li.fang", vec![Grant::group(Role::Admin)]).await;
    let browser = Browser::new(&city);
    browser.log_in("li.fang", GOOD).await;
    let refused = browser.fill("/admin/account", "/admin/account", &[("email", "nonsense")]).await;
    assert!(refused.status == 422 && refused.body.contains("邮箱地址格式不对") && refused.body.contains("nonsense"));
    let saved = browser.fill("/admin/account", "/admin/account", &[("email", " li@example.gov.cn ")]).await;
    assert_eq!(saved.location(), "/admin/account?done=email");
    let stored: User = city.app.store.get(person.id.0).unwrap().unwrap();
    assert_eq!(stored.email, "li@example.gov.cn");
}
