//! A server with a small site behind it, on its own runtime.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use zhanqun::base::clock::Clock;
use zhanqun::cache::{Cache, PageKey, Recorder, Rendered, Variant};
use zhanqun::config::Config;
use zhanqun::server::{Exposition, Listeners, Ops, Server};
use zhanqun::store::{Read, Touched};
use zhanqun::web::file::{Sent, Source, file};
use zhanqun::web::pipeline::Settings;
use zhanqun::web::policy::Keep;
use zhanqun::web::{Answering, Body, Client, Error, ErrorContext, Hosts, RequestBody, Slow, Web};

use crate::cache::Memory;

/// A door that renderings wait at while it is shut.
#[derive(Default)]
pub struct Door {
    shut: Mutex<bool>,
    moved: Condvar,
}

impl Door {
    pub fn shut(&self) {
        *self.shut.lock().unwrap() = true;
    }

    pub fn open(&self) {
        *self.shut.lock().unwrap() = false;
        self.moved.notify_all();
    }

    fn pass(&self) {
        let mut shut = self.shut.lock().unwrap();
        while *shut {
            shut = self.moved.wait(shut).unwrap();
        }
    }
}

/// Pages at `/`, everything else below `/x/`.
pub struct Small {
    pub store: Memory,
    pub rendered: AtomicUsize,
    pub door: Door,
    pub files: PathBuf,
}

/// Text of the page at `target`: long enough to be compressed.
pub fn text(target: &str, row: &str) -> String {
    format!("<!doctype html><title>{target}</title><p>{row}</p>{}", "<p>华蓥市人民政府</p>".repeat(100))
}

impl Slow for Small {
    fn is_page(&self, target: &str) -> bool {
        !target.starts_with("/x/")
    }

    fn render(&self, key: &PageKey, recorder: &Recorder) -> Result<Rendered, Error> {
        self.rendered.fetch_add(1, Ordering::SeqCst);
        let row = recorder.row(1, 1)?.map_or("None".to_string(), |(row, _)| String::from_utf8_lossy(&row).into_owned());
        self.door.pass();
        match key.path() {
            "/panic" => panic!("on purpose"),
            "/gone" => Err(Error::Gone),
            "/search" => {
                let mut rendered = Rendered::html(StatusCode::OK, text(&key.target, &row));
                rendered.keep = false;
                Ok(rendered)
            }
            "/missing" => Ok(Rendered::html(StatusCode::NOT_FOUND, text(&key.target, &row))),
            "/moved" => {
                let mut rendered = Rendered::html(StatusCode::MOVED_PERMANENTLY, "");
                rendered.headers.push((http::header::LOCATION, HeaderValue::from_static("/")));
                Ok(rendered)
            }
            _ => {
                let face = if key.variant == Variant::Elder { "elder" } else { "" };
                let mut rendered = Rendered::html(StatusCode::OK, text(&key.target, &format!("{face}{row}")));
                rendered.last_modified = Some(1_700_000_000_000);
                Ok(rendered)
            }
        }
    }

    fn handle(self: Arc<Self>, request: Request<RequestBody>, client: Client) -> Answering {
        Box::pin(async move {
            match self.answer(request, client).await {
                Ok(response) => response,
                Err(error) => {
                    let mut response = Response::new(Body::from(bytes::Bytes::from(error.key())));
                    *response.status_mut() = error.status();
                    zhanqun::web::file::error_headers(&error, response.headers_mut());
                    response
                }
            }
        })
    }

    fn error(&self, error: &Error, context: &ErrorContext) -> Rendered {
        Rendered::html(error.status(), format!("{} at {}", error.key(), context.target))
    }
}

impl Small {
    async fn answer(&self, request: Request<RequestBody>, client: Client) -> Result<Response<Body>, Error> {
        let path = request.uri().path().to_string();
        let say = |text: String| Ok(Response::new(Body::from(bytes::Bytes::from(text))));
        match path.as_str() {
            "/x/client" => say(format!("{} {}", client.address, client.secure)),
            "/x/echo" => {
                let body = request.into_body().collect().await.map_err(Error::from)?.to_bytes();
                say(format!("{} bytes", body.len()))
            }
            "/x/slow" => {
                tokio::time::sleep(Duration::from_millis(700)).await;
                say("slow".into())
            }
            "/x/never" => std::future::pending().await,
            "/x/panic" => panic!("on purpose"),
            path if path.starts_with("/x/media/") || path.starts_with("/x/theme/") => {
                let ours = path.starts_with("/x/theme/");
                let name = percent_encoding::percent_decode_str(&path[9..]).decode_utf8_lossy().into_owned();
                let place = self.files.join(&name);
                let source = if ours {
                    let bytes = bytes::Bytes::from(std::fs::read(&place).map_err(|_| Error::NotFound)?);
                    let gzip = zhanqun::cache::pack(zhanqun::cache::Encoding::Gzip, 9, &bytes);
                    Source::Memory(bytes, vec![(zhanqun::cache::Encoding::Gzip, gzip)])
                } else {
                    Source::Disk(place)
                };
                let sent = Sent {
                    source,
                    name,
                    hash: "0123456789abcdef".into(),
                    last_modified: Some(1_700_000_000_000),
                    ours,
                    keep: if ours { Keep::Forever } else { Keep::Hour },
                };
                file(request.method(), request.headers(), sent).await
            }
            _ => say(format!("handled {path}")),
        }
    }
}

/// A running server.
pub struct Running {
    pub http: SocketAddr,
    pub https: Option<SocketAddr>,
    pub ops: SocketAddr,
    pub small: Arc<Small>,
    pub web: Arc<Web>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<usize>>,
    /// Holds the files that the site sends.
    pub dir: tempfile::TempDir,
}

impl Running {
    /// A commit that writes row 1.
    pub fn commit(&self, order: u64) -> Touched {
        let touched = self.small.store.commit(&[(1, Some((1, order, 0)))]);
        self.web.committed(&touched);
        touched
    }

    pub fn rendered(&self) -> usize {
        self.small.rendered.load(Ordering::SeqCst)
    }

    /// Asks the server to stop, without waiting.
    pub fn ask_to_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until the server has stopped; how many connections were cut off.
    pub fn wait(mut self) -> usize {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.small.door.open();
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub fn start() -> Running {
    start_with(|_| {})
}

/// Starts a server after `change` has had a say; ports are given by the system.
pub fn start_with(change: impl FnOnce(&mut Config)) -> Running {
    let mut config = Config::default();
    config.server.listen = vec!["127.0.0.1:0".parse().unwrap()];
    config.server.ops = "127.0.0.1:0".into();
    config.server.limits.shutdown_seconds = 5;
    change(&mut config);
    let listeners = Listeners::bind(&config.server).unwrap();
    assert_eq!(listeners.urls().len(), 2 + listeners.https.len());
    let address = |listener: &TcpListener| listener.local_addr().unwrap();
    let (http, https) = (address(&listeners.http[0]), listeners.https.first().map(address));
    let ops_address = address(listeners.ops.as_ref().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let small = Arc::new(Small {
        store: Memory::default(),
        rendered: AtomicUsize::new(0),
        door: Door::default(),
        files: dir.path().to_path_buf(),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cache = Cache::new(config.cache.bytes(), Clock::System);
    let settings = Settings::new(&config);
    let web = Web::new(cache, small.store.source(), small.clone(), settings, runtime.handle().clone());
    web.set_hosts(Hosts::new(["old.example".to_string()]));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = {
        let _inside = runtime.enter();
        let ops = Ops {
            ready: Box::new(|| Ok(())),
            metrics: Box::new(|out: &mut Exposition| out.gauge("zhanqun_store_rows", "Rows.", 42)),
        };
        Server::new(&config, listeners, web.clone(), ops).unwrap()
    };
    let thread = std::thread::spawn(move || {
        let cut = runtime.block_on(server.run(async {
            let _ = stopped.await;
        }));
        runtime.shutdown_timeout(Duration::from_secs(5));
        cut
    });
    Running { http, https, ops: ops_address, small, web, stop: Some(stop), thread: Some(thread), dir }
}
