//! The dialects of the service.

use std::fmt;
use std::str::FromStr;

/// One of the four API forms that the service has. The default answers where no dialect is asked
/// for.
///
/// ```
/// use xqr_errors::Dialect;
///
/// let dialect: Dialect = "forge".parse()?;
/// assert_eq!((dialect, dialect.to_string()), (Dialect::Forge, "forge".to_owned()));
/// # Ok::<(), xqr_errors::UnknownName>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "lowercase")
)]
pub enum Dialect {
    /// The native API.
    #[default]
    Xqr,
    /// Compatible with QR Studio.
    Studio,
    /// Compatible with QRForge.
    Forge,
    /// Compatible with QuickResponseHub.
    Hub,
}

impl Dialect {
    /// All dialects, in the order of the catalogue's columns.
    pub const ALL: [Self; 4] = [Self::Xqr, Self::Studio, Self::Forge, Self::Hub];

    /// Returns the dialect's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xqr => "xqr",
            Self::Studio => "studio",
            Self::Forge => "forge",
            Self::Hub => "hub",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|dialect| dialect.name() == name);
        found.ok_or_else(|| UnknownName::new("dialect", name))
    }
}

/// A name that no [`Dialect`] or [`Code`](crate::Code) has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    kind: &'static str,
    name: String,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, name: &str) -> Self {
        Self { kind, name: name.to_owned() }
    }

    /// Returns the name that was read.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {}: {:?}", self.kind, self.name)
    }
}

impl std::error::Error for UnknownName {}
