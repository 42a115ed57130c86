//! The register of people for programs and staff: search, merge, open questions; and how a service finds or makes a person.

pub mod api;
pub mod pages;
pub mod register;

use shared::phone::Phone;

/// A phone number in any usual form. In a query string a plus sign that was not escaped arrives as a space.
pub(crate) fn typed_phone(text: &str) -> Option<Phone> {
    let text = text.trim();
    Phone::parse(text).or_else(|_| Phone::parse(&format!("+{text}"))).ok()
}
