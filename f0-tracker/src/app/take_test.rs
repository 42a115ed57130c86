//! A test that the station took, or watched: about a case, or about somebody who may become one.

use std::collections::BTreeSet;

use serde_json::json;
use shared::events::{Method, Outcome};
use shared::ids::{PersonId, ResultId, TestId};
use shared::time::{Instant, hours};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::close_case::{Preview, ended, preview_of};
use super::open_case::{self, Opening};
use super::report::no_such_case;
use super::work::{Work, case_subject};
use super::{area, open_by_hand, window};
use crate::App;
use crate::domain::case::{CaseDraft, CaseState};
use crate::domain::definition::{Definition, Definitions, Fact, Verdict};
use crate::domain::evidence::{KnownCase, OnDetected, on_detected};
use crate::domain::person_test::PersonTestInput;
use crate::domain::station_test::{TestDraft, TestInput};
use crate::store::{CaseRecord, Evidence, OpenedBy, TestRecord};

/// A test that was kept, or one that the same request brought before.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The test.
    pub test: TestRecord,
    /// Whether it was kept now.
    pub created: bool,
    /// When the case may end, where it is open.
    pub preview: Option<Preview>,
}

fn record(work: &mut Work, caller: &Caller, draft: &TestDraft, person_id: PersonId, body_hash: &str) -> TestRecord {
    let now = work.now;
    TestRecord {
        id: draft.id.unwrap_or_else(|| TestId::new(now, work.random())),
        case_id: None,
        person_id,
        method: draft.method,
        outcome: draft.outcome,
        watch: draft.watch,
        collected_at: draft.collected_at,
        recorded_at: now,
        recorded_by: caller.account().map(|account| account.id),
        verdict: None,
        definition: None,
        note: draft.note.clone(),
        body_hash: body_hash.to_owned(),
    }
}

/// Keeps a test; one that counts also stands behind its case as a result does.
async fn keep(work: &mut Work, test: &TestRecord) -> Result<(), Problem> {
    if !work.tx.insert_test(test).await? {
        return Err(Problem::id_conflict());
    }
    stand_behind(work, test).await?;
    let subject = test.case_id.and_then(case_subject);
    let detail = json!({"test_id": test.id, "outcome": test.outcome, "method": test.method.code()});
    Ok(work.audit("test.add", subject, detail).await?)
}

async fn stand_behind(work: &mut Work, test: &TestRecord) -> Result<(), StoreError> {
    if test.case_id.is_some() && test.watch.counts() {
        let evidence = Evidence {
            result_id: ResultId::from_uuid(test.id.uuid()),
            case_id: test.case_id,
            person_id: test.person_id,
            version: 1,
            outcome: Some(test.outcome),
            collected_at: test.collected_at,
        };
        work.tx.put_evidence(&evidence).await?;
    }
    Ok(())
}

/// The test that the same request brought before.
async fn repeated(work: &mut Work, id: Option<TestId>, body_hash: &str) -> Result<Option<TestRecord>, Problem> {
    let Some(id) = id else { return Ok(None) };
    match work.tx.station_test(id).await? {
        Some(test) if test.body_hash == body_hash => Ok(Some(test)),
        Some(_) => Err(Problem::id_conflict()),
        None => Ok(None),
    }
}

/// Takes a test of a patient.
///
/// # Errors
/// 422 for fields at fault, 404 outside the caller's area, 409 where the case has ended or the id was used with another
/// body.
pub async fn of_case(
    app: &App,
    caller: &Caller,
    case_id: shared::ids::CaseId,
    input: &TestInput,
    body_hash: &str,
) -> Result<Taken, Problem> {
    let draft = input.parse(app.platform.now())?;
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(case_id.uuid()).await?;
    let case = work.tx.case(case_id).await?.ok_or_else(no_such_case)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such_case());
    }
    if let Some(test) = repeated(&mut work, draft.id, body_hash).await? {
        if test.case_id != Some(case_id) {
            return Err(Problem::id_conflict());
        }
        return Ok(Taken { test, created: false, preview: None });
    }
    if case.state != CaseState::Open {
        return Err(ended());
    }
    let test = TestRecord { case_id: Some(case_id), ..record(&mut work, caller, &draft, case.person_id, body_hash) };
    keep(&mut work, &test).await?;
    let case = window::renew(&mut work, &case, case.clone()).await?;
    let preview = preview_of(&mut work, &case).await?;
    work.commit().await?;
    Ok(Taken { test, created: true, preview: Some(preview) })
}

/// What a test of somebody means.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The test.
    pub test: TestRecord,
    /// Whether it was kept now.
    pub created: bool,
    /// What the definition in force on the test's day says; none for a repeat.
    pub verdict: Option<Verdict>,
    /// The definition.
    pub source: String,
    /// Whether a case was opened by it.
    pub opened: bool,
}

/// Takes a test of somebody, judges it by the case definition in force on its day, and opens a case where the definition
/// says so. Somebody who has a case already keeps that one.
///
/// # Errors
/// 422 for fields at fault, 404 for a person who is not in the caller's area, 409 where the id was used with another
/// body.
pub async fn of_person(
    app: &App,
    caller: &Caller,
    input: &PersonTestInput,
    body_hash: &str,
) -> Result<Judged, Problem> {
    let (draft, case_draft) = input.parse(app.platform.now())?;
    let definition = Definitions::builtin().on(draft.collected_at.local_date());
    let source = definition.source.clone();
    let mut work = Work::for_caller(app, caller).await?;
    if let Some(test) = repeated(&mut work, draft.id, body_hash).await? {
        return Ok(Judged { test, created: false, verdict: None, source, opened: false });
    }
    let person_id = open_by_hand::person(&mut work, &case_draft.person).await?;
    let person_id = work.hold_person(person_id).await?;
    let ward = work.tx.person(person_id).await?.and_then(|stored| stored.person.ward_code);
    if !caller.covers(ward.as_ref().map(AsRef::as_ref), work.now.local_date()) {
        return Err(open_by_hand::outside(&case_draft.person));
    }
    let earlier = earlier_tests(&mut work, &draft, person_id, definition).await?;
    let facts = facts(&mut work, input, &draft, person_id, &earlier).await?;
    let verdict = definition.judge(&facts);
    let mut test = TestRecord {
        verdict: Some(verdict.code().to_owned()),
        definition: Some(definition.id.clone()),
        ..record(&mut work, caller, &draft, person_id, body_hash)
    };
    let mut opened = false;
    if matches!(verdict, Verdict::Case { .. }) {
        let (case, is_new) = case_for(&mut work, &draft, &case_draft, person_id).await?;
        opened = is_new;
        test.case_id = Some(case.id);
        for before in earlier.iter().filter(|before| before.case_id.is_none()) {
            stand_behind(&mut work, &TestRecord { case_id: Some(case.id), ..before.clone() }).await?;
        }
        work.tx.adopt_tests(person_id, case.id).await?;
    }
    keep(&mut work, &test).await?;
    if let Some(id) = test.case_id
        && let Some(case) = work.tx.case(id).await?
    {
        window::renew(&mut work, &case, case.clone()).await?;
    }
    work.commit().await?;
    Ok(Judged { test, created: true, verdict: Some(verdict), source, opened })
}

/// Other positive antigen tests that count, within the hours of the definition.
async fn earlier_tests(
    work: &mut Work,
    draft: &TestDraft,
    person: PersonId,
    definition: &Definition,
) -> Result<Vec<TestRecord>, StoreError> {
    let Some(within) = definition.again_within_hours else { return Ok(Vec::new()) };
    let window =
        |at: Instant| draft.collected_at.minus(hours(within)) <= at && at <= draft.collected_at.plus(hours(within));
    let found = work.tx.tests_of_person(person, draft.collected_at.minus(hours(within))).await?;
    let counts =
        |test: &TestRecord| test.method == Method::Antigen && test.outcome == Outcome::Detected && test.watch.counts();
    Ok(found.into_iter().filter(|test| counts(test) && window(test.collected_at)).collect())
}

async fn facts(
    work: &mut Work,
    input: &PersonTestInput,
    draft: &TestDraft,
    person: PersonId,
    earlier: &[TestRecord],
) -> Result<BTreeSet<Fact>, StoreError> {
    let found = draft.outcome == Outcome::Detected;
    let antigen = found && draft.method == Method::Antigen && draft.watch.counts();
    let is_contact = input.contact == Some(true) || work.tx.is_contact(person).await?;
    let known = [
        (Fact::Pcr, found && draft.method == Method::Pcr),
        (Fact::Antigen, antigen),
        (Fact::AntigenAgain, antigen && !earlier.is_empty()),
        (Fact::F1, is_contact),
        (Fact::Signs, input.has_signs()),
        (Fact::Factor, input.epidemiological_factor == Some(true)),
    ];
    Ok(known.into_iter().filter_map(|(fact, is_known)| is_known.then_some(fact)).collect())
}

/// The case that a positive test joins, or the one that it opens.
async fn case_for(
    work: &mut Work,
    draft: &TestDraft,
    case_draft: &CaseDraft,
    person_id: PersonId,
) -> Result<(CaseRecord, bool), Problem> {
    let latest = work.tx.latest_case(person_id).await?;
    let known = latest.as_ref().map(|case| KnownCase {
        id: case.id,
        state: case.state,
        closed_at: case.closed_at,
        opened_by_staff: case.opened_by == OpenedBy::Staff,
        other_detected: 0,
    });
    if let (OnDetected::AddEvidence(_), Some(case)) = (on_detected(known.as_ref(), draft.collected_at), latest) {
        return Ok((case, false));
    }
    let opening = Opening {
        id: None,
        body_hash: None,
        specimen_at: draft.collected_at,
        ..open_by_hand::opening(case_draft, person_id, "")
    };
    let case = open_case::open(work, &opening).await?.ok_or_else(Problem::id_conflict)?;
    open_by_hand::household(work, &case, &case_draft.household).await?;
    Ok((case, true))
}
