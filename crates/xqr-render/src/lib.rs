//! QR symbols in any design as PNG, SVG, PDF, JPEG, WebP, EPS and text. Pure: no I/O of its own, no
//! async, no global state; pictures stream into any writer.
//!
//! [`Symbol`] → [`Design`] → [`Canvas`] → [`Format`]: what the code says, how it looks, how large
//! it is, what file it becomes.
//!
//! ```
//! use xqr_render::{Canvas, Caps, Design, Encoding, Format, Size, verify};
//!
//! let text = "https://example.com/summer24";
//! let design = Design::default();
//! let symbol = design.encode(text, Encoding::new(design.level()))?;
//! let canvas = Canvas::new(&symbol, &design, Size::Module(10), &Caps::default())?;
//! verify(&symbol, &design, &canvas, text)?.demand()?;
//! let mut picture = Vec::new();
//! canvas.write(Format::Png, &mut picture)?;
//! # Ok::<(), xqr_render::errors::Error>(())
//! ```
//!
//! [`Design::encode`] gives a logo the level and the room that it needs; [`Symbol::encode`] takes
//! the level that it is told. [`verify`] draws a small picture and reads it.

mod canvas;
mod design;
mod format;
mod guard;
mod modules;
mod outline;
mod raster;
mod room;
mod size;
mod symbol;

pub use self::canvas::Canvas;
pub use self::design::{
    Backdrop, ClearZone, Design, Direction, EyeBorder, EyeCenter, EyeShape, Eyes, Frame,
    FrameStyle, Gradient, Logo, NotAColor, Paint, Pattern, Picture, Rgba,
};
pub use self::format::Format;
pub use self::guard::{Finding, Report, Verdict, assess, verify};
pub use self::size::{Caps, Size};
pub use self::symbol::{Damage, Eci, Encoding, Level, Symbol};
pub use xqr_errors as errors;
