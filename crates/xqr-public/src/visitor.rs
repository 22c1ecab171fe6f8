//! What a redirect remembers of a visitor.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT_LANGUAGE, REFERER, USER_AGENT};
use bytes::Bytes;
use xqr_engine::App;
use xqr_engine::countries::parse_country;
use xqr_engine::journal::{Scan, Text};
use xqr_engine::redirects::Forks;
use xqr_engine::routing::{Stickiness, Visit, mix};
use xqr_engine::salts;
use xqr_engine::variants::{Served, draw_of};

use crate::peer;

/// Returns where this visitor is led to instead of the link's own destination: by the first rule
/// that holds, else by a variant.
pub(crate) fn serve(
    app: &App,
    request: &HttpRequest,
    link_id: i64,
    forks: &Forks,
    country: Option<[u8; 2]>,
    now: i64,
) -> Option<Served> {
    let header = |name| request.headers().get(name).map_or(&b""[..], |value| value.as_bytes());
    let draw = |of, index| match of {
        Stickiness::Visitor => {
            let address = peer::address(&app.settings.edge, request.peer_addr(), request.headers());
            mix(draw_of(link_id, address, header(USER_AGENT)), index)
        }
        Stickiness::Visit => {
            let mut draw = [0; 8];
            app.data.random(&mut draw);
            u64::from_le_bytes(draw)
        }
    };
    if let Some(router) = &forks.router {
        let visit = Visit {
            country,
            user_agent: header(USER_AGENT),
            languages: header(ACCEPT_LANGUAGE),
            referrer: referrer_host(header(REFERER)).unwrap_or_default(),
            at: now,
            draw: &draw,
        };
        if let Some(location) = router.route(&visit) {
            return Some(Served { name: Bytes::new(), location: location.clone() });
        }
    }
    let split = forks.split.as_ref()?;
    Some(
        split
            .serve(draw(
                if split.sticky { Stickiness::Visitor } else { Stickiness::Visit },
                usize::MAX,
            ))
            .clone(),
    )
}

/// Returns the scan of a link by this request, which was led to `variant`; empty where there is
/// none.
pub(crate) async fn scan(
    app: &App,
    request: &HttpRequest,
    link_id: i64,
    country: Option<[u8; 2]>,
    variant: Bytes,
    now: i64,
) -> Scan {
    let headers = request.headers();
    let user_agent = headers.get(USER_AGENT).map_or(&b""[..], |value| value.as_bytes());
    let address = peer::address(&app.settings.edge, request.peer_addr(), headers);
    Scan {
        visitor: salts::visitor(app, address, user_agent, now).await,
        at: now,
        link_id,
        country,
        user_agent: Text::cut(user_agent),
        referrer: Text::cut(
            headers
                .get(REFERER)
                .and_then(|value| referrer_host(value.as_bytes()))
                .unwrap_or_default(),
        ),
        variant,
    }
}

/// Returns the country of a request, ISO 3166-1 alpha-2, as far as a trusted proxy or the country
/// database knows it.
pub(crate) fn country(app: &App, request: &HttpRequest) -> Option<[u8; 2]> {
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
    let authority =
        &rest[..rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(rest.len())];
    let host = &authority[authority.iter().rposition(|b| *b == b'@').map_or(0, |at| at + 1)..];
    let sane =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_');
    (!host.is_empty() && host.iter().all(sane)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn referrers_are_hosts() {
        let check = |value: &str, host: Option<&str>| {
            assert_eq!(referrer_host(value.as_bytes()), host.map(str::as_bytes), "{value}")
        };
        check("https://example.com/a?b#c", Some("example.com"));
        check("http://u:p@example.com:8080", Some("example.com:8080"));
        check("android-app://com.google.android.gm/", Some("com.google.android.gm"));
        check("https://<script>/", None);
        check("https://", None);
        check("example.com", None);
    }
}
