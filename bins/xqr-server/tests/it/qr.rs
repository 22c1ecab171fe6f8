//! Pictures of links, read back by an independent decoder.

use serde_json::json;

use crate::app::TestApp;

/// Decodes a PNG with `rqrr`, which shares no code with the encoder.
pub(crate) fn read(picture: &[u8]) -> String {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let side = reader.next_frame(&mut pixels).unwrap().width as usize;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
    image.detect_grids()[0].decode().unwrap().1
}

/// Decodes a PNG with ZBar's program, a second decoder; `None` when it is not installed and need not be.
fn zbar(picture: &[u8]) -> Option<String> {
    let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    std::fs::write(file.path(), picture).unwrap();
    match std::process::Command::new("zbarimg").args(["--quiet", "--raw"]).arg(file.path()).output() {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap().trim_end().to_owned()),
        Err(error) => {
            assert!(std::env::var_os("XQR_TEST_REQUIRE_ZBAR").is_none(), "zbarimg: {error}");
            None
        }
    }
}

#[actix_web::test]
async fn a_printed_code_leads_to_its_destination_and_is_counted() {
    let app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com/landing", "custom_slug": "poster" })).await;
    let id = link["id"].as_str().unwrap();
    for size in [3, 10, 50] {
        let picture = app.call("GET", &format!("/links/{id}/qr?format=png&size={size}"), None).await.expect(200);
        assert_eq!(picture.header("content-type"), "image/png");
        assert_eq!(picture.header("content-disposition"), format!("inline; filename=\"{}-qr.png\"", &id[..8]));
        assert!(picture.header("x-request-id").starts_with("req_"));
        assert_eq!(read(&picture.bytes), link["short_url"]);
        if let Some(text) = zbar(&picture.bytes) {
            assert_eq!(text, link["short_url"]);
        }
    }
    let path = read(&app.call("GET", &format!("/links/{id}/qr?format=png"), None).await.bytes).replace("https://qr.example", "");
    let scan = app.get(&path).await.expect(302);
    assert_eq!((scan.header("location"), scan.header("cache-control")), ("https://example.com/landing", "no-store"));
    app.drain().await;
    let counted = app.call("GET", &format!("/links/{id}"), None).await.json();
    assert_eq!((&counted["data"]["scan_count"], &counted["data"]["last_scan_at"]), (&json!(1), &json!("2026-03-21T14:30:00Z")));
}

#[actix_web::test]
async fn svg_is_the_default() {
    let app = TestApp::start().await;
    let link = app.link(json!({ "url": "https://example.com" })).await;
    let id = link["id"].as_str().unwrap();
    let picture = app.call("GET", &format!("/links/{id}/qr"), None).await.expect(200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert_eq!(picture.header("content-disposition"), format!("inline; filename=\"{}-qr.svg\"", &id[..8]));
    assert!(picture.text().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
}
