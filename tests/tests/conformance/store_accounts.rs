//! Accounts, sessions and one-time codes.

use anyhow::Context;
use futures::future::try_join_all;
use shared::access::{AreaScope, Role};
use shared::ids::{AccountId, PersonId, SessionId, uuid_v7};
use shared::time::{Instant, minutes};
use shared_store::SharedWrite;
use shared_store::people::{Session, SessionKind, SessionOwner, StoredAccount};

use crate::sample::{account, person, random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    an_account_reads_back_by_name_and_by_id,
    an_account_put_again_is_replaced_and_keeps_its_id,
    a_session_lives_until_it_ends_or_is_revoked,
    all_sessions_of_an_account_end_at_once_and_nobody_elses,
    a_code_is_taken_once_and_in_time,
    wrong_tries_are_counted_and_end_the_code,
    the_newest_code_counts_and_takes_the_older_with_it,
    a_code_tried_by_many_at_once_is_taken_once,
    a_second_factor_counts_once_it_is_confirmed_and_takes_a_step_once,
    wrong_codes_of_a_second_factor_are_counted_for_a_while,
}

fn same(one: &StoredAccount, other: &StoredAccount) -> bool {
    one.account == other.account && one.password_hash == other.password_hash && one.active == other.active
}

async fn an_account_reads_back_by_name_and_by_id(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(1);
    let nurse = account("tram.phuong4", &mut random);
    let mut lab = StoredAccount { active: false, ..account("lab", &mut random) };
    lab.account.roles = Role::ALL.to_vec();
    lab.account.area = AreaScope::Province("82".to_owned());
    lab.account.lab_code = Some("TG-CDC".to_owned());
    let mut tx = ground.store.write().await?;
    for account in [&nurse, &lab] {
        tx.put_account(account, start()).await?;
    }
    tx.commit().await?;

    let mut tx = ground.store.read().await?;
    for written in [&nurse, &lab] {
        let by_name = tx.account_by_username(&written.account.username).await?;
        assert!(by_name.is_some_and(|found| same(&found, written)));
        assert!(tx.account(written.account.id).await?.is_some_and(|found| same(&found, written)));
    }
    assert!(tx.account_by_username("LAB").await?.is_none(), "a name is what it is, letter by letter");
    assert!(tx.account_by_username("nobody").await?.is_none());
    let all: Vec<String> = tx.accounts().await?.into_iter().map(|stored| stored.account.username).collect();
    assert_eq!(all, ["lab", "tram.phuong4"]);
    Ok(())
}

async fn an_account_put_again_is_replaced_and_keeps_its_id(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(2);
    let before = account("doctor", &mut random);
    let mut after = StoredAccount { active: false, password_hash: "new".to_owned(), ..account("doctor", &mut random) };
    after.account.roles = vec![Role::Doctor, Role::Officer];
    let mut tx = ground.store.write().await?;
    tx.put_account(&before, start()).await?;
    tx.put_account(&after, start()).await?;
    tx.commit().await?;
    let all = ground.store.read().await?.accounts().await?;
    after.account.id = before.account.id;
    assert!(all.len() == 1 && same(&all[0], &after));
    Ok(())
}

async fn a_session_lives_until_it_ends_or_is_revoked(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(3);
    let (nurse, citizen) = (account("nurse", &mut random), person("Nguyễn Văn Khách", &mut random)?);
    let ends = start().plus(minutes(30));
    let mut session = |owner, kind| Session { id: SessionId::new(start(), &mut random), owner, kind, expires_at: ends };
    let page = session(SessionOwner::Account(nurse.account.id), SessionKind::Cookie);
    let program = session(SessionOwner::Person(citizen.id), SessionKind::Bearer);
    let mut tx = ground.store.write().await?;
    tx.put_account(&nurse, start()).await?;
    tx.insert_person(&citizen, start()).await?;
    tx.insert_session(&page, &[1; 32], start()).await?;
    tx.insert_session(&program, &[2; 32], start()).await?;
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    for (written, token) in [(&page, [1; 32]), (&program, [2; 32])] {
        let last = ends.minus(minutes(1));
        let found = tx.session(&token, last).await?.expect("the session has not ended");
        assert_eq!(
            (found.id, found.owner, found.kind, found.expires_at),
            (written.id, written.owner, written.kind, ends)
        );
        assert!(tx.session(&token, ends).await?.is_none(), "it ends at its end");
    }
    assert!(tx.session(&[3; 32], start()).await?.is_none());
    tx.revoke_session(&[1; 32], start()).await?;
    assert!(tx.session(&[1; 32], start()).await?.is_none());
    assert!(tx.session(&[2; 32], start()).await?.is_some(), "the other one lives on");
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    let taken = tx.insert_session(&program, &[2; 32], start()).await;
    assert!(taken.is_err_and(|error| error.is_unique_violation()));
    drop(tx);

    let mut tx = ground.store.write().await?;
    let nobody = Session { owner: SessionOwner::Person(PersonId::new(start(), &mut random)), ..program };
    let nobody = Session { id: SessionId::new(ends, &mut random), ..nobody };
    assert!(tx.insert_session(&nobody, &[4; 32], start()).await.is_err(), "a session belongs to somebody");
    Ok(())
}

async fn all_sessions_of_an_account_end_at_once_and_nobody_elses(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(4);
    let (nurse, doctor) = (account("nurse", &mut random), account("doctor", &mut random));
    let ends = start().plus(minutes(30));
    let mut tx = ground.store.write().await?;
    for (stored, token) in [(&nurse, [1; 32]), (&nurse, [2; 32]), (&doctor, [3; 32])] {
        let owner = SessionOwner::Account(stored.account.id);
        let id = SessionId::new(start(), &mut random);
        tx.put_account(stored, start()).await?;
        tx.insert_session(&Session { id, owner, kind: SessionKind::Cookie, expires_at: ends }, &token, start()).await?;
    }
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    assert_eq!(tx.end_sessions("nurse", start()).await?, 2);
    assert_eq!(tx.end_sessions("nurse", start()).await?, 0, "they have ended");
    assert_eq!(tx.end_sessions("nobody", start()).await?, 0);
    assert!(tx.session(&[1; 32], start()).await?.is_none() && tx.session(&[2; 32], start()).await?.is_none());
    assert!(tx.session(&[3; 32], start()).await?.is_some(), "the doctor works on");
    Ok(())
}

const PURPOSE: &str = "citizen";
const PHONE: &str = "subject-index";

async fn insert_code(tx: &mut dyn SharedWrite, code: u8, at: Instant) -> anyhow::Result<()> {
    let id = uuid_v7(at, &mut random(u64::from(code)));
    Ok(tx.insert_code(id, PURPOSE, PHONE, &[code; 32], at, at.plus(minutes(5))).await?)
}

async fn try_code(tx: &mut dyn SharedWrite, code: u8, at: Instant) -> anyhow::Result<bool> {
    Ok(tx.try_code(PURPOSE, PHONE, &[code; 32], at, 3).await?)
}

async fn a_code_is_taken_once_and_in_time(ground: &Ground) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    insert_code(tx.as_mut(), 1, start()).await?;
    assert!(!try_code(tx.as_mut(), 1, start().plus(minutes(5))).await?, "its time is over at its end");
    assert!(!tx.try_code("other", PHONE, &[1; 32], start(), 3).await?, "it is for one purpose");
    assert!(!tx.try_code(PURPOSE, "other", &[1; 32], start(), 3).await?, "it is for one subject");
    assert!(try_code(tx.as_mut(), 1, start().plus(minutes(4))).await?);
    assert!(!try_code(tx.as_mut(), 1, start().plus(minutes(4))).await?, "it is good once");
    Ok(())
}

async fn wrong_tries_are_counted_and_end_the_code(ground: &Ground) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    insert_code(tx.as_mut(), 1, start()).await?;
    for _ in 0..2 {
        assert!(!try_code(tx.as_mut(), 9, start()).await?);
    }
    assert!(try_code(tx.as_mut(), 1, start()).await?, "the third try of three");
    insert_code(tx.as_mut(), 2, start().plus(minutes(1))).await?;
    for _ in 0..3 {
        assert!(!try_code(tx.as_mut(), 9, start().plus(minutes(1))).await?);
    }
    assert!(!try_code(tx.as_mut(), 2, start().plus(minutes(1))).await?, "the fourth try is not heard");
    Ok(())
}

async fn the_newest_code_counts_and_takes_the_older_with_it(ground: &Ground) -> anyhow::Result<()> {
    let later = start().plus(minutes(1));
    let mut tx = ground.store.write().await?;
    insert_code(tx.as_mut(), 1, start()).await?;
    insert_code(tx.as_mut(), 2, later).await?;
    assert_eq!(tx.codes_since(PURPOSE, PHONE, start()).await?, 2);
    assert_eq!(tx.codes_since(PURPOSE, PHONE, later).await?, 1);
    assert_eq!(tx.codes_since(PURPOSE, "other", start()).await?, 0);
    assert!(!try_code(tx.as_mut(), 1, later).await?, "the older one is no longer asked for");
    assert!(try_code(tx.as_mut(), 2, later).await?);
    assert!(!try_code(tx.as_mut(), 1, later).await?, "the older one does not come back");
    Ok(())
}

async fn a_code_tried_by_many_at_once_is_taken_once(ground: &Ground) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    insert_code(tx.as_mut(), 1, start()).await?;
    tx.commit().await?;
    let tries = (0..8).map(|_| async {
        let mut tx = ground.store.write().await?;
        let taken = tx.try_code(PURPOSE, PHONE, &[1; 32], start(), 100).await?;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        tx.commit().await?;
        anyhow::Ok(taken)
    });
    let taken = try_join_all(tries).await?;
    assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
    Ok(())
}

/// An account with a second factor that is still to be confirmed.
async fn with_factor(ground: &Ground) -> anyhow::Result<AccountId> {
    let stored = account("doctor", &mut random(8));
    let mut tx = ground.store.write().await?;
    tx.put_account(&stored, start()).await?;
    assert!(tx.second_factor(stored.account.id).await?.is_none());
    assert!(tx.put_second_factor(stored.account.id, &[7; 20], start()).await?);
    tx.commit().await?;
    Ok(stored.account.id)
}

async fn a_second_factor_counts_once_it_is_confirmed_and_takes_a_step_once(ground: &Ground) -> anyhow::Result<()> {
    let id = with_factor(ground).await?;
    let mut tx = ground.store.write().await?;
    assert!(tx.put_second_factor(id, &[8; 20], start()).await?, "one that was only begun is begun anew");
    let found = tx.second_factor(id).await?.context("a factor")?;
    assert_eq!((found.secret.as_slice(), found.confirmed, found.last_step), ([8; 20].as_slice(), false, 0));
    assert!(tx.take_second_factor(id, 10, start()).await?);
    assert!(!tx.put_second_factor(id, &[9; 20], start()).await?, "one that is confirmed stays");
    for step in [9, 10] {
        assert!(!tx.take_second_factor(id, step, start()).await?);
    }
    tx.commit().await?;
    let takes = (0..8).map(|_| async {
        let mut tx = ground.store.write().await?;
        let taken = tx.take_second_factor(id, 11, start()).await?;
        tx.commit().await?;
        anyhow::Ok(taken)
    });
    assert_eq!(try_join_all(takes).await?.into_iter().filter(|taken| *taken).count(), 1);
    let mut tx = ground.store.write().await?;
    let found = tx.second_factor(id).await?.context("a factor")?;
    assert_eq!((found.secret.as_slice(), found.confirmed, found.last_step), ([8; 20].as_slice(), true, 11));
    assert!(tx.remove_second_factor(id).await? && !tx.remove_second_factor(id).await?);
    assert!(tx.second_factor(id).await?.is_none());
    tx.commit().await?;
    Ok(())
}

async fn wrong_codes_of_a_second_factor_are_counted_for_a_while(ground: &Ground) -> anyhow::Result<()> {
    let id = with_factor(ground).await?;
    let (begun, soon, late) = (start().plus(minutes(20)), start().plus(minutes(29)), start().plus(minutes(30)));
    let mut tx = ground.store.write().await?;
    for (at, tries, from) in [(begun, 1, begun), (soon, 2, begun), (late, 1, late)] {
        tx.miss_second_factor(id, at, at.minus(minutes(10))).await?;
        let found = tx.second_factor(id).await?.context("a factor")?;
        assert_eq!((found.tries, found.tries_from), (tries, from));
    }
    assert!(tx.take_second_factor(id, 1, late).await?);
    assert_eq!(tx.second_factor(id).await?.context("a factor")?.tries, 0, "a right code ends the count");
    tx.commit().await?;
    Ok(())
}
