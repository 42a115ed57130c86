//! Single HL7 messages, over HTTP or MLLP: each is stored, and then answered.

use shared::bilingual::Lang;
use shared::ids::uuid_v7;
use shared_web::Problem;

use crate::app::App;
use crate::app::raw::Raws;
use crate::app::reader::{self, ReadMessage, Reading};
use crate::app::sender::Sender;
use crate::app::upload;
use crate::domain::detect::Format;
use crate::domain::hl7::{Ack, Acknowledged, Header, acknowledge};

/// Takes one message and gives its answer: what was taken is stored by then.
pub async fn take(app: &App, sender: &Sender, reading: &Reading, bytes: &[u8], lang: Lang) -> Ack {
    let ReadMessage { incoming, header, faults } = reader::message(bytes, 1, reading, app.platform.now());
    let header = header.as_ref();
    if header.is_none() {
        return answer(app, None, &Acknowledged::Unreadable, lang);
    }
    if !faults.is_empty() {
        return answer(app, header, &Acknowledged::Header(&faults), lang);
    }
    let came = Raws::from([(incoming.row, bytes.to_vec())]);
    let rows = vec![incoming];
    let taken = upload::take_messages(app, sender.clone(), reader::hl7_naming(), (rows, came), Format::Hl7).await;
    match taken.map(|report| report.rows().first().map(|row| row.outcome())) {
        Ok(Some(outcome)) => answer(app, header, &Acknowledged::Row(&outcome), lang),
        Ok(None) => answer(app, header, &Acknowledged::Failed, lang),
        Err(problem) => {
            failed(&problem);
            answer(app, header, &Acknowledged::Failed, lang)
        }
    }
}

/// The answer to what came as a message, now.
#[must_use]
pub fn answer(app: &App, header: Option<&Header>, what: &Acknowledged<'_>, lang: Lang) -> Ack {
    acknowledge(header, what, || control_id(app), app.platform.now(), lang)
}

/// A number of ours, as long as MSH-10 may be (20 characters).
#[must_use]
pub fn control_id(app: &App) -> String {
    uuid_v7(app.platform.now(), &mut app.platform.random()).simple().to_string()[12..].to_owned()
}

fn failed(problem: &Problem) {
    tracing::error!(status = problem.status.as_u16(), "a message was not stored and is to be sent again");
}
