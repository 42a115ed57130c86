//! Reading an ORU^R01: its header first, then what it says.

use shared::bilingual::Bilingual;
use shared::time::Date;

use super::header::{Header, HeaderFault, fault, faults};
use super::observation::{groups, observation};
use super::patient::patient;
use super::syntax::{Message, Segment};
use super::time;
use crate::domain::message::{self, Names};
use crate::domain::report::CellError;

/// How fields are named.
pub const NAMES: Names = Names {
    laboratory: "MSH-4",
    accession: "OBR-3",
    tube: "SPM-2",
    name: "PID-5",
    birth: "PID-7",
    specimen: "SPM-4",
    test: "OBX-3",
    value: "OBX-5",
    status: "OBX-11",
    collected: "SPM-17",
    resulted: "OBX-19",
};

/// Reads the header and, where the message is ours, what it says.
///
/// # Errors
/// [`HeaderFault`] where the message is no ORU^R01 of version 2.3 to 2.8 or lacks what every message must have.
pub fn read(message: &Message<'_>, today: Date) -> (Header, Result<Vec<message::Message>, Vec<HeaderFault>>) {
    let msh = message.segments[0];
    let header = Header::of(msh);
    let mut faults = faults(msh, &header);
    if faults.is_empty() {
        faults.extend(patients(message).find_map(broken_off));
    }
    if faults.is_empty() {
        (header, Ok(patients(message).map(|segments| body(msh, segments, today)).collect()))
    } else {
        (header, Err(faults))
    }
}

/// The states of an order that has no results yet, or never will (OBR-25, table 0123): it needs no OBX.
const NO_RESULTS: [&str; 4] = ["O", "I", "S", "X"];

/// Where a patient's part of a message ends before a single result: whoever sent it lost the rest on the way. What is missing
/// may be a positive, so that such a message is not one without a result of ours.
fn broken_off(segments: &[Segment<'_>]) -> Option<HeaderFault> {
    let mut orders = segments.iter().filter(|segment| segment.name == "OBR").peekable();
    let has_results = segments.iter().any(|segment| segment.name == "OBX");
    let last = segments.last().filter(|segment| segment.name == "OBX" && !segment.reaches(5));
    let (column, vi, en) = if last.is_some() {
        ("OBX-5", "OBX cuối cùng dừng trước OBX-5", "The last OBX ends before OBX-5")
    } else if has_results {
        return None;
    } else if orders.peek().is_none() {
        ("OBR", "Không có OBR hay OBX nào", "There is neither an OBR nor an OBX")
    } else if orders.any(|obr| !NO_RESULTS.contains(&obr.text(25, 1).as_ref())) {
        ("OBX", "Sau OBR không có OBX nào", "No OBX follows the OBR")
    } else {
        return None;
    };
    Some(fault(
        column,
        100,
        "broken_off",
        format!("{vi}: có lẽ bản tin bị cắt cụt. Hãy gửi lại cả bản tin"),
        format!("{en}: perhaps the message broke off. Send the whole message again"),
    ))
}

/// The segments of each patient of a message: a PID after the first begins the next.
fn patients<'m, 'a>(message: &'m Message<'a>) -> impl Iterator<Item = &'m [Segment<'a>]> {
    let segments = &message.segments[..];
    let begins = segments.iter().enumerate().filter(|(_, s)| s.name == "PID").map(|(at, _)| at).skip(1);
    let ends = begins.chain([segments.len()]);
    let mut from = 0;
    ends.map(move |to| &segments[core::mem::replace(&mut from, to)..to])
}

fn body(msh: Segment<'_>, segments: &[Segment<'_>], today: Date) -> message::Message {
    let zone = time::offset(msh.field(7));
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    warnings.extend(unnamed_sender(msh));
    let pid = segments.iter().find(|s| s.name == "PID");
    let patient = pid.map(|pid| patient(*pid, today, &mut errors, &mut warnings)).unwrap_or_default();
    let mut observations = Vec::new();
    for group in groups(segments) {
        observations.extend(group.obx.iter().map(|obx| observation(*obx, &group, zone)));
    }
    message::Message {
        patient,
        observations,
        test_traffic: matches!(msh.text(11, 1).as_ref(), "T" | "D"),
        sent_at: time::instant(msh.field(7), zone),
        laboratories: [1, 2].map(|component| msh.text(4, component).into_owned()).into(),
        errors,
        warnings,
    }
}

/// A sender that does not say which program or which laboratory it is: whose account or address it uses stands for it.
fn unnamed_sender(msh: Segment<'_>) -> Option<CellError> {
    let empty = [3, 4].into_iter().find(|field| msh.field(*field).trim().is_empty())?;
    let detail = Bilingual::new(
        "Không ghi nơi gửi (MSH-3 là phần mềm, MSH-4 là mã phòng xét nghiệm): chỉ biết theo tài khoản gửi",
        "The sender is not named (MSH-3 is the program, MSH-4 the code of the laboratory): it is known by its account alone",
    );
    Some(CellError::new(format!("MSH-{empty}"), "no_sender", detail))
}
