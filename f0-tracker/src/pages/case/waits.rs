//! What was done for a patient and is not at its end: bags, referrals, calls, hand-overs; and whether advice was read.

use shared::time::Instant;
use shared_web::caller::Caller;
use shared_web::page::Page;

use crate::api::timeline_acts::{note, words};
use crate::app::acts::ADVISERS;
use crate::app::look::CaseFile;
use crate::domain::act::{ActBody, ActKind, ActStatus};
use crate::pages::{Moment, due};
use crate::store::ActRecord;

/// So much advice is shown with whether it was read; the timeline has all.
const SHOWN_ADVICE: usize = 3;

/// Something that waits, with the steps that may follow.
pub(super) struct OpenAct {
    pub(super) id: String,
    pub(super) what: String,
    pub(super) note: String,
    pub(super) status: String,
    pub(super) by: String,
    pub(super) at: Moment,
    pub(super) due: Option<Moment>,
    pub(super) late: bool,
    /// How many of this bag the station has, in words; empty where it is no bag or nothing was noted.
    pub(super) stock: String,
    /// Whether that is too few.
    pub(super) short: bool,
    /// Who was told of it, in words; empty where nobody is told of such a thing.
    pub(super) told: String,
    pub(super) next: Vec<(&'static str, String)>,
}

/// Advice that was given.
pub(super) struct Advice {
    pub(super) text: String,
    pub(super) by: String,
    pub(super) at: Moment,
    /// When the family confirmed that they read it.
    pub(super) read: Option<Moment>,
}

/// What waits for its next step. Advice is not among it: only the family takes its step.
pub(super) fn open_acts(page: &Page, file: &CaseFile, caller: &Caller, now: Instant) -> Vec<OpenAct> {
    let lang = page.language();
    let waits = file.acts.iter().filter(|act| act.kind() != ActKind::Advice && !act.kind().next(act.status).is_empty());
    let one = |act: &ActRecord| {
        let left = left(file, act);
        OpenAct {
            id: act.id.to_string(),
            what: words(&act.body, lang),
            note: note(&act.body),
            status: act.status.name().get(lang).to_owned(),
            by: file.names.get(&act.by).cloned().unwrap_or_default(),
            at: Moment::new(page, act.at, now),
            due: act.due_at.map(|at| due(page, at, now)),
            late: act.due_at.is_some_and(|at| at < now),
            stock: left.map(|left| stock_words(page, left)).unwrap_or_default(),
            short: left.is_some_and(|left| left <= 0),
            told: told(page, file, act),
            next: match caller.has_any(ADVISERS) {
                true => {
                    act.kind().next(act.status).iter().map(|to| (to.code(), to.name().get(lang).to_owned())).collect()
                }
                false => Vec::new(),
            },
        }
    };
    waits.map(one).collect()
}

/// How many of an ordered bag the patient's station has, where it noted that.
fn left(file: &CaseFile, act: &ActRecord) -> Option<i64> {
    let ActBody::Prescription { bag: Some(bag), .. } = &act.body else { return None };
    if act.status != ActStatus::Ordered {
        return None;
    }
    file.stock.iter().find(|stock| stock.bag == *bag).map(|stock| stock.quantity)
}

fn stock_words(page: &Page, left: i64) -> String {
    if left > 0 { page.t_with("case-stock", &[("count", left.into())]) } else { page.t("case-stock-none") }
}

/// To whom messages about a referral go: the family and the commune's station (f0-care.md, section 5, no. 7).
fn told(page: &Page, file: &CaseFile, act: &ActRecord) -> String {
    if act.kind() != ActKind::Referral {
        return String::new();
    }
    let of = |key: &str, there: bool| page.t(&format!("case-told-{key}{}", if there { "" } else { "-not" }));
    let own = file.person.as_ref().is_some_and(|person| person.phone.is_some());
    let family = file.followed.iter().any(|one| one.person.as_ref().is_some_and(|person| person.phone.is_some()));
    format!("{} {}", of("family", own || family), of("station", file.station_phone.is_some()))
}

/// The newest advice with whether it was read.
pub(super) fn advice(page: &Page, file: &CaseFile, now: Instant) -> Vec<Advice> {
    let one = |act: &ActRecord| {
        let ActBody::Advice { text } = &act.body else { return None };
        let read = act.steps.iter().find(|step| step.status == ActStatus::Read);
        Some(Advice {
            text: text.clone(),
            by: file.names.get(&act.by).cloned().unwrap_or_default(),
            at: Moment::new(page, act.at, now),
            read: read
                .map(|step| step.at)
                .or_else(|| (act.status == ActStatus::Read).then_some(act.at))
                .map(|at| Moment::new(page, at, now)),
        })
    };
    file.acts.iter().filter_map(one).take(SHOWN_ADVICE).collect()
}
