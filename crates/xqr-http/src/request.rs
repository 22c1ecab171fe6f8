//! Request data besides the body: client IP, request id, credentials.

pub mod authenticate;
pub mod client_ip;
pub mod request_id;

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use xqr_engine::App;

/// Returns the application that every request carries.
pub fn app(request: &HttpRequest) -> Arc<App> {
    Arc::clone(request.app_data::<web::Data<App>>().expect("the server registers it"))
}
