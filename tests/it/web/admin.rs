//! Admin pages through the pipeline: log-in, cookies, forms, languages, what is shown to whom.

use std::net::Ipv4Addr;

use http::{Method, header};
use zhanqun::domain::account::{self, By, Grant, Role, Scope, User};
use zhanqun::web::routes::{Access, routes};

use super::City;
use super::browser::{Browser, GOOD, encoded, secret, user_with};
use super::city::{Answer, work};

const NEXT: &str = "Wd47-quiet-hill";

async fn user(city: &City, name: &str) -> User {
    user_with(city, name, vec![Grant::group(Role::Admin)], false).await
}

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_open_before_the_log_in() {
    let city = City::new();
    let browser = Browser::new(&city);
    assert_eq!(browser.get("/admin").await.location(), "/admin/");
    for (asked, wanted) in [
        ("/admin/", "/admin/login"),
        ("/admin/sessions", "/admin/login?why=needed&next=%2Fadmin%2Fsessions"),
        ("/admin/nothing?a=1", "/admin/login?why=needed&next=%2Fadmin%2Fnothing%3Fa%3D1"),
        ("/admin/log-out", "/admin/login"),
        ("/admin//evil.example/", "/admin/login"),
    ] {
        let answer = browser.get(asked).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, wanted), "{asked}");
        assert_eq!(answer.header("cache-control"), "no-store", "{asked}");
    }
    let posted = browser.post("/admin/password", &[]).await;
    assert_eq!((posted.status.as_u16(), posted.location()), (303, "/admin/login"));
    for route in routes().iter().filter(|route| route.access != Access::Anyone) {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let answer = browser.send(method.clone(), route.path, &[], String::new()).await;
            assert!(answer.status == 303 && answer.location().starts_with("/admin/login"), "{method} {}", route.path);
        }
    }
    assert_eq!(city.get("/administration/").await.status, 404, "a public address of another name");
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_and_out() {
    let city = City::new();
    user(&city, "li.fang").await;
    let browser = Browser::new(&city);
    let page = browser.get("/admin/login").await;
    assert_eq!(page.status, 200);
    for field in ["name=\"username\"", "name=\"password\"", "name=\"csrf\""] {
        assert!(page.body.contains(field), "{field}");
    }
    let answer = browser.log_in("Li.Fang", GOOD).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/admin/"));
    let home = browser.get("/admin/").await;
    assert_eq!(home.status, 200);
    assert!(home.body.contains("li.fang&lt;b&gt;，您好") && home.body.contains("测试市民政局"));
    assert_eq!(browser.get("/admin/nothing").await.status, 404);
    assert_eq!(browser.get("/admin/log-out").await.status, 405);
    assert_eq!(browser.get("/admin/log-out").await.header("allow"), "POST");
    assert_eq!(browser.get("/admin/login").await.location(), "/admin/", "logged in already");
    let before = browser.cookies.borrow().clone();
    let out = browser.fill("/admin/", "/admin/log-out", &[]).await;
    assert_eq!((out.status.as_u16(), out.location()), (303, "/admin/login?why=out"));
    assert!(browser.get("/admin/login?why=out").await.body.contains("您已退出"));
    *browser.cookies.borrow_mut() = before;
    let stolen = browser.get("/admin/sessions").await;
    assert_eq!(stolen.location(), "/admin/login?why=ended&next=%2Fadmin%2Fsessions", "the token is dead");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_and_headers_are_safe() {
    let city = City::new();
    user(&city, "li.fang").await;
    for secure in [false, true] {
        let browser = Browser { secure, ..Browser::new(&city) };
        let page = browser.get("/admin/login").await;
        let form = cookies(&page).concat();
        let answer = browser.log_in("li.fang", GOOD).await;
        let session = cookies(&answer).into_iter().find(|line| line.contains("session=")).unwrap();
        for (line, site) in [(&form, "SameSite=Strict"), (&session, "SameSite=Lax")] {
            assert!(line.contains("; HttpOnly") && line.contains(site), "{line}");
            assert_eq!(line.contains("; Secure"), secure, "{line}");
            assert_eq!(line.starts_with("__Host-"), secure, "{line}");
            assert!(!secure || line.contains("; Path=/;"), "{line}");
            assert!(!line.contains("Domain") && !line.contains("Max-Age"), "{line}");
        }
        let home = browser.get("/admin/").await;
        for answer in [&page, &home, &answer] {
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("unsafe"));
        }
        let token = session.split_once('=').unwrap().1.split(';').next().unwrap();
        assert!(!home.body.contains(token), "the page does not show the token");
    }
    // Over HTTPS a cookie without the prefix may come from anywhere and is not believed.
    let plain = Browser::new(&city);
    plain.log_in("li.fang", GOOD).await;
    let secure = Browser { secure: true, cookies: plain.cookies.clone(), ..Browser::new(&city) };
    assert_eq!(secure.get("/admin/").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_secret_is_refused() {
    let city = City::new();
    user(&city, "li.fang").await;
    let browser = Browser::new(&city);
    let typed = [("username", "li.fang"), ("password", GOOD)];
    assert_eq!(browser.post("/admin/login", &typed).await.status, 403, "no cookie, no secret");
    browser.get("/admin/login").await;
    assert_eq!(browser.post("/admin/login", &typed).await.status, 403, "no secret");
    let other = Browser::new(&city);
    let foreign = secret(&other.get("/admin/login").await.body);
    let stolen = [typed[0], typed[1], ("csrf", foreign.as_str())];
    assert_eq!(browser.post("/admin/login", &stolen).await.status, 403, "the secret of another browser");
    let before = secret(&browser.get("/admin/login").await.body);
    assert_eq!(browser.log_in("li.fang", GOOD).await.status, 303);
    // Where not everybody may go, it is asked first who comes.
    let open = |access| matches!(access, Access::Anyone | Access::Person | Access::Desk);
    for route in routes().iter().filter(|route| open(route.access)) {
        for fields in [vec![], vec![("csrf", ""), ("end", "others")], vec![("csrf", before.as_str())]] {
            let answer = browser.post(route.path, &fields).await;
            assert_eq!(answer.status, 403, "{} {fields:?}", route.path);
            assert!(answer.body.contains("页面已过期"));
        }
    }
    let good = secret(&browser.get("/admin/").await.body);
    let crossed = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    let body = encoded(&[("csrf", &good)]);
    assert_eq!(browser.send(Method::POST, "/admin/log-out", &crossed, body.clone()).await.status, 403);
    let json = [("content-type", "application/json")];
    assert_eq!(browser.send(Method::POST, "/admin/log-out", &json, body.clone()).await.status, 415);
    let large = format!("{body}&x={}", "y".repeat(70_000));
    assert_eq!(browser.send(Method::POST, "/admin/log-out", &crossed[..1], large).await.status, 413);
    assert_eq!(browser.send(Method::DELETE, "/admin/", &[], String::new()).await.status, 405);
    assert_eq!(browser.get("/admin/").await.status, 200, "nothing of that logged out");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_do_not_tell_whether_a_name_exists() {
    let city = City::new();
    user(&city, "li.fang").await;
    user_with(&city, "gone", Vec::new(), false).await;
    let (app, gone) = (city.app.clone(), "gone");
    work(move || {
        let user = account::user_by_name(&app.store, gone).unwrap().unwrap();
        account::disable(&app.store, &By::ops(), user.id).unwrap();
    })
    .await;
    let mut seen: Vec<Vec<(u16, String)>> = Vec::new();
    for (number, name) in ["li.fang", "nobody1", "gone"].into_iter().enumerate() {
        let browser = Browser { address: Ipv4Addr::new(10, 0, 1, number as u8).into(), ..Browser::new(&city) };
        let mut answers = Vec::new();
        for _ in 0..6 {
            let answer = browser.log_in(name, "Wrong-password-1").await;
            let body = answer.body.replace(name, "NAME");
            let secret = secret(&body);
            let retry = answer.header("retry-after").to_owned();
            answers.push((answer.status.as_u16(), format!("{retry} {}", body.replace(&secret, "SECRET"))));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1], "a name that nobody has");
    assert_eq!(seen[0], seen[2], "a disabled user");
    let statuses: Vec<u16> = seen[0].iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [403, 403, 403, 403, 429, 429]);
    assert!(seen[0][0].1.contains("用户名或密码不正确") && seen[0][5].1.contains("15 分钟后再试"));
}

#[tokio::test(flavor = "multi_thread")]
async fn next_leads_to_admin_pages_only() {
    let city = City::new();
    user(&city, "li.fang").await;
    for (next, wanted) in [
        ("/admin/sessions", "/admin/sessions"),
        ("/admin/sessions?ended=1", "/admin/sessions?ended=1"),
        ("https://evil.example/", "/admin/"),
        ("//evil.example/admin/", "/admin/"),
        ("/\\evil.example", "/admin/"),
        ("/admin/\r\nSet-Cookie: a=b", "/admin/"),
        ("/admin/../mzj/", "/admin/"),
        ("/admin/log-out", "/admin/"),
        ("/mzj/", "/admin/"),
        ("", "/admin/"),
    ] {
        let browser = Browser::new(&city);
        let fields = [("username", "li.fang"), ("password", GOOD), ("next", next)];
        let answer = browser.fill("/admin/login", "/admin/login", &fields).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, wanted), "{next:?}");
    }
    let page = Browser::new(&city).get("/admin/login?next=https%3A%2F%2Fevil.example%2F&why=%3Cb%3E").await;
    assert!(
        page.status == 200
            && !page.body.contains("https://evil")
            && page.body.contains("name=\"next\" value=\"\"")
            && !page.body.contains("<b>")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_password_must_be_changed_before_anything_else() {
    let city = City::new();
    user_with(&city, "li.fang", vec![Grant::group(Role::Admin)], true).await;
    let browser = Browser::new(&city);
    browser.log_in("li.fang", GOOD).await;
    for page in ["/admin/", "/admin/sessions"] {
        assert_eq!(browser.get(page).await.location(), "/admin/password", "{page}");
    }
    let page = browser.get("/admin/password").await;
    assert!(page.body.contains("请先设置您自己的密码") && !page.body.contains("class=\"nav\""));
    let change = |present, new, again| {
        let fields = [("present", present), ("new", new), ("again", again)];
        let browser = &browser;
        async move { browser.fill("/admin/password", "/admin/password", &fields).await }
    };
    for (answer, text) in [
        (change("Wrong-password-1", NEXT, NEXT).await, "当前密码不正确"),
        (change(GOOD, NEXT, "Other-word-77").await, "两次输入的新密码不一致"),
        (change(GOOD, "short", "short").await, "至少 10 个字符。"),
        (change(GOOD, "Password123!", "Password123!").await, "太常见"),
        (change(GOOD, GOOD, GOOD).await, "最近已经用过"),
    ] {
        assert!(answer.status == 422 && answer.body.contains(text), "{text}");
        assert!(!answer.body.contains(NEXT) && !answer.body.contains(GOOD), "typed passwords are not sent back");
    }
    let elsewhere = Browser::new(&city);
    elsewhere.log_in("li.fang", GOOD).await;
    assert_eq!(change(GOOD, NEXT, NEXT).await.location(), "/admin/?done=password");
    assert!(browser.get("/admin/?done=password").await.body.contains("密码已修改"));
    assert_eq!(elsewhere.get("/admin/password").await.location(), "/admin/login?why=ended&next=%2Fadmin%2Fpassword");
    assert_eq!(Browser::new(&city).log_in("li.fang", GOOD).await.status, 403);
    assert_eq!(Browser::new(&city).log_in("li.fang", NEXT).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn log_ins_are_listed_and_ended() {
    let city = City::new();
    user(&city, "li.fang").await;
    let stranger = user(&city, "wang").await;
    let (first, second, other) = (Browser::new(&city), Browser::new(&city), Browser::new(&city));
    for browser in [&first, &second] {
        browser.log_in("li.fang", GOOD).await;
    }
    other.log_in("wang", GOOD).await;
    let app = city.app.clone();
    let foreign =
        work(move || account::sessions(&app.store, &app.gate, &stranger, app.clock.now()).unwrap()[0].0.id).await;
    let list = first.get("/admin/sessions").await.body;
    assert_eq!(list.matches("class=\"card session\"").count(), 2);
    let mark = "name=\"end\" value=\"";
    let numbers: Vec<&str> =
        list.match_indices(mark).map(|(at, _)| list[at + mark.len()..].split('"').next().unwrap()).collect();
    assert_eq!((numbers.len(), numbers[0]), (2, "others"));
    let answer = first.fill("/admin/sessions", "/admin/sessions", &[("end", &foreign.to_string())]).await;
    assert_eq!(answer.status, 404, "a log-in of somebody else");
    assert_eq!(other.get("/admin/").await.status, 200);
    let answer = first.fill("/admin/sessions", "/admin/sessions", &[("end", numbers[1])]).await;
    assert_eq!(answer.location(), "/admin/sessions?ended=1");
    assert_eq!(second.get("/admin/").await.status, 303);
    assert_eq!(first.get("/admin/").await.status, 200);
    assert_eq!(first.fill("/admin/sessions", "/admin/sessions", &[("end", "x")]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn log_ins_survive_a_restart_and_end_when_idle() {
    let mut city = City::new();
    user(&city, "li.fang").await;
    let cookies = {
        let browser = Browser::new(&city);
        browser.log_in("li.fang", GOOD).await;
        browser.cookies
    };
    let store = city.app.store.clone();
    work(move || store.close().unwrap()).await;
    let City { app, web, dir } = city;
    drop((app, web));
    city = City::open(dir);
    let browser = Browser { cookies, ..Browser::new(&city) };
    assert_eq!(browser.get("/admin/").await.status, 200);
    city.app.clock.set(city.app.clock.now() + 29 * 60_000);
    assert_eq!(browser.get("/admin/").await.status, 200);
    city.app.clock.set(city.app.clock.now() + 30 * 60_000);
    assert_eq!(browser.get("/admin/").await.location(), "/admin/login?why=ended");
    assert!(browser.cookies.borrow().get("zhanqun-session").is_none(), "the dead cookie is removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_chosen_by_the_browser_and_by_the_person() {
    let city = City::new();
    for (wanted, lang, text) in
        [("zh-CN", "zh-CN", "登录"), ("en-US,en;q=0.9", "en", "Log in"), ("fr", "zh-CN", "登录"), ("", "zh-CN", "登录")]
    {
        let browser = Browser { language: wanted, ..Browser::new(&city) };
        let page = browser.get("/admin/login").await;
        assert!(page.body.contains(&format!("<html lang=\"{lang}\">")) && page.body.contains(text), "{wanted}");
        assert_eq!(page.header("content-language"), lang);
    }
    let browser = Browser::new(&city);
    let back = "/admin/login?next=%2Fadmin%2Fsessions";
    let answer = browser.fill(back, "/admin/language", &[("to", "en"), ("back", back)]).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, back));
    assert!(browser.get("/admin/login").await.body.contains("User name"));
    let answer =
        browser.fill("/admin/login", "/admin/language", &[("to", "zh-CN"), ("back", "https://evil.example/")]).await;
    assert_eq!(answer.location(), "/admin/");
    assert!(browser.get("/admin/login").await.body.contains("用户名"));
    assert_eq!(browser.fill("/admin/login", "/admin/language", &[("to", "fr")]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn home_shows_only_what_is_the_persons_own() {
    let city = City::new();
    city.publish("mzj", "tzgg", "民政通知").await;
    city.publish("mzj", "gzdt", "民政动态").await;
    city.publish("jyj", "tzgg", "教育通知").await;
    let (mzj, notices) = (city.app.site("mzj").unwrap().site.id, city.channel("mzj", "tzgg"));
    let grant = |role, scope| vec![Grant { role, scope }];
    user(&city, "boss").await;
    user_with(&city, "site", grant(Role::Editor, Scope::Site(mzj)), false).await;
    user_with(&city, "column", grant(Role::Editor, Scope::Channel(mzj, notices)), false).await;
    user_with(&city, "audit", vec![Grant::group(Role::Auditor)], false).await;
    user_with(&city, "none", Vec::new(), false).await;
    for (name, sees, hidden) in [
        ("boss", &["民政通知", "民政动态", "教育通知", "测试市教育局"][..], &[][..]),
        ("site", &["民政通知", "民政动态", "测试市民政局"], &["教育", "测试市公安局"]),
        ("column", &["民政通知", "测试市民政局", "部分栏目"], &["民政动态", "教育"]),
        ("audit", &["没有可以处理内容的网站"], &["民政局", "民政通知", "教育"]),
        ("none", &["还没有任何权限"], &["民政局", "民政通知", "教育"]),
    ] {
        let browser = Browser::new(&city);
        browser.log_in(name, GOOD).await;
        let home = browser.get("/admin/").await.body;
        for text in sees {
            assert!(home.contains(text), "{name} sees {text}");
        }
        for text in hidden {
            assert!(!home.contains(text), "{name} does not see {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_of_the_log_in_before_and_of_wrong_passwords() {
    let city = City::new();
    user(&city, "li.fang").await;
    let browser = Browser::new(&city);
    browser.log_in("li.fang", GOOD).await;
    assert!(browser.get("/admin/").await.body.contains("第一次登录"));
    city.app.clock.set(city.app.clock.now() + 3_600_000);
    let stranger = Browser { address: Ipv4Addr::new(1, 2, 3, 4).into(), ..Browser::new(&city) };
    for _ in 0..2 {
        stranger.log_in("li.fang", "Wrong-password-1").await;
    }
    let again = Browser::new(&city);
    again.log_in("li.fang", GOOD).await;
    let home = again.get("/admin/").await.body;
    assert!(home.contains("上次登录：2026-11-23 10:00，来自 10.20.30.40") && home.contains("其后有 2 次密码错误"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_may_not_try_without_end() {
    let city = City::new();
    let browser = Browser::new(&city);
    browser.get("/admin/login").await;
    for _ in 0..60 {
        assert_eq!(browser.post("/admin/login", &[]).await.status, 403);
    }
    let answer = browser.post("/admin/login", &[]).await;
    assert_eq!(answer.status, 429);
    assert!(!answer.header("retry-after").is_empty());
    let other = Browser { address: Ipv4Addr::new(10, 20, 30, 41).into(), ..Browser::new(&city) };
    assert_eq!(other.post("/admin/login", &[]).await.status, 403, "others are not held up");
    city.app.clock.set(city.app.clock.now() + 60_000);
    assert_eq!(browser.post("/admin/login", &[]).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_prove_themselves_by_a_header_and_are_told_of_errors_in_json() {
    let city = City::new();
    user(&city, "li.fang").await;
    let browser = Browser::new(&city);
    let json = ("accept", "application/json");
    let anonymous = browser.send(Method::GET, "/admin/sessions", &[json], String::new()).await;
    assert_eq!((anonymous.status.as_u16(), anonymous.header("content-type")), (401, "application/problem+json"));
    let problem: serde_json::Value = serde_json::from_str(&anonymous.body).unwrap();
    assert_eq!((problem["key"].as_str(), problem["status"].as_u64()), (Some("error.401"), Some(401)));
    assert!(problem["csrf"].is_null(), "nothing for who is not logged in");
    browser.log_in("li.fang", GOOD).await;
    let page = browser.get("/admin/").await.body;
    let secret = page.split("<meta name=\"csrf\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    let with = |secret: &'static str| [json, ("x-csrf-token", secret), ("content-type", "application/json")];
    let end = || "{\"end\":\"others\"}".to_owned();
    let stale = browser.send(Method::POST, "/admin/sessions", &with("00"), end()).await;
    assert_eq!(stale.status, 403);
    let problem: serde_json::Value = serde_json::from_str(&stale.body).unwrap();
    assert_eq!(problem["csrf"].as_str(), Some(secret), "the secret that fits, for a page that was open too long");
    let crossed = [json, ("sec-fetch-site", "cross-site"), ("content-type", "application/json")];
    let crossed = browser.send(Method::POST, "/admin/sessions", &crossed, end()).await;
    assert!(crossed.status == 403 && !crossed.body.contains(secret), "not for other sites");
    let secret: &'static str = secret.to_owned().leak();
    let ended = browser.send(Method::POST, "/admin/sessions", &with(secret), end()).await;
    assert_eq!((ended.status.as_u16(), ended.location()), (303, "/admin/sessions?ended=0"));
    let large = format!("{{\"end\":\"{}\"}}", "y".repeat(70_000));
    assert_eq!(browser.send(Method::POST, "/admin/sessions", &with(secret), large).await.status, 413);
    let wrong = browser.send(Method::POST, "/admin/sessions", &with(secret), String::from("{}")).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("content-type")), (400, "application/problem+json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_frame_leads_only_where_one_may_go() {
    let city = City::new();
    let mzj = city.app.site("mzj").unwrap().site.id;
    user(&city, "boss").await;
    user_with(&city, "site", vec![Grant { role: Role::Editor, scope: Scope::Site(mzj) }], false).await;
    user_with(&city, "audit", vec![Grant::group(Role::Auditor)], false).await;
    let open: Vec<&str> = routes().iter().map(|route| route.path).collect();
    for (name, sees, hidden) in [
        ("boss", &["/admin/sites/mzj/", "/admin/sites/jyj/"][..], &[][..]),
        ("site", &["/admin/sites/mzj/"], &["/admin/sites/jyj/", "/admin/users\"", "/admin/audit\""]),
        ("audit", &["/admin/about"], &["/admin/sites/", "/admin/users\""]),
    ] {
        let browser = Browser::new(&city);
        browser.log_in(name, GOOD).await;
        let page = browser.get("/admin/about").await;
        assert!(page.status == 200 && page.body.contains("htmx.org"));
        let nav = page.body.split("id=\"nav\"").nth(1).unwrap().split("</nav>").next().unwrap();
        for link in nav.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(open.contains(&link), "{name} is led to {link}, where nothing is");
            assert_eq!(browser.get(link).await.status, 200, "{name} is led to {link}");
        }
        for link in sees {
            assert!(page.body.contains(&format!("href=\"{link}\"")), "{name} sees {link}");
        }
        for link in hidden {
            assert!(!page.body.contains(link), "{name} does not see {link}");
        }
    }
}
