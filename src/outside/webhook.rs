//! One message to a webhook, signed.

use aws_lc_rs::hmac;
use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use crate::config::WebhooksConfig;
use crate::domain::integration::Webhook;

use super::Poster;

/// Header with the signature.
const SIGNATURE: HeaderName = HeaderName::from_static("x-zhanqun-signature");
/// Header with a number that a message keeps when it is sent again.
const DELIVERY: HeaderName = HeaderName::from_static("x-zhanqun-delivery");

/// Sends a message and gives the status of the answer.
///
/// # Errors
/// Why there is none, for people.
pub async fn tell(
    poster: &Poster,
    config: &WebhooksConfig,
    webhook: &Webhook,
    delivery: &str,
    body: Bytes,
    now: i64,
) -> Result<u16, String> {
    let signed = signature(&webhook.secret, now / 1000, &body);
    let headers = [(SIGNATURE, signed.as_str()), (DELIVERY, delivery)];
    let headers = headers.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)));
    poster.post(config, &webhook.url, headers.collect(), body).await
}

/// `t=SECONDS,v1=HEX`: HMAC-SHA256 of the seconds, a dot and the body.
fn signature(secret: &str, seconds: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{seconds}.").as_bytes());
    context.update(body);
    let hex: String = context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}
