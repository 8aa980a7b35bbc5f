//! Health and metrics.

use super::client::{Raw, get};
use super::harness::start;

#[test]
fn health_and_metrics() {
    let running = start();
    assert_eq!(get(running.ops, "/healthz", "").text(), "alive\n");
    assert_eq!(get(running.ops, "/readyz", "").text(), "ready\n");
    assert_eq!(get(running.ops, "/", "").status, 404);
    assert_eq!(Raw::open(running.ops).ask("POST /metrics HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
    for _ in 0..3 {
        get(running.http, "/", "");
    }
    get(running.http, "/missing", "");
    running.commit(3);
    let answer = get(running.ops, "/metrics", "");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = answer.text();
    for line in [
        "zhanqun_requests_total{class=\"2xx\"} 3",
        "zhanqun_requests_total{class=\"4xx\"} 1",
        "zhanqun_requests_cached_total 2",
        "zhanqun_request_seconds_count 2",
        "zhanqun_request_seconds_bucket{le=\"+Inf\"} 2",
        "zhanqun_cache_hits_total 2",
        "zhanqun_cache_invalidated_total 2",
        "zhanqun_store_rows 42",
        "zhanqun_connections_refused_total 0",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
    }
    let mut named = std::collections::HashSet::new();
    for line in text.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(kind) => assert!(named.insert(kind.split(' ').next().unwrap().to_string()), "{line} twice"),
            None if line.starts_with('#') => {}
            None => {
                let (name, value) = line.rsplit_once(' ').unwrap();
                value.parse::<f64>().unwrap();
                let name = name.split('{').next().unwrap();
                let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
                assert!(named.contains(name) || named.contains(base), "{line}");
            }
        }
    }
}
