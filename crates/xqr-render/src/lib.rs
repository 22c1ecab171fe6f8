//! QR symbols in, PNG and SVG out. Pure: no I/O of its own, no async, no global state; pictures stream into any writer.
//!
//! ```
//! use xqr_render::{Level, Plain, Symbol};
//!
//! let symbol = Symbol::encode("https://example.com/summer24", Level::M)?;
//! let mut picture = Vec::new();
//! xqr_render::png(&symbol, &Plain { module_px: 10, quiet_zone: 4 }, &mut picture)?;
//! # Ok::<(), xqr_errors::Error>(())
//! ```

mod plain;
mod png;
mod svg;
mod symbol;

pub use self::plain::Plain;
pub use self::png::png;
pub use self::svg::svg;
pub use self::symbol::{Damage, Eci, Encoding, Level, Symbol};
