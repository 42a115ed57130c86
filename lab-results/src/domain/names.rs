//! Names that come in parts: how they are put together, and when two are the same name in another order.

use shared::fold::fold;

/// Vietnam's common family names, folded. Origin: ours. With one of these the family name comes first, then the middle
/// name, then the given name, by which a person is called.
const FAMILIES: [&str; 44] = [
    "nguyen", "tran", "le", "pham", "huynh", "hoang", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong",
    "ly", "dinh", "truong", "trinh", "dao", "doan", "lam", "mai", "cao", "luong", "luu", "chau", "ha", "ta", "phung",
    "to", "vuong", "thach", "kim", "son", "danh", "trieu", "quach", "tang", "thai", "kieu", "la", "dam", "nghiem",
];

/// Whether the parts are those of a Vietnamese name.
fn is_vietnamese(family: &str, others: &[&str]) -> bool {
    let first = fold(family);
    let known = FAMILIES.contains(&first.split(' ').next().unwrap_or_default());
    // Letters that no other language of our senders has.
    let marked = |text: &str| {
        text.chars().any(|c| "ăđơưĂĐƠƯ".contains(c) || ('ạ'..='ỹ').contains(&c) || ('Ạ'..='Ỹ').contains(&c))
    };
    known || marked(family) || others.iter().any(|part| marked(part))
}

/// A whole name from its parts: family, middle, given in a Vietnamese one; in another one as messages order them: family,
/// given, middle. Blank parts are left out.
#[must_use]
pub fn whole(family: &str, given: &str, middle: &str) -> String {
    let parts = if is_vietnamese(family, &[given, middle]) { [family, middle, given] } else { [family, given, middle] };
    let parts: Vec<&str> = parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Whether two names have the same words, in whatever order: laboratories' programs put the parts of a name together in
/// more than one way. Only where a tube or a number says already who it is.
#[must_use]
pub fn same_words(one: &str, other: &str) -> bool {
    let words = |name: &str| {
        let folded = fold(name);
        let mut words: Vec<String> = folded.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vietnamese_name_ends_with_the_given_name_and_others_are_left_as_they_came() {
        assert_eq!(whole("Nguyễn", "An", "Văn"), "Nguyễn Văn An");
        assert_eq!(whole("NGUYEN", "AN", "VAN"), "NGUYEN VAN AN");
        assert_eq!(whole("Ông", "Bưởi", "Thị"), "Ông Thị Bưởi");
        assert_eq!(whole("Buckridge", "Kareem", "Millie"), "Buckridge Kareem Millie");
        assert_eq!(whole("Trần Thị Bưởi", " ", ""), "Trần Thị Bưởi");
        assert_eq!(whole("Lê", "Thị Tám", ""), "Lê Thị Tám");
        assert_eq!(whole("", "", ""), "");
    }

    #[test]
    fn the_order_of_the_words_does_not_matter_but_their_number_does() {
        assert!(same_words("Nguyễn An Văn", "nguyen van an"));
        assert!(!same_words("Nguyễn Văn An", "Nguyễn An"));
        assert!(!same_words("Nguyễn Văn An An", "Nguyễn Văn Văn An"));
    }
}
