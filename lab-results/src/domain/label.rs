//! Short texts that name things: accession, tube barcode, laboratory code.

use core::fmt;

use shared::bilingual::Bilingual;
use shared::fold::nfc;
use shared::problem::FieldError;

/// The longest label, in characters.
pub const MAX_LENGTH: usize = 64;

/// Trims and composes (NFC) a label.
///
/// # Errors
/// `length` when it is longer than [`MAX_LENGTH`] characters, `characters` when it holds a control character.
fn read(text: &str, pointer: &str) -> Result<Box<str>, FieldError> {
    let broken = text.trim().chars().any(char::is_control);
    let text = nfc(text);
    if text.is_empty() {
        return Err(FieldError::required(pointer));
    }
    if text.chars().count() > MAX_LENGTH {
        let detail = Bilingual::new(format!("Dài nhất {MAX_LENGTH} ký tự"), format!("At most {MAX_LENGTH} characters"));
        return Err(FieldError::new(pointer, "length", detail));
    }
    if broken {
        let detail = Bilingual::new(
            "Có ký tự điều khiển hoặc xuống dòng: chỉ dùng chữ, số và dấu",
            "Holds a control character or a line break: use letters, digits and punctuation only",
        );
        return Err(FieldError::new(pointer, "characters", detail));
    }
    Ok(text.into())
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Trims, composes (NFC) and checks: 1 to 64 characters, no control characters.
            ///
            /// # Errors
            /// `required`, `length` or `characters` at `pointer`.
            pub fn parse(text: &str, pointer: &str) -> Result<Self, FieldError> {
                read(text, pointer).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

labels! {
    /// The laboratory's number of one test (mã xét nghiệm, HL7 filler order number). Unique only within the laboratory.
    Accession;
    /// The code on a tube: ours, or the one already on the kit.
    Barcode;
    /// The code of a laboratory, such as `TG-CDC`.
    LabCode;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_trimmed_and_composed() {
        assert_eq!(Accession::parse("  Đa\u{300}-1 ", "/accession").unwrap().as_str(), "Đà-1");
    }

    #[test]
    fn an_empty_long_or_broken_label_is_refused() {
        let code = |text: &str| Barcode::parse(text, "/barcode").unwrap_err().code;
        assert_eq!(code(" "), "required");
        assert_eq!(code(&"x".repeat(65)), "length");
        assert_eq!(code("a\nb"), "characters");
    }
}
