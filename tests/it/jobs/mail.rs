//! Letters: sent to a small SMTP server, tried again, given up, tried again by ops.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use zhanqun::config::MailTls;
use zhanqun::domain::mail::{self, NewLetter};
use zhanqun::jobs;
use zhanqun::store::Actor;

use crate::web::City;
use crate::web::city::work;

const MINUTE: i64 = 60_000;

/// An SMTP server that answers MAIL FROM with what it is told to, and keeps what it is sent.
struct Postbox {
    port: u16,
    answer: Arc<Mutex<&'static str>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Postbox {
    fn open() -> Postbox {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answer, mails) = (Arc::new(Mutex::new("250 ok")), Arc::new(Mutex::new(Vec::new())));
        let postbox = Postbox { port, answer: answer.clone(), mails: mails.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let answer = *answer.lock().unwrap();
                if let Some(mail) = talk(stream, answer) {
                    mails.lock().unwrap().push(mail);
                }
            }
        });
        postbox
    }

    fn say(&self, answer: &'static str) {
        *self.answer.lock().unwrap() = answer;
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

/// One conversation; the mail that was taken.
fn talk(stream: TcpStream, answer: &str) -> Option<String> {
    let mut out = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines();
    write!(out, "220 postbox\r\n").ok()?;
    let mut taken = None;
    while let Some(Ok(line)) = lines.next() {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let said = match word.as_str() {
            "EHLO" => "250-postbox\r\n250 8BITMIME".to_owned(),
            "MAIL" => answer.to_owned(),
            "DATA" => {
                write!(out, "354 go on\r\n").ok()?;
                let mut mail = String::new();
                for line in lines.by_ref() {
                    match line.ok()?.as_str() {
                        "." => break,
                        line => mail.push_str(&format!("{line}\n")),
                    }
                }
                taken = Some(mail);
                "250 taken".to_owned()
            }
            "QUIT" => {
                let _ = write!(out, "221 bye\r\n");
                return taken;
            }
            _ => "250 ok".to_owned(),
        };
        write!(out, "{said}\r\n").ok()?;
    }
    taken
}

fn city(port: u16) -> City {
    City::with(|config| {
        config.mail.host = "127.0.0.1".into();
        config.mail.port = port;
        config.mail.tls = MailTls::None;
        config.mail.from = "站群 <noreply@city.example>".into();
    })
}

pub async fn post(city: &City) {
    let app = city.app.clone();
    work(move || {
        let mut tx = app.store.transaction(Actor::system(), "test.cause");
        let letter = NewLetter::new("li.fang@mzj.example", "李芳", "mail.log_in")
            .with("account", "li.fang")
            .with("time", "2026-11-23 10:00")
            .with("address", "203.0.113.7")
            .with("browser", "Firefox, Windows");
        mail::post(&mut tx, letter, app.clock.now()).unwrap();
        app.store.commit(tx).unwrap();
    })
    .await;
}

pub async fn send(city: &City) -> usize {
    let app = city.app.clone();
    work(move || jobs::send_mail(&app).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_sent_once() {
    let postbox = Postbox::open();
    let city = city(postbox.port);
    post(&city).await;
    assert_eq!(send(&city).await, 1);
    assert_eq!(send(&city).await, 0);
    let mails = postbox.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: ") && mails[0].contains("<li.fang@mzj.example>"), "{}", mails[0]);
    assert!(mails[0].contains("Message-ID: <letter-"));
    assert!(mails[0].contains("Subject: =?utf-8?"));
    assert!(mails[0].contains("Content-Type: text/plain; charset=utf-8"));
    assert!(mail::waiting(&city.app.store).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_tried_again_ever_more_seldom_and_given_up_visibly() {
    let postbox = Postbox::open();
    let city = city(postbox.port);
    postbox.say("451 later");
    post(&city).await;
    let began = city.app.clock.now();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        assert_eq!(send(&city).await, 0);
        match mail::next_due(&city.app.store).unwrap() {
            Some(due) => {
                pauses.push((due - city.app.clock.now()) / MINUTE);
                city.app.clock.set(due - 1);
                assert!(mail::due(&city.app.store, due - 1, 9).unwrap().is_empty(), "not before it is due");
                city.app.clock.set(due);
            }
            None => break,
        }
    }
    assert_eq!(pauses, [1, 5, 15, 60, 180, 360, 720, 1440]);
    assert!(city.app.clock.now() - began < 3 * 24 * 60 * MINUTE);
    let given_up = mail::given_up(&city.app.store).unwrap();
    assert!(given_up.len() == 1 && given_up[0].error.contains("451") && given_up[0].tries == 9, "{given_up:?}");
    postbox.say("250 ok");
    assert_eq!(send(&city).await, 0, "it is tried no more");
    let app = city.app.clone();
    let again = work(move || mail::retry(&app.store, &Actor::cli(), app.clock.now()).unwrap()).await;
    assert_eq!((again, send(&city).await, postbox.mails().len()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_for_good_is_given_up_at_once() {
    let postbox = Postbox::open();
    let city = city(postbox.port);
    postbox.say("550 no such mailbox");
    post(&city).await;
    send(&city).await;
    let given_up = mail::given_up(&city.app.store).unwrap();
    assert!(given_up.len() == 1 && given_up[0].tries == 1 && given_up[0].error.contains("550"));
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_wait_while_the_server_is_down_and_survive_a_restart() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let city = city(closed);
    post(&city).await;
    assert_eq!(send(&city).await, 0);
    let store = city.app.store.clone();
    work(move || store.close().unwrap()).await;
    let City { app, web, dir } = city;
    drop((app, web));
    let city = City::open(dir);
    let waiting = mail::waiting(&city.app.store).unwrap();
    assert!(waiting.len() == 1 && waiting[0].tries == 1 && !waiting[0].error.is_empty());
}
