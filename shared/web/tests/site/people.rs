//! The register of people: who is found by whom, and two records that are one person.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::access::Role;
use shared::ids::{PersonId, ReviewId};
use shared::time::minutes;
use shared_store::people::Review;

use crate::world::{OTHER_WARD, WARD, World};

async fn names(world: &World, bearer: &str, query: &str) -> Vec<String> {
    let answer = world.get(&format!("/api/v1/people?{query}")).by(bearer).send().await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text);
    let name = |item: &Value| item["full_name"].as_str().unwrap().to_owned();
    answer.json()["items"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_name_is_found_with_and_without_its_marks() {
    let world = World::new().await;
    world.person("Nguyễn Thị Hoa", "0912345678", Some(WARD)).await;
    world.person("Đặng Văn Hòa", "0987654321", Some(WARD)).await;
    let bearer = world.bearer(Role::Officer, "82").await;
    for query in ["q=nguyen%20thi%20hoa", "q=Nguy%E1%BB%85n%20Th%E1%BB%8B%20Hoa", "q=HOA+nguyen"] {
        assert_eq!(names(&world, &bearer, query).await, ["Nguyễn Thị Hoa"], "{query}");
    }
    assert_eq!(names(&world, &bearer, "q=dang").await, ["Đặng Văn Hòa"]);
    assert_eq!(names(&world, &bearer, "q=h%C3%B2a").await[0], "Đặng Văn Hòa", "the typed marks come first");
}

#[tokio::test]
async fn a_phone_is_found_however_it_is_written_and_a_card_by_its_number() {
    let world = World::new().await;
    world.person("Nguyễn Thị Hoa", "0912345678", Some(WARD)).await;
    world.person_with_card("Trần Văn An", "079200001234").await;
    let bearer = world.bearer(Role::Officer, "82").await;
    let forms = ["0912345678", "0912%20345%20678", "0912.345.678", "%2B84912345678", "+84912345678", "84912345678"];
    for form in forms {
        assert_eq!(names(&world, &bearer, &format!("q={form}")).await, ["Nguyễn Thị Hoa"], "{form}");
    }
    assert_eq!(names(&world, &bearer, "q=079200001234").await, ["Trần Văn An"]);
    assert_eq!(names(&world, &bearer, "q=079%20200%20001%20234").await, ["Trần Văn An"]);
    assert!(names(&world, &bearer, "q=0912345679").await.is_empty());
}

#[tokio::test]
async fn a_nurse_sees_her_ward_alone_and_an_officer_of_the_district_its_wards() {
    let world = World::new().await;
    let own = world.person("Lê Thị Một", "", Some(WARD)).await;
    let other = world.person("Lê Thị Hai", "", Some(OTHER_WARD)).await;
    let unknown = world.person("Lê Thị Ba", "", None).await;
    let nurse = world.bearer(Role::Nurse, WARD).await;
    let officer = world.bearer(Role::Officer, "815").await;
    let doctor = world.bearer(Role::Doctor, "82").await;
    assert_eq!(names(&world, &nurse, "q=le+thi").await, ["Lê Thị Một"]);
    assert_eq!(names(&world, &officer, "q=le+thi").await, ["Lê Thị Hai", "Lê Thị Một"]);
    assert_eq!(names(&world, &doctor, "q=le+thi").await.len(), 3);
    for (person, allowed) in [(&own, true), (&other, false), (&unknown, false)] {
        let answer = world.get(&format!("/api/v1/people/{}", person.id)).by(&nurse).send().await;
        let expected = if allowed { StatusCode::OK } else { StatusCode::NOT_FOUND };
        assert_eq!(answer.status, expected, "{}", person.full_name.as_str());
    }
    let merge =
        world.post(&format!("/api/v1/people/{}/merge", own.id)).by(&nurse).json(&json!({"other_id": other.id})).await;
    assert_eq!(merge.status, StatusCode::NOT_FOUND, "what she may not see she may not join");
}

#[tokio::test]
async fn who_has_no_duty_to_look_people_up_does_not() {
    let world = World::new().await;
    for role in [Role::Lab, Role::Venue, Role::Admin] {
        let bearer = world.bearer(role, "82").await;
        let answer = world.get("/api/v1/people?q=an").by(&bearer).send().await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role}");
    }
    assert_eq!(world.get("/api/v1/people?q=an").send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_list_is_cut_into_pages() {
    let world = World::new().await;
    for name in ["Lê Thị Một", "Lê Thị Hai", "Lê Thị Ba"] {
        world.person(name, "", Some(WARD)).await;
    }
    let bearer = world.bearer(Role::Officer, "82").await;
    let first = world.get("/api/v1/people?q=le&limit=2").by(&bearer).send().await.json();
    assert_eq!((first["items"].as_array().unwrap().len(), &first["next_cursor"]), (2, &json!("2")));
    let second = world.get("/api/v1/people?q=le&limit=2&cursor=2").by(&bearer).send().await.json();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &json!(null)));
    assert_eq!(names(&world, &bearer, "q=le&limit=&cursor=").await.len(), 3);
    for odd in ["limit=x", "limit=9223372036854775808", "cursor=x", "cursor=-1", "cursor=9223372036854775807"] {
        let answer = world.get(&format!("/api/v1/people?q=le&{odd}")).by(&bearer).send().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
    }
    assert_eq!(names(&world, &bearer, "q=le&limit=-5").await.len(), 1, "at least one");
}

#[tokio::test]
async fn a_search_that_is_too_short_or_too_long_is_refused_by_its_field() {
    let world = World::new().await;
    let bearer = world.bearer(Role::Officer, "82").await;
    let words = "a+".repeat(2_000);
    for (query, code) in
        [("", "too_short"), ("q=", "too_short"), ("q=%20a%20", "too_short"), (&*format!("q={words}"), "too_long")]
    {
        let answer = world.get(&format!("/api/v1/people?{query}")).by(&bearer).send().await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!("/q"), &json!(code)));
    }
}

async fn ask_whether_one(world: &World, person: PersonId, other: PersonId) -> ReviewId {
    let platform = &world.site.platform;
    let id = ReviewId::new(platform.now(), &mut platform.random());
    let reason = shared::person::SAME_NAME_AND_PHONE.to_owned();
    let mut tx = platform.shared.write().await.unwrap();
    let review = Review { id, person_id: person, other_id: other, reason, created_at: platform.now() };
    tx.insert_review(&review).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn two_records_are_joined_with_an_event_and_their_questions_are_answered() {
    let world = World::new().await;
    let bearer = world.bearer(Role::Officer, "82").await;
    let [kept, gone, alias] = [
        world.person("Lê Thị Một", "0912345678", Some(WARD)).await.id,
        world.person("Le Thi Mot", "0912345678", Some(WARD)).await.id,
        world.person("LÊ THỊ MỘT", "0912345678", Some(WARD)).await.id,
    ];
    ask_whether_one(&world, gone, kept).await;
    ask_whether_one(&world, alias, kept).await;
    let merge = async |one: PersonId, other: PersonId| {
        let call = world.post(&format!("/api/v1/people/{one}/merge")).by(&bearer).header("x-request-id", "merge-1");
        call.json(&json!({"other_id": other})).await
    };
    // The question about the third name stands, and is answered when its record is joined by way of another.
    assert_eq!(merge(gone, alias).await.status, StatusCode::OK);
    world.site.platform.stop.cancel();
    // Lines of one instant have no order; the second merge is a minute later.
    world.clock.advance(minutes(1));
    let answer = merge(kept, gone).await;
    assert_eq!((answer.status, &answer.json()["id"]), (StatusCode::OK, &json!(kept)));
    assert_eq!(merge(kept, gone).await.status, StatusCode::OK, "joined again, nothing happens");

    let mut tx = world.site.platform.shared.read().await.unwrap();
    let mut aliases = tx.aliases(gone).await.unwrap();
    aliases[1..].sort_unstable();
    assert_eq!(aliases[0], kept);
    assert_eq!(aliases.len(), 3);
    assert_eq!(tx.open_reviews(10).await.unwrap(), []);
    drop(tx);
    let read = world.get(&format!("/api/v1/people/{gone}")).by(&bearer).send().await;
    assert_eq!(read.json()["id"], json!(kept), "the old id leads to the record that stays");
    assert_eq!(names(&world, &bearer, "q=le+thi+mot").await, ["Lê Thị Một"]);
    let line = world.audited("person.merge").await.unwrap();
    assert_eq!((line.subject.unwrap(), line.request_id.unwrap()), (format!("person:{kept}"), "merge-1".to_owned()));
    assert!(line.detail.contains(&gone.to_string()));
}

#[tokio::test]
async fn a_merge_appends_one_event() {
    let world = World::new().await;
    let bearer = world.bearer(Role::Officer, "82").await;
    let one = world.person("Lê Thị Một", "", Some(WARD)).await.id;
    let other = world.person("Lê Thị Một", "", Some(WARD)).await.id;
    world.site.platform.stop.cancel();
    // The relay ends at its next wake-up.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    for _ in 0..2 {
        let body = json!({"other_id": other});
        world.post(&format!("/api/v1/people/{one}/merge")).by(&bearer).json(&body).await;
    }
    let now = world.site.platform.now();
    let mut tx = world.site.platform.shared.write().await.unwrap();
    let waiting = tx.claim_events(now, now, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let event = &waiting[0].event;
    assert_eq!(
        (event.kind.as_str(), event.subject.as_str()),
        ("antam.people.person_merged.v1", one.to_string().as_str())
    );
    assert_eq!(event.data, json!({"person_id": one, "other_id": other}));
}

#[tokio::test]
async fn a_merge_with_nobody_or_with_nonsense_is_refused() {
    let world = World::new().await;
    let bearer = world.bearer(Role::Officer, "82").await;
    let one = world.person("Lê Thị Một", "", Some(WARD)).await.id;
    let path = format!("/api/v1/people/{one}/merge");
    let nobody = json!({"other_id": "01890a5d-ac96-774b-bcce-b302099a8057"});
    assert_eq!(world.post(&path).by(&bearer).json(&nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        world.post(&path).by(&bearer).json(&json!({"other_id": "x"})).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(world.post("/api/v1/people/x/merge").by(&bearer).json(&nobody).await.status, StatusCode::NOT_FOUND);
    let itself = world.post(&path).by(&bearer).json(&json!({"other_id": one})).await;
    assert_eq!(itself.status, StatusCode::OK);
    assert!(world.audited("person.merge").await.is_none());
    let doctor = world.bearer(Role::Doctor, "82").await;
    assert_eq!(world.post(&path).by(&doctor).json(&nobody).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn open_questions_are_shown_to_those_who_may_answer_them_and_on_record() {
    let world = World::new().await;
    let [own, same, other] = [
        world.person("Lê Thị Một", "", Some(WARD)).await.id,
        world.person("Le Thi Mot", "", Some(WARD)).await.id,
        world.person("Lê Thị Một", "", Some(OTHER_WARD)).await.id,
    ];
    ask_whether_one(&world, same, own).await;
    ask_whether_one(&world, other, own).await;
    let nurse = world.bearer(Role::Nurse, WARD).await;
    let officer = world.bearer(Role::Officer, "82").await;
    let shown = |bearer: String| {
        let call = world.get("/api/v1/people/reviews").by(&bearer).header("accept-language", "en");
        async move { call.send().await.json() }
    };
    assert_eq!(shown(officer).await["items"].as_array().unwrap().len(), 2);
    world.clock.advance(minutes(1));
    let list = shown(nurse).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "nobody of another ward");
    assert_eq!(list["items"][0]["person"]["id"], json!(same));
    assert!(list["items"][0]["detail"].as_str().is_some_and(|text| !text.is_empty()));
    let line = world.audited("reviews.list").await.unwrap();
    assert!(line.detail.contains(&own.to_string()) && line.detail.contains(&same.to_string()));
    assert!(!line.detail.contains(&other.to_string()));
}
