//! The follow-up of a contact (F1) by the rule of the day: how long at home, tested when, watched until when.
//!
//! The rules are data in `f0-tracker/protocols/contacts.json`, each with its source.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::time::{Date, Instant, days};

const BUILTIN: &str = include_str!("../../protocols/contacts.json");

/// The days of one plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    quarantine_days: i64,
    test_day: Option<i64>,
    #[serde(default)]
    watch_days: i64,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    from: Date,
    source: String,
    /// For those who are vaccinated or have recovered; none where nobody is followed up.
    protected: Option<Days>,
    others: Option<Days>,
}

/// Every rule that is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUps {
    /// What a reader must know.
    pub note: Bilingual,
    levels: Vec<String>,
    full_doses: u8,
    recovered_within_days: i64,
    rules: Vec<Rule>,
}

/// What is known of a contact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContactFacts {
    /// The last day of contact.
    pub last_day: Option<Date>,
    /// Doses of vaccine, where known.
    pub doses: Option<u8>,
    /// When an illness of their own ended, where one did.
    pub recovered_on: Option<Date>,
    /// The day of the newest test, where there is one.
    pub tested_on: Option<Date>,
}

/// What a contact does today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Today {
    /// Stays at home.
    Quarantine,
    /// The test is due.
    Test,
    /// Is free and watches for signs.
    Watch,
    /// Is free.
    Free,
}

/// The plan of a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The id of the rule.
    pub rule: String,
    /// Where it was read.
    pub source: String,
    /// The last day at home; none where the rule asks for no quarantine.
    pub quarantine_until: Option<Date>,
    /// The day of the test, where the rule asks for one.
    pub test_on: Option<Date>,
    /// The last day of watching.
    pub watch_until: Option<Date>,
    /// What the contact does today.
    pub today: Today,
}

fn after(day: Date, count: i64) -> Date {
    Instant::start_of(day).plus(days(count)).local_date()
}

impl FollowUps {
    /// The rules that are compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static RULES: OnceLock<FollowUps> = OnceLock::new();
        RULES.get_or_init(|| {
            serde_json::from_str(BUILTIN).expect("the compiled file never changes, and a test reads it")
        })
    }

    /// The plan of a contact of a level on a day; none where such a contact is not followed up, or no day is known.
    #[must_use]
    pub fn plan(&self, level: &str, facts: &ContactFacts, today: Date) -> Option<Plan> {
        let last_day = facts.last_day.filter(|_| self.levels.iter().any(|followed| followed == level))?;
        let latest = self.rules.iter().filter(|rule| rule.from <= today).max_by_key(|rule| rule.from);
        let rule = latest.or_else(|| self.rules.first())?;
        let told = |until: Option<Date>, test_on, watch_until, today| Plan {
            rule: rule.id.clone(),
            source: rule.source.clone(),
            quarantine_until: until,
            test_on,
            watch_until,
            today,
        };
        let is_protected = self.is_protected(facts, last_day);
        let Some(plan) = (if is_protected { rule.protected } else { rule.others }) else {
            return Some(told(None, None, None, Today::Free));
        };
        let until = after(last_day, plan.quarantine_days);
        let test_on = plan.test_day.map(|day| after(last_day, day));
        let watch_until = (plan.watch_days > 0).then(|| after(until, plan.watch_days));
        let is_tested = test_on.is_none_or(|day| facts.tested_on.is_some_and(|tested| tested >= day));
        let now = match test_on {
            Some(day) if today >= day && !is_tested => Today::Test,
            _ if today <= until => Today::Quarantine,
            _ if watch_until.is_some_and(|until| today <= until) => Today::Watch,
            _ => Today::Free,
        };
        Some(told(Some(until), test_on, watch_until, now))
    }

    fn is_protected(&self, facts: &ContactFacts, on: Date) -> bool {
        let recovered = |day: Date| day <= on && on <= after(day, self.recovered_within_days);
        facts.doses.is_some_and(|doses| doses >= self.full_doses) || facts.recovered_on.is_some_and(recovered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn plan(facts: &ContactFacts, today: &str) -> Plan {
        FollowUps::builtin().plan("household", facts, day(today)).unwrap()
    }

    fn met(last_day: &str) -> ContactFacts {
        ContactFacts { last_day: Some(day(last_day)), ..ContactFacts::default() }
    }

    #[test]
    fn under_762_who_is_vaccinated_or_recovered_stays_five_days_and_others_seven() {
        let vaccinated = ContactFacts { doses: Some(2), ..met("2022-03-01") };
        let told = plan(&vaccinated, "2022-03-06");
        assert_eq!((told.quarantine_until, told.test_on), (Some(day("2022-03-06")), Some(day("2022-03-06"))));
        assert_eq!((told.watch_until, told.today), (Some(day("2022-03-11")), Today::Test));
        let others = plan(&ContactFacts { doses: Some(1), ..met("2022-03-01") }, "2022-03-06");
        assert_eq!((others.quarantine_until, others.test_on), (Some(day("2022-03-08")), Some(day("2022-03-08"))));
        assert_eq!((others.watch_until, others.today), (Some(day("2022-03-11")), Today::Quarantine));
        assert_eq!(plan(&met("2022-03-01"), "2022-03-06"), others, "what is not known is not assumed");
        let recovered = |on: &str| ContactFacts { recovered_on: Some(day(on)), ..met("2022-03-01") };
        assert_eq!(plan(&recovered("2021-12-01"), "2022-03-06").quarantine_until, Some(day("2022-03-06")), "90 days");
        assert_eq!(plan(&recovered("2021-11-30"), "2022-03-06").quarantine_until, Some(day("2022-03-08")));
    }

    #[test]
    fn the_test_stays_due_until_it_is_taken_and_then_comes_the_watch() {
        let untested = ContactFacts { doses: Some(2), ..met("2022-03-01") };
        assert_eq!(plan(&untested, "2022-03-09").today, Today::Test);
        let tested = |on: &str| ContactFacts { tested_on: Some(day(on)), ..untested };
        assert_eq!(plan(&tested("2022-03-05"), "2022-03-09").today, Today::Test, "a day too early");
        assert_eq!(plan(&tested("2022-03-06"), "2022-03-06").today, Today::Quarantine, "still day 5");
        assert_eq!(plan(&tested("2022-03-06"), "2022-03-11").today, Today::Watch);
        assert_eq!(plan(&tested("2022-03-06"), "2022-03-12").today, Today::Free);
    }

    #[test]
    fn the_rule_of_the_day_decides() {
        assert_eq!(plan(&met("2021-09-01"), "2021-09-10").quarantine_until, Some(day("2021-09-15")));
        assert_eq!(plan(&met("2022-02-18"), "2022-02-20").rule, "byt-5599-2021");
        assert_eq!(plan(&met("2022-02-18"), "2022-02-21").rule, "byt-762-2022");
        let free = plan(&met("2022-04-14"), "2022-04-15");
        assert_eq!((free.quarantine_until, free.today), (None, Today::Free));
    }

    #[test]
    fn who_only_passed_by_is_not_followed_up() {
        let told = |level, facts: &ContactFacts| FollowUps::builtin().plan(level, facts, day("2022-03-06"));
        assert!(told("close", &met("2022-03-01")).is_some());
        for level in ["brief", "same_place"] {
            assert_eq!(told(level, &met("2022-03-01")), None);
        }
        assert_eq!(told("close", &ContactFacts::default()), None);
    }
}
