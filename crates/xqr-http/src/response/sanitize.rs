//! Sanitizes and truncates client input before it appears in an error.

/// Characters of a code, and one more, so that what is cut is no code.
const MAX: usize = 65;

/// Returns a code as refusals name it: letters, digits and hyphens in upper case, `?` for all else.
pub fn code(text: &str) -> String {
    let sane =
        |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_uppercase() } else { '?' };
    text.chars().take(MAX).map(sane).collect()
}
