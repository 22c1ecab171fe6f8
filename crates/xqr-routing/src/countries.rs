//! Countries by address, from a database in MaxMind's format.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::{error, fmt};

use maxminddb::{PathElement, Reader};

/// An optional country database, wholly in memory.
#[derive(Debug, Default)]
pub struct Countries(Option<Reader<Vec<u8>>>);

/// Why a country database cannot be opened.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    source: Box<dyn error::Error + Send + Sync>,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}", self.path.display())
    }
}

impl error::Error for OpenError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&*self.source)
    }
}

impl Countries {
    /// Opens a database file. Without a file ([`Countries::default`]) every country is unknown.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the file cannot be read or has another format.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Reader::open_readfile(path)
            .map(|reader| Self(Some(reader)))
            .map_err(|source| OpenError { path: path.to_owned(), source: source.into() })
    }

    /// Returns the country of `address`, ISO 3166-1 alpha-2, if the database knows it.
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

/// Reads an ISO 3166-1 alpha-2 code. `XX` and `T1`, which proxies send for "unknown" and "Tor", are
/// no countries.
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
    fn a_database_knows_countries_by_address() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), database()).unwrap();
        let countries = Countries::open(file.path()).unwrap();
        assert_eq!(countries.of("1.2.3.4".parse().unwrap()), Some(*b"DE"));
        assert_eq!(countries.of("200.2.3.4".parse().unwrap()), None);
        std::fs::write(file.path(), b"nonsense").unwrap();
        assert!(Countries::open(file.path()).is_err());
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_with_its_name() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let error = Countries::open(&path).unwrap_err();
        assert!(error.to_string().contains("Cargo.toml"), "{error}");
        assert!(Countries::open(Path::new("absent.mmdb")).is_err());
        assert_eq!(Countries::default().of([198, 51, 100, 1].into()), None);
    }
}
