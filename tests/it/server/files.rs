//! Files: ranges, conditions, types, names.

use super::client::{get, head};
use super::harness::{Running, start};

const LARGE: usize = 700_000;

fn with_files() -> Running {
    let running = start();
    let large: Vec<u8> = (0..LARGE).map(|n| (n % 251) as u8).collect();
    for (name, bytes) in [
        ("a.txt", &b"0123456789"[..]),
        ("large.mp4", &large),
        ("empty.bin", b""),
        ("通知 1.docx", b"PK"),
        ("x.html", b"<script>alert(1)</script>"),
        ("x.svg", b"<svg/>"),
        ("photo.JPG", b"jpeg"),
        ("form.pdf", b"%PDF"),
        ("style.css", b"body{color:red}body{color:red}"),
    ] {
        std::fs::write(running.dir.path().join(name), bytes).unwrap();
    }
    running
}

#[test]
fn ranges() {
    let running = with_files();
    let ask = |name: &str, range: &str| get(running.http, &format!("/x/media/{name}"), &format!("Range: {range}\r\n"));
    for (range, content_range, body) in [
        ("bytes=0-3", "bytes 0-3/10", "0123"),
        ("bytes=7-", "bytes 7-9/10", "789"),
        ("bytes=-2", "bytes 8-9/10", "89"),
        ("bytes=5-100", "bytes 5-9/10", "56789"),
        ("bytes=-100", "bytes 0-9/10", "0123456789"),
        ("bytes=20-30, 1-1", "bytes 1-1/10", "1"),
    ] {
        let answer = ask("a.txt", range);
        assert_eq!(
            (answer.status, answer.header("content-range"), &*answer.text()),
            (206, Some(content_range), body),
            "{range}"
        );
    }
    for range in ["bytes=5-2", "bytes=x", "lines=1-2", "bytes=--1", "bytes=0-9,0-9", ""] {
        let answer = ask("a.txt", range);
        assert_eq!((answer.status, &*answer.text()), (200, "0123456789"), "{range}");
        assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    }
    for range in ["bytes=10-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"] {
        let answer = ask("a.txt", range);
        assert_eq!((answer.status, answer.header("content-range")), (416, Some("bytes */10")), "{range}");
    }
    assert_eq!(ask("empty.bin", "bytes=0-").status, 416);
    assert_eq!(get(running.http, "/x/media/empty.bin", "").header("content-length"), Some("0"));
    let several = ask("a.txt", "bytes=0-1,5-6");
    assert_eq!(several.status, 206);
    let kind = several.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
    let part = |range: &str, body: &str| {
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes {range}/10\r\n\r\n{body}"
        )
    };
    assert_eq!(several.text(), format!("{}{}\r\n--{boundary}--\r\n", part("0-1", "01"), part("5-6", "56")));
}

#[test]
fn large_files_come_whole_and_in_parts() {
    let running = with_files();
    let whole = get(running.http, "/x/media/large.mp4", "");
    assert_eq!(whole.body.len(), LARGE);
    assert!(whole.body.iter().enumerate().all(|(n, byte)| *byte == (n % 251) as u8));
    let part = get(running.http, "/x/media/large.mp4", "Range: bytes=300000-600000\r\n");
    assert_eq!(part.body, whole.body[300_000..=600_000]);
    let several = get(running.http, "/x/media/large.mp4", "Range: bytes=0-200000,400000-500000\r\n");
    assert_eq!(several.status, 206);
    assert!(several.body.windows(1000).any(|w| w == &whole.body[499_001..=500_000]));
    let about = head(running.http, "/x/media/large.mp4", "");
    assert_eq!((about.status, about.header("content-length")), (200, Some("700000")));
}

#[test]
fn conditions() {
    let running = with_files();
    let target = "/x/media/a.txt";
    let plain = get(running.http, target, "");
    let etag = plain.header("etag").unwrap();
    assert_eq!(plain.header("cache-control"), Some("public, max-age=3600, must-revalidate"));
    let status = |headers: &str| get(running.http, target, headers).status;
    assert_eq!(status(&format!("If-None-Match: {etag}\r\n")), 304);
    assert_eq!(status(&format!("If-None-Match: {etag}\r\nRange: bytes=0-1\r\n")), 304);
    assert_eq!(status("If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n"), 304);
    assert_eq!(status(&format!("If-Range: {etag}\r\nRange: bytes=0-1\r\n")), 206);
    assert_eq!(status(&format!("If-Range: W/{etag}\r\nRange: bytes=0-1\r\n")), 200);
    assert_eq!(status("If-Range: \"other\"\r\nRange: bytes=0-1\r\n"), 200);
    assert_eq!(status("If-Range: Tue, 14 Nov 2023 22:13:20 GMT\r\nRange: bytes=0-1\r\n"), 206);
    assert_eq!(status("If-Range: Tue, 14 Nov 2023 22:13:21 GMT\r\nRange: bytes=0-1\r\n"), 200);
    assert_eq!(get(running.http, "/x/media/none.txt", "").status, 404);
    let post = "POST /x/media/a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let refused = super::client::Raw::open(running.http).ask(post);
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn uploaded_files_can_run_nothing() {
    let running = with_files();
    for (name, kind, shown, how) in [
        ("a.txt", "text/plain; charset=utf-8", false, "attachment; filename=\"a.txt\""),
        ("x.html", "application/octet-stream", false, "attachment; filename=\"x.html\""),
        ("x.svg", "application/octet-stream", false, "attachment; filename=\"x.svg\""),
        ("photo.JPG", "image/jpeg", true, "inline; filename=\"photo.JPG\""),
        ("form.pdf", "application/pdf", true, "inline; filename=\"form.pdf\""),
        ("large.mp4", "video/mp4", true, "inline; filename=\"large.mp4\""),
        (
            "%E9%80%9A%E7%9F%A5%201.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            false,
            "attachment; filename=\"__ 1.docx\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5%201.docx",
        ),
    ] {
        let answer = head(running.http, &format!("/x/media/{name}"), "");
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{name}");
        assert_eq!(answer.header("content-disposition"), Some(how));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("sandbox") || (name == "form.pdf" && policy.contains("script-src 'none'")), "{policy}");
        assert_eq!(policy == "default-src 'none'; sandbox", !shown, "{name}: {policy}");
    }
}

#[test]
fn theme_files_are_compressed_and_kept_for_ever() {
    let running = with_files();
    let plain = get(running.http, "/x/theme/style.css", "");
    assert_eq!(plain.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(plain.header("content-disposition"), None);
    let packed = get(running.http, "/x/theme/style.css", "Accept-Encoding: gzip, deflate, br, zstd\r\n");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("vary"), Some("Accept-Encoding"));
    assert_ne!(packed.header("etag"), plain.header("etag"));
    let part = get(running.http, "/x/theme/style.css", "Accept-Encoding: gzip\r\nRange: bytes=0-3\r\n");
    assert_eq!((part.status, part.header("content-encoding"), &*part.text()), (206, None, "body"));
}
