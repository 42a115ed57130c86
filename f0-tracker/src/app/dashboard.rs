//! The province at a glance: counts alone, nobody's name.

use std::collections::BTreeMap;

use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::area::{FIRST_DAY, district, districts_of_province, ward_any};
use shared::bilingual::Bilingual;
use shared::events::{AlertLevel, Outcome};
use shared::problem::FieldError;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::area;
use super::work::Work;
use crate::App;
use crate::domain::curve::{self, CurveDay, DayCount};
use crate::domain::risk::RiskGroup;
use crate::domain::worklist::silent_before;
use crate::store::{AlertState, ContactLevel, DayCases, TestCount};

/// Who follows the province.
pub const FOLLOWERS: &[Role] = &[Role::Officer, Role::Admin];

/// So many days are shown where nothing is said.
const USUAL_DAYS: i32 = 28;
/// The most days at once.
pub const MOST_DAYS: i64 = 366;

/// What somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The code of a district; empty for everything of the duty.
    pub area: String,
    /// The first day, `YYYY-MM-DD`; empty for four weeks back.
    pub from: String,
    /// The last day; empty for today.
    pub to: String,
}

/// What is shown: a district, or everything, over some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The district, where one is chosen.
    pub district: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

fn day(pointer: &str, text: &str, otherwise: Date) -> Result<Date, FieldError> {
    if text.trim().is_empty() {
        return Ok(otherwise);
    }
    text.trim().parse().map_err(|_| {
        let detail = Bilingual::new("Ngày viết như 2022-03-10", "A day such as 2022-03-10");
        FieldError::new(pointer, "date", detail)
    })
}

impl Wanted {
    /// Understands it, on a day.
    ///
    /// # Errors
    /// `date`, `in_future`, `order`, `too_many`, `unknown_code`, each with its field.
    pub fn parse(&self, today: Date) -> Result<Window, Vec<FieldError>> {
        let mut errors = Vec::new();
        let to = day("to", &self.to, today).unwrap_or_else(|error| {
            errors.push(error);
            today
        });
        let usual = to.saturating_sub(jiff::Span::new().days(USUAL_DAYS - 1));
        let from = day("from", &self.from, usual).unwrap_or_else(|error| {
            errors.push(error);
            usual
        });
        if to > today {
            let detail = Bilingual::new("Ngày cuối không ở tương lai", "The last day does not lie ahead");
            errors.push(FieldError::new("to", "in_future", detail));
        }
        if from > to {
            let detail = Bilingual::new("Ngày đầu không sau ngày cuối", "The first day is not after the last");
            errors.push(FieldError::new("from", "order", detail));
        }
        if to.duration_since(from).as_hours() / 24 >= MOST_DAYS {
            let detail = Bilingual::new(format!("Tối đa {MOST_DAYS} ngày"), format!("At most {MOST_DAYS} days"));
            errors.push(FieldError::new("from", "too_many", detail));
        }
        let code = self.area.trim();
        if !code.is_empty() && district(code, FIRST_DAY).is_none() {
            let detail = Bilingual::new("Không có huyện mang mã này", "There is no district of this code");
            errors.push(FieldError::new("area", "unknown_code", detail));
        }
        let district = (!code.is_empty()).then(|| code.to_owned());
        if errors.is_empty() { Ok(Window { district, from, to }) } else { Err(errors) }
    }
}

/// One district.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DistrictCount {
    /// Its code; empty for cases whose ward is not known.
    pub code: String,
    /// Its name.
    pub name: String,
    /// New cases by day.
    pub new: Vec<i64>,
    /// Tests in the window.
    pub tests: i64,
    /// Positive ones among them.
    pub positive: i64,
    /// Open cases now.
    pub open: i64,
    /// Open cases whose newest report is urgent or an emergency.
    pub serious: i64,
    /// Open cases at very high risk.
    pub very_high: i64,
    /// Open cases that missed a report.
    pub silent: i64,
    /// Alerts that nobody has.
    pub alerts: i64,
    /// When the oldest of those was raised.
    pub oldest: Option<Instant>,
}

impl DistrictCount {
    /// New cases of the last so many days of the window.
    #[must_use]
    pub fn newest(&self, days: usize) -> i64 {
        self.new.iter().rev().take(days).sum()
    }

    /// New cases of the so many days before those.
    #[must_use]
    pub fn before(&self, days: usize) -> i64 {
        self.new.iter().rev().skip(days).take(days).sum()
    }
}

/// Alerts of one level now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertsNow {
    /// Those that nobody has.
    pub open: i64,
    /// Those in somebody's hands.
    pub taken: i64,
    /// When the oldest that nobody has was raised.
    pub oldest: Option<Instant>,
}

/// The province at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// What is shown.
    pub window: Window,
    /// When it was read.
    pub as_of: Instant,
    /// The curve of what is shown.
    pub days: Vec<CurveDay>,
    /// Every district of the duty, whatever is chosen.
    pub districts: Vec<DistrictCount>,
    /// Open cases by the level of their newest report.
    pub levels: BTreeMap<AlertLevel, i64>,
    /// Open cases by risk group.
    pub risks: Vec<(RiskGroup, i64)>,
    /// Alerts by level.
    pub alerts: BTreeMap<AlertLevel, AlertsNow>,
    /// Open cases that missed a report.
    pub silent: i64,
    /// Contacts that were found in the window, by nearness.
    pub contacts: BTreeMap<ContactLevel, i64>,
}

/// Sums by district, and for what is chosen.
struct Tally<'a> {
    caller: &'a Caller,
    today: Date,
    chosen: Option<&'a str>,
    districts: BTreeMap<String, DistrictCount>,
    days: Vec<CurveDay>,
}

fn district_of(ward: Option<&str>) -> String {
    ward.and_then(ward_any).and_then(|unit| unit.district_code).unwrap_or_default().to_owned()
}

impl<'a> Tally<'a> {
    fn new(caller: &'a Caller, window: &'a Window, today: Date) -> Self {
        let days = curve::days(window.from, window.to);
        let known: Vec<_> = match caller.account().map(|account| &account.area) {
            Some(AreaScope::Province(code)) => districts_of_province(code, FIRST_DAY),
            Some(AreaScope::District(code)) => district(code, FIRST_DAY).into_iter().collect(),
            Some(AreaScope::Ward(_)) | None => Vec::new(),
        };
        let empty = |code: &str, name: &str| DistrictCount {
            code: code.to_owned(),
            name: name.to_owned(),
            new: vec![0; days.len()],
            ..DistrictCount::default()
        };
        let districts = known.iter().map(|one| (one.code.to_owned(), empty(one.code, one.name))).collect();
        Self { caller, today, chosen: window.district.as_deref(), districts, days }
    }

    /// The district of a ward, where the duty covers it, and whether it is among what is shown.
    fn of(&mut self, ward: Option<&str>) -> Option<(&mut DistrictCount, bool)> {
        if !self.caller.covers(ward, self.today) {
            return None;
        }
        let code = district_of(ward);
        let shown = self.chosen.is_none_or(|chosen| chosen == code);
        let days = self.days.len();
        let entry = self.districts.entry(code.clone()).or_insert_with(|| DistrictCount {
            name: district(&code, FIRST_DAY).map(|one| one.name.to_owned()).unwrap_or_default(),
            code,
            new: vec![0; days],
            ..DistrictCount::default()
        });
        Some((entry, shown))
    }

    fn opened(&mut self, cases: &DayCases) {
        let Some(at) = curve::index(&self.days, cases.day) else { return };
        let Some((entry, shown)) = self.of(cases.ward_code.as_deref()) else { return };
        entry.new[at] += cases.count;
        self.days[at].count.new += if shown { cases.count } else { 0 };
    }

    fn closed(&mut self, cases: &DayCases) {
        let Some(at) = curve::index(&self.days, cases.day) else { return };
        let shown = self.of(cases.ward_code.as_deref()).is_some_and(|(_, shown)| shown);
        self.days[at].count.closed += if shown { cases.count } else { 0 };
    }

    fn test(&mut self, test: &TestCount) {
        let Some(at) = curve::index(&self.days, test.day) else { return };
        let positive = match test.outcome {
            Outcome::Detected => test.count,
            Outcome::NotDetected => 0,
            Outcome::Inconclusive | Outcome::Invalid => return,
        };
        let Some((entry, shown)) = self.of(test.ward_code.as_deref()) else { return };
        entry.tests += test.count;
        entry.positive += positive;
        if shown {
            let DayCount { tests, positive: found, .. } = &mut self.days[at].count;
            *tests += test.count;
            *found += positive;
        }
    }
}

fn is_serious(level: AlertLevel) -> bool {
    matches!(level, AlertLevel::Urgent | AlertLevel::Emergency)
}

/// The province at a glance, as far as the caller's duty covers it. An administrator, who sees no patient, sees counts.
///
/// # Errors
/// 422 for a window that cannot be shown.
pub async fn overview(app: &App, caller: &Caller, wanted: &Wanted) -> Result<Overview, Problem> {
    let now = app.platform.now();
    let window = wanted.parse(now.local_date()).map_err(Problem::invalid)?;
    let read = read(app, &window, now).await?;
    let mut work = Work::for_caller(app, caller).await?;
    let detail = json!({"district": window.district, "from": window.from, "to": window.to});
    work.audit("dashboard.read", None, detail).await?;
    work.commit().await?;
    Ok(sum(caller, window, read, now))
}

/// What was read, beside the writers.
struct Read {
    opened: Vec<DayCases>,
    closed: Vec<DayCases>,
    before: Vec<(Option<String>, i64)>,
    tests: Vec<TestCount>,
    open: Vec<crate::store::OpenCount>,
    silent: Vec<(Option<String>, i64)>,
    alerts: Vec<crate::store::AlertCount>,
    contacts: Vec<crate::store::ContactCount>,
}

async fn read(app: &App, window: &Window, now: Instant) -> Result<Read, StoreError> {
    let mut tx = app.store.read().await?;
    let from = Instant::start_of(window.from);
    let until = Instant::start_of(window.to.saturating_add(jiff::Span::new().days(1)));
    Ok(Read {
        opened: tx.opened_counts(window.from).await?,
        closed: tx.closed_counts(window.from).await?,
        before: tx.open_before_counts(window.from).await?,
        tests: tx.test_counts(window.from).await?,
        open: tx.open_counts().await?,
        silent: tx.silent_counts(silent_before(now)).await?,
        alerts: tx.alert_counts().await?,
        contacts: tx.contact_counts(from, until).await?,
    })
}

fn sum(caller: &Caller, window: Window, read: Read, now: Instant) -> Overview {
    let shown = window.clone();
    let mut tally = Tally::new(caller, &shown, now.local_date());
    let mut before = 0;
    for (ward, count) in &read.before {
        before += if tally.of(ward.as_deref()).is_some_and(|(_, shown)| shown) { *count } else { 0 };
    }
    read.opened.iter().for_each(|cases| tally.opened(cases));
    read.closed.iter().for_each(|cases| tally.closed(cases));
    read.tests.iter().for_each(|test| tally.test(test));
    let (mut levels, mut risks) = (BTreeMap::new(), RiskGroup::ALL.map(|risk| (risk, 0)));
    for one in &read.open {
        let Some((entry, shown)) = tally.of(one.ward_code.as_deref()) else { continue };
        entry.open += one.count;
        entry.serious += if is_serious(one.level) { one.count } else { 0 };
        entry.very_high += if one.risk == RiskGroup::VeryHigh { one.count } else { 0 };
        if shown {
            *levels.entry(one.level).or_insert(0) += one.count;
            risks.iter_mut().filter(|(risk, _)| *risk == one.risk).for_each(|(_, count)| *count += one.count);
        }
    }
    let mut silent = 0;
    for (ward, count) in &read.silent {
        if let Some((entry, shown)) = tally.of(ward.as_deref()) {
            entry.silent += count;
            silent += if shown { *count } else { 0 };
        }
    }
    let mut alerts: BTreeMap<AlertLevel, AlertsNow> = BTreeMap::new();
    for one in &read.alerts {
        let Some((entry, shown)) = tally.of(one.ward_code.as_deref()) else { continue };
        let waits = one.state == AlertState::Open;
        if waits {
            entry.alerts += one.count;
            entry.oldest = Some(entry.oldest.map_or(one.oldest, |oldest| oldest.min(one.oldest)));
        }
        if shown {
            let level = alerts.entry(one.level).or_default();
            *(if waits { &mut level.open } else { &mut level.taken }) += one.count;
            if waits {
                level.oldest = Some(level.oldest.map_or(one.oldest, |oldest| oldest.min(one.oldest)));
            }
        }
    }
    let mut contacts: BTreeMap<ContactLevel, i64> = BTreeMap::new();
    for one in &read.contacts {
        if tally.of(one.ward_code.as_deref()).is_some_and(|(_, shown)| shown) {
            *contacts.entry(one.level).or_insert(0) += one.count;
        }
    }
    let Tally { mut days, districts, .. } = tally;
    curve::fill_active(&mut days, before);
    Overview {
        window,
        as_of: now,
        days,
        districts: districts.into_values().collect(),
        levels,
        risks: risks.into(),
        alerts,
        silent,
        contacts,
    }
}

/// Puts an export on record.
///
/// # Errors
/// When the store fails.
pub async fn exported(app: &App, caller: &Caller, overview: &Overview) -> Result<(), StoreError> {
    let mut work = Work::for_caller(app, caller).await?;
    let window = &overview.window;
    let detail = json!({"district": window.district, "from": window.from, "to": window.to});
    work.audit("dashboard.export", None, detail).await?;
    work.commit().await
}

/// The districts that somebody may choose.
#[must_use]
pub fn covers_districts(caller: &Caller, today: Date) -> bool {
    area::wards(caller, today).is_none_or(|wards| wards.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        Date::constant(2022, 3, 29)
    }

    fn wanted(area: &str, from: &str, to: &str) -> Wanted {
        Wanted { area: area.to_owned(), from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn four_weeks_up_to_today_are_shown_where_nothing_is_said() {
        let window = Wanted::default().parse(today()).unwrap();
        assert_eq!((window.from, window.to, window.district), (Date::constant(2022, 3, 2), today(), None));
    }

    #[test]
    fn what_cannot_be_shown_names_its_field() {
        let faults = |wanted: Wanted| -> Vec<(String, String)> {
            let errors = wanted.parse(today()).unwrap_err();
            errors.into_iter().map(|error| (error.pointer, error.code.to_string())).collect()
        };
        let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        assert_eq!(faults(wanted("", "10/3", "")), one("from", "date"));
        assert_eq!(faults(wanted("", "", "2022-03-30")), one("to", "in_future"));
        assert_eq!(faults(wanted("", "2022-03-20", "2022-03-10")), one("from", "order"));
        assert_eq!(faults(wanted("", "2020-03-20", "2022-03-10")), one("from", "too_many"));
        assert_eq!(faults(wanted("x", "", "")), one("area", "unknown_code"));
    }

    #[test]
    fn the_weeks_of_a_district_are_counted_from_its_last_day() {
        let count = DistrictCount { new: (1..=16).collect(), ..DistrictCount::default() };
        assert_eq!((count.newest(7), count.before(7)), (10 + 11 + 12 + 13 + 14 + 15 + 16, 3 + 4 + 5 + 6 + 7 + 8 + 9));
    }
}
