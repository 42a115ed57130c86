//! Whom no message reaches stands on the list of the station, which goes and tells them.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::bilingual::Lang;
use shared::events::{CaseOpened, CaseUpdated, CaseVoided, PersonMerged};
use shared::ids::{AccountId, CaseId, MessageId, PersonId};
use shared::person::PersonInput;
use shared::place::PlaceKind;
use shared::time::{days, hours, minutes};
use shared_store::audit::Actor;
use shared_store::outbox::NewMessage;
use shared_web::people::register::{Registrar, register};
use uuid::Uuid;

use super::exposures::{Told, case_of, store};
use super::support::{Town, WARD, on_both};
use crate::store::AlertRecord;

const LIST: &str = "/api/v1/checkin/exposures/untold";
const TOLD: &str = "/api/v1/checkin/exposures/told";

impl Town {
    async fn neighbour(&self, name: &str, phone: Option<&str>, ward: &str) -> PersonId {
        let input = PersonInput {
            full_name: Some(name.to_owned()),
            birth_year: Some(1950),
            phone: phone.map(str::to_owned),
            address: Some("Hẻm 7".to_owned()),
            ward_code: Some(ward.to_owned()),
            ..PersonInput::default()
        };
        let draft = input.parse("", self.now().local_date()).unwrap();
        let registrar = Registrar { service: "test", actor: Actor::System, request_id: None };
        let mut tx = self.app.store.write().await.unwrap();
        let random = &mut self.app.platform.random();
        let id = register(tx.as_mut(), &registrar, &draft, self.now(), random).await.unwrap().person_id;
        tx.commit().await.unwrap();
        id
    }

    /// A message about an exposure, and what became of it.
    async fn message(&self, person: PersonId, template: &str, status: &str) {
        let message = NewMessage {
            id: MessageId::new(self.now(), &mut self.app.platform.random()),
            idempotency_key: format!("{template}:{person}:{}", self.now()),
            channel: "sms".to_owned(),
            template: template.to_owned(),
            lang: Lang::Vi,
            recipient: "+84912345678".to_owned(),
            subject: None,
            text: "…".to_owned(),
            person_id: Some(person),
        };
        let mut tx = self.app.store.write().await.unwrap();
        tx.queue_message(&message, self.now()).await.unwrap();
        if status != "queued" {
            tx.settle_message(message.id, status, None, self.now(), self.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn untold(&self, bearer: &str) -> Vec<(String, String)> {
        let (status, answer) = self.get(LIST, Some(bearer)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["total"], json!(answer["items"].as_array().unwrap().len()));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let lines = answer["items"].as_array().unwrap().iter();
        lines.map(|line| (text(&line["full_name"]), text(&line["why"]))).collect()
    }

    async fn tell(&self, bearer: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, TOLD, Some(bearer), Some(body)).await
    }
}

/// A café where a case met people whom a message reaches or not.
struct Cafe {
    case_id: CaseId,
    opened: CaseOpened,
    /// No phone, half an hour with the case.
    lan: PersonId,
    /// A fixed line, in the café later on the day.
    mai: PersonId,
    /// The message failed.
    nam: PersonId,
    /// No phone, and lives in Hà Nội.
    oanh: PersonId,
    /// A message waits.
    phuc: PersonId,
}

async fn cafe(town: &Town) -> Cafe {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let place = town.place("Quán Ẩm", PlaceKind::Cafe).await;
    let case = town.person("Nguyễn Văn An", Some(WARD)).await;
    let lan = town.neighbour("Lê Thị Lan", None, WARD).await;
    let mai = town.neighbour("Trần Thị Mai", Some("02733872222"), WARD).await;
    let nam = town.neighbour("Phạm Văn Nam", Some("0912345678"), WARD).await;
    let oanh = town.neighbour("Đỗ Thị Oanh", None, "00001").await;
    let phuc = town.neighbour("Võ Văn Phúc", Some("0987654321"), WARD).await;
    let at = |m: i64| town.now().minus(minutes(600 - m));
    let told = |record, from, to| Told { record, place: place.clone(), from: at(from), out: Some(at(to)) };
    let visits = [
        told(case, 0, 60),
        told(lan, 30, 90),
        told(mai, 120, 150),
        told(nam, 0, 60),
        told(oanh, 0, 60),
        told(phuc, 0, 60),
    ];
    store(town, &visits).await;
    let opened = case_of(town, case);
    town.hear(&opened).await;
    town.message(nam, "exposure_found", "failed").await;
    town.message(phuc, "exposure_found", "queued").await;
    Cafe { case_id: opened.case_id, opened, lan, mai, nam, oanh, phuc }
}

fn line(name: &str, why: &str) -> (String, String) {
    (name.to_owned(), why.to_owned())
}

async fn the_station_tells_whom_no_message_reaches_and_the_officer_sees_who_did(town: Town) {
    let Cafe { case_id, lan, mai, nam, oanh, .. } = cafe(&town).await;
    let nurse = town.sign_in("tram", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    let officer = town.officer().await;
    let (lan_line, mai_line) = (line("Lê Thị Lan", "no_mobile"), line("Trần Thị Mai", "no_mobile"));
    let nam_line = line("Phạm Văn Nam", "failed");
    // Close contacts come first, by whom was known first; whose message waits is not on the list.
    let listed = town.untold(&nurse).await;
    assert_eq!(listed.last(), Some(&mai_line), "{listed:?}");
    let sorted = |mut list: Vec<_>| {
        list.sort();
        list
    };
    assert_eq!(sorted(listed), sorted(vec![lan_line, mai_line.clone(), nam_line.clone()]));
    let (_, answer) = town.get(LIST, Some(&nurse)).await;
    assert!(!answer.to_string().contains("Nguyễn Văn An"), "whose contacts they are is not said: {answer}");

    let page = town.look("/exposures/untold?lang=vi", Some(&nurse)).await;
    assert!(
        page.html.contains("Quán Ẩm, 10/03/2022: Gần") && page.html.contains("không có số di động"),
        "{}",
        page.html
    );
    let form = format!("person_id={lan}&how=in_person");
    let done = town.page(Method::POST, "/exposures/told", Some(&nurse), None, &form).await;
    assert_eq!((done.status, done.location.as_deref()), (StatusCode::SEE_OTHER, Some("/exposures/untold")));
    town.clock.advance(minutes(5));
    let call = json!({"person_id": nam, "how": "call"});
    assert_eq!(town.tell(&nurse, call.clone()).await, (StatusCode::OK, json!({"person_id": nam, "cases": 1})));
    assert_eq!(town.tell(&nurse, call).await, (StatusCode::OK, json!({"person_id": nam, "cases": 0})), "noted once");
    assert_eq!(town.untold(&nurse).await, [mai_line]);

    // Who lives elsewhere is the officer's of the case to note, and not the station's.
    let far = json!({"person_id": oanh, "case_id": case_id, "how": "call"});
    assert_eq!(town.tell(&nurse, far.clone()).await.0, StatusCode::NOT_FOUND);
    let path = format!("/api/v1/checkin/exposures?case_id={case_id}");
    let (_, waiting) = town.get(&format!("{path}&told=no"), Some(&officer)).await;
    let people: Vec<&Value> = waiting["exposures"].as_array().unwrap().iter().map(|e| &e["person_id"]).collect();
    assert!(people.len() == 3 && people.contains(&&json!(oanh)) && people.contains(&&json!(mai)), "{waiting}");
    assert_eq!(town.get(&format!("{path}&told=yes"), Some(&officer)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(town.tell(&officer, far).await, (StatusCode::OK, json!({"person_id": oanh, "cases": 1})));
    let page = town.look(&format!("/exposures?case_id={case_id}&told=no&lang=vi"), Some(&officer)).await.html;
    assert!(page.contains("Trần Thị Mai") && !page.contains("Lê Thị Lan"), "{page}");
    assert!(
        page.contains(&format!("export.xlsx?case_id={case_id}&amp;told=no\"")),
        "the file is what the page shows: {page}"
    );

    let (_, cluster) = town.get(&path, Some(&officer)).await;
    let of = |person: PersonId| {
        cluster["exposures"].as_array().unwrap().iter().find(|e| e["person_id"] == json!(person)).unwrap().clone()
    };
    let seen = |person| {
        let exposure = of(person);
        (exposure["notified_by"].clone(), exposure["told_by"].clone(), exposure["notified_at"].clone())
    };
    assert_eq!(seen(lan), (json!("in_person"), json!("tram"), json!(town.now().minus(minutes(5)))));
    assert_eq!(seen(oanh), (json!("call"), json!("officer"), json!(town.now())));
    assert_eq!(seen(mai), (Value::Null, Value::Null, Value::Null));
    let csv = town.look(&format!("/api/v1/checkin/exposures/export.csv?case_id={case_id}"), Some(&officer)).await.html;
    assert!(csv.lines().any(|line| line.contains("Lê Thị Lan") && line.contains(",in_person,tram,")), "{csv}");
    let export = format!("/api/v1/checkin/exposures/export.csv?case_id={case_id}&told=");
    let untold = town.look(&format!("{export}no"), Some(&officer)).await.html;
    assert!(untold.contains("Trần Thị Mai") && !untold.contains("Lê Thị Lan"), "{untold}");
    assert_eq!(town.get(&format!("{export}yes"), Some(&officer)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let page = town.look(&format!("/exposures?case_id={case_id}&lang=vi"), Some(&officer)).await.html;
    assert!(
        page.contains("gặp trực tiếp, tram") && page.contains(&format!("export.csv?case_id={case_id}\"")),
        "{page}"
    );
    let subject = format!("person:{lan}");
    let lines = town.app.platform.shared.read().await.unwrap().audit_lines(Some(&subject), None, 10).await.unwrap();
    let line = lines.iter().find(|line| line.action == "exposures.told").unwrap();
    assert!(line.detail.contains("in_person") && line.detail.contains(&case_id.to_string()), "{}", line.detail);
}

async fn nobody_is_noted_who_is_no_contact_or_lives_elsewhere(town: Town) {
    let Cafe { case_id, lan, oanh, .. } = cafe(&town).await;
    let nurse = town.sign_in("tram", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    let stranger = town.neighbour("Hồ Văn Quý", None, WARD).await;
    for body in [
        json!({"person_id": oanh, "how": "call"}),
        json!({"person_id": stranger, "case_id": case_id, "how": "call"}),
        json!({"person_id": Uuid::from_u128(5), "how": "call"}),
        json!({"person_id": lan, "case_id": Uuid::from_u128(5), "how": "call"}),
    ] {
        assert_eq!(town.tell(&nurse, body.clone()).await.0, StatusCode::NOT_FOUND, "{body}");
    }
    let (status, problem) = town.tell(&nurse, json!({"person_id": "Lan"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let pointers: Vec<&Value> = problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, [&json!("/person_id"), &json!("/how")]);
    let doctor = town.sign_in("bs", Role::Doctor, AreaScope::Ward(WARD.to_owned())).await;
    assert_eq!(town.tell(&doctor, json!({"person_id": lan, "how": "call"})).await.0, StatusCode::FORBIDDEN);
    assert_eq!(town.get(LIST, Some(&doctor)).await.0, StatusCode::FORBIDDEN);
    let other = town.sign_in("xa", Role::Nurse, AreaScope::Ward("00001".to_owned())).await;
    assert_eq!(town.untold(&other).await, [line("Đỗ Thị Oanh", "no_mobile")]);
}

async fn the_list_forgets_what_holds_no_more_and_follows_a_merge(town: Town) {
    let Cafe { case_id, lan, mai, .. } = cafe(&town).await;
    let nurse = town.sign_in("tram", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    // A decision tells somebody of a place, who has no phone either.
    let rieng = town.neighbour("Bùi Thị Riêng", None, WARD).await;
    let alert = AlertRecord {
        id: Uuid::from_u128(9),
        case_id,
        decided_by: AccountId::from_uuid(Uuid::from_u128(1)),
        decided_at: town.now(),
        from: town.now().minus(hours(9)),
        to: town.now(),
        reason_sealed: Vec::new(),
        places: Vec::new(),
        people: 2,
        content: Vec::new(),
    };
    let mut tx = town.app.store.write().await.unwrap();
    assert!(tx.insert_alert(&alert, &[rieng, lan]).await.unwrap());
    tx.commit().await.unwrap();
    let names = async || town.untold(&nurse).await.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names().await.len(), 4, "Lan once, by her exposure");
    assert!(names().await.contains(&"Bùi Thị Riêng".to_owned()));
    assert_eq!(town.tell(&nurse, json!({"person_id": rieng, "how": "in_person"})).await.1["cases"], 1);
    assert!(!names().await.contains(&"Bùi Thị Riêng".to_owned()));

    // Lan was told under a record that turns out to be Mai's.
    assert_eq!(town.tell(&nurse, json!({"person_id": lan, "how": "in_person"})).await.1["cases"], 1);
    let mut tx = town.app.store.write().await.unwrap();
    tx.merge_person(mai, lan).await.unwrap();
    tx.commit().await.unwrap();
    town.hear(&PersonMerged { person_id: mai, other_id: lan }).await;
    assert_eq!(names().await, ["Phạm Văn Nam"], "what one record was told the other was");

    town.clock.advance(days(14));
    town.clock.advance(minutes(1));
    let later = town.sign_in("tram-2", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    assert_eq!(town.untold(&later).await, [], "too long ago");
}

impl Town {
    /// Who is to be told that it was taken back.
    async fn taken_back(&self, bearer: &str) -> Vec<(String, String)> {
        let (_, answer) = self.get(LIST, Some(bearer)).await;
        let gone = answer["items"].as_array().unwrap().iter().filter(|line| line["taken_back"] == true);
        gone.map(|person| line(person["full_name"].as_str().unwrap(), person["why"].as_str().unwrap())).collect()
    }
}

async fn who_was_told_by_word_of_mouth_hears_so_that_it_was_taken_back(town: Town) {
    let Cafe { case_id, opened, lan, nam, oanh, .. } = cafe(&town).await;
    let nurse = town.sign_in("tram", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    let district = town.sign_in("huyen", Role::Nurse, AreaScope::District("815".to_owned())).await;
    let officer = town.officer().await;
    assert_eq!(town.untold(&district).await, town.untold(&nurse).await, "the ward is all of it that has somebody");
    for body in [json!({"person_id": lan, "how": "in_person"}), json!({"person_id": nam, "how": "call"})] {
        assert_eq!(town.tell(&nurse, body).await.1["cases"], 1);
    }
    let far = json!({"person_id": oanh, "case_id": case_id, "how": "call"});
    assert_eq!(town.tell(&officer, far.clone()).await.1["cases"], 1);
    assert_eq!(town.taken_back(&nurse).await, [], "it holds");

    town.clock.advance(minutes(5));
    town.hear(&CaseVoided { case_id, person_id: opened.person_id, voided_at: town.now() }).await;
    // Mai was never told. Nam has a mobile: the message is about to be written, and then fails.
    let lan_line = line("Lê Thị Lan", "no_mobile");
    assert_eq!(town.untold(&nurse).await, std::slice::from_ref(&lan_line));
    assert_eq!(town.taken_back(&nurse).await, [lan_line]);
    let page = town.look("/exposures/untold?lang=vi", Some(&nurse)).await.html;
    assert!(page.contains("đã rút lại") && page.contains("không còn đúng, họ có thể sinh hoạt bình thường"), "{page}");
    let page = town.look("/exposures/untold?lang=en", Some(&nurse)).await.html;
    assert!(page.contains("taken back") && page.contains("Tell them: what they were told does not hold"), "{page}");
    let (_, answer) = town.get(LIST, Some(&nurse)).await;
    let told = &answer["items"][0];
    assert_eq!((&told["since"], &told["near"][0]["venue"]), (&json!(town.now()), &json!("Quán Ẩm")), "{answer}");
    town.message(nam, "exposure_withdrawn", "failed").await;
    assert!(town.taken_back(&nurse).await.contains(&line("Phạm Văn Nam", "failed")));
    town.clock.advance(minutes(5));
    town.message(nam, "exposure_withdrawn", "sent").await;
    assert_eq!(town.taken_back(&nurse).await.len(), 1, "a message told Nam");

    let call = json!({"person_id": lan, "how": "call"});
    assert_eq!(town.tell(&nurse, call.clone()).await, (StatusCode::OK, json!({"person_id": lan, "cases": 1})));
    assert_eq!(town.tell(&nurse, call).await, (StatusCode::OK, json!({"person_id": lan, "cases": 0})), "noted once");
    assert_eq!(town.untold(&nurse).await, []);
    let subject = format!("person:{lan}");
    let lines = town.app.platform.shared.read().await.unwrap().audit_lines(Some(&subject), None, 10).await.unwrap();
    let noted =
        |line: &&shared_store::audit::AuditLine| line.detail.contains(&format!("\"taken_back\":[\"{case_id}\"]"));
    assert_eq!(lines.iter().filter(noted).count(), 1);

    // The officer of the case may say it of who lives elsewhere.
    let other = town.sign_in("xa", Role::Nurse, AreaScope::Ward("00001".to_owned())).await;
    assert_eq!(town.taken_back(&other).await, [line("Đỗ Thị Oanh", "no_mobile")]);
    assert_eq!(town.tell(&nurse, far.clone()).await.0, StatusCode::NOT_FOUND);
    for cases in [1, 0] {
        let answer = (StatusCode::OK, json!({"person_id": oanh, "cases": cases}));
        assert_eq!(town.tell(&officer, far.clone()).await, answer, "noted once");
    }
    assert_eq!(town.untold(&other).await, []);
}

async fn whom_a_message_told_hears_of_the_taking_back_also_where_its_message_fails(town: Town) {
    let Cafe { case_id, opened, phuc, .. } = cafe(&town).await;
    let nurse = town.sign_in("tram", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    town.clock.advance(minutes(5));
    town.hear(&CaseVoided { case_id, person_id: opened.person_id, voided_at: town.now() }).await;
    assert_eq!(town.taken_back(&nurse).await, [], "the message is about to be written");
    town.clock.advance(minutes(1));
    town.message(phuc, "exposure_withdrawn", "failed").await;
    let phuc_line = line("Võ Văn Phúc", "failed");
    assert_eq!(town.taken_back(&nurse).await, std::slice::from_ref(&phuc_line));
    let (_, answer) = town.get(LIST, Some(&nurse)).await;
    assert_eq!(answer["items"][0]["near"][0]["venue"], "Quán Ẩm", "{answer}");

    town.clock.advance(minutes(1));
    let call = json!({"person_id": phuc, "how": "call"});
    assert_eq!(town.tell(&nurse, call.clone()).await, (StatusCode::OK, json!({"person_id": phuc, "cases": 1})));
    assert_eq!(town.tell(&nurse, call).await.1["cases"], 0, "noted once");
    assert_eq!(town.taken_back(&nurse).await, []);
    let told = town.app.store.read().await.unwrap().told_in_person(case_id).await.unwrap();
    assert!(told.iter().all(|told| told.person_id != phuc), "of the case a message had told: {told:?}");

    town.clock.advance(minutes(1));
    town.message(phuc, "exposure_withdrawn", "failed").await;
    assert_eq!(town.taken_back(&nurse).await, [phuc_line], "a later one that fails");
    town.clock.advance(minutes(1));
    town.message(phuc, "exposure_withdrawn", "sent").await;
    assert_eq!(town.taken_back(&nurse).await, [], "and one that arrives");
    town.clock.advance(minutes(1));
    town.message(phuc, "exposure_withdrawn", "failed").await;
    assert_eq!(town.taken_back(&nurse).await, [], "of what was said already");
}

async fn what_is_found_again_after_it_was_taken_back_is_told_again(town: Town) {
    let Cafe { case_id, opened, lan, .. } = cafe(&town).await;
    let nurse = town.sign_in("tram", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    let tell =
        async |nurse: &str| town.tell(nurse, json!({"person_id": lan, "how": "in_person"})).await.1["cases"].clone();
    assert_eq!(tell(&nurse).await, 1);
    town.clock.advance(days(4));
    let nurse = town.sign_in("tram-2", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
    let later = CaseOpened { specimen_at: opened.specimen_at.plus(days(4)), ..opened.clone() };
    town.hear(&CaseUpdated { case: later.clone() }).await;
    let lan_line = line("Lê Thị Lan", "no_mobile");
    assert_eq!(town.taken_back(&nurse).await, std::slice::from_ref(&lan_line));

    // It holds again before anybody went there: there is nothing to tell.
    town.clock.advance(minutes(5));
    town.hear(&CaseUpdated { case: opened.clone() }).await;
    assert!(!town.untold(&nurse).await.contains(&lan_line));
    town.hear(&CaseUpdated { case: later }).await;
    assert_eq!(tell(&nurse).await, 1);
    assert_eq!(town.untold(&nurse).await, []);

    town.clock.advance(minutes(5));
    town.hear(&CaseUpdated { case: opened }).await;
    assert_eq!(town.taken_back(&nurse).await, []);
    assert!(town.untold(&nurse).await.contains(&lan_line), "what Lan knows is that it was taken back");
    let path = format!("/api/v1/checkin/exposures?case_id={case_id}&told=no");
    let (_, waiting) = town.get(&path, Some(&town.officer().await)).await;
    assert!(waiting.to_string().contains(&lan.to_string()), "{waiting}");
    assert_eq!(tell(&nurse).await, 1);
    assert!(!town.untold(&nurse).await.contains(&lan_line));
}

on_both!(taken_back, super::who_was_told_by_word_of_mouth_hears_so_that_it_was_taken_back);
on_both!(withdrawal_failed, super::whom_a_message_told_hears_of_the_taking_back_also_where_its_message_fails);
on_both!(found_again, super::what_is_found_again_after_it_was_taken_back_is_told_again);
on_both!(station, super::the_station_tells_whom_no_message_reaches_and_the_officer_sees_who_did);
on_both!(strangers, super::nobody_is_noted_who_is_no_contact_or_lives_elsewhere);
on_both!(forgets, super::the_list_forgets_what_holds_no_more_and_follows_a_merge);
