//! `GET|HEAD /qr/{code}.{png|svg}`: the picture of a short link, for whoever knows its code. What it encodes never changes, so it is
//! kept by caches, and asked for again by its ETag (RFC 9110, section 13.1.2).

use std::fmt::Write as _;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, ETAG, EntityTag, Header as _, HeaderValue, IfNoneMatch, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};
use xqr_engine::App;
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::passcodes;
use xqr_engine::pictures::Order;
use xqr_engine::redirects::{self, Target};
use xqr_engine::render::{Caps, Design, Format, Size};
use xqr_engine::rows::Link;
use xqr_engine::slug::CodeKey;

use crate::edge::{below, check_head, refuse};
use crate::guest::Guest;
use crate::pieces::Pieces;
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::wire::Accept;
use crate::xqr::Xqr;
use crate::{echo, metric};

/// Pixels on a side.
const PX: u32 = 512;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let images =
        web::resource("/{name}").route(web::get().to(image)).route(web::head().to(image)).default_service(web::to(no_method));
    config.service(below("/qr").service(images));
}

/// Returns the address of a code's picture.
pub(crate) fn image_url(app: &App, code: &str, format: &str) -> String {
    format!("{}/qr/{code}.{format}", app.public_url)
}

async fn image(guest: Guest) -> HttpResponse {
    let id = RequestId::fresh(guest.app.now());
    let mut answer = match draw(&guest).await {
        Ok(answer) => answer,
        Err(error) => return refuse::<Xqr>(&error, id, Accept::of(guest.request.headers()), None),
    };
    answer.headers_mut().insert(X_REQUEST_ID, id.header());
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

async fn no_method(guest: Guest) -> HttpResponse {
    let (error, id) = (Condition::MethodNotAllowed.into(), RequestId::fresh(guest.app.now()));
    refuse::<Xqr>(&error, id, Accept::of(guest.request.headers()), Some("GET, HEAD"))
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
pub(crate) async fn picture(app: &App, request: &HttpRequest, order: Order) -> Result<HttpResponse> {
    let tag = etag(&order);
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key("if-none-match"),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|other| other.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "public, max-age=86400"));
    if known {
        return Ok(answer.finish());
    }
    let format = order.format;
    let served = app.picture(order, Caps::default()).await?;
    metric::render(Duration::from_millis(served.ms));
    answer.content_type(format.media_type());
    if format == Format::Svg {
        answer.insert_header(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    }
    Ok(answer.body(Pieces::new(served.bytes)))
}

/// What a picture is drawn from tells it from any other, but for what another version of this program draws.
fn etag(order: &Order) -> EntityTag {
    let mut text = format!("{}-", env!("CARGO_PKG_VERSION"));
    for byte in &order.digest()[..16] {
        write!(text, "{byte:02x}").ok();
    }
    EntityTag::new_strong(text)
}

impl Guest {
    /// Returns the link of a code that anybody may ask about.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`], and [`Condition::LinkNotFound`] also where the code leads nowhere.
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
