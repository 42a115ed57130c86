//! A picture as PNG.
//!
//! A picture of ours has five colours and what lies between two of them at the edges of letters, so its pixels are written
//! as numbers of a palette: a third of the bytes that go through the compressor, which is most of the work.

use resvg::tiny_skia::{Color, Pixmap, PremultipliedColorU8, Transform};
use usvg::Tree;

use super::PosterError;
use super::drawing::{ACCENT, INK, PAPER, QUIET_INK, TINT};

/// The most colours of a palette (PNG, third edition, section 11.2.2).
const MOST: usize = 256;

/// Draws a picture `width_px` pixels wide, as PNG.
///
/// # Errors
/// [`PosterError::Width`] when it would have no pixels or too many, [`PosterError::Png`] when it cannot be written.
pub fn png(tree: &Tree, width_px: u32) -> Result<Vec<u8>, PosterError> {
    let size = tree.size().to_int_size().scale_to_width(width_px).ok_or(PosterError::Width)?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or(PosterError::Width)?;
    pixels.fill(Color::WHITE);
    let (across, down) = (as_f32(size.width()) / tree.size().width(), as_f32(size.height()) / tree.size().height());
    resvg::render(tree, Transform::from_scale(across, down), &mut pixels.as_mut());
    let mut palette = Palette::new();
    let mut numbers = Vec::with_capacity(pixels.pixels().len());
    for run in pixels.pixels().chunk_by(PartialEq::eq) {
        numbers.resize(numbers.len() + run.len(), palette.number(Rgb::of(run[0])));
    }
    Ok(written(size.width(), size.height(), palette, &numbers)?)
}

fn written(width: u32, height: u32, palette: Palette, numbers: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.colours.into_iter().flat_map(|Rgb(colour)| colour).collect::<Vec<u8>>());
    // Most rows are the row above them, which this filter makes rows of zeros.
    encoder.set_filter(png::Filter::Up);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(numbers)?;
    writer.finish()?;
    Ok(file)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rgb([u8; 3]);

impl Rgb {
    fn of(pixel: PremultipliedColorU8) -> Self {
        Self([pixel.red(), pixel.green(), pixel.blue()])
    }

    /// A colour of a drawing, `#rrggbb`.
    fn parse(colour: &str) -> Self {
        let value = u32::from_str_radix(&colour[1..], 16).expect("the colours of a drawing are hexadecimal");
        let [_, red, green, blue] = value.to_be_bytes();
        Self([red, green, blue])
    }

    /// Which of 4,096 boxes it lies in: the upper half of each channel. What lies in one box no eye tells apart at the edge of
    /// a letter.
    fn cell(self) -> usize {
        self.0.into_iter().fold(0, |cell, channel| cell << 4 | usize::from(channel >> 4))
    }

    fn distance(self, other: Self) -> u32 {
        self.0.into_iter().zip(other.0).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
    }
}

/// The colours of a picture so far, and the number of each cell.
struct Palette {
    colours: Vec<Rgb>,
    numbers: Vec<Option<u8>>,
}

impl Palette {
    /// What is filled with one of the drawing's colours has exactly that colour.
    fn new() -> Self {
        let mut palette = Self { colours: Vec::with_capacity(MOST), numbers: vec![None; 1 << 12] };
        for colour in [PAPER, INK, ACCENT, TINT, QUIET_INK] {
            palette.number(Rgb::parse(colour));
        }
        palette
    }

    /// The number of a colour: that of the first one in its cell, or the nearest where the palette is full.
    fn number(&mut self, colour: Rgb) -> u8 {
        let cell = colour.cell();
        if let Some(number) = self.numbers[cell] {
            return number;
        }
        let number = match u8::try_from(self.colours.len()) {
            Ok(number) => {
                self.colours.push(colour);
                number
            }
            Err(_) => self.nearest(colour),
        };
        self.numbers[cell] = Some(number);
        number
    }

    fn nearest(&self, colour: Rgb) -> u8 {
        let nearest = (0..=u8::MAX).zip(&self.colours).min_by_key(|(_, known)| known.distance(colour));
        nearest.map_or(0, |(number, _)| number)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a picture has at most a few thousand pixels, which f32 holds exactly")]
const fn as_f32(pixels: u32) -> f32 {
    pixels as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_of_a_drawing_are_kept_exactly() {
        let mut palette = Palette::new();
        for colour in [PAPER, INK, ACCENT, TINT, QUIET_INK] {
            let number = palette.number(Rgb::parse(colour));
            assert_eq!(palette.colours[usize::from(number)], Rgb::parse(colour));
        }
        assert_eq!(palette.colours.len(), 5);
    }

    #[test]
    fn a_full_palette_gives_the_nearest_colour() {
        let mut palette = Palette::new();
        for red in 0..16 {
            for green in 0..16 {
                palette.number(Rgb([red * 16, green * 16, 0x50]));
            }
        }
        assert_eq!(palette.colours.len(), MOST);
        let number = palette.number(Rgb([0xf0, 0, 0xff]));
        let nearest = palette.colours.iter().map(|known| known.distance(Rgb([0xf0, 0, 0xff]))).min();
        assert_eq!(Some(palette.colours[usize::from(number)].distance(Rgb([0xf0, 0, 0xff]))), nearest);
    }
}
