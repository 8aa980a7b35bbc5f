//! Servers, pages and zips that would keep an import busy for ever or fill its memory: left with a line, the rest is read.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;
use zhanqun::base::clock::Clock;
use zhanqun::migrate::crawl::{Answers, Crawl, Options, Outcome};
use zhanqun::migrate::old::{Item, Source};
use zhanqun::migrate::pages::{Fetches, Mirror, Site};

const HOME: &str = "http://mzj.old.example/";

type Answering = dyn Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync;

/// A server that may do anything; a connection a request.
struct Hostile {
    address: SocketAddr,
    asked: Arc<Mutex<BTreeMap<String, u32>>>,
    stop: Arc<AtomicBool>,
}

impl Hostile {
    fn new(answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> Hostile {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, stop) = (Arc::new(Mutex::new(BTreeMap::new())), Arc::new(AtomicBool::new(false)));
        let (counted, stopped, answer): (_, _, Arc<Answering>) = (asked.clone(), stop.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (counted, answer) = (counted.clone(), answer.clone());
                std::thread::spawn(move || one(stream, &counted, &*answer));
            }
        });
        Hostile { address, asked, stop }
    }

    fn crawl(&self, folder: &Path, options: Options) -> Outcome {
        let options = Options {
            rate: 100_000.0,
            connect: Some(self.address),
            pause: Duration::from_millis(1),
            clock: Clock::fixed(0),
            ..options
        };
        let mut crawl = Crawl::open(Url::parse(HOME).unwrap(), folder, options).unwrap();
        crawl.run(&|_, _, _| {}, &AtomicBool::new(false)).unwrap()
    }

    fn asked(&self, target: &str) -> u32 {
        self.asked.lock().unwrap().get(target).copied().unwrap_or_default()
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn one(mut stream: TcpStream, asked: &Mutex<BTreeMap<String, u32>>, answer: &Answering) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut target, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        if target.is_empty() {
            line.split(' ').nth(1).unwrap_or_default().clone_into(&mut target);
        }
        line.clear();
    }
    if !target.is_empty() {
        *asked.lock().unwrap().entry(target.clone()).or_default() += 1;
        // The other side leaves in the middle: that is what is wanted.
        let _ = answer(&target, &mut stream);
    }
}

fn page(stream: &mut TcpStream, html: &str) -> std::io::Result<()> {
    begin(stream, "200 OK", &format!("Content-Type: text/html\r\nContent-Length: {}\r\n", html.len()))?;
    stream.write_all(html.as_bytes())
}

fn begin(stream: &mut TcpStream, status: &str, headers: &str) -> std::io::Result<()> {
    stream.write_all(format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").as_bytes())
}

fn moved(stream: &mut TcpStream, to: &str) -> std::io::Result<()> {
    begin(stream, "302 Found", &format!("Location: {to}\r\nContent-Length: 0\r\n"))
}

fn missing(stream: &mut TcpStream) -> std::io::Result<()> {
    begin(stream, "404 Not Found", "Content-Length: 0\r\n")
}

fn text(answers: &Answers, target: &str) -> Option<String> {
    let number = answers.number(&Url::parse(HOME).unwrap().join(target).unwrap())?;
    Some(String::from_utf8_lossy(&answers.read(number).unwrap().bytes).into_owned())
}

/// More zeros than a page may have, packed.
fn bomb() -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&vec![0; 20 << 20]).unwrap();
    packer.finish().unwrap()
}

#[test]
fn answers_without_an_end_are_left_and_the_rest_is_fetched() {
    let packed = bomb();
    let old = Hostile::new(move |target, stream| match target {
        "/" => page(
            stream,
            "<html><a href=drip.htm>1</a><a href=flood.htm>2</a><a href=bomb.htm>3</a><a href=hang.htm>4</a>\
             <a href=head.htm>5</a><a href=deep.htm>6</a><a href=news.htm>7</a></html>",
        ),
        "/drip.htm" => {
            begin(stream, "200 OK", "Content-Type: text/html\r\n")?;
            loop {
                stream.write_all(b"x")?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        "/flood.htm" => {
            begin(stream, "200 OK", "Content-Type: text/html\r\n")?;
            loop {
                stream.write_all(&[b'x'; 65_536])?;
            }
        }
        "/bomb.htm" => {
            let length = packed.len();
            begin(stream, "200 OK", &format!("Content-Encoding: gzip\r\nContent-Length: {length}\r\n"))?;
            stream.write_all(&packed)
        }
        "/hang.htm" => {
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        "/head.htm" => loop {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            stream.write_all(format!("X-{0}: {0}\r\n", "y".repeat(5_000)).repeat(1_000).as_bytes())?;
        },
        "/deep.htm" => page(stream, &format!("{}<a href=end.htm>e</a>", "<div><b>".repeat(100_000))),
        "/end.htm" => page(stream, "<html>the end</html>"),
        "/news.htm" => page(stream, "<html>news</html>"),
        _ => missing(stream),
    });
    let folder = tempfile::tempdir().unwrap();
    let options = Options { largest: 4 << 20, patience: Duration::from_secs(2), ..Options::default() };
    let outcome = old.crawl(folder.path(), options);
    assert_eq!(outcome.waiting, 0, "{outcome:?}");
    assert_eq!(outcome.failed, 2, "hang and head: {outcome:?}");
    let answers = Answers::open(folder.path()).unwrap();
    assert_eq!(text(&answers, "news.htm").unwrap(), "<html>news</html>");
    assert_eq!(text(&answers, "end.htm").unwrap(), "<html>the end</html>");
    for target in ["flood.htm", "bomb.htm", "hang.htm", "head.htm"] {
        assert_eq!(text(&answers, target), None, "{target}");
    }
    // What was fetched is read like any other site.
    let site = Site::open(Arc::new(answers), "crawl", Vec::new());
    let mut read = 0;
    site.walk(&mut |_, _| {
        read += 1;
        Ok(())
    })
    .unwrap();
    assert!(read > 2, "{read}");
}

#[test]
fn redirects_sessions_and_folders_without_an_end_are_left() {
    let old = Hostile::new(|target, stream| {
        let number: u64 = target.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        if target == "/" {
            page(
                stream,
                "<html><a href=a.htm>a</a><a href=self.htm>s</a><a href='chain.asp?n=1'>c</a><a href=ping.asp?n=1>p</a>\
                 <a href=/(abcdefghijklmnopqrstuvwx)/list.aspx>l</a><a href=/cal/2008/1/>k</a><a href=news.htm>n</a></html>",
            )
        } else if target == "/a.htm" {
            moved(stream, "/b.htm")
        } else if target == "/b.htm" {
            moved(stream, "/a.htm")
        } else if target == "/self.htm" {
            moved(stream, "/self.htm")
        } else if target.starts_with("/chain.asp") {
            moved(stream, &format!("/chain.asp?n={}", number + 1))
        } else if target.starts_with("/ping.asp") {
            moved(stream, &format!("/pong.asp?n={}", number + 1))
        } else if target.starts_with("/pong.asp") {
            moved(stream, &format!("/ping.asp?n={}", number + 1))
        } else if target.ends_with("/list.aspx") {
            // Another visitor in every link of every page.
            let visitor = format!("{:x>24}", number + 1);
            page(stream, &format!("<html>一览<a href=/({visitor})/list.aspx>l</a></html>"))
        } else if target.starts_with("/cal/") {
            let month = number % 1_000_000;
            page(stream, &format!("<html>日历<td>1<td>2<a href=/cal/{}/{}/>下月</a></html>", month + 1, month % 12))
        } else if target == "/news.htm" {
            page(stream, "<html>news</html>")
        } else {
            missing(stream)
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let outcome = old.crawl(folder.path(), Options::default());
    assert_eq!((outcome.waiting, outcome.failed), (0, 0), "{outcome:?}");
    assert!(outcome.answers < 120, "{outcome:?}");
    assert_eq!((old.asked("/a.htm"), old.asked("/b.htm"), old.asked("/list.aspx")), (1, 1, 1));
    let notes = outcome.notes.join("\n");
    for words in ["from one redirect to the next", "sessions or random numbers", "say nothing new"] {
        assert!(notes.contains(words), "{words}\n{notes}");
    }
    assert!(outcome.notes.len() < 10, "{notes}");
    let answers = Answers::open(folder.path()).unwrap();
    assert_eq!(text(&answers, "news.htm").unwrap(), "<html>news</html>");
    assert_eq!(text(&answers, "a.htm"), None);
    // An interrupted crawl of it does not begin the chain anew.
    let again = old.crawl(folder.path(), Options::default());
    assert_eq!(again.asked, 0, "{again:?}");
}

/// A zip of one page.
fn zip(folder: &Path, name: &str, page: &[u8]) -> std::path::PathBuf {
    let path = folder.join(name);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("index.htm", options).unwrap();
    zip.write_all(b"<html>home</html>").unwrap();
    zip.start_file("page.htm", options).unwrap();
    zip.write_all(page).unwrap();
    zip.finish().unwrap();
    path
}

/// Writes a number over a field of the last entry of a zip's directory.
fn patch(path: &Path, field: usize, value: u32) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap() + field;
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    std::fs::write(path, bytes).unwrap();
}

const PACKED: usize = 20;
const UNPACKED: usize = 24;

#[test]
fn zips_that_are_none_are_refused_in_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| {
        let fault = Mirror::open(path, Some("mzj.old.example")).err().expect("it is no copy of a site");
        assert!(!fault.message.contains('\n') && fault.message.len() < 500, "{fault}");
        fault.message
    };
    let whole = zip(folder.path(), "whole.zip", b"<html>page</html>");
    assert_eq!(Mirror::open(&whole, Some("mzj.old.example")).unwrap().len(), 2);
    let bytes = std::fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.zip");
    for length in [0, 1, 4, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&cut, &bytes[..length]).unwrap();
        assert!(refused(&cut).contains("only a part of one"), "{length}");
    }
    let thick = zip(folder.path(), "thick.zip", b"<html>page</html>");
    patch(&thick, UNPACKED, 0xf000_0000);
    assert!(refused(&thick).contains("no copy of a site"));
    let over = zip(folder.path(), "over.zip", b"<html>page</html>");
    patch(&over, PACKED, 5_000);
    refused(&over);
}

#[test]
fn a_file_of_a_zip_ends_where_the_zip_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = zip(folder.path(), "lie.zip", &[b' '; 3 << 20]);
    patch(&path, UNPACKED, 100);
    let Ok(mirror) = Mirror::open(&path, Some("mzj.old.example")) else { return };
    let number = mirror.number(&Url::parse(HOME).unwrap().join("page.htm").unwrap()).unwrap();
    assert!(mirror.read(number).is_err());
    assert_eq!(
        mirror.read(mirror.number(&Url::parse(HOME).unwrap().join("index.htm").unwrap()).unwrap()).unwrap().bytes.len(),
        17
    );
}

#[test]
fn a_line_of_a_gigabyte_and_links_out_of_the_folder() {
    let top = tempfile::tempdir().unwrap();
    std::fs::write(top.path().join("secret.txt"), "not of this site").unwrap();
    let folder = top.path().join("www");
    std::fs::create_dir_all(&folder).unwrap();
    let line = std::fs::File::create(folder.join("line.htm")).unwrap();
    (&line).write_all(b"<html><body>").unwrap();
    // It takes no room on the disk.
    line.set_len(1 << 30).unwrap();
    for number in 0..200 {
        std::os::unix::fs::symlink("/etc/passwd", folder.join(format!("{number}.htm"))).unwrap();
    }
    std::fs::write(
        folder.join("index.htm"),
        "<html><a href=../secret.txt>1</a><img src=file:///etc/passwd><a href='/../../secret.txt'>2</a></html>",
    )
    .unwrap();
    let mirror = Mirror::open(&folder, Some("mzj.old.example")).unwrap();
    assert_eq!(mirror.len(), 2);
    assert!(mirror.notes.len() < 110 && mirror.notes.iter().any(|note| note == "100 more files were left out"));
    let site = Site::open(Arc::new(mirror), "mirror", Vec::new());
    let mut unreadable = Vec::new();
    site.walk(&mut |item, _| {
        if let Item::Unreadable { place, why } = item {
            unreadable.push(format!("{place}: {why}"));
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(unreadable, ["http://mzj.old.example/line.htm: page larger than 16 MB"]);
    for address in
        ["file:///etc/passwd", "http://mzj.old.example/../secret.txt", "http://mzj.old.example/..%2fsecret.txt"]
    {
        assert_eq!(site.file(&Url::parse(address).unwrap()).unwrap(), None, "{address}");
    }
}
