//! E-mail addresses.

use validator::ValidateEmail as _;

use crate::{Result, Violation};

/// Checks the syntax of an e-mail address: `local@domain` of at most 254 octets (RFC 5321 section
/// 4.5.3.1), where `local` is a dot-atom of at most 64 octets (RFC 5322 section 3.2.3, with the
/// letters of RFC 6531) and `domain` a host name of two or more labels of letters, digits and
/// hyphens in any script.
///
/// Quoted local parts and address literals are refused, because filters mistreat them. Whether the
/// mailbox exists is not checked.
///
/// # Errors
///
/// [`Violation::NotAnEmail`].
///
/// ```
/// use xqr_checks::{Violation, email};
///
/// assert_eq!(email("jörg@bücher.example"), Ok(()));
/// assert_eq!(email("ann@localhost"), Err(Violation::NotAnEmail));
/// ```
pub fn email(value: &str) -> Result {
    let good = value.len() <= 254
        && value.rsplit_once('@').is_some_and(|(local, domain)| {
            local.len() <= 64
                && local.split('.').all(|atom| !atom.is_empty())
                && !local.contains(is_invisible)
                && domain.contains('.')
                && domain.split('.').all(is_label)
                && format!("{}@{domain}", in_ascii(local)).validate_email()
        });
    if good { Ok(()) } else { Err(Violation::NotAnEmail) }
}

/// Replaces the letters that RFC 6531 adds by one that `validate_email` knows: HTML's rule, which
/// it implements, has no letters beyond ASCII before the `@`.
fn in_ascii(local: &str) -> String {
    local.chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect()
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Returns whether a label of a domain has 1 to 63 octets of letters, digits and inner hyphens.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.chars().all(|c| c == '-' || c.is_alphanumeric())
        && !label.starts_with('-')
        && !label.ends_with('-')
}
