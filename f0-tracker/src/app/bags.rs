//! Ordering a medicine bag: the list of the province in force, and whether this patient may have it.

use serde_json::{Value, json};
use shared::bilingual::{Bilingual, Lang};
use shared::person::{Person, Sex};
use shared::problem::FieldError;
use shared_store::StoreError;
use shared_web::Problem;

use super::open_case::subject_of;
use super::work::Work;
use crate::domain::act::{ActBody, Item};
use crate::domain::bag::{self, Answers, Bag, BagCode, BagList, Candidate, Refusal};
use crate::store::{CaseRecord, ReportRecord};

/// So many reports are looked at for symptoms.
const LOOK_BACK: i64 = 50;

/// An order as somebody gave it.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which bag.
    pub bag: BagCode,
    /// Medicines beside it.
    pub items: Vec<Item>,
    /// Whether the patient consented.
    pub consent: bool,
    /// What else is told.
    pub note: String,
    /// What was answered.
    pub answers: Answers,
    /// Whether a doctor orders it.
    pub by_doctor: bool,
}

/// The patient, as far as a bag is concerned.
pub(crate) fn candidate<'a>(
    case: &'a CaseRecord,
    person: Option<&Person>,
    reports: &'a [ReportRecord],
    today: shared::time::Date,
) -> Candidate<'a> {
    Candidate {
        age: subject_of(case, person).age_on(today),
        sex: person.map_or(Sex::Unknown, |person| person.sex),
        pregnant: case.pregnant,
        conditions: &case.conditions,
        risk: case.risk,
        since: case.symptom_onset.unwrap_or_else(|| case.diagnosed_at.local_date()),
        has_symptoms: case.symptom_onset.is_some() || reports.iter().any(|r| !r.observed.symptoms.is_empty()),
        newest: reports.first().map(|report| (&report.observed, report.level)),
    }
}

/// The list that holds for a case, and the bag in it.
pub(crate) fn defined(
    case: &CaseRecord,
    code: BagCode,
    today: shared::time::Date,
) -> Option<(&'static BagList, &'static Bag)> {
    let province = case.ward_code.as_deref().and_then(shared::area::ward_any).map(|unit| unit.province_code);
    let list = bag::list(province, today)?;
    Some((list, list.bag(code)?))
}

/// The prescription that an order makes.
///
/// # Errors
/// 422 for questions that were not answered, 409 with `reasons` where the patient may not have it.
pub(super) async fn ordered(work: &mut Work, case: &CaseRecord, order: Order) -> Result<ActBody, Problem> {
    let today = work.now.local_date();
    let Some((list, bag)) = defined(case, order.bag, today) else {
        let detail = Bilingual::new("Túi thuốc này chưa có trong danh mục", "No list in force has this bag");
        return Err(Problem::field(FieldError::new("/bag", "not_defined", detail)));
    };
    let (person, reports) = known(work, case).await?;
    let of = candidate(case, person.as_ref(), &reports, today);
    let missing: Vec<FieldError> = bag
        .questions(&of)
        .into_iter()
        .filter(|question| !order.answers.contains_key(question))
        .map(|question| {
            let name = question.name();
            let detail = Bilingual::new(
                format!("Hãy hỏi rồi chọn có hoặc không: {}", name.vi),
                format!("Ask, then answer yes or no: {}", name.en),
            );
            FieldError::new(format!("/screening/{}", question.code()), "required", detail)
        })
        .collect();
    let refusals = bag.refusals(&of, &order.answers, order.consent, order.by_doctor, today);
    // What rules the bag out by itself is told first: no question is asked in vain.
    if !refusals.is_empty() {
        return Err(refused(bag, &refusals));
    }
    if !missing.is_empty() {
        return Err(Problem::invalid(missing));
    }
    Ok(ActBody::Prescription {
        bag: Some(order.bag),
        list: Some(list.id.clone()),
        items: bag.contents.iter().cloned().chain(order.items).collect(),
        consent: order.consent,
        max_days: bag.max_days,
        note: order.note,
    })
}

async fn known(work: &mut Work, case: &CaseRecord) -> Result<(Option<Person>, Vec<ReportRecord>), StoreError> {
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    Ok((person, work.tx.newest_reports(&[case.id], LOOK_BACK).await?))
}

fn refused(bag: &Bag, refusals: &[Refusal]) -> Problem {
    let told = |lang: Lang| refusals.iter().map(|one| one.detail.get(lang).to_owned()).collect::<Vec<_>>().join("; ");
    let reasons: Vec<Value> = refusals
        .iter()
        .map(|one| json!({"code": one.code, "detail": one.detail.get(Lang::Vi), "detail_en": one.detail.get(Lang::En), "source": one.source}))
        .collect();
    Problem::conflict(
        "bag_refused",
        format!("Không phát túi {}: {}.", bag.code.code(), told(Lang::Vi)),
        format!("Bag {} is refused: {}.", bag.code.code(), told(Lang::En)),
    )
    .with("reasons", reasons)
}
