//! Errors of settings.

/// A setting, or a limit of a plan, that is wrong. `Display` names it and the place where it was
/// set, for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

impl From<String> for SettingsError {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}
