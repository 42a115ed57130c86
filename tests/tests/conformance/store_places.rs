//! The register of places and their staff.

use shared::ids::PlaceId;
use shared::place::{Place, PlaceCode};
use shared_store::people::PlaceKey;

use crate::sample::{account, place, random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    a_place_reads_back_by_id_and_by_code,
    a_taken_code_or_id_is_refused_and_changes_nothing,
    places_stand_in_the_order_of_their_names_page_by_page,
    staff_keep_their_own_places,
}

async fn a_place_reads_back_by_id_and_by_code(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(1);
    let market = Place { capacity: Some(u32::MAX), ..place("Chợ Mỹ Tho", &mut random)? };
    let stall = Place { parent_id: Some(market.id), ..place("Sạp 12", &mut random)? };
    let mut tx = ground.store.write().await?;
    assert!(tx.insert_place(&market, Some("+84912345678"), "aa", start()).await?);
    assert!(tx.insert_place(&stall, None, "bb", start()).await?);
    tx.commit().await?;

    let mut tx = ground.store.read().await?;
    for (written, hash) in [(&market, "aa"), (&stall, "bb")] {
        assert_eq!(tx.place(&PlaceKey::Id(written.id)).await?.as_ref(), Some(written));
        assert_eq!(tx.place(&PlaceKey::Code(written.code.as_str().to_owned())).await?.as_ref(), Some(written));
        assert_eq!(tx.place_body_hash(written.id).await?.as_deref(), Some(hash));
    }
    let nowhere = PlaceId::new(start(), &mut random);
    assert_eq!(tx.place(&PlaceKey::Id(nowhere)).await?, None);
    assert_eq!(tx.place(&PlaceKey::Code("00000000".to_owned())).await?, None);
    assert_eq!(tx.place_body_hash(nowhere).await?, None);
    let mut found = tx.places_by_id(&[stall.id, nowhere, market.id]).await?;
    found.sort_by_key(|place| place.id != market.id);
    assert_eq!(found, [market.clone(), stall.clone()]);
    assert_eq!(tx.parts_of_places(&[nowhere, market.id]).await?, std::slice::from_ref(&stall));
    assert!(tx.parts_of_places(&[stall.id]).await?.is_empty());
    assert!(tx.parts_of_places(&[]).await?.is_empty());
    Ok(())
}

async fn a_taken_code_or_id_is_refused_and_changes_nothing(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(2);
    let first = place("Cà phê Một", &mut random)?;
    let same_code = Place { code: first.code, ..place("Cà phê Hai", &mut random)? };
    let same_id = Place { id: first.id, ..place("Cà phê Ba", &mut random)? };
    let mut tx = ground.store.write().await?;
    assert!(tx.insert_place(&first, None, "aa", start()).await?);
    tx.commit().await?;
    let mut tx = ground.store.write().await?;
    assert!(!tx.insert_place(&same_code, None, "bb", start()).await?);
    assert!(!tx.insert_place(&same_id, None, "cc", start()).await?);
    let fresh = Place { code: PlaceCode::new(&mut random), ..same_code };
    assert!(tx.insert_place(&fresh, None, "bb", start()).await?, "the transaction goes on after a refusal");
    tx.commit().await?;
    let mut tx = ground.store.read().await?;
    assert_eq!(tx.place(&PlaceKey::Id(first.id)).await?, Some(first.clone()));
    assert_eq!(tx.place_body_hash(first.id).await?.as_deref(), Some("aa"));
    assert_eq!(tx.places(None, 10, 0).await?.len(), 2);
    Ok(())
}

async fn places_stand_in_the_order_of_their_names_page_by_page(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(3);
    let mut tx = ground.store.write().await?;
    for name in ["Đò Rạch Miễu", "Bến xe", "Ăn Vặt", "Chợ"] {
        assert!(tx.insert_place(&place(name, &mut random)?, None, "", start()).await?);
    }
    tx.commit().await?;
    let mut tx = ground.store.read().await?;
    let mut names = async |limit, offset| {
        let places = tx.places(None, limit, offset).await?;
        anyhow::Ok(places.into_iter().map(|place| place.name).collect::<Vec<_>>())
    };
    assert_eq!(names(10, 0).await?, ["Ăn Vặt", "Bến xe", "Chợ", "Đò Rạch Miễu"]);
    assert_eq!(names(2, 1).await?, ["Bến xe", "Chợ"]);
    assert!(names(2, 4).await?.is_empty());
    Ok(())
}

async fn staff_keep_their_own_places(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(4);
    let (mine, other) = (place("Quán Tôi", &mut random)?, place("Quán Bạn", &mut random)?);
    let (me, you) = (account("toi", &mut random), account("ban", &mut random));
    let (my_id, your_id) = (me.account.id, you.account.id);
    let mut tx = ground.store.write().await?;
    for place in [&mine, &other] {
        tx.insert_place(place, None, "", start()).await?;
    }
    for account in [&me, &you] {
        tx.put_account(account, start()).await?;
    }
    for _ in 0..2 {
        tx.add_staff(mine.id, my_id).await?;
    }
    tx.commit().await?;

    let mut tx = ground.store.read().await?;
    assert!(tx.is_staff(mine.id, my_id).await?);
    assert!(!tx.is_staff(other.id, my_id).await?);
    assert!(!tx.is_staff(mine.id, your_id).await?);
    assert_eq!(tx.places(Some(my_id), 10, 0).await?, [mine]);
    assert!(tx.places(Some(your_id), 10, 0).await?.is_empty());
    Ok(())
}
