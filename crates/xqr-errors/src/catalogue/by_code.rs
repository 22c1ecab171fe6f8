//! The catalogue by native code: a code groups the rows that native clients handle alike.

use crate::{Row, rows};

/// Returns the native codes, such as `SLUG_TAKEN`, each once, in the order of the catalogue.
///
/// ```
/// assert!(xqr_errors::native_codes().contains(&"SLUG_TAKEN"));
/// ```
pub fn native_codes() -> Vec<&'static str> {
    let mut codes = Vec::new();
    for code in rows().iter().map(Row::native_code) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// Returns the rows of a native code, in the order of the catalogue.
///
/// ```
/// let names: Vec<_> = xqr_errors::rows_of("SLUG_TAKEN").map(|row| row.name).collect();
/// assert_eq!(names, ["SlugTaken"]);
/// ```
pub fn rows_of(native_code: &str) -> impl Iterator<Item = &'static Row> {
    rows().iter().filter(move |row| row.native_code() == native_code)
}
