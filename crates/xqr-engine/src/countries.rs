//! Countries by address, from a file in MaxMind's format.

use std::net::IpAddr;

use maxminddb::{PathElement, Reader};

use crate::settings;

/// An optional country database, wholly in memory.
pub struct Countries(Option<Reader<Vec<u8>>>);

impl Countries {
    /// Opens the file that the settings name, if any.
    ///
    /// # Errors
    ///
    /// A text for the operator.
    pub fn open(settings: &settings::Scans) -> Result<Self, String> {
        let path = &settings.geoip_file;
        if path.is_empty() {
            return Ok(Self(None));
        }
        Reader::open_readfile(path).map(|reader| Self(Some(reader))).map_err(|e| format!("scans.geoip_file: {path}: {e}"))
    }

    /// Returns the country of `address`, ISO 3166-1 alpha-2, if the file knows it.
    pub fn of(&self, address: IpAddr) -> Option<[u8; 2]> {
        let found = self.0.as_ref()?.lookup(address).ok()?;
        let code: &str = found.decode_path(&[PathElement::Key("country"), PathElement::Key("iso_code")]).ok()??;
        parse_country(code)
    }
}

/// Reads an ISO 3166-1 alpha-2 code. `XX` and `T1`, with which proxies say "unknown" and "Tor", are none.
pub fn parse_country(text: &str) -> Option<[u8; 2]> {
    let code: [u8; 2] = text.as_bytes().try_into().ok()?;
    (code.iter().all(u8::is_ascii_alphabetic) && !text.eq_ignore_ascii_case("xx")).then(|| code.map(|b| b.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(parse_country("de"), Some(*b"DE"));
        for none in ["", "D", "DEU", "XX", "T1", "é"] {
            assert_eq!(parse_country(none), None, "{none}");
        }
    }
}
