//! Slugs and generated codes: the path of a short link.

use deunicode::deunicode;
use std::str::FromStr;
use xqr_errors::Condition;

use crate::Tx;

/// Shortest and longest custom slug, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=64;

/// Letters and digits that people do not confuse when they type a printed code: no `0o1l`.
const ALPHABET: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// The same in upper case.
const UPPER: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// What a drawn code looks like, 5 random bits a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// 7 characters.
    #[default]
    Short,
    /// 8 characters.
    Medium,
    /// `qr-` and 7 characters.
    Tagged,
    /// 10 characters in upper case.
    Upper,
}

/// Names of routes that this service has or keeps for itself, sorted.
const RESERVED: &[&str] = &[
    "about",
    "account",
    "accounts",
    "admin",
    "api",
    "api-docs",
    "app",
    "assets",
    "auth",
    "billing",
    "bio",
    "blog",
    "contact",
    "dashboard",
    "docs",
    "errors",
    "favicon",
    "health",
    "help",
    "home",
    "login",
    "logout",
    "metrics",
    "openapi",
    "pricing",
    "privacy",
    "public",
    "ready",
    "register",
    "robots",
    "security",
    "settings",
    "signup",
    "sitemap",
    "static",
    "status",
    "support",
    "swagger",
    "terms",
    "webhooks",
    "well-known",
    "www",
    "xqr",
];

/// Why a string is not a custom code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SlugError {
    /// It is too short or too long, or has a character that a code may not have.
    #[error("not a code")]
    Invalid,
    /// It is the name of a route.
    #[error("`{slug}` is reserved")]
    Reserved {
        /// The code.
        slug: String,
    },
}

impl SlugError {
    /// Returns the condition for the field of a request.
    pub fn at(self, field: &str) -> Condition {
        let field = field.to_owned();
        match self {
            Self::Invalid => Condition::SlugInvalid { field },
            Self::Reserved { slug } => Condition::SlugReserved { field, slug },
        }
    }
}

/// A code as its owner wrote it. Codes ignore case: printed codes are typed by people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Reads a custom code of the strict kind: 6 to 20 ASCII letters and digits, which are shown in
    /// upper case; not the name of a route.
    ///
    /// # Errors
    ///
    /// [`SlugError`].
    pub fn parse_strict(text: &str) -> Result<Self, SlugError> {
        if !(6..=20).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(SlugError::Invalid);
        }
        text.to_ascii_uppercase().parse()
    }

    /// Returns a random code.
    pub fn generate(tx: &Tx<'_>, shape: Shape) -> Self {
        loop {
            let code = match shape {
                Shape::Short => tx.fresh_code(ALPHABET, 7),
                Shape::Medium => tx.fresh_code(ALPHABET, 8),
                Shape::Tagged => format!("qr-{}", tx.fresh_code(ALPHABET, 7)),
                Shape::Upper => tx.fresh_code(UPPER, 10),
            };
            if !is_reserved(&code) {
                return Self(code);
            }
        }
    }

    /// Returns the code as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the code in the form that is unique and looked up.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    /// Reads a custom slug: 3 to 64 ASCII letters, digits and hyphens, and not the name of a route.
    ///
    /// # Errors
    ///
    /// [`SlugError`].
    fn from_str(text: &str) -> Result<Self, SlugError> {
        if !LENGTHS.contains(&text.len()) && !is_reserved(text) || !text.bytes().all(is_slug_byte) {
            return Err(SlugError::Invalid);
        }
        if is_reserved(text) {
            return Err(SlugError::Reserved { slug: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_slug_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// `q`, `v1` and `b` are shorter than any slug, but their names should be reported as reserved,
/// too.
pub(crate) fn is_reserved(text: &str) -> bool {
    let key = text.to_ascii_lowercase();
    ["b", "q", "v1"].contains(&key.as_str()) || RESERVED.binary_search(&key.as_str()).is_ok()
}

/// Returns the slug that a bio page with this title gets when it is free: the letters and digits of
/// its transliteration to ASCII, the rest a hyphen; `page` where it has none.
pub(crate) fn page_slug(title: &str) -> String {
    const MAX: usize = 48;
    let mut slug = String::new();
    for c in deunicode(title).chars() {
        match c.to_ascii_lowercase() {
            _ if slug.len() >= MAX => break,
            c if c.is_ascii_alphanumeric() => slug.push(c),
            // What stands within a word is no gap between two.
            '\'' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "page".to_owned() } else { slug.to_owned() }
}

/// Returns the suffix that sets a page apart from many others of its title.
pub(crate) fn random_tail(tx: &Tx<'_>) -> String {
    tx.fresh_code(ALPHABET, 7)
}

/// A looked-up code in lower case, without an allocation.
#[derive(Debug)]
pub struct CodeKey {
    bytes: [u8; 64],
    len: usize,
}

impl CodeKey {
    /// Lowers `text`; `None` when no link can have this code.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; 64];
        let slot = bytes.get_mut(..text.len())?;
        slot.copy_from_slice(text.as_bytes());
        slot.make_ascii_lowercase();
        (!text.is_empty() && slot.iter().all(|byte| is_slug_byte(*byte)))
            .then_some(Self { bytes, len: text.len() })
    }

    /// Returns the lowered code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("slug bytes are ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_slugs() {
        for good in ["abc", "Summer24", "a-b", "2026", &"x".repeat(64)] {
            assert_eq!(good.parse::<Slug>().unwrap().as_str(), good);
        }
        for bad in
            ["", "ab", "a b", "a_b", "été", "a/b", "a\r\nb", "１２３", "a.b", &"x".repeat(65)]
        {
            assert!(matches!(bad.parse::<Slug>(), Err(SlugError::Invalid)), "{bad:?}");
        }
        for reserved in ["api", "DOCS", "q", "v1", "Health", "metrics", "ready"] {
            assert!(
                matches!(reserved.parse::<Slug>(), Err(SlugError::Reserved { .. })),
                "{reserved}"
            );
        }
    }

    /// Reliability note U-7.
    #[test]
    fn a_hundred_thousand_codes_differ_and_tell_nothing_of_each_other() {
        let (data, _clock, _folder) = crate::testing::open();
        for (shape, alphabet, tag) in [
            (Shape::Short, ALPHABET, ""),
            (Shape::Medium, ALPHABET, ""),
            (Shape::Tagged, ALPHABET, "qr-"),
            (Shape::Upper, UPPER, ""),
        ] {
            let draw = move |tx: &mut Tx<'_>| {
                Ok((0..100_000).map(|_| Slug::generate(tx, shape)).collect::<Vec<_>>())
            };
            let codes = data.write_here(draw).unwrap();
            let digits = |code: &Slug| -> Vec<usize> {
                let body = code.as_str().strip_prefix(tag).unwrap();
                body.bytes()
                    .map(|byte| alphabet.iter().position(|other| *other == byte).unwrap())
                    .collect()
            };
            let values: Vec<Vec<usize>> = codes.iter().map(digits).collect();
            // 35 bits: of 100,000 codes, 0.15 pairs are twins on average.
            let mut sorted: Vec<&str> = codes.iter().map(Slug::as_str).collect();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), codes.len(), "{shape:?}");
            for place in 0..values[0].len() {
                let mut counts = [0_f64; 32];
                values.iter().for_each(|code| counts[code[place]] += 1.0);
                let expected = values.len() as f64 / 32.0;
                let chi: f64 =
                    counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
                // 31 degrees of freedom: above 70 with a chance of 1 in 10,000.
                assert!(chi < 70.0, "{shape:?} {place}: {chi}");
                // The correlation of neighbours has a standard deviation of 1 in 316.
                let mean = 15.5;
                let product: f64 = values
                    .windows(2)
                    .map(|two| (two[0][place] as f64 - mean) * (two[1][place] as f64 - mean))
                    .sum();
                let correlation = product / values.len() as f64 / 85.25;
                assert!(correlation.abs() < 0.0142, "{shape:?} {place}: {correlation}");
            }
        }
    }

    #[test]
    fn titles_become_slugs() {
        for (title, expected) in [
            ("Acme Inc", "acme-inc"),
            ("  Café — Zoë's  Bar! ", "cafe-zoes-bar"),
            ("日本", "ri-ben"),
            ("Пекарня № 1", "pekarnia-no-1"),
            ("Bäckerei 🦄", "backerei-unicorn"),
            ("\u{200b}", "page"),
            ("...", "page"),
            ("ﬁne Ⅷ", "fine-viii"),
            ("<script>", "script"),
            ("../../etc", "etc"),
            (&"x".repeat(200), &"x".repeat(48)),
        ] {
            assert_eq!(page_slug(title), expected, "{title}");
        }
    }

    #[test]
    fn the_reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn keys_are_lower_case_and_bounded() {
        assert_eq!(CodeKey::new("Summer-24").unwrap().as_str(), "summer-24");
        assert!(CodeKey::new("").is_none());
        assert!(CodeKey::new("a.b").is_none());
        assert!(CodeKey::new(&"x".repeat(64)).is_some());
        assert!(CodeKey::new(&"x".repeat(65)).is_none());
    }
}
