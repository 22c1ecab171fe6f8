//! The error of a handler. `envelope` puts it into the dialect's envelope.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use xqr_engine::errors::{Condition, Dialect, Error};

/// An [`Error`] as actix carries it.
pub struct Refusal {
    /// The conditions for the client and the cause for the log.
    pub error: Error,
    /// For a 405: the methods that the path has.
    pub allow: Option<&'static str>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, allow: None }
    }
}

impl From<Condition> for Refusal {
    #[track_caller]
    fn from(condition: Condition) -> Self {
        Error::from(condition).into()
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        let status = self.error.condition().reply(Dialect::default()).status;
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Bare: the middleware, which knows the dialect and the request id, replaces it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
