//! A client that sends exactly the bytes that it is told to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection.
pub struct Raw {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

impl Raw {
    pub fn open(address: SocketAddr) -> Raw {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Raw { stream, buffer: Vec::new() }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // The server may have closed already; the answer tells.
        let _ = self.stream.write_all(bytes.as_ref());
    }

    fn more(&mut self) -> bool {
        let mut chunk = [0; 65536];
        match self.stream.read(&mut chunk) {
            Ok(count) => {
                self.buffer.extend_from_slice(&chunk[..count]);
                count > 0
            }
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => panic!("no answer; until now {:?}", self.buffer),
            Err(_) => false,
        }
    }

    /// The next answer; `None` if the connection was closed before one.
    pub fn read(&mut self, head_only: bool) -> Option<Answer> {
        let end = loop {
            match self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                Some(end) => break end,
                None if !self.more() => return None,
                None => {}
            }
        };
        let head = String::from_utf8(self.buffer.drain(..end + 4).collect()).unwrap();
        let status = head[9..12].parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        if head_only || matches!(status, 100..200 | 204 | 304) {
            return Some(answer);
        }
        if let Some(length) = answer.header("content-length") {
            let length: usize = length.parse().unwrap();
            while self.buffer.len() < length {
                if !self.more() {
                    return None;
                }
            }
            answer.body = self.buffer.drain(..length).collect();
        } else if answer.header("transfer-encoding") == Some("chunked") {
            panic!("chunked answer: {}", answer.head);
        }
        Some(answer)
    }

    /// True if the server closes the connection without sending more.
    pub fn is_closed(&mut self) -> bool {
        self.buffer.is_empty() && !self.more()
    }

    pub fn ask(&mut self, request: &str) -> Answer {
        self.send(request);
        self.read(request.starts_with("HEAD")).unwrap_or_else(|| panic!("no answer to {request:?}"))
    }
}

/// One request on its own connection; `headers` as `Name: value\r\n…`.
pub fn get(address: SocketAddr, target: &str, headers: &str) -> Answer {
    Raw::open(address).ask(&format!("GET {target} HTTP/1.1\r\nHost: www.example\r\n{headers}\r\n"))
}

pub fn head(address: SocketAddr, target: &str, headers: &str) -> Answer {
    Raw::open(address).ask(&format!("HEAD {target} HTTP/1.1\r\nHost: www.example\r\n{headers}\r\n"))
}
