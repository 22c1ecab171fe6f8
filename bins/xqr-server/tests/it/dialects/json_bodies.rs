//! Every way to get JSON right or wrong, after the classes of Nicolas Seriot's JSON parsing test
//! suite: texts that a parser must take (`y`), must refuse (`n`), and may do either with (`i`).
//! Each goes to a route of every dialect, bare and as the value of a field.
//!
//! What is fixed beyond the standard (RFC 8259): of a member that stands twice, the last counts;
//! 127 levels are deep enough; a body is UTF-8 without a mark, and no number is larger than a
//! double.

use serde_json::{Value, json};

use crate::support::contract::is_served;
use crate::support::test_app::TestApp;

/// Routes of each dialect that take an object with a string and ignore unknown members.
const ROUTES: [(&str, &str, &str, u16); 5] = [
    ("/api/v1/links", "url", "https://example.com", 201),
    ("/v1/qr-codes", "redirect_url", "https://example.com", 201),
    ("/api/shorten", "url", "https://example.com", 200),
    ("/api/v1/validate/", "data", "https://example.com", 200),
    ("/api/auth/login/", "email", "ada@example.com", 401),
];

/// The routes of the dialects that are compiled in.
fn routes() -> impl Iterator<Item = (&'static str, &'static str, &'static str, u16)> {
    ROUTES.into_iter().filter(|(path, ..)| is_served(path))
}

/// Values that are JSON.
fn good() -> Vec<Vec<u8>> {
    let texts = [
        "[]",
        "{}",
        "[[]   ]",
        "[\"\"]",
        "[\"a\"]",
        "[1e1]",
        "[false]",
        "[null, 1, \"1\", {}]",
        "[null]",
        "[1\n]",
        " [1]",
        "[1,null,null,null,2]",
        "[2] ",
        "[123e65]",
        "[0e+1]",
        "[0e1]",
        "[ 4]",
        "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
        "[20e1]",
        "[-0]",
        "[-123]",
        "[-1]",
        "[1E22]",
        "[1E-2]",
        "[1E+2]",
        "[123e45]",
        "[123.456e78]",
        "[1e-2]",
        "[1e+2]",
        "[123]",
        "[123.456789]",
        "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}",
        "{\"asd\":\"sdf\"}",
        "{\"a\":\"b\",\"a\":\"c\"}",
        "{\"a\":\"b\",\"a\":\"b\"}",
        "{\"\":0}",
        "{\"foo\\u0000bar\": 42}",
        "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
        "{\"x\":[{\"id\": \"x\"}], \"id\": \"x\"}",
        "{\"a\":[]}",
        "{\"title\":\"\\u041f\\u043e\\u043b\"}",
        "{\n\"a\": \"b\"\n}",
        "[\"\\u0060\\u012a\\u12AB\"]",
        "[\"\\uD801\\udc37\"]",
        "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]",
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
        "[\"\\\\u0000\"]",
        "[\"\\\"\"]",
        "[\"a/*b*/c/*d//e\"]",
        "[\"\\\\a\"]",
        "[\"\\\\n\"]",
        "[\"\\u0012\"]",
        "[\"\\uFFFF\"]",
        "[\"asd\"]",
        "[ \"asd\"]",
        "[\"\\uDBFF\\uDFFF\"]",
        "[\"new\\u00A0line\"]",
        "[\"\u{10ffff}\"]",
        "[\"\u{ffff}\"]",
        "[\"\\u0000\"]",
        "[\"\\u002c\"]",
        "[\"\u{3c0}\"]",
        "[\"\u{1bfff}\"]",
        "[\"asd \"]",
        "\" \"",
        "[\"\\uD834\\uDd1e\"]",
        "[\"\\u0821\"]",
        "[\"\\u0123\"]",
        "[\"\u{2028}\"]",
        "[\"\u{2029}\"]",
        "[\"\\u0061\\u30af\\u30EA\\u30b9\"]",
        "[\"new\\u000Aline\"]",
        "[\"\u{7f}\"]",
        "[\"\\uA66D\"]",
        "[\"\\u005C\"]",
        "[\"\u{2342}\u{3228}\u{2b5c}\"]",
        "[\"\\u0022\"]",
        "[\"\\uDBFF\\uDFFE\"]",
        "[\"\\uD83F\\uDFFE\"]",
        "[\"\\u200B\"]",
        "[\"\\u2064\"]",
        "[\"\\uFDD0\"]",
        "[\"\\uFFFE\"]",
        "[\"€𝄞\"]",
        "[\"aa\u{7f}\"]",
        "false",
        "42",
        "-0.1",
        "null",
        "\"asd\"",
        "true",
        "\"\"",
        "[true]",
        "[\"a\"]\n",
        " [] ",
        "\t\r\n 1 \r\n",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.extend(
        (0x20..0x7f_u8).filter(|byte| !b"\"\\".contains(byte)).map(|byte| vec![b'"', byte, b'"']),
    );
    all.push(format!("{}{}", "[".repeat(100), "]".repeat(100)).into_bytes());
    all
}

/// Texts that are no JSON.
fn bad() -> Vec<Vec<u8>> {
    let texts = [
        "",
        " ",
        "[1 true]",
        "[\"\": 1]",
        "[\"\"],",
        "[,1]",
        "[1,,2]",
        "[\"x\",,]",
        "[\"x\"]]",
        "[\"\",]",
        "[\"x\"",
        "[x",
        "[3[4]]",
        "[1:2]",
        "[,]",
        "[-]",
        "[   , \"\"]",
        "[\"a\",\n4\n,1,",
        "[1,]",
        "[1,,]",
        "[*]",
        "[\"\"",
        "[1,",
        "[1,\n1\n,1",
        "[{}",
        "[fals]",
        "[nul]",
        "[tru]",
        "[++1234]",
        "[+1]",
        "[+Inf]",
        "[-01]",
        "[-1.0.]",
        "[-2.]",
        "[-NaN]",
        "[.-1]",
        "[.2e-3]",
        "[0.1.2]",
        "[0.3e+]",
        "[0.3e]",
        "[0.e1]",
        "[0E+]",
        "[0E]",
        "[0e+]",
        "[0e]",
        "[1.0e+]",
        "[1.0e-]",
        "[1.0e]",
        "[1 000.0]",
        "[1eE2]",
        "[2.e+3]",
        "[2.e-3]",
        "[2.e3]",
        "[9.e+]",
        "[Inf]",
        "[NaN]",
        "[\u{ff11}]",
        "[1+2]",
        "[0x1]",
        "[0x42]",
        "[Infinity]",
        "[0e+-1]",
        "[-123.123foo]",
        "[-Infinity]",
        "[-foo]",
        "[- 1]",
        "[-012]",
        "[-.123]",
        "[-1x]",
        "[1ea]",
        "[1.]",
        "[.123]",
        "[1.2a-3]",
        "[1.8011670033376514H-308]",
        "[012]",
        "[\"x\", truth]",
        "{[: \"x\"}",
        "{\"x\", null}",
        "{\"x\"::\"b\"}",
        "{\u{1f1e8}\u{1f1ed}}",
        "{\"a\":\"a\" 123}",
        "{key: 'value'}",
        "{\"a\" b}",
        "{:\"b\"}",
        "{\"a\" \"b\"}",
        "{\"a\":",
        "{\"a\"",
        "{1:1}",
        "{9999E9999:1}",
        "{null:null,null:null}",
        "{\"id\":0,,,,,}",
        "{'a':0}",
        "{\"id\":0,}",
        "{\"a\":\"b\"}/**/",
        "{\"a\":\"b\"}/**//",
        "{\"a\":\"b\"}//",
        "{\"a\":\"b\"}/",
        "{\"a\":\"b\",,\"c\":\"d\"}",
        "{a: \"b\"}",
        "{\"a\":\"a",
        "{ \"foo\" : \"bar\", \"a\" }",
        "{\"a\":\"b\"}#",
        "[\"\\uD800\\\"]",
        "[\"\\uD800\\u\"]",
        "[\"\\uD800\\u1\"]",
        "[\"\\uD800\\u1x\"]",
        "[\u{e9}]",
        "[\"\\x00\"]",
        "[\"\\\\\\\"]",
        "[\"\\\t\"]",
        "[\"\\\u{1f300}\"]",
        "[\"\\\"]",
        "[\"\\u00A\"]",
        "[\"\\uD834\\uDd\"]",
        "[\"\\uD800\\uD800\\x\"]",
        "[\"\\a\"]",
        "[\"\\uqqqq\"]",
        "[\\u0020\"asd\"]",
        "[\\n]",
        "\"",
        "['single quote']",
        "abc",
        "[\"\\",
        "[\"new\nline\"]",
        "[\"\t\"]",
        "\"\\UA66D\"",
        "\"\"x",
        "[\u{2060}]",
        "\u{feff}",
        "<.>",
        "[<null>]",
        "[1]x",
        "[1]]",
        "[\"asd]",
        "aå",
        "[True]",
        "1]",
        "{\"x\": true,",
        "[][]",
        "]",
        "{}}",
        "{\"\":",
        "{\"a\":/*comment*/\"b\"}",
        "{\"a\": true} \"x\"",
        "['",
        "[\"a",
        "[\"a\"",
        "{",
        "{]",
        "{,",
        "{[",
        "{\"a",
        "{'a'",
        "[\"\\{[\"\\{[\"\\{[\"\\{",
        "*",
        "{\"a\":\"b\"}#{}",
        "[\\u000A\"\"]",
        "[1",
        "[ false, nul",
        "[ true, fals",
        "[ false, tru",
        "{\"asd\":\"asd\"",
        "\u{e5}",
        "[\u{c}]",
        "&",
        "nan",
        "\u{2060}",
        "[\u{b}1]",
        "{\"a\":1 \"b\":2}",
        "01",
        "1.",
        "tru",
        "nul",
        "[1]\u{a0}",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    // Control characters within texts, and bytes that are no UTF-8.
    all.extend((0..0x20_u8).map(|byte| vec![b'"', byte, b'"']));
    all.extend([0x80, 0x81, 0xc0, 0xe5, 0xf5, 0xff].map(|byte| vec![b'[', byte, b']']));
    all.extend(
        [
            &b"[\"a\0a\"]"[..],
            b"[1\0]",
            b"\0",
            b"[123\xe5]",
            b"{\"\xb9\":\"0\",}",
            b"[1e1\xe5]",
            b"[0\xe5]",
            b"[\"\\u\xe5\"]",
        ]
        .map(<[u8]>::to_vec),
    );
    all.extend(
        ["[".repeat(100_000), "[{\"\":".repeat(50_000), "{\"a\":".repeat(100_000)]
            .map(String::into_bytes),
    );
    all
}

/// Texts that a parser may take or refuse.
fn open() -> Vec<Vec<u8>> {
    let texts = [
        "[123.456e-789]",
        "[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999]",
        "[-1e+9999]",
        "[1.5e+9999]",
        "[-123123e100000]",
        "[123123e100000]",
        "[123e-10000000]",
        "[-123123123123123123123123123123]",
        "[100000000000000000000]",
        "[1e400]",
        "[-237462374673276894279832749832423479823246327846]",
        "{\"\\uDFAA\":0}",
        "[\"\\uDADA\"]",
        "[\"\\uD888\\u1234\"]",
        "[\"\\uD800\\n\"]",
        "[\"\\uDd1ea\"]",
        "[\"\\uD800\\uD800\\n\"]",
        "[\"\\ud800\"]",
        "[\"\\ud800abc\"]",
        "[\"\\uDd1e\\uD834\"]",
        "[\"\\uDFAA\"]",
        "\u{feff}{}",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let encoded = |text: &[u8]| [b"[\"", text, b"\"]"].concat();
    all.extend(
        [
            &b"\xe6\x97\xa5\xd1\x88\xfa"[..],
            b"\xe0\xff",
            b"\xff",
            b"\x81",
            b"\xf4\xbf\xbf\xbf",
            b"\xe9",
            b"\xc0\xaf",
            b"\xed\xa0\x80",
        ]
        .map(encoded),
    );
    all.extend([
        b"\xff\xfe[\0\"\0\xe9\0\"\0]\0".to_vec(),
        b"[\0\"\0\xe9\0\"\0]\0".to_vec(),
        b"\0[\0\"\0\xe9\0\"\0]".to_vec(),
    ]);
    all.push(format!("{}{}", "[".repeat(500), "]".repeat(500)).into_bytes());
    all
}

/// Sends bytes as JSON with every credential there is.
async fn post(app: &TestApp, path: &str, body: Vec<u8>) -> u16 {
    let request = app
        .request("POST", path)
        .header("content-type", "application/json")
        .header("x-api-key", &app.key);
    app.send(request.bearer_auth(&app.key).body(body)).await.status
}

/// An object with what a route needs, and `value` under a name that it does not know.
fn beside(field: &str, text: &str, value: &[u8]) -> Vec<u8> {
    let known = json!({ field: text, "password": "wrong password", "size_inches": 1 }).to_string();
    [known.trim_end_matches('}').as_bytes(), b",\"xyzzy\":", value, b"}"].concat()
}

async fn roomy() -> TestApp {
    TestApp::start_with(|settings| {
        (settings.accounts.tries_per_account, settings.accounts.tries_per_address) = (0, 0);
        settings.edge.workers = 2;
    })
    .await
}

#[actix_web::test]
async fn what_is_json_is_taken() {
    let app = roomy().await;
    for (path, field, text, status) in routes() {
        for value in good() {
            let shown = String::from_utf8_lossy(&value).into_owned();
            assert_eq!(
                patient(&app, path, beside(field, text, &value)).await,
                status,
                "{path}: {shown}"
            );
            // Bare it is JSON as well, and seldom what the route wants.
            let bare = patient(&app, path, value).await;
            assert!((400..500).contains(&bare), "{path}: {shown}: {bare}");
        }
    }
}

#[actix_web::test]
async fn what_is_no_json_is_refused() {
    let app = roomy().await;
    for (path, field, text, _) in routes() {
        for value in bad() {
            let shown: String = String::from_utf8_lossy(&value).chars().take(60).collect();
            assert_eq!(patient(&app, path, value.clone()).await, 400, "{path}: {shown}");
            let within = patient(&app, path, beside(field, text, &value)).await;
            assert_eq!(within, 400, "{path}: within an object: {shown}");
        }
    }
}

#[actix_web::test]
async fn what_the_standard_leaves_open_is_taken_or_refused_and_breaks_nothing() {
    let app = roomy().await;
    for (path, field, text, status) in routes() {
        for value in open() {
            let shown: String = String::from_utf8_lossy(&value).chars().take(60).collect();
            let within = patient(&app, path, beside(field, text, &value)).await;
            assert!(within == status || within == 400, "{path}: {shown}: {within}");
            assert!((400..500).contains(&patient(&app, path, value).await), "{path}: {shown}");
        }
    }
}

#[actix_web::test]
async fn of_a_member_that_stands_twice_the_last_counts() {
    let app = roomy().await;
    let send = async |path: &str, body: &str| {
        let request = app
            .request("POST", path)
            .header("content-type", "application/json")
            .header("x-api-key", &app.key);
        let answer = app.send(request.bearer_auth(&app.key).body(body.to_owned())).await;
        (answer.status, serde_json::from_slice::<Value>(&answer.bytes).unwrap())
    };
    let (first, last) = ("https://first.example/", "https://last.example/");
    for (path, body, member, value) in [
        ("/api/v1/links", json!(["url", first, last]), "/data/destination", json!(last)),
        ("/v1/qr-codes", json!(["redirect_url", first, last]), "/redirect_url", json!(last)),
        ("/api/shorten", json!(["url", first, last]), "/url", json!(last)),
        ("/api/v1/validate/", json!(["size_inches", 2, 1]), "/size_inches", json!(1)),
    ] {
        if is_served(path) {
            let (name, first, last) = (&body[0], &body[1], &body[2]);
            let text = format!(r#"{{"data":"https://a.example",{name}:{first},{name}:{last}}}"#);
            let (status, answer) = send(path, &text).await;
            assert!([200, 201].contains(&status), "{path}: {answer}");
            assert_eq!(answer.pointer(member), Some(&value), "{path}");
        }
    }
    if is_served("/api/v1/links") {
        // A good value before the last one does not help.
        assert_eq!(send("/api/v1/links", &format!(r#"{{"url":"{first}","url":7}}"#)).await.0, 400);
    }
}

/// As [`post`], with a clock that goes on, so that no burst is exceeded.
async fn patient(app: &TestApp, path: &str, body: Vec<u8>) -> u16 {
    app.clock.advance(60);
    post(app, path, body).await
}
