//! Vietnamese text in the forms that can be compared and stored.
//!
//! [`nfc`] is what is stored and shown; [`fold`] is what is searched and matched. Phones and macOS send decomposed
//! text, both tone styles occur in official names (Hòa and Hoà), and old files write the letter Đ as the Icelandic Ð.

#[cfg(test)]
pub(crate) mod test_vectors;
pub(crate) mod text_value;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// The key under which a text is found and matched: lower case, without diacritics, words parted by one space.
///
/// Ð becomes Đ, the text is decomposed (NFD), its marks are dropped, đ (which has no decomposition) becomes d, and
/// every run of anything but letters and digits becomes one space; none is left at the ends. Folding twice changes
/// nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        // Names are folded by the thousand, and most of their letters have no mark. Letter by letter is enough where marks
        // are dropped: all that decomposing a whole text does beside is to bring them into an order.
        if c.is_ascii() {
            add(&mut folded, c.to_ascii_lowercase());
        } else {
            decompose_canonical(c, |c| {
                if !is_combining_mark(c) {
                    c.to_lowercase().for_each(|c| add(&mut folded, c));
                }
            });
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Adds a letter or digit in lower case to a folded text, and for anything else a space.
fn add(folded: &mut String, c: char) {
    let c = if matches!(c, 'đ' | 'ð') { 'd' } else { c };
    if c.is_alphanumeric() {
        folded.push(c);
    } else if !is_combining_mark(c) && !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// The text as it is stored: composed (NFC), without control characters, trimmed, inner white space made one space.
#[must_use]
pub fn nfc(text: &str) -> String {
    let mut composed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let before = composed.len();
        if before > 0 {
            composed.push(' ');
        }
        let start = composed.len();
        if word.is_ascii() {
            composed.extend(word.chars().filter(|c| !c.is_control()));
        } else {
            composed.extend(word.chars().filter(|c| !c.is_control() && !is_invisible(*c)).nfc());
        }
        if composed.len() == start {
            composed.truncate(before);
        }
    }
    composed
}

/// Characters that show nothing and come along when text is copied from a chat or a document: zero-width spaces and
/// joiners, direction marks and the byte order mark. Vietnamese needs none of them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_vectors_fold_as_they_say() {
        let vectors = test_vectors::read();
        let pairs = vectors["search_fold"].as_array().unwrap();
        assert!(!pairs.is_empty());
        for pair in pairs {
            assert_eq!(fold(pair[0].as_str().unwrap()), pair[1].as_str().unwrap());
        }
    }

    #[test]
    fn all_vietnamese_letters_fold_to_latin_ones() {
        let letters = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ";
        assert_eq!(letters.chars().count(), 73);
        assert!(fold(letters).bytes().all(|b| b.is_ascii_lowercase()));
        assert_eq!(fold(&letters.to_uppercase()), fold(letters));
    }

    #[test]
    fn a_text_without_letters_folds_to_nothing() {
        assert_eq!(fold(" – … \u{301}"), "");
    }

    #[test]
    fn decomposed_text_is_composed_and_spaces_are_made_one() {
        assert_eq!(nfc("  Nguye\u{302}\u{303}n\t\u{a0}Va\u{306}n \u{7} A\u{200b}\n"), "Nguyễn Văn A");
    }

    /// Folding as its documentation says it: the whole text decomposed first.
    fn of_the_whole(text: &str) -> String {
        let mut folded = String::new();
        let letters = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
        letters.for_each(|c| add(&mut folded, c));
        folded.trim_end().to_owned()
    }

    proptest! {
        #[test]
        fn letter_by_letter_folds_as_the_whole_text_does(text: String, name in "[a-zA-ZÀ-ỹĐđÐð\u{300}-\u{323} ,.-]{0,40}") {
            prop_assert_eq!(fold(&text), of_the_whole(&text));
            prop_assert_eq!(fold(&name), of_the_whole(&name));
        }

        #[test]
        fn folding_twice_changes_nothing(text: String) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn composed_and_decomposed_text_fold_alike(text in "[a-zA-ZÀ-ỹĐđÐð ,.-]{0,40}") {
            prop_assert_eq!(fold(&text.nfd().collect::<String>()), fold(&text.nfc().collect::<String>()));
            prop_assert_eq!(fold(&nfc(&text)), fold(&text));
        }

        #[test]
        fn a_folded_text_has_no_upper_case_no_mark_and_only_single_inner_spaces(text: String) {
            let folded = fold(&text);
            prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
            prop_assert!(folded.chars().all(|c| c == ' ' || c.is_alphanumeric()));
        }

        #[test]
        fn the_stored_form_is_stable_and_has_no_control_characters(text: String) {
            let stored = nfc(&text);
            prop_assert_eq!(&nfc(&stored), &stored);
            prop_assert!(!stored.chars().any(char::is_control));
        }
    }
}
