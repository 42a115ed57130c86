//! The people of a household, as the desk sees them.

use shared::time::Instant;
use shared_web::page::Page;

use crate::api::timeline_acts::{note, words};
use crate::app::hotline::{Household, Member, Relation};
use crate::domain::case::CaseState;
use crate::pages::case::patient::{Patient, about, day, place};
use crate::pages::case::reasons::{self, Why};
use crate::pages::case::values::{self, Value};
use crate::pages::case::{level_of, shown_level};
use crate::pages::{Moment, due};

/// Somebody that a search found.
pub struct Hit {
    /// The person, for the address.
    pub id: String,
    /// The name.
    pub name: String,
    /// Sex and age.
    pub about: String,
    /// Where.
    pub place: String,
    /// The phone as people write it.
    pub phone: String,
    /// The state of the case in words.
    pub state: String,
    /// The level of an open case; empty where there is none.
    pub level: &'static str,
    /// The same in a word.
    pub label: String,
}

/// A member of the household.
pub struct MemberCard {
    /// Who, and how they stand.
    pub hit: Hit,
    /// Why they stand here.
    pub relation: String,
    /// The newest values.
    pub values: Vec<Value>,
    /// The newest report.
    pub reported: Option<Moment>,
    /// Values of it that are hardly possible, to be asked back.
    pub doubts: Vec<String>,
}

/// Something that was done.
pub struct LogLine {
    /// What.
    pub what: String,
    /// What was written with it.
    pub note: String,
    /// Where it stands.
    pub status: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// When it is due; none where it is not.
    pub due: Option<Moment>,
    /// Whether advice waits to be read.
    pub unread: bool,
}

/// The one who was asked for.
pub struct PersonView {
    /// Who, and how they stand.
    pub hit: Hit,
    /// The address.
    pub address: String,
    /// The phone as `tel:` wants it.
    pub tel: String,
    /// The case, for its address; empty where there is none.
    pub case: String,
    /// Risk group and underlying diseases; empty where there is no case.
    pub risk: String,
    /// The doctor; empty where there is none.
    pub doctor: String,
    /// The newest values.
    pub values: Vec<Value>,
    /// The newest report.
    pub reported: Option<Moment>,
    /// Why the newest report is dangerous.
    pub why: Vec<Why>,
    /// Values of it that are hardly possible, to be asked back while the caller is on the line.
    pub doubts: Vec<String>,
    /// The alerts that are not resolved, in words.
    pub alerts: Vec<String>,
    /// What was done, the newest first.
    pub log: Vec<LogLine>,
}

impl Hit {
    /// Somebody as a list shows them.
    pub fn new(page: &Page, one: &Member, now: Instant) -> Self {
        let (person, today) = (&one.person, now.local_date());
        let open = one.case.as_ref().filter(|case| case.state == CaseState::Open);
        let (level, label) = match open {
            Some(case) => shown_level(page, level_of(case, &one.alerts)),
            None => ("", String::new()),
        };
        let state = match &one.case {
            None => page.t("hotline-no-case"),
            Some(case) => match case.closed_at.filter(|_| case.state != CaseState::Open) {
                Some(at) => page.t_with("hotline-ended", &[("day", day(at.local_date()).into())]),
                None => Patient::new(page, case, Some(person), today).day,
            },
        };
        let ward = one.case.as_ref().and_then(|case| case.ward_code.as_deref());
        let ward = ward.or(person.ward_code.as_ref().map(|ward| ward.as_str()));
        Self {
            id: person.id.to_string(),
            name: person.full_name.as_str().to_owned(),
            about: about(page, person, today),
            place: ward.map(place).unwrap_or_default(),
            phone: person.phone.as_ref().map(|phone| phone.national()).unwrap_or_default(),
            state,
            level,
            label,
        }
    }
}

fn values_of(page: &Page, one: &Member) -> Vec<Value> {
    match one.reports.as_slice() {
        [newest, rest @ ..] => values::compared(page, newest, rest.first()),
        [] => Vec::new(),
    }
}

fn reported(page: &Page, one: &Member, now: Instant) -> Option<Moment> {
    one.reports.first().map(|report| Moment::new(page, report.observed.at, now))
}

fn doubts(page: &Page, one: &Member) -> Vec<String> {
    one.reports.first().map(|report| values::doubts(page, report)).unwrap_or_default()
}

impl MemberCard {
    /// A member as the card shows them.
    pub fn new(page: &Page, one: &Member, now: Instant) -> Self {
        let key = match one.relation {
            Relation::Asked => "hotline-relation-asked",
            Relation::Household => "hotline-relation-household",
            Relation::SamePhone => "hotline-relation-phone",
        };
        Self {
            hit: Hit::new(page, one, now),
            relation: page.t(key),
            values: values_of(page, one),
            reported: reported(page, one, now),
            doubts: doubts(page, one),
        }
    }
}

impl PersonView {
    /// The first member of a household with everything about them.
    pub fn new(page: &Page, household: &Household, now: Instant) -> Self {
        let one = &household.members[0];
        let lang = page.language();
        let case = one.case.as_ref();
        let risk = case.map(|case| {
            let conditions = case.conditions.iter().map(|one| one.name().get(lang).to_owned());
            let all = std::iter::once(page.t(&format!("case-risk-{}", case.risk.code()))).chain(conditions);
            all.collect::<Vec<_>>().join("; ")
        });
        let doctor = case.and_then(|case| household.names.get(&case.doctor?).cloned());
        let alert = |alert: &crate::store::AlertRecord| {
            let why = alert.reasons.first().map(|reason| reason.text.get(lang).to_owned()).unwrap_or_default();
            let who = alert.acknowledged.as_ref().and_then(|stamp| household.names.get(&stamp.by?).cloned());
            format!("{why} · {}", who.unwrap_or_else(|| alert.owner.name().get(lang).to_owned()))
        };
        let log = household.acts.iter().map(|act| LogLine {
            what: words(&act.body, lang),
            note: note(&act.body),
            status: act.status.name().get(lang).to_owned(),
            by: household.names.get(&act.by).cloned().unwrap_or_default(),
            at: Moment::new(page, act.at, now),
            due: act.due_at.map(|at| due(page, at, now)),
            unread: act.status == crate::domain::act::ActStatus::Given,
        });
        Self {
            hit: Hit::new(page, one, now),
            address: one.person.address.clone().unwrap_or_default(),
            tel: one.person.phone.as_ref().map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
            case: case.map(|case| case.id.to_string()).unwrap_or_default(),
            risk: risk.unwrap_or_default(),
            doctor: doctor.unwrap_or_default(),
            values: values_of(page, one),
            reported: reported(page, one, now),
            why: one.reports.first().map(|report| reasons::of(page, &report.reasons)).unwrap_or_default(),
            doubts: doubts(page, one),
            alerts: one.alerts.iter().map(alert).collect(),
            log: log.collect(),
        }
    }
}
