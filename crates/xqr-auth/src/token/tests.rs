use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_774_103_400_000;

fn key() -> TokenKey {
    MasterSecret::new([7; 32]).token_key()
}

fn subject() -> Subject {
    let text = str::to_owned;
    Subject {
        sub: text("user_1"),
        ws: text("ws_1"),
        sid: text("ses_1"),
        pwd: NOW - 5,
        jti: text("tok_1"),
    }
}

fn token() -> String {
    key().issue(subject(), NOW).unwrap().expose().to_owned()
}

/// Signs any header and claims with the right key, as only a thief of the key or a defect of ours
/// could.
fn signed(header: &str, claims: &serde_json::Value) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key().mac(&signed).finalize().into_bytes()))
}

fn claims() -> serde_json::Value {
    serde_json::to_value(key().verify(&token(), NOW).unwrap()).unwrap()
}

#[track_caller]
fn refused(token: &str) {
    assert_eq!(
        key().verify(token, NOW).unwrap_err().condition(),
        &Condition::TokenInvalid,
        "{token}"
    );
}

#[test]
fn a_token_says_what_was_put_in() {
    let read = key().verify(&token(), NOW).unwrap();
    assert_eq!(
        (read.sub.as_str(), read.ws.as_str(), read.sid.as_str(), read.jti.as_str()),
        ("user_1", "ws_1", "ses_1", "tok_1")
    );
    assert_eq!((read.pwd, read.iat, read.exp), (NOW - 5, NOW / 1000, NOW / 1000 + 900));
    assert_eq!(claims()["aud"], "xqr");
    assert_eq!(URL_SAFE_NO_PAD.decode(HEADER).unwrap(), br#"{"alg":"HS256","typ":"JWT"}"#);
    refused("");
    assert_eq!(signed(r#"{"alg":"HS256","typ":"JWT"}"#, &claims()).len(), token().len());
}

#[test]
fn it_lives_fifteen_minutes_to_the_second() {
    let (key, token) = (key(), token());
    assert!(key.verify(&token, NOW + 899_999).is_ok());
    assert!(key.verify(&token, NOW + 900_000).is_err());
    assert!(key.verify(&token, i64::MAX).is_err());
    assert!(
        key.verify(&token, NOW - 10_000).is_ok(),
        "another node's clock may be ahead by a little"
    );
    assert!(key.verify(&token, NOW - 11_000).is_err(), "a token of the future");
    assert!(key.verify(&token, i64::MIN / 2).is_err());
}

#[test]
fn no_header_chooses_how_it_is_checked() {
    let good = r#"{"alg":"HS256","typ":"JWT"}"#;
    assert!(key().verify(&signed(good, &claims()), NOW).is_ok());
    for header in [
        r#"{"alg":"none","typ":"JWT"}"#,
        r#"{"alg":"None","typ":"JWT"}"#,
        r#"{"alg":"RS256","typ":"JWT"}"#,
        r#"{"alg":"HS512","typ":"JWT"}"#,
        r#"{"alg":"ES256","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}"#,
        r#"{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AA"}}"#,
        r#"{"typ":"JWT","alg":"HS256"}"#,
        r#"{"alg":"HS256"}"#,
        "{}",
        "",
    ] {
        refused(&signed(header, &claims()));
    }
    let (signed, _) = token().rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let (_, body) = signed.split_once('.').unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    for forged in [
        format!("{none}.{body}."),
        format!("{signed}."),
        signed.clone(),
        format!("{signed}.."),
        format!("{none}.{body}"),
    ] {
        refused(&forged);
    }
}

#[test]
fn every_claim_counts_even_if_signed() {
    let good = r#"{"alg":"HS256","typ":"JWT"}"#;
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = claims();
        claims[name] = value;
        signed(good, &claims)
    };
    let now = NOW / 1000;
    refused(&with("aud", "other".into()));
    refused(&with("aud", serde_json::json!(["xqr"])));
    refused(&with("aud", serde_json::Value::Null));
    refused(&with("typ", "refresh".into()));
    refused(&with("exp", now.into()));
    refused(&with("exp", (now - 1).into()));
    refused(&with("exp", "9999999999".into()));
    refused(&with("iat", (now + 11).into()));
    refused(&with("sub", serde_json::Value::Null));
    for missing in ["sub", "ws", "sid", "pwd", "jti", "iat", "exp", "aud", "typ"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(missing);
        refused(&signed(good, &claims));
    }
    refused(&with("sub", "x".repeat(2000).into()));
}

#[test]
fn another_key_signs_nothing() {
    let other = MasterSecret::new([8; 32]);
    refused(other.token_key().issue(subject(), NOW).unwrap().expose());
    refused(TokenKey(other.derive("something else")).issue(subject(), NOW).unwrap().expose());
    refused(TokenKey([0; 32]).issue(subject(), NOW).unwrap().expose());
}

#[test]
fn every_flipped_bit_is_noticed() {
    let token = token();
    for at in 0..token.len() {
        for bit in 0..7 {
            let mut bytes = token.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            refused(&String::from_utf8(bytes).unwrap());
        }
    }
}

#[test]
fn refresh_tokens_are_read_as_they_are_written() {
    let token = RefreshToken::mint(|bytes| bytes.fill(0xab));
    assert_eq!(token.expose(), "xqr_rt_q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s");
    assert_eq!(token.expose().parse::<RefreshToken>().unwrap().digest(), token.digest());
    assert_eq!(format!("{token:?} {:?}", key()), "RefreshToken(…) TokenKey(…)");
    for wrong in [
        "",
        "xqr_rt_",
        "xqr_rt_q6ur",
        &token.expose()[7..],
        &format!("{} ", token.expose()),
        &format!("{}t", token.expose()),
    ] {
        assert!(wrong.parse::<RefreshToken>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn no_text_passes(text in ".{0,200}") {
        prop_assert!(key().verify(&text, NOW).is_err());
    }

    #[test]
    fn no_shuffled_token_passes(at in 0usize..300, with in "[A-Za-z0-9_.=-]{1,8}", cut in 0usize..8) {
        let good = token();
        let at = at.min(good.len());
        let end = (at + cut).min(good.len());
        let forged = format!("{}{with}{}", &good[..at], &good[end..]);
        prop_assume!(forged != good);
        prop_assert!(key().verify(&forged, NOW).is_err());
    }

    #[test]
    fn no_signature_fits_other_claims(sub in "user_[a-z0-9]{1,20}", exp in 0i64..i64::MAX) {
        let mut claims = claims();
        claims["sub"] = sub.into();
        claims["exp"] = exp.into();
        let body = URL_SAFE_NO_PAD.encode(claims.to_string());
        let good = token();
        let signature = good.rsplit_once('.').unwrap().1;
        let forged = format!("{HEADER}.{body}.{signature}");
        prop_assert!(key().verify(&forged, NOW).is_err());
    }
}
