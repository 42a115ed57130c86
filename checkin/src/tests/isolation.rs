//! A case that infects until it is isolated: what is matched before, at its closing, and after it.

use std::collections::BTreeSet;

use shared::events::{CaseClosed, CaseOpened, ExposureLevel};
use shared::ids::PersonId;
use shared::place::{Place, PlaceKind};
use shared::time::{hours, minutes};

use super::exposures::{Found, announced, case_of, stored};
use super::support::{Town, WARD, on_both};
use crate::app::timers;

/// A place, and An at it, who will be the case; Bình and Chi are elsewhere.
async fn at_the_table(town: &Town) -> (Place, [PersonId; 3]) {
    let place = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let mut people = Vec::new();
    for name in ["Nguyễn Văn An", "Trần Thị Bình", "Lê Thị Chi"] {
        people.push(town.person(name, Some(WARD)).await);
    }
    town.visit(&place, people[0]).await;
    (place, [people[0], people[1], people[2]])
}

async fn a_case_that_nobody_isolated_is_matched_until_it_is_closed(town: Town) {
    let (place, [case, binh, chi]) = at_the_table(&town).await;
    town.clock.advance(minutes(10));
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    assert_eq!(timers::run_due(&town.app).await.unwrap(), 0);
    town.visit(&place, binh).await;
    assert_eq!(stored(&town, opened.case_id).await, Found::new());
    town.clock.advance(hours(1));
    assert_eq!(timers::run_due(&town.app).await.unwrap(), 1);
    let key = |person| (person, place.id, town.now().local_date());
    assert_eq!(stored(&town, opened.case_id).await[&key(binh)], (60, ExposureLevel::Close, true));

    town.visit(&place, case).await;
    // Dũng comes between the last hour's matching and the end.
    let dung = town.person("Phạm Văn Dũng", Some(WARD)).await;
    town.visit(&place, dung).await;
    town.clock.advance(minutes(40));
    assert_eq!(timers::run_due(&town.app).await.unwrap(), 0);
    let closed = CaseClosed { case_id: opened.case_id, person_id: case, closed_at: town.now() };
    town.hear(&closed).await;
    assert_eq!(stored(&town, opened.case_id).await[&key(dung)], (40, ExposureLevel::Close, true));
    assert!(announced(&town).await.iter().any(|found| found.person_id == dung));
    town.clock.advance(minutes(1));
    town.visit(&place, chi).await;
    for later in [1, 2] {
        town.clock.advance(hours(later));
        assert_eq!(timers::run_due(&town.app).await.unwrap(), 0, "it is matched no more");
    }
    assert!(!stored(&town, opened.case_id).await.contains_key(&key(chi)));

    // Word of the closing came first: the window of the case ends with it all the same.
    let overtaken = case_of(&town, case);
    town.hear(&CaseClosed { case_id: overtaken.case_id, closed_at: town.now(), ..closed }).await;
    town.hear(&overtaken).await;
    let stored = town.app.store.read().await.unwrap().case(overtaken.case_id).await.unwrap().unwrap();
    assert_eq!((stored.isolated_from, stored.specimen_at), (Some(town.now()), overtaken.specimen_at));
}

async fn an_isolation_that_lies_ahead_is_waited_for(town: Town) {
    let (place, [case, binh, chi]) = at_the_table(&town).await;
    let opened = CaseOpened { isolated_from: Some(town.now().plus(minutes(100))), ..case_of(&town, case) };
    town.hear(&opened).await;
    town.clock.advance(minutes(30));
    town.visit(&place, binh).await;
    let mut timers_run = 0;
    for _ in 0..4 {
        town.clock.advance(minutes(60));
        town.visit(&place, chi).await;
        timers_run += timers::run_due(&town.app).await.unwrap();
    }
    assert_eq!(timers_run, 2, "one before the isolation began, one after it");
    let people: BTreeSet<PersonId> = stored(&town, opened.case_id).await.into_keys().map(|(who, ..)| who).collect();
    assert!(people.contains(&binh), "who came before it began is a contact");
    let subject = format!("case:{}", opened.case_id);
    let matchings = || async {
        let lines = town.app.store.write().await.unwrap().audit_lines(Some(&subject), None, 50).await.unwrap();
        lines.iter().filter(|line| line.action == "exposures.match").count()
    };
    let before = matchings().await;
    town.hear(&CaseClosed { case_id: opened.case_id, person_id: case, closed_at: town.now() }).await;
    assert_eq!(matchings().await, before, "nothing is new of a case that was isolated long ago");
}

on_both!(renewal, super::a_case_that_nobody_isolated_is_matched_until_it_is_closed);
on_both!(ahead, super::an_isolation_that_lies_ahead_is_waited_for);
