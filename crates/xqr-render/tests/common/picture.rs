//! Pictures to put into designs.

use std::io::Cursor;
use std::sync::Arc;

use image::{ImageFormat, Rgba, RgbaImage};
use xqr_render::{Caps, Picture};

fn load(image: &RgbaImage) -> Arc<Picture> {
    let mut png = Vec::new();
    image.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
    Arc::new(Picture::decode(&png, &Caps::default()).unwrap())
}

/// A red disc with a white ring; its corners are transparent.
pub(crate) fn disc(side: u32) -> Arc<Picture> {
    let middle = (f64::from(side) - 1.0) / 2.0;
    load(&RgbaImage::from_fn(side, side, |x, y| {
        match (f64::from(x) - middle).hypot(f64::from(y) - middle) / middle {
            far if far > 1.0 => Rgba([0; 4]),
            far if (0.5..0.7).contains(&far) => Rgba([255; 4]),
            _ => Rgba([190, 20, 40, 255]),
        }
    }))
}

/// Stripes from dark to light, with a hue that changes downwards.
pub(crate) fn stripes(width: u32, height: u32) -> Arc<Picture> {
    load(&RgbaImage::from_fn(width, height, |x, y| {
        let light = (x * 8 / width * 32) as u8;
        Rgba([light, (y * 255 / height) as u8, 255 - light, 255])
    }))
}
