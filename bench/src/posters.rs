//! Posters on one core: each format, and a thousand in one PDF.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;
use checkin::poster::{PosterSize, PosterSpec, pdf, pdf_of_many, png, svg};
use shared::bilingual::Lang;
use shared::place::PlaceCode;
use shared_testkit::random::seeded;
use tests::sample::now;

use crate::report::{Report, percentile};

/// A4 at 144 dpi.
const WIDTH: u32 = 1_190;

/// Measures the three formats and the booklet.
///
/// # Errors
/// When a poster cannot be drawn.
pub fn run(report: &mut Report) -> anyhow::Result<()> {
    let mut random = seeded(3);
    let specs: Vec<PosterSpec> = (0..1_000).map(|n| spec(n, PlaceCode::new(&mut random))).collect();
    report.add("poster as SVG, p99", each(&specs[..200], |spec| Ok(svg(spec)?.len()))?, 1.0, "ms")?;
    report.add("poster as PDF, p99", each(&specs[..200], |spec| Ok(pdf(spec)?.len()))?, 10.0, "ms")?;
    report.add(
        "poster as PNG, 1,190 px wide, p99",
        each(&specs[..50], |spec| Ok(png(spec, WIDTH)?.len()))?,
        35.0,
        "ms",
    )?;
    report.note(&format!("a PNG has {:.0} KB", png(&specs[0], WIDTH)?.len() as f64 / 1e3))?;
    let begun = Instant::now();
    let booklet = pdf_of_many(&specs, Lang::Vi, |_| true).context("a thousand posters")?;
    report.add("1,000 posters in one PDF", begun.elapsed().as_secs_f64(), 10.0, "s")?;
    report.note(&format!("{:.1} MB", booklet.len() as f64 / 1e6))
}

fn each(specs: &[PosterSpec], draw: impl Fn(&PosterSpec) -> anyhow::Result<usize>) -> anyhow::Result<f64> {
    let mut took = Vec::with_capacity(specs.len());
    for spec in specs {
        let begun = Instant::now();
        black_box(draw(spec)?);
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    // The first one loads the fonts.
    took.remove(0);
    Ok(percentile(&mut took, 0.99))
}

fn spec(n: usize, code: PlaceCode) -> PosterSpec {
    PosterSpec {
        place_name: format!("Nhà hàng Hương Đồng Gió Nội số {n}"),
        address: format!("{n} đường Nguyễn Trung Trực"),
        ward_line: "Phường 4, Thành phố Mỹ Tho, Tỉnh Tiền Giang".to_owned(),
        url: format!("HTTPS://TIENGIANG.ANTAM.EXAMPLE/C/{code}"),
        code,
        lang: Lang::Vi,
        size: PosterSize::A4,
        printed_on: now().local_date(),
    }
}
