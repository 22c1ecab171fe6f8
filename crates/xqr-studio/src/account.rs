//! Accounts and API keys: `/api/auth/`, `/api/v1/keys/`.

mod auth;
mod keys;

use actix_web::web;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.configure(auth::routes).configure(keys::routes);
}
