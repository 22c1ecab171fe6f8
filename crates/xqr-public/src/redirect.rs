//! `GET|HEAD /{code}` and `/q/{code}/`: from a code to its destination. The path that must be fast
//! and must not fail.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use xqr_engine::errors::{Condition, Error};
use xqr_engine::redirects::Outcome;
use xqr_engine::{App, redirects};
use xqr_http::dialect::registry;
use xqr_http::metrics::{self, Redirect};
use xqr_http::middleware::check_head;
use xqr_http::response::sanitize;
use xqr_http::routes::below;
use xqr_http::{Accept, RequestId, X_REQUEST_ID};

use crate::{page, visitor};

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
    let app = request.app_data::<web::Data<App>>().expect("the server registers it");
    let now = app.now();
    let id = RequestId::fresh(now);
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let error = Condition::MethodNotAllowed.into();
        return refuse(&request, id, &error, Some("GET, HEAD"));
    }
    if let Err(error) = check_head(request.head(), &app.settings.edge) {
        return refuse(&request, id, &error, None);
    }
    let code = request.match_info().query("code");
    let visitor = visitor::read(app, &request);
    match redirects::visit(app, code, &visitor, now).await {
        Ok(Outcome::Found { location }) => match HeaderValue::from_maybe_shared(location) {
            Ok(location) => {
                metrics::redirect(Redirect::Live);
                found(location, id)
            }
            Err(error) => dead_end(app, &request, id, &Error::internal(error)),
        },
        Ok(Outcome::Gone) => {
            metrics::redirect(Redirect::Gone);
            // Codes of dynamic QRs lead to a page that says so.
            let page = request
                .path()
                .starts_with("/q/")
                .then(|| HeaderValue::try_from(format!("/q/{code}/paused/")));
            match page {
                Some(Ok(page)) => found(page, id),
                _ => dead_end(app, &request, id, &Condition::LinkGone.into()),
            }
        }
        Ok(Outcome::Absent) => {
            metrics::redirect(Redirect::Absent);
            if let Some(Err(error)) =
                visitor.address.map(|address| app.address_limits.check_miss(address))
            {
                return dead_end(app, &request, id, &error);
            }
            let error = Condition::LinkNotFound { code: sanitize::code(code) }.into();
            dead_end(app, &request, id, &error)
        }
        Err(error) => {
            tracing::error!(request_id = %id, error = %error.report(), at = %error.location(), "a redirect failed");
            dead_end(app, &request, id, &error)
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

/// `GET /q/{code}/paused/`: the same page for every code, so that it reveals nothing about one.
async fn paused() -> HttpResponse {
    page::paused()
}

/// Any path that is no route.
async fn no_page(request: HttpRequest) -> HttpResponse {
    let app = xqr_http::request::app(&request);
    let id = RequestId::fresh(app.now());
    match check_head(request.head(), &app.settings.edge) {
        Ok(()) => dead_end(&app, &request, id, &Condition::RouteNotFound.into()),
        Err(error) => refuse(&request, id, &error, None),
    }
}

/// Refuses in the public dialect.
fn refuse(
    request: &HttpRequest,
    id: RequestId,
    error: &Error,
    allow: Option<&'static str>,
) -> HttpResponse {
    (registry(request).public().refuse)(error, id, Accept::of(request), allow)
}

/// Answers a short link that leads nowhere: in the dialect that the settings name, else as a page
/// or in the public dialect.
fn dead_end(app: &App, request: &HttpRequest, id: RequestId, error: &Error) -> HttpResponse {
    match registry(request).find(&app.settings.redirect.refusals) {
        Some(dialect) => (dialect.refuse)(error, id, Accept::of(request), None),
        None => page::refuse(request, id, error),
    }
}
