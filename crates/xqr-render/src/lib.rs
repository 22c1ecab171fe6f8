//! QR symbols in any design as PNG, SVG, PDF, JPEG, WebP, EPS and text. The crate has no I/O, no
//! async and no global state of its own; pictures stream into any writer.
//!
//! [`Symbol`] → [`Design`] → [`Canvas`] → [`Format`]: the content as modules, how they look, how
//! large the picture is, and the file.
//!
//! ```
//! use xqr_render::{Canvas, Caps, Design, Encoding, Format, Size};
//!
//! let text = "https://example.com/summer24";
//! let design = Design::new();
//! let symbol = design.encode(text, Encoding::new(design.level()))?;
//! let canvas = Canvas::new(&symbol, &design, Size::Module(10), &Caps::new())?;
//! # #[cfg(feature = "verify")]
//! xqr_render::verify(&symbol, &design, &canvas, text)?.demand()?;
//! let mut picture = Vec::new();
//! canvas.write(Format::Png, &mut picture)?;
//! # Ok::<(), xqr_render::Error>(())
//! ```
//!
//! [`Design::encode`] gives a logo the level and the size that it needs; [`Symbol::encode`] takes
//! the level of the caller.
//!
//! # Features
//!
//! All but `serde` are on by default. Without any, the crate has PNG, SVG, EPS and text.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `print` | the formats PDF, JPEG and WebP |
//! | `labels` | labels of a [`Frame`], shaped in two embedded fonts |
//! | `logos` | `Picture::decode`, for logos and backdrops |
//! | `verify` | `verify`: a second encoder and a decoder |
//! | `payload` | `payload`: contacts, Wi-Fi, events and the like as text |
//! | `serde` | `Serialize` and `Deserialize` for designs and names |

mod canvas;
mod design;
mod error;
mod format;
mod level;
mod logo_room;
mod module_shapes;
mod names;
mod outline;
mod range;
mod raster;
mod scannability;
mod size;
mod symbol;

pub use self::canvas::Canvas;
#[cfg(feature = "serde")]
pub use self::design::spec::{BackdropSpec, DesignSpec, ImageSource, LogoSpec};
pub use self::design::{
    Backdrop, ClearZone, Design, Direction, EyeBorder, EyeCenter, EyeShape, Eyes, Frame,
    FrameStyle, Gradient, Logo, NotAColor, Paint, Pattern, Picture, Rgba,
};
#[cfg(feature = "logos")]
pub use self::error::PictureError;
pub use self::error::{Error, Input, Result};
pub use self::format::Format;
#[cfg(feature = "print")]
pub use self::format::Quality;
pub use self::level::Level;
pub use self::names::UnknownName;
#[cfg(feature = "verify")]
pub use self::scannability::verify;
pub use self::scannability::{Finding, Report, Verdict, assess};
pub use self::size::{Caps, Size};
pub use self::symbol::{Damage, Eci, Encoding, Symbol};
#[cfg(feature = "payload")]
pub use xqr_payload as payload;

/// Runs the example of the README.
#[cfg(all(doctest, feature = "verify"))]
#[doc = include_str!("../README.md")]
struct Readme;
