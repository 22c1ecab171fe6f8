//! The codes of the native API and their conditions.

use xqr_engine::errors::{Row, rows};

/// Returns the native codes in the order of the catalogue.
pub fn codes() -> Vec<&'static str> {
    let mut codes = Vec::new();
    for code in rows().iter().map(Row::code) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// Returns the conditions of a native code.
pub fn of(code: &str) -> impl Iterator<Item = &'static Row> {
    rows().iter().filter(move |row| row.code() == code)
}
