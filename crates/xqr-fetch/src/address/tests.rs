//! The table at the edges of every range. The rows are written from the registries of IANA, not
//! from the table.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::is_public;

/// A range, and whether the address before it and the one after it are public; a number line has
/// ends.
type Row = (&'static str, Option<bool>, Option<bool>);

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[rustfmt::skip]
const REFUSED: &[Row] = &[
    ("0.0.0.0/8", None, YES), ("0.0.0.0/32", None, NO), ("10.0.0.0/8", YES, YES), ("100.64.0.0/10", YES, YES),
    ("127.0.0.0/8", YES, YES), ("168.63.129.16/32", YES, YES), ("169.254.0.0/16", YES, YES), ("172.16.0.0/12", YES, YES),
    ("192.0.0.0/24", YES, YES), ("192.0.0.0/29", YES, NO), ("192.0.0.8/32", NO, NO), ("192.0.0.9/32", NO, NO),
    ("192.0.0.10/32", NO, NO), ("192.0.0.170/31", NO, NO), ("192.0.2.0/24", YES, YES), ("192.31.196.0/24", YES, YES),
    ("192.52.193.0/24", YES, YES), ("192.88.99.0/24", YES, YES), ("192.88.99.2/32", NO, NO), ("192.168.0.0/16", YES, YES),
    ("192.175.48.0/24", YES, YES), ("198.18.0.0/15", YES, YES), ("198.51.100.0/24", YES, YES), ("203.0.113.0/24", YES, YES),
    ("224.0.0.0/4", YES, NO), ("240.0.0.0/4", NO, None), ("255.255.255.255/32", NO, None),
    ("::/128", None, NO), ("::1/128", NO, NO), ("::/96", None, NO), ("::ffff:0:0/96", NO, NO), ("::ffff:0:0:0/96", NO, NO),
    ("64:ff9b::/96", NO, NO), ("64:ff9b:1::/48", NO, NO), ("100::/64", NO, NO), ("100:0:0:1::/64", NO, NO), ("1000::/4", NO, YES),
    ("2001::/23", YES, YES), ("2001::/32", YES, NO), ("2001:1::1/128", NO, NO), ("2001:1::2/128", NO, NO), ("2001:1::3/128", NO, NO),
    ("2001:2::/48", NO, NO), ("2001:3::/32", NO, NO), ("2001:4:112::/48", NO, NO), ("2001:10::/28", NO, NO), ("2001:20::/28", NO, NO),
    ("2001:30::/28", NO, NO), ("2001:db8::/32", YES, YES), ("2002::/16", YES, YES), ("2620:4f:8000::/48", YES, YES),
    ("3fff::/20", YES, YES), ("4000::/2", YES, NO), ("5f00::/16", NO, NO), ("8000::/1", NO, None), ("fc00::/7", NO, NO),
    ("fe00::/9", NO, NO), ("fe80::/10", NO, NO), ("fec0::/10", NO, NO), ("ff00::/8", NO, None),
];

fn step(address: IpAddr, by: i8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => {
            Some(IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits().checked_add_signed(by.into())?)))
        }
        IpAddr::V6(v6) => {
            Some(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits().checked_add_signed(by.into())?)))
        }
    }
}

#[test]
fn every_special_range_begins_and_ends_where_the_registry_says() {
    for (range, before, after) in REFUSED {
        let range: IpNet = range.parse().unwrap();
        assert_eq!(range.trunc(), range, "{range} is written at its first address");
        let (first, last) = (range.network(), range.broadcast());
        assert!(!is_public(first), "the first of {range}");
        assert!(!is_public(last), "the last of {range}");
        assert_eq!(step(first, -1).map(is_public), *before, "before {range}");
        assert_eq!(step(last, 1).map(is_public), *after, "after {range}");
    }
}

#[test]
fn known_hosts_of_the_internet_are_public() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "9.9.9.9",
        "93.184.215.14",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001:82a::200e",
        "2620:fe::9",
    ] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}
