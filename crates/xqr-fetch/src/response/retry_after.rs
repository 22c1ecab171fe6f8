//! `Retry-After` in both forms, seconds and date (RFC 9110, section 10.2.3).

use std::time::Duration;

use hyper::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use jiff::Timestamp;

/// Returns the delay of `Retry-After`. A date counts from the target's own `Date`, so clocks need
/// not agree.
pub(crate) fn parse(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let seconds =
        timestamp(headers, &RETRY_AFTER)?.as_second() - timestamp(headers, &DATE)?.as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn timestamp(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(headers.get(name)?.to_str().ok()?.trim()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nonsense_is_not() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (value, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("-1", None),
            ("99999999999", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = [(RETRY_AFTER, value.parse().unwrap()), (DATE, date.parse().unwrap())];
            assert_eq!(
                parse(&HeaderMap::from_iter(headers)),
                expected.map(Duration::from_secs),
                "{value:?}"
            );
        }
        let dated = HeaderMap::from_iter([(RETRY_AFTER, date.parse().unwrap())]);
        assert_eq!(parse(&dated), None, "a date without the target's date says nothing");
    }
}
