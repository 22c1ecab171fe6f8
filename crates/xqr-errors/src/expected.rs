//! What a value must be, as sentences name it: "Must be {expected}."

use std::fmt;

/// Generates [`Expected`] and its sentences from the table.
macro_rules! expected {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident $({ $($fact:ident: $ty:ty),* })? => $text:literal,
    )+) => {
        /// What a field must be, where a [`Condition`](crate::Condition) says so.
        ///
        /// `Display` completes the sentence "Must be …".
        ///
        /// ```
        /// use xqr_errors::{Condition, Expected};
        ///
        /// let wrong = Condition::FieldTypeWrong {
        ///     field: "width".to_owned(),
        ///     expected: Expected::Integer,
        /// };
        /// assert_eq!(wrong.to_string(), "width: Must be a whole number. (FieldTypeWrong)");
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Expected {
            $(
                $(#[doc = $doc])+
                $name $({
                    $(
                        #[doc = concat!("The fact `", stringify!($fact), "` of the sentence.")]
                        $fact: $ty,
                    )*
                })?,
            )+
        }

        impl fmt::Display for Expected {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name $({ $($fact),* })? => write!(f, $text),)+
                }
            }
        }
    };
}

expected! {
    // ---- JSON types
    /// A JSON string.
    String => "a string",
    /// A JSON number.
    Number => "a number",
    /// A JSON number without a fraction, or such a number in a query.
    Integer => "a whole number",
    /// A JSON boolean.
    Boolean => "a boolean",
    /// A boolean in a query or a form.
    TrueOrFalse => "true or false",
    /// A JSON object.
    Object => "an object",
    /// A JSON array.
    List => "a list",
    /// A JSON string, or an array of strings.
    Strings { max: usize } => "a string, or a list of 1 to {max} strings",

    // ---- Formats
    /// One of several names, separated by commas.
    OneOf { names: String } => "one of {names}",
    /// A calendar date.
    Date => "a date such as 2026-03-21",
    /// A file in Base64.
    Base64File => "a file in Base64, or a data URL of one",
    /// A media type.
    MediaType => "a media type such as image/png",
    /// A country code.
    CountryCode => "an ISO 3166-1 alpha-2 code",
    /// A language tag.
    LanguageTag => "a language tag such as en or pt-BR",
    /// A language without its region.
    PrimaryLanguage => "a primary language tag, such as de",
    /// A host name.
    Host => "a host, such as news.example",
    /// A time zone.
    TimeZone => "a name of the IANA time zone database, such as Europe/Vienna",
    /// A position in a list, as the service returned it.
    Cursor => "a cursor",
    /// A page token, as the service returned it.
    PageToken => "a token",

    // ---- Other parameters and fields
    /// A query parameter that occurs once.
    Once => "given once",
    /// The value of another field.
    SameAs { field: String } => "the same as {field}",
    /// A field that needs another one.
    With { field: String } => "used together with {field}",
    /// A field that only one output format has.
    WithFormat { format: String } => "used together with format {format}",

    // ---- Payloads
    /// An e-mail address.
    EmailAddress => "an e-mail address",
    /// A phone number as text.
    PhoneNumber => "a phone number",
    /// A phone number that can be dialled.
    DialledNumber => "a phone number of 3 to 15 digits",
    /// No password, because the network has none.
    NoPassword => "absent, because the network is open",
    /// A WEP key.
    WepKey => "5 or 13 characters, or 10 or 26 hexadecimal digits",
    /// A WPA passphrase or key.
    WpaKey => "8 to 63 characters, or 64 hexadecimal digits",
    /// A time after another one.
    After { field: String } => "after {field}",
    /// A timestamp, because another field is one.
    TimestampLike { field: String } => "a date and time, as {field} is",
    /// A date, because another field is one.
    DateLike { field: String } => "a date, as {field} is",
}
