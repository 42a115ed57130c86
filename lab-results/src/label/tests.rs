//! Labels read back by a machine, as a scanner of the laboratory reads them.

mod paper;

use std::collections::HashSet;

use rxing::{BarcodeFormat, DecodeHintValue, DecodeHints};
use shared_web::symbol::{Level, Symbol};

use super::bars::Bars;
use super::*;
use crate::domain::tube::{FIRST_OF_RANGES, TubeCode};

const NAMES: [&str; 4] =
    ["Nguyễn Thị Ẩm", "Công Tằng Tôn Nữ Thị Phương Thảo Quỳnh Hương", "Ẵ Ỡ Đặng", "O'Neil <b>& \"Bé\""];
const CODES: [&str; 4] = ["G0000002", "KIT-2022-000481", "100004162", "8938505974195"];

fn spec(barcode: &str, name: &str) -> LabelSpec {
    LabelSpec {
        barcode: barcode.to_owned(),
        name: name.to_owned(),
        detail: "1955 · Dịch tỵ hầu".to_owned(),
        taken: "10/03/2022 08:00".to_owned(),
    }
}

/// What a scanner reads in a grey picture: QR and Code 128.
fn read(grey: &[u8], width: u32, height: u32) -> HashSet<(String, BarcodeFormat)> {
    let formats = [BarcodeFormat::QR_CODE, BarcodeFormat::CODE_128];
    formats
        .into_iter()
        .filter_map(|format| {
            let mut hints = DecodeHints::default()
                .with(DecodeHintValue::PossibleFormats(HashSet::from([format])))
                .with(DecodeHintValue::TryHarder(true));
            let found =
                rxing::helpers::detect_in_luma_with_hints(grey.to_vec(), width, height, Some(format), &mut hints);
            found.ok().map(|found| (found.getText().to_owned(), *found.getBarcodeFormat()))
        })
        .collect()
}

fn both(code: &str) -> HashSet<(String, BarcodeFormat)> {
    [BarcodeFormat::QR_CODE, BarcodeFormat::CODE_128].map(|format| (code.to_owned(), format)).into()
}

fn grey(svg: &str, scale: f32) -> (Vec<u8>, u32, u32) {
    let pixels = pixels(svg, scale).unwrap();
    (pixels.pixels().iter().map(|pixel| pixel.green()).collect(), pixels.width(), pixels.height())
}

#[test]
fn both_symbols_of_the_svg_and_of_the_png_are_read_back() {
    for code in CODES {
        for name in NAMES {
            let spec = spec(code, name);
            let (grey, width, height) = grey(&svg(&spec).unwrap(), 4.0);
            assert_eq!(read(&grey, width, height), both(code), "SVG {code} {name}");
            let picture = image::load_from_memory(&png(&spec).unwrap()).unwrap().to_luma8();
            assert_eq!(read(picture.as_raw(), picture.width(), picture.height()), both(code), "PNG {code} {name}");
        }
    }
}

#[test]
fn a_code_that_bars_cannot_hold_still_has_its_qr() {
    for code in ["Mẫu-Đ1", &"X".repeat(64)] {
        let (grey, width, height) = grey(&svg(&spec(code, "Lê Văn Tám")).unwrap(), 4.0);
        let read = read(&grey, width, height);
        assert_eq!(read.into_iter().collect::<Vec<_>>(), [(code.to_owned(), BarcodeFormat::QR_CODE)]);
    }
}

/// The printer: draws what our ZPL asks for, and refuses what it does not know.
fn print(zpl: &str) -> (Vec<u8>, u32, u32) {
    let (width, height) = (usize::from(WIDTH), usize::from(HEIGHT));
    let mut paper = vec![255_u8; width * height];
    let mut ink = |x: usize, y: usize| paper[y * width + x] = 0;
    let (mut at, mut module, mut symbol) = ((0, 0), 2, "");
    for command in zpl.split('^').skip(1).map(str::trim_end) {
        let (name, rest) = command.split_at(2);
        let numbers: Vec<usize> = rest.split(',').filter_map(|text| text.parse().ok()).collect();
        match name {
            "XA" | "XZ" | "CI" | "LH" | "FS" | "FH" => {}
            "PW" => assert_eq!(numbers, [width]),
            "LL" => assert_eq!(numbers, [height]),
            "FO" => at = (numbers[0], numbers[1]),
            "BY" => module = numbers[0],
            "BQ" => {
                symbol = "qr";
                module = numbers[1];
            }
            "BC" => symbol = "bars",
            "GF" => {
                let hex = rest.rsplit(',').next().unwrap();
                let bits = (0..hex.len() / 2).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap());
                for (n, byte) in bits.enumerate() {
                    let (x, y) = (n % numbers[2] * 8, n / numbers[2]);
                    (0..8).filter(|bit| byte & 0x80 >> bit != 0).for_each(|bit| ink(x + bit, at.1 + y));
                }
            }
            "FD" if symbol == "qr" => {
                let symbol = Symbol::new(rest.strip_prefix("QA,").unwrap(), Level::Q).unwrap();
                for (n, dark) in symbol.rows().flatten().enumerate() {
                    let (x, y) = (n % symbol.width() * module, n / symbol.width() * module);
                    if *dark {
                        (0..module * module).for_each(|d| ink(at.0 + x + d % module, at.1 + 10 + y + d / module));
                    }
                }
            }
            "FD" => {
                let bars = Bars::new(rest).unwrap();
                assert_eq!(bars.dot, module);
                let svg = format!(
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\
                     <path transform=\"translate({} {})\" d=\"{}\"/></svg>",
                    at.0,
                    at.1,
                    bars.path(design::BARS_HEIGHT)
                );
                let picture = pixels(&svg, 1.0).unwrap();
                let dark = picture.pixels().iter().enumerate().filter(|(_, pixel)| pixel.green() < 128);
                dark.for_each(|(n, _)| ink(n % width, n / width));
            }
            unknown => panic!("the printer does not know ^{unknown}"),
        }
    }
    (paper, u32::from(WIDTH), u32::from(HEIGHT))
}

#[test]
fn a_printed_label_is_read_back_and_its_name_is_the_picture_of_its_letters() {
    for code in CODES {
        for name in NAMES {
            let spec = spec(code, name);
            let zpl = zpl(&spec).unwrap();
            assert!(!zpl.contains(name) && zpl.is_ascii(), "letters go as a picture");
            let (paper, width, height) = print(&zpl);
            // Scanners see more than one point to a dot.
            let large = image::DynamicImage::from(image::GrayImage::from_raw(width, height, paper.clone()).unwrap())
                .resize(width * 3, height * 3, image::imageops::FilterType::Nearest)
                .to_luma8();
            assert_eq!(read(large.as_raw(), large.width(), large.height()), both(code), "{code} {name}");
            let (drawn, ..) = grey(&design::in_dots(&spec).unwrap(), 1.0);
            let differ = paper.iter().zip(&drawn).filter(|(one, other)| (**one < 128) != (**other < 140)).count();
            assert!(differ < 40, "the print differs from the picture in {differ} dots");
        }
    }
}

#[test]
fn the_letters_of_a_field_that_command_a_printer_are_hexadecimal() {
    let zpl = zpl(&spec("A^B~C_D", "Lê")).unwrap();
    assert!(zpl.contains("^FDQA,A_5EB_7EC_5FD^FS"), "{zpl}");
}

#[test]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a paper has a few thousand pixels"
)]
fn sheets_hold_as_many_labels_as_asked_for() {
    let labels: Vec<_> = (0..50)
        .map(|n| LabelSpec { name: String::new(), ..spec(TubeCode::of_number(FIRST_OF_RANGES + n).as_str(), "") })
        .collect();
    let pages = paper::print(&sheet("Mã ống", &labels).unwrap(), 6.0);
    assert_eq!(pages.len(), 2);
    for place in [0, 3, 21, 40, 43, 44, 49] {
        let (grey, width, height) = &pages[place / PER_SHEET];
        let page = image::GrayImage::from_raw(*width, *height, grey.clone()).unwrap();
        let millimetre = |count: f32| (count * POINTS_PER_MILLIMETRE * 6.0) as u32;
        let (column, row) = (place % PER_SHEET % 4, place % PER_SHEET / 4);
        let at = (millimetre(5.0 + 50.0 * column as f32), millimetre(5.5 + 26.0 * row as f32));
        let label = image::imageops::crop_imm(&page, at.0, at.1, millimetre(50.0), millimetre(25.0)).to_image();
        assert_eq!(read(label.as_raw(), label.width(), label.height()), both(&labels[place].barcode), "{place}");
    }
}

#[test]
fn both_symbols_of_a_pdf_are_read_back() {
    for code in CODES {
        for name in NAMES {
            let pages = paper::print(&pdf(&spec(code, name)).unwrap(), 8.0);
            let [(grey, width, height)] = &pages[..] else { panic!("{} pages", pages.len()) };
            assert_eq!(read(grey, *width, *height), both(code), "{code} {name}");
        }
    }
}

#[test]
fn the_qr_of_a_slip_is_read_back_from_its_paper() {
    let url = format!("HTTPS://ANTAM.EXAMPLE/S/{}", "0123456789ABCDEFG".repeat(8));
    let spec = slip::tests::spec(url.clone());
    let pages = paper::print(&slip(&spec).unwrap(), 4.0);
    let [(grey, width, height)] = &pages[..] else { panic!("{} pages", pages.len()) };
    assert_eq!(read(grey, *width, *height), HashSet::from([(url, BarcodeFormat::QR_CODE)]));
}
