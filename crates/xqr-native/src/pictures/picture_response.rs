//! Answers with a drawn picture: caps of the plan, entity tag, scannability headers.

use std::time::Instant;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use xqr_engine::errors::Result;
use xqr_engine::pictures::render_request::{Drawn, PlanCaps, RenderRequest};
use xqr_engine::plans::Terms;
use xqr_engine::render::{Caps, Format, Verdict};
use xqr_http::response::chunked_body::ChunkedBody;
use xqr_http::response::{csp, etag};
use xqr_http::{ApiRequest, metrics};

use crate::Native;

/// Drawing for a request.
pub(crate) trait Draw {
    /// Returns what the caller's plan allows of a picture.
    fn caps(&self) -> PlanCaps;

    /// Checks the request before drawing, and fetches the pictures in the design.
    async fn prepare(&self, order: &mut RenderRequest) -> Result<()>;

    /// Answers a GET with a picture, or with 304 if the client has it; that costs neither drawing
    /// nor quota.
    async fn conditional(&self, order: RenderRequest, name: &str) -> Result<HttpResponse>;

    /// Draws off the event loop.
    async fn draw(&self, order: RenderRequest) -> Result<Drawn>;
}

impl Draw for ApiRequest<Native> {
    fn caps(&self) -> PlanCaps {
        let Terms { plan, limits } = &self.caller.terms;
        let caps =
            Caps::new().max_inches(limits.max_inches).max_dpi(limits.max_dpi).logo(limits.logo);
        PlanCaps { plan: plan.to_string(), caps }
    }

    async fn prepare(&self, order: &mut RenderRequest) -> Result<()> {
        order.check(&self.caps())?;
        self.app.gather(order).await
    }

    async fn conditional(&self, mut order: RenderRequest, name: &str) -> Result<HttpResponse> {
        self.prepare(&mut order).await?;
        // The picture belongs to the caller, and changes with the design.
        let keep = (CACHE_CONTROL, "private, no-cache");
        match etag::answer(&self.request, etag::of(&order)) {
            Err(mut not_modified) => Ok(not_modified.insert_header(keep).finish()),
            Ok(mut answer) => {
                answer.insert_header(keep);
                Ok(picture(answer, order.format, name, self.draw(order).await?))
            }
        }
    }

    async fn draw(&self, order: RenderRequest) -> Result<Drawn> {
        let caps = self.caps();
        let job = move || {
            let started = Instant::now();
            let drawn = order.draw(&caps);
            metrics::render(started.elapsed());
            drawn
        };
        self.app.draw(job).await
    }
}

/// Answers with a picture; headers report its scannability.
pub(crate) fn picture(
    mut answer: HttpResponseBuilder,
    format: Format,
    name: &str,
    drawn: Drawn,
) -> HttpResponse {
    let Drawn { bytes, symbol, report } = drawn;
    answer
        .content_type(format.media_type())
        .insert_header((
            "content-disposition",
            format!("inline; filename=\"{name}.{}\"", format.extension()),
        ))
        .insert_header(("x-qr-version", symbol.version().to_string()))
        .insert_header(("x-qr-error-correction", symbol.level().letter().to_string()))
        .insert_header(("x-qr-scannability", report.verdict.name()));
    if let Ok(reasons) = HeaderValue::from_str(&report.reasons())
        && report.verdict > Verdict::Good
    {
        answer.insert_header((HeaderName::from_static("x-qr-warning"), reasons));
    }
    if format == Format::Svg {
        answer.insert_header((CONTENT_SECURITY_POLICY, csp::SVG));
    }
    answer.body(ChunkedBody::new(bytes))
}
