//! Pictures: of links, of any content, and templates of designs.

mod design_fields;
mod picture_response;
mod qr_codes;
mod templates;

use actix_web::web;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.configure(qr_codes::routes).configure(templates::routes);
}
