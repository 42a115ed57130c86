//! Bad input (issue 5), the same on every way in: the family's form, the household's, the staff's form, the script of the
//! call desk, SMS, and the interface for programs. What cannot be is refused with what would be right; what hardly can is
//! asked back and kept as doubtful; late, doubled and closed have a defined answer; commas and points are both read.

use axum::http::Method;
use serde_json::{Value, json};
use shared::access::Role;
use shared_store::people::{SessionKind, SessionOwner};

use super::http::{Site, adult};
use super::pages::{Browser, form_encoded, location, sign_in};
use super::stage::{Ground, grounds, province, signed_in, token};
use crate::domain::case::CaseState;
use crate::store::CaseRecord;

/// A way in by which somebody reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Family,
    Household,
    Staff,
    Script,
    Sms,
    Api,
}

const WAYS: [Way; 6] = [Way::Family, Way::Household, Way::Staff, Way::Script, Way::Sms, Way::Api];

/// What somebody typed: SpO2, breathing, pulse, temperature; empty for what was not measured.
type Typed = [&'static str; 4];

/// Everybody at their way in.
struct Ways<'a> {
    site: &'a Site,
    case: String,
    person: String,
    family: Browser<'a>,
    doctor: Browser<'a>,
    desk: Browser<'a>,
    gateway: String,
    sent: std::cell::Cell<u32>,
}

impl<'a> Ways<'a> {
    async fn of(site: &'a Site) -> Self {
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let person = site.stage.cases().await[0].person_id;
        let cookie = token(&site.stage.app, SessionOwner::Person(person), SessionKind::Cookie).await;
        Self {
            site,
            case,
            person: person.to_string(),
            family: Browser { running: &site.running, cookie },
            doctor: sign_in(site, "Minh", Role::Doctor, province()).await,
            desk: sign_in(site, "Dai", Role::Hotline, province()).await,
            gateway: signed_in(&site.stage.app, "gateway", Role::Gateway, province()).await,
            sent: std::cell::Cell::new(0),
        }
    }

    fn next(&self) -> u32 {
        self.sent.set(self.sent.get() + 1);
        self.sent.get()
    }

    /// Sends what was typed; whether it was taken, and what the reporter reads.
    async fn report(&self, way: Way, typed: Typed) -> (bool, String) {
        let n = self.next();
        let id = format!("0195a000-0000-7000-8000-{n:012}");
        let fields = ["spo2_pct", "respiratory_rate", "pulse", "temperature_c"];
        let given = || fields.into_iter().zip(typed).filter(|(_, text)| !text.is_empty());
        let form = |prefix: &str| {
            given().map(|(name, text)| format!("&{prefix}{name}={}", form_encoded(text))).collect::<String>()
        };
        match way {
            Way::Family => {
                let path = format!("/care/cases/{}/report", self.case);
                self.page(&self.family, &path, &format!("id={id}&by=family{}", form("")), None).await
            }
            Way::Household => {
                let body = format!("by=family&m0-case={}&m0-id={id}{}", self.case, form("m0-"));
                self.page(&self.family, "/care/household", &body, None).await
            }
            Way::Staff => {
                let path = format!("/cases/{}/report", self.case);
                let shown = format!("/cases/{}", self.case);
                self.page(&self.doctor, &path, &format!("id={id}&by=staff{}", form("")), Some(shown)).await
            }
            Way::Script => {
                let shown = format!("/hotline/people/{}", self.person);
                let path = format!("{shown}/script");
                self.page(&self.desk, &path, &format!("id={id}&by=staff{}", form("")), Some(shown)).await
            }
            Way::Sms => {
                let text = format!("F0 {}", typed.join(" "));
                let body = json!({"id": n.to_string(), "from": "0912345678", "text": text.trim()});
                let (status, answer) = self.site.post(&self.gateway, "sms", body).await;
                assert_eq!(status, 201, "{answer}");
                (answer["outcome"] == "report", answer["reply"].as_str().unwrap_or_default().to_owned())
            }
            Way::Api => {
                let mut body = json!({"id": id, "by": "patient"});
                given().for_each(|(name, text)| body[name] = json!(text));
                let path = format!("cases/{}/reports", self.case);
                let (status, answer) = self.site.post(&self.site.doctor, &path, body).await;
                (status == 201, answer.to_string())
            }
        }
    }

    /// Sends a form; what the page says then, there or where it leads.
    async fn page(&self, who: &Browser<'_>, path: &str, body: &str, shown: Option<String>) -> (bool, String) {
        let answer = who.send(Method::POST, path, Some(body)).await;
        let status = answer.status().as_u16();
        if status == 303 {
            let to = shown.unwrap_or_else(|| location(&answer));
            return (true, who.get(&to).await.1);
        }
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (false, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// The reports of the case, the newest first.
    async fn kept(&self) -> Vec<Value> {
        let file = self.site.get(&self.site.doctor, &format!("cases/{}", self.case)).await.1;
        file["vitals"].as_array().unwrap().clone()
    }
}

async fn site(ground: Ground) -> Site {
    Site::on(ground).await
}

#[tokio::test]
async fn what_cannot_be_is_refused_on_every_way_in_with_what_would_be_right() {
    let site = site(grounds().await.remove(0)).await;
    let ways = Ways::of(&site).await;
    // What was typed, and what each answer says.
    let wrong: [(Typed, &[&str]); 5] = [
        (["101", "", "", ""], &["SpO2", "từ 50 đến 100"]),
        (["97", "18", "82", "98.6"], &["giống độ F", "37,0 °C"]),
        (["97", "18", "82", "98,6"], &["giống độ F", "37,0 °C"]),
        (["97", "18", "0", ""], &["Mạch", "từ 20 đến 250"]),
        (["97", "2", "", ""], &["Nhịp thở", "từ 4 đến 120"]),
    ];
    for (typed, told) in wrong {
        for way in WAYS {
            let (taken, said) = ways.report(way, typed).await;
            assert!(!taken, "{way:?} {typed:?}: {said}");
            // A message is too short to name the limits of what it cannot read as a number of its place.
            let all = told.iter().all(|part| said.contains(part));
            assert!(all || (way == Way::Sms && !said.is_empty()), "{way:?} {typed:?} {told:?}: {said}");
        }
    }
    assert_eq!(ways.kept().await, Vec::<Value>::new(), "nothing of it was kept");
    site.running.stop().await;
}

#[tokio::test]
async fn what_hardly_can_be_is_asked_back_on_every_way_in_and_kept_as_doubtful() {
    for ground in grounds().await {
        let site = site(ground).await;
        let ways = Ways::of(&site).await;
        for (n, way) in WAYS.into_iter().enumerate() {
            // A repeat within half an hour would be believed.
            site.stage.clock.advance(shared::time::minutes(45));
            let (taken, said) = ways.report(way, ["97", "18", "215", "37,4"]).await;
            assert!(taken, "{way:?}: {said}");
            assert!(said.contains("Mạch 215") && said.contains("đo lại"), "{way:?} asks back: {said}");
            let kept = ways.kept().await;
            assert_eq!((kept.len(), &kept[0]["doubtful"]), (n + 1, &json!(["pulse"])), "{way:?}");
            assert_eq!((&kept[0]["pulse"], &kept[0]["temperature_c"]), (&json!(215), &json!(37.4)), "{way:?}");
        }
        site.running.stop().await;
    }
}

#[tokio::test]
async fn commas_and_points_are_read_alike_on_every_way_in() {
    let site = site(grounds().await.remove(0)).await;
    let ways = Ways::of(&site).await;
    for way in WAYS {
        for text in ["37.6", "37,6"] {
            site.stage.clock.advance(shared::time::minutes(1));
            let (taken, said) = ways.report(way, ["97", "18", "82", text]).await;
            assert!(taken, "{way:?} {text}: {said}");
            assert_eq!(ways.kept().await[0]["temperature_c"], json!(37.6), "{way:?} {text}");
        }
    }
    site.running.stop().await;
}

#[tokio::test]
async fn a_case_that_has_ended_takes_no_report_on_any_way_in_and_says_whom_to_call() {
    let site = site(grounds().await.remove(0)).await;
    let ways = Ways::of(&site).await;
    let case = site.stage.cases().await.remove(0);
    let closed = CaseRecord { state: CaseState::Closed, closed_at: Some(site.stage.now()), ..case };
    let mut tx = site.stage.app.store.write().await.unwrap();
    tx.update_case(&closed).await.unwrap();
    tx.commit().await.unwrap();
    for way in WAYS {
        let (taken, said) = ways.report(way, ["97", "18", "82", "37"]).await;
        assert!(!taken, "{way:?}: {said}");
        let told = ["1022", "115", "kết thúc", "/care"].iter().any(|part| said.contains(part));
        assert!(told || way == Way::Household, "{way:?}: {said}");
    }
    assert_eq!(ways.kept().await, Vec::<Value>::new());
    site.running.stop().await;
}

#[tokio::test]
async fn a_report_sent_twice_is_one_and_one_that_comes_late_stands_at_its_own_time() {
    for ground in grounds().await {
        let site = site(ground).await;
        let ways = Ways::of(&site).await;
        let path = format!("cases/{}/reports", ways.case);
        let id = "0195a000-0000-7000-8000-00000000aaaa";
        site.stage.clock.advance(shared::time::minutes(120));
        let newer = json!({"id": id, "by": "patient", "spo2_pct": 97});
        assert_eq!(site.post(&site.doctor, &path, newer.clone()).await.0, 201);
        assert_eq!(site.post(&site.doctor, &path, newer).await.0, 200, "the same again");
        let other = json!({"id": id, "by": "patient", "spo2_pct": 90});
        assert_eq!(site.post(&site.doctor, &path, other).await.0, 409, "another report under its id");
        let late = json!({"by": "patient", "at": "2022-03-10T08:30:00+07:00", "spo2_pct": 92});
        assert_eq!(site.post(&site.doctor, &path, late).await.0, 201);
        let kept = ways.kept().await;
        let seen: Vec<_> = kept.iter().map(|one| (one["at"].as_str().unwrap(), one["spo2_pct"].as_i64())).collect();
        assert_eq!(seen, [("2022-03-10T03:00:00Z", Some(97)), ("2022-03-10T01:30:00Z", Some(92))]);
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        assert_eq!(alerts["items"][0]["level"], "emergency", "danger that comes late is danger: {alerts}");
        for (at, code) in [("2022-03-10T11:00:00+07:00", "in_future"), ("2022-02-01T08:00:00+07:00", "too_old")] {
            let (status, problem) =
                site.post(&site.doctor, &path, json!({"by": "patient", "at": at, "spo2_pct": 97})).await;
            assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!(code)), "{problem}");
        }
        site.running.stop().await;
    }
}
