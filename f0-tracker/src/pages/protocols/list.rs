//! Protocols, changes and replays as the page shows them.

use shared::access::AreaScope;
use shared::bilingual::Lang;
use shared::events::AlertLevel;
use shared::time::{Date, Instant};
use shared_web::caller::Caller;
use shared_web::page::{Page, exact};

use super::Unsigned;
use crate::app::protocol_changes::{PROPOSERS, SIGNERS};
use crate::app::protocols::Shown;
use crate::domain::age::AgeBand;
use crate::domain::catalog::Catalog;
use crate::domain::protocol::{Protocol, Rule, Test};
use crate::domain::replay::{Change, Levels, Replay};
use crate::pages::case::patient::{day, place};
use crate::pages::case::reasons::source;
use crate::pages::case::values::{level_code, number, short_name, with_unit};

/// So many wards of a replay are shown; those without a change are left out.
const WARDS_SHOWN: usize = 30;

/// Protocols concern everybody: only a duty for the province changes them.
fn of_province(caller: &Caller) -> bool {
    caller.account().is_some_and(|account| matches!(account.area, AreaScope::Province(_)))
}

/// Whether somebody may propose.
pub fn may_propose(caller: &Caller) -> bool {
    caller.has_any(PROPOSERS) && of_province(caller)
}

/// Whether somebody may sign.
pub fn may_sign(caller: &Caller) -> bool {
    caller.has_any(SIGNERS) && of_province(caller)
}

/// One rule.
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// What fires it: "SpO2 ≤ 96%".
    pub when: String,
    /// The ages it is for.
    pub ages: String,
    /// Its level, for styles and pictures.
    pub level: &'static str,
    /// The same in a word.
    pub label: String,
    /// Whether the level is a proposal.
    pub proposed: bool,
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub source: String,
}

/// One protocol.
pub struct ProtocolRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Whose ages it decides for now, each in words; empty where it only stands beside.
    pub decides: Vec<String>,
    /// Whether every line that concerns a report was read.
    pub complete: bool,
    /// Where it comes from.
    pub source: String,
    /// Where its text was read.
    pub read_at: String,
    /// Its validity, in words.
    pub valid: String,
    /// What could not be read.
    pub unread: Vec<String>,
    /// Its rules.
    pub rules: Vec<RuleRow>,
    /// Whether it adds points.
    pub is_score: bool,
}

/// Ages in words.
pub fn ages(page: &Page, band: AgeBand) -> String {
    let age = |months: u32| {
        let (key, count) =
            if months.is_multiple_of(12) { ("protocols-years", months / 12) } else { ("protocols-months", months) };
        page.t_with(key, &[("count", count.into())])
    };
    match (band.from_months(), band.below_months()) {
        (0, None) => page.t("protocols-ages-all"),
        (from, None) => page.t_with("protocols-ages-from", &[("from", age(from).into())]),
        (0, Some(below)) => page.t_with("protocols-ages-below", &[("below", age(below).into())]),
        (from, Some(below)) => {
            page.t_with("protocols-ages-between", &[("from", age(from).into()), ("below", age(below).into())])
        }
    }
}

/// A level in a word.
pub fn level_word(page: &Page, level: AlertLevel) -> String {
    page.t(&format!("protocols-level-{}", level_code(level)))
}

fn when(lang: Lang, rule: &Rule) -> String {
    match &rule.test {
        Test::Vital { vital, comparison, threshold } => {
            format!("{} {} {}", short_name(lang, *vital), comparison.sign(), with_unit(lang, *vital, *threshold))
        }
        Test::Signs(signs) => signs.iter().map(|sign| sign.name().get(lang).to_owned()).collect::<Vec<_>>().join(", "),
    }
}

impl RuleRow {
    fn new(page: &Page, rule: &Rule) -> Self {
        let lang = page.language();
        Self {
            id: rule.id.clone(),
            when: when(lang, rule),
            ages: ages(page, rule.ages),
            level: level_code(rule.level),
            label: level_word(page, rule.level),
            proposed: rule.proposed,
            text: rule.text.get(lang).to_owned(),
            source: source(lang, &rule.source),
        }
    }
}

impl ProtocolRow {
    fn new(page: &Page, catalog: &Catalog, protocol: &Protocol, today: Date) -> Self {
        let lang = page.language();
        let until = protocol.valid_to.map(day);
        let valid = match &until {
            Some(until) => page.t_with(
                "protocols-valid-between",
                &[("from", day(protocol.valid_from).into()), ("to", until.clone().into())],
            ),
            None => page.t_with("protocols-valid-from", &[("from", day(protocol.valid_from).into())]),
        };
        // A choice counts until a later one for the same ages takes its place.
        let counts = |at: usize| {
            let entry = &catalog.in_force()[at];
            let later = |other: &crate::domain::catalog::InForce| {
                other.from <= today && other.from > entry.from && other.ages.covers(entry.ages)
            };
            entry.from <= today && !catalog.in_force().iter().any(later)
        };
        let decides = catalog.in_force().iter().enumerate().filter(|(at, _)| counts(*at));
        let decides = decides.map(|(_, entry)| entry).filter(|entry| entry.protocol == protocol.id);
        Self {
            id: protocol.id.clone(),
            title: protocol.title.get(lang).to_owned(),
            decides: decides.map(|entry| ages(page, entry.ages)).collect(),
            complete: protocol.complete,
            source: protocol.source.decision.clone(),
            read_at: protocol.source.read_at.join(", "),
            valid,
            unread: protocol.unread.iter().map(|unread| unread.note.clone()).collect(),
            rules: protocol.rules.iter().map(|rule| RuleRow::new(page, rule)).collect(),
            is_score: protocol.score.is_some(),
        }
    }

    /// Every protocol, those in force first.
    pub fn all(page: &Page, catalog: &Catalog, today: Date) -> Vec<Self> {
        let mut rows: Vec<_> =
            catalog.protocols().iter().map(|protocol| Self::new(page, catalog, protocol, today)).collect();
        rows.sort_by_key(|row| row.decides.is_empty());
        rows
    }

    /// One of them.
    pub fn of(page: &Page, catalog: &Catalog, id: &str, today: Date) -> Option<Self> {
        catalog.get(id).map(|protocol| Self::new(page, catalog, protocol, today))
    }
}

/// How many reports come to a level, before and after.
pub struct LevelRow {
    /// The level, for styles and pictures.
    pub level: &'static str,
    /// The same in a word.
    pub label: String,
    /// As it was judged.
    pub before: String,
    /// As it would be judged.
    pub after: String,
    /// The difference with its sign; empty where there is none.
    pub more: String,
}

/// A ward of a replay.
pub struct WardRow {
    /// Its name.
    pub name: String,
    /// Alerts before, after, and the difference.
    pub alerts: LevelRow,
}

/// What a change would have done.
pub struct ReplayView {
    /// In a sentence: days, reports, patients changed.
    pub lead: String,
    /// Doctors a day, before and after.
    pub doctors: String,
    /// By level.
    pub levels: Vec<LevelRow>,
    /// By ward, those with changes.
    pub wards: Vec<WardRow>,
}

/// A number with its sign; empty for none.
fn signed(page: &Page, before: usize, after: usize) -> String {
    let [before, after] = [before, after].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    match after - before {
        0 => String::new(),
        more if more > 0 => format!("+{}", page.figure(more)),
        less => format!("−{}", page.figure(-less)),
    }
}

fn figure(page: &Page, n: usize) -> String {
    page.figure(i64::try_from(n).unwrap_or(i64::MAX))
}

fn level_row(page: &Page, level: AlertLevel, before: usize, after: usize) -> LevelRow {
    LevelRow {
        level: level_code(level),
        label: level_word(page, level),
        before: figure(page, before),
        after: figure(page, after),
        more: signed(page, before, after),
    }
}

const fn of_level(levels: &Levels, level: AlertLevel) -> usize {
    match level {
        AlertLevel::None => levels.none,
        AlertLevel::Watch => levels.watch,
        AlertLevel::Urgent => levels.urgent,
        AlertLevel::Emergency => levels.emergency,
    }
}

const fn alerts(levels: &Levels) -> usize {
    levels.watch + levels.urgent + levels.emergency
}

impl ReplayView {
    /// A replay.
    pub fn new(page: &Page, replay: &Replay) -> Self {
        let Change { before, after } = &replay.all;
        let levels = [AlertLevel::Emergency, AlertLevel::Urgent, AlertLevel::Watch, AlertLevel::None];
        let changed = replay.wards.iter().filter(|ward| ward.levels.before != ward.levels.after).take(WARDS_SHOWN);
        Self {
            lead: page.t_with(
                "protocols-replay-lead",
                &[
                    ("days", replay.days.into()),
                    ("reports", figure(page, replay.reports).into()),
                    ("patients", figure(page, replay.patients_changed).into()),
                ],
            ),
            doctors: page.t_with(
                "protocols-replay-doctors",
                &[
                    ("before", figure(page, replay.doctors_before).into()),
                    ("after", figure(page, replay.doctors_after).into()),
                ],
            ),
            levels: levels.map(|level| level_row(page, level, of_level(before, level), of_level(after, level))).into(),
            wards: changed
                .map(|ward| WardRow {
                    name: ward.ward_code.as_deref().map_or_else(|| page.t("case-no-ward"), place),
                    alerts: level_row(page, AlertLevel::Watch, alerts(&ward.levels.before), alerts(&ward.levels.after)),
                })
                .collect(),
        }
    }
}

/// A change.
pub struct ChangeView {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// `live`, `signed`, `waiting`.
    pub state: &'static str,
    /// The state in words.
    pub label: String,
    /// Who proposed it and when.
    pub proposed: String,
    /// Who signed it and when; empty where nobody did.
    pub signed: String,
    /// From when it holds.
    pub live_from: String,
    /// The same as a form has it.
    pub live_input: String,
    /// What is wrong with the minute that was typed; empty where nothing is.
    pub error: String,
    /// What it would have done.
    pub replay: ReplayView,
}

/// A minute as `datetime-local` writes it, on the wall clock of Vietnam.
pub fn local_input(at: Instant) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M").to_string()
}

impl ChangeView {
    /// A change with what was typed to sign it, where that was refused.
    pub fn new(page: &Page, shown: &Shown, again: Option<&Unsigned>, now: Instant) -> Self {
        let change = &shown.change;
        let lang = page.language();
        let name = |id| shown.names.get(&id).cloned().unwrap_or_default();
        let by =
            |key: &str, who: String, at: Instant| page.t_with(key, &[("who", who.into()), ("at", exact(at).into())]);
        let (state, key) = match change.signed {
            Some(_) if change.live_from <= now => ("live", "protocols-change-live"),
            Some(_) => ("signed", "protocols-change-signed"),
            None => ("waiting", "protocols-change-waiting"),
        };
        let again = again.filter(|again| again.change == change.id);
        Self {
            id: change.id.to_string(),
            title: change.title.clone(),
            state,
            label: page.t(key),
            proposed: by("protocols-proposed-by", name(change.created_by), change.created_at),
            signed: change.signed.map(|(id, at)| by("protocols-signed-by", name(id), at)).unwrap_or_default(),
            live_from: exact(change.live_from),
            live_input: again.map_or_else(|| local_input(change.live_from), |again| again.typed.clone()),
            error: again
                .and_then(|again| again.errors.first())
                .map(|error| error.detail.get(lang).to_owned())
                .unwrap_or_default(),
            replay: ReplayView::new(page, &change.replay),
        }
    }
}

/// A threshold as it is typed.
pub fn typed_number(lang: Lang, value: &serde_json::Value) -> String {
    let tenths = value.as_f64().and_then(crate::domain::vital::Tenths::nearest);
    tenths.map(|tenths| number(lang, tenths)).unwrap_or_default()
}
