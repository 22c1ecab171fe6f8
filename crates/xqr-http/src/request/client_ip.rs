//! The client's IP address and scheme. Forwarded headers count only when a trusted proxy sends
//! them.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::HeaderMap;
use xqr_engine::settings::Edge;

/// Returns the address of the client.
pub fn address(edge: &Edge, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer?.ip();
    let trusts = |address: IpAddr| trusts(edge, address);
    Some(if trusts(peer) { forwarded(headers, trusts).unwrap_or(peer) } else { peer })
}

/// Returns whether the client's connection is encrypted: a trusted proxy says so, as this server
/// speaks plain HTTP itself.
pub fn is_https(edge: &Edge, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    let schemes = headers.get_all("x-forwarded-proto").filter_map(|value| value.to_str().ok());
    // The proxy next to us wrote the last one.
    let last = schemes.last().and_then(|list| list.rsplit(',').next());
    peer.is_some_and(|peer| trusts(edge, peer.ip()))
        && last.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}

/// Returns whether an address is one of our own proxies.
pub fn trusts(edge: &Edge, address: IpAddr) -> bool {
    edge.trusted_proxies.iter().any(|net| net.contains(&address))
}

/// Returns the last address of `X-Forwarded-For` that is not one of our own proxies; what stands
/// left of it is hearsay.
fn forwarded(headers: &HeaderMap, trusts: impl Fn(IpAddr) -> bool) -> Option<IpAddr> {
    let mut lists: Vec<_> =
        headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    lists.reverse();
    let mut addresses =
        lists.into_iter().flat_map(|list| list.rsplit(',')).map(|item| one_address(item).ok_or(()));
    addresses.find_map(|address| match address {
        Ok(address) if trusts(address) => None,
        address => Some(address.ok()),
    })?
}

/// Reads an item of the list: an address, perhaps with a port, in brackets or in quotes, as proxies
/// write it.
fn one_address(item: &str) -> Option<IpAddr> {
    let item = item.trim().trim_matches('"');
    let bare = item.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(item);
    bare.parse().ok().or_else(|| item.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Warns once that a proxy stands in front which the settings do not know: all its clients look
/// like one.
pub fn warn_of_unknown_proxy(edge: &Edge, peer: Option<SocketAddr>, headers: &HeaderMap) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if let Some(peer) = peer
        && headers.contains_key("x-forwarded-for")
        && !trusts(edge, peer.ip())
    {
        ONCE.call_once(|| {
            tracing::warn!(proxy = %peer.ip(), "X-Forwarded-For from a peer that edge.trusted_proxies does not name is ignored");
        });
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn the_last_foreign_address_counts() {
        let check = |lists: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for list in lists {
                headers.append(
                    HeaderName::from_static("x-forwarded-for"),
                    HeaderValue::from_str(list).unwrap(),
                );
            }
            let trusts = |address: IpAddr| address.to_string().starts_with("10.");
            assert_eq!(
                forwarded(&headers, trusts),
                expected.map(|ip| ip.parse().unwrap()),
                "{lists:?}"
            );
        };
        check(&["1.1.1.1, 2.2.2.2, 10.0.0.1"], Some("2.2.2.2"));
        check(&["1.1.1.1", "2.2.2.2, 10.0.0.1"], Some("2.2.2.2"));
        check(&["10.0.0.2, 10.0.0.1"], None);
        check(&["1.1.1.1, nonsense"], None);
        check(&["1.1.1.1, 2.2.2.2:4711, 10.0.0.1:80"], Some("2.2.2.2"));
        check(&["\"[2001:db8::1]:44\""], Some("2001:db8::1"));
        check(&["[2001:db8::1]"], Some("2001:db8::1"));
        check(&[], None);
    }

    #[test]
    fn only_a_trusted_proxy_sets_the_scheme() {
        let mut edge = xqr_engine::Settings::defaults().edge;
        edge.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let check = |peer: &str, value: &str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(
                HeaderName::from_static("x-forwarded-proto"),
                HeaderValue::from_str(value).unwrap(),
            );
            assert_eq!(
                is_https(&edge, Some(peer.parse().unwrap()), &headers),
                expected,
                "{peer} {value}"
            );
        };
        check("10.0.0.1:5", "https", true);
        check("10.0.0.1:5", "http, HTTPS", true);
        check("10.0.0.1:5", "https, http", false);
        check("10.0.0.1:5", "wss", false);
        check("192.0.2.1:5", "https", false);
        assert!(!is_https(&edge, Some("10.0.0.1:5".parse().unwrap()), &HeaderMap::new()));
    }
}
