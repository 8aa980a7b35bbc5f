//! Requests with a key act once; pages of lists; versions.

use http::Method;
use serde_json::{Value, json};
use zhanqun::domain::content::{DOCUMENTS_OF_SITE, State};
use zhanqun::domain::integration::KEPT_FOR;
use zhanqun::store::{ListKey, Read};

use super::program::Program;
use crate::web::City;
use crate::web::city::work;

fn draft(city: &City, title: &str) -> Value {
    json!({ "column": city.channel("mzj", "tzgg").0, "title": title, "body": "<p>正文。</p>" })
}

fn documents(city: &City) -> u64 {
    let site = city.app.site("mzj").unwrap().site.id;
    city.app.store.count(ListKey::new(DOCUMENTS_OF_SITE, &[site.0])).unwrap()
}

const PATH: &str = "/sites/mzj/documents";
const KEY: [(&str, &str); 1] = [("idempotency-key", "2026-11-23/17")];

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_with_the_same_key_acts_once_also_after_a_restart() {
    let city = City::new();
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    let body = draft(&city, "通知").to_string();
    let first = program.send(Method::POST, PATH, &KEY, body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = program.send(Method::POST, PATH, &KEY, body.clone()).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    for header in ["location", "etag"] {
        assert_eq!(again.header(header), first.header(header));
        assert!(!again.header(header).is_empty());
    }
    assert_eq!(documents(&city), 1);
    let other = program.send(Method::POST, PATH, &KEY, draft(&city, "另一通知").to_string()).await;
    assert_eq!((other.status.as_u16(), other.kind().as_str()), (422, "key_reused"));
    let elsewhere = program.send(Method::POST, "/users", &KEY, body.clone()).await;
    assert_eq!(elsewhere.kind(), "key_reused");
    // Somebody else's key is another key.
    let colleague = Program::of_site(&city, "wang.wei", "mzj").await;
    assert_eq!(colleague.send(Method::POST, PATH, &KEY, body.clone()).await.status, 201);
    assert_eq!(documents(&city), 2);
    // What was refused did nothing, so its key is free.
    let free = [("idempotency-key", "b")];
    assert_eq!(program.send(Method::POST, PATH, &free, draft(&city, "").to_string()).await.status, 422);
    assert_eq!(program.send(Method::POST, PATH, &free, draft(&city, "改正").to_string()).await.status, 201);
    for wrong in ["two words", &"x".repeat(201)] {
        assert_eq!(program.send(Method::POST, PATH, &[("idempotency-key", wrong)], body.clone()).await.kind(), "rules");
    }

    let (token, user) = (program.token.clone(), program.user.clone());
    let (now, address) = (city.app.clock.now(), program.address);
    drop((program, colleague));
    let City { app, web, dir } = city;
    drop(web);
    work(move || app.store.close().unwrap()).await;
    let city = City::open(dir);
    let program = Program { city: &city, user, token, address };
    city.app.clock.set(now + KEPT_FOR - 1);
    let late = program.send(Method::POST, PATH, &KEY, body.clone()).await;
    assert_eq!((late.status, &late.body), (first.status, &first.body));
    assert_eq!(documents(&city), 3);
    city.app.clock.set(now + KEPT_FOR);
    let new = program.send(Method::POST, PATH, &KEY, body).await;
    assert_eq!(new.status, 201);
    assert_ne!(new.body, first.body, "a day later it is a new request");
    assert_eq!(documents(&city), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_one_key_at_one_moment_act_once() {
    let city = City::new();
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    let body = draft(&city, "通知").to_string();
    let sends = (0..6).map(|_| program.send(Method::POST, PATH, &KEY, body.clone()));
    let answers = futures_join(sends.collect()).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(made >= 1 && answers.iter().all(|answer| answer.status == 201 || answer.kind() == "key_running"));
    assert_eq!(documents(&city), 1);
}

/// Waits for all of them at once.
async fn futures_join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |cx| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(cx)
            {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_through_a_whole_list_once() {
    let city = City::new();
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    for number in 0..7 {
        city.app.clock.set(city.app.clock.now() + 1000);
        assert_eq!(program.post(PATH, draft(&city, &format!("通知{number}"))).await.status, 201);
    }
    for list in [
        "/sites/mzj/documents?limit=3",
        "/sites/mzj/documents?q=%E9%80%9A%E7%9F%A5&limit=3",
        "/sites/mzj/columns?limit=3",
    ] {
        let (mut next, mut seen) = (Some(list.to_owned()), Vec::new());
        while let Some(path) = next {
            let answer = program.get(&path).await;
            let page = answer.json();
            let items = page["items"].as_array().unwrap_or_else(|| panic!("{path}: {page}"));
            assert!((1..=3).contains(&items.len()), "{path}");
            seen.extend(items.iter().map(|item| item["id"].as_u64().unwrap()));
            next = page["next"].as_str().map(|next| next.strip_prefix("/api/v1").unwrap().to_owned());
            let link = next.as_ref().map(|next| format!("</api/v1{next}>; rel=\"next\"")).unwrap_or_default();
            assert_eq!(answer.header("link"), link);
        }
        let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!((seen.len(), distinct.len()), if list.contains("columns") { (4, 4) } else { (7, 7) }, "{list}");
    }
    for wrong in ["cursor=x", "cursor=p", "cursor=%00", "limit=0", "limit=201", "limit=x", "state=gone", "colour=1"] {
        assert_eq!(program.get(&format!("{PATH}?{wrong}")).await.kind(), "query", "{wrong}");
    }
    assert_eq!(State::ALL.len(), 6);
    let published = program.get(&format!("{PATH}?state=published")).await.json();
    assert_eq!(published["items"].as_array().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_one_whoever_reads_it_and_old_ones_change_nothing() {
    let city = City::new();
    let program = Program::of_site(&city, "li.fang", "mzj").await;
    let made = program.post(PATH, draft(&city, "通知")).await;
    let path = format!("/documents/{}", made.json()["id"]);
    let read = program.get(&path).await;
    assert_eq!(read.header("etag"), made.header("etag"));
    let known = [("if-none-match", read.header("etag"))];
    let kept = program.send(Method::GET, &path, &known, "").await;
    assert_eq!((kept.status.as_u16(), kept.body.as_str()), (304, ""));
    city.app.clock.set(city.app.clock.now() + 1);
    let text = draft(&city, "改过的通知");
    let saved = program.change(Method::PUT, &path, text.clone()).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let old = [("if-match", read.header("etag"))];
    assert_eq!(program.send(Method::PUT, &path, &old, text.to_string()).await.status, 412);
    assert_eq!(program.send(Method::GET, &path, &known, "").await.status, 200);
    assert_eq!(program.get(&path).await.json()["revisions"], 2);
}
