//! Recognizes addresses of the public Internet. Known global unicast ranges are allowed and all
//! others refused, so a new special range inside refused space needs no change here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// All IPv6 that is delegated as global unicast. Mapped, compatible, translated (64:ff9b::/96 and
/// /48), unique local, link-local, site-local, discard, segment routing and multicast addresses lie
/// outside.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// The IPv4 special-purpose registry of IANA as a whole, multicast, and one platform.
const SPECIAL_V4: [Ipv4Net; 20] = [
    v4([0, 0, 0, 0], 8),          // this network, RFC 791
    v4([10, 0, 0, 0], 8),         // private, RFC 1918
    v4([100, 64, 0, 0], 10),      // carrier-grade NAT, RFC 6598; a metadata service lives here too
    v4([127, 0, 0, 0], 8),        // loopback, RFC 1122
    v4([168, 63, 129, 16], 32), // public by number, but the platform service of every Azure machine
    v4([169, 254, 0, 0], 16),   // link-local and metadata services, RFC 3927
    v4([172, 16, 0, 0], 12),    // private, RFC 1918
    v4([192, 0, 0, 0], 24),     // protocol assignments, RFC 6890; a metadata service lives here too
    v4([192, 0, 2, 0], 24),     // documentation, RFC 5737
    v4([192, 31, 196, 0], 24),  // AS112, RFC 7535
    v4([192, 52, 193, 0], 24),  // multicast tunnels, RFC 7450
    v4([192, 88, 99, 0], 24),   // 6to4 relays, RFC 7526
    v4([192, 168, 0, 0], 16),   // private, RFC 1918
    v4([192, 175, 48, 0], 24),  // AS112, RFC 7534
    v4([198, 18, 0, 0], 15),    // benchmarks, RFC 2544
    v4([198, 51, 100, 0], 24),  // documentation, RFC 5737
    v4([203, 0, 113, 0], 24),   // documentation, RFC 5737
    v4([224, 0, 0, 0], 4),      // multicast, RFC 5771
    v4([240, 0, 0, 0], 4),      // reserved, RFC 1112
    v4([255, 255, 255, 255], 32), // broadcast, RFC 919
];

/// What the IPv6 special-purpose registry takes out of [`GLOBAL_V6`].
const SPECIAL_V6: [Ipv6Net; 5] = [
    v6([0x2001, 0, 0, 0], 23), // protocol assignments with Teredo and ORCHID, RFC 2928
    v6([0x2001, 0xdb8, 0, 0], 32), // documentation, RFC 3849
    v6([0x2002, 0, 0, 0], 16), // 6to4: carries an IPv4 address, RFC 3056
    v6([0x2620, 0x4f, 0x8000, 0], 48), // AS112, RFC 7534
    v6([0x3fff, 0, 0, 0], 20), // documentation, RFC 9637
];

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c, d]: [u16; 4], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), length)
}

/// Returns whether an address is global unicast, so that the client may connect to it.
///
/// An IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4, Teredo) is refused,
/// whatever the inner address is.
///
/// ```
/// use xqr_fetch::is_public;
///
/// assert!(is_public("9.9.9.9".parse()?));
/// assert!(!is_public("169.254.169.254".parse()?));
/// assert!(!is_public("::ffff:9.9.9.9".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|net| net.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests;
