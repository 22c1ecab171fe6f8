//! The public routes of xqr: redirects, QR pictures, published files, bio pages, health,
//! documentation.
//!
//! None of them asks for a key. Programs get refusals in the registry's first dialect, browsers get
//! a page. `/{code}` comes last, because it takes what no other route takes.

mod asset_files;
mod bio_page;
mod docs;
mod error_pages;
mod health;
mod page;
mod qr_image;
mod redirect;
mod visitor;

use actix_web::web;

/// Mounts the public routes, after those of the dialects.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(health::routes)
        .configure(error_pages::routes)
        .configure(docs::routes)
        .configure(qr_image::routes)
        .configure(asset_files::routes)
        .configure(bio_page::routes)
        .configure(redirect::routes);
}
