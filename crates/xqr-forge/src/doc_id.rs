//! Ids of QR codes as this dialect has them: 20 letters and digits (QRForge reference, section 1).
//! They are the first 116 bits of a link's UUID in base 62, so that a link of any dialect has one;
//! the 12 bits left over are not needed in practice to identify a link.

/// Digits, in order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of an id: 62^20 is more than 2^119.
const LEN: usize = 20;
/// Hexadecimal digits of a UUID that are left out.
const LEFT_OUT: usize = 3;

/// Returns the id of the link with this UUID.
pub(super) fn of(uid: &str) -> String {
    let digits = uid.bytes().filter(u8::is_ascii_hexdigit).take(32 - LEFT_OUT);
    let mut rest = digits.fold(0_u128, |sum, digit| {
        sum << 4 | u128::from(char::from(digit).to_digit(16).unwrap_or(0))
    });
    let mut id = [b'0'; LEN];
    for place in id.iter_mut().rev() {
        *place = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    id.map(char::from).iter().collect()
}

/// Returns the first and the last UUID that have this id; `None` when it is no id.
pub(super) fn range(id: &str) -> Option<(String, String)> {
    if id.len() != LEN {
        return None;
    }
    let mut number = 0_u128;
    for digit in id.bytes() {
        let value = DIGITS.iter().position(|other| *other == digit)?;
        number = number * 62 + value as u128;
    }
    if number >> (4 * (32 - LEFT_OUT)) != 0 {
        return None;
    }
    let text = |tail: &str| {
        let hex = format!("{number:029x}{tail}");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    };
    Some((text("000"), text("fff")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_names_its_link(bits: u128) {
            let hex = format!("{bits:032x}");
            let uid = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
            let id = of(&uid);
            prop_assert_eq!(id.len(), 20);
            let (first, last) = range(&id).unwrap();
            prop_assert!(first <= uid && uid <= last && of(&first) == id && of(&last) == id);
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,24}") {
            if let Some((first, _)) = range(&text) {
                prop_assert_eq!(of(&first), text);
            }
        }
    }

    #[test]
    fn the_edges() {
        assert_eq!(of("00000000-0000-0000-0000-000000000fff"), "0".repeat(20));
        assert!(range(&"z".repeat(20)).is_none());
        assert!(range("0nCicGb1mZfPukKp2F").is_none());
    }
}
