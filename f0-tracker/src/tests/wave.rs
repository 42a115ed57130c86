//! A wave on a virtual clock, at small size unless `ANTAM_WAVE` says otherwise (`./dev wave NEW OPEN`): cases open, some report and some fall silent, calls go unanswered, doctors
//! change shifts, processes are killed and started again. At every quarter of an hour nothing may be lost.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join;
use shared::access::Role;
use shared::events::Outcome;
use shared::ids::{AccountId, CaseId, PersonId};
use shared::person::Birth;
use shared::random::{Random, below};
use shared::time::{Instant, days, hours, minutes};
use shared_testkit::random::seeded;
use shared_web::caller::{Caller, Identity};

use super::stage::{Ground, Stage, WARD, account, amended, detected, grounds, province};
use crate::App;
use crate::api::body_hash;
use crate::app::acts::{self, Target};
use crate::app::alerts::{Step, act};
use crate::app::timers::{self, KINDS};
use crate::app::{duties, report};
use crate::domain::act_input::CallInput;
use crate::domain::case::CaseState;
use crate::domain::duty::DutyInput;
use crate::domain::ladder::Ladder;
use crate::domain::observation::ReportInput;
use crate::domain::silence::{NO_REPORT, Rung, Silence};
use crate::store::{AlertFilter, AlertRecord, AlertState, CaseRecord, DutyFilter, FeedKind};

/// How large a wave is.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// How many people fall ill while it is watched, most of them on the first day.
    new: usize,
    /// How many are ill when it begins.
    open: usize,
}

impl Size {
    /// The size that `ANTAM_WAVE` asks for, as `2471 25000`; a small one where it says nothing.
    fn wanted() -> Self {
        let asked = std::env::var("ANTAM_WAVE").unwrap_or_default();
        let mut numbers = asked.split_whitespace().map(|number| number.parse().expect("ANTAM_WAVE: NEW OPEN"));
        Self { new: numbers.next().unwrap_or(30), open: numbers.next().unwrap_or(0) }
    }

    /// So many fall ill in each quarter of an hour of the first day.
    fn each(self) -> usize {
        self.new.div_ceil(96).max(1)
    }

    const fn is_small(self) -> bool {
        self.new + self.open <= 100
    }
}

/// How many quarters of an hour the wave is watched.
const TICKS: i64 = 4 * 40;
/// How many of a hundred calls nobody answers (Hà Nội, 17 to 30 December 2021: 42 %).
const UNANSWERED: u64 = 42;

fn chance(random: &mut dyn Random, percent: u64) -> bool {
    below(random, 100) < percent
}

/// The wave and those who work in it.
struct Wave {
    stage: Stage,
    doctors: Vec<Caller>,
    people: Vec<PersonId>,
    /// Those who never report of themselves.
    silent: BTreeSet<PersonId>,
    /// The missed reports that the feed told of, by when they were due, with when it told; and how far it was read.
    told: BTreeMap<CaseId, BTreeMap<String, Instant>>,
    seq: i64,
}

async fn caller(app: &App, name: &str, role: Role) -> Caller {
    let account = account(app, name, role, province()).await;
    Caller { identity: Identity::Account(Box::new(account)), ..Caller::default() }
}

impl Wave {
    async fn on(ground: Ground) -> Self {
        let stage = Stage::on(ground).await;
        let officer = caller(&stage.app, "Minh", Role::Officer).await;
        let mut doctors = Vec::new();
        for name in ["Lan", "Thu", "Kim"] {
            doctors.push(caller(&stage.app, name, Role::Doctor).await);
        }
        caller(&stage.app, "Hoa", Role::Nurse).await;
        let (people, silent, told) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        let wave = Self { stage, doctors, people, silent, told, seq: 0 };
        wave.roster(&officer).await;
        wave
    }

    /// Three shifts of eight hours for the doctors; a nurse by day; the officer always.
    async fn roster(&self, officer: &Caller) {
        let start = self.stage.now();
        for shift in 0..9_i64 {
            let name = ["Lan", "Thu", "Kim"][usize::try_from(shift % 3).unwrap()];
            self.duty(officer, name, "doctor", start.plus(hours(8 * shift)), 8).await;
        }
        for day in 0..3 {
            self.duty(officer, "Hoa", "nurse", start.plus(days(day)), 9).await;
        }
        self.duty(officer, "Minh", "officer", start, 72).await;
    }

    async fn duty(&self, officer: &Caller, account: &str, role: &str, from: Instant, for_hours: i64) {
        let input = DutyInput {
            account: Some(account.to_owned()),
            role: Some(role.to_owned()),
            area_code: Some("82".to_owned()),
            from: Some(from.to_string()),
            to: Some(from.plus(hours(for_hours)).to_string()),
            ..DutyInput::default()
        };
        duties::set(&self.stage.app, officer, &input, &body_hash(&input)).await.unwrap();
    }

    /// Somebody falls ill: their result comes twice and in two versions, the later one first for some.
    async fn falls_ill(&mut self, n: usize, random: &mut dyn Random) {
        let birth = Birth::Year(i16::try_from(1935 + below(random, 80)).unwrap());
        let person = self.stage.person(&format!("Người Bệnh {n}"), Some(birth), Some("0912345678"), WARD).await;
        let result = detected(&self.stage, person);
        let second = amended(&result, Outcome::Detected, false);
        if chance(random, 50) {
            self.stage.hear(&second).await;
        }
        for _ in 0..2 {
            self.stage.hear(&result).await;
            self.stage.hear(&second).await;
        }
        if chance(random, 30) {
            self.silent.insert(person);
        }
        self.people.push(person);
    }

    async fn alerts(&self, states: &[AlertState]) -> Vec<AlertRecord> {
        let filter = AlertFilter { states: states.to_vec(), limit: 1_000_000, ..AlertFilter::default() };
        self.stage.app.store.read().await.unwrap().alerts(&filter).await.unwrap()
    }

    /// Patients report, and some are worse than others.
    async fn reports(&self, cases: &[CaseRecord], random: &mut dyn Random) {
        for case in cases.iter().filter(|case| !self.silent.contains(&case.person_id)) {
            if !chance(random, 3) {
                continue;
            }
            let spo2 = 88 + below(random, 12);
            let ago = below(random, 90);
            let at = self.stage.now().minus(minutes(i64::try_from(ago).unwrap()));
            let input: ReportInput = serde_json::from_value(serde_json::json!({
                "by": "patient", "spo2_pct": spo2, "at": at.to_string(), "symptoms": [],
            }))
            .unwrap();
            report::take(&self.stage.app, &self.doctors[0], case.id, &input, &body_hash(&input)).await.unwrap();
        }
    }

    /// The one whom an alert belongs to may take it, and calls; 42 of 100 do not answer.
    async fn care(&self, random: &mut dyn Random) {
        for alert in self.alerts(&[AlertState::Open]).await {
            let doctor = self.doctors.iter().find(|d| d.account().map(|a| a.id) == alert.responsible);
            let Some(doctor) = doctor.filter(|_| chance(random, 10)) else { continue };
            act(&self.stage.app, doctor, alert.id, Step::Acknowledge, "").await.unwrap();
            let answered = !chance(random, UNANSWERED);
            let disposition = Some(if answered { "reached" } else { "no_answer" }.to_owned());
            let call = CallInput { disposition, ..CallInput::default() };
            let draft = call.parse(self.stage.now()).unwrap();
            let target = Target::Case(alert.case_id);
            acts::add(&self.stage.app, doctor, target, draft, &alert.id.to_string()).await.unwrap();
            if answered {
                // Silence that was heard is withdrawn with its alert: then there is nothing left to end.
                let _ = act(&self.stage.app, doctor, alert.id, Step::Resolve, "").await;
            }
        }
    }

    /// Two processes do what is due.
    async fn fire(&self) {
        let other = App::new(&self.stage.app.platform);
        loop {
            let fire = async |app: &App| timers::fire_due(app, &KINDS).await.unwrap().claimed;
            let (one, two) = join(fire(&self.stage.app), fire(&other)).await;
            if one + two == 0 {
                return;
            }
        }
    }

    /// A process is killed with timers in its hands, and another starts.
    async fn killed(self) -> Self {
        let now = self.stage.now();
        let mut tx = self.stage.app.store.write().await.unwrap();
        tx.claim_timers(&KINDS, now, now.plus(minutes(1)), 50).await.unwrap();
        tx.commit().await.unwrap();
        let stage = self.stage.restart().await;
        stage.clock.advance(minutes(2));
        Self { stage, ..self }
    }

    /// Nothing is lost. In a large wave who is silent is asked about once an hour.
    async fn check(&mut self, hourly: bool) {
        let now = self.stage.now();
        let cases = self.stage.cases().await;
        let ill: BTreeSet<PersonId> = cases.iter().map(|case| case.person_id).collect();
        assert_eq!((cases.len(), ill.len()), (self.people.len(), self.people.len()), "a case for each, and no two");
        self.owned(now).await;
        if hourly {
            self.noticed(&cases, now).await;
        }
    }

    /// Every open alert has one owner who is on duty, and none waits past its ladder.
    async fn owned(&self, now: Instant) {
        let filter = DutyFilter {
            from: Some(now),
            to: Some(now.plus(jiff::SignedDuration::from_micros(1))),
            areas: None,
            limit: 100,
        };
        let duties = self.stage.app.store.read().await.unwrap().duties(&filter).await.unwrap();
        let on_duty: BTreeSet<AccountId> = duties.into_iter().map(|duty| duty.account).collect();
        for alert in self.alerts(&[AlertState::Open]).await {
            let owner = alert.responsible.expect("an open alert without an owner");
            assert!(on_duty.contains(&owner), "{} belongs to somebody at home", alert.id);
            let since = alert.escalated_at.unwrap_or(alert.raised_at);
            let next = Ladder::builtin().next_escalation(alert.level, alert.rung, since);
            assert!(next.is_none_or(|(due, _)| due > now), "{} waits past its ladder", alert.id);
        }
    }

    /// No missed report is unnoticed: it was told when it was due, and became an alert when nobody answered.
    async fn noticed(&mut self, cases: &[CaseRecord], now: Instant) {
        loop {
            let lines = self.stage.app.store.read().await.unwrap().feed_after(self.seq, 1_000).await.unwrap();
            let Some(last) = lines.last() else { break };
            self.seq = last.seq;
            for line in lines.into_iter().map(|entry| entry.line).filter(|line| line.kind == FeedKind::ReportMissed) {
                let due = line.data["report_due_at"].as_str().unwrap().to_owned();
                self.told.entry(line.case_id).or_default().insert(due, line.at);
            }
        }
        let is_silence = |alert: &AlertRecord| alert.reasons.iter().any(|reason| reason.rule == NO_REPORT);
        let alerts = self.alerts(&[]).await;
        let silent: BTreeSet<CaseId> =
            alerts.iter().filter(|alert| is_silence(alert)).map(|alert| alert.case_id).collect();
        for case in cases.iter().filter(|case| case.state == CaseState::Open) {
            let due = case.report_due_at.expect("an open case is owed a report");
            if due > now {
                continue;
            }
            let told = self.told.get(&case.id).and_then(|told| told.get(&due.to_string()));
            let told = *told.unwrap_or_else(|| panic!("{} is unnoticed", case.id));
            // It is told at the next tick, and a restart moves the ticks by its lease of two minutes.
            assert!(told <= due.plus(minutes(15 + 2)), "the silence of {} was noticed late", case.id);
            // The station's hour counts from then: just before the night, a tick puts it off to the morning.
            let station = Silence::builtin().next(case.risk, Rung::Message, told).unwrap().1;
            // A restart may delay a rung by its lease.
            if station.plus(minutes(15)) <= now {
                assert!(silent.contains(&case.id), "nobody was told of the silence of {}", case.id);
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_lost_in_a_wave() {
    let size = Size::wanted();
    let mut grounds = grounds().await;
    grounds.truncate(if size.is_small() { grounds.len() } else { 1 });
    for (seed, ground) in (1..).zip(grounds) {
        let mut random = seeded(seed);
        let mut wave = Wave::on(ground).await;
        for n in 0..size.open {
            wave.falls_ill(n, &mut random).await;
        }
        for tick in 0..TICKS {
            for _ in 0..size.each().min((size.new + size.open).saturating_sub(wave.people.len())) {
                wave.falls_ill(wave.people.len(), &mut random).await;
            }
            let cases = wave.stage.cases().await;
            wave.reports(&cases, &mut random).await;
            wave.care(&mut random).await;
            wave.stage.clock.advance(minutes(15));
            if tick % 37 == 36 {
                wave = wave.killed().await;
            }
            wave.fire().await;
            wave.check(size.is_small() || tick % 4 == 3).await;
        }
        let alerts = wave.alerts(&[]).await;
        let rules: BTreeSet<&str> =
            alerts.iter().flat_map(|alert| &alert.reasons).map(|reason| reason.rule.as_str()).collect();
        assert!(["first_call", NO_REPORT, "R07", "R09"].iter().all(|rule| rules.contains(rule)), "{rules:?}");
        assert!(alerts.iter().any(|alert| alert.rung == 2), "some climb to the end");
        println!("{} cases, {} alerts, {} missed reports told", wave.people.len(), alerts.len(), wave.told.len());
    }
}
