//! The number of unique visitors: exact up to 512, then estimated within about 2 percent.
//!
//! The estimate is a HyperLogLog of 4096 registers, read with Ertl's method (New cardinality
//! estimation algorithms for HyperLogLog sketches, 2017, algorithm 6), which needs no tables and
//! has no bias between its ranges.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bits of a hash that choose a register, and the others.
const INDEX_BITS: u32 = 12;
const RANK_BITS: u32 = u64::BITS - INDEX_BITS;
const REGISTERS: usize = 1 << INDEX_BITS;
/// Hashes that take as many bytes as the registers.
const EXACT: usize = REGISTERS / size_of::<u64>();

/// A set of visitors, which are evenly distributed hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UniqueVisitors {
    Exact(BTreeSet<u64>),
    Sketch(Box<[u8]>),
}

impl Default for UniqueVisitors {
    fn default() -> Self {
        Self::Exact(BTreeSet::new())
    }
}

impl UniqueVisitors {
    pub(super) fn add(&mut self, visitor: u64) {
        match self {
            Self::Exact(hashes) => {
                hashes.insert(visitor);
                if hashes.len() > EXACT {
                    let mut registers = vec![0; REGISTERS].into_boxed_slice();
                    hashes.iter().for_each(|hash| raise(&mut registers, *hash));
                    *self = Self::Sketch(registers);
                }
            }
            Self::Sketch(registers) => raise(registers, visitor),
        }
    }

    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Exact(hashes) => hashes.len() as u64,
            Self::Sketch(registers) => estimate(registers),
        }
    }
}

fn raise(registers: &mut [u8], hash: u64) {
    let rank = (hash << INDEX_BITS).leading_zeros().min(RANK_BITS) + 1;
    let register = &mut registers[(hash >> RANK_BITS) as usize];
    *register = (*register).max(rank as u8);
}

fn estimate(registers: &[u8]) -> u64 {
    let mut having = [0_u32; RANK_BITS as usize + 2];
    registers.iter().for_each(|rank| having[usize::from(*rank).min(RANK_BITS as usize + 1)] += 1);
    let m = REGISTERS as f64;
    let [empty, ranks @ .., full] = having.map(f64::from);
    let z = ranks.iter().rev().fold(m * tau(1.0 - full / m), |z, n| 0.5 * (z + n))
        + m * sigma(empty / m);
    (m * m / (2.0 * std::f64::consts::LN_2 * z)).round() as u64
}

fn sigma(mut x: f64) -> f64 {
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before || z.is_infinite() {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

impl Serialize for UniqueVisitors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kind, bytes) = match self {
            Self::Exact(hashes) => {
                ('e', hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect())
            }
            Self::Sketch(registers) => ('s', registers.to_vec()),
        };
        serializer.collect_str(&format_args!("{kind}{}", STANDARD_NO_PAD.encode(bytes)))
    }
}

impl<'de> Deserialize<'de> for UniqueVisitors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = |text: &str| STANDARD_NO_PAD.decode(text).map_err(de::Error::custom);
        if let Some(hashes) = text.strip_prefix('e') {
            return Ok(Self::Exact(
                bytes(hashes)?.as_chunks().0.iter().map(|hash| u64::from_le_bytes(*hash)).collect(),
            ));
        }
        let registers =
            bytes(text.strip_prefix('s').ok_or_else(|| de::Error::custom("no set of visitors"))?)?;
        if registers.len() == REGISTERS {
            return Ok(Self::Sketch(registers.into()));
        }
        Err(de::Error::invalid_length(registers.len(), &"4096 registers"))
    }
}
