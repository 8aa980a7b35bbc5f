//! A program with a token, without sockets.

use std::net::{IpAddr, Ipv4Addr};

use http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use zhanqun::base::id::SiteId;
use zhanqun::domain::account::{self, By, Grant, NewUser, Role, Scope, User};
use zhanqun::web::body::RequestBody;
use zhanqun::web::{Client, RequestId};

use crate::web::City;
use crate::web::browser::GOOD;
use crate::web::city::{Answer, work};

/// A program.
pub struct Program<'a> {
    pub city: &'a City,
    pub user: User,
    pub token: String,
    pub address: IpAddr,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Last part of the type of a refusal.
    pub fn kind(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        for text in ["title", "detail", "request"] {
            assert!(problem[text].as_str().is_some_and(|text| !text.is_empty() && !text.contains('{')), "{problem}");
        }
        problem["type"].as_str().unwrap().strip_prefix("urn:zhanqun:problem:").unwrap().to_owned()
    }
}

/// Grants of roles in a site.
pub fn in_site(city: &City, slug: &str, roles: &[Role]) -> Vec<Grant> {
    let site: SiteId = city.app.site(slug).unwrap().site.id;
    roles.iter().map(|role| Grant { role: *role, scope: Scope::Site(site) }).collect()
}

impl<'a> Program<'a> {
    /// A user with grants, and a token for him.
    pub async fn new(city: &'a City, name: &str, grants: Vec<Grant>) -> Program<'a> {
        let new = NewUser {
            name: name.into(),
            display_name: name.to_uppercase(),
            password: GOOD.into(),
            grants,
            must_change_password: false,
            ..NewUser::default()
        };
        let app = city.app.clone();
        let (user, token) = work(move || {
            let now = app.clock.now();
            let user = account::create(&app.store, &By::ops(), &new, now).unwrap();
            let (_, secret) = account::create_token(&app.store, &By::ops(), user.id, "test", 30, now).unwrap();
            (user, secret)
        })
        .await;
        Program { city, user, token, address: Ipv4Addr::new(10, 9, 8, 7).into() }
    }

    /// Everything that one works with in a site.
    pub async fn of_site(city: &'a City, name: &str, slug: &str) -> Program<'a> {
        let roles = [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager];
        Program::new(city, name, in_site(city, slug, &roles)).await
    }

    /// Sends a request with more headers; those given replace the usual ones.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let usual = [
            (header::HOST.as_str(), "www.city.example"),
            (header::AUTHORIZATION.as_str(), bearer.as_str()),
            (header::CONTENT_TYPE.as_str(), "application/json"),
            (header::ACCEPT_LANGUAGE.as_str(), "en"),
        ];
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let usual = usual.iter().filter(|(name, _)| headers.iter().all(|(other, _)| other != name));
        for (name, value) in usual.chain(headers).filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let request = request.body(RequestBody::full(body.into())).unwrap();
        let client = Client { address: self.address, secure: true, request: RequestId::next() };
        let (head, body) = self.city.web.clone().answer_body(request, client).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        assert_eq!(head.headers["cache-control"], "no-store", "{path}");
        Answer { status: head.status, headers: head.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], body.to_string()).await
    }

    /// Sends a change of the version that is there now.
    pub async fn change(&self, method: Method, path: &str, body: Value) -> Answer {
        let version = self.get(path).await.header("etag").to_owned();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[("if-match", &version)], body).await
    }
}
