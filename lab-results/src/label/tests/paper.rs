//! A printer for PDFs: fills the paths of a page's content and of what it draws with it. Letters are passed over; a PDF that asks
//! for anything else of a page's filled shapes has no symbol to read.

use std::collections::HashMap;
use std::ops::Range;

use resvg::tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Transform};

/// The objects of a PDF by their numbers: what stands before a stream, and the stream.
struct Objects(HashMap<u32, (String, Vec<u8>)>);

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    bytes[from..].windows(wanted.len()).position(|window| window == wanted).map(|at| at + from)
}

/// The number of the reference `N 0 R` behind a key.
fn reference(text: &str, key: &str) -> Option<u32> {
    let rest = text.split(key).nth(1)?.trim_start_matches([' ', '[', '\n']);
    rest.split(' ').next()?.parse().ok()
}

impl Objects {
    fn read(pdf: &[u8]) -> Self {
        let mut objects = HashMap::new();
        let mut from = 0;
        while let Some(at) = find(pdf, b" 0 obj", from) {
            let begins = pdf[..at].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |place| place + 1);
            let number = std::str::from_utf8(&pdf[begins..at]).unwrap().parse().unwrap();
            let end = find(pdf, b"endobj", at).unwrap();
            let stream = find(&pdf[..end], b"stream", at);
            let head = String::from_utf8_lossy(&pdf[at + 6..stream.unwrap_or(end)]).into_owned();
            let data = stream.map_or_else(Vec::new, |stream| {
                let begins = stream + if pdf[stream + 6] == b'\r' { 8 } else { 7 };
                let data = &pdf[begins..begins + length(&head)];
                if head.contains("FlateDecode") {
                    miniz_oxide::inflate::decompress_to_vec_zlib(data).unwrap()
                } else {
                    data.to_vec()
                }
            });
            from = stream.map_or(end, |stream| find(pdf, b"endobj", stream + length(&head)).unwrap());
            objects.insert(number, (head, data));
        }
        Self(objects)
    }

    /// The streams that an object draws with `/NAME Do`.
    fn drawn_with(&self, head: &str) -> HashMap<String, u32> {
        let own = reference(head, "/Resources").map_or(head, |number| &self.0[&number].0);
        let own = own.replace("/XObject <<", "/XObject<<");
        let list = own.split("/XObject<<").nth(1).unwrap_or_default();
        let list = list.split(">>").next().unwrap_or_default();
        let named = list.split('/').skip(1).filter_map(|one| {
            let mut words = one.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
        });
        named.collect()
    }
}

fn length(head: &str) -> usize {
    head.split("/Length ").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// What fills now, and where.
#[derive(Clone, Copy)]
struct State {
    place: Transform,
    dark: bool,
}

/// Every page as a grey picture, so many pixels to the point.
pub fn print(pdf: &[u8], scale: f32) -> Vec<(Vec<u8>, u32, u32)> {
    let objects = Objects::read(pdf);
    let is_page = |head: &str| {
        let kind = head.split("/Type").nth(1).unwrap_or_default().trim_start();
        kind.strip_prefix("/Page").is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let mut pages: Vec<_> = objects.0.iter().filter(|(_, (head, _))| is_page(head)).collect();
    pages.sort_by_key(|(number, _)| **number);
    pages.into_iter().map(|(_, (head, _))| page(&objects, head, scale)).collect()
}

fn page(objects: &Objects, head: &str, scale: f32) -> (Vec<u8>, u32, u32) {
    let sizes = head.split("/MediaBox").nth(1).unwrap().trim_start_matches([' ', '[']);
    let sizes: Vec<f32> = sizes.split([' ', ']']).map_while(|text| text.parse().ok()).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a paper has a few thousand pixels")]
    let (width, height) = ((sizes[2] * scale).ceil() as u32, (sizes[3] * scale).ceil() as u32);
    let mut paper = Pixmap::new(width, height).unwrap();
    paper.fill(Color::WHITE);
    let upright = Transform::from_row(scale, 0.0, 0.0, -scale, 0.0, sizes[3] * scale);
    let content = &objects.0[&reference(head, "/Contents").unwrap()].1;
    draw(objects, head, content, State { place: upright, dark: true }, &mut paper);
    (paper.pixels().iter().map(|pixel| pixel.green()).collect(), width, height)
}

fn draw(objects: &Objects, head: &str, content: &[u8], begins: State, paper: &mut Pixmap) {
    let others = objects.drawn_with(head);
    let (mut state, mut kept) = (begins, Vec::new());
    let mut numbers: Vec<f32> = Vec::new();
    let (mut path, mut name) = (PathBuilder::new(), String::new());
    for word in words(content) {
        let last = |count: usize| -> Range<usize> { numbers.len().saturating_sub(count)..numbers.len() };
        match word.as_str() {
            "q" => kept.push(state),
            "Q" => state = kept.pop().unwrap(),
            "cm" => {
                let [a, b, c, d, e, f] = numbers[last(6)] else { panic!("{numbers:?}") };
                state.place = state.place.pre_concat(Transform::from_row(a, b, c, d, e, f));
            }
            "g" | "rg" | "sc" | "scn" if !numbers.is_empty() => state.dark = numbers.iter().any(|part| *part < 0.5),
            "m" => path.move_to(numbers[numbers.len() - 2], numbers[numbers.len() - 1]),
            "l" => path.line_to(numbers[numbers.len() - 2], numbers[numbers.len() - 1]),
            "c" => {
                let [a, b, c, d, e, f] = numbers[last(6)] else { panic!("{numbers:?}") };
                path.cubic_to(a, b, c, d, e, f);
            }
            "re" => {
                let [x, y, width, height] = numbers[last(4)] else { panic!("{numbers:?}") };
                path.move_to(x, y);
                path.line_to(x + width, y);
                path.line_to(x + width, y + height);
                path.line_to(x, y + height);
                path.close();
            }
            "h" => path.close(),
            "f" | "F" | "f*" | "n" | "S" | "s" => {
                let rule = if word == "f*" { FillRule::EvenOdd } else { FillRule::Winding };
                if let Some(path) = std::mem::take(&mut path).finish().filter(|_| word.starts_with(['f', 'F'])) {
                    let mut paint = Paint { anti_alias: false, ..Paint::default() };
                    paint.set_color(if state.dark { Color::BLACK } else { Color::WHITE });
                    paper.fill_path(&path, &paint, rule, state.place, None);
                }
            }
            "Do" => {
                if let Some((head, content)) = others.get(&name).and_then(|number| objects.0.get(number))
                    && head.contains("/Form")
                {
                    draw(objects, head, content, state, paper);
                }
            }
            other => {
                if let Ok(number) = other.parse() {
                    numbers.push(number);
                    continue;
                }
                if let Some(named) = other.strip_prefix('/') {
                    name = named.to_owned();
                    continue;
                }
            }
        }
        numbers.clear();
    }
}

/// The words of a content stream, without its texts.
fn words(content: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut text, mut hexadecimal) = (0_u32, false);
    let mut escaped = false;
    for byte in content {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text > 0 => escaped = true,
            b'(' => text += 1,
            b')' if text > 0 => text -= 1,
            _ if text > 0 => {}
            b'<' => hexadecimal = true,
            b'>' => hexadecimal = false,
            _ if hexadecimal => {}
            b' ' | b'\n' | b'\r' | b'\t' | b'[' | b']' => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            b'/' if !word.is_empty() => {
                words.push(std::mem::take(&mut word));
                word.push('/');
            }
            _ => word.push(char::from(*byte)),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}
