//! A refusal in the words and the envelope of one dialect.

use super::json::quoted;
use crate::{Code, Condition, Dialect, Place};

/// The API version in every body of the forge dialect, of successes and of refusals.
pub const FORGE_VERSION: &str = "2025-11-14-v1";

/// A refusal as one dialect reports it: status, code, sentence, and the body around them.
///
/// ```
/// use xqr_errors::{Condition, Dialect};
///
/// let reply = Condition::FieldMissing { field: "url".to_owned() }.reply(Dialect::Studio);
/// assert_eq!(reply.status, 400);
/// assert_eq!(reply.body("req_1"), r#"{"url":["This field is required."]}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The dialect of the sentence and the body.
    pub dialect: Dialect,
    /// The condition that decides the status.
    pub condition: Code,
    /// The HTTP status.
    pub status: u16,
    /// The machine-readable code, in dialects that have one.
    pub code: Option<&'static str>,
    /// Where the sentence is filed.
    pub place: Place,
    /// The sentence for the client.
    pub message: String,
    /// The seconds of the `Retry-After` header, if the client should wait.
    pub retry_after: Option<u64>,
    /// The other sentences about the same request. Only the studio dialect shows them.
    others: Vec<(Place, String)>,
}

/// The sentences about one field in a studio body.
enum Filed {
    Text(String),
    List(Vec<String>),
}

impl Reply {
    pub(crate) fn new(condition: &Condition, dialect: Dialect) -> Self {
        let (place, message) = condition.sentence(dialect);
        let retry_after = condition.retry_after();
        Self { retry_after, ..Self::of(condition.code(), dialect, place, message) }
    }

    /// Returns the reply of a code with a given sentence.
    pub(crate) fn of(condition: Code, dialect: Dialect, place: Place, message: String) -> Self {
        let cell = condition.row().cell(dialect);
        Self {
            dialect,
            condition,
            status: cell.status,
            code: cell.code,
            place,
            message,
            retry_after: None,
            others: Vec::new(),
        }
    }

    /// Adds the sentences of `others`.
    pub(crate) fn with(mut self, others: &[Condition]) -> Self {
        self.others = others.iter().map(|other| other.sentence(self.dialect)).collect();
        self
    }

    /// Returns the JSON body in the dialect's envelope. Its media type is `application/json`.
    ///
    /// ```
    /// use xqr_errors::{Condition, Dialect};
    ///
    /// let taken = Condition::SlugTaken { slug: "summer24".to_owned() };
    /// assert_eq!(
    ///     taken.reply(Dialect::Hub).body("req_1"),
    ///     r#"{"error":"Code already in use: summer24"}"#
    /// );
    /// ```
    pub fn body(&self, request_id: &str) -> String {
        let (message, id) = (quoted(&self.message), quoted(request_id));
        match self.dialect {
            Dialect::Xqr => format!(
                r#"{{"error":{{"code":{},"message":{message},"status":{}}},"meta":{{"request_id":{id}}}}}"#,
                quoted(self.native_code()),
                self.status,
            ),
            Dialect::Studio => self.studio_body(),
            Dialect::Forge => format!(
                r#"{{"ok":false,"version":{},"request_id":{id},"code":{},"message":{message}}}"#,
                quoted(FORGE_VERSION),
                quoted(self.code.unwrap_or("internal_error")),
            ),
            Dialect::Hub if self.status >= 500 => {
                format!(r#"{{"error":{message},"request_id":{id}}}"#)
            }
            Dialect::Hub => format!(r#"{{"error":{message}}}"#),
        }
    }

    /// Returns the problem details of RFC 9457 as JSON. Their media type is
    /// `application/problem+json`.
    ///
    /// `type` is the relative URL of the code's help page, `title` the meaning of the condition.
    pub fn problem(&self, request_id: &str) -> String {
        let code = self.native_code();
        format!(
            r#"{{"type":{},"title":{},"status":{},"detail":{},"code":{},"request_id":{}}}"#,
            quoted(&format!("/docs/errors/{code}")),
            quoted(self.condition.row().meaning),
            self.status,
            quoted(&self.message),
            quoted(code),
            quoted(request_id),
        )
    }

    /// Returns the code in the native API, such as `SLUG_TAKEN`, in every dialect.
    pub fn native_code(&self) -> &'static str {
        self.condition.row().native_code()
    }

    /// Files each sentence under its field, as a string or in a list. A first sentence about no
    /// field is the `detail` alone.
    fn studio_body(&self) -> String {
        let mut fields: Vec<(&str, Filed)> = Vec::new();
        let first = (&self.place, &self.message);
        let sentences = self.others.iter().map(|(place, message)| (place, message));
        for (place, message) in std::iter::once(first).chain(sentences) {
            let filed = |field: &String, fields: &[(&str, Filed)]| {
                fields.iter().position(|(known, _)| known == field)
            };
            match place {
                Place::Top if fields.is_empty() => {
                    return format!(r#"{{"detail":{}}}"#, quoted(message));
                }
                Place::Top => {}
                Place::Field(field) => {
                    if filed(field, &fields).is_none() {
                        fields.push((field, Filed::Text(message.clone())));
                    }
                }
                Place::List(field) => match filed(field, &fields) {
                    None => fields.push((field, Filed::List(vec![message.clone()]))),
                    Some(at) => {
                        if let Filed::List(messages) = &mut fields[at].1 {
                            messages.push(message.clone());
                        }
                    }
                },
            }
        }
        let members = fields.iter().map(|(field, filed)| {
            let value = match filed {
                Filed::Text(message) => quoted(message),
                Filed::List(messages) => {
                    let messages: Vec<_> = messages.iter().map(|text| quoted(text)).collect();
                    format!("[{}]", messages.join(","))
                }
            };
            format!("{}:{value}", quoted(field))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}
