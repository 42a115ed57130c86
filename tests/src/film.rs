//! A film for a browser's fake camera: a code held before it, a little turned, on a grey ground.

use std::io::Write as _;
use std::path::Path;

use image::{GrayImage, Luma};
use shared_web::symbol::{Level, Symbol};

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
const FRAMES: u32 = 10;
/// Frames of each picture where there are several, at [`SLOW`] a second: long enough for a phone to read it.
const FRAMES_OF_SEVERAL: u32 = 4;
const SLOW: u32 = 2;

/// A QR code of a text, four pixels to a module, with its quiet zone.
///
/// # Errors
/// When the text is too long for a QR code.
pub fn qr(text: &[u8]) -> anyhow::Result<GrayImage> {
    let symbol = Symbol::new(text, Level::M)?;
    let side = symbol.width() as u32;
    let rows: Vec<&[bool]> = symbol.rows().collect();
    let (quiet, size) = (4, 4);
    Ok(GrayImage::from_fn((side + 2 * quiet) * size, (side + 2 * quiet) * size, |x, y| {
        let (x, y) = ((x / size).checked_sub(quiet), (y / size).checked_sub(quiet));
        let dark = match (x, y) {
            (Some(x), Some(y)) if x < side && y < side => rows[y as usize][x as usize],
            _ => false,
        };
        Luma([if dark { 20 } else { 235 }])
    }))
}

/// Writes the film: the picture fills most of the height, and trembles as a hand does.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, picture: &GrayImage) -> anyhow::Result<()> {
    record(path, &[picture], 10, FRAMES)
}

/// Writes a film of pictures that are held up one after the other, each for two seconds. A fake camera shows it again and again.
///
/// # Errors
/// When the file cannot be written.
pub fn write_several(path: &Path, pictures: &[&GrayImage]) -> anyhow::Result<()> {
    record(path, pictures, SLOW, FRAMES_OF_SEVERAL)
}

fn record(path: &Path, pictures: &[&GrayImage], frames_a_second: u32, frames: u32) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "YUV4MPEG2 W{WIDTH} H{HEIGHT} F{frames_a_second}:1 Ip A1:1 C420mpeg2")?;
    let colourless = vec![128; (WIDTH / 2 * (HEIGHT / 2)) as usize];
    for picture in pictures {
        for n in 0..frames {
            file.write_all(b"FRAME\n")?;
            file.write_all(&frame(picture, n))?;
            file.write_all(&colourless)?;
            file.write_all(&colourless)?;
        }
    }
    Ok(file.flush()?)
}

/// One picture of the film, brightness only.
fn frame(picture: &GrayImage, n: u32) -> Vec<u8> {
    let turned = (5.0 + f64::from(n) * 0.4).to_radians();
    let (sin, cos) = turned.sin_cos();
    // A label is wide: it may fill the width.
    let (wide, high) = (f64::from(WIDTH) * 0.9, f64::from(HEIGHT) * 0.82);
    let scale = (f64::from(picture.width()) / wide).max(f64::from(picture.height()) / high);
    let (middle_x, middle_y) = (f64::from(picture.width()) / 2.0, f64::from(picture.height()) / 2.0);
    let mut plane = Vec::with_capacity((WIDTH * HEIGHT) as usize);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (dx, dy) = (f64::from(x) - f64::from(WIDTH) / 2.0, f64::from(y) - f64::from(HEIGHT) / 2.0);
            let (sx, sy) = ((dx * cos + dy * sin) * scale + middle_x, (dy * cos - dx * sin) * scale + middle_y);
            plane.push(sample(picture, sx, sy));
        }
    }
    plane
}

/// The brightness between pixels, and the grey ground outside.
fn sample(picture: &GrayImage, x: f64, y: f64) -> u8 {
    let at = |x: f64, y: f64| {
        let inside = x >= 0.0 && y >= 0.0 && x < f64::from(picture.width()) && y < f64::from(picture.height());
        if inside { f64::from(picture.get_pixel(x as u32, y as u32).0[0]) } else { 150.0 }
    };
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let above = at(left, top) * (1.0 - fx) + at(left + 1.0, top) * fx;
    let below = at(left, top + 1.0) * (1.0 - fx) + at(left + 1.0, top + 1.0) * fx;
    (above * (1.0 - fy) + below * fy) as u8
}
