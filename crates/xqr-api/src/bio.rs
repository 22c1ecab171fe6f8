//! `GET|HEAD /b/{slug}`: a bio page for its visitors, and `/b/{slug}/{n}`, which counts a click and
//! leads on to the page's n-th link.
//!
//! The page has no script and no form, and shows a picture of another host at most. All that users
//! wrote goes through `maud`, which escapes texts and attributes unless told otherwise, and is what
//! our other pages are made with.

use std::sync::OnceLock;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use xqr_engine::App;
use xqr_engine::bio::{Visit, html_url};
use xqr_engine::errors::{Condition, Error, Result};

use crate::edge::{below, check_head, refuse};
use crate::guest::Guest;
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::wire::{Accept, accepts, dress};
use crate::xqr::{Xqr, is_language};
use crate::{metric, pages};

const STYLE: &str = include_str!("bio.css");

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        below("/b")
            .service(web::resource("/{slug}").to(show))
            .service(web::resource("/{slug}/{place}").to(follow)),
    );
}

async fn show(guest: Guest) -> HttpResponse {
    let result = async {
        check(&guest)?;
        let visit = guest.app.visit(&slug(&guest), guest.request.method() == Method::GET).await?;
        Ok(page(&guest.app, &visit))
    };
    let result = result.await;
    answer(&guest, result)
}

async fn follow(guest: Guest) -> HttpResponse {
    let result = async {
        check(&guest)?;
        // One spelling for each place.
        let place = guest.request.match_info().query("place");
        let place = place
            .parse()
            .ok()
            .filter(|n: &usize| n.to_string() == place)
            .ok_or(Condition::RouteNotFound)?;
        let url =
            guest.app.follow(&slug(&guest), place, guest.request.method() == Method::GET).await?;
        let location = HeaderValue::try_from(url).map_err(Error::internal)?;
        Ok(HttpResponse::Found()
            .insert_header((LOCATION, location))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish())
    };
    let result = result.await;
    answer(&guest, result)
}

fn slug(guest: &Guest) -> String {
    guest.request.match_info().query("slug").to_ascii_lowercase()
}

fn check(guest: &Guest) -> Result<()> {
    if !matches!(*guest.request.method(), Method::GET | Method::HEAD) {
        return Err(Condition::MethodNotAllowed.into());
    }
    check_head(guest.request.head(), &guest.app.settings.edge)
}

/// Puts an answer on its way; a refusal is a page for people, or the native envelope for programs.
fn answer(guest: &Guest, result: Result<HttpResponse>) -> HttpResponse {
    let (id, headers) = (RequestId::fresh(guest.app.now()), guest.request.headers());
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
    let status = error.condition().reply(xqr_engine::errors::Dialect::Xqr).status;
    let accept = Accept::of(headers);
    let allow = matches!(error.condition(), Condition::MethodNotAllowed).then_some("GET, HEAD");
    if allow.is_some()
        || !matches!(status, 404 | 410 | 500 | 503)
        || accept == Accept::Problem
        || accepts(headers, "application/json")
    {
        return refuse::<Xqr>(&error, id, accept, allow);
    }
    if error.cause().is_some() {
        tracing::error!(request_id = %id, error = %error.report(), at = %error.location(), "a bio page failed");
    }
    metric::error(error.condition().row().native_code());
    let mut response = pages::closed(&error);
    dress(&mut response, &error, id);
    response
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
    POLICIES[usize::from(avatar)].get_or_init(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        let pictures = if avatar { "img-src 'self' https:; " } else { "" };
        format!(
            "default-src 'none'; {pictures}style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors 'none'"
        )
    })
}
