//! The URL of a request. It is parsed once, by the parser that browsers use.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use url::{Host, Position, Url};

use crate::error::{FetchError, UrlFault};
use crate::policy::Policy;

/// A parsed and checked URL. The addresses of its host are checked with every attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    request: Uri,
}

impl Target {
    /// Parses a URL and checks scheme, credentials, host and port. A host that is an IP address is
    /// checked in any spelling.
    ///
    /// # Errors
    ///
    /// [`FetchError::BadUrl`], or [`FetchError::Internal`] for an IP address that is not public.
    pub fn parse(text: &str, policy: &Policy) -> Result<Self, FetchError> {
        too_long(text, policy)?;
        Self::judged(Url::parse(text).map_err(of_parser)?, policy)
    }

    /// Returns the URL.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Returns the host: a name in ASCII, or an address in its usual spelling, IPv6 in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Checks again, because the policy of the client may differ from that of parsing.
    pub(crate) fn judge(&self, policy: &Policy) -> Result<(), FetchError> {
        judge(&self.url, policy)
    }

    /// Returns the target of a `Location`, relative to this one.
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

    /// Returns the port. Both allowed schemes have a default.
    pub(crate) fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Returns host and port for the `Host` header.
    pub(crate) fn authority(&self) -> &str {
        &self.url[Position::BeforeHost..Position::AfterPort]
    }

    /// Returns path and query.
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

/// Shows scheme and host only, because the path of a webhook is often a secret.
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
    if let Some(address) = literal.filter(|address| !policy.allows(*address)) {
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
