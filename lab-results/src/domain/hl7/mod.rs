//! HL7 v2 messages, versions 2.3 to 2.8: cutting a file into messages, reading ORU^R01, and answering.
//!
//! Rules of the fields: the domain page on laboratories, section 2.5.

mod ack;
mod asked;
mod header;
mod observation;
mod patient;
mod read;
mod split;
mod syntax;
mod time;

pub use ack::{Ack, AckCode, Acknowledged, acknowledge};
pub use asked::Asked;
pub use header::{Header, HeaderFault};
pub use read::{NAMES, read};
pub use split::{MAX_MESSAGE, Messages, Miscount, Piece, decoded, field};
pub use syntax::{Message, Segment, Separators, unescape};

/// A time as HL7 writes it, in Vietnam's zone where it names none.
#[must_use]
pub fn instant(text: &str) -> Option<shared::time::Instant> {
    time::instant(text, None)
}
