//! Reports of uploads without script, kept for a while so that their filters are links.
//!
//! They hold cells of people's rows, so they live in memory only, for the account that sent them, and not for long.
//! After that, sending the same file again shows its rows again: nothing is stored twice.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use shared::ids::{AccountId, UploadId};
use shared::time::{Instant, minutes};

use crate::domain::report::{Cell, CellError, RowReport, RowStatus};

/// How long a report is kept.
const MINUTES: i64 = 30;
/// How many reports are kept: each is at most some hundred kilobytes.
const REPORTS: usize = 16;
/// How many rows of each status a report shows; the sender has the file.
pub(super) const SHOWN: usize = 200;

/// Every status, the one that needs a person most first: the order of the filters.
pub(super) const STATUSES: [RowStatus; 6] = [
    RowStatus::Rejected,
    RowStatus::Held,
    RowStatus::Amended,
    RowStatus::Duplicate,
    RowStatus::Ignored,
    RowStatus::Accepted,
];

/// A row of a kept report.
#[derive(Clone)]
pub(super) struct KeptRow {
    pub(super) row: u64,
    pub(super) accession: Option<String>,
    pub(super) status: RowStatus,
    pub(super) errors: Vec<CellError>,
    /// What the sender wrote, where that is known.
    pub(super) cells: Vec<Cell>,
}

/// What a report shows.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) upload_id: UploadId,
    pub(super) account_id: Option<AccountId>,
    pub(super) received: u64,
    pub(super) counts: Vec<(RowStatus, u64)>,
    pub(super) rows: Vec<KeptRow>,
    pub(super) warnings: Vec<CellError>,
    pub(super) at: Instant,
}

impl Kept {
    /// What is kept of a report: the first rows of each status, in the order of the file.
    pub(super) fn new(report: &RowReport, account_id: Option<AccountId>, at: Instant) -> Self {
        let mut room = [SHOWN; STATUSES.len()];
        let mut rows = Vec::new();
        for row in report.rows() {
            let room = &mut room[row.status() as usize];
            if *room > 0 {
                *room -= 1;
                rows.push(KeptRow {
                    row: row.row(),
                    accession: row.accession().map(str::to_owned),
                    status: row.status(),
                    errors: row.errors().cloned().collect(),
                    cells: report.cells(row.row()).unwrap_or_default().to_vec(),
                });
            }
        }
        Self {
            upload_id: report.upload_id(),
            account_id,
            received: report.received(),
            counts: STATUSES.into_iter().map(|status| (status, report.count(status))).collect(),
            rows,
            warnings: report.warnings().to_vec(),
            at,
        }
    }
}

/// The reports of this process.
#[derive(Clone, Default)]
pub(super) struct Reports(Arc<Mutex<VecDeque<Arc<Kept>>>>);

impl Reports {
    /// Keeps a report, and forgets the oldest.
    pub(super) fn keep(&self, report: Kept) -> Arc<Kept> {
        let report = Arc::new(report);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.upload_id != report.upload_id);
        kept.push_back(Arc::clone(&report));
        while kept.len() > REPORTS {
            kept.pop_front();
        }
        report
    }

    /// The report of an upload, for the account that sent it.
    pub(super) fn of(&self, id: UploadId, account_id: Option<AccountId>, now: Instant) -> Option<Arc<Kept>> {
        let oldest = now.minus(minutes(MINUTES));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|report| report.at > oldest);
        kept.iter().find(|report| report.upload_id == id && report.account_id == account_id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::RowOutcome;
    use uuid::Uuid;

    fn report(id: u128, rows: u64) -> RowReport {
        let mut report = RowReport::new(UploadId::from_uuid(Uuid::from_u128(id)));
        for row in 1..=rows {
            report.push(RowOutcome::rejected(row, Some(format!("A{row}")), Vec::new()));
        }
        report
    }

    fn kept(id: u128, account: u128, at: Instant) -> Kept {
        Kept::new(&report(id, 1), Some(AccountId::from_uuid(Uuid::from_u128(account))), at)
    }

    #[test]
    fn a_report_is_kept_for_its_sender_for_a_while_and_not_without_bound() {
        let (reports, start) = (Reports::default(), "2022-03-10T01:00:00Z".parse::<Instant>().unwrap());
        let of = |id: u128, account: u128, now| {
            let account = Some(AccountId::from_uuid(Uuid::from_u128(account)));
            reports.of(UploadId::from_uuid(Uuid::from_u128(id)), account, now).is_some()
        };
        reports.keep(kept(1, 7, start));
        assert!(of(1, 7, start));
        assert!(!of(1, 8, start), "another account");
        assert!(!of(1, 7, start.plus(minutes(MINUTES))), "too old");
        for id in 0..=REPORTS as u128 {
            reports.keep(kept(id, 7, start));
        }
        assert!(!of(0, 7, start) && of(1, 7, start), "the oldest makes room");
    }

    #[test]
    fn of_a_long_report_the_first_rows_of_each_status_are_kept_and_all_are_counted() {
        let report = report(1, SHOWN as u64 + 7);
        let kept = Kept::new(&report, None, "2022-03-10T01:00:00Z".parse().unwrap());
        assert_eq!((kept.rows.len(), kept.received), (SHOWN, SHOWN as u64 + 7));
        assert_eq!(kept.counts[0], (RowStatus::Rejected, SHOWN as u64 + 7));
    }
}
