//! Rules for the values of settings. The derive of `validator` checks single values; rules that
//! involve several settings follow.

use std::borrow::Cow;

use validator::{Validate as _, ValidationError, ValidationErrors, ValidationErrorsKind};
use xqr_store::Store;

use super::{Assets, Settings, StoreKind};

/// Checks that a number is at least 1. A custom rule, because `range` has no common type for the
/// numbers of settings.
pub(super) fn positive<T: PartialEq + Default>(number: T) -> Result<(), ValidationError> {
    if number == T::default() { Err(message("must be at least 1")) } else { Ok(()) }
}

fn message(text: &'static str) -> ValidationError {
    ValidationError::new("setting").with_message(Cow::Borrowed(text))
}

/// The path of a setting, and what its value must be.
type Wrong = (String, String);

impl Settings {
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let wrong = |path: &str, message: &str| Err((path.to_owned(), message.to_owned()));
        if let Err(errors) = self.validate() {
            return Err(first(&errors, ""));
        }
        if !self.database_url.is_empty()
            && let Err(error) = Store::check_url(&self.database_url)
        {
            return wrong("database_url", &error.to_string());
        }
        let header = &self.scans.country_header;
        if !header.is_empty() && !header.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return wrong("scans.country_header", "must be the name of a header");
        }
        if self.assets.store == StoreKind::S3 {
            let Assets { bucket, access_key, secret_key, .. } = &self.assets;
            for (path, text) in [
                ("assets.bucket", bucket.as_str()),
                ("assets.access_key", access_key.expose()),
                ("assets.secret_key", secret_key.expose()),
            ] {
                if text.is_empty() {
                    return wrong(path, "must be set if assets.store is s3");
                }
            }
        }
        if !self.maintenance_until.is_empty() && self.maintenance_until().is_none() {
            return wrong("maintenance_until", "must be a timestamp such as 2026-12-31T06:00:00Z");
        }
        Ok(())
    }
}

/// Returns the first error in the order of names, with the path of its setting.
fn first(errors: &ValidationErrors, path: &str) -> Wrong {
    let mut fields: Vec<_> = errors.errors().iter().collect();
    fields.sort_by_key(|(name, _)| name.to_string());
    let Some((name, kind)) = fields.first() else { return (String::new(), String::new()) };
    match kind {
        ValidationErrorsKind::Struct(inner) => first(inner, &format!("{path}{name}.")),
        ValidationErrorsKind::Field(found) => {
            let text = found.first().and_then(|error| error.message.as_deref());
            (format!("{path}{name}"), text.unwrap_or("is invalid").to_owned())
        }
        ValidationErrorsKind::List(_) => (format!("{path}{name}"), "is invalid".to_owned()),
    }
}
