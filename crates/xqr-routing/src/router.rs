//! Compiled rules: sorted, with everything parsed that can be.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::rules::{CountryMode, Hours, Rule};
use crate::user_agent::UserAgent;

/// A visit, as far as rules check it.
pub struct Visit<'a> {
    /// ISO 3166-1 alpha-2.
    pub country: Option<[u8; 2]>,
    /// The `User-Agent` header.
    pub user_agent: &'a [u8],
    /// The `Accept-Language` header.
    pub languages: &'a [u8],
    /// The host that referred.
    pub referrer: &'a [u8],
    /// When, Unix milliseconds.
    pub at: i64,
    /// Draws a number for the rule with this index: for this visit, or one that is the same for
    /// each visit of this visitor to this link. Only rules with a share ask.
    pub draw: &'a dyn Fn(Stickiness, usize) -> u64,
}

/// What a random number is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stickiness {
    /// One visit.
    Visit,
    /// A visitor: the same number at each visit.
    Visitor,
}

/// The compiled rules of a link. Routing allocates nothing.
#[derive(Debug)]
pub struct Router(Box<[Compiled]>);

#[derive(Debug)]
struct Compiled {
    /// Where the rule stands in its list.
    index: usize,
    location: Bytes,
    countries: Option<(CountryMode, Box<[[u8; 2]]>)>,
    devices: Option<Box<[Box<str>]>>,
    systems: Option<Box<[Box<str>]>>,
    languages: Option<Box<[Box<str>]>>,
    referrers: Option<Box<[Box<str>]>>,
    /// Of 0 (Monday) to 6.
    weekdays: Option<[bool; 7]>,
    hours: Option<Hours>,
    zone: TimeZone,
    /// Of 2^64.
    share: Option<(u128, Stickiness)>,
    starts_at: i64,
    expires_at: i64,
}

/// The result of one rule in a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// Where the rule stands in its list.
    pub index: usize,
    /// The name of the first condition that failed; `None` if the rule holds.
    pub failed: Option<&'static str>,
}

impl Router {
    /// Compiles rules; `None` if there are none.
    pub fn new(rules: &[Rule]) -> Option<Self> {
        let mut order: Vec<usize> = (0..rules.len()).collect();
        order.sort_by_key(|index| rules[*index].priority);
        let ready: Box<[Compiled]> =
            order.into_iter().map(|index| Compiled::new(index, &rules[index])).collect();
        (!ready.is_empty()).then_some(Self(ready))
    }

    /// Returns the destination of the first rule that holds.
    pub fn route(&self, visit: &Visit<'_>) -> Option<&Bytes> {
        let agent = UserAgent::new(visit.user_agent);
        self.0.iter().find(|rule| rule.fails(visit, &agent).is_none()).map(|rule| &rule.location)
    }

    /// Returns the result of each rule in the order of evaluation, up to the one that holds.
    pub fn trace(&self, visit: &Visit<'_>) -> Vec<Trace> {
        let agent = UserAgent::new(visit.user_agent);
        let mut traces = Vec::new();
        for rule in &self.0 {
            let failed = rule.fails(visit, &agent);
            traces.push(Trace { index: rule.index, failed });
            if failed.is_none() {
                break;
            }
        }
        traces
    }

    /// Returns every destination.
    pub fn locations(&self) -> impl Iterator<Item = &Bytes> {
        self.0.iter().map(|rule| &rule.location)
    }
}

impl fmt::Debug for Visit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("country", &self.country)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Compiled {
    fn new(index: usize, rule: &Rule) -> Self {
        let conditions = &rule.conditions;
        let texts = |list: &Option<Vec<String>>| -> Option<Box<[Box<str>]>> {
            list.as_ref().map(|list| list.iter().map(|text| text.as_str().into()).collect())
        };
        let country = |text: &String| -> Option<[u8; 2]> { text.as_bytes().try_into().ok() };
        let mode = conditions.country_mode.unwrap_or(CountryMode::Include);
        let moment =
            |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
        let zone = conditions.time_zone.as_ref().and_then(|name| TimeZone::get(name).ok());
        Self {
            index,
            location: Bytes::from(rule.destination.clone()),
            countries: conditions
                .countries
                .as_ref()
                .map(|list| (mode, list.iter().filter_map(country).collect())),
            devices: texts(&conditions.device_types),
            systems: texts(&conditions.operating_systems),
            languages: texts(&conditions.languages),
            referrers: texts(&conditions.referrers),
            weekdays: conditions
                .weekdays
                .as_ref()
                .map(|days| WEEKDAYS.map(|day| days.iter().any(|other| other == day))),
            hours: conditions.hours,
            zone: zone.unwrap_or(TimeZone::UTC),
            share: conditions.percentage.map(|percent| {
                // To a millionth, in whole numbers.
                let millionths = (percent.clamp(0.0, 100.0) * 10_000.0).round() as u128;
                let of = if conditions.sticky == Some(true) {
                    Stickiness::Visitor
                } else {
                    Stickiness::Visit
                };
                ((1_u128 << 64) * millionths / 1_000_000, of)
            }),
            starts_at: moment(&conditions.starts_at).map_or(i64::MIN, Timestamp::as_millisecond),
            expires_at: moment(&conditions.expires_at).map_or(i64::MAX, Timestamp::as_millisecond),
        }
    }

    /// Returns the first condition that fails. The cheap ones come first.
    fn fails(&self, visit: &Visit<'_>, agent: &UserAgent) -> Option<&'static str> {
        let among =
            |list: &[Box<str>], value: &str| list.iter().any(|it| it.eq_ignore_ascii_case(value));
        if visit.at < self.starts_at {
            return Some("starts_at");
        }
        if visit.at >= self.expires_at {
            return Some("expires_at");
        }
        if let Some((mode, list)) = &self.countries {
            let listed = visit.country.is_some_and(|country| list.contains(&country));
            if listed != (*mode == CountryMode::Include) {
                return Some("countries");
            }
        }
        if self.share.is_some_and(|(share, of)| u128::from((visit.draw)(of, self.index)) >= share) {
            return Some("percentage");
        }
        if self.hours.is_some() || self.weekdays.is_some() {
            let at = Timestamp::from_millisecond(visit.at).unwrap_or(Timestamp::UNIX_EPOCH);
            let local = self.zone.to_datetime(at);
            let weekday = local.weekday().to_monday_zero_offset();
            if self
                .weekdays
                .is_some_and(|days| !days.get(weekday as usize).copied().unwrap_or(false))
            {
                return Some("weekdays");
            }
            if self.hours.is_some_and(|hours| !hours.contain(local.hour() as u8)) {
                return Some("hours");
            }
        }
        if self.devices.as_ref().is_some_and(|list| !among(list, agent.device())) {
            return Some("device_types");
        }
        if self.systems.as_ref().is_some_and(|list| !among(list, agent.system())) {
            return Some("operating_systems");
        }
        if self
            .languages
            .as_ref()
            .is_some_and(|list| preferred(visit.languages).is_none_or(|it| !among(list, it)))
        {
            return Some("languages");
        }
        if self
            .referrers
            .as_ref()
            .is_some_and(|list| !list.iter().any(|host| is_within(visit.referrer, host)))
        {
            return Some("referrers");
        }
        None
    }
}

/// Derives a number for the rule with this index from a visitor's number, so that the rules of a
/// link split visitors independently (the finalizer of SplitMix64).
pub fn mix(draw: u64, index: usize) -> u64 {
    let mut mixed = draw.wrapping_add((index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The days as rules name them.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Hours {
    fn contain(self, hour: u8) -> bool {
        if self.start < self.end {
            (self.start..self.end).contains(&hour)
        } else {
            hour >= self.start || hour < self.end
        }
    }
}

/// Returns the primary tag of the language that a visitor prefers: the one of the highest weight,
/// the first of equals (RFC 9110, section 12.5.4).
fn preferred(header: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(header).ok()?;
    let mut best: Option<(&str, f32)> = None;
    for item in text.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1.0, |text| text.parse().unwrap_or(0.0));
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if !primary.is_empty()
            && primary != "*"
            && weight > 0.0
            && best.is_none_or(|(_, most)| weight > most)
        {
            best = Some((primary, weight));
        }
    }
    best.map(|(tag, _)| tag)
}

/// Whether a host is another, or below it; a port does not matter.
fn is_within(host: &[u8], parent: &str) -> bool {
    let bare = host.iter().position(|byte| *byte == b':').map_or(host, |at| &host[..at]);
    let Some(rest) = bare.len().checked_sub(parent.len()) else { return false };
    bare[rest..].eq_ignore_ascii_case(parent.as_bytes()) && (rest == 0 || bare[rest - 1] == b'.')
}

#[cfg(test)]
mod tests;
