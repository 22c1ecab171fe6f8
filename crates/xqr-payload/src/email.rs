//! An e-mail to write.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use xqr_errors::Result;

use crate::fields::{Complaints, is_break};

/// All but the unreserved characters of RFC 3986 section 2.3.
pub(crate) const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An address keeps its `@` (RFC 6068 section 2). Its `+` is encoded: ZXing reads a bare one as a
/// blank.
const ADDRESS: &AsciiSet = &UNRESERVED.remove(b'@');

/// An e-mail to write: `mailto:` of RFC 6068. Each list of recipients has at most 10.
///
/// ```
/// use xqr_payload::Email;
///
/// let mail = Email::new("ann@example.com").subject("Table 7");
/// assert_eq!(mail.content()?, "mailto:ann@example.com?subject=Table%207");
/// # Ok::<(), xqr_payload::errors::Error>(())
/// ```
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    to: Vec<String>,
    cc: Vec<String>,
    bcc: Vec<String>,
    subject: Option<String>,
    body: Option<String>,
}

impl Email {
    /// Takes a recipient: `local@domain`, at most 254 octets, without quotes, comments or a display
    /// name.
    pub fn new(to: impl Into<String>) -> Self {
        Self { to: vec![to.into()], cc: Vec::new(), bcc: Vec::new(), subject: None, body: None }
    }

    /// Adds a recipient.
    pub fn to(mut self, to: impl Into<String>) -> Self {
        self.to.push(to.into());
        self
    }

    /// Adds a recipient of a copy.
    pub fn cc(mut self, cc: impl Into<String>) -> Self {
        self.cc.push(cc.into());
        self
    }

    /// Adds a recipient that the others do not see.
    pub fn bcc(mut self, bcc: impl Into<String>) -> Self {
        self.bcc.push(bcc.into());
        self
    }

    setters! {
        /// Sets the subject: 1 to 255 characters in one line.
        subject
        /// Sets the body: 1 to 2,048 characters. A line break becomes `%0D%0A` (RFC 6068 section
        /// 5).
        body
    }

    /// Returns the text to encode.
    ///
    /// # Errors
    ///
    /// `FieldTypeWrong` or `ListTooLong` for `payload.to`, `payload.cc` and `payload.bcc`;
    /// `TextEmpty`, `TextTooLong` or `TextControls` for `payload.subject` and `payload.body`.
    pub fn content(&self) -> Result<String> {
        let mut complaints = Complaints::default();
        complaints.each("payload.to", &self.to, Complaints::email);
        complaints.each("payload.cc", &self.cc, Complaints::email);
        complaints.each("payload.bcc", &self.bcc, Complaints::email);
        complaints.each("payload.subject", &self.subject, Complaints::line);
        complaints.each("payload.body", &self.body, Complaints::prose);
        complaints.end()?;

        let text = |text: &Option<String>| text.as_deref().map(encode).unwrap_or_default();
        let headers = [
            ("cc", addresses(&self.cc)),
            ("bcc", addresses(&self.bcc)),
            ("subject", text(&self.subject)),
            ("body", text(&self.body)),
        ];
        let headers = headers
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"));
        let query = headers.collect::<Vec<_>>().join("&");
        let question = if query.is_empty() { "" } else { "?" };
        Ok(format!("mailto:{}{question}{query}", addresses(&self.to)))
    }
}

fn addresses(list: &[String]) -> String {
    list.iter()
        .map(|address| utf8_percent_encode(address, ADDRESS).to_string())
        .collect::<Vec<_>>()
        .join(",")
}

fn encode(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(is_break, "\r\n");
    utf8_percent_encode(&text, UNRESERVED).to_string()
}
