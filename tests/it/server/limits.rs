//! Slow and many clients; stopping.

use std::io::Read;
use std::time::{Duration, Instant};

use super::client::{Raw, get};
use super::harness::{start, start_with};

#[test]
fn a_slow_head_is_cut_off_and_others_are_served_meanwhile() {
    let running = start_with(|config| config.server.limits.header_seconds = 1);
    let mut silent = Raw::open(running.http);
    let mut slow = Raw::open(running.http);
    let mut after = Raw::open(running.http);
    assert_eq!(after.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    slow.send("GET / HTTP/1.1\r\nHost: a\r\n");
    after.send("GET /x/client HTTP/1.1\r\n");
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(150));
        slow.send("X: y\r\n");
        after.send("X: y\r\n");
        assert_eq!(get(running.http, "/", "").status, 200);
    }
    assert!(silent.is_closed() && slow.is_closed() && after.is_closed());
}

#[test]
fn an_idle_connection_is_closed_but_not_one_whose_answer_takes_long() {
    let running = start_with(|config| {
        config.server.limits.idle_seconds = 1;
        config.server.limits.header_seconds = 1;
    });
    let mut idle = Raw::open(running.http);
    let mut busy = Raw::open(running.http);
    idle.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    running.small.door.shut();
    busy.send("GET /takes-long HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(idle.is_closed());
    std::thread::sleep(Duration::from_millis(2000));
    running.small.door.open();
    assert_eq!(busy.read(false).unwrap().status, 200);
    assert_eq!(busy.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

#[test]
fn a_slow_body_is_cut_off() {
    let running = start_with(|config| config.server.limits.body_seconds = 1);
    let mut raw = Raw::open(running.http);
    raw.send("POST /x/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    assert_eq!(raw.read(false).unwrap().status, 408);
}

#[test]
fn an_answer_that_never_comes_is_given_up() {
    let running = start_with(|config| config.server.limits.request_seconds = 1);
    let answer = get(running.http, "/x/never", "");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")));
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let running = start_with(|config| config.server.limits.idle_seconds = 1);
    std::fs::write(running.dir.path().join("huge.bin"), vec![7; 40 << 20]).unwrap();
    let mut raw = Raw::open(running.http);
    raw.send("GET /x/media/huge.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(2500));
    let mut got = 0;
    let mut buffer = vec![0; 1 << 20];
    while let Ok(count @ 1..) = raw.stream.read(&mut buffer) {
        got += count;
    }
    assert!(got < 40 << 20, "{got}");
}

#[test]
fn too_many_connections_are_refused_and_room_is_found_again() {
    let running = start_with(|config| config.server.limits.connections = 3);
    let mut held: Vec<Raw> = (0..3).map(|_| Raw::open(running.http)).collect();
    for raw in &mut held {
        assert_eq!(raw.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    }
    let refused = Raw::open(running.http).read(false).unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")));
    // One that waits gets the place that becomes free.
    let mut waiting = Raw::open(running.http);
    waiting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    drop(held.pop());
    assert_eq!(waiting.read(false).unwrap().status, 200);
}

#[test]
fn stopping_finishes_running_requests_and_closes_idle_connections() {
    let mut running = start();
    let mut idle = Raw::open(running.http);
    idle.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut silent = Raw::open(running.http);
    let mut slow = Raw::open(running.http);
    slow.send("GET /x/slow HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut page = Raw::open(running.http);
    running.small.door.shut();
    page.send("GET /new HTTP/1.1\r\nHost: a\r\n\r\n");
    while running.rendered() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(100));
    running.ask_to_stop();
    assert!(idle.is_closed());
    assert!(silent.is_closed());
    running.small.door.open();
    assert_eq!(slow.read(false).unwrap().text(), "slow");
    let last = page.read(false).unwrap();
    assert_eq!((last.status, last.header("connection")), (200, Some("close")));
    assert!(slow.is_closed() && page.is_closed());
    assert!(std::net::TcpStream::connect(running.http).is_err(), "nothing new is accepted");
    assert_eq!(running.wait(), 0);
}

#[test]
fn stopping_does_not_wait_for_ever() {
    let mut running = start_with(|config| config.server.limits.shutdown_seconds = 1);
    let mut never = Raw::open(running.http);
    never.send("GET /x/never HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(200));
    let start = Instant::now();
    running.ask_to_stop();
    assert_eq!(running.wait(), 1);
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(never.is_closed());
}
