//! HTTPS: certificates by host, reloading, both protocols, redirects.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use zhanqun::config::Certificate;

use super::client::get;
use super::harness::{Running, start_with};

/// Makes a certificate for `host` in `dir`; returns its PEM text.
pub fn make(dir: &Path, host: &str) -> String {
    let made = rcgen::generate_simple_self_signed(vec![host.to_string()]).unwrap();
    std::fs::write(dir.join(format!("{host}.key")), made.signing_key.serialize_pem()).unwrap();
    std::fs::write(dir.join(format!("{host}.crt")), made.cert.pem()).unwrap();
    made.cert.pem()
}

fn declared(dir: &Path, host: &str) -> Certificate {
    Certificate { host: host.into(), cert: dir.join(format!("{host}.crt")), key: dir.join(format!("{host}.key")) }
}

pub fn start_tls(dir: &Path, hosts: &[&str]) -> (Running, Vec<String>) {
    let pems = hosts.iter().map(|host| make(dir, host)).collect();
    let running = start_with(|config| {
        config.server.https = vec!["127.0.0.1:0".parse().unwrap()];
        config.server.certificates = hosts.iter().map(|host| declared(dir, host)).collect();
        config.server.redirect_http = true;
    });
    (running, pems)
}

pub async fn connect(
    address: SocketAddr,
    host: &str,
    trusted: &[String],
    alpn: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    for pem in trusted {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(host.to_string()).unwrap(), stream).await
}

async fn ask(address: SocketAddr, host: &str, trusted: &[String]) -> std::io::Result<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = connect(address, host, trusted, b"http/1.1").await?;
    stream.write_all(format!("GET /x/client HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_chosen_by_host_and_taken_over_when_they_change() {
    let dir = tempfile::tempdir().unwrap();
    let (running, pems) = start_tls(dir.path(), &["a.example", "b.example", "*.c.example"]);
    let https = running.https.unwrap();
    for (host, pem) in [("a.example", 0), ("b.example", 1), ("x.c.example", 2)] {
        let answer = ask(https, host, &pems[pem..=pem]).await.unwrap();
        assert!(answer.contains("127.0.0.1 true"), "{answer}");
        assert!(answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
    }
    assert!(ask(https, "b.example", &pems[..1]).await.is_err(), "not signed for this host");
    // A bad file changes nothing.
    std::fs::write(dir.path().join("a.example.crt"), "nonsense").unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert!(ask(https, "a.example", &pems[..1]).await.is_ok());
    // A certificate that does not fit to the key changes nothing either.
    std::fs::write(dir.path().join("a.example.crt"), &pems[1]).unwrap();
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert!(ask(https, "a.example", &pems[..1]).await.is_ok());
    let new = [make(dir.path(), "a.example")];
    let deadline = Instant::now() + Duration::from_secs(20);
    while ask(https, "a.example", &new).await.is_err() {
        assert!(Instant::now() < deadline, "the new certificate is taken over");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(ask(https, "a.example", &pems[..1]).await.is_err());
    assert!(ask(https, "b.example", &pems[1..2]).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_is_redirected_and_nonsense_harms_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let (running, pems) = start_tls(dir.path(), &["a.example"]);
    let https = running.https.unwrap();
    let moved = get(running.http, "/b/?c=d", "");
    let place = format!("https://www.example:{}/b/?c=d", https.port());
    assert_eq!((moved.status, moved.header("location")), (301, Some(&*place)));
    // Plain HTTP to the HTTPS port.
    let mut raw = super::client::Raw::open(https);
    raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut rest = Vec::new();
    let _ = std::io::Read::read_to_end(&mut raw.stream, &mut rest);
    assert!(ask(https, "a.example", &pems).await.is_ok());
}

#[test]
fn certificates_that_cannot_be_used_stop_the_start() {
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), "a.example");
    make(dir.path(), "b.example");
    let load =
        |certificate: Certificate| zhanqun::server::tls::Certificates::load(&[certificate]).unwrap_err().remove(0);
    let good = declared(dir.path(), "a.example");
    let missing = Certificate { cert: dir.path().join("none.crt"), ..good.clone() };
    assert_eq!(load(missing.clone()).file, missing.cert);
    let swapped = Certificate { key: dir.path().join("b.example.key"), ..good.clone() };
    assert_eq!(load(swapped).file, good.cert);
    let no_key = Certificate { key: good.cert.clone(), ..good.clone() };
    assert_eq!(load(no_key).file, good.cert);
    assert!(zhanqun::server::tls::Certificates::load(&[good]).is_ok());
}
