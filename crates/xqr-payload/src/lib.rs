#![doc = include_str!("../README.md")]

use xqr_errors::Result;

/// Generates the consuming setter of each optional string.
macro_rules! setters {
    ($($(#[$doc:meta])+ $name:ident)+) => {$(
        $(#[$doc])+
        pub fn $name(mut self, $name: impl Into<String>) -> Self {
            self.$name = Some($name.into());
            self
        }
    )+};
}

mod dynamic;
mod email;
mod event;
mod fields;
mod geo;
mod phone;
mod sms;
mod text;
mod url;
mod vcard;
mod wifi;

pub use self::dynamic::Dynamic;
pub use self::email::Email;
pub use self::event::{Event, InvalidWhen, When};
pub use self::geo::Geo;
pub use self::phone::Phone;
pub use self::sms::Sms;
pub use self::text::Text;
pub use self::url::Url;
pub use self::vcard::VCard;
pub use self::wifi::{Security, UnknownSecurity, Wifi};
pub use jiff;
pub use xqr_errors as errors;

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident)+) => {
        /// The content of a QR code, of any kind.
        ///
        /// ```
        /// use xqr_payload::{Geo, Payload};
        ///
        /// let payload = Payload::from(Geo::new(52.5163, 13.3777));
        /// assert_eq!(payload.content()?, "geo:52.5163,13.3777");
        /// # Ok::<(), xqr_payload::errors::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Payload {
            $($(#[$doc])+ $kind($kind),)+
        }

        impl Payload {
            /// Returns the text to encode.
            ///
            /// # Errors
            ///
            /// As `content` of the kind: every complaint at once. A field is called
            /// `payload.<field>`, and `payload.<field>[i]` where a list has several items; the one
            /// field of [`Url`], [`Text`] and [`Dynamic`] is `data`.
            pub fn content(&self) -> Result<String> {
                match self {
                    $(Self::$kind(payload) => payload.content(),)+
                }
            }
        }

        $(
            impl From<$kind> for Payload {
                fn from(payload: $kind) -> Self {
                    Self::$kind(payload)
                }
            }
        )+
    };
}

kinds! {
    /// Opens the browser.
    Url
    /// Shows text.
    Text
    /// Offers to save a contact.
    VCard
    /// Offers to join a network.
    Wifi
    /// Opens the mail composer.
    Email
    /// Opens the message composer.
    Sms
    /// Opens the dialler.
    Phone
    /// Opens the map.
    Geo
    /// Offers to save an event.
    Event
    /// Opens the browser at a destination that can change after printing.
    Dynamic
}
