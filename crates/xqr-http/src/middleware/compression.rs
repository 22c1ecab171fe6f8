//! Content codings (RFC 9110, section 8.4.1): brotli and gzip for large texts. Pictures, PDF and
//! ZIP are compressed already.
//!
//! The response to a POST may contain a secret, whose length a coding would reveal (the BREACH
//! attack). So JSON is coded in responses to GET only; those that contain a secret carry [`Secret`]
//! and are not coded.

use actix_http::encoding::Encoder;
use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AcceptEncoding, CONTENT_TYPE, ContentEncoding, Encoding, Header as _, HeaderMap, HeaderValue,
    VARY,
};
use actix_web::{HttpMessage, HttpResponse};

/// The fewest bytes that are worth it: less fits into one packet anyway.
const WORTH: u64 = 1024;

/// Stands in the extensions of an answer that holds a secret.
#[derive(Debug)]
pub struct Secret;

/// The coding that a client takes.
#[derive(Debug, Clone, Copy)]
pub struct Codings(ContentEncoding);

impl Codings {
    /// Reads `Accept-Encoding`. A client that refuses everything that we have gets the text as it
    /// is.
    pub fn of(request: &impl HttpMessage) -> Self {
        let accepted = AcceptEncoding::parse(request).ok();
        let ours = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
        match accepted
            .filter(|accepted| !accepted.is_empty())
            .and_then(|accepted| accepted.negotiate(ours.iter()))
        {
            Some(Encoding::Known(coding)) => Self(coding),
            _ => Self(ContentEncoding::Identity),
        }
    }

    /// Codes an answer that is to be coded; `to_get` says whether it answers a GET or HEAD.
    pub fn apply(self, answer: ServiceResponse<BoxBody>, to_get: bool) -> ServiceResponse<BoxBody> {
        let (request, answer) = answer.into_parts();
        ServiceResponse::new(request, self.encode(answer, to_get))
    }

    /// As [`apply`](Self::apply).
    pub fn encode(self, mut answer: HttpResponse, to_get: bool) -> HttpResponse {
        // What is not modified varies as what it stands for.
        let not_modified = answer.status() == StatusCode::NOT_MODIFIED;
        if !not_modified
            && (!is_text(answer.headers(), to_get) || answer.extensions().contains::<Secret>())
        {
            return answer;
        }
        let worth = match answer.body().size() {
            BodySize::None => false,
            BodySize::Sized(bytes) => bytes >= WORTH,
            BodySize::Stream => true,
        };
        if !worth || self.0 == ContentEncoding::Identity {
            answer.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
            return answer;
        }
        answer.map_body(|head, body| BoxBody::new(Encoder::response(self.0, head, body)))
    }
}

/// Returns whether an answer is SVG, HTML, CSV, or JSON that answers a GET.
fn is_text(headers: &HeaderMap, to_get: bool) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    matches!(essence, "image/svg+xml" | "text/csv" | "text/html")
        || (to_get && essence == "application/json")
}
