//! What staff send when they do something for a patient, and what it means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, ActId};
use shared::problem::FieldError;
use shared::time::{Instant, days};

use super::act::{ActBody, ActStatus, Direction, Disposition, HandTo, Item, Transport, Urgency};
use super::bag::{Answers, BagCode, Question};
use super::entry::{given, id, keep, wall_clock};

/// The most characters of a text.
pub const MAX_TEXT: usize = 4_000;
/// The most medicines of a prescription.
pub const MAX_ITEMS: usize = 30;
/// A call back is promised for at most so many days ahead.
pub const MAX_PROMISE_DAYS: i64 = 14;

/// Something that is well-formed and may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActDraft {
    /// The id that the client chose, where it did.
    pub id: Option<ActId>,
    /// What.
    pub body: ActBody,
    /// In which state it begins.
    pub status: ActStatus,
    /// When it is due, where it is.
    pub due_at: Option<Instant>,
    /// What was answered about contraindications.
    pub answers: Answers,
}

impl ActDraft {
    fn new(id: Option<ActId>, body: ActBody, status: ActStatus) -> Self {
        Self { id, body, status, due_at: None, answers: Answers::new() }
    }
}

fn text(errors: &mut Vec<FieldError>, pointer: &str, text: Option<&str>) -> Option<String> {
    let Some(text) = given(text) else {
        errors.push(FieldError::required(pointer));
        return None;
    };
    short(errors, pointer, text)
}

fn short(errors: &mut Vec<FieldError>, pointer: &str, text: &str) -> Option<String> {
    if text.chars().count() > MAX_TEXT {
        let detail = Bilingual::new(format!("Tối đa {MAX_TEXT} ký tự"), format!("At most {MAX_TEXT} characters"));
        errors.push(FieldError::new(pointer, "too_long", detail));
        return None;
    }
    Some(text.to_owned())
}

fn note(errors: &mut Vec<FieldError>, note: Option<&str>) -> String {
    given(note).and_then(|text| short(errors, "/note", text)).unwrap_or_default()
}

fn act_id(errors: &mut Vec<FieldError>, text: Option<&str>) -> Option<ActId> {
    given(text).and_then(|text| keep(errors, id("/id", text)))
}

fn choice<T: Copy>(
    errors: &mut Vec<FieldError>,
    pointer: &str,
    text: Option<&str>,
    default: Option<T>,
    read: impl Fn(&str) -> Option<T>,
    codes: &[&str],
) -> Option<T> {
    match given(text) {
        None if default.is_none() => {
            errors.push(FieldError::required(pointer));
            None
        }
        None => default,
        Some(text) => read(text).or_else(|| {
            let codes = codes.join(", ");
            let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}"));
            errors.push(FieldError::new(pointer, "unknown_code", detail));
            None
        }),
    }
}

macro_rules! codes_of {
    ($type:ty) => {
        &<$type>::ALL.iter().map(|one| one.code()).collect::<Vec<_>>()
    };
}

/// Advice as somebody sent it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdviceInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// What to do, in the words that the family reads.
    #[serde(alias = "advice", alias = "message")]
    pub text: Option<String>,
    /// The same under the name that other forms give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl AdviceInput {
    /// Understands it.
    ///
    /// # Errors
    /// `id`, `required`, `too_long`.
    pub fn parse(&self) -> Result<ActDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = act_id(&mut errors, self.id.as_deref());
        let words = given(self.text.as_deref()).or_else(|| given(self.note.as_deref()));
        match text(&mut errors, "/text", words) {
            Some(text) if errors.is_empty() => Ok(ActDraft::new(id, ActBody::Advice { text }, ActStatus::Given)),
            _ => Err(errors),
        }
    }
}

/// A prescription as somebody sent it: a bag, or medicines.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrescriptionInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The bag: A, B or C.
    #[serde(alias = "medicine_bag")]
    pub bag: Option<String>,
    /// The medicines: each a text, or `{name, dose}`.
    #[serde(alias = "medicines", alias = "drugs")]
    pub items: Vec<Value>,
    /// Whether the patient consented.
    pub consent: Option<bool>,
    /// Answers to the questions of the bag, by their codes.
    pub screening: BTreeMap<String, Value>,
    /// What else the station and the family are told.
    #[serde(alias = "instructions")]
    pub note: Option<String>,
}

fn item(errors: &mut Vec<FieldError>, index: usize, value: &Value) -> Option<Item> {
    let of = |names: &[&str]| {
        names.iter().find_map(|name| value.get(name)).and_then(|text| match text {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let name = value.as_str().map(|text| text.trim().to_owned()).or_else(|| of(&["name", "drug", "medicine"]));
    let pointer = format!("/items/{index}/name");
    let name = text(errors, &pointer, name.as_deref())?;
    let dose = of(&["dose", "dosage", "instructions"]).unwrap_or_default();
    Some(Item { name, dose: short(errors, &format!("/items/{index}/dose"), &dose)? })
}

impl PrescriptionInput {
    /// Understands it.
    ///
    /// # Errors
    /// `id`, `required`, `unknown_code`, `too_many`, `too_long`, `boolean`.
    pub fn parse(&self) -> Result<ActDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = act_id(&mut errors, self.id.as_deref());
        let bag = match given(self.bag.as_deref()) {
            None => None,
            some => choice(&mut errors, "/bag", some, None, BagCode::from_code, codes_of!(BagCode)),
        };
        if self.items.len() > MAX_ITEMS {
            let detail = Bilingual::new(format!("Tối đa {MAX_ITEMS} thuốc"), format!("At most {MAX_ITEMS} medicines"));
            errors.push(FieldError::new("/items", "too_many", detail));
        }
        let items: Vec<Item> = self
            .items
            .iter()
            .take(MAX_ITEMS)
            .enumerate()
            .filter_map(|(index, value)| item(&mut errors, index, value))
            .collect();
        if self.items.is_empty() && given(self.bag.as_deref()).is_none() {
            let detail = Bilingual::new(
                "Chọn một túi thuốc (bag) hoặc ghi thuốc (items)",
                "Choose a bag, or list medicines as items",
            );
            errors.push(FieldError::new("/items", "required", detail));
        }
        let answers = self.answers(&mut errors);
        let note = note(&mut errors, self.note.as_deref());
        if !errors.is_empty() {
            return Err(errors);
        }
        let consent = self.consent.unwrap_or(false);
        let body = ActBody::Prescription { bag, list: None, items, consent, max_days: None, note };
        Ok(ActDraft { answers, ..ActDraft::new(id, body, ActStatus::Ordered) })
    }

    fn answers(&self, errors: &mut Vec<FieldError>) -> Answers {
        let mut answers = Answers::new();
        for (code, value) in &self.screening {
            let pointer = format!("/screening/{code}");
            let Some(question) = Question::ALL.into_iter().find(|question| question.code() == code) else {
                let codes = Question::ALL.map(Question::code).join(", ");
                let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}"));
                errors.push(FieldError::new(pointer, "unknown_code", detail));
                continue;
            };
            let answer = match value {
                Value::Bool(yes) => Some(*yes),
                Value::String(text) => match text.trim() {
                    "true" | "yes" | "1" => Some(true),
                    "false" | "no" | "0" => Some(false),
                    _ => None,
                },
                _ => None,
            };
            match answer {
                Some(yes) => {
                    answers.insert(question, yes);
                }
                None => {
                    let detail = Bilingual::new("Trả lời true hoặc false", "Answer true or false");
                    errors.push(FieldError::new(pointer, "boolean", detail));
                }
            }
        }
        answers
    }
}

/// A referral as somebody sent it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReferralInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// Where to; the receiving facility is found by the district where nothing is said.
    #[serde(alias = "facility", alias = "destination", alias = "hospital")]
    pub to: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The same under the name that other forms give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// `emergency`, `urgent` or `routine`; urgent where nothing is said.
    #[serde(alias = "priority")]
    pub urgency: Option<String>,
    /// `ambulance_115`, `station` or `own`; the ambulance in an emergency, else the family.
    pub transport: Option<String>,
}

impl ReferralInput {
    /// Understands it.
    ///
    /// # Errors
    /// `id`, `required`, `unknown_code`, `too_long`.
    pub fn parse(&self) -> Result<ActDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = act_id(&mut errors, self.id.as_deref());
        let to = given(self.to.as_deref()).and_then(|text| short(&mut errors, "/to", text)).unwrap_or_default();
        let words = given(self.reason.as_deref()).or_else(|| given(self.note.as_deref()));
        let reason = text(&mut errors, "/reason", words);
        let (default, read) = (Some(Urgency::Urgent), Urgency::from_code);
        let urgency = choice(&mut errors, "/urgency", self.urgency.as_deref(), default, read, codes_of!(Urgency));
        let by_urgency = if urgency == Some(Urgency::Emergency) { Transport::Ambulance } else { Transport::Own };
        let (default, read) = (Some(by_urgency), Transport::from_code);
        let transport =
            choice(&mut errors, "/transport", self.transport.as_deref(), default, read, codes_of!(Transport));
        match (reason, urgency, transport) {
            (Some(reason), Some(urgency), Some(transport)) if errors.is_empty() => {
                Ok(ActDraft::new(id, ActBody::Referral { to, reason, urgency, transport }, ActStatus::Requested))
            }
            _ => Err(errors),
        }
    }
}

/// A call as somebody noted it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// `outbound` or `inbound`; outbound where nothing is said.
    pub direction: Option<String>,
    /// How it ended.
    pub disposition: Option<String>,
    /// What was said.
    pub note: Option<String>,
    /// When a call back is promised: a time, or minutes from now.
    pub call_back_at: Option<String>,
}

impl CallInput {
    /// Understands it.
    ///
    /// # Errors
    /// `id`, `required`, `unknown_code`, `too_long`, `time`, `in_past`, `too_far`.
    pub fn parse(&self, now: Instant) -> Result<ActDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = act_id(&mut errors, self.id.as_deref());
        let (default, read) = (Some(Direction::Outbound), Direction::from_code);
        let direction =
            choice(&mut errors, "/direction", self.direction.as_deref(), default, read, codes_of!(Direction));
        let codes = codes_of!(Disposition);
        let read = Disposition::from_code;
        let disposition = choice(&mut errors, "/disposition", self.disposition.as_deref(), None, read, codes);
        let note = note(&mut errors, self.note.as_deref());
        let due_at = given(self.call_back_at.as_deref()).and_then(|text| keep(&mut errors, promised(text, now)));
        match (direction, disposition) {
            (Some(direction), Some(disposition)) if errors.is_empty() => {
                let status = if due_at.is_some() { ActStatus::Promised } else { ActStatus::Noted };
                let body = ActBody::Call { direction, disposition, note };
                Ok(ActDraft { due_at, ..ActDraft::new(id, body, status) })
            }
            _ => Err(errors),
        }
    }
}

/// When a call back is promised.
fn promised(text: &str, now: Instant) -> Result<Instant, FieldError> {
    const POINTER: &str = "/call_back_at";
    let at = wall_clock(text).ok_or_else(|| {
        let detail =
            Bilingual::new("Thời điểm viết như 2022-03-10T14:30:00+07:00", "A time such as 2022-03-10T14:30:00+07:00");
        FieldError::new(POINTER, "time", detail)
    })?;
    if at <= now {
        let detail = Bilingual::new("Giờ hẹn phải ở tương lai", "The promised time lies in the future");
        return Err(FieldError::new(POINTER, "in_past", detail));
    }
    if at > now.plus(days(MAX_PROMISE_DAYS)) {
        let detail = Bilingual::new(
            format!("Hẹn trong {MAX_PROMISE_DAYS} ngày"),
            format!("Promise within {MAX_PROMISE_DAYS} days"),
        );
        return Err(FieldError::new(POINTER, "too_far", detail));
    }
    Ok(at)
}

/// A hand-over as somebody sent it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandoverInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// `station`, `doctor` or `ambulance_115`.
    pub to: Option<String>,
    /// The account, where one is meant.
    pub account_id: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl HandoverInput {
    /// Understands it.
    ///
    /// # Errors
    /// `id`, `required`, `unknown_code`, `too_long`.
    pub fn parse(&self) -> Result<ActDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = act_id(&mut errors, self.id.as_deref());
        let codes = codes_of!(HandTo);
        let to = choice(&mut errors, "/to", self.to.as_deref(), None, HandTo::from_code, codes);
        let account: Option<AccountId> =
            given(self.account_id.as_deref()).and_then(|text| keep(&mut errors, super::entry::id("/account_id", text)));
        let reason = text(&mut errors, "/reason", self.reason.as_deref());
        match (to, reason) {
            (Some(to), Some(reason)) if errors.is_empty() => {
                let body = ActBody::Handover { to, account, reason, alert: None, shift: None };
                Ok(ActDraft::new(id, body, ActStatus::Offered))
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2022-03-10T01:00:00Z".parse().unwrap()
    }

    fn faults(errors: Vec<FieldError>) -> Vec<(String, String)> {
        errors.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    fn named(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn a_prescription_takes_a_bag_or_medicines_in_either_form() {
        let read = |json: &str| serde_json::from_str::<PrescriptionInput>(json).unwrap().parse();
        let draft = read(r#"{"items":["Paracetamol 500 mg",{"name":"Oresol","dose":"1 gói/ngày"}]}"#).unwrap();
        let ActBody::Prescription { bag, items, .. } = draft.body else { panic!("a prescription") };
        assert_eq!((bag, items.len(), items[1].dose.as_str()), (None, 2, "1 gói/ngày"));
        let draft = read(r#"{"bag":"b","screening":{"gastric_ulcer":false}}"#).unwrap();
        assert_eq!(draft.answers.get(&Question::GastricUlcer), Some(&false));
        let expected =
            named(&[("/bag", "unknown_code"), ("/items/0/name", "required"), ("/screening/x", "unknown_code")]);
        assert_eq!(faults(read(r#"{"bag":"D","items":[{"dose":"1"}],"screening":{"x":true}}"#).unwrap_err()), expected);
        assert_eq!(faults(read("{}").unwrap_err()), named(&[("/items", "required")]));
    }

    #[test]
    fn a_promise_lies_ahead_and_may_be_the_clock_on_the_wall() {
        let call = |at: &str| {
            CallInput {
                disposition: Some("no_answer".to_owned()),
                call_back_at: Some(at.to_owned()),
                ..CallInput::default()
            }
            .parse(now())
        };
        let draft = call("2022-03-10T10:30").unwrap();
        assert_eq!(
            (draft.status, draft.due_at.unwrap().to_string().as_str()),
            (ActStatus::Promised, "2022-03-10T03:30:00Z")
        );
        assert_eq!(call("2022-03-10T01:00:00Z").unwrap_err()[0].code, "in_past");
        assert_eq!(call("2022-04-10T01:00:00Z").unwrap_err()[0].code, "too_far");
        assert_eq!(call("mai").unwrap_err()[0].code, "time");
        assert_eq!(CallInput::default().parse(now()).unwrap_err()[0].pointer, "/disposition");
    }

    #[test]
    fn an_emergency_goes_by_ambulance_unless_said_otherwise() {
        let read = |json: &str| serde_json::from_str::<ReferralInput>(json).unwrap().parse();
        let transport = |json: &str| match read(json).unwrap().body {
            ActBody::Referral { transport, .. } => transport,
            _ => panic!("a referral"),
        };
        assert_eq!(transport(r#"{"reason":"SpO2 88","urgency":"emergency"}"#), Transport::Ambulance);
        assert_eq!(transport(r#"{"reason":"SpO2 93"}"#), Transport::Own);
        let expected = named(&[("/reason", "required"), ("/urgency", "unknown_code")]);
        assert_eq!(faults(read(r#"{"urgency":"soon"}"#).unwrap_err()), expected);
    }

    #[test]
    fn advice_needs_words_and_a_hand_over_a_receiver() {
        assert_eq!(faults(AdviceInput::default().parse().unwrap_err()), named(&[("/text", "required")]));
        let long = AdviceInput { text: Some("a".repeat(MAX_TEXT + 1)), ..AdviceInput::default() };
        assert_eq!(faults(long.parse().unwrap_err()), named(&[("/text", "too_long")]));
        let expected = named(&[("/to", "required"), ("/reason", "required")]);
        assert_eq!(faults(HandoverInput::default().parse().unwrap_err()), expected);
    }
}
