//! The fields of a JSON body, read in the order of the handler's lines. Every complaint is
//! collected.

use std::fmt;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use xqr_engine::checks::{self, Text};
use xqr_engine::destinations::destination::Destination;
use xqr_engine::destinations::slug::Slug;
use xqr_engine::errors::{Condition, Error, Expected, Instead, Result};
use xqr_engine::pictures::render_request::{Source, Upload};
use xqr_engine::render::Rgba;

use crate::forms::query::Query;

/// Returns values with their names, as [`Fields::choice`] takes them.
pub fn choices<T: Copy + Into<&'static str>, const N: usize>(
    values: [T; N],
) -> [(&'static str, T); N] {
    values.map(|value| (value.into(), value))
}

/// Reads the colour in `field`.
///
/// # Errors
///
/// [`Condition::ColorInvalid`].
pub fn color_of(field: &str, text: &str) -> Result<Rgba> {
    text.parse().map_err(|_| {
        let value = text.chars().take(32).collect();
        Condition::ColorInvalid { field: field.to_owned(), value }.into()
    })
}

/// A JSON object that is being read. Fields that are not asked for are passed over.
pub struct Fields {
    object: Map<String, Value>,
    complaints: Vec<Condition>,
    /// Whether all values are texts, as those of a query are.
    texts_only: bool,
    /// What stands before the names of fields in complaints: `payload.`, say.
    prefix: String,
    /// What is wrong with values that could not even be taken from a query.
    unreadable: Vec<(String, Condition)>,
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_set().entries(self.object.keys()).finish()
    }
}

impl Fields {
    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self> {
        if body.is_empty() {
            return Err(Condition::BodyNotObject.into());
        }
        Self::from_value(serde_json::from_slice(body).map_err(|_| Condition::BodyNotJson)?)
            .map_err(Error::from)
    }

    /// Reads a value, such as an item of a list.
    pub fn from_value(value: Value) -> Result<Self, Condition> {
        match value {
            Value::Object(object) => Ok(Self {
                object,
                complaints: Vec::new(),
                texts_only: false,
                prefix: String::new(),
                unreadable: Vec::new(),
            }),
            _ => Err(Condition::BodyNotObject),
        }
    }

    /// Reads an object within another, whose fields complaints name with `prefix`.
    pub fn inside(object: Map<String, Value>, prefix: &str) -> Self {
        Self {
            object,
            complaints: Vec::new(),
            texts_only: false,
            prefix: prefix.to_owned(),
            unreadable: Vec::new(),
        }
    }

    /// Takes the parameters of a query, whose numbers and truth values are texts.
    pub fn from_query(query: &Query) -> Self {
        let (mut object, mut unreadable) = (Map::new(), Vec::new());
        for name in query.names() {
            match query.text(name) {
                Ok(value) => drop(object.insert(name.to_owned(), value.into())),
                Err(error) => unreadable.push((name.to_owned(), error.condition().clone())),
            }
        }
        Self { object, complaints: Vec::new(), texts_only: true, prefix: String::new(), unreadable }
    }

    /// Takes the texts of a form, whose numbers and truth values are texts, too, and whose
    /// `payload` is JSON. The last of several texts of a name counts.
    pub fn from_form(texts: Vec<(String, String)>) -> Self {
        let mut object = Map::new();
        for (name, text) in texts {
            let payload = (name == "payload").then(|| serde_json::from_str(&text).ok()).flatten();
            object.insert(name, payload.unwrap_or(Value::String(text)));
        }
        Self {
            object,
            complaints: Vec::new(),
            texts_only: true,
            prefix: String::new(),
            unreadable: Vec::new(),
        }
    }

    /// Returns SHA-256 of the object with its fields in alphabetical order: the same for whatever
    /// means the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut canonical = Value::Object(self.object.clone());
        canonical.sort_all_objects();
        Sha256::digest(canonical.to_string()).into()
    }

    /// Takes over the complaints of an object within this one.
    pub fn absorb(&mut self, within: Self) {
        self.complaints.extend(within.complaints);
    }

    /// Returns what went well; the complaints about what did not are kept.
    pub fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.complaints.extend(error.conditions().iter().cloned())).ok()
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// Every complaint, in the order of the reading.
    pub fn end(self) -> Result<()> {
        if self.complaints.is_empty() { Ok(()) } else { Err(Error::all(self.complaints)) }
    }

    /// Adds a complaint about what the client sent.
    pub fn complain(&mut self, condition: Condition) {
        self.complaints.push(condition);
    }

    /// Complains about every field that has not been read; `instead` says what stands there.
    pub fn refuse_the_rest(&mut self, instead: &Instead) {
        let names: Vec<String> =
            self.object.keys().map(|name| name.chars().take(64).collect()).collect();
        for name in names {
            self.complain(Condition::FieldUnsupported {
                field: self.name(&name),
                instead: instead.clone(),
            });
        }
    }

    /// Returns what complaints call a field.
    pub fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    /// Adds a complaint about a field of the wrong JSON type; `expected` names the right one.
    pub fn wrong(&mut self, field: &str, expected: Expected) {
        let field = self.name(field);
        self.complain(if self.texts_only {
            Condition::QueryMalformed { field, expected }
        } else {
            Condition::FieldTypeWrong { field, expected }
        });
    }

    /// Returns a field that was sent and is not null.
    pub fn take(&mut self, field: &str) -> Option<Value> {
        if let Some(at) = self.unreadable.iter().position(|(name, _)| name == field) {
            let (_, complaint) = self.unreadable.swap_remove(at);
            self.complain(complaint);
        }
        self.object.remove(field).filter(|value| !value.is_null())
    }

    /// Returns a field without taking it.
    pub fn peek(&self, field: &str) -> Option<&Value> {
        self.object.get(field)
    }

    /// Returns whether a field was sent and is not null. One that cannot be read was sent.
    pub fn has(&self, field: &str) -> bool {
        self.object.get(field).is_some_and(|value| !value.is_null())
            || self.unreadable.iter().any(|(name, _)| name == field)
    }

    /// Returns whether a field was sent as null.
    pub fn is_null(&self, field: &str) -> bool {
        self.object.get(field).is_some_and(Value::is_null)
    }

    /// Complains when a field was not sent, or sent as null. Comes before the line that reads it.
    pub fn demand(&mut self, field: &str) {
        if !self.has(field) {
            self.complain(Condition::FieldMissing { field: self.name(field) });
        }
    }

    /// Returns a string.
    pub fn text(&mut self, field: &str) -> Option<String> {
        match self.take(field)? {
            // PostgreSQL takes none.
            Value::String(text) if text.contains('\0') => {
                self.complain(Condition::TextControls { field: self.name(field) });
                None
            }
            Value::String(text) => Some(text),
            _ => {
                self.wrong(field, Expected::String);
                None
            }
        }
    }

    /// Returns a string of 1 to `max_chars` characters without control characters.
    pub fn line(&mut self, field: &str, max_chars: usize) -> Option<String> {
        let text = self.text(field)?;
        self.within(field, checks::text(&text, Text::line(max_chars)), text)
    }

    /// Returns a string of up to `max_chars` characters that may have lines; an empty one is none.
    pub fn prose(&mut self, field: &str, max_chars: usize) -> Option<String> {
        let text = self.text(field)?;
        let bounds = Text::lines(max_chars).tabs().or_empty();
        self.within(field, checks::text(&text, bounds), text).filter(|text| !text.is_empty())
    }

    /// Returns a boolean.
    pub fn flag(&mut self, field: &str) -> Option<bool> {
        match self.take(field)? {
            Value::Bool(flag) => Some(flag),
            // Python's `requests` sends True, a checkbox sends on.
            Value::String(text) if self.texts_only && is_one_of(&text, ["true", "1", "on"]) => {
                Some(true)
            }
            Value::String(text) if self.texts_only && is_one_of(&text, ["false", "0", "off"]) => {
                Some(false)
            }
            _ => {
                let expected =
                    if self.texts_only { Expected::TrueOrFalse } else { Expected::Boolean };
                self.wrong(field, expected);
                None
            }
        }
    }

    /// Returns a number within `range`.
    pub fn number(&mut self, field: &str, range: RangeInclusive<f64>) -> Option<f64> {
        let number = match self.take(field)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) if self.texts_only => {
                text.parse().ok().filter(|number: &f64| number.is_finite())
            }
            _ => None,
        };
        let Some(number) = number else {
            self.wrong(field, Expected::Number);
            return None;
        };
        self.within(field, checks::number(number, range), number)
    }

    /// Returns a whole number within `range`.
    pub fn int(&mut self, field: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = match self.take(field)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) if self.texts_only => text.parse().ok(),
            _ => None,
        };
        let Some(number) = number else {
            self.wrong(field, Expected::Integer);
            return None;
        };
        self.within(field, checks::number(number, range), number)
    }

    /// Returns a value that passed its check.
    fn within<T>(&mut self, field: &str, checked: checks::Result, value: T) -> Option<T> {
        let field = self.name(field);
        checked.map_err(|wrong| self.complain(wrong.at(field))).ok().map(|()| value)
    }

    /// Returns what a name stands for.
    pub fn choice<T: Copy>(&mut self, field: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.text(field)?;
        let found = choices.iter().find(|(name, _)| *name == value).map(|(_, choice)| *choice);
        if found.is_none() {
            let allowed = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let value = value.chars().take(64).collect();
            self.complain(Condition::ChoiceUnknown { field: self.name(field), value, allowed });
        }
        found
    }

    /// Returns a colour.
    pub fn color(&mut self, field: &str) -> Option<Rgba> {
        let text = self.text(field)?;
        self.keep(color_of(field, &text))
    }

    /// Returns a file in Base64 (RFC 4648 section 4), by itself or in a data URL.
    pub fn file(&mut self, field: &str) -> Option<Upload> {
        let text = self.text(field)?;
        let data = match text.strip_prefix("data:").and_then(|rest| rest.split_once(',')) {
            Some((kind, data)) if kind.ends_with(";base64") => data,
            Some(_) => "?",
            None => &text,
        };
        // Tools wrap lines.
        let data: String = data.split_ascii_whitespace().collect();
        match STANDARD.decode(data) {
            Ok(bytes) => {
                Some(Upload { field: field.to_owned(), source: Source::Bytes(bytes.into()) })
            }
            Err(_) => {
                self.wrong(field, Expected::Base64File);
                None
            }
        }
    }

    /// Returns a file at an address.
    pub fn file_at(&mut self, field: &str) -> Option<Upload> {
        let url = self.url(field)?.as_str().to_owned();
        Some(Upload { field: field.to_owned(), source: Source::Url(url) })
    }

    /// Returns an object within this one, whose fields complaints name with `prefix`.
    pub fn object(&mut self, field: &str, prefix: &str) -> Option<Self> {
        match self.take(field)? {
            Value::Object(object) => Some(self.within_this(object, prefix.to_owned())),
            _ => {
                self.wrong(field, Expected::Object);
                None
            }
        }
    }

    /// Returns a list of up to `max` objects, whose fields complaints name like `field[0].name`.
    pub fn objects(&mut self, field: &str, max: usize) -> Option<Vec<Self>> {
        let mut objects = Vec::new();
        for (i, item) in self.list(field, 0, max)?.into_iter().enumerate() {
            let at = format!("{field}[{i}]");
            let Value::Object(object) = item else {
                self.wrong(&at, Expected::Object);
                return None;
            };
            objects.push(self.within_this(object, format!("{}.", self.name(&at))));
        }
        Some(objects)
    }

    fn within_this(&self, object: Map<String, Value>, prefix: String) -> Self {
        Self {
            object,
            complaints: Vec::new(),
            texts_only: self.texts_only,
            prefix,
            unreadable: Vec::new(),
        }
    }

    /// Returns a list of `1..=max` or `0..=max` values.
    pub fn list(&mut self, field: &str, min: usize, max: usize) -> Option<Vec<Value>> {
        match self.take(field)? {
            Value::Array(items) => self.within(field, checks::list(&items, min..=max), items),
            _ => {
                self.wrong(field, Expected::List);
                None
            }
        }
    }

    /// Returns a list of texts, each of 1 to `max_chars` characters without control characters,
    /// each once.
    pub fn texts(&mut self, field: &str, max: usize, max_chars: usize) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        for (i, item) in self.list(field, 0, max)?.into_iter().enumerate() {
            let at = format!("{field}[{i}]");
            let Value::String(text) = item else {
                self.wrong(&at, Expected::String);
                return None;
            };
            if let Err(wrong) = checks::text(&text, Text::line(max_chars)) {
                self.complain(wrong.at(at));
                return None;
            }
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        Some(texts)
    }

    /// Returns a destination. Anything but a string is an invalid URL.
    pub fn url(&mut self, field: &str) -> Option<Destination> {
        let text = match self.take(field)? {
            Value::String(text) => text,
            _ => String::new(),
        };
        let field = self.name(field);
        match text.parse::<Destination>() {
            Ok(destination) => Some(destination.of_field(&field)),
            Err(error) => {
                self.complain(error.at(&field));
                None
            }
        }
    }

    /// Returns a custom slug.
    pub fn slug(&mut self, field: &str) -> Option<Slug> {
        let text = self.text(field)?;
        text.parse::<Slug>().map_err(|error| self.complain(error.at(field))).ok()
    }

    /// Returns a time in Unix milliseconds. The last day of the year 9999, with which many programs
    /// say "never", is the last time that can be written in every time zone: 9999-12-30T22:00:00Z.
    pub fn moment(&mut self, field: &str) -> Option<i64> {
        let text = self.text(field)?;
        let last = || {
            Pieces::parse(&text).ok().filter(|it| {
                it.date().year() == 9999 && it.time().is_some() && it.offset().is_some()
            })
        };
        let moment = text
            .parse::<Timestamp>()
            .ok()
            .or_else(|| last().map(|_| Timestamp::MAX))
            .map(Timestamp::as_millisecond);
        if moment.is_none() {
            self.complain(Condition::MomentInvalid { field: self.name(field) });
        }
        moment
    }
}

fn is_one_of(text: &str, names: [&str; 3]) -> bool {
    names.iter().any(|name| text.eq_ignore_ascii_case(name))
}
