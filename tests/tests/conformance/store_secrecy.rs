//! What a thief of the database finds: names, which are searched, and none of the numbers, addresses and messages.

use anyhow::ensure;
use shared::bilingual::Lang;
use shared::ids::MessageId;
use shared::phone::Phone;
use shared_store::outbox::NewMessage;
use shared_store::people::{PeopleQuery, Session, SessionKind, SessionOwner};
use shared_store::{Database, DatabaseOptions, StoreError};

use crate::sample::{account, known_person, place, random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    a_stolen_database_tells_no_number_no_address_and_no_message,
    a_sealed_value_moved_to_another_record_does_not_open,
    without_its_keys_the_database_neither_opens_nor_finds_a_person,
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    let hexadecimal: String = needle.bytes().map(|byte| format!("{byte:02x}")).collect();
    [needle.as_bytes(), hexadecimal.as_bytes()]
        .iter()
        .any(|form| haystack.windows(form.len()).any(|part| part == *form))
}

async fn a_stolen_database_tells_no_number_no_address_and_no_message(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(1);
    let known = known_person("Nguyễn Thị Kiểm Thử", &mut random)?;
    let nurse = account("nurse", &mut random);
    let message = NewMessage {
        id: MessageId::new(start(), &mut random),
        idempotency_key: "exposure:1".to_owned(),
        channel: "sms".to_owned(),
        template: "exposure_found".to_owned(),
        lang: Lang::Vi,
        recipient: "+84987654321".to_owned(),
        subject: Some("Chủ đề riêng".to_owned()),
        text: "Lời nhắn riêng".to_owned(),
        person_id: Some(known.id),
    };
    let session = Session {
        id: shared::ids::SessionId::new(start(), &mut random),
        owner: SessionOwner::Account(nurse.account.id),
        kind: SessionKind::Cookie,
        expires_at: start(),
    };
    let mut tx = ground.store.write().await?;
    tx.insert_person(&known, start()).await?;
    tx.insert_place(&place("Cà phê Riêng", &mut random)?, Some("+84933222111"), "hash", start()).await?;
    tx.queue_message(&message, start()).await?;
    tx.put_account(&nurse, start()).await?;
    tx.insert_session(&session, b"hash of the token", start()).await?;
    tx.commit().await?;

    let stolen = ground.stolen().await?;
    for open in ["Nguyễn Thị Kiểm Thử", "Cà phê Riêng", "exposure_found", "hash of the token"] {
        ensure!(holds(&stolen, open), "the search would not find {open:?} either");
    }
    let secrets = [
        "912345678",
        "82190123456",
        "8212345678",
        "Hậu Vinh",
        "987654321",
        "933222111",
        "Chủ đề riêng",
        "Lời nhắn riêng",
    ];
    for secret in secrets {
        ensure!(!holds(&stolen, secret), "{secret:?} lies open in the database");
    }
    Ok(())
}

async fn a_sealed_value_moved_to_another_record_does_not_open(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(2);
    let (mine, yours) = (known_person("Của Tôi", &mut random)?, known_person("Của Bạn", &mut random)?);
    let mut tx = ground.store.write().await?;
    tx.insert_person(&mine, start()).await?;
    tx.insert_person(&yours, start()).await?;
    tx.commit().await?;
    let moved = "UPDATE people SET phone_sealed = (SELECT phone_sealed FROM people WHERE full_name = 'Của Bạn') \
                 WHERE full_name = 'Của Tôi'";
    ground.tamper(moved).await?;
    let mut tx = ground.store.read().await?;
    assert!(matches!(tx.person(mine.id).await, Err(StoreError::Sealed("phone"))));
    assert!(tx.person(yours.id).await?.is_some_and(|stored| stored.person == yours));
    Ok(())
}

async fn without_its_keys_the_database_neither_opens_nor_finds_a_person(ground: &Ground) -> anyhow::Result<()> {
    let known = known_person("Nguyễn Thị Kiểm Thử", &mut random(3))?;
    let mut tx = ground.store.write().await?;
    tx.insert_person(&known, start()).await?;
    tx.commit().await?;
    let directory = tempfile::tempdir()?;
    let keys = shared_store::keys::Keys::open(directory.path(), &mut random(4))?;
    let options = DatabaseOptions { url: ground.url().to_owned(), connections: 2 };
    let stranger = Database::open(&options, keys, shared_store::wake::Wake::default()).await?;
    let store = stranger.shared();
    assert!(matches!(store.read().await?.person(known.id).await, Err(StoreError::Sealed(_))));
    let phone = Some(Phone::parse("0912345678")?.as_str().to_owned());
    let query = PeopleQuery { phone, limit: 5, ..PeopleQuery::default() };
    assert!(store.read().await?.search_people(&query).await?.is_empty());
    assert_eq!(ground.store.read().await?.search_people(&query).await?.len(), 1);
    stranger.close().await;
    Ok(())
}
