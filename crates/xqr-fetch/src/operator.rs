//! A client for addresses that the operator names, such as a store of objects: nothing is judged,
//! because whoever writes the settings may reach what the machine may. Never for an address that a
//! user names.

use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// Time to connect to one address.
const CONNECT: Duration = Duration::from_secs(5);
/// Time until the head of the answer, the request's body included.
const HEAD: Duration = Duration::from_secs(60);

/// Sends requests as they are, over HTTP/1.1, and keeps connections for the next. No redirect is
/// followed.
#[derive(Debug, Clone)]
pub struct Direct<B> {
    client: Client<HttpsConnector<HttpConnector>, B>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoReply {
    /// There is no connection.
    #[error("no connection")]
    Unreachable(#[source] Error),
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] Error),
    /// It took too long.
    #[error("no answer in time")]
    TooSlow,
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Direct<B>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// A client that trusts the authorities that browsers trust.
    pub fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())
            .expect("ring has suites for TLS 1.2 and 1.3")
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Self {
            client: Client::builder(TokioExecutor::new())
                .pool_idle_timeout(Duration::from_secs(15))
                .build(connector),
        }
    }

    /// Sends a request and returns the answer, whose body is still to be read.
    ///
    /// # Errors
    ///
    /// Every [`NoReply`].
    pub async fn send(&self, request: Request<B>) -> Result<Response<Incoming>, NoReply> {
        match timeout(HEAD, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if error.is_connect() => Err(NoReply::Unreachable(error)),
            Ok(Err(error)) => Err(NoReply::Broken(error)),
            Err(_) => Err(NoReply::TooSlow),
        }
    }
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Default for Direct<B>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn default() -> Self {
        Self::new()
    }
}
