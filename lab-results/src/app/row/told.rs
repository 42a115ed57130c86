//! What the report tells of a row.

use std::collections::HashSet;

use shared::ids::{PersonId, ResultId};

use super::{Context, Incoming};
use crate::app::decision::Decision;
use crate::app::reason::Reason;
use crate::domain::message::Body;
use crate::domain::report::{RowOutcome, RowStatus};
use crate::domain::result::Parsed;

/// The outcome of a row of several results: the strictest speaks for it.
pub(super) fn whole(context: &Context<'_>, incoming: &Incoming, outcomes: Vec<RowOutcome>) -> RowOutcome {
    let (row, accession) = (incoming.row, incoming.accession.clone());
    match &incoming.body {
        Body::Refused(errors) => return RowOutcome::rejected(row, accession, errors.clone()),
        Body::Ignored(reason) => {
            let errors = vec![context.naming.ignored(row, *reason)];
            return RowOutcome { status: RowStatus::Ignored, ..RowOutcome::rejected(row, accession, errors) };
        }
        Body::Results(_) => {}
    }
    let status = outcomes.iter().map(|outcome| outcome.status).max().unwrap_or(RowStatus::Ignored);
    let mut all = RowOutcome { status, ..RowOutcome::rejected(row, accession, Vec::new()) };
    let (mut blamed, mut warned) = (HashSet::new(), HashSet::new());
    for outcome in outcomes {
        let speaks = outcome.status == status;
        all.accession = all.accession.or(outcome.accession);
        if speaks || all.result_id.is_none() {
            all.result_id = outcome.result_id.or(all.result_id);
            all.person_id = outcome.person_id.or(all.person_id);
        }
        all.errors.extend(outcome.errors.into_iter().filter(|error| blamed.insert(error.clone())));
        all.warnings.extend(outcome.warnings.into_iter().filter(|warning| warned.insert(warning.clone())));
    }
    all
}

/// A row as the report tells of it.
pub(super) fn told(
    context: &Context<'_>,
    row: u64,
    parsed: &Parsed,
    decision: &Decision,
    (result_id, person_id): (Option<ResultId>, Option<PersonId>),
) -> RowOutcome {
    let held = |reasons: &[Reason]| reasons.iter().map(|reason| context.naming.held(row, *reason)).collect();
    let (status, errors) = match decision {
        Decision::Ignore(reason) => (RowStatus::Ignored, vec![context.naming.ignored(row, *reason)]),
        Decision::Duplicate => (RowStatus::Duplicate, Vec::new()),
        Decision::Accept | Decision::Release | Decision::Replace => (RowStatus::Accepted, Vec::new()),
        Decision::Amend => (RowStatus::Amended, Vec::new()),
        Decision::HoldNew(reasons) | Decision::Queue(reasons) => (RowStatus::Held, held(reasons)),
    };
    let accession = Some(parsed.draft.accession.as_str().to_owned());
    RowOutcome { row, accession, status, result_id, person_id, errors, warnings: parsed.warnings.clone() }
}
