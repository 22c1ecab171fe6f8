//! Reads the body of a request: JSON, within limits of size and time.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use xqr_engine::errors::{Condition, Result};

use crate::forms::fields::Fields;

/// Reads an object of at most `max` bytes within `patience` milliseconds.
pub async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    max: usize,
    patience: u64,
) -> Result<Fields> {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_json = |value: &str| {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"))
    };
    if text(CONTENT_TYPE).is_some_and(|value| !is_json(value))
        || text(CONTENT_ENCODING).is_some_and(|value| !value.eq_ignore_ascii_case("identity"))
    {
        return Err(Condition::MediaTypeUnsupported.into());
    }
    let too_large = || Condition::BodyTooLarge { max: max as u64 };
    if text(CONTENT_LENGTH).and_then(|value| value.parse().ok()).is_some_and(|len: usize| len > max)
    {
        return Err(too_large().into());
    }
    let read = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Condition::BodyNotJson)?;
            if body.len() + chunk.len() > max {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    let body = tokio::time::timeout(Duration::from_millis(patience), read)
        .await
        .map_err(|_| Condition::BodyTooSlow)??;
    Fields::parse(&body)
}
