//! Pictures in memory: drawing a design, and seeing a picture's px.

use xqr_render::{Canvas, Caps, Design, Format, Size, Symbol};

pub(crate) fn draw(symbol: &Symbol, design: &Design, size: Size, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    Canvas::new(symbol, design, size, &Caps::default()).unwrap().write(format, &mut bytes).unwrap();
    bytes
}

/// The px of a raster picture: straight RGBA, row by row.
pub(crate) struct Pixels {
    pub(crate) side: u32,
    pub(crate) rgba: Vec<[u8; 4]>,
}

impl Pixels {
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let image = image::load_from_memory(bytes).unwrap().into_rgba8();
        assert_eq!(image.width(), image.height());
        Self { side: image.width(), rgba: image.as_raw().as_chunks().0.to_vec() }
    }

    /// Red, green and blue as they look on white paper.
    pub(crate) fn on_white(&self) -> Vec<[u8; 3]> {
        let on_white = |[r, g, b, a]: [u8; 4]| {
            let mix = |channel: u8| {
                ((u32::from(channel) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8
            };
            [mix(r), mix(g), mix(b)]
        };
        self.rgba.iter().map(|pixel| on_white(*pixel)).collect()
    }
}
