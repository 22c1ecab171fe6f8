//! `GET|HEAD /qr/{code}.{png|svg}`: the picture of a short link, for whoever knows its code. What
//! it encodes never changes, so it is kept by caches, and asked for again by its ETag (RFC 9110,
//! section 13.1.2).

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};
use xqr_engine::App;
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::passcodes;
use xqr_engine::pictures::{Order, PlanCaps};
use xqr_engine::redirects::{self, Target};
use xqr_engine::render::{Design, Format, Size};
use xqr_engine::rows::Link;
use xqr_engine::slug::CodeKey;

use crate::edge::{Codings, Cors, below, check_head, refuse};
use crate::guest::Guest;
use crate::pages::readable;
use crate::pieces::Pieces;
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::wire::Accept;
use crate::xqr::Xqr;
use crate::{echo, etag, metric};

/// Pixels on a side.
const PX: u32 = 512;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(below("/qr").service(readable("/{name}", image)));
}

/// Returns the address of a code's picture.
pub(crate) fn image_url(app: &App, code: &str, format: &str) -> String {
    format!("{}/qr/{code}.{format}", app.public_url)
}

async fn image(guest: Guest) -> HttpResponse {
    let id = RequestId::fresh(guest.app.now());
    let headers = guest.request.headers();
    let mut answer = draw(&guest)
        .await
        .unwrap_or_else(|error| refuse::<Xqr>(&error, id, Accept::of(headers), None));
    answer.headers_mut().insert(X_REQUEST_ID, id.header());
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Cors::of(&guest.app.settings.cors, headers).dress(answer.headers_mut());
    Codings::of(&guest.request).encode(answer, true)
}

async fn draw(guest: &Guest) -> Result<HttpResponse> {
    check_head(guest.request.head(), &guest.app.settings.edge)?;
    let name = guest.request.match_info().query("name");
    let (code, format) = match name.rsplit_once('.') {
        Some((code, "png")) => (code, Format::Png),
        Some((code, "svg")) => (code, Format::Svg),
        _ => return Err(Condition::RouteNotFound.into()),
    };
    let link = guest.link(code).await?;
    let order = order(&guest.app, &link, Design::default(), Size::Pixels(PX), format);
    picture(&guest.app, &guest.request, order).await
}

/// Returns the picture of a link's short address.
pub(crate) fn order(app: &App, link: &Link, design: Design, size: Size, format: Format) -> Order {
    Order { design, ..Order::new("code", app.short_url(&link.code), size, format) }
}

/// Answers with a picture that may be kept for a day.
pub(crate) async fn picture(
    app: &App,
    request: &HttpRequest,
    order: Order,
) -> Result<HttpResponse> {
    let keep = (CACHE_CONTROL, "public, max-age=86400");
    let mut answer = match etag::answer(request, etag::of(&order)) {
        Ok(answer) => answer,
        Err(mut not_modified) => return Ok(not_modified.insert_header(keep).finish()),
    };
    answer.insert_header(keep);
    let format = order.format;
    let served = app.picture(order, PlanCaps::default()).await?;
    metric::render(Duration::from_millis(served.ms));
    answer.content_type(format.media_type());
    if format == Format::Svg {
        answer.insert_header((
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ));
    }
    Ok(answer.body(Pieces::new(served.bytes)))
}

impl Guest {
    /// Returns the link of a code that anybody may ask about.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`], and [`Condition::LinkNotFound`] also where the code leads
    /// nowhere.
    pub(crate) async fn link(&self, code: &str) -> Result<Link> {
        self.app.strangers.check_lookup(self.address())?;
        let absent = || Error::from(Condition::LinkNotFound { code: echo::code(code) });
        // Whoever may not be led there is not told where it is.
        match redirects::resolve(&self.app, &CodeKey::new(code).ok_or_else(absent)?).await? {
            Target::Live { .. } => {}
            Target::Gone => return Err(Condition::LinkGone.into()),
            Target::Absent => return Err(absent()),
        }
        let wanted = code.to_owned();
        self.app.read(move |conn| passcodes::find(conn, &wanted)).await
    }
}
