//! Every operation of the JSON API, each with who may use it: the router, the guard, the description and the tests
//! are made from this one table.
//!
//! **Invariant:** an operation cannot be added without saying who may use it.

mod documents;
mod people;
mod sites;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

use super::Access;
use crate::domain::account::Role;
use crate::web::api::{Api, Handler, Operation, PREFIX, missing, serve};

/// Roles that work with what is not published.
const WORK: &[Role] = &[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager];

const SITE: Access = Access::Site(WORK);
const DOCUMENT: Access = Access::Document(WORK);
const MANAGE: Access = Access::Site(&[Role::Manager]);
const GROUP: Access = Access::Group(&[Role::Admin]);

/// Every operation, one function a feature.
pub fn operations() -> Vec<Operation> {
    [sites::operations(), documents::operations(), people::operations()].into_iter().flatten().collect()
}

fn get(path: &'static str, access: Access, id: &'static str, summary: &'static str, handler: Handler) -> Operation {
    Operation::new(Method::GET, path, access, id, summary, handler)
}

fn post(path: &'static str, access: Access, id: &'static str, summary: &'static str, handler: Handler) -> Operation {
    Operation::new(Method::POST, path, access, id, summary, handler)
}

fn put(path: &'static str, access: Access, id: &'static str, summary: &'static str, handler: Handler) -> Operation {
    Operation::new(Method::PUT, path, access, id, summary, handler).if_match()
}

fn delete(path: &'static str, access: Access, id: &'static str, summary: &'static str, handler: Handler) -> Operation {
    Operation::new(Method::DELETE, path, access, id, summary, handler).if_match()
}

/// The router of the API.
pub fn router(api: &Arc<Api>) -> Router {
    let mut paths: BTreeMap<&'static str, (MethodRouter, Vec<&'static str>)> = BTreeMap::new();
    for operation in operations() {
        let (methods, allow) = paths.entry(operation.path).or_default();
        let (filter, name) = match operation.method {
            Method::GET => (MethodFilter::GET, "GET, HEAD"),
            Method::PUT => (MethodFilter::PUT, "PUT"),
            Method::DELETE => (MethodFilter::DELETE, "DELETE"),
            _ => (MethodFilter::POST, "POST"),
        };
        allow.push(name);
        let (api, operation) = (api.clone(), Arc::new(operation));
        let serving = move |request: Request| serve(api.clone(), operation.clone(), request);
        *methods = std::mem::take(methods).merge(on(filter, serving));
    }
    let refuse = |allow: Option<String>| {
        let api = api.clone();
        move |request: Request| {
            let (api, allow) = (api.clone(), allow.clone());
            async move { missing(&api, &request.into_parts().0, allow.as_deref()) }
        }
    };
    paths
        .into_iter()
        .fold(Router::new(), |router, (path, (methods, allow))| {
            router.route(&format!("{PREFIX}{path}"), methods.fallback(refuse(Some(allow.join(", ")))))
        })
        .fallback(refuse(None))
}
