//! Render requests: the content, the design, and whether the picture would scan. Pure;
//! [`App::draw`](crate::App::draw) runs it off the event loop.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use xqr_errors::{Advice, Condition, Error, Result};
use xqr_render::{
    Backdrop, Canvas, Caps, ClearZone, Design, Encoding, Format, Input, Level, Logo, Picture,
    PictureError, Report, Size, Symbol, assess, verify,
};

/// The caps on a picture, and the plan that sets them, which refusals name.
#[derive(Debug, Clone)]
pub struct PlanCaps {
    /// The name of the plan.
    pub plan: String,
    /// The caps.
    pub caps: Caps,
}

impl Default for PlanCaps {
    fn default() -> Self {
        Self { plan: "unlimited".to_owned(), caps: Caps::default() }
    }
}

/// A picture that is wanted.
#[derive(Debug, Clone)]
pub struct RenderRequest {
    /// What the code says.
    pub text: String,
    /// The field that the text comes from, which refusals name.
    pub field: &'static str,
    /// How it looks, but for the pictures in it.
    pub design: Design,
    /// The picture in the middle.
    pub logo: Option<LogoFile>,
    /// The picture behind.
    pub backdrop: Option<BackdropFile>,
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

/// A picture file as it was sent. Nothing of it has been looked at.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The field that refusals name.
    pub field: String,
    /// The file.
    pub source: Source,
}

/// Where a picture file is.
#[derive(Debug, Clone)]
pub enum Source {
    /// Here.
    Bytes(Bytes),
    /// At an address that the user names; [`App::gather`](crate::App::gather) fetches it.
    Url(String),
}

impl Upload {
    /// Returns the file.
    ///
    /// # Errors
    ///
    /// When it is not fetched yet.
    fn bytes(&self) -> Result<&Bytes> {
        match &self.source {
            Source::Bytes(bytes) => Ok(bytes),
            Source::Url(_) => Err(Error::internal("a picture was not fetched")),
        }
    }
}

/// A logo and its place.
#[derive(Debug, Clone)]
pub struct LogoFile {
    /// The picture.
    pub file: Upload,
    /// As [`Logo::ratio`].
    pub ratio: f32,
    /// As [`Logo::clear_zone`].
    pub clear_zone: ClearZone,
    /// Whether it loses its glow, as by [`Picture::without_glow`].
    pub neon_alpha: bool,
}

/// A background picture and how much of it shows.
#[derive(Debug, Clone)]
pub struct BackdropFile {
    /// The picture.
    pub file: Upload,
    /// As [`Backdrop::opacity`].
    pub opacity: f32,
}

/// A laid out picture, and all that went into it.
struct Sheet {
    symbol: Symbol,
    design: Design,
    canvas: Canvas,
}

/// A drawn picture. `Debug` shows the number of bytes.
pub struct Drawn {
    /// The file.
    pub bytes: Vec<u8>,
    /// The symbol in it.
    pub symbol: Symbol,
    /// The scannability report.
    pub report: Report,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawn").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// The scannability of a picture.
#[derive(Debug)]
pub struct Judgement {
    /// The symbol in it.
    pub symbol: Symbol,
    /// The verdict and its reasons.
    pub report: Report,
    /// The side of the picture in px.
    pub px: u32,
}

impl RenderRequest {
    /// A plain picture of `text`, which came in `field`.
    pub fn new(field: &'static str, text: String, size: Size, format: Format) -> Self {
        let (level, version, mask, verify) = (None, None, None, false);
        Self {
            text,
            field,
            design: Design::default(),
            logo: None,
            backdrop: None,
            level,
            version,
            mask,
            size,
            format,
            verify,
        }
    }

    /// Draws the picture.
    ///
    /// # Errors
    ///
    /// Those of [`Encoding::encode`], [`Picture::decode`] and [`Canvas::new`];
    /// [`Condition::Unscannable`] where `verify` is set and the picture would not scan.
    pub fn draw(&self, caps: &PlanCaps) -> Result<Drawn> {
        let Sheet { symbol, design, canvas } = self.lay_out(caps)?;
        let refused = |error| self.refusal(error, caps);
        let report = if self.verify {
            let report = verify(&symbol, &design, &canvas, &self.text).map_err(refused)?;
            report.demand().map_err(refused)?;
            report
        } else {
            assess(&symbol, &design, &canvas)
        };
        let mut bytes = Vec::with_capacity(8192);
        canvas.write(self.format, &mut bytes).map_err(refused)?;
        Ok(Drawn { bytes, symbol, report })
    }

    /// Judges the picture: a small one is read back, the one that is wanted is not drawn.
    ///
    /// # Errors
    ///
    /// As [`draw`](Self::draw), but an unreadable picture is none.
    pub fn judge(&self, caps: &PlanCaps) -> Result<Judgement> {
        let Sheet { symbol, design, canvas } = self.lay_out(caps)?;
        let report = verify(&symbol, &design, &canvas, &self.text)
            .map_err(|error| self.refusal(error, caps))?;
        Ok(Judgement { symbol, report, px: canvas.px() })
    }

    /// Refuses what needs no drawing to be refused: a logo or a size beyond the plan, a content
    /// that is too long.
    ///
    /// # Errors
    ///
    /// As [`draw`](Self::draw), but for the pictures in the design, which are not looked at.
    pub fn check(&self, caps: &PlanCaps) -> Result<()> {
        self.check_logo(caps)?;
        let level = self
            .level
            .unwrap_or_else(|| if self.logo.is_some() { Level::H } else { self.design.level() });
        let refused = |error| self.refusal(error, caps);
        let encoding = self.encoding(level);
        let symbol = self.design.encode(&self.text, encoding).map_err(refused)?;
        Canvas::new(&symbol, &self.design, self.size, &caps.caps).map(|_| ()).map_err(refused)
    }

    /// Refuses everything that [`draw`](Self::draw) would, with the pictures in the design, and
    /// draws nothing.
    ///
    /// # Errors
    ///
    /// As [`draw`](Self::draw).
    pub fn prove(&self, caps: &PlanCaps) -> Result<()> {
        self.lay_out(caps).map(|_| ())
    }

    /// Returns whether a picture in the design is still to be fetched.
    pub fn is_missing_files(&self) -> bool {
        let logo = self.logo.iter().map(|logo| &logo.file);
        let mut files = logo.chain(self.backdrop.iter().map(|backdrop| &backdrop.file));
        files.any(|file| matches!(file.source, Source::Url(_)))
    }

    /// Returns the files in the design.
    pub(crate) fn uploads(&mut self) -> impl Iterator<Item = &mut Upload> {
        let logo = self.logo.iter_mut().map(|logo| &mut logo.file);
        logo.chain(self.backdrop.iter_mut().map(|backdrop| &mut backdrop.file))
    }

    /// Returns whether there are pictures in the design.
    pub fn has_pictures(&self) -> bool {
        self.logo.is_some() || self.backdrop.is_some()
    }

    /// Returns the identity of this picture: SHA-256 over everything that it is drawn from.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let Self {
            text,
            field: _,
            design,
            logo,
            backdrop,
            level,
            version,
            mask,
            size,
            format,
            verify,
        } = self;
        let rest = (text, design, level, version, mask, size, format, verify);
        hash.update(format!("{rest:?}"));
        for (file, more) in [
            logo.as_ref().map(|logo| {
                (
                    &logo.file,
                    format!("{:?} {:?} {:?}", logo.ratio, logo.clear_zone, logo.neon_alpha),
                )
            }),
            backdrop.as_ref().map(|backdrop| (&backdrop.file, format!("{:?}", backdrop.opacity))),
        ]
        .into_iter()
        .flatten()
        {
            match &file.source {
                Source::Bytes(bytes) => hash.update(Sha256::digest(bytes)),
                Source::Url(url) => hash.update(Sha256::digest(url)),
            }
            hash.update(format!(" {more}"));
        }
        hash.finalize().into()
    }

    fn check_logo(&self, caps: &PlanCaps) -> Result<()> {
        if self.logo.is_some() && !caps.caps.logo {
            return Err(Condition::LogoLocked { plan: caps.plan.clone() }.into());
        }
        Ok(())
    }

    fn encoding(&self, level: Level) -> Encoding {
        let encoding = Encoding::new(level);
        let encoding = self.version.into_iter().fold(encoding, Encoding::version);
        self.mask.into_iter().fold(encoding, Encoding::mask)
    }

    fn lay_out(&self, caps: &PlanCaps) -> Result<Sheet> {
        self.check_logo(caps)?;
        let refused = |error| self.refusal(error, caps);
        let decode = |file: &Upload| {
            Picture::decode(file.bytes()?, &caps.caps)
                .map_err(|error| picture_refusal(&file.field, error))
        };
        let mut design = self.design.clone();
        if let Some(LogoFile { file, ratio, clear_zone, neon_alpha }) = &self.logo {
            let picture = decode(file)?;
            let picture = Arc::new(if *neon_alpha { picture.without_glow() } else { picture });
            design.logo = Some(Logo { picture, ratio: *ratio, clear_zone: *clear_zone });
        }
        if let Some(BackdropFile { file, opacity }) = &self.backdrop {
            design.backdrop = Some(Backdrop { picture: decode(file)?.into(), opacity: *opacity });
        }
        let encoding = self.encoding(self.level.unwrap_or_else(|| design.level()));
        let symbol = design.encode(&self.text, encoding).map_err(refused)?;
        let canvas = Canvas::new(&symbol, &design, self.size, &caps.caps).map_err(refused)?;
        Ok(Sheet { symbol, design, canvas })
    }

    /// Names the fields of the request, and the plan, in an error of the render crate.
    fn refusal(&self, error: xqr_render::Error, caps: &PlanCaps) -> Error {
        use xqr_render::Error as Refused;
        let plan = || caps.plan.clone();
        let label = || "frame_label".to_owned();
        match error {
            Refused::ContentTooLong { level, over, fits } => {
                let advice = match fits {
                    Some(level) => Advice::FitsAt(level.letter()),
                    None => Advice::FitsNowhere,
                };
                let (field, level) = (self.field.to_owned(), level.to_string());
                Condition::ContentTooLong { field, level, over, advice }
            }
            Refused::TooSmall { input, min } => {
                Condition::NumberTooSmall { field: field_of(input), min }
            }
            Refused::TooLarge { input, max } => {
                Condition::NumberTooLarge { field: field_of(input), max }
            }
            Refused::TooFewPixels { input, min_px, dpi } => {
                let min = match dpi {
                    Some(dpi) => {
                        let inches = f64::from(min_px) / f64::from(dpi) + 0.005;
                        format!("{inches:.2} at {dpi} DPI")
                    }
                    None => min_px.to_string(),
                };
                Condition::NumberTooSmall { field: field_of(input), min }
            }
            Refused::TooManyPixels { input, max } => {
                Condition::PictureTooLarge { field: field_of(input), max }
            }
            Refused::InchesOverCap { max } => {
                Condition::SizeOverPlan { cap: max.to_string(), plan: plan() }
            }
            Refused::DpiOverCap { max } => Condition::DpiOverPlan { cap: max, plan: plan() },
            Refused::LogoNotAllowed => Condition::LogoLocked { plan: plan() },
            Refused::LabelMissing => Condition::FieldMissing { field: label() },
            Refused::LabelTooLong { max } => {
                Condition::TextTooLong { field: label(), max: max as u64 }
            }
            Refused::LabelHasControls => Condition::TextControls { field: label() },
            Refused::GlyphMissing { character } => {
                Condition::GlyphMissing { field: label(), character }
            }
            Refused::Unscannable { reasons } => Condition::Unscannable { reasons },
            Refused::Failed(cause) => return Error::from(Condition::RenderFailed).because(cause),
            other => return Error::internal(other),
        }
        .into()
    }
}

/// Returns the field of a request that a number comes from.
fn field_of(input: Input) -> String {
    match input {
        Input::Version => "version",
        Input::Mask => "mask",
        Input::QuietZone => "quiet_zone",
        Input::LogoRatio => "logo_size",
        Input::BackdropOpacity => "background_opacity",
        Input::ModuleSize => "size",
        Input::Inches => "size_inches",
        Input::Dpi => "dpi",
        _ => "width",
    }
    .to_owned()
}

/// Names the field of the request in an error of an image file.
fn picture_refusal(field: &str, error: PictureError) -> Error {
    let field = field.to_owned();
    match error {
        PictureError::TooManyBytes { max } => Condition::UploadTooLarge { field, max }.into(),
        PictureError::TooManyPixels { max } => Condition::ImageTooLarge { field, max }.into(),
        PictureError::Unsafe { what } => Condition::ImageUnsafe { field, what }.into(),
        PictureError::Unreadable(Some(cause)) => {
            Error::from(Condition::ImageUnreadable { field }).because(cause)
        }
        _ => Condition::ImageUnreadable { field }.into(),
    }
}

#[cfg(test)]
mod tests {
    use xqr_render::{Frame, FrameStyle, Rgba};

    use super::*;

    fn order(size: Size) -> RenderRequest {
        RenderRequest::new("payload", "https://example.com/".to_owned(), size, Format::Png)
    }

    fn refused(order: &RenderRequest, caps: Caps) -> Condition {
        let caps = PlanCaps { plan: "free".to_owned(), caps };
        order.check(&caps).unwrap_err().condition().clone()
    }

    #[test]
    fn errors_of_the_render_crate_name_fields_and_the_plan() {
        let field = |name: &str| name.to_owned();
        let inches = |inches, dpi| Size::Inches { inches, dpi };
        let too_small =
            |name, min: &str| Condition::NumberTooSmall { field: field(name), min: min.into() };
        let too_large =
            |name, max: &str| Condition::NumberTooLarge { field: field(name), max: max.into() };
        for (size, expected) in [
            (Size::Module(0), too_small("size", "1")),
            (Size::Module(101), too_large("size", "100")),
            (Size::Pixels(32), too_small("width", "33")),
            (inches(0.4, 300), too_small("size_inches", "0.5")),
            (inches(2.0, 601), too_large("dpi", "600")),
            (
                Size::Pixels(9001),
                Condition::PictureTooLarge { field: field("width"), max: 81_000_000 },
            ),
        ] {
            assert_eq!(refused(&order(size), Caps::new()), expected);
        }
        let plan = || "free".to_owned();
        assert_eq!(
            refused(&order(inches(4.0, 300)), Caps::new().max_inches(2.5)),
            Condition::SizeOverPlan { cap: "2.5".into(), plan: plan() }
        );
        assert_eq!(
            refused(&order(inches(4.0, 300)), Caps::new().max_dpi(150)),
            Condition::DpiOverPlan { cap: 150, plan: plan() }
        );
        let long = RenderRequest { text: "x".repeat(2332), ..order(Size::Module(4)) };
        let advice = Advice::FitsAt('L');
        assert_eq!(
            refused(&long, Caps::new()),
            Condition::ContentTooLong {
                field: field("payload"),
                level: "M".into(),
                over: 1,
                advice
            }
        );
        let version = RenderRequest { version: Some(41), ..order(Size::Module(4)) };
        assert_eq!(refused(&version, Caps::new()), too_large("version", "40"));
        let mut dense = RenderRequest { text: "x".repeat(2000), ..order(inches(0.5, 300)) };
        assert_eq!(refused(&dense, Caps::new()), too_small("size_inches", "0.59 at 300 DPI"));
        dense.text = "x".repeat(3000);
        let Condition::ContentTooLong { advice, .. } = refused(&dense, Caps::new()) else {
            panic!()
        };
        assert_eq!(advice, Advice::FitsNowhere);
    }

    #[test]
    fn errors_of_labels_and_files_name_their_field() {
        let frame = Frame::new(FrameStyle::Bubble, Rgba::BLACK);
        let field = || "frame_label".to_owned();
        for (frame, expected) in [
            (frame.clone(), Condition::FieldMissing { field: field() }),
            (frame.clone().label("a\tb"), Condition::TextControls { field: field() }),
            (
                frame.clone().label("x".repeat(65)),
                Condition::TextTooLong { field: field(), max: 64 },
            ),
            (frame.label("漢"), Condition::GlyphMissing { field: field(), character: '漢' }),
        ] {
            let mut order = order(Size::Module(4));
            order.design.frame = Some(frame);
            assert_eq!(refused(&order, Caps::new()), expected);
        }
        let logo = |bytes: &'static [u8]| {
            let source = Source::Bytes(Bytes::from_static(bytes));
            let file = Upload { field: "logo_data".to_owned(), source };
            let (ratio, clear_zone) = (Logo::RATIO, ClearZone::Square);
            let logo = Some(LogoFile { file, ratio, clear_zone, neon_alpha: false });
            RenderRequest { logo, ..order(Size::Module(4)) }
        };
        let field = || "logo_data".to_owned();
        let caps = |caps| PlanCaps { caps, ..PlanCaps::default() };
        let condition = |order: RenderRequest, caps: &PlanCaps| {
            order.prove(caps).unwrap_err().condition().clone()
        };
        let all = caps(Caps::new());
        assert_eq!(
            condition(logo(b"no image"), &all),
            Condition::ImageUnreadable { field: field() }
        );
        let script = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
        assert_eq!(
            condition(logo(script), &all),
            Condition::ImageUnsafe { field: field(), what: "<script>".into() }
        );
        assert_eq!(
            condition(logo(script), &caps(Caps::new().max_logo_bytes(9))),
            Condition::UploadTooLarge { field: field(), max: 9 }
        );
        assert_eq!(
            condition(logo(script), &caps(Caps::new().logo(false))),
            Condition::LogoLocked { plan: "unlimited".into() }
        );
    }
}
