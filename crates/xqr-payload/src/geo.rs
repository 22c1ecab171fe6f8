//! A place on Earth.

use percent_encoding::utf8_percent_encode;
use xqr_errors::Result;

use crate::email::UNRESERVED;
use crate::fields::Complaints;

/// A place: `geo:` of RFC 5870, in WGS 84.
#[must_use]
#[derive(Debug, Clone, PartialEq)]
pub struct Geo {
    lat: f64,
    lng: f64,
    altitude: Option<f64>,
    label: Option<String>,
}

impl Geo {
    /// Takes the latitude, −90 to 90 degrees, and the longitude, −180 to 180 degrees. Both are
    /// rounded to six decimals, which is less than 12 cm.
    pub fn new(lat: f64, lng: f64) -> Self {
        Self { lat, lng, altitude: None, label: None }
    }

    /// Sets the altitude: −12,000 to 100,000 metres above the ellipsoid. ZXing opens a negative one
    /// as a plain URI.
    pub fn altitude(mut self, metres: f64) -> Self {
        self.altitude = Some(metres);
        self
    }

    setters! {
        /// Sets the words that the map shows at the place: 1 to 255 characters in one line.
        /// Android's `?q=lat,lng(label)`; others leave it out.
        label
    }

    /// Returns the text to encode.
    ///
    /// # Errors
    ///
    /// `NumberTooSmall`, `NumberTooLarge` or, for NaN, `FieldTypeWrong` for
    /// `payload.lat`, `payload.lng` and `payload.altitude`; `TextEmpty`, `TextTooLong` or
    /// `TextControls` for `payload.label`.
    pub fn content(&self) -> Result<String> {
        let mut complaints = Complaints::default();
        complaints.range("payload.lat", self.lat, -90, 90);
        complaints.range("payload.lng", self.lng, -180, 180);
        if let Some(altitude) = self.altitude {
            complaints.range("payload.altitude", altitude, -12_000, 100_000);
        }
        complaints.each("payload.label", &self.label, Complaints::line);
        complaints.end()?;

        let place = format!("{},{}", decimal(self.lat), decimal(self.lng));
        let mut uri = format!("geo:{place}");
        if let Some(altitude) = self.altitude {
            uri += &format!(",{}", decimal(altitude));
        }
        if let Some(label) = &self.label {
            uri += &format!("?q={place}({})", utf8_percent_encode(label, UNRESERVED));
        }
        Ok(uri)
    }
}

/// Returns `value` in the form of RFC 5870 section 3.3: no exponent, no plus sign, and no trailing
/// zeros.
fn decimal(value: f64) -> String {
    let digits = format!("{value:.6}");
    match digits.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}
