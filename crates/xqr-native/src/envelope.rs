//! The native success envelope (xQR reference, section 5.1).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use serde::Serialize;
use xqr_engine::Figures;
use xqr_engine::plans::Cap;

use super::{Xqr, XqrPerson};
use crate::call::Call;
use crate::wire::Wire;

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
pub(super) struct PageMeta {
    pub(super) total: i64,
    pub(super) limit: i64,
    pub(super) offset: i64,
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
    fn of(figures: Figures) -> Self {
        let Figures { limit, remaining, burst_limit, burst_remaining, .. } = figures;
        Self { limit, remaining, burst_limit, burst_remaining }
    }
}

/// What an envelope says besides the data, taken before the work begins.
pub(super) struct Cover {
    request_id: String,
    figures: Figures,
}

impl Cover {
    /// Puts one resource into its envelope.
    pub(super) fn close(self, data: impl Serialize) -> Vec<u8> {
        let meta = Meta {
            request_id: self.request_id,
            page: None,
            rate_limit: RateLimit::of(self.figures),
        };
        // Views are made of texts and numbers, which always have a JSON form.
        serde_json::to_vec(&Envelope { data, meta }).unwrap_or_default()
    }
}

impl Call<Xqr> {
    /// Returns what the envelope of this call says besides the data.
    pub(super) fn cover(&self) -> Cover {
        Cover { request_id: self.id().to_string(), figures: self.figures() }
    }

    /// Answers with one resource.
    pub(super) fn answer(&self, status: StatusCode, data: impl Serialize) -> HttpResponse {
        envelope(self, status, data, None)
    }

    /// Answers with a page of a list.
    pub(super) fn page(&self, data: impl Serialize, page: PageMeta) -> HttpResponse {
        envelope(self, StatusCode::OK, data, Some(page))
    }
}

impl Call<XqrPerson> {
    /// Answers with one resource.
    pub(super) fn answer(&self, status: StatusCode, data: impl Serialize) -> HttpResponse {
        envelope(self, status, data, None)
    }
}

/// What an answer says may be a secret, and is of this moment: nobody keeps it.
fn envelope<D: Wire>(
    call: &Call<D>,
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
