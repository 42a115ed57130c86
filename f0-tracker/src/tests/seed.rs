//! Cases of the past are loaded without telling anybody.

use std::collections::BTreeSet;

use shared::events::AlertLevel;
use shared::ids::{AccountId, CaseId, ResultId};
use shared::person::Birth;
use shared::time::{days, hours, minutes};

use super::stage::{Stage, WARD, grounds};
use crate::domain::observation::{Observation, ReportInput};
use crate::seed::{SeedCase, insert_reports, open_case};
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
