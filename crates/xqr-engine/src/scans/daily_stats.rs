//! The scans of one day, counted by every facet of analytics. A row of `scan_days` stores them as
//! text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xqr_errors::{Error, Result};
use xqr_store::scan_days::ScanDay;
use xqr_store::scans::NewScan;

use super::unique_visitors::UniqueVisitors;

/// Milliseconds of a quarter of an hour: every offset from UTC in use is a multiple of it, so that
/// the days of every zone can be separated.
pub(crate) const QUARTER: i64 = 15 * 60 * 1000;
/// Milliseconds of a day.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;
/// Values of a facet that a day keeps apart; when there are twice as many, the rarest become
/// [`OTHERS`]. Visitors choose what they send as a referrer, and must not choose how much is
/// stored.
const VALUES: usize = 200;
/// Bytes of a referrer that are kept.
const REFERRER: usize = 64;
/// The name of the values that are not kept apart: one that no host and no variant can have.
pub const OTHERS: &str = "\u{1}";

/// The facets of scans. A value that is not known is an empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Facet {
    /// The country, ISO 3166-1 alpha-2.
    Country,
    /// The class of device.
    Device,
    /// The browser's family.
    Browser,
    /// The operating system's family.
    System,
    /// The host that referred.
    Referrer,
    /// The variant that was served.
    Variant,
}

/// Scans of people, or of machines.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ScanCounts {
    /// By quarter of an hour of the day in UTC, 0 to 95.
    #[serde(rename = "q")]
    pub(crate) quarters: BTreeMap<u8, u64>,
    #[serde(rename = "f")]
    pub(crate) facets: BTreeMap<Facet, BTreeMap<String, u64>>,
}

/// The scans of a day.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct DayStats {
    #[serde(rename = "p", default)]
    pub(crate) people: ScanCounts,
    #[serde(rename = "b", default)]
    pub(crate) machines: ScanCounts,
    #[serde(rename = "v", default)]
    visitors: UniqueVisitors,
}

impl DayStats {
    /// Reads the counts of a row; those of an empty column are empty.
    ///
    /// # Errors
    ///
    /// When the text is none that was written here.
    pub(crate) fn read(row: &ScanDay) -> Result<Self> {
        if row.tally.is_empty() {
            Ok(Self::default())
        } else {
            serde_json::from_str(&row.tally).map_err(Error::internal)
        }
    }

    /// Adds a scan by `visitor`, a daily hash.
    pub(crate) fn add(&mut self, scan: &NewScan, visitor: Option<u64>) {
        let counts = if scan.bot { &mut self.machines } else { &mut self.people };
        let quarter = u8::try_from(scan.at.rem_euclid(DAY) / QUARTER)
            .expect("a day has 96 quarters of an hour");
        *counts.quarters.entry(quarter).or_default() += 1;
        let referrer = scan.referrer.as_deref().unwrap_or_default().to_ascii_lowercase();
        // A host without a dot is none that anybody could be referred by.
        let referrer = if referrer.contains(['.', ':']) {
            &referrer[..referrer.floor_char_boundary(REFERRER)]
        } else {
            ""
        };
        for (facet, value) in [
            (Facet::Country, scan.country.as_deref().unwrap_or_default()),
            (Facet::Device, scan.device),
            (Facet::Browser, scan.agent),
            (Facet::System, scan.system),
            (Facet::Referrer, referrer),
            (Facet::Variant, scan.variant.as_deref().unwrap_or_default()),
        ] {
            let values = counts.facets.entry(facet).or_default();
            match values.get_mut(value) {
                Some(n) => *n += 1,
                None => drop(values.insert(value.to_owned(), 1)),
            }
            if values.len() > 2 * VALUES {
                fold(values);
            }
        }
        if let Some(visitor) = visitor.filter(|_| !scan.bot) {
            self.visitors.add(visitor);
        }
    }

    /// Writes the counts into their row.
    ///
    /// # Errors
    ///
    /// None that is known: numbers and texts have a JSON form.
    pub(crate) fn write(&self, row: &mut ScanDay) -> Result<()> {
        let total = |counts: &ScanCounts| counts.quarters.values().sum::<u64>().cast_signed();
        row.bots = total(&self.machines);
        row.scans = total(&self.people) + row.bots;
        row.visitors = self.visitors.count().cast_signed();
        row.tally = serde_json::to_string(self).map_err(Error::internal)?;
        Ok(())
    }
}

/// Keeps the most frequent values apart and adds up the others.
fn fold(values: &mut BTreeMap<String, u64>) {
    let mut others = values.remove(OTHERS).unwrap_or_default();
    let mut ranked: Vec<(String, u64)> = std::mem::take(values).into_iter().collect();
    ranked.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    others += ranked.drain(VALUES..).map(|(_, n)| n).sum::<u64>();
    values.extend(ranked);
    values.insert(OTHERS.to_owned(), others);
}

#[cfg(test)]
mod tests;
