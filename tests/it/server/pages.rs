//! Kept pages: encodings, conditions, faces, waiting, invalidation.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, Instant};

use super::client::{Raw, get, head};
use super::harness::{start, text};

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_page_is_rendered_once_and_has_all_headers() {
    let running = start();
    let first = get(running.http, "/a/?page=2", "");
    let second = get(running.http, "/a/?page=2", "");
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.text(), text("/a/?page=2", "None"));
    assert_eq!(first.body, second.body);
    assert_eq!(running.rendered(), 1);
    for answer in [&first, &second] {
        assert_eq!(answer.header("cache-control"), Some("public, max-age=0, must-revalidate"));
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("content-language"), Some("zh-CN"));
        assert_eq!(answer.header("vary"), Some("Accept-Encoding, Cookie"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("last-modified"), Some("Tue, 14 Nov 2023 22:13:20 GMT"));
        assert!(answer.header("referrer-policy").is_some());
        assert!(answer.header("date").is_some());
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
        let etag = answer.header("etag").unwrap();
        assert!(etag.starts_with('"'), "{etag} is strong");
        assert_eq!(answer.head.matches("date:").count(), 1, "{}", answer.head);
        assert_eq!(answer.head.matches("content-length:").count(), 1, "{}", answer.head);
    }
}

#[test]
fn the_best_form_that_is_there_is_sent() {
    let running = start();
    let plain = get(running.http, "/", "").body;
    let gzip = |body: &[u8]| {
        let mut out = Vec::new();
        flate2::read::GzDecoder::new(body).read_to_end(&mut out).unwrap();
        out
    };
    // A page's first answer already has a fast gzip if asked for; Brotli and the better gzip may be there as soon.
    let fast = get(running.http, "/fast", "Accept-Encoding: gzip, deflate\r\n");
    assert_eq!(fast.header("content-encoding"), Some("gzip"));
    let page = gzip(&fast.body);
    assert!(page.starts_with(b"<!doctype html>"));
    let mut forms = BTreeMap::from([(fast.header("etag").unwrap().to_string(), fast.body)]);
    until("Brotli comes by itself", || {
        let answer = get(running.http, "/fast", "Accept-Encoding: gzip, deflate, br, zstd\r\n");
        answer.header("content-encoding") == Some("br")
    });
    for (header, expected) in [
        ("gzip, deflate, br, zstd", Some("br")),
        ("br;q=0.5, gzip", Some("gzip")),
        ("gzip;q=0, br;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("*", Some("br")),
        ("deflate", None),
        ("GZIP", Some("gzip")),
        ("x-gzip;q=0.1", Some("gzip")),
    ] {
        let answer = get(running.http, "/fast", &format!("Accept-Encoding: {header}\r\n"));
        assert_eq!(answer.header("content-encoding"), expected, "{header}");
        match expected {
            None => assert_eq!(answer.body, page),
            Some("gzip") => assert_eq!(gzip(&answer.body), page),
            Some(_) => {
                let mut out = Vec::new();
                brotli::BrotliDecompress(&mut &answer.body[..], &mut out).unwrap();
                assert_eq!(out, page);
            }
        }
        let tag = answer.header("etag").unwrap().to_string();
        let known = forms.entry(tag.clone()).or_insert_with(|| answer.body.clone());
        assert!(*known == answer.body, "one strong tag, two forms: {tag}");
    }
    // Brotli, identity, and gzip in one or, where the first answer was before the better compression, two forms.
    assert!((3..=4).contains(&forms.len()), "{:?}", forms.keys());
    // Only zstd: made in the background, plain until then.
    until("zstd is made when wanted", || {
        get(running.http, "/", "Accept-Encoding: zstd\r\n").header("content-encoding") == Some("zstd")
    });
    assert_eq!(get(running.http, "/", "").body, plain);
    assert_eq!(running.rendered(), 2);
}

#[test]
fn conditional_requests() {
    let running = start();
    let page = get(running.http, "/", "Accept-Encoding: gzip\r\n");
    let gzip_tag = page.header("etag").unwrap().to_string();
    let plain_tag = get(running.http, "/", "").header("etag").unwrap().to_string();
    assert_ne!(gzip_tag, plain_tag);
    let status = |headers: &str| {
        let answer = get(running.http, "/", headers);
        if answer.status == 304 {
            assert!(answer.header("etag").is_some() && answer.header("content-length").is_none(), "{}", answer.head);
            assert_eq!(answer.header("cache-control"), Some("public, max-age=0, must-revalidate"));
        }
        answer.status
    };
    assert_eq!(status(&format!("Accept-Encoding: gzip\r\nIf-None-Match: {gzip_tag}\r\n")), 304);
    assert_eq!(status(&format!("Accept-Encoding: gzip\r\nIf-None-Match: W/{gzip_tag}\r\n")), 304);
    assert_eq!(status(&format!("If-None-Match: \"a,b\", W/\"x\" , {plain_tag}\r\n")), 304);
    assert_eq!(status("If-None-Match: *\r\n"), 304);
    assert_eq!(status("If-None-Match: \"other\"\r\n"), 200);
    assert_eq!(status(&format!("If-None-Match: {gzip_tag}\r\n")), 200, "this client cannot read gzip");
    let date = "Tue, 14 Nov 2023 22:13:20 GMT";
    assert_eq!(status(&format!("If-Modified-Since: {date}\r\n")), 304);
    assert_eq!(status("If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n"), 200);
    assert_eq!(status("If-Modified-Since: yesterday\r\n"), 200);
    assert_eq!(status(&format!("If-Modified-Since: {date}\r\nIf-None-Match: \"other\"\r\n")), 200);
    // The tag of the fast form survives a better compression of the same page.
    until("the background compresses", || {
        get(running.http, "/", "Accept-Encoding: gzip\r\n").header("etag").unwrap().ends_with("-g6\"")
    });
    let fast_tag = gzip_tag.replace("-g6", "-g1");
    let answer = get(running.http, "/", &format!("Accept-Encoding: gzip\r\nIf-None-Match: {fast_tag}\r\n"));
    assert_eq!((answer.status, answer.header("etag")), (304, Some(&*fast_tag)));
    running.commit(5);
    assert_eq!(status(&format!("If-None-Match: {plain_tag}\r\n")), 200, "the page has changed");
    assert_eq!(get(running.http, "/missing", "If-None-Match: *\r\n").status, 404);
    assert_eq!(get(running.http, "/missing", "If-None-Match: *\r\n").status, 404, "from the cache as well");
}

#[test]
fn head_is_get_without_the_body() {
    let running = start();
    let first = head(running.http, "/h", "");
    let second = head(running.http, "/h", "");
    let page = get(running.http, "/h", "");
    for answer in [first, second] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-length"), Some(&*page.body.len().to_string()));
        assert_eq!(answer.header("etag"), page.header("etag"));
    }
    let handled = head(running.http, "/x/client", "");
    assert_eq!((handled.status, handled.header("content-length")), (200, Some("15")));
    // Nothing of a body is left in the connection.
    let mut raw = Raw::open(running.http);
    for _ in 0..3 {
        assert_eq!(raw.ask("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
        assert_eq!(raw.ask("HEAD /x/client HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    }
}

#[test]
fn faces_are_kept_apart() {
    let running = start();
    let normal = get(running.http, "/", "Cookie: a=b\r\n").text();
    let elder = get(running.http, "/", "Cookie: a=b; elder=1\r\n").text();
    assert!(elder.contains("elder") && !normal.contains("elder"));
    assert_eq!(get(running.http, "/", "Cookie: elder=1\r\n").text(), elder);
    assert_eq!(get(running.http, "/", "Cookie: elder=10; notelder=1\r\n").text(), normal);
    assert_eq!(running.rendered(), 2);
}

#[test]
fn a_stampede_renders_once() {
    let running = start();
    running.small.door.shut();
    let address = running.http;
    let clients: Vec<_> =
        (0..30).map(|_| std::thread::spawn(move || get(address, "/crowd", "Accept-Encoding: gzip\r\n"))).collect();
    until("all others wait", || running.web.cache().stats().waited == 29);
    running.small.door.open();
    for client in clients {
        assert_eq!(client.join().unwrap().status, 200);
    }
    assert_eq!(running.rendered(), 1);
    let stats = running.web.cache().stats();
    assert_eq!((stats.rendered, stats.entries), (1, 1));
}

#[test]
fn who_asks_after_a_commit_sees_it_even_while_an_older_rendering_runs() {
    let running = start();
    running.small.door.shut();
    let address = running.http;
    let early = std::thread::spawn(move || get(address, "/race", "").text());
    until("the rendering has read", || running.rendered() == 1);
    running.commit(77);
    let late = std::thread::spawn(move || get(address, "/race", "").text());
    until("the late one waits", || running.web.cache().stats().waited >= 1);
    running.small.door.open();
    assert!(!early.join().unwrap().contains("77"), "began before the commit");
    assert!(late.join().unwrap().contains("(1, 77, 0)"), "asked after the commit");
    assert!(get(running.http, "/race", "").text().contains("(1, 77, 0)"));
    assert_eq!(running.web.cache().stats().refused, 1);
}

#[test]
fn a_commit_shows_at_once_and_visited_pages_are_rendered_again_by_themselves() {
    let running = start();
    for _ in 0..3 {
        get(running.http, "/visited", "");
    }
    get(running.http, "/once", "");
    assert_eq!(running.rendered(), 2);
    running.commit(8);
    until("the visited page comes back", || running.rendered() == 3 && running.web.cache().stats().entries == 1);
    assert!(get(running.http, "/visited", "").text().contains("(1, 8, 0)"));
    assert_eq!(running.rendered(), 3);
    assert!(get(running.http, "/once", "").text().contains("(1, 8, 0)"));
    assert_eq!(running.rendered(), 4);
    running.web.clear();
    until("clearing renders visited pages again as well", || running.web.cache().stats().entries >= 1);
}

#[test]
fn errors_and_what_is_not_kept() {
    let running = start();
    for _ in 0..2 {
        let gone = get(running.http, "/gone", "");
        assert_eq!((gone.status, gone.text()), (410, "error.404 at /gone".into()));
        assert_eq!(gone.header("cache-control"), Some("no-store"));
        assert!(gone.header("x-request-id").is_some() && gone.header("etag").is_none());
        let search = get(running.http, "/search?q=1", "");
        assert_eq!((search.status, search.header("cache-control")), (200, Some("no-store")));
        let moved = get(running.http, "/moved", "");
        assert_eq!((moved.status, moved.header("location")), (301, Some("/")));
        let panicked = get(running.http, "/panic", "");
        assert_eq!((panicked.status, panicked.header("cache-control")), (500, Some("no-store")));
        assert_eq!(get(running.http, "/x/panic", "").status, 500);
    }
    assert_eq!(running.rendered(), 2 + 2 + 1 + 2);
    let mut raw = Raw::open(running.http);
    assert_eq!(raw.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").text(), "handled /");
    assert_eq!(raw.ask("GET / HTTP/1.1\r\nHost: OLD.example:80\r\n\r\n").text(), "handled /", "old hosts go elsewhere");
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(9000));
    assert_eq!(raw.ask(&long).status, 414);
}
