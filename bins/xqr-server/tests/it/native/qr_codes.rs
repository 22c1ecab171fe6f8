//! Pictures of links, read back by an independent decoder.

use serde_json::{Value, json};

use crate::support::pictures::{pixels, read_png, zbar};
use crate::support::test_app::TestApp;

#[actix_web::test]
async fn a_printed_code_leads_to_its_destination_and_is_counted() {
    let app = TestApp::start().await;
    let link =
        app.link(json!({ "url": "https://example.com/landing", "custom_slug": "poster" })).await;
    let id = link["id"].as_str().unwrap();
    for size in [3, 10, 50] {
        let picture =
            app.owner().get(&format!("/links/{id}/qr?format=png&size={size}")).await.expect(200);
        assert_eq!(picture.header("content-type"), "image/png");
        assert_eq!(
            picture.header("content-disposition"),
            format!("inline; filename=\"{}-qr.png\"", &id[..8])
        );
        assert!(picture.header("x-request-id").starts_with("req_"));
        assert_eq!(read_png(&picture.bytes), link["short_url"]);
        if let Some(text) = zbar(&picture.bytes) {
            assert_eq!(text, link["short_url"]);
        }
    }
    let path = read_png(&app.owner().get(&format!("/links/{id}/qr?format=png")).await.bytes)
        .replace("https://qr.example", "");
    let scan = app.get(&path).await.expect(302);
    assert_eq!(
        (scan.header("location"), scan.header("cache-control")),
        ("https://example.com/landing", "no-store")
    );
    app.drain().await;
    let counted = app.owner().get(&format!("/links/{id}")).await.json();
    assert_eq!(
        (&counted["data"]["scan_count"], &counted["data"]["last_scan_at"]),
        (&json!(1), &json!("2026-03-21T14:30:00Z"))
    );
}

#[actix_web::test]
async fn svg_is_the_default() {
    let app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com" })).await;
    let id = link["id"].as_str().unwrap();
    let picture = app.owner().get(&format!("/links/{id}/qr")).await.expect(200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert_eq!(
        picture.header("content-disposition"),
        format!("inline; filename=\"{}-qr.svg\"", &id[..8])
    );
    assert!(picture.text().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
}

#[actix_web::test]
async fn a_link_is_drawn_in_every_format_and_design() {
    let app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com", "custom_slug": "styled" })).await;
    let id = link["id"].as_str().unwrap();
    let begins: [(&str, &str, &str, &[u8]); 7] = [
        ("svg", "image/svg+xml", "svg", b"<svg xmlns="),
        ("png", "image/png", "png", b"\x89PNG\r\n\x1a\n"),
        ("pdf", "application/pdf", "pdf", b"%PDF-1.7"),
        ("jpeg", "image/jpeg", "jpg", b"\xff\xd8\xff"),
        ("webp", "image/webp", "webp", b"RIFF"),
        ("eps", "application/postscript", "eps", b"%!PS-Adobe-3.0 EPSF-3.0\n"),
        ("txt", "text/plain; charset=utf-8", "txt", "█".as_bytes()),
    ];
    for (format, media_type, extension, head) in begins {
        let path = format!(
            "/links/{id}/qr?format={format}&dot_style=dots&corner_style=dot&foreground_color=%231d3557&width=600"
        );
        let picture = app.owner().get(&path).await.expect(200);
        assert_eq!(picture.header("content-type"), media_type);
        assert_eq!(
            picture.header("content-disposition"),
            format!("inline; filename=\"{}-qr.{extension}\"", &id[..8])
        );
        assert_eq!(
            (picture.header("x-qr-scannability"), picture.header("x-qr-warning")),
            ("good", "")
        );
        assert!(picture.bytes.starts_with(head), "{format}");
    }
    let inches =
        app.owner().get(&format!("/links/{id}/qr?format=png&size_inches=2.125")).await.expect(200);
    let (side, _) = pixels(&inches.bytes);
    assert_eq!(side, 638, "2.125 in at 300 DPI are 637.5 px, rounded half up");
    assert_eq!(read_png(&inches.bytes), link["short_url"]);
}

/// A red disc.
const LOGO: &str = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA5IDkiPjxjaXJjbGUgY3g9IjQuNSIgY3k9IjQuNSIgcj0iNC41IiBmaWxsPSIjZTMzIi8+PC9zdmc+";

#[actix_web::test]
async fn anything_is_drawn_in_any_design() {
    let app = TestApp::start().await;
    let draw = async |body| app.owner().post("/qr", body).await.expect(200);
    let plain = draw(json!({ "data": "https://example.com/a?b=c", "format": "png" })).await;
    assert_eq!(read_png(&plain.bytes), "https://example.com/a?b=c");
    assert_eq!((plain.header("x-qr-version"), plain.header("x-qr-error-correction")), ("2", "M"));
    assert_eq!(plain.header("content-disposition"), "inline; filename=\"qr.png\"");

    let wifi = json!({ "type": "wifi", "payload": { "ssid": "Café; Guests", "password": "espresso" }, "format": "png" });
    assert_eq!(read_png(&draw(wifi).await.bytes), r"WIFI:T:WPA;S:Café\; Guests;P:espresso;;");

    let link = app.link(json!({ "url": "https://example.com" })).await;
    let dynamic = json!({ "type": "dynamic", "link_id": link["id"], "format": "png" });
    assert_eq!(read_png(&draw(dynamic).await.bytes), link["short_url"]);

    let design = json!({
        "dot_style": "squares", "gradient_from": "#7209b7", "gradient_to": "#3a0ca3", "gradient_direction": "radial",
        "logo_data": format!("data:image/svg+xml;base64,{LOGO}"), "logo_clear_zone": "circle", "frame_label": "Scan me",
    });
    let styled =
        draw(json!({ "data": "https://example.com", "format": "png", "width": 600, "design": design, "verify": true })).await;
    assert_eq!(
        (styled.header("x-qr-error-correction"), styled.header("x-qr-scannability")),
        ("H", "good")
    );
    if let Some(text) = zbar(&styled.bytes) {
        assert_eq!(text, "https://example.com");
    }
    let svg = draw(
        json!({ "data": "https://example.com", "design": { "background_color": "transparent" } }),
    )
    .await;
    assert!(
        !svg.text().contains("fill"),
        "a transparent background has no rectangle: {}",
        svg.text()
    );
    assert_eq!(svg.header("x-qr-scannability"), "risky");
    assert_eq!(
        svg.header("x-qr-warning"),
        "The background is transparent: print the code on a light, even surface."
    );
}

#[actix_web::test]
async fn every_kind_of_content_is_written() {
    let app = TestApp::start().await;
    for (kind, payload, content) in [
        ("sms", json!({ "phone": "+1 514 555 0001", "message": "Hi" }), "SMSTO:+15145550001:Hi"),
        ("phone", json!({ "number": "+15145550001" }), "tel:+15145550001"),
        ("geo", json!({ "latitude": 45.5, "lng": -73.57 }), "geo:45.5,-73.57"),
        (
            "email",
            json!({ "to": ["a@example.com", "b@example.com"], "subject": "Hello you" }),
            "mailto:a@example.com,b@example.com?subject=Hello%20you",
        ),
        ("wifi", json!({ "ssid": "Open" }), "WIFI:T:nopass;S:Open;;"),
        (
            "vcard",
            json!({ "name": "Ada King Lovelace", "phone": "+441234567", "emails": ["ada@example.com"], "org": "Analytical; Engines" }),
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada King;;;\r\nFN:Ada King Lovelace\r\nORG:Analytical\\; Engines\r\nTEL:+441234567\r\nEMAIL:ada@example.com\r\nEND:VCARD\r\n",
        ),
        (
            "event",
            json!({ "summary": "Launch", "start": "2026-12-01T10:00:00+01:00", "end": "2026-12-01T11:00:00+01:00" }),
            "BEGIN:VEVENT\r\nSUMMARY:Launch\r\nDTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nEND:VEVENT\r\n",
        ),
    ] {
        let body = json!({ "type": kind, "payload": payload });
        let judged = app.owner().post("/qr/validate", body).await.expect(200).json();
        assert_eq!(judged["data"]["content"], content, "{kind}");
        assert_eq!(
            (&judged["data"]["verdict"], &judged["data"]["decoded"]),
            (&json!("good"), &json!(true)),
            "{kind}"
        );
    }
}

#[actix_web::test]
async fn the_scannability_check_reports_and_refuses() {
    let app = TestApp::start().await;
    let pale = json!({ "data": "https://example.com", "design": { "foreground_color": "#ffffee", "quiet_zone": 1 } });
    let judged = app.owner().post("/qr/validate", pale.clone()).await.expect(200).json();
    let data = &judged["data"];
    assert_eq!(
        (&data["verdict"], &data["contrast"], &data["quiet_zone"]),
        (&json!("unreadable"), &json!(1.01), &json!(1))
    );
    assert_eq!(
        data["symbol"],
        json!({ "version": 2, "modules": 25, "error_correction": "Q", "mask": data["symbol"]["mask"] })
    );
    let checks: Vec<_> =
        data["findings"].as_array().unwrap().iter().map(|finding| &finding["check"]).collect();
    assert_eq!(checks, ["contrast", "quiet_zone"]);
    app.owner().post("/qr", pale.clone()).await.expect(200);
    let mut strict = pale;
    strict["verify"] = true.into();
    let refused = app.owner().post("/qr", strict).await;
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    refused.refused(422, "VALIDATION_ERROR", &message);
    assert!(
        message.starts_with(
            "design: The code would not scan: The contrast between code and background is 1.0 : 1"
        ),
        "{message}"
    );
}

#[actix_web::test]
async fn fields_that_would_say_nothing_are_refused() {
    let app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com" })).await;
    let id = link["id"].as_str().unwrap();
    let alone = [
        ("gradient_direction", json!("radial"), "used together with gradient_from"),
        ("eye_outer_frame_match", json!(true), "used together with eye_outer_frame"),
        ("frame_color", json!("black"), "used together with frame_style"),
        ("frame_label_color", json!("white"), "used together with frame_label"),
        ("logo_size", json!(0.3), "used together with logo_data"),
        ("logo_clear_zone", json!("none"), "used together with logo_data"),
        ("logo_neon_alpha", json!(true), "used together with logo_data"),
        ("background_opacity", json!(0.2), "used together with background_data"),
    ];
    let besides = [
        ("dpi", json!(300), "used together with size_inches"),
        ("cmyk", json!(true), "used together with format pdf"),
        ("quality", json!(80), "used together with format jpeg"),
    ];
    for (field, value, expected) in alone.iter().chain(&besides) {
        let message = format!("{field}: Must be {expected}.");
        let body = if besides.iter().any(|(name, ..)| name == field) {
            json!({ "data": "https://example.com", "format": "png", *field: value })
        } else {
            json!({ "data": "https://example.com", "design": { *field: value } })
        };
        app.owner().post("/qr", body).await.refused(400, "VALIDATION_ERROR", &message);
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let query = format!("/links/{id}/qr?{field}={value}");
        app.owner().get(&query).await.refused(400, "VALIDATION_ERROR", &message);
    }
    // The reference's own example of a design, and a `null` for what there is not.
    let design = json!({
        "foreground_color": "#8B5CF6", "background_color": "#FFFFFF", "error_correction": "H", "dot_style": "rounded",
        "corner_style": "rounded", "logo_url": null, "logo_size": 0.25, "quiet_zone": 2, "frame_label": null, "frame_color": "black",
    });
    let drawn = json!({ "data": "https://example.com", "size": 10, "size_inches": null, "dpi": 300, "design": design });
    app.owner().post("/qr", drawn).await.expect(200);
    let unknown = json!({ "data": "https://example.com", "format": "bmp", "quality": 80 });
    let message = "format: Must be one of svg, png, pdf, jpeg, webp, eps, txt.";
    app.owner().post("/qr", unknown).await.refused(400, "VALIDATION_ERROR", message);
}

#[actix_web::test]
async fn fields_of_a_design_beside_it_are_refused() {
    let app = TestApp::start().await;
    for field in [
        "eye_color",
        "gradient_direction",
        "logo_url",
        "logo_clear_zone",
        "background_data",
        "frame_label_color",
    ] {
        let message = format!("{field}: Not supported; send design.{field} instead.");
        let body = json!({ "data": "https://example.com", field: "#000000" });
        app.owner().post("/qr", body).await.refused(400, "VALIDATION_ERROR", &message);
    }
}

#[actix_web::test]
async fn bad_designs_are_named() {
    let app = TestApp::start().await;
    let check = async |change: Value, message: &str| {
        let mut body = json!({ "data": "https://example.com" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        app.owner().post("/qr", body).await.refused(400, "VALIDATION_ERROR", message);
    };
    let design = |field: &str, value: Value| json!({ "design": { field: value } });
    check(json!({ "data": null }), "data: This field is required.").await;
    check(
        json!({ "data": "nonsense" }),
        "data: Invalid URL format. Must start with http:// or https://",
    )
    .await;
    check(
        json!({ "data": "x".repeat(3000), "type": "text" }),
        "data: Must have at most 2048 characters.",
    )
    .await;
    let long = "data: Content too long to encode. Bytes over at level H: 192; it fits at level Q.";
    check(
        json!({ "data": "é".repeat(732), "type": "text", "design": { "error_correction": "H" } }),
        long,
    )
    .await;
    check(
        json!({ "type": "fax" }),
        "type: Must be one of url, text, vcard, wifi, email, sms, phone, geo, event, dynamic.",
    )
    .await;
    check(json!({ "type": "wifi" }), "payload: This field is required.").await;
    check(json!({ "type": "wifi", "payload": {} }), "payload.ssid: This field is required.").await;
    check(json!({ "type": "wifi", "payload": { "ssid": 1 } }), "payload.ssid: Must be a string.")
        .await;
    check(json!({ "type": "dynamic" }), "link_id: This field is required.").await;
    check(json!({ "size": 5, "width": 300 }), "width: Cannot be combined with size.").await;
    check(json!({ "size_inches": 15.01 }), "size_inches: Must be at most 15.").await;
    check(json!({ "size_inches": 2, "dpi": 601 }), "dpi: Must be at most 600.").await;
    check(json!({ "width": 20 }), "width: Must be at least 21.").await;
    check(json!({ "width": 30 }), "width: Must be at least 33.").await;
    check(json!({ "version": 41 }), "version: Must be at most 40.").await;
    check(
        json!({ "version": 1 }),
        "data: Content too long to encode. Bytes over at level M: 5; it fits at no level.",
    )
    .await;
    let too_large = "The picture must have at most 16000000 pixels.";
    check(json!({ "format": "webp", "width": 5000 }), &format!("width: {too_large}")).await;
    check(json!({ "format": "webp", "size_inches": 15 }), &format!("size_inches: {too_large}"))
        .await;
    let card = json!({ "name": "Ada", "note": "x".repeat(2000), "address": "y".repeat(2000) });
    let long =
        "payload: Content too long to encode. Bytes over at level M: 1905; it fits at no level.";
    check(json!({ "type": "vcard", "payload": card }), long).await;
    check(
        design("foreground_color", json!("rouge")),
        "foreground_color: Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB.",
    )
    .await;
    check(design("dot_style", json!("blob")), "dot_style: Must be one of square, dots, squares, rounded, dot, diamond, liquid, connected-h, connected-v, hexagon, star, halftone, frame, classy.").await;
    check(
        json!({ "dot_style": "dots" }),
        "dot_style: Not supported; send design.dot_style instead.",
    )
    .await;
    let both = json!({ "design": { "frame_style": "border", "frame_label": "x" } });
    check(both, "frame_label: Cannot be combined with frame_style border.").await;
    check(design("quiet_zone", json!(17)), "quiet_zone: Must be at most 16.").await;
    check(design("gradient_to", json!("black")), "gradient_from: This field is required.").await;
    check(design("frame_style", json!("bubble")), "frame_label: This field is required.").await;
    check(design("frame_label", json!("漢字")), "frame_label: There is no letter for '漢'.").await;
    let reported = "logo_url: refusing to fetch 10.0.0.5: resolves to private/internal IP 10.0.0.5";
    check(design("logo_url", json!("https://10.0.0.5/logo.png")), reported).await;
    check(
        design("logo_url", json!("ftp://example.com/logo.png")),
        "logo_url: Invalid URL format. Must start with http:// or https://",
    )
    .await;
    check(
        design("logo_data", json!("%%%")),
        "logo_data: Must be a file in Base64, or a data URL of one.",
    )
    .await;
    check(
        design("logo_data", json!("aGVsbG8=")),
        "logo_data: Must be a readable PNG, JPEG, GIF, BMP, WebP, TIFF or SVG picture.",
    )
    .await;
    let script = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxzY3JpcHQvPjwvc3ZnPg==";
    check(
        design("logo_data", json!(script)),
        "logo_data: The SVG must not contain <script>; only plain shapes are drawn.",
    )
    .await;
    check(design("logo_data", json!("A".repeat(2_800_000))), "logo_data: Max 2097152 bytes.").await;
    let large =
        json!({ "data": "https://example.com", "design": { "logo_data": "A".repeat(7_000_000) } });
    app.owner().post("/qr", large).await.refused(
        413,
        "PAYLOAD_TOO_LARGE",
        "The request body exceeds 6291456 bytes.",
    );
    let foreign = json!({ "type": "dynamic", "link_id": "01890000-0000-7000-8000-000000000000" });
    app.owner().post("/qr", foreign).await.refused(404, "RESOURCE_NOT_FOUND", "Link not found.");
}
