//! The QR symbol of a poster.

use shared_web::symbol::{Level, Version};

pub use shared_web::symbol::{QUIET_ZONE, QrError, Symbol};

/// The smallest version: the links of most hosts need it, and so all posters look alike.
const SMALLEST: Version = Version::V03;

/// Level Q: a quarter of the symbol may be dirty, torn or in glare.
const LEVEL: Level = Level::Q;

/// The symbol of a text: version 3, or a larger one where the text is longer than 47 characters.
///
/// # Errors
/// When the text fits into no QR symbol.
pub fn symbol(text: &str) -> Result<Symbol, QrError> {
    Symbol::at_least(SMALLEST, text, LEVEL)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "HTTPS://ANTAM.EXAMPLE/C/4WT59M5Y";

    /// A symbol of version 3 is 29 modules wide, each version more adds four (ISO/IEC 18004, 6.3).
    fn version(text: &str) -> usize {
        (symbol(text).unwrap().width() - 17) / 4
    }

    #[test]
    fn only_the_alphanumeric_mode_puts_47_characters_into_version_3() {
        let longest = format!("HTTPS://{}/C/4WT59M5Y", "A".repeat(47 - 19));
        assert_eq!(longest.len(), 47);
        assert_eq!((version(&longest), version(&longest.to_lowercase())), (3, 5));
    }

    #[test]
    fn a_short_link_looks_like_the_others_and_a_long_one_gets_a_larger_symbol() {
        assert_eq!((version("HTTPS://A.VN/C/4WT59M5Y"), version(LINK)), (3, 3));
        assert!(version(&format!("{LINK}{LINK}")) > 3);
        assert!(symbol(&LINK.repeat(100)).is_err());
    }
}
