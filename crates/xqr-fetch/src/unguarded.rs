//! A client without address checks, for URLs in the operator's settings such as an object store. Do
//! not use it for a URL that a user gives.

use std::time::Duration;

use hyper::body::{Body, Bytes, Incoming};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// The timeout of a connection to one address.
const CONNECT: Duration = Duration::from_secs(5);
/// The timeout from the request to the head of the response.
const HEAD: Duration = Duration::from_secs(60);

/// Sends requests unchanged over HTTP/1.1 and reuses connections. Redirects are not followed.
#[derive(Debug, Clone)]
pub struct Unguarded<B> {
    client: Client<HttpsConnector<HttpConnector>, B>,
}

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub enum UnguardedError {
    /// No connection could be made.
    #[error("no connection")]
    Unreachable(#[source] Error),
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] Error),
    /// The response did not begin in time.
    #[error("no answer in time")]
    TooSlow,
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Unguarded<B>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Creates a client that trusts the authorities that browsers trust.
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

    /// Sends a request and returns the response. The caller reads its body.
    ///
    /// # Errors
    ///
    /// Every [`UnguardedError`].
    pub async fn send(&self, request: Request<B>) -> Result<Response<Incoming>, UnguardedError> {
        match timeout(HEAD, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if error.is_connect() => Err(UnguardedError::Unreachable(error)),
            Ok(Err(error)) => Err(UnguardedError::Broken(error)),
            Err(_) => Err(UnguardedError::TooSlow),
        }
    }
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Default for Unguarded<B>
where
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn default() -> Self {
        Self::new()
    }
}
