use std::sync::Arc;

use actix_web::middleware::from_fn;
use actix_web::{App as Web, test, web};
use xqr_engine::{App, ManualClock, SeededEntropy, Settings};

use super::*;
use crate::xqr::Xqr;

async fn broken() -> HttpResponse {
    panic!("a defect")
}

#[actix_web::test]
async fn a_panic_is_an_enveloped_500_and_others_live_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    settings.data_dir = folder.path().to_owned();
    settings.database_url = folder.path().join("xqr.db").display().to_string();
    let app = App::open(settings, String::new(), Arc::new(ManualClock::at(0)), Arc::new(SeededEntropy::new(1))).unwrap();
    let scope = web::scope("/api")
        .wrap(from_fn(speak::<Xqr>))
        .route("/broken", web::get().to(broken))
        .route("/sound", web::get().to(HttpResponse::Ok));
    let service = test::init_service(Web::new().app_data(web::Data::from(app)).service(scope)).await;
    for _ in 0..3 {
        let error = test::try_call_service(&service, test::TestRequest::get().uri("/api/broken").to_request()).await.unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), 500);
        assert!(response.headers().get("x-request-id").unwrap().to_str().unwrap().starts_with("req_"));
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"]["code"], "INTERNAL_ERROR");
        assert_eq!(body["error"]["message"], "An unexpected error occurred.");
        let sound = test::call_service(&service, test::TestRequest::get().uri("/api/sound").to_request()).await;
        assert_eq!(sound.status(), 200);
    }
}
