//! What is to be done next, what every protocol says, and the readings as a table.

use shared::events::{AlertLevel, Outcome};
use shared::time::{Date, Instant};
use shared_web::page::{Page, exact};

use super::alert::level_label;
use super::reasons;
use super::values::{level_code, number, short_name};
use crate::app::look::CaseFile;
use crate::completion::unmet;
use crate::domain::case::CaseState;
use crate::domain::catalog::Catalog;
use crate::domain::engine::{AGE_UNKNOWN, ProtocolSays, Reason};
use crate::domain::vital::Vital;
use crate::pages::Moment;
use crate::store::{AlertState, ReportRecord};

/// Something to do.
pub struct Step {
    /// Its picture.
    pub icon: &'static str,
    /// What to do.
    pub title: String,
    /// Why, or how.
    pub text: String,
    /// Since when, where that matters.
    pub since: Option<Moment>,
}

/// What to do next in a case, the most pressing first.
pub fn next_steps(page: &Page, file: &CaseFile, now: Instant) -> Vec<Step> {
    let step = |icon, key: &str, text: String| Step { icon, title: page.t(key), text, since: None };
    if file.case.state != CaseState::Open {
        let ended = file.case.closed_at.map(exact).unwrap_or_default();
        return vec![step("check", "case-next-ended", ended)];
    }
    let mut steps: Vec<Step> = call(page, file, now).into_iter().collect();
    let newest = file.reports.first();
    for reason in newest.map(|report| report.reasons.as_slice()).unwrap_or_default() {
        if waits_for_second_reading(reason) {
            let source = reasons::source(page.language(), &reason.source);
            steps.push(step("lungs", "case-next-measure-again", source));
        } else if reason.rule == AGE_UNKNOWN {
            steps.push(step("person", "case-next-ask-age", reason.text.get(page.language()).to_owned()));
        }
    }
    if newest.is_none_or(|report| report.observed.at.local_date() < now.local_date()) {
        steps.push(step("pulse", "case-next-no-report", page.t("case-next-no-report-text")));
    }
    steps.push(end_of_isolation(page, file, now.local_date()));
    steps
}

/// The call that the most dangerous unresolved alert asks for.
fn call(page: &Page, file: &CaseFile, now: Instant) -> Option<Step> {
    let unresolved = file.alerts.iter().filter(|alert| alert.state != AlertState::Resolved);
    let worst = unresolved.max_by_key(|alert| alert.level)?;
    let icon = if worst.level == AlertLevel::Emergency { "siren" } else { "phone" };
    let code = worst.level.code();
    Some(Step {
        icon,
        title: page.t(&format!("case-next-{code}")),
        text: page.t(&format!("case-next-{code}-text")),
        since: Some(Moment::new(page, worst.raised_at, now)),
    })
}

/// Whether a rule fired on a first reading that a second one has to confirm.
fn waits_for_second_reading(reason: &Reason) -> bool {
    let rules = Catalog::builtin().get(&reason.protocol).into_iter().flat_map(|protocol| &protocol.rules);
    let confirm = rules.filter(|rule| rule.id == reason.rule).find_map(|rule| rule.confirm);
    confirm.is_some_and(|confirm| reason.level == confirm.first_level)
}

/// Whether isolation may end, and what is missing.
fn end_of_isolation(page: &Page, file: &CaseFile, today: Date) -> Step {
    let course = file.course();
    let missing = unmet(&course, today);
    let told =
        missing.iter().map(|criterion| format!("{} ({})", criterion.detail.get(page.language()), criterion.source));
    let text = if missing.is_empty() { page.t("case-next-may-end-text") } else { told.collect::<Vec<_>>().join(". ") };
    let key = if missing.is_empty() { "case-next-may-end" } else { "case-next-not-yet" };
    Step { icon: "home", title: page.t(key), text, since: None }
}

/// What one protocol says of the newest report.
pub struct Says {
    /// Its title.
    pub title: String,
    /// How dangerous it says it is.
    pub level: &'static str,
    /// The same in a word, or that it says nothing.
    pub label: String,
    /// Score, band and what is missing, in words.
    pub detail: String,
    /// Whether it is the one that decides.
    pub decides: bool,
}

/// What every protocol says of a report.
pub fn protocols(page: &Page, report: &ReportRecord) -> Vec<Says> {
    report.protocols.iter().map(|says| says_of(page, says, says.id == report.protocol)).collect()
}

/// The title of a protocol in the language of a page.
pub fn protocol_title(page: &Page, id: &str) -> String {
    Catalog::builtin().get(id).map_or_else(|| id.to_owned(), |protocol| protocol.title.get(page.language()).to_owned())
}

fn says_of(page: &Page, says: &ProtocolSays, decides: bool) -> Says {
    let lang = page.language();
    let score = says.score.map(|score| page.t_with("case-score", &[("score", score.into())]));
    let band = says.band.as_ref().map(|band| page.t(&format!("case-band-{band}")));
    let names: Vec<String> = says.missing.iter().map(|vital| short_name(lang, *vital)).collect();
    let missing = (!names.is_empty()).then(|| page.t_with("case-not-measured", &[("what", names.join(", ").into())]));
    let unable = says.fired.is_none().then(|| page.t("case-says-unable"));
    let (level, label) = match says.fired {
        None => ("unknown", page.t("case-says-nothing")),
        Some(false) => ("well", page.t("case-says-no")),
        Some(true) => (level_code(says.level), level_label(page, says.level)),
    };
    Says {
        title: protocol_title(page, &says.id),
        level,
        label,
        detail: [unable, score, band, missing].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        decides,
    }
}

/// One report in the table that stands for the charts.
pub struct ReadingRow {
    /// When it was measured.
    pub at: String,
    /// Who measured.
    pub by: String,
    /// The values in the order of [`columns`]; a dash for what was not measured, a question mark behind what is doubtful.
    pub values: Vec<String>,
    /// Symptoms, and whether on oxygen.
    pub signs: String,
    /// How dangerous.
    pub level: &'static str,
    /// The same in a word.
    pub label: String,
}

/// The columns of the table: every vital sign with its unit.
pub fn columns(page: &Page) -> Vec<String> {
    let lang = page.language();
    Vital::ALL.map(|vital| format!("{} ({})", short_name(lang, vital), vital.unit().get(lang))).into()
}

/// A report as a row.
pub fn reading(page: &Page, report: &ReportRecord) -> ReadingRow {
    let lang = page.language();
    let observed = &report.observed;
    let oxygen = observed.on_oxygen.then(|| page.t("case-on-oxygen"));
    let symptoms = observed.symptoms.iter().map(|symptom| symptom.name().get(lang).to_owned());
    let value = |vital: Vital| {
        let doubt = if report.doubtful.contains(&vital) { " ?" } else { "" };
        observed.vitals.get(vital).map_or_else(|| "–".to_owned(), |v| format!("{}{doubt}", number(lang, v)))
    };
    ReadingRow {
        at: exact(observed.at),
        by: page.t(&format!("case-by-{}", observed.by.code())),
        values: Vital::ALL.map(value).into(),
        signs: oxygen.into_iter().chain(symptoms).collect::<Vec<_>>().join(", "),
        level: level_code(report.level),
        label: level_label(page, report.level),
    }
}

/// The word for what a test found; one that was withdrawn has no outcome.
pub fn outcome(page: &Page, outcome: Option<Outcome>) -> String {
    page.t(&format!("case-outcome-{}", outcome.map_or("withdrawn", Outcome::code)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;
    use shared::time::days;

    fn steps(file: &CaseFile, now: Instant) -> Vec<(&'static str, String)> {
        next_steps(&samples::page(Lang::Vi), file, now).into_iter().map(|step| (step.icon, step.title)).collect()
    }

    #[test]
    fn the_most_dangerous_alert_is_called_first() {
        let steps = steps(&samples::file(), samples::now());
        assert_eq!(steps[0], ("siren", "Gọi ngay, chuyển đi ngay".to_owned()));
        assert!(steps.last().unwrap().1.contains("Chưa đủ điều kiện"), "{steps:?}");
    }

    #[test]
    fn a_first_low_reading_is_taken_again() {
        let mut file = samples::file();
        assert!(!steps(&file, samples::now()).iter().any(|(icon, _)| *icon == "lungs"));
        file.reports.remove(0);
        assert!(steps(&file, samples::now()).iter().any(|(icon, _)| *icon == "lungs"));
    }

    #[test]
    fn a_day_without_a_report_asks_for_one() {
        let file = samples::file();
        let asks = |now| steps(&file, now).iter().any(|(icon, _)| *icon == "pulse");
        assert!(!asks(samples::now()));
        assert!(asks(samples::now().plus(days(1))));
    }

    #[test]
    fn a_case_that_has_ended_asks_for_nothing() {
        let mut file = samples::file();
        file.case.state = CaseState::Closed;
        file.case.closed_at = Some(samples::now());
        assert_eq!(steps(&file, samples::now()), [("check", "Hồ sơ đã kết thúc".to_owned())]);
    }

    #[test]
    fn every_protocol_is_told_and_one_decides() {
        for lang in [Lang::Vi, Lang::En] {
            let says = protocols(&samples::page(lang), &samples::reports()[0]);
            assert_eq!(says.len(), Catalog::builtin().protocols().len());
            assert_eq!(says.iter().filter(|says| says.decides).count(), 1);
            let told = says.iter().map(|says| format!("{} {}", says.label, says.detail)).collect::<String>();
            assert!(!told.contains("case-"), "{told}");
        }
    }

    #[test]
    fn every_band_has_a_word() {
        let protocols = Catalog::builtin().protocols().iter();
        let bands = protocols.flat_map(|protocol| {
            let rules = protocol.rules.iter().filter_map(|rule| rule.band.clone());
            let base = protocol.base_band.iter().map(|base| base.code.clone());
            let scored = protocol
                .score
                .iter()
                .flat_map(|score| score.bands.iter().map(|band| &band.code).chain([&score.single.code]).cloned());
            rules.chain(base).chain(scored).collect::<Vec<_>>()
        });
        for band in bands {
            for lang in [Lang::Vi, Lang::En] {
                let key = format!("case-band-{band}");
                assert_ne!(samples::page(lang).t(&key), key);
            }
        }
    }
}
