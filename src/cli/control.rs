//! Commands while a server runs: a socket in the data directory, for its owner
//! only. The client sends its arguments, the server runs the command on its own
//! application and sends back what the command writes.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use clap::Parser;
use serde::{Deserialize, Serialize};

use crate::app::App;

use super::args::Args;
use super::output::Output;
use super::{Context, Failure, execute};

/// Longest request, in bytes.
const LONGEST: u64 = 1 << 20;

/// Where the socket of a data directory is.
pub fn socket(dir: &Path) -> PathBuf {
    dir.join("control.sock")
}

#[derive(Serialize, Deserialize)]
struct Request {
    arguments: Vec<String>,
    folder: PathBuf,
    /// What the client was given on its standard input, if the command takes something from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Piece {
    Out(String),
    Err(String),
    Exit(u8),
}

/// Lets a running server do what these arguments say.
pub fn forward(
    socket: &Path,
    arguments: impl Iterator<Item = OsString>,
    input: Option<String>,
    out: &mut Output,
) -> Result<(), Failure> {
    let trouble = |what: &str, error: std::io::Error| {
        Failure::failed(format!("{}: {what} the running server: {error}", socket.display()))
    };
    let mut stream = UnixStream::connect(socket).map_err(|error| trouble("cannot reach", error))?;
    let arguments = arguments
        .map(OsString::into_string)
        .collect::<Result<Vec<String>, OsString>>()
        .map_err(|argument| Failure::Usage(vec![format!("argument {argument:?} is not UTF-8")]))?;
    let folder = std::env::current_dir().map_err(|error| trouble("no working directory for", error))?;
    let request = serde_json::to_string(&Request { arguments, folder, input }).map_err(Failure::failed)?;
    writeln!(stream, "{request}").map_err(|error| trouble("cannot write to", error))?;
    for line in BufReader::new(stream).lines() {
        let line = line.map_err(|error| trouble("cannot read from", error))?;
        match serde_json::from_str(&line).map_err(Failure::failed)? {
            Piece::Out(text) => out.line(text.trim_end_matches('\n')),
            Piece::Err(text) => out.note(text.trim_end_matches('\n')),
            Piece::Exit(0) => return Ok(()),
            // The server has said why already.
            Piece::Exit(2) => return Err(Failure::Usage(Vec::new())),
            Piece::Exit(_) => return Err(Failure::Failed(Vec::new())),
        }
    }
    Err(Failure::failed("the server ended before the command did"))
}

/// Listens for commands on a thread of its own, as long as the process lives.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(app: Arc<App>) -> std::io::Result<()> {
    let path = socket(&app.data_dir());
    // The lock on the data directory is ours, so a socket that is there is left over.
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    std::thread::Builder::new().name("control".into()).spawn(move || {
        for stream in listener.incoming() {
            match stream {
                Ok(stream) => {
                    let app = app.clone();
                    let answered =
                        std::thread::Builder::new().name("command".into()).spawn(move || answer(&app, stream));
                    if let Err(error) = answered {
                        tracing::error!(%error, "no thread for a command");
                    }
                }
                Err(error) => tracing::warn!(%error, "control socket"),
            }
        }
    })?;
    Ok(())
}

fn answer(app: &Arc<App>, stream: UnixStream) {
    use std::io::Read;
    let Ok(reader) = stream.try_clone() else { return };
    let mut line = String::new();
    if BufReader::new(reader.take(LONGEST)).read_line(&mut line).is_err() {
        return;
    }
    let stream = Arc::new(Mutex::new(stream));
    let code = match serde_json::from_str::<Request>(&line) {
        Ok(request) => command(app, request, &stream),
        Err(error) => {
            send(&stream, &Piece::Err(format!("zhanqun: {error}")));
            2
        }
    };
    send(&stream, &Piece::Exit(code));
}

fn command(app: &Arc<App>, request: Request, stream: &Arc<Mutex<UnixStream>>) -> u8 {
    let args = match Args::try_parse_from(&request.arguments) {
        Ok(args) => args,
        Err(error) => {
            send(stream, &Piece::Err(error.to_string()));
            return 2;
        }
    };
    tracing::info!(arguments = ?request.arguments, "command from the control socket");
    let pipe = |wrap: fn(String) -> Piece| Box::new(Pipe { stream: stream.clone(), wrap, line: Vec::new() });
    let mut out = Output::streams(pipe(Piece::Out), pipe(Piece::Err), args.json);
    let mut context = Context { app, folder: request.folder, input: request.input, out: &mut out };
    let result = execute(&mut context, &args.command());
    match result {
        Ok(()) => 0,
        Err(failure) => {
            let (code, lines) = failure.parts();
            for line in lines {
                out.error(line);
            }
            code
        }
    }
}

fn send(stream: &Mutex<UnixStream>, piece: &Piece) {
    let mut stream = stream.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // A client that went away does not stop the command.
    if let Ok(text) = serde_json::to_string(piece) {
        let _ = writeln!(stream, "{text}");
    }
}

/// Sends whole lines.
struct Pipe {
    stream: Arc<Mutex<UnixStream>>,
    wrap: fn(String) -> Piece,
    line: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
                send(&self.stream, &(self.wrap)(line));
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
