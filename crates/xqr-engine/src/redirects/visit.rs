//! One visit of a short link: finds the destination from the code and the visitor's data, and
//! writes the scan into the journal.

use std::net::IpAddr;

use bytes::Bytes;
use xqr_errors::Result;
use xqr_store::LinkId;

use super::cache::{Forks, Target, resolve};
use crate::destinations::slug::CodeKey;
use crate::routing::{Served, Stickiness, draw_of, mix, parse_country};
use crate::scans::record::{Scan, Text};
use crate::scans::{journal, visitor_id};
use crate::{App, routing};

/// A visitor, as a web server reports one. Headers are as the client sent them.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    /// The client's address.
    pub address: Option<IpAddr>,
    /// Where the country comes from.
    pub country: CountrySource<'a>,
    /// The `User-Agent` header, or nothing.
    pub user_agent: &'a [u8],
    /// The `Accept-Language` header, or nothing.
    pub languages: &'a [u8],
    /// The `Referer` header, or nothing.
    pub referrer: &'a [u8],
    /// Whether the visit is a scan. A HEAD request usually is none.
    pub counts: bool,
}

/// Where the country of a visitor comes from.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum CountrySource<'a> {
    /// A trusted proxy names it, or does not.
    Proxy(Option<&'a str>),
    /// The country database knows it by the address.
    Address,
}

/// How a visit ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The visitor is redirected.
    Found {
        /// The destination: ASCII, valid as a header value.
        location: Bytes,
    },
    /// The link is disabled, archived or expired, or its host is blocked.
    Gone,
    /// No link has the code, or the code is only reserved.
    Absent,
}

impl Visitor<'_> {
    fn country(&self, app: &App) -> Option<[u8; 2]> {
        match self.country {
            CountrySource::Proxy(code) => parse_country(code?),
            CountrySource::Address => app.countries.of(self.address?),
        }
    }
}

/// Visits a short link at `now`, Unix milliseconds. When this returns, killing the process does not
/// lose the scan.
///
/// # Errors
///
/// When the database does not answer and the cache does not know the code.
pub async fn visit(app: &App, code: &str, visitor: &Visitor<'_>, now: i64) -> Result<Outcome> {
    let Some(key) = CodeKey::new(code) else { return Ok(Outcome::Absent) };
    let (link_id, location, forks) = match resolve(app, &key).await? {
        Target::Live { link_id, location, forks, .. } => (link_id, location, forks),
        Target::Gone => return Ok(Outcome::Gone),
        Target::Absent => return Ok(Outcome::Absent),
    };
    let country = visitor.country(app);
    let referrer = referrer_host(visitor.referrer).unwrap_or_default();
    let served = forks.and_then(|forks| {
        let choice = Choice { app, visitor, link_id, country, referrer, now };
        choice.of(&forks)
    });
    let (location, variant) =
        served.map_or((location, Bytes::new()), |served| (served.location, served.name));
    if visitor.counts {
        let user_agent = visitor.user_agent;
        let scan = Scan {
            visitor: visitor_id::visitor(app, visitor.address, user_agent, now).await,
            at: now,
            link_id,
            country,
            user_agent: Text::cut(user_agent),
            referrer: Text::cut(referrer),
            variant,
        };
        journal::append(&app.journal, &scan);
    }
    Ok(Outcome::Found { location })
}

/// The choice between a link's rules, its variants and its own destination.
struct Choice<'a> {
    app: &'a App,
    visitor: &'a Visitor<'a>,
    link_id: LinkId,
    country: Option<[u8; 2]>,
    referrer: &'a [u8],
    now: i64,
}

impl Choice<'_> {
    /// Returns the destination of the first rule that holds, else that of a variant.
    fn of(&self, forks: &Forks) -> Option<Served> {
        let draw = |of, index| self.draw(of, index);
        if let Some(router) = &forks.router {
            let visit = routing::Visit {
                country: self.country,
                user_agent: self.visitor.user_agent,
                languages: self.visitor.languages,
                referrer: self.referrer,
                at: self.now,
                draw: &draw,
            };
            if let Some(location) = router.route(&visit) {
                return Some(Served { name: Bytes::new(), location: location.clone() });
            }
        }
        let split = forks.split.as_ref()?;
        let of = if split.sticky { Stickiness::Visitor } else { Stickiness::Visit };
        Some(split.serve(draw(of, usize::MAX)).clone())
    }

    fn draw(&self, of: Stickiness, index: usize) -> u64 {
        match of {
            Stickiness::Visitor => {
                mix(draw_of(self.link_id.0, self.visitor.address, self.visitor.user_agent), index)
            }
            Stickiness::Visit => {
                let mut draw = [0; 8];
                self.app.data.random(&mut draw);
                u64::from_le_bytes(draw)
            }
        }
    }
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
