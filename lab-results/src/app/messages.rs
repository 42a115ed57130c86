//! Single HL7 messages, over HTTP or MLLP: each is stored, and then answered.

use shared::bilingual::Lang;
use shared::ids::uuid_v7;
use shared_web::Problem;

use crate::app::App;
use crate::app::raw::Raws;
use crate::app::reader::{self, Reading};
use crate::app::sender::Sender;
use crate::app::upload;
use crate::domain::detect::Format;
use crate::domain::hl7::{Ack, Acknowledged, acknowledge};

/// Takes one message and gives its answer: what was taken is stored by then.
pub async fn take(app: &App, sender: &Sender, reading: &Reading, bytes: &[u8], lang: Lang) -> Ack {
    let now = app.platform.now();
    let read = reader::message(bytes, 1, reading, now);
    let header = read.header.as_ref();
    let id = uuid_v7(now, &mut app.platform.random()).simple().to_string()[12..].to_owned();
    if header.is_none() {
        return acknowledge(None, &Acknowledged::Unreadable, &id, now, lang);
    }
    if !read.faults.is_empty() {
        return acknowledge(header, &Acknowledged::Header(&read.faults), &id, now, lang);
    }
    let came = Raws::from([(read.incoming.row, bytes.to_vec())]);
    let rows = vec![read.incoming];
    let taken = upload::take_messages(app, sender.clone(), reader::hl7_naming(), (rows, came), Format::Hl7).await;
    match taken.map(|report| report.rows().first().map(|row| row.outcome())) {
        Ok(Some(outcome)) => acknowledge(header, &Acknowledged::Row(&outcome), &id, now, lang),
        Ok(None) => acknowledge(header, &Acknowledged::Failed, &id, now, lang),
        Err(problem) => {
            failed(&problem);
            acknowledge(header, &Acknowledged::Failed, &id, now, lang)
        }
    }
}

fn failed(problem: &Problem) {
    tracing::error!(status = problem.status.as_u16(), "a message was not stored and is to be sent again");
}
