//! The native success envelope (xQR reference, section 5.1).

pub(super) mod rate_limit_headers;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use serde::Serialize;
use xqr_engine::LimitStatus;
use xqr_engine::plans::Cap;

use xqr_http::ApiRequest;
use xqr_http::Dialect;

#[derive(Serialize)]
struct Envelope<T> {
    data: T,
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {
    request_id: String,
    #[serde(flatten)]
    page: Option<PageMeta>,
    rate_limit: RateLimit,
}

/// Where a page stands in its list.
#[derive(Serialize)]
pub(crate) struct PageMeta {
    pub(crate) total: i64,
    pub(crate) limit: i64,
    pub(crate) offset: i64,
}

/// What the caller may still do; null is unlimited.
#[derive(Serialize)]
struct RateLimit {
    limit: Cap,
    remaining: Cap,
    burst_limit: Cap,
    burst_remaining: Cap,
}

impl RateLimit {
    fn of(figures: LimitStatus) -> Self {
        let LimitStatus { limit, remaining, burst_limit, burst_remaining, .. } = figures;
        Self { limit, remaining, burst_limit, burst_remaining }
    }
}

/// What an envelope says besides the data, taken before the work begins.
pub(crate) struct Cover {
    request_id: String,
    figures: LimitStatus,
}

impl Cover {
    /// Puts one resource into its envelope.
    pub(crate) fn close(self, data: impl Serialize) -> Vec<u8> {
        let meta = Meta {
            request_id: self.request_id,
            page: None,
            rate_limit: RateLimit::of(self.figures),
        };
        // Views are made of texts and numbers, which always have a JSON form.
        serde_json::to_vec(&Envelope { data, meta }).unwrap_or_default()
    }
}

/// Success envelopes.
pub(crate) trait Answers {
    /// Answers with one resource.
    fn answer(&self, status: StatusCode, data: impl Serialize) -> HttpResponse;

    /// Answers with a page of a list.
    fn page(&self, data: impl Serialize, page: PageMeta) -> HttpResponse;

    /// Returns what the envelope of this request says besides the data.
    fn cover(&self) -> Cover;
}

impl<D: Dialect> Answers for ApiRequest<D> {
    fn answer(&self, status: StatusCode, data: impl Serialize) -> HttpResponse {
        envelope(self, status, data, None)
    }

    fn page(&self, data: impl Serialize, page: PageMeta) -> HttpResponse {
        envelope(self, StatusCode::OK, data, Some(page))
    }

    fn cover(&self) -> Cover {
        Cover { request_id: self.id().to_string(), figures: self.figures() }
    }
}

/// An answer may hold a secret, and is current only now, so no cache may keep it.
fn envelope<D: Dialect>(
    call: &ApiRequest<D>,
    status: StatusCode,
    data: impl Serialize,
    page: Option<PageMeta>,
) -> HttpResponse {
    let meta =
        Meta { request_id: call.id().to_string(), page, rate_limit: RateLimit::of(call.figures()) };
    HttpResponse::build(status)
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Envelope { data, meta })
}
