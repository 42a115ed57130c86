//! The care pages in both languages.

use askama::Template;
use shared::bilingual::Lang;
use shared::events::AlertLevel;
use shared::ids::ActId;
use shared_web::caller::{Caller, Identity};
use shared_web::context::RequestContext;

use super::report::{AnswerPage, ReportPage};
use super::sign_in::{CodePage, SignInPage};
use super::today::CarePage;
use crate::app::own_cases::OwnCase;
use crate::domain::act::{ActBody, ActStatus};
use crate::domain::observation::ReportInput;
use crate::pages::FormError;
use crate::pages::samples::{assert_no_key, case, doctor, now, person, reports};
use crate::store::ActRecord;

fn citizen(lang: Lang) -> Caller {
    let context = RequestContext { lang, path: "/care".to_owned(), demo: true, ..RequestContext::default() }.into();
    Caller { identity: Identity::Citizen(case().person_id), context, bearer: None }
}

fn own() -> OwnCase {
    let advice = [ActStatus::Given, ActStatus::Read].map(|status| ActRecord {
        id: ActId::from_uuid(uuid::Uuid::from_u128(9)),
        case_id: Some(case().id),
        person_id: case().person_id,
        ward_code: None,
        status,
        at: now(),
        by: doctor(),
        due_at: None,
        body: ActBody::Advice { text: "Nằm sấp, uống đủ nước".to_owned() },
        steps: Vec::new(),
        body_hash: String::new(),
    });
    let person = Some(person(0, "Nguyễn Thị Hoa", 1955));
    let referrals = vec![ActRecord {
        status: ActStatus::UnderWay,
        body: ActBody::Referral {
            to: "BV Đa khoa".to_owned(),
            reason: "SpO2 giảm".to_owned(),
            urgency: crate::domain::act::Urgency::Urgent,
            transport: crate::domain::act::Transport::Ambulance,
        },
        ..advice[0].clone()
    }];
    OwnCase {
        case: case(),
        person,
        reports: reports(),
        advice: advice.into(),
        referrals,
        followed: crate::pages::samples::file().followed,
        station_phone: Some("+842733872000".to_owned()),
    }
}

/// Fails where a page shows the key of a text, or writes what the policy forbids.
fn is_whole(html: &str) {
    assert_no_key(html);
    for part in html.split(['>', '"', ' ', '<']) {
        let key = part.starts_with("care-") && part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(!key, "the text {part} is missing");
    }
    assert!(!html.contains(" style=") && !html.contains(" onclick="), "inline style or script");
}

#[test]
fn every_page_is_whole_in_both_languages() {
    for lang in [Lang::Vi, Lang::En] {
        let caller = citizen(lang);
        let errors =
            || ["phone", "birth_year"].map(|id| FormError { id: id.to_owned(), message: "sai".to_owned() }).into();
        is_whole(&SignInPage::new(&caller, "0912".to_owned(), "55".to_owned(), errors()).render().unwrap());
        is_whole(&CodePage::new(&caller, "0912345678".to_owned(), "1955".to_owned(), true).render().unwrap());
        is_whole(&CarePage::new(&caller, &[own()], now()).render().unwrap());
        is_whole(&CarePage::new(&caller, &[], now()).render().unwrap());
        let input = ReportInput { by: Some("family".to_owned()), ..ReportInput::default() };
        let wrong = input.parse(now()).unwrap_err();
        is_whole(&ReportPage::new(&caller, &own(), &input, &wrong).render().unwrap());
        for level in [AlertLevel::None, AlertLevel::Watch, AlertLevel::Urgent, AlertLevel::Emergency] {
            let mut report = reports().remove(0);
            report.level = level;
            is_whole(&AnswerPage::new(&caller, &report).render().unwrap());
        }
    }
}

#[test]
fn the_day_has_two_steps_and_knows_which_are_done() {
    let html = CarePage::new(&citizen(Lang::Vi), &[own()], now()).render().unwrap();
    let states: Vec<&str> = html.split("data-state=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(states, ["done", "later"]);
    let mut silent = own();
    silent.reports.clear();
    let evening = "2022-03-10T18:00:00+07:00".parse().unwrap();
    let html = CarePage::new(&citizen(Lang::Vi), &[silent], evening).render().unwrap();
    let states: Vec<&str> = html.split("data-state=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(states, ["late", "due"]);
}

#[test]
fn an_emergency_says_what_to_do_first_and_help_is_one_tap_away() {
    let html = AnswerPage::new(&citizen(Lang::Vi), &reports()[0]).render().unwrap();
    assert!(html.contains("Gọi 115 ngay") && html.contains("href=\"tel:115\""));
    assert!(html.contains("SpO2 91"));
    assert!(!html.contains("Đo lại một lần nữa"), "nobody in an emergency is sent to measure again");
}

#[test]
fn what_was_typed_stays_beside_its_error() {
    let input: ReportInput = serde_json::from_str(r#"{"by":"family","spo2_pct":"9.7","symptoms":["cough"]}"#).unwrap();
    let errors = input.parse(now()).unwrap_err();
    let html = ReportPage::new(&citizen(Lang::Vi), &own(), &input, &errors).render().unwrap();
    assert!(html.contains("value=\"9.7\"") && html.contains("href=\"#spo2_pct\""));
    assert!(html.contains("<title>Lỗi:"));
    assert!(html.contains("value=\"cough\" checked"));
}
