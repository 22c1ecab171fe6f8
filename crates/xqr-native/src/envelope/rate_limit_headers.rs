//! Rate-limit headers: `X-RateLimit-*` (xQR reference, section 6), and `RateLimit-Policy` and
//! `RateLimit` of the IETF draft (draft-ietf-httpapi-ratelimit-headers). An unlimited rate has no
//! header.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use xqr_engine::LimitStatus;

/// Adds what is limited.
pub(crate) fn add(headers: &mut HeaderMap, figures: &LimitStatus) {
    let LimitStatus { limit, remaining, reset, burst_limit, burst_remaining } = *figures;
    let numbers = [
        ("x-ratelimit-limit", limit),
        ("x-ratelimit-remaining", remaining),
        ("x-ratelimit-reset", limit.map(|_| reset)),
        ("x-ratelimit-burst-limit", burst_limit),
        ("x-ratelimit-burst-remaining", burst_remaining),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
        }
    }
    let (mut policies, mut states) = (Vec::with_capacity(2), Vec::with_capacity(2));
    if let (Some(limit), Some(left)) = (burst_limit, burst_remaining) {
        policies.push(format!("\"burst\";q={limit};w=1"));
        states.push(format!("\"burst\";r={left};t=1"));
    }
    if let (Some(limit), Some(left)) = (limit, remaining) {
        policies.push(format!("\"month\";q={limit}"));
        states.push(format!("\"month\";r={left};t={reset}"));
    }
    for (name, items) in [("ratelimit-policy", policies), ("ratelimit", states)] {
        if let Ok(value) = HeaderValue::from_str(&items.join(", "))
            && !items.is_empty()
        {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
