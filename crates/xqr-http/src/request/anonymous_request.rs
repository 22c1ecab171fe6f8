//! A request of somebody who has not said who they are.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use xqr_engine::App;
use xqr_engine::errors::{Condition, Result};

use crate::edge::refuse;
use crate::fault::Fault;
use crate::fields::Fields;
use crate::request_id::RequestId;
use crate::wire::Accept;
use crate::xqr::Xqr;
use crate::{body, call, peer};

/// An anonymous request. The body is still unread.
pub(crate) struct Guest {
    pub(crate) app: Arc<App>,
    pub(crate) request: HttpRequest,
    payload: Payload,
}

impl FromRequest for Guest {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            app: call::app(request),
            request: request.clone(),
            payload: payload.take(),
        }))
    }
}

impl Guest {
    /// Returns the client's address, for limits.
    pub(crate) fn address(&self) -> IpAddr {
        address(&self.app, &self.request)
    }

    /// Refuses a method where there is only GET.
    pub(crate) fn refuse_method(&self) -> HttpResponse {
        let (error, id) = (Condition::MethodNotAllowed.into(), RequestId::fresh(self.app.now()));
        refuse::<Xqr>(&error, id, Accept::of(self.request.headers()), Some("GET, HEAD"))
    }

    /// Returns the unread body, for a reader of another form than JSON.
    pub(crate) fn take_payload(&mut self) -> Payload {
        std::mem::replace(&mut self.payload, Payload::None)
    }

    /// Reads the body, a JSON object.
    pub(crate) async fn fields(&mut self) -> Result<Fields> {
        let edge = &self.app.settings.edge;
        body::read(&self.request, &mut self.payload, edge.max_body_bytes, edge.body_ms).await
    }
}

/// Returns the address of a request, or the unspecified one where the connection has none.
pub(crate) fn address(app: &App, request: &HttpRequest) -> IpAddr {
    peer::address(&app.settings.edge, request.peer_addr(), request.headers())
        .unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}
