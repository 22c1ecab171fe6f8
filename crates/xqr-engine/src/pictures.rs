//! Pictures: what to draw, where drawing runs, what it costs.

mod gather;
pub mod render_billing;
pub mod render_cache;
pub(crate) mod render_pool;
pub mod render_request;
pub mod templates;
