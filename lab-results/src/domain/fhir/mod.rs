//! FHIR R4 documents: a Bundle of any type, alone, as NDJSON or one after the other, inside another one, also wrapped as
//! HealthCerts and SMART Health Cards are.
//!
//! Map of the fields: the domain page on laboratories, section 2.6. Senders leave out what FHIR makes mandatory, so
//! every field is optional here and what is not known is passed over.

mod entries;
mod read;
mod resources;

pub use read::{NAMES, read};
