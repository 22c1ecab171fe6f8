//! A contact.

use jiff::civil::{Date, date};
use xqr_errors::{Condition, Expected, Result};

use crate::fields::Complaints;
use crate::fields::{Lines, escape};

/// A contact: vCard 3.0 of RFC 2426. Phones, e-mail addresses and URLs are at most 10 of each.
///
/// ```
/// use xqr_payload::VCard;
///
/// let card = VCard::new("Ann Lee").phone("+49 30 123456").email("ann@example.com");
/// assert!(card.content()?.contains("\r\nTEL:+49 30 123456\r\n"));
/// # Ok::<(), xqr_payload::errors::Error>(())
/// ```
#[must_use]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VCard {
    name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    org: Option<String>,
    title: Option<String>,
    phones: Vec<String>,
    emails: Vec<String>,
    url: Option<String>,
    address: Option<String>,
    birthday: Option<Date>,
    note: Option<String>,
}

impl VCard {
    /// Takes the full name as it is displayed: 1 to 255 characters in one line.
    ///
    /// RFC 2426 section 3.1.2 also requires a structured name. Its family name is the last word of
    /// the full name, unless [`given_name`](Self::given_name) or
    /// [`family_name`](Self::family_name) is set.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    setters! {
        /// Sets the given name: 1 to 255 characters in one line.
        given_name
        /// Sets the family name: 1 to 255 characters in one line.
        family_name
        /// Sets the organisation: 1 to 255 characters in one line.
        org
        /// Sets the job title: 1 to 255 characters in one line.
        title
        /// Sets the web address, as [`Url::new`](crate::Url::new) takes it.
        url
        /// Sets the postal address: 1 to 2,048 characters, lines allowed. It becomes the street of
        /// `ADR`, which scanners show; they pass over `LABEL`.
        address
        /// Sets a note: 1 to 2,048 characters, lines allowed.
        note
    }

    /// Adds a phone number: 1 to 255 characters in one line, at least three of them digits. It is
    /// text (RFC 2426 section 3.3.1) and stays as written, so `ext. 12` may follow.
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.phones.push(phone.into());
        self
    }

    /// Adds an e-mail address, as [`Email::new`](crate::Email::new) takes it.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.emails.push(email.into());
        self
    }

    /// Sets the birthday, in the year 1 or later.
    pub fn birthday(mut self, birthday: Date) -> Self {
        self.birthday = Some(birthday);
        self
    }

    /// Returns the text to encode.
    ///
    /// # Errors
    ///
    /// `TextEmpty`, `TextTooLong` or `TextControls` for `payload.name`, `payload.given_name`,
    /// `payload.family_name`, `payload.org`, `payload.title`, `payload.phones`, `payload.address`
    /// and `payload.note`; `FieldTypeWrong` or `ListTooLong` for `payload.phones` and
    /// `payload.emails`; `TextEmpty`, `TextTooLong` or `UrlInvalid` for `payload.url`;
    /// `NumberTooSmall` for `payload.birthday`.
    pub fn content(&self) -> Result<String> {
        self.check()?;
        let mut card = Lines::begin("VCARD");
        card.raw("VERSION", "3.0");
        let (given, family) = self.names();
        card.raw("N", &format!("{};{};;;", escape(family), escape(given)));
        card.strings("FN", [&self.name]);
        card.strings("ORG", &self.org);
        card.strings("TITLE", &self.title);
        card.strings("TEL", &self.phones);
        card.strings("EMAIL", &self.emails);
        card.uris("URL", &self.url);
        if let Some(address) = &self.address {
            card.raw("ADR", &format!(";;{};;;;", escape(address)));
        }
        if let Some(birthday) = self.birthday {
            card.raw("BDAY", &birthday.to_string());
        }
        card.strings("NOTE", &self.note);
        Ok(card.end())
    }

    fn check(&self) -> Result<()> {
        let mut complaints = Complaints::default();
        complaints.line("payload.name", &self.name);
        complaints.each("payload.given_name", &self.given_name, Complaints::line);
        complaints.each("payload.family_name", &self.family_name, Complaints::line);
        complaints.each("payload.org", &self.org, Complaints::line);
        complaints.each("payload.title", &self.title, Complaints::line);
        complaints.each("payload.phones", &self.phones, |complaints, field, phone| {
            if phone.chars().filter(char::is_ascii_digit).count() < 3 {
                complaints.wrong(field, Expected::PhoneNumber);
            } else {
                complaints.line(field, phone);
            }
        });
        complaints.each("payload.emails", &self.emails, Complaints::email);
        complaints.each("payload.url", &self.url, Complaints::url);
        complaints.each("payload.address", &self.address, Complaints::prose);
        let first = date(1, 1, 1);
        if self.birthday.is_some_and(|birthday| birthday < first) {
            complaints.push(Condition::NumberTooSmall {
                field: "payload.birthday".to_owned(),
                min: first.to_string(),
            });
        }
        complaints.each("payload.note", &self.note, Complaints::prose);
        complaints.end()
    }

    /// Returns the given and the family name.
    fn names(&self) -> (&str, &str) {
        match (&self.given_name, &self.family_name) {
            (None, None) => {
                let name = self.name.trim();
                name.rsplit_once(char::is_whitespace)
                    .map_or(("", name), |(given, family)| (given.trim_end(), family))
            }
            (given, family) => {
                (given.as_deref().unwrap_or_default(), family.as_deref().unwrap_or_default())
            }
        }
    }
}
