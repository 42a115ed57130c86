//! What the work list shows.

use shared::access::AreaScope;
use shared::area::{FIRST_DAY, wards_of_district, wards_of_province};
use shared::bilingual::Lang;
use shared::time::Instant;
use shared_web::caller::Caller;
use shared_web::page::Page;

use crate::api::timeline_acts::{note, words};
use crate::app::close_case::Closing;
use crate::app::station::{StationList, StationPatient, Waiting};
use crate::app::stock::BagStock;
use crate::domain::act::Disposition;
use crate::domain::observation::ReportInput;
use crate::domain::stock::Level;
use crate::domain::vital::Vital;
use crate::domain::worklist::End;
use crate::pages::case::alert::AlertLine;
use crate::pages::case::form::{self, NumberField, ReportForm};
use crate::pages::case::patient::{Patient, day, place};
use crate::pages::case::values::{self, Value};
use crate::pages::case::{level_of, shown_level};
use crate::pages::{Moment, due};

/// Something to choose.
pub struct Choice {
    /// Its value.
    pub code: String,
    /// What people read.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// One patient as a card.
pub struct Card {
    /// The case.
    pub case: String,
    /// How dangerous.
    pub level: &'static str,
    /// The same in a word.
    pub label: String,
    /// Who.
    pub patient: Patient,
    /// Where exactly; empty where it is not known.
    pub address: String,
    /// Risk group and underlying diseases.
    pub risk: String,
    /// The newest values.
    pub values: Vec<Value>,
    /// The newest report.
    pub reported: Option<Moment>,
    /// Why the patient stands in this list.
    pub why: String,
    /// When isolation ends with what is known.
    pub until: String,
}

/// A list of patients with one thing to do.
pub struct Section {
    /// Its name in the address.
    pub anchor: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// Its title.
    pub title: String,
    /// What is to be done.
    pub lead: String,
    /// What an empty one says.
    pub empty: String,
    /// Whether its cards can be ticked and ended together.
    pub closes: bool,
    /// The patients.
    pub cards: Vec<Card>,
}

/// Something that waits.
pub struct WaitingLine {
    /// Its id.
    pub id: String,
    /// The case; empty where there is none.
    pub case: String,
    /// For whom.
    pub name: String,
    /// The phone as `tel:` wants it.
    pub tel: String,
    /// Where.
    pub address: String,
    /// What.
    pub what: String,
    /// What was written with it.
    pub note: String,
    /// Who asked for it.
    pub by: String,
    /// Since when, or until when.
    pub at: Moment,
    /// Whether its time has passed.
    pub late: bool,
}

/// An alert with its patient.
pub struct AlertRow {
    /// The case.
    pub case: String,
    /// Who.
    pub patient: Patient,
    /// The alert.
    pub alert: AlertLine,
}

/// What became of cases that were to be ended.
pub struct Closed {
    /// How many ended.
    pub count: usize,
    /// Who did not, and why.
    pub refused: Vec<(String, String)>,
}

/// A number to fill in, with its limits for checks without a signal.
pub struct VisitNumber {
    /// The field.
    pub field: NumberField,
    /// The least that is read.
    pub low: i32,
    /// The most that is read.
    pub high: i32,
}

/// The whole list.
pub struct StationView {
    /// The ward with its district; empty where none is chosen.
    pub ward: String,
    /// Its code.
    pub ward_code: String,
    /// Wards to choose from; none for the station of one ward.
    pub wards: Vec<Choice>,
    /// When it was read.
    pub as_of: Moment,
    /// Alerts that nobody has or that somebody of the station has.
    pub alerts: Vec<AlertRow>,
    /// The lists.
    pub sections: Vec<Section>,
    /// Bags to hand out.
    pub bags: Vec<WaitingLine>,
    /// Hand-overs to accept.
    pub handovers: Vec<WaitingLine>,
    /// What the station has of each bag, in words; empty where nobody has counted.
    pub stock: String,
    /// Whether something runs low.
    pub short: bool,
    /// Promised calls.
    pub calls: Vec<WaitingLine>,
    /// Everybody.
    pub everybody: Vec<Card>,
    /// What a visit measures.
    pub numbers: Vec<VisitNumber>,
    /// What a visit asks.
    pub symptoms: Vec<form::Choice>,
    /// How a call ended.
    pub dispositions: Vec<Choice>,
}

impl Closed {
    /// What became of each.
    pub fn new(closings: &[Closing], before: &StationList, lang: Lang) -> Self {
        let name = |closing: &Closing| {
            let patient = before.patients.iter().find(|patient| patient.case.id == closing.case_id);
            let person = patient.and_then(|patient| patient.person.as_ref());
            person.map(|person| person.full_name.as_str().to_owned()).unwrap_or_default()
        };
        let refused = |closing: &Closing| {
            let problem = closing.result.as_ref().err()?;
            Some((name(closing), problem.detail.get(lang).to_owned()))
        };
        Self {
            count: closings.iter().filter(|closing| closing.result.is_ok()).count(),
            refused: closings.iter().filter_map(refused).collect(),
        }
    }
}

impl StationView {
    /// The list as a caller sees it.
    pub fn new(page: &Page, caller: &Caller, list: &StationList, now: Instant) -> Self {
        let reader = caller.account().map(|account| account.id);
        let alerts = list.patients.iter().flat_map(|patient| {
            patient.alerts.iter().map(move |alert| AlertRow {
                case: patient.case.id.to_string(),
                patient: Patient::new(page, &patient.case, patient.person.as_ref(), now.local_date()),
                alert: AlertLine::new(page, alert, &list.names, reader, now),
            })
        });
        let mut alerts: Vec<AlertRow> = alerts.collect();
        let order = |row: &AlertRow| ["emergency", "urgent"].iter().position(|level| *level == row.alert.level);
        alerts.sort_by_key(|row| (!row.alert.open, order(row).unwrap_or(2), row.alert.raised.at.clone()));
        let chosen = list.ward.clone().unwrap_or_default();
        let form = ReportForm::new(page, &ReportInput::default(), &[]);
        let waiting = |all: &[Waiting]| all.iter().map(|one| WaitingLine::new(page, one, list, now)).collect();
        Self {
            ward: list.ward.as_deref().map(place).unwrap_or_default(),
            wards: wards(caller, &chosen, now),
            ward_code: chosen,
            as_of: Moment::new(page, now, now),
            alerts,
            sections: sections(page, list, now),
            bags: waiting(&list.bags),
            handovers: waiting(&list.handovers),
            calls: waiting(&list.calls),
            stock: stock(page, &list.stock),
            short: list.stock.iter().any(|bag| matches!(bag.level, Level::BelowZero | Level::None | Level::Low)),
            everybody: list.patients.iter().map(|patient| Card::new(page, patient, String::new(), now)).collect(),
            numbers: form.numbers.into_iter().filter_map(numbered).collect(),
            symptoms: form.symptoms,
            dispositions: Disposition::ALL
                .iter()
                .map(|how| Choice {
                    code: how.code().to_owned(),
                    label: how.name().get(page.language()).to_owned(),
                    chosen: false,
                })
                .collect(),
        }
    }
}

/// What the station has of each bag.
fn stock(page: &Page, bags: &[BagStock]) -> String {
    let counted = bags.iter().filter_map(|bag| Some((bag.bag.code(), bag.quantity?)));
    let told: Vec<String> = counted.map(|(code, left)| format!("{code} {}", page.figure(left))).collect();
    if told.is_empty() { String::new() } else { page.t_with("station-stock", &[("bags", told.join(" · ").into())]) }
}

fn numbered(field: NumberField) -> Option<VisitNumber> {
    let (low, high) = Vital::from_code(field.id)?.entry_limits();
    Some(VisitNumber { field, low, high })
}

fn sections(page: &Page, list: &StationList, now: Instant) -> Vec<Section> {
    let section = |anchor: &'static str, icon, closes, cards: Vec<Card>| Section {
        anchor,
        icon,
        title: page.t(&format!("station-{anchor}")),
        lead: page.t(&format!("station-{anchor}-lead")),
        empty: page.t(&format!("station-{anchor}-none")),
        closes,
        cards,
    };
    let of = |why: &dyn Fn(&StationPatient) -> Option<String>| -> Vec<Card> {
        let chosen = list.patients.iter().filter_map(|patient| Some((patient, why(patient)?)));
        chosen.map(|(patient, why)| Card::new(page, patient, why, now)).collect()
    };
    let silent = of(&|patient| match patient.silence.missed {
        0 if patient.silence.due_now => Some(page.t("station-due-now")),
        0 => None,
        missed => Some(page.t_with("station-missed", &[("count", missed.into())])),
    });
    let tests = of(&|patient| (patient.end == End::TestDue).then(|| missing(page, patient)));
    let visits = of(&|patient| patient.visit.map(|why| page.t(&format!("station-visit-{}", why.code()))));
    let ready = of(&|patient| (patient.end == End::Ready).then(|| page.t("station-ready")));
    vec![
        section("visits", "home", false, visits),
        section("silent", "clock", false, silent),
        section("tests", "flask", false, tests),
        section("release", "check", true, ready),
    ]
}

/// What is missing, in the words of the rule.
fn missing(page: &Page, patient: &StationPatient) -> String {
    let words: Vec<&str> = patient.unmet.iter().map(|criterion| criterion.detail.get(page.language())).collect();
    words.join("; ")
}

impl Card {
    fn new(page: &Page, patient: &StationPatient, why: String, now: Instant) -> Self {
        let case = &patient.case;
        let (level, label) = shown_level(page, level_of(case, &patient.alerts));
        let lang = page.language();
        let conditions = case.conditions.iter().map(|one| one.name().get(lang).to_owned());
        let risk: Vec<String> =
            std::iter::once(page.t(&format!("case-risk-{}", case.risk.code()))).chain(conditions).collect();
        Self {
            case: case.id.to_string(),
            level,
            label,
            patient: Patient::new(page, case, patient.person.as_ref(), now.local_date()),
            address: patient.person.as_ref().and_then(|person| person.address.clone()).unwrap_or_default(),
            risk: risk.join("; "),
            values: values::latest(page, &case.latest),
            reported: case.latest.at.map(|at| Moment::new(page, at, now)),
            why,
            until: page.t_with("station-until", &[("day", day(patient.course.ends_on()).into())]),
        }
    }
}

impl WaitingLine {
    fn new(page: &Page, waiting: &Waiting, list: &StationList, now: Instant) -> Self {
        let act = &waiting.act;
        let person = waiting.person.as_ref();
        let at = act.due_at.unwrap_or(act.at);
        Self {
            id: act.id.to_string(),
            case: act.case_id.map(|id| id.to_string()).unwrap_or_default(),
            name: person.map_or_else(|| page.t("case-nobody"), |person| person.full_name.as_str().to_owned()),
            tel: person
                .and_then(|person| person.phone.as_ref())
                .map(|phone| phone.as_str().to_owned())
                .unwrap_or_default(),
            address: person.and_then(|person| person.address.clone()).unwrap_or_default(),
            what: words(&act.body, page.language()),
            note: note(&act.body),
            by: list.names.get(&act.by).cloned().unwrap_or_default(),
            at: due(page, at, now),
            late: act.due_at.is_some_and(|due| due < now),
        }
    }
}

/// The wards of a duty that covers several.
fn wards(caller: &Caller, chosen: &str, now: Instant) -> Vec<Choice> {
    let on = |day| match caller.account().map(|account| &account.area) {
        Some(AreaScope::Province(code)) => wards_of_province(code, day),
        Some(AreaScope::District(code)) => wards_of_district(code, day),
        Some(AreaScope::Ward(_)) | None => Vec::new(),
    };
    let mut units = on(FIRST_DAY);
    units.extend(on(now.local_date()));
    units.sort_by_key(|unit| (unit.district_code, unit.code));
    units.dedup_by_key(|unit| unit.code);
    units
        .into_iter()
        .map(|unit| Choice { code: unit.code.to_owned(), label: place(unit.code), chosen: unit.code == chosen })
        .collect()
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::completion::unmet;
    use crate::domain::act::{ActBody, ActStatus, Direction, HandTo, Item};
    use crate::domain::bag::BagCode;
    use crate::domain::worklist::{self, VisitReason};
    use crate::pages::samples::{case, doctor, file, now};
    use crate::store::ActRecord;
    use shared::ids::ActId;
    use shared::time::hours;

    fn act(n: u128, status: ActStatus, body: ActBody) -> ActRecord {
        let case = case();
        ActRecord {
            id: ActId::from_uuid(uuid::Uuid::from_u128(n)),
            case_id: Some(case.id),
            person_id: case.person_id,
            ward_code: case.ward_code,
            status,
            at: now().minus(hours(3)),
            by: doctor(),
            due_at: Some(now().minus(hours(1))),
            body,
            steps: Vec::new(),
            body_hash: String::new(),
        }
    }

    /// A ward with one patient, for whom everything is to be done.
    pub fn list() -> StationList {
        let file = file();
        let course = file.course();
        let patient = |end, visit| StationPatient {
            silence: worklist::Silence { missed: 2, due_now: true },
            unmet: unmet(&course, now().local_date()),
            case: file.case.clone(),
            person: file.person.clone(),
            reports: file.reports.clone(),
            alerts: file.alerts.clone(),
            course: course.clone(),
            end,
            visit,
        };
        let waiting = |act| Waiting { act, person: file.person.clone() };
        let items = vec![Item { name: "Paracetamol 500 mg".to_owned(), dose: String::new() }];
        let bag = ActBody::Prescription {
            bag: Some(BagCode::A),
            list: None,
            items,
            consent: false,
            max_days: None,
            note: String::new(),
        };
        let call = ActBody::Call {
            direction: Direction::Outbound,
            disposition: Disposition::CallLater,
            note: "Nằm sấp".to_owned(),
        };
        let handover = ActBody::Handover {
            to: HandTo::Station,
            account: None,
            alert: None,
            reason: "Nằm sấp không đỡ".to_owned(),
            shift: None,
        };
        StationList {
            ward: file.case.ward_code.clone(),
            patients: vec![
                patient(End::Ready, Some(VisitReason::Silent)),
                patient(End::TestDue, Some(VisitReason::HighRisk)),
            ],
            bags: vec![waiting(act(1, ActStatus::Ordered, bag))],
            handovers: vec![waiting(act(2, ActStatus::Offered, handover))],
            calls: vec![waiting(act(3, ActStatus::Promised, call))],
            stock: vec![BagStock {
                bag: BagCode::A,
                quantity: Some(0),
                waiting: 1,
                handed_out: 3,
                level: Level::None,
                updated_at: Some(now()),
            }],
            names: file.names,
        }
    }
}
