//! A report that comes as a text message, and the answer: what was understood, what it means, what to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::{Bilingual, Lang};
use shared::events::AlertLevel;
use shared::fold::fold;
use shared::ids::{CaseId, InboundId, MessageId};
use shared::person::Person;
use shared::phone::Phone;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::outbox::NewMessage;
use shared_store::people::PeopleQuery;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::report;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::case::CaseState;
use crate::domain::doubt::question;
use crate::domain::entry::{given, past_time};
use crate::domain::observation::{Observation, ReportInput};
use crate::domain::sms::{self, SmsError, SmsReport};
use crate::store::{CaseRecord, InboundRecord, ReportRecord};

/// So many people that one telephone reaches are looked at.
const MAX_ON_A_PHONE: i64 = 50;
/// The longest id of a gateway that is taken in.
const MAX_ID: usize = 200;

/// A message as a gateway hands it over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmsInput {
    /// The gateway's own id of the message: the same again is the same message.
    pub id: Option<String>,
    /// The telephone that sent it.
    pub from: Option<String>,
    /// What it says.
    pub text: Option<String>,
    /// When it was sent, RFC 3339; now where it is not said.
    pub sent_at: Option<String>,
}

struct Draft {
    gateway_id: String,
    from: Phone,
    text: String,
    sent_at: Instant,
}

impl SmsInput {
    fn parse(&self, now: Instant) -> Result<Draft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut keep = |error| errors.push(error);
        let needed = |text: &Option<String>, pointer: &str| {
            given(text.as_deref()).map(str::to_owned).ok_or_else(|| FieldError::required(pointer))
        };
        let gateway_id = needed(&self.id, "/id").map_err(&mut keep).ok();
        let from = needed(&self.from, "/from").map_err(&mut keep).ok();
        let from = from.and_then(|text| {
            let fault = |error: shared::phone::PhoneError| FieldError::new("/from", "phone", error.detail());
            Phone::parse(&text).map_err(fault).map_err(&mut keep).ok()
        });
        let text = needed(&self.text, "/text").map_err(&mut keep).ok();
        let sent = given(self.sent_at.as_deref()).map_or(Ok(now), |text| past_time("/sent_at", text, now));
        let sent_at = sent.map_err(&mut keep).ok();
        if gateway_id.as_ref().is_some_and(|id| id.chars().count() > MAX_ID) {
            let detail = Bilingual::new(format!("Tối đa {MAX_ID} ký tự"), format!("At most {MAX_ID} characters"));
            errors.push(FieldError::new("/id", "too_long", detail));
        }
        match (gateway_id, from, text, sent_at) {
            (Some(gateway_id), Some(from), Some(text), Some(sent_at)) if errors.is_empty() => {
                Ok(Draft { gateway_id, from, text, sent_at })
            }
            _ => Err(errors),
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The message.
    pub inbound: InboundRecord,
    /// Whether it was taken now.
    pub created: bool,
    /// The answer that was sent; none for a repeat, which is not answered again.
    pub reply: Option<String>,
    /// The report that it became.
    pub report: Option<ReportRecord>,
}

/// What a message turned out to be.
struct Understood {
    outcome: &'static str,
    reply: String,
    case: Option<CaseId>,
    report: Option<ReportRecord>,
}

impl Understood {
    fn only(outcome: &'static str, reply: impl Into<String>) -> Self {
        Self { outcome, reply: reply.into(), case: None, report: None }
    }
}

/// Takes a message from a gateway and answers it.
///
/// # Errors
/// 422 for fields at fault, 409 where the gateway's id was used for another message. What the text says wrongly is no
/// error of the gateway: it is answered to the telephone.
pub async fn receive(app: &App, caller: &Caller, input: &SmsInput, body_hash: &str) -> Result<Answered, Problem> {
    let draft = input.parse(app.platform.now())?;
    let mut work = Work::for_caller(app, caller).await?;
    if let Some(inbound) = work.tx.inbound(&draft.gateway_id).await? {
        if inbound.body_hash != body_hash {
            return Err(Problem::id_conflict());
        }
        let report = match inbound.report_id {
            Some(id) => work.tx.report(id).await?,
            None => None,
        };
        return Ok(Answered { inbound, created: false, reply: None, report });
    }
    let understood = understand(&mut work, app, &draft).await?;
    let inbound = InboundRecord {
        id: InboundId::new(work.now, work.random()),
        gateway_id: draft.gateway_id.clone(),
        received_at: work.now,
        outcome: understood.outcome.to_owned(),
        case_id: understood.case,
        report_id: understood.report.as_ref().map(|report| report.id),
        body_hash: body_hash.to_owned(),
    };
    if !work.tx.insert_inbound(&inbound).await? {
        return Err(Problem::id_conflict());
    }
    let message = NewMessage {
        id: MessageId::new(work.now, work.random()),
        idempotency_key: format!("sms_reply:{}", inbound.id),
        channel: "sms".to_owned(),
        template: "sms_reply".to_owned(),
        lang: Lang::Vi,
        recipient: draft.from.as_str().to_owned(),
        subject: None,
        text: understood.reply.clone(),
        person_id: None,
    };
    work.message(&message).await?;
    let detail = json!({"inbound_id": inbound.id, "outcome": inbound.outcome});
    work.audit("sms.receive", understood.case.and_then(case_subject), detail).await?;
    work.commit().await?;
    Ok(Answered { inbound, created: true, reply: Some(understood.reply), report: understood.report })
}

const EXAMPLE: &str = "F0 97 18 82 37.5 (SpO2, nhịp thở, mạch, nhiệt độ; không đo thì gõ x)";
const HELP: &str = "Cấp cứu: 115. Cần hỏi: 1022.";

async fn understand(work: &mut Work, app: &App, draft: &Draft) -> Result<Understood, StoreError> {
    let read = match sms::read(&draft.text) {
        Ok(read) => read,
        Err(SmsError::TooManyNumbers) => {
            return Ok(Understood::only(
                "not_read",
                format!("An Tâm: tin có quá nhiều số. Hãy nhắn: {EXAMPLE}. {HELP}"),
            ));
        }
        Err(SmsError::NoReport | SmsError::Empty) => {
            return Ok(Understood::only("not_read", format!("An Tâm chưa hiểu tin nhắn. Hãy nhắn: {EXAMPLE}. {HELP}")));
        }
    };
    let patients = patients(work, &draft.from).await?;
    let (case, person) = match choose(patients, &read.who) {
        Choice::One(patient) => *patient,
        Choice::Many(names) => {
            let reply = format!(
                "An Tâm: số này báo cho nhiều người ({}). Hãy thêm tên, ví dụ: F0 {} 97 18 82 37.5. {HELP}",
                names.join(", "),
                names[0].split(' ').next_back().unwrap_or_default().to_uppercase()
            );
            return Ok(Understood::only("which", reply));
        }
        Choice::Nobody { ended } => return Ok(nobody(ended)),
    };
    let by = if person.phone.as_ref() == Some(&draft.from) && read.who.is_empty() { "patient" } else { "family" };
    let input = ReportInput { by: Some(by.to_owned()), at: Some(draft.sent_at.to_string()), ..read.report.clone() };
    let case_id = case.id;
    let observed = match input.parse(app.platform.now()) {
        Ok(observed) => observed,
        Err(faults) => {
            let told: Vec<&str> = faults.iter().map(|fault| fault.detail.vi.as_str()).collect();
            let reply = format!("An Tâm chưa nhận được: {}. Hãy nhắn lại: {EXAMPLE}. {HELP}", told.join("; "));
            return Ok(Understood { case: Some(case_id), ..Understood::only("refused", reply) });
        }
    };
    work.tx.hold(case_id.uuid()).await?;
    let Some(case) = work.tx.case(case_id).await?.filter(|case| case.state == CaseState::Open) else {
        return Ok(nobody(true));
    };
    let Some(report) = report::keep(work, &case, Some(&person), observed, "sms").await? else {
        return Ok(Understood::only("refused", format!("An Tâm chưa nhận được tin, hãy nhắn lại. {HELP}")));
    };
    let station = match case.ward_code.as_deref() {
        Some(ward) => work.tx.station_phone(ward).await?,
        None => None,
    };
    let reply = answer(&person, &read, &report, station.as_deref());
    Ok(Understood { outcome: "report", reply, case: Some(case_id), report: Some(report) })
}

fn nobody(ended: bool) -> Understood {
    if ended {
        let reply = format!(
            "An Tâm: hồ sơ theo dõi đã kết thúc nên không nhận báo cáo. Nếu không khỏe, hãy gọi trạm y tế. {HELP}"
        );
        Understood::only("ended", reply)
    } else {
        Understood::only(
            "unknown",
            format!("An Tâm: số này chưa có hồ sơ theo dõi. Hãy gọi trạm y tế hoặc 1022. {HELP}"),
        )
    }
}

/// The patients for whom a telephone may report: its own people and those of their households, with an open case or, as a
/// sign that there was one, the newest that ended.
async fn patients(work: &mut Work, from: &Phone) -> Result<Vec<(CaseRecord, Person)>, StoreError> {
    let phone = Some(from.as_str().to_owned());
    let query = PeopleQuery { phone, limit: MAX_ON_A_PHONE, ..PeopleQuery::default() };
    let mut cases = BTreeMap::new();
    for stored in work.tx.search_people(&query).await? {
        for case in work.tx.open_cases_around(stored.person.id).await? {
            cases.insert(case.id, case);
        }
        if let Some(case) = work.tx.latest_case(stored.person.id).await? {
            cases.insert(case.id, case);
        }
    }
    let mut patients = Vec::with_capacity(cases.len());
    for case in cases.into_values() {
        if let Some(stored) = work.tx.person(case.person_id).await? {
            patients.push((case, stored.person));
        }
    }
    Ok(patients)
}

enum Choice {
    One(Box<(CaseRecord, Person)>),
    Many(Vec<String>),
    Nobody { ended: bool },
}

/// Whom a message is about: the one whose name has the words, or the only one.
fn choose(patients: Vec<(CaseRecord, Person)>, who: &str) -> Choice {
    let ended = patients.iter().any(|(case, _)| case.state != CaseState::Open);
    let open = patients.into_iter().filter(|(case, _)| case.state == CaseState::Open);
    let words: Vec<&str> = who.split(' ').filter(|word| !word.is_empty()).collect();
    let all: Vec<_> = open.collect();
    let is_named = |person: &Person| {
        let name = fold(person.full_name.as_str());
        words.iter().all(|word| name.split(' ').any(|part| part == *word))
    };
    let (mut named, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, person)| is_named(person));
    match (named.len(), others.len()) {
        (1, _) => Choice::One(Box::new(named.remove(0))),
        (0, 0) => Choice::Nobody { ended },
        // A name that nobody has: better asked again than reported for the wrong one.
        _ => {
            let meant = if named.is_empty() { others } else { named };
            Choice::Many(meant.iter().map(|(_, person)| person.full_name.as_str().to_owned()).collect())
        }
    }
}

/// What the telephone is answered: who, what was understood, what it means, what is asked back.
fn answer(person: &Person, read: &SmsReport, report: &ReportRecord, station: Option<&str>) -> String {
    let mut told = vec![understood(&report.observed)];
    if !read.not_understood.is_empty() {
        told.push(format!("Chưa hiểu: {}", read.not_understood.join(" ")));
    }
    for vital in &report.doubtful {
        if let Some(value) = report.observed.vitals.get(*vital) {
            told.push(question(*vital, value).vi.clone());
        }
    }
    let station = station.map_or_else(|| "trạm y tế".to_owned(), |phone| format!("trạm y tế {phone}"));
    let what = match report.level {
        AlertLevel::Emergency => "NGUY HIỂM: gọi 115 ngay, nằm đầu cao, có người ở cạnh. Bác sĩ đã được báo".to_owned(),
        AlertLevel::Urgent => format!("Cần bác sĩ xem: bác sĩ đã được báo và sẽ gọi. Nặng hơn: gọi 115, {station}"),
        AlertLevel::Watch => format!("Cần theo dõi: {station} đã được báo"),
        AlertLevel::None => "Chưa có dấu hiệu phải báo. Đo lại theo hẹn".to_owned(),
    };
    let again = report.reasons.iter().any(|reason| reason.confirm);
    if again {
        told.push("SpO2 thấp: ngồi yên, bỏ sơn móng, đo lại sau 30-60 giây rồi nhắn lại".to_owned());
    }
    told.push(what);
    format!("An Tâm đã nhận ({}): {}.", person.full_name.as_str(), told.join(". "))
}

fn understood(observed: &Observation) -> String {
    let mut told: Vec<String> = observed
        .vitals
        .iter()
        .map(|(vital, value)| {
            let unit = if vital.is_whole() { "" } else { "°C" };
            format!("{} {}{unit}", vital.name().vi, value.written(Lang::Vi))
        })
        .collect();
    told.extend(observed.symptoms.iter().map(|symptom| symptom.name().vi.clone()));
    if told.is_empty() { "không có triệu chứng".to_owned() } else { told.join(", ") }
}
