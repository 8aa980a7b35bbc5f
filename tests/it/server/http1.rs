//! HTTP/1.1 byte by byte: malformed requests, pipelining, bodies.

use super::client::Raw;
use super::harness::{start, start_with};

#[test]
fn malformed_requests_answer_400_and_close() {
    let running = start();
    for request in [
        "NONSENSE\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST /x/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /x/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
    ] {
        let mut raw = Raw::open(running.http);
        let answer = raw.ask(request);
        assert_eq!(answer.status, 400, "{request:?}: {}", answer.head);
        assert!(raw.is_closed(), "{request:?}");
    }
    // The head is well formed but the host is not.
    for host in
        ["", "Host:\r\n", "Host: a\r\nHost: b\r\n", "Host: a b\r\n", "Host: <a>\r\n", "Host: a:b\r\n", "Host: [::1\r\n"]
    {
        let answer = Raw::open(running.http).ask(&format!("GET / HTTP/1.1\r\n{host}\r\n"));
        assert_eq!(answer.status, 400, "{host:?}");
    }
    let mut raw = Raw::open(running.http);
    raw.send(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(200_000)));
    assert_eq!(raw.read(false).map_or(431, |answer| answer.status), 431);
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    assert_eq!(Raw::open(running.http).ask(&format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")).status, 431);
    assert_eq!(super::client::get(running.http, "/", "").status, 200, "the server goes on");
}

#[test]
fn length_and_chunks_at_once_cannot_smuggle_a_request() {
    let running = start();
    let mut raw = Raw::open(running.http);
    raw.send("POST /x/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    let first = raw.read(false).unwrap();
    assert!(
        first.status == 400 || first.header("connection") == Some("close") || first.text() == "0 bytes",
        "{}",
        first.head
    );
    if first.status != 400 {
        assert!(raw.read(false).is_none_or(|second| second.status == 200));
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let running = start();
    let mut raw = Raw::open(running.http);
    let mut all = String::new();
    for number in 0..20 {
        let target = if number % 3 == 0 { "/x/client".to_string() } else { format!("/p{}", number % 5) };
        all.push_str(&format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    raw.send(&all);
    for number in 0..20 {
        let answer = raw.read(false).unwrap();
        assert_eq!(answer.status, 200);
        let expected =
            if number % 3 == 0 { "127.0.0.1 false".to_string() } else { format!("<title>/p{}<", number % 5) };
        assert!(answer.text().contains(&expected), "{number}");
    }
}

#[test]
fn versions_and_connection_headers() {
    let running = start();
    let mut raw = Raw::open(running.http);
    let answer = raw.ask("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    assert_eq!(answer.status, 200);
    assert!(raw.is_closed());
    let mut raw = Raw::open(running.http);
    raw.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(raw.is_closed());
    let absolute = Raw::open(running.http).ask("GET http://b.example/abs HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(absolute.text().contains("<title>/abs<"));
    assert_eq!(Raw::open(running.http).ask("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
}

#[test]
fn bodies_have_a_limit() {
    let running = start_with(|config| config.server.limits.body_bytes = 1000);
    let post = |length: usize| {
        let mut raw = Raw::open(running.http);
        raw.send(format!("POST /x/echo HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"));
        raw.send("x".repeat(length));
        raw.read(false).unwrap()
    };
    assert_eq!(post(1000).text(), "1000 bytes");
    assert_eq!(post(1001).status, 413);
    let mut raw = Raw::open(running.http);
    raw.send("POST /x/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for _ in 0..3 {
        raw.send(format!("200\r\n{}\r\n", "x".repeat(512)));
    }
    assert_eq!(raw.read(false).unwrap().status, 413);
    let mut raw = Raw::open(running.http);
    raw.send("POST /x/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(raw.read(false).unwrap().status, 100);
    raw.send("abc");
    assert_eq!(raw.read(false).unwrap().text(), "3 bytes");
}
