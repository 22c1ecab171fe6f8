//! What a redirect remembers of a visitor.

use actix_web::HttpRequest;
use actix_web::http::header::{REFERER, USER_AGENT};
use bytes::Bytes;
use xqr_engine::App;
use xqr_engine::countries::parse_country;
use xqr_engine::journal::{Scan, Text};
use xqr_engine::variants::{Served, Split, draw_of};

use crate::peer;

/// Returns the variant that this visitor is led to.
pub(crate) fn serve(app: &App, request: &HttpRequest, link_id: i64, split: &Split) -> Served {
    let draw = if split.sticky {
        let address = peer::address(&app.settings.edge, request.peer_addr(), request.headers());
        draw_of(link_id, address, request.headers().get(USER_AGENT).map_or(b"", |value| value.as_bytes()))
    } else {
        let mut draw = [0; 8];
        app.data.random(&mut draw);
        u64::from_le_bytes(draw)
    };
    split.serve(draw).clone()
}

/// Returns the scan of a link by this request, which was led to `variant`; empty where there is none.
pub(crate) fn scan(app: &App, request: &HttpRequest, link_id: i64, variant: Bytes, now: i64) -> Scan {
    let headers = request.headers();
    Scan {
        at: now,
        link_id,
        country: country(app, request),
        user_agent: Text::cut(headers.get(USER_AGENT).map_or(b"", |value| value.as_bytes())),
        referrer: Text::cut(headers.get(REFERER).and_then(|value| referrer_host(value.as_bytes())).unwrap_or_default()),
        variant,
    }
}

fn country(app: &App, request: &HttpRequest) -> Option<[u8; 2]> {
    let (edge, peer) = (&app.settings.edge, request.peer_addr()?);
    let header = &app.settings.scans.country_header;
    if !header.is_empty() && peer::trusts(edge, peer.ip()) {
        return parse_country(request.headers().get(header.as_str())?.to_str().ok()?);
    }
    app.countries.of(peer::address(edge, Some(peer), request.headers())?)
}

/// Returns the host of a referrer: no path, no user, nothing that is not of a host name.
fn referrer_host(value: &[u8]) -> Option<&[u8]> {
    let start = value.windows(3).position(|window| window == b"://")? + 3;
    let rest = &value[start..];
    let authority = &rest[..rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len())];
    let host = &authority[authority.iter().rposition(|b| *b == b'@').map_or(0, |at| at + 1)..];
    let sane = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_');
    (!host.is_empty() && host.iter().all(sane)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn referrers_are_hosts() {
        let check =
            |value: &str, host: Option<&str>| assert_eq!(referrer_host(value.as_bytes()), host.map(str::as_bytes), "{value}");
        check("https://example.com/a?b#c", Some("example.com"));
        check("http://u:p@example.com:8080", Some("example.com:8080"));
        check("android-app://com.google.android.gm/", Some("com.google.android.gm"));
        check("https://<script>/", None);
        check("https://", None);
        check("example.com", None);
    }
}
