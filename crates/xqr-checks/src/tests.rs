use super::*;

#[test]
fn email_addresses_have_one_rule() {
    let of_length = |length: usize| {
        let label = "d".repeat(63);
        format!("{}@{label}.{label}.{}.de", "x".repeat(60), "d".repeat(length - 192))
    };
    for good in [
        "a@b.co",
        "Ann.Lee+qr@mail.example.com",
        "jörg@bücher.example",
        "o'neil@x-y.example",
        "用户@例子.广告",
        "a!#$%&'*+-/=?^_`{|}~z@b.de",
        "☃@b.de",
        "a@1.2",
        &format!("{}@b.de", "x".repeat(64)),
        &format!("a@{}.de", "b".repeat(63)),
        &of_length(254),
    ] {
        assert_eq!(email(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "ann",
        "@b.co",
        "a@",
        "a@b",
        "a b@c.de",
        "a\u{a0}b@c.de",
        "a@b..de",
        "a@.b.de",
        "a@b.de.",
        ".a@b.de",
        "a.@b.de",
        "a..b@c.de",
        "a@-b.de",
        "a@b-.de",
        "a@b.de\nBcc: c@d.ef",
        "a@@b.de",
        "a@b@c.de",
        "<a@b.de>",
        "\"a\"@b.de",
        "a@[127.0.0.1]",
        "a@b_c.de",
        "a,b@c.de",
        " a@b.de",
        "a@b.de ",
        "ann@☃.example",
        "ann@b\u{200b}.example",
        "ann@b\u{2024}example",
        &format!("{}@b.de", "x".repeat(65)),
        &format!("{}@b.de", "é".repeat(33)),
        &format!("a@{}.de", "b".repeat(64)),
        &of_length(255),
    ] {
        assert_eq!(email(bad), Err(Violation::NotAnEmail), "{bad}");
    }
}

#[test]
fn urls_are_absolute_and_exact() {
    let long = |chars: usize| format!("https://example.com/{}", "ü".repeat(chars - 20));
    for good in [
        "https://example.com",
        "HTTP://Example.COM:80/%7Ea/../b?q=ü&r=a+b#ß",
        "https://[2001:db8::1]/",
        &long(2048),
    ] {
        assert_eq!(url(good), Ok(()), "{good}");
    }
    for bad in [
        "example.com",
        "//example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://",
        "https:///example.com",
        "https:\\\\example.com",
        "https:example.com",
        " https://example.com",
        "https://example.com/a b",
        "https://exa\tmple.com",
        "https://example.com:99999/",
    ] {
        assert_eq!(url(bad), Err(Violation::NotAUrl), "{bad}");
    }
    assert_eq!(url(""), Err(Violation::Empty));
    assert_eq!(url(&long(2049)), Err(Violation::TooLong { max: 2048 }));
}

#[test]
fn strings_have_characters_or_octets_and_a_minimum() {
    let check = |bounds: Text, good: &[&str], bad: &[(&str, Violation)]| {
        for value in good {
            assert_eq!(text(value, bounds), Ok(()), "{value:?}");
        }
        for (value, violation) in bad {
            assert_eq!(text(value, bounds), Err(violation.clone()), "{value:?}");
        }
    };
    let long = Violation::TooLong { max: 4 };
    let control = Violation::Controls;
    check(
        Text::line(4),
        &["a", "日本日本", " a "],
        &[
            ("", Violation::Empty),
            (" \n", Violation::Empty),
            ("日本日本日", long.clone()),
            ("a\n", control.clone()),
            ("a\tb", control.clone()),
            ("a\u{2028}b", control.clone()),
            ("a\0", control.clone()),
            ("a\u{85}", control.clone()),
        ],
    );
    check(
        Text::lines(4),
        &["a\r\nb", "\u{2029}b"],
        &[("a\tb", control.clone()), ("a\u{b}b", control.clone()), ("\n", Violation::Empty)],
    );
    check(Text::lines(4).tabs(), &["a\n\tb"], &[("a\0", control.clone())]);
    check(
        Text::line(4).octets().or_blank(),
        &[" ", "éé"],
        &[("", Violation::Empty), ("ééé", long), ("\n", control.clone())],
    );
    check(Text::line(4).or_empty(), &["", " "], &[("\u{7f}", control)]);
}

#[test]
fn numbers_are_numbers_before_they_are_in_range() {
    let small = |min: &str| Err(Violation::TooSmall { min: min.to_owned() });
    let large = |max: &str| Err(Violation::TooLarge { max: max.to_owned() });
    assert_eq!(number(f64::NAN, 0.0..=1.0), Err(Violation::NotANumber));
    assert_eq!(number(f64::INFINITY, 0.0..=1.0), large("1"));
    assert_eq!(number(-0.1, 0.0..=1.5), small("0"));
    for value in [0.0, -0.0, 1.5] {
        assert_eq!(number(value, 0.0..=1.5), Ok(()), "{value}");
    }
    assert_eq!(number(1_u8, 2..=3), small("2"));
    assert_eq!(number(4_i64, 2..=3), large("3"));
}

#[test]
fn lists_say_which_bound_they_violate() {
    assert_eq!(list(&[(); 0], 0..=2), Ok(()));
    assert_eq!(list(&[(); 0], 1..=2), Err(Violation::ItemsMissing { max: 2 }));
    assert_eq!(list(&[(); 3], 1..=2), Err(Violation::ItemsTooMany { max: 2 }));
}

/// The text of a violation is the native sentence of its condition.
#[test]
fn violations_and_conditions_say_the_same() {
    let condition = |violation: Violation| violation.at("name").to_string().to_lowercase();
    for violation in [
        Violation::Empty,
        Violation::TooLong { max: 5 },
        Violation::Controls,
        Violation::NotANumber,
        Violation::TooSmall { min: "5".to_owned() },
        Violation::TooLarge { max: "5".to_owned() },
        Violation::ItemsMissing { max: 5 },
        Violation::ItemsTooMany { max: 5 },
    ] {
        let sentence = condition(violation.clone());
        assert!(sentence.starts_with(&format!("name: {violation}.")), "{sentence}");
    }
    assert!(condition(Violation::NotAnEmail).contains("(emailinvalid)"));
    assert!(condition(Violation::NotAUrl).contains("(urlinvalid)"));
}
