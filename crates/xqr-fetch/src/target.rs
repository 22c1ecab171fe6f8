//! An address that may be fetched. It is parsed once, by the parser that browsers use, and
//! everything after works on the outcome.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use url::{Host, Position, Url};

use crate::{FetchError, Policy, UrlFault, guard};

/// A parsed address with nothing wrong about its text. What its name resolves to is judged with
/// every attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    request: Uri,
}

impl Target {
    /// Parses an address and judges scheme, credentials, host and port, and the host where it is an
    /// IP address, in any spelling.
    ///
    /// # Errors
    ///
    /// [`FetchError::BadUrl`], or [`FetchError::Internal`] for an IP address that is not public.
    pub fn parse(text: &str, policy: &Policy) -> Result<Self, FetchError> {
        too_long(text, policy)?;
        Self::judged(Url::parse(text).map_err(of_parser)?, policy)
    }

    /// The address as it is requested.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The host as parsed: a name in ASCII, or an address in its usual spelling, IPv6 in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Judges again: the policy of a client may differ from the one this was parsed with.
    pub(crate) fn judge(&self, policy: &Policy) -> Result<(), FetchError> {
        judge(&self.url, policy)
    }

    /// The address that a `Location` names, seen from here.
    pub(crate) fn follow(&self, location: &str, policy: &Policy) -> Result<Self, FetchError> {
        too_long(location, policy)?;
        let url = self.url.join(location).map_err(of_parser)?;
        if self.is_https() && url.scheme() != "https" {
            return Err(FetchError::BadUrl(UrlFault::Scheme));
        }
        Self::judged(url, policy)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn destination(&self) -> Option<Host<&str>> {
        self.url.host()
    }

    /// The port. Both schemes that pass have one.
    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Host and port as the `Host` header has them.
    pub(crate) fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// Path and query.
    pub(crate) fn request(&self) -> Uri {
        self.request.clone()
    }

    fn judged(mut url: Url, policy: &Policy) -> Result<Self, FetchError> {
        judge(&url, policy)?;
        url.set_fragment(None);
        // Percent signs make the parsed form longer than the text was.
        too_long(url.as_str(), policy)?;
        let request = url[Position::BeforePath..Position::AfterQuery]
            .parse()
            .map_err(|_| FetchError::BadUrl(UrlFault::Syntax))?;
        Ok(Self { url, request })
    }
}

/// Scheme and host only: the path of a webhook's address is often its secret.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({}://{})", self.url.scheme(), self.authority())
    }
}

fn judge(url: &Url, policy: &Policy) -> Result<(), FetchError> {
    let fault = |fault| Err(FetchError::BadUrl(fault));
    if !(url.scheme() == "https" || policy.http && url.scheme() == "http") {
        return fault(UrlFault::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return fault(UrlFault::Credentials);
    }
    let literal = match url.host() {
        None => return fault(UrlFault::NoHost),
        Some(Host::Domain(name)) if name.split('.').all(str::is_empty) => {
            return fault(UrlFault::NoHost);
        }
        Some(Host::Domain(_)) => None,
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
    };
    if let Some(address) = literal.filter(|address| !guard::is_allowed(*address, policy)) {
        let host = url.host_str().unwrap_or_default().to_owned();
        return Err(FetchError::Internal { host, address: Some(address), literal: true });
    }
    match url.port_or_known_default() {
        Some(80 | 443) => Ok(()),
        Some(port) if policy.ports.contains(&port) => Ok(()),
        port => fault(UrlFault::Port(port.unwrap_or_default())),
    }
}

fn too_long(text: &str, policy: &Policy) -> Result<(), FetchError> {
    if text.len() > policy.max_url {
        return Err(FetchError::BadUrl(UrlFault::TooLong { max: policy.max_url }));
    }
    Ok(())
}

fn of_parser(error: url::ParseError) -> FetchError {
    FetchError::BadUrl(match error {
        url::ParseError::EmptyHost => UrlFault::NoHost,
        _ => UrlFault::Syntax,
    })
}
