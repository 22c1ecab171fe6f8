//! The network of one subscriber.

use std::net::{IpAddr, Ipv6Addr};

/// Returns what one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 address. An
/// IPv4-mapped address (RFC 4291, section 2.5.5.2) is an IPv4 address.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}
