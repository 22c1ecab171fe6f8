//! The extractors of handlers: an authenticated API request, an anonymous one.

pub mod anonymous_request;
pub mod api_request;
