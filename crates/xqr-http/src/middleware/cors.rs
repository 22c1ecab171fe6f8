//! Calls from web pages of other origins (the Fetch standard, section 3.3). `actix-cors` has error
//! texts of its own and does not see the response to a panic; this middleware sets the headers on
//! every response of a dialect. The service uses no cookies, so credentials in the sense of the
//! standard are never allowed.

use actix_web::HttpResponse;
use actix_web::dev::RequestHead;
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use xqr_engine::settings;

use crate::request::request_id::{RequestId, X_REQUEST_ID};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");

/// What a page may read of an answer besides what the standard lets it read anyway.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Allow, Content-Disposition, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, \
     X-QR-Cache, X-QR-Duration-Ms, X-QR-Error-Correction, X-QR-Plan, X-QR-Public-URL, X-QR-Quota-Remaining, X-QR-Scannability, \
     X-QR-Short-Id, X-QR-Version, X-QR-Warning, X-RateLimit-Burst-Limit, X-RateLimit-Burst-Remaining, X-RateLimit-Limit, \
     X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id",
);

/// What the settings say of the origin of a request.
#[derive(Debug)]
pub struct Cors {
    allowed: Option<HeaderValue>,
    /// Whether the answer would be another one for another origin.
    varies: bool,
}

impl Cors {
    /// Compares the `Origin` of a request with the settings.
    pub fn of(settings: &settings::Cors, headers: &HeaderMap) -> Self {
        if settings.origins.iter().any(|origin| origin == "*") {
            return Self { allowed: Some(HeaderValue::from_static("*")), varies: false };
        }
        let listed = |origin: &&HeaderValue| {
            settings.origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes())
        };
        Self {
            allowed: headers.get(ORIGIN).filter(listed).cloned(),
            varies: !settings.origins.is_empty(),
        }
    }

    /// Answers the question of a browser whether it may send a request, without a key: the key
    /// comes with the request.
    pub fn preflight(
        &self,
        settings: &settings::Cors,
        head: &RequestHead,
        id: RequestId,
    ) -> Option<HttpResponse> {
        let asks = head.method == Method::OPTIONS
            && head.headers.contains_key(ORIGIN)
            && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !asks || self.allowed.is_none() {
            return None;
        }
        let mut answer = HttpResponse::NoContent();
        answer.insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS));
        // No header does harm that the page could not do by a server of its own, and tools add
        // theirs.
        if let Some(wanted) = head.headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone()));
        }
        answer.insert_header((ACCESS_CONTROL_MAX_AGE, settings.max_age));
        answer.insert_header((X_REQUEST_ID, id.header()));
        answer.insert_header((VARY, "Access-Control-Request-Headers"));
        let mut answer = answer.finish();
        self.add_headers(answer.headers_mut());
        Some(answer)
    }

    /// Lets a page of the origin read an answer.
    pub fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(origin) = &self.allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
        if self.varies {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
    }
}
