//! Pictures: what to draw, how, and whether it would scan. Pure work; [`App::draw`](crate::App::draw) runs it off the event loop.

use xqr_errors::Result;
use xqr_render::{Canvas, Caps, Design, Encoding, Format, Level, Report, Size, Symbol, assess, verify};

/// A picture that is wanted.
#[derive(Debug, Clone)]
pub struct Order {
    /// What the code says.
    pub text: String,
    /// How it looks.
    pub design: Design,
    /// The error correction level; what suits the design when left out.
    pub level: Option<Level>,
    /// A forced version, 1 to 40.
    pub version: Option<u8>,
    /// A forced mask, 0 to 7.
    pub mask: Option<u8>,
    /// How large it is.
    pub size: Size,
    /// The file format.
    pub format: Format,
    /// Whether a picture that would not scan is refused.
    pub verify: bool,
}

/// A drawn picture.
pub struct Drawn {
    /// The file.
    pub bytes: Vec<u8>,
    /// The symbol in it.
    pub symbol: Symbol,
    /// What the scannability guard says.
    pub report: Report,
}

impl Order {
    /// Draws the picture.
    ///
    /// # Errors
    ///
    /// Those of [`Encoding::encode`] and [`Canvas::new`]; [`Unscannable`](xqr_errors::Condition::Unscannable) where `verify` is
    /// set and the picture would not scan.
    pub fn draw(&self, caps: &Caps) -> Result<Drawn> {
        let (symbol, canvas) = self.lay_out(caps)?;
        let report = if self.verify {
            let report = verify(&symbol, &self.design, &canvas, &self.text)?;
            report.demand()?;
            report
        } else {
            assess(&symbol, &self.design, &canvas)
        };
        let mut bytes = Vec::with_capacity(8192);
        canvas.write(self.format, &mut bytes)?;
        Ok(Drawn { bytes, symbol, report })
    }

    /// Judges the picture, reading a small one back, without drawing the one that is wanted.
    ///
    /// # Errors
    ///
    /// As [`draw`](Self::draw), but an unreadable picture is none.
    pub fn judge(&self, caps: &Caps) -> Result<(Symbol, Report, u32)> {
        let (symbol, canvas) = self.lay_out(caps)?;
        let report = verify(&symbol, &self.design, &canvas, &self.text)?;
        Ok((symbol, report, canvas.px()))
    }

    fn lay_out(&self, caps: &Caps) -> Result<(Symbol, Canvas)> {
        let mut encoding = Encoding::new(self.level.unwrap_or_else(|| self.design.level()));
        if let Some(version) = self.version {
            encoding = encoding.version(version);
        }
        if let Some(mask) = self.mask {
            encoding = encoding.mask(mask);
        }
        let symbol = encoding.encode(&self.text)?;
        let canvas = Canvas::new(&symbol, &self.design, self.size, caps)?;
        Ok((symbol, canvas))
    }
}
