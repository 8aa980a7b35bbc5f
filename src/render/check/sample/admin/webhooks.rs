//! Sample pages of webhooks.

use crate::domain::integration::EventKind;
use crate::render::view_admin::{
    EventView, RuleView, WebhookFormView, WebhookSecretView, WebhookTestView, WebhookView, WebhooksPage,
};

use super::{Samples, message};

pub(super) const TEMPLATES: [(&str, &str); 1] = [("webhooks/list.html", "WebhooksPage")];

pub(super) fn add(samples: &mut Samples) {
    let events = |chosen| EventKind::ALL.map(|kind| EventView { word: kind.word(), chosen }).to_vec();
    let good = WebhookView {
        id: 57,
        url: "https://hooks.example.gov.cn/zhanqun?a=1&b=<2>".into(),
        events: events(true),
        enabled: true,
        stopped: String::new(),
        reason: String::new(),
        last: "2026-11-20 09:30".into(),
        status: 200,
        error: String::new(),
        tries: 0,
        next: String::new(),
    };
    let failing = WebhookView {
        id: 58,
        status: 503,
        error: "status 503 <b>".into(),
        tries: 3,
        next: "2026-11-20 09:40".into(),
        ..good.clone()
    };
    let silent = WebhookView { id: 59, status: 0, error: "connection refused".into(), ..failing.clone() };
    let stopped = WebhookView {
        id: 60,
        enabled: false,
        stopped: "2026-11-21 09:30".into(),
        reason: "connection refused".into(),
        ..silent.clone()
    };
    let paused = WebhookView { id: 61, enabled: false, last: String::new(), status: 0, ..good.clone() };
    let full = WebhooksPage {
        base: "/admin/sites/mzj/webhooks".into(),
        of_group: false,
        webhooks: vec![good, failing, silent, stopped, paused],
        form: WebhookFormView { url: "http://10.0.0.1/<b>".into(), events: events(false) },
        secret: Some(WebhookSecretView { url: "https://hooks.example.gov.cn/".into(), secret: "whsec_5f0c".into() }),
        tested: None,
        notice: None,
        problems: Vec::new(),
    };
    samples.add("full", "webhooks/list.html", &full);
    let rules = [
        ("url", "required"),
        ("url", "url.form"),
        ("url", "webhook.https"),
        ("url", "webhook.private"),
        ("url", "webhook.many"),
        ("events", "required"),
    ];
    let rule = |(field, rule): (&str, &str)| RuleView {
        field: field.into(),
        key: format!("rule.{rule}"),
        value: "http://10.0.0.1/<b>".into(),
    };
    let refused = WebhooksPage { problems: rules.into_iter().map(rule).collect(), secret: None, ..full.clone() };
    samples.add("refused", "webhooks/list.html", refused);
    for word in ["changed", "paused", "deleted"] {
        let notice = Some(message(&format!("webhooks.done.{word}"), 0));
        samples.add(word, "webhooks/list.html", WebhooksPage { notice, secret: None, ..full.clone() });
    }
    for (name, arrived, status, error) in [
        ("tested", true, 204, ""),
        ("test-refused", false, 503, ""),
        ("test-failed", false, 0, "connection refused <b>"),
    ] {
        let tested = WebhookTestView { url: full.webhooks[0].url.clone(), arrived, status, error: error.into() };
        samples.add(name, "webhooks/list.html", WebhooksPage { tested: Some(tested), secret: None, ..full.clone() });
    }
    let none = WebhooksPage { of_group: true, webhooks: Vec::new(), secret: None, ..full };
    samples.add("none", "webhooks/list.html", none);
}
