//! A panic in a handler is a 500 in the dialect's envelope.

use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App as Web, HttpResponse, test, web};
use serde_json::{Value, json};
use xqr_engine::dialect::Dialects;
use xqr_engine::settings::Address;
use xqr_engine::{App, ManualClock, SeededRandom, Settings};
use xqr_http::Dialect;
use xqr_http::middleware::envelope;

async fn broken() -> HttpResponse {
    panic!("a defect")
}

/// Lets a handler of dialect `D` panic three times, with requests between that succeed. Returns the
/// last refusal and its request id.
async fn answer_to_a_panic<D: Dialect>() -> (Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.cors.origins = vec!["*".to_owned()];
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    let app = App::open(
        settings,
        Address::default(),
        Arc::new(ManualClock::at(0)),
        Arc::new(SeededRandom::new(1)),
        Dialects::default(),
    )
    .unwrap();
    let scope = web::scope("/api")
        .wrap(from_fn(envelope::<D>))
        .route("/broken", web::get().to(broken))
        .route("/sound", web::get().to(HttpResponse::Ok));
    let service =
        test::init_service(Web::new().app_data(web::Data::from(app)).service(scope)).await;
    let mut answer = (Value::Null, String::new());
    for _ in 0..3 {
        let error = test::try_call_service(
            &service,
            test::TestRequest::get().uri("/api/broken").to_request(),
        )
        .await
        .unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers().get("access-control-allow-origin").unwrap(), "*");
        let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        answer = (serde_json::from_slice(&body).unwrap(), id);
        let sound =
            test::call_service(&service, test::TestRequest::get().uri("/api/sound").to_request())
                .await;
        assert_eq!(sound.status(), 200);
    }
    answer
}

#[cfg(feature = "native")]
#[actix_web::test]
async fn a_panic_is_an_enveloped_500_in_the_native_dialect() {
    let (body, id) = answer_to_a_panic::<xqr_native::Native>().await;
    assert!(id.starts_with("req_"));
    let error = json!({ "code": "INTERNAL_ERROR", "message": "An unexpected error occurred.", "status": 500 });
    assert_eq!(body, json!({ "error": error, "meta": { "request_id": id } }));
}

#[cfg(feature = "studio")]
#[actix_web::test]
async fn a_panic_is_an_enveloped_500_in_the_studio_dialect() {
    let (body, _) = answer_to_a_panic::<xqr_studio::Studio>().await;
    assert_eq!(body, json!({ "detail": "Internal server error." }));
}

#[cfg(feature = "forge")]
#[actix_web::test]
async fn a_panic_is_an_enveloped_500_in_the_forge_dialect() {
    let (body, id) = answer_to_a_panic::<xqr_forge::Forge>().await;
    let message = "Internal server error. Please try again later.";
    let version = "2025-11-14-v1";
    assert_eq!(
        body,
        json!({ "ok": false, "version": version, "request_id": id, "code": "internal_error", "message": message })
    );
}

#[cfg(feature = "hub")]
#[actix_web::test]
async fn a_panic_is_an_enveloped_500_in_the_hub_dialect() {
    let (body, id) = answer_to_a_panic::<xqr_hub::Hub>().await;
    assert!(id.starts_with("req_"));
    assert_eq!(body, json!({ "error": "Internal server error", "request_id": id }));
}
