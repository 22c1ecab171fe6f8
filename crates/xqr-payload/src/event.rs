//! A calendar event.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use xqr_errors::{Condition, Result};

use crate::complaints::Complaints;
use crate::lines::Lines;

/// When something begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A moment; encoded in UTC, to the second.
    Moment(Timestamp),
    /// A whole day, wherever one is.
    Day(Date),
}

impl When {
    /// Reads a date, such as `2026-12-31`, or a moment with an offset, such as
    /// `2026-12-31T20:00:00+01:00`.
    ///
    /// # Errors
    ///
    /// `MomentInvalid` for `field`.
    pub fn parse(field: &str, text: &str) -> Result<Self> {
        // A date is told by its length, because the parser of dates also takes a moment and drops
        // its time.
        let when = if text.len() == "2026-12-31".len() {
            text.parse().map(Self::Day)
        } else {
            text.parse().map(Self::Moment)
        };
        when.map_err(|_| Condition::MomentInvalid { field: field.to_owned() }.into())
    }

    /// Returns the parameter and the value of a property: RFC 5545 sections 3.3.4 and 3.3.5.
    fn property(self) -> (&'static str, String) {
        match self {
            Self::Moment(moment) => ("", moment.strftime("%Y%m%dT%H%M%SZ").to_string()),
            Self::Day(day) => (";VALUE=DATE", day.strftime("%Y%m%d").to_string()),
        }
    }

    fn year(self) -> i16 {
        match self {
            Self::Moment(moment) => TimeZone::UTC.to_datetime(moment).year(),
            Self::Day(day) => day.year(),
        }
    }
}

/// A calendar event: the component `VEVENT` of RFC 5545 section 3.6.1.
///
/// The component stands alone, as ZXing's wiki shows it: some scanners do not look into a
/// `VCALENDAR`. `UID` and `DTSTAMP`, which an iCalendar file needs for merging, are left out: a
/// phone gives its own, and every character makes the symbol larger.
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

    /// Writes the text to encode.
    ///
    /// # Errors
    ///
    /// `TextEmpty`, `TextTooLong` or `TextControls` for `payload.summary`, `payload.location` and
    /// `payload.description`; `MomentInvalid` for `payload.start`; `FieldTypeWrong` for
    /// `payload.end`; `TextEmpty`, `TextTooLong` or `UrlInvalid` for `payload.url`.
    pub fn content(&self) -> Result<String> {
        self.check()?;
        let mut event = Lines::begin("VEVENT");
        event.texts("SUMMARY", [&self.summary]);
        let (parameter, start) = self.start.property();
        event.raw(&format!("DTSTART{parameter}"), &start);
        if let Some((parameter, end)) = self.end.map(When::property) {
            event.raw(&format!("DTEND{parameter}"), &end);
        }
        event.texts("LOCATION", &self.location);
        event.texts("DESCRIPTION", &self.description);
        event.uris("URL", &self.url);
        Ok(event.end())
    }

    fn check(&self) -> Result<()> {
        let mut complaints = Complaints::default();
        complaints.line("payload.summary", &self.summary);
        if self.start.year() < 1 {
            complaints.push(Condition::MomentInvalid { field: "payload.start".to_owned() });
        }
        let expected = match (self.start, self.end) {
            (When::Moment(start), Some(When::Moment(end)))
                if end.as_second() <= start.as_second() =>
            {
                Some("after payload.start")
            }
            (When::Day(start), Some(When::Day(end))) if end <= start => Some("after payload.start"),
            (When::Moment(_), Some(When::Day(_))) => Some("a moment, as payload.start is"),
            (When::Day(_), Some(When::Moment(_))) => Some("a date, as payload.start is"),
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
