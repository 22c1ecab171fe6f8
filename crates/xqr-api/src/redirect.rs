//! `GET|HEAD /{code}`: from a code to its destination. The path that must be fast and must not
//! fail.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use xqr_engine::errors::{Condition, Error};
use xqr_engine::redirects::{self, Target};
use xqr_engine::settings::Refusals;
use xqr_engine::slug::CodeKey;

use crate::edge::{below, check_head, refuse};
use crate::hub::Hub;
use crate::metric::{self, Redirect};
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::wire::{Accept, accepts};
use crate::xqr::Xqr;
use crate::{call, echo, pages, peer, visitor};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            below("/q")
                .service(web::resource("/{code}/paused/").to(paused))
                .service(web::resource("/{code}/").to(redirect)),
        )
        .service(web::resource("/{code}").to(redirect))
        .default_service(web::to(no_page));
}

async fn redirect(request: HttpRequest) -> HttpResponse {
    let app = request.app_data::<web::Data<xqr_engine::App>>().expect("the server registers it");
    let now = app.now();
    let id = RequestId::fresh(now);
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return refuse::<Xqr>(
            &Condition::MethodNotAllowed.into(),
            id,
            Accept::of(request.headers()),
            Some("GET, HEAD"),
        );
    }
    if let Err(error) = check_head(request.head(), &app.settings.edge) {
        return refuse::<Xqr>(&error, id, Accept::of(request.headers()), None);
    }
    let code = request.match_info().query("code");
    let target = match CodeKey::new(code) {
        Some(key) => redirects::resolve(app, &key).await,
        None => Ok(Target::Absent),
    };
    match target {
        Ok(Target::Live { link_id, location, forks, .. }) => {
            let country = visitor::country(app, &request);
            let served = forks
                .and_then(|forks| visitor::serve(app, &request, link_id, &forks, country, now));
            let (location, variant) =
                served.map_or((location, Bytes::new()), |served| (served.location, served.name));
            match HeaderValue::from_maybe_shared(location) {
                Ok(location) => {
                    if *request.method() == Method::GET || app.settings.scans.count_head {
                        app.journal.append(
                            &visitor::scan(app, &request, link_id, country, variant, now).await,
                        );
                    }
                    metric::redirect(Redirect::Live);
                    found(location, id)
                }
                Err(error) => closed(&request, id, &Error::internal(error)),
            }
        }
        Ok(Target::Gone) => {
            metric::redirect(Redirect::Gone);
            // QR Studio reference, section 11.4.
            let page = request
                .path()
                .starts_with("/q/")
                .then(|| HeaderValue::try_from(format!("/q/{code}/paused/")));
            match page {
                Some(Ok(page)) => found(page, id),
                _ => closed(&request, id, &Condition::LinkGone.into()),
            }
        }
        Ok(Target::Absent) => {
            metric::redirect(Redirect::Absent);
            let address = peer::address(&app.settings.edge, request.peer_addr(), request.headers());
            if let Some(Err(error)) = address.map(|address| app.strangers.check_miss(address)) {
                return closed(&request, id, &error);
            }
            closed(&request, id, &Condition::LinkNotFound { code: echo::code(code) }.into())
        }
        Err(error) => {
            tracing::error!(request_id = %id, error = %error.report(), at = %error.location(), "a redirect failed");
            closed(&request, id, &error)
        }
    }
}

fn found(location: HeaderValue, id: RequestId) -> HttpResponse {
    HttpResponse::build(StatusCode::FOUND)
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((X_REQUEST_ID, id.header()))
        .finish()
}

/// `GET /q/{code}/paused/`: the same for every code, so that it tells nothing of any.
async fn paused() -> HttpResponse {
    pages::paused()
}

/// Any path that is no route.
async fn no_page(request: HttpRequest) -> HttpResponse {
    let app = call::app(&request);
    let id = RequestId::fresh(app.now());
    match check_head(request.head(), &app.settings.edge) {
        Ok(()) => closed(&request, id, &Condition::RouteNotFound.into()),
        Err(error) => refuse::<Xqr>(&error, id, Accept::of(request.headers()), None),
    }
}

/// A page for people, or the native envelope for who asks for JSON.
fn closed(request: &HttpRequest, id: RequestId, error: &Error) -> HttpResponse {
    let headers = request.headers();
    let accept = Accept::of(headers);
    if call::app(request).settings.redirect.refusals == Refusals::Hub {
        return refuse::<Hub>(error, id, accept, None);
    }
    if accept == Accept::Problem || accepts(headers, "application/json") {
        return refuse::<Xqr>(error, id, accept, None);
    }
    metric::error(error.condition().row().native_code());
    let mut response = pages::closed(error);
    crate::wire::dress(&mut response, error, id);
    response
}
