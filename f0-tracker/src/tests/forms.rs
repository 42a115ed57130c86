//! What a ward nurse does on pages: a rapid test opens a case, the patient is taken in, a test is noted, contacts have
//! their plan, and the roster is kept.

use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::time::days;

use super::http::{Site, adult};
use super::pages::{location, sign_in};
use super::stage::{OTHER_WARD, WARD, grounds, province};
use crate::pages::samples::assert_no_key;

fn hidden_id(html: &str) -> String {
    html.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_rapid_test_opens_a_case_and_the_patient_is_taken_in_with_reasons() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let nurse = sign_in(&site, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let (status, form) = nurse.get("/station/new").await;
        assert!(status == 200 && !form.contains("name=\"ward_code\""), "a nurse has one ward alone");
        assert_no_key(&form);
        let id = hidden_id(&form);
        let (status, wrong) =
            nurse.sent("/station/new", &format!("id={id}&outcome=detected&watch=staff&full_name=&phone=12")).await;
        assert!(status == 422 && wrong.contains("href=\"#full_name\"") && wrong.contains("href=\"#phone\""), "{wrong}");
        let who = "full_name=Nguy%E1%BB%85n%20Th%E1%BB%8B%20Hoa&birth_date=1987&sex=female&phone=0912345678";
        let (status, unwatched) =
            nurse.sent("/station/new", &format!("outcome=detected&watch=unwatched&contact=yes&{who}")).await;
        assert!(status == 200 && unwatched.contains("Chưa mở hồ sơ"), "{unwatched}");
        assert_no_key(&unwatched);
        let body = format!("id={id}&outcome=detected&method=antigen&watch=staff&contact=yes&{who}");
        let opened = nurse.post("/station/new", &body).await;
        assert_eq!(opened.status(), 303);
        let path = location(&opened);
        assert!(path.starts_with("/cases/") && path.ends_with("/intake"), "{path}");
        assert_eq!(location(&nurse.post("/station/new", &body).await), path, "sent twice, one case");
        let (status, intake) = nurse.get(&path).await;
        assert_eq!(status, 200);
        assert_no_key(&intake);
        let (status, wrong) =
            nurse.sent(&path, "vaccine_doses=0&last_dose_on=2022-01-01&carer-full_name=x&carer-phone=1").await;
        assert!(
            status == 422 && wrong.contains("href=\"#last_dose_on\"") && wrong.contains("href=\"#carer-phone\""),
            "{wrong}"
        );
        let typed = "no_conditions=1&vaccine_doses=2&pregnant=no&self_care=yes&reachable=yes&has_carer=yes&\
                     household-0-full_name=Tr%E1%BA%A7n%20V%C4%83n%20Nam&household-0-birth_date=1990";
        assert_eq!(nurse.post(&path, typed).await.status(), 303);
        let (_, decided) = nurse.get(&path).await;
        assert_no_key(&decided);
        assert!(decided.contains("Chưa đủ thông tin") && decided.contains("chưa biết"), "SpO2 is not known: {decided}");
        assert!(decided.contains("261/QĐ-BYT") && decided.contains("value=\"yes\" selected"), "{decided}");
        let case = path.trim_end_matches("/intake");
        let (_, contacts) = nurse.get(&format!("{case}/contacts")).await;
        assert!(
            contacts.contains("Trần Văn Nam") && contacts.contains("17/03/2022") && contacts.contains("762"),
            "{contacts}"
        );
        assert_no_key(&contacts);
        let page = nurse.get(case).await.1;
        assert!(page.contains(&format!("href=\"{case}/intake\"")) && page.contains(&format!("href=\"{case}/test\"")));
        let elsewhere = sign_in(&site, "Tram", Role::Nurse, AreaScope::from_code(OTHER_WARD).unwrap()).await;
        for part in ["intake", "test", "contacts"] {
            assert_eq!(elsewhere.get(&format!("{case}/{part}")).await.0, 404, "{part}");
        }
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_negative_test_is_noted_on_the_page_and_counts_for_the_end() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let nurse = sign_in(&site, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        site.stage.clock.advance(days(7));
        let path = format!("/cases/{case}/test");
        let (status, form) = nurse.get(&path).await;
        assert_eq!(status, 200);
        assert_no_key(&form);
        let id = hidden_id(&form);
        let (status, wrong) =
            nurse.sent(&path, &format!("id={id}&outcome=not_detected&collected_at=2022-03-18T08%3A00")).await;
        assert!(status == 422 && wrong.contains("href=\"#collected_at\""), "it lies ahead: {wrong}");
        let body = format!("id={id}&outcome=not_detected&method=antigen&watch=staff&collected_at=2022-03-17T07%3A30");
        for _ in 0..2 {
            assert_eq!(nurse.post(&path, &body).await.status(), 303, "sent twice, kept once");
        }
        let (_, closing) = site.get(&site.doctor, &format!("cases/{case}/closing")).await;
        assert_eq!(closing["may_close"], true, "{closing}");
        assert!(nurse.get(&format!("/cases/{case}")).await.1.contains(&format!("action=\"/cases/{case}/close\"")));
        site.running.stop().await;
    }
}

#[tokio::test]
async fn the_roster_is_kept_on_a_page_and_new_cases_get_their_doctor_from_it() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let officer = sign_in(&site, "Minh", Role::Officer, province()).await;
        let (status, empty) = officer.get("/duties").await;
        assert!(status == 200 && empty.contains("value=\"Lan\"") && empty.contains("value=\"82\""), "{empty}");
        assert_no_key(&empty);
        let (status, wrong) =
            officer.sent("/duties", "account=&role=doctor&area_code=8&from=x&to=2022-03-10T16%3A00").await;
        for field in ["account", "area_code", "from"] {
            assert!(status == 422 && wrong.contains(&format!("href=\"#{field}\"")), "{field}: {wrong}");
        }
        let body = "id=01890a5d-ac96-774b-bcce-b302099a8057&account=Lan&role=doctor&area_code=82&\
                    from=2022-03-10T08%3A00&to=2022-03-10T16%3A00";
        for _ in 0..2 {
            assert_eq!(officer.post("/duties", body).await.status(), 303, "sent twice, kept once");
        }
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        assert_eq!(file["doctor"]["display_name"], json!("BS. Lan"), "{file}");
        let (_, roster) = officer.get("/duties").await;
        assert!(roster.contains("đang trực") && roster.contains("10/03/2022 16:00"), "{roster}");
        assert_no_key(&roster);
        let nurse = sign_in(&site, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let (_, seen) = nurse.get("/duties").await;
        assert!(seen.contains("BS. Lan") && !seen.contains("/end\""), "a station sees the doctor of its district");
        let end = "/duties/01890a5d-ac96-774b-bcce-b302099a8057/end";
        assert_eq!(nurse.post(end, "").await.status(), 404);
        assert_eq!(officer.post(end, "").await.status(), 303);
        assert_eq!(officer.post(end, "").await.status(), 409);
        site.running.stop().await;
    }
}
