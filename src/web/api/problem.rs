//! Refusals as RFC 9457 wants them, in the language that the client accepts.
//!
//! **Invariant:** what a refusal says of a thing, the client may know of it.

use std::collections::BTreeMap;

use axum::response::Response;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::cache::Rendered;
use crate::domain;
use crate::domain::content::Finding;
use crate::domain::error::Broken;
use crate::web::{Error, RequestId};

/// Media type of a refusal.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// What the types of refusals begin with.
const TYPE: &str = "urn:zhanqun:problem:";

/// Why a request is refused.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Status.
    status: StatusCode,
    /// Last part of its type, and of the keys of its texts.
    kind: &'static str,
    /// What most refusals do not have, apart, so that results stay small.
    more: Box<More>,
}

/// What is said of a refusal beside its kind.
#[derive(Debug, Clone, Default)]
struct More {
    /// What its texts name.
    arguments: BTreeMap<String, String>,
    /// Rules that the request breaks.
    broken: Vec<Broken>,
    /// What the publishing checks warn of.
    warnings: Vec<Finding>,
    /// What went wrong, for the log only.
    fault: Option<Error>,
    /// Seconds to wait.
    retry_after: Option<u32>,
    /// Methods that the address takes.
    allow: Option<String>,
}

/// Every kind of refusal with its status.
pub const KINDS: [(&str, StatusCode); 22] = [
    ("bad_request", StatusCode::BAD_REQUEST),
    ("body", StatusCode::BAD_REQUEST),
    ("query", StatusCode::BAD_REQUEST),
    ("token_missing", StatusCode::UNAUTHORIZED),
    ("token_wrong", StatusCode::UNAUTHORIZED),
    ("forbidden", StatusCode::FORBIDDEN),
    ("duty", StatusCode::FORBIDDEN),
    ("not_found", StatusCode::NOT_FOUND),
    ("method", StatusCode::METHOD_NOT_ALLOWED),
    ("conflict", StatusCode::CONFLICT),
    ("stale", StatusCode::CONFLICT),
    ("key_running", StatusCode::CONFLICT),
    ("changed", StatusCode::PRECONDITION_FAILED),
    ("too_large", StatusCode::PAYLOAD_TOO_LARGE),
    ("media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ("rules", StatusCode::UNPROCESSABLE_ENTITY),
    ("warned", StatusCode::UNPROCESSABLE_ENTITY),
    ("key_reused", StatusCode::UNPROCESSABLE_ENTITY),
    ("if_match", StatusCode::PRECONDITION_REQUIRED),
    ("too_many", StatusCode::TOO_MANY_REQUESTS),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR),
    ("busy", StatusCode::SERVICE_UNAVAILABLE),
];

impl Problem {
    /// A refusal of a kind of [`KINDS`].
    pub fn of(kind: &'static str) -> Problem {
        let status = KINDS.iter().find(|(known, _)| *known == kind).map(|(_, status)| *status);
        Problem { status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), kind, more: Box::default() }
    }

    fn saying(kind: &'static str, more: More) -> Problem {
        Problem { more: Box::new(more), ..Problem::of(kind) }
    }

    /// One broken rule.
    pub fn rule(rule: &'static str, field: &'static str, value: impl ToString) -> Problem {
        Problem::rules(vec![Broken { rule, field, value: value.to_string() }])
    }

    fn rules(broken: Vec<Broken>) -> Problem {
        Problem::saying("rules", More { broken, ..More::default() })
    }

    /// A text with warnings that nobody has seen.
    pub fn warned(warnings: Vec<Finding>) -> Problem {
        Problem::saying("warned", More { warnings, ..More::default() })
    }

    /// The same with something for its texts.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Problem {
        self.more.arguments.insert(name.to_owned(), value.to_string());
        self
    }

    /// Another method than the address takes.
    pub fn method(allow: &str) -> Problem {
        Problem::saying("method", More { allow: Some(allow.to_owned()), ..More::default() }).with("methods", allow)
    }

    /// The refusal as a body, and its headers on a response.
    pub fn into_response(self, app: &App, lang: &str, request: RequestId) -> Response {
        if let Some(fault) = self.more.fault.as_ref().filter(|fault| fault.is_fault()) {
            tracing::error!(%request, "{fault}");
        }
        let view = self.view(app, lang, request);
        let body = serde_json::to_vec(&view).unwrap_or_default();
        let mut response = Response::new(axum::body::Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"zhanqun\""));
        }
        if let Some(seconds) = self.more.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = self.more.allow.and_then(|allow| HeaderValue::try_from(allow).ok()) {
            headers.insert(ALLOW, allow);
        }
        response
    }

    fn view(&self, app: &App, lang: &str, request: RequestId) -> ProblemView {
        let text = |part: &str| {
            let key = format!("api.problem.{}.{part}", self.kind);
            app.engine.admin_text_with(lang, &key, &self.more.arguments).unwrap_or_default()
        };
        ProblemView {
            kind: format!("{TYPE}{}", self.kind),
            title: text("title"),
            status: self.status.as_u16(),
            detail: text("detail"),
            broken: self.more.broken.iter().map(|broken| BrokenView::of(app, lang, broken)).collect(),
            warnings: self.more.warnings.iter().map(|finding| FindingView::of(app, lang, finding)).collect(),
            request: request.to_string(),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        let kind = match &error {
            Error::LogIn => "token_missing",
            Error::StaleForm | Error::Forbidden => "forbidden",
            Error::NotFound | Error::Gone => "not_found",
            Error::Method(_) => "method",
            Error::Conflict => "conflict",
            Error::TooLarge => "too_large",
            Error::MediaType => "media_type",
            Error::TooMany(_) => "too_many",
            Error::Maintenance | Error::Busy | Error::ReadOnly | Error::Timeout => "busy",
            Error::Internal(_) => "internal",
            Error::BadRequest(_) | Error::LongAddress | Error::Slow | Error::Range(_) => "bad_request",
        };
        let retry_after = error.retry_after();
        let allow = if let Error::Method(methods) = &error { Some((*methods).to_owned()) } else { None };
        Problem::saying(kind, More { retry_after, allow, fault: Some(error), ..More::default() })
    }
}

impl From<domain::error::Error> for Problem {
    fn from(error: domain::error::Error) -> Problem {
        match error {
            domain::error::Error::NotFound { .. } => Problem::of("not_found"),
            domain::error::Error::Rules { broken } => Problem::rules(broken),
            domain::error::Error::Forbidden { role } => Problem::of("forbidden").with("role", role),
            domain::error::Error::Stale { head } => Problem::of("stale").with("head", head),
            domain::error::Error::Store(error) => Problem::from(Error::from(error)),
        }
    }
}

impl From<crate::store::Error> for Problem {
    fn from(error: crate::store::Error) -> Problem {
        Problem::from(Error::from(error))
    }
}

/// A refusal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemView {
    /// Kind of refusal, `urn:zhanqun:problem:rules`; does not change between versions.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words, in the language of `Accept-Language`.
    title: String,
    /// Status of the answer.
    status: u16,
    /// What to do about it, in words.
    detail: String,
    /// Rules that the request breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    broken: Vec<BrokenView>,
    /// What the publishing checks warn of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FindingView>,
    /// Number of the request in the server's log.
    request: String,
}

/// A rule that a request breaks.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BrokenRule")]
pub struct BrokenView {
    /// Field at fault.
    field: String,
    /// Key of the rule, `title.long`; does not change between versions.
    rule: String,
    /// Value at fault, where it helps.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    value: String,
    /// The rule in words, in the language of `Accept-Language` where there is a text for it.
    text: String,
}

/// A broken rule in words: those of the API, else those of the admin pages.
pub fn rule_text(app: &App, lang: &str, rule: &str, value: &str) -> Option<String> {
    let value = BTreeMap::from([("value".to_owned(), value.to_owned())]);
    let known = ["api.rule.", "rule.", "", "why."];
    known.iter().find_map(|family| app.engine.admin_text_with(lang, &format!("{family}{rule}"), &value))
}

impl BrokenView {
    fn of(app: &App, lang: &str, broken: &Broken) -> BrokenView {
        let text = rule_text(app, lang, broken.rule, &broken.value);
        BrokenView {
            field: broken.field.to_owned(),
            rule: broken.rule.to_owned(),
            value: broken.value.clone(),
            text: text.unwrap_or_else(|| broken.explain().to_owned()),
        }
    }
}

/// Something that the publishing checks found in a text.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub struct FindingView {
    /// Key of the check, `check.alt`; does not change between versions.
    rule: &'static str,
    /// `warn`, or `stop` for what keeps the text from being published.
    severity: &'static str,
    /// Words at the place; empty for the text as a whole.
    place: String,
    /// What it should be, where that is known.
    hint: String,
    /// The check in words, in the language of `Accept-Language`.
    text: String,
}

impl FindingView {
    /// As it is shown.
    pub(super) fn of(app: &App, lang: &str, finding: &Finding) -> FindingView {
        let rule = finding.rule.key();
        FindingView {
            rule,
            severity: finding.severity.word(),
            place: finding.place.clone(),
            hint: finding.hint.clone(),
            text: app.engine.admin_text(lang, rule).unwrap_or_default(),
        }
    }
}

/// The refusal of a request that does not come as far as the API: it took too long, or its head is broken.
pub fn rendered(app: &App, error: &Error, request: RequestId) -> Rendered {
    let problem = Problem::from(error.clone());
    let view = problem.view(app, "zh-CN", request);
    let view = ProblemView { status: error.status().as_u16(), ..view };
    let body = serde_json::to_vec(&view).unwrap_or_default();
    Rendered {
        content_type: HeaderValue::from_static(MEDIA_TYPE),
        language: None,
        keep: false,
        ..Rendered::html(error.status(), body)
    }
}
