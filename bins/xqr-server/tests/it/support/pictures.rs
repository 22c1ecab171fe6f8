//! Small pictures for uploads, and decoders that share no code with the encoder.

/// One black pixel.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82";

/// A PNG of one colour.
pub(crate) fn square(color: [u8; 3]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 64, 64);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&color.repeat(64 * 64)).unwrap();
    bytes
}

/// Returns the side of a PNG in px and its first channel, on white.
pub(crate) fn pixels(picture: &[u8]) -> (usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let channels = info.color_type.samples();
    let on_white = |px: &[u8]| match px {
        [value, .., alpha] if channels.is_multiple_of(2) => {
            255 - (255 - u16::from(*value)) * u16::from(*alpha) / 255
        }
        _ => u16::from(px[0]),
    };
    (info.width as usize, pixels.chunks(channels).map(|px| on_white(px) as u8).collect())
}

/// Decodes a PNG with `rqrr`, which shares no code with the encoder.
pub(crate) fn read_png(picture: &[u8]) -> String {
    let (side, pixels) = pixels(picture);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
    image.detect_grids()[0].decode().unwrap().1
}

/// Decodes a PNG with ZBar's program, a second decoder; `None` when it is not installed and need
/// not be.
pub(crate) fn zbar(picture: &[u8]) -> Option<String> {
    let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
    std::fs::write(file.path(), picture).unwrap();
    match std::process::Command::new("zbarimg").args(["--quiet", "--raw"]).arg(file.path()).output()
    {
        Ok(output) => Some(String::from_utf8(output.stdout).unwrap().trim_end().to_owned()),
        Err(error) => {
            assert!(std::env::var_os("XQR_TEST_REQUIRE_ZBAR").is_none(), "zbarimg: {error}");
            None
        }
    }
}
