//! The canvas: a symbol in its design at its size, as layers that every format draws from.

use std::fmt;
use std::sync::Arc;

use crate::design::frame;
use crate::design::paint::{Area, Ink};
use crate::design::pattern::Pattern;
use crate::design::{Design, EyeBorder, EyeCenter, Gradient, Paint, Picture, Rgba};
use crate::error::{Error, Result};
use crate::module_shapes::{ModuleShapes, logo_size};
use crate::outline::Outline;
use crate::size::{Caps, Extent, Size};
use crate::symbol::Symbol;

/// A symbol that is laid out and checked, and can be written in any [`Format`](crate::Format).
///
/// ```
/// use xqr_render::{Canvas, Caps, Design, Format, Level, Pattern, Size, Symbol};
///
/// let symbol = Symbol::encode("https://example.com/summer24", Level::M)?;
/// let design = Design::new().pattern(Pattern::Dot);
/// let size = Size::Inches { inches: 2.0, dpi: 300 };
/// let canvas = Canvas::new(&symbol, &design, size, &Caps::new())?;
/// let mut picture = Vec::new();
/// canvas.write(Format::Png, &mut picture)?;
/// # Ok::<(), xqr_render::Error>(())
/// ```
#[derive(Clone)]
pub struct Canvas {
    /// The side of the picture in modules.
    pub(crate) side: f32,
    pub(crate) extent: Extent,
    /// The size in inches, where it was given so.
    pub(crate) inches: Option<f64>,
    pub(crate) quiet_zone: u32,
    pub(crate) background: Rgba,
    pub(crate) layers: Vec<Layer>,
    pub(crate) modules: ModuleShapes,
    /// Whether everything lies on the grid of modules in flat colours: then no shape is ever drawn.
    pub(crate) flat: Option<Flat>,
}

/// Something that lies on the background; later ones cover earlier ones. Units are modules of the
/// whole picture.
#[derive(Clone)]
pub(crate) enum Layer {
    /// A picture in its box.
    Picture(Placed),
    /// The data modules.
    Modules(Ink),
    /// A filled outline, and the colour that it lies on where that is not the background.
    Shape { outline: Outline, ink: Ink, under: Option<Rgba> },
}

/// A picture and its box.
#[derive(Clone)]
pub(crate) struct Placed {
    pub(crate) picture: Arc<Picture>,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) opacity: f32,
    /// Whether the picture covers the box, a square, and is cropped instead of stretched.
    pub(crate) crop: bool,
}

impl Placed {
    /// Returns x, y, width and height of the whole picture, of which what lies in the box shows.
    pub(crate) fn whole(&self) -> [f32; 4] {
        if self.crop {
            self.picture.around(self.x, self.y, self.width)
        } else {
            [self.x, self.y, self.width, self.height]
        }
    }
}

impl Layer {
    /// Returns what fills the layer; a picture has no ink.
    pub(crate) fn ink(&self) -> Option<&Ink> {
        match self {
            Self::Modules(ink) | Self::Shape { ink, .. } => Some(ink),
            Self::Picture(_) => None,
        }
    }
}

/// The four colours of a picture of squares: background, modules, eye borders, eye centres.
pub(crate) type Flat = [Rgba; 4];

impl Canvas {
    /// Lays `symbol` out.
    ///
    /// # Errors
    ///
    /// [`Error::TooSmall`] and [`Error::TooLarge`] for a number out of range,
    /// [`Error::TooFewPixels`], the errors of a frame's label, and under `caps`
    /// [`Error::InchesOverCap`], [`Error::DpiOverCap`], [`Error::TooManyPixels`] and
    /// [`Error::LogoNotAllowed`].
    pub fn new(symbol: &Symbol, design: &Design, size: Size, caps: &Caps) -> Result<Self> {
        design.check()?;
        if design.logo.is_some() && !caps.logo {
            return Err(Error::LogoNotAllowed);
        }
        let (modules, quiet) = (symbol.size() as f32, design.quiet_zone as f32);
        let whole = modules + 2.0 * quiet;
        let layout = design.frame.as_ref().map(|frame| frame.layout(whole)).transpose()?;
        let (side, left, top) =
            layout.as_ref().map_or((whole, 0.0, 0.0), |layout| (layout.side, layout.x, layout.y));
        let extent = size.resolve(side, caps)?;
        let (x, y) = (left + quiet, top + quiet);
        let area = Area { x, y, side: modules };
        let mut layers = Vec::with_capacity(8);
        if let Some(backdrop) = &design.backdrop {
            let (picture, opacity) = (Arc::clone(&backdrop.picture), backdrop.opacity);
            layers.push(Layer::Picture(Placed {
                picture,
                x: left,
                y: top,
                width: whole,
                height: whole,
                opacity,
                crop: true,
            }));
        }
        layers.push(Layer::Modules(Ink { paint: design.foreground, area }));
        push_eyes(&mut layers, design, area);
        let mut grid = ModuleShapes::new(symbol, design, x, y);
        if let Some(logo) = &design.logo {
            let (width, height) = logo_size(logo, symbol.size());
            grid.clear(logo.clear_zone, width, height);
            let (x, y) = (x + (modules - width) / 2.0, y + (modules - height) / 2.0);
            let picture = Arc::clone(&logo.picture);
            layers.push(Layer::Picture(Placed {
                picture,
                x,
                y,
                width,
                height,
                opacity: 1.0,
                crop: false,
            }));
        }
        for frame::Filled { outline, color, under } in
            layout.into_iter().flat_map(|layout| layout.shapes)
        {
            layers.push(Layer::Shape {
                outline,
                ink: Ink { paint: Paint::Solid(color), area },
                under,
            });
        }
        layers.retain(|layer| layer.ink().is_none_or(|ink| ink.paint.is_visible()));
        let inches = if let Size::Inches { inches, .. } = size { Some(inches) } else { None };
        let (quiet_zone, background) = (design.quiet_zone, design.background);
        Ok(Self {
            side,
            extent,
            inches,
            quiet_zone,
            background,
            layers,
            modules: grid,
            flat: flat(design),
        })
    }

    /// Returns the side of the picture in px.
    pub fn px(&self) -> u32 {
        self.extent.px
    }

    /// Returns the px of a module, which need not be whole.
    pub(crate) fn scale(&self) -> f64 {
        f64::from(self.extent.px) / f64::from(self.side)
    }

    /// Returns a layer's shapes as one outline; a picture has none.
    pub(crate) fn outline(&self, layer: &Layer) -> Outline {
        match layer {
            Layer::Picture(_) => Outline::default(),
            Layer::Shape { outline, .. } => outline.clone(),
            Layer::Modules(_) => self.modules.outline(),
        }
    }

    /// Returns whether every px of the picture is opaque.
    pub(crate) fn is_opaque(&self) -> bool {
        self.background.is_opaque()
    }
}

impl fmt::Debug for Canvas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { side, extent, inches, .. } = self;
        f.debug_struct("Canvas")
            .field("side_in_modules", side)
            .field("px", &extent.px)
            .field("inches", inches)
            .finish_non_exhaustive()
    }
}

/// How light the ring around an eye is, as a share of the eye's alpha.
const RING_TINT: f32 = 0.35;

fn push_eyes(layers: &mut Vec<Layer>, design: &Design, area: Area) {
    let eyes = &design.eyes;
    let [border, center] = design.eye_paints();
    let far = area.side - 7.0;
    // One layer per eye: a raster looks no further than a layer is wide.
    let mut push = |outline: &Outline, paint: Paint| {
        for (x, y) in [(0.0, 0.0), (far, 0.0), (0.0, far)] {
            let outline = outline.placed(1.0, area.x + x, area.y + y);
            layers.push(Layer::Shape { outline, ink: Ink { paint, area }, under: None });
        }
    };
    let border_shape = eyes.border_shape();
    if eyes.outer_frame {
        let tint =
            |color: Rgba| if eyes.outer_frame_match { color } else { color.faded(RING_TINT) };
        let paint = match border {
            Paint::Solid(color) => Paint::Solid(tint(color)),
            Paint::Gradient(gradient) => Paint::Gradient(Gradient {
                from: tint(gradient.from),
                to: tint(gradient.to),
                ..gradient
            }),
        };
        push(&border_shape.outer_frame(), paint);
    }
    push(&border_shape.outline(), border);
    push(&eyes.center_shape().outline(), center);
}

/// Returns the colours of a picture that is made of squares only.
fn flat(design: &Design) -> Option<Flat> {
    let square_eyes = design.eyes.border_shape() == EyeBorder::Square
        && design.eyes.center_shape() == EyeCenter::Square
        && !design.eyes.outer_frame;
    if design.pattern != Pattern::Squares
        || !square_eyes
        || design.frame.is_some()
        || design.backdrop.is_some()
        || design.logo.is_some()
    {
        return None;
    }
    let [border, center] = design.eye_paints();
    match (design.foreground, border, center) {
        (Paint::Solid(modules), Paint::Solid(border), Paint::Solid(center)) => {
            let seen = |color: Rgba| color.over(design.background);
            Some([design.background, seen(modules), seen(border), seen(center)])
        }
        _ => None,
    }
}
