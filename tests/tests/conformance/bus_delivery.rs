//! From the bus to the handlers: every one of them, tries and dead letters, repeats.

use std::sync::Arc;

use shared::clock::Clock;
use shared_bus::delivery::ATTEMPTS;
use shared_store::pace::Pace;
use shared_store::runtime::{SystemClock, system_random};

use crate::bus_ground::{ASKED, Line, TOLD, eventually, on_both_buses, told};
use crate::sample;

on_both_buses! {
    every_handler_of_a_kind_gets_an_event_once_and_no_other,
    a_handler_that_fails_twice_is_given_the_event_a_third_time,
    a_handler_that_keeps_failing_ends_with_a_dead_letter,
    poison_is_put_aside_at_once_and_holds_up_nobody,
    a_handler_that_panics_puts_the_event_aside_and_goes_on,
    an_event_published_twice_comes_twice_and_has_one_effect,
    a_crowd_of_events_all_have_their_effect_once,
    a_bus_that_answers_is_ready,
}

async fn every_handler_of_a_kind_gets_an_event_once_and_no_other(line: &Line) -> anyhow::Result<()> {
    let one = Arc::new(line.handler("one", &[TOLD]));
    let both = Arc::new(line.handler("both", &[ASKED, TOLD]));
    let other = Arc::new(line.handler("other", &[ASKED]));
    line.listen(&[&one, &both, &other]).await?;
    let (told, asked) = (told(), sample::event(ASKED, SystemClock.now(), &mut system_random()));
    let unheard = sample::event("antam.test.unheard.v1", SystemClock.now(), &mut system_random());
    for event in [&told, &unheard, &asked] {
        line.bus.publish(event, Pace::Now).await?;
    }
    one.has(&[told.id]).await?;
    both.has(&[told.id, asked.id]).await?;
    other.has(&[asked.id]).await?;
    assert_eq!((one.given().len(), both.given().len(), other.given().len()), (1, 2, 1));
    Ok(())
}

async fn a_handler_that_fails_twice_is_given_the_event_a_third_time(line: &Line) -> anyhow::Result<()> {
    let shaky = Arc::new(line.handler("shaky", &[TOLD]).failing(2));
    line.listen(&[&shaky]).await?;
    let event = told();
    line.bus.publish(&event, Pace::Now).await?;
    shaky.has(&[event.id]).await?;
    assert_eq!(shaky.given(), [event.id; 3]);
    assert!(line.ground.store.read().await?.dead_letters(10).await?.is_empty());
    Ok(())
}

async fn a_handler_that_keeps_failing_ends_with_a_dead_letter(line: &Line) -> anyhow::Result<()> {
    let broken = Arc::new(line.handler("broken", &[TOLD]).failing(ATTEMPTS));
    line.listen(&[&broken]).await?;
    let (event, next) = (told(), told());
    line.bus.publish(&event, Pace::Now).await?;
    let store = &line.ground.store;
    eventually("a dead letter", async || Ok(store.read().await?.backlog().await?.dead_letters == 1)).await?;
    assert_eq!(broken.given().len(), usize::try_from(ATTEMPTS)?);
    let letter = store.read().await?.dead_letters(10).await?.remove(0);
    assert_eq!((letter.consumer.as_str(), &letter.event), ("broken", &event));
    assert_eq!(letter.error, "the store failed: a sealed value of test does not open");

    line.bus.publish(&next, Pace::Now).await?;
    broken.has(&[next.id]).await?;
    Ok(())
}

async fn poison_is_put_aside_at_once_and_holds_up_nobody(line: &Line) -> anyhow::Result<()> {
    let (poison, next) = (told(), told());
    let picky = Arc::new(line.handler("picky", &[TOLD]).refusing(poison.id));
    let easy = Arc::new(line.handler("easy", &[TOLD]));
    line.listen(&[&picky, &easy]).await?;
    for event in [&poison, &next] {
        line.bus.publish(event, Pace::Now).await?;
    }
    easy.has(&[poison.id, next.id]).await?;
    picky.has(&[next.id]).await?;
    let store = &line.ground.store;
    eventually("a dead letter", async || Ok(store.read().await?.backlog().await?.dead_letters == 1)).await?;
    let letter = store.read().await?.dead_letters(10).await?.remove(0);
    assert_eq!((letter.consumer.as_str(), letter.error.as_str()), ("picky", "the rule says no"));
    assert_eq!(picky.given().iter().filter(|id| **id == poison.id).count(), 1, "a refusal is not tried again");
    Ok(())
}

async fn a_handler_that_panics_puts_the_event_aside_and_goes_on(line: &Line) -> anyhow::Result<()> {
    let (poison, next) = (told(), told());
    let fragile = Arc::new(line.handler("fragile", &[TOLD]).panicking_at(poison.id));
    let easy = Arc::new(line.handler("easy", &[TOLD]));
    line.listen(&[&fragile, &easy]).await?;
    for event in [&poison, &next] {
        line.bus.publish(event, Pace::Now).await?;
    }
    easy.has(&[poison.id, next.id]).await?;
    fragile.has(&[next.id]).await?;
    let store = &line.ground.store;
    eventually("a dead letter", async || Ok(store.read().await?.backlog().await?.dead_letters == 1)).await?;
    let letter = store.read().await?.dead_letters(10).await?.remove(0);
    assert_eq!((letter.consumer.as_str(), letter.event.id), ("fragile", poison.id));
    Ok(())
}

async fn an_event_published_twice_comes_twice_and_has_one_effect(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    let event = told();
    for _ in 0..2 {
        line.bus.publish(&event, Pace::Now).await?;
    }
    eventually("both deliveries", async || Ok(listener.given().len() == 2)).await?;
    listener.has(&[event.id]).await?;
    Ok(())
}

async fn a_crowd_of_events_all_have_their_effect_once(line: &Line) -> anyhow::Result<()> {
    let one = Arc::new(line.handler("one", &[TOLD]));
    let other = Arc::new(line.handler("other", &[TOLD]).failing(20));
    line.listen(&[&one, &other]).await?;
    let events: Vec<_> = (0..150).map(|_| told()).collect();
    futures::future::try_join_all(events.iter().map(|event| line.bus.publish(event, Pace::Now))).await?;
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    one.has(&ids).await?;
    let store = &line.ground.store;
    eventually("all events at the other", async || {
        let dead = store.read().await?.backlog().await?.dead_letters;
        Ok(other.effects().len() + usize::try_from(dead)? == ids.len())
    })
    .await
}

async fn a_bus_that_answers_is_ready(line: &Line) -> anyhow::Result<()> {
    Ok(line.bus.ready().await?)
}
