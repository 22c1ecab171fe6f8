//! What the payloads write: exact texts, exact complaints, and readers of their own that get back
//! exactly what was put in.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::{collection, option};
use qrcodegen::{QrCode, QrCodeEcc};
use xqr_errors::{Condition, Dialect, Expected};
use xqr_payload::{
    Dynamic, Email, Event, Geo, Payload, Phone, Security, Sms, Text, Url, VCard, When, Wifi,
};

#[track_caller]
fn says(payload: impl Into<Payload>, expected: &str) {
    assert_eq!(payload.into().content().unwrap(), expected);
}

#[track_caller]
fn refuses(payload: impl Into<Payload>, expected: &[Condition]) {
    assert_eq!(payload.into().content().unwrap_err().conditions(), expected);
}

fn empty(field: &str) -> Condition {
    Condition::TextEmpty { field: field.into() }
}

fn long(field: &str, max: u64) -> Condition {
    Condition::TextTooLong { field: field.into(), max }
}

fn controls(field: &str) -> Condition {
    Condition::TextControls { field: field.into() }
}

fn wrong(field: &str, expected: Expected) -> Condition {
    Condition::FieldTypeWrong { field: field.into(), expected }
}

fn no_url(field: &str) -> Condition {
    Condition::UrlInvalid { field: field.into() }
}

fn when(text: &str) -> When {
    text.parse().unwrap()
}

// ---- Exact texts
// ----------------------------------------------------------------------------------------------------------

#[test]
fn urls_and_texts_stay_as_they_are() {
    for url in [
        "https://example.com",
        "HTTP://Example.COM:80/%7Ea/../b?q=ü&r=a+b#ß",
        "https://[2001:db8::1]/",
        "http://bücher.example/",
    ] {
        says(Url::new(url), url);
        says(Dynamic::new(url), url);
    }
    says(Text::new(" Table 14\r\n\tWindow; 日本 \n"), " Table 14\r\n\tWindow; 日本 \n");
    says(Text::new("ß".repeat(2048)), &"ß".repeat(2048));
}

#[test]
fn cards_say_exactly_this() {
    says(
        VCard::new("Cher"),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Cher;;;;\r\nFN:Cher\r\nEND:VCARD\r\n",
    );
    let card = VCard::new("Ada King Lovelace")
        .org("Engines; Ltd, \\ Sons")
        .title("Countess")
        .phone("+44 20 7946 0000 ext. 12")
        .phone("110")
        .email("ada@example.com")
        .email("a.k+x@example.co.uk")
        .url("https://example.com/a;b,c")
        .address("12 St James's Square\r\nLondon, SW1")
        .birthday(date(1815, 12, 10))
        .note("one\ntwo");
    says(
        card,
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada King;;;\r\nFN:Ada King Lovelace\r\nORG:Engines\\; Ltd\\, \\\\ Sons\r\n\
         TITLE:Countess\r\nTEL:+44 20 7946 0000 ext. 12\r\nTEL:110\r\nEMAIL:ada@example.com\r\nEMAIL:a.k+x@example.co.uk\r\n\
         URL:https://example.com/a;b,c\r\nADR:;;12 St James's Square\\nLondon\\, SW1;;;;\r\nBDAY:1815-12-10\r\nNOTE:one\\ntwo\r\n\
         END:VCARD\r\n",
    );
    let card = VCard::new("Ludwig van Beethoven").family_name("van Beethoven").given_name("Ludwig");
    says(
        card,
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:van Beethoven;Ludwig;;;\r\nFN:Ludwig van Beethoven\r\nEND:VCARD\r\n",
    );
    let card = VCard::new("Teller").given_name("Teller");
    says(card, "BEGIN:VCARD\r\nVERSION:3.0\r\nN:;Teller;;;\r\nFN:Teller\r\nEND:VCARD\r\n");
}

#[test]
fn lines_fold_beyond_75_octets_and_never_inside_a_character_or_an_escape() {
    let note = |note: String| {
        let card = VCard::new("A").note(note).content().unwrap();
        card.split_once("NOTE:").unwrap().1.strip_suffix("\r\nEND:VCARD\r\n").unwrap().to_owned()
    };
    assert_eq!(note("x".repeat(70)), "x".repeat(70));
    assert_eq!(note("x".repeat(71)), format!("{}\r\n x", "x".repeat(70)));
    assert_eq!(note("x".repeat(145)), format!("{}\r\n {}\r\n x", "x".repeat(70), "x".repeat(74)));
    assert_eq!(note("x".repeat(69) + "é"), format!("{}\r\n é", "x".repeat(69)));
    assert_eq!(note("x".repeat(67) + "😀"), format!("{}\r\n 😀", "x".repeat(67)));
    assert_eq!(note("x".repeat(69) + "\\;"), format!("{}\r\n \\\\\\;", "x".repeat(69)));
    assert_eq!(note("x".repeat(68) + "\\\\"), format!("{}\\\\\r\n \\\\", "x".repeat(68)));
}

#[test]
fn networks_say_exactly_this() {
    says(
        Wifi::new("Office", Security::Wpa).password("12345678"),
        "WIFI:T:WPA;S:Office;P:12345678;;",
    );
    says(
        Wifi::new("Office", Security::Wpa2).password("12345678").hidden(true),
        "WIFI:T:WPA;S:Office;P:12345678;H:true;;",
    );
    says(
        Wifi::new("Office", Security::Wpa3).password("12345678"),
        "WIFI:T:WPA;R:1;S:Office;P:12345678;;",
    );
    says(Wifi::new("Old", Security::Wep).password("abcde"), "WIFI:T:WEP;S:Old;P:abcde;;");
    says(Wifi::new("Guests", Security::Nopass).hidden(false), "WIFI:T:nopass;S:Guests;;");
    says(Wifi::new("Guests", Security::Nopass).password(""), "WIFI:T:nopass;S:Guests;;");
    says(
        Wifi::new(" a\\b;c,d:e\"f ", Security::Nopass),
        "WIFI:T:nopass;S: a\\\\b\\;c\\,d\\:e\\\"f ;;",
    );
    // No quotes around what looks like hexadecimal digits: iOS would take them for a part of the
    // name.
    says(Wifi::new("cafe", Security::Wpa2).password("deadbeef"), "WIFI:T:WPA;S:cafe;P:deadbeef;;");
}

#[test]
fn messages_and_calls_say_exactly_this() {
    says(Email::new("a@example.com"), "mailto:a@example.com");
    let email =
        Email::new("a+b@example.com").to("c&d@example.com").cc("e@example.com").cc("f@example.com");
    says(
        email.bcc("g@bücher.example").subject("50% & more?").body("Hi,\n\nü=1\r\n"),
        "mailto:a%2Bb@example.com,c%26d@example.com?cc=e@example.com,f@example.com&bcc=g@b%C3%BCcher.example\
         &subject=50%25%20%26%20more%3F&body=Hi%2C%0D%0A%0D%0A%C3%BC%3D1%0D%0A",
    );
    says(Email::new("a@example.com").body("b"), "mailto:a@example.com?body=b");
    says(Sms::new("+1 (555) 010-0199").message("Yes: 1;2, ok"), "SMSTO:+15550100199:Yes: 1;2, ok");
    says(Sms::new("12345"), "SMSTO:12345");
    for (phone, number) in [
        ("+1 (555) 010.0199", "+15550100199"),
        (" +44 (0)20 7946 0000 ", "+442079460000"),
        ("(020) 7946-0000", "02079460000"),
        ("112", "112"),
        ("*100#", "*100%23"),
        ("+123456789012345", "+123456789012345"),
    ] {
        says(Phone::new(phone), &format!("tel:{number}"));
    }
}

#[test]
fn places_say_exactly_this() {
    says(Geo::new(48.858_37, 2.294_481), "geo:48.85837,2.294481");
    says(Geo::new(-90.0, 180.0), "geo:-90,180");
    says(Geo::new(0.0, -0.000_000_1), "geo:0,0");
    says(Geo::new(0.000_000_6, 100.0).altitude(-430.5), "geo:0.000001,100,-430.5");
    says(
        Geo::new(1.5, 2.0).label("Café (new) & co"),
        "geo:1.5,2?q=1.5,2(Caf%C3%A9%20%28new%29%20%26%20co)",
    );
    says(Geo::new(1.5, 2.0).altitude(35.0).label("x"), "geo:1.5,2,35?q=1.5,2(x)");
}

#[test]
fn events_say_exactly_this() {
    says(
        Event::new("Talk; part 1", when("2026-12-31T23:30:00.9+01:00"))
            .end(when("2027-01-01T00:00:00Z"))
            .location("Room 1, Berlin")
            .description("Bring:\n\\o/")
            .url("https://example.com/a,b"),
        "BEGIN:VEVENT\r\nSUMMARY:Talk\\; part 1\r\nDTSTART:20261231T223000Z\r\nDTEND:20270101T000000Z\r\n\
         LOCATION:Room 1\\, Berlin\r\nDESCRIPTION:Bring:\\n\\\\o/\r\nURL:https://example.com/a,b\r\nEND:VEVENT\r\n",
    );
    says(
        Event::new("Fair", when("2026-05-01")).end(when("2026-05-03")),
        "BEGIN:VEVENT\r\nSUMMARY:Fair\r\nDTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260503\r\nEND:VEVENT\r\n",
    );
    says(
        Event::new("Rome", when("0476-09-04T12:00:00Z")),
        "BEGIN:VEVENT\r\nSUMMARY:Rome\r\nDTSTART:04760904T120000Z\r\nEND:VEVENT\r\n",
    );
    for bad in ["", "today", "2026-13-01", "2026-12-31T20:00:00", "2026-12-31 8pm", "20261231T0"] {
        let error = bad.parse::<When>().unwrap_err();
        let field = "payload.end".to_owned();
        assert_eq!(error.at(field.as_str()), Condition::MomentInvalid { field }, "{bad:?}");
    }
}

// ---- Exact complaints
// -----------------------------------------------------------------------------------------------------

#[test]
fn bad_urls_and_texts_are_refused() {
    for bad in [
        "example.com",
        "//example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "https:example.com",
        "https://",
        "https:///example.com",
        " https://example.com",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://exam\tple.com/",
        "https://example.com/\u{2028}",
        "https://a:99999/",
        "https://[::1",
        "日本",
    ] {
        refuses(Url::new(bad), &[no_url("data")]);
        refuses(Dynamic::new(bad), &[no_url("data")]);
    }
    let url = |octets: usize| format!("https://example.com/{}", "x".repeat(octets - 20));
    says(Url::new(url(2048)), &url(2048));
    refuses(Url::new(url(2049)), &[long("data", 2048)]);
    refuses(Url::new(""), &[empty("data")]);
    refuses(Text::new(" \n"), &[empty("data")]);
    refuses(Text::new("x".repeat(2049)), &[long("data", 2048)]);
    refuses(Text::new("a\0b"), &[controls("data")]);
}

#[test]
fn a_payload_reports_all_its_complaints_at_once() {
    refuses(
        VCard::new("A\nTEL:666")
            .given_name("")
            .family_name("x".repeat(256))
            .org("a\u{2028}b")
            .title("\t")
            .phone("call me")
            .phone("110")
            .phone("110\n")
            .email("ada@localhost")
            .url("example.com")
            .address("\u{0}x")
            .birthday(date(0, 1, 1))
            .note("x".repeat(2049)),
        &[
            controls("payload.name"),
            empty("payload.given_name"),
            long("payload.family_name", 255),
            controls("payload.org"),
            empty("payload.title"),
            wrong("payload.phones[0]", Expected::PhoneNumber),
            controls("payload.phones[2]"),
            wrong("payload.emails", Expected::EmailAddress),
            no_url("payload.url"),
            controls("payload.address"),
            Condition::NumberTooSmall {
                field: "payload.birthday".into(),
                min: "0001-01-01".into(),
            },
            long("payload.note", 2048),
        ],
    );
    refuses(
        Event::new("", When::Date(date(0, 1, 1)))
            .end(when("2026-01-01T00:00:00Z"))
            .location("a\nb")
            .description(" ")
            .url("x"),
        &[
            empty("payload.summary"),
            Condition::MomentInvalid { field: "payload.start".into() },
            wrong("payload.end", Expected::DateLike { field: "payload.start".into() }),
            controls("payload.location"),
            empty("payload.description"),
            no_url("payload.url"),
        ],
    );
    refuses(
        Geo::new(-90.1, f64::INFINITY).altitude(f64::NAN).label("\n"),
        &[
            Condition::NumberTooSmall { field: "payload.lat".into(), min: "-90".into() },
            Condition::NumberTooLarge { field: "payload.lng".into(), max: "180".into() },
            wrong("payload.altitude", Expected::Number),
            empty("payload.label"),
        ],
    );
    refuses(
        Wifi::new("é".repeat(17), Security::Wpa),
        &[long("payload.ssid", 32), Condition::FieldMissing { field: "payload.password".into() }],
    );
    refuses(Wifi::new("x".repeat(33), Security::Nopass), &[long("payload.ssid", 32)]);
    assert!(Wifi::new("é".repeat(16), Security::Nopass).content().is_ok());
    refuses(
        Sms::new("+*1").message("a\nSMSTO:1"),
        &[wrong("payload.phone", Expected::DialledNumber), controls("payload.message")],
    );
    refuses(
        Email::new("a@b.c").to("a b@c.de").cc("a@c.de,b@c.de").subject("a\r\nBcc: b@c.de").body(""),
        &[
            wrong("payload.to[1]", Expected::EmailAddress),
            wrong("payload.cc", Expected::EmailAddress),
            controls("payload.subject"),
            empty("payload.body"),
        ],
    );
}

#[test]
fn an_end_comes_after_its_start_and_is_of_its_kind() {
    let complaint = |start: &str, end: &str, expected: Expected| {
        refuses(Event::new("x", when(start)).end(when(end)), &[wrong("payload.end", expected)]);
    };
    let after = || Expected::After { field: "payload.start".into() };
    complaint("2026-01-01", "2026-01-01", after());
    complaint("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", after());
    complaint("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.9Z", after());
    complaint(
        "2026-01-01T00:00:00Z",
        "2026-01-02",
        Expected::TimestampLike { field: "payload.start".into() },
    );
}

#[test]
fn passwords_have_the_length_of_their_security() {
    let text = |length| "x".repeat(length);
    let key = |length: usize| "0123456789abcDEF".repeat(5)[..length].to_owned();
    for (security, good, bad, expected) in [
        (
            Security::Wpa,
            vec![text(8), text(63), key(64)],
            vec![text(7), text(64), key(65)],
            Expected::WpaKey,
        ),
        (Security::Wpa3, vec!["é".repeat(4)], vec!["é".repeat(32)], Expected::WpaKey),
        (
            Security::Wep,
            vec![text(5), text(13), key(10), key(26)],
            vec![text(10), key(12)],
            Expected::WepKey,
        ),
        (Security::Nopass, vec![text(0)], vec![text(8)], Expected::NoPassword),
    ] {
        for password in good {
            assert!(
                Wifi::new("x", security).password(password.as_str()).content().is_ok(),
                "{security:?} {password}"
            );
        }
        for password in bad {
            refuses(
                Wifi::new("x", security).password(password),
                &[wrong("payload.password", expected.clone())],
            );
        }
    }
    refuses(Wifi::new("x", Security::Wpa2).password("1234567\n"), &[controls("payload.password")]);
}

#[test]
fn a_password_is_not_readable_in_debug() {
    let payload = Payload::from(Wifi::new("Office", Security::Wpa).password("open sesame"));
    assert!(format!("{payload:?}").contains("Office"));
    assert!(!format!("{payload:?}").contains("sesame"));
}

#[test]
fn numbers_and_addresses_are_checked() {
    for bad in [
        "",
        "12",
        "+12",
        "1234567890123456",
        "12a45",
        "1+23",
        "++123",
        "+1*23",
        "123,4",
        "123;ext=4",
        "١٢٣",
        "123\n",
    ] {
        refuses(Phone::new(bad), &[wrong("payload.phone", Expected::DialledNumber)]);
    }
    let long_local = format!("{}@example.com", "x".repeat(65));
    for bad in [
        "",
        "a",
        "@b.c",
        "a@",
        "a@b",
        "a@@b.c",
        "a..b@c.de",
        "a@b..c",
        "a@-b.c",
        "a@b.c,d@e.f",
        "a@c.d\u{a0}",
        "ann@☃.example",
        &long_local,
    ] {
        refuses(Email::new(bad), &[wrong("payload.to", Expected::EmailAddress)]);
    }
    let label = "x".repeat(63);
    let address =
        |octets: usize| format!("{}@{label}.{label}.{label}.com", "x".repeat(octets - 196));
    says(Email::new(address(254)), &format!("mailto:{}", address(254)));
    refuses(Email::new(address(255)), &[wrong("payload.to", Expected::EmailAddress)]);
    let eleven = (0..10).fold(Email::new("a@example.com"), |email, _| email.to("b@example.com"));
    refuses(eleven, &[Condition::ListTooLong { field: "payload.to".into(), max: 10 }]);
}

// ---- Readers of their own
// -------------------------------------------------------------------------------------------------

/// The properties between `BEGIN` and `END`: name with parameters, value still escaped.
fn read_lines(text: &str, kind: &str) -> Vec<(String, String)> {
    let body = text.strip_suffix("\r\n").expect("a last line break");
    for line in body.split("\r\n") {
        assert!(line.len() <= 75, "{line:?} has {} octets", line.len());
        assert!(!line.contains(['\r', '\n', '\u{2028}', '\u{2029}']), "{line:?}");
    }
    for (end, _) in body.match_indices("\r\n ") {
        let backslashes = body[..end].bytes().rev().take_while(|byte| *byte == b'\\').count();
        assert_eq!(backslashes % 2, 0, "a fold inside an escape: {body:?}");
    }
    let unfolded = body.replace("\r\n ", "");
    let mut lines: Vec<_> =
        unfolded.split("\r\n").map(|line| line.split_once(':').expect("a colon")).collect();
    assert_eq!(lines.remove(0), ("BEGIN", kind));
    assert_eq!(lines.pop(), Some(("END", kind)));
    lines.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Splits at every `delimiter` without a backslash, and keeps the escapes.
fn split(text: &str, delimiter: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        if c == delimiter && !escaped {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    assert!(!escaped, "{text:?} ends within an escape");
    parts
}

/// Reads a value in which none of `delimiters` may be bare. A backslash and `n` mean `newline`.
fn unescape(value: &str, delimiters: &str, newline: char) -> String {
    for delimiter in delimiters.chars() {
        assert_eq!(split(value, delimiter).len(), 1, "{delimiter:?} is bare in {value:?}");
    }
    let mut chars = value.chars();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => chars.next().map(|c| if c == 'n' { newline } else { c }).unwrap(),
            c => c,
        });
    }
    text
}

fn read_text(value: &str) -> String {
    unescape(value, ";,", '\n')
}

fn read_percent(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        assert!(c.is_ascii_alphanumeric() || "-._~%@".contains(c), "{c:?} is bare in {text:?}");
        bytes.push(if c == '%' { u8::from_str_radix(&rest[1..3], 16).unwrap() } else { c as u8 });
        rest = &rest[if c == '%' { 3 } else { 1 }..];
    }
    String::from_utf8(bytes).unwrap()
}

fn read_number(text: &str) -> f64 {
    assert!(
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-'),
        "{text}"
    );
    text.parse().unwrap()
}

fn read_moment(value: &str) -> i64 {
    assert_eq!((value.len(), &value[8..9], &value[15..]), (16, "T", "Z"));
    let part = |from: usize, to: usize| value[from..to].parse::<i8>().unwrap();
    let day = date(value[..4].parse().unwrap(), part(4, 6), part(6, 8));
    day.at(part(9, 11), part(11, 13), part(13, 15), 0)
        .to_zoned(TimeZone::UTC)
        .unwrap()
        .timestamp()
        .as_second()
}

/// What a reader shows for `text`: any line break is one `\n`.
fn one_break(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n")
}

// ---- Inputs that try to break out
// -----------------------------------------------------------------------------------------

/// One line of at most `max` characters, and perhaps a bait.
fn line(max: usize) -> impl Strategy<Value = String> {
    let regex = format!("[a-cnNé日😀;:,\\\\\"'%&?=()+#@<> -]{{1,{max}}}");
    let bait = prop_oneof![
        Just(""),
        Just("\\nTEL:666"),
        Just("END:VCARD"),
        Just(";;P:x;;"),
        Just("%0D%0A"),
        Just("&bcc=x@y.zz")
    ];
    (string_regex(&regex).unwrap(), bait)
        .prop_map(|(text, bait)| text + bait)
        .prop_filter("blank", |text| !text.trim().is_empty())
}

fn prose() -> impl Strategy<Value = String> {
    let breaks = prop_oneof![
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just("\u{2028}"),
        Just("\u{2029}"),
        Just("\r\nTEL:666\r\n")
    ];
    collection::vec((line(60), breaks), 1..5)
        .prop_map(|parts| parts.into_iter().map(|(text, end)| text + end).collect())
}

fn email() -> impl Strategy<Value = String> {
    "[a-z0-9é!#$%&'*+/=?^_`{|}~-]{1,12}(\\.[a-z+]{1,5})?@([a-zé0-9]{1,9}\\.){1,2}[a-z]{2,5}"
}

fn url() -> impl Strategy<Value = String> {
    "https?://[a-z0-9]{1,20}\\.example(/[a-zA-Zé0-9;:,\\\\\"'%&=()+@-]{0,90})?(\\?[a-z;:,\\\\=&%]{0,40})?"
}

fn security() -> impl Strategy<Value = Security> {
    prop_oneof![Just(Security::Wpa), Just(Security::Wpa2), Just(Security::Wpa3)]
}

fn day() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

/// Sets an optional field.
fn set<B>(builder: B, value: &Option<String>, setter: fn(B, String) -> B) -> B {
    match value {
        Some(value) => setter(builder, value.clone()),
        None => builder,
    }
}

/// Returns what one library reads from the symbol that another one makes of a content. A content
/// that is too long for any symbol comes back as it is.
fn scanned(content: &str) -> String {
    let Ok(symbol) = QrCode::encode_text(content, QrCodeEcc::Low) else {
        return content.to_owned();
    };
    let modules = rqrr::SimpleGrid::from_func(symbol.size() as usize, |x, y| {
        symbol.get_module(x as i32, y as i32)
    });
    let mut bytes = Vec::new();
    rqrr::Grid::new(modules).decode_to(&mut bytes).expect("a clean symbol is readable");
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_card_reads_back(
        (name, given, family) in (line(90), option::of(line(30)), option::of(line(30))),
        (org, title) in (option::of(line(90)), option::of(line(90))),
        (phones, emails) in (collection::vec("[0-9;,: \\\\]{0,80}123", 0..4), collection::vec(email(), 0..4)),
        (url, address, birthday, note) in (option::of(url()), option::of(prose()), option::of(day()), option::of(prose())),
    ) {
        let mut card = VCard::new(name.as_str());
        card = set(card, &given, VCard::given_name);
        card = set(card, &family, VCard::family_name);
        card = set(card, &org, VCard::org);
        card = set(card, &title, VCard::title);
        card = set(card, &url, VCard::url);
        card = set(card, &address, VCard::address);
        card = set(card, &note, VCard::note);
        card = phones.iter().fold(card, VCard::phone);
        card = emails.iter().fold(card, VCard::email);
        if let Some(birthday) = birthday {
            card = card.birthday(birthday);
        }
        let content = scanned(&card.content().unwrap());
        let mut lines = read_lines(&content, "VCARD").into_iter();
        let mut next = || lines.next().unwrap();

        prop_assert_eq!(next(), ("VERSION".into(), "3.0".into()));
        let (property, value) = next();
        let names: Vec<_> = split(&value, ';').iter().map(|name| read_text(name)).collect();
        prop_assert_eq!(property, "N");
        prop_assert_eq!(&names[2..], ["", "", ""]);
        if given.is_none() && family.is_none() {
            prop_assert!(!names[0].is_empty() && !names[0].contains(' '));
            let whole = format!("{} {}", names[1], names[0]);
            prop_assert!(whole.split_whitespace().eq(name.split_whitespace()), "{} {}", whole, name);
        } else {
            prop_assert_eq!(&names[..2], [family.unwrap_or_default(), given.unwrap_or_default()]);
        }
        let texts = [
            ("FN", vec![name]),
            ("ORG", Vec::from_iter(org)),
            ("TITLE", Vec::from_iter(title)),
            ("TEL", phones),
            ("EMAIL", emails),
        ];
        for (expected, values) in texts {
            for expectation in values {
                let (property, value) = next();
                prop_assert_eq!((property.as_str(), read_text(&value)), (expected, expectation));
            }
        }
        if let Some(url) = url {
            prop_assert_eq!(next(), ("URL".into(), url));
        }
        if let Some(address) = address {
            let (property, value) = next();
            let parts: Vec<_> = split(&value, ';').iter().map(|part| read_text(part)).collect();
            prop_assert_eq!(property, "ADR");
            prop_assert_eq!(parts, ["", "", &one_break(&address), "", "", "", ""]);
        }
        if let Some(birthday) = birthday {
            prop_assert_eq!(next(), ("BDAY".into(), birthday.strftime("%Y-%m-%d").to_string()));
        }
        if let Some(note) = note {
            let (property, value) = next();
            prop_assert_eq!((property.as_str(), read_text(&value)), ("NOTE", one_break(&note)));
        }
        prop_assert_eq!(lines.next(), None);
    }

    #[test]
    fn an_event_reads_back(
        (summary, location, description, url) in (line(90), option::of(line(90)), option::of(prose()), option::of(url())),
        (start, seconds) in (-62_135_596_800_i64..250_000_000_000, option::of(1_i64..900_000_000)),
    ) {
        let moment = |second| When::Timestamp(Timestamp::from_second(second).unwrap());
        let mut event = Event::new(summary.as_str(), moment(start));
        event = set(event, &location, Event::location);
        event = set(event, &description, Event::description);
        event = set(event, &url, Event::url);
        if let Some(seconds) = seconds {
            event = event.end(moment(start + seconds));
        }
        let mut expected = vec![("SUMMARY", summary), ("DTSTART", start.to_string())];
        expected.extend(seconds.map(|seconds| ("DTEND", (start + seconds).to_string())));
        expected.extend(location.map(|location| ("LOCATION", location)));
        expected.extend(description.map(|description| ("DESCRIPTION", one_break(&description))));
        expected.extend(url.map(|url| ("URL", url)));

        let lines = read_lines(&scanned(&event.content().unwrap()), "VEVENT");
        let read: Vec<_> = lines.iter().map(|(property, value)| match property.as_str() {
            "DTSTART" | "DTEND" => (property.as_str(), read_moment(value).to_string()),
            "URL" => ("URL", value.clone()),
            property => (property, read_text(value)),
        }).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn a_day_reads_back((start, end) in (day(), day()).prop_filter("in order", |(start, end)| start < end)) {
        let lines = read_lines(&Event::new("x", When::Date(start)).end(When::Date(end)).content().unwrap(), "VEVENT");
        for (line, (property, day)) in lines[1..].iter().zip([("DTSTART;VALUE=DATE", start), ("DTEND;VALUE=DATE", end)]) {
            let value = &line.1;
            let read = date(value[..4].parse().unwrap(), value[4..6].parse().unwrap(), value[6..].parse().unwrap());
            prop_assert_eq!((line.0.as_str(), read), (property, day));
        }
        prop_assert_eq!(lines.len(), 3);
    }

    #[test]
    fn a_network_reads_back(
        ssid in line(8).prop_filter("32 octets", |ssid| ssid.len() <= 32),
        password in line(20).prop_filter("8 to 63 octets", |password| (8..64).contains(&password.len())),
        (security, hidden) in (security(), any::<bool>()),
    ) {
        let content = scanned(&Wifi::new(ssid.as_str(), security).password(password.as_str()).hidden(hidden).content().unwrap());
        let fields = split(content.strip_prefix("WIFI:").unwrap().strip_suffix(";;").unwrap(), ';');
        // ZXing looks for a key anywhere in the text, so no value may have a bare colon.
        let read: Vec<_> = fields.iter().map(|field| {
            let (key, value) = field.split_once(':').unwrap();
            (key, unescape(value, ";,:\"", 'n'))
        }).collect();
        let mut expected = vec![("T", "WPA".to_owned())];
        expected.extend((security == Security::Wpa3).then(|| ("R", "1".to_owned())));
        expected.extend([("S", ssid), ("P", password)]);
        expected.extend(hidden.then(|| ("H", "true".to_owned())));
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn an_email_reads_back(
        (to, cc, bcc) in (collection::vec(email(), 1..4), collection::vec(email(), 0..3), collection::vec(email(), 0..3)),
        (subject, body) in (option::of(line(60)), option::of(prose())),
    ) {
        let mut email = to[1..].iter().fold(Email::new(to[0].as_str()), Email::to);
        email = cc.iter().fold(email, Email::cc);
        email = bcc.iter().fold(email, Email::bcc);
        email = set(email, &subject, Email::subject);
        email = set(email, &body, Email::body);
        let content = scanned(&email.content().unwrap());
        let (addresses, query) = content.split_once('?').unwrap_or((&content, ""));
        let list = |text: &str| text.split(',').map(read_percent).collect::<Vec<_>>();
        prop_assert_eq!(list(addresses.strip_prefix("mailto:").unwrap()), to);
        let mut expected = Vec::new();
        expected.extend((!cc.is_empty()).then_some(("cc", cc)));
        expected.extend((!bcc.is_empty()).then_some(("bcc", bcc)));
        expected.extend(subject.map(|subject| ("subject", vec![subject])));
        expected.extend(body.map(|body| ("body", vec![one_break(&body).replace('\n', "\r\n")])));
        let headers = query.split('&').filter(|header| !header.is_empty()).map(|header| header.split_once('=').unwrap());
        prop_assert_eq!(headers.map(|(name, value)| (name, list(value))).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_call_and_a_message_read_back(
        (plus, digits, blanks) in ("\\+?", "[1-9]{3,15}", collection::vec("[ .()-]{0,2}", 15)),
        message in option::of(line(60)),
    ) {
        let written: String = digits.chars().zip(&blanks).map(|(digit, blank)| format!("{blank}{digit}")).collect();
        let phone = plus.clone() + &written;
        let dialled = plus + &digits;
        prop_assert_eq!(Phone::new(phone.as_str()).content().unwrap(), format!("tel:{dialled}"));
        let content = scanned(&set(Sms::new(phone), &message, Sms::message).content().unwrap());
        let rest = content.strip_prefix("SMSTO:").unwrap();
        let (number, read) = rest.split_once(':').map_or((rest, None), |(number, message)| (number, Some(message.to_owned())));
        prop_assert_eq!((number, read), (dialled.as_str(), message));
    }

    #[test]
    fn a_place_reads_back(
        (lat, lng) in (-90.0..=90.0, -180.0..=180.0),
        (altitude, label) in (option::of(-12_000.0..=100_000.0), option::of(line(60))),
    ) {
        let mut geo = set(Geo::new(lat, lng), &label, Geo::label);
        if let Some(altitude) = altitude {
            geo = geo.altitude(altitude);
        }
        let content = scanned(&geo.content().unwrap());
        let uri = content.strip_prefix("geo:").unwrap();
        let (place, query) = uri.split_once('?').unwrap_or((uri, ""));
        let read: Vec<_> = place.split(',').map(read_number).collect();
        let expected: Vec<f64> = [lat, lng].into_iter().chain(altitude).collect();
        prop_assert_eq!(read.len(), expected.len());
        prop_assert!(read.iter().zip(&expected).all(|(read, expected)| (read - expected).abs() < 5.1e-7), "{}", content);
        let read = (!query.is_empty()).then(|| {
            let (coordinates, label) = query.strip_prefix("q=").unwrap().split_once('(').unwrap();
            assert_eq!(coordinates.split(',').map(read_number).collect::<Vec<_>>(), read[..2]);
            read_percent(label.strip_suffix(')').unwrap())
        });
        prop_assert_eq!(read, label);
    }

    #[test]
    fn urls_and_texts_read_back(url in url(), text in prose()) {
        prop_assert_eq!(Url::new(url.as_str()).content().unwrap(), url.as_str());
        prop_assert_eq!(Dynamic::new(url.as_str()).content().unwrap(), url);
        prop_assert_eq!(Text::new(text.as_str()).content().unwrap(), text);
    }

    #[test]
    fn nothing_panics_and_every_complaint_names_its_field(
        (a, b, c) in (any::<String>(), any::<String>(), "\\PC{0,12}|[\\x00-\\x7f]{0,12}"),
        (x, y, second) in (any::<f64>(), any::<f64>(), -377_705_023_201_i64..253_402_207_200),
    ) {
        let start = When::Timestamp(Timestamp::from_second(second).unwrap());
        let card = VCard::new(a.as_str()).family_name(c.as_str()).phone(c.as_str()).email(c.as_str()).address(b.as_str());
        let payloads: [Payload; 10] = [
            Url::new(a.as_str()).into(),
            Text::new(a.as_str()).into(),
            card.note(b.as_str()).into(),
            Wifi::new(c.as_str(), Security::Wpa).password(b.as_str()).into(),
            Email::new(c.as_str()).subject(a.as_str()).body(b.as_str()).into(),
            Sms::new(c.as_str()).message(b.as_str()).into(),
            Phone::new(c.as_str()).into(),
            Geo::new(x, y).altitude(x).label(b.as_str()).into(),
            Event::new(a.as_str(), start).location(c.as_str()).description(b.as_str()).into(),
            Dynamic::new(c.as_str()).into(),
        ];
        for payload in payloads {
            let has_lines = matches!(payload, Payload::VCard(_) | Payload::Event(_) | Payload::Text(_));
            match payload.content() {
                Ok(content) => prop_assert!(has_lines || !content.contains(char::is_control), "{:?}", content),
                Err(error) => for complaint in error.conditions() {
                    let message = complaint.reply(Dialect::Xqr).message;
                    prop_assert!(message.starts_with("payload.") || message.starts_with("data:"), "{}", message);
                },
            }
            let _ = c.parse::<When>();
        }
    }
}
