//! Cases of the past are loaded without telling anybody.

use std::collections::BTreeSet;

use shared::access::{AreaScope, Role};
use shared::events::{AlertLevel, Outcome};
use shared::ids::{AccountId, CaseId, ResultId};
use shared::person::Birth;
use shared::time::{days, hours, minutes};
use shared_web::caller::{Caller, Identity};

use super::stage::{Stage, WARD, account, grounds};
use crate::domain::observation::{Observation, ReportInput};
use crate::domain::worklist::End;
use crate::seed::{SeedCase, insert_reports, open_case};
use crate::seed_life::{SeedTest, Staff, count_tests, give_life};
use crate::seed_stock::give_stock;
use crate::store::{AlertFilter, AlertState};

#[tokio::test]
async fn loading_tells_nobody_and_leaves_only_the_last_alert_waiting() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person_id = stage.person("Nguyễn Thị Hoa", Some(Birth::Year(1955)), None, WARD).await;
        let now = stage.now();
        let mut random = stage.app.platform.random();
        let seed = SeedCase {
            id: CaseId::new(now, &mut random),
            person_id,
            result_id: ResultId::new(now, &mut random),
            specimen_at: now.minus(days(4)),
            diagnosed_at: now.minus(days(3)),
            symptom_onset: None,
            conditions: BTreeSet::new(),
            vaccine_doses: Some(2),
            pregnant: None,
            ward_code: WARD.to_owned(),
            household: vec![person_id],
            doctor: Some(AccountId::new(now, &mut random)),
            closed_at: None,
        };
        assert!(open_case(&stage.app, &seed).await.unwrap());
        assert!(!open_case(&stage.app, &seed).await.unwrap(), "loading again changes nothing");
        let observed = |ago, spo2| -> Observation {
            let report = format!(r#"{{"by":"patient","spo2_pct":{spo2}}}"#);
            let input: ReportInput = serde_json::from_str(&report).unwrap();
            input.parse(now.minus(ago)).unwrap()
        };
        let reports = [observed(days(2), 92), observed(hours(20), 97), observed(minutes(3), 91)];
        assert_eq!(insert_reports(&stage.app, seed.id, &reports).await.unwrap(), 3);
        let mut tx = stage.app.store.read().await.unwrap();
        let alerts = tx.alerts(&AlertFilter { limit: 10, ..AlertFilter::default() }).await.unwrap();
        let waiting: Vec<_> = alerts.iter().filter(|alert| alert.state == AlertState::Open).collect();
        assert_eq!((alerts.len(), waiting.len()), (3, 1));
        assert_eq!((waiting[0].level, waiting[0].raised_at), (AlertLevel::Emergency, now.minus(minutes(3))));
        assert_eq!((tx.feed_head().await.unwrap(), tx.backlog().await.unwrap().outbox), (0, 0));
        assert_eq!(tx.next_timer().await.unwrap(), Some(now.plus(minutes(2))));
        let case = tx.case(seed.id).await.unwrap().unwrap();
        assert_eq!((case.opened_at, case.latest.level), (seed.diagnosed_at, AlertLevel::Emergency));
    }
}

#[tokio::test]
async fn the_demo_has_work_for_everybody_and_tells_nobody() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let now = stage.now();
        let mut random = stage.app.platform.random();
        let staff = Staff {
            doctor: AccountId::new(now, &mut random),
            nurse: AccountId::new(now, &mut random),
            hotline: AccountId::new(now, &mut random),
        };
        for n in 0..12_u64 {
            let person_id = stage.person("Nguyễn Thị Hoa", Some(Birth::Year(1955)), None, WARD).await;
            let seed = SeedCase {
                id: CaseId::new(now, &mut random),
                person_id,
                result_id: ResultId::new(now, &mut random),
                specimen_at: now.minus(days(9)),
                diagnosed_at: now.minus(days(8)),
                symptom_onset: None,
                conditions: BTreeSet::new(),
                vaccine_doses: Some(2),
                pregnant: None,
                ward_code: WARD.to_owned(),
                household: Vec::new(),
                doctor: Some(staff.doctor),
                closed_at: None,
            };
            assert!(open_case(&stage.app, &seed).await.unwrap());
            give_life(&stage.app, seed.id, n, true, &staff).await.unwrap();
        }
        let nurse = account(&stage.app, "Nga", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let nurse = Caller { identity: Identity::Account(Box::new(nurse)), ..Caller::default() };
        let list = crate::app::station::list(&stage.app, &nurse, None).await.unwrap();
        assert!(!list.bags.is_empty() && !list.handovers.is_empty() && !list.calls.is_empty());
        assert!(list.patients.iter().any(|patient| patient.end == End::Ready));
        assert!(list.patients.iter().any(|patient| patient.end == End::TestDue));
        let tests = [Outcome::Detected, Outcome::NotDetected].map(|outcome| SeedTest {
            result_id: ResultId::new(now, &mut random),
            resulted_at: now,
            ward_code: Some(WARD.to_owned()),
            outcome,
        });
        count_tests(&stage.app, &tests).await.unwrap();
        assert!(give_stock(&stage.app, WARD, staff.nurse).await.unwrap());
        assert!(!give_stock(&stage.app, WARD, staff.nurse).await.unwrap(), "loaded before");
        let bags = crate::app::stock::of_station(&stage.app, &nurse, None).await.unwrap().bags;
        assert_eq!(bags.iter().map(|bag| bag.quantity).collect::<Vec<_>>(), [Some(13), Some(3), Some(10)]);
        let mut tx = stage.app.store.read().await.unwrap();
        assert_eq!(tx.test_counts(now.local_date()).await.unwrap().len(), 2);
        assert_eq!((tx.feed_head().await.unwrap(), tx.backlog().await.unwrap().outbox), (0, 0));
        assert!(tx.messages(None, 5).await.unwrap().is_empty(), "nobody is told");
    }
}
