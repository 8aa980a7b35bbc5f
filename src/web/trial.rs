//! A test message to a webhook: signed like every other, about nothing that happened.

use serde_json::json;

use crate::app::App;
use crate::base::clock;
use crate::domain::integration::Webhook;
use crate::outside::tell;

/// Sends a test message to a webhook that the asking person keeps, and gives the status of the answer. Nothing is
/// written down: its messages come as before.
///
/// # Errors
/// Why there is no answer, for people.
pub(in crate::web) async fn test_webhook(app: &App, webhook: &Webhook) -> Result<u16, String> {
    let now = app.clock.now();
    let delivery = format!("{}-test-{now}", webhook.id);
    let message = json!({
        "delivery": delivery, "webhook": webhook.id.0, "test": true, "time": clock::rfc3339(now), "events": [],
    });
    let body = message.to_string().into_bytes().into();
    tell(&app.poster, &app.config.webhooks, webhook, &delivery, body, now).await
}
