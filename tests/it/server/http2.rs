//! HTTP/2 with hyper's client, over TLS and in the clear.

use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};

use super::harness::start;
use super::tls::{connect, start_tls};

type Sender = http2::SendRequest<Full<bytes::Bytes>>;

async fn open(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Sender {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn ask(sender: &mut Sender, method: Method, target: &str, body: &str) -> (http::response::Parts, bytes::Bytes) {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://a.example{target}"))
        .header("accept-encoding", "identity")
        .body(Full::new(bytes::Bytes::from(body.to_string())))
        .unwrap();
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    (parts, body.collect().await.unwrap().to_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_files_and_posts_over_tls() {
    let dir = tempfile::tempdir().unwrap();
    let (running, pems) = start_tls(dir.path(), &["a.example"]);
    std::fs::write(running.dir.path().join("large.bin"), vec![5; 900_000]).unwrap();
    let stream = connect(running.https.unwrap(), "a.example", &pems, b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let mut sender = open(stream).await;
    let (first, body) = ask(&mut sender, Method::GET, "/", "").await;
    assert_eq!(first.status, 200);
    assert_eq!(first.headers["content-length"], body.len().to_string());
    assert!(body.starts_with(b"<!doctype html>"));
    assert_eq!(first.headers["strict-transport-security"], "max-age=31536000");
    let (head, empty) = ask(&mut sender, Method::HEAD, "/", "").await;
    assert_eq!((head.headers["content-length"].clone(), empty.len()), (first.headers["content-length"].clone(), 0));
    let (_, large) = ask(&mut sender, Method::GET, "/x/media/large.bin", "").await;
    assert_eq!(large.len(), 900_000);
    let (about, empty) = ask(&mut sender, Method::HEAD, "/x/media/large.bin", "").await;
    assert_eq!((about.headers["content-length"].to_str().unwrap(), empty.len()), ("900000", 0));
    let (_, echoed) = ask(&mut sender, Method::POST, "/x/echo", &"x".repeat(300_000)).await;
    assert_eq!(echoed, "300000 bytes");
    let (too_large, _) = ask(&mut sender, Method::POST, "/x/echo", &"x".repeat(3 << 20)).await;
    assert_eq!(too_large.status, 413);
    let (panicked, _) = ask(&mut sender, Method::GET, "/x/panic", "").await;
    assert_eq!(panicked.status, 500, "a panic costs its own stream only");
    let many = (0..100).map(|number| {
        let mut sender = sender.clone();
        tokio::spawn(async move { ask(&mut sender, Method::GET, &format!("/many/{}", number % 10), "").await.0.status })
    });
    for one in many.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_clear_and_stopping() {
    let mut running = start();
    let stream = tokio::net::TcpStream::connect(running.http).await.unwrap();
    let mut sender = open(stream).await;
    assert_eq!(ask(&mut sender, Method::GET, "/", "").await.0.status, 200);
    let mut slow = sender.clone();
    let slow = tokio::spawn(async move { ask(&mut slow, Method::GET, "/x/slow", "").await.1 });
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    running.ask_to_stop();
    assert_eq!(slow.await.unwrap(), "slow");
    let waiting = tokio::task::spawn_blocking(move || running.wait());
    assert_eq!(waiting.await.unwrap(), 0);
    let request = Request::get("http://a/").body(Full::default()).unwrap();
    assert!(sender.send_request(request).await.is_err());
}
