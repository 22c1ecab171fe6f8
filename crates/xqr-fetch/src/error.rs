//! Why an address was not fetched. Nothing here carries what a target sent: neither its body nor a
//! header.

use std::net::IpAddr;

/// Why an address that a user named was not parsed, fetched or posted to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is not one that may be fetched, whatever is behind it.
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
    /// No such name, nothing listens, nothing answers, or no TLS: one answer, so that nobody scans
    /// networks with it.
    #[error("the host cannot be reached")]
    Unreachable,
    /// The connection stood, but the answer was not complete in time.
    #[error("the answer took too long")]
    TooSlow,
    /// The body is larger than the policy allows.
    #[error("the answer is larger than {max} bytes")]
    TooLarge {
        /// The policy's cap in bytes.
        max: u32,
    },
    /// The body does not begin like a picture.
    #[error("the answer is not a picture")]
    NotAPicture,
    /// The body is compressed, although it was asked for plain. What it would become is unknown, so
    /// it is not unpacked.
    #[error("the answer is compressed")]
    Compressed,
    /// The answer is no HTTP, has an immense head, or broke off.
    #[error("the answer is not understood")]
    Garbled,
    /// The target answered, but with another status than 200.
    #[error("the host answered with status {0}")]
    Status(u16),
    /// More redirects than the policy allows.
    #[error("too many redirects")]
    TooManyRedirects,
    /// All places, all places for this host, or all memory for answers are taken: try again later.
    #[error("too many requests at once")]
    Busy,
}

/// What is wrong with an address.
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
