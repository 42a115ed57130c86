//! The register of people: writing, matching, merging, questions to a human.

use std::collections::BTreeSet;

use anyhow::Context;
use futures::future::try_join_all;
use shared::ids::{PersonId, ReviewId};
use shared::person::{Birth, Person};
use shared::phone::Phone;
use shared::time::minutes;
use shared_store::people::Review;

use crate::sample::{draft_of, known_person, person, random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    a_person_reads_back_as_written,
    an_update_replaces_what_is_known,
    candidates_agree_in_number_or_in_name_with_phone_or_year,
    those_who_match_the_same_person_at_once_make_one,
    merged_records_are_one_person_however_they_were_merged,
    opposite_merges_at_once_make_no_ring,
    a_question_is_asked_once_and_answered,
}

async fn insert(ground: &Ground, people: &[&Person]) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    for (i, person) in (0..).zip(people) {
        tx.insert_person(person, start().plus(minutes(i))).await?;
    }
    Ok(tx.commit().await?)
}

async fn a_person_reads_back_as_written(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(1);
    let full = known_person("Nguyễn Thị Kiểm Thử", &mut random)?;
    let bare = person("Trần Văn Mẫu", &mut random)?;
    let year_only = Person { birth: Some(Birth::Year(1944)), ..person("Lê Mẫu", &mut random)? };
    insert(ground, &[&full, &bare, &year_only]).await?;

    let mut tx = ground.store.read().await?;
    for (i, written) in (0..).zip([&full, &bare, &year_only]) {
        let stored = tx.person(written.id).await?.context("the person")?;
        assert!(stored.person == *written, "{i}");
        assert_eq!((stored.merged_into, stored.created_at), (None, start().plus(minutes(i))));
        assert_eq!(tx.canonical(written.id).await?, Some(written.id));
    }
    let nobody = PersonId::new(start(), &mut random);
    assert!(tx.person(nobody).await?.is_none());
    assert_eq!(tx.canonical(nobody).await?, None);

    let found: BTreeSet<PersonId> =
        tx.people(&[full.id, nobody, bare.id]).await?.into_iter().map(|stored| stored.person.id).collect();
    assert_eq!(found, BTreeSet::from([full.id, bare.id]));
    assert!(tx.people(&[]).await?.is_empty());
    Ok(())
}

async fn an_update_replaces_what_is_known(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(2);
    let before = known_person("Nguyễn Thị Kiểm Thử", &mut random)?;
    let bystander = known_person("Nguyễn Thị Bên Cạnh", &mut random)?;
    insert(ground, &[&before, &bystander]).await?;
    let after = Person { id: before.id, ..person("Nguyễn Thị Kiểm Nghiệm", &mut random)? };
    let mut tx = ground.store.write().await?;
    tx.update_person(&after).await?;
    tx.commit().await?;

    let mut tx = ground.store.read().await?;
    assert!(tx.person(before.id).await?.is_some_and(|stored| stored.person == after && stored.created_at == start()));
    assert!(tx.person(bystander.id).await?.is_some_and(|stored| stored.person == bystander));
    let by_old_number = tx.candidates(&draft_of(&before)).await?;
    assert_eq!(by_old_number.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [bystander.id]);
    Ok(())
}

async fn candidates_agree_in_number_or_in_name_with_phone_or_year(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(3);
    let sought = known_person("Đặng Thị Ánh", &mut random)?;
    let other = Some(Phone::parse("0987654321")?);
    let same_number = Person { national_id: sought.national_id.clone(), ..person("Khác Tên", &mut random)? };
    let same_phone = Person { phone: sought.phone.clone(), ..person("DANG THI ANH", &mut random)? };
    let same_year =
        Person { birth: Some(Birth::Year(1990)), phone: other, ..person("Đặng Thị Ảnh", &mut random)? };
    let same_name_alone = person("Đặng Thị Ánh", &mut random)?;
    let same_phone_alone = Person { phone: sought.phone.clone(), ..person("Chung Điện Thoại", &mut random)? };
    let all = [&same_number, &same_phone, &same_year, &same_name_alone, &same_phone_alone];
    insert(ground, &all).await?;

    let mut tx = ground.store.read().await?;
    let found = tx.candidates(&draft_of(&sought)).await?;
    let ids: BTreeSet<PersonId> = found.iter().map(|candidate| candidate.id).collect();
    assert_eq!(ids, BTreeSet::from([same_number.id, same_phone.id, same_year.id]));
    let by_phone = found.iter().find(|candidate| candidate.id == same_phone.id).context("by phone")?;
    assert_eq!(by_phone.full_name_fold, "dang thi anh");
    assert!(by_phone.phone == sought.phone && by_phone.national_id.is_none());

    // Of somebody who gives a name and nothing else, nobody is a candidate: an absent phone is not the same phone.
    assert!(tx.candidates(&draft_of(&same_name_alone)).await?.is_empty());
    drop(tx);

    // A record that was merged is a candidate under the name that it lives on as.
    let mut tx = ground.store.write().await?;
    tx.merge_person(same_name_alone.id, same_number.id).await?;
    let found = tx.candidates(&draft_of(&sought)).await?;
    let ids: BTreeSet<PersonId> = found.iter().map(|candidate| candidate.id).collect();
    assert_eq!(ids, BTreeSet::from([same_name_alone.id, same_phone.id, same_year.id]));
    Ok(())
}

async fn those_who_match_the_same_person_at_once_make_one(ground: &Ground) -> anyhow::Result<()> {
    let arrivals = (0..8).map(|seed| async move {
        let arriving = known_person("Nguyễn Thị Đến Cùng Lúc", &mut random(100 + seed))?;
        let draft = draft_of(&arriving);
        let mut tx = ground.store.write().await?;
        tx.lock_matching(&draft).await?;
        let known = tx.candidates(&draft).await?;
        if known.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            tx.insert_person(&arriving, start()).await?;
        }
        tx.commit().await?;
        anyhow::Ok(known.is_empty())
    });
    let new = try_join_all(arrivals).await?;
    assert_eq!(new.iter().filter(|new| **new).count(), 1);
    Ok(())
}

async fn merged_records_are_one_person_however_they_were_merged(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(5);
    let people: Vec<Person> =
        ["A", "B", "C", "D", "E"].iter().map(|n| person(n, &mut random)).collect::<Result<_, _>>()?;
    let [a, b, c, d, e]: [PersonId; 5] = std::array::from_fn(|i| people[i].id);
    insert(ground, &people.iter().collect::<Vec<_>>()).await?;
    let mut tx = ground.store.write().await?;
    tx.merge_person(b, c).await?;
    tx.merge_person(a, b).await?;
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    for id in [a, b, c] {
        assert_eq!(tx.canonical(id).await?, Some(a));
        let aliases = tx.aliases(id).await?;
        assert_eq!(aliases[0], a, "the canonical id comes first");
        assert_eq!(aliases.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([a, b, c]));
    }
    // Both by an id that is only another name; then those who are one already.
    tx.merge_person(d, e).await?;
    tx.merge_person(c, e).await?;
    for (kept, other) in [(c, a), (a, c), (a, a), (e, b)] {
        tx.merge_person(kept, other).await?;
    }
    tx.merge_person(a, PersonId::new(start(), &mut random)).await?;
    tx.commit().await?;

    let mut tx = ground.store.read().await?;
    for id in [a, b, c, d, e] {
        assert_eq!(tx.canonical(id).await?, Some(a), "{id}");
        assert_eq!(tx.aliases(id).await?.len(), 5);
    }
    assert_eq!(tx.person(e).await?.and_then(|stored| stored.merged_into), Some(a));
    assert_eq!(tx.person(a).await?.and_then(|stored| stored.merged_into), None);
    let stranger = PersonId::new(start(), &mut random);
    assert_eq!(tx.aliases(stranger).await?, [stranger]);
    Ok(())
}

async fn opposite_merges_at_once_make_no_ring(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(6);
    let (one, other) = (person("Một", &mut random)?, person("Hai", &mut random)?);
    insert(ground, &[&one, &other]).await?;
    let merge = |kept: PersonId, gone: PersonId| async move {
        let mut tx = ground.store.write().await?;
        tx.merge_person(kept, gone).await?;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        anyhow::Ok(tx.commit().await?)
    };
    tokio::try_join!(merge(one.id, other.id), merge(other.id, one.id))?;
    let mut tx = ground.store.read().await?;
    let kept = tx.canonical(one.id).await?.context("the first")?;
    assert_eq!(tx.canonical(other.id).await?, Some(kept));
    assert_eq!(tx.canonical(kept).await?, Some(kept));
    Ok(())
}

async fn a_question_is_asked_once_and_answered(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(7);
    let people: Vec<Person> = ["A", "B", "C"].iter().map(|name| person(name, &mut random)).collect::<Result<_, _>>()?;
    let [a, b, c]: [PersonId; 3] = std::array::from_fn(|i| people[i].id);
    insert(ground, &people.iter().collect::<Vec<_>>()).await?;
    let mut question = |person_id, other_id, minute| Review {
        id: ReviewId::new(start(), &mut random),
        person_id,
        other_id,
        reason: "same_name_and_birth".to_owned(),
        created_at: start().plus(minutes(minute)),
    };
    let (first, second, third) = (question(b, a, 0), question(c, a, 1), question(c, b, 2));
    let again = question(b, a, 9);
    let mut tx = ground.store.write().await?;
    for review in [&third, &second, &first, &again] {
        tx.insert_review(review).await?;
    }
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    assert_eq!(tx.open_reviews(10).await?, [first.clone(), second.clone(), third.clone()], "oldest first");
    assert_eq!(tx.open_reviews(1).await?, std::slice::from_ref(&first));
    assert_eq!(tx.reviews_of(b).await?, [first.clone(), third.clone()], "as either of the two");

    tx.resolve_review(second.id, "different", start()).await?;
    assert_eq!(tx.open_reviews(10).await?, [first.clone(), third.clone()]);
    tx.resolve_reviews(a, b, "merged", start()).await?;
    assert_eq!(tx.open_reviews(10).await?, [third], "whichever of the two is named first");
    tx.insert_review(&again).await?;
    assert!(tx.reviews_of(a).await?.is_empty(), "what was answered is not asked again");
    tx.commit().await?;
    Ok(())
}
