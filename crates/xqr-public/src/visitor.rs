//! The visitor of a short link, read from a request once.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderName, REFERER, USER_AGENT};
use xqr_engine::App;
use xqr_engine::redirects::{CountrySource, Visitor};
use xqr_http::request::client_ip;

/// Reads the visitor: the address and the country as far as trusted proxies report them.
pub(crate) fn read<'a>(app: &App, request: &'a HttpRequest) -> Visitor<'a> {
    let (edge, scans, headers) = (&app.settings.edge, &app.settings.scans, request.headers());
    let header = |name: HeaderName| headers.get(name).map_or(&b""[..], |value| value.as_bytes());
    let peer = request.peer_addr();
    let by_proxy = !scans.country_header.is_empty()
        && peer.is_some_and(|peer| client_ip::trusts(edge, peer.ip()));
    Visitor {
        address: client_ip::address(edge, peer, headers),
        country: match by_proxy {
            true => CountrySource::Proxy(
                headers.get(scans.country_header.as_str()).and_then(|value| value.to_str().ok()),
            ),
            false => CountrySource::Address,
        },
        user_agent: header(USER_AGENT),
        languages: header(ACCEPT_LANGUAGE),
        referrer: header(REFERER),
        counts: *request.method() == Method::GET || scans.count_head,
    }
}
