//! A Wi-Fi network.

use std::fmt;
use std::str::FromStr;

use xqr_checks::{Text, text};
use xqr_errors::{Condition, Expected, Result};

use crate::fields::Complaints;

/// The bounds of a network's name (IEEE 802.11 clause 9.4.2.2). A blank is a name.
const SSID: Text = Text::line(32).octets().or_blank();

/// The security of a network.
///
/// ```
/// use xqr_payload::Security;
///
/// assert_eq!("WPA2".parse(), Ok(Security::Wpa2));
/// assert_eq!(Security::Nopass.to_string(), "nopass");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// WPA.
    Wpa,
    /// WPA2, or WPA2 and WPA3 together.
    Wpa2,
    /// WPA3 only.
    Wpa3,
    /// WEP: broken, but still found.
    Wep,
    /// An open network.
    Nopass,
}

impl Security {
    /// Every kind of security.
    pub const ALL: [Self; 5] = [Self::Wpa, Self::Wpa2, Self::Wpa3, Self::Wep, Self::Nopass];

    /// Returns the name, such as `WPA2` or `nopass`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wpa => "WPA",
            Self::Wpa2 => "WPA2",
            Self::Wpa3 => "WPA3",
            Self::Wep => "WEP",
            Self::Nopass => "nopass",
        }
    }
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Security {
    type Err = UnknownSecurity;

    fn from_str(name: &str) -> Result<Self, UnknownSecurity> {
        let found = Self::ALL.into_iter().find(|security| security.name() == name);
        found.ok_or(UnknownSecurity(()))
    }
}

/// A name that no [`Security`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownSecurity(());

impl fmt::Display for UnknownSecurity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = Security::ALL.map(Security::name);
        write!(f, "must be one of {first}")?;
        rest.iter().try_for_each(|name| write!(f, ", {name}"))
    }
}

impl std::error::Error for UnknownSecurity {}

/// A network to join: the text `WIFI:T:…;S:…;P:…;;` that ZXing began and Android, iOS and the Wi-Fi
/// Alliance took up.
///
/// ZXing's wiki asks for quotes around a name or password that looks like hexadecimal digits. None
/// are written: iOS and newer Androids (`android.net.wifi.WifiUriParser`) take them for a part of
/// the name, and older Androids add their own.
///
/// ```
/// use xqr_payload::{Security, Wifi};
///
/// let wifi = Wifi::new("Café; Guests", Security::Wpa2).password("espresso");
/// assert_eq!(wifi.content()?, r"WIFI:T:WPA;S:Café\; Guests;P:espresso;;");
/// # Ok::<(), xqr_payload::errors::Error>(())
/// ```
#[must_use]
#[derive(Clone, PartialEq, Eq)]
pub struct Wifi {
    ssid: String,
    security: Security,
    password: Option<String>,
    hidden: bool,
}

impl Wifi {
    /// Takes the name of the network, 1 to 32 octets without control characters (IEEE 802.11 clause
    /// 9.4.2.2), and its security.
    pub fn new(ssid: impl Into<String>, security: Security) -> Self {
        Self { ssid: ssid.into(), security, password: None, hidden: false }
    }

    setters! {
        /// Sets the password, which every network but an open one requires. WPA to WPA3: a
        /// passphrase of 8 to 63 octets or a key of 64 hexadecimal digits (IEEE 802.11 annex J.4).
        /// WEP: a passphrase of 5 or 13 octets or a key of 10 or 26 digits.
        password
    }

    /// Sets whether the network hides its name, so that a phone has to probe for it.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.hidden = hidden;
        self
    }

    /// Returns the text to encode.
    ///
    /// All of WPA is `T:WPA` (WPA3 specification, section 7); `T:SAE` is Android's own. WPA3 only
    /// adds `R:1`, with which Android does not fall back to WPA2; ZXing ignores it.
    ///
    /// # Errors
    ///
    /// `TextEmpty`, `TextTooLong` or `TextControls` for `payload.ssid`; `FieldMissing`,
    /// `FieldTypeWrong` or `TextControls` for `payload.password`.
    pub fn content(&self) -> Result<String> {
        self.check()?;
        let security = match self.security {
            Security::Wpa | Security::Wpa2 => "WPA",
            Security::Wpa3 => "WPA;R:1",
            Security::Wep => "WEP",
            Security::Nopass => "nopass",
        };
        let password = match self.password.as_deref() {
            None | Some("") => String::new(),
            Some(password) => format!("P:{};", escape(password)),
        };
        let hidden = if self.hidden { "H:true;" } else { "" };
        Ok(format!("WIFI:T:{security};S:{};{password}{hidden};", escape(&self.ssid)))
    }

    fn check(&self) -> Result<()> {
        let mut complaints = Complaints::default();
        complaints.check("payload.ssid", text(&self.ssid, SSID));
        self.check_password(&mut complaints);
        complaints.end()
    }

    fn check_password(&self, complaints: &mut Complaints) {
        let password = self.password.as_deref().unwrap_or_default();
        let is_key = password.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (good, expected) = match (self.security, password.len()) {
            (Security::Nopass, octets) => (octets == 0, Expected::NoPassword),
            (_, 0) => {
                return complaints
                    .push(Condition::FieldMissing { field: "payload.password".to_owned() });
            }
            (Security::Wep, octets) => {
                let good = matches!(octets, 5 | 13) || is_key && matches!(octets, 10 | 26);
                (good, Expected::WepKey)
            }
            (_, octets) => {
                let good = (8..=63).contains(&octets) || is_key && octets == 64;
                (good, Expected::WpaKey)
            }
        };
        if !good {
            complaints.wrong("payload.password", expected);
        } else if password.contains(char::is_control) {
            complaints.push(Condition::TextControls { field: "payload.password".to_owned() });
        }
    }
}

impl fmt::Debug for Wifi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ssid, security, hidden, .. } = self;
        f.debug_struct("Wifi")
            .field("ssid", ssid)
            .field("security", security)
            .field("hidden", hidden)
            .finish_non_exhaustive()
    }
}

fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|c| r#"\;,:""#.contains(c).then_some('\\').into_iter().chain([c]))
        .collect()
}
