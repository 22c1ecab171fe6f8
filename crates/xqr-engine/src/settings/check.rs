//! Rules that values of settings must satisfy. The derive of `validator` checks single values; what
//! depends on several follows.

use std::borrow::Cow;

use validator::{Validate as _, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::{Assets, Settings, SettingsError, StoreKind};

/// Checks that a number is at least 1. A custom rule, because `range` has no common type for the
/// numbers of settings.
pub(super) fn positive<T: PartialEq + Default>(number: T) -> Result<(), ValidationError> {
    if number == T::default() { Err(message("must be at least 1")) } else { Ok(()) }
}

/// Checks an address of ours: `http` or `https`, without query and fragment; empty is none.
pub(super) fn address(text: &str) -> Result<(), ValidationError> {
    let is_ours = |url: url::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
    };
    if text.is_empty() || url::Url::parse(text).is_ok_and(is_ours) {
        Ok(())
    } else {
        Err(message("must be an http:// or https:// address without query"))
    }
}

fn message(text: &'static str) -> ValidationError {
    ValidationError::new("setting").with_message(Cow::Borrowed(text))
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if let Err(errors) = self.validate() {
            return Err(first(&errors, "").into());
        }
        if self.assets.store == StoreKind::S3 {
            let Assets { bucket, access_key, secret_key, .. } = &self.assets;
            let needed = [
                ("bucket", bucket.as_str()),
                ("access_key", access_key.expose()),
                ("secret_key", secret_key.expose()),
            ];
            if let Some((name, _)) = needed.iter().find(|(_, text)| text.is_empty()) {
                return Err(format!("assets.{name}: must be set if assets.store is s3").into());
            }
        }
        if !self.maintenance_until.is_empty() && self.maintenance_until().is_none() {
            return Err(format!(
                "maintenance_until: '{}' is not a timestamp such as 2026-12-31T06:00:00Z",
                self.maintenance_until
            )
            .into());
        }
        Ok(())
    }
}

/// Returns the first error in the order of names, with the path of its setting.
fn first(errors: &ValidationErrors, path: &str) -> String {
    let mut fields: Vec<_> = errors.errors().iter().collect();
    fields.sort_by_key(|(name, _)| name.to_string());
    let Some((name, kind)) = fields.first() else { return String::new() };
    match kind {
        ValidationErrorsKind::Struct(inner) => first(inner, &format!("{path}{name}.")),
        ValidationErrorsKind::Field(found) => {
            let text = found.first().and_then(|error| error.message.as_deref());
            format!("{path}{name}: {}", text.unwrap_or("is invalid"))
        }
        ValidationErrorsKind::List(_) => format!("{path}{name}: is invalid"),
    }
}
