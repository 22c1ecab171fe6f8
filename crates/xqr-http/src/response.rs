//! Parts of responses: entity tags, chunked bodies, pictures, sanitized client input.

pub mod chunked_body;
pub mod csp;
pub mod etag;
pub mod qr_image;
pub mod sanitize;
