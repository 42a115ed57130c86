//! Where the header of a table is, and which character parts its cells.

use csv::ByteRecord;
use shared::fold::nfc;

use super::field::Field;
use super::records::{Kind, Records};
use crate::domain::message::Mapping;

/// Among how many lines at the top the header is looked for: titles and dates of the laboratory come above it.
const HEADER_LINES: usize = 20;
/// How many columns must be recognised for a line below the first to be the header.
const RECOGNISED: usize = 3;
/// The delimiters that are tried, the usual one first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Where the header is and how it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// The character between cells.
    pub(super) delimiter: u8,
    /// How many records come before the header.
    pub(super) skipped: usize,
}

/// Finds the delimiter and the header at the beginning of a text: the cut under which most columns are recognised, or
/// most cells seen. A first line `sep=;`, which Excel understands, decides by itself.
pub(super) fn layout(head: &str, mapping: &Mapping) -> Layout {
    let first = head.lines().next().unwrap_or_default().trim().trim_matches('"').to_ascii_lowercase();
    let declared = first.strip_prefix("sep=").and_then(|d| d.bytes().next()).filter(|d| DELIMITERS.contains(d));
    let tried = declared.as_ref().map_or(&DELIMITERS[..], core::slice::from_ref);
    let mut best = (Layout { delimiter: tried[0], skipped: 0 }, 0, 0);
    for &delimiter in tried {
        for (skipped, record) in records(head, delimiter).enumerate().take(HEADER_LINES) {
            let recognised = cells(&record).filter(|c| Field::read(c, mapping).is_some()).count();
            let is_first = skipped == usize::from(declared.is_some());
            if !is_first && recognised < RECOGNISED {
                continue;
            }
            let score = (recognised, if is_first { record.len() } else { 0 });
            if score > (best.1, best.2) {
                best = (Layout { delimiter, skipped }, score.0, score.1);
            }
        }
    }
    best.0
}

fn records(head: &str, delimiter: u8) -> impl Iterator<Item = ByteRecord> {
    let mut records = Records::new(head.as_bytes(), delimiter);
    core::iter::from_fn(move || {
        let mut record = ByteRecord::new();
        let place = records.next(&mut record).ok()??;
        Some(if place.kind == Kind::TooLong { ByteRecord::new() } else { record })
    })
}

/// The cells of a record as texts, composed.
pub(super) fn cells(record: &ByteRecord) -> impl Iterator<Item = String> {
    record.iter().map(|cell| nfc(&String::from_utf8_lossy(cell)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_and_the_header_line_are_found() {
        let found = |head: &str| {
            let layout = layout(head, &Mapping::default());
            (char::from(layout.delimiter), layout.skipped)
        };
        assert_eq!(found("accession;\"họ, tên, tuổi\";outcome\nA,1;b;c\n"), (';', 0));
        assert_eq!(found("accession\tbarcode\n"), ('\t', 0));
        assert_eq!(found("accession|barcode\n"), ('|', 0));
        assert_eq!(found("accession\n"), (',', 0));
        assert_eq!(found("sep=;\naccession;a,b,c,d,e\n"), (';', 1));
        assert_eq!(found("SỞ Y TẾ TIỀN GIANG\nNgày 10/03/2022\nSTT,Mã xét nghiệm,Kết quả,Mã ống\n"), (',', 2));
        assert_eq!(found(""), (',', 0));
    }
}
