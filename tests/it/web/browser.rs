//! A browser before the admin pages, without sockets.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use http::{Method, Request, header};
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zhanqun::domain::account::{self, By, Grant, NewUser, User};
use zhanqun::web::body::RequestBody;
use zhanqun::web::{Client, RequestId};

use super::City;
use super::city::{Answer, work};

/// A password that the rules take.
pub const GOOD: &str = "Kx92-bright-lake";

/// A browser: keeps cookies and sends forms from pages that it has read.
pub struct Browser<'a> {
    pub city: &'a City,
    pub cookies: RefCell<BTreeMap<String, String>>,
    pub address: IpAddr,
    pub secure: bool,
    pub language: &'static str,
}

impl<'a> Browser<'a> {
    pub fn new(city: &'a City) -> Browser<'a> {
        let address = Ipv4Addr::new(10, 20, 30, 40).into();
        Browser { city, cookies: RefCell::default(), address, secure: false, language: "zh-CN,zh;q=0.9" }
    }

    pub async fn send(
        &self,
        method: Method,
        target: &str,
        more: &[(&str, &str)],
        body: impl Into<bytes::Bytes>,
    ) -> Answer {
        let (answer, bytes) = self.send_bytes(method, target, more, body).await;
        Answer { body: String::from_utf8(bytes.to_vec()).unwrap(), ..answer }
    }

    /// Like [`Browser::send`] where the answer may be no text.
    pub async fn send_bytes(
        &self,
        method: Method,
        target: &str,
        more: &[(&str, &str)],
        body: impl Into<bytes::Bytes>,
    ) -> (Answer, bytes::Bytes) {
        let cookies = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let mut request = Request::builder()
            .method(method)
            .uri(target)
            .header(header::HOST, "www.city.example")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT_LANGUAGE, self.language);
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let request = request.body(RequestBody::full(body)).unwrap();
        let client = Client { address: self.address, secure: self.secure, request: RequestId::next() };
        let (head, body) = self.city.web.clone().answer_body(request, client).await.into_parts();
        for line in head.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.into(), value.into());
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        (Answer { status: head.status, headers: head.headers, body: String::new() }, bytes)
    }

    /// Asks for a file.
    pub async fn get_bytes(&self, target: &str) -> (Answer, bytes::Bytes) {
        self.send_bytes(Method::GET, target, &[], String::new()).await
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.send(Method::GET, target, &[], String::new()).await
    }

    pub async fn post(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let form = [(header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
        self.send(Method::POST, target, &form, encoded(fields)).await
    }

    /// Reads a page and sends a form from it.
    pub async fn fill(&self, page: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        let secret = secret(&self.get(page).await.body);
        let mut fields = fields.to_vec();
        fields.push(("csrf", &secret));
        self.post(target, &fields).await
    }

    pub async fn log_in(&self, name: &str, password: &str) -> Answer {
        self.fill("/admin/login", "/admin/login", &[("username", name), ("password", password)]).await
    }
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

pub fn secret(page: &str) -> String {
    let mark = "name=\"csrf\" value=\"";
    let at = page.find(mark).unwrap_or_else(|| panic!("no form in {page}")) + mark.len();
    page[at..].split('"').next().unwrap().to_owned()
}

pub async fn user_with(city: &City, name: &str, grants: Vec<Grant>, once: bool) -> User {
    let new = NewUser {
        name: name.into(),
        display_name: format!("{name}<b>"),
        password: GOOD.into(),
        grants,
        must_change_password: once,
        ..NewUser::default()
    };
    let app = city.app.clone();
    work(move || account::create(&app.store, &By::ops(), &new, app.clock.now()).unwrap()).await
}
