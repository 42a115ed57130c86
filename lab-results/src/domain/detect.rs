//! What a file is, told by what is in it and never by its name.

use super::genexpert;

/// The formats that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Rows of text: CSV and its relatives.
    Table,
    /// An XLSX workbook.
    Xlsx,
    /// HL7 v2: messages, or a batch.
    Hl7,
    /// FHIR: Bundles, one or many.
    Fhir,
    /// Results as JSON, as `POST results` takes them.
    Json,
    /// The export of a GeneXpert Dx.
    GeneXpert,
    /// Something that is not taken, and what it is called.
    Other(&'static str),
}

impl Format {
    /// The name in the table of uploads and in answers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Table => "csv",
            Self::Xlsx => "xlsx",
            Self::Hl7 => "hl7",
            Self::Fhir => "fhir",
            Self::Json => "json",
            Self::GeneXpert => "genexpert",
            Self::Other(name) => name,
        }
    }
}

/// How much of a file tells what it is, in bytes.
pub const HEAD: usize = 16 * 1024;

/// The format of a file, by its first bytes.
#[must_use]
pub fn format(head: &[u8]) -> Format {
    match head {
        [b'P', b'K', 3, 4, ..] => return Format::Xlsx,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return Format::Other("XLS"),
        [b'%', b'P', b'D', b'F', ..] => return Format::Other("PDF"),
        [0x1f, 0x8b, ..] => return Format::Other("GZIP"),
        _ => {}
    }
    let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    let start = text.iter().position(|b| !b.is_ascii_whitespace() && !matches!(b, 0x0b | 0x1c));
    let text = &text[start.unwrap_or(text.len())..];
    match text {
        [b'{' | b'[', ..] => json(text),
        [b'<', ..] => Format::Other("XML"),
        _ if genexpert::is_export(text) => Format::GeneXpert,
        _ if is_hl7(text) => Format::Hl7,
        _ => Format::Table,
    }
}

/// Whether one of the first lines begins a message or a batch.
fn is_hl7(text: &[u8]) -> bool {
    let lines = text.split(|b| matches!(b, b'\r' | b'\n')).take(20);
    let mut begins = lines.map(|line| {
        let line = line.trim_ascii_start();
        let line = line.strip_prefix(b"\x0b").unwrap_or(line);
        let declared = line.get(3).is_some_and(|b| b.is_ascii_punctuation() && *b != b',' && *b != b';');
        // The first of the encoding characters is the one between components.
        let cut = line.get(4).is_some_and(u8::is_ascii_punctuation);
        declared && cut && [&b"MSH"[..], b"FHS", b"BHS"].iter().any(|name| line.starts_with(name))
    });
    begins.any(|begins| begins)
}

/// FHIR names its resources.
fn json(text: &[u8]) -> Format {
    let has = |name: &str| text.windows(name.len()).any(|window| window == name.as_bytes());
    let fhir = ["\"resourceType\"", "\"fhirBundle\"", "\"fhirVersion\""].into_iter().any(has);
    if fhir { Format::Fhir } else { Format::Json }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_by_their_first_bytes() {
        for (head, found) in [
            (&b"PK\x03\x04rest"[..], Format::Xlsx),
            (b"\xd0\xcf\x11\xe0rest", Format::Other("XLS")),
            (b"MSH|^~\\&|", Format::Hl7),
            (b"\x0bMSH|^~\\&|", Format::Hl7),
            (b"FHS|^~\\&|", Format::Hl7),
            (b"export of today\r\nMSH|^~\\&|", Format::Hl7),
            (b"\xef\xbb\xbf {\"resourceType\": \"Bundle\"}", Format::Fhir),
            (b"{\"version\": 1, \"fhirBundle\": {}}", Format::Fhir),
            (b"[{\"accession\": \"A1\"}]", Format::Json),
            (b"\xef\xbb\xbfGeneXpert Dx System Export File\r\n", Format::GeneXpert),
            (b"MSH,accession\n", Format::Table),
            (b"accession,outcome\n", Format::Table),
            (b"", Format::Table),
        ] {
            assert_eq!(format(head), found, "{}", String::from_utf8_lossy(head));
        }
    }
}
