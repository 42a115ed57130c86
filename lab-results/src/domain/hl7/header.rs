//! The header of a message: what it says about itself, and what makes it none of ours.

use shared::bilingual::Bilingual;

use super::asked::Asked;
use super::syntax::{Segment, escape};
use crate::domain::report::CellError;

/// What a message says about itself, for its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Who sends: MSH-3 and MSH-4, in the separators of the answer.
    pub sender: [String; 2],
    /// For whom: MSH-5 and MSH-6, in the separators of the answer.
    pub receiver: [String; 2],
    /// MSH-10.
    pub control_id: String,
    /// MSH-11.
    pub processing_id: String,
    /// MSH-15 and MSH-16.
    pub asked: Asked,
}

/// Why a message is refused before what it says is looked at, with its code of HL7 table 0357.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderFault {
    /// What is wrong.
    pub error: CellError,
    /// The code of table 0357.
    pub code: u16,
    /// Not our kind of message (AR), rather than one with an error in it (AE).
    pub not_ours: bool,
}

impl Header {
    /// That of a message, by its MSH.
    pub(super) fn of(msh: Segment<'_>) -> Self {
        Self {
            sender: [3, 4].map(|field| place_of(msh, field)),
            receiver: [5, 6].map(|field| place_of(msh, field)),
            control_id: msh.text(10, 1).into_owned(),
            processing_id: msh.text(11, 1).into_owned(),
            asked: Asked::of(&msh.text(15, 1), &msh.text(16, 1)),
        }
    }
}

pub(super) fn fault(column: &str, code: u16, name: &str, vi: String, en: String) -> HeaderFault {
    let error = CellError::new(column, name, Bilingual::new(vi, en));
    HeaderFault { error, code, not_ours: (200..=203).contains(&code) }
}

/// An application or a place (HD: name, id, kind of id) as an answer writes it.
fn place_of(msh: Segment<'_>, field: usize) -> String {
    let parts: Vec<String> = (1..=3).map(|component| escape(&msh.text(field, component))).collect();
    parts.join("^").trim_end_matches('^').to_owned()
}

/// What a message lacks that every message must have, or why it is no ORU^R01 of version 2.3 to 2.8.
pub(super) fn faults(msh: Segment<'_>, header: &Header) -> Vec<HeaderFault> {
    let mut faults = Vec::new();
    let (kind, event) = (msh.text(9, 1), msh.text(9, 2));
    let shown: String = msh.field(9).chars().take(40).collect();
    let (vi, en) =
        (format!("Chỉ nhận ORU^R01, không nhận \"{shown}\""), format!("Only ORU^R01 is taken, not \"{shown}\""));
    if !kind.eq_ignore_ascii_case("ORU") {
        faults.push(fault("MSH-9", 200, "message_type", vi, en));
    } else if !event.eq_ignore_ascii_case("R01") {
        faults.push(fault("MSH-9", 201, "event", vi, en));
    }
    let required = |column: &str, code| {
        fault(column, code, "required", "Bắt buộc phải có".to_owned(), "This is required".to_owned())
    };
    if msh.field(7).trim().is_empty() {
        faults.push(required("MSH-7", 101));
    }
    if header.control_id.is_empty() {
        faults.push(required("MSH-10", 101));
    }
    match header.processing_id.as_str() {
        "" => faults.push(required("MSH-11", 202)),
        "P" | "T" | "D" => {}
        other => faults.push(fault(
            "MSH-11",
            202,
            "processing_id",
            format!("P (thật), T hoặc D (thử), không phải \"{other}\""),
            format!("P (production), T or D (test), not \"{other}\""),
        )),
    }
    let version = msh.text(12, 1);
    if version.is_empty() {
        faults.push(required("MSH-12", 203));
    } else if !(3..=8).any(|minor| {
        let known = format!("2.{minor}");
        version == known || version.strip_prefix(&known).is_some_and(|rest| rest.starts_with('.'))
    }) {
        let (vi, en) = (
            format!("Đọc được 2.3 đến 2.8, không đọc \"{version}\""),
            format!("2.3 to 2.8 are read, not \"{version}\""),
        );
        faults.push(fault("MSH-12", 203, "version", vi, en));
    }
    faults
}
