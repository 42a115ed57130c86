//! Personal cards.

use shared::time::minutes;
use shared_store::cards::{CardError, CardRecord, draw, holder};
use uuid::Uuid;

use crate::sample::{person, random, start};
use crate::store_ground::{Ground, on_both_stores};

const KEY: [u8; 32] = [7; 32];

on_both_stores! {
    a_card_names_its_holder_until_it_is_ended,
    the_cards_of_a_person_end_one_by_one_or_all_at_once,
    a_card_of_a_merged_person_names_the_one_who_stays,
}

async fn a_card_names_its_holder_until_it_is_ended(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(1);
    let tam = person("Lê Thị Tám", &mut random)?;
    let code = draw(&KEY, &mut random);
    let card = CardRecord { id: Uuid::from_bytes(code.card), person_id: tam.id, issued_at: start(), revoked_at: None };
    let mut tx = ground.store.write().await?;
    tx.insert_person(&tam, start()).await?;
    assert_eq!(holder(tx.as_mut(), &KEY, &code).await?, Err(CardError::Forged), "a proof without a card");
    tx.insert_card(&card).await?;
    assert_eq!(tx.card(card.id).await?, Some(card));
    assert_eq!(holder(tx.as_mut(), &KEY, &code).await?, Ok(tam.id));
    assert_eq!(holder(tx.as_mut(), &[8; 32], &code).await?, Err(CardError::Forged));
    assert_eq!(tx.revoke_cards(tam.id, Some(card.id), start().plus(minutes(1))).await?, 1);
    assert_eq!(holder(tx.as_mut(), &KEY, &code).await?, Err(CardError::Revoked));
    assert_eq!(tx.card(card.id).await?.and_then(|card| card.revoked_at), Some(start().plus(minutes(1))));
    Ok(tx.commit().await?)
}

async fn the_cards_of_a_person_end_one_by_one_or_all_at_once(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(2);
    let (tam, ba) = (person("Lê Thị Tám", &mut random)?, person("Lê Văn Ba", &mut random)?);
    let mut tx = ground.store.write().await?;
    tx.insert_people(&[tam.clone(), ba.clone()], start()).await?;
    let mut ids = Vec::new();
    for (n, owner) in (0..).zip([&tam, &tam, &tam, &ba]) {
        let id = Uuid::from_bytes(draw(&KEY, &mut random).card);
        let issued_at = start().plus(minutes(n));
        tx.insert_card(&CardRecord { id, person_id: owner.id, issued_at, revoked_at: None }).await?;
        ids.push(id);
    }
    let newest_first = |cards: Vec<CardRecord>| cards.iter().map(|card| card.id).collect::<Vec<_>>();
    assert_eq!(newest_first(tx.cards_of(tam.id).await?), [ids[2], ids[1], ids[0]]);
    assert_eq!(tx.revoke_cards(ba.id, Some(ids[0]), start()).await?, 0, "not a card of this person");
    assert_eq!(tx.revoke_cards(tam.id, Some(ids[1]), start()).await?, 1);
    assert_eq!(newest_first(tx.cards_of(tam.id).await?), [ids[2], ids[0]]);
    assert_eq!(tx.revoke_cards(tam.id, None, start()).await?, 2);
    assert!(tx.cards_of(tam.id).await?.is_empty());
    assert_eq!(newest_first(tx.cards_of(ba.id).await?), [ids[3]]);
    Ok(tx.commit().await?)
}

async fn a_card_of_a_merged_person_names_the_one_who_stays(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(3);
    let (kept, other) = (person("Lê Thị Tám", &mut random)?, person("Lê Thị Tam", &mut random)?);
    let code = draw(&KEY, &mut random);
    let mut tx = ground.store.write().await?;
    tx.insert_people(&[kept.clone(), other.clone()], start()).await?;
    let id = Uuid::from_bytes(code.card);
    tx.insert_card(&CardRecord { id, person_id: other.id, issued_at: start(), revoked_at: None }).await?;
    tx.merge_person(kept.id, other.id).await?;
    assert_eq!(holder(tx.as_mut(), &KEY, &code).await?, Ok(kept.id));
    Ok(tx.commit().await?)
}
