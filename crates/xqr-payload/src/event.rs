//! A calendar event.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use xqr_errors::{Condition, Expected, Result};

use crate::fields::Complaints;
use crate::fields::Lines;

/// The start or end of an event.
///
/// ```
/// use xqr_payload::When;
///
/// assert!(matches!("2026-12-31".parse(), Ok(When::Date(_))));
/// assert!(matches!("2026-12-31T20:00:00+01:00".parse(), Ok(When::Timestamp(_))));
/// assert!("2026-12-31T20:00:00".parse::<When>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A point in time; encoded in UTC, to the second.
    Timestamp(Timestamp),
    /// A whole day in the time zone of the reader.
    Date(Date),
}

/// A string that is neither a date nor a timestamp with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidWhen(());

impl InvalidWhen {
    /// Returns the condition that reports the error for `field`.
    pub fn at(self, field: impl Into<String>) -> Condition {
        Condition::MomentInvalid { field: field.into() }
    }
}

impl fmt::Display for InvalidWhen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be an ISO 8601 date, or a date and time with an offset")
    }
}

impl std::error::Error for InvalidWhen {}

/// Reads a date, such as `2026-12-31`, or a timestamp with an offset, such as
/// `2026-12-31T20:00:00+01:00`.
impl FromStr for When {
    type Err = InvalidWhen;

    fn from_str(text: &str) -> Result<Self, InvalidWhen> {
        // The length decides, because the parser of dates also takes a timestamp and drops its
        // time.
        let when = if text.len() == "2026-12-31".len() {
            text.parse().map(Self::Date)
        } else {
            text.parse().map(Self::Timestamp)
        };
        when.map_err(|_| InvalidWhen(()))
    }
}

impl When {
    /// Returns the parameter and the value of a property: RFC 5545 sections 3.3.4 and 3.3.5.
    fn property(self) -> (&'static str, String) {
        match self {
            Self::Timestamp(time) => ("", time.strftime("%Y%m%dT%H%M%SZ").to_string()),
            Self::Date(day) => (";VALUE=DATE", day.strftime("%Y%m%d").to_string()),
        }
    }

    fn year(self) -> i16 {
        match self {
            Self::Timestamp(time) => TimeZone::UTC.to_datetime(time).year(),
            Self::Date(day) => day.year(),
        }
    }
}

/// A calendar event: the component `VEVENT` of RFC 5545 section 3.6.1.
///
/// The component stands alone, as ZXing's wiki shows it: some scanners do not look into a
/// `VCALENDAR`. `UID` and `DTSTAMP`, which an iCalendar file needs for merging, are left out: a
/// phone gives its own, and every character makes the symbol larger.
///
/// ```
/// use xqr_payload::Event;
///
/// let event = Event::new("Party", "2026-12-31T20:00:00+01:00".parse()?);
/// assert!(event.content()?.contains("DTSTART:20261231T190000Z"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    summary: String,
    start: When,
    end: Option<When>,
    location: Option<String>,
    description: Option<String>,
    url: Option<String>,
}

impl Event {
    /// Takes the title, 1 to 255 characters in one line, and the start, in the years 1 to 9999.
    pub fn new(summary: impl Into<String>, start: When) -> Self {
        Self {
            summary: summary.into(),
            start,
            end: None,
            location: None,
            description: None,
            url: None,
        }
    }

    /// Sets the end: after the start, and a day where the start is a day. It is exclusive (RFC 5545
    /// section 3.6.1): an event of the 1st and 2nd of May ends on the 3rd.
    pub fn end(mut self, end: When) -> Self {
        self.end = Some(end);
        self
    }

    setters! {
        /// Sets the place: 1 to 255 characters in one line.
        location
        /// Sets the description: 1 to 2,048 characters, lines allowed.
        description
        /// Sets the web address, as [`Url::new`](crate::Url::new) takes it.
        url
    }

    /// Returns the text to encode.
    ///
    /// # Errors
    ///
    /// `TextEmpty`, `TextTooLong` or `TextControls` for `payload.summary`, `payload.location` and
    /// `payload.description`; `MomentInvalid` for `payload.start`; `FieldTypeWrong` for
    /// `payload.end`; `TextEmpty`, `TextTooLong` or `UrlInvalid` for `payload.url`.
    pub fn content(&self) -> Result<String> {
        self.check()?;
        let mut event = Lines::begin("VEVENT");
        event.strings("SUMMARY", [&self.summary]);
        let (parameter, start) = self.start.property();
        event.raw(&format!("DTSTART{parameter}"), &start);
        if let Some((parameter, end)) = self.end.map(When::property) {
            event.raw(&format!("DTEND{parameter}"), &end);
        }
        event.strings("LOCATION", &self.location);
        event.strings("DESCRIPTION", &self.description);
        event.uris("URL", &self.url);
        Ok(event.end())
    }

    fn check(&self) -> Result<()> {
        let mut complaints = Complaints::default();
        complaints.line("payload.summary", &self.summary);
        if self.start.year() < 1 {
            complaints.push(Condition::MomentInvalid { field: "payload.start".to_owned() });
        }
        let start_field = || "payload.start".to_owned();
        let expected = match (self.start, self.end) {
            (When::Timestamp(start), Some(When::Timestamp(end)))
                if end.as_second() <= start.as_second() =>
            {
                Some(Expected::After { field: start_field() })
            }
            (When::Date(start), Some(When::Date(end))) if end <= start => {
                Some(Expected::After { field: start_field() })
            }
            (When::Timestamp(_), Some(When::Date(_))) => {
                Some(Expected::TimestampLike { field: start_field() })
            }
            (When::Date(_), Some(When::Timestamp(_))) => {
                Some(Expected::DateLike { field: start_field() })
            }
            _ => None,
        };
        if let Some(expected) = expected {
            complaints.wrong("payload.end", expected);
        }
        complaints.each("payload.location", &self.location, Complaints::line);
        complaints.each("payload.description", &self.description, Complaints::prose);
        complaints.each("payload.url", &self.url, Complaints::url);
        complaints.end()
    }
}
