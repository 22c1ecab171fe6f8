//! The fields of a JSON body, read in the order of lines, with every complaint collected.

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use serde_json::{Map, Value};
use xqr_engine::destination::Destination;
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::slug::Slug;

/// A JSON object that is being read. Fields that nobody asks for are passed over.
pub(crate) struct Fields {
    object: Map<String, Value>,
    complaints: Vec<Condition>,
}

impl Fields {
    /// Reads a body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self> {
        if body.is_empty() {
            return Err(Condition::BodyNotObject.into());
        }
        Self::from_value(serde_json::from_slice(body).map_err(|_| Condition::BodyNotJson)?).map_err(Error::from)
    }

    /// Reads a value, such as an item of a list.
    pub(crate) fn from_value(value: Value) -> Result<Self, Condition> {
        match value {
            Value::Object(object) => Ok(Self { object, complaints: Vec::new() }),
            _ => Err(Condition::BodyNotObject),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// Every complaint, in the order of the reading.
    pub(crate) fn end(self) -> Result<()> {
        if self.complaints.is_empty() { Ok(()) } else { Err(Error::all(self.complaints)) }
    }

    pub(crate) fn complain(&mut self, condition: Condition) {
        self.complaints.push(condition);
    }

    fn wrong(&mut self, field: &str, expected: &str) {
        self.complain(Condition::FieldTypeWrong { field: field.to_owned(), expected: expected.to_owned() });
    }

    /// Returns a field that was sent and is not null.
    pub(crate) fn take(&mut self, field: &str) -> Option<Value> {
        self.object.remove(field).filter(|value| !value.is_null())
    }

    /// Returns whether a field was sent as null.
    pub(crate) fn is_null(&self, field: &str) -> bool {
        self.object.get(field).is_some_and(Value::is_null)
    }

    /// Complains when a field was not sent, or sent as null. Comes before the line that reads it.
    pub(crate) fn demand(&mut self, field: &str) {
        if self.object.get(field).is_none_or(Value::is_null) {
            self.complain(Condition::FieldMissing { field: field.to_owned() });
        }
    }

    /// Returns a text.
    pub(crate) fn text(&mut self, field: &str) -> Option<String> {
        match self.take(field)? {
            Value::String(text) => Some(text),
            _ => {
                self.wrong(field, "a text");
                None
            }
        }
    }

    /// Returns a truth value.
    pub(crate) fn flag(&mut self, field: &str) -> Option<bool> {
        match self.take(field)? {
            Value::Bool(flag) => Some(flag),
            _ => {
                self.wrong(field, "true or false");
                None
            }
        }
    }

    /// Returns a list of `1..=max` or `0..=max` values.
    pub(crate) fn list(&mut self, field: &str, min: usize, max: usize) -> Option<Vec<Value>> {
        match self.take(field)? {
            Value::Array(items) if items.len() > max => {
                self.complain(Condition::ListTooLong { field: field.to_owned(), max: max as u64 });
                None
            }
            Value::Array(items) if items.len() < min => {
                self.complain(Condition::ListEmpty { field: field.to_owned(), max: max as u64 });
                None
            }
            Value::Array(items) => Some(items),
            _ => {
                self.wrong(field, "a list");
                None
            }
        }
    }

    /// Returns a list of texts, each of 1 to `max_chars` characters without control characters, each once.
    pub(crate) fn texts(&mut self, field: &str, max: usize, max_chars: usize) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        for (i, item) in self.list(field, 0, max)?.into_iter().enumerate() {
            let at = format!("{field}[{i}]");
            let Value::String(text) = item else {
                self.wrong(&at, "a text");
                return None;
            };
            let complaint = if text.trim().is_empty() {
                Condition::TextEmpty { field: at }
            } else if text.chars().count() > max_chars {
                Condition::TextTooLong { field: at, max: max_chars as u64 }
            } else if text.chars().any(char::is_control) {
                Condition::TextControls { field: at }
            } else {
                if !texts.contains(&text) {
                    texts.push(text);
                }
                continue;
            };
            self.complain(complaint);
            return None;
        }
        Some(texts)
    }

    /// Returns a destination. Anything but a text is an invalid URL.
    pub(crate) fn url(&mut self, field: &str) -> Option<Destination> {
        let text = match self.take(field)? {
            Value::String(text) => text,
            _ => String::new(),
        };
        Destination::parse(field, &text).map_err(|complaint| self.complain(complaint)).ok()
    }

    /// Returns a custom slug.
    pub(crate) fn slug(&mut self, field: &str) -> Option<Slug> {
        let text = self.text(field)?;
        Slug::parse(field, &text).map_err(|complaint| self.complain(complaint)).ok()
    }

    /// Returns a moment in Unix milliseconds. The last day of the year 9999, with which many programs say "never", is the last
    /// moment that can be told in every time zone: 9999-12-30T22:00:00Z.
    pub(crate) fn moment(&mut self, field: &str) -> Option<i64> {
        let text = self.text(field)?;
        let last =
            || Pieces::parse(&text).ok().filter(|it| it.date().year() == 9999 && it.time().is_some() && it.offset().is_some());
        let moment = text.parse::<Timestamp>().ok().or_else(|| last().map(|_| Timestamp::MAX)).map(Timestamp::as_millisecond);
        if moment.is_none() {
            self.complain(Condition::MomentInvalid { field: field.to_owned() });
        }
        moment
    }
}
