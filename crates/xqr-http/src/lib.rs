//! The HTTP edge that every dialect of xqr is built on.
//!
//! A dialect is a crate that implements [`Dialect`] and hands the server a [`Registration`]. An API
//! request passes [`middleware::envelope`] (request id, head limits, envelope of every refusal,
//! log, counters), then [`ApiRequest`] (key, plan, limits; the body is still unread), then a
//! handler that decodes fields, runs one use case and encodes the result. This crate names no
//! dialect.

pub mod dialect;
pub mod extract;
pub mod forms;
pub mod metrics;
pub mod middleware;
pub mod openapi;
pub mod refusal;
pub mod request;
pub mod response;
pub mod routes;
pub mod server;

pub use dialect::{Accept, Dialect, Registration, Registry};
pub use extract::anonymous_request::AnonymousRequest;
pub use extract::api_request::ApiRequest;
pub use forms::fields::Fields;
pub use forms::query::Query;
pub use refusal::Refusal;
pub use request::authenticate::Bearer;
pub use request::request_id::{RequestId, X_REQUEST_ID};
pub use routes::resource;
