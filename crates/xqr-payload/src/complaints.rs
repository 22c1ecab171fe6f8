//! What every kind asks of its fields. A payload tells all its complaints at once.

use xqr_errors::{Condition, Error, Result};

/// The most characters of a text of one line: a name, a title, an address.
const LINE: usize = 255;

/// The most characters of a text that may have several lines, and of a URL.
const PROSE: usize = 2048;

/// The most items of a list.
const ITEMS: usize = 10;

/// A rule for one text: files what is wrong with the field of this name.
pub(crate) type Rule = fn(&mut Complaints, &str, &str);

/// The complaints so far.
#[derive(Default)]
pub(crate) struct Complaints(Vec<Condition>);

impl Complaints {
    pub(crate) fn push(&mut self, complaint: Condition) {
        self.0.push(complaint);
    }

    pub(crate) fn wrong(&mut self, field: &str, expected: &str) {
        self.push(Condition::FieldTypeWrong {
            field: field.to_owned(),
            expected: expected.to_owned(),
        });
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
            _ if items.len() > ITEMS => {
                self.push(Condition::ListTooLong { field: field.to_owned(), max: ITEMS as u64 })
            }
            _ => items
                .iter()
                .enumerate()
                .for_each(|(i, item)| rule(self, &format!("{field}[{i}]"), item)),
        }
    }

    /// Asks for 1 to 255 characters in one line.
    pub(crate) fn line(&mut self, field: &str, text: &str) {
        self.text(field, text, LINE, |c| c.is_control() || is_break(c));
    }

    /// Asks for 1 to 2,048 characters. Line breaks are allowed.
    pub(crate) fn prose(&mut self, field: &str, text: &str) {
        self.text(field, text, PROSE, |c| c.is_control() && !is_break(c));
    }

    /// Asks for 1 to 2,048 characters in one line.
    pub(crate) fn long_line(&mut self, field: &str, text: &str) {
        self.text(field, text, PROSE, |c| c.is_control() || is_break(c));
    }

    /// Asks for 1 to 2,048 characters. Line breaks and tabs are allowed.
    pub(crate) fn plain(&mut self, field: &str, text: &str) {
        self.text(field, text, PROSE, |c| c.is_control() && !is_break(c) && c != '\t');
    }

    /// Asks for an absolute http or https URL of at most 2,048 characters, with a host, without
    /// blanks or control characters.
    pub(crate) fn url(&mut self, field: &str, text: &str) {
        let host = ["http://", "https://"].iter().find_map(|scheme| {
            let (head, rest) = text.split_at_checked(scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then_some(rest)
        });
        // The parser forgives blanks at the ends, tabs, line breaks and more slashes; scanners do
        // not.
        let exact = host.is_some_and(|host| !host.starts_with(['/', '\\']))
            && !text.contains(|c: char| c.is_control() || c.is_whitespace());
        if text.is_empty() {
            self.push(Condition::TextEmpty { field: field.to_owned() });
        } else if text.chars().count() > PROSE {
            self.push(Condition::TextTooLong { field: field.to_owned(), max: PROSE as u64 });
        } else if !exact || url::Url::parse(text).is_err() {
            self.push(Condition::UrlInvalid { field: field.to_owned() });
        }
    }

    /// Asks for `local@domain`: a dot-atom of at most 64 octets (RFC 5322 section 3.2.3, with the
    /// letters of RFC 6531) and a host name of two labels or more, together at most 254 octets (RFC
    /// 5321 section 4.5.3.1).
    pub(crate) fn email(&mut self, field: &str, text: &str) {
        let atom = |atom: &str| {
            !atom.is_empty()
                && atom.chars().all(|c| is_word(c) || "!#$%&'*+-/=?^_`{|}~".contains(c))
        };
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| is_word(c) || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let good = text.len() <= 254
            && text.split_once('@').is_some_and(|(local, domain)| {
                local.len() <= 64
                    && local.split('.').all(atom)
                    && domain.contains('.')
                    && domain.split('.').all(label)
            });
        if !good {
            self.wrong(field, "an e-mail address");
        }
    }

    /// Asks for a number from `min` to `max`.
    pub(crate) fn range(&mut self, field: &str, value: f64, min: i32, max: i32) {
        let field = field.to_owned();
        if value.is_nan() {
            self.wrong(&field, "a number");
        } else if value < f64::from(min) {
            self.push(Condition::NumberTooSmall { field, min: min.to_string() });
        } else if value > f64::from(max) {
            self.push(Condition::NumberTooLarge { field, max: max.to_string() });
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

    fn text(&mut self, field: &str, text: &str, max: usize, forbidden: fn(char) -> bool) {
        let field = field.to_owned();
        if text.trim().is_empty() {
            self.push(Condition::TextEmpty { field });
        } else if text.chars().count() > max {
            self.push(Condition::TextTooLong { field, max: max as u64 });
        } else if text.contains(forbidden) {
            self.push(Condition::TextControls { field });
        }
    }
}

/// Tells whether a reader may end a line at `c`. The last two are Unicode's line and paragraph
/// separator.
pub(crate) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && !c.is_control() && !c.is_whitespace()
}
