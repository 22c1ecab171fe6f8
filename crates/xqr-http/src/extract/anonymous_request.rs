//! A request without credentials.

use std::fmt;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use xqr_engine::destinations::slug::CodeKey;
use xqr_engine::errors::{Condition, Error, Result};
use xqr_engine::links::passcodes;
use xqr_engine::redirects::Target;
use xqr_engine::rows::Link;
use xqr_engine::{App, redirects};

use crate::dialect::{Accept, registry};
use crate::forms::fields::Fields;
use crate::forms::json_body;
use crate::refusal::Refusal;
use crate::request::request_id::RequestId;
use crate::request::{self, client_ip};
use crate::response::sanitize;

/// An anonymous request. The body is still unread.
pub struct AnonymousRequest {
    /// The running service.
    pub app: Arc<App>,
    /// The request as actix has it.
    pub request: HttpRequest,
    payload: Payload,
}

impl fmt::Debug for AnonymousRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold secrets.
        f.debug_struct("AnonymousRequest")
            .field("path", &self.request.path())
            .finish_non_exhaustive()
    }
}

impl FromRequest for AnonymousRequest {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            app: request::app(request),
            request: request.clone(),
            payload: payload.take(),
        }))
    }
}

impl AnonymousRequest {
    /// Returns the client's address, for limits.
    pub fn address(&self) -> IpAddr {
        address(&self.app, &self.request)
    }

    /// Returns a refusal in the dialect of public routes; `allow` are the methods of the path, for
    /// a 405.
    pub fn refuse(&self, error: &Error, allow: Option<&'static str>) -> HttpResponse {
        self.refuse_as(error, RequestId::fresh(self.app.now()), allow)
    }

    /// As [`refuse`](Self::refuse), with the id that this request has.
    pub fn refuse_as(
        &self,
        error: &Error,
        id: RequestId,
        allow: Option<&'static str>,
    ) -> HttpResponse {
        (registry(&self.request).public().refuse)(error, id, Accept::of(&self.request), allow)
    }

    /// Returns the unread body, for a reader of another form than JSON.
    pub fn take_payload(&mut self) -> Payload {
        std::mem::replace(&mut self.payload, Payload::None)
    }

    /// Reads the body, a JSON object.
    ///
    /// # Errors
    ///
    /// Those of [`json_body::read`].
    pub async fn fields(&mut self) -> Result<Fields> {
        let edge = &self.app.settings.edge;
        json_body::read(&self.request, &mut self.payload, edge.max_body_bytes, edge.body_ms).await
    }
}

impl AnonymousRequest {
    /// Returns the link of a code that any client may ask about.
    ///
    /// # Errors
    ///
    /// [`Condition::RateExceeded`], [`Condition::LinkGone`], and [`Condition::LinkNotFound`] also if
    /// the code leads nowhere.
    pub async fn link(&self, code: &str) -> Result<Link> {
        self.app.address_limits.check_lookup(self.address())?;
        let absent = || Error::from(Condition::LinkNotFound { code: sanitize::code(code) });
        // A visitor who is not redirected does not learn the destination either.
        match redirects::resolve(&self.app, &CodeKey::new(code).ok_or_else(absent)?).await? {
            Target::Live { .. } => {}
            Target::Gone => return Err(Condition::LinkGone.into()),
            Target::Absent => return Err(absent()),
        }
        let wanted = code.to_owned();
        self.app.read(move |conn| passcodes::find(conn, &wanted)).await
    }
}

/// Returns the address of a request, or the unspecified one if the connection has none.
pub fn address(app: &App, request: &HttpRequest) -> IpAddr {
    client_ip::address(&app.settings.edge, request.peer_addr(), request.headers())
        .unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}
