//! Variants: several destinations among which the scans of one link are split by weight.

use std::net::IpAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::network::network;

/// One of a link's destinations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The name under which scans are counted; unique in its link.
    pub name: String,
    /// The URL that it redirects to.
    pub destination_url: String,
    /// Its share of the scans, relative to the others'; at least 1.
    pub weight: u32,
}

/// Reads a JSON list of variants.
///
/// # Errors
///
/// When it is not one.
pub fn parse_variants(json: &str) -> serde_json::Result<Vec<Variant>> {
    serde_json::from_str(json)
}

/// The compiled variants of a link. Choosing one allocates nothing.
///
/// ```
/// use xqr_routing::{Split, parse_variants};
///
/// let variants = parse_variants(
///     r#"[{"name": "A", "destination_url": "https://example.com/a", "weight": 3},
///         {"name": "B", "destination_url": "https://example.com/b", "weight": 1}]"#,
/// )?;
/// let split = Split::new(variants, false).expect("there are variants");
/// assert_eq!(&split.serve(0).location[..], b"https://example.com/a");
/// assert_eq!(&split.serve(u64::MAX).location[..], b"https://example.com/b");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug)]
pub struct Split {
    shares: Box<[Share]>,
    total: u64,
    /// Whether a visitor gets the same variant each time.
    pub sticky: bool,
}

#[derive(Debug)]
struct Share {
    /// Where its part of `0..total` ends.
    end: u64,
    served: Served,
}

/// The choice for one scan.
#[derive(Debug, Clone)]
pub struct Served {
    /// The variant's name.
    pub name: Bytes,
    /// The destination: ASCII, valid as a header value.
    pub location: Bytes,
}

impl Split {
    /// Compiles variants; `None` if there are none.
    pub fn new(variants: Vec<Variant>, sticky: bool) -> Option<Self> {
        let mut total = 0;
        let share = |variant: Variant| {
            total += u64::from(variant.weight);
            let served = Served {
                name: Bytes::from(variant.name),
                location: Bytes::from(variant.destination_url),
            };
            Share { end: total, served }
        };
        let shares: Box<[Share]> = variants.into_iter().map(share).collect();
        (total > 0).then_some(Self { shares, total, sticky })
    }

    /// Returns every destination.
    pub fn locations(&self) -> impl Iterator<Item = &Bytes> {
        self.shares.iter().map(|share| &share.served.location)
    }

    /// Returns the variant on which `draw`, evenly distributed, falls.
    pub fn serve(&self, draw: u64) -> &Served {
        let at = ((u128::from(draw) * u128::from(self.total)) >> 64) as u64;
        let share = self.shares.partition_point(|share| share.end <= at);
        &self.shares[share.min(self.shares.len() - 1)].served
    }
}

/// Returns the draw of a visitor, the same each time for the same link, address (IPv6: its first 64
/// bits) and user agent. Nothing is stored and no cookie is set, so a visitor in another network
/// may get another variant.
pub fn draw_of(link_id: i64, address: Option<IpAddr>, user_agent: &[u8]) -> u64 {
    let mut digest = Sha256::new_with_prefix(link_id.to_le_bytes());
    match address.map(network) {
        Some(IpAddr::V4(v4)) => digest.update(v4.octets()),
        Some(IpAddr::V6(v6)) => digest.update(v6.octets()),
        None => {}
    }
    digest.update(user_agent);
    let digest = digest.finalize();
    digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(weights: &[u32]) -> Split {
        let variant = |(i, weight): (usize, &u32)| Variant {
            name: i.to_string(),
            destination_url: format!("https://example.com/{i}"),
            weight: *weight,
        };
        Split::new(weights.iter().enumerate().map(variant).collect(), true).unwrap()
    }

    #[test]
    fn each_has_its_share_to_the_unit() {
        let split = split(&[3, 1, 4]);
        let mut served = [0; 3];
        for i in 0..8_000_u64 {
            let name = &split.serve(i * (u64::MAX / 8_000 + 1)).name;
            served[usize::from(name[0] - b'0')] += 1;
        }
        assert_eq!(served, [3_000, 1_000, 4_000]);
        assert_eq!(
            (&split.serve(0).name[..], &split.serve(u64::MAX).name[..]),
            (&b"0"[..], &b"2"[..])
        );
        assert!(Split::new(Vec::new(), false).is_none());
    }

    #[test]
    fn visitors_stay_and_spread() {
        let ip = |text: &str| Some(text.parse().unwrap());
        let draw = |address, agent: &str| draw_of(7, address, agent.as_bytes());
        assert_eq!(draw(ip("198.51.100.1"), "a"), draw(ip("::ffff:198.51.100.1"), "a"));
        assert_eq!(draw(ip("2001:db8::1"), "a"), draw(ip("2001:db8::2"), "a"));
        assert_ne!(draw(ip("198.51.100.1"), "a"), draw(ip("198.51.100.2"), "a"));
        assert_ne!(draw(ip("198.51.100.1"), "a"), draw(ip("198.51.100.1"), "b"));
        let split = split(&[1, 1]);
        let first =
            (0..1_000).filter(|i| split.serve(draw(None, &i.to_string())).name == "0").count();
        assert!((430..570).contains(&first), "{first}");
    }

    proptest! {
        #[test]
        fn every_draw_falls_on_a_variant(weights in prop::collection::vec(1..1_000_u32, 1..10), draw: u64) {
            let split = split(&weights);
            prop_assert!(usize::from(split.serve(draw).name[0] - b'0') < weights.len());
        }
    }
}
