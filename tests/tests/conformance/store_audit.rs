//! The audit log: append-only, chained, and verified against every way to change it past the program.

use futures::future::try_join_all;
use serde_json::json;
use shared::ids::{AccountId, PersonId};
use shared::time::minutes;
use shared_store::audit::{Actor, AuditEntry, AuditFault, Verification, remembered, seal, verify};
use shared_store::wake::Topic;

use crate::sample::{random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    lines_are_found_by_subject_and_by_actor_newest_first,
    a_line_about_many_people_is_one_line_and_found_under_each,
    the_database_refuses_to_change_or_delete_a_line,
    a_log_is_whole_while_it_is_written_and_chained,
    a_line_that_was_not_committed_is_not_in_the_log,
    a_changed_line_is_found,
    a_line_or_a_link_that_is_gone_is_found,
    a_line_added_past_the_chain_is_found,
    a_waiting_line_that_is_gone_is_found,
    an_end_that_was_cut_off_is_found_and_stays_found,
    a_log_that_was_replaced_is_found,
}

fn entry(n: u64) -> AuditEntry {
    AuditEntry {
        service: "f0-tracker",
        actor: match n % 4 {
            0 => Actor::Account(AccountId::new(start(), &mut random(7))),
            1 => Actor::Person(PersonId::new(start(), &mut random(8))),
            2 => Actor::Anonymous,
            _ => Actor::System,
        },
        action: "case.read",
        subject: (!n.is_multiple_of(3)).then(|| format!("case:{}", n % 5)),
        detail: json!({"n": n, "word": "Đặng"}),
        request_id: n.is_multiple_of(2).then(|| format!("request-{n}")),
    }
}

/// Writes lines `from..to`, each a minute after the other.
async fn write(ground: &Ground, from: u64, to: u64) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    for n in from..to {
        let now = start().plus(minutes(i64::try_from(n)?));
        tx.audit(&entry(n), now, &mut random(10_000 + n)).await?;
    }
    Ok(tx.commit().await?)
}

async fn check(ground: &Ground) -> anyhow::Result<Verification> {
    Ok(verify(ground.store.as_ref(), &ground.keys).await?)
}

/// Seven lines in the chain.
async fn seven(ground: &Ground) -> anyhow::Result<()> {
    write(ground, 0, 7).await?;
    seal(ground.store.as_ref(), &ground.keys).await?;
    assert_eq!(check(ground).await?, Verification { chained: 7, waiting: 0, faults: Vec::new() });
    Ok(())
}

/// Runs statements as somebody who first takes the guards of the tables away.
async fn tamper(ground: &Ground, statements: &str) -> anyhow::Result<()> {
    let guards = if ground.is_postgres() {
        "DROP TRIGGER audit_log_append_only ON audit_log; DROP TRIGGER audit_chain_append_only ON audit_chain;"
    } else {
        "DROP TRIGGER IF EXISTS audit_log_no_update; DROP TRIGGER IF EXISTS audit_log_no_delete; \
         DROP TRIGGER IF EXISTS audit_chain_no_update; DROP TRIGGER IF EXISTS audit_chain_no_delete;"
    };
    Ok(ground.tamper(&format!("{guards}{statements}")).await?)
}

async fn lines_are_found_by_subject_and_by_actor_newest_first(ground: &Ground) -> anyhow::Result<()> {
    let nudged = ground.wake.subscribe(Topic::Audit);
    write(ground, 0, 12).await?;
    assert!(nudged.has_changed()?);
    let mut tx = ground.store.read().await?;
    let all = tx.audit_lines(None, None, 100).await?;
    assert_eq!(all.len(), 12);
    for (n, line) in (0..12).rev().zip(&all) {
        let written = entry(n);
        assert_eq!(line.at, start().plus(minutes(i64::try_from(n)?)));
        assert_eq!((line.service.as_str(), line.action.as_str()), (written.service, written.action));
        assert_eq!((&line.subject, &line.request_id), (&written.subject, &written.request_id));
        assert_eq!((&line.actor, &line.detail), (&written.actor.code(), &written.detail.to_string()));
    }
    let of = async |subject: Option<&str>, actor: Option<&str>, limit| {
        let lines = ground.store.read().await?.audit_lines(subject, actor, limit).await?;
        anyhow::Ok(lines.iter().map(|line| line.at.since(start()).as_mins()).collect::<Vec<_>>())
    };
    assert_eq!(of(Some("case:1"), None, 10).await?, [11, 1]);
    assert_eq!(of(None, Some("system"), 10).await?, [11, 7, 3]);
    assert_eq!(of(Some("case:2"), Some("system"), 10).await?, [7]);
    assert_eq!(of(None, Some("system"), 1).await?, [11]);
    assert!(of(Some("case:9"), None, 10).await?.is_empty());
    Ok(())
}

async fn a_line_about_many_people_is_one_line_and_found_under_each(ground: &Ground) -> anyhow::Result<()> {
    let people: Vec<PersonId> = (0..300).map(|n| PersonId::new(start(), &mut random(n))).collect();
    let subject = |person: PersonId| Some(format!("person:{person}"));
    let mut tx = ground.store.write().await?;
    let all = AuditEntry { subject: Some("upload:1".to_owned()), ..entry(3) };
    // Somebody who is named twice is found once.
    tx.audit_of_many(&all, &[&people[..], &people[..1]].concat(), start(), &mut random(1_000)).await?;
    let alone = AuditEntry { subject: subject(people[7]), action: "person.read", ..entry(3) };
    tx.audit(&alone, start().plus(minutes(1)), &mut random(1_001)).await?;
    tx.commit().await?;
    let of = async |subject: Option<String>| {
        let lines = ground.store.read().await?.audit_lines(subject.as_deref(), None, 10).await?;
        anyhow::Ok(lines.into_iter().map(|line| line.action).collect::<Vec<_>>())
    };
    assert_eq!(of(None).await?, ["person.read", "case.read"]);
    assert_eq!(of(all.subject.clone()).await?, ["case.read"]);
    assert_eq!(of(subject(people[0])).await?, ["case.read"]);
    assert_eq!(of(subject(people[299])).await?, ["case.read"]);
    assert_eq!(of(subject(people[7])).await?, ["person.read", "case.read"]);
    assert!(of(subject(PersonId::new(start(), &mut random(5_000)))).await?.is_empty());
    seal(ground.store.as_ref(), &ground.keys).await?;
    assert_eq!(check(ground).await?, Verification { chained: 2, waiting: 0, faults: Vec::new() });
    Ok(())
}

async fn the_database_refuses_to_change_or_delete_a_line(ground: &Ground) -> anyhow::Result<()> {
    seven(ground).await?;
    let mut tx = ground.store.write().await?;
    tx.audit_of_many(&entry(3), &[PersonId::new(start(), &mut random(1))], start(), &mut random(2)).await?;
    tx.commit().await?;
    let mut forbidden = vec![
        "UPDATE audit_log SET detail = '{}'",
        "DELETE FROM audit_log",
        "UPDATE audit_chain SET seq = seq + 100",
        "DELETE FROM audit_chain WHERE seq = 7",
        "DELETE FROM audit_people",
        "UPDATE audit_people SET audit_id = person_id",
    ];
    if ground.is_postgres() {
        forbidden.extend(["TRUNCATE audit_log", "TRUNCATE audit_chain"]);
    }
    for statement in forbidden {
        let refused = ground.tamper(statement).await.expect_err(statement).to_string();
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
    assert!(check(ground).await?.faults.is_empty());
    Ok(())
}

async fn a_log_is_whole_while_it_is_written_and_chained(ground: &Ground) -> anyhow::Result<()> {
    assert_eq!(check(ground).await?, Verification::default());
    assert_eq!(seal(ground.store.as_ref(), &ground.keys).await?.map(|head| head.seq), Some(0), "nothing to chain");
    write(ground, 0, 3).await?;
    assert_eq!(check(ground).await?, Verification { waiting: 3, ..Verification::default() });

    // More than one page, by two sealers at once, while lines are written and verified.
    let writers = (1..=6_u64).map(|n| write(ground, n * 1_000, n * 1_000 + 400));
    let sealers = (0..2).map(|_| async {
        for _ in 0..6 {
            seal(ground.store.as_ref(), &ground.keys).await?;
            let found = check(ground).await?;
            assert!(found.faults.is_empty(), "{:?}", found.faults);
        }
        anyhow::Ok(())
    });
    tokio::try_join!(try_join_all(writers), try_join_all(sealers))?;
    let head = seal(ground.store.as_ref(), &ground.keys).await?.expect("nobody else seals");
    assert_eq!(head.seq, 2_403);
    assert_eq!(ground.store.read().await?.audit_head().await?, head);
    assert_eq!(remembered(ground.keys.directory())?, Some(head));
    assert_eq!(check(ground).await?, Verification { chained: 2_403, waiting: 0, faults: Vec::new() });
    let page = ground.store.read().await?.audit_chain(2_400, 2).await?;
    assert_eq!(page.iter().map(|(seq, _, _)| *seq).collect::<Vec<_>>(), [2_401, 2_402]);
    Ok(())
}

async fn a_line_that_was_not_committed_is_not_in_the_log(ground: &Ground) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    tx.audit(&entry(1), start(), &mut random(1)).await?;
    drop(tx);
    assert_eq!(ground.store.write().await?.audit_counts().await?, (0, 0, 0));
    Ok(())
}

async fn a_changed_line_is_found(ground: &Ground) -> anyhow::Result<()> {
    seven(ground).await?;
    let third = "(SELECT audit_id FROM audit_chain WHERE seq = 3)";
    tamper(ground, &format!("UPDATE audit_log SET actor = 'anonymous!' WHERE id = {third}")).await?;
    let id = ground.store.read().await?.audit_chain(2, 1).await?[0].1.id;
    assert_eq!(check(ground).await?.faults, [AuditFault::Changed { seq: 3, id }]);
    ground.tamper(&format!("UPDATE audit_log SET actor = 'anonymous' WHERE id = {third}")).await?;
    assert!(check(ground).await?.faults.is_empty(), "put back, it is whole again");
    Ok(())
}

async fn a_line_or_a_link_that_is_gone_is_found(ground: &Ground) -> anyhow::Result<()> {
    seven(ground).await?;
    tamper(ground, "DELETE FROM audit_log WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 3)").await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::Missing { seq: 3 }]);
    ground.tamper("DELETE FROM audit_chain WHERE seq = 3").await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::Missing { seq: 3 }]);
    ground.tamper("DELETE FROM audit_chain WHERE seq = 5").await?;
    let found = check(ground).await?.faults;
    let both = [AuditFault::Missing { seq: 3 }, AuditFault::Missing { seq: 5 }, AuditFault::Unchained(1)];
    assert_eq!(found, both);
    Ok(())
}

async fn a_line_added_past_the_chain_is_found(ground: &Ground) -> anyhow::Result<()> {
    seven(ground).await?;
    write(ground, 7, 8).await?;
    ground.tamper("DELETE FROM audit_pending").await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::Unchained(1)]);
    Ok(())
}

async fn a_waiting_line_that_is_gone_is_found(ground: &Ground) -> anyhow::Result<()> {
    seven(ground).await?;
    write(ground, 7, 9).await?;
    tamper(ground, "DELETE FROM audit_log WHERE id = (SELECT audit_id FROM audit_pending LIMIT 1)").await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::Lost(1)]);
    Ok(())
}

async fn an_end_that_was_cut_off_is_found_and_stays_found(ground: &Ground) -> anyhow::Result<()> {
    seven(ground).await?;
    tamper(
        ground,
        "DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM audit_chain WHERE seq > 5); \
         DELETE FROM audit_chain WHERE seq > 5",
    )
    .await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::CutOff { found: 5, remembered: 7 }]);
    write(ground, 20, 21).await?;
    seal(ground.store.as_ref(), &ground.keys).await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::CutOff { found: 6, remembered: 7 }]);
    write(ground, 21, 25).await?;
    seal(ground.store.as_ref(), &ground.keys).await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::Replaced(7)], "new lines do not cover the gap");
    Ok(())
}

async fn a_log_that_was_replaced_is_found(ground: &Ground) -> anyhow::Result<()> {
    seven(ground).await?;
    tamper(ground, "DELETE FROM audit_log; DELETE FROM audit_chain").await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::CutOff { found: 0, remembered: 7 }]);
    // The same program with the same keys lays a chain that is sound in itself, and yet another one.
    write(ground, 30, 40).await?;
    seal(ground.store.as_ref(), &ground.keys).await?;
    assert_eq!(check(ground).await?.faults, [AuditFault::Replaced(7)]);
    Ok(())
}
