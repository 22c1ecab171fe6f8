//! What a `User-Agent` header says of a visitor: browser family, device class, machine or person.
//!
//! A short table instead of a device database: statistics need families, not models, and a stale
//! database lies.

/// A visitor, as far as a user agent tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// The browser's family, or `Other`.
    pub agent: &'static str,
    /// `mobile`, `tablet`, `desktop` or `other`.
    pub device: &'static str,
    /// The operating system's family, or `Other`.
    pub system: &'static str,
    /// Whether a machine asked.
    pub bot: bool,
}

/// Signs of machines, in lower case. An absent user agent is one, too.
const BOTS: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "facebookexternalhit",
    "whatsapp",
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "java/",
    "okhttp",
    "axios",
    "node-fetch",
    "undici",
    "libwww",
    "httpclient",
    "headless",
    "monitor",
    "scan",
    "lighthouse",
    "postman",
    "ruby",
    "php/",
    "perl",
];

/// Signs of browsers in lower case, the more special before those whose sign they carry along.
const AGENTS: &[(&str, &str)] = &[
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("opera", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("ucbrowser", "UC Browser"),
    ("yabrowser", "Yandex"),
    ("vivaldi", "Vivaldi"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("chromium", "Chrome"),
    ("safari", "Safari"),
];

/// Signs of operating systems in lower case, the more special before those whose sign they carry
/// along.
const SYSTEMS: &[(&str, &str)] = &[
    ("android", "Android"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("ipod", "iOS"),
    ("windows", "Windows"),
    ("cros", "ChromeOS"),
    ("macintosh", "macOS"),
    ("linux", "Linux"),
    ("x11", "Linux"),
];

/// The longest user agent that is looked at, in bytes.
const MAX: usize = 255;

/// A user agent in lower case, on the stack: nothing of it is allocated on the redirect path.
pub struct UserAgent {
    bytes: [u8; MAX],
    len: usize,
}

impl UserAgent {
    /// Takes a header, which may be anything that a client sent.
    pub fn new(text: &[u8]) -> Self {
        let len = text.len().min(MAX);
        let mut bytes = [0; MAX];
        bytes[..len].copy_from_slice(&text[..len]);
        bytes.make_ascii_lowercase();
        Self { bytes, len }
    }

    fn has(&self, sign: &str) -> bool {
        memchr::memmem::find(&self.bytes[..self.len], sign.as_bytes()).is_some()
    }

    fn first_of(&self, signs: &[(&str, &'static str)]) -> &'static str {
        signs.iter().find(|(sign, _)| self.has(sign)).map_or("Other", |(_, name)| *name)
    }

    /// Returns the class of device: `mobile`, `tablet`, `desktop` or `other`.
    pub fn device(&self) -> &'static str {
        let has = |sign: &str| self.has(sign);
        if has("ipad") || has("tablet") || (has("android") && !has("mobile")) {
            "tablet"
        } else if has("mobi") || has("iphone") || has("ipod") || has("android") {
            "mobile"
        } else if has("windows") || has("macintosh") || has("x11") || has("cros") || has("linux") {
            "desktop"
        } else {
            "other"
        }
    }

    /// Returns the operating system's family, or `Other`.
    pub fn system(&self) -> &'static str {
        self.first_of(SYSTEMS)
    }

    /// Returns the browser's family, or `Other`.
    pub fn agent(&self) -> &'static str {
        self.first_of(AGENTS)
    }

    /// Returns whether a machine asked.
    pub fn is_bot(&self) -> bool {
        self.len == 0 || BOTS.iter().any(|sign| self.has(sign))
    }
}

/// Reads a user agent, which any client can forge.
pub fn read(text: &[u8]) -> Visitor {
    let found = UserAgent::new(text);
    Visitor {
        agent: found.agent(),
        device: found.device(),
        system: found.system(),
        bot: found.is_bot(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_devices() {
        let check = |text: &str, agent, device, system, bot| {
            assert_eq!(read(text.as_bytes()), Visitor { agent, device, system, bot }, "{text}");
        };
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari",
            "mobile",
            "iOS",
            false,
        );
        check(
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome",
            "mobile",
            "Android",
            false,
        );
        check(
            "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
            "Chrome",
            "tablet",
            "Android",
            false,
        );
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge",
            "desktop",
            "Windows",
            false,
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox",
            "desktop",
            "Linux",
            false,
        );
        check(
            "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/120 Mobile Safari/604.1",
            "Chrome",
            "tablet",
            "iOS",
            false,
        );
        check(
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Other",
            "other",
            "Other",
            true,
        );
        check("curl/8.5.0", "Other", "other", "Other", true);
        check("", "Other", "other", "Other", true);
    }
}
