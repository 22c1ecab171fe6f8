//! `GET|HEAD /b/{slug}`: a bio page for its visitors, and `/b/{slug}/{n}`, which counts a click and
//! leads on to the page's n-th link.
//!
//! The page has no script and no form, and shows a picture of another host at most. All that users
//! wrote goes through `maud`, which escapes texts and attributes by default, and is what our other
//! pages are made with.

use std::sync::OnceLock;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use xqr_engine::App;
use xqr_engine::bio::{Visit, html_url, is_language};
use xqr_engine::errors::{Condition, Dialect, Error, Result};
use xqr_http::middleware::check_head;
use xqr_http::response::csp;
use xqr_http::routes::below;
use xqr_http::{AnonymousRequest, RequestId, X_REQUEST_ID};

use crate::page::refuse;

const STYLE: &str = include_str!("bio_page.css");

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        below("/b")
            .service(web::resource("/{slug}").to(show))
            .service(web::resource("/{slug}/{place}").to(follow)),
    );
}

async fn show(call: AnonymousRequest) -> HttpResponse {
    let result = async {
        check(&call)?;
        let visit = call.app.visit(&slug(&call), call.request.method() == Method::GET).await?;
        Ok(page(&call.app, &visit))
    };
    let result = result.await;
    answer(&call, result)
}

async fn follow(call: AnonymousRequest) -> HttpResponse {
    let result = async {
        check(&call)?;
        // One spelling for each place.
        let place = call.request.match_info().query("place");
        let place = place
            .parse()
            .ok()
            .filter(|n: &usize| n.to_string() == place)
            .ok_or(Condition::RouteNotFound)?;
        let url =
            call.app.follow(&slug(&call), place, call.request.method() == Method::GET).await?;
        let location = HeaderValue::try_from(url).map_err(Error::internal)?;
        Ok(HttpResponse::Found()
            .insert_header((LOCATION, location))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish())
    };
    let result = result.await;
    answer(&call, result)
}

fn slug(call: &AnonymousRequest) -> String {
    call.request.match_info().query("slug").to_ascii_lowercase()
}

fn check(call: &AnonymousRequest) -> Result<()> {
    if !matches!(*call.request.method(), Method::GET | Method::HEAD) {
        return Err(Condition::MethodNotAllowed.into());
    }
    check_head(call.request.head(), &call.app.settings.edge)
}

/// Puts an answer on its way; a refusal is a page for people, or the native envelope for programs.
fn answer(call: &AnonymousRequest, result: Result<HttpResponse>) -> HttpResponse {
    let id = RequestId::fresh(call.app.now());
    let error = match result {
        Ok(mut answer) => {
            answer.headers_mut().insert(X_REQUEST_ID, id.header());
            answer
                .headers_mut()
                .insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            return answer;
        }
        Err(error) => error,
    };
    let allow = matches!(error.condition(), Condition::MethodNotAllowed).then_some("GET, HEAD");
    let status = error.condition().reply(Dialect::default()).status;
    if allow.is_some() || !matches!(status, 404 | 410 | 500 | 503) {
        return call.refuse_as(&error, id, allow);
    }
    if error.cause().is_some() {
        tracing::error!(request_id = %id, error = %error.report(), at = %error.location(), "a bio page failed");
    }
    refuse(&call.request, id, &error)
}

fn page(app: &App, visit: &Visit) -> HttpResponse {
    let text = |key: &str| visit.data.get(key).and_then(Value::as_str);
    let avatar = text("avatar_url").filter(|url| {
        url.starts_with("https://") || url.starts_with(&format!("{}/", app.public_url))
    });
    let markup = markup(
        app,
        visit,
        avatar,
        text("theme") == Some("dark"),
        text("lang").filter(|tag| is_language(tag)).unwrap_or("en"),
    );
    HttpResponse::build(StatusCode::OK)
        .insert_header(("content-type", "text/html; charset=utf-8"))
        .insert_header(("content-security-policy", policy(avatar.is_some())))
        .insert_header(("referrer-policy", "no-referrer"))
        // A change shows at once.
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(markup.into_string())
}

fn markup(app: &App, visit: &Visit, avatar: Option<&str>, dark: bool, lang: &str) -> Markup {
    let page = &visit.page;
    let description = page.description.as_deref();
    let theme = if dark { "dark" } else { "light" };
    let letter = page
        .title
        .chars()
        .find(|c| c.is_alphanumeric())
        .map_or_else(|| "•".to_owned(), |c| c.to_uppercase().collect());
    html! {
        (DOCTYPE)
        html lang=(lang) class=(theme) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(theme);
                title { (page.title) }
                meta property="og:type" content="profile";
                meta property="og:title" content=(page.title);
                meta property="og:url" content=(html_url(&app.bio_base(), page));
                @if let Some(description) = description {
                    meta name="description" content=(description);
                    meta property="og:description" content=(description);
                }
                @if let Some(avatar) = avatar { meta property="og:image" content=(avatar); }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    @match avatar {
                        Some(url) => img.avatar src=(url) alt="" width="104" height="104" decoding="async";,
                        None => span.avatar aria-hidden="true" { (letter) },
                    }
                    h1 dir="auto" { (page.title) }
                    @if let Some(description) = description { p dir="auto" { (description) } }
                }
                main {
                    nav aria-label=(page.title) {
                        ul {
                            @for (index, (label, url)) in visit.links().enumerate() {
                                li { a href=(href(&page.slug, index, url)) rel="noopener nofollow ugc" { span dir="auto" { (label) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Pages are reached through the place that counts; what no redirect can lead to is named itself.
/// Relative, so that it holds on any host.
fn href(slug: &str, index: usize, url: &str) -> String {
    match url.starts_with("mailto:") || url.starts_with("tel:") {
        true => url.to_owned(),
        false => format!("{slug}/{}", index + 1),
    }
}

/// Allows our one style sheet, by its hash, and the one picture where there is one. No host is
/// named: a host's name may have a semicolon.
fn policy(avatar: bool) -> &'static str {
    static POLICIES: [OnceLock<String>; 2] = [OnceLock::new(), OnceLock::new()];
    let images = if avatar { "img-src 'self' https:; " } else { "" };
    POLICIES[usize::from(avatar)].get_or_init(|| csp::page(STYLE, images))
}
