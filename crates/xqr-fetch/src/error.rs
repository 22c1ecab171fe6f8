//! Errors. They hold nothing that a target sent, neither its body nor its headers.

use std::net::IpAddr;

/// Why a URL was not parsed, fetched or posted to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL may not be fetched, whatever it leads to.
    #[error("not an address that may be fetched: {0}")]
    BadUrl(UrlFault),
    /// The host is, or resolves to, an address that is not public, or one of this machine's own.
    #[error("refusing to fetch {host}: {}", internal(*address, *literal))]
    Internal {
        /// The host that the caller named, as parsed, also where a redirect led inside.
        host: String,
        /// The address that was refused; `None` where a redirect led there, for that is the
        /// target's text.
        address: Option<IpAddr>,
        /// Whether the caller wrote the address, instead of a name that resolves to it.
        literal: bool,
    },
    /// The name does not exist, the port is closed, nothing answers, or TLS fails. These are one
    /// error, so that users cannot scan networks.
    #[error("the host cannot be reached")]
    Unreachable,
    /// The connection was made, but the response was not complete in time.
    #[error("the answer took too long")]
    TooSlow,
    /// The body is larger than the policy allows.
    #[error("the answer is larger than {max} bytes")]
    TooLarge {
        /// The policy's cap in bytes.
        max: u32,
    },
    /// The body does not begin like an image.
    #[error("the answer is not a picture")]
    NotAnImage,
    /// The body is compressed although the request asked for `identity`. It is not unpacked,
    /// because its size is unknown.
    #[error("the answer is compressed")]
    Compressed,
    /// The response is not HTTP, has too large a head, or is incomplete.
    #[error("the answer is not understood")]
    Garbled,
    /// The target answered with another status than 200.
    #[error("the host answered with status {0}")]
    Status(u16),
    /// More redirects than the policy allows.
    #[error("too many redirects")]
    TooManyRedirects,
    /// A limit on requests, on requests to this host, or on memory is reached. Try again later.
    #[error("too many requests at once")]
    Busy,
}

/// What is wrong with a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    /// It is longer than the policy allows.
    #[error("longer than {max} characters")]
    TooLong {
        /// The policy's cap in bytes.
        max: usize,
    },
    /// It does not parse.
    #[error("it does not parse")]
    Syntax,
    /// Its scheme is not `https`, nor `http` where the policy allows that.
    #[error("its scheme is not allowed")]
    Scheme,
    /// It carries a user name or a password.
    #[error("it carries credentials")]
    Credentials,
    /// It names no host.
    #[error("it names no host")]
    NoHost,
    /// Its port is neither 80 nor 443 nor one of the policy's.
    #[error("port {0} is not allowed")]
    Port(u16),
    /// It redirects to an address that has one of these faults, or from `https` to `http`.
    #[error("it redirects to an address that is not allowed")]
    Redirect,
}

fn internal(address: Option<IpAddr>, literal: bool) -> String {
    match address {
        Some(address) if literal => format!("{address} is not a public address"),
        Some(address) => format!("it resolves to {address}, which is not a public address"),
        None => "it leads to an address that is not public".to_owned(),
    }
}

/// The bytes are not a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the certificate of an authority, in DER")]
pub struct BadRoot;
