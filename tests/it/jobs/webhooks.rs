//! Webhooks are told what happens: signed, in order, again after failures, never where they must not.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use zhanqun::app::App;
use zhanqun::base::id::SiteId;
use zhanqun::domain::account::{By, Grant, Role, Scope};
use zhanqun::domain::content;
use zhanqun::domain::integration::{self, EventKind, NewWebhook, Webhook, check_url, is_public};
use zhanqun::jobs;

use crate::web::City;
use crate::web::browser::{Browser, GOOD, user_with};
use crate::web::city::work;

/// A message that came, with its headers in small letters.
#[derive(Debug, Clone)]
struct Came {
    head: String,
    body: String,
}

impl Came {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A small server that keeps what comes and answers what it is told to.
struct Receiver {
    url: String,
    came: Arc<Mutex<Vec<Came>>>,
    status: Arc<Mutex<&'static str>>,
}

impl Receiver {
    async fn new() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?a=1", listener.local_addr().unwrap());
        let (came, status) = (Arc::<Mutex<Vec<Came>>>::default(), Arc::new(Mutex::new("204 No Content")));
        let (keep, say) = (came.clone(), status.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (keep, say) = (keep.clone(), say.clone());
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    let came = loop {
                        let mut piece = [0; 4096];
                        let read = stream.read(&mut piece).await.unwrap();
                        bytes.extend_from_slice(&piece[..read]);
                        if let Some(came) = whole(&bytes) {
                            break came;
                        }
                        assert!(read > 0, "broke off");
                    };
                    keep.lock().unwrap().push(came);
                    let status = *say.lock().unwrap();
                    let answer = format!("HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                });
            }
        });
        Receiver { url, came, status }
    }

    fn say(&self, status: &'static str) {
        *self.status.lock().unwrap() = status;
    }

    fn all(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// Waits until so many messages came.
    async fn wait(&self, wanted: usize) -> Vec<Came> {
        until(|| self.all().len() >= wanted).await;
        self.all()
    }
}

fn whole(bytes: &[u8]) -> Option<Came> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
    (body.len() == length.parse::<usize>().unwrap()).then(|| Came { head: head.to_owned(), body: body.to_owned() })
}

async fn until(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "it did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn private_city() -> City {
    City::with(|config| config.webhooks.allow_private = true)
}

async fn hook(app: &Arc<App>, site: Option<SiteId>, url: &str, events: &[EventKind]) -> Webhook {
    let (app, new) = (app.clone(), NewWebhook { url: url.into(), events: events.to_vec(), enabled: true });
    work(move || integration::create_webhook(&app.store, &By::ops(), site, &new, true, app.clock.now()).unwrap()).await
}

fn now_of(app: &App, webhook: &Webhook) -> integration::Delivery {
    integration::delivery(&app.store, webhook.id).unwrap().unwrap()
}

/// The signature is that of the webhook's secret over time and body.
fn genuine(app: &App, webhook: &Webhook, came: &Came) {
    let (time, proof) = came.header("x-zhanqun-signature").split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    assert_eq!(time.parse::<i64>().unwrap(), app.clock.now() / 1000);
    let proof: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&proof[2 * at..2 * at + 2], 16).unwrap()).collect();
    let signed = format!("{time}.{}", came.body);
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, webhook.secret.as_bytes()), signed.as_bytes(), &proof).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_of_its_site_signed_and_in_order() {
    let (city, receiver) = (private_city(), Receiver::new().await);
    let site = city.app.site("mzj").unwrap().site.id;
    city.publish("mzj", "tzgg", "之前").await;
    let events = [EventKind::DocumentCreated, EventKind::DocumentPublished, EventKind::DocumentWithdrawn];
    let webhook = hook(&city.app, Some(site), &receiver.url, &events).await;
    let job = tokio::spawn(jobs::webhooks(city.app.clone()));
    city.publish("jyj", "tzgg", "别处").await;
    let document = city.publish("mzj", "tzgg", "通知").await;
    let app = city.app.clone();
    let id = document.id;
    work(move || content::withdraw(&app.store, &By::ops(), id, "有误", app.clock.now()).unwrap()).await;
    let came = receiver.wait(3).await;
    let told: Vec<Value> = came.iter().map(|came| came.json()["events"][0].clone()).collect();
    let kinds: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["document.created", "document.published", "document.withdrawn"]);
    assert!(told.iter().all(|event| event["id"] == id.0 && event["site"] == "mzj"), "{told:?}");
    let shown: Vec<&Value> = told.iter().map(|event| &event["document"]["title"]).collect();
    assert_eq!(shown, [&Value::Null, &json!("通知"), &Value::Null], "words that visitors do not read are not sent");
    assert_eq!(told[1]["document"]["url"], format!("http://www.city.example/mzj/tzgg/{id}.html"));
    let mut last = 0;
    for came in &came {
        let seq = came.json()["seq"].as_u64().unwrap();
        assert!(seq > last && came.head.starts_with("POST /hook?a=1 HTTP/1.1"), "{}", came.head);
        last = seq;
        assert_eq!(came.header("x-zhanqun-delivery"), format!("{}-{seq}", webhook.id));
        genuine(&city.app, &webhook, came);
    }
    until(|| now_of(&city.app, &webhook).position == last).await;
    job.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_sent_again_and_after_a_day_no_more() {
    let (city, receiver, other) = (private_city(), Receiver::new().await, Receiver::new().await);
    let webhook = hook(&city.app, None, &receiver.url, &[EventKind::DocumentPublished]).await;
    hook(&city.app, None, &other.url, &[EventKind::DocumentPublished]).await;
    receiver.say("302 Found");
    let job = tokio::spawn(jobs::webhooks(city.app.clone()));
    city.publish("mzj", "tzgg", "通知一").await;
    city.publish("mzj", "tzgg", "通知二").await;
    assert_eq!(other.wait(2).await.len(), 2, "one that fails holds up no other");
    until(|| now_of(&city.app, &webhook).tries == 1).await;
    let delivery = now_of(&city.app, &webhook);
    assert_eq!(delivery.next_try, city.app.clock.now() + 10_000);
    let last = delivery.last.unwrap();
    assert_eq!((last.status, last.error.as_str()), (302, "status 302"), "redirects are not followed");
    assert_eq!(receiver.all().len(), 1);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.all().len(), 1, "not before its time");

    // The same message comes again, and then the next one: also when the server was restarted meanwhile.
    job.abort();
    let job = tokio::spawn(jobs::webhooks(city.app.clone()));
    receiver.say("200 OK");
    city.app.clock.set(city.app.clock.now() + 10_000);
    let came = receiver.wait(3).await;
    let ids: Vec<&str> = came.iter().map(|came| came.header("x-zhanqun-delivery")).collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
    until(|| now_of(&city.app, &webhook).failing_since == 0).await;

    receiver.say("500 Internal Server Error");
    city.publish("mzj", "tzgg", "通知三").await;
    until(|| now_of(&city.app, &webhook).tries == 1).await;
    city.app.clock.set(city.app.clock.now() + 24 * 3_600_000);
    let enabled = || integration::webhook(&city.app.store, &By::ops(), None, webhook.id).unwrap().enabled;
    until(|| !enabled()).await;
    let stopped = integration::webhook(&city.app.store, &By::ops(), None, webhook.id).unwrap().stopped.unwrap();
    assert_eq!((stopped.time, stopped.reason.as_str()), (city.app.clock.now(), "status 500"));
    let count = receiver.all().len();
    receiver.say("200 OK");
    city.publish("mzj", "tzgg", "通知四").await;
    other.wait(4).await;
    assert_eq!(receiver.all().len(), count, "it is told no more");
    let (app, id, url) = (city.app.clone(), webhook.id, receiver.url.clone());
    work(move || {
        let new = NewWebhook { url, events: vec![EventKind::DocumentPublished], enabled: true };
        integration::change_webhook(&app.store, &By::ops(), None, id, &new, true).unwrap()
    })
    .await;
    city.publish("mzj", "tzgg", "通知五").await;
    let came = receiver.wait(count + 1).await;
    assert_eq!(came[count].json()["events"][0]["document"]["title"], "通知五", "from when it was switched on");
    job.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_never_reached() {
    let (city, receiver) = (City::new(), Receiver::new().await);
    let port = receiver.url.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    for bad in [
        "http://example.cn/",
        "https://localhost/",
        "https://intern/",
        "https://printer.local/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://user:word@example.cn/",
        "https://example.cn/#x",
        "file:///etc/passwd",
        "",
    ] {
        assert!(check_url(bad, false).is_err(), "{bad}");
    }
    assert!(check_url("https://hooks.example.gov.cn:8443/a?b=1", false).is_ok());
    for (address, public) in [
        ("8.8.8.8", true),
        ("100.63.255.255", true),
        ("100.64.0.1", false),
        ("172.16.0.1", false),
        ("192.168.1.1", false),
        ("198.18.0.1", false),
        ("0.0.0.0", false),
        ("224.0.0.1", false),
        ("255.255.255.255", false),
        ("2606:4700::1111", true),
        ("::", false),
        ("fe80::1", false),
        ("ff02::1", false),
        ("2002:7f00:1::", false),
        ("64:ff9b::7f00:1", false),
        ("2001:db8::1", false),
        ("::ffff:8.8.8.8", true),
    ] {
        assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
    }
    // A row from times when it was allowed: asked again before each message, the name as well as its addresses.
    for url in [receiver.url.clone(), format!("https://127.0.0.1:{port}/"), format!("https://localhost:{port}/")] {
        let webhook = hook(&city.app, None, &url, &[EventKind::DocumentPublished]).await;
        let job = tokio::spawn(jobs::webhooks(city.app.clone()));
        city.publish("mzj", "tzgg", "通知").await;
        until(|| now_of(&city.app, &webhook).tries == 1).await;
        assert_eq!(now_of(&city.app, &webhook).last.unwrap().status, 0);
        job.abort();
    }
    assert_eq!(receiver.all().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_is_signed_and_its_answer_shown() {
    let (city, receiver) = (private_city(), Receiver::new().await);
    let site = city.app.site("mzj").unwrap().site.id;
    let webhook = hook(&city.app, Some(site), &receiver.url, &[EventKind::DocumentPublished]).await;
    user_with(&city, "he.mei", vec![Grant { role: Role::Manager, scope: Scope::Site(site) }], false).await;
    let he = Browser::new(&city);
    assert_eq!(he.log_in("he.mei", GOOD).await.status, 303);
    let (before, id) = (now_of(&city.app, &webhook), webhook.id.to_string());
    let page = "/admin/sites/mzj/webhooks";
    let test = async || he.fill(page, page, &[("do", "test"), ("webhook", &id)]).await.body;
    let answered = test().await;
    assert!(answered.contains("role=\"status\"") && answered.contains("204"), "{answered}");
    let came = receiver.wait(1).await;
    genuine(&city.app, &webhook, &came[0]);
    let message = came[0].json();
    assert_eq!(
        (&message["test"], &message["events"], &message["webhook"]),
        (&json!(true), &json!([]), &json!(webhook.id.0))
    );
    assert_eq!(message["delivery"], came[0].header("x-zhanqun-delivery"));
    receiver.say("503 Service Unavailable");
    let refused = test().await;
    assert!(refused.contains("role=\"alert\"") && refused.contains("503"), "{refused}");
    let now = now_of(&city.app, &webhook);
    assert_eq!((now.position, now.tries), (before.position, 0), "its messages come as before");

    // Where private addresses are not allowed, the test reaches none either.
    let city = City::new();
    let site = city.app.site("mzj").unwrap().site.id;
    let webhook = hook(&city.app, Some(site), &receiver.url, &[EventKind::DocumentPublished]).await;
    user_with(&city, "he.mei", vec![Grant { role: Role::Manager, scope: Scope::Site(site) }], false).await;
    let he = Browser::new(&city);
    assert_eq!(he.log_in("he.mei", GOOD).await.status, 303);
    let id = webhook.id.to_string();
    let refused = he.fill(page, page, &[("do", "test"), ("webhook", &id)]).await;
    assert!(refused.body.contains("role=\"alert\""), "{}", refused.body);
    assert_eq!(receiver.all().len(), 2);
}
