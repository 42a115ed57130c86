//! What doors ask for, through HTTP.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use shared::events::{self, Outcome, ResultAmended, ResultReported};
use shared::ids::{PersonId, ResultId};
use shared::place::{Place, PlaceKind};
use shared::time::{Instant, days, hours, minutes};

use super::support::{Ground, Town, on_both};
use crate::domain::door::{Proof, ProofKind};

const VISITS: &str = "/api/v1/checkin/visits";
const RULES: &str = r#"{"source": "test", "kept_days": {"source": "test", "negative_test": 14, "vaccination": 365}, "rules": [
    {"id": "factories", "source": "test", "valid_from": "2022-03-01", "valid_until": "2022-03-12", "kinds": ["factory"],
     "proof": ["vaccination", "negative_test"], "test_hours": 72, "vaccination_days": 365, "otherwise": "red"},
    {"id": "markets", "source": "test", "valid_from": "2022-03-01", "kinds": ["market"], "declaration": true,
     "otherwise": "red"},
    {"id": "offices", "source": "test", "valid_from": "2022-03-01", "kinds": ["office"], "declaration": true,
     "otherwise": "amber"}]}"#;

fn ruled() -> Ground {
    Ground { door: Some(RULES), ..Ground::default() }
}

fn clear() -> Value {
    json!({"symptoms": [], "contact_with_case": false, "travel": []})
}

/// Colour, status and codes of an answer.
fn seen(answer: &Value) -> (String, String, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let codes = answer["reason_codes"].as_array().into_iter().flatten().map(text).collect();
    (text(&answer["door"]), text(&answer["status"]), codes)
}

fn is(level: &str, status: &str, codes: &[&str]) -> (String, String, Vec<String>) {
    (level.to_owned(), status.to_owned(), codes.iter().map(|code| (*code).to_owned()).collect())
}

impl Town {
    fn result(&self, person: PersonId, outcome: Outcome, collected_at: Instant) -> ResultReported {
        ResultReported {
            result_id: ResultId::new(self.now(), &mut self.app.platform.random()),
            version: 1,
            person_id: person,
            lab_code: "TG-CDC".to_owned(),
            outcome,
            method: events::Method::Pcr,
            collected_at,
            resulted_at: self.now(),
            ward_code: None,
            link_code: "ABCDEFGH".to_owned(),
        }
    }

    async fn proofs(&self, person: PersonId) -> Vec<Proof> {
        self.app.store.read().await.unwrap().proofs_of(person).await.unwrap()
    }

    async fn come(&self, place: &Place, person: PersonId, more: Value) -> Value {
        let mut body = json!({"venue_code": place.code, "visitor": {"device_token": self.token(person)}});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (status, answer) = self.post(VISITS, body).await;
        assert!(status.is_success(), "{answer}");
        answer
    }

    async fn visits_of(&self, person: PersonId) -> usize {
        let key = crate::app::people::day_key(&self.app, self.now().local_date()).unwrap().unwrap();
        self.app.store.read().await.unwrap().visits_of(&[key.seal(person)]).await.unwrap().len()
    }
}

async fn without_a_rule_every_visitor_is_let_in(town: Town) {
    let person = town.person("Lê Thị Hoa", None).await;
    for kind in PlaceKind::ALL {
        let place = town.place("Nơi", *kind).await;
        town.clock.advance(minutes(1));
        assert_eq!(seen(&town.come(&place, person, json!({})).await), is("green", "accepted", &[]));
    }
    let place = town.place("Nơi", PlaceKind::Market).await;
    let advise = json!({"declaration": {"symptoms": ["cough"], "contact_with_case": false, "travel": []}});
    let answer = town.come(&place, person, advise).await;
    assert_eq!(seen(&answer), is("amber", "accepted", &["declaration_advise"]), "{answer}");
}

async fn a_negative_test_opens_a_factory_and_nothing_else_of_it_is_kept(town: Town) {
    let factory = town.place("Nhà máy", PlaceKind::Factory).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let closed = is("red", "refused", &["proof_missing"]);
    let answer = town.come(&factory, person, json!({})).await;
    assert_eq!(seen(&answer), closed, "{answer}");
    assert_eq!(town.visits_of(person).await, 0, "who is not let in was not there");
    assert_eq!(
        answer["reasons"],
        json!(["This place asks for: a full vaccination or a negative test of the last 72 hours"])
    );
    let taken = town.now().minus(hours(20));
    let result = town.result(person, Outcome::NotDetected, taken);
    town.hear(&result).await;
    town.hear(&result).await;
    assert_eq!(
        town.proofs(person).await,
        [Proof { kind: ProofKind::NegativeTest, at: taken, verified: true }],
        "person, kind, time: that is all there is"
    );
    assert_eq!(seen(&town.come(&factory, person, json!({})).await), is("green", "accepted", &[]));
    assert_eq!(town.visits_of(person).await, 1);
    let two = json!({"party": [{"full_name": "Lê Văn Con"}]});
    town.clock.advance(minutes(2));
    assert_eq!(seen(&town.come(&factory, person, two).await), is("amber", "accepted", &["companions"]));
    // A later positive, an old negative, and tests that decide nothing leave nothing.
    town.hear(&town.result(person, Outcome::Inconclusive, town.now())).await;
    assert_eq!(town.proofs(person).await.len(), 1);
    town.hear(&town.result(person, Outcome::Detected, town.now())).await;
    assert_eq!(town.proofs(person).await, [], "what was negative before says nothing any more");
    assert_eq!(seen(&town.come(&factory, person, json!({})).await), closed);
    // The rule ends.
    town.clock.advance(days(3));
    assert_eq!(seen(&town.come(&factory, person, json!({})).await), is("green", "accepted", &[]));
}

async fn a_corrected_withdrawn_or_contradicted_result_opens_no_door(town: Town) {
    let person = town.person("Lê Thị Hoa", None).await;
    let other = town.person("Trần Văn Bình", None).await;
    let taken = town.now().minus(hours(5));
    let amended = |result: &ResultReported, withdrawn| ResultAmended {
        result: ResultReported { version: 2, ..result.clone() },
        previous_outcome: Outcome::NotDetected,
        withdrawn,
        previous_person_id: None,
    };
    let result = town.result(person, Outcome::NotDetected, taken);
    town.hear(&result).await;
    town.hear(&ResultAmended {
        previous_person_id: Some(person),
        ..amended(&ResultReported { person_id: other, ..result.clone() }, false)
    })
    .await;
    assert_eq!((town.proofs(person).await.len(), town.proofs(other).await.len()), (0, 1), "it was somebody else's");
    town.hear(&amended(&ResultReported { person_id: other, ..result }, true)).await;
    assert_eq!(town.proofs(other).await, []);
    // A case of which word comes first: a negative of before it is none to go by, one of after it is.
    let opened = events::CaseOpened {
        case_id: shared::ids::CaseId::new(town.now(), &mut town.app.platform.random()),
        person_id: person,
        symptom_onset: None,
        specimen_at: taken,
        isolated_from: None,
        ward_code: None,
        opened_at: town.now(),
    };
    town.hear(&town.result(person, Outcome::NotDetected, taken)).await;
    town.hear(&opened).await;
    town.hear(&town.result(person, Outcome::NotDetected, taken)).await;
    assert_eq!(town.proofs(person).await, []);
    town.hear(&town.result(person, Outcome::NotDetected, taken.plus(hours(1)))).await;
    assert_eq!(town.proofs(person).await.len(), 1);
}

async fn what_two_records_have_shown_is_one_persons_and_ends_with_its_time(town: Town) {
    let (kept, gone) = (town.person("Lê Thị Hoa", None).await, town.person("Le Thi Hoa", None).await);
    let taken = town.now().minus(hours(5));
    town.hear(&town.result(gone, Outcome::NotDetected, taken)).await;
    let mut tx = town.app.store.write().await.unwrap();
    tx.move_door_records(kept, gone).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((town.proofs(kept).await.len(), town.proofs(gone).await.len()), (1, 0));
    town.clock.advance(days(13));
    assert_eq!(crate::app::proofs::forget_old(&town.app, town.now()).await.unwrap(), 0);
    town.clock.advance(days(1));
    assert_eq!(crate::app::proofs::forget_old(&town.app, town.now()).await.unwrap(), 1);
    assert_eq!(town.proofs(kept).await, []);
}

async fn a_declaration_is_asked_for_when_it_is_due_and_not_before(town: Town) {
    let market = town.place("Chợ", PlaceKind::Market).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let due = is("red", "refused", &["declaration_due"]);
    assert_eq!(seen(&town.come(&market, person, json!({})).await), due);
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let answer = town.come(&market, person, json!({"id": id, "declaration": clear()})).await;
    assert_eq!(seen(&answer), is("green", "accepted", &[]));
    assert_eq!(answer["declared_until"], town.now().plus(days(1)).to_string());
    let other = town.place("Chợ khác", PlaceKind::Market).await;
    town.clock.advance(hours(23));
    let answer = town.come(&other, person, json!({})).await;
    assert_eq!(seen(&answer), is("green", "accepted", &[]), "declared once for all places");
    town.clock.advance(hours(1));
    assert_eq!(seen(&town.come(&market, person, json!({})).await), due, "until its time is over");
    // Declared at home, for an office that only looks.
    let office = town.place("Văn phòng", PlaceKind::Office).await;
    let amber = is("amber", "accepted", &["declaration_due"]);
    assert_eq!(seen(&town.come(&office, person, json!({})).await), amber);
    let mut body = clear();
    body["symptoms"] = json!(["fever"]);
    let citizen = town.citizen(person).await;
    let path = "/api/v1/checkin/declarations";
    assert_eq!(town.call(Method::POST, path, Some(&citizen), Some(body)).await.0, StatusCode::CREATED);
    town.clock.advance(minutes(1));
    let answer = town.come(&office, person, json!({})).await;
    assert_eq!(seen(&answer), is("red", "refused", &["declaration_stop"]));
    assert!(!answer.to_string().to_lowercase().contains("fever"), "the door sees the verdict alone: {answer}");
}

async fn batch_and_scanner_ask_as_the_door_does(town: Town) {
    let door = town.door(PlaceKind::Factory).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let visit = |n: u32, at: Instant| {
        json!({"id": format!("01890a5d-ac96-774b-bcce-b302099a81{n:02}"), "venue_code": door.place.code, "at": at.to_string(),
               "visitor": {"device_token": town.token(person)}})
    };
    let visits = [visit(1, town.now()), visit(2, town.now().minus(minutes(40)))];
    let (_, report) = town.post("/api/v1/checkin/visits/batch", json!({"visits": visits})).await;
    let results = &report["results"];
    assert_eq!((&results[0]["status"], &results[1]["status"]), (&json!("rejected"), &json!("accepted")), "{report}");
    assert_eq!(results[0]["errors"][0]["code"], "proof_missing");
    assert_eq!(results[0]["errors"][0]["pointer"], "/visitor");

    let card = town.personal(person).await;
    let (status, done) = town.scan(&door, json!({"text": card})).await;
    assert_eq!(
        (status, seen(&done["visit"])),
        (StatusCode::CREATED, is("red", "refused", &["proof_missing"])),
        "{done}"
    );
    let scans = json!({"scans": [{"venue_id": door.place.id, "text": card}]});
    let (_, report) = town.call(Method::POST, "/api/v1/checkin/scans/batch", Some(&door.staff), Some(scans)).await;
    assert_eq!(report["results"][0]["errors"][0]["code"], "proof_missing", "{report}");

    // A certificate is not verified: the staff look, and its holder need not show it again.
    let text = certificate("Lê", "Thị Hoa", 2, "2022-01-10");
    let amber = is("amber", "accepted", &["proof_unverified"]);
    let (status, done) = town.scan(&door, json!({"text": text})).await;
    assert_eq!((status, seen(&done["visit"])), (StatusCode::CREATED, amber.clone()), "{done}");
    assert_eq!(done["recognised_as"], "hcert");
    let half = certificate("Trần", "Văn Một", 1, "2022-01-10");
    let (_, done) = town.scan(&door, json!({"text": half})).await;
    assert_eq!(seen(&done["visit"]).2, ["proof_missing"], "one dose of two");
    town.clock.advance(minutes(10));
    let (_, done) = town.scan(&door, json!({"text": text})).await;
    assert_eq!(seen(&done["visit"]), amber);
    let lines = town.app.store.write().await.unwrap().audit_lines(None, None, 200).await.unwrap();
    assert!(lines.iter().all(|line| !line.detail.contains("vaccin")));
}

async fn a_slow_clock_opens_no_door_and_a_queue_is_not_judged_afterwards(town: Town) {
    let door = town.door(PlaceKind::Factory).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let refused = is("red", "refused", &["proof_missing"]);
    for minutes_ago in [3, 240] {
        let at = town.now().minus(minutes(minutes_ago));
        let answer = town.come(&door.place, person, json!({"at": at})).await;
        assert_eq!(seen(&answer), refused, "{minutes_ago} minutes ago: {answer}");
        let stop = json!({"at": at, "declaration": {"symptoms": ["fever"], "contact_with_case": false, "travel": []}});
        let answer = town.come(&door.place, person, stop).await;
        assert_eq!(seen(&answer), is("red", "refused", &["declaration_stop", "proof_missing"]), "{answer}");
        let (status, done) = town.scan(&door, json!({"text": town.personal(person).await, "at": at})).await;
        assert_eq!((status, seen(&done["visit"])), (StatusCode::CREATED, refused.clone()), "{done}");
    }
    assert_eq!(town.visits_of(person).await, 0);

    let at = town.now().minus(minutes(3));
    let visit = json!({"venue_code": door.place.code, "at": at, "visitor": {"device_token": town.token(person)}});
    let (_, report) = town.post("/api/v1/checkin/visits/batch", json!({"visits": [visit]})).await;
    assert_eq!(report["results"][0]["status"], "accepted", "{report}");
    let at = town.now().minus(minutes(20));
    let scans = json!({"scans": [{"venue_id": door.place.id, "text": town.personal(person).await, "at": at}]});
    let (_, report) = town.call(Method::POST, "/api/v1/checkin/scans/batch", Some(&door.staff), Some(scans)).await;
    assert_eq!(report["results"][0]["status"], "accepted", "{report}");
    assert_eq!(town.visits_of(person).await, 2, "they have been there");

    // Clocks that are a few minutes wrong are not corrected: what the phone kept is told by its own.
    for (at, sent_at, status) in [(-4, -4, "rejected"), (-4, -1, "accepted"), (0, 3, "accepted"), (1, 1, "rejected")] {
        let then = |minute: i64| town.now().plus(minutes(minute));
        let visitor = json!({"device_token": town.token(town.person("Trần Văn Bình", None).await)});
        let visit = json!({"venue_code": door.place.code, "at": then(at), "visitor": visitor});
        let batch = json!({"visits": [visit], "sent_at": then(sent_at)});
        let (_, report) = town.post("/api/v1/checkin/visits/batch", batch).await;
        assert_eq!(report["results"][0]["status"], status, "{at} {sent_at}: {report}");
    }
}

async fn a_full_place_is_told_of_and_shuts_no_door(town: Town) {
    // It holds 20.
    let door = town.door(PlaceKind::Restaurant).await;
    let mut people = Vec::new();
    for n in 0..24 {
        people.push(town.person(&format!("Nguyễn Văn Khách {n}"), None).await);
    }
    let full = is("amber", "accepted", &["full"]);
    let green = is("green", "accepted", &[]);
    for person in &people[..18] {
        assert_eq!(seen(&town.come(&door.place, *person, json!({})).await), green);
    }
    let party = json!({"party": [{"full_name": "Lê Văn Một"}, {"full_name": "Lê Văn Hai"}]});
    let visit = json!({"venue_code": door.place.code, "visitor": {"full_name": "Lê Thị Ba", "phone": "0912345678"},
                       "party": party["party"]});
    let (_, answer) = town.post(VISITS, visit).await;
    assert_eq!(seen(&answer), full, "18 and 3 are more than 20: {answer}");
    assert_eq!(answer["reasons"], json!(["This place holds 20 people and is full. Wait until the staff let you in"]));
    let stop = json!({"declaration": {"symptoms": ["fever"], "contact_with_case": false, "travel": []}});
    let answer = town.come(&door.place, people[18], stop).await;
    assert_eq!(seen(&answer), is("red", "refused", &["declaration_stop"]), "who is not let in fills nothing");
    let advise = json!({"declaration": {"symptoms": ["cough"], "contact_with_case": false, "travel": []}});
    let answer = town.come(&door.place, people[19], advise).await;
    assert_eq!(seen(&answer), is("amber", "accepted", &["declaration_advise", "full"]));
    let (_, done) = town.scan(&door, json!({"text": town.personal(people[20]).await})).await;
    assert_eq!(seen(&done["visit"]), full, "the staff see it too: {done}");
    let batch =
        json!({"visits": [{"venue_code": door.place.code, "visitor": {"device_token": town.token(people[21])}}]});
    let (_, report) = town.post("/api/v1/checkin/visits/batch", batch).await;
    assert_eq!(report["results"][0]["status"], "accepted", "{report}");

    // They leave: the door knows it some seconds later.
    let day = crate::app::people::day_key(&town.app, town.now().local_date()).unwrap().unwrap();
    let mut tx = town.app.store.write().await.unwrap();
    let codes: Vec<_> = people.iter().map(|person| day.seal(*person)).collect();
    for visit in tx.visits_of(&codes).await.unwrap() {
        assert!(tx.end_visit(visit.id, town.now()).await.unwrap());
    }
    tx.commit().await.unwrap();
    assert_eq!(seen(&town.come(&door.place, people[22], json!({})).await), full);
    town.clock.advance(jiff::SignedDuration::from_secs(10));
    assert_eq!(seen(&town.come(&door.place, people[23], json!({})).await), green);
}

async fn a_table_is_full_when_its_house_is(town: Town) {
    let room =
        |name, parent: Option<&Place>, capacity| town.room(name, PlaceKind::Market, parent.map(|p| p.id), capacity);
    let house = room("Chợ", None, Some(3)).await;
    let hall = room("Sảnh", Some(&house), None).await;
    let (table, stall) = (room("Bàn 1", Some(&hall), Some(2)).await, room("Quầy 1", Some(&house), None).await);
    let mut people = Vec::new();
    for n in 0..6 {
        people.push(town.person(&format!("Nguyễn Văn Khách {n}"), None).await);
    }
    let (full, green) = (is("amber", "accepted", &["full"]), is("green", "accepted", &[]));
    for (place, person) in [(&stall, people[0]), (&house, people[1]), (&table, people[2])] {
        assert_eq!(seen(&town.come(place, person, json!({})).await), green, "{}", place.name);
    }
    let officer = town.officer().await;
    let occupancy = async |place: &Place| {
        let path = format!("/api/v1/checkin/venues/{}/occupancy", place.id);
        let (_, answer) = town.get(&path, Some(&officer)).await;
        (answer["inside"].clone(), answer["full"].clone())
    };
    for (place, inside) in [(&house, 3), (&hall, 1), (&table, 1), (&stall, 1)] {
        assert_eq!(occupancy(place).await, (json!(inside), json!(true)), "{}", place.name);
    }
    let sign = town.look(&format!("/venue/{}/sign", table.id), Some(&officer)).await.html;
    assert!(sign.contains("data-full=\"true\"") && sign.contains("Chợ đã đủ người"), "{sign}");
    let words = "Chợ holds 3 people and is full. Wait until the staff let you in";
    for (place, person) in [(&table, people[3]), (&hall, people[4])] {
        let answer = town.come(place, person, json!({})).await;
        assert_eq!((seen(&answer), &answer["reasons"]), (full.clone(), &json!([words])), "{}", place.name);
    }
    // The table holds two, and there are three: what counts is that the house has no room.
    let answer = town.come(&table, people[5], json!({})).await;
    assert_eq!(answer["reasons"], json!([words]));
    // A house with room and a full table: it is the table that is full.
    town.clock.advance(hours(24));
    for person in &people[..2] {
        assert_eq!(seen(&town.come(&table, *person, json!({})).await), green);
    }
    let answer = town.come(&table, people[2], json!({})).await;
    assert_eq!(answer["reasons"], json!(["This place holds 2 people and is full. Wait until the staff let you in"]));
}

async fn where_nobody_asks_no_claim_of_a_certificate_is_kept(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let (_, done) = town.scan(&door, json!({"text": certificate("Lê", "Thị Hoa", 2, "2022-01-10")})).await;
    assert_eq!(done["recognised_as"], "hcert", "{done}");
    let mut tx = town.app.store.write().await.unwrap();
    assert_eq!(tx.forget_proofs_before(ProofKind::Vaccination, town.now()).await.unwrap(), 0);
}

async fn the_page_of_a_door_asks_only_when_it_is_due(town: Town) {
    let market = town.place("Chợ", PlaceKind::Market).await;
    let path = format!("/c/{}", market.code);
    let page = town.page(Method::GET, &path, None, None, "").await;
    assert!(page.html.contains("Nơi này cần: tờ khai y tế") && page.html.contains("data-declare>"), "{}", page.html);
    let form = "full_name=L%C3%AA+Th%E1%BB%8B+Hoa&phone=0912345678";
    let unanswered = town.page(Method::POST, &path, None, None, form).await;
    assert_eq!(unanswered.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["href=\"#symptoms\"", "href=\"#contact_with_case\"", "Hãy trả lời câu hỏi này"] {
        assert!(unanswered.html.contains(text), "{text}");
    }
    let stop = format!("{form}&symptoms=fever&contact_with_case=no");
    let refused = town.page(Method::POST, &path, None, None, &stop).await;
    assert!(
        refused.html.contains("data-status=\"refused\"") && refused.html.contains("Chưa thể vào"),
        "{}",
        refused.html
    );
    assert!(!refused.html.contains("name=\"visit\"") && !refused.html.contains("Sốt"));
    let good = format!("{form}&no_symptoms=1&contact_with_case=no&travel=");
    let welcome = town.page(Method::POST, &path, None, None, &good).await;
    assert!(welcome.html.contains("data-status=\"accepted\" data-door=\"green\""), "{}", welcome.html);
    let cookie = welcome.cookie.unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let known = town.page(Method::GET, &path, None, Some(cookie), "").await;
    assert!(known.html.contains("data-declare hidden disabled"), "declared already: {}", known.html);
    town.clock.advance(hours(25));
    let later = town.page(Method::GET, &path, None, Some(cookie), "").await;
    assert!(later.html.contains("data-declare>"));
    let plain = town.place("Quán", PlaceKind::Cafe).await;
    let page = town.page(Method::GET, &format!("/c/{}", plain.code), None, None, "").await;
    assert!(!page.html.contains("data-declare") && !page.html.contains("Nơi này cần"));
    // Somebody who is refused for what they cannot show gets the screen, not the form.
    let factory = town.place("Nhà máy", PlaceKind::Factory).await;
    town.clock.advance(days(-1));
    let page = town.page(Method::POST, &format!("/c/{}", factory.code), None, Some(cookie), "full_name=&phone=").await;
    assert!(page.html.contains("data-door=\"red\"") && page.html.contains("tiêm đủ liều hoặc xét nghiệm âm tính"));
}

/// A certificate as Vietnam issues it, unsigned: CBOR in base45.
fn certificate(family: &str, given: &str, dose: u8, on: &str) -> String {
    fn head(major: u8, n: usize) -> Vec<u8> {
        let n = u16::try_from(n).unwrap();
        match u8::try_from(n) {
            Ok(n) if n < 24 => vec![major << 5 | n],
            Ok(n) => vec![major << 5 | 24, n],
            Err(_) => [vec![major << 5 | 25], n.to_be_bytes().to_vec()].concat(),
        }
    }
    let bytes = |bytes: &[u8]| [head(2, bytes.len()), bytes.to_vec()].concat();
    let text = |text: &str| [head(3, text.len()), text.as_bytes().to_vec()].concat();
    let map = |pairs: &[(&str, Vec<u8>)]| {
        let body: Vec<u8> = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()].concat()).collect();
        [head(5, pairs.len()), body].concat()
    };
    let entry = map(&[
        ("dn", head(0, usize::from(dose))),
        ("sd", head(0, 2)),
        ("dt", text(on)),
        ("ci", text(&format!("URN:UVCI:01:VN:{}", shared::fold::fold(given)))),
    ]);
    let dcc = map(&[
        ("nam", map(&[("fn", text(family)), ("gn", text(given))])),
        ("dob", text("1980-02-01")),
        ("v", [head(4, 1), entry].concat()),
    ]);
    let claims = [head(5, 1), head(1, 259), head(5, 1), head(0, 1), dcc].concat();
    let signed = [head(4, 4), bytes(&[]), head(5, 0), bytes(&claims), bytes(&[0; 8])].concat();
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut out = String::from("HC1:");
    for pair in signed.chunks(2) {
        let mut n = pair.iter().fold(0, |n: usize, byte| n * 256 + usize::from(*byte));
        for _ in 0..=pair.len() {
            out.push(char::from(alphabet[n % 45]));
            n /= 45;
        }
    }
    out
}

#[test]
fn a_file_that_is_no_rules_is_an_error_and_none_means_ours() {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(crate::app::door::load(data.path()).unwrap(), crate::domain::door::DoorRules::ours());
    std::fs::create_dir(data.path().join("policy")).unwrap();
    std::fs::write(data.path().join("policy/door.json"), "{}").unwrap();
    assert!(crate::app::door::load(data.path()).is_err());
    std::fs::write(data.path().join("policy/door.json"), RULES).unwrap();
    assert_ne!(crate::app::door::load(data.path()).unwrap(), crate::domain::door::DoorRules::ours());
}

on_both!(open, super::without_a_rule_every_visitor_is_let_in);
on_both!(negative, super::a_negative_test_opens_a_factory_and_nothing_else_of_it_is_kept, super::ruled());
on_both!(corrected, super::a_corrected_withdrawn_or_contradicted_result_opens_no_door);
on_both!(merged, super::what_two_records_have_shown_is_one_persons_and_ends_with_its_time);
on_both!(due, super::a_declaration_is_asked_for_when_it_is_due_and_not_before, super::ruled());
on_both!(everywhere, super::batch_and_scanner_ask_as_the_door_does, super::ruled());
on_both!(slow_clock, super::a_slow_clock_opens_no_door_and_a_queue_is_not_judged_afterwards, super::ruled());
on_both!(house, super::a_table_is_full_when_its_house_is);
on_both!(full, super::a_full_place_is_told_of_and_shuts_no_door);
on_both!(unasked, super::where_nobody_asks_no_claim_of_a_certificate_is_kept);
on_both!(page, super::the_page_of_a_door_asks_only_when_it_is_due, super::ruled());
