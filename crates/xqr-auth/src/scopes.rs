//! What a key may do: 15 scopes and the wildcard (xQR reference, section 3), and two of ours for
//! keys; matched exactly.

use std::fmt;
use std::str::FromStr;

use xqr_errors::{Condition, Result};

macro_rules! scopes {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// One scope. No scope includes another, save `*`, which includes all.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Scope {
            $(
                #[doc = concat!("`", $text, "`")]
                $name,
            )+
        }

        impl Scope {
            /// Every scope; `*` first.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the scope's text.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

/// No scope has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no scope has this name")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    /// Reads the name of a scope.
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|scope| scope.name() == text).ok_or(UnknownScope)
    }
}

scopes! {
    All = "*",
    LinksRead = "links:read", LinksWrite = "links:write",
    QrRead = "qr:read", QrWrite = "qr:write", QrRender = "qr:render",
    AnalyticsRead = "analytics:read",
    AssetsRead = "assets:read", AssetsWrite = "assets:write",
    BioRead = "bio:read", BioWrite = "bio:write",
    ReportsRead = "reports:read", ReportsWrite = "reports:write",
    WorkspaceRead = "workspace:read",
    WebhooksRead = "webhooks:read", WebhooksWrite = "webhooks:write",
    // Ours: the reference manages keys in a dashboard only.
    KeysRead = "keys:read", KeysWrite = "keys:write",
}

impl Scope {
    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u32);

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Scopes {
    /// Returns the set that holds `*`.
    pub fn all() -> Self {
        Self(Scope::All.bit())
    }

    /// Reads a list of scopes.
    ///
    /// # Errors
    ///
    /// [`Condition::ChoiceUnknown`] for the field `scopes`.
    pub fn parse_list<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut set = Self::default();
        for name in names {
            let scope = name.parse::<Scope>().map_err(|_| Condition::ChoiceUnknown {
                field: "scopes".to_owned(),
                value: name.to_owned(),
                allowed: Scope::ALL.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", "),
            })?;
            set.0 |= scope.bit();
        }
        Ok(set)
    }

    /// Reads the stored form: scopes separated by blanks. Words of a later version are no scopes.
    pub fn from_text(text: &str) -> Self {
        Self(
            text.split(' ')
                .filter_map(|name| name.parse::<Scope>().ok())
                .fold(0, |set, scope| set | scope.bit()),
        )
    }

    /// Returns the stored form.
    pub fn to_text(self) -> String {
        let names: Vec<_> = Scope::ALL
            .iter()
            .filter(|scope| self.0 & scope.bit() != 0)
            .map(|scope| scope.name())
            .collect();
        names.join(" ")
    }

    /// Refuses what the set does not hold.
    ///
    /// # Errors
    ///
    /// [`Condition::ScopeMissing`].
    pub fn allow(self, scope: Scope) -> Result<()> {
        if self.0 & (scope.bit() | Scope::All.bit()) != 0 {
            Ok(())
        } else {
            Err(Condition::ScopeMissing { scope: scope.name().to_owned() }.into())
        }
    }
}

impl Scopes {
    /// Refuses to grant what the set does not hold.
    ///
    /// # Errors
    ///
    /// [`Condition::ScopeBeyond`] with the first scope of `wanted` that is missing.
    pub fn grant(self, wanted: Self) -> Result<()> {
        match Scope::ALL
            .iter()
            .find(|scope| wanted.0 & scope.bit() != 0 && self.allow(**scope).is_err())
        {
            Some(scope) => Err(Condition::ScopeBeyond { scope: scope.name().to_owned() }.into()),
            None => Ok(()),
        }
    }

    /// Returns whether the set holds nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_eighteen_and_they_match_exactly() {
        assert_eq!(Scope::ALL.len(), 18);
        for held in Scope::ALL {
            for wanted in Scope::ALL {
                let verdict = Scopes::parse_list([held.name()]).unwrap().allow(*wanted);
                assert_eq!(
                    verdict.is_ok(),
                    held == wanted || *held == Scope::All,
                    "{held:?} {wanted:?}"
                );
            }
        }
    }

    #[test]
    fn refusals_name_the_scope() {
        let missing =
            Scopes::parse_list(["links:write"]).unwrap().allow(Scope::LinksRead).unwrap_err();
        assert_eq!(missing.condition(), &Condition::ScopeMissing { scope: "links:read".into() });
        let unknown = Scopes::parse_list(["qr:read", "links:*"]).unwrap_err();
        let Condition::ChoiceUnknown { field, value, allowed } = unknown.condition() else {
            panic!("{unknown:?}")
        };
        assert_eq!((field.as_str(), value.as_str()), ("scopes", "links:*"));
        assert!(
            allowed.starts_with("*, links:read, ") && allowed.ends_with(", keys:write"),
            "{allowed}"
        );
    }

    #[test]
    fn texts_lead_back() {
        let set = Scopes::parse_list(["links:read", "qr:render"]).unwrap();
        assert_eq!(set.to_text(), "links:read qr:render");
        assert_eq!(Scopes::from_text("links:read qr:render later:word"), set);
        assert_eq!(Scopes::from_text("*"), Scopes::all());
        assert!(Scopes::parse_list(["links:*"]).is_err());
        assert_eq!(Scopes::from_text(""), Scopes::default());
    }
}
