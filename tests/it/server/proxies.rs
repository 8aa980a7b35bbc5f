//! Behind reverse proxies: whom to believe.

use super::client::{Raw, get};
use super::harness::start_with;

const TOLD: &str = "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\nX-Forwarded-Proto: https\r\n";

#[test]
fn forwarded_headers_count_from_trusted_proxies_only() {
    let plain = start_with(|_| {});
    assert_eq!(get(plain.http, "/x/client", TOLD).text(), "127.0.0.1 false");
    let trusting = start_with(|config| config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]);
    assert_eq!(get(trusting.http, "/x/client", TOLD).text(), "1.2.3.4 true");
    assert_eq!(get(trusting.http, "/x/client", "").text(), "127.0.0.1 false");
    assert_eq!(get(trusting.http, "/", TOLD).status, 200);
    assert_eq!(get(trusting.http, "/", TOLD).status, 200);
}

#[test]
fn proxy_protocol_counts_from_trusted_proxies_only() {
    let request = "GET /x/client HTTP/1.1\r\nHost: a\r\n\r\n";
    let trusting = start_with(|config| {
        config.server.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.server.proxy_protocol = true;
    });
    let first = format!("PROXY TCP4 9.8.7.6 127.0.0.1 1 2\r\n{request}");
    assert_eq!(Raw::open(trusting.http).ask(&first).text(), "9.8.7.6 false");
    let mut second = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x09\x08\x07\x05\x7f\0\0\x01\0\x01\0\x02".to_vec();
    second.extend(request.as_bytes());
    let mut raw = Raw::open(trusting.http);
    // In pieces, to see that partial headers are waited for.
    for piece in second.chunks(7) {
        raw.send(piece);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(raw.read(false).unwrap().text(), "9.8.7.5 false");
    let mut without = Raw::open(trusting.http);
    without.send(request);
    assert!(without.is_closed(), "a trusted proxy must send the header");
    let untrusting = start_with(|config| {
        config.server.trusted_proxies = vec!["192.0.2.1".parse().unwrap()];
        config.server.proxy_protocol = true;
    });
    assert_eq!(Raw::open(untrusting.http).ask(&first).status, 400);
    assert_eq!(Raw::open(untrusting.http).ask(request).text(), "127.0.0.1 false");
}
