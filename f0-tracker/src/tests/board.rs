//! The board over many cases.

use shared::access::Role;
use shared::ids::{CaseId, PersonId};
use shared::time::{days, minutes};
use shared_store::people::{SessionKind, SessionOwner};

use super::http::{Site, adult};
use super::pages::Browser;
use super::stage::{WARD, account, grounds, province, signed_in, token};
use crate::store::{CaseRecord, Latest};
use axum::http::Method;
use shared::events::AlertLevel;

/// So many open cases are listed without stutter.
const MANY: u32 = 5_000;

#[tokio::test]
async fn five_thousand_open_cases_come_by_the_page_the_most_dangerous_first() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let seed = site.case(adult("Nguyễn Thị Hoa")).await;
        let now = site.stage.now();
        let mut random = site.stage.app.platform.random();
        let mut tx = site.stage.app.store.write().await.unwrap();
        let model = tx.case(seed.parse().unwrap()).await.unwrap().unwrap();
        for n in 0..MANY {
            let level = if n % 500 == 7 { AlertLevel::Emergency } else { AlertLevel::None };
            let at = now.minus(minutes(i64::from(n % 700)));
            let case = CaseRecord {
                id: CaseId::new(now, &mut random),
                person_id: PersonId::new(now, &mut random),
                opened_at: now.minus(days(3)),
                latest: Latest { at: Some(at), level, ..Latest::default() },
                ..model.clone()
            };
            assert!(tx.insert_case(&case, None).await.unwrap());
        }
        tx.commit().await.unwrap();
        let doctor = account(&site.stage.app, "Minh", Role::Doctor, province()).await;
        let cookie = token(&site.stage.app, SessionOwner::Account(doctor.id), SessionKind::Cookie).await;
        let board = Browser { running: &site.running, cookie };
        let started = std::time::Instant::now();
        let (status, html) = board.get("/board").await;
        println!("the first page of {MANY} open cases took {:?} (debug build)", started.elapsed());
        let rows: Vec<&str> =
            html.split("<tr data-level=\"").skip(1).map(|row| row.split('"').next().unwrap()).collect();
        assert_eq!((status, rows.len()), (200, 50), "a page has fifty, however many there are");
        assert_eq!(rows[..10], ["emergency"; 10], "the ten emergencies come first");
        assert!(rows[10..].iter().all(|level| *level != "emergency"));
        assert!(html.contains("name=\"cursor\" value=\"50\""));
        let (_, mine) = board.get("/board?doctor=me").await;
        assert_eq!(mine.matches("<tr data-level=").count(), 0, "nobody is this doctor's patient");
        let (_, elsewhere) = board.get("/board?ward=819").await;
        assert_eq!(elsewhere.matches("<tr data-level=").count(), 0, "the district of Cái Bè has none of them");
        let (_, here) = board.get(&format!("/board?ward={WARD}&cursor=50")).await;
        assert_eq!(here.matches("<tr data-level=").count(), 50);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn of_two_doctors_who_take_an_alert_at_once_one_has_it_and_the_other_reads_who() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        site.case(adult("Nguyễn Thị Hoa")).await;
        let second = signed_in(&site.stage.app, "Thu", Role::Doctor, province()).await;
        let alert = site.get(&site.doctor, "alerts?status=open").await.1["items"][0]["id"].clone();
        let path = format!("/api/v1/f0/alerts/{}/acknowledge", alert.as_str().unwrap());
        let body = || Some(serde_json::json!({"note": ""}));
        let router = &site.running.router;
        let (one, two) = tokio::join!(
            super::stage::ask(router, &site.doctor, Method::POST, &path, body()),
            super::stage::ask(router, &second, Method::POST, &path, body()),
        );
        let mut statuses = [one.0.as_u16(), two.0.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let (winner, loser) = if one.0.as_u16() == 200 { (one.1, two.1) } else { (two.1, one.1) };
        let name = winner["acknowledged_by"]["display_name"].as_str().unwrap();
        assert!(loser["detail"].as_str().unwrap().contains(name), "{loser}");
        site.running.stop().await;
    }
}
