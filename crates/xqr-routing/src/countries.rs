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
        Reader::open_readfile(path)
            .map(|reader| Self(Some(reader)))
            .map_err(|e| format!("scans.geoip_file: {path}: {e}"))
    }

    /// Returns the country of `address`, ISO 3166-1 alpha-2, if the file knows it.
    pub fn of(&self, address: IpAddr) -> Option<[u8; 2]> {
        let found = self.0.as_ref()?.lookup(address).ok()?;
        let code: &str = found
            .decode_path(&[PathElement::Key("country"), PathElement::Key("iso_code")])
            .ok()??;
        parse_country(code)
    }
}

/// Returns the short name in English of the country with this code (ISO 3166-1).
pub fn name_of(code: &str) -> Option<&'static str> {
    rust_iso3166::from_alpha2(code).map(|country| country.name)
}

/// Reads an ISO 3166-1 alpha-2 code. `XX` and `T1`, with which proxies say "unknown" and "Tor", are
/// none.
pub fn parse_country(text: &str) -> Option<[u8; 2]> {
    let code: [u8; 2] = text.as_bytes().try_into().ok()?;
    (code.iter().all(u8::is_ascii_alphabetic) && !text.eq_ignore_ascii_case("xx"))
        .then(|| code.map(|b| b.to_ascii_uppercase()))
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

    /// A file in MaxMind's format (version 2.0) in which every address below 128.0.0.0 is in
    /// Germany.
    fn database() -> Vec<u8> {
        let text = |text: &str| [&[0x40 | text.len() as u8], text.as_bytes()].concat();
        // One node: bit 0 leads to the data, bit 1 to nothing. Data begins after the tree and 16
        // zero bytes.
        let mut file = vec![0, 0, 1 + 16, 0, 0, 1];
        file.extend([0; 16]);
        file.extend(
            [vec![0xe1], text("country"), vec![0xe1], text("iso_code"), text("DE")].concat(),
        );
        file.extend(b"\xab\xcd\xefMaxMind.com\xe9");
        for (name, value) in [
            ("node_count", &[0xc1, 1][..]),
            ("record_size", &[0xa1, 24]),
            ("ip_version", &[0xa1, 4]),
            ("binary_format_major_version", &[0xa1, 2]),
            ("binary_format_minor_version", &[0xa0]),
            ("build_epoch", &[0x01, 0x02, 1]),
            ("languages", &[0x00, 0x04]),
            ("description", &[0xe0]),
        ] {
            file.extend(text(name));
            file.extend(value);
        }
        file.extend([text("database_type"), text("Country")].concat());
        file
    }

    #[test]
    fn a_file_tells_countries() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), database()).unwrap();
        let mut settings = crate::Settings::defaults().scans;
        settings.geoip_file = file.path().display().to_string();
        let countries = Countries::open(&settings).unwrap();
        assert_eq!(countries.of("1.2.3.4".parse().unwrap()), Some(*b"DE"));
        assert_eq!(countries.of("200.2.3.4".parse().unwrap()), None);
        std::fs::write(file.path(), b"nonsense").unwrap();
        assert!(Countries::open(&settings).err().unwrap().contains("scans.geoip_file"));
    }
}
