//! The single-byte codes of Vietnamese software from before Unicode: windows-1258, TCVN3 (ABC, TCVN 5712:1993) and VNI.
//!
//! Nothing in a file says which of them it is in. A file of results says it by its words: only in one of the three does its
//! header read as words that such a file has.

use encoding_rs::{WINDOWS_1252, WINDOWS_1258};
use shared::fold::fold;

/// One of the codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Legacy {
    /// Windows' own for Vietnamese: base letter and combining mark.
    #[default]
    Windows1258,
    /// One byte for each lower-case letter; capitals with marks were a font of their own.
    Tcvn3,
    /// The base letter, and a second one that stands for its marks.
    Vni,
}

/// Words that a file of results has, folded.
const WORDS: [&str; 14] = [
    "ho va ten",
    "ho ten",
    "ngay",
    "ket qua",
    "xet nghiem",
    "gioi tinh",
    "nam sinh",
    "so dien thoai",
    "phuong phap",
    "dia chi",
    "loai mau",
    "benh pham",
    "duong tinh",
    "am tinh",
];

impl Legacy {
    /// The code in which most of the lines that are no UTF-8 read as words; windows-1258 where no other does better.
    pub(super) fn of(head: &[u8]) -> Self {
        let lines: Vec<&[u8]> =
            head.split_inclusive(|b| *b == b'\n').filter(|line| core::str::from_utf8(line).is_err()).collect();
        let mut best = (Self::Windows1258, 0);
        for code in [Self::Windows1258, Self::Tcvn3, Self::Vni] {
            let text: String = lines.iter().map(|line| code.decode(line)).collect();
            let text = fold(&text);
            let words = WORDS.iter().filter(|word| text.contains(*word)).count();
            if words > best.1 {
                best = (code, words);
            }
        }
        best.0
    }

    /// The text of a line. Marks may come as characters of their own; cells are composed (NFC) later.
    pub(super) fn decode(self, line: &[u8]) -> String {
        match self {
            Self::Windows1258 => WINDOWS_1258.decode_without_bom_handling(line).0.into_owned(),
            Self::Tcvn3 => tcvn3(line),
            Self::Vni => vni(&WINDOWS_1252.decode_without_bom_handling(line).0),
        }
    }

    /// What people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Windows1258 => "windows-1258",
            Self::Tcvn3 => "TCVN3 (ABC)",
            Self::Vni => "VNI",
        }
    }
}

/// The letters of TCVN3 from 0xA1 on, as (byte, letter).
const TCVN3: &[(u8, char)] = &[
    (0xA1, 'Ă'),
    (0xA2, 'Â'),
    (0xA3, 'Ê'),
    (0xA4, 'Ô'),
    (0xA5, 'Ơ'),
    (0xA6, 'Ư'),
    (0xA7, 'Đ'),
    (0xA8, 'ă'),
    (0xA9, 'â'),
    (0xAA, 'ê'),
    (0xAB, 'ô'),
    (0xAC, 'ơ'),
    (0xAD, 'ư'),
    (0xAE, 'đ'),
    (0xB5, 'à'),
    (0xB6, 'ả'),
    (0xB7, 'ã'),
    (0xB8, 'á'),
    (0xB9, 'ạ'),
    (0xBB, 'ằ'),
    (0xBC, 'ẳ'),
    (0xBD, 'ẵ'),
    (0xBE, 'ắ'),
    (0xC6, 'ặ'),
    (0xC7, 'ầ'),
    (0xC8, 'ẩ'),
    (0xC9, 'ẫ'),
    (0xCA, 'ấ'),
    (0xCB, 'ậ'),
    (0xCC, 'è'),
    (0xCE, 'ẻ'),
    (0xCF, 'ẽ'),
    (0xD0, 'é'),
    (0xD1, 'ẹ'),
    (0xD2, 'ề'),
    (0xD3, 'ể'),
    (0xD4, 'ễ'),
    (0xD5, 'ế'),
    (0xD6, 'ệ'),
    (0xD7, 'ì'),
    (0xD8, 'ỉ'),
    (0xDC, 'ĩ'),
    (0xDD, 'í'),
    (0xDE, 'ị'),
    (0xDF, 'ò'),
    (0xE1, 'ỏ'),
    (0xE2, 'õ'),
    (0xE3, 'ó'),
    (0xE4, 'ọ'),
    (0xE5, 'ồ'),
    (0xE6, 'ổ'),
    (0xE7, 'ỗ'),
    (0xE8, 'ố'),
    (0xE9, 'ộ'),
    (0xEA, 'ờ'),
    (0xEB, 'ở'),
    (0xEC, 'ỡ'),
    (0xED, 'ớ'),
    (0xEE, 'ợ'),
    (0xEF, 'ù'),
    (0xF1, 'ủ'),
    (0xF2, 'ũ'),
    (0xF3, 'ú'),
    (0xF4, 'ụ'),
    (0xF5, 'ừ'),
    (0xF6, 'ử'),
    (0xF7, 'ữ'),
    (0xF8, 'ứ'),
    (0xF9, 'ự'),
    (0xFA, 'ỳ'),
    (0xFB, 'ỷ'),
    (0xFC, 'ỹ'),
    (0xFD, 'ý'),
    (0xFE, 'ỵ'),
];

fn tcvn3(line: &[u8]) -> String {
    let upper = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(u8::is_ascii_uppercase);
    let letter = |(at, byte): (usize, &u8)| {
        if byte.is_ascii() {
            return char::from(*byte);
        }
        let letter = TCVN3.iter().find(|(code, _)| code == byte).map_or('\u{fffd}', |(_, letter)| *letter);
        // A word in capitals was written in a font whose capitals have the codes of the small letters.
        let in_capitals = upper(Some(at + 1)) || (upper(at.checked_sub(1)) && upper(at.checked_sub(2)));
        if in_capitals { letter.to_uppercase().next().unwrap_or(letter) } else { letter }
    };
    line.iter().enumerate().map(letter).collect()
}

const GRAVE: char = '\u{300}';
const ACUTE: char = '\u{301}';
const CIRCUMFLEX: char = '\u{302}';
const TILDE: char = '\u{303}';
const BREVE: char = '\u{306}';
const HOOK: char = '\u{309}';
const DOT: char = '\u{323}';

/// The marks that a letter of VNI puts on the vowel before it.
fn vni_marks(letter: char) -> Option<(Option<char>, Option<char>)> {
    Some(match letter {
        'ù' => (None, Some(ACUTE)),
        'ø' => (None, Some(GRAVE)),
        'û' => (None, Some(HOOK)),
        'õ' => (None, Some(TILDE)),
        'ï' => (None, Some(DOT)),
        'â' => (Some(CIRCUMFLEX), None),
        'á' => (Some(CIRCUMFLEX), Some(ACUTE)),
        'à' => (Some(CIRCUMFLEX), Some(GRAVE)),
        'å' => (Some(CIRCUMFLEX), Some(HOOK)),
        'ã' => (Some(CIRCUMFLEX), Some(TILDE)),
        'ä' => (Some(CIRCUMFLEX), Some(DOT)),
        'ê' => (Some(BREVE), None),
        'é' => (Some(BREVE), Some(ACUTE)),
        'è' => (Some(BREVE), Some(GRAVE)),
        'ú' => (Some(BREVE), Some(HOOK)),
        'ü' => (Some(BREVE), Some(TILDE)),
        'ë' => (Some(BREVE), Some(DOT)),
        _ => return None,
    })
}

/// What a letter of VNI is by itself.
const fn vni_letter(letter: char) -> char {
    match letter {
        'ô' => 'ơ',
        'ö' => 'ư',
        'ñ' => 'đ',
        'í' => 'í',
        'ì' => 'ì',
        'æ' => 'ỉ',
        'ó' => 'ĩ',
        'ò' => 'ị',
        'î' => 'ỵ',
        other => other,
    }
}

fn vni(line: &str) -> String {
    let lower = |letter: char| letter.to_lowercase().next().unwrap_or(letter);
    let mut text = String::with_capacity(line.len() + line.len() / 4);
    let mut vowel = false;
    for letter in line.chars() {
        let small = lower(letter);
        if vowel && let Some((shape, tone)) = vni_marks(small) {
            text.extend(shape.into_iter().chain(tone));
            vowel = false;
            continue;
        }
        let read = vni_letter(small);
        let capital = small != letter;
        text.extend(if capital { read.to_uppercase().next() } else { Some(read) });
        vowel = matches!(small, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'ô' | 'ö');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::fold::nfc;

    use super::*;

    /// "Họ và tên,Kết quả xét nghiệm,Đường" in each code.
    const TCVN3_LINE: &[u8] = b"H\xe4 v\xb5 t\xaan,K\xd5t qu\xb6 x\xd0t nghi\xd6m,\xa7\xad\xeang\n";
    const VNI_LINE: &[u8] = b"Ho\xef va\xf8 te\xe2n,Ke\xe1t qua\xfb xe\xf9t nghie\xe4m,\xd1\xf6\xf4\xf8ng\n";
    const SAID: &str = "Họ và tên,Kết quả xét nghiệm,Đường\n";

    #[test]
    fn the_words_of_a_file_tell_its_code() {
        for (line, code) in [(TCVN3_LINE, Legacy::Tcvn3), (VNI_LINE, Legacy::Vni)] {
            assert_eq!(nfc(&code.decode(line)), nfc(SAID));
            assert_eq!(Legacy::of(line), code);
            assert_eq!(Legacy::of(&[b"A1,plain\n", line].concat()), code);
        }
        assert_eq!(Legacy::of(b"D\xFD\xF5ng t\xEDnh\n"), Legacy::Windows1258);
        assert_eq!(Legacy::of(b""), Legacy::Windows1258);
        assert_eq!(Legacy::of("Họ và tên,Kết quả\n".as_bytes()), Legacy::Windows1258, "there is nothing old in it");
    }

    #[test]
    fn a_name_in_capitals_stays_in_capitals() {
        assert_eq!(Legacy::Tcvn3.decode(b"NGUY\xd4N V\xa8n L\xaa"), "NGUYỄN Văn Lê");
        assert_eq!(nfc(&Legacy::Vni.decode(b"NGUYE\xc3N TH\xd2 \xd1E\xcdM")), "NGUYỄN THỊ ĐEÍM");
    }

    #[test]
    fn every_letter_stands_once_in_the_table() {
        for (at, (byte, letter)) in TCVN3.iter().enumerate() {
            assert!(TCVN3[at + 1..].iter().all(|(code, other)| code > byte && other != letter), "{letter}");
        }
        assert_eq!(TCVN3.len(), 74);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            for code in [Legacy::Windows1258, Legacy::Tcvn3, Legacy::Vni] {
                let _ = code.decode(&bytes);
            }
            let _ = Legacy::of(&bytes);
        }
    }
}
