//! Names of values: each enum of a design has one list of values and names, from which `ALL`,
//! `name`, `FromStr`, `Display` and serde follow.

use std::fmt;

/// The text is not the name of a value.
///
/// ```
/// use xqr_render::Pattern;
///
/// let error = "dotty".parse::<Pattern>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown name \"dotty\": use squares, rounded, dot"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    name: String,
    allowed: &'static [&'static str],
}

impl UnknownName {
    pub(crate) fn new(name: &str, allowed: &'static [&'static str]) -> Self {
        Self { name: name.chars().take(64).collect(), allowed }
    }

    /// Returns the names that are allowed.
    pub fn allowed(&self) -> &'static [&'static str] {
        self.allowed
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown name {:?}: use {}", self.name, self.allowed.join(", "))
    }
}

impl std::error::Error for UnknownName {}

/// Implements the names of an enum without fields, all variants in order.
macro_rules! names {
    ($type:ident { $($(#[$attr:meta])* $variant:ident => $name:literal,)+ }) => {
        impl $type {
            /// All values.
            pub const ALL: [Self; [$($(#[$attr])* $name),+].len()] =
                [$($(#[$attr])* Self::$variant),+];

            /// Returns the name, which [`FromStr`](std::str::FromStr) reads.
            pub const fn name(self) -> &'static str {
                match self {
                    $($(#[$attr])* Self::$variant => $name,)+
                }
            }
        }

        $crate::names::name_traits!($type, [$($(#[$attr])* $name),+]);
    };
}

/// Implements the traits that follow from `ALL` and `name`.
macro_rules! name_traits {
    ($type:ident, $names:expr) => {
        impl std::str::FromStr for $type {
            type Err = $crate::names::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.into_iter().find(|value| value.name() == name);
                found.ok_or_else(|| $crate::names::UnknownName::new(name, &$names))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl From<$type> for &'static str {
            fn from(value: $type) -> Self {
                value.name()
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::names::deserialize(deserializer)
            }
        }
    };
}

pub(crate) use {name_traits, names};

/// Reads a value from a string.
#[cfg(feature = "serde")]
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr<Err: fmt::Display>,
{
    let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
