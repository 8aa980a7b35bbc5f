//! Crawling an old site that is alive.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;
use zhanqun::base::clock::Clock;
use zhanqun::migrate::crawl::{Answers, Crawl, Options, Outcome};
use zhanqun::migrate::pages::Fetches;

/// A request as the old server sees it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub target: String,
    headers: BTreeMap<String, String>,
    pub body: String,
}

/// An old server: what it answers, byte for byte, and what it was asked.
pub struct Old {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
}

type Answering = dyn Fn(&Request) -> Option<Vec<u8>> + Send + Sync;

impl Old {
    pub fn new(answer: impl Fn(&Request) -> Option<Vec<u8>> + Send + Sync + 'static) -> Old {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (log, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (kept, stopped, answer): (_, _, Arc<Answering>) = (log.clone(), stop.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (kept, answer) = (kept.clone(), answer.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &kept, &*answer));
            }
        });
        Old { address, log, stop }
    }

    /// Pages by target; everything else is a 404.
    fn of(pages: &[(&'static str, &str)]) -> Old {
        let pages: BTreeMap<String, String> =
            pages.iter().map(|(target, page)| ((*target).to_owned(), (*page).to_owned())).collect();
        Old::new(move |request| Some(pages.get(&request.target).map_or_else(missing, |page| html(page))))
    }

    fn start(&self) -> Url {
        Url::parse("http://mzj.old.example/").unwrap()
    }

    fn options(&self) -> Options {
        Options {
            rate: 100_000.0,
            connect: Some(self.address),
            patience: Duration::from_secs(20),
            pause: Duration::from_millis(1),
            clock: Clock::fixed(0),
            ..Options::default()
        }
    }

    pub fn crawl(&self, folder: &Path) -> Outcome {
        let mut crawl = Crawl::open(self.start(), folder, self.options()).unwrap();
        crawl.run(&|_, _, _| {}, &AtomicBool::new(false)).unwrap()
    }

    pub fn asked(&self, target: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|request| request.target == target).count()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Old {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Request>>, answer: &Answering) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut request = Request::default();
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
            match line.trim_end().split_once(": ") {
                Some((name, value)) => {
                    request.headers.insert(name.to_ascii_lowercase(), value.to_owned());
                }
                None => request.target = line.split(' ').nth(1).unwrap_or_default().to_owned(),
            }
            line.clear();
        }
        if request.target.is_empty() {
            return;
        }
        let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        request.body = String::from_utf8(body).unwrap();
        log.lock().unwrap().push(request.clone());
        let Some(bytes) = answer(&request) else { return };
        let closes = bytes.windows(17).any(|window| window == b"Connection: close");
        if (&stream).write_all(&bytes).is_err() || closes {
            return;
        }
    }
}

fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub fn html(page: &str) -> Vec<u8> {
    reply("200 OK", "Content-Type: text/html\r\n", page.as_bytes())
}

pub fn xml(text: &str) -> Vec<u8> {
    reply("200 OK", "Content-Type: text/xml; charset=utf-8\r\n", text.as_bytes())
}

pub fn missing() -> Vec<u8> {
    reply("404 Not Found", "Content-Type: text/html\r\n", b"<html>not found</html>")
}

fn moved(to: &str) -> Vec<u8> {
    reply("302 Found", &format!("Location: {to}\r\n"), b"<html>moved</html>")
}

fn text(answers: &Answers, address: &str) -> Option<String> {
    let number = answers.number(&Url::parse(address).unwrap())?;
    Some(String::from_utf8_lossy(&answers.read(number).unwrap().bytes).into_owned())
}

#[test]
fn a_site_is_found_through_all_its_doors() {
    let old = Old::new(|request| {
        let page = match request.target.as_str() {
            "/robots.txt" => "User-agent: *\nDisallow: /private/\nSitemap: http://mzj.old.example/map.xml\n",
            "/map.xml" => {
                let map =
                    b"<?xml version=\"1.0\"?><urlset><url><loc>http://mzj.old.example/hidden.htm</loc></url></urlset>";
                return Some(reply("200 OK", "Content-Type: text/xml\r\n", map));
            }
            "/" => "<frameset><frame src=left.asp><frame src=main.asp></frameset>",
            "/left.asp" => {
                "<a href=\"javascript:window.open('pop.asp')\">1</a><script src=menu.js></script><a href=/private/x.htm>p</a>"
            }
            "/menu.js" => {
                return Some(reply("200 OK", "Content-Type: application/x-javascript\r\n", b"add('Class.asp?ID=1');"));
            }
            "/main.asp" => "<meta http-equiv=refresh content='0;url=new.asp'><map><area href=area.asp></map>",
            "/Class.asp?ID=1" => {
                "<select onchange='location=this.value'><option value='class.asp?id=1&page=2'></select><a href=down.asp?id=7>d</a>"
            }
            "/down.asp?id=7" => return Some(moved("/UploadFile/a.doc")),
            "/UploadFile/a.doc" => {
                let headers = "Content-Type: application/msword\r\nContent-Disposition: attachment; filename=x.doc\r\n";
                return Some(reply("200 OK", headers, b"\xd0\xcf\x11\xe0 the document"));
            }
            "/area.asp" | "/new.asp" | "/hidden.htm" | "/class.asp?id=1&page=2" => "<html>the end</html>",
            "/pop.asp" => {
                "<a href='http://elsewhere.example/'>o</a><a href='http://www.mzj.old.example/left.asp#x'>l</a>"
            }
            _ => return Some(missing()),
        };
        Some(html(page))
    });
    let folder = tempfile::tempdir().unwrap();
    let outcome = old.crawl(folder.path());
    assert_eq!((outcome.waiting, outcome.failed), (0, 0), "{outcome:?}");
    let answers = Answers::open(folder.path()).unwrap();
    for page in [
        "",
        "left.asp",
        "main.asp",
        "pop.asp",
        "CLASS.asp?id=1",
        "class.asp?page=2&id=1",
        "new.asp",
        "area.asp",
        "hidden.htm",
    ] {
        assert!(text(&answers, &format!("http://mzj.old.example/{page}")).is_some(), "{page}\n{answers:?}");
    }
    let down = answers.number(&Url::parse("http://www.mzj.old.example/Down.asp?ID=7").unwrap()).unwrap();
    let down = answers.read(down).unwrap();
    assert_eq!(down.moved_to.unwrap().path(), "/UploadFile/a.doc");
    assert_eq!((down.content_type.as_str(), down.bytes.len()), ("application/msword", 17));
    assert_eq!(down.disposition, "attachment; filename=x.doc");
    assert_eq!((old.asked("/private/x.htm"), old.asked("/left.asp")), (0, 1));
    let notes = outcome.notes.join("\n");
    assert!(notes.contains("lead to other hosts") && notes.contains("closed to robots"), "{notes}");
    assert!(old.requests().iter().all(|request| request.headers["host"].ends_with("mzj.old.example")));
}

#[test]
fn an_interrupted_crawl_goes_on_and_asks_for_nothing_twice() {
    let old = Old::new(|request| {
        let number = request.target.strip_prefix("/p").and_then(|number| number.parse::<u32>().ok());
        Some(match (request.target.as_str(), number) {
            ("/", _) => html("<a href=p0>0</a><a href=p1>1</a>"),
            (_, Some(number)) if number < 60 => {
                html(&format!("<p>{}</p><a href=p{}>n</a>", "字".repeat(number as usize), number + 2))
            }
            _ => missing(),
        })
    });
    let folder = tempfile::tempdir().unwrap();
    for round in 0..4 {
        let stop = AtomicBool::new(false);
        let before = old.requests().len();
        let mut crawl = Crawl::open(old.start(), folder.path(), old.options()).unwrap();
        let stopped = crawl
            .run(
                &|_, _, _| {
                    if old.requests().len() > before + 12 {
                        stop.store(true, Ordering::Relaxed);
                    }
                },
                &stop,
            )
            .unwrap();
        assert!(stopped.waiting > 0, "{round} {stopped:?}");
        drop(crawl);
        // As if the machine had died while an answer was written.
        let spool = folder.path().join("answers.spool");
        let mut bytes = std::fs::read(&spool).unwrap();
        bytes.extend_from_slice(b"answer 200 5000 01234567 89abcdef\n{\"address\":\"http");
        std::fs::write(&spool, bytes).unwrap();
    }
    let outcome = old.crawl(folder.path());
    assert!(outcome.notes[0].contains("torn end"), "{outcome:?}");
    assert_eq!(outcome.waiting, 0);
    for number in 0..60 {
        assert_eq!(old.asked(&format!("/p{number}")), 1, "{number}");
    }
    let again = old.crawl(folder.path());
    assert_eq!((again.asked, again.answers), (0, outcome.answers));
}

#[test]
fn traps_end() {
    let old = Old::new(|request| {
        let target = request.target.as_str();
        let number: u64 = target.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        Some(if target == "/" {
            html(
                "<a href=cal.asp?y=2008&m=1>日历</a><a href=list.jsp;jsessionid=A0123456789ABCDEF?x=1>s</a><a href=deep/>d</a><a href=rnd.asp?rnd=0.12345678>r</a>",
            )
        } else if target.starts_with("/cal.asp") {
            html(&format!("<b>{number}年</b><td>1<td>2<a href=cal.asp?y=2008&m={}>下月</a>", number % 100_000 + 1))
        } else if target.starts_with("/list.jsp") {
            // A new session in every link of every page.
            html(&format!("<a href=\"list.jsp;jsessionid=B{:016}?x=1\">a</a>", number + 1))
        } else if target.starts_with("/deep/") {
            html("<a href=deep/x/>d</a>")
        } else if target.starts_with("/rnd.asp") {
            html("<a href=rnd.asp?rnd=0.87654321>r</a>")
        } else {
            missing()
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let outcome = old.crawl(folder.path());
    assert_eq!(outcome.waiting, 0);
    assert!(outcome.answers < 60, "{outcome:?}");
    assert_eq!((old.asked("/list.jsp?x=1"), old.asked("/rnd.asp")), (1, 1));
    let notes = outcome.notes.join("\n");
    for words in ["say nothing new", "repeat their folders", "sessions or random numbers"] {
        assert!(notes.contains(words), "{words}\n{notes}");
    }
}

#[test]
fn old_habits_of_servers() {
    let long = format!("<html><body><p>{}</p><a href=last.asp>最后</a></body></html>", "民政".repeat(200));
    let tries = AtomicUsize::new(0);
    let old = Old::new(move |request| {
        let target = request.target.as_str();
        let cookie = request.headers.get("cookie").is_some_and(|cookie| cookie.contains("ASPSESSIONIDQ=KPLN"));
        Some(match target {
            "/" => html(
                "<a href=short.asp>1</a><a href=large.asp>2</a><a href=session.asp>3</a><a href='/文件/表.htm'>4</a>\
                 <a href=soft.asp?id=9>5</a><a href=busy.asp>6</a><a href=shaky.asp>7</a><a href=Photo/A.JPG>8</a><a href=photo/a.jpg>9</a>",
            ),
            // Counted in characters.
            "/short.asp" => {
                let headers = format!("Content-Type: text/html; charset=utf-8\r\nConnection: close\r\ncontent-length: {}\r\n\r\n", long.chars().count());
                [format!("HTTP/1.1 200 OK\r\n{headers}").into_bytes(), long.clone().into_bytes()].concat()
            }
            "/large.asp" => b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 9999\r\n\r\n<html>all there is</html>".to_vec(),
            "/session.asp" if !cookie => reply("302 Found", "Set-Cookie: ASPSESSIONIDQ=KPLN; path=/\r\nLocation: /session.asp\r\n", b""),
            "/session.asp" => html("<html>with a session</html>"),
            "/%CE%C4%BC%FE/%B1%ED.htm" => html("<html>表</html>"),
            "/busy.asp" if tries.fetch_add(1, Ordering::SeqCst) == 0 => reply("503 Busy", "Retry-After: 0\r\n", b""),
            "/busy.asp" => html("<html>at last</html>"),
            "/shaky.asp" if tries.fetch_add(1, Ordering::SeqCst) < 4 => return None,
            "/shaky.asp" => html("<html>steady</html>"),
            "/photo/a.jpg" => reply("200 OK", "Content-Type: image/jpeg\r\n", b"\xff\xd8\xff\xe0 jpeg"),
            "/Photo/A.JPG" => missing(),
            "/last.asp" => html("<html>found behind the length</html>"),
            "/robots.txt" | "/sitemap.xml" => missing(),
            // Everything unknown is a page that says so.
            _ => html("<html><title>出错了</title>您访问的页面不存在</html>"),
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let outcome = old.crawl(folder.path());
    assert_eq!((outcome.waiting, outcome.failed), (0, 0), "{outcome:?}");
    let answers = Answers::open(folder.path()).unwrap();
    let read = |path: &str| text(&answers, &format!("http://mzj.old.example{path}"));
    assert!(read("/short.asp").unwrap().ends_with("</html>"));
    assert_eq!(read("/last.asp").unwrap(), "<html>found behind the length</html>");
    assert_eq!(read("/large.asp").unwrap(), "<html>all there is</html>");
    assert_eq!(read("/session.asp").unwrap(), "<html>with a session</html>");
    assert_eq!(read("/%E6%96%87%E4%BB%B6/%E8%A1%A8.htm").unwrap(), "<html>表</html>");
    assert_eq!(
        (read("/busy.asp").unwrap().as_str(), read("/shaky.asp").unwrap().as_str()),
        ("<html>at last</html>", "<html>steady</html>")
    );
    assert_eq!(read("/soft.asp?id=9"), None, "a page that says that there is none is none");
    let photo =
        answers.read(answers.number(&Url::parse("http://mzj.old.example/photo/A.jpg").unwrap()).unwrap()).unwrap();
    assert_eq!(photo.content_type, "image/jpeg", "the other spelling is tried when one is missing");
}

#[test]
fn lists_that_are_paged_by_a_form_are_followed() {
    let old = Old::new(|request| {
        let page: u32 = match request.body.as_str() {
            "" => 1,
            body if body.contains("__EVENTTARGET=grid") && body.contains("__VIEWSTATE=%2FwEP") => {
                let argument = body.split("Page%24").nth(1).unwrap();
                argument.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
            }
            _ => return Some(reply("500 Error", "", b"bad view state")),
        };
        Some(match request.target.as_str() {
            "/" => html("<a href=list.aspx?id=3>l</a>"),
            "/list.aspx?id=3" => {
                let links: Vec<String> = (1..=4)
                    .filter(|other| *other != page)
                    .map(|other| format!("<a href=\"javascript:__doPostBack('grid','Page${other}')\">{other}</a>"))
                    .collect();
                html(&format!(
                    "<form><input type=hidden name=__VIEWSTATE value='/wEP{page}'>{}</form><a href=show.aspx?id={page}>{}</a>",
                    links.concat(),
                    "条".repeat(page as usize)
                ))
            }
            show if show.starts_with("/show.aspx") => html(&format!("<p>{show}</p>")),
            _ => missing(),
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let outcome = old.crawl(folder.path());
    assert_eq!(outcome.waiting, 0);
    for number in 1..=4 {
        assert_eq!(old.asked(&format!("/show.aspx?id={number}")), 1, "{number}");
    }
    assert_eq!(old.asked("/list.aspx?id=3"), 4);
}

#[test]
fn a_site_that_is_down_is_told_and_can_be_tried_again() {
    let up = Arc::new(AtomicBool::new(false));
    let seen = up.clone();
    let old = Old::new(move |request| {
        (request.target == "/" || seen.load(Ordering::SeqCst)).then(|| match request.target.as_str() {
            "/" => html(&(0..30).map(|number| format!("<a href={number}.htm>{number}</a>")).collect::<String>()),
            other => html(&format!("<p>{}</p>", "字".repeat(other.bytes().map(usize::from).sum()))),
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let mut crawl = Crawl::open(old.start(), folder.path(), old.options()).unwrap();
    let fault = crawl.run(&|_, _, _| {}, &AtomicBool::new(false)).unwrap_err();
    assert!(fault.to_string().contains("http://mzj.old.example/: 12 requests one after the other failed"), "{fault}");
    drop(crawl);
    up.store(true, Ordering::SeqCst);
    let outcome = old.crawl(folder.path());
    assert_eq!((outcome.waiting, outcome.failed), (0, 0), "{outcome:?}");
    let answers = Answers::open(folder.path()).unwrap();
    assert!((0..30).all(|number| text(&answers, &format!("http://mzj.old.example/{number}.htm")).is_some()));
}

#[test]
fn limits_are_kept() {
    let old = Old::of(&[("/", &(0..300).map(|n| format!("<a href={n}.htm>{n}</a>")).collect::<String>())]);
    let folder = tempfile::tempdir().unwrap();
    let options = Options { most: 20, ..old.options() };
    let mut crawl = Crawl::open(old.start(), folder.path(), options).unwrap();
    let outcome = crawl.run(&|_, _, _| {}, &AtomicBool::new(false)).unwrap();
    assert_eq!((outcome.answers, outcome.waiting), (20, 0));
    assert!(outcome.notes.join("\n").contains("more than were allowed"), "{outcome:?}");
    let big = Old::new(|request| {
        Some(match request.target.as_str() {
            "/" => html("<a href=big.zip>b</a>"),
            "/big.zip" => reply("200 OK", "Content-Type: application/zip\r\n", &vec![7; 300_000]),
            _ => missing(),
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let mut crawl = Crawl::open(big.start(), folder.path(), Options { largest: 100_000, ..big.options() }).unwrap();
    crawl.run(&|_, _, _| {}, &AtomicBool::new(false)).unwrap();
    let answers = Answers::open(folder.path()).unwrap();
    assert_eq!(text(&answers, "http://mzj.old.example/big.zip"), None);
    assert!(Crawl::open(Url::parse("ftp://a.example/").unwrap(), folder.path(), old.options()).is_err());
}

/// The practice site that belongs to the task, served by the script beside it.
#[test]
fn the_practice_site_is_fetched_as_it_is() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let (data, script) = (shared.join("data/oldsite-asp"), shared.join("tools/oldsite/serve_oldsite.py"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let served = std::process::Command::new("python3")
        .args([script.as_os_str(), data.as_os_str()])
        .args([&port.to_string(), "--slow", "0.2"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stderr(std::process::Stdio::null())
        .spawn();
    let (Ok(mut served), true) = (served, script.exists() && data.exists()) else {
        println!("skipped: no practice site at {}", data.display());
        return;
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    for _ in 0..100 {
        if TcpStream::connect(address).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let folder = tempfile::tempdir().unwrap();
    let start = Url::parse("http://mzj.example.gov.cn/").unwrap();
    let options = Options { rate: 100_000.0, connect: Some(address), ..Options::default() };
    let outcome = Crawl::open(start, folder.path(), options)
        .and_then(|mut crawl| crawl.run(&|_, _, _| {}, &AtomicBool::new(false)));
    let _ = served.kill();
    let _ = served.wait();
    let outcome = outcome.unwrap();
    let answers = Answers::open(folder.path()).unwrap();
    let truth = std::fs::read_to_string(data.join("truth.jsonl")).unwrap();
    let mut lost = Vec::new();
    for line in truth.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        let address = line["url"].as_str().unwrap();
        let full = Url::parse(&format!("http://mzj.example.gov.cn{address}")).unwrap();
        if line["must_keep"] == true && answers.number(&full).is_none() {
            lost.push(address.to_owned());
        }
    }
    assert!(lost.is_empty(), "{lost:?}\n{outcome:#?}");
    assert!(outcome.notes.join("\n").contains("calendar.asp"), "{:#?}", outcome.notes);
    println!("{outcome:#?} {}", answers.len());
}
