//! The desk's lists: promised calls, hand-overs, and who is to be called.

use shared::time::Instant;
use shared_web::page::Page;

use crate::api::timeline_acts::{note, words};
use crate::app::hotline::{Desk, Outbound, desk_accepts};
use crate::app::look::Names;
use crate::app::station::Waiting;
use crate::domain::call_plan::Plan;
use crate::pages::case::patient::Patient;
use crate::pages::case::shown_level;
use crate::pages::case::values::{self, Value};
use crate::pages::rank::{self, Reason};
use crate::pages::{Moment, due};

/// Something that waits.
pub struct WaitingRow {
    /// Its id.
    pub id: String,
    /// The person, for the address.
    pub person: String,
    /// Who.
    pub name: String,
    /// The phone as `tel:` wants it.
    pub tel: String,
    /// What.
    pub what: String,
    /// What was written with it.
    pub note: String,
    /// Who did it.
    pub by: String,
    /// When it is due.
    pub at: Moment,
    /// Whether its time has passed.
    pub late: bool,
    /// Whether the desk accepts it itself.
    pub accepts: bool,
}

/// Somebody to call.
pub struct CallRow {
    /// The person, for the address.
    pub person: String,
    /// How dangerous.
    pub level: &'static str,
    /// The same in a word.
    pub label: String,
    /// Who.
    pub patient: Patient,
    /// The newest values.
    pub values: Vec<Value>,
    /// The newest report.
    pub reported: Option<Moment>,
    /// Why they stand here.
    pub why: Vec<Reason>,
    /// What was tried; empty where nothing was.
    pub tried: String,
    /// Whether the phone leads nowhere and the station is to go there.
    pub visit: bool,
}

/// The lists.
pub struct DeskView {
    /// Promised calls.
    pub promised: Vec<WaitingRow>,
    /// Hand-overs that nobody accepted.
    pub handovers: Vec<WaitingRow>,
    /// Who is to be called.
    pub calls: Vec<CallRow>,
    /// That others wait for their next attempt; empty where none do.
    pub later: String,
}

impl DeskView {
    /// The lists as a page shows them.
    pub fn new(page: &Page, desk: &Desk, now: Instant) -> Self {
        let waiting = |all: &[Waiting]| all.iter().map(|one| WaitingRow::new(page, one, &desk.names, now)).collect();
        let later = i64::try_from(desk.later).unwrap_or(0);
        Self {
            promised: waiting(&desk.promised),
            handovers: waiting(&desk.handovers),
            calls: desk.outbound.iter().map(|one| CallRow::new(page, one, now)).collect(),
            later: if later == 0 { String::new() } else { page.t_with("hotline-later", &[("count", later.into())]) },
        }
    }
}

impl WaitingRow {
    /// One as a page shows it.
    pub fn new(page: &Page, waiting: &Waiting, names: &Names, now: Instant) -> Self {
        let act = &waiting.act;
        let person = waiting.person.as_ref();
        Self {
            id: act.id.to_string(),
            person: act.person_id.to_string(),
            name: person.map_or_else(|| page.t("case-nobody"), |person| person.full_name.as_str().to_owned()),
            tel: person.and_then(|person| person.phone.as_ref()).map(|p| p.as_str().to_owned()).unwrap_or_default(),
            what: words(&act.body, page.language()),
            note: note(&act.body),
            by: names.get(&act.by).cloned().unwrap_or_default(),
            at: due(page, act.due_at.unwrap_or(act.at), now),
            late: act.due_at.is_some_and(|due| due < now),
            accepts: desk_accepts(act),
        }
    }
}

impl CallRow {
    fn new(page: &Page, one: &Outbound, now: Instant) -> Self {
        let case = &one.case;
        let (level, label) = shown_level(page, case.latest.at.map(|_| case.latest.level));
        let tried = one.calls.first().map(|(at, how)| {
            let how = how.name().get(page.language()).to_owned();
            let count = i64::try_from(one.calls.len()).unwrap_or(0);
            page.t_with(
                "hotline-tried",
                &[("count", count.into()), ("how", how.into()), ("ago", page.ago(*at, now).into())],
            )
        });
        Self {
            person: case.person_id.to_string(),
            level,
            label,
            patient: Patient::new(page, case, one.person.as_ref(), now.local_date()),
            values: values::latest(page, &case.latest),
            reported: case.latest.at.map(|at| Moment::new(page, at, now)),
            why: rank::reasons(page, &one.why),
            tried: tried.unwrap_or_default(),
            visit: one.plan == Plan::Visit,
        }
    }
}
