//! What a redirect remembers of a visitor. Forwarded headers count only when a trusted proxy sends them.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, REFERER, USER_AGENT};
use xqr_engine::App;
use xqr_engine::countries::parse_country;
use xqr_engine::journal::{Scan, Text};

/// Returns the scan of a link by this request.
pub(crate) fn scan(app: &App, request: &HttpRequest, link_id: i64, now: i64) -> Scan {
    let headers = request.headers();
    Scan {
        at: now,
        link_id,
        country: country(app, request),
        user_agent: Text::cut(headers.get(USER_AGENT).map_or(b"", |value| value.as_bytes())),
        referrer: Text::cut(headers.get(REFERER).and_then(|value| referrer_host(value.as_bytes())).unwrap_or_default()),
    }
}

fn country(app: &App, request: &HttpRequest) -> Option<[u8; 2]> {
    let peer = request.peer_addr()?.ip();
    let trusts = |address: IpAddr| app.settings.edge.trusted_proxies.iter().any(|net| net.contains(&address));
    let header = &app.settings.scans.country_header;
    if !header.is_empty() && trusts(peer) {
        return parse_country(request.headers().get(header.as_str())?.to_str().ok()?);
    }
    app.countries.of(if trusts(peer) { forwarded(request.headers(), trusts).unwrap_or(peer) } else { peer })
}

/// Returns the last address of `X-Forwarded-For` that is not one of our own proxies; what stands left of it is hearsay.
fn forwarded(headers: &HeaderMap, trusts: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let mut lists: Vec<_> = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    lists.reverse();
    let mut addresses = lists.into_iter().flat_map(|list| list.rsplit(',')).map(|item| item.trim().parse::<IpAddr>());
    addresses.find_map(|address| match address {
        Ok(address) if trusts(address) => None,
        address => Some(address.ok()),
    })?
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
    use actix_web::http::header::{HeaderName, HeaderValue};

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

    #[test]
    fn the_last_foreign_address_counts() {
        let check = |lists: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for list in lists {
                headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(list).unwrap());
            }
            let trusts = |address: IpAddr| address.to_string().starts_with("10.");
            assert_eq!(forwarded(&headers, trusts), expected.map(|ip| ip.parse().unwrap()), "{lists:?}");
        };
        check(&["1.1.1.1, 2.2.2.2, 10.0.0.1"], Some("2.2.2.2"));
        check(&["1.1.1.1", "2.2.2.2, 10.0.0.1"], Some("2.2.2.2"));
        check(&["10.0.0.2, 10.0.0.1"], None);
        check(&["1.1.1.1, nonsense"], None);
        check(&[], None);
    }
}
