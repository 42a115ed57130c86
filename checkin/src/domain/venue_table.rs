//! A table of venues: which column is which, and what a line says.

use std::collections::HashMap;

use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::place::{PlaceInput, PlaceKind};

/// A field of a venue, and the headers under which tables have it, folded and without punctuation.
const FIELDS: [(&str, &[&str]); 11] = [
    ("id", &["id", "ma dinh danh", "uuid"]),
    ("name", &["name", "ten", "ten dia diem", "ten co so", "ten diem", "venue", "venue name", "dia diem"]),
    ("kind", &["kind", "type", "category", "loai", "loai hinh", "loai dia diem", "loai co so", "linh vuc"]),
    ("address", &["address", "dia chi", "so nha duong", "street"]),
    (
        "ward_code",
        &["ward code", "ward", "ma xa", "ma phuong", "ma xa phuong", "ma phuong xa", "ma px", "xa phuong", "phuong xa"],
    ),
    ("capacity", &["capacity", "suc chua", "so nguoi toi da", "max people"]),
    ("phone", &["phone", "telephone", "tel", "dien thoai", "so dien thoai", "sdt", "phone number", "owner phone"]),
    ("parent", &["parent", "parent id", "thuoc", "thuoc dia diem", "dia diem cha", "part of"]),
    ("opening_hours", &["opening hours", "hours", "gio mo cua", "gio hoat dong"]),
    ("accession", &["accession", "ref", "reference", "stt", "ma so", "ma"]),
    ("position", &["position", "toa do", "lat lon", "coordinates"]),
];

/// The fields that a table must have a column for.
const NEEDED: [&str; 5] = ["name", "kind", "address", "ward_code", "phone"];

/// Which column of a table holds which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    columns: HashMap<&'static str, (usize, String)>,
}

/// The columns that a table lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("columns are missing: {}", .0.join(", "))]
pub struct MissingColumns(pub Vec<&'static str>);

impl MissingColumns {
    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(&self) -> Bilingual {
        let (missing, needed) = (self.0.join(", "), NEEDED.join(", "));
        Bilingual::new(
            format!("Thiếu cột: {missing}. Dòng đầu phải có tên các cột: {needed}"),
            format!("Missing columns: {missing}. The first line names the columns: {needed}"),
        )
    }
}

impl Header {
    /// Understands the first line of a table.
    ///
    /// # Errors
    /// The columns that are missing.
    pub fn read(cells: &[String]) -> Result<Self, MissingColumns> {
        let mut columns = HashMap::new();
        for (at, cell) in cells.iter().enumerate() {
            let plain = plain(cell);
            let field = FIELDS.iter().find(|(_, names)| names.contains(&plain.as_str()));
            if let Some((field, _)) = field {
                columns.entry(*field).or_insert((at, cell.trim().to_owned()));
            }
        }
        let missing: Vec<_> = NEEDED.into_iter().filter(|field| !columns.contains_key(field)).collect();
        if missing.is_empty() { Ok(Self { columns }) } else { Err(MissingColumns(missing)) }
    }

    /// The header of a field as the file spells it; the field's own name where it has no column.
    #[must_use]
    pub fn column<'a>(&'a self, field: &'a str) -> &'a str {
        self.columns.get(field).map_or(field, |(_, header)| header)
    }

    /// What a line says.
    #[must_use]
    pub fn line(&self, row: u32, cells: &[String]) -> Line {
        let cell = |field: &str| {
            let (at, _) = self.columns.get(field)?;
            cells.get(*at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).map(str::to_owned)
        };
        Line {
            row,
            accession: cell("accession"),
            id: cell("id"),
            parent: cell("parent"),
            opening_hours: cell("opening_hours"),
            position: cell("position"),
            place: PlaceInput {
                name: cell("name"),
                kind: cell("kind").map(|kind| kind_code(&kind)),
                address: cell("address"),
                ward_code: cell("ward_code").map(|code| padded(&whole(&code), 5)),
                // What is no number becomes one that is refused, so that it is said at its column.
                capacity: cell("capacity").map(|text| whole(&text).replace(['.', ' '], "").parse().unwrap_or(-1)),
                phone: cell("phone").map(|phone| phone_of(&phone)),
            },
        }
    }
}

/// One line of a table, not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number as a spreadsheet shows it.
    pub row: u32,
    /// What the sender calls it.
    pub accession: Option<String>,
    /// An id that the sender chose.
    pub id: Option<String>,
    /// The place that it is a part of: an id, a code, or the name of a place above it in the file.
    pub parent: Option<String>,
    /// When it is open.
    pub opening_hours: Option<String>,
    /// `latitude, longitude` in degrees.
    pub position: Option<String>,
    /// The place.
    pub place: PlaceInput,
}

/// A header or a name without diacritics, case and punctuation.
fn plain(text: &str) -> String {
    let text = fold(text.trim_start_matches('\u{feff}'));
    let letters = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The code of a kind that was written as its code or its name in either language, or a part of its name such as
/// `Quán ăn`; anything else stays as it is, and is refused.
fn kind_code(text: &str) -> String {
    let wanted = plain(text);
    let named = |kind: &&PlaceKind| {
        let name = kind.name();
        let full = [name.vi.as_str(), name.en.as_str()];
        let parts = full.iter().flat_map(|name| name.split(','));
        plain(kind.code()) == wanted
            || full.iter().any(|name| plain(name) == wanted)
            || parts.map(plain).any(|part| part == wanted)
    };
    PlaceKind::ALL.iter().find(named).map_or_else(|| text.to_owned(), |kind| kind.code().to_owned())
}

/// A spreadsheet's number without its empty decimals.
fn whole(text: &str) -> String {
    text.strip_suffix(".0").unwrap_or(text).to_owned()
}

/// Digits that a spreadsheet took for a number get their leading zeros back.
fn padded(text: &str, width: usize) -> String {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits { format!("{text:0>width$}") } else { text.to_owned() }
}

fn phone_of(text: &str) -> String {
    let text = whole(text);
    let nine_digits = text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit());
    if nine_digits { format!("0{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn columns_are_known_by_their_names_in_either_language_and_any_order() {
        let header = Header::read(&cells(&[
            "\u{feff}STT",
            "Số điện thoại",
            "Tên địa điểm",
            "Loại hình",
            "Địa chỉ",
            "Mã xã/phường",
        ]));
        let line = header.unwrap().line(1, &cells(&["7", "912345678", " Quán Ẩm ", "Quán ăn", "1 Lê Lợi", "1.0"]));
        assert_eq!(line.accession.as_deref(), Some("7"));
        assert_eq!(line.place.phone.as_deref(), Some("0912345678"));
        assert_eq!(line.place.kind.as_deref(), Some("restaurant"));
        assert_eq!(line.place.ward_code.as_deref(), Some("00001"));
        assert_eq!(line.place.name.as_deref(), Some("Quán Ẩm"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = Header::read(&cells(&["name", "kind"])).unwrap_err();
        assert_eq!(missing.0, ["address", "ward_code", "phone"]);
    }

    #[test]
    fn a_short_line_has_empty_fields_and_a_bad_number_is_refused_later() {
        let header = Header::read(&cells(&["name", "kind", "address", "ward_code", "phone", "capacity"])).unwrap();
        assert_eq!(header.line(1, &cells(&["Quán"])).place.phone, None);
        let line = header.line(2, &cells(&["Quán", "bar", "", "x", "", "nhiều"]));
        assert_eq!((line.place.capacity, line.place.kind.as_deref()), (Some(-1), Some("bar")));
    }

    #[test]
    fn every_kind_is_known_by_its_names() {
        for kind in PlaceKind::ALL {
            for name in [kind.code().to_owned(), kind.name().vi, kind.name().en] {
                assert_eq!(kind_code(&name), kind.code());
            }
        }
    }
}
