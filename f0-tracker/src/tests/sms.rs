//! Reports as text messages, through the gateway and back.

use serde_json::{Value, json};
use shared::access::Role;

use super::http::{Site, adult};
use super::stage::{WARD, grounds, province, signed_in};

struct Line {
    site: Site,
    gateway: String,
}

impl Line {
    async fn on(ground: super::stage::Ground) -> Self {
        let site = Site::on(ground).await;
        let gateway = signed_in(&site.stage.app, "gateway", Role::Gateway, province()).await;
        Self { site, gateway }
    }

    async fn send(&self, id: &str, from: &str, text: &str) -> (u16, Value) {
        self.site.post(&self.gateway, "sms", json!({"id": id, "from": from, "text": text})).await
    }

    /// What became of a message, and what was answered.
    async fn told(&self, id: &str, text: &str) -> (String, String) {
        let (status, answer) = self.send(id, "0912345678", text).await;
        assert_eq!(status, 201, "{answer}");
        let reply = answer["reply"].as_str().unwrap().to_owned();
        (answer["outcome"].as_str().unwrap().to_owned(), reply)
    }
}

#[tokio::test]
async fn a_message_is_a_report_and_the_answer_says_what_was_understood() {
    for ground in grounds().await {
        let line = Line::on(ground).await;
        let case = line.site.case(adult("Nguyễn Thị Hoa")).await;
        let (outcome, reply) = line.told("1", "F0 97 18 82 37,5 ho").await;
        assert_eq!(outcome, "report");
        for part in ["SpO2 97", "Nhịp thở 18", "Mạch 82", "Nhiệt độ 37,5", "Ho"] {
            assert!(reply.contains(part), "{reply}");
        }
        let (status, again) = line.send("1", "0912345678", "F0 97 18 82 37,5 ho").await;
        assert_eq!((status, &again["duplicate"], &again["reply"]), (200, &json!(true), &Value::Null));
        assert_eq!(line.send("1", "0912345678", "F0 91").await.0, 409, "another message under the same id");
        let (_, file) = line.site.get(&line.site.doctor, &format!("cases/{case}")).await;
        assert_eq!(
            (file["vitals"].as_array().unwrap().len(), &file["vitals"][0]["by"]),
            (1, &json!("patient")),
            "{file}"
        );
        let messages = line.site.stage.app.platform.shared.read().await.unwrap().messages(None, 50).await.unwrap();
        let replies: Vec<_> = messages.iter().filter(|message| message.message.template == "sms_reply").collect();
        assert_eq!((replies.len(), replies[0].message.text.as_str()), (1, reply.as_str()));
        line.site.running.stop().await;
    }
}

#[tokio::test]
async fn a_first_low_saturation_is_asked_again_and_a_second_is_a_doctors() {
    for ground in grounds().await {
        let line = Line::on(ground).await;
        let case = line.site.case(adult("Nguyễn Thị Hoa")).await;
        let (_, first) = line.told("1", "F0 95").await;
        assert!(first.contains("30-60 giây"), "{first}");
        line.site.stage.clock.advance(shared::time::minutes(1));
        let (_, second) = line.told("2", "F0 95").await;
        assert!(second.contains("bác sĩ") && !second.contains("30-60"), "{second}");
        let (_, worst) = line.told("3", "F0 90 khó thở").await;
        assert!(worst.contains("115 ngay"), "{worst}");
        line.site.stage.clock.advance(shared::time::minutes(60));
        let answer = line.site.report(&case, json!({"by": "staff", "spo2_pct": 95})).await;
        assert_eq!(answer["measure_again"]["after_seconds"], json!([30, 60]), "{answer}");
        line.site.running.stop().await;
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_what_hardly_can_is_asked_back_and_kept() {
    for ground in grounds().await {
        let line = Line::on(ground).await;
        let case = line.site.case(adult("Nguyễn Thị Hoa")).await;
        let (outcome, reply) = line.told("1", "F0 97 18 82 98.6").await;
        assert_eq!(outcome, "refused");
        assert!(reply.contains("37,0 °C"), "{reply}");
        for (id, text) in [("2", "F0 101"), ("3", "F0 97 18 0"), ("4", "F0 97 18 82 37.5 9")] {
            assert_ne!(line.told(id, text).await.0, "report", "{text}");
        }
        assert_eq!(line.told("5", "chào bác sĩ").await.0, "not_read");
        let (outcome, reply) = line.told("6", "F0 97 18 215 37").await;
        assert_eq!(outcome, "report");
        assert!(reply.contains("215") && reply.contains("đo lại"), "{reply}");
        let answer = line.site.report(&case, json!({"by": "staff", "temperature_c": 33})).await;
        assert_eq!(answer["doubtful"][0]["parameter"], "temperature_c", "{answer}");
        let (_, file) = line.site.get(&line.site.doctor, &format!("cases/{case}")).await;
        let doubtful = |n: usize| file["vitals"][n]["doubtful"].clone();
        let mut both = [doubtful(0), doubtful(1)].map(|value| value.to_string());
        both.sort();
        assert_eq!(both, [json!(["pulse"]).to_string(), json!(["temperature_c"]).to_string()]);
        line.site.running.stop().await;
    }
}

#[tokio::test]
async fn a_telephone_that_reports_for_several_names_the_one() {
    for ground in grounds().await {
        let line = Line::on(ground).await;
        line.site.case(adult("Nguyễn Thị Hoa")).await;
        let other =
            json!({"full_name": "Nguyễn Văn Nam", "birth_year": 1990, "phone": "0912345678", "ward_code": WARD});
        let other = line.site.case(other).await;
        let (outcome, reply) = line.told("1", "F0 97 18 82 37").await;
        assert_eq!(outcome, "which");
        assert!(reply.contains("Hoa") && reply.contains("Nam"), "{reply}");
        assert_eq!(line.told("2", "F0 Nguyễn 97 18 82 37").await.0, "which");
        assert_eq!(line.told("3", "F0 Binh 97 18 82 37").await.0, "which", "nobody of that name");
        assert_eq!(line.told("4", "F0 nam 97 18 82 37").await.0, "report");
        let (_, file) = line.site.get(&line.site.doctor, &format!("cases/{other}")).await;
        assert_eq!(file["vitals"].as_array().unwrap().len(), 1);
        line.site.running.stop().await;
    }
}

#[tokio::test]
async fn late_unknown_and_ended_have_their_answers_and_only_the_gateway_may_ask() {
    for ground in grounds().await {
        let line = Line::on(ground).await;
        let (status, answer) = line.send("1", "0987654321", "F0 97 18 82 37").await;
        assert_eq!((status, &answer["outcome"]), (201, &json!("unknown")));
        let case = line.site.case(adult("Nguyễn Thị Hoa")).await;
        let late = json!({"id": "2", "from": "0912345678", "text": "F0 98", "sent_at": "2022-03-10T06:00:00+07:00"});
        let (_, answer) = line.site.post(&line.gateway, "sms", late).await;
        assert_eq!(answer["outcome"], "report");
        let (_, file) = line.site.get(&line.site.doctor, &format!("cases/{case}")).await;
        assert_eq!(file["vitals"][0]["at"], "2022-03-09T23:00:00Z");
        let mut ended = line.site.stage.cases().await.remove(0);
        ended.state = crate::domain::case::CaseState::Closed;
        ended.closed_at = Some(line.site.stage.now());
        let mut tx = line.site.stage.app.store.write().await.unwrap();
        tx.update_case(&ended).await.unwrap();
        tx.commit().await.unwrap();
        let (outcome, reply) = line.told("3", "F0 97").await;
        assert_eq!(outcome, "ended");
        assert!(reply.contains("115"), "{reply}");
        let (status, answer) = line.site.post(&line.gateway, "sms", json!({"from": "12", "text": ""})).await;
        assert_eq!((status, answer["errors"].as_array().unwrap().len()), (422, 3), "{answer}");
        assert_eq!(line.site.post(&line.site.doctor, "sms", json!({})).await.0, 403);
        assert_eq!(line.site.get(&line.gateway, "cases").await.0, 403);
        line.site.running.stop().await;
    }
}
