//! Pictures: `/api/v1/generate/`, `/api/v1/generate/bulk/`, `/api/v1/validate/`, `/api/v1/usage/`.

mod bulk;
mod generate;
mod multipart;
mod render_spec;
mod reservation;
mod usage;

use actix_web::web;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.configure(generate::routes).configure(bulk::routes).configure(usage::routes);
}
