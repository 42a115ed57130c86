//! The answer to a message: ACK^R01 with MSA and, where something is to be said, ERR segments (HL7 v2.5.1, chapter 2). In the
//! enhanced mode there may be two of them.

use shared::bilingual::Lang;
use shared::time::Instant;

use super::asked::Answers;
use super::header::{Header, HeaderFault};
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
    /// The code of HL7 table 0008 by which an application answers, in either mode.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accept => "AA",
            Self::Error => "AE",
            Self::Reject => "AR",
        }
    }

    /// The code of HL7 table 0008 by which a system answers, in the enhanced mode, that it stored a message.
    #[must_use]
    pub const fn accept_code(self) -> &'static str {
        match self {
            Self::Accept => "CA",
            Self::Error => "CE",
            Self::Reject => "CR",
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

/// What is answered to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// What is acknowledged.
    pub code: AckCode,
    /// The answer of the application (AA, AE, AR), its segments ended by CR: what a request over HTTP gets whatever the message
    /// asks for (contract).
    pub application: String,
    /// The messages to send over MLLP, in their order: one in the original mode, up to two in the enhanced mode, none where the
    /// sender asks for none in this case.
    pub asked_for: Vec<String>,
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

/// Writes the answers to a message. `next_id` gives our control ids, `lang` is that of the
/// texts.
#[must_use]
pub fn acknowledge(
    header: Option<&Header>,
    what: &Acknowledged<'_>,
    mut next_id: impl FnMut() -> String,
    now: Instant,
    lang: Lang,
) -> Ack {
    let (code, errors) = said(what, lang);
    let empty = Header::default();
    let header = header.unwrap_or(&empty);
    let answers = header.asked.answers(code == AckCode::Accept);
    let mut write = |ack: &str, errors: &[String]| {
        let enhanced = answers != Answers::Original;
        let segments = [msh(header, &next_id(), enhanced, now), format!("MSA|{ack}|{}", escape(&header.control_id))];
        segments.iter().chain(errors).map(|segment| format!("{segment}\r")).collect::<String>()
    };
    // What is sent first has the first number.
    let accept = match answers {
        Answers::Accept => Some(write(code.accept_code(), &errors)),
        Answers::Both => Some(write(code.accept_code(), &[])),
        Answers::Original | Answers::Application | Answers::Silence => None,
    };
    let application = write(code.code(), &errors);
    let is_asked_for = matches!(answers, Answers::Original | Answers::Application | Answers::Both);
    let asked_for = accept.into_iter().chain(is_asked_for.then(|| application.clone())).collect();
    Ack { code, application, asked_for }
}

/// What is acknowledged, and the ERR segments that tell why.
fn said(what: &Acknowledged<'_>, lang: Lang) -> (AckCode, Vec<String>) {
    match what {
        Acknowledged::Header(faults) => {
            let errors = faults.iter().map(|f| err(&f.error, f.code, "E", lang)).collect();
            let is_ours = faults.iter().all(|fault| !fault.not_ours);
            (if is_ours { AckCode::Error } else { AckCode::Reject }, errors)
        }
        Acknowledged::Row(row) => {
            let (code, severity) = match row.status {
                RowStatus::Rejected => (AckCode::Error, "E"),
                RowStatus::Held => (AckCode::Accept, "W"),
                _ => (AckCode::Accept, "I"),
            };
            let errors = row.errors.iter().map(|e| err(e, table_0357(&e.code), severity, lang));
            (code, errors.collect())
        }
        Acknowledged::Unreadable => {
            let error = "ERR||MSH^1|100^Segment sequence error^HL70357|E||||No MSH segment";
            (AckCode::Reject, vec![error.to_owned()])
        }
        Acknowledged::Failed => {
            let error = "ERR|||207^Application internal error^HL70357|E||||Send the message again";
            (AckCode::Error, vec![error.to_owned()])
        }
    }
}

/// The header of an answer, from the receiver to the sender. In the enhanced mode it asks for no answer to itself.
fn msh(header: &Header, id: &str, enhanced: bool, now: Instant) -> String {
    let ([to_app, to_place], [from_app, from_place]) = (&header.sender, &header.receiver);
    let processing = if header.processing_id.is_empty() { "P".to_owned() } else { escape(&header.processing_id) };
    let asked = if enhanced { "NE|NE" } else { "|" };
    format!(
        "MSH|^~\\&|{from_app}|{from_place}|{to_app}|{to_place}|{}||ACK^R01^ACK|{id}|{processing}|2.5.1|||{asked}||UNICODE UTF-8",
        stamp(now)
    )
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

    fn id() -> String {
        "42".to_owned()
    }

    fn text(ack: &Ack) -> String {
        ack.application.clone()
    }

    fn now() -> Instant {
        "2022-03-10T01:00:00Z".parse().unwrap()
    }

    fn row(status: RowStatus) -> RowOutcome {
        let (errors, warnings) = (Vec::new(), Vec::new());
        RowOutcome { row: 1, accession: None, status, result_id: None, person_id: None, errors, warnings }
    }

    #[test]
    fn an_accepted_message_is_answered_to_its_sender() {
        let message = Message::cut("MSH|^~\\&|A^1|B|C|D|20220310||ORU^R01|ID\\T\\7|P|2.5.1").unwrap();
        let (header, _) = read(&message, "2022-03-10".parse().unwrap());
        let row = row(RowStatus::Accepted);
        let ack = acknowledge(Some(&header), &Acknowledged::Row(&row), id, now(), Lang::En);
        assert_eq!(ack.code, AckCode::Accept);
        assert_eq!(
            text(&ack),
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
                let ack = text(&acknowledge(Some(&header), &what, id, now(), Lang::En));
                let names: Vec<_> = ack.split('\r').map(|line| line.get(..3).unwrap_or_default()).collect();
                assert_eq!(names, ["MSH", "MSA", "ERR", ""], "{ack}");
                let answer = Message::cut(&ack).unwrap();
                assert_eq!(answer.segments[0].text(12, 1), "2.5.1", "{ack}");
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
            let ack = acknowledge(Some(&header), &Acknowledged::Header(&faults), id, now(), Lang::Vi);
            assert_eq!(ack.code, code, "{line}");
            assert!(text(&ack).contains(place), "{line}: {}", text(&ack));
        }
        let ack = acknowledge(None, &Acknowledged::Unreadable, id, now(), Lang::En);
        assert!(text(&ack).contains("MSA|AR|\r"));
    }

    #[test]
    fn in_the_enhanced_mode_storing_and_judging_are_answered_apart_and_only_where_asked_for() {
        let codes = |asked: &str, status: RowStatus| {
            let line = format!("MSH|^~\\&|A|B|C|D|20220310||ORU^R01|7|P|2.5.1|||{asked}");
            let message = Message::cut(&line).unwrap();
            let (header, _) = read(&message, "2022-03-10".parse().unwrap());
            let mut count = 0;
            let next_id = || {
                count += 1;
                count.to_string()
            };
            let row = row(status);
            let ack = acknowledge(Some(&header), &Acknowledged::Row(&row), next_id, now(), Lang::En);
            let code = |text: &String| {
                let answer = Message::cut(text).unwrap();
                let [msh, msa] = [answer.segments[0], answer.segments[1]];
                assert_eq!((msh.text(18, 1).as_ref(), msa.text(2, 1).as_ref()), ("UNICODE UTF-8", "7"), "{text}");
                [msh.text(10, 1), msa.text(1, 1), msh.text(15, 1), msh.text(16, 1)].join(" ")
            };
            assert!(ack.application.contains("\rMSA|A"), "there is always one for HTTP: {}", ack.application);
            ack.asked_for.iter().map(code).collect::<Vec<_>>()
        };
        use RowStatus::{Accepted, Duplicate, Held, Rejected};
        assert_eq!(codes("AL|NE", Accepted), ["1 CA NE NE"]);
        assert_eq!(codes("AL|NE", Rejected), ["1 CE NE NE"]);
        assert_eq!(codes("AL|AL", Held), ["1 CA NE NE", "2 AA NE NE"]);
        assert_eq!(codes("AL|AL", Rejected), ["1 CE NE NE"]);
        assert_eq!(codes("NE|AL", Duplicate), ["1 AA NE NE"]);
        assert_eq!(codes("ER|NE", Accepted), Vec::<String>::new());
        assert_eq!(codes("NE|SU", Rejected), Vec::<String>::new());
        assert_eq!(codes("NE|NE", Rejected), ["1 AE  "]);
    }

    #[test]
    fn a_message_of_another_kind_is_not_stored_either() {
        let message = Message::cut("MSH|^~\\&|A|B|C|D|20220310||ADT^A31|7|P|2.4|||ER|NE").unwrap();
        let (header, read) = read(&message, "2022-03-10".parse().unwrap());
        let ack = acknowledge(Some(&header), &Acknowledged::Header(&read.unwrap_err()), id, now(), Lang::En);
        assert!(ack.asked_for[0].contains("\rMSA|CR|7\rERR||MSH^1^9|200^"), "{}", text(&ack));
    }
}
