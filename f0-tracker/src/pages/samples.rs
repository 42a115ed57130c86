//! A patient, reports and alerts that the tests of the pages share.

use std::collections::BTreeSet;

use shared::access::{Account, AreaScope, Role};
use shared::bilingual::Lang;
use shared::events::{AlertLevel, Outcome};
use shared::ids::{AccountId, ActId, AlertId, CaseId, PaperId, PersonId, ReportId, ResultId};
use shared::person::{Birth, FullName, Person, Sex};
use shared::phone::Phone;
use shared::time::{Date, Instant, minutes};
use shared_web::caller::{Caller, Identity};
use shared_web::context::RequestContext;
use shared_web::page::Page;

use super::TEXTS;
use crate::app::contacts::Followed;
use crate::app::look::CaseFile;
use crate::domain::act::{ActBody, ActStatus};
use crate::domain::case::CaseState;
use crate::domain::catalog::Catalog;
use crate::domain::condition::Condition;
use crate::domain::engine::assess;
use crate::domain::follow_up::{Plan, Today};
use crate::domain::ladder::Owner;
use crate::domain::observation::{Observation, Reporter};
use crate::domain::risk::RiskGroup;
use crate::domain::subject::Subject;
use crate::domain::symptom::Symptom;
use crate::domain::vital::{Tenths, Vital, Vitals};
use crate::store::{
    ActRecord, AlertRecord, AlertState, CaseRecord, Contact, ContactLevel, Evidence, Latest, OpenedBy, PaperKind,
    PaperRecord, ReportRecord, Stamp,
};

/// Names of CSS classes that begin as the keys of texts do.
const CLASSES: [&str; 10] = [
    "board-status",
    "case-side",
    "case-charts",
    "case-name",
    "case-day",
    "case-right",
    "dash-form",
    "house-grid",
    "contacts-title",
    "house-title",
];

/// Fails where a page shows the key of a text instead of the text.
pub fn assert_no_key(html: &str) {
    for prefix in [
        "board-",
        "case-",
        "station-",
        "hotline-",
        "act-",
        "rank-",
        "dash-",
        "protocols-",
        "shift-",
        "house-",
        "intake-",
        "tested-",
        "contacts-",
        "duties-",
        "stock-",
        "leave-",
        "paper-",
    ] {
        for (at, _) in html.match_indices(prefix) {
            let token: String =
                html[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
            let inside = html[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
            assert!(inside || CLASSES.contains(&token.as_str()), "the text {token} is missing");
        }
    }
}

pub fn now() -> Instant {
    "2022-03-10T08:12:00+07:00".parse().unwrap()
}

fn id<T: core::str::FromStr<Err: core::fmt::Debug>>(n: u32) -> T {
    format!("01890a5d-ac96-774b-bcce-{n:012}").parse().unwrap()
}

pub fn doctor() -> AccountId {
    id(1)
}

pub fn other_doctor() -> AccountId {
    id(2)
}

pub fn caller(lang: Lang) -> Caller {
    caller_with(lang, Role::Doctor)
}

pub fn caller_with(lang: Lang, role: Role) -> Caller {
    let account = Account {
        id: doctor(),
        username: "doctor".to_owned(),
        display_name: "BS. Lê Minh".to_owned(),
        roles: vec![role],
        area: AreaScope::from_code("82").unwrap(),
        lab_code: None,
    };
    let context = RequestContext { lang, path: "/board".to_owned(), demo: true, ..RequestContext::default() }.into();
    Caller { identity: Identity::Account(Box::new(account)), context, bearer: None }
}

pub fn page(lang: Lang) -> Page {
    Page::new(&caller(lang), &TEXTS, "board-title")
}

pub fn person(n: u32, name: &str, born: i16) -> Person {
    Person {
        id: id::<PersonId>(100 + n),
        full_name: FullName::parse(name).unwrap(),
        birth: Some(Birth::Year(born)),
        sex: Sex::Female,
        phone: Some(Phone::parse("0912345678").unwrap()),
        national_id: None,
        health_insurance_no: None,
        address: Some("12 Lê Lợi".to_owned()),
        ward_code: Some("28252".parse().unwrap()),
    }
}

pub fn case() -> CaseRecord {
    let newest = &reports()[0];
    CaseRecord {
        id: id(200),
        person_id: id::<PersonId>(100),
        state: CaseState::Open,
        opened_by: OpenedBy::Result,
        diagnosed_at: "2022-03-06T09:00:00+07:00".parse().unwrap(),
        specimen_at: "2022-03-05T15:00:00+07:00".parse().unwrap(),
        symptom_onset: Some(Date::constant(2022, 3, 4)),
        isolated_from: None,
        conditions: BTreeSet::from([Condition::Diabetes, Condition::Hypertension]),
        vaccine_doses: Some(2),
        pregnant: None,
        risk: RiskGroup::VeryHigh,
        ward_code: Some("28252".to_owned()),
        opened_at: "2022-03-06T10:00:00+07:00".parse().unwrap(),
        closed_at: None,
        void_reason: None,
        doctor: Some(doctor()),
        latest: Latest { at: Some(newest.observed.at), level: newest.level, vitals: newest.observed.vitals },
        report_due_at: None,
    }
}

/// Twelve reports over five days, getting worse, the newest first.
pub fn reports() -> Vec<ReportRecord> {
    const COURSE: [(&str, i32, i32, i32, i32); 12] = [
        ("2022-03-06T11:00:00+07:00", 98, 16, 84, 372),
        ("2022-03-06T18:30:00+07:00", 98, 16, 86, 379),
        ("2022-03-07T07:10:00+07:00", 97, 17, 88, 384),
        ("2022-03-07T17:40:00+07:00", 98, 16, 90, 381),
        ("2022-03-08T07:05:00+07:00", 97, 17, 92, 378),
        ("2022-03-08T12:00:00+07:00", 97, 18, 90, 380),
        ("2022-03-08T18:20:00+07:00", 97, 18, 96, 378),
        ("2022-03-09T07:15:00+07:00", 97, 19, 95, 375),
        ("2022-03-09T13:10:00+07:00", 97, 19, 98, 376),
        ("2022-03-09T19:00:00+07:00", 97, 19, 102, 377),
        ("2022-03-10T07:55:00+07:00", 95, 22, 104, 379),
        ("2022-03-10T08:00:00+07:00", 91, 26, 104, 381),
    ];
    let subject = Subject { birth: Some(Birth::Year(1955)), ..Subject::default() };
    let mut earlier: Vec<Observation> = Vec::new();
    let mut reports = Vec::new();
    for ((at, spo2, breaths, pulse, temperature), n) in COURSE.into_iter().zip(300_u32..) {
        let observed = Observation {
            id: Some(id(n)),
            at: at.parse().unwrap(),
            by: if n % 2 == 0 { Reporter::Patient } else { Reporter::Family },
            vitals: Vitals::default()
                .with(Vital::Spo2Pct, Tenths::whole(spo2))
                .with(Vital::RespiratoryRate, Tenths::whole(breaths))
                .with(Vital::Pulse, Tenths::whole(pulse))
                .with(Vital::TemperatureC, Tenths::new(temperature)),
            on_oxygen: false,
            symptoms: if spo2 < 94 { BTreeSet::from([Symptom::Dyspnoea, Symptom::Cough]) } else { BTreeSet::new() },
        };
        let judged = assess(Catalog::builtin(), &subject, &observed, &earlier, observed.at.local_date());
        earlier.push(observed.clone());
        reports.push(ReportRecord {
            id: id::<ReportId>(n),
            case_id: id(200),
            received_at: observed.at,
            observed,
            level: judged.level,
            reasons: judged.reasons,
            protocol: judged.protocol,
            protocols: judged.protocols,
            doubtful: Vec::new(),
            body_hash: String::new(),
        });
    }
    reports.reverse();
    reports
}

/// The open emergency of the newest report.
pub fn alert() -> AlertRecord {
    let newest = &reports()[0];
    AlertRecord {
        id: id::<AlertId>(400),
        case_id: id::<CaseId>(200),
        ward_code: Some("28252".to_owned()),
        level: newest.level,
        reasons: newest.reasons.clone(),
        state: AlertState::Open,
        raised_at: newest.received_at,
        rung: 0,
        owner: Owner::DoctorOnDuty,
        responsible: Some(doctor()),
        escalated_at: None,
        acknowledged: None,
        resolved: None,
    }
}

/// The same alert in somebody's hands.
pub fn taken(by: AccountId) -> AlertRecord {
    let alert = alert();
    let at = alert.raised_at.plus(minutes(2));
    AlertRecord {
        state: AlertState::Acknowledged,
        acknowledged: Some(Stamp { by: Some(by), at, note: "Đang gọi".to_owned() }),
        ..alert
    }
}

/// The first call of the same case, dealt with.
fn first_call() -> AlertRecord {
    let mut alert = taken(doctor());
    let at = case().opened_at;
    let reason = alert.reasons.first().cloned().unwrap();
    let text =
        shared::bilingual::Bilingual::new("Hồ sơ mới: gọi lần đầu trong ngày", "New case: make the first call today");
    let rule = crate::app::open_case::FIRST_CALL.to_owned();
    alert.reasons = vec![crate::domain::engine::Reason { rule, level: AlertLevel::Watch, text, ..reason }];
    let done = Stamp {
        by: Some(doctor()), at: at.plus(minutes(40)), note: "Ổn, dặn đo hai lần một ngày".to_owned()
    };
    AlertRecord {
        id: id(401),
        level: AlertLevel::Watch,
        state: AlertState::Resolved,
        raised_at: at,
        acknowledged: Some(Stamp { at: at.plus(minutes(25)), note: String::new(), ..done.clone() }),
        resolved: Some(done),
        ..alert
    }
}

/// Everything about the case.
pub fn file() -> CaseFile {
    let case = case();
    let near = |n: u32, level| Contact {
        case_id: case.id,
        person_id: id::<PersonId>(100 + n),
        level,
        last_day: Some(Date::constant(2022, 3, 6)),
        first_seen: case.opened_at,
    };
    let exposed = ContactLevel::Exposure(shared::events::ExposureLevel::Close);
    CaseFile {
        person: Some(person(0, "Nguyễn Thị Hoa", 1955)),
        reports: reports(),
        alerts: vec![alert(), first_call()],
        contacts: vec![
            (near(1, ContactLevel::Household), Some(person(1, "Trần Văn Nam", 1980))),
            (near(2, exposed), None),
        ],
        followed: vec![followed(near(1, ContactLevel::Household))],
        acts: Vec::new(),
        papers: Vec::new(),
        stock: Vec::new(),
        station_phone: None,
        evidence: vec![Evidence {
            result_id: id::<ResultId>(500),
            case_id: Some(case.id),
            person_id: case.person_id,
            version: 1,
            outcome: Some(Outcome::Detected),
            collected_at: case.diagnosed_at,
        }],
        day_zero: crate::completion::DayZero::Diagnosis,
        names: [(doctor(), "BS. Lê Minh".to_owned()), (other_doctor(), "BS. Trần Thu".to_owned())].into(),
        case,
    }
}

/// Somebody of the household who stays at home for now.
fn followed(contact: Contact) -> Followed {
    let plan = Plan {
        rule: "762".to_owned(),
        source: "762/BYT-DP".to_owned(),
        quarantine_until: Some(Date::constant(2022, 3, 13)),
        test_on: Some(Date::constant(2022, 3, 13)),
        watch_until: Some(Date::constant(2022, 3, 16)),
        today: Today::Quarantine,
    };
    Followed { contact, person: Some(person(1, "Trần Văn Nam", 1980)), plan: Some(plan), case: None }
}

/// A paper of the case, valid where no reason is given.
pub fn paper(n: u32, kind: PaperKind, revoked: Option<&str>) -> PaperRecord {
    PaperRecord {
        id: id::<PaperId>(600 + n),
        case_id: id(200),
        kind,
        number: format!("4F2A19C{n}/GXN-TYT"),
        sealed: Vec::new(),
        issued_at: now().minus(minutes(90)),
        issued_by: Some(doctor()),
        revoked: revoked.map(|why| (now().minus(minutes(5)), why.to_owned())),
    }
}

/// Advice that nobody has read yet.
pub fn advice() -> ActRecord {
    ActRecord {
        id: id::<ActId>(700),
        case_id: Some(id(200)),
        person_id: id::<PersonId>(100),
        ward_code: Some("28252".to_owned()),
        status: ActStatus::Given,
        at: now().minus(minutes(40)),
        by: doctor(),
        due_at: None,
        body: ActBody::Advice { text: "Uống đủ nước".to_owned() },
        steps: Vec::new(),
        body_hash: String::new(),
    }
}

/// The same case before its first report.
pub fn fresh_file() -> CaseFile {
    let mut file = file();
    file.reports.clear();
    file.alerts.clear();
    file.evidence.clear();
    file.contacts.clear();
    file.case = CaseRecord {
        latest: Latest::default(),
        risk: RiskGroup::Unknown,
        conditions: BTreeSet::new(),
        symptom_onset: None,
        vaccine_doses: None,
        pregnant: Some(true),
        doctor: None,
        ..file.case
    };
    file
}

/// The same case after its end.
pub fn ended_file() -> CaseFile {
    let mut file = file();
    file.alerts.clear();
    file.evidence[0].outcome = None;
    file.case.state = CaseState::Closed;
    file.case.closed_at = Some(now());
    file
}
