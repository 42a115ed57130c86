//! Looking for people: without marks, with marks, by phone and number, within wards.

use shared::fold::fold;
use shared::person::Person;
use shared::phone::Phone;
use shared_store::people::PeopleQuery;

use crate::sample::{known_person, person, random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    a_name_is_found_with_and_without_marks_and_the_typed_marks_come_first,
    a_name_is_found_by_its_words_in_any_order,
    signs_that_mean_something_to_like_are_letters_like_others,
    a_person_is_found_by_phone_and_by_either_number,
    a_search_keeps_to_its_wards_and_its_page,
    a_search_passes_over_merged_records,
}

async fn insert(ground: &Ground, people: &[Person]) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    for person in people {
        tx.insert_person(person, start()).await?;
    }
    Ok(tx.commit().await?)
}

fn by_name(typed: &str) -> PeopleQuery {
    PeopleQuery { name_fold: fold(typed), typed: typed.to_owned(), limit: 50, ..PeopleQuery::default() }
}

async fn names(ground: &Ground, query: &PeopleQuery) -> anyhow::Result<Vec<String>> {
    let found = ground.store.read().await?.search_people(query).await?;
    Ok(found.into_iter().map(|stored| stored.person.full_name.as_str().to_owned()).collect())
}

async fn a_name_is_found_with_and_without_marks_and_the_typed_marks_come_first(ground: &Ground) -> anyhow::Result<()> {
    let written = ["Dang Thi Anh", "Đặng Thị Ảnh", "Đặng Thị Ánh", "ĐẶNG THỊ ÁNH", "đặng thị ánh", "Trần Văn Đặng"];
    let mut random = random(1);
    let people: Vec<Person> = written.iter().map(|name| person(name, &mut random)).collect::<Result<_, _>>()?;
    insert(ground, &people).await?;
    for typed in ["Đặng Thị Ánh", "đặng thị ánh", "ĐẶNG THỊ ÁNH", "Đa\u{323}\u{306}ng Thi\u{323} A\u{301}nh"]
    {
        let found = names(ground, &by_name(typed)).await?;
        assert_eq!(found.len(), 5, "{typed}: {found:?}");
        let lower: Vec<String> = found.iter().map(|name| name.to_lowercase()).collect();
        assert!(lower[..3].iter().all(|name| name == "đặng thị ánh"), "{typed}: {found:?}");
    }
    assert_eq!(names(ground, &by_name("dang thi anh")).await?[0], "Dang Thi Anh");
    assert_eq!(names(ground, &by_name("ảnh")).await?[0], "Đặng Thị Ảnh");
    assert_eq!(names(ground, &by_name("dang")).await?.len(), 6);
    assert_eq!(names(ground, &by_name("đặng văn")).await?, ["Trần Văn Đặng"]);
    assert!(names(ground, &by_name("nguyễn")).await?.is_empty());
    Ok(())
}

async fn a_name_is_found_by_its_words_in_any_order(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(2);
    insert(ground, &[person("Lê Thị Hoà Bình", &mut random)?, person("Lê Văn Bình", &mut random)?]).await?;
    assert_eq!(names(ground, &by_name("bình lê hòa")).await?, ["Lê Thị Hoà Bình"]);
    assert_eq!(names(ground, &by_name("binh")).await?.len(), 2);
    Ok(())
}

async fn signs_that_mean_something_to_like_are_letters_like_others(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(3);
    insert(ground, &[person("Lê Bình", &mut random)?, person("Lê An", &mut random)?]).await?;
    for typed in ["B%h", "L_", "Bình%\\'"] {
        let found = names(ground, &by_name(typed)).await?;
        assert!(
            found.iter().all(|name| fold(name).contains(fold(typed).split(' ').next().unwrap_or("-"))),
            "{found:?}"
        );
    }
    assert_eq!(names(ground, &by_name("bình%\\'")).await?, ["Lê Bình"]);
    assert!(names(ground, &by_name("%")).await?.is_empty(), "a search for no letter finds nobody");
    Ok(())
}

async fn a_person_is_found_by_phone_and_by_either_number(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(4);
    let known = known_person("Nguyễn Thị Kiểm Thử", &mut random)?;
    insert(ground, &[known.clone(), person("Ai Khác", &mut random)?]).await?;
    let phone = Phone::parse("0912 345 678")?.as_str().to_owned();
    let queries = [
        PeopleQuery { phone: Some(phone.clone()), limit: 5, ..PeopleQuery::default() },
        PeopleQuery { number: Some("082190123456".to_owned()), limit: 5, ..PeopleQuery::default() },
        PeopleQuery { number: Some("GD4828212345678".to_owned()), limit: 5, ..PeopleQuery::default() },
        PeopleQuery { number: Some("8212345678".to_owned()), limit: 5, ..PeopleQuery::default() },
        PeopleQuery { phone: Some(phone), ..by_name("kiểm thử") },
    ];
    for query in queries {
        assert_eq!(names(ground, &query).await?, ["Nguyễn Thị Kiểm Thử"], "{query:?}");
    }
    let unknown = [
        PeopleQuery { phone: Some("+84987654321".to_owned()), limit: 5, ..PeopleQuery::default() },
        PeopleQuery { number: Some("082190123457".to_owned()), limit: 5, ..PeopleQuery::default() },
        PeopleQuery { number: Some("5678".to_owned()), limit: 5, ..PeopleQuery::default() },
        PeopleQuery { limit: 5, ..PeopleQuery::default() },
    ];
    for query in unknown {
        assert!(names(ground, &query).await?.is_empty(), "{query:?}");
    }
    Ok(())
}

async fn a_search_keeps_to_its_wards_and_its_page(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(5);
    let mut people = Vec::new();
    for (i, ward) in ["28252", "28252", "28249", "28252"].into_iter().enumerate() {
        let ward_code = Some(shared::area::WardCode::parse(ward)?);
        let name = format!("Lê {}", ["Anh", "Bình", "Cúc", "Dũng"][i]);
        people.push(Person { ward_code, ..person(&name, &mut random)? });
    }
    people.push(person("Lê Không Nhà", &mut random)?);
    insert(ground, &people).await?;
    let within = |wards: &[&str]| PeopleQuery {
        wards: Some(wards.iter().map(|ward| (*ward).to_owned()).collect()),
        ..by_name("lê")
    };
    assert_eq!(names(ground, &within(&["28249"])).await?, ["Lê Cúc"]);
    assert_eq!(names(ground, &within(&["28249", "28252"])).await?.len(), 4);
    assert!(names(ground, &within(&[])).await?.is_empty(), "no ward, nobody");
    let all = names(ground, &by_name("lê")).await?;
    assert_eq!(all, ["Lê Anh", "Lê Bình", "Lê Cúc", "Lê Dũng", "Lê Không Nhà"], "in the order of the alphabet");
    let page = PeopleQuery { limit: 2, offset: 2, ..by_name("lê") };
    assert_eq!(names(ground, &page).await?, all[2..4]);
    Ok(())
}

async fn a_search_passes_over_merged_records(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(6);
    let (kept, gone) = (person("Lê Bình", &mut random)?, person("Lê Bình", &mut random)?);
    insert(ground, &[kept.clone(), gone.clone()]).await?;
    assert_eq!(names(ground, &by_name("lê bình")).await?.len(), 2);
    let mut tx = ground.store.write().await?;
    tx.merge_person(kept.id, gone.id).await?;
    tx.commit().await?;
    let found = ground.store.read().await?.search_people(&by_name("lê bình")).await?;
    assert_eq!(found.iter().map(|stored| stored.person.id).collect::<Vec<_>>(), [kept.id]);
    Ok(())
}
