//! The checks of fields that several kinds share. A payload reports all its complaints at once.

use xqr_checks::{Text, Violation, email, list, number, text, url};
use xqr_errors::{Condition, Error, Expected, Result};

/// The largest number of characters of a one-line string: a name, a title, an address.
const LINE: usize = 255;

/// The largest number of characters of a string with several lines.
const PROSE: usize = 2048;

/// The largest number of items of a list.
const ITEMS: usize = 10;

/// A check of one string, which files its complaint under the field of this name.
pub(crate) type Rule = fn(&mut Complaints, &str, &str);

/// The complaints so far.
#[derive(Default)]
pub(crate) struct Complaints(Vec<Condition>);

impl Complaints {
    pub(crate) fn push(&mut self, complaint: Condition) {
        self.0.push(complaint);
    }

    pub(crate) fn wrong(&mut self, field: &str, expected: Expected) {
        self.push(Condition::FieldTypeWrong { field: field.to_owned(), expected });
    }

    /// Applies `rule` to every item of a list, or to the value of an optional field.
    pub(crate) fn each<'a>(
        &mut self,
        field: &str,
        items: impl IntoIterator<Item = &'a String>,
        rule: Rule,
    ) {
        let items: Vec<_> = items.into_iter().collect();
        match items[..] {
            [item] => rule(self, field, item),
            _ => match list(&items, 0..=ITEMS) {
                Ok(()) => items
                    .iter()
                    .enumerate()
                    .for_each(|(i, item)| rule(self, &format!("{field}[{i}]"), item)),
                Err(violation) => self.push(violation.at(field)),
            },
        }
    }

    /// Requires 1 to 255 characters in one line.
    pub(crate) fn line(&mut self, field: &str, value: &str) {
        self.check(field, text(value, Text::line(LINE).without_separators()));
    }

    /// Requires 1 to 2,048 characters. Line breaks are allowed.
    pub(crate) fn prose(&mut self, field: &str, value: &str) {
        self.check(field, text(value, Text::lines(PROSE)));
    }

    /// Requires 1 to 2,048 characters in one line.
    pub(crate) fn long_line(&mut self, field: &str, value: &str) {
        self.check(field, text(value, Text::line(PROSE).without_separators()));
    }

    /// Requires 1 to 2,048 characters. Line breaks and tabs are allowed.
    pub(crate) fn plain(&mut self, field: &str, value: &str) {
        self.check(field, text(value, Text::lines(PROSE).tabs()));
    }

    /// Requires an absolute http or https URL, as [`url`] checks it.
    pub(crate) fn url(&mut self, field: &str, value: &str) {
        self.check(field, url(value));
    }

    /// Requires an e-mail address, as [`email`] checks it.
    pub(crate) fn email(&mut self, field: &str, value: &str) {
        self.check(field, email(value));
    }

    /// Requires a number from `min` to `max`.
    pub(crate) fn range(&mut self, field: &str, value: f64, min: i32, max: i32) {
        self.check(field, number(value, f64::from(min)..=f64::from(max)));
    }

    /// Files the violation of a field.
    pub(crate) fn check(&mut self, field: &str, checked: xqr_checks::Result) {
        match checked {
            Ok(()) => {}
            // The address is part of a payload, not of an account.
            Err(Violation::NotAnEmail) => self.wrong(field, Expected::EmailAddress),
            Err(violation) => self.push(violation.at(field)),
        }
    }

    /// Ends the checks.
    ///
    /// # Errors
    ///
    /// All complaints, in the order in which they were filed.
    #[track_caller]
    pub(crate) fn end(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::all(self.0)) }
    }
}

/// Returns whether a reader may end a line at `c`. The last two are Unicode's line and paragraph
/// separators.
pub(crate) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}
