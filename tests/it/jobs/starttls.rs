//! Letters over STARTTLS: nothing of them, and no password, is sent before the server has shown a certificate that
//! counts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use zhanqun::config::MailTls;
use zhanqun::domain::mail;

use super::mail::{post, send};
use crate::server::tls::make;
use crate::web::City;

/// What the server heard: lines before TLS began, and lines after.
#[derive(Debug, Default, Clone)]
struct Heard {
    plain: Vec<String>,
    hidden: Vec<String>,
}

/// An SMTP server on loopback that knows STARTTLS where it has a certificate.
struct Postbox {
    port: u16,
    heard: Arc<Mutex<Heard>>,
}

impl Postbox {
    fn open(tls: Option<Arc<ServerConfig>>) -> Postbox {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Heard>>::default();
        let keep = heard.clone();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                serve(stream, tls.clone(), &keep);
            }
        });
        Postbox { port, heard }
    }

    fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }
}

/// With the certificate `localhost` in `dir`.
fn certified(dir: &Path) -> Arc<ServerConfig> {
    let pem = make(dir, "localhost");
    let key = PrivateKeyDer::from_pem_file(dir.join("localhost.key")).unwrap();
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>, heard: &Mutex<Heard>) {
    let mut plain = BufReader::new(stream);
    if plain.get_mut().write_all(b"220 postbox\r\n").is_err() {
        return;
    }
    let offers = if tls.is_some() { "250-postbox\r\n250 STARTTLS\r\n" } else { "250 postbox\r\n" };
    let begins = talk(&mut plain, offers, |line| heard.lock().unwrap().plain.push(line));
    let (true, Some(tls)) = (begins, tls) else { return };
    let Ok(connection) = ServerConnection::new(tls) else { return };
    let mut hidden = BufReader::new(StreamOwned::new(connection, plain.into_inner()));
    talk(&mut hidden, "250-postbox\r\n250 AUTH PLAIN\r\n", |line| heard.lock().unwrap().hidden.push(line));
}

/// Answers until the connection ends; true where STARTTLS was agreed on.
fn talk(stream: &mut BufReader<impl Read + Write>, offers: &str, mut hears: impl FnMut(String)) -> bool {
    let mut data = false;
    loop {
        let mut line = String::new();
        if !stream.read_line(&mut line).is_ok_and(|read| read > 0) {
            return false;
        }
        let line = line.trim_end().to_owned();
        hears(line.clone());
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let said = match word.as_str() {
            _ if data && line != "." => continue,
            _ if data => {
                data = false;
                "250 taken\r\n"
            }
            "EHLO" => offers,
            "STARTTLS" => "220 go on\r\n",
            "AUTH" => "235 welcome\r\n",
            "DATA" => {
                data = true;
                "354 go on\r\n"
            }
            _ => "250 ok\r\n",
        };
        if stream.get_mut().write_all(said.as_bytes()).and_then(|()| stream.get_mut().flush()).is_err() {
            return false;
        }
        if word == "STARTTLS" {
            return true;
        }
    }
}

fn city(port: u16, ca: &Path) -> City {
    City::with(|config| {
        config.mail.host = "localhost".into();
        config.mail.port = port;
        config.mail.tls = MailTls::Starttls;
        config.mail.ca = ca.to_path_buf();
        config.mail.from = "站群 <noreply@city.example>".into();
        config.mail.user = "zhanqun".into();
        config.mail.password = "geheim".into();
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_and_its_password_travel_only_after_tls_began() {
    let dir = tempfile::tempdir().unwrap();
    let postbox = Postbox::open(Some(certified(dir.path())));
    let city = city(postbox.port, &dir.path().join("localhost.crt"));
    post(&city).await;
    assert_eq!(send(&city).await, 1, "{:?}", mail::waiting(&city.app.store).unwrap());
    let Heard { plain, hidden } = postbox.heard();
    assert_eq!(plain.last().map(String::as_str), Some("STARTTLS"), "{plain:?}");
    assert!(plain.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{plain:?}");
    assert!(hidden.iter().any(|line| line.starts_with("AUTH PLAIN ")), "{hidden:?}");
    assert!(hidden.iter().any(|line| line.contains("<li.fang@mzj.example>")), "{hidden:?}");
    assert!(mail::waiting(&city.app.store).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_starttls_or_with_a_foreign_certificate_nothing_is_sent() {
    let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let tls = certified(own.path());
    make(other.path(), "localhost");
    let authorities = [own.path().join("localhost.crt"), other.path().join("localhost.crt")];
    for (tls, ca) in [(None, &authorities[0]), (Some(tls), &authorities[1])] {
        let postbox = Postbox::open(tls);
        let city = city(postbox.port, ca);
        post(&city).await;
        assert_eq!(send(&city).await, 0);
        let waiting = mail::waiting(&city.app.store).unwrap();
        assert!(waiting.len() == 1 && waiting[0].tries == 1 && !waiting[0].error.is_empty(), "{waiting:?}");
        let Heard { plain, hidden } = postbox.heard();
        assert!(hidden.is_empty(), "{hidden:?}");
        assert!(
            plain.iter().all(|line| ["EHLO", "STARTTLS", "QUIT"].iter().any(|word| line.starts_with(word))),
            "{plain:?}"
        );
    }
}
