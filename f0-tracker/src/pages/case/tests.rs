//! The page of a case, as its readers see it.

use askama::Template as _;
use shared::bilingual::{Bilingual, Lang};
use shared_web::caller::Caller;

use super::view::{Again, CasePage};
use super::{form, papers};
use crate::app::look::CaseFile;
use crate::pages::samples;
use crate::store::{PaperKind, Stock};

fn page_of(caller: &Caller, file: &CaseFile, again: &Again) -> CasePage {
    CasePage::new(|| "new".to_owned(), caller, file, samples::now(), again)
}

fn rendered(lang: Lang, file: &CaseFile) -> String {
    page_of(&samples::caller(lang), file, &Again::default()).render().unwrap()
}

#[test]
fn it_is_written_in_both_languages_without_a_missing_word() {
    for lang in [Lang::Vi, Lang::En] {
        for file in [samples::file(), samples::fresh_file(), samples::ended_file()] {
            let html = rendered(lang, &file);
            samples::assert_no_key(&html);
            assert!(html.contains("Nguyễn Thị Hoa"));
        }
    }
}

#[test]
fn it_tells_who_the_course_and_what_is_next() {
    let html = rendered(Lang::Vi, &samples::file());
    for told in [
        "Nữ, 67 tuổi",
        "Phường 4, Thành phố Mỹ Tho",
        "tel:+84912345678",
        "SpO2 91%",
        "Mức độ nặng: SpO2 dưới 94% khi thở khí phòng",
        "437/QĐ-BYT",
        "&lt; 94",
        "Gọi ngay, chuyển đi ngay",
        "38,1",
        "/board/alerts/",
        "NEWS2",
    ] {
        assert!(html.contains(told) || html.contains(&told.replace("&lt;", "&#60;")), "{told}");
    }
    assert!(!html.contains("38.1"), "a decimal point in Vietnamese");
    assert_eq!(html.matches("<svg viewBox=\"0 0 640 120\"").count(), 4);
}

#[test]
fn what_was_typed_stays_and_the_errors_stand_above_and_at_their_fields() {
    let input = form::read(vec![("by".to_owned(), "staff".to_owned()), ("spo2_pct".to_owned(), "9<1".to_owned())]);
    let errors = input.parse(samples::now()).unwrap_err();
    let again = Again { report: Some((input, errors)), ..Again::default() };
    let page = page_of(&samples::caller(Lang::Vi), &samples::file(), &again);
    assert!(page.page.title.starts_with("Lỗi:"));
    let html = page.render().unwrap();
    samples::assert_no_key(&html);
    assert!(html.contains("data-error-summary") && html.contains("href=\"#spo2_pct\""));
    assert!(html.contains("id=\"spo2_pct-error\"") && html.contains("value=\"9&#60;1\""), "{html}");
}

#[test]
fn a_doctor_finds_what_can_be_done_who_was_near_and_what_waits() {
    let mut file = samples::file();
    file.acts = crate::pages::station::samples::list().bags.into_iter().map(|one| one.act).collect();
    let html = rendered(Lang::Vi, &file);
    for told in [
        "action=\"/cases/01890a5d-ac96-774b-bcce-000000000200/acts/prescription\"",
        "/acts/referral\"",
        "Trần Văn Nam",
        "Cùng nhà",
        "Túi thuốc A",
        "value=\"handed_out\"",
        "<h3 class=\"timeline-day\">10/03/2022</h3>",
    ] {
        assert!(html.contains(told), "{told}: {html}");
    }
    let officer = samples::caller_with(Lang::Vi, shared::access::Role::Officer);
    let html = page_of(&officer, &file, &Again::default()).render().unwrap();
    assert!(!html.contains("/acts/"), "who only looks is offered nothing to do");
}

#[test]
fn those_who_only_look_get_no_form_and_a_case_that_has_ended_takes_no_report() {
    let officer = samples::caller_with(Lang::Vi, shared::access::Role::Officer);
    let page = page_of(&officer, &samples::file(), &Again::default());
    assert!(page.form.is_none() && page.may_act);
    let doctor = samples::caller(Lang::Vi);
    let page = page_of(&doctor, &samples::ended_file(), &Again::default());
    assert!(page.form.is_none() && !page.ended.is_empty());
}

#[test]
fn papers_show_whether_they_hold_and_why_not_and_what_is_coming() {
    let mut file = samples::ended_file();
    let keeper = samples::caller(Lang::Vi);
    let html = page_of(&keeper, &file, &Again::default()).render().unwrap();
    assert!(html.contains("/certificate.pdf\"") && html.contains(&format!("/cases/{}/sick-leave\"", file.case.id)));
    file.papers = vec![
        samples::paper(1, PaperKind::Completion, None),
        samples::paper(2, PaperKind::IsolationOrder, Some("case_closed")),
        samples::paper(3, PaperKind::Completion, Some("Ghi sai <tên>")),
    ];
    for lang in [Lang::Vi, Lang::En] {
        let html = rendered(lang, &file);
        samples::assert_no_key(&html);
        assert!(html.contains("Ghi sai &#60;tên&#62;") && !html.contains("case_closed"), "{html}");
        assert_eq!(html.matches("/revoke\"").count(), 1, "only what holds can be revoked");
    }
    let officer = samples::caller_with(Lang::Vi, shared::access::Role::Hotline);
    let html = page_of(&officer, &file, &Again::default()).render().unwrap();
    assert!(!html.contains("/revoke\"") && html.contains("/certificate.pdf\""), "the desk reads and does not revoke");
}

#[test]
fn a_revocation_without_a_reason_comes_back_with_what_is_missing() {
    let mut file = samples::ended_file();
    let paper = samples::paper(1, PaperKind::Completion, None);
    let revocation = Some(papers::Refused {
        paper: paper.id,
        reason: " ".to_owned(),
        why: Bilingual::new("Hãy ghi lý do", "Say why"),
    });
    file.papers = vec![paper];
    let page = page_of(&samples::caller(Lang::Vi), &file, &Again { revocation, ..Again::default() });
    assert!(page.page.title.starts_with("Lỗi:"));
    let html = page.render().unwrap();
    let id = format!("reason-{}", file.papers[0].id);
    assert!(html.contains(&format!("href=\"#{id}\"")) && html.contains(&format!("id=\"{id}-error\"")), "{html}");
}

#[test]
fn a_bag_says_what_the_station_has_and_advice_whether_it_was_read() {
    let mut file = samples::file();
    file.acts = crate::pages::station::samples::list().bags.into_iter().map(|one| one.act).collect();
    file.acts.push(samples::advice());
    let stock = |quantity| Stock {
        ward_code: "28252".to_owned(),
        bag: crate::domain::bag::BagCode::A,
        quantity,
        updated_at: samples::now(),
    };
    for (left, told) in [(3, "còn 3"), (0, "hết"), (-1, "hết")] {
        file.stock = vec![stock(left)];
        let html = rendered(Lang::Vi, &file);
        samples::assert_no_key(&html);
        assert!(html.contains(told), "{left}: {html}");
        assert!(html.contains("value=\"handed_out\""), "a bag is handed out whatever was noted");
    }
    assert!(rendered(Lang::Vi, &file).contains("Chưa đọc") && rendered(Lang::En, &file).contains("Not read yet"));
}
