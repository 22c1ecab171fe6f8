//! One request on one connection: TCP, TLS, HTTP/1.1. This module receives addresses only, so no
//! name is looked up after the guard's check.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use url::Host;

use crate::concurrency::{ConcurrencyLimits, HostPermit, LimitKey};
use crate::error::{BadRoot, FetchError};
use crate::target::Target;

/// The largest head of a response, which is the buffer of a connection, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// Opens connections, with TLS where the target asks for it.
#[derive(Clone)]
pub(crate) struct Connector {
    roots: RootCertStore,
    tls: TlsConnector,
}

/// A response whose body is not read yet. Dropping it closes the connection.
pub(crate) struct Exchange {
    pub(crate) response: Response<Incoming>,
    _driver: JoinSet<Result<(), hyper::Error>>,
    _permit: HostPermit,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Connector {
    /// Trusts the certificate authorities that browsers trust. They are compiled in, because a
    /// minimal container has none.
    pub(crate) fn new() -> Self {
        Self::with(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
    }

    /// Trusts one more authority.
    pub(crate) fn trusting(mut self, certificate: &[u8]) -> Result<Self, BadRoot> {
        self.roots.add(CertificateDer::from(certificate)).map_err(|_| BadRoot)?;
        Ok(Self::with(self.roots))
    }

    fn with(roots: RootCertStore) -> Self {
        let config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("ring has suites for TLS 1.2 and 1.3");
        let mut config = config.with_root_certificates(roots.clone()).with_no_client_auth();
        // A ticket would let a target recognise the next request.
        config.resumption = rustls::client::Resumption::disabled();
        Self { roots, tls: TlsConnector::from(Arc::new(config)) }
    }

    /// Sends a request to the first address that accepts a connection, and reads the head of the
    /// response.
    pub(crate) async fn exchange(
        &self,
        target: &Target,
        addresses: &[SocketAddr],
        limits: &Arc<ConcurrencyLimits>,
        request: Request<Full<Bytes>>,
        deadline: Instant,
    ) -> Result<Exchange, FetchError> {
        let (stream, permit) = dial(addresses, limits, deadline).await?;
        let talk = async {
            let stream: Box<dyn Stream> = if target.is_https() {
                self.secure(stream, target).await?
            } else {
                Box::new(stream)
            };
            let mut builder = http1::Builder::new();
            let (mut sender, connection) = builder
                .max_buf_size(MAX_HEAD)
                .handshake(TokioIo::new(stream))
                .await
                .map_err(|_| FetchError::Garbled)?;
            let mut driver = JoinSet::new();
            driver.spawn(connection);
            let response = sender.send_request(request).await.map_err(|_| FetchError::Garbled)?;
            Ok(Exchange { response, _driver: driver, _permit: permit })
        };
        timeout_at(deadline, talk).await.unwrap_or(Err(FetchError::TooSlow))
    }

    async fn secure(
        &self,
        stream: TcpStream,
        target: &Target,
    ) -> Result<Box<dyn Stream>, FetchError> {
        let name = match target.destination() {
            Some(Host::Domain(name)) => {
                ServerName::try_from(name.to_owned()).map_err(|_| FetchError::Unreachable)?
            }
            Some(Host::Ipv4(address)) => ServerName::IpAddress(address.into()),
            Some(Host::Ipv6(address)) => ServerName::IpAddress(address.into()),
            None => return Err(FetchError::Unreachable),
        };
        Ok(Box::new(self.tls.connect(name, stream).await.map_err(|_| FetchError::Unreachable)?))
    }
}

/// Connects to the first address that accepts, in order. An address that drops packets takes only
/// its share of the time.
async fn dial(
    addresses: &[SocketAddr],
    limits: &Arc<ConcurrencyLimits>,
    deadline: Instant,
) -> Result<(TcpStream, HostPermit), FetchError> {
    let mut failure = FetchError::Unreachable;
    for (tried, address) in addresses.iter().enumerate() {
        let permit = match limits.acquire_for(LimitKey::of(address.ip())) {
            Ok(permit) => permit,
            Err(busy) => {
                failure = busy;
                continue;
            }
        };
        let share = deadline.saturating_duration_since(Instant::now())
            / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Without this the end of the request may wait for an acknowledgement.
                stream.set_nodelay(true).ok();
                return Ok((stream, permit));
            }
            _ => failure = FetchError::Unreachable,
        }
    }
    Err(failure)
}
