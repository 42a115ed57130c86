//! Posters, looked at by machines.

use image::DynamicImage;
use proptest::prelude::*;
use shared::fold::nfc;
use shared::random::Random;
use usvg::{Group, Node, Rect, Text, Tree};

use super::*;

struct Ones;
impl Random for Ones {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0b0101_1101);
    }
}

const LONG: &str =
    "Trung tâm Thương mại, Dịch vụ Ẩm thực và Giải trí Tổng hợp Quốc tế Nguyễn Thị Phương Thảo – Chi nhánh Mỹ Tho";
const NAMES: [&str; 4] = ["Phở Ẩm", "Quán ăn gia đình Bếp Ế Ở Nhà", LONG, "A&B <Café> \"số 1\""];

fn spec(name: &str, size: PosterSize, lang: Lang) -> PosterSpec {
    let code = PlaceCode::new(&mut Ones);
    PosterSpec {
        place_name: name.to_owned(),
        address: "Số 12, đường Lê Lợi".to_owned(),
        ward_line: "Phường 4, Thành phố Mỹ Tho, Tỉnh Tiền Giang".to_owned(),
        code,
        url: format!("HTTPS://ANTAM.EXAMPLE/C/{code}"),
        lang,
        size,
        printed_on: "2022-03-10".parse().unwrap(),
    }
}

fn specs() -> impl Iterator<Item = PosterSpec> {
    let sheets = PosterSize::ALL.into_iter().filter(|size| *size != PosterSize::Sticker);
    let papers = sheets.flat_map(|size| [(size, Lang::Vi), (size, Lang::En)]);
    papers.flat_map(|(size, lang)| NAMES.map(|name| spec(name, size, lang)))
}

fn texts(group: &Group) -> Vec<&Text> {
    let children = group.children().iter();
    children
        .flat_map(|node| match node {
            Node::Text(text) => vec![&**text],
            Node::Group(group) => texts(group),
            Node::Path(_) | Node::Image(_) => Vec::new(),
        })
        .collect()
}

/// The symbol is the last path that is drawn.
fn symbol_of(tree: &Tree) -> Rect {
    fn paths(group: &Group) -> Vec<Rect> {
        let children = group.children().iter();
        children
            .flat_map(|node| match node {
                Node::Path(path) => vec![path.abs_bounding_box()],
                Node::Group(group) => paths(group),
                Node::Text(_) | Node::Image(_) => Vec::new(),
            })
            .collect()
    }
    *paths(tree.root()).last().unwrap()
}

fn drawn(spec: &PosterSpec) -> Tree {
    text::tree(&svg(spec).unwrap()).unwrap()
}

/// Whether every text lies on the page and none in the quiet zone of the symbol.
fn is_tidy(spec: &PosterSpec) -> bool {
    let tree = drawn(spec);
    let modules = symbol::symbol(&spec.url).unwrap().modules();
    let symbol = symbol_of(&tree);
    let quiet = symbol.width() / modules * symbol::QUIET_ZONE * 0.999;
    let (above, below) = (symbol.top() - quiet, symbol.bottom() + quiet);
    // Of the margin of 8 units a quarter is left to letters that reach beyond their advance.
    let margin = tree.size().width() * 6.0 / 210.0;
    texts(tree.root()).into_iter().all(|text| {
        let lies = text.abs_bounding_box();
        // The box of a line has room for accents that few letters have.
        let baseline_room = lies.height() * 0.1;
        let in_width = lies.left() >= margin && lies.right() <= tree.size().width() - margin;
        let in_height = lies.top() >= 0.0 && lies.bottom() <= tree.size().height();
        in_width && in_height && (lies.bottom() - baseline_room <= above || lies.top() + baseline_room >= below)
    })
}

#[test]
fn the_symbol_of_every_poster_is_read_back_from_its_pixels() {
    for spec in specs() {
        let png = png(&spec, 620).unwrap();
        let grey = image::load_from_memory(&png).map(DynamicImage::into_luma8).unwrap();
        let (width, height) = grey.dimensions();
        let read = rxing::helpers::detect_in_luma(grey.into_raw(), width, height, None).unwrap();
        assert_eq!(read.getText(), spec.url, "{:?}", spec.size);
    }
}

#[test]
fn every_sticker_of_a_sheet_is_read_back_and_its_texts_stay_on_it() {
    let spec = spec(&LONG.repeat(3), PosterSize::Sticker, Lang::Vi);
    let sheet = image::load_from_memory(&png(&spec, 1_240).unwrap()).unwrap();
    let (width, height) = (sheet.width() / 2, sheet.height() / 4);
    for (column, row) in [(0, 0), (1, 0), (0, 3), (1, 3)] {
        let one = sheet.crop_imm(column * width, row * height, width, height).into_luma8();
        let read = rxing::helpers::detect_in_luma(one.into_raw(), width, height, None).unwrap();
        assert_eq!(read.getText(), spec.url);
    }
    for text in texts(drawn(&spec).root()) {
        let lies = text.abs_bounding_box();
        let column = if lies.left() < 105.0 * 72.0 / 25.4 * 96.0 / 72.0 { 0.0 } else { 1.0 };
        let end = (column + 1.0) * 105.0 * 96.0 / 25.4;
        assert!(lies.right() <= end, "{} {}", lies.right(), end);
    }
}

#[test]
fn no_text_leaves_the_page_or_enters_the_quiet_zone() {
    for spec in specs() {
        assert!(is_tidy(&spec), "{} {:?} {:?}", spec.place_name, spec.size, spec.lang);
    }
}

#[test]
fn the_symbol_on_a4_is_at_least_fifteen_centimetres_wide_whatever_is_written() {
    for lang in [Lang::Vi, Lang::En] {
        for url in ["HTTPS://ANTAM.EXAMPLE/C/4WT59M5Y", "HTTPS://KHAIBAO.SOYTE.TIENGIANG.GOV.VN:8443/C/4WT59M5Y"] {
            let name = LONG.repeat(2);
            let spec = PosterSpec { address: LONG.repeat(3), url: url.to_owned(), ..spec(&name, PosterSize::A4, lang) };
            let tree = drawn(&spec);
            let millimetres = symbol_of(&tree).width() / tree.size().width() * 210.0;
            assert!(millimetres >= 150.0, "{millimetres} mm");
            assert!(is_tidy(&spec));
        }
    }
}

#[test]
fn a_name_takes_at_most_three_lines() {
    let one = texts(drawn(&spec("Phở Ẩm", PosterSize::A5, Lang::Vi)).root()).len();
    let three = texts(drawn(&spec(&LONG.repeat(3), PosterSize::A5, Lang::Vi)).root()).len();
    assert_eq!(three - one, 2);
}

#[test]
fn every_vietnamese_letter_has_its_glyph_in_both_weights() {
    let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
    let vowels = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY".chars();
    let mut letters: Vec<String> = vowels.flat_map(|v| tones.map(|tone| nfc(&format!("{v}{tone}")))).collect();
    letters.extend(["đ".to_owned(), "Đ".to_owned()]);
    letters.retain(|letter| !letter.is_ascii());
    assert_eq!(letters.len(), 134);
    assert!(letters.iter().all(|letter| letter.chars().count() == 1));
    // The name is set in bold, the address in regular.
    let everything = letters.join(" ");
    let spec = PosterSpec { address: everything.clone(), ..spec(&everything, PosterSize::A4, Lang::Vi) };
    let tree = drawn(&spec);
    let glyphs: Vec<_> = texts(tree.root())
        .into_iter()
        .flat_map(|text| text.layouted().iter().flat_map(|span| &span.positioned_glyphs))
        .collect();
    assert!(glyphs.len() > 2 * 134);
    assert!(glyphs.iter().all(|glyph| glyph.id.0 != 0), "a letter is missing in the font");
}

#[test]
fn a_poster_says_everything_in_both_languages() {
    let words = |lang| svg(&spec("Phở Ẩm", PosterSize::A4, lang)).unwrap();
    for (lang, printed) in [(Lang::Vi, "In ngày 10/03/2022"), (Lang::En, "Printed 10/03/2022")] {
        let poster = words(lang);
        let code = PlaceCode::new(&mut Ones);
        let (left, right) = code.as_str().split_at(4);
        let expected =
            ["Quét mã để khai báo vào/ra", "Scan to check in", "An Tâm", "Phở Ẩm", "antam.example", "21", printed];
        for text in expected.into_iter().chain([format!("{left}-{right}").as_str()]) {
            assert!(poster.contains(text), "{text} is missing in {}", lang.tag());
        }
    }
}

#[test]
fn the_pdf_is_small_and_its_text_can_be_selected() {
    for size in PosterSize::ALL {
        let pdf = pdf(&spec(LONG, size, Lang::Vi)).unwrap();
        assert!(pdf.starts_with(b"%PDF") && pdf.len() < 200_000, "{} bytes", pdf.len());
        let maps_to_unicode = pdf.windows(10).any(|bytes| bytes == b"/ToUnicode");
        assert!(maps_to_unicode, "without a map to Unicode its text is only shapes");
    }
}

#[test]
fn the_png_is_as_wide_as_asked_and_has_the_shape_of_the_paper() {
    let png = png(&spec("Phở Ẩm", PosterSize::A6, Lang::En), 300).unwrap();
    let picture = image::load_from_memory(&png).unwrap();
    assert_eq!(picture.width(), 300);
    assert!(picture.height().abs_diff(423) <= 1);
}

#[test]
fn a_picture_without_pixels_or_with_too_many_is_refused() {
    let spec = spec("Phở Ẩm", PosterSize::A4, Lang::Vi);
    for width in [0, WIDEST + 1] {
        assert!(matches!(png(&spec, width), Err(PosterError::Width)));
    }
}

#[test]
fn a_link_that_no_symbol_holds_is_refused() {
    let spec = PosterSpec { url: "A".repeat(5_000), ..spec("Phở Ẩm", PosterSize::A4, Lang::Vi) };
    assert!(matches!(svg(&spec), Err(PosterError::Symbol(_))));
}

#[test]
fn the_symbol_of_a_screen_reads_back() {
    let link = "HTTPS://ANTAM.EXAMPLE/C/4WT59M5Y/7K3M9T2X";
    let picture = pixels::png(&text::tree(&symbol_svg(link).unwrap()).unwrap(), 370).unwrap();
    let grey = image::load_from_memory(&picture).unwrap().to_luma8();
    let (width, height) = grey.dimensions();
    assert_eq!((width, height), (370, 370));
    let read = rxing::helpers::detect_in_luma(grey.into_raw(), width, height, None).unwrap();
    assert_eq!(read.getText(), link);
    assert!((symbol::symbol(link).unwrap().modules() - 29.0).abs() < f32::EPSILON, "no denser than the poster's");
}

#[test]
fn the_codes_of_the_sizes_name_them() {
    assert!(PosterSize::ALL.into_iter().all(|size| PosterSize::from_code(size.code()) == Some(size)));
    assert_eq!(PosterSize::from_code("a3"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn whatever_a_place_is_called_its_poster_is_tidy(
        name in "\\PC{0,200}", address in "[A-Za-zẨởế ,0-9]{0,200}",
        // The words of a sticker stand beside its symbol; the sheet has a test of its own.
        size in proptest::sample::select(
            PosterSize::ALL.into_iter().filter(|size| *size != PosterSize::Sticker).collect::<Vec<_>>()
        ),
    ) {
        let spec = PosterSpec { address, ..spec(&name, size, Lang::Vi) };
        prop_assert!(is_tidy(&spec));
    }
}
