//! What a QR code says: one builder per kind, each of which writes the exact text that scanners
//! understand.
//!
//! Where a standard and the scanners differ, a kind writes what the two big readers take: ZXing,
//! the model of most Android scanners, and Android's own Wi-Fi reader. Its documentation says so.
//!
//! ```
//! use xqr_payload::{Payload, Security, Wifi};
//!
//! let payload = Payload::from(Wifi::new("Café; Guests", Security::Wpa2).password("espresso"));
//! assert_eq!(payload.content()?, r"WIFI:T:WPA;S:Café\; Guests;P:espresso;;");
//! # Ok::<(), xqr_errors::Error>(())
//! ```

use xqr_errors::Result;

/// Writes the consuming setter of each optional text.
macro_rules! setters {
    ($($(#[$doc:meta])+ $name:ident)+) => {$(
        $(#[$doc])+
        pub fn $name(mut self, $name: impl Into<String>) -> Self {
            self.$name = Some($name.into());
            self
        }
    )+};
}

mod complaints;
mod dynamic;
mod email;
mod event;
mod geo;
mod lines;
mod phone;
mod sms;
mod text;
mod url;
mod vcard;
mod wifi;

pub use self::dynamic::Dynamic;
pub use self::email::Email;
pub use self::event::{Event, When};
pub use self::geo::Geo;
pub use self::phone::Phone;
pub use self::sms::Sms;
pub use self::text::Text;
pub use self::url::Url;
pub use self::vcard::VCard;
pub use self::wifi::{Security, Wifi};

macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident)+) => {
        /// What a QR code says, of any kind.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Payload {
            $($(#[$doc])+ $kind($kind),)+
        }

        impl Payload {
            /// Writes the text to encode.
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
