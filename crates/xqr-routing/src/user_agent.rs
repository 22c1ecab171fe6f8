//! What a `User-Agent` header reveals: browser family, device class, machine or person.
//!
//! A short table instead of a device database: statistics need families, not models, and a stale
//! database is wrong.

/// What a user agent reveals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentInfo {
    /// The browser's family, or `Other`.
    pub agent: &'static str,
    /// `mobile`, `tablet`, `desktop` or `other`.
    pub device: &'static str,
    /// The operating system's family, or `Other`.
    pub system: &'static str,
    /// Whether the client is a machine.
    pub bot: bool,
}

/// Substrings of machines, in lower case. An absent user agent is a machine, too. A sign must not
/// occur in the name of an app that people scan codes with, so `scan` is none.
const BOTS: &[&str] = &[
    "bot/",
    "bot;",
    "bot-",
    "bot ",
    "bot)",
    "crawl",
    "spider",
    "slurp",
    "preview/",
    "uripreview",
    "linkpreview",
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
    "monitoring",
    "monitor/",
    "uptime",
    "pingdom",
    "lighthouse",
    "postman",
    "ruby/",
    "php/",
    "perl/",
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

/// A user agent in lower case, on the stack.
#[derive(Debug, Clone)]
pub struct UserAgent {
    bytes: [u8; MAX],
    len: usize,
}

impl UserAgent {
    /// Reads a header, which may be any bytes.
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

    /// Returns whether the client is a machine.
    pub fn is_bot(&self) -> bool {
        self.len == 0
            || self.bytes[..self.len].ends_with(b"bot")
            || self.bytes[..self.len] == *b"ruby"
            || BOTS.iter().any(|sign| self.has(sign))
    }
}

/// Reads a user agent, which any client can fake.
pub fn parse_user_agent(text: &[u8]) -> AgentInfo {
    let found = UserAgent::new(text);
    AgentInfo {
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
            assert_eq!(
                parse_user_agent(text.as_bytes()),
                AgentInfo { agent, device, system, bot },
                "{text}"
            );
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

    #[test]
    fn scanner_apps_are_people_and_fetchers_are_machines() {
        let bot = |text: &str| parse_user_agent(text.as_bytes()).bot;
        for app in [
            "QRCodeScanner/3.1 CFNetwork/1410.0.3 Darwin/22.6.0",
            "Scan/3.5.0 (iPhone; iOS 17.1; Scale/3.00)",
            "ScanLife/5.2.1 (Android 14)",
            "com.google.zxing.client.android/4.7.8",
            "BarcodeScanner 2.0 (Linux; Android 13; SM-A536B)",
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36 QRScanner",
            "NeoReader/4.7 (iPad)",
            "Kaspersky QR Scanner/1.9.0.20 Android",
            "i-nigma/3.14 iPhone",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 HeartMonitor Mobile/15E148",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_P20) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36",
            "PhotoPreviewer 1.2 (iPhone)",
            "Mozilla/5.0 (Linux; Android 12; Superlative Ruby Phone) Chrome/120.0 Mobile Safari/537.36",
        ] {
            assert!(!bot(app), "{app}");
        }
        for machine in [
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "TelegramBot (like TwitterBot)",
            "Twitterbot/1.0",
            "Mozilla/5.0 (compatible; BingPreview/1.0b)",
            "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5",
            "facebookexternalhit/1.1",
            "WhatsApp/2.23.20.0",
            "Mozilla/5.0+(compatible; UptimeRobot/2.0)",
            "Pingdom.com_bot_version_1.4",
            "Ruby",
            "python-requests/2.31",
            "Go-http-client/2.0",
        ] {
            assert!(bot(machine), "{machine}");
        }
    }
}
