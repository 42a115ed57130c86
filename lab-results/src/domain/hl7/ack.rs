//! The answer to a message: ACK^R01 with MSA and, where something is to be said, ERR segments (HL7 v2.5.1, chapter 2).

use shared::bilingual::Lang;
use shared::time::Instant;

use super::read::{Header, HeaderFault};
use super::syntax::escape;
use crate::domain::report::{CellError, RowOutcome, RowStatus};

/// What is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckCode {
    /// Taken: stored, known already, held, or not of interest.
    Accept,
    /// An error in the message, or on our side.
    Error,
    /// Not our kind of message.
    Reject,
}

impl AckCode {
    /// The code of HL7 table 0008.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accept => "AA",
            Self::Error => "AE",
            Self::Reject => "AR",
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone)]
pub enum Acknowledged<'a> {
    /// It was refused by its header.
    Header(&'a [HeaderFault]),
    /// It was judged.
    Row(&'a RowOutcome),
    /// There was no message that could be read.
    Unreadable,
    /// Something failed on our side: it should be sent again.
    Failed,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// What is acknowledged.
    pub code: AckCode,
    /// The message, its segments ended by CR.
    pub text: String,
}

/// The code of HL7 table 0357 for an error of ours.
fn table_0357(code: &str) -> u16 {
    match code {
        "required" | "subject_required" => 101,
        "date" | "time" | "in_future" | "before_epoch" | "length" | "characters" | "birth_date" => 102,
        "outcome" | "loinc" | "unknown_lab" | "wrong_lab" => 103,
        "unknown_tube" | "unknown_barcode" | "unknown_accession" => 204,
        "content_differs" | "id_conflict" => 205,
        _ => 207,
    }
}

/// Writes the answer to a message. `id` is our control id, `lang` that of the texts.
#[must_use]
pub fn acknowledge(header: Option<&Header>, what: &Acknowledged<'_>, id: &str, now: Instant, lang: Lang) -> Ack {
    let mut errors: Vec<String> = Vec::new();
    let code = match what {
        Acknowledged::Header(faults) => {
            errors.extend(faults.iter().map(|f| err(&f.error, f.code, "E", lang)));
            if faults.iter().any(|fault| fault.not_ours) { AckCode::Reject } else { AckCode::Error }
        }
        Acknowledged::Row(row) => {
            let (code, severity) = match row.status {
                RowStatus::Rejected => (AckCode::Error, "E"),
                RowStatus::Held => (AckCode::Accept, "W"),
                _ => (AckCode::Accept, "I"),
            };
            errors.extend(row.errors.iter().map(|e| err(e, table_0357(&e.code), severity, lang)));
            code
        }
        Acknowledged::Unreadable => {
            errors.push("ERR||MSH^1|100^Segment sequence error^HL70357|E||||No MSH segment".to_owned());
            AckCode::Reject
        }
        Acknowledged::Failed => {
            errors.push("ERR|||207^Application internal error^HL70357|E||||Send the message again".to_owned());
            AckCode::Error
        }
    };
    let empty = Header::default();
    let header = header.unwrap_or(&empty);
    let ([to_app, to_place], [from_app, from_place]) = (&header.sender, &header.receiver);
    let processing = if header.processing_id.is_empty() { "P".to_owned() } else { escape(&header.processing_id) };
    let mut segments = vec![
        format!(
            "MSH|^~\\&|{from_app}|{from_place}|{to_app}|{to_place}|{}||ACK^R01^ACK|{id}|{processing}|2.5.1||||||UNICODE UTF-8",
            stamp(now)
        ),
        format!("MSA|{}|{}", code.code(), escape(&header.control_id)),
    ];
    segments.extend(errors);
    Ack { code, text: segments.join("\r") + "\r" }
}

/// An ERR segment: place, code, severity, our own code, and what would be right.
fn err(error: &CellError, code: u16, severity: &str, lang: Lang) -> String {
    let place = match error.column.split_once('-') {
        Some((segment, field)) if field.bytes().all(|b| b.is_ascii_digit()) => format!("{segment}^1^{field}"),
        _ => escape(&error.column),
    };
    let name = match code {
        0 => "Message accepted",
        100 => "Segment sequence error",
        101 => "Required field missing",
        102 => "Data type error",
        103 => "Table value not found",
        200 => "Unsupported message type",
        201 => "Unsupported event code",
        202 => "Unsupported processing id",
        203 => "Unsupported version id",
        204 => "Unknown key identifier",
        205 => "Duplicate key identifier",
        _ => "Application error",
    };
    format!(
        "ERR||{place}|{code}^{name}^HL70357|{severity}|{}^^L||{}|{}",
        escape(&error.code),
        escape(&error.code),
        escape(error.detail_in(lang))
    )
}

fn stamp(now: Instant) -> String {
    let at = now.local();
    format!("{:04}{:02}{:02}{:02}{:02}{:02}+0700", at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hl7::{Message, read};

    fn now() -> Instant {
        "2022-03-10T01:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_accepted_message_is_answered_to_its_sender() {
        let message = Message::cut("MSH|^~\\&|A^1|B|C|D|20220310||ORU^R01|ID\\T\\7|P|2.5.1").unwrap();
        let (header, _) = read(&message, "2022-03-10".parse().unwrap());
        let row = RowOutcome {
            row: 1,
            accession: None,
            status: RowStatus::Accepted,
            result_id: None,
            person_id: None,
            errors: Vec::new(),
            warnings: Vec::new(),
        };
        let ack = acknowledge(Some(&header), &Acknowledged::Row(&row), "42", now(), Lang::En);
        assert_eq!(ack.code, AckCode::Accept);
        assert_eq!(
            ack.text,
            "MSH|^~\\&|C|D|A^1|B|20220310080000+0700||ACK^R01^ACK|42|P|2.5.1||||||UNICODE UTF-8\rMSA|AA|ID\\T\\7\r"
        );
    }

    #[test]
    fn nothing_that_a_sender_writes_becomes_a_segment_or_a_field_of_the_answer() {
        for line in [
            "MSH|^~\\&|A\\X0D\\EVN|B|C|D|20220310||ORU^R01|7\\X0D\\MSA|P\\X0D\\MSA\\F\\AA|2.5.1",
            "MSH*!;?%*A|x^y\n*B*C|*D*20220310**ORU!R01*7|8*Q|9*2.5.1",
        ] {
            let message = Message::cut(line).unwrap();
            let (header, _) = read(&message, "2022-03-10".parse().unwrap());
            for what in [Acknowledged::Unreadable, Acknowledged::Failed] {
                let ack = acknowledge(Some(&header), &what, "42", now(), Lang::En);
                let names: Vec<_> = ack.text.split('\r').map(|line| line.get(..3).unwrap_or_default()).collect();
                assert_eq!(names, ["MSH", "MSA", "ERR", ""], "{}", ack.text);
                let answer = Message::cut(&ack.text).unwrap();
                assert_eq!(answer.segments[0].text(12, 1), "2.5.1", "{}", ack.text);
            }
        }
    }

    #[test]
    fn a_message_of_another_kind_is_rejected_and_one_with_a_fault_is_an_error() {
        for (line, code, place) in [
            ("MSH|^~\\&|A|B|C|D|20220310||ADT^A31|7|P|2.4", AckCode::Reject, "ERR||MSH^1^9|200^"),
            ("MSH|^~\\&|A|B|C|D|20220310||ORU^R30|7|P|2.5", AckCode::Reject, "ERR||MSH^1^9|201^"),
            ("MSH|^~\\&|A|B|C|D|20220310||ORU^R01||P|2.4", AckCode::Error, "ERR||MSH^1^10|101^"),
            ("MSH|^~\\&|A|B|C|D|||ORU^R01|7|P|2.4", AckCode::Error, "ERR||MSH^1^7|101^"),
            ("MSH|^~\\&|A|B|C|D|20220310||ORU^R01|7||2.4", AckCode::Reject, "ERR||MSH^1^11|202^"),
            ("MSH|^~\\&|A|B|C|D|20220310||ORU^R01|7|P|", AckCode::Reject, "ERR||MSH^1^12|203^"),
            ("MSH|^~\\&|A|B|C|D|20220310||ORU^R01|7|P|3.0", AckCode::Reject, "ERR||MSH^1^12|203^"),
        ] {
            let message = Message::cut(line).unwrap();
            let (header, read) = read(&message, "2022-03-10".parse().unwrap());
            let faults = read.unwrap_err();
            let ack = acknowledge(Some(&header), &Acknowledged::Header(&faults), "42", now(), Lang::Vi);
            assert_eq!(ack.code, code, "{line}");
            assert!(ack.text.contains(place), "{line}: {}", ack.text);
        }
        let ack = acknowledge(None, &Acknowledged::Unreadable, "42", now(), Lang::En);
        assert!(ack.text.contains("MSA|AR|\r"));
    }
}
