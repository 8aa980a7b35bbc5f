//! Parsers that see hostile bytes: hosts, encodings, ranges, PROXY headers, forwarded addresses.

use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, Request};
use proptest::prelude::*;
use zhanqun::cache::Encoding;
use zhanqun::config::Network;
use zhanqun::server::proxy::{Header, parse};
use zhanqun::web::client::{forwarded, host, split_host};
use zhanqun::web::negotiate::{Accepted, date, parse_date};
use zhanqun::web::range::{self, Asked};

#[test]
fn hosts() {
    for (value, expected) in [
        ("www.example", Some(("www.example", None))),
        ("www.example:8080", Some(("www.example", Some(8080)))),
        ("1.2.3.4:1", Some(("1.2.3.4", Some(1)))),
        ("[::1]", Some(("[::1]", None))),
        ("[::1]:80", Some(("[::1]", Some(80)))),
        ("a:", Some(("a", None))),
        ("", None),
        (":80", None),
        ("a:99999", None),
        ("a:+1", None),
        ("[::1", None),
        ("[x]", None),
        ("[::1]x", None),
        ("a/b", None),
        ("a@b", None),
        ("政府.cn", None),
    ] {
        assert_eq!(split_host(value), expected, "{value}");
    }
}

proptest! {
    #[test]
    fn any_host_is_split_or_refused(value in "\\PC{0,40}|[a-z0-9.:\\[\\]-]{0,40}") {
        if let Some((name, port)) = split_host(&value) {
            prop_assert!(value.starts_with(name));
            let clean = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
            prop_assert!(!name.is_empty() && name.bytes().all(clean));
            let ends = port.is_none_or(|port| value.ends_with(&port.to_string()));
            prop_assert!(ends);
        }
    }

    #[test]
    fn any_host_header_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..30), target in "/[!-~]{0,30}") {
        let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
        let Ok(request) = Request::get(target).header("host", value).body(()) else { return Ok(()) };
        let _ = host(request.uri(), request.headers());
    }

    #[test]
    fn any_range_stays_inside(range in "bytes=[0-9, -]{0,30}|\\PC{0,20}", length in 0u64..100) {
        if let Asked::Parts(parts) = range::parse(&range, length) {
            prop_assert!(!parts.is_empty() && parts.len() <= 16);
            prop_assert!(parts.iter().all(|(start, end)| start < end && *end <= length), "{parts:?}");
        }
    }

    #[test]
    fn any_accept_encoding_gives_an_order(value in "[a-z*;=q0-9., ]{0,40}") {
        let accepted = Accepted::parse([value.as_str()].into_iter());
        prop_assert!(!accepted.order().is_empty());
    }

    #[test]
    fn any_first_bytes_are_a_header_or_not(bytes in prop::collection::vec(any::<u8>(), 0..200), signed in any::<bool>()) {
        let mut all = if signed { b"\r\n\r\n\0\r\nQUIT\n".to_vec() } else { b"PROXY TCP4 ".to_vec() };
        all.extend(bytes);
        if let Header::Whole(length, _) = parse(&all) {
            prop_assert!(length <= all.len());
            // Every shorter beginning asks for more.
            prop_assert!((0..length).all(|end| parse(&all[..end]) == Header::Partial));
        }
    }

    #[test]
    fn dates_come_back(seconds in 0i64..4_000_000_000) {
        prop_assert_eq!(parse_date(&date(seconds * 1000 + 999).unwrap()), Some(seconds));
    }
}

#[test]
fn encodings_by_weight() {
    use Encoding::{Brotli, Gzip, Identity, Zstd};
    for (value, expected) in [
        ("gzip, deflate, br, zstd", &[Brotli, Zstd, Gzip, Identity][..]),
        ("gzip;q=0.9, br;q=0.8", &[Gzip, Brotli, Identity]),
        ("br;q=0, *", &[Zstd, Gzip, Identity]),
        ("*;q=0", &[Identity]),
        ("identity;q=0, gzip", &[Gzip]),
        ("identity;q=0", &[Identity]),
        ("gzip;q=0.001", &[Gzip, Identity]),
        ("gzip;q=x", &[Gzip, Identity]),
        ("", &[Identity]),
    ] {
        assert_eq!(Accepted::parse([value].into_iter()).order(), expected, "{value}");
    }
    let mut headers = HeaderMap::new();
    for known in ["gzip, deflate, br, zstd", "gzip, deflate, br", "gzip, deflate", "gzip"] {
        headers.insert("accept-encoding", known.parse().unwrap());
        assert_eq!(Accepted::of(&headers), Accepted::parse([known].into_iter()), "{known}");
    }
}

#[test]
fn proxy_headers() {
    let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
    assert_eq!(parse(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET"), Header::Whole(32, address("1.2.3.4")));
    assert_eq!(parse(b"PROXY TCP6 ::1 ::2 1 2\r\n"), Header::Whole(24, address("::1")));
    assert_eq!(parse(b"PROXY UNKNOWN\r\n"), Header::Whole(15, None));
    assert_eq!(parse(b"PROXY TCP4 x 5.6.7.8 1 2\r\n"), Header::Wrong);
    assert_eq!(parse(b"GET / HTTP/1.1\r\n"), Header::Wrong);
    assert_eq!(parse(b"PRO"), Header::Partial);
    let mut second = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    second.extend([9, 8, 7, 6, 1, 1, 1, 1, 0, 1, 0, 2]);
    assert_eq!(parse(&second), Header::Whole(28, address("9.8.7.6")));
    second[12] = 0x20;
    assert_eq!(parse(&second), Header::Whole(28, None), "LOCAL");
    second[12] = 0x31;
    assert_eq!(parse(&second), Header::Wrong);
}

#[test]
fn forwarded_addresses() {
    let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
    let told = |values: &[&str], scheme: Option<&str>| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        if let Some(scheme) = scheme {
            headers.insert("x-forwarded-proto", scheme.parse().unwrap());
        }
        let (address, secure) = forwarded(&headers, &trusted, "10.0.0.1".parse().unwrap(), false);
        (address.to_string(), secure)
    };
    assert_eq!(told(&[], None), ("10.0.0.1".into(), false));
    assert_eq!(told(&["1.1.1.1"], Some("https")), ("1.1.1.1".into(), true));
    assert_eq!(
        told(&["6.6.6.6, 1.1.1.1, 10.2.3.4"], Some("http")).0,
        "1.1.1.1",
        "the client's own word is not believed"
    );
    assert_eq!(told(&["6.6.6.6", "1.1.1.1"], None).0, "1.1.1.1");
    assert_eq!(told(&["6.6.6.6, nonsense"], None).0, "10.0.0.1");
    assert_eq!(told(&["10.9.9.9"], None).0, "10.9.9.9");
}
